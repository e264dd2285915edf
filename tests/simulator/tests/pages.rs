//! The pages that a buyer sees, driven as a script would: the hosted page, the bank's page, both as JSON too.
//! What an act does to the money is tested in `paying`; how the pages look is for people.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test says what it expects, and fails where that is not so"
)]

#[allow(dead_code, reason = "each suite uses its own part of the merchant")]
mod support;

use antom_simulator::core::Time;
use antom_simulator::{ClockMode, Settings, Simulator};
use reqwest::header::LOCATION;
use serde_json::{Value, json};
use support::{Merchant, request_for};

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

    /// Starts a hosted payment; the address of its page.
    async fn pay(&self, id: &str, change: impl FnOnce(&mut Value)) -> String {
        let mut request = request_for(id, "http://127.0.0.1:1/n");
        request["env"] = json!({"terminalType": "WEB"});
        change(&mut request);
        let answered = self.merchant.call("pay", &request).await;
        let page = answered.body["normalUrl"].as_str();
        page.unwrap_or_else(|| panic!("no page: {}", answered.body)).to_owned()
    }

    async fn get(&self, url: &str, headers: &[(&str, &str)]) -> Page {
        self.send(self.merchant.client.get(url), headers).await
    }

    async fn post(&self, url: &str, fields: &[(&str, &str)]) -> Page {
        self.send(form(&self.merchant.client, url, fields), &[]).await
    }

    /// Posts JSON and asks for JSON, as a driver without a browser does.
    async fn drive(&self, url: &str, body: &Value) -> (u16, Value) {
        let request = self.merchant.client.post(url).body(body.to_string());
        let page =
            self.send(request, &[("accept", "application/json"), ("content-type", "application/json")]).await;
        (page.status, serde_json::from_str(&page.text).expect("JSON"))
    }

    async fn send(&self, mut request: reqwest::RequestBuilder, headers: &[(&str, &str)]) -> Page {
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let response = request.send().await.expect("an answer");
        Page {
            status: response.status().as_u16(),
            headers: response.headers().clone(),
            text: response.text().await.expect("text"),
        }
    }

    fn status(&self, order: &str) -> Value {
        self.simulator.ledger()["orders"][order]["attempts"][0]["status"].clone()
    }
}

struct Page {
    status: u16,
    headers: reqwest::header::HeaderMap,
    text: String,
}

impl Page {
    fn location(&self) -> &str {
        self.headers.get(LOCATION).map_or("", |value| value.to_str().expect("text"))
    }

    fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().expect("text"))
    }
}

/// A form as browsers post it.
fn form(client: &reqwest::Client, url: &str, fields: &[(&str, &str)]) -> reqwest::RequestBuilder {
    let pairs: Vec<String> = fields
        .iter()
        .map(|(name, value)| format!("{name}={}", value.replace(' ', "+").replace('/', "%2F")))
        .collect();
    client.post(url).header("content-type", "application/x-www-form-urlencoded").body(pairs.join("&"))
}

fn card(number: &str) -> Vec<(&str, &str)> {
    vec![("cardNo", number), ("expiry", "12/30"), ("cvv", "123"), ("cardholderName", "A Buyer")]
}

#[tokio::test]
async fn a_buyer_pays_with_a_card_and_goes_back_to_the_shop() {
    let shop = Shop::open().await;
    let page = shop.pay("a1", |_| {}).await;
    let shown = shop.get(&page, &[]).await;
    assert_eq!(shown.status, 200);
    for part in ["42.00", "SGD", "a chair", "name=\"cardNo\"", "lang=\"en\""] {
        assert!(shown.text.contains(part), "{part} is missing from {}", shown.text);
    }
    let paid = shop.post(&page, &card("4054 6957 2310 0768")).await;
    assert_eq!((paid.status, paid.location()), (303, "https://shop.test/result"));
    assert_eq!(shop.status("order-1"), "SUCCESS");
    let after = shop.get(&page, &[]).await;
    assert!(after.text.contains("This payment is complete."), "{}", after.text);
    assert!(!after.text.contains("name=\"cardNo\""), "nothing can be paid twice");
}

