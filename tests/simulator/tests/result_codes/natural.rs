//! Codes that come of what merchant and buyer do: states, amounts, cards, limits, times.
//! What has to be arranged is in `arranged`.

use antom_simulator::core::{GatewaySettings, Operation, Outcome};
use serde_json::{Value, json};

use crate::book::Book;
use crate::scene::{Scene, capture, changed, pay, refund, session, wallet, with_method};

type Way = (Operation, &'static str, &'static str, fn(&mut Scene) -> Value);

pub(crate) fn reach(book: &mut Book) {
    let settings = || GatewaySettings { magic_amounts: true, ..GatewaySettings::default() };
    for (operation, code, how, request) in
        STARTS.iter().chain(CARDS).chain(CAPTURES).chain(CANCELS).chain(REFUNDS).chain(QUESTIONS)
    {
        let mut scene = Scene::with(settings());
        let request = request(&mut scene);
        let answer = scene.call(*operation, &request);
        book.reached(operation.name(), code, how, &answer["result"]);
    }
    for operation in Operation::ALL {
        let mut scene = Scene::new();
        let answer = scene.call(operation, &json!([]));
        book.reached(operation.name(), "PARAM_ILLEGAL", "a body that is no object", &answer["result"]);
        scene.agree(&json!({"rateLimit": {"requests": 1, "perMs": 1_000}}));
        scene.call(operation, &json!({}));
        let code = "REQUEST_TRAFFIC_EXCEED_LIMIT";
        let api = if book.has(operation.name(), code) { operation.name() } else { "gateway" };
        let answer = scene.call(operation, &json!({}));
        book.reached(api, code, "the contract's rate limit", &answer["result"]);
    }
}

const STARTS: &[Way] = &[
    (Operation::CreatePaymentSession, "SUCCESS", "a session", |_| session("a1", "")),
    (Operation::CreatePaymentSession, "CURRENCY_NOT_SUPPORT", "a currency that nobody pays in", |_| {
        changed(&session("a1", ""), "paymentAmount.currency", json!("XTS"))
    }),
    (Operation::CreatePaymentSession, "REPEAT_REQ_INCONSISTENT", "the id again, another amount", |scene| {
        scene.call(Operation::CreatePaymentSession, &session("a1", ""));
        changed(&session("a1", ""), "paymentAmount.value", json!("4201"))
    }),
    (Operation::CreatePaymentSession, "ORDER_IS_CLOSED", "the session has expired", |scene| {
        scene.call(Operation::CreatePaymentSession, &session("a1", ""));
        scene.advance(3_601);
        session("a1", "")
    }),
    (Operation::Pay, "PAYMENT_IN_PROCESS", "a payment on the gateway's page", |_| pay("a1", "")),
    (Operation::Pay, "SUCCESS", "a repeat after the buyer has paid", |scene| {
        scene.authorized("a1", "");
        pay("a1", "")
    }),
    (Operation::Pay, "RISK_REJECT", "the amount 11", |_| {
        changed(&pay("a1", ""), "paymentAmount.value", json!("11"))
    }),
    (Operation::Pay, "UNKNOWN_EXCEPTION", "the magic amount 9901", |_| {
        changed(&pay("a1", ""), "paymentAmount.value", json!("9901"))
    }),
    (Operation::Pay, "CURRENCY_NOT_SUPPORT", "a currency that nobody pays in", |_| {
        changed(&pay("a1", ""), "paymentAmount.currency", json!("XTS"))
    }),
    (Operation::Pay, "REPEAT_REQ_INCONSISTENT", "the id again, another amount", |scene| {
        scene.pay("a1", "");
        changed(&pay("a1", ""), "paymentAmount.value", json!("4201"))
    }),
    (Operation::Pay, "ORDER_IS_CANCELED", "a repeat after a cancel", |scene| {
        scene.pay("a1", "");
        scene.call(Operation::Cancel, &json!({"paymentRequestId": "a1"}));
        pay("a1", "")
    }),
    (Operation::Pay, "ORDER_IS_CLOSED", "a repeat after 14 minutes", |scene| {
        scene.pay("a1", "");
        scene.advance(15 * 60);
        pay("a1", "")
    }),
    (Operation::Pay, "PAYMENT_AMOUNT_EXCEED_LIMIT", "more than the method takes", |_| {
        with_method("a1", "TRUEMONEY", "THB", "3000001")
    }),
    (Operation::Pay, "INVALID_ACCESS_TOKEN", "a token that nobody was given", |_| {
        changed(&pay("a1", ""), "paymentMethod.paymentMethodId", json!("never-issued"))
    }),
];

