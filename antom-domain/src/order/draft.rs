//! A step while it is being written: each event is applied at once, so that the next rule sees it.
//! Which events are written is left to `decide`, `absorb` and `settle`.

use antom_core::time::Timestamp;

use super::Step;
use super::call::GatewayCall;
use super::event::Event;
use super::policy::Policy;
use super::state::{Attempt, Order};

/// The order as it becomes, and the step so far.
pub(super) struct Draft<'a> {
    pub(super) order: Order,
    pub(super) at: Timestamp,
    pub(super) policy: &'a Policy,
    step: Step,
}

impl<'a> Draft<'a> {
    pub(super) fn new(order: &Order, at: Timestamp, policy: &'a Policy) -> Draft<'a> {
        Draft { order: order.clone(), at, policy, step: Step::default() }
    }

    /// Records an event and applies it.
    pub(super) fn record(&mut self, event: Event) {
        self.order.apply(&event, self.at);
        self.step.events.push(event);
    }

    /// Wishes a call. The caller has recorded the event that it belongs to.
    pub(super) fn call(&mut self, call: GatewayCall) {
        debug_assert!(!self.step.events.is_empty(), "no call without an event");
        self.step.calls.push(call);
    }

    /// A copy of the attempt as it is now.
    pub(super) fn attempt(&self, index: usize) -> Option<Attempt> {
        self.order.attempts.get(index).cloned()
    }

    pub(super) fn finish(self) -> Step {
        self.step
    }
}
