//! A payment as the gateway's books hold it, with its captures and refunds and the sums over them.
//! How it moves from one phase to the next is decided by the operations, the buyer and the timers.

use serde::{Deserialize, Serialize};

use super::amount::{self, Amount, Code};
use super::buyer::{Later, Outcome};
use super::card_use::CardUse;
use super::codes;
use super::fingerprint::Fingerprint;
use super::increments::Increment;
use super::names::Name;
use super::operations::Scene;
use super::review::{Review, Reviewer};
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
    Session(Box<Handout>),
    Pay,
}

/// What a session is made of; its id and its data are made of the seed whenever they are asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Handout {
    pub(crate) seed: u64,
    pub(crate) expiry: Time,
    /// When the buyer's time to pay ends, where the request says so.
    pub(crate) pay_until: Option<Time>,
    pub(crate) scene: Scene,
    /// The order of the request, as JSON.
    pub(crate) order: Box<str>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum CaptureMode {
    Automatic,
    Manual,
}

/// How far a capture or a refund is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Progress {
    Processing,
    /// In process like others, but it will fail with this code.
    Doomed(codes::Code),
    /// In process, and all that is told of it is this code.
    Unclear(codes::Code),
    Done,
    /// With this code; its amount is free for another one.
    Failed(codes::Code),
    /// The authorization was cancelled before, so that it never happens; nobody hears of it.
    Dropped,
}

impl Progress {
    pub(crate) fn is_open(self) -> bool {
        matches!(self, Self::Processing | Self::Doomed(_) | Self::Unclear(_))
    }

    /// Whether it took money or still may.
    pub(crate) fn is_alive(self) -> bool {
        self.is_open() || self == Self::Done
    }

    /// The result code that a notification or an inquiry gives.
    pub(crate) fn code(self) -> &'static str {
        match self {
            Self::Processing | Self::Doomed(_) => "PAYMENT_IN_PROCESS",
            Self::Done => "SUCCESS",
            Self::Failed(code) | Self::Unclear(code) => code.as_str(),
            Self::Dropped => "AUTH_CANCELLED",
        }
    }

    /// `transactionStatus`, `refundStatus`.
    pub(crate) fn status(self) -> &'static str {
        match self {
            Self::Processing | Self::Doomed(_) | Self::Unclear(_) => "PROCESSING",
            Self::Done => "SUCCESS",
            Self::Failed(_) => "FAIL",
            Self::Dropped => "CANCELLED",
        }
    }
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Capture {
    pub(crate) request_id: Name,
    pub(crate) capture_id: Name,
    pub(crate) amount: u64,
    pub(crate) progress: Progress,
    /// Whether what is not captured is given free when it is done.
    pub(crate) releases_rest: bool,
    /// Whether its time came while the payment was reviewed.
    pub(crate) held_back: bool,
    /// When it ended, well or not.
    pub(crate) done_at: Option<Time>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Refund {
    pub(crate) request_id: Name,
    pub(crate) refund_id: Name,
    pub(crate) amount: u64,
    pub(crate) progress: Progress,
    /// The capture that it takes back, where the request names one.
    pub(crate) capture: Option<usize>,
    pub(crate) notify_url: Option<Name>,
    pub(crate) metadata: Option<Box<str>>,
    pub(crate) done_at: Option<Time>,
    /// When its money came back to the merchant because it did not reach the buyer.
    pub(crate) bounced_at: Option<Time>,
    /// Whether the gateway made it by itself.
    pub(crate) by_gateway: bool,
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
    /// The result that is on its way.
    pub(crate) later: Option<Box<Later>>,
    /// Fifteen digits.
    pub(crate) network_id: u64,
    pub(crate) paid_at: Option<Time>,
    /// When PAYMENT_RESULT is sent first.
    pub(crate) told_at: Option<Time>,
    pub(crate) review: Option<Review>,
    pub(crate) reviewer: Reviewer,
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
    /// What was handed out, if the payment is a session's.
    pub(crate) fn handout(&self) -> Option<&Handout> {
        match &self.integration {
            Integration::Session(handout) => Some(handout),
            Integration::Pay => None,
        }
    }

    pub(crate) fn is_card(&self) -> bool {
        self.method.as_str() == "CARD"
    }

    pub(crate) fn terms(&self) -> &Terms {
        self.terms.as_deref().unwrap_or(&NO_TERMS)
    }

    /// What the gateway took from the buyer for good: for a card the captures, else the payment itself.
    pub(crate) fn captured(&self) -> u64 {
        if self.is_card() {
            self.sum_of_captures(|progress| progress == Progress::Done)
        } else {
            self.authorized()
        }
    }

    pub(crate) fn capturing(&self) -> u64 {
        self.sum_of_captures(Progress::is_open)
    }

    pub(crate) fn refunded(&self) -> u64 {
        self.sum_of_refunds(|progress| progress == Progress::Done).saturating_add(self.reversed)
    }

    pub(crate) fn refunding(&self) -> u64 {
        self.sum_of_refunds(Progress::is_open)
    }

    /// What can still be captured of a card, or given free.
    pub(crate) fn uncaptured(&self) -> u64 {
        let taken = self.captured().saturating_add(self.capturing()).saturating_add(self.voided);
        self.authorized().saturating_sub(taken)
    }

    /// What was refunded and came back to the merchant all the same.
    pub(crate) fn bounced(&self) -> u64 {
        let bounced = self.refunds.iter().filter(|refund| refund.bounced_at.is_some());
        bounced.fold(0, |sum, refund| sum.saturating_add(refund.amount))
    }

    /// Money of the buyer that this payment holds: captured and not refunded, or authorized and neither captured
    /// nor voided.
    pub(crate) fn held(&self) -> u64 {
        let kept = self.captured().saturating_sub(self.refunded()).saturating_add(self.bounced());
        let reserved = self.authorized().saturating_sub(self.captured()).saturating_sub(self.voided);
        kept.saturating_add(reserved)
    }

    /// What can still be refunded of a payment, or of one of its captures; refunds in process count as done.
    pub(crate) fn refundable(&self, capture: Option<usize>) -> u64 {
        let gone = self.refunded().saturating_add(self.refunding());
        let left = self.captured().saturating_sub(gone);
        let Some(place) = capture else { return left };
        let taken = self.captures.get(place).map_or(0, |capture| capture.amount);
        let of_it =
            self.refunds.iter().filter(|refund| refund.capture == capture && refund.progress.is_alive());
        let gone = of_it.fold(0_u64, |sum, refund| sum.saturating_add(refund.amount));
        left.min(taken.saturating_sub(gone))
    }

    /// Whether a merchant's refund or the gateway's own has begun to take money back.
    pub(crate) fn has_refunds(&self) -> bool {
        self.refunds.iter().any(|refund| refund.progress.is_alive())
    }

    pub(crate) fn completed_captures(&self) -> usize {
        self.captures.iter().filter(|capture| capture.progress == Progress::Done).count()
    }

    pub(crate) fn completed_refunds(&self) -> usize {
        self.refunds.iter().filter(|refund| refund.progress == Progress::Done && !refund.by_gateway).count()
    }

    fn sum_of_captures(&self, counts: impl Fn(Progress) -> bool) -> u64 {
        let matching = self.captures.iter().filter(|capture| counts(capture.progress));
        matching.fold(0, |sum, capture| sum.saturating_add(capture.amount))
    }

    fn sum_of_refunds(&self, counts: impl Fn(Progress) -> bool) -> u64 {
        let matching = self.refunds.iter().filter(|refund| counts(refund.progress));
        matching.fold(0, |sum, refund| sum.saturating_add(refund.amount))
    }
}
