//! The gateway's reviews of payments: while one is open, and after a rejection, nothing is captured.
//! What a rejection leads to is the merchant's: the gateway goes on holding the money until it is asked to cancel.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::buyer::CompletionError;
use super::gateway::{Gateway, Timer};
use super::payment::{Payment, Phase};
use super::time::Time;
use super::timings::millis;

/// Where a review stands: `authReviewStatus`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub(crate) enum Review {
    Processing,
    Accept,
    Reject,
}

/// Who reviews: `authReviewSource`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum Reviewer {
    #[default]
    AntomShield,
    Psp,
}

/// How the review goes on, as the control API says it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Ruling {
    status: Review,
}

impl Review {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Processing => "PROCESSING",
            Self::Accept => "ACCEPT",
            Self::Reject => "REJECT",
        }
    }
}

impl Payment {
    /// What inquiries and notifications tell of the review, if there is one.
    pub(crate) fn review_fields(&self) -> Map<String, Value> {
        let Some(review) = self.review else { return Map::new() };
        let told = [("authReviewStatus", json!(review)), ("authReviewSource", json!(self.reviewer))];
        told.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
    }
}

impl Gateway {
    /// Begins or ends the review of a payment: `{"status": "PROCESSING" | "ACCEPT" | "REJECT"}`.
    ///
    /// # Errors
    /// If there is no such payment, it was captured already, or the status is not one of those.
    pub fn review(
        &mut self,
        at: Time,
        client: Option<&str>,
        request_id: &str,
        input: Value,
    ) -> Result<Value, CompletionError> {
        self.run_to(at);
        let Ruling { status } = super::reading::read_named(input).map_err(CompletionError::Invalid)?;
        let index = self.index_of(client, request_id).ok_or(CompletionError::Unknown)?;
        let payment = self.payments.get(index).ok_or(CompletionError::Unknown)?;
        if payment.is_card() && payment.captured() > 0 {
            return Err(CompletionError::Final);
        }
        self.set_review(index, status);
        self.note_act(index, "review", status.as_str());
        self.payment_at(index).ok_or(CompletionError::Unknown)
    }

    /// Begins the review that is arranged for a payment that has just succeeded.
    pub(crate) fn begin_review(&mut self, index: usize) {
        let Some(payment) = self.payments.get(index) else { return };
        let Some(source) = self.arranged_for(payment).review.as_ref().map(|arranged| arranged.source) else {
            return;
        };
        if let Some(payment) = self.payments.get_mut(index) {
            payment.reviewer = source;
            payment.review = Some(Review::Processing);
        }
        self.schedule_decision(index);
    }

    /// Arms the end of an open review, where its end is arranged.
    pub(crate) fn schedule_decision(&mut self, index: usize) {
        let Some(payment) = self.payments.get(index) else { return };
        let Some(arranged) = &self.arranged_for(payment).review else { return };
        if payment.review == Some(Review::Processing) && arranged.decision.is_some() {
            let due = self.now.after(millis(arranged.after_ms));
            self.arm(due, Timer::DecideReview { payment: index });
        }
    }

    /// Ends an open review as arranged.
    pub(crate) fn decide_review(&mut self, index: usize) {
        let Some(payment) = self.payments.get(index) else { return };
        let decision = self.arranged_for(payment).review.as_ref().and_then(|arranged| arranged.decision);
        let open = payment.review == Some(Review::Processing) && payment.phase == Phase::Success;
        if let Some(decision) = decision.filter(|_| open) {
            self.set_review(index, decision.into());
        }
    }

    /// Tells the merchant how the review ended; captures have waited for its acceptance.
    fn set_review(&mut self, index: usize, status: Review) {
        let now = self.now;
        let Some(payment) = self.payments.get_mut(index) else { return };
        let was_open = payment.review == Some(Review::Processing);
        payment.review = Some(status);
        let (told, succeeded) = (payment.told_at.unwrap_or(now).max(now), payment.phase == Phase::Success);
        let mut waiting = Vec::new();
        if status == Review::Accept {
            for (place, one) in payment.captures.iter_mut().enumerate().filter(|(_, one)| one.held_back) {
                one.held_back = false;
                waiting.push(place);
            }
        }
        let due = now.after(millis(self.timings.capture_ms));
        for capture in waiting {
            self.arm(due, Timer::CompleteCapture { payment: index, capture });
        }
        if was_open && status != Review::Processing && succeeded {
            self.tell_payment(index, "PAYMENT_RESULT", "SUCCESS", told);
        }
    }
}