/// A `pay` with the data of a card that the merchant took.
fn with_card(number: &str, change: impl FnOnce(&mut Value)) -> Value {
    let mut card = json!({"cardNo": number, "cvv": "123", "expiryMonth": "12", "expiryYear": "39"});
    change(&mut card);
    changed(&pay("a1", ""), "paymentMethod.paymentMethodMetaData", card)
}

const CARDS: &[Way] = &[
    (Operation::Pay, "SUCCESS", "a good card", |_| with_card("4054695723100768", |_| {})),
    (Operation::Pay, "DO_NOT_HONOR", "a card that is declined", |_| with_card("4054692760174822", |_| {})),
    (Operation::Pay, "INVALID_CARD_NUMBER", "a card that does not exist", |_| {
        with_card("4111111111111111", |_| {})
    }),
    (Operation::Pay, "INVALID_EXPIRATION_DATE", "month 13", |_| {
        with_card("4054695723100768", |card| card["expiryMonth"] = json!("13"))
    }),
    (Operation::Pay, "INVALID_PAYMENT_METHOD_META_DATA", "two digits of cvv", |_| {
        with_card("4054695723100768", |card| card["cvv"] = json!("99"))
    }),
    (Operation::Pay, "AUTHENTICATION_REQUIRED", "a card that wants 3-D Secure", |_| {
        with_card("4035501000000107", |_| {})
    }),
    (Operation::Pay, "SELECTED_CARD_BRAND_NOT_AVAILABLE", "a brand that the card does not bear", |_| {
        with_card("4054695723100768", |card| card["selectedCardBrand"] = json!("JCB"))
    }),
];

const CAPTURES: &[Way] = &[
    (Operation::Capture, "CAPTURE_IN_PROCESS", "a manual capture", |scene| {
        capture("c1", &scene.authorized("a1", "MANUAL"), "4200")
    }),
    (Operation::Capture, "SUCCESS", "a repeat 2 seconds later", |scene| {
        let request = capture("c1", &scene.authorized("a1", "MANUAL"), "4200");
        scene.call(Operation::Capture, &request);
        scene.advance(2);
        request
    }),
    (Operation::Capture, "AUTH_NOT_FOUND", "nobody has paid", |scene| {
        capture("c1", &scene.pay("a1", "MANUAL"), "4200")
    }),
    (Operation::Capture, "AUTH_CANCELLED", "after a void", |scene| {
        let id = scene.authorized("a1", "MANUAL");
        scene.call(Operation::Cancel, &json!({"paymentId": id}));
        capture("c1", &id, "4200")
    }),
    (Operation::Capture, "ORDER_IS_CANCELED", "after a cancel of what was unpaid", |scene| {
        let id = scene.pay("a1", "MANUAL");
        scene.call(Operation::Cancel, &json!({"paymentId": id}));
        capture("c1", &id, "4200")
    }),
    (Operation::Capture, "AUTH_EXPIRED", "after seven days", |scene| {
        let id = scene.authorized("a1", "MANUAL");
        scene.advance(7 * 86_400);
        capture("c1", &id, "4200")
    }),
    (Operation::Capture, "CAPTURE_AMOUNT_EXCEED_AUTH_LIMIT", "more than is authorized", |scene| {
        capture("c1", &scene.authorized("a1", "MANUAL"), "4201")
    }),
    (Operation::Capture, "MULTI_CAPTURE_NOT_SUPPORTED", "a second one, against the contract", |scene| {
        scene.agree(&json!({"captures": "single"}));
        let id = scene.authorized("a1", "MANUAL");
        scene.call(Operation::Capture, &capture("c1", &id, "100"));
        capture("c2", &id, "100")
    }),
    (Operation::Capture, "CURRENCY_NOT_SUPPORT", "another currency than was paid in", |scene| {
        let id = scene.authorized("a1", "MANUAL");
        changed(&capture("c1", &id, "4200"), "captureAmount.currency", json!("USD"))
    }),
    (Operation::Capture, "ORDER_STATUS_INVALID", "an automatic one is under way", |scene| {
        capture("c1", &scene.authorized("a1", "AUTOMATIC"), "4200")
    }),
    (Operation::Capture, "REPEAT_REQ_INCONSISTENT", "the id again, another amount", |scene| {
        let id = scene.authorized("a1", "MANUAL");
        scene.call(Operation::Capture, &capture("c1", &id, "4000"));
        capture("c1", &id, "100")
    }),
];

