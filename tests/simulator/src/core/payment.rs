//! A payment as the gateway's books hold it, with its captures and refunds and the sums over them.
//! How it moves from one phase to the next is decided by the operations, the buyer and the timers.

use serde::{Deserialize, Serialize};

use super::amount::{self, Amount, Code};
use super::buyer::Outcome;
use super::card_use::CardUse;
use super::fingerprint::Fingerprint;
use super::increments::Increment;
use super::names::Name;
use super::terms::{NO_TERMS, Terms};
use super::three_ds::Challenge;
use super::time::Time;

/// Where a payment stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Phase {
    /// A session that no buyer has tried to pay yet; inquiries do not know it.
    Open,
    Processing,
    Pending,
    Success,
    Failed,
    Cancelled,
}

impl Phase {
    /// The word for the control API; those of a tried payment are the gateway's `paymentStatus`.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Open => "OPEN",
            Self::Processing => "PROCESSING",
            Self::Pending => "PENDING",
            Self::Success => "SUCCESS",
            Self::Failed => "FAIL",
            Self::Cancelled => "CANCELLED",
        }
    }

    pub(crate) fn is_final(self) -> bool {
        matches!(self, Self::Success | Self::Failed | Self::Cancelled)
    }
}

/// The way the merchant integrates.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Integration {
    /// Its id and its data are made of the seed whenever they are asked for.
    Session {
        seed: u64,
        expiry: Time,
        /// The order of the request, as JSON.
        order: Box<str>,
    },
    Pay,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum CaptureMode {
    Automatic,
    Manual,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Progress {
    Processing,
    Done,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Capture {
    pub(crate) request_id: Name,
    pub(crate) capture_id: Name,
    pub(crate) amount: u64,
    pub(crate) progress: Progress,
    pub(crate) releases_rest: bool,
    pub(crate) done_at: Option<Time>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Refund {
    pub(crate) request_id: Name,
    pub(crate) refund_id: Name,
    pub(crate) amount: u64,
    pub(crate) progress: Progress,
    pub(crate) notify_url: Option<Name>,
    pub(crate) done_at: Option<Time>,
}

/// One act of the buyer.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Try {
    pub(crate) at: Time,
    pub(crate) outcome: Outcome,
    pub(crate) code: Option<Box<str>>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Payment {
    pub(crate) client: Name,
    pub(crate) request_id: Name,
    /// Fingerprint of the whole request, to notice the same id with other content.
    pub(crate) digest: Fingerprint,
    pub(crate) integration: Integration,
    pub(crate) payment_id: Option<Name>,
    pub(crate) order_id: Box<str>,
    pub(crate) description: Box<str>,
    pub(crate) amount: Amount,
    /// That of the payment, unless the merchant asked for another one.
    #[serde(with = "amount::code")]
    pub(crate) settlement_currency: Code,
    pub(crate) method: Name,
    pub(crate) method_id: Option<Box<str>>,
    pub(crate) capture_mode: CaptureMode,
    /// What the merchant asks for beside the money; most ask for nothing.
    pub(crate) terms: Option<Box<Terms>>,
    pub(crate) notify_url: Option<Name>,
    pub(crate) redirect_url: Box<str>,
    pub(crate) created: Time,
    /// When the gateway closes it if it is still unpaid then.
    pub(crate) close_at: Option<Time>,
    pub(crate) phase: Phase,
    pub(crate) result_code: Option<Box<str>>,
    pub(crate) tries: Vec<Try>,
    /// The card of the latest try.
    pub(crate) used: Option<Box<CardUse>>,
    /// The bank's question to the buyer that stands.
    pub(crate) challenge: Option<Box<Challenge>>,
    /// Fifteen digits.
    pub(crate) network_id: u64,
    pub(crate) paid_at: Option<Time>,
    /// When PAYMENT_RESULT is sent first.
    pub(crate) told_at: Option<Time>,
    pub(crate) auth_expiry: Option<Time>,
    pub(crate) increments: Vec<Increment>,
    pub(crate) captures: Vec<Capture>,
    pub(crate) refunds: Vec<Refund>,
    /// What was authorized and given free again.
    pub(crate) voided: u64,
    pub(crate) void_id: Option<Name>,
    pub(crate) auth_expired: bool,
    /// What a cancel of a paid payment sent back.
    pub(crate) reversed: u64,
    pub(crate) cancelled_at: Option<Time>,
    pub(crate) cancels: u32,
}

impl Payment {
    pub(crate) fn is_card(&self) -> bool {
        self.method.as_str() == "CARD"
    }

    pub(crate) fn terms(&self) -> &Terms {
        self.terms.as_deref().unwrap_or(&NO_TERMS)
    }

    /// What the gateway took from the buyer for good: for a card the captures, else the payment itself.
    pub(crate) fn captured(&self) -> u64 {
        if self.is_card() { sum_of_captures(self, Progress::Done) } else { self.authorized() }
    }

    pub(crate) fn capturing(&self) -> u64 {
        sum_of_captures(self, Progress::Processing)
    }

    pub(crate) fn refunded(&self) -> u64 {
        self.sum_of_refunds(Progress::Done).saturating_add(self.reversed)
    }

    pub(crate) fn refunding(&self) -> u64 {
        self.sum_of_refunds(Progress::Processing)
    }

    /// Money of the buyer that this payment holds: captured and not refunded, or authorized and neither captured
    /// nor voided.
    pub(crate) fn held(&self) -> u64 {
        let kept = self.captured().saturating_sub(self.refunded());
        let reserved = self.authorized().saturating_sub(self.captured()).saturating_sub(self.voided);
        kept.saturating_add(reserved)
    }

    pub(crate) fn completed_captures(&self) -> usize {
        self.captures.iter().filter(|capture| capture.progress == Progress::Done).count()
    }

    pub(crate) fn completed_refunds(&self) -> usize {
        self.refunds.iter().filter(|refund| refund.progress == Progress::Done).count()
    }

    fn sum_of_refunds(&self, progress: Progress) -> u64 {
        let matching = self.refunds.iter().filter(|refund| refund.progress == progress);
        matching.fold(0, |sum, refund| sum.saturating_add(refund.amount))
    }
}

fn sum_of_captures(payment: &Payment, progress: Progress) -> u64 {
    let matching = payment.captures.iter().filter(|capture| capture.progress == progress);
    matching.fold(0, |sum, capture| sum.saturating_add(capture.amount))
}
