//! Results that take their time: some milliseconds after the buyer's act, or by themselves, as a test arranged it.
//! What a result does to the payment is in `outcome`.

use serde::{Deserialize, Serialize};

use super::super::arrangement::ResultOutcome;
use super::super::cards::Card;
use super::super::gateway::{Gateway, Timer};
use super::super::payment::Phase;
use super::super::time::Time;
use super::super::timings::millis;
use super::usual_use;

/// A result that is certain, and not there yet.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Later {
    at: Time,
    outcome: ResultOutcome,
    code: Option<Box<str>>,
    /// Whether the buyer has acted, and can only wait.
    pub(crate) of_buyer: bool,
}

impl Gateway {
    /// Arms the result that comes by itself, where one is arranged and none has come.
    pub(crate) fn schedule_result(&mut self, index: usize) {
        let Some(payment) = self.payments.get(index) else { return };
        let Some(arranged) = &self.arranged_for(payment).pay.result else { return };
        let later = Later {
            at: self.now.after(millis(arranged.after_ms)),
            outcome: arranged.outcome,
            code: arranged.result_code.as_deref().map(Into::into),
            of_buyer: false,
        };
        self.await_result(index, later);
    }

    /// Lets the result of the buyer's act come, now or after the time that is arranged for it; `true` if it is there.
    pub(crate) fn conclude(&mut self, index: usize, outcome: ResultOutcome, code: Option<&str>) -> bool {
        let Some(payment) = self.payments.get_mut(index) else { return true };
        payment.later = None;
        let Some(payment) = self.payments.get(index) else { return true };
        let delay = self.arranged_for(payment).pay.result_delay_ms;
        if delay == 0 {
            self.bring(index, outcome, code);
            return true;
        }
        let at = self.now.after(millis(delay));
        self.await_result(index, Later { at, outcome, code: code.map(Into::into), of_buyer: true });
        false
    }

    fn await_result(&mut self, index: usize, later: Later) {
        let at = later.at;
        let Some(payment) = self.payments.get_mut(index) else { return };
        if payment.phase.is_final() {
            return;
        }
        payment.later = Some(Box::new(later));
        self.arm(at, Timer::BringResult { payment: index });
    }

    /// The result is due, unless another one was awaited since or the payment has ended.
    pub(crate) fn bring_result(&mut self, index: usize) {
        let now = self.now;
        let Some(payment) = self.payments.get_mut(index) else { return };
        if payment.phase.is_final() || payment.later.as_ref().is_none_or(|later| later.at > now) {
            return;
        }
        if let Some(later) = payment.later.take() {
            self.bring(index, later.outcome, later.code.as_deref());
        }
    }

    fn bring(&mut self, index: usize, outcome: ResultOutcome, code: Option<&str>) {
        match outcome {
            ResultOutcome::Success => {
                self.give_usual_card(index);
                self.succeed(index);
            }
            ResultOutcome::Fail => self.fail(index, code.unwrap_or("PROCESS_FAIL")),
            ResultOutcome::Pending
                if self.payments.get(index).is_some_and(|one| one.phase == Phase::Pending) => {}
            ResultOutcome::Pending => self.suspend(index, None),
        }
    }

    /// A card that is paid with although nobody said which.
    pub(crate) fn give_usual_card(&mut self, index: usize) {
        let Some(payment) = self.payments.get_mut(index) else { return };
        if payment.is_card() && payment.used.is_none() {
            let terms = payment.terms();
            let card = Card::bearing(terms.selected_brand.as_deref(), terms.region.as_deref());
            payment.used = Some(Box::new(usual_use(card, terms)));
        }
    }
}
