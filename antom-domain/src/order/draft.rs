//! A step while it is being written: each event is applied at once, so that the next rule sees it.
//! Which events are written is left to `decide`, `absorb` and `settle`.

use std::borrow::Cow;
use std::collections::BTreeSet;

use antom_core::time::Timestamp;

use super::Step;
use super::call::GatewayCall;
use super::command::Refusal;
use super::event::Event;
use super::policy::Policy;
use super::state::{Attempt, Order};

/// The order as it becomes, and the step so far.
pub(super) struct Draft<'a> {
    /// Copied when the first event changes it: most messages say nothing new.
    pub(super) order: Cow<'a, Order>,
    pub(super) at: Timestamp,
    pub(super) policy: &'a Policy,
    /// Whether the facts at hand come from an inquiry: only the gateway, asked, ends or renews a dispute.
    pub(super) is_inquiry: bool,
    /// The attempts whose record the facts at hand speak against, said before or not.
    pub(super) objections: BTreeSet<usize>,
    /// The attempts whose money had gone back before the facts at hand.
    returned_before: BTreeSet<usize>,
    step: Step,
}

impl<'a> Draft<'a> {
    pub(super) fn new(order: &'a Order, at: Timestamp, policy: &'a Policy) -> Draft<'a> {
        let returned = order.attempts.iter().enumerate().filter(|(_, attempt)| attempt.is_returned());
        Draft {
            returned_before: returned.map(|(index, _)| index).collect(),
            order: Cow::Borrowed(order),
            at,
            policy,
            is_inquiry: false,
            objections: BTreeSet::new(),
            step: Step::default(),
        }
    }

    /// Records an event and applies it.
    pub(super) fn record(&mut self, event: Event) {
        self.order.to_mut().apply(&event, self.at);
        self.step.events.push(event);
    }

    /// Records an event after which nothing looks at the order any more, so that the order need not be copied for it.
    pub(super) fn record_last(&mut self, event: Event) {
        self.step.events.push(event);
    }

    /// Wishes an effect. The caller has recorded the event that it belongs to.
    pub(super) fn wish(&mut self, effect: GatewayCall) {
        debug_assert!(!self.step.events.is_empty(), "no effect without an event");
        self.step.effects.push(effect);
    }

    /// The attempt as it is now.
    pub(super) fn attempt(&self, index: usize) -> Option<&Attempt> {
        self.order.attempts.get(index)
    }

    /// Whether the money of this attempt went back with the facts at hand, and nothing in them speaks against it.
    pub(super) fn has_just_returned(&self, index: usize) -> bool {
        let is_returned = self.order.attempts.get(index).is_some_and(Attempt::is_returned);
        is_returned && !self.returned_before.contains(&index) && !self.objections.contains(&index)
    }

    /// Says why the command itself waits.
    pub(super) fn postpone(&mut self, reason: Refusal) {
        self.step.postponed = Some(reason);
    }

    pub(super) fn finish(self) -> Step {
        self.step
    }
}