const CANCELS: &[Way] = &[
    (Operation::Cancel, "SUCCESS", "of an unpaid payment", |scene| json!({"paymentId": scene.pay("a1", "")})),
    (Operation::Cancel, "ORDER_NOT_EXIST", "of what nobody knows", |_| json!({"paymentId": "1"})),
    (Operation::Cancel, "ORDER_STATUS_INVALID", "while a capture is in process", |scene| {
        let id = scene.authorized("a1", "MANUAL");
        scene.call(Operation::Capture, &capture("c1", &id, "4200"));
        json!({"paymentId": id})
    }),
    (Operation::Cancel, "CANCEL_WINDOW_EXCEED", "after the capture", |scene| {
        let id = scene.authorized("a1", "");
        scene.advance(3);
        json!({"paymentId": id})
    }),
    (Operation::Cancel, "PAYMENT_METHOD_NOT_SUPPORTED", "with a method that has none", |scene| {
        let request = with_method("a1", "DANA", "IDR", "3000000");
        json!({"paymentId": scene.call(Operation::Pay, &request)["paymentId"]})
    }),
    (Operation::Cancel, "PROCESS_FAIL", "after a refund", |scene| {
        let id = paid_wallet(scene);
        scene.call(Operation::Refund, &refund("r1", &id, "100"));
        json!({"paymentId": id})
    }),
    (Operation::Cancel, "MERCHANT_BALANCE_NOT_ENOUGH", "of a paid wallet, with an empty balance", |scene| {
        scene.agree(&json!({"balance": "empty"}));
        json!({"paymentId": paid_wallet(scene)})
    }),
];

fn paid_wallet(scene: &mut Scene) -> String {
    paid(scene, &wallet("a1"))
}

/// The paymentId of a payment that its buyer has paid.
fn paid(scene: &mut Scene, request: &Value) -> String {
    let answer = scene.call(Operation::Pay, request);
    scene.act("a1", Outcome::Success).expect("paid");
    answer["paymentId"].as_str().expect("a payment id").to_owned()
}

