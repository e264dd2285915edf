//! Merchant events by signed webhooks, after the Standard Webhooks convention.
//! Receivers verify as `docs/events.md` shows; connections are left to the transport.
//!
//! The address is the merchant's own, from the configuration; it is called as it stands. No redirect is followed, so that
//! no answer can send an event elsewhere, and little of an answer is read.

use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use antom_core::secret::Secret;
use antom_core::time::Timestamp;
use antom_domain::merchant_event::MerchantEvent;
use antom_domain::port::{EventPublisher, PublishFailure, PublishFailureReason};
use antom_http::{Endpoint, HttpRequest, HttpResponse, Transport, TransportError, TransportFault};
use async_trait::async_trait;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ring::hmac;

/// More than anybody needs to say yes.
const LARGEST_ANSWER: usize = 64 * 1024;
const PREFIX: &str = "whsec_";

/// A secret that is shared with the receiver: `whsec_` and the base64 of 24 to 64 random bytes.
#[derive(Clone)]
pub struct SigningSecret(hmac::Key);

/// A text that is no signing secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "must be whsec_ followed by the base64 of 24 to 64 random bytes, such as `openssl rand -base64 32` prints"
)]
pub struct NotASigningSecret;

impl SigningSecret {
    /// Reads a secret.
    ///
    /// # Errors
    /// [`NotASigningSecret`], without the text.
    pub fn parse(secret: &Secret) -> Result<SigningSecret, NotASigningSecret> {
        let encoded = secret.expose().trim().strip_prefix(PREFIX).ok_or(NotASigningSecret)?;
        let bytes = STANDARD.decode(encoded).map_err(|_| NotASigningSecret)?;
        if !(24..=64).contains(&bytes.len()) {
            return Err(NotASigningSecret);
        }
        Ok(SigningSecret(hmac::Key::new(hmac::HMAC_SHA256, &bytes)))
    }

    /// The signature over an attempt: its id, its time in whole seconds since 1970, its body.
    pub fn sign(&self, id: &str, seconds: i64, body: &[u8]) -> String {
        let mut signed = hmac::Context::with_key(&self.0);
        for part in [id.as_bytes(), b".", seconds.to_string().as_bytes(), b".", body] {
            signed.update(part);
        }
        format!("v1,{}", STANDARD.encode(signed.sign()))
    }
}

impl fmt::Debug for SigningSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SigningSecret")
    }
}

/// The secrets that events are signed with, shared by whoever signs and whoever changes them.
#[derive(Debug, Clone)]
pub struct SigningSecrets(Arc<RwLock<Arc<[SigningSecret]>>>);

impl SigningSecrets {
    /// These secrets, until others take their place.
    pub fn new(secrets: Vec<SigningSecret>) -> SigningSecrets {
        SigningSecrets(Arc::new(RwLock::new(secrets.into())))
    }

    /// From the next attempt on, events are signed with these.
    pub fn replace(&self, secrets: Vec<SigningSecret>) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = secrets.into();
    }

    fn current(&self) -> Arc<[SigningSecret]> {
        Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner))
    }
}

impl From<Vec<SigningSecret>> for SigningSecrets {
    fn from(secrets: Vec<SigningSecret>) -> SigningSecrets {
        SigningSecrets::new(secrets)
    }
}

/// Whether events may be sent to this address: https, or http to this machine, without a user in it.
pub fn is_allowed(url: &str) -> bool {
    url.bytes().all(|byte| byte.is_ascii_graphic()) && Endpoint::allows(url)
}

/// Posts each event to one address.
#[derive(Debug)]
pub struct WebhookPublisher {
    transport: Arc<dyn Transport>,
    /// It may hold a token.
    url: Secret,
    secrets: SigningSecrets,
    timeout: Duration,
}

impl WebhookPublisher {
    /// A publisher to this address, which signs with every secret: while a secret is changed there are two, and a receiver
    /// accepts either signature. One attempt takes at most `timeout`.
    pub fn new(
        transport: Arc<dyn Transport>,
        url: Secret,
        secrets: impl Into<SigningSecrets>,
        timeout: Duration,
    ) -> WebhookPublisher {
        WebhookPublisher { transport, url, secrets: secrets.into(), timeout }
    }

