//! The exact bytes that a signature covers.
//! Where the parts come from (configured path, raw header text, raw body) is decided by the callers.

/// The signed text: `METHOD SP PATH LF CLIENT-ID "." TIME "." BODY`, nothing before or after.
///
/// `path` has no host and keeps its query, if any; `time` is the header's text as it stands; `body` is what is sent or
/// was received, byte for byte. An empty body leaves the dot before it.
///
/// ```
/// let text = antom_signing::canonical("POST", "/ams/api/v1/payments/pay", "T_1", "1685599933871", b"{}");
/// assert_eq!(text, b"POST /ams/api/v1/payments/pay\nT_1.1685599933871.{}");
/// ```
//= N-1
#[must_use]
pub fn canonical(method: &str, path: &str, client_id: &str, time: &str, body: &[u8]) -> Vec<u8> {
    let parts: [&[u8]; 9] = [
        method.as_bytes(),
        b" ",
        path.as_bytes(),
        b"\n",
        client_id.as_bytes(),
        b".",
        time.as_bytes(),
        b".",
        body,
    ];
    parts.concat()
}