const REFUNDS: &[Way] = &[
    (Operation::Refund, "SUCCESS", "of a wallet", |scene| refund("r1", &paid_wallet(scene), "100")),
    (Operation::Refund, "REFUND_IN_PROCESS", "of a card", |scene| {
        let id = scene.authorized("a1", "");
        scene.advance(3);
        refund("r1", &id, "100")
    }),
    (Operation::Refund, "ORDER_NOT_EXIST", "of what nobody knows", |_| refund("r1", "1", "100")),
    (Operation::Refund, "ORDER_STATUS_INVALID", "before the capture", |scene| {
        refund("r1", &scene.authorized("a1", "MANUAL"), "100")
    }),
    (Operation::Refund, "ORDER_IS_CANCELED", "after a cancel", |scene| {
        let id = paid_wallet(scene);
        scene.call(Operation::Cancel, &json!({"paymentId": id}));
        refund("r1", &id, "100")
    }),
    (Operation::Refund, "ORDER_IS_CLOSED", "of a payment that failed", |scene| {
        let id = scene.pay("a1", "");
        scene.act("a1", Outcome::Fail).expect("failed");
        refund("r1", &id, "100")
    }),
    (Operation::Refund, "REFUND_AMOUNT_EXCEED", "more than was paid", |scene| {
        refund("r1", &paid_wallet(scene), "4201")
    }),
    (Operation::Refund, "REFUND_WINDOW_EXCEED", "after a year", |scene| {
        let id = paid_wallet(scene);
        scene.advance(366 * 86_400);
        refund("r1", &id, "100")
    }),
    (Operation::Refund, "CURRENCY_NOT_SUPPORT", "another currency than was paid in", |scene| {
        let id = paid_wallet(scene);
        changed(&refund("r1", &id, "100"), "refundAmount.currency", json!("USD"))
    }),
    (Operation::Refund, "REPEAT_REQ_INCONSISTENT", "the id again, another amount", |scene| {
        let id = paid_wallet(scene);
        scene.call(Operation::Refund, &refund("r1", &id, "100"));
        refund("r1", &id, "101")
    }),
    (Operation::Refund, "MULTIPLE_REFUNDS_NOT_SUPPORTED", "a second one of GRABPAY_SG", |scene| {
        let id = paid(scene, &with_method("a1", "GRABPAY_SG", "SGD", "4200"));
        scene.call(Operation::Refund, &refund("r1", &id, "100"));
        refund("r2", &id, "100")
    }),
    (Operation::Refund, "PARTIAL_REFUND_NOT_SUPPORTED", "a part of a BILLEASE payment", |scene| {
        let id = paid(scene, &with_method("a1", "BILLEASE", "PHP", "420000"));
        changed(&refund("r1", &id, "100"), "refundAmount.currency", json!("PHP"))
    }),
    (Operation::Refund, "REFUND_NOT_SUPPORTED", "of KONBINI", |scene| {
        let id = paid(scene, &with_method("a1", "KONBINI", "JPY", "4200"));
        changed(&refund("r1", &id, "4200"), "refundAmount.currency", json!("JPY"))
    }),
    (Operation::Refund, "MERCHANT_BALANCE_NOT_ENOUGH", "with an empty balance", |scene| {
        scene.agree(&json!({"balance": "empty"}));
        refund("r1", &paid_wallet(scene), "100")
    }),
];

