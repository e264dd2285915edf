//! Answers to our calls: verified, unsigned, or refused; and what may be kept of an unsigned one.
//! What each means for the money is tested with the HTTP client.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers of tests fail by panicking"
)]

mod support;

use antom_core::{ClientId, ResultStatus};
use antom_signing::{
    HeaderFault, KeyChoiceError, KeyRing, Mismatch, ResponseRefused, ResponseTrust, unsigned_hint,
    verify_response,
};
use support::{CLIENT, Headers, client_id, headers, now, ring, sign};

const PATH: &str = "/ams/sandbox/api/v1/payments/pay";
const TIME: &str = "2026-11-22T09:30:01+08:00";
const BODY: &str = r#"{"result":{"resultCode":"SUCCESS","resultStatus":"S","resultMessage":"success."}}"#;

fn judge(headers: &Headers, body: &str, keys: &KeyRing) -> Result<ResponseTrust, ResponseRefused> {
    let pairs = headers.iter().map(|(name, value)| (name.as_str(), value.as_slice()));
    verify_response("POST", PATH, &client_id(), pairs, body.as_bytes(), keys, now())
}

fn honest() -> Headers {
    let signature = sign(PATH, CLIENT, TIME, BODY.as_bytes());
    headers(&[("client-id", CLIENT), ("Response-Time", TIME), ("SIGNATURE", &signature)])
}

fn without(name: &str) -> Headers {
    honest().into_iter().filter(|(header, _)| !header.eq_ignore_ascii_case(name)).collect()
}

//= G-2 test
//= X-3 test
#[test]
fn a_signed_answer_is_verified_for_our_client_id_and_path() {
    let verified = ResponseTrust::Verified { response_time: TIME.to_owned() };
    assert_eq!(judge(&honest(), BODY, &ring()), Ok(verified.clone()));
    assert_eq!(
        judge(&without("client-id"), BODY, &ring()),
        Ok(verified),
        "the signature covers our id anyway"
    );
}

//= X-3 test
#[test]
fn signature_without_time_or_the_reverse_is_refused_and_neither_is_unsigned() {
    let missing = |name| Err(ResponseRefused::Headers(HeaderFault::Missing { name }));
    assert_eq!(judge(&without("response-time"), BODY, &ring()), missing("response-time"));
    assert_eq!(judge(&without("signature"), BODY, &ring()), missing("signature"));
    assert_eq!(judge(&Headers::new(), BODY, &ring()), Ok(ResponseTrust::Unsigned));
    let blank = headers(&[("signature", ""), ("response-time", "")]);
    assert!(judge(&blank, BODY, &ring()).is_err(), "empty is not absent");
}

//= G-2 test
#[test]
fn a_changed_answer_or_one_for_somebody_else_is_refused() {
    let mismatch = |answer: Result<ResponseTrust, ResponseRefused>| {
        matches!(answer, Err(ResponseRefused::Signature { mismatch: Mismatch::Signature, .. }))
    };
    assert!(mismatch(judge(&honest(), &BODY.replace("success.", "success"), &ring())));

    let other_path = sign("/ams/sandbox/api/v1/payments/refund", CLIENT, TIME, BODY.as_bytes());
    let replayed = headers(&[("client-id", CLIENT), ("response-time", TIME), ("signature", &other_path)]);
    assert!(mismatch(judge(&replayed, BODY, &ring())));

    let somebody = sign(PATH, "SANDBOX_OTHER", TIME, BODY.as_bytes());
    let open = headers(&[("client-id", "SANDBOX_OTHER"), ("response-time", TIME), ("signature", &somebody)]);
    assert_eq!(judge(&open, BODY, &ring()), Err(ResponseRefused::ForeignClientId));
    let disguised = headers(&[("client-id", CLIENT), ("response-time", TIME), ("signature", &somebody)]);
    assert!(mismatch(judge(&disguised, BODY, &ring())));
    let unsigned = headers(&[("client-id", "SANDBOX_OTHER")]);
    assert_eq!(judge(&unsigned, BODY, &ring()), Err(ResponseRefused::ForeignClientId));
}

#[test]
fn an_answer_with_an_unreadable_time_or_without_a_key_is_refused() {
    let odd =
        headers(&[("response-time", "soon"), ("signature", &sign(PATH, CLIENT, "soon", BODY.as_bytes()))]);
    assert_eq!(judge(&odd, BODY, &ring()), Err(ResponseRefused::ResponseTime));
    let no_key = judge(&honest(), BODY, &KeyRing::new()).unwrap_err();
    assert_eq!(no_key, ResponseRefused::Key(KeyChoiceError::UnknownClient));
    assert!(no_key.next_step().contains("client-id"));
    assert!(ClientId::parse("X").is_ok());
}

//= X-3 test
#[test]
fn only_failure_and_unknown_are_kept_of_an_unsigned_answer() {
    let hint = |status: &str| {
        let body = format!(
            r#"{{"result":{{"resultCode":"INVALID_SIGNATURE","resultStatus":{status},"resultMessage":"m"}}}}"#
        );
        unsigned_hint(body.as_bytes())
    };
    assert_eq!(hint(r#""F""#).unwrap().result_status, Some(ResultStatus::Failure));
    assert_eq!(hint(r#""U""#).unwrap().result_code.as_str(), "INVALID_SIGNATURE");
    for status in [r#""S""#, r#""s""#, r#""X""#, r#""""#, "null"] {
        assert_eq!(hint(status), None, "{status}");
    }
    for body in ["", "{}", "[]", r#"{"result":null}"#, "<html>502</html>", r#"{"resultStatus":"F"}"#] {
        assert_eq!(unsigned_hint(body.as_bytes()), None, "{body}");
    }
}
