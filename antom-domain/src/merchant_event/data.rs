//! The details of a merchant event as JSON: the order and the attempt as they became, and the part that the event is about.
//! Field names are the gateway's and the merchant API's; no token and no key of the merchant's is among them.

use antom_core::id::{CaptureId, CaptureRequestId, PaymentId, RefundRequestId};
use antom_core::money::Money;
use antom_core::outcome::CaptureMode;
use antom_core::time::Timestamp;
use serde::Serialize;

use crate::authorization::AuthorizationPhase;
use crate::cancel::CancelPhase;
use crate::capture::CapturePhase;
use crate::order::{
    Attempt, Cancel, CancelReason, Capture, Details, Event, Integration, NotShippable, Order, Refund,
    RefundReason, Role, Shippable,
};
use crate::payment::PaymentPhase;
use crate::refund::RefundPhase;

/// The details of a payment that stay when personal data are erased.
pub(super) const IMPERSONAL: [&str; 3] = ["acquirerReferenceNo", "authExpiryTime", "actualPaymentAmount"];

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Data<'a> {
    order: OrderData,
    #[serde(skip_serializing_if = "Option::is_none")]
    payment: Option<PaymentData<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    capture: Option<CaptureData<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cancel: Option<CancelData<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    refund: Option<RefundData<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    contradiction: Option<Contradiction<'a>>,
}

/// What is told of the order, the same in every event of a step.
#[derive(Debug, Clone, Copy, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct OrderData {
    amount: Money,
    phase: &'static str,
    shippable: bool,
    /// What may be shipped for: less than `amount` where the last capture left a part.
    #[serde(skip_serializing_if = "Option::is_none")]
    paid_amount: Option<Money>,
    /// Why it must not be shipped.
    #[serde(skip_serializing_if = "Option::is_none")]
    not_shippable: Option<&'static str>,
}

//= I-6
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct PaymentData<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    payment_id: Option<&'a PaymentId>,
    integration: Integration,
    payment_method_type: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    capture_mode: Option<&'a CaptureMode>,
    amount: Money,
    role: Role,
    phase: PaymentPhase,
    #[serde(skip_serializing_if = "Option::is_none")]
    result_code: Option<&'a str>,
    authorization: AuthorizationData,
    #[serde(skip_serializing_if = "Details::is_empty")]
    details: &'a Details,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct AuthorizationData {
    phase: AuthorizationPhase,
    #[serde(skip_serializing_if = "Option::is_none")]
    capture_before: Option<Timestamp>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct CaptureData<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    capture_request_id: Option<&'a CaptureRequestId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    capture_id: Option<&'a CaptureId>,
    amount: Money,
    is_last: bool,
    phase: CapturePhase,
    #[serde(skip_serializing_if = "Option::is_none")]
    acquirer_reference_no: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    result_code: Option<&'a str>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct CancelData<'a> {
    reason: CancelReason,
    phase: CancelPhase,
    #[serde(skip_serializing_if = "Option::is_none")]
    result_code: Option<&'a str>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct RefundData<'a> {
    refund_request_id: &'a RefundRequestId,
    amount: Money,
    reason: RefundReason,
    phase: RefundPhase,
    #[serde(skip_serializing_if = "Option::is_none")]
    result_code: Option<&'a str>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Contradiction<'a> {
    /// The machine that was contradicted, or `amount`.
    machine: &'a str,
    recorded: String,
    seen: &'a str,
}

impl<'a> Data<'a> {
    /// The order alone.
    pub(super) fn of_order(order: OrderData) -> Data<'a> {
        Data { order, payment: None, capture: None, cancel: None, refund: None, contradiction: None }
    }

    /// The order, the attempt, and what the event is about.
    pub(super) fn of_event(order: OrderData, attempt: &'a Attempt, event: &'a Event) -> Data<'a> {
        Data {
            payment: Some(payment_data(attempt)),
            capture: capture_of(attempt, event),
            cancel: cancel_of(attempt, event),
            refund: refund_of(attempt, event),
            contradiction: contradiction_of(event),
            ..Data::of_order(order)
        }
    }
}

impl OrderData {
    pub(super) fn of(order: &Order) -> OrderData {
        let shippable = order.shippable();
        OrderData {
            amount: order.amount,
            phase: order.phase().as_str(),
            shippable: shippable.is_ok(),
            paid_amount: shippable.as_ref().ok().map(Shippable::amount),
            not_shippable: shippable.err().map(NotShippable::code),
        }
    }
}

fn payment_data(attempt: &Attempt) -> PaymentData<'_> {
    PaymentData {
        payment_id: attempt.payment.payment_id.as_ref(),
        integration: attempt.integration,
        payment_method_type: &attempt.payment_method_type,
        capture_mode: attempt.capture_mode.as_ref(),
        amount: attempt.amount,
        role: attempt.role,
        phase: attempt.payment.phase,
        result_code: attempt.payment.result_code.as_deref(),
        authorization: AuthorizationData {
            phase: attempt.authorization.phase,
            capture_before: attempt.authorization.capture_before,
        },
        details: &attempt.payment.details,
    }
}

fn capture_of<'a>(attempt: &'a Attempt, event: &'a Event) -> Option<CaptureData<'a>> {
    let (place, result_code) = match event {
        Event::CaptureSucceeded { capture, .. } => (*capture, None),
        Event::CaptureFailed { capture, result_code, .. } => (*capture, result_code.as_deref()),
        _ => return None,
    };
    let capture: &Capture = attempt.captures.get(place)?;
    Some(CaptureData {
        capture_request_id: capture.capture_request_id.as_ref(),
        capture_id: capture.capture_id.as_ref(),
        amount: capture.amount,
        is_last: capture.is_last,
        phase: capture.phase,
        acquirer_reference_no: capture.acquirer_reference_no.as_deref(),
        result_code,
    })
}

fn cancel_of<'a>(attempt: &'a Attempt, event: &Event) -> Option<CancelData<'a>> {
    if !matches!(event, Event::CancelConfirmed { .. } | Event::CancelRefused { .. }) {
        return None;
    }
    let Cancel { reason, phase, result_code } = attempt.cancels.last()?;
    Some(CancelData { reason: *reason, phase: *phase, result_code: result_code.as_deref() })
}

fn refund_of<'a>(attempt: &'a Attempt, event: &Event) -> Option<RefundData<'a>> {
    let (Event::RefundSucceeded { refund_request_id, .. } | Event::RefundFailed { refund_request_id, .. }) =
        event
    else {
        return None;
    };
    let refund: &Refund =
        attempt.refunds.iter().find(|refund| refund.refund_request_id == *refund_request_id)?;
    Some(RefundData {
        refund_request_id: &refund.refund_request_id,
        amount: refund.amount,
        reason: refund.reason,
        phase: refund.phase,
        result_code: refund.result_code.as_deref(),
    })
}

fn contradiction_of(event: &Event) -> Option<Contradiction<'_>> {
    match event {
        Event::Contradicted { machine, recorded, seen, .. } => {
            Some(Contradiction { machine, recorded: recorded.clone(), seen })
        }
        Event::AmountMismatch { expected, seen, .. } => {
            Some(Contradiction { machine: "amount", recorded: expected.to_string(), seen })
        }
        _ => None,
    }
}
