//! What the web SDK and the page in its iframe talk to, without a browser: the query, the page, the form's calls.
//! The SDK itself, the real one and the stand-in, is driven in a browser by `tests/browser`.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test says what it expects, and fails where that is not so"
)]

#[allow(dead_code, reason = "each suite uses its own part of the merchant")]
mod support;

use std::time::Duration;

use antom_simulator::core::{Completion, Outcome, Time};
use antom_simulator::{ClockMode, Settings, Simulator};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use support::{Merchant, request_for};

const QUERY: &str = "com.ipay.iexpcashier.sdkAction.query";
const FRAME: &str = "/page/antom-web-checkout/src/component-app";
const GOOD: &str = "4054695723100768";
const BAD: &str = "4054692760174822";

struct Shop {
    simulator: Simulator,
    merchant: Merchant,
}

impl Shop {
    async fn open() -> Self {
        let start = Time::parse("2026-01-10T02:00:00Z");
        let settings = Settings { clock: ClockMode::Manual, start, ..Settings::default() };
        let simulator = Simulator::start_with(settings).await.expect("a simulator");
        let merchant = Merchant::of(&simulator);
        Self { simulator, merchant }
    }

    /// The session string, whole.
    async fn session(&self, id: &str, change: impl FnOnce(&mut Value)) -> String {
        let mut request = request_for(id, "http://127.0.0.1:1/n");
        change(&mut request);
        let answered = self.merchant.call("createPaymentSession", &request).await;
        let data = answered.body["paymentSessionData"].as_str();
        data.unwrap_or_else(|| panic!("no session: {}", answered.body)).to_owned()
    }

    fn at(&self, path: &str) -> String {
        format!("{}{path}", self.simulator.base_url())
    }

    /// The SDK's query, as the SDK sends it.
    async fn query(&self, data: &str) -> Value {
        let body = json!([{"paymentSessionData": data, "paymentMethodType": "CARD", "envInfo": {"terminalType": "WEB"}}]);
        self.mgw(Some(QUERY), &body.to_string()).await
    }

    async fn mgw(&self, operation: Option<&str>, body: &str) -> Value {
        self.mgw_of("load-test", operation, body).await
    }

    /// With the header by which the SDK tells its environment.
    async fn mgw_of(&self, environment: &'static str, operation: Option<&str>, body: &str) -> Value {
        let mut request = self.merchant.client.post(self.at("/mgw.htm")).body(body.to_owned());
        request = request.header(environment, "true");
        if let Some(operation) = operation {
            request = request.header("operation-type", operation);
        }
        let response = request.send().await.expect("an answer");
        assert_eq!(response.status(), 200);
        serde_json::from_str(&response.text().await.expect("text")).expect("JSON")
    }

    /// What the form in the iframe sends.
    async fn submit(&self, input: &Value) -> (u16, Value) {
        let request = self.merchant.client.post(self.at("/checkout/api/submit"));
        let request = request.header("content-type", "application/json").body(input.to_string());
        answered(request).await
    }

    async fn standing(&self, data: &str) -> Value {
        let data = data.replace('&', "%26").replace('+', "%2B").replace('=', "%3D").replace('/', "%2F");
        let path = format!("/checkout/api/status?paymentSessionData={data}");
        answered(self.merchant.client.get(self.at(&path))).await.1
    }
}

async fn answered(request: reqwest::RequestBuilder) -> (u16, Value) {
    let response = request.send().await.expect("an answer");
    let status = response.status().as_u16();
    (status, serde_json::from_str(&response.text().await.expect("text")).expect("JSON"))
}

fn key(data: &str) -> String {
    data.rsplit_once("&&").expect("four parts").0.to_owned()
}

fn card(data: &str, number: &str) -> Value {
    json!({"paymentSessionData": key(data), "cardNo": number, "expiry": "12/30", "cvv": "123"})
}

