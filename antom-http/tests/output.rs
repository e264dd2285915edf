//! Nothing secret is printed: every span and event at the finest level, every Debug and every error, searched for planted words.
//! Messages have a redaction test of their own beside them.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers of tests fail by panicking"
)]

mod support;

use std::error::Error;
use std::io::Write;
use std::sync::{Arc, Mutex};

use antom_core::wire::{Buyer, DeleteTokenRequest, Env, Order, PayRequest, PaymentMethod};
use antom_core::{Currency, Money, PaymentRequestId, ReferenceOrderId, Secret, TerminalType};
use antom_http::testing::{RecordingTransport, ScriptedTransport};
use antom_http::{ApiKey, Client, Endpoint, HttpResponse, TransportError, TransportFault};
use support::time::Time;
use support::{CLIENT, PATH, PRIVATE, credential, result_body, signed, signed_for, unsigned};
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::fmt::format::FmtSpan;

/// In every place where a secret or personal datum can stand.
const PLANTED: &str = "canary";

#[derive(Clone, Default)]
struct Output(Arc<Mutex<Vec<u8>>>);

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Output {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

impl Output {
    fn say(&self, text: &str) {
        self.0.lock().unwrap().extend_from_slice(text.as_bytes());
    }

    fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

fn request() -> PayRequest {
    let amount = Money::parse_decimal(Currency::parse("SGD").unwrap(), "42.00").unwrap();
    let mut order = Order::new(ReferenceOrderId::parse("order-1").unwrap(), "Coffee", amount);
    let buyer = Buyer { buyer_email: Some("canary@buyer.example".to_owned()), ..Buyer::default() };
    order.buyer = Some(buyer);
    let mut method = PaymentMethod::new("GCASH");
    method.payment_method_id = Some("canary-card-token".to_owned());
    let mut env = Env::new(TerminalType::Web);
    env.client_ip = Some("canary-ip".to_owned());
    let id = PaymentRequestId::parse("R-1").unwrap();
    PayRequest::new(id, order, amount, method, "https://shop.example/canary-redirect", env)
}

/// An answer with planted words in a known field, an unknown one, and where it stops being JSON.
fn bodies() -> Vec<String> {
    let good = result_body("PAYMENT_IN_PROCESS", "U");
    let open = good.strip_suffix('}').unwrap();
    vec![
        format!(r#"{open},"normalUrl":"https://pay.example/canary","somethingNew":{{"a":"canary"}}}}"#),
        format!(r#"{open},"paymentData":canary}}"#),
        format!(r#"{open},"paymentRequestId":"canary"}}"#),
        good.replace("R-1", "canary-id"),
        "canary".to_owned(),
    ]
}

/// Answers of all kinds, each with planted words where it can have some.
fn script() -> ScriptedTransport {
    let mut script = ScriptedTransport::new();
    for body in bodies() {
        let again = body.clone();
        script = script
            .reply(move |request| Ok(signed(request, 200, &body)))
            .reply(move |_| Ok(with_planted_headers(unsigned(500, &again))));
    }
    script
        .reply(|_| {
            let mut forged = signed_for(PATH, CLIENT, 200, "{}");
            forged.body = b"canary".to_vec();
            Ok(with_planted_headers(forged))
        })
        .reply(|_| Ok(signed_for(PATH, "SANDBOX_canary", 200, "{}")))
        .refuse()
        .never_answer()
        .reply(|_| Err(TransportError::maybe_sent(TransportFault::Incomplete)))
}

fn with_planted_headers(mut response: HttpResponse) -> HttpResponse {
    for (name, value) in
        [("set-cookie", "canary"), ("mgw-traceid", "not plain: canary"), ("retry-after", "canary")]
    {
        response.headers.push((name.to_owned(), value.as_bytes().to_vec()));
    }
    response
}

fn chain(error: &dyn Error) -> String {
    let mut text = format!("{error} {error:?}\n");
    let mut next = error.source();
    while let Some(cause) = next {
        text.push_str(&format!("{cause} {cause:?}\n"));
        next = cause.source();
    }
    text
}

#[tokio::test]
async fn no_output_holds_a_body_a_key_a_token_or_a_signature() {
    let output = Output::default();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_span_events(FmtSpan::FULL)
        .with_writer(output.clone())
        .finish();
    let _guard = tracing::subscriber::set_default(subscriber);

    let time = Time::start();
    let transport = RecordingTransport::new(script());
    let endpoint = Endpoint::custom("https://gateway.example").unwrap();
    let rsa =
        Client::new(endpoint.clone(), Arc::new(credential()), Arc::new(transport.clone()), time.clock())
            .with_agent_token(Secret::new("canary-agent-token"));
    for _ in 0..15 {
        match rsa.pay(&request()).await {
            Ok(answer) => output.say(&format!("{answer:?}\n")),
            Err(error) => output.say(&chain(&error)),
        }
    }
    let token = DeleteTokenRequest::new(&Secret::new("canary-stored-token"));
    output.say(&chain(&rsa.delete_token(&token).await.unwrap_err()));
    let key = ApiKey::parse(Secret::new("isak_TEST_id_canary")).unwrap();
    let bearer = Client::new(endpoint, Arc::new(key), Arc::new(ScriptedTransport::new()), time.clock());
    output.say(&chain(&bearer.pay(&request()).await.unwrap_err()));
    output.say(&format!("{rsa:?} {bearer:?} {transport:?} {:?} {:?}", transport.exchanges(), request()));

    let text = output.text();
    assert!(text.contains("antom_call") && text.contains("maybe_sent"), "there is output to search: {text}");
    let found: Vec<&str> = text.lines().filter(|line| line.contains(PLANTED)).collect();
    assert!(found.is_empty(), "{found:#?}");
    assert!(!text.contains("signature="), "no header of a request");
    let exchanges = transport.exchanges();
    assert!(
        exchanges.len() >= 14 && exchanges.iter().all(|one| format!("{:?}", one.request.body).len() > 100)
    );
    let lines: Vec<&str> = PRIVATE.lines().filter(|line| line.len() > 40).collect();
    assert!(lines.iter().all(|line| !text.contains(line)), "no line of the private key");
}
