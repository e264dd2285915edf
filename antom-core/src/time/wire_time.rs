//! A time as it was received: its text beside the instant.
//! What follows from the order of such times is left to nobody: they are never compared to decide.

use std::fmt;

use super::Timestamp;

/// A time in a message: the text as it was received, with its offset, and the instant if it can be read.
///
/// An unreadable time never makes a message unreadable, and printing gives back the text as it came.
///
/// ```
/// use antom_core::WireTime;
///
/// let time = WireTime::parse("2020-01-01T12:01:00+08:30");
/// assert_eq!(time.as_str(), "2020-01-01T12:01:00+08:30");
/// assert_eq!(time.instant().map(|at| at.to_rfc3339()).as_deref(), Some("2020-01-01T03:31:00.000Z"));
/// assert_eq!(WireTime::parse("soon").instant(), None);
/// ```
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct WireTime {
    text: Box<str>,
    instant: Option<Timestamp>,
}

impl WireTime {
    /// Keeps the text, whether it can be read or not.
    //= T-3
    pub fn parse(text: impl Into<String>) -> Self {
        let text = text.into().into_boxed_str();
        let instant = Timestamp::parse(&text).ok();
        Self { text, instant }
    }

    /// The instant, unless the text cannot be read.
    pub const fn instant(&self) -> Option<Timestamp> {
        self.instant
    }

    /// The text as it was received.
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

impl From<Timestamp> for WireTime {
    fn from(instant: Timestamp) -> Self {
        Self { text: instant.to_rfc3339().into_boxed_str(), instant: Some(instant) }
    }
}

impl fmt::Display for WireTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl fmt::Debug for WireTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "WireTime({})", self.text)
    }
}

#[cfg(feature = "serde")]
impl serde::Serialize for WireTime {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text)
    }
}

#[cfg(feature = "serde")]
impl<'de> serde::Deserialize<'de> for WireTime {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Text;

        impl serde::de::Visitor<'_> for Text {
            type Value = WireTime;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a time as text or as epoch milliseconds")
            }

            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<WireTime, E> {
                Ok(WireTime::parse(text))
            }

            fn visit_u64<E: serde::de::Error>(self, millis: u64) -> Result<WireTime, E> {
                Ok(WireTime::parse(millis.to_string()))
            }

            fn visit_i64<E: serde::de::Error>(self, millis: i64) -> Result<WireTime, E> {
                Ok(WireTime::parse(millis.to_string()))
            }
        }

        deserializer.deserialize_any(Text)
    }
}
