//! Orders, outbox, inbox and event queue in a PostgreSQL database, for any number of processes.
//! What a step means is left to the domain; one process with one file is left to `sqlite`.
//!
//! # Instances
//! There is no leader. Every process that opens the same database may do everything; what must happen once is decided by
//! rows: a step by its order's version, a call and an event by lease and fence, an id and a notification by their uniqueness.
//!
//! # Whose clock
//! Due times and leases are compared with the `now` that the caller passes, never with the database's clock, as the port
//! says. Two instances whose clocks differ by a few seconds therefore disagree by as much about the end of a lease. That
//! is safe in two steps. The worker's lease outlasts its longest call by 10 s, so a smaller difference changes nothing.
//! A larger one lets a second instance make a call that the first still makes: the same id and the same bytes, which the
//! gateway answers as one, and the fence refuses the first instance's claim. Keep the clocks within 10 s.
//!
//! # Whose death
//! A lease need not be waited for where its holder is gone. Each instance has a row whose heartbeat counts up once a
//! second, and watches those of the others. Where one stands still while four beats of the watcher go through, the watcher
//! removes its row, and with it end its leases: what a killed instance left is taken up in less than 10 s, by another
//! one or by its successor. No clock is compared, so that neither a wrong one nor a server that was away for a while makes
//! anybody look dead. An instance that was only stopped, and wakes, no longer holds its calls: it asks before it begins
//! one ([`Outbox::is_held`](antom_domain::port::Outbox::is_held)), and joins again under a new number.
//!
//! # What is lost with a connection
//! Before `COMMIT` was sent: nothing was written, and the step answers
//! [`StoreError::Unavailable`](antom_domain::port::StoreError). Afterwards nobody can tell:
//! [`CommitError::OutcomeUnknown`](antom_domain::port::CommitError). The next piece of work opens a new connection, so
//! that a server that comes back is used at once.
//!
//! # Server
//! Any version from 13 on. Connect directly or through a pooler that gives each client its own session: settings and
//! prepared statements belong to the session. The database, or the schema that `search_path` names, must be ours alone.

mod archive;
mod commit;
mod connections;
mod error;
mod events;
mod inbox;
mod inspect;
mod instances;
mod orders;
mod outbox;
mod reseal;
mod retention;
mod rows;
mod schema;
mod seal;
mod store;
mod text;
mod writer;

pub use error::OpenError;
pub use store::PostgresStore;
pub use writer::WriteCounts;
