//! Reads the gateway's settlement files and holds them against a merchant's books.
//! Where files lie, how books are kept and what becomes of a difference is left to the caller.
//!
//! Three kinds of files belong together: transaction details (one line for each transaction of a day), settlement details
//! (one line for each transaction of a batch) and settlement summaries (one line for each type in a batch). They are read in
//! two passes: first every file must be complete, well-formed and new, then all of them are loaded. A bad file stops
//! everything, with its line and column, and loads nothing.
//!
//! A million rows take some tens of mebibytes: of each row only digests are kept, and a row that differs is read again.
//!
//! ```
//! use antom_reconcile::{NoBooks, Options, Outcome, Text, reconcile};
//!
//! let text = "summaryType,count,settlementAmountValue,settlementCurrency\n<END>\n";
//! let files = [Text::new("settlementSummary_USD_0000000000000000000_000.csv", text)];
//! let report = reconcile(&files, &mut NoBooks, &Options::default())?;
//! assert_eq!(report.outcome(), Outcome::Clean);
//! # Ok::<(), antom_reconcile::ReconcileError>(())
//! ```

mod books;
mod check;
mod columns;
mod day;
mod decimal;
mod details;
mod error;
mod file_name;
mod finding;
mod inspect;
mod join;
mod kind;
mod load;
mod matching;
mod options;
mod record;
mod render;
mod report;
mod row;
mod run;
mod source;
mod sums;
mod table;
mod wanted;

pub use books::{Books, BooksError, NoBooks, Own, Standing};
pub use day::Day;
pub use decimal::{Decimal, DecimalError};
pub use error::{FileError, Reason, ReconcileError};
pub use file_name::FileKind;
pub use finding::{Finding, FindingKind, Weight};
pub use kind::TransactionKind;
pub use options::{Options, Unit};
pub use report::{Cell, FileReport, Outcome, Report};
pub use run::reconcile;
pub use source::{Source, Text};
