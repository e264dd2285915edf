//! The OpenAPI document against the service: every route, every status, every example and every schema of it.
//! Whether the document and the route table name the same routes and scopes is tested beside that table.
#![allow(clippy::indexing_slicing, reason = "a JSON value that is asked for what it has not gives null")]

#[path = "openapi/schema.rs"]
mod schema;
#[path = "openapi/witness.rs"]
mod witness;

use antom_tests::flows::{Opened, Steps};
use antom_tests::http::{Call, Http, list_at, text_at};
use antom_tests::waiting::{Look, PATIENCE, until};
use antom_tests::{Failure, Proof, Stand, StandOptions, ensure};
use serde_json::{Value, json};
use witness::Witness;

/// Keys with one scope each, and the SHA-256 of each.
const KEYS: [(&str, &str, &str); 4] = [
    ("only-read", "read", "a419886dbbbc345b81f7405ce298822c757903c82874084d899facedb7cb1f09"),
    ("only-pay", "pay", "7a253354aca7d07ea60f7b39b7faad5ef09b9a5d38b1a3c98fe0816c2ccd2d1f"),
    ("only-refund", "refund", "3bc262a771823fae365890ff565bfe008cd45ca0f3dd59d7397f3f676301d1f2"),
    (witness::ADMIN_KEY, "admin", "82413be6d7bcc2234379c2d4c65a16c44fd7201a2f17449a952a349776f4fc45"),
];
const NOTHING: Value = Value::Null;

#[test]
fn the_service_answers_as_the_document_says() -> Proof {
    let environment = [
        ("ANTOM__GATEWAY__TIMEOUT", "2s"),
        ("ANTOM__PAYMENT__FRESH_FOR", "0s"),
        // Nobody listens there: events wait.
        ("ANTOM__EVENTS__WEBHOOK_URL", "http://127.0.0.1:9/"),
        ("ANTOM__EVENTS__WEBHOOK_SECRETS", "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"),
    ];
    let options = StandOptions {
        service_environment: environment.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec(),
        ..StandOptions::default()
    };
    Stand::prove_with(&options, |stand| {
        stand.add_keys(&KEYS)?;
        let document = document()?;
        let witness = Witness::new(stand, &document);
        witness
            .refusals(|scope| KEYS.iter().find(|(_, has, _)| *has != scope).map_or("", |(key, ..)| *key))?;
        orders(&witness)?;
        let stored = card_payments(stand, &witness)?;
        other_openings(stand, &witness, &stored)?;
        money(stand, &witness)?;
        unanswered(stand, &witness)?;
        methods(&witness)?;
        buyers_pages(stand, &witness)?;
        events(&witness)?;
        notifications(&witness)?;
        erasures(stand, &witness)?;
        reconciliations(stand, &witness)?;
        witness.everything_was_seen()
    })
}

#[test]
fn the_document_is_printed_and_served_as_it_is_committed() -> Proof {
    Stand::prove(|stand| {
        let committed = std::fs::read_to_string(committed())?;
        ensure(
            stand.run(&["openapi"])? == committed,
            "antom openapi prints the document",
            &json!("another text"),
        )?;
        let admin = Http::new(stand.service().told("admin")?);
        let served = admin.send(Call::new("GET", "/openapi.json"))?;
        ensure(served.text == committed, "the admin listener serves the document", &json!(served.text))?;
        let page = admin.send(Call::new("GET", "/docs"))?;
        let is_page = page.status == 200 && page.content_type.starts_with("text/html");
        ensure(
            is_page && page.text.contains("/v1/orders/{id}/shippable"),
            "the page shows it",
            &json!(page.text),
        )?;
        let styles = admin.send(Call::new("GET", "/docs/page.css"))?;
        ensure(
            styles.status == 200 && styles.content_type.starts_with("text/css"),
            "it has styles",
            &json!(styles.text),
        )
    })
}

fn committed() -> String {
    format!("{}/../docs/openapi.json", env!("CARGO_MANIFEST_DIR"))
}

fn document() -> Result<Value, Failure> {
    let text = std::fs::read_to_string(committed())?;
    serde_json::from_str(&text).map_err(|error| Failure::step("the document is JSON", error))
}

