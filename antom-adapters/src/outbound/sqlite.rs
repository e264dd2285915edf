//! Orders, outbox, inbox and event queue in one SQLite file, for one process.
//! What a step means is left to the domain; several processes are left to a database server.

mod archive;
mod commit;
mod copy;
mod error;
mod events;
mod inbox;
mod inspect;
mod orders;
mod outbox;
mod readers;
mod recent;
mod remembered;
mod reseal;
mod retention;
mod rows;
mod schema;
mod seal;
mod store;
mod writer;

pub use copy::{Contents, SchemaVersions, back_up, compact, inspect, restore, schema_versions};
pub use error::OpenError;
pub use store::SqliteStore;
pub use writer::WriteCounts;
