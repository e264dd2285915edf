//! Bad input at the merchant API: a clear problem that names the field, and nothing is stored or sent.
//! Bad notifications have a suite of their own.

use antom_tests::flows::Steps;
use antom_tests::http::{Answer, Call, list_at, text_at};
use antom_tests::merchant::{hosted_body, order_body, session_body};
use antom_tests::{Failure, Proof, Stand, ensure, ledger};
use serde_json::{Value, json};

#[test]
fn a_wrong_or_missing_key_is_refused_and_nothing_is_stored() -> Proof {
    Stand::prove(|stand| {
        let stranger = stand.merchant().with_key("not-the-key");
        let order = order_body("order-1", "1000");
        stranger.create_order(&order)?.expect_problem(401, "unauthorized")?;
        stranger.orders("")?.expect_problem(401, "unauthorized")?;
        stranger.order("order-1")?.expect_problem(401, "unauthorized")?;
        let keyless = Call::new("POST", "/v1/orders").json(&order);
        stand.merchant().send_without_key(keyless)?.expect_problem(401, "unauthorized")?;
        nothing_is_stored(stand)
    })
}

#[test]
fn what_does_not_exist_is_not_found() -> Proof {
    Stand::prove(|stand| {
        let merchant = stand.merchant();
        let answers = [
            merchant.order("order-1")?,
            merchant.shippable("order-1")?,
            merchant.open_payment("order-1", &session_body("AUTOMATIC"))?,
            merchant.payment("payment-1")?,
            merchant.inquire("payment-1")?,
            merchant.capture("payment-1", None)?,
            merchant.cancel("payment-1")?,
            merchant.refund("payment-1", &json!({"amount": {"currency": "USD", "value": "1"}}))?,
            merchant.refunds("payment-1")?,
        ];
        for answer in answers {
            answer.expect_problem(404, "not_found")?;
        }
        nothing_is_stored(stand)
    })
}

#[test]
fn an_amount_that_is_no_amount_is_refused_with_its_field_named() -> Proof {
    Stand::prove(|stand| {
        for value in ["0", "10.00", "-1", "+1", "1e3", " 1", "", "007", "12345678901234567", "１０"] {
            refused(stand, "/amount/value", &json!(value), "amount.value")?;
        }
        refused(stand, "/amount/value", &json!(1000), "amount.value")?;
        for currency in ["XYZ", "usd", "US", "", "$"] {
            refused(stand, "/amount/currency", &json!(currency), "amount.currency")?;
        }
        nothing_is_stored(stand)
    })
}

//= S-5 test
#[test]
fn chinese_characters_are_refused_with_their_field_named() -> Proof {
    Stand::prove(|stand| {
        refused(stand, "/description", &json!("Tea 茶"), "description")?;
        refused(stand, "/referenceOrderId", &json!("订单-1"), "referenceOrderId")?;
        refused(stand, "/buyer/referenceBuyerId", &json!("买家"), "buyer.referenceBuyerId")?;
        nothing_is_stored(stand)?;
        let mut order = order_body("order-1", "1000");
        order["description"] = json!("Café “au lait” – 2 × 0,5 l; thé & gâteaux!");
        stand.merchant().create_order(&order)?.expect_status("other punctuation is fine", &[201]).map(drop)
    })
}

#[test]
fn an_id_that_is_missing_or_too_long_is_refused_with_its_field_named() -> Proof {
    Stand::prove(|stand| {
        refused(stand, "/referenceOrderId", &json!("x".repeat(65)), "referenceOrderId")?;
        refused(stand, "/referenceOrderId", &json!(""), "referenceOrderId")?;
        refused(stand, "/description", &json!("x".repeat(257)), "description")?;
        for field in ["referenceOrderId", "amount", "description", "buyer"] {
            let mut order = order_body("order-1", "1000");
            order.as_object_mut().map(|members| members.remove(field));
            is_refused(&stand.merchant().create_order(&order)?, field)?;
        }
        nothing_is_stored(stand)
    })
}

