//! The buyer's pages over the wire: texts that want to be markup, addresses that want to lead away, and what browsers are
//! told to load. How the pages behave in a browser is told in `tests/browser`.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

#[path = "support/hostile.rs"]
mod hostile;
mod support;

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use antom_adapters::service::{Builder, Running};
use antom_core::time::Timestamp;
use antom_domain::order::{CallSubject, GatewayCall};
use antom_domain::port::{CallFailure, FailureReason, GatewayAnswer, PaymentGateway, Reach};
use antom_domain::testing::{MemoryStore, SetClock};
use async_trait::async_trait;
use hostile::{addresses_elsewhere, hostile_texts};
use serde_json::{Value, json};
use support::{config, exchange, status};

/// SHA-256 of `key`.
const KEYS: &str = r#"[{"name":"shop","sha256":"2c70e12b7a0646f92279f427c7b38e7334d8e5389cff167a1dc30e73f826b683","scopes":["read","write"]}]"#;
const SESSION_DATA: &str = "a+/==&&SG&&111&&e30=";

/// A gateway that opens payments and answers inquiries as a test says.
#[derive(Debug, Default)]
struct Openings {
    opening: Mutex<Option<GatewayAnswer>>,
    inquiry: Mutex<Option<Value>>,
}

#[async_trait]
impl PaymentGateway for Openings {
    async fn call(&self, call: &GatewayCall) -> Result<GatewayAnswer, CallFailure> {
        let answer = match &call.subject {
            CallSubject::Open { .. } => self.opening.lock().unwrap().take(),
            CallSubject::Inquire { payment_request_id } => {
                self.inquiry.lock().unwrap().clone().map(|mut answer| {
                    answer["paymentRequestId"] = json!(payment_request_id);
                    GatewayAnswer::InquiryPayment(serde_json::from_value(answer).unwrap())
                })
            }
            _ => None,
        };
        answer.ok_or(CallFailure { reach: Reach::NotSent, reason: FailureReason::NoConnection, hint: None })
    }
}

struct Stage {
    running: Running,
    gateway: Arc<Openings>,
    clock: Arc<SetClock>,
}

impl Stage {
    async fn open() -> Stage {
        Stage::open_with(&[]).await
    }

    async fn styled(style: &str) -> Stage {
        Stage::open_with(&[("ANTOM__CHECKOUT__STYLE", style)]).await
    }

    async fn open_with(more: &[(&str, &str)]) -> Stage {
        let usual = [
            ("ANTOM__SERVER__API_KEYS", KEYS),
            ("ANTOM__CHECKOUT__SDK_SCRIPT", "https://sdk.example/ams-checkout.js"),
            ("ANTOM__CHECKOUT__ORDER_URL", "https://shop.example/orders/{referenceOrderId}"),
            ("ANTOM__CHECKOUT__PAY_AGAIN_URL", "https://shop.example/pay/{referenceOrderId}"),
        ];
        let config = config(&[&usual, more].concat());
        let gateway = Arc::new(Openings::default());
        let clock = Arc::new(SetClock::new(Timestamp::parse("2026-11-22T01:30:00Z").unwrap()));
        let builder = Builder::new(config).gateway(gateway.clone()).clock(clock.clone());
        let running = builder.storage(Arc::new(MemoryStore::new())).start().await.unwrap();
        Stage { running, gateway, clock }
    }

    async fn send(&self, method: &str, path: &str, body: &str) -> String {
        let head = format!(
            "{method} {path} HTTP/1.1\r\nhost: shop.example\r\nauthorization: Bearer key\r\ncontent-type: application/json\r\n\
             user-agent: Mozilla/5.0 (Linux; Android 14)\r\ncontent-length: {}\r\n\r\n",
            body.len()
        );
        exchange(self.running.listening, &(head + body)).await
    }

    async fn get(&self, path: &str) -> String {
        self.send("GET", path, "").await
    }

    async fn order(&self, id: &str, description: &str) -> u16 {
        let order = json!({
            "referenceOrderId": id, "amount": {"currency": "USD", "value": "4200"}, "description": description,
            "buyer": {"referenceBuyerId": "buyer-1"},
        });
        status(&self.send("POST", "/v1/orders", &order.to_string()).await)
    }

