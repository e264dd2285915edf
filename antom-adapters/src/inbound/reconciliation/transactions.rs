//! What transactions an order has, as the gateway's files tell them.
//! Finding them in the files is left to `antom-reconcile`.

use std::time::Duration;

use antom_core::money::Money;
use antom_core::outcome::CaptureMode;
use antom_core::time::Timestamp;
use antom_domain::cancel::CancelPhase;
use antom_domain::capture::CapturePhase;
use antom_domain::order::{Attempt, Capture, Order, Refund};
use antom_domain::payment::PaymentPhase;
use antom_domain::refund::RefundPhase;
use antom_reconcile::{Decimal, Own, Standing, TransactionKind};

/// The gateway captures and refunds within minutes, and some methods refund within a day; books know only since when.
const OWN_CAPTURE: Duration = Duration::from_secs(3_600);
const OTHERS: Duration = Duration::from_secs(86_400);

/// All transactions of an order. Captures whose id is known come before those of the same payment whose id is not.
pub(super) fn transactions(order: &Order) -> Vec<Own> {
    order.attempts.iter().flat_map(|attempt| of_attempt(order, attempt)).collect()
}

fn of_attempt(order: &Order, attempt: &Attempt) -> Vec<Own> {
    let kind = if attempt.is_card() { TransactionKind::Authorization } else { TransactionKind::Payment };
    let settled = attempt.payment.settled_at.unwrap_or(attempt.opened_at);
    let payment = Own {
        kind,
        request_id: Some(attempt.payment_request_id.to_string()),
        payment_request_id: attempt.payment_request_id.to_string(),
        payment_id: attempt.payment.payment_id.as_ref().map(ToString::to_string),
        reference_order_id: order.reference_order_id.to_string(),
        amount: decimal(attempt.amount),
        currency: attempt.amount.currency(),
        standing: payment_standing(attempt),
        earliest: attempt.opened_at,
        latest: settled,
    };
    let mut captures: Vec<Own> =
        attempt.captures.iter().map(|capture| of_capture(attempt, capture, &payment)).collect();
    captures.sort_by_key(|own| own.request_id.is_none());
    let refunds = attempt.refunds.iter().map(|refund| of_refund(refund, &payment));
    let cancel = attempt.cancels.iter().find(|cancel| cancel.phase == CancelPhase::Confirmed);
    let cancel = cancel.map(|_| Own {
        kind: TransactionKind::Cancel,
        standing: Standing::Cancelled,
        ..payment.clone()
    });
    std::iter::once(payment.clone()).chain(captures).chain(refunds).chain(cancel).collect()
}

/// What was cancelled is told as paid and cancelled, or not at all where the buyer never paid.
fn payment_standing(attempt: &Attempt) -> Standing {
    let is_cancelled = attempt.cancels.iter().any(|cancel| cancel.phase == CancelPhase::Confirmed);
    match attempt.payment.phase {
        _ if is_cancelled || attempt.late_success_after.is_some() => Standing::Cancelled,
        PaymentPhase::Succeeded => Standing::Done,
        PaymentPhase::Failed => Standing::Failed,
        PaymentPhase::Cancelled => Standing::Cancelled,
        PaymentPhase::Opening
        | PaymentPhase::InDoubt
        | PaymentPhase::AwaitingPayer
        | PaymentPhase::Pending => Standing::Open,
    }
}

fn of_capture(attempt: &Attempt, capture: &Capture, payment: &Own) -> Own {
    let is_automatic = attempt.capture_mode == Some(CaptureMode::Automatic);
    let own_id = capture.capture_request_id.as_ref().filter(|_| !is_automatic);
    let standing = match capture.phase {
        CapturePhase::Captured => Standing::Done,
        CapturePhase::Failed => Standing::Failed,
        CapturePhase::Awaited
        | CapturePhase::Requested
        | CapturePhase::InDoubt
        | CapturePhase::Processing => Standing::Open,
    };
    let within = if is_automatic { OWN_CAPTURE } else { OTHERS };
    part(payment, TransactionKind::Capture, own_id.map(ToString::to_string), decimal(capture.amount))
        .standing_since(standing, capture.since, within)
}

fn of_refund(refund: &Refund, payment: &Own) -> Own {
    let standing = match refund.phase {
        RefundPhase::Succeeded => Standing::Done,
        RefundPhase::Failed => Standing::Failed,
        RefundPhase::Requested | RefundPhase::InDoubt | RefundPhase::Processing => Standing::Open,
    };
    let amount = Decimal::ZERO.minus(decimal(refund.amount));
    part(payment, TransactionKind::Refund, Some(refund.refund_request_id.to_string()), amount).standing_since(
        standing,
        refund.since,
        OTHERS,
    )
}

struct Part(Own);

fn part(payment: &Own, kind: TransactionKind, request_id: Option<String>, amount: Decimal) -> Part {
    Part(Own { kind, request_id, amount, ..payment.clone() })
}

impl Part {
    fn standing_since(self, standing: Standing, since: Timestamp, within: Duration) -> Own {
        Own { standing, earliest: since, latest: since.saturating_add(within), ..self.0 }
    }
}

fn decimal(money: Money) -> Decimal {
    // Sixteen digits at most.
    Decimal::from_minor(i64::try_from(money.minor_units()).unwrap_or(i64::MAX), money.currency())
}
