//! The files that the gateway settles a day with, and the discrepancies that are planted into them on request.
//! Writing the files somewhere, and serving them, is left to the shell.

mod cells;
mod columns;
mod day;
mod entry;
mod files;
mod legacy;
mod plant;
mod pricing;
mod request;
mod statement;
mod summary;

pub use files::SettlementFile;
pub use request::SettlementError;
pub use statement::{Planted, Settlement, customer_of};
