//! Transport, headers and signatures, over real sockets.

use antom_simulator::core::Time;
use antom_simulator::{ClockMode, Settings, Simulator};
use serde_json::{Value, json};

use crate::support::{Answered, Merchant, request_for, tls_client};

const INQUIRY: &str = "/ams/sandbox/api/v1/payments/inquiryPayment";
const BODY: &str = "{\"paymentId\":\"1\"}";

async fn running() -> (Simulator, Merchant) {
    let start = Time::parse("2026-01-10T02:00:00Z");
    let settings = Settings { clock: ClockMode::Manual, start, ..Settings::default() };
    let simulator = Simulator::start_with(settings).await.expect("a simulator");
    let merchant = Merchant::of(&simulator);
    (simulator, merchant)
}

fn code(answered: &Answered) -> &str {
    answered.body["result"]["resultCode"].as_str().unwrap_or("none")
}

fn replaced(
    headers: &[(String, String)],
    name: &str,
    change: impl Fn(&str) -> String,
) -> Vec<(String, String)> {
    let one = |(known, value): &(String, String)| {
        let value = if known == name { change(value) } else { value.clone() };
        (known.clone(), value)
    };
    headers.iter().map(one).collect()
}

// rules 1.1
#[tokio::test]
async fn requests_are_posted_json() {
    let (_simulator, merchant) = running().await;
    let headers = merchant.headers_for("GET", INQUIRY, "");
    let answered = merchant.send_with("GET", INQUIRY, "", headers).await;
    assert_eq!(code(&answered), "METHOD_NOT_SUPPORTED");
    let headers = replaced(&merchant.headers(INQUIRY, BODY), "content-type", |_| "text/plain".to_owned());
    let answered = merchant.send_with("POST", INQUIRY, BODY, headers).await;
    assert_eq!(code(&answered), "MEDIA_TYPE_NOT_ACCEPTABLE");
}

// rules 1.2
#[tokio::test]
async fn the_certificate_names_every_domain_of_the_gateway() {
    let tls_listen = Some(([127, 0, 0, 1], 0).into());
    let settings = Settings { tls_listen, ..Settings::default() };
    let simulator = Simulator::start_with(settings).await.expect("a simulator");
    let port = simulator.tls_url().and_then(|url| url.rsplit(':').next()?.parse().ok()).expect("a port");
    for host in [
        "open-na-global.alipay.com",
        "open-na.alipay.com",
        "open.antglobal-us.com",
        "open-sea-global.alipay.com",
        "open-sea.alipay.com",
        "open-de-global.alipay.com",
    ] {
        let client = tls_client(simulator.ca_pem().expect("an authority"), host, port);
        let merchant = Merchant::over(&simulator, client, &format!("https://{host}:{port}"));
        assert_eq!(code(&merchant.send(INQUIRY, BODY).await), "ORDER_NOT_EXIST", "{host}");
    }
}

// rules 1.3
#[tokio::test]
async fn every_path_of_the_payment_api_is_served() {
    let (_simulator, merchant) = running().await;
    for name in [
        "createPaymentSession",
        "pay",
        "inquiryPayment",
        "capture",
        "cancel",
        "refund",
        "inquiryRefund",
        "consult",
    ] {
        let answered = merchant.send(&format!("/ams/api/v1/payments/{name}"), "{}").await;
        assert_eq!((answered.status, code(&answered)), (200, "PARAM_ILLEGAL"), "{name}");
    }
    let answered = merchant.send("/ams/api/v1/payments/payLater", "{}").await;
    assert_eq!(code(&answered), "NO_INTERFACE_DEF");
}

// rules 1.4
#[tokio::test]
async fn header_names_have_no_case_and_three_are_required() {
    let (_simulator, merchant) = running().await;
    let headers = merchant.headers(INQUIRY, BODY);
    let upper = headers.iter().map(|(name, value)| (name.to_ascii_uppercase(), value.clone())).collect();
    assert_eq!(code(&merchant.send_with("POST", INQUIRY, BODY, upper).await), "ORDER_NOT_EXIST");
    for name in ["client-id", "request-time", "signature"] {
        let without = headers.iter().filter(|(known, _)| known != name).cloned().collect();
        let answered = merchant.send_with("POST", INQUIRY, BODY, without).await;
        assert_eq!(answered.body["result"]["resultStatus"], "F", "without {name}");
        assert_ne!(code(&answered), "ORDER_NOT_EXIST", "without {name}");
    }
}

