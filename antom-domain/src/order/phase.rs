//! The order's phase: one word for where the whole order is.
//! It is derived from the attempts and never stored as a truth of its own.

use std::fmt;

use super::shippable::NotShippable;
use super::state::{Attempt, Order};
use crate::payment::{PaymentPhase, PaymentTable};
use crate::verdict::Table;

/// Where an order is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum OrderPhase {
    /// Nobody is paying; the buyer may (again).
    Open,
    /// An attempt is under way.
    AwaitingPayment,
    /// The gateway reviews the payment.
    UnderReview,
    /// A card's money is held; the merchant has to capture.
    Authorized,
    /// A capture is awaited or under way.
    Capturing,
    /// A part of the money was captured, and no capture was the last one.
    PartlyCaptured,
    /// Paid: the order may be shipped.
    Paid,
    /// The gateway contradicted itself, or a newer program had a part in the order: frozen.
    OnHold,
    /// Paid, and the money is on its way back: a cancel or a full refund is under way.
    Returning,
    /// Paid once, and all of it went back.
    Refunded,
}

impl OrderPhase {
    /// Every phase.
    pub const ALL: [OrderPhase; 10] = [
        OrderPhase::Open,
        OrderPhase::AwaitingPayment,
        OrderPhase::UnderReview,
        OrderPhase::Authorized,
        OrderPhase::Capturing,
        OrderPhase::PartlyCaptured,
        OrderPhase::Paid,
        OrderPhase::OnHold,
        OrderPhase::Returning,
        OrderPhase::Refunded,
    ];

    /// The word that is stored and shown.
    pub fn as_str(self) -> &'static str {
        match self {
            OrderPhase::Open => "open",
            OrderPhase::AwaitingPayment => "awaitingPayment",
            OrderPhase::UnderReview => "underReview",
            OrderPhase::Authorized => "authorized",
            OrderPhase::Capturing => "capturing",
            OrderPhase::PartlyCaptured => "partlyCaptured",
            OrderPhase::Paid => "paid",
            OrderPhase::OnHold => "onHold",
            OrderPhase::Returning => "returning",
            OrderPhase::Refunded => "refunded",
        }
    }

    /// Reads the word.
    pub fn from_word(word: &str) -> Option<OrderPhase> {
        OrderPhase::ALL.into_iter().find(|phase| phase.as_str() == word)
    }
}

impl fmt::Display for OrderPhase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Order {
    /// Where the order is.
    pub fn phase(&self) -> OrderPhase {
        match self.shippable() {
            Ok(_) => OrderPhase::Paid,
            Err(NotShippable::Disputed | NotShippable::WrittenByNewerProgram) => OrderPhase::OnHold,
            Err(NotShippable::UnderReview) => OrderPhase::UnderReview,
            Err(NotShippable::BeingReturned) => OrderPhase::Returning,
            Err(NotShippable::NotCaptured) => self.holder().map_or(OrderPhase::Open, capturing_or_authorized),
            Err(NotShippable::NotPaid) => self.phase_of_the_unpaid(),
        }
    }

    fn phase_of_the_unpaid(&self) -> OrderPhase {
        let under_way = |attempt: &Attempt| !PaymentTable::is_final(attempt.payment.phase);
        let returned = |attempt: &Attempt| {
            attempt.payment.phase == PaymentPhase::Succeeded
                && attempt.taken().is_some()
                && attempt.is_returned()
        };
        if self.attempts.iter().any(under_way) {
            OrderPhase::AwaitingPayment
        } else if self.attempts.iter().any(returned) {
            OrderPhase::Refunded
        } else {
            OrderPhase::Open
        }
    }
}

fn capturing_or_authorized(holder: &Attempt) -> OrderPhase {
    if holder.has_open_capture() {
        OrderPhase::Capturing
    } else if holder.taken().is_some() {
        OrderPhase::PartlyCaptured
    } else {
        OrderPhase::Authorized
    }
}
