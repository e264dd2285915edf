//! The gateway's messages as data, and what in a message does not agree with them.
//! What becomes of a finding is decided by the calls; `data/catalogue.json` says where the data comes from.

mod examination;
mod finding;
mod notation;

pub(crate) use examination::{findings_in_answer, findings_in_notification, findings_in_request};
pub(crate) use finding::{FindingKind, Findings};
