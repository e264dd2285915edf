//! A review of the authorization: by whom, how it ends and when.
//! Without an arrangement there is none.

use serde::{Deserialize, Serialize};

use super::super::review::{Review, Reviewer};

/// The area `review`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct ReviewArrangement {
    /// `authReviewSource`.
    #[serde(default)]
    pub(crate) source: Reviewer,
    /// How it ends; absent while that is open.
    #[serde(default)]
    pub(crate) decision: Option<Decision>,
    /// When it ends, counted from the authorization, or from now if that is over.
    #[serde(default)]
    pub(crate) after_ms: u64,
}

/// How a review ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub(crate) enum Decision {
    Accept,
    Reject,
}

impl From<Decision> for Review {
    fn from(decision: Decision) -> Self {
        match decision {
            Decision::Accept => Self::Accept,
            Decision::Reject => Self::Reject,
        }
    }
}
