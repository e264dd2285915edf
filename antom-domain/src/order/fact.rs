//! Facts: what the gateway showed, in the machines' words.
//! Reading them from wire messages is left to `reading`; believing them is `absorb`'s.

use antom_core::id::{CaptureId, CaptureRequestId, PaymentId, PaymentRequestId, RefundRequestId};
use antom_core::money::Money;
use antom_core::time::Timestamp;

use super::call::CallSubject;
use super::details::Details;
use super::event::Handout;

/// How far our own call got.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Report {
    /// It did not leave this machine.
    NotSent,
    /// It may have been received.
    MaybeSent,
}

/// Which way an observation came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// In the answer to our own call.
    Answer,
    /// By inquiry.
    Inquiry,
    /// By notification.
    Notification,
}

/// The ids by which a message names an attempt; any may be missing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Names {
    /// Our id of the attempt.
    pub payment_request_id: Option<PaymentRequestId>,
    /// The gateway's id of the payment.
    pub payment_id: Option<PaymentId>,
    /// Our id of the capture.
    pub capture_request_id: Option<CaptureRequestId>,
    /// Our id of the refund.
    pub refund_request_id: Option<RefundRequestId>,
}

/// An amount as the gateway named it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum SeenAmount {
    /// It named none.
    #[default]
    Absent,
    /// It named this one.
    Read(Money),
    /// It named something that is no amount.
    Unreadable(String),
}

/// What the gateway said of a payment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PaymentWord {
    /// It took the opening call and waits for the buyer.
    Accepted,
    /// It works on it.
    Processing,
    /// The buyer acted, the result is to come.
    Pending,
    /// Paid, or authorized for a card.
    Success,
    /// Failed for good.
    Failure,
    /// Cancelled.
    Cancelled,
    /// It does not know the payment.
    NotFound,
    /// A word that we do not know.
    Unknown,
}

impl PaymentWord {
    /// Whether the payment has come to an end with it.
    pub fn is_final(self) -> bool {
        matches!(self, PaymentWord::Success | PaymentWord::Failure | PaymentWord::Cancelled)
    }
}

/// What the gateway said of its review.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum ReviewWord {
    /// Nothing: there is no review.
    #[default]
    None,
    /// It reviews the payment, or used a word that we do not know.
    Pending,
    /// It approved the payment.
    Approved,
    /// It refused the payment.
    Rejected,
}

/// What the gateway said of a capture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CaptureWord {
    /// Not finished.
    Processing,
    /// Captured.
    Success,
    /// Not captured.
    Failure,
    /// A word that we do not know.
    Unknown,
}

/// What the gateway said of a cancel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CancelWord {
    /// Cancelled.
    Confirmed,
    /// Too late.
    Refused,
    /// No final word.
    Unknown,
}

/// What the gateway said of a refund.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RefundWord {
    /// Not finished.
    Processing,
    /// Refunded.
    Success,
    /// Not refunded.
    Failure,
    /// Not known, or a word that we do not know.
    Unknown,
}

/// Which capture a message speaks of.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CaptureKey {
    /// Our id, or the one that the gateway made for an automatic capture (N-10).
    pub capture_request_id: Option<CaptureRequestId>,
    /// The gateway's id.
    pub capture_id: Option<CaptureId>,
}

/// What was said of a payment.
#[derive(Debug, Clone, PartialEq)]
pub struct PaymentSeen {
    /// The word.
    pub word: PaymentWord,
    /// The amount, compared with ours before a success is believed (N-7, I-3).
    pub amount: SeenAmount,
    /// The result code beside the word.
    pub result_code: Option<String>,
    /// Until when the gateway keeps the authorization.
    pub auth_expiry_time: Option<Timestamp>,
    /// The state of the gateway's review.
    pub review: ReviewWord,
    /// The card and its checks.
    pub details: Details,
}

/// What was said of a capture.
#[derive(Debug, Clone, PartialEq)]
pub struct CaptureSeen {
    /// Which one.
    pub key: CaptureKey,
    /// The word.
    pub word: CaptureWord,
    /// The amount, compared with the authorized one (N-7).
    pub amount: SeenAmount,
    /// The acquirer's reference (N-5).
    pub acquirer_reference_no: Option<String>,
    /// The result code beside the word.
    pub result_code: Option<String>,
}

/// What the gateway showed.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Fact {
    /// How far a call of ours got that has no verified answer.
    Report {
        /// The call.
        subject: CallSubject,
        /// How far.
        report: Report,
    },
    /// A verified notification of an unlikely age: not believed, but a reason to ask.
    Hint {
        /// Whose.
        names: Names,
        /// What the notification is recognised by.
        mark: String,
    },
    /// What the buyer's client needs.
    Handout {
        /// Whose.
        names: Names,
        /// What.
        handout: Handout,
    },
    /// A word about a payment.
    Payment {
        /// Which one.
        names: Names,
        /// Which way it came.
        source: Source,
        /// What was said.
        seen: Box<PaymentSeen>,
    },
    /// A word about a capture.
    Capture {
        /// Whose.
        names: Names,
        /// Which way it came.
        source: Source,
        /// What was said.
        seen: Box<CaptureSeen>,
    },
    /// The gateway, asked, shows that it let a hold go, or what was left of it.
    RestReleased {
        /// Whose.
        names: Names,
        /// The captures that it listed beside, whatever became of them.
        listed: Vec<CaptureRequestId>,
    },
    /// A word about a cancel.
    Cancel {
        /// Whose.
        names: Names,
        /// Which cancel of the attempt, from 1: an older one's answer says nothing about a newer one.
        number: u32,
        /// The word.
        word: CancelWord,
        /// The result code beside the word.
        result_code: Option<String>,
    },
    /// A word about a refund.
    Refund {
        /// Which one; `refund_request_id` decides.
        names: Names,
        /// The word.
        word: RefundWord,
        /// The amount.
        amount: SeenAmount,
        /// The result code beside the word.
        result_code: Option<String>,
    },
}

impl Fact {
    /// Whether the gateway said this when it was asked.
    pub(super) fn is_inquired(&self) -> bool {
        matches!(
            self,
            Fact::Payment { source: Source::Inquiry, .. } | Fact::Capture { source: Source::Inquiry, .. }
        )
    }
}
