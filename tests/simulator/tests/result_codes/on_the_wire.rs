//! Codes that a request gets before any operation looks at it; only these may come without a signature.
//! What else is wrong with requests is tested in `bad_requests`.

use antom_simulator::core::Operation;
use antom_simulator::{ClockMode, Settings, Simulator};
use serde_json::json;

use crate::book::Book;
use crate::support::{Answered, Merchant};

pub(crate) async fn reach(book: &mut Book) {
    let settings = Settings { clock: ClockMode::Manual, ..Settings::default() };
    let simulator = Simulator::start_with(settings).await.expect("a simulator");
    let merchant = Merchant::of(&simulator);
    for operation in Operation::ALL {
        strangers(book, &merchant, operation).await;
        unfit(book, &merchant, operation).await;
    }
    let key = json!({"apiKey": "restricted", "apis": ["consult"]});
    let path = format!("clients/{}/keys", simulator.client_id());
    let (_, made) = merchant.control("POST", &path, Some(key)).await;
    let bearer = format!("Bearer {}", made["apiKey"].as_str().expect("a key"));
    let headers = vec![("authorization".to_owned(), bearer)];
    let answered = merchant.send_with("POST", "/ams/sandbox/api/v1/payments/pay", "{}", headers).await;
    book.reached("gateway", "OAUTH_FAIL", "an API key that may not call it", &answered.body["result"]);
}

fn note(book: &mut Book, operation: Operation, code: &str, how: &'static str, answered: &Answered) {
    assert_eq!(answered.status, 200, "{code}");
    for api in [operation.name(), "gateway"] {
        if book.has(api, code) {
            book.reached(api, code, how, &answered.body["result"]);
        }
    }
}

/// Who is not believed gets no signature.
async fn strangers(book: &mut Book, merchant: &Merchant, operation: Operation) {
    let path = path_of(operation);
    let good = merchant.headers(&path, "{}");
    let with = |name: &str, change: &dyn Fn(&str) -> String| {
        let mut headers = good.clone();
        for (known, value) in &mut headers {
            if known == name {
                *value = change(value);
            }
        }
        headers
    };
    for (code, how, headers) in [
        (
            "CLIENT_INVALID",
            "a client id that nobody has",
            with("client-id", &|_| "SANDBOX_NOBODY".to_owned()),
        ),
        ("INVALID_SIGNATURE", "a signature of another time", with("request-time", &|_| "1".to_owned())),
        (
            "KEY_NOT_FOUND",
            "a key version that the client does not have",
            with("signature", &|value| value.replace("keyVersion=1", "keyVersion=9")),
        ),
    ] {
        let answered = merchant.send_with("POST", &path, "{}", headers).await;
        assert!(!answered.has_signature, "{code}");
        note(book, operation, code, how, &answered);
    }
}

/// A client that is known gets a signed answer, however odd its request is.
async fn unfit(book: &mut Book, merchant: &Merchant, operation: Operation) {
    let path = path_of(operation);
    let elsewhere = path.replace("/v1/", "/v2/");
    let answered = merchant.send(&elsewhere, "{}").await;
    assert!(answered.is_signed);
    note(book, operation, "NO_INTERFACE_DEF", "another version of the path", &answered);
    let answered = merchant.send_with("PUT", &path, "{}", merchant.headers_for("PUT", &path, "{}")).await;
    assert!(answered.is_signed);
    note(book, operation, "METHOD_NOT_SUPPORTED", "PUT", &answered);
    let mut headers = merchant.headers(&path, "{}");
    headers.retain(|(name, _)| name != "content-type");
    headers.push(("content-type".to_owned(), "text/plain".to_owned()));
    let answered = merchant.send_with("POST", &path, "{}", headers).await;
    assert!(answered.is_signed);
    note(book, operation, "MEDIA_TYPE_NOT_ACCEPTABLE", "text/plain", &answered);
}

fn path_of(operation: Operation) -> String {
    format!("/ams/sandbox/api/v1/{}/{}", operation.group(), operation.name())
}
