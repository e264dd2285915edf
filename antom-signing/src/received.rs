//! Picks the three signed headers out of what was received: each at most once, each readable.
//! Whether one that is absent may be absent is decided by the kind of message.

/// Names of the headers, in the lower case in which they are compared.
pub(crate) const CLIENT_ID: &str = "client-id";
pub(crate) const REQUEST_TIME: &str = "request-time";
pub(crate) const RESPONSE_TIME: &str = "response-time";
pub(crate) const SIGNATURE: &str = "signature";

/// A header that makes the whole message unreadable.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum HeaderFault {
    /// It is not there.
    #[error("the header {name} is missing")]
    Missing {
        /// Name in lower case.
        name: &'static str,
    },
    /// It is there more than once: which one counts is not ours to guess.
    #[error("the header {name} is there more than once")]
    Repeated {
        /// Name in lower case.
        name: &'static str,
    },
    /// It is empty or blank.
    #[error("the header {name} is empty")]
    Empty {
        /// Name in lower case.
        name: &'static str,
    },
    /// It holds control characters or bytes outside ASCII.
    #[error("the header {name} holds characters that it cannot have")]
    Unreadable {
        /// Name in lower case.
        name: &'static str,
    },
}

/// The signed headers of one message, as far as they are there.
#[derive(Debug, Default)]
pub(crate) struct SignedHeaders<'a> {
    pub(crate) client_id: Option<&'a str>,
    pub(crate) time: Option<&'a str>,
    pub(crate) signature: Option<&'a str>,
}

impl<'a> SignedHeaders<'a> {
    /// Goes once through all headers; names are compared without regard to case, others are left aside.
    pub(crate) fn collect(
        headers: impl IntoIterator<Item = (&'a str, &'a [u8])>,
        time_name: &'static str,
    ) -> Result<Self, HeaderFault> {
        let mut found = Self::default();
        for (name, value) in headers {
            let (slot, name) = if name.eq_ignore_ascii_case(CLIENT_ID) {
                (&mut found.client_id, CLIENT_ID)
            } else if name.eq_ignore_ascii_case(time_name) {
                (&mut found.time, time_name)
            } else if name.eq_ignore_ascii_case(SIGNATURE) {
                (&mut found.signature, SIGNATURE)
            } else {
                continue;
            };
            if slot.replace(readable(name, value)?).is_some() {
                return Err(HeaderFault::Repeated { name });
            }
        }
        Ok(found)
    }
}

/// The text of a header without the blanks around it, which HTTP does not count.
fn readable<'a>(name: &'static str, value: &'a [u8]) -> Result<&'a str, HeaderFault> {
    let printable = value.iter().all(|byte| *byte == b'\t' || (b' '..=b'~').contains(byte));
    let text =
        std::str::from_utf8(value).ok().filter(|_| printable).ok_or(HeaderFault::Unreadable { name })?;
    let text = text.trim_matches([' ', '\t']);
    if text.is_empty() { Err(HeaderFault::Empty { name }) } else { Ok(text) }
}
