//! Why an order is where it is and what happens next, for support desks and programs.
//! It reads the order and decides nothing; when to ask the gateway is `wake`'s, the sentences of phases are the tables'.

use std::fmt::Debug;

use antom_core::outcome::CaptureMode;
use antom_core::time::Timestamp;

use super::call::CallSubject;
use super::explanation::{
    AttemptAccount, Awaited, Deadline, DeadlineKind, Explanation, MachineAccount, Reason, Task, TaskKind,
};
use super::phase::OrderPhase;
use super::policy::Policy;
use super::settle::is_out_of_compensations;
use super::state::{Attempt, Order, Role};
use crate::authorization::{AuthorizationPhase, AuthorizationTable};
use crate::cancel::CancelTable;
use crate::capture::CaptureTable;
use crate::payment::PaymentTable;
use crate::policy::CaptureTime;
use crate::refund::RefundTable;
use crate::verdict::Table;

impl Order {
    /// Explains where the order is, why, and what happens next.
    ///
    /// ```
    /// # use antom_core::{id::{ReferenceBuyerId, ReferenceOrderId}, money::{Currency, Money}, time::Timestamp};
    /// # use antom_domain::order::{NewOrder, Order, Policy};
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let new = NewOrder {
    /// #     reference_order_id: ReferenceOrderId::parse("ORDER-1")?,
    /// #     amount: Money::from_minor(Currency::parse("USD")?, 1_000)?,
    /// #     description: "One coffee".to_owned(),
    /// #     reference_buyer_id: ReferenceBuyerId::parse("BUYER-1")?,
    /// #     details: Default::default(),
    /// # };
    /// let at = Timestamp::from_epoch_millis(1_795_000_000_000);
    /// let policy = Policy::new("https://shop.example/notifications/antom", "https://shop.example/result/");
    /// let (order, _) = Order::create(&new, at)?;
    ///
    /// let account = order.explain(at, &policy);
    /// assert_eq!((account.phase, account.may_ship), ("open", false));
    /// assert_eq!(account.next_check_at, None, "nothing is open, so nobody is asked");
    /// let json = serde_json::to_value(&account)?;
    /// assert_eq!(json["notShippable"]["code"], "notPaid");
    /// # Ok(())
    /// # }
    /// ```
    pub fn explain(&self, at: Timestamp, policy: &Policy) -> Explanation {
        let (phase, shippable) = (self.phase(), self.shippable());
        Explanation {
            reference_order_id: self.reference_order_id.clone(),
            at,
            phase: phase.as_str(),
            meaning: phase.explain(),
            may_ship: shippable.is_ok(),
            not_shippable: shippable
                .err()
                .map(|reason| Reason { code: reason.code().to_owned(), meaning: reason.to_string() }),
            attempts: self.attempts.iter().map(Attempt::account).collect(),
            awaited: self.awaited(),
            next_check_at: self.next_check_at(at, policy),
            deadlines: self.attempts.iter().flat_map(|attempt| attempt.deadlines(at)).collect(),
            tasks: self.attempts.iter().flat_map(|attempt| attempt.tasks(at, policy)).collect(),
        }
    }

    fn awaited(&self) -> Vec<Awaited> {
        let calls =
            self.attempts.iter().flat_map(Attempt::calls).filter(|subject| self.wants_answer_to(subject));
        let calls = calls.map(|subject| (subject, None));
        let questions = self.questions().into_iter().map(|question| (question.subject, question.quick_since));
        calls
            .chain(questions)
            .map(|(subject, quick_since)| Awaited {
                call: subject.call_id(),
                payment_request_id: subject.payment_request_id().clone(),
                is_question: subject.is_question(),
                quick_since,
            })
            .collect()
    }
}

impl OrderPhase {
    /// What the phase means, for a support engineer.
    pub fn explain(self) -> &'static str {
        match self {
            OrderPhase::Open => "Nobody is paying; the buyer may pay, or pay again.",
            OrderPhase::AwaitingPayment => "An attempt is under way; its result is awaited and asked for.",
            OrderPhase::UnderReview => "The gateway reviews the payment, or refused it and it goes back.",
            OrderPhase::Authorized => "The card's money is held, not taken; the merchant has to capture it.",
            OrderPhase::Capturing => "The money is held and its capture is not confirmed yet.",
            OrderPhase::PartlyCaptured => {
                "A part of the money was captured; the merchant has to capture the rest, or to mark the last capture."
            }
            OrderPhase::Paid => "The money is confirmed; the order may be shipped.",
            OrderPhase::OnHold => {
                "The gateway's answers contradict each other; nothing is shipped until they agree."
            }
            OrderPhase::Returning => "The order was paid, and its money is on its way back.",
            OrderPhase::Refunded => "The order was paid, and all of its money went back.",
        }
    }
}

