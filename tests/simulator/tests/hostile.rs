//! Requests that no merchant means to send: whatever stands in a body, the answer is one of the gateway's, and its books
//! add up. What comes over sockets is in `hostile_http`.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test says what it expects, and fails where that is not so"
)]

#[path = "support/scene.rs"]
mod scene;

use antom_simulator::core::{Answer, Operation, Outcome};
use proptest::prelude::*;
use proptest::sample::{Index, select};
use scene::{Scene, capture, changed, code_of, pay, refund, session};
use serde_json::{Value, json};

/// What may stand where a value stood, as it is written.
fn strange() -> impl Strategy<Value = String> {
    let written: Vec<String> = [
        "null",
        "true",
        "0",
        "-1",
        "-0",
        "1.5",
        "1e400",
        "-1e-400",
        "1e5",
        "18446744073709551616",
        "9223372036854775807",
        "\"\"",
        "\" \"",
        "\"-5\"",
        "\"0\"",
        "\"99999999999999999999\"",
        "\"1e9\"",
        "\"\\u0000\"",
        "\"\\ud800\"",
        "\"\\udc00\\ud800\"",
        "\"\u{202e}\u{feff}\"",
        "\"%00../../etc\"",
        "\"é#*\"",
        "[]",
        "{}",
        "[null]",
        "[[[[]]]]",
        "{\"\":{\"\":{}}}",
        "{\"currency\":\"SGD\"}",
        "{\"value\":\"1\"}",
        "[{\"a\":1},2,\"3\"]",
        "nan",
        "01",
        "'x'",
        "\u{1}",
        "",
        "{\"currency\":\"SGD\",\"value\":\"9999999999999999\"}",
        "\"9999-12-31T23:59:59Z\"",
        "\"-009999-01-01T00:00:00Z\"",
        "\"2026-01-10T02:00:00+99:00\"",
        "\"999999999999999\"",
    ]
    .map(str::to_owned)
    .to_vec();
    prop_oneof![
        6 => select(written),
        1 => any::<String>().prop_map(|text| json!(text).to_string()),
        1 => any::<f64>().prop_map(|number| number.to_string()),
        1 => (1_usize..70_000).prop_map(|length| format!("\"{}\"", "é".repeat(length))),
        1 => (1_usize..300).prop_map(|levels| "[".repeat(levels) + &"]".repeat(levels)),
        1 => (1_usize..300).prop_map(|levels| "{\"a\":".repeat(levels) + "1" + &"}".repeat(levels)),
    ]
}

#[derive(Clone, Debug)]
enum Blow {
    Replace(Index, String),
    Remove(Index),
    Twice(Index, String),
    Cut(Index),
}

fn blow() -> impl Strategy<Value = Blow> {
    prop_oneof![
        6 => (any::<Index>(), strange()).prop_map(|(at, text)| Blow::Replace(at, text)),
        2 => any::<Index>().prop_map(Blow::Remove),
        2 => (any::<Index>(), strange()).prop_map(|(at, text)| Blow::Twice(at, text)),
        1 => any::<Index>().prop_map(Blow::Cut),
    ]
}

/// The pointers of all members and entries.
fn places(value: &Value, at: &str, found: &mut Vec<String>) {
    let entries: Vec<(String, &Value)> = match value {
        Value::Object(members) => members.iter().map(|(name, value)| (name.clone(), value)).collect(),
        Value::Array(entries) => {
            entries.iter().enumerate().map(|(index, value)| (index.to_string(), value)).collect()
        }
        _ => Vec::new(),
    };
    for (name, value) in entries {
        let place = format!("{at}/{name}");
        places(value, &place, found);
        found.push(place);
    }
}

/// The text of a request after the blows: what cannot be said in a `Value` is put into the text in place of a mark.
fn beaten(request: &Value, blows: &[Blow]) -> Vec<u8> {
    const MARK: &str = "@mark@";
    let mut request = request.clone();
    let mut written = Vec::new();
    let mut cut = None;
    for blow in blows {
        let mut all = Vec::new();
        places(&request, "", &mut all);
        let pick = |at: &Index| all.get(at.index(all.len().max(1))).cloned();
        match blow {
            Blow::Replace(at, text) => {
                let Some(place) = pick(at) else { continue };
                *request.pointer_mut(&place).expect("a place") = json!(format!("{MARK}{}", written.len()));
                written.push(text.clone());
            }
            Blow::Twice(at, text) => {
                let Some(place) = pick(at) else { continue };
                let name = place.rsplit('/').next().unwrap_or_default().to_owned();
                let value = request.pointer_mut(&place).expect("a place");
                let first = value.to_string();
                *value = json!(format!("{MARK}{}", written.len()));
                written.push(format!("{first},{}:{text}", json!(name)));
            }
            Blow::Remove(at) => {
                let Some(place) = pick(at) else { continue };
                let (parent, name) = place.rsplit_once('/').expect("a pointer");
                if let Some(members) = request.pointer_mut(parent).and_then(Value::as_object_mut) {
                    members.remove(name);
                }
            }
            Blow::Cut(at) => cut = Some(*at),
        }
    }
    let mut text = request.to_string();
    for (index, strange) in written.iter().enumerate().rev() {
        text = text.replace(&format!("\"{MARK}{index}\""), strange);
    }
    let mut bytes = text.into_bytes();
    if let Some(at) = cut {
        bytes.truncate(at.index(bytes.len().max(1)));
    }
    bytes
}

