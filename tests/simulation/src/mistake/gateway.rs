//! Mistakes in making calls and in reading their answers.
//! The gateway itself stays right; what is wrong is what the merchant sends, or makes of the answer.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use antom_core::outcome::Api;
use antom_domain::order::{CallSubject, GatewayCall, RequestBody};
use antom_domain::port::{CallFailure, GatewayAnswer, PaymentGateway, Reach};
use async_trait::async_trait;
use serde_json::{Value, json};

use super::Mistake;
use crate::world::World;

/// A gateway port that makes one mistake.
#[derive(Debug)]
pub(super) struct WrongGateway {
    inner: Arc<dyn PaymentGateway>,
    mistake: Mistake,
    world: Arc<World>,
    first_seen: Mutex<BTreeMap<String, i64>>,
}

impl WrongGateway {
    pub(super) fn new(inner: Arc<dyn PaymentGateway>, mistake: Mistake, world: Arc<World>) -> WrongGateway {
        WrongGateway { inner, mistake, world, first_seen: Mutex::default() }
    }

    /// When this subject was called first, and whether that is now.
    fn first_call(&self, call: &GatewayCall) -> (i64, bool) {
        let now = self.world.handle.now();
        let mut seen = self.first_seen.lock().unwrap_or_else(PoisonError::into_inner);
        let known = seen.get(call.id().as_str()).copied();
        (*seen.entry(call.id().to_string()).or_insert(now), known.is_none())
    }

    /// The call as the mistake makes it.
    fn sent(&self, call: &GatewayCall, is_first: bool) -> GatewayCall {
        let change = |member: &str, value: Value| with_member(call, member, value);
        match (self.mistake, &call.subject) {
            (Mistake::NewIdOnRetry, CallSubject::Open { payment_request_id }) if !is_first => {
                change("paymentRequestId", json!(format!("{payment_request_id}-{}", self.world.fresh())))
            }
            (Mistake::OtherBytesOnRetry, CallSubject::Open { .. }) if !is_first => {
                change("metadata", json!(self.world.fresh().to_string()))
            }
            _ => call.clone(),
        }
    }

    /// Another call, as a mistaken merchant makes it when the first one has no answer.
    async fn again(&self, call: &GatewayCall) {
        let id = json!(format!("AGAIN-{}", self.world.fresh()));
        let member = match (self.mistake, &call.subject) {
            (Mistake::RefundAgainUnderNewId, CallSubject::Refund { .. }) => "refundRequestId",
            (Mistake::CaptureAgainUnderNewId, CallSubject::Capture { .. }) => "captureRequestId",
            (Mistake::SecondAttemptInDoubt, CallSubject::Open { .. }) => "paymentRequestId",
            _ => return,
        };
        // A mistaken merchant does not even look at the second answer.
        let _answer = self.inner.call(&with_member(call, member, id)).await;
    }

    fn read(
        &self,
        call: &GatewayCall,
        first_at: i64,
        reply: Result<GatewayAnswer, CallFailure>,
    ) -> Result<GatewayAnswer, CallFailure> {
        match reply {
            Err(CallFailure { reach: Reach::MaybeSent, reason, hint }) => {
                let verdict = match (self.mistake, &call.subject) {
                    (Mistake::TimeoutOfPaymentIsFailure, CallSubject::Open { .. })
                    | (Mistake::TimeoutOfCaptureIsFailure, CallSubject::Capture { .. })
                    | (Mistake::TimeoutOfRefundIsFailure, CallSubject::Refund { .. }) => "F",
                    (Mistake::TimeoutOfCancelIsSuccess, CallSubject::Cancel { .. }) => "S",
                    _ => return Err(CallFailure { reach: Reach::MaybeSent, reason, hint }),
                };
                let code = if verdict == "S" { "SUCCESS" } else { "PROCESS_FAIL" };
                let body = json!({"result": {"resultCode": code, "resultStatus": verdict}});
                typed(call.api, body).ok_or(CallFailure { reach: Reach::MaybeSent, reason, hint })
            }
            Err(failure) => Err(failure),
            Ok(answer) => Ok(self.misread(call, first_at, answer)),
        }
    }

    fn misread(&self, call: &GatewayCall, first_at: i64, answer: GatewayAnswer) -> GatewayAnswer {
        let Some(mut body) = untyped(&answer) else { return answer };
        let age = self.world.handle.now().saturating_sub(first_at);
        let changed = match &answer {
            GatewayAnswer::InquiryPayment(_) => misread_inquiry(self.mistake, &mut body, age),
            GatewayAnswer::Capture(_) if self.mistake == Mistake::CaptureInProcessIsDone => {
                replace(&mut body, "/result/resultStatus", &["U"], "S")
            }
            GatewayAnswer::Cancel(_) if self.mistake == Mistake::RefusedCancelIsDone => {
                replace(&mut body, "/result/resultStatus", &["F"], "S")
            }
            _ => false,
        };
        if changed { typed(call.api, body).unwrap_or(answer) } else { answer }
    }
}