#[tokio::test]
async fn a_session_has_four_parts_and_the_last_is_for_the_sdk() {
    let shop = Shop::open().await;
    let data = shop.session("a1", |_| {}).await;
    let parts: Vec<&str> = data.split("&&").collect();
    assert_eq!(parts.len(), 4);
    let json: Value = serde_json::from_slice(&STANDARD.decode(parts[3]).expect("base64")).expect("JSON");
    assert_eq!(json["paymentSessionConfig"]["productScene"], "CASHIER_PAYMENT");
    assert_eq!(json["paymentSessionConfig"]["paymentMethodCategoryType"], "CARD");
}

#[tokio::test]
async fn the_query_knows_a_session_by_its_first_three_parts_or_by_all() {
    let shop = Shop::open().await;
    let data = shop.session("a1", |_| {}).await;
    for given in [key(&data), data.clone()] {
        let told = shop.query(&given).await;
        assert_eq!(told["success"], true, "{told}");
        assert_eq!(told["paymentAmountView"]["formattedValue"], "42.00");
        assert_eq!(told["paymentAmount"]["formattedAmountWithCurrency"], "SGD 42.00");
        let method = &told["paymentMethods"][0];
        assert_eq!(method["paymentMethodType"], "CARD");
        let elements = method["paymentElements"].as_array().expect("elements");
        let keys: Vec<&Value> = elements.iter().map(|element| &element["paymentElementKey"]).collect();
        assert_eq!(keys, ["cardNo", "expiryYear", "expiryMonth", "cardCVV", "cardHolderName"]);
        let logo = method["logoList"][0]["logoUrl"].as_str().expect("an address");
        let image = shop.merchant.client.get(shop.at(logo)).send().await.expect("an image");
        assert_eq!(image.headers()["content-type"], "image/svg+xml");
        assert_eq!(told["savedPaymentMethods"], json!([]));
    }
}

#[tokio::test]
async fn a_session_that_cannot_be_paid_gets_a_reason_and_no_form() {
    let shop = Shop::open().await;
    let refusal = |told: &Value| (told["success"].clone(), told["errorCode"].clone());
    let unknown = shop.query("a&&SG&&111").await;
    assert_eq!(refusal(&unknown), (json!(false), json!("INQUIRY_PAYMENT_SESSION_FAILED")));
    assert_eq!(unknown["errorActions"]["showType"], "NONE");
    let paid = shop.session("a1", |_| {}).await;
    shop.simulator.complete("a1", &Completion::of(Outcome::Success)).expect("paid");
    assert_eq!(refusal(&shop.query(&paid).await).1, "REPEAT_REQ_REJECT");
    let expired = shop.session("a2", |_| {}).await;
    shop.simulator.advance(Duration::from_secs(3_600)).await;
    assert_eq!(refusal(&shop.query(&expired).await).1, "ORDER_IS_CLOSED");
    assert_eq!(refusal(&shop.mgw(Some(QUERY), "{}").await).1, "PARAM_ILLEGAL");
    assert_eq!(refusal(&shop.mgw(Some(QUERY), "[").await).1, "PARAM_ILLEGAL");
    assert_eq!(refusal(&shop.mgw(None, "[]").await).1, "INVALID_API");
}

#[tokio::test]
async fn a_session_of_the_sandbox_is_unknown_in_production() {
    let shop = Shop::open().await;
    let body = json!([{"paymentSessionData": shop.session("p1", |_| ()).await}]).to_string();
    for (environment, known) in [("load-test", true), ("sofa-group-name", true), ("version", false)] {
        let told = shop.mgw_of(environment, Some(QUERY), &body).await;
        assert_eq!(told["success"], known, "{environment}: {told}");
        assert_eq!(told["errorCode"] == "INQUIRY_PAYMENT_SESSION_FAILED", !known, "{environment}: {told}");
    }
}

