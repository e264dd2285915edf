//! Ports: what the services ask of the outside world, one trait a file.
//! Adapters implement them; the contract suites under `testing` say when an adapter is right.

mod clock;
mod entropy;
mod event_queue;
mod gateway;
mod inbox;
mod outbox;
mod publisher;
mod retention;
mod store;

pub use clock::Clock;
pub use entropy::{IdSource, Jitter};
pub use event_queue::{
    ClaimedEvent, DeliveryState, EventClaim, EventEnd, EventPage, EventQuery, EventQueue, EventQueueError,
    Keep, KeptEvent,
};
pub use gateway::{CallFailure, FailureReason, GatewayAnswer, PaymentGateway, Reach};
pub use inbox::{
    Inbox, InboxMark, InboxPage, InboxQuery, InboxVerdict, NotificationDigest, ReceivedNotification,
};
pub use outbox::{Claim, Claimed, Outbox, OutboxError};
pub use publisher::{EventPublisher, PublishFailure, PublishFailureReason};
pub use retention::{DroppedBodies, EraseError, Erasure, RestingPage, RestingQuery, Retention};
pub use store::{
    Announced, Commit, CommitError, IdKey, OrderPage, OrderQuery, OrderStore, StoreError, StoredOrder,
    Version,
};