#[async_trait]
impl PaymentGateway for WrongGateway {
    async fn call(&self, call: &GatewayCall) -> Result<GatewayAnswer, CallFailure> {
        let (first_at, is_first) = self.first_call(call);
        let reply = self.inner.call(&self.sent(call, is_first)).await;
        if reply.as_ref().is_err_and(|failure| failure.reach == Reach::MaybeSent) {
            self.again(call).await;
        }
        self.read(call, first_at, reply)
    }
}

/// Changes an inquiry's answer as the mistake reads it; whether it did.
fn misread_inquiry(mistake: Mistake, body: &mut Value, age_ms: i64) -> bool {
    const KNOWN: [&str; 5] = ["SUCCESS", "FAIL", "CANCELLED", "PROCESSING", "PENDING"];
    let status = body.get("paymentStatus").and_then(Value::as_str).map(str::to_owned);
    let call_succeeded = body.pointer("/result/resultStatus") == Some(&json!("S"));
    let is_unknown = body.pointer("/result/resultCode") == Some(&json!("ORDER_NOT_EXIST"));
    let read = match (mistake, status.as_deref()) {
        (Mistake::CallStatusIsPaymentStatus, _) if call_succeeded => "SUCCESS",
        (Mistake::MissingStatusIsSuccess, None) => "SUCCESS",
        (Mistake::NotFoundIsFailure, None) if is_unknown => "FAIL",
        (Mistake::ProcessingIsFailure, Some("PROCESSING")) => "FAIL",
        (Mistake::PendingInquiryIsSuccess, Some("PENDING")) => "SUCCESS",
        (Mistake::UnknownWordIsFailure, Some(word)) if !KNOWN.contains(&word) => "FAIL",
        (Mistake::UnknownWordIsSuccess, Some(word)) if !KNOWN.contains(&word) => "SUCCESS",
        (Mistake::ClockEndsPayment, Some("PROCESSING" | "PENDING") | None) if age_ms > 840_000 => "FAIL",
        (Mistake::AuthorizationIsCapture, Some("SUCCESS")) => return claim_capture(body),
        _ => return false,
    };
    let Some(members) = body.as_object_mut() else { return false };
    members.insert("paymentStatus".to_owned(), json!(read));
    members.insert("result".to_owned(), json!({"resultCode": "SUCCESS", "resultStatus": "S"}));
    true
}

fn claim_capture(body: &mut Value) -> bool {
    let Some(entries) = body.get_mut("transactions").and_then(Value::as_array_mut) else { return false };
    let mut changed = false;
    for entry in entries.iter_mut().filter(|entry| entry.get("transactionType") == Some(&json!("CAPTURE"))) {
        changed |= replace(entry, "/transactionResult/resultStatus", &["U"], "S");
    }
    changed
}

fn replace(body: &mut Value, pointer: &str, from: &[&str], to: &str) -> bool {
    match body.pointer_mut(pointer) {
        Some(word) if word.as_str().is_some_and(|word| from.contains(&word)) => {
            *word = json!(to);
            true
        }
        _ => false,
    }
}

fn with_member(call: &GatewayCall, member: &str, value: Value) -> GatewayCall {
    let mut body: Value = serde_json::from_slice(call.body.as_bytes()).unwrap_or_default();
    if let Some(members) = body.as_object_mut() {
        members.insert(member.to_owned(), value);
    }
    GatewayCall { body: RequestBody::new(body.to_string().into_bytes()), ..call.clone() }
}

fn untyped(answer: &GatewayAnswer) -> Option<Value> {
    match answer {
        GatewayAnswer::InquiryPayment(it) => serde_json::to_value(it).ok(),
        GatewayAnswer::Capture(it) => serde_json::to_value(it).ok(),
        GatewayAnswer::Cancel(it) => serde_json::to_value(it).ok(),
        _ => None,
    }
}

fn typed(api: Api, body: Value) -> Option<GatewayAnswer> {
    match api {
        Api::CreatePaymentSession => {
            serde_json::from_value(body).ok().map(|it| GatewayAnswer::CreatePaymentSession(Box::new(it)))
        }
        Api::Pay => serde_json::from_value(body).ok().map(|it| GatewayAnswer::Pay(Box::new(it))),
        Api::Capture => serde_json::from_value(body).ok().map(|it| GatewayAnswer::Capture(Box::new(it))),
        Api::Cancel => serde_json::from_value(body).ok().map(|it| GatewayAnswer::Cancel(Box::new(it))),
        Api::Refund => serde_json::from_value(body).ok().map(|it| GatewayAnswer::Refund(Box::new(it))),
        Api::InquiryPayment => {
            serde_json::from_value(body).ok().map(|it| GatewayAnswer::InquiryPayment(Box::new(it)))
        }
        _ => None,
    }
}