    fn request(&self, event: &MerchantEvent, body: String, at: Timestamp) -> HttpRequest {
        let id = event.id();
        let seconds = at.epoch_millis().div_euclid(1_000);
        let secrets = self.secrets.current();
        let signatures: Vec<String> =
            secrets.iter().map(|secret| secret.sign(id.as_str(), seconds, body.as_bytes())).collect();
        HttpRequest {
            url: self.url.expose().to_owned(),
            headers: vec![
                ("content-type", "application/json".to_owned()),
                ("user-agent", concat!("antom/", env!("CARGO_PKG_VERSION")).to_owned()),
                ("webhook-id", id.as_str().to_owned()),
                ("webhook-timestamp", seconds.to_string()),
                ("webhook-signature", signatures.join(" ")),
            ],
            body: body.into_bytes(),
            deadline: self.timeout,
            max_response: LARGEST_ANSWER,
        }
    }
}

#[async_trait]
impl EventPublisher for WebhookPublisher {
    async fn publish(&self, event: &MerchantEvent, at: Timestamp) -> Result<(), PublishFailure> {
        let body = event.payload().map_err(|_| PublishFailure::new(PublishFailureReason::NotConfirmed))?;
        match self.transport.send(self.request(event, body, at)).await {
            Ok(answer) if (200..=299).contains(&answer.status) => Ok(()),
            Ok(answer) => Err(PublishFailure {
                reason: PublishFailureReason::Status(answer.status),
                retry_after: retry_after(&answer),
            }),
            Err(error) => Err(PublishFailure::new(reason_of(&error))),
        }
    }
}

fn reason_of(error: &TransportError) -> PublishFailureReason {
    let (TransportError::NotSent { fault, .. } | TransportError::MaybeSent { fault, .. }) = error else {
        return PublishFailureReason::ConnectionLost;
    };
    match fault {
        TransportFault::Deadline => PublishFailureReason::Timeout,
        TransportFault::TooLarge => PublishFailureReason::AnswerTooLarge,
        TransportFault::Broken | TransportFault::Incomplete => PublishFailureReason::ConnectionLost,
        _ => PublishFailureReason::NoConnection,
    }
}

