//! The order: the aggregate root that decides what is done and believes what the gateway showed.
//! Everything here is a function of its arguments; storage, calls and time are left to the services.

mod absorb;
mod apply;
mod before_new;
mod call;
mod command;
mod decide;
mod details;
mod draft;
mod erasure;
mod event;
mod explain;
mod explanation;
mod fact;
mod phase;
mod policy;
mod remind;
mod request;
mod settle;
mod shippable;
mod state;
pub mod stored;
mod terms;
mod wake;

pub use apply::NotAnOrderLog;
pub use call::{CallId, CallSubject, GatewayCall, RequestBody};
pub use command::{CancelReason, Command, NewOrder, OpenAttempt, RefundReason, Refusal};
pub use details::Details;
pub use erasure::{ERASED_TEXT, Erased, ErasureRefusal};
pub use event::{Event, Handout, Recorded};
pub use explanation::{
    AttemptAccount, Awaited, Deadline, DeadlineKind, Explanation, MachineAccount, Reason, Task, TaskKind,
};
pub use fact::{
    CancelWord, CaptureKey, CaptureSeen, CaptureWord, Fact, Names, PaymentSeen, PaymentWord, RefundWord,
    Report, ReviewWord, SeenAmount, Source,
};
pub use phase::OrderPhase;
pub use policy::{Policy, SESSION_LIFETIME};
pub use shippable::{NotShippable, Shippable};
pub use state::{
    Attempt, Authorization, Cancel, Capture, Integration, Order, Payment, Refund, Reminded, Role,
};
pub use terms::{AttemptTerms, CardTerms, OrderDetails, ProductScene};
pub use wake::Question;

/// What a decision wishes: events to record and effects to bring about once they are durable.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Step {
    /// What happened, oldest first.
    pub events: Vec<Event>,
    /// What to do after the events are durable. Never without an event.
    pub effects: Vec<GatewayCall>,
    /// Why the command waits: the events only prepare it (B-6). Make them durable, then refuse the command with this.
    pub postponed: Option<Refusal>,
}

impl Step {
    /// Whether nothing happened.
    pub fn is_empty(&self) -> bool {
        self.events.is_empty()
    }
}
