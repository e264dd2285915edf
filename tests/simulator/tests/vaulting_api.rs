//! Stored cards over HTTP: the operations under `vaults/`, the buyer's pages, the web SDK's form, the control API.
//! The rules of vaulting are tested in `newer_operations`.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test says what it expects, and fails where that is not so"
)]

#[allow(dead_code, reason = "each suite uses its own part of the merchant")]
mod support;

use std::time::Duration;

use antom_simulator::core::Time;
use antom_simulator::{ClockMode, Settings, Simulator};
use serde_json::{Value, json};
use support::{Answered, Merchant, NotifyServer};

const GOOD: &str = "4054695723100768";

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

    /// One of the operations under `vaults/`.
    async fn vaults(&self, operation: &str, body: &Value) -> Answered {
        let path = format!("/ams/sandbox/api/v1/vaults/{operation}");
        self.merchant.send(&path, &body.to_string()).await
    }

    async fn inquire(&self, id: &str) -> Value {
        self.vaults("inquireVaulting", &json!({"vaultingRequestId": id})).await.body
    }

    async fn text(&self, url: &str) -> (u16, String) {
        let response = self.merchant.client.get(url).send().await.expect("an answer");
        (response.status().as_u16(), response.text().await.expect("text"))
    }

    /// Posts JSON to a page, as a program in a buyer's place.
    async fn drive(&self, url: &str, body: &Value) -> (u16, Value) {
        let request = self.merchant.client.post(url).body(body.to_string());
        let request = request.header("accept", "application/json").header("content-type", "application/json");
        let response = request.send().await.expect("an answer");
        let status = response.status().as_u16();
        (status, serde_json::from_str(&response.text().await.expect("text")).unwrap_or(Value::Null))
    }
}

fn code(answered: &Answered) -> &str {
    answered.body["result"]["resultCode"].as_str().unwrap_or("none")
}

fn vault(id: &str, notify_url: &str) -> Value {
    json!({
        "vaultingRequestId": id, "paymentMethodDetail": {"paymentMethodType": "CARD"},
        "redirectUrl": "https://shop.test/cards", "vaultingNotificationUrl": notify_url,
    })
}

fn card() -> Value {
    json!({"cardNo": GOOD, "expiry": "12/30", "cvv": "123"})
}

#[tokio::test]
async fn a_buyer_stores_a_card_on_the_gateways_page_and_the_merchant_is_told() {
    let shop = Shop::open().await;
    let notified = NotifyServer::start(200).await;
    let answered = shop.vaults("vaultPaymentMethod", &vault("v1", &notified.url)).await;
    assert_eq!((code(&answered), answered.is_signed), ("PAYMENT_IN_PROCESS", true));
    let page = answered.body["normalUrl"].as_str().expect("a page").to_owned();
    let (status, text) = shop.text(&page).await;
    assert_eq!(status, 200);
    assert!(text.contains("Save the card") && !text.contains("class=\"amount\""), "{text}");
    assert!(text.contains("value=\"pending\" hidden"), "a vaulting is never pending: {text}");
    let response = shop.merchant.client.post(&page).body("cardNo=4054695723100768&expiry=12%2F30&cvv=123");
    let response = response.header("content-type", "application/x-www-form-urlencoded").send().await;
    let response = response.expect("an answer");
    assert_eq!(response.status(), 303);
    assert_eq!(response.headers()["location"], "https://shop.test/cards");
    let (_, text) = shop.text(&page).await;
    assert!(text.contains("The card is saved."), "{text}");
    assert_eq!(shop.inquire("v1").await["vaultingStatus"], "SUCCESS");
    shop.simulator.advance(Duration::from_secs(3)).await;
    let received = notified.take();
    assert_eq!(received.len(), 1);
    assert!(shop.merchant.trusts(&received[0]), "signed over its exact bytes");
    assert_eq!(received[0].body["vaultingRequestId"], "v1");
    let path = "notifications?notifyType=VAULTING_RESULT";
    let (_, log) = shop.merchant.control("GET", path, None).await;
    assert_eq!(log["notifications"].as_array().map(Vec::len), Some(1), "{log}");
}