#[tokio::test]
async fn another_origin_may_ask_with_credentials_and_with_the_headers_of_the_sdk() {
    let shop = Shop::open().await;
    let origin = "https://shop.test";
    let client = &shop.merchant.client;
    let ask = |headers: Option<&'static str>| {
        let request = client.request(reqwest::Method::OPTIONS, shop.at("/mgw.htm")).header("origin", origin);
        headers.map_or(request.try_clone().expect("a copy"), |names| {
            request.header("access-control-request-headers", names)
        })
    };
    for (asked, allowed) in [(Some("appid,x-new"), "appid,x-new"), (None, "operation-type")] {
        let response = ask(asked).send().await.expect("an answer");
        let header = |name: &str| response.headers()[name].to_str().expect("text").to_owned();
        assert_eq!(response.status(), 204);
        assert_eq!(header("access-control-allow-origin"), origin);
        assert_eq!(header("access-control-allow-credentials"), "true");
        assert_eq!(header("access-control-allow-methods"), "POST, OPTIONS");
        assert!(header("access-control-allow-headers").contains(allowed));
    }
    let request = client.post(shop.at("/mgw.htm")).header("origin", origin).body("[]");
    let response = request.send().await.expect("an answer");
    assert_eq!(response.headers()["access-control-allow-origin"], origin);
    assert_eq!(response.headers()["access-control-allow-credentials"], "true");
    let exposed = response.headers()["access-control-expose-headers"].to_str().expect("text");
    assert!(exposed.contains("Result-Status"), "{exposed}");
}

#[tokio::test]
async fn the_page_in_the_iframe_may_be_framed_and_does_nothing_while_preloaded() {
    let shop = Shop::open().await;
    for (product, version) in [("CASHIER_PAYMENT_CARD", "1.47.2"), ("VAULTING_CARD", "1.48.0")] {
        let address = shop.at(&format!("{FRAME}/{product}/1.0/index.{version}.html"));
        let response = shop.merchant.client.get(&address).send().await.expect("a page");
        assert_eq!(response.status(), 200);
        let policy = response.headers()["content-security-policy"].to_str().expect("text").to_owned();
        assert!(!policy.contains("frame-ancestors") && !policy.contains("unsafe"), "{policy}");
        assert!(response.headers().get("x-frame-options").is_none());
        assert!(response.text().await.expect("text").contains("frame.js"));
        let preloaded = shop.merchant.client.get(format!("{address}?isPreload=true&locale=en_US"));
        let text = preloaded.send().await.expect("a page").text().await.expect("text");
        assert!(!text.contains("script"), "{text}");
    }
    let chinese = shop.at(&format!("{FRAME}/CASHIER_PAYMENT_CARD/1.0/index.1.html?locale=zh_CN"));
    let text = shop.merchant.client.get(chinese).send().await.expect("a page").text().await.expect("text");
    assert!(text.contains("卡号"));
    for other in ["CASHIER_PAYMENT_CARD/1.0/page.html", "SOMETHING/1.0/index.1.html"] {
        let response = shop.merchant.client.get(shop.at(&format!("{FRAME}/{other}"))).send().await;
        assert_eq!(response.expect("an answer").status(), 404, "{other}");
    }
}

#[tokio::test]
async fn a_declined_card_leaves_the_session_open_for_another_one() {
    let shop = Shop::open().await;
    let data = shop.session("a1", |_| {}).await;
    let (status, declined) = shop.submit(&card(&data, BAD)).await;
    assert_eq!((status, &declined["paymentStatus"]), (200, &json!("FAIL")));
    assert_eq!(
        (&declined["paymentResultCode"], &declined["canTryAgain"]),
        (&json!("DO_NOT_HONOR"), &json!(true))
    );
    assert_eq!(declined["result"]["resultStatus"], "F");
    assert_eq!(shop.standing(&data).await["paymentStatus"], "PROCESSING");
    let (_, paid) = shop.submit(&card(&data, GOOD)).await;
    assert_eq!(
        (&paid["paymentStatus"], &paid["redirectUrl"]),
        (&json!("SUCCESS"), &json!("https://shop.test/result"))
    );
    assert_eq!(shop.standing(&data).await["paymentStatus"], "SUCCESS");
    let (status, again) = shop.submit(&card(&data, GOOD)).await;
    assert_eq!(
        (status, &again["paymentStatus"]),
        (200, &json!("SUCCESS")),
        "a second tab is told how it stands"
    );
    let executed = &shop.simulator.ledger()["orders"]["order-1"]["attempts"][0]["executed"];
    assert_eq!(executed["pay"], 1);
}

