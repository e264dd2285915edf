//! Calls over a scripted gateway: what is sent, what comes back as a value, and every way to end in between.
//! Sockets are tested with the reqwest transport.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers of tests fail by panicking"
)]

mod support;

use std::sync::Arc;
use std::time::Duration;

use antom_core::wire::{InquiryPaymentRequest, InquiryPaymentResponse};
use antom_core::{Action, Api, PaymentRequestId, Secret, Timestamp};
use antom_http::testing::ScriptedTransport;
use antom_http::{
    ApiKey, CallError, Client, CredentialError, DEFAULT_DEADLINE, Endpoint, HttpResponse, MaybeSentReason,
    NotSentReason, Operation, Region, RsaCredential, TransportError, TransportFault, prepare,
};
use antom_signing::{
    KeyRing, KeyVersion, ResponseRefused, SharedKeyRing, SignError, Signature, SignatureHeader, Signer,
    canonical,
};
use support::{
    CLIENT, PATH, REQUEST, client, clock, credential, pay, result_body, signed, signed_for, unsigned,
};

fn scripted(status: u16, body: String) -> ScriptedTransport {
    ScriptedTransport::new().reply(move |request| Ok(signed(request, status, &body)))
}

fn answering(response: HttpResponse) -> ScriptedTransport {
    ScriptedTransport::new().reply(move |_| Ok(response))
}

//= G-1 test
//= G-2 test
//= B-2 test
#[tokio::test]
async fn a_call_sends_the_bytes_as_given_with_headers_that_the_gateway_can_verify() {
    let transport = scripted(200, result_body("SUCCESS", "S"));
    let client = client(transport.clone()).with_agent_token(Secret::new("agent-1"));
    assert_eq!(client.deadline(), Duration::from_secs(10));
    assert_eq!(DEFAULT_DEADLINE, client.deadline());
    pay(&client).await.unwrap();

    let requests = transport.requests();
    let [request] = requests.as_slice() else { panic!("{requests:?}") };
    assert_eq!(request.url, format!("https://gateway.example{PATH}"));
    assert_eq!(request.body, REQUEST.as_bytes());
    assert_eq!(request.max_response, 1024 * 1024);
    let header = |name: &str| {
        let found: Vec<&String> =
            request.headers.iter().filter(|(header, _)| *header == name).map(|(_, value)| value).collect();
        assert_eq!(found.len(), 1, "{name}");
        found[0].clone()
    };
    assert_eq!(header("content-type"), "application/json; charset=UTF-8");
    assert_eq!(header("client-id"), CLIENT);
    assert_eq!(header("request-time"), "1795311000000");
    assert_eq!(header("agent-token"), "agent-1");
    assert!(header("user-agent").starts_with("antom-http/"));
    let signature: SignatureHeader = header("signature").parse().unwrap();
    let message = canonical("POST", PATH, CLIENT, "1795311000000", REQUEST.as_bytes());
    assert_eq!(signature.key_version(), Some(KeyVersion::FIRST));
    assert_eq!(signature.signature(), &support::signer().sign_now(&message).unwrap());
}

#[tokio::test]
async fn every_verified_answer_is_a_value_whatever_it_says() {
    for (code, status) in [("SUCCESS", "S"), ("PROCESS_FAIL", "F"), ("PAYMENT_IN_PROCESS", "U"), ("NEW", "X")]
    {
        let answer = pay(&client(scripted(200, result_body(code, status)))).await.unwrap();
        let result = answer.result().unwrap();
        assert_eq!(result.result_code.as_str(), code);
        assert_eq!(result.result_status.as_ref().unwrap().as_str(), status);
    }
    let without = pay(&client(scripted(200, "{}".to_owned()))).await.unwrap();
    assert_eq!(without.result(), None);
    assert_eq!(without.body(), b"{}");
}

/// One way to end without a verified answer.
struct Case {
    name: &'static str,
    transport: ScriptedTransport,
    unknown: bool,
    retryable: bool,
    code: Option<&'static str>,
    reason: fn(&CallError) -> bool,
}

