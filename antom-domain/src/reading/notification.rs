//! Reads verified notifications, routed by `notifyType` and never by path.
//! Verification and age are judged before; storing is the services'.

use antom_core::id::{CaptureId, CaptureRequestId, PaymentRequestId, RefundRequestId};
use antom_core::outcome::{GatewayResult, NotifyType};
use antom_core::wire::Notification;

use super::answer::gateway_id;
use super::word;
use crate::order::{CaptureKey, CaptureSeen, Fact, Names, PaymentSeen, PaymentWord, Source};
use crate::port::IdKey;

/// What a notification says.
#[derive(Debug, Clone, PartialEq)]
pub enum NotificationReading {
    /// Something about an order.
    Facts(Vec<Fact>),
    /// Nothing that changes an order: it is kept and acknowledged (N-8).
    NotOurs,
}

/// The facts in a notification.
//= N-5, N-8, N-9, X-1
pub fn notification(message: &Notification) -> NotificationReading {
    let fact = match &message.notify_type {
        Some(NotifyType::PaymentResult) => payment(message, payment_word(message.result.as_ref())),
        // It carries the status S and still means that nothing is decided.
        Some(NotifyType::PaymentPending) => payment(message, PaymentWord::Pending),
        Some(NotifyType::CaptureResult) => capture(message),
        Some(NotifyType::RefundResult) => refund(message),
        _ => return NotificationReading::NotOurs,
    };
    NotificationReading::Facts(vec![fact])
}

/// The ids by which the order is found, best first: our own lead to one order, the gateway's is never trusted to.
//= N-10
pub fn notification_keys(message: &Notification) -> Vec<IdKey> {
    let named =
        |id: &Option<String>, key: fn(String) -> IdKey| id.clone().filter(|id| !id.is_empty()).map(key);
    [
        named(&message.capture_request_id, IdKey::CaptureRequest),
        named(&message.refund_request_id, IdKey::RefundRequest),
        named(&message.payment_request_id, IdKey::PaymentRequest),
        named(&message.payment_id, IdKey::Payment),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// The fact of a notification that is too old, or too new, to be believed.
pub fn hint(message: &Notification, mark: &str) -> Fact {
    Fact::Hint { names: names(message), mark: mark.to_owned() }
}

fn names(message: &Notification) -> Names {
    let text = |id: &Option<String>| id.clone().filter(|id| !id.is_empty());
    Names {
        payment_request_id: text(&message.payment_request_id).and_then(|id| PaymentRequestId::parse(id).ok()),
        payment_id: gateway_id(message.payment_id.as_ref()),
        capture_request_id: text(&message.capture_request_id).and_then(|id| CaptureRequestId::parse(id).ok()),
        refund_request_id: text(&message.refund_request_id).and_then(|id| RefundRequestId::parse(id).ok()),
    }
}

fn payment_word(result: Option<&GatewayResult>) -> PaymentWord {
    match result {
        Some(result) if result.is_success() => PaymentWord::Success,
        Some(result) if result.is_failure() => PaymentWord::Failure,
        _ => PaymentWord::Unknown,
    }
}

fn payment(message: &Notification, word: PaymentWord) -> Fact {
    let result_message = message.result.as_ref().and_then(|result| result.result_message.as_ref());
    let seen = PaymentSeen {
        word,
        amount: word::amount(message.payment_amount.as_ref()),
        result_code: word::code(message.result.as_ref()),
        auth_expiry_time: message.auth_expiry_time.as_ref().and_then(|time| time.instant()),
        review: word::review(message.auth_review_status.as_ref()),
        details: word::details(word::Told {
            info: message.payment_result_info.as_ref(),
            card: message.card_info.as_ref(),
            acquirer_reference_no: message.acquirer_reference_no.as_ref(),
            auth_expiry_time: message.auth_expiry_time.as_ref(),
            actual_payment_amount: message.actual_payment_amount.as_ref(),
            final_message: result_message.filter(|_| word.is_final()),
        }),
    };
    Fact::Payment { names: names(message), source: Source::Notification, seen: Box::new(seen) }
}

fn capture(message: &Notification) -> Fact {
    let names = names(message);
    let seen = CaptureSeen {
        key: CaptureKey {
            capture_request_id: names.capture_request_id.clone(),
            capture_id: message.capture_id.as_ref().and_then(|id| CaptureId::parse(id.as_str()).ok()),
        },
        word: word::capture(message.result.as_ref()),
        amount: word::amount(message.capture_amount.as_ref()),
        acquirer_reference_no: message.acquirer_reference_no.clone(),
        result_code: word::code(message.result.as_ref()),
    };
    Fact::Capture { names, source: Source::Notification, seen: Box::new(seen) }
}

fn refund(message: &Notification) -> Fact {
    Fact::Refund {
        names: names(message),
        word: word::refund(message.refund_status.as_ref()),
        amount: word::amount(message.refund_amount.as_ref()),
        result_code: word::code(message.result.as_ref()),
    }
}
