//! Takes in what the gateway showed. It never fails, and never drops a success.
//! Each word goes through its machine's table; rules over the whole order follow in `settle`.

mod cancel;
mod capture;
mod dispute;
mod payment;
mod refund;

use antom_core::time::Timestamp;

use super::Step;
use super::call::{CallSubject, GatewayCall};
use super::draft::Draft;
use super::event::Event;
use super::fact::{Fact, Names, Report, SeenAmount};
use super::policy::Policy;
use super::request;
use super::settle::settle;
use super::state::{Attempt, Order};

impl Order {
    /// Takes in facts, oldest first, and returns what follows from them.
    ///
    /// # Idempotency
    /// A fact that is known adds nothing: the step is empty.
    pub fn absorb(&self, facts: &[Fact], at: Timestamp, policy: &Policy) -> Step {
        let mut draft = Draft::new(self, at, policy);
        draft.is_inquiry = facts.iter().any(Fact::is_inquired);
        for fact in facts {
            absorb_one(&mut draft, fact);
            settle(&mut draft);
        }
        dispute::settle(&mut draft, facts);
        draft.finish()
    }

    /// The place of the attempt that these ids name.
    //= N-10
    pub(super) fn locate(&self, names: &Names) -> Option<usize> {
        let by_capture = names.capture_request_id.as_ref().and_then(|id| {
            self.position(|attempt| {
                attempt.captures.iter().any(|capture| capture.capture_request_id.as_ref() == Some(id))
            })
        });
        let by_refund = names.refund_request_id.as_ref().and_then(|id| {
            self.position(|attempt| attempt.refunds.iter().any(|refund| refund.refund_request_id == *id))
        });
        let by_payment = || {
            let id = names.payment_id.as_ref()?;
            self.position(|attempt| attempt.payment.payment_id.as_ref() == Some(id))
        };
        let by_request = || {
            let id = names.payment_request_id.as_ref()?;
            self.position(|attempt| attempt.payment_request_id == *id)
        };
        by_capture.or(by_refund).or_else(by_payment).or_else(by_request)
    }

    fn position(&self, wanted: impl Fn(&Attempt) -> bool) -> Option<usize> {
        self.attempts.iter().position(wanted)
    }
}

fn absorb_one(draft: &mut Draft<'_>, fact: &Fact) {
    match fact {
        Fact::Report { subject, report } => absorb_report(draft, subject, *report),
        Fact::Handout { names, handout } => {
            if let Some(index) = draft.order.locate(names) {
                payment::absorb_handout(draft, index, handout);
            }
        }
        Fact::Payment { names, source, seen } => {
            if let Some(index) = draft.order.locate(names) {
                payment::absorb(draft, index, names, *source, seen);
            }
        }
        Fact::Capture { names, seen, .. } => {
            if let Some(index) = draft.order.locate(names) {
                payment::learn_id(draft, index, names.payment_id.as_ref());
                capture::absorb(draft, index, seen);
            }
        }
        Fact::RestReleased { names, listed } => {
            if let Some(index) = draft.order.locate(names) {
                capture::absorb_rest_released(draft, index, listed);
            }
        }
        Fact::Cancel { names, number, word, result_code } => {
            let index = draft.order.locate(names).filter(|index| cancel::is_newest(draft, *index, *number));
            if let Some(index) = index {
                cancel::absorb(draft, index, *word, result_code.as_deref());
            }
        }
        Fact::Hint { names, mark } => {
            if let Some(index) = draft.order.locate(names) {
                absorb_hint(draft, index, mark);
            }
        }
        Fact::Refund { names, word, amount, result_code } => {
            if let Some((index, id)) = draft.order.locate(names).zip(names.refund_request_id.as_ref()) {
                refund::absorb(draft, index, id, *word, amount, result_code.as_deref());
            }
        }
    }
}

fn absorb_report(draft: &mut Draft<'_>, subject: &CallSubject, report: Report) {
    let named = subject.payment_request_id();
    let Some(index) = draft.order.position(|attempt| attempt.payment_request_id == *named) else { return };
    match subject {
        CallSubject::Open { .. } => payment::absorb_report(draft, index, report),
        CallSubject::Capture { capture_request_id, .. } => {
            capture::absorb_report(draft, index, capture_request_id, report);
        }
        CallSubject::Cancel { number, .. } if cancel::is_newest(draft, index, *number) => {
            cancel::absorb_report(draft, index, report);
        }
        CallSubject::Refund { refund_request_id, .. } => {
            refund::absorb_report(draft, index, refund_request_id, report);
        }
        CallSubject::Cancel { .. } | CallSubject::Inquire { .. } | CallSubject::InquireRefund { .. } => {}
    }
}

/// Whether the seen amount is ours. A difference is recorded, freezes shipping and is inquired; a missing amount is
/// unknown: neither is ever a success.
//= N-7, I-3
fn amount_agrees(
    draft: &mut Draft<'_>,
    index: usize,
    expected: antom_core::money::Money,
    seen: &SeenAmount,
) -> bool {
    let text = match seen {
        SeenAmount::Read(money) if *money == expected => return true,
        SeenAmount::Absent => return false,
        SeenAmount::Read(money) => money.to_string(),
        SeenAmount::Unreadable(text) => text.chars().take(40).collect(),
    };
    if dispute::is_news(draft, index, "amount", &text)
        && let Some(attempt) = draft.attempt(index)
    {
        let payment_request_id = attempt.payment_request_id.clone();
        let inquiry = inquiry(attempt);
        draft.record(Event::AmountMismatch { payment_request_id, expected, seen: text });
        draft.wish(inquiry);
    }
    false
}

/// Records a contradiction once, freezes shipping, and asks the gateway again.
fn contradict(draft: &mut Draft<'_>, index: usize, machine: &str, recorded: String, seen: String) {
    if !dispute::is_news(draft, index, machine, &seen) {
        return;
    }
    let Some(attempt) = draft.attempt(index) else { return };
    let (payment_request_id, inquiry) = (attempt.payment_request_id.clone(), inquiry(attempt));
    draft.record(Event::Contradicted { payment_request_id, machine: machine.to_owned(), recorded, seen });
    draft.wish(inquiry);
}

/// Asks the gateway once for each notification that is too old, or too new, to be believed.
//= X-4
fn absorb_hint(draft: &mut Draft<'_>, index: usize, mark: &str) {
    let Some(attempt) = draft.attempt(index) else { return };
    if attempt.hints.iter().any(|known| known == mark) {
        return;
    }
    let (payment_request_id, inquiry) = (attempt.payment_request_id.clone(), inquiry(attempt));
    draft.record(Event::HintReceived { payment_request_id, mark: mark.to_owned() });
    draft.wish(inquiry);
}

fn inquiry(attempt: &Attempt) -> GatewayCall {
    request::inquiry(&attempt.payment_request_id)
}
