//! The gateway's own id of a call, which its support asks for.
//! Printing it is left to errors, spans and the embedding program.

use std::fmt;

/// Longest id that is kept.
const MAX: usize = 128;

/// Headers that carry it. The public documents name none; `mgw-traceid` is the one that the gateway's web SDK reads, the
/// others are common spellings. A missing id is normal.
const HEADERS: [&str; 4] = ["mgw-traceid", "traceid", "trace-id", "x-trace-id"];

/// The gateway's trace id of one call: up to 128 letters, digits and `-_.:`. Not signed, so it is for people only.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct TraceId(Box<str>);

impl TraceId {
    /// The id in these headers, if one of them has a readable one.
    pub(crate) fn of<'a>(headers: impl IntoIterator<Item = (&'a str, &'a [u8])>) -> Option<Self> {
        let is_known = |name: &str| HEADERS.iter().any(|known| name.eq_ignore_ascii_case(known));
        headers.into_iter().filter(|(name, _)| is_known(name)).find_map(|(_, value)| Self::read(value))
    }

    fn read(value: &[u8]) -> Option<Self> {
        let text = std::str::from_utf8(value).ok()?.trim();
        let is_plain = text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.:".contains(&byte));
        (is_plain && !text.is_empty() && text.len() <= MAX).then(|| Self(text.into()))
    }

    /// The id as received.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for TraceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trace_id_is_read_under_any_of_its_names_and_only_when_it_is_plain() {
        let of = |name: &'static str, value: &'static [u8]| {
            TraceId::of([("date", b"x".as_slice()), (name, value)])
        };
        assert_eq!(of("Mgw-TraceId", b" 0a1b-2 ").unwrap().as_str(), "0a1b-2");
        assert_eq!(of("traceId", b"7").unwrap().to_string(), "7");
        assert_eq!(of("request-id", b"7"), None);
        for odd in [&b""[..], b"a b", b"\xff", b"{}", &[b'a'; 129]] {
            assert_eq!(of("trace-id", odd), None, "{odd:?}");
        }
        assert!(of("x-trace-id", &[b'a'; 128]).is_some());
    }
}