#[tokio::test]
async fn pages_allow_no_inline_script_and_no_frame_and_are_never_kept() {
    let shop = Shop::open().await;
    let page = shop.pay("a1", |request| request["order"]["orderDescription"] = json!("<b>&\"'")).await;
    let shown = shop.get(&page, &[]).await;
    assert!(
        shown.text.contains("&lt;b&gt;&amp;&quot;&#39;") && !shown.text.contains("<b>"),
        "no foreign markup"
    );
    for shown in [shown, shop.get(&format!("{page}0"), &[]).await] {
        let policy = shown.header("content-security-policy");
        assert!(
            policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"),
            "{policy}"
        );
        assert!(!policy.contains("unsafe"), "{policy}");
        assert!(!shown.text.contains("<script>") && !shown.text.contains("style="), "{}", shown.text);
        assert_eq!(shown.header("cache-control"), "no-store");
    }
    let base = shop.simulator.base_url();
    for (name, kind) in
        [("checkout.css", "text/css"), ("checkout.js", "text/javascript"), ("icon.svg", "image/")]
    {
        let file = shop.get(&format!("{base}/checkout/assets/{name}"), &[]).await;
        assert_eq!(file.status, 200, "{name}");
        assert!(file.header("content-type").starts_with(kind), "{name}");
    }
    assert_eq!(shop.get(&format!("{base}/checkout/assets/other.js"), &[]).await.status, 404);
}

#[tokio::test]
async fn what_no_card_can_be_is_refused_beside_its_field_and_pays_nothing() {
    let shop = Shop::open().await;
    let page = shop.pay("a1", |_| {}).await;
    let refused = shop.post(&page, &[("cardNo", "4054"), ("expiry", "12/25"), ("cvv", "1")]).await;
    assert_eq!(refused.status, 422);
    assert_eq!(refused.text.matches("aria-invalid=\"true\"").count(), 3);
    assert!(!refused.text.contains("4054\""), "card data is never put back into a page");
    let refused = shop.post(&page, &[("cardNo", GOOD), ("expiry", "13/30"), ("cvv", "123")]).await;
    assert_eq!((refused.status, refused.text.matches("aria-invalid").count()), (422, 1));
    assert_eq!(shop.status("order-1"), "PROCESSING");
    assert_eq!(shop.post(&page, &[("outcome", "perhaps")]).await.status, 400);
}

#[tokio::test]
async fn a_buyer_who_may_choose_pays_by_instalments() {
    let shop = Shop::open().await;
    let plain = shop.get(&shop.pay("a1", |_| {}).await, &[]).await;
    assert!(!plain.text.contains("installmentNum"));
    let page = shop
        .pay("a2", |request| {
            request["order"]["referenceOrderId"] = json!("order-2");
            request["enableInstallmentCollection"] = json!(true);
        })
        .await;
    let shown = shop.get(&page, &[]).await;
    assert!(shown.text.contains("name=\"installmentNum\""), "{}", shown.text);
}

#[tokio::test]
async fn after_a_declined_card_another_one_may_be_tried() {
    let shop = Shop::open().await;
    let page = shop.pay("a1", |_| {}).await;
    let declined = shop.post(&page, &card(BAD)).await;
    assert_eq!(declined.status, 200);
    assert!(declined.text.contains("DO_NOT_HONOR") && declined.text.contains("name=\"cardNo\""));
    let paid = shop.post(&page, &[("testCard", GOOD)]).await;
    assert_eq!(paid.location(), "https://shop.test/result");
    assert_eq!(shop.status("order-1"), "SUCCESS");
}

#[tokio::test]
async fn two_tabs_pay_once_and_the_slower_one_is_told_so() {
    let shop = Shop::open().await;
    let page = shop.pay("a1", |_| {}).await;
    let fields = card(GOOD);
    let (first, second) = tokio::join!(shop.post(&page, &fields), shop.post(&page, &fields));
    let mut locations = [first.location(), second.location()];
    locations.sort_unstable();
    let own = page.strip_prefix(shop.simulator.base_url()).expect("the simulator's");
    assert_eq!(locations, [own, "https://shop.test/result"]);
    let executed = &shop.simulator.ledger()["orders"]["order-1"]["attempts"][0]["executed"];
    assert_eq!(executed["pay"], 1);
    let (status, told) = shop.drive(&page, &json!({"testCard": GOOD})).await;
    assert_eq!((status, &told["error"]["code"]), (409, &json!("already_final")));
}

#[tokio::test]
async fn a_test_chooses_the_outcome_itself() {
    let shop = Shop::open().await;
    for (outcome, status, location) in [
        ("success", "SUCCESS", "https://shop.test/result"),
        ("fail", "FAIL", "https://shop.test/result"),
        ("pending", "PENDING", "https://shop.test/result"),
        ("cancel", "PROCESSING", "https://shop.test/result"),
        ("decline", "PROCESSING", ""),
    ] {
        let page = shop.pay(outcome, |request| request["order"]["referenceOrderId"] = json!(outcome)).await;
        let done = shop.post(&page, &[("outcome", outcome)]).await;
        assert_eq!((done.location(), shop.status(outcome)), (location, json!(status)), "{outcome}");
    }
}