    /// Opens a payment; the gateway answers so.
    async fn pay(&self, order: &str, integration: &str, answer: Value) -> Result<String, u16> {
        *self.gateway.opening.lock().unwrap() = Some(match integration {
            "session" => GatewayAnswer::CreatePaymentSession(serde_json::from_value(answer).unwrap()),
            _ => GatewayAnswer::Pay(serde_json::from_value(answer).unwrap()),
        });
        let wish = json!({
            "integration": integration, "paymentMethodType": "CARD", "terminalType": "WAP", "osType": "ANDROID",
            "clientIp": "203.0.113.7",
        });
        let opened = self
            .send("POST", &format!("/v1/orders/{}/payments", percent_encoded(order)), &wish.to_string())
            .await;
        let answer: Value = serde_json::from_str(body(&opened)).unwrap();
        let url = answer["checkoutUrl"].as_str().ok_or_else(|| status(&opened))?;
        Ok(url.rsplit('/').next().unwrap().to_owned())
    }

    /// The token of a fresh order's session.
    async fn session(&self, order: &str, description: &str) -> String {
        assert_eq!(self.order(order, description).await, 201);
        self.pay(order, "session", made()).await.unwrap()
    }
}

fn percent_encoded(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

fn made() -> Value {
    json!({
        "result": {"resultCode": "SUCCESS", "resultStatus": "S", "resultMessage": "success"},
        "paymentSessionData": SESSION_DATA, "paymentSessionId": "S-1", "paymentSessionExpiryTime": "2026-11-22T02:30:00Z",
    })
}

fn body(answer: &str) -> &str {
    answer.split_once("\r\n\r\n").unwrap().1
}

fn header<'a>(answer: &'a str, name: &str) -> Option<&'a str> {
    let head = answer.split("\r\n\r\n").next().unwrap();
    head.lines()
        .find_map(|line| line.split_once(": ").filter(|(key, _)| key.eq_ignore_ascii_case(name)))
        .map(|(_, value)| value)
}

/// The tags of a page with the names of their attributes, as a browser would read them.
fn structure(page: &str) -> Vec<String> {
    let (mut tags, mut rest) = (Vec::new(), page);
    while let Some(start) = rest.find('<') {
        let (mut tag, mut quote, mut end) = (String::new(), None, rest.len());
        for (at, letter) in rest[start..].char_indices() {
            match (letter, quote) {
                ('>', None) => {
                    end = start + at + 1;
                    break;
                }
                ('"' | '\'', None) => quote = Some(letter),
                (letter, Some(open)) if letter == open => quote = None,
                (letter, None) => tag.push(letter),
                _ => {}
            }
        }
        tags.push(tag);
        rest = &rest[end..];
    }
    tags
}

#[tokio::test(flavor = "multi_thread")]
async fn no_text_of_a_shop_becomes_markup() {
    let stage = Stage::open().await;
    let plain = stage.session("plain", "Two cups").await;
    let benign = [format!("/checkout/{plain}"), format!("/result/{plain}")];
    let mut expected = Vec::new();
    for path in &benign {
        expected.push(structure(body(&stage.get(path).await)));
    }
    assert!(expected[0].len() > 30, "{expected:?}");
    let texts = hostile_texts();
    assert_eq!(texts.iter().collect::<BTreeSet<_>>().len(), 200);
    let mut odd_ids = 0;
    for (index, text) in texts.iter().enumerate() {
        // Where an id may be like that, it is hostile too.
        let odd: String = format!("{index}-{text}").chars().take(64).collect();
        let id = if stage.order(&odd, text).await == 201 { odd } else { format!("order-{index}") };
        let is_odd = !id.starts_with("order-");
        odd_ids += usize::from(is_odd);
        assert!(is_odd || stage.order(&id, text).await == 201, "{text}");
        let token = stage.pay(&id, "session", made()).await.unwrap();
        for (path, expected) in
            [format!("/checkout/{token}"), format!("/result/{token}")].iter().zip(&expected)
        {
            let page = stage.get(path).await;
            assert_eq!(&structure(body(&page)), expected, "{text}\n{page}");
        }
    }
    assert!(odd_ids > 100, "{odd_ids}");
}

