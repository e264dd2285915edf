//! What a look at a message finds, and where in it.
//! Messages are looked at in `examination`.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// More than this of one message is counted only: a hostile message must not fill the journal.
const MOST_LISTED: usize = 50;

/// What is wrong with a member of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum FindingKind {
    UnknownField,
    DuplicateField,
    WrongType,
    TooLong,
    TooManyEntries,
    /// A word that an open enumeration does not list; the gateway may know more words than the catalogue does.
    UnlistedValue,
    /// An amount as a JSON number; the gateway reads it, its documents want a string.
    UnquotedAmount,
}

impl FindingKind {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::UnknownField => "unknown_field",
            Self::DuplicateField => "duplicate_field",
            Self::WrongType => "wrong_type",
            Self::TooLong => "too_long",
            Self::TooManyEntries => "too_many_entries",
            Self::UnlistedValue => "unlisted_value",
            Self::UnquotedAmount => "unquoted_amount",
        }
    }

    /// Whether the gateway answers PARAM_ILLEGAL to it (rules 4); what it does not know it passes over, unless it is
    /// asked to be strict.
    pub(crate) fn is_refused(self, strict: bool) -> bool {
        match self {
            Self::WrongType | Self::TooLong | Self::TooManyEntries => true,
            Self::UnknownField | Self::DuplicateField => strict,
            Self::UnlistedValue | Self::UnquotedAmount => false,
        }
    }
}

/// One thing that is wrong with a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Finding {
    /// `order.goods[3].goodsName`.
    pub(crate) path: String,
    pub(crate) kind: FindingKind,
    /// The rest of a sentence that the path begins.
    pub(crate) detail: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.path, self.detail)
    }
}

/// Everything that is wrong with a message.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Findings {
    listed: Vec<Finding>,
    /// How many there are beyond those.
    surplus: u64,
    refused: bool,
}

impl Findings {
    pub(crate) fn add(&mut self, kind: FindingKind, describe: impl FnOnce() -> (String, String)) {
        self.refused |= kind.is_refused(false);
        if self.listed.len() >= MOST_LISTED {
            self.surplus = self.surplus.saturating_add(1);
            return;
        }
        let (path, detail) = describe();
        self.listed.push(Finding { path, kind, detail });
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.listed.is_empty()
    }

    pub(crate) fn iter(&self) -> std::slice::Iter<'_, Finding> {
        self.listed.iter()
    }

    /// What the gateway says where it refuses the message.
    pub(crate) fn refusal(&self, strict: bool) -> Option<String> {
        let refused = self.listed.iter().filter(|finding| finding.kind.is_refused(strict));
        let sentences: Vec<String> = refused.map(Finding::to_string).collect();
        if sentences.is_empty() {
            // What is refused may stand behind a list that is full of what is let pass.
            return self.refused.then(|| "the request has too many faults to list".to_owned());
        }
        Some(sentences.join("; "))
    }

    /// The list for the journal.
    pub(crate) fn to_json(&self) -> Value {
        let listed = self.listed.iter().map(
            |finding| json!({"path": finding.path, "kind": finding.kind.as_str(), "detail": finding.detail}),
        );
        let more = (self.surplus > 0).then(
            || json!({"path": "", "kind": "more", "detail": format!("{} further findings", self.surplus)}),
        );
        listed.chain(more).collect()
    }
}