#[tokio::test]
async fn a_program_reads_and_acts_by_json() {
    let shop = Shop::open().await;
    let page = shop.pay("a1", |_| {}).await;
    let shown = shop.get(&page, &[("accept", "application/json")]).await;
    let shown: Value = serde_json::from_str(&shown.text).expect("JSON");
    assert_eq!(shown["paymentAmount"], json!({"currency": "SGD", "value": "4200"}));
    assert_eq!((&shown["paymentStatus"], &shown["canTryAgain"]), (&json!("PROCESSING"), &json!(true)));
    let (status, declined) = shop
        .drive(&page, &json!({"cardNo": BAD, "expiryMonth": "12", "expiryYear": "30", "cvv": "123"}))
        .await;
    assert_eq!(status, 200);
    assert_eq!(declined["paymentResultCode"], "DO_NOT_HONOR");
    assert_eq!(declined["canTryAgain"], true);
    let (status, refused) = shop.drive(&page, &json!({"cardNo": GOOD})).await;
    assert_eq!(status, 400);
    let message = refused["error"]["message"].as_str().expect("a message");
    assert!(message.contains("expiry") && message.contains("cvv"), "{message}");
    let (_, paid) = shop.drive(&page, &json!({"testCard": GOOD})).await;
    assert_eq!(paid["paymentStatus"], "SUCCESS");
    assert_eq!(paid["redirectUrl"], "https://shop.test/result");
    let (status, _) = shop.drive(&format!("{page}0"), &json!({"testCard": GOOD})).await;
    assert_eq!(status, 404);
}

#[tokio::test]
async fn the_address_the_merchant_or_the_browser_chooses_the_language() {
    let shop = Shop::open().await;
    let page = shop.pay("a1", |_| {}).await;
    let chinese = shop.get(&page, &[("accept-language", "zh-CN,zh;q=0.9")]).await;
    assert!(chinese.text.contains("lang=\"zh-CN\"") && chinese.text.contains("卡号"), "{}", chinese.text);
    let english = shop.get(&format!("{page}?locale=en_US"), &[("accept-language", "zh-CN")]).await;
    assert!(english.text.contains("lang=\"en\""));
    assert!(english.text.contains(&format!("{}?locale=en_US\"", page.rsplit('/').next().expect("an id"))));
}

#[tokio::test]
async fn a_redirect_leads_to_an_app_or_to_any_other_address() {
    let shop = Shop::open().await;
    for (id, address, location) in [
        ("a1", "imeituan://", "imeituan://"),
        ("a2", "https://shop.test/r?a=1&b=%2F", "https://shop.test/r?a=1&b=%2F"),
    ] {
        let page = shop.pay(id, |request| request["paymentRedirectUrl"] = json!(address)).await;
        let paid = shop.post(&page, &[("outcome", "success")]).await;
        assert_eq!((paid.status, paid.location()), (303, location));
    }
}

#[tokio::test]
async fn an_app_gets_links_to_the_wallet_app_which_leads_back_to_it() {
    let shop = Shop::open().await;
    let mut request = request_for("a1", "http://127.0.0.1:1/n");
    request["env"] = json!({"terminalType": "APP", "osType": "ANDROID"});
    request["paymentMethod"]["paymentMethodType"] = json!("GCASH");
    request["paymentAmount"]["currency"] = json!("PHP");
    request["order"]["orderAmount"]["currency"] = json!("PHP");
    request["paymentRedirectUrl"] = json!("shop-app://paid?order=1");
    let answered = shop.merchant.call("pay", &request).await.body;
    assert!(answered["schemeUrl"].as_str().expect("a scheme").starts_with("antom-simulator://pay/"));
    assert_eq!(answered["appIdentifier"], "simulator.antom.wallet");
    let app = answered["applinkUrl"].as_str().expect("a link");
    let shown = shop.get(app, &[]).await;
    assert!(shown.text.contains("wallet app") && shown.text.contains("42.00"), "{}", shown.text);
    let (_, told) = shop.drive(app, &json!({"outcome": "decline"})).await;
    assert_eq!((&told["paymentResultCode"], &told["canTryAgain"]), (&json!("PROCESS_FAIL"), &json!(true)));
    let paid = shop.post(app, &[("outcome", "success")]).await;
    assert_eq!((paid.status, paid.location()), (303, "shop-app://paid?order=1"));
    assert_eq!(shop.status("order-1"), "SUCCESS");
    let again = shop.post(app, &[("outcome", "success")]).await;
    assert_eq!(Some(again.location()), app.strip_prefix(shop.simulator.base_url()));
}

