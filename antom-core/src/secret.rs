//! A text that must not be printed, logged, compared in the open or left in memory.
//! Sealing secrets at rest is left to the store.

use std::fmt;

use zeroize::Zeroizing;

/// A secret text: a token, a key, a signature. Printing it shows its length only.
///
/// It cannot be serialised; whoever needs the text says [`Secret::expose`] and is easy to find. The memory is
/// overwritten when the last owner lets go.
///
/// ```
/// use antom_core::Secret;
///
/// let token = Secret::new("ALIPAYeyJ1234");
/// assert_eq!(format!("{token:?}"), "Secret(<13 bytes>)");
/// assert_eq!(token.expose(), "ALIPAYeyJ1234");
/// ```
#[derive(Clone)]
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// Takes the text over; copies that the caller keeps are not overwritten.
    pub fn new(text: impl Into<String>) -> Self {
        Self(Zeroizing::new(text.into()))
    }

    /// The text itself.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Length in bytes.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is no text at all.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Secret(<{} bytes>)", self.len())
    }
}

impl From<String> for Secret {
    fn from(text: String) -> Self {
        Self::new(text)
    }
}

impl From<&str> for Secret {
    fn from(text: &str) -> Self {
        Self::new(text)
    }
}

/// Read from configuration and messages, never written.
#[cfg(feature = "serde")]
impl<'de> serde::Deserialize<'de> for Secret {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)
            .map(Self::new)
            .map_err(|_| serde::de::Error::custom("a secret must be a text"))
    }
}