impl Attempt {
    fn account(&self) -> AttemptAccount {
        let payment = account_of::<PaymentTable>(self.payment.phase);
        let mut machines = vec![MachineAccount { result_code: self.payment.result_code.clone(), ..payment }];
        if self.authorization.phase != AuthorizationPhase::Absent {
            machines.push(account_of::<AuthorizationTable>(self.authorization.phase));
        }
        machines.extend(self.captures.iter().map(|capture| account_of::<CaptureTable>(capture.phase)));
        machines.extend(self.cancels.iter().map(|cancel| MachineAccount {
            reason: Some(word(cancel.reason)),
            result_code: cancel.result_code.clone(),
            ..account_of::<CancelTable>(cancel.phase)
        }));
        machines.extend(self.refunds.iter().map(|refund| MachineAccount {
            reason: Some(word(refund.reason)),
            result_code: refund.result_code.clone(),
            ..account_of::<RefundTable>(refund.phase)
        }));
        AttemptAccount {
            payment_request_id: self.payment_request_id.clone(),
            payment_method_type: self.payment_method_type.clone(),
            role: self.role,
            machines,
        }
    }

    /// Every call that was ever wished for the attempt, but for questions.
    fn calls(&self) -> Vec<CallSubject> {
        let payment_request_id = || self.payment_request_id.clone();
        let mut calls = vec![CallSubject::Open { payment_request_id: payment_request_id() }];
        let own = self.captures.iter().filter_map(|capture| capture.capture_request_id.clone());
        calls.extend(own.map(|capture_request_id| CallSubject::Capture {
            payment_request_id: payment_request_id(),
            capture_request_id,
        }));
        let newest = u32::try_from(self.cancels.len()).ok().filter(|number| *number > 0);
        calls.extend(
            newest.map(|number| CallSubject::Cancel { payment_request_id: payment_request_id(), number }),
        );
        calls.extend(self.refunds.iter().map(|refund| CallSubject::Refund {
            payment_request_id: payment_request_id(),
            refund_request_id: refund.refund_request_id.clone(),
        }));
        calls
    }

    fn deadlines(&self, now: Timestamp) -> Vec<Deadline> {
        let window = (!PaymentTable::is_final(self.payment.phase)).then_some(self.window_closes_at);
        let window = window.map(|at| (DeadlineKind::WindowCloses, at));
        let capture = self.authorization.capture_before.map(|at| (DeadlineKind::CaptureBefore, at));
        let deadline = |(kind, at)| Deadline {
            kind,
            payment_request_id: self.payment_request_id.clone(),
            at,
            has_passed: now >= at,
        };
        window.into_iter().chain(capture).map(deadline).collect()
    }

    fn tasks(&self, now: Timestamp, policy: &Policy) -> Vec<Task> {
        let stuck = self.surplus_stuck || is_out_of_compensations(self);
        let kinds = [
            self.disputed.then_some(TaskKind::SettleDispute),
            (stuck && self.holds_money()).then_some(TaskKind::ReturnSurplus),
            self.capture_is_lost().then_some(TaskKind::CaptureLost),
            self.capture_task(now, policy),
        ];
        let task = |kind| Task {
            kind,
            payment_request_id: self.payment_request_id.clone(),
            contradictions: match kind {
                TaskKind::SettleDispute => self.contradictions.clone(),
                _ => Vec::new(),
            },
        };
        kinds.into_iter().flatten().map(task).collect()
    }

    /// A hold that only the merchant captures: nothing happens until somebody does.
    pub(super) fn capture_task(&self, now: Timestamp, policy: &Policy) -> Option<TaskKind> {
        let is_ours = self.is_card() && self.capture_mode != Some(CaptureMode::Automatic);
        let is_idle = !self.has_open_capture() && !self.is_captured();
        if !(is_ours && is_idle) || self.role != Role::Kept || self.is_being_returned() {
            return None;
        }
        let is_part = self.taken().is_some();
        match self.authorization.phase {
            AuthorizationPhase::Held | AuthorizationPhase::Approved => {}
            AuthorizationPhase::Captured if is_part => return Some(TaskKind::CaptureEndedShort),
            _ => return None,
        }
        let deadline = self.authorization.capture_before;
        let stand = deadline.map(|deadline| policy.capture_deadline.stand(deadline, now));
        Some(match stand {
            Some(CaptureTime::Passed) if is_part => TaskKind::CaptureEndedShort,
            Some(CaptureTime::Passed) => TaskKind::CaptureMissed,
            Some(CaptureTime::Near) => TaskKind::CaptureSoon,
            Some(CaptureTime::Open) | None if is_part => TaskKind::CaptureRest,
            Some(CaptureTime::Open) | None => TaskKind::Capture,
        })
    }
}

fn account_of<T: Table>(phase: T::Phase) -> MachineAccount {
    MachineAccount {
        machine: T::NAME,
        phase: word(phase),
        meaning: T::explain(phase),
        is_final: T::is_final(phase),
        reason: None,
        result_code: None,
    }
}

/// A variant without data in the form that it is stored in: its name with a small first letter.
fn word(variant: impl Debug) -> String {
    let name = format!("{variant:?}");
    let mut letters = name.chars();
    letters.next().map(|first| first.to_lowercase().chain(letters).collect()).unwrap_or_default()
}
