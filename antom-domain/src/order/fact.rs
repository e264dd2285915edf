//! Facts: what the gateway showed, in the machines' words.
//! Reading them from wire messages is left to `reading`; believing them is `absorb`'s.

use std::sync::Arc;

use antom_core::id::{CaptureId, CaptureRequestId, PaymentId, PaymentRequestId, RefundRequestId};
use antom_core::money::Money;
use antom_core::time::Timestamp;
use serde::{Deserialize, Serialize};

use super::call::CallSubject;
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

/// What the gateway told about the card and its checks (I-6). Absent stays absent: nothing is made up. Copies share the
/// texts, which are carried through every later step and never changed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Details {
    /// The card's brand.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub card_brand: Option<Arc<str>>,
    /// The masked card number: display data (P-1).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub card_no: Option<Arc<str>>,
    /// The raw address check.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub avs_result_raw: Option<Arc<str>>,
    /// The raw card code check.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cvv_result_raw: Option<Arc<str>>,
    /// The scheme's id of the transaction.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub network_transaction_id: Option<Arc<str>>,
    /// The indicator of the 3-D Secure result; absent means no 3-D Secure.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub eci: Option<Arc<str>>,
    /// The version of 3-D Secure.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub three_ds_version: Option<Arc<str>>,
    /// The acquirer's reference.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub acquirer_reference_no: Option<Arc<str>>,
}

impl Details {
    /// Whether nothing is known.
    pub fn is_empty(&self) -> bool {
        *self == Details::default()
    }

    /// What `newer` knows and `self` does not: only holes are filled, so that a repeated fact adds nothing.
    pub(super) fn missing(&self, newer: &Details) -> Details {
        fn hole(have: Option<&Arc<str>>, new: Option<&Arc<str>>) -> Option<Arc<str>> {
            if have.is_some() { None } else { new.cloned() }
        }
        Details {
            card_brand: hole(self.card_brand.as_ref(), newer.card_brand.as_ref()),
            card_no: hole(self.card_no.as_ref(), newer.card_no.as_ref()),
            avs_result_raw: hole(self.avs_result_raw.as_ref(), newer.avs_result_raw.as_ref()),
            cvv_result_raw: hole(self.cvv_result_raw.as_ref(), newer.cvv_result_raw.as_ref()),
            network_transaction_id: hole(
                self.network_transaction_id.as_ref(),
                newer.network_transaction_id.as_ref(),
            ),
            eci: hole(self.eci.as_ref(), newer.eci.as_ref()),
            three_ds_version: hole(self.three_ds_version.as_ref(), newer.three_ds_version.as_ref()),
            acquirer_reference_no: hole(
                self.acquirer_reference_no.as_ref(),
                newer.acquirer_reference_no.as_ref(),
            ),
        }
    }

    /// Fills holes with what `learnt` says.
    pub(super) fn fill(&mut self, learnt: &Details) {
        fn fill(have: &mut Option<Arc<str>>, new: Option<&Arc<str>>) {
            if have.is_none() {
                *have = new.cloned();
            }
        }
        fill(&mut self.card_brand, learnt.card_brand.as_ref());
        fill(&mut self.card_no, learnt.card_no.as_ref());
        fill(&mut self.avs_result_raw, learnt.avs_result_raw.as_ref());
        fill(&mut self.cvv_result_raw, learnt.cvv_result_raw.as_ref());
        fill(&mut self.network_transaction_id, learnt.network_transaction_id.as_ref());
        fill(&mut self.eci, learnt.eci.as_ref());
        fill(&mut self.three_ds_version, learnt.three_ds_version.as_ref());
        fill(&mut self.acquirer_reference_no, learnt.acquirer_reference_no.as_ref());
    }
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