//= P-1 test
#[test]
fn card_data_is_refused_by_name_and_never_echoed() -> Proof {
    Stand::prove(|stand| {
        let order = Steps::on(stand).create_order("card", "1000")?;
        let secrets = [
            ("cardNo", "4054695723100768"),
            ("cvv", "8731"),
            ("expiryMonth", "1177"),
            ("expiryYear", "9931"),
        ];
        for (name, secret) in secrets {
            for mut body in [session_body("AUTOMATIC"), hosted_body("AUTOMATIC")] {
                body[name] = json!(secret);
                refused_without_echo(&stand.merchant().open_payment(&order, &body)?, name, secret)?;
                body.as_object_mut().map(|members| members.remove(name));
                body["card"] = json!({ name: secret });
                let field = format!("card.{name}");
                refused_without_echo(&stand.merchant().open_payment(&order, &body)?, &field, secret)?;
            }
            let mut new_order = order_body("order-1", "1000");
            new_order[name] = json!(secret);
            refused_without_echo(&stand.merchant().create_order(&new_order)?, name, secret)?;
        }
        let seen = Steps::on(stand).order(&order)?;
        ensure(list_at(&seen, "/attempts").is_empty(), "no attempt was opened", &seen)?;
        ensure(list_at(&seen, "/timeline").len() == 1, "nothing was recorded", &seen)?;
        ensure(stand.gateway().payments()?.is_empty(), "the gateway was not called", &seen)?;
        let log = stand.log_ends();
        let leaked = secrets.iter().any(|(name, secret)| *name == "cardNo" && log.contains(secret));
        ensure(!leaked, "the log holds no card number", &json!("a card number"))
    })
}

#[test]
fn a_body_that_is_no_json_or_not_declared_as_json_is_refused() -> Proof {
    Stand::prove(|stand| {
        let post = || Call::new("POST", "/v1/orders");
        let whole = order_body("order-1", "1000").to_string();
        let cut = whole.get(..whole.len() - 1).unwrap_or_default();
        for body in [
            cut,
            "",
            "[]",
            "null",
            "\"text\"",
            r#"["order-1", ["USD", "1000"], "Tea", ["buyer-1"]]"#,
            "{\"referenceOrderId\":\"a\",\"referenceOrderId\":\"b\"}",
        ] {
            let call = post().header("content-type", "application/json").text(body);
            stand.merchant().send(call)?.expect_problem(400, "invalid_request")?;
        }
        for content_type in ["text/plain", "application/x-www-form-urlencoded"] {
            let call = post().header("content-type", content_type).text(whole.clone());
            stand.merchant().send(call)?.expect_problem(415, "unsupported_media_type")?;
        }
        nothing_is_stored(stand)
    })
}

#[test]
fn the_same_order_twice_is_a_conflict_unless_it_is_the_same_in_all() -> Proof {
    Stand::prove(|stand| {
        let steps = Steps::on(stand);
        let order = steps.create_order("twice", "1000")?;
        let other = stand.merchant().create_order(&order_body(&order, "2000"))?;
        other.expect_problem(409, "conflict")?;
        let same = stand.merchant().create_order(&order_body(&order, "1000"))?;
        same.expect_status("the same order again is the order that exists", &[200])?;
        let seen = steps.order(&order)?;
        ensure(text_at(&seen, "/amount/value") == "1000", "the first amount stands", &seen)
    })
}

/// Creates an order with one value replaced; the answer must name the field.
fn refused(stand: &Stand, pointer: &str, value: &Value, field: &str) -> Result<(), Failure> {
    let mut order = order_body("order-1", "1000");
    if let Some(place) = order.pointer_mut(pointer) {
        *place = value.clone();
    }
    is_refused(&stand.merchant().create_order(&order)?, field)
}

fn is_refused(answer: &Answer, field: &str) -> Result<(), Failure> {
    answer.expect_problem(400, "invalid_request")?;
    answer.expect_field(field)
}

fn refused_without_echo(answer: &Answer, field: &str, secret: &str) -> Result<(), Failure> {
    is_refused(answer, field)?;
    ensure(!answer.text.contains(secret), "the value is not echoed", &answer.json)
}

fn nothing_is_stored(stand: &Stand) -> Result<(), Failure> {
    let orders = ledger::order_ids(stand)?;
    ensure(orders.is_empty(), "no order is stored", &json!(orders))?;
    let payments = stand.gateway().payments()?;
    ensure(payments.is_empty(), "the gateway was not called", &json!(payments))
}
