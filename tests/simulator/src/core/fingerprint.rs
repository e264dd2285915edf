//! A fingerprint of bytes that is the same on every machine, in every build and with every compiler (FNV-1a, 64 bits).
//! It tells accidents apart; it keeps nothing secret and proves nothing against somebody who wants two texts to agree.

use std::fmt;
use std::io;

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// What all bytes so far come to.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) struct Fingerprint(u64);

impl Fingerprint {
    /// That of no bytes at all.
    pub(crate) const EMPTY: Self = Self(0xcbf2_9ce4_8422_2325);

    pub(crate) fn add(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
    }

    pub(crate) fn of_text(text: &str) -> Self {
        let mut fingerprint = Self::EMPTY;
        fingerprint.add(text.as_bytes());
        fingerprint
    }

    /// That of a JSON value, whatever blanks and order of members it was written with.
    pub(crate) fn of(value: &Value) -> Self {
        let mut fingerprint = Self::EMPTY;
        // Members are kept in the order of their names; neither a value nor this writer can fail.
        let _written = serde_json::to_writer(&mut fingerprint, value);
        fingerprint
    }
}

impl io::Write for Fingerprint {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.add(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn it_is_the_published_fnv_1a() {
        for (text, expected) in
            [("", "cbf29ce484222325"), ("a", "af63dc4c8601ec8c"), ("foobar", "85944171f73967e8")]
        {
            let mut fingerprint = Fingerprint::EMPTY;
            fingerprint.add(text.as_bytes());
            assert_eq!(fingerprint.to_string(), expected, "{text}");
        }
    }

    #[test]
    fn order_of_members_and_blanks_do_not_count_and_everything_else_does() {
        let read = |text: &str| Fingerprint::of(&serde_json::from_str(text).expect("JSON"));
        let first = read(r#"{"a":[1,{"y":"z","x":null}],"b":"2"}"#);
        assert_eq!(first, read(r#"{ "b": "2", "a": [1, {"x": null, "y": "z"}] }"#));
        for other in [
            json!({"a": [1, {"y": "z", "x": null}], "b": 2}),
            json!({"a": [{"y": "z", "x": null}, 1], "b": "2"}),
        ] {
            assert_ne!(first, Fingerprint::of(&other), "{other}");
        }
    }
}