fn orders(witness: &Witness<'_>) -> Result<(), Failure> {
    let small = witness.example("createOrder", "small");
    witness.call("createOrder", "", &small, 201)?;
    witness.call("createOrder", "", &small, 200)?;
    let mut other = small.clone();
    other["amount"]["value"] = json!("4300");
    witness.call("createOrder", "", &other, 409)?;
    other["amount"]["currency"] = json!("XXX");
    witness.call("createOrder", "", &other, 400)?;
    let rich = witness.example("createOrder", "with_goods");
    witness.call("createOrder", "", &rich, 201)?;
    witness.call("createOrder", "", &rich, 200)?;
    let shown = witness.call("showOrder", text_at(&rich, "/referenceOrderId"), &NOTHING, 200)?;
    ensure(shown["goods"] == rich["goods"], "the goods are shown as they were given", &shown)?;
    witness.call("showOrder", "no-order", &NOTHING, 404)?;
    let page = witness.query("listOrders", "?limit=1&phase=open", 200)?;
    witness.query("listOrders", &format!("?limit=1&cursor={}", text_at(&page, "/next")), 200)?;
    witness.query("listOrders", "?limit=0", 400)?;
    Ok(())
}

/// What was paid before was told, or waits to be.
fn events(witness: &Witness<'_>) -> Result<(), Failure> {
    let page = witness.query("listEvents", "?type=payment.succeeded", 200)?;
    let first = text_at(&page, "/events/0/id");
    ensure(!first.is_empty(), "an event of a payment is listed", &page)?;
    witness.query("listEvents", &format!("?cursor={}", text_at(&page, "/next")), 200)?;
    witness.query("listEvents", "?type=weather.changed", 400)?;
    witness.call("resendEvent", first, &witness.example("resendEvent", "nothing"), 202)?;
    witness.call("resendEvent", "evt_nobody_1", &json!({}), 404)?;
    Ok(())
}

/// What was paid before was told by notifications; taking one in again adds nothing.
fn notifications(witness: &Witness<'_>) -> Result<(), Failure> {
    let page = witness.query("listNotifications", "?verdict=absorbed", 200)?;
    let first = text_at(&page, "/notifications/0/id");
    ensure(!first.is_empty(), "a notification of a payment is listed", &page)?;
    witness.query("listNotifications", "?verdict=doubted", 400)?;
    witness.query("listNotifications", "?cursor=nowhere", 400)?;
    let again =
        witness.call("replayNotification", first, &witness.example("replayNotification", "nothing"), 200)?;
    ensure(text_at(&again, "/verdict") == "absorbed", "its verdict stays", &again)?;
    witness.call("replayNotification", "nobodys", &json!({}), 404).map(drop)
}

/// The orders of the first examples were never paid; all are of one buyer.
fn erasures(stand: &Stand, witness: &Witness<'_>) -> Result<(), Failure> {
    let one = witness.example("erase", "order");
    let small = text_at(&one, "/referenceOrderId").to_owned();
    let erased = witness.call("erase", "", &one, 200)?;
    ensure(erased["erased"] == json!([small]), "it is erased", &erased)?;
    let again = witness.call("erase", "", &one, 200)?;
    ensure(again["erasedBefore"] == json!([small]), "once", &again)?;
    witness.call("openPayment", &small, &witness.example("openPayment", "session"), 409)?;
    witness.call("erase", "", &json!({"referenceOrderId": "no-order"}), 404)?;
    witness.call("erase", "", &json!({}), 400)?;
    witness.call("erase", "", &json!({"referenceBuyerId": "buyer-7", "cursor": "nowhere"}), 400)?;
    let waiting = open(stand, witness, "session")?;
    witness.call("erase", "", &json!({"referenceOrderId": waiting.order}), 409)?;
    let theirs = witness.call("erase", "", &witness.example("erase", "buyer"), 200)?;
    let refused = list_at(&theirs, "/refused").iter().any(|one| one["referenceOrderId"] == *waiting.order);
    ensure(refused && theirs["erased"] != json!([]), "what rests is erased, the rest is told", &theirs)?;
    Ok(())
}

/// A file of an empty period agrees with any books, and there is no folder to look into.
fn reconciliations(stand: &Stand, witness: &Witness<'_>) -> Result<(), Failure> {
    let operator = stand.merchant().with_key(witness::ADMIN_KEY);
    let upload = |text: &str| {
        let name = "transactionItems_20261102_000.csv";
        let part =
            format!("--b\r\ncontent-disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\r\n");
        let call = Call::new("POST", "/v1/reconciliations");
        let call = call.header("content-type", "multipart/form-data; boundary=b");
        operator.send(call.text(format!("{part}{text}\r\n--b--\r\n")))
    };
    let header = "transactionType,transactionId,transactionRequestId,originalTransactionRequestId,referenceTransactionId,transactionAmountValue,transactionCurrency,memo";
    let dispute = "DISPUTE,P,,PR,ORD,-60.00,USD,seen";
    let unknown = "PAYMENT,Q,QR,,ORD,60.00,USD,";
    let text = format!("{header}\n{dispute}\n{unknown}\n<END>\n");
    let told = witness.judge("reconcile", upload(&text)?, 200)?;
    witness.judge("reconcile", upload(&text.replace("<END>", ""))?, 400)?;
    witness.call("reconcile", "", &witness.example("reconcile", "watched_folder"), 409)?;
    witness.query("listReconciliations", "", 200)?;
    let id = text_at(&told, "/id");
    let shown = witness.call("showReconciliation", id, &NOTHING, 200)?;
    ensure(shown == told, "it is shown as it was answered", &shown)?;
    witness.call("showReconciliation", "nobodys", &NOTHING, 404).map(drop)
}