// rules 1.5
#[tokio::test]
async fn the_request_time_is_milliseconds_or_iso_8601() {
    let (_simulator, merchant) = running().await;
    for time in [
        "1767924000000",
        "2026-01-10T02:00:00+00:00",
        "2026-01-10T10:00:00+0800",
        "2026-01-10T02:00:00.1234567Z",
    ] {
        let headers = merchant.headers_at(time, INQUIRY, BODY);
        let answered = merchant.send_with("POST", INQUIRY, BODY, headers).await;
        assert_eq!(code(&answered), "ORDER_NOT_EXIST", "{time}");
    }
}

// rules 1.6
#[tokio::test]
async fn the_signature_header_is_read_with_blanks_in_any_order_and_without_a_version() {
    let (_simulator, merchant) = running().await;
    let headers = merchant.headers(INQUIRY, BODY);
    let value = |header: &str| header.split_once("signature=").expect("a value").1.to_owned();
    for form in [
        "algorithm=RSA256, keyVersion=1, signature=",
        "keyVersion=1,algorithm=RSA256,signature=",
        "algorithm=RSA256,signature=",
    ] {
        let headers = replaced(&headers, "signature", |header| format!("{form}{}", value(header)));
        let answered = merchant.send_with("POST", INQUIRY, BODY, headers).await;
        assert_eq!(code(&answered), "ORDER_NOT_EXIST", "{form}");
    }
}

// rules 1.7
#[tokio::test]
async fn the_query_is_part_of_what_is_signed() {
    let (_simulator, merchant) = running().await;
    let path = format!("{INQUIRY}?shop=1");
    assert_eq!(code(&merchant.send(&path, BODY).await), "ORDER_NOT_EXIST");
    let headers = merchant.headers(INQUIRY, BODY);
    assert_eq!(code(&merchant.send_with("POST", &path, BODY, headers).await), "INVALID_SIGNATURE");
}

// rules 1.8
#[tokio::test]
async fn the_same_json_in_other_bytes_does_not_verify() {
    let (_simulator, merchant) = running().await;
    let headers = merchant.headers(INQUIRY, BODY);
    let other = "{\"paymentId\": \"1\"}";
    assert_eq!(code(&merchant.send_with("POST", INQUIRY, other, headers).await), "INVALID_SIGNATURE");
}

// rules 1.9
#[tokio::test]
async fn answers_are_signed_over_the_requests_path() {
    let (_simulator, merchant) = running().await;
    let answered = merchant.send(INQUIRY, BODY).await;
    assert!(answered.is_signed, "with client-id, response-time and signature");
}

// rules 1.10
#[tokio::test]
async fn a_request_that_does_not_verify_is_answered_unsigned_with_a_failure() {
    let (_simulator, merchant) = running().await;
    let mut headers = merchant.headers(INQUIRY, BODY);
    headers = replaced(&headers, "request-time", |_| "1767924000001".to_owned());
    let answered = merchant.send_with("POST", INQUIRY, BODY, headers).await;
    assert_eq!((answered.status, code(&answered)), (200, "INVALID_SIGNATURE"));
    assert!(!answered.has_signature);
    assert_eq!(answered.body["result"]["resultStatus"], "F");
}

// rules 1.12
#[tokio::test]
async fn the_sandbox_has_paths_of_its_own_that_are_signed() {
    let (_simulator, merchant) = running().await;
    let production = "/ams/api/v1/payments/inquiryPayment";
    assert_eq!(code(&merchant.send(production, BODY).await), "ORDER_NOT_EXIST");
    let headers = merchant.headers(production, BODY);
    assert_eq!(code(&merchant.send_with("POST", INQUIRY, BODY, headers).await), "INVALID_SIGNATURE");
}

// rules 1.13
#[tokio::test]
async fn scalars_may_be_strings() {
    let (_simulator, merchant) = running().await;
    let mut request = request_for("a1", "http://127.0.0.1:1/n");
    request["paymentFactor"] = json!({"isAuthorization": "true", "captureMode": "MANUAL"});
    assert_eq!(code(&merchant.call("createPaymentSession", &request).await), "SUCCESS");
}

// rules 1.14
#[tokio::test]
async fn every_answer_has_a_result_of_three_texts() {
    let (_simulator, merchant) = running().await;
    let long = "x".repeat(3_000);
    let wrong = json!({"paymentRequestId": long, "paymentId": long});
    for body in [json!({}), wrong, json!({"paymentId": "1"})] {
        let answered = merchant.call("inquiryPayment", &body).await;
        let text = |name: &str| answered.body["result"][name].as_str().expect(name).chars().count();
        assert!(text("resultCode") <= 64 && text("resultMessage") <= 256, "{}", answered.body);
        assert!(["S", "F", "U"].map(Value::from).contains(&answered.body["result"]["resultStatus"]));
    }
}
