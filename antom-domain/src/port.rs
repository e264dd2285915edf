//! Ports: what the services ask of the outside world, one trait a file.
//! Adapters implement them; the contract suites under `testing` say when an adapter is right.

mod clock;
mod entropy;
mod gateway;
mod inbox;
mod outbox;
mod store;

pub use clock::Clock;
pub use entropy::{IdSource, Jitter};
pub use gateway::{CallFailure, FailureReason, GatewayAnswer, PaymentGateway, Reach};
pub use inbox::{
    Inbox, InboxMark, InboxPage, InboxQuery, InboxVerdict, NotificationDigest, ReceivedNotification,
};
pub use outbox::{Claim, Claimed, Outbox, OutboxError};
pub use store::{
    Commit, CommitError, IdKey, OrderPage, OrderQuery, OrderStore, StoreError, StoredOrder, Version,
};