/// Whole seconds; a date is not read, since the usual wait is as good.
fn retry_after(answer: &HttpResponse) -> Option<Duration> {
    let (_, value) = answer.headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("retry-after"))?;
    std::str::from_utf8(value).ok()?.trim().parse().ok().map(Duration::from_secs)
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use antom_core::id::ReferenceOrderId;
    use antom_domain::merchant_event::{EventData, MerchantEventKind};

    use super::*;

    fn secret(text: &str) -> SigningSecret {
        SigningSecret::parse(&Secret::from(text)).unwrap()
    }

    /// The vectors of the reference libraries of the specification.
    #[test]
    fn signatures_are_those_of_the_specification() {
        let vectors = [
            (
                "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD",
                "msg_27UH4WbU6Z5A5EzD8u03UvzRbpk",
                1_649_367_553,
                r#"{"email":"test@example.com","username":"test_user"}"#,
                "v1,tZ1I4/hDygAJgO5TYxiSd6Sd0kDW6hPenDe+bTa3Kkw=",
            ),
            (
                "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
                "msg_p5jXN8AQM9LWM0D4loKWxJek",
                1_614_265_330,
                r#"{"test": 2432232314}"#,
                "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
            ),
        ];
        for (key, id, seconds, body, signature) in vectors {
            assert_eq!(secret(key).sign(id, seconds, body.as_bytes()), signature);
        }
    }

    #[test]
    fn a_text_that_is_no_secret_is_refused_and_not_repeated() {
        for text in
            ["", "C2FVsBQIhrscChlQIMV+b5sSYspob7oD", "whsec_", "whsec_c2hvcnQ=", "whsec_not base64 at all !!"]
        {
            let refused = SigningSecret::parse(&Secret::from(text)).unwrap_err();
            assert!(text.len() <= PREFIX.len() || !refused.to_string().contains(text), "{text}");
        }
        let longest = format!("whsec_{}\n", STANDARD.encode([7; 64]));
        assert!(SigningSecret::parse(&Secret::from(longest)).is_ok());
        assert!(SigningSecret::parse(&Secret::from(format!("whsec_{}", STANDARD.encode([7; 65])))).is_err());
    }

    #[test]
    fn events_leave_this_machine_encrypted_only() {
        for url in ["https://shop.example/hooks?token=x", "http://127.0.0.1:8000/hooks", "http://[::1]/h"] {
            assert!(is_allowed(url), "{url}");
        }
        for url in [
            "http://shop.example/hooks",
            "http://10.0.0.7/h",
            "https://user@shop.example/",
            "ftp://h/",
            "https://a b/",
            "",
        ] {
            assert!(!is_allowed(url), "{url}");
        }
    }

    /// Keeps what was sent, and answers as it was told to.
    #[derive(Debug)]
    struct Receiver {
        answer: Mutex<Option<Result<HttpResponse, TransportError>>>,
        sent: Mutex<Vec<HttpRequest>>,
    }

    #[async_trait]
    impl Transport for Receiver {
        async fn send(&self, request: HttpRequest) -> Result<HttpResponse, TransportError> {
            self.sent.lock().unwrap().push(request);
            self.answer.lock().unwrap().take().unwrap()
        }
    }

    fn event() -> MerchantEvent {
        MerchantEvent {
            order_id: ReferenceOrderId::parse("ORDER.1").unwrap(),
            sequence: 3,
            kind: MerchantEventKind::OrderPaid,
            at: Timestamp::from_epoch_millis(1_795_000_000_000),
            payment_request_id: None,
            data: EventData::from_stored(r#"{"order":{}}"#.to_owned()),
        }
    }

    async fn publish(
        answer: Result<HttpResponse, TransportError>,
    ) -> (Result<(), PublishFailure>, HttpRequest) {
        let receiver = Arc::new(Receiver { answer: Mutex::new(Some(answer)), sent: Mutex::default() });
        let secrets = ["whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"];
        let publisher = WebhookPublisher::new(
            receiver.clone(),
            Secret::from("https://shop.example/hooks?token=canary"),
            secrets.map(secret).to_vec(),
            Duration::from_secs(7),
        );
        assert!(!format!("{publisher:?}").contains("canary"));
        let end = publisher.publish(&event(), Timestamp::from_epoch_millis(1_795_000_100_999)).await;
        let sent = receiver.sent.lock().unwrap().remove(0);
        (end, sent)
    }

    fn answer(status: u16, headers: &[(&str, &str)]) -> Result<HttpResponse, TransportError> {
        let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), value.as_bytes().to_vec()));
        Ok(HttpResponse { status, headers: headers.collect(), body: Vec::new() })
    }

    #[tokio::test]
    async fn an_event_is_sent_under_its_id_and_signed_with_every_secret() {
        let (end, sent) = publish(answer(204, &[])).await;

        assert_eq!(end, Ok(()));
        let header = |name: &str| sent.headers.iter().find(|(one, _)| *one == name).unwrap().1.clone();
        assert_eq!(header("webhook-id"), "evt_ORDER~2e1_3");
        assert_eq!(header("webhook-timestamp"), "1795000100");
        let signatures = header("webhook-signature");
        let signatures: Vec<&str> = signatures.split(' ').collect();
        let keys = ["whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"];
        let expected = keys.map(|key| secret(key).sign("evt_ORDER~2e1_3", 1_795_000_100, &sent.body));
        assert_eq!(signatures, expected);
        assert_eq!(sent.body, event().payload().unwrap().into_bytes());
        assert_eq!((sent.deadline, sent.max_response), (Duration::from_secs(7), LARGEST_ANSWER));
    }

    #[tokio::test]
    async fn only_a_success_is_a_confirmation_and_a_redirect_is_none() {
        for status in [200, 201, 299] {
            assert_eq!(publish(answer(status, &[])).await.0, Ok(()));
        }
        for status in [100, 199, 300, 302, 308, 400, 410, 500, 503] {
            let failure =
                publish(answer(status, &[("location", "https://elsewhere.example/")])).await.0.unwrap_err();
            assert_eq!(failure, PublishFailure::new(PublishFailureReason::Status(status)));
        }
    }

    #[tokio::test]
    async fn a_receiver_that_asks_for_time_is_heard_and_a_failure_names_its_cause() {
        let busy = publish(answer(503, &[("Retry-After", " 120 ")])).await.0.unwrap_err();
        assert_eq!(busy.retry_after, Some(Duration::from_secs(120)));
        let dated =
            publish(answer(503, &[("Retry-After", "Sun, 22 Nov 2026 07:28:00 GMT")])).await.0.unwrap_err();
        assert_eq!(dated.retry_after, None);
        for (fault, reason) in [
            (TransportFault::Deadline, PublishFailureReason::Timeout),
            (TransportFault::TooLarge, PublishFailureReason::AnswerTooLarge),
            (TransportFault::Incomplete, PublishFailureReason::ConnectionLost),
        ] {
            let failure = publish(Err(TransportError::maybe_sent(fault))).await.0.unwrap_err();
            assert_eq!(failure, PublishFailure::new(reason));
        }
        let refused = publish(Err(TransportError::not_sent(TransportFault::Connect))).await.0.unwrap_err();
        assert_eq!(refused, PublishFailure::new(PublishFailureReason::NoConnection));
    }
}