/// A new order like that of the example, whose id is its own.
fn order(stand: &Stand, witness: &Witness<'_>, value: &str) -> Result<String, Failure> {
    order_in(stand, witness, "USD", value)
}

fn order_in(stand: &Stand, witness: &Witness<'_>, currency: &str, value: &str) -> Result<String, Failure> {
    let id = stand.next_order_id("documented");
    let mut body = witness.example("createOrder", "small");
    body["referenceOrderId"] = json!(id);
    body["amount"] = json!({"currency": currency, "value": value});
    witness.call("createOrder", "", &body, 201)?;
    Ok(id)
}

fn open(stand: &Stand, witness: &Witness<'_>, example: &str) -> Result<Opened, Failure> {
    // Instalments are a matter of some countries.
    let currency = if example == "instalments" { "BRL" } else { "USD" };
    let order = order_in(stand, witness, currency, "4200")?;
    let body = witness.example("openPayment", example);
    let answer = witness.call("openPayment", &order, &body, 201)?;
    Ok(Opened { payment: text_at(&answer, "/paymentRequestId").to_owned(), order, answer })
}

/// A card is stored and told; then it pays without a page. Answers its token.
fn card_payments(stand: &Stand, witness: &Witness<'_>) -> Result<String, Failure> {
    let steps = Steps::on(stand);
    let first = open(stand, witness, "store_card_with_3ds")?;
    witness.call("storedCard", &first.payment, &NOTHING, 404)?;
    steps.buyer(&first, "success")?;
    steps.wait_until_shippable(&first.order)?;
    let card = witness.call("storedCard", &first.payment, &NOTHING, 200)?;
    let token = text_at(&card, "/cardToken").to_owned();
    let again = order(stand, witness, "4200")?;
    let body = json!({"integration": "hosted", "paymentMethodType": "CARD", "terminalType": "WEB",
        "card": {"cardToken": token, "recurringType": "UNSCHEDULED"}});
    witness.call("openPayment", &again, &body, 200)?;
    witness.call("openPayment", &first.order, &body, 409)?;
    Ok(token)
}

fn other_openings(stand: &Stand, witness: &Witness<'_>, token: &str) -> Result<(), Failure> {
    for example in ["address_check", "instalments", "korean_issuer", "wallet"] {
        open(stand, witness, example)?;
    }
    let session = witness.example("openPayment", "session");
    witness.call("openPayment", "no-order", &session, 404)?;
    let new = order(stand, witness, "4200")?;
    let mut with_card_data = session.clone();
    with_card_data["card"] = json!({"cardNo": "4054695723100768"});
    witness.call("openPayment", &new, &with_card_data, 400)?;
    let risky = order(stand, witness, "11")?;
    let mut refused = witness.example("openPayment", "hosted");
    refused["card"] = json!({"cardToken": format!("{token}-of-nobody")});
    witness.call("openPayment", &risky, &refused, 422)?;
    let text = Call::new("POST", "/v1/orders").header("content-type", "text/plain").text("order");
    witness.judge("createOrder", stand.merchant().send(text)?, 415).map(drop)
}