#[tokio::test]
async fn fields_that_no_card_has_are_named_and_start_nothing() {
    let shop = Shop::open().await;
    let data = shop.session("a1", |_| {}).await;
    let input = json!({"paymentSessionData": key(&data), "cardNo": "1", "expiry": "01/20"});
    let (status, refused) = shop.submit(&input).await;
    assert_eq!((status, &refused["fields"]), (422, &json!(["cardNo", "expiry", "cvv"])));
    assert_eq!(refused["error"]["code"], "SDK_FORM_VERIFICATION_FAILED");
    assert_eq!(shop.simulator.ledger()["orders"]["order-1"]["attempts"][0]["status"], "OPEN");
    assert_eq!(shop.submit(&json!({"paymentSessionData": "x"})).await.0, 404);
    assert_eq!(shop.submit(&json!([])).await.0, 400);
}

#[tokio::test]
async fn the_bank_asks_in_a_dialog_and_the_page_after_it_tells_the_form() {
    let shop = Shop::open().await;
    let data = shop
        .session("a1", |request| {
            request["paymentMethod"]["paymentMethodMetaData"] = json!({"is3DSAuthentication": true});
        })
        .await;
    let (_, asked) = shop.submit(&card(&data, GOOD)).await;
    assert_eq!(asked["paymentStatus"], "PROCESSING");
    let path = asked["challenge"]["path"].as_str().expect("the bank's page");
    let bank = shop.at(&format!("{path}?instanceId=i-1&refUrl=https%3A%2F%2Fshop.test%2Fpay"));
    let shown = shop.merchant.client.get(&bank).send().await.expect("a page");
    assert!(!shown.headers()["content-security-policy"].to_str().expect("text").contains("frame-ancestors"));
    let text = shown.text().await.expect("text");
    assert!(text.contains("instanceId=i-1&amp;refUrl=https%3A%2F%2Fshop.test%2Fpay\""), "{text}");
    let post = shop.merchant.client.post(&bank).header("content-type", "application/x-www-form-urlencoded");
    let done = post.body("answer=approve").send().await.expect("a page");
    assert_eq!(done.status(), 200, "a dialog is not sent on: the form ends the payment");
    let text = done.text().await.expect("text");
    for part in [
        "challenge.js",
        "data-answer=\"approve\"",
        "data-instance=\"i-1\"",
        "data-merchant=\"https://shop.test/pay\"",
    ] {
        assert!(text.contains(part), "{part} is missing from {text}");
    }
    assert_eq!(shop.standing(&data).await["paymentStatus"], "SUCCESS");
}

#[tokio::test]
async fn outcomes_for_tests_and_stored_cards_come_through_the_form_too() {
    let shop = Shop::open().await;
    let data = shop.session("a1", |_| {}).await;
    let (_, pending) = shop.submit(&json!({"paymentSessionData": key(&data), "outcome": "pending"})).await;
    assert_eq!(pending["paymentStatus"], "PENDING");
    assert_eq!(shop.standing(&data).await["paymentStatus"], "PENDING");
    let first = shop
        .session("a2", |request| {
            request["paymentMethod"]["paymentMethodMetaData"] = json!({"tokenizeMode": "ASKFORCONSENT"});
        })
        .await;
    assert_eq!(shop.query(&first).await["simulator"]["asksToStore"], true);
    let mut input = card(&first, GOOD);
    input["store"] = json!(true);
    assert_eq!(shop.submit(&input).await.1["paymentStatus"], "SUCCESS");
    let inquired = shop.merchant.call("inquiryPayment", &json!({"paymentRequestId": "a2"})).await.body;
    let token = inquired["paymentResultInfo"]["cardToken"].as_str().expect("a token").to_owned();
    let second = shop
        .session("a3", |request| request["savedPaymentMethods"] = json!([{"paymentMethodId": token}]))
        .await;
    let saved = shop.query(&second).await["savedPaymentMethods"].clone();
    assert_eq!(saved[0]["paymentMethodDetail"]["last4"], "0768");
    let input = json!({"paymentSessionData": key(&second), "paymentMethodId": token});
    assert_eq!(shop.submit(&input).await.1["paymentStatus"], "SUCCESS");
}