/// A scene in which every operation has something to work on.
struct Stage {
    scene: Scene,
    requests: Vec<(Operation, Value)>,
}

impl Stage {
    fn set() -> Self {
        let mut scene = Scene::new();
        let paid = scene.authorized("a1", "MANUAL");
        let taken = scene.authorized("b1", "");
        scene.advance(5);
        let open = scene.pay("c1", "MANUAL");
        assert_eq!(scene.code(Operation::CreatePaymentSession, &session("s1", "")), "SUCCESS");
        let card = json!({
            "cardNo": "4054695723100768", "expiryYear": "30", "expiryMonth": "12", "cvv": "123",
            "cardholderName": {"firstName": "Ada", "lastName": "Byron"},
        });
        let vault = |id: &str| {
            json!({
                "vaultingRequestId": id, "vaultingNotificationUrl": "http://127.0.0.1:1/vaulted",
                "redirectUrl": "https://shop.test/cards", "metadata": "buyer 7",
                "paymentMethodDetail": {"paymentMethodType": "CARD", "card": card},
                "env": {"terminalType": "WEB", "clientIp": "127.0.0.1"},
            })
        };
        let vaulted = scene.call(Operation::VaultPaymentMethod, &vault("v1"));
        let token = vaulted["paymentMethodDetail"]["card"]["cardToken"].clone();
        let full = changed(
            &changed(&pay("p1", "MANUAL"), "paymentMethod.paymentMethodMetaData", card.clone()),
            "order.goods",
            json!([{"referenceGoodsId": "1", "goodsName": "a chair", "goodsQuantity": "2"}]),
        );
        let full = changed(&full, "paymentExpiryTime", json!("2026-01-10T02:10:00Z"));
        let amount = json!({"currency": "SGD", "value": "100"});
        let requests = vec![
            (Operation::CreatePaymentSession, session("s2", "MANUAL")),
            (Operation::Pay, full),
            (Operation::InquiryPayment, json!({"paymentRequestId": "a1", "paymentId": paid})),
            (Operation::Capture, capture("cap1", &paid, "100")),
            (Operation::Cancel, json!({"paymentId": open, "paymentRequestId": "c1"})),
            (Operation::Refund, refund("ref1", &taken, "100")),
            (Operation::InquiryRefund, json!({"refundRequestId": "ref1", "refundId": "1"})),
            (
                Operation::Consult,
                json!({
                    "productCode": "CASHIER_PAYMENT", "paymentAmount": amount, "env": {"terminalType": "WEB"},
                    "allowedPaymentMethods": ["CARD"], "allowedPaymentMethodRegions": ["GLOBAL"],
                }),
            ),
            (Operation::RetrievePaymentSession, json!({"paymentRequestId": "s1"})),
            (Operation::InquireInstallment, json!({"cardBin": "40546957", "paymentAmount": amount})),
            (
                Operation::InquireExchangeRate,
                json!({"merchantAccountId": "1", "rateType": "TRADE", "currencyPairs":
                    [{"buyCurrency": "SGD", "sellCurrency": "USD"}]}),
            ),
            (
                Operation::UpdateAmount,
                json!({"paymentId": paid, "updateRequestId": "u1",
                    "amount": {"currency": "SGD", "value": "5000"}}),
            ),
            (
                Operation::CreateVaultingSession,
                json!({
                    "paymentMethodType": "CARD", "vaultingRequestId": "v3",
                    "redirectUrl": "https://shop.test/cards",
                    "vaultingNotificationUrl": "http://127.0.0.1:1/vaulted",
                }),
            ),
            (Operation::VaultPaymentMethod, vault("v2")),
            (Operation::InquireVaulting, json!({"vaultingRequestId": "v1"})),
            (Operation::InquireToken, json!({"token": token})),
            (
                Operation::UpdateToken,
                json!({"token": token, "email": "ada@shop.test",
                    "accountHolderName": {"firstName": "Ada", "lastName": "Byron"}}),
            ),
            (Operation::DeleteToken, json!({"token": token})),
        ];
        Self { scene, requests }
    }