fn maybe(error: &CallError, expected: fn(&MaybeSentReason) -> bool) -> bool {
    matches!(error, CallError::MaybeSent { reason, .. } if expected(reason))
}

fn failing(fault: TransportFault, sent: bool) -> ScriptedTransport {
    ScriptedTransport::new().reply(move |_| {
        Err(if sent { TransportError::maybe_sent(fault) } else { TransportError::not_sent(fault) })
    })
}

fn changed(body: &str, change: fn(&mut HttpResponse)) -> ScriptedTransport {
    let mut response = signed_for(PATH, CLIENT, 200, body);
    change(&mut response);
    answering(response)
}

fn drop_header(response: &mut HttpResponse, name: &str) {
    response.headers.retain(|(header, _)| header != name);
}

fn transport_cases() -> Vec<Case> {
    let not_sent =
        |error: &CallError| matches!(error, CallError::NotSent { reason: NotSentReason::Transport(_), .. });
    let lost = |error: &CallError| maybe(error, |reason| matches!(reason, MaybeSentReason::Transport(_)));
    let case = |name, fault, unknown, retryable| Case {
        name,
        transport: failing(fault, unknown),
        unknown,
        retryable,
        code: None,
        reason: if unknown { lost } else { not_sent },
    };
    vec![
        case("no connection", TransportFault::Connect, false, true),
        case("forbidden url", TransportFault::ForbiddenUrl, false, false),
        case("timeout", TransportFault::Deadline, true, true),
        case("reset", TransportFault::Broken, true, true),
        case("half an answer", TransportFault::Incomplete, true, true),
        case("too large", TransportFault::TooLarge, true, false),
    ]
}