#[tokio::test]
async fn other_methods_than_cards_have_no_card_form() {
    let shop = Shop::open().await;
    let page = shop
        .pay("a1", |request| {
            request["paymentMethod"]["paymentMethodType"] = json!("GCASH");
            request["paymentAmount"]["currency"] = json!("PHP");
            request["order"]["orderAmount"]["currency"] = json!("PHP");
        })
        .await;
    let shown = shop.get(&page, &[]).await;
    assert!(shown.text.contains("GCASH") && !shown.text.contains("cardNo"), "{}", shown.text);
    let (status, _) = shop.drive(&page, &json!({"testCard": GOOD})).await;
    assert_eq!(status, 400, "a card cannot pay for it");
    assert_eq!(shop.post(&page, &[("outcome", "success")]).await.location(), "https://shop.test/result");
}

#[tokio::test]
async fn a_payment_whose_time_is_over_says_so_and_takes_no_card() {
    let shop = Shop::open().await;
    let page = shop.pay("a1", |_| {}).await;
    shop.simulator.advance(std::time::Duration::from_secs(14 * 60)).await;
    let shown = shop.get(&page, &[]).await;
    assert!(shown.text.contains("The time to pay is over."), "{}", shown.text);
    assert!(shown.text.contains("href=\"https://shop.test/result\""));
    let own = page.strip_prefix(shop.simulator.base_url()).expect("the simulator's");
    assert_eq!(shop.post(&page, &card(GOOD)).await.location(), own);
    assert_eq!(shop.status("order-1"), "FAIL");
}

fn with_three_ds(request: &mut Value) {
    request["paymentMethod"]["paymentMethodMetaData"] = json!({"is3DSAuthentication": true});
}

#[tokio::test]
async fn the_bank_asks_and_the_answer_decides() {
    let shop = Shop::open().await;
    for (answer, status, location) in [
        ("approve", "SUCCESS", "https://shop.test/result"),
        ("abandon", "PROCESSING", "https://shop.test/result"),
    ] {
        let page = shop
            .pay(answer, |request| {
                with_three_ds(request);
                request["order"]["referenceOrderId"] = json!(answer);
            })
            .await;
        let asked = shop.post(&page, &card(GOOD)).await;
        assert_eq!(asked.status, 303);
        let bank = format!("{}{}", shop.simulator.base_url(), asked.location());
        assert!(bank.contains("/checkout/3ds/"), "{bank}");
        let shown = shop.get(&bank, &[]).await;
        assert!(shown.text.contains("0768") && shown.text.contains("42.00"), "{}", shown.text);
        let answered = shop.post(&bank, &[("answer", answer)]).await;
        assert_eq!((answered.location(), shop.status(answer)), (location, json!(status)), "{answer}");
    }
}

#[tokio::test]
async fn a_challenge_is_answered_once_and_named_by_json() {
    let shop = Shop::open().await;
    let page = shop.pay("a1", with_three_ds).await;
    let (_, asked) = shop.drive(&page, &json!({"testCard": GOOD})).await;
    let bank =
        format!("{}{}", shop.simulator.base_url(), asked["challenge"]["path"].as_str().expect("a path"));
    let shown = shop.get(&bank, &[("accept", "application/json")]).await;
    let shown: Value = serde_json::from_str(&shown.text).expect("JSON");
    assert_eq!((&shown["open"], &shown["lastFour"]), (&json!(true), &json!("0768")));
    let page_again = shop.get(&page, &[]).await;
    assert!(page_again.text.contains("/checkout/3ds/"), "the way to the bank is still there");
    assert_eq!(shop.drive(&bank, &json!({"answer": "maybe"})).await.0, 400);
    let (_, answered) = shop.drive(&bank, &json!({"answer": "approve"})).await;
    assert_eq!(answered["paymentStatus"], "SUCCESS");
    assert_eq!(shop.drive(&bank, &json!({"answer": "approve"})).await.0, 409);
    assert_eq!(shop.drive(&format!("{bank}0"), &json!({"answer": "approve"})).await.0, 404);
    let over = shop.get(&bank, &[]).await;
    assert!(over.text.contains("can no longer be answered"), "{}", over.text);
}