#[tokio::test]
async fn the_stand_in_script_is_served_to_every_page() {
    let shop = Shop::open().await;
    let script =
        shop.merchant.client.get(shop.at("/_simulator/ams-checkout.js")).send().await.expect("a script");
    assert_eq!(script.status(), 200);
    assert!(script.headers()["content-type"].to_str().expect("text").starts_with("text/javascript"));
    assert_eq!(script.headers()["cross-origin-resource-policy"], "cross-origin");
    let text = script.text().await.expect("text");
    for old in ["=>", "let ", "const ", "`", "async ", "class "] {
        assert!(!text.contains(old), "{old} is not for old browsers");
    }
}

#[tokio::test]
async fn people_try_the_sdk_on_a_page_that_makes_its_own_sessions() {
    let shop = Shop::open().await;
    let demo = shop.at("/_simulator/demo");
    let client = &shop.merchant.client;
    let make = |origin: Option<&str>| {
        let request = client.post(&demo).header("content-type", "application/x-www-form-urlencoded");
        let request = request.body("value=1100&currency=SGD&method=CARD-3DS");
        origin.map_or(request.try_clone().expect("a copy"), |origin| request.header("origin", origin))
    };
    let foreign = make(Some("https://other.test")).send().await.expect("an answer");
    assert_eq!(foreign.status(), 403, "no foreign page makes sessions here");
    let made = make(None).send().await.expect("an answer");
    assert_eq!(made.status(), 303);
    let page = shop.at(made.headers()["location"].to_str().expect("text"));
    let shown = client.get(&page).send().await.expect("a page");
    assert!(
        shown.headers()["content-security-policy"].to_str().expect("text").contains("default-src 'none'")
    );
    let text = shown.text().await.expect("text");
    assert!(text.contains("data-script=\"/_simulator/ams-checkout.js\""), "{text}");
    let session =
        text.split("name=\"session\"").nth(1).expect("a field").split("value=\"").nth(1).expect("a value");
    let session = session.split('"').next().expect("its end").replace("&amp;", "&");
    let told = shop.query(&session).await;
    assert_eq!(told["paymentAmountView"]["formattedValue"], "11.00");
    let bad = client.post(&demo).body("{\"value\": \"0\"}").send().await.expect("an answer");
    assert_eq!(bad.status(), 400);
}

#[tokio::test]
async fn the_gateways_own_sdk_is_served_from_the_file_that_was_given() {
    let without = Shop::open().await;
    let text = async |shop: &Shop, path: &str| {
        let response = shop.merchant.client.get(shop.at(path)).send().await.expect("an answer");
        (response.status().as_u16(), response.text().await.expect("text"))
    };
    assert_eq!(text(&without, "/_simulator/web-sdk.js").await.0, 404);
    let (_, page) = text(&without, "/_simulator/demo?sdk=official").await;
    assert!(page.contains("--web-sdk") && page.contains("data-script=\"\""), "{page}");
    let folder = tempfile::tempdir().expect("a folder");
    let script = folder.path().join("sdk.js");
    std::fs::write(&script, "window.theirs = 1;").expect("written");
    let settings = Settings { web_sdk: Some(script), ..Settings::default() };
    let simulator = Simulator::start_with(settings).await.expect("a simulator");
    let merchant = Merchant::of(&simulator);
    let with = Shop { simulator, merchant };
    assert_eq!(text(&with, "/_simulator/web-sdk.js").await, (200, "window.theirs = 1;".to_owned()));
    let settings = Settings { web_sdk: Some(folder.path().join("other.js")), ..Settings::default() };
    let error = Simulator::start_with(settings).await.expect_err("no such file");
    assert!(error.to_string().contains("other.js"), "{error}");
}