fn answer_cases() -> Vec<Case> {
    let success = result_body("SUCCESS", "S");
    let failure = result_body("INVALID_SIGNATURE", "F");
    let busy = result_body("REQUEST_TRAFFIC_EXCEED_LIMIT", "U");
    let other_id = success.replace("R-1", "R-2");
    let is_unsigned = |error: &CallError| maybe(error, |reason| matches!(reason, MaybeSentReason::Unsigned));
    let is_refused = |error: &CallError| maybe(error, |reason| matches!(reason, MaybeSentReason::Refused(_)));
    let is_status =
        |error: &CallError| maybe(error, |reason| matches!(reason, MaybeSentReason::Status { .. }));
    let is_unreadable =
        |error: &CallError| maybe(error, |reason| matches!(reason, MaybeSentReason::Unreadable { .. }));
    let is_foreign = |error: &CallError| {
        maybe(error, |reason| matches!(reason, MaybeSentReason::ForeignId { field: "paymentRequestId" }))
    };
    let case = |name, transport, retryable, code, reason| Case {
        name,
        transport,
        unknown: true,
        retryable,
        code,
        reason,
    };
    vec![
        case("unsigned S", answering(unsigned(200, &success)), true, None, is_unsigned),
        case("unsigned F", answering(unsigned(200, &failure)), false, Some("INVALID_SIGNATURE"), is_unsigned),
        case(
            "unsigned U",
            answering(unsigned(200, &busy)),
            true,
            Some("REQUEST_TRAFFIC_EXCEED_LIMIT"),
            is_unsigned,
        ),
        case(
            "no response-time",
            changed(&success, |r| drop_header(r, "response-time")),
            false,
            None,
            is_refused,
        ),
        case("no signature", changed(&failure, |r| drop_header(r, "signature")), false, None, is_refused),
        case("changed body", changed(&success, |r| r.body.push(b' ')), false, None, is_refused),
        case(
            "for another client",
            answering(signed_for(PATH, "SANDBOX_X", 200, &success)),
            false,
            None,
            is_refused,
        ),
        case(
            "for another path",
            answering(signed_for("/ams/api/v1/payments/pay", CLIENT, 200, &success)),
            false,
            None,
            is_refused,
        ),
        case("signed 500 with S", scripted(500, success.clone()), true, None, is_status),
        case("signed 500 with F", scripted(500, failure.clone()), true, Some("INVALID_SIGNATURE"), is_status),
        case(
            "unsigned 403 with F",
            answering(unsigned(403, &failure)),
            false,
            Some("INVALID_SIGNATURE"),
            is_status,
        ),
        case("502 from a proxy", answering(unsigned(502, "<html>")), true, None, is_status),
        case(
            "badly signed 500 with F",
            answering(signed_for("/x", CLIENT, 500, &failure)),
            true,
            None,
            is_status,
        ),
        case("redirect", answering(unsigned(302, &failure)), false, Some("INVALID_SIGNATURE"), is_status),
        case("204", answering(unsigned(204, "")), false, None, is_status),
        case("signed nonsense", scripted(200, "{".to_owned()), true, None, is_unreadable),
        case("signed list", scripted(200, "[]x".to_owned()), true, None, is_unreadable),
        case(
            "result twice",
            scripted(200, format!("{{{0},{0}}}", r#""result":null"#)),
            true,
            None,
            is_unreadable,
        ),
        case("another payment", scripted(200, other_id), false, None, is_foreign),
    ]
}

//= X-3 test
//= G-2 test
//= T-6 test
//= B-2 test
#[tokio::test]
async fn every_other_end_of_a_call_says_how_far_it_got() {
    for case in transport_cases().into_iter().chain(answer_cases()) {
        let error = pay(&client(case.transport)).await.unwrap_err();
        let name = case.name;
        assert_eq!(error.is_outcome_unknown(), case.unknown, "{name}: {error:?}");
        assert_eq!(error.is_retryable(), case.retryable, "{name}: {error:?}");
        assert_eq!(error.result_code(), case.code, "{name}: {error:?}");
        assert!((case.reason)(&error), "{name}: {error:?}");
        assert_eq!(error.api(), Api::Pay);
        let action = if case.unknown {
            Action::Inquire
        } else if case.retryable {
            Action::RetrySameRequest
        } else {
            Action::FixConfig
        };
        assert_eq!(error.action(), action, "{name}");
        let printed = format!("{error} {error:?}");
        assert!(!printed.contains("signature="), "{name}: no header text in errors");
    }
}

#[tokio::test]
async fn a_busy_gateway_says_how_long_to_wait() {
    for (value, expected) in
        [("7", Some(7)), (" 120 ", Some(120)), ("Fri, 31 Dec 1999 23:59:59 GMT", None), ("-1", None)]
    {
        let mut response = unsigned(503, "");
        response.headers.push(("Retry-After".to_owned(), value.as_bytes().to_vec()));
        let error = pay(&client(answering(response))).await.unwrap_err();
        assert_eq!(error.retry_after(), expected.map(Duration::from_secs), "{value}");
    }
}

#[tokio::test]
async fn bytes_that_are_no_json_object_are_not_sent() {
    for body in ["", "null", "\"x\"", "{", "{\"paymentRequestId\":1}"] {
        let transport = scripted(200, "{}".to_owned());
        let outcome = client(transport.clone()).call(Api::Pay, body.into(), DEFAULT_DEADLINE).await;
        assert!(matches!(outcome, Err(CallError::NotSent { reason: NotSentReason::Body, .. })), "{body:?}");
        assert!(transport.requests().is_empty());
    }
}

#[tokio::test]
async fn fields_that_break_rules_are_all_named_and_nothing_is_sent() {
    let transport = scripted(200, "{}".to_owned());
    let error =
        client(transport.clone()).inquiry_payment(&InquiryPaymentRequest::default()).await.unwrap_err();
    assert!(matches!(&error, CallError::NotSent { reason: NotSentReason::Fields(_), .. }));
    assert_eq!((error.action(), error.is_retryable()), (Action::FixRequest, false));
    assert!(transport.requests().is_empty());
}

#[tokio::test]
async fn a_call_that_only_reads_is_simply_made_again() {
    let request = InquiryPaymentRequest::by_request_id(PaymentRequestId::parse("R-1").unwrap());
    let error = client(ScriptedTransport::new().never_answer()).inquiry_payment(&request).await.unwrap_err();
    assert_eq!(error.action(), Action::RetrySameRequest);
    let forged = answering(signed_for("/elsewhere", CLIENT, 200, "{}"));
    let error = client(forged).inquiry_payment(&request).await.unwrap_err();
    assert_eq!(error.action(), Action::FixConfig);
}

#[derive(Debug)]
struct AbsentSigner {
    error: fn() -> SignError,
}

#[async_trait::async_trait]
impl Signer for AbsentSigner {
    async fn sign(&self, _message: &[u8]) -> Result<Signature, SignError> {
        Err((self.error)())
    }

    fn key_version(&self) -> KeyVersion {
        KeyVersion::FIRST
    }
}

#[tokio::test]
async fn without_a_signature_nothing_is_sent() {
    let cases: [(fn() -> SignError, bool); 2] =
        [(|| SignError::Unavailable { source: None }, true), (|| SignError::Refused { source: None }, false)];
    for (error, retryable) in cases {
        let client_id = antom_core::ClientId::parse(CLIENT).unwrap();
        let credential =
            RsaCredential::new(client_id, Arc::new(AbsentSigner { error }), SharedKeyRing::default());
        let transport = scripted(200, "{}".to_owned());
        let endpoint = Endpoint::region(Region::Europe);
        let client = Client::new(endpoint, Arc::new(credential), Arc::new(transport.clone()), clock());
        let error = pay(&client).await.unwrap_err();
        assert!(matches!(
            &error,
            CallError::NotSent { reason: NotSentReason::Credential(CredentialError::Sign(_)), .. }
        ));
        assert_eq!(error.is_retryable(), retryable);
        assert!(transport.requests().is_empty());
    }
}

//= X-13 test
#[tokio::test]
async fn an_api_key_is_sent_as_bearer_over_https_only_and_its_answers_need_no_signature() {
    let key = || Arc::new(ApiKey::parse(Secret::new("isak_TEST_id_s3cret")).unwrap());
    let body = result_body("SUCCESS", "S");
    let transport = answering(unsigned(200, &body));
    let encrypted = Endpoint::custom("https://gateway.example").unwrap();
    let answer = pay(&Client::new(encrypted, key(), Arc::new(transport.clone()), clock())).await.unwrap();
    assert!(answer.result().unwrap().is_success());
    let request = &transport.requests()[0];
    assert!(request.headers.contains(&("authorization", "Bearer isak_TEST_id_s3cret".to_owned())));
    assert!(
        request.headers.iter().all(|(name, _)| !["signature", "client-id", "request-time"].contains(name))
    );
    assert_eq!(request.url, format!("https://gateway.example{PATH}"));
    assert!(!format!("{request:?}").contains("s3cret"));

    let transport = answering(unsigned(200, &body));
    let plain = Endpoint::custom("http://127.0.0.1:9").unwrap();
    let error = pay(&Client::new(plain, key(), Arc::new(transport.clone()), clock())).await.unwrap_err();
    let refused = NotSentReason::Credential(CredentialError::NeedsEncryption).to_string();
    assert!(matches!(&error, CallError::NotSent { reason, .. } if reason.to_string() == refused));
    assert!(transport.requests().is_empty());
}

#[tokio::test]
async fn keys_that_are_replaced_count_for_the_next_answer() {
    let client_id = antom_core::ClientId::parse(CLIENT).unwrap();
    let keys = SharedKeyRing::new(KeyRing::new());
    let credential = RsaCredential::new(client_id.clone(), Arc::new(support::signer()), keys.clone());
    let body = result_body("SUCCESS", "S");
    let again = body.clone();
    let transport = scripted(200, body).reply(move |request| Ok(signed(request, 200, &again)));
    let endpoint = Endpoint::custom("https://gateway.example").unwrap();
    let client = Client::new(endpoint, Arc::new(credential), Arc::new(transport), clock());
    let refused = pay(&client).await.unwrap_err();
    assert!(maybe(&refused, |reason| matches!(reason, MaybeSentReason::Refused(ResponseRefused::Key(_)))));
    let entry = antom_signing::KeyEntry::new(
        KeyVersion::FIRST,
        antom_signing::PublicKey::parse(support::PUBLIC).unwrap(),
    );
    keys.replace(KeyRing::new().with(client_id, entry));
    assert!(pay(&client).await.is_ok());
}

#[tokio::test]
async fn a_typed_call_prints_its_request_and_reads_its_answer() {
    let body = r#"{"result":{"resultCode":"SUCCESS","resultStatus":"S"},"paymentRequestId":"R-1","paymentStatus":"SUCCESS"}"#;
    let transport = scripted(200, body.to_owned());
    let id = PaymentRequestId::parse("R-1").unwrap();
    let request = InquiryPaymentRequest::by_request_id(id);
    let response: InquiryPaymentResponse = client(transport.clone()).inquiry_payment(&request).await.unwrap();
    assert!(response.result.unwrap().is_success());
    let sent = &transport.requests()[0];
    assert!(sent.url.ends_with("/ams/sandbox/api/v1/payments/inquiryPayment"));
    assert_eq!(sent.body, prepare(&request).unwrap());
    assert_eq!(sent.deadline, DEFAULT_DEADLINE);
    assert_eq!(<InquiryPaymentRequest as Operation>::API, Api::InquiryPayment);
}

/// A signature does not tie an answer to a request: the ids do, those of every operation.
//= T-6 test
#[tokio::test]
async fn an_answer_that_echoes_another_id_is_in_doubt_whichever_id_it_is() {
    let ids = [
        "paymentRequestId",
        "paymentId",
        "captureRequestId",
        "refundRequestId",
        "refundId",
        "updateRequestId",
        "vaultingRequestId",
    ];
    for id in ids {
        let transport = scripted(200, format!("{{\"{id}\":\"theirs\"}}"));
        let body = format!("{{\"{id}\":\"ours\"}}").into_bytes();
        let error = client(transport).call(Api::Pay, body, DEFAULT_DEADLINE).await.unwrap_err();
        assert!(
            matches!(&error, CallError::MaybeSent { reason: MaybeSentReason::ForeignId { field }, .. } if *field == id),
            "{id}: {error:?}"
        );
    }
}

#[tokio::test]
async fn the_gateways_trace_id_is_kept_with_answers_and_errors() {
    let with_trace = |status, body: &str| {
        let mut response = signed_for(PATH, CLIENT, status, body);
        response.headers.push(("Mgw-TraceId".to_owned(), b"0a1b2c".to_vec()));
        answering(response)
    };
    let body = result_body("SUCCESS", "S");
    let answer = pay(&client(with_trace(200, &body))).await.unwrap();
    assert_eq!(answer.trace_id().unwrap().as_str(), "0a1b2c");
    let wrong: CallError = answer.parse::<Vec<u8>>().unwrap_err();
    assert_eq!(wrong.trace_id().unwrap().as_str(), "0a1b2c");
    let error = pay(&client(with_trace(503, &body))).await.unwrap_err();
    assert_eq!(error.trace_id().unwrap().as_str(), "0a1b2c");
    let refused = pay(&client(ScriptedTransport::new().refuse())).await.unwrap_err();
    assert_eq!(refused.trace_id(), None);
}

#[tokio::test]
async fn production_ids_use_production_paths() {
    let client_id = antom_core::ClientId::parse("5X00000000000000").unwrap();
    let credential = RsaCredential::new(client_id, Arc::new(support::signer()), SharedKeyRing::default());
    let transport = ScriptedTransport::new().never_answer().refuse();
    let endpoint = Endpoint::region(Region::Asia);
    let client = Client::new(endpoint, Arc::new(credential), Arc::new(transport.clone()), clock());
    assert!(pay(&client).await.unwrap_err().is_outcome_unknown());
    assert!(!pay(&client).await.unwrap_err().is_outcome_unknown());
    assert!(!pay(&client).await.unwrap_err().is_outcome_unknown(), "the end of the script is not sent");
    assert_eq!(transport.requests()[0].url, "https://open-sea-global.alipay.com/ams/api/v1/payments/pay");
}

#[test]
fn clients_and_messages_print_no_secret_and_no_body() {
    let client = client(ScriptedTransport::new()).with_agent_token(Secret::new("marker-token"));
    let printed = format!("{client:?} {:?} {:?}", credential(), unsigned(200, "marker-body"));
    assert!(!printed.contains("marker"), "{printed}");
    assert!(Timestamp::parse(support::TIME).is_ok());
}