    /// Sends it and holds the answer against what every answer has.
    fn send(&mut self, operation: Operation, body: &[u8]) -> Value {
        let shown = String::from_utf8_lossy(body).chars().take(600).collect::<String>();
        let Answer::Body(text, _) = self.scene.raw(operation, body) else {
            panic!("{operation:?} is not answered: {shown}")
        };
        let answer: Value = serde_json::from_str(&text).expect("a JSON answer");
        let result = &answer["result"];
        let status = result["resultStatus"].as_str().unwrap_or_default();
        assert!(matches!(status, "S" | "F" | "U" | "A"), "{operation:?}: {text} to {shown}");
        assert!(result["resultCode"].as_str().is_some_and(|code| !code.is_empty()), "{text}");
        // The gateway's U would make merchants ask for ever.
        assert_ne!(result["resultCode"], "UNKNOWN_EXCEPTION", "{operation:?}: {text} to {shown}");
        assert_ne!(result["resultCode"], "SYSTEM_ERROR", "{operation:?}: {text} to {shown}");
        answer
    }

    /// After whatever has happened: a payment runs through, and the ledger adds up.
    fn still_stands(&mut self) {
        self.scene.advance(30);
        let id = "sound";
        let paid = self.scene.authorized(id, "MANUAL");
        let all = self.scene.call(Operation::Capture, &capture("sound-c", &paid, "4200"));
        assert_eq!(code_of(&all), "CAPTURE_IN_PROCESS", "{all}");
        self.scene.advance(400 * 86_400);
        assert_eq!(self.scene.attempt(id)["held"], "4200");
        let ledger = self.scene.gateway.ledger(None);
        for order in ledger["orders"].as_object().expect("orders").values() {
            let attempts = order["attempts"].as_array().expect("attempts").iter();
            let held: u64 = attempts.map(|attempt| number(&attempt["held"])).sum();
            assert_eq!(number(&order["held"]), held, "{order}");
        }
    }
}

fn number(value: &Value) -> u64 {
    value.as_str().and_then(|text| text.parse().ok()).unwrap_or_else(|| panic!("an amount, not {value}"))
}

#[test]
fn the_stage_has_a_request_of_every_operation_that_the_gateway_takes() {
    let mut stage = Stage::set();
    for operation in Operation::ALL {
        assert!(stage.requests.iter().any(|(known, _)| *known == operation), "{operation:?}");
    }
    for (operation, request) in stage.requests.clone() {
        let answer = stage.send(operation, request.to_string().as_bytes());
        assert_ne!(code_of(&answer), "PARAM_ILLEGAL", "{operation:?}: {answer}");
    }
    stage.still_stands();
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_stands_in_a_request_the_gateway_answers_and_stands(
        storm in prop::collection::vec((any::<Index>(), prop::collection::vec(blow(), 1..4)), 1..40),
    ) {
        let mut stage = Stage::set();
        for (which, blows) in &storm {
            let (operation, request) = stage.requests[which.index(stage.requests.len())].clone();
            stage.send(operation, &beaten(&request, blows));
        }
        stage.still_stands();
    }

    #[test]
    fn bytes_that_are_no_request_are_refused_by_every_operation(
        bytes in prop::collection::vec(any::<u8>(), 0..300),
    ) {
        let mut stage = Stage::set();
        // Random bytes are no JSON object but by a chance that nobody meets.
        prop_assume!(serde_json::from_slice::<Value>(&bytes).is_err());
        for operation in Operation::ALL {
            prop_assert_eq!(code_of(&stage.send(operation, &bytes)), "PARAM_ILLEGAL");
        }
    }
}

#[test]
fn depth_width_and_length_are_borne_in_every_place_of_every_request() {
    let mut stage = Stage::set();
    let deep = format!("{}{}", "[".repeat(200), "]".repeat(200));
    let deep_objects = format!("{}1{}", "{\"a\":".repeat(200), "}".repeat(200));
    for (operation, request) in stage.requests.clone() {
        for text in [&deep, &deep_objects] {
            let body = format!("{{\"env\":{text}}}");
            assert_eq!(code_of(&stage.send(operation, body.as_bytes())), "PARAM_ILLEGAL", "{operation:?}");
        }
        let mut all = Vec::new();
        places(&request, "", &mut all);
        // A few are enough: every byte of it is read, and copied to the journal.
        let own = all.iter().filter(|place| place.matches('/').count() == 1).take(3);
        for place in own {
            for strange in [json!("9".repeat(1_000_000)), json!(vec![1; 100_000])] {
                let mut request = request.clone();
                *request.pointer_mut(place).expect("a place") = strange;
                let answer = stage.send(operation, request.to_string().as_bytes());
                assert_eq!(answer["result"]["resultStatus"], "F", "{operation:?} {place}: {answer}");
            }
        }
    }
    stage.scene.act("c1", Outcome::Success).expect("nothing has touched the open payment");
    stage.still_stands();
}