const QUESTIONS: &[Way] = &[
    (Operation::InquiryPayment, "SUCCESS", "of a payment", |scene| json!({"paymentId": scene.pay("a1", "")})),
    (Operation::InquiryPayment, "ORDER_NOT_EXIST", "of what nobody knows", |_| json!({"paymentId": "1"})),
    (Operation::InquiryPayment, "UNKNOWN_EXCEPTION", "the magic amount 9903", |scene| {
        scene.call(Operation::Pay, &changed(&pay("a1", ""), "paymentAmount.value", json!("9903")));
        json!({"paymentRequestId": "a1"})
    }),
    (Operation::InquiryRefund, "SUCCESS", "of a refund", |scene| {
        let id = paid_wallet(scene);
        scene.call(Operation::Refund, &refund("r1", &id, "100"));
        json!({"refundRequestId": "r1"})
    }),
    (Operation::InquiryRefund, "ORDER_NOT_EXIST", "of what nobody knows", |_| json!({"refundId": "1"})),
    (Operation::Consult, "SUCCESS", "for a payment in Singapore", |_| question()),
    (Operation::Consult, "CURRENCY_NOT_SUPPORT", "a currency that nobody pays in", |_| {
        changed(&question(), "paymentAmount.currency", json!("XTS"))
    }),
    (Operation::Consult, "NO_PAY_OPTIONS", "for Antarctica", |_| {
        changed(&question(), "allowedPaymentMethodRegions", json!(["AQ"]))
    }),
    (Operation::RetrievePaymentSession, "SUCCESS", "of a session", |scene| {
        scene.call(Operation::CreatePaymentSession, &session("a1", ""));
        json!({"paymentRequestId": "a1"})
    }),
    (
        Operation::RetrievePaymentSession,
        "ORDER_NOT_EXIST",
        "of what nobody knows",
        |_| json!({"paymentRequestId": "a1"}),
    ),
    (Operation::InquireInstallment, "SUCCESS", "of all banks", |_| json!({})),
    (
        Operation::InquireExchangeRate,
        "SUCCESS",
        "of a pair",
        |_| json!({"currencyPairs": [{"sellCurrency": "SGD", "buyCurrency": "USD"}]}),
    ),
    (Operation::UpdateAmount, "AUTH_NOT_FOUND", "of an unpaid payment", |scene| {
        let id = scene.pay("a1", "MANUAL");
        json!({"updateRequestId": "u1", "paymentId": id, "amount": {"currency": "SGD", "value": "5000"}})
    }),
    (Operation::UpdateAmount, "SUCCESS", "of an authorization", |scene| {
        let id = scene.authorized("a1", "MANUAL");
        json!({"updateRequestId": "u1", "paymentId": id, "amount": {"currency": "SGD", "value": "5000"}})
    }),
    (Operation::CreateVaultingSession, "SUCCESS", "a session", |_| {
        json!({"paymentMethodType": "CARD", "vaultingRequestId": "v1", "redirectUrl": "https://shop.test/cards",
               "vaultingNotificationUrl": "http://127.0.0.1:1/vaulted"})
    }),
    (Operation::VaultPaymentMethod, "SUCCESS", "a good card", |_| vault()),
    (Operation::VaultPaymentMethod, "PAYMENT_IN_PROCESS", "on the gateway's page", |_| {
        changed(&vault(), "paymentMethodDetail.card", Value::Null)
    }),
    (Operation::InquireVaulting, "SUCCESS", "of a stored card", |scene| {
        scene.call(Operation::VaultPaymentMethod, &vault());
        json!({"vaultingRequestId": "v1"})
    }),
    (
        Operation::InquireVaulting,
        "ORDER_NOT_EXIST",
        "of what nobody knows",
        |_| json!({"vaultingRequestId": "v1"}),
    ),
    (Operation::InquireToken, "SUCCESS", "of a stored card", |scene| json!({"token": token(scene)})),
    (
        Operation::UpdateToken,
        "SUCCESS",
        "of a stored card",
        |scene| json!({"token": token(scene), "email": "ada@shop.test"}),
    ),
    (Operation::DeleteToken, "SUCCESS", "of a stored card", |scene| json!({"token": token(scene)})),
    (Operation::InquireToken, "INVALID_ACCESS_TOKEN", "that nobody was given", |_| json!({"token": "1"})),
    (
        Operation::UpdateToken,
        "INVALID_ACCESS_TOKEN",
        "that nobody was given",
        |_| json!({"token": "1", "email": "ada@shop.test"}),
    ),
    (Operation::DeleteToken, "INVALID_ACCESS_TOKEN", "that nobody was given", |_| json!({"token": "1"})),
];

/// A card to store without a payment.
fn vault() -> Value {
    let card = json!({"cardNo": "4054695723100768", "expiryYear": "39", "expiryMonth": "12", "cvv": "123"});
    json!({
        "vaultingRequestId": "v1", "vaultingNotificationUrl": "http://127.0.0.1:1/vaulted",
        "redirectUrl": "https://shop.test/cards", "env": {"terminalType": "WEB", "clientIp": "127.0.0.1"},
        "paymentMethodDetail": {"paymentMethodType": "CARD", "card": card},
    })
}

fn token(scene: &mut Scene) -> Value {
    scene.call(Operation::VaultPaymentMethod, &vault())["paymentMethodDetail"]["card"]["cardToken"].clone()
}

fn question() -> Value {
    json!({"productCode": "CASHIER_PAYMENT", "paymentAmount": {"currency": "SGD", "value": "4200"},
           "env": {"terminalType": "WEB"}})
}