#[tokio::test(flavor = "multi_thread")]
async fn no_text_of_the_gateway_becomes_markup() {
    let stage = Stage::open().await;
    let mut expected = None;
    for (index, text) in ["DO_NOT_HONOR".to_owned()].into_iter().chain(hostile_texts()).enumerate() {
        let order = format!("order-{index}");
        assert_eq!(stage.order(&order, "Two cups").await, 201);
        let redirect = json!({
            "result": {"resultCode": "PAYMENT_IN_PROCESS", "resultStatus": "U"}, "paymentId": text, "normalUrl": format!("https://pay.example/?{text}"),
        });
        let token = stage.pay(&order, "hosted", redirect).await.unwrap();
        let page = stage.get(&format!("/checkout/{token}")).await;
        let seen = structure(body(&page));
        let usable = !text.chars().any(|letter| letter.is_whitespace() || letter.is_control());
        let expected = expected.get_or_insert_with(|| seen.clone());
        // An address that no buyer may be sent to has no button.
        assert_eq!(usable, seen.len() == expected.len(), "{text}\n{page}");
        assert!(seen.iter().all(|tag| expected.contains(tag)), "{text}\n{page}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_address_of_a_page_leads_a_buyer_addresses_elsewhere() {
    let stage = Stage::open().await;
    let order = "order-1";
    assert_eq!(stage.order(order, "Two cups").await, 201);
    let answer = json!({
        "result": {"resultCode": "PAYMENT_IN_PROCESS", "resultStatus": "U"}, "normalUrl": "https://pay.example/x?a=b",
    });
    let token = stage.pay(order, "hosted", answer).await.unwrap();
    let addresses = addresses_elsewhere();
    assert_eq!(addresses.iter().collect::<BTreeSet<_>>().len(), 300);
    for address in &addresses {
        let plain = percent_encoded(address);
        for query in ["lang", "next", "url", "redirect", "by", "return"] {
            let answer = stage.get(&format!("/checkout/{token}/go?{query}={plain}")).await;
            assert_eq!(header(&answer, "location"), Some("https://pay.example/x?a=b"), "{address}");
        }
        for page in
            [format!("/checkout/{plain}"), format!("/result/{plain}"), format!("/checkout/{plain}/go")]
        {
            let answer = stage.get(&page).await;
            assert_eq!((status(&answer), header(&answer, "location")), (404, None), "{address}");
        }
        let page = stage.get(&format!("/checkout/{token}?lang={plain}&next={plain}")).await;
        assert!(!page.contains("evil") && header(&page, "location").is_none(), "{address}: {page}");
    }
}

//= H-3 test
#[tokio::test(flavor = "multi_thread")]
async fn no_address_of_the_gateway_leads_to_a_script_or_back_into_our_pages() {
    let stage = Stage::open().await;
    let mut followed = 0;
    for (index, address) in addresses_elsewhere().iter().enumerate() {
        let order = format!("order-{index}");
        assert_eq!(stage.order(&order, "Two cups").await, 201);
        let urls = json!({
            "result": {"resultCode": "PAYMENT_IN_PROCESS", "resultStatus": "U"},
            "normalUrl": address, "schemeUrl": address, "applinkUrl": address,
        });
        let token = stage.pay(&order, "hosted", urls).await.unwrap();
        for query in ["", "?by=page"] {
            let answer = stage.get(&format!("/checkout/{token}/go{query}")).await;
            let location = header(&answer, "location").unwrap();
            followed += usize::from(location == address);
            assert!(
                location == format!("../{token}") || location.starts_with("https://"),
                "{address}: {location}"
            );
        }
    }
    assert!(
        followed > 0,
        "an address with scheme and host is followed, whatever the gateway's host is called"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn no_reason_of_the_gateway_becomes_markup() {
    let stage = Stage::open().await;
    let mut expected = None;
    for (index, text) in ["DO_NOT_HONOR".to_owned()].into_iter().chain(hostile_texts()).enumerate() {
        let token = stage.session(&format!("order-{index}"), "Two cups").await;
        let said = json!({"resultCode": "SUCCESS", "resultStatus": "S", "resultMessage": text});
        *stage.gateway.inquiry.lock().unwrap() = Some(json!({
            "result": said, "paymentStatus": "FAIL", "paymentAmount": {"currency": "USD", "value": "4200"},
            "paymentResultCode": text, "paymentResultMessage": text,
        }));
        let page = stage.get(&format!("/result/{token}")).await;
        let seen = structure(body(&page));
        assert!(body(&page).contains(r#"data-shown="failed""#), "{text}\n{page}");
        assert_eq!(&seen, expected.get_or_insert_with(|| seen.clone()), "{text}\n{page}");
    }
}

//= H-3 test
#[tokio::test(flavor = "multi_thread")]
async fn a_buyer_is_sent_to_the_gateways_page_or_app_and_to_nothing_that_runs() {
    let stage = Stage::open().await;
    let in_process = json!({"resultCode": "PAYMENT_IN_PROCESS", "resultStatus": "U"});
    for (index, (urls, first, by_page)) in [
        (json!({"normalUrl": "https://pay.example/x"}), Some("https://pay.example/x"), Some("https://pay.example/x")),
        (
            json!({"normalUrl": "https://pay.example/x", "schemeUrl": "alipays://x", "applinkUrl": "https://app.example/x"}),
            Some("https://app.example/x"),
            Some("https://pay.example/x"),
        ),
        (json!({"schemeUrl": "alipays://x"}), Some("alipays://x"), None),
        (json!({"normalUrl": "javascript:alert(1)"}), None, None),
        (json!({"normalUrl": "https://pay.example/\r\nx: y", "schemeUrl": "data:text/html,x"}), None, None),
    ]
    .into_iter()
    .enumerate()
    {
        let order = format!("order-{index}");
        assert_eq!(stage.order(&order, "Two cups").await, 201);
        let mut answer = urls.clone();
        answer["result"] = in_process.clone();
        let token = stage.pay(&order, "hosted", answer).await.unwrap();
        for (query, expected) in [("", first), ("?by=page", by_page)] {
            let answer = stage.get(&format!("/checkout/{token}/go{query}")).await;
            let back = format!("../{token}");
            assert_eq!(header(&answer, "location"), Some(expected.unwrap_or(&back)), "{urls}");
        }
        let page = stage.get(&format!("/checkout/{token}")).await;
        assert_eq!(body(&page).contains("/go\""), first.is_some(), "{urls}");
        let told = stage.send("POST", &format!("/checkout/{token}/session"), "").await;
        let told: Value = serde_json::from_str(body(&told)).unwrap();
        let given = if first.is_some() { urls } else { json!({}) };
        assert_eq!(told, json!({"stand": "payable", "redirect": given}), "an app chooses among them");
    }
}

//= S-7 test
#[tokio::test(flavor = "multi_thread")]
async fn the_host_vouches_for_the_apps_of_the_configuration_and_for_no_other() {
    let stage = Stage::open().await;
    assert_eq!(status(&stage.get("/.well-known/assetlinks.json").await), 404);
    let certificate = ["0A"; 32].join(":");
    let apps = json!([{"package_name": "com.example.shop", "sha256_cert_fingerprints": [certificate]}]);
    let stage = Stage::open_with(&[("ANTOM__CHECKOUT__ANDROID_APPS", &apps.to_string())]).await;
    let told = stage.get("/.well-known/assetlinks.json").await;
    assert_eq!(header(&told, "content-type"), Some("application/json"));
    let statement = json!({
        "relation": ["delegate_permission/common.handle_all_urls"],
        "target": {
            "namespace": "android_app", "package_name": "com.example.shop",
            "sha256_cert_fingerprints": [certificate],
        },
    });
    assert_eq!(serde_json::from_str::<Value>(body(&told)).unwrap(), json!([statement]));
}

//= S-4 test
#[tokio::test(flavor = "multi_thread")]
async fn session_data_is_handed_to_the_page_whole_and_never_near_its_end() {
    let stage = Stage::open().await;
    let token = stage.session("order-1", "Two cups").await;
    let session = async || -> Value {
        let answer = stage.send("POST", &format!("/checkout/{token}/session"), "").await;
        assert_eq!(header(&answer, "cache-control"), Some("no-store"));
        serde_json::from_str(body(&answer)).unwrap()
    };
    let given = session().await;
    assert_eq!(given["sessionData"], SESSION_DATA);
    assert_eq!((&given["stand"], &given["environment"]), (&json!("payable"), &json!("sandbox")));
    let page = stage.get(&format!("/checkout/{token}")).await;
    assert!(!page.contains("==&amp;&amp;SG"), "the page itself holds no session");
    stage.clock.advance(Duration::from_mins(59) + Duration::from_secs(1));
    assert_eq!(session().await, json!({"stand": "expired"}));
    let page = stage.get(&format!("/checkout/{token}")).await;
    assert!(
        body(&page).contains("https://shop.example/pay/order-1"),
        "another payment is the shop's to open: {page}"
    );
}

//= H-3 test
#[tokio::test(flavor = "multi_thread")]
async fn a_billing_address_is_asked_for_only_where_it_is_passed_on() {
    let stage = Stage::open_with(&[
        ("ANTOM__CHECKOUT__STYLE", "embedded"),
        ("ANTOM__CHECKOUT__BILLING_ADDRESS", "true"),
    ])
    .await;
    let session = stage.session("order-1", "Two cups").await;
    assert_eq!(stage.order("order-2", "Two cups").await, 201);
    let answer = json!({
        "result": {"resultCode": "PAYMENT_IN_PROCESS", "resultStatus": "U"}, "normalUrl": "https://pay.example/x",
    });
    let hosted = stage.pay("order-2", "hosted", answer).await.unwrap();
    for (token, asks) in [(session, true), (hosted, false)] {
        let page = stage.get(&format!("/checkout/{token}")).await;
        assert_eq!((status(&page), body(&page).contains("id=\"billing\"")), (200, asks), "{page}");
    }
}

//= S-1 test
#[tokio::test(flavor = "multi_thread")]
async fn a_session_is_shown_as_what_it_was_opened_for() {
    for (style, more, expected) in [
        ("popup", json!({}), "popup"),
        ("popup", json!({"productScene": "ELEMENT_PAYMENT"}), "element"),
        ("element", json!({}), "element"),
        // An app has no element.
        ("element", json!({"terminalType": "APP", "osType": "IOS"}), "embedded"),
    ] {
        let stage = Stage::styled(style).await;
        assert_eq!(stage.order("order-1", "Two cups").await, 201);
        *stage.gateway.opening.lock().unwrap() =
            Some(GatewayAnswer::CreatePaymentSession(serde_json::from_value(made()).unwrap()));
        let mut wish = json!({"integration": "session", "paymentMethodType": "CARD"});
        wish.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let opened = stage.send("POST", "/v1/orders/order-1/payments", &wish.to_string()).await;
        let answer: Value = serde_json::from_str(body(&opened)).unwrap();
        let path = answer["checkoutUrl"].as_str().unwrap().rsplit('/').next().unwrap().to_owned();
        let page = stage.get(&format!("/checkout/{path}")).await;
        let told = format!("&quot;style&quot;:&quot;{expected}&quot;");
        assert!(page.contains(&told), "{style}, {more}: {page}");
    }
    let stage = Stage::open().await;
    assert_eq!(stage.order("order-1", "Two cups").await, 201);
    for wish in [
        json!({"integration": "session", "paymentMethodType": "CARD", "productScene": "CHECKOUT_PAYMENT"}),
        json!({"integration": "hosted", "paymentMethodType": "CARD", "productScene": "ELEMENT_PAYMENT", "terminalType": "WEB"}),
    ] {
        let refused = stage.send("POST", "/v1/orders/order-1/payments", &wish.to_string()).await;
        assert!(refused.contains("productScene"), "{refused}");
        assert_eq!(status(&refused), 400, "{refused}");
    }
}

//= B-3 test
#[tokio::test(flavor = "multi_thread")]
async fn the_result_page_tells_what_the_gateway_says_and_waits_where_it_says_nothing() {
    let stage = Stage::open().await;
    let amount = json!({"currency": "USD", "value": "4200"});
    let said = json!({"resultCode": "SUCCESS", "resultStatus": "S"});
    let captured = json!([{"transactionType": "CAPTURE", "transactionStatus": "SUCCESS", "transactionAmount": amount,
        "transactionId": "C-1", "transactionRequestId": "CR-1", "transactionResult": said}]);
    for (order, inquiry, shown, told, again) in [
        (
            "open",
            json!({"result": said, "paymentStatus": "PROCESSING", "paymentAmount": amount}),
            "processing",
            "Order processing",
            false,
        ),
        (
            "failed",
            json!({"result": said, "paymentStatus": "FAIL", "paymentAmount": amount, "paymentResultCode": "DO_NOT_HONOR"}),
            "failed",
            "Payment not completed",
            true,
        ),
        (
            "paid",
            json!({"result": said, "paymentStatus": "SUCCESS", "paymentAmount": amount, "paymentId": "P-1", "transactions": captured}),
            "paid",
            "Payment complete",
            false,
        ),
    ] {
        let token = stage.session(order, "Two cups").await;
        *stage.gateway.inquiry.lock().unwrap() = Some(inquiry);
        let page = stage.get(&format!("/result/{token}?lang=en&paymentStatus=SUCCESS")).await;
        let page = body(&page);
        assert!(page.contains(&format!(r#"data-shown="{shown}""#)) && page.contains(told), "{order}: {page}");
        assert_eq!(page.contains(&format!("https://shop.example/pay/{order}")), again, "{order}: {page}");
        assert!(page.contains(&format!("https://shop.example/orders/{order}")), "{order}: {page}");
        assert!(!page.to_lowercase().contains("network"), "{order}: {page}");
        assert_eq!(page.contains("result.js"), shown == "processing", "{order}: {page}");
        let checkout = stage.get(&format!("/checkout/{token}?lang=en")).await;
        let to_result = format!("../result/{token}?lang=en");
        let expected = (shown != "processing").then_some(to_result.as_str());
        assert_eq!(header(&checkout, "location"), expected, "{order}: nobody can pay again here");
    }
}

//= B-4 test
#[tokio::test(flavor = "multi_thread")]
async fn an_attempt_that_the_shop_has_replaced_is_not_handed_out() {
    let stage = Stage::open().await;
    let older = stage.session("order-1", "Two cups").await;
    let newer = stage.pay("order-1", "session", made()).await.unwrap();
    for (token, expected) in [(&older, "superseded"), (&newer, "payable")] {
        let answer = stage.send("POST", &format!("/checkout/{token}/session"), "").await;
        assert!(body(&answer).contains(&format!(r#""stand":"{expected}""#)), "{answer}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_inline_may_run_and_the_page_is_small() {
    let stage = Stage::open().await;
    let token = stage.session("order-1", "Two cups").await;
    for page in [format!("/checkout/{token}"), format!("/result/{token}")] {
        let answer = stage.get(&page).await;
        let policy = header(&answer, "content-security-policy").unwrap();
        let scripts = policy.split(';').find(|part| part.trim().starts_with("script-src")).unwrap();
        assert!(policy.starts_with("default-src 'none'"), "{policy}");
        assert!(
            !scripts.contains("unsafe") && !scripts.contains('*') || page.contains("checkout"),
            "{policy}"
        );
        assert!(!scripts.contains("unsafe"), "{policy}");
        for part in ["base-uri 'none'", "frame-ancestors 'none'", "form-action"] {
            assert!(policy.contains(part), "{policy}");
        }
        assert_eq!(header(&answer, "cache-control"), Some("no-store"));
        assert_eq!(header(&answer, "referrer-policy"), Some("same-origin"));
        let tags = structure(body(&answer));
        for tag in &tags {
            assert!(!tag.contains(" on") && !tag.contains(" style"), "{tag}");
            assert!(!tag.starts_with("script") || tag.contains("src="), "{tag}");
        }
        let mut weight = answer.len();
        for link in body(&answer).split('"').filter(|text| text.starts_with("../checkout/assets/")) {
            let asset = stage.get(&link.replace("..", "")).await;
            assert_eq!(status(&asset), 200, "{link}");
            assert!(header(&asset, "cache-control").unwrap().contains("immutable"));
            weight += asset.len();
        }
        assert!(weight < 60_000, "{page} weighs {weight}");
    }
    let result = stage.get(&format!("/result/{token}")).await;
    assert!(
        !header(&result, "content-security-policy").unwrap().contains("unsafe"),
        "only the SDK's page allows styles"
    );
}

//= C-12 test
#[test]
fn the_container_of_the_form_has_no_height_and_clips_nothing() {
    let sheet = include_str!("../src/inbound/pages/assets/pages.css");
    assert!(!sheet.contains("#place"), "the container has no style at all");
    for rule in sheet
        .lines()
        .filter(|line| line.starts_with("main") || line.starts_with("body") || line.starts_with("html"))
    {
        assert!(!rule.contains("height:") && !rule.contains("overflow:"), "{rule}");
    }
}
