//! The permission to ship, which only a confirmed order yields.
//! Asking the gateway once more before shipping (B-7) is left to the services.

use antom_core::id::{PaymentRequestId, ReferenceOrderId};
use antom_core::money::Money;

use super::state::Order;
use crate::authorization::AuthorizationPhase;

/// Proof that an order is paid and its money confirmed.
///
/// It cannot be made by hand: code that ships takes a `Shippable` and so cannot ship an unpaid order.
///
/// ```compile_fail
/// let forged = antom_domain::order::Shippable { .. };
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shippable {
    reference_order_id: ReferenceOrderId,
    payment_request_id: PaymentRequestId,
    amount: Money,
}

impl Shippable {
    /// The order.
    pub fn reference_order_id(&self) -> &ReferenceOrderId {
        &self.reference_order_id
    }

    /// The attempt whose money pays for it.
    pub fn payment_request_id(&self) -> &PaymentRequestId {
        &self.payment_request_id
    }

    /// What was paid: less than the order's price where the merchant's last capture left a part of the hold.
    pub fn amount(&self) -> Money {
        self.amount
    }
}

/// Why an order must not be shipped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NotShippable {
    /// A newer program had a part in the order: this one does not know what speaks against shipping.
    #[error("the order was written by a newer program")]
    WrittenByNewerProgram,
    /// No success holds the order's money.
    #[error("the order is not paid")]
    NotPaid,
    /// The card is authorized, its capture is not confirmed (A-5); where several are allowed, the last one is not.
    #[error("the capture is not confirmed")]
    NotCaptured,
    /// The gateway reviews the payment, or refused it (X-2).
    #[error("the gateway reviews the payment or refused it")]
    UnderReview,
    /// A cancel, or a refund of everything, is under way.
    #[error("the money is on its way back")]
    BeingReturned,
    /// The gateway's answers contradict each other.
    #[error("the gateway's answers contradict each other")]
    Disputed,
}

impl NotShippable {
    /// The word for programs.
    pub fn code(self) -> &'static str {
        match self {
            NotShippable::WrittenByNewerProgram => "writtenByNewerProgram",
            NotShippable::NotPaid => "notPaid",
            NotShippable::NotCaptured => "notCaptured",
            NotShippable::UnderReview => "underReview",
            NotShippable::BeingReturned => "beingReturned",
            NotShippable::Disputed => "disputed",
        }
    }
}

impl Order {
    /// The permission to ship, or why there is none.
    ///
    /// Where the contract allows captures in parts, an order ships when the merchant has marked a capture as the last
    /// and it is confirmed, or when all of the money is taken; never for a part, of which nobody has said that it is
    /// all. Whoever delivers in parts looks at the captures instead.
    //= A-5, X-2
    pub fn shippable(&self) -> Result<Shippable, NotShippable> {
        if self.is_read_only {
            return Err(NotShippable::WrittenByNewerProgram);
        }
        if self.attempts.iter().any(|attempt| attempt.disputed) {
            return Err(NotShippable::Disputed);
        }
        let holder = self.holder().ok_or(NotShippable::NotPaid)?;
        if holder.authorization.phase == AuthorizationPhase::UnderReview || holder.is_rejected() {
            return Err(NotShippable::UnderReview);
        }
        if holder.is_being_returned() {
            return Err(NotShippable::BeingReturned);
        }
        let is_confirmed = !holder.is_card() || (holder.is_captured() && !holder.has_open_capture());
        let amount = holder.taken().filter(|_| is_confirmed).ok_or(NotShippable::NotCaptured)?;
        Ok(Shippable {
            reference_order_id: self.reference_order_id.clone(),
            payment_request_id: holder.payment_request_id.clone(),
            amount,
        })
    }
}
