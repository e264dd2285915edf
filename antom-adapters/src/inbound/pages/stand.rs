//! What a buyer is told and may do now, read from the order alone.
//! How a page shows it is left to the pages.

use antom_domain::order::{Attempt, Order};
use antom_domain::payment::{PaymentPhase, PaymentTable};
use antom_domain::verdict::Table as _;

/// What a buyer is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shown {
    Paid,
    Failed,
    Processing,
}

impl Shown {
    pub(super) fn word(self) -> &'static str {
        match self {
            Shown::Paid => "paid",
            Shown::Failed => "failed",
            Shown::Processing => "processing",
        }
    }
}

pub(super) fn shown(order: &Order, attempt: &Attempt) -> Shown {
    if order.shippable().is_ok() {
        return Shown::Paid;
    }
    match attempt.payment.phase {
        PaymentPhase::Failed | PaymentPhase::Cancelled => Shown::Failed,
        PaymentPhase::Opening
        | PaymentPhase::InDoubt
        | PaymentPhase::AwaitingPayer
        | PaymentPhase::Pending
        | PaymentPhase::Succeeded => Shown::Processing,
    }
}

/// Whether a checkout page may let the buyer pay.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stand {
    /// The buyer may pay with this attempt.
    Payable,
    /// The gateway has not given yet what is needed for it.
    Preparing,
    /// A payment of the order may have gone through: its result comes first.
    Unknown,
    /// The shop has opened a newer attempt for the order: that one is to be used.
    Superseded,
    /// The session has ended, or is about to.
    Expired,
    /// The order is paid, or this attempt has ended.
    Over,
}

impl Stand {
    pub(super) fn word(self) -> &'static str {
        match self {
            Stand::Payable => "payable",
            Stand::Preparing => "preparing",
            Stand::Unknown => "unknown",
            Stand::Superseded => "superseded",
            Stand::Expired => "expired",
            Stand::Over => "over",
        }
    }
}

/// As the order stands: whether the buyer may pay, before anybody looks at the session.
//= B-3, B-4
pub(super) fn stand(order: &Order, attempt: &Attempt) -> Stand {
    let is_over = matches!(
        attempt.payment.phase,
        PaymentPhase::Succeeded | PaymentPhase::Failed | PaymentPhase::Cancelled
    );
    if is_over || order.holder().is_some() {
        return Stand::Over;
    }
    if order.is_read_only || order.attempts.iter().any(|one| one.disputed || has_acted(one, attempt)) {
        return Stand::Unknown;
    }
    if attempt.payment.phase != PaymentPhase::AwaitingPayer {
        return Stand::Preparing;
    }
    let newest = order.attempts.iter().rev().find(|one| !PaymentTable::is_final(one.payment.phase));
    let is_newest = newest.is_none_or(|newest| newest.payment_request_id == attempt.payment_request_id);
    if is_newest { Stand::Payable } else { Stand::Superseded }
}

/// Whether money may be under way by this attempt. That the opening of our own is in doubt means only that nobody can pay
/// with it yet.
fn has_acted(one: &Attempt, own: &Attempt) -> bool {
    let is_own = one.payment_request_id == own.payment_request_id;
    one.payment.phase == PaymentPhase::Pending || (one.payment.phase == PaymentPhase::InDoubt && !is_own)
}

/// Whether the shop may be asked for another attempt: nothing is paid, and nothing is unknown (B-4).
//= B-3, B-4
pub(super) fn may_pay_again(order: &Order, attempt: &Attempt) -> bool {
    let is_failed = matches!(attempt.payment.phase, PaymentPhase::Failed | PaymentPhase::Cancelled);
    let is_unknown =
        |one: &Attempt| matches!(one.payment.phase, PaymentPhase::Pending | PaymentPhase::InDoubt);
    is_failed && order.holder().is_none() && !order.is_read_only && !order.attempts.iter().any(is_unknown)
}