/// A card is captured by hand and partly refunded, another payment cancelled.
fn money(stand: &Stand, witness: &Witness<'_>) -> Result<(), Failure> {
    let steps = Steps::on(stand);
    let held = open(stand, witness, "hosted")?;
    let capture = witness.example("capture", "named");
    let refund = witness.example("refund", "part");
    witness.call("capture", &held.payment, &capture, 409)?;
    witness.call("refund", &held.payment, &refund, 409)?;
    witness.call("showPayment", &held.payment, &NOTHING, 200)?;
    steps.buyer(&held, "success")?;
    steps.wait_for_event(&held, "AuthorizationHeld")?;
    let less = json!({"amount": {"currency": "USD", "value": "4199"}});
    witness.call("capture", &held.payment, &less, 400)?;
    witness.call("capture", &held.payment, &capture, 202)?;
    steps.wait_until_shippable(&held.order)?;
    witness.call("capture", &held.payment, &capture, 200)?;
    witness.call("shippable", &held.order, &NOTHING, 200)?;
    witness.call("cancel", &held.payment, &witness.example("cancel", "nothing"), 409)?;
    witness.call("refund", &held.payment, &refund, 202)?;
    steps.wait_for_event(&held, "RefundSucceeded")?;
    witness.call("refund", &held.payment, &refund, 200)?;
    let more = json!({"amount": {"currency": "USD", "value": "4200"}});
    witness.call("refund", &held.payment, &more, 400)?;
    witness.call("listRefunds", &held.payment, &NOTHING, 200)?;
    witness.call("inquire", &held.payment, &witness.example("inquire", "nothing"), 200)?;

    let all = open(stand, witness, "hosted")?;
    steps.buyer(&all, "success")?;
    steps.wait_for_event(&all, "AuthorizationHeld")?;
    witness.call("capture", &all.payment, &witness.example("capture", "all"), 202)?;
    let left = open(stand, witness, "session")?;
    witness.call("cancel", &left.payment, &json!({}), 200)?;
    for (operation, body) in [
        ("showPayment", NOTHING),
        ("inquire", json!({})),
        ("capture", json!({})),
        ("cancel", json!({})),
        ("refund", refund),
        ("listRefunds", NOTHING),
    ] {
        witness.call(operation, "no-payment", &body, 404)?;
    }
    witness.call("shippable", "no-order", &NOTHING, 404).map(drop)
}

/// What is told while the gateway does not answer.
fn unanswered(stand: &Stand, witness: &Witness<'_>) -> Result<(), Failure> {
    let waiting = open(stand, witness, "session")?;
    let late = order(stand, witness, "4200")?;
    let down = |operation: &str| json!({"target": operation, "probability": 1.0, "do": {"kind": "status", "status": 503}});
    let rules: Vec<Value> =
        ["pay", "cancel", "inquiryPayment", "consult"].iter().map(|operation| down(operation)).collect();
    stand.gateway().plant_faults(&json!(rules))?;
    witness.call("inquire", &waiting.payment, &json!({}), 202)?;
    witness.call("shippable", &waiting.order, &NOTHING, 202)?;
    witness.call("storedCard", &waiting.payment, &NOTHING, 503)?;
    witness.call("consult", "", &witness.example("consult", "web"), 503)?;
    witness.call("cancel", &waiting.payment, &json!({}), 202)?;
    witness.call("openPayment", &late, &witness.example("openPayment", "hosted"), 202)?;
    stand.gateway().clear_faults()
}

fn methods(witness: &Witness<'_>) -> Result<(), Failure> {
    for example in ["web", "cards_in_an_app"] {
        let offered = witness.call("consult", "", &witness.example("consult", example), 200)?;
        ensure(text_at(&offered, "/source") == "gateway", "the gateway tells its methods", &offered)?;
        ensure(!offered["paymentOptions"][0].is_null(), "there are methods", &offered)?;
    }
    let nowhere = json!({"amount": {"currency": "USD", "value": "4200"}, "terminalType": "TV"});
    witness.call("consult", "", &nowhere, 400).map(drop)
}

fn buyers_pages(stand: &Stand, witness: &Witness<'_>) -> Result<(), Failure> {
    let opened = open(stand, witness, "session")?;
    let token = text_at(&opened.answer, "/statusUrl").rsplit('/').next().unwrap_or_default().to_owned();
    let address = format!("{}/checkout/{token}", stand.merchant().base());
    ensure(text_at(&opened.answer, "/checkoutUrl") == address, "the buyer's page is named", &opened.answer)?;
    let to_pay = witness.call("toPay", &token, &NOTHING, 200)?;
    let same = text_at(&to_pay, "/sessionData") == text_at(&opened.answer, "/session/paymentSessionData");
    ensure(same && text_at(&to_pay, "/stand") == "payable", "the session is handed out", &to_pay)?;
    witness.call("toPay", "no-token", &NOTHING, 404)?;
    for example in ["failed", "successful"] {
        let seen = witness.call("clientEvent", &token, &witness.example("clientEvent", example), 200)?;
        ensure(text_at(&seen, "/status") == "processing", "a report is not believed", &seen)?;
    }
    witness.call("clientEvent", &token, &json!([1]), 400)?;
    witness.call("clientEvent", "no-token", &json!({}), 404)?;
    witness.call("status", "no-token", &NOTHING, 404)?;
    Steps::on(stand).buyer(&opened, "success")?;
    until("the paid status", PATIENCE, || {
        let seen = witness.call("status", &token, &NOTHING, 200)?;
        Ok(if text_at(&seen, "/status") == "paid" { Look::Found(()) } else { Look::NotYet(seen.to_string()) })
    })
}