#[tokio::test]
async fn the_banks_page_asks_before_a_card_is_stored() {
    let shop = Shop::open().await;
    let mut request = vault("v1", "http://127.0.0.1:1/n");
    request["paymentMethodDetail"]["card"] = json!({"is3DSAuthentication": true});
    let answered = shop.vaults("vaultPaymentMethod", &request).await;
    let page = answered.body["normalUrl"].as_str().expect("a page").to_owned();
    let (status, told) = shop.drive(&page, &card()).await;
    assert_eq!((status, &told["paymentStatus"]), (200, &json!("PROCESSING")), "{told}");
    let path = told["challenge"]["path"].as_str().expect("the bank's page");
    let bank = format!("{}{path}", shop.simulator.base_url());
    let (status, text) = shop.text(&bank).await;
    assert!(status == 200 && text.contains("0768"), "{text}");
    assert_eq!(shop.inquire("v1").await["normalUrl"], json!(bank));
    let (status, told) = shop.drive(&bank, &json!({"answer": "approve"})).await;
    assert_eq!((status, &told["paymentStatus"]), (200, &json!("SUCCESS")), "{told}");
    assert_eq!(shop.inquire("v1").await["vaultingStatus"], "SUCCESS");
}

#[tokio::test]
async fn the_web_sdks_form_stores_a_card_in_a_vaulting_session() {
    let shop = Shop::open().await;
    let request = json!({"vaultingRequestId": "v1", "paymentMethodType": "CARD"});
    let answered = shop.vaults("createVaultingSession", &request).await;
    assert_eq!(code(&answered), "SUCCESS");
    let data = answered.body["vaultingSessionData"].as_str().expect("data");
    let key = data.rsplit_once("&&").expect("four parts").0;
    let query = shop.merchant.client.post(format!("{}/mgw.htm", shop.simulator.base_url()));
    let query =
        query.header("operation-type", "com.ipay.iexpcashier.sdkAction.query").header("load-test", "true");
    let answer =
        query.body(json!([{"paymentSessionData": key}]).to_string()).send().await.expect("an answer");
    let told: Value = serde_json::from_str(&answer.text().await.expect("text")).expect("JSON");
    assert_eq!((&told["success"], &told["paymentAmountView"]), (&json!(true), &Value::Null), "{told}");
    let frame = "/page/antom-web-checkout/src/component-app/VAULTING_CARD/1.0/index.1.47.2.html";
    let (status, text) = shop.text(&format!("{}{frame}", shop.simulator.base_url())).await;
    assert!(status == 200 && text.contains("Save the card"), "{text}");
    let mut form = card();
    form["paymentSessionData"] = json!(key);
    let submit = format!("{}/checkout/api/submit", shop.simulator.base_url());
    let (status, told) = shop.drive(&submit, &form).await;
    assert_eq!((status, &told["paymentStatus"]), (200, &json!("SUCCESS")), "{told}");
    assert_eq!(shop.inquire("v1").await["vaultingStatus"], "SUCCESS");
}

#[tokio::test]
async fn the_control_api_acts_for_the_buyer_and_lists_what_is_stored() {
    let shop = Shop::open().await;
    shop.vaults("vaultPaymentMethod", &vault("v1", "http://127.0.0.1:1/n")).await;
    let control =
        async |method: &str, path: &str, body: Value| shop.merchant.control(method, path, Some(body)).await;
    let success = json!({"outcome": "success"});
    let (status, problem) = control("POST", "vaultings/none/complete", success.clone()).await;
    assert_eq!((status, &problem["error"]["message"]), (404, &json!("no such vaulting")), "{problem}");
    let (status, problem) = control("POST", "vaultings/v1/complete", json!({"outcome": "pending"})).await;
    assert_eq!(status, 400, "{problem}");
    let (status, problem) = control("POST", "vaultings/v1/complete", json!({"outcome": "perhaps"})).await;
    assert_eq!(status, 400, "{problem}");
    let (status, stored) = control("POST", "vaultings/v1/complete", success.clone()).await;
    assert_eq!((status, &stored["vaultingStatus"]), (200, &json!("SUCCESS")), "{stored}");
    let (status, problem) = control("POST", "vaultings/v1/complete", success).await;
    assert_eq!(status, 409, "{problem}");
    let (_, listed) = control("GET", "vaultings", Value::Null).await;
    assert_eq!(listed["vaultings"][0]["vaultingRequestId"], "v1");
    let (_, listed) = control("GET", "tokens", Value::Null).await;
    assert_eq!(listed["tokens"][0]["token"], stored["cardToken"]);
    let (_, others) = control("GET", "tokens?clientId=SANDBOX_NOBODY", Value::Null).await;
    assert_eq!(others["tokens"], json!([]));
    let token = json!({"token": stored["cardToken"]});
    assert_eq!(code(&shop.vaults("deleteToken", &token).await), "SUCCESS");
    let (_, listed) = control("GET", "tokens", Value::Null).await;
    assert_eq!(listed["tokens"], json!([]));
    let wrong = shop.merchant.send("/ams/sandbox/api/v1/payments/deleteToken", &token.to_string()).await;
    assert_eq!(code(&wrong), "NO_INTERFACE_DEF", "it is under vaults/");
}
