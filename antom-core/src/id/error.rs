//! Why a text is no id.
//! The text itself is never part of the error: ids may be personal data.

/// A text that cannot be this kind of id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a valid {kind}: {reason}")]
#[non_exhaustive]
pub struct IdError {
    /// The kind of id, in the gateway's word: `paymentRequestId`.
    pub kind: &'static str,
    /// What is wrong with the text.
    pub reason: IdFault,
}

/// What is wrong with the text of an id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum IdFault {
    /// There is no text.
    #[error("it is empty")]
    Empty,
    /// More characters than the gateway carries.
    #[error("it has {len} characters, at most {max} are allowed")]
    TooLong {
        /// The most characters allowed.
        max: usize,
        /// The characters of the text.
        len: usize,
    },
    /// A blank, a control character, `#`, `*`, or a letter outside ASCII.
    #[error("the character at position {position} is not allowed")]
    ForbiddenCharacter {
        /// Position of the first such character, counted from 1.
        position: usize,
    },
}

/// Who made the id decides what it may look like.
#[derive(Debug, Clone, Copy)]
pub(super) enum Shape {
    /// We send it first: visible ASCII without `#` and `*`, which the inquiry interfaces refuse.
    Merchant,
    /// The gateway made it: opaque, anything that can be printed.
    Gateway,
    /// It travels in a header and in the signed text: visible ASCII.
    Header,
}

impl Shape {
    pub(super) const fn max_len(self) -> usize {
        match self {
            Self::Merchant => 64,
            Self::Gateway | Self::Header => 128,
        }
    }

    fn allows(self, character: char) -> bool {
        match self {
            Self::Merchant => character.is_ascii_graphic() && character != '#' && character != '*',
            Self::Gateway => !character.is_control(),
            Self::Header => character.is_ascii_graphic(),
        }
    }

    pub(super) fn check(self, text: &str) -> Result<(), IdFault> {
        if text.is_empty() {
            return Err(IdFault::Empty);
        }
        let (len, max) = (text.chars().count(), self.max_len());
        if len > max {
            return Err(IdFault::TooLong { max, len });
        }
        match text.chars().position(|character| !self.allows(character)) {
            Some(index) => Err(IdFault::ForbiddenCharacter { position: index.saturating_add(1) }),
            None => Ok(()),
        }
    }
}
