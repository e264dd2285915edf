//! Steps and words as the SQL adapters store them: one form for both, so that a book can be read by either.
//! Statements, rows and connections are left to `sqlite` and `postgres`.

mod claim;
mod erasure;
mod events;
mod reseal;
mod step;
mod words;

pub(super) use claim::{Taken, columns, understood};
pub(super) use erasure::{Arrival, BODIES, ErasureRows, RestingRow, resting, resting_after};
pub(super) use events::{EndColumns, StoredClaim, StoredEvent, claim_columns, known_claims};
pub(super) use reseal::{COLUMNS, Place, SealedColumn, SealedValue};
pub(super) use step::{CallRow, StepRows};
#[cfg(feature = "postgres")]
pub(super) use step::{EventRow, ToldRow};
pub(super) use words::{
    StoredMark, event, keys_text, number, order_id, read_only, sealed_mark, snapshot, time, unreadable,
};
