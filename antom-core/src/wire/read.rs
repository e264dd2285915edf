//! Reads JSON that somebody else wrote, even where a text in it was cut in the middle of a character.
//! Which message it is, and what follows from it, is left to the caller.

use serde::de::DeserializeOwned;

/// The bytes of `\uD800`.
const ESCAPE: usize = 6;

/// Reads a body as a message.
///
/// A program that cuts texts by UTF-16 units leaves half a character, which JSON can write (`"\ud83c"`) and UTF-8 cannot.
/// It reads as U+FFFD, the replacement character: one odd text never hides a payment's outcome. The body itself is left as it
/// came, so that it can be stored and verified.
///
/// # Errors
/// The fault of the body as it came.
///
/// ```
/// use antom_core::wire::{self, Notification};
///
/// let body = br#"{"paymentRequestId":"p-1","result":{"resultStatus":"S","resultMessage":"thank you \ud83c"}}"#;
/// let notification: Notification = wire::read(body)?;
/// assert_eq!(notification.payment_request_id.as_deref(), Some("p-1"));
/// # Ok::<(), serde_json::Error>(())
/// ```
pub fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, serde_json::Error> {
    serde_json::from_slice(body).or_else(|fault| {
        let mended = with_whole_characters(body).and_then(|mended| serde_json::from_slice(&mended).ok());
        mended.ok_or(fault)
    })
}

/// The body with U+FFFD for every half of a character; `None` where it has none.
pub fn with_whole_characters(body: &[u8]) -> Option<Vec<u8>> {
    let mut halves = Vec::new();
    let mut at = 0;
    while let Some(rest) = body.get(at..).filter(|rest| !rest.is_empty()) {
        at = at.saturating_add(match (rest, unit(rest)) {
            (_, Some(0xd800..=0xdbff)) if matches!(second_unit(rest), Some(0xdc00..=0xdfff)) => 2 * ESCAPE,
            (_, Some(0xd800..=0xdfff)) => {
                halves.push(at);
                ESCAPE
            }
            ([b'\\', ..], _) => 2,
            _ => 1,
        });
    }
    if halves.is_empty() {
        return None;
    }
    let mut mended = body.to_vec();
    for half in halves {
        if let Some(escape) = mended.get_mut(half..half.saturating_add(ESCAPE)) {
            escape.copy_from_slice(b"\\ufffd");
        }
    }
    Some(mended)
}

/// The UTF-16 unit that an escape at the beginning of this text writes.
fn unit(text: &[u8]) -> Option<u16> {
    let digits = text.strip_prefix(b"\\u")?.get(..4)?;
    let digits = std::str::from_utf8(digits)
        .ok()
        .filter(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()))?;
    u16::from_str_radix(digits, 16).ok()
}

fn second_unit(text: &[u8]) -> Option<u16> {
    unit(text.get(ESCAPE..)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(json: &str) -> Option<String> {
        read(json.as_bytes()).ok()
    }

    #[test]
    fn half_a_character_is_replaced_wherever_it_stands() {
        for half in [r"\ud83c", r"\uDF75", r"\uDBFF"] {
            for (before, after) in [("", ""), ("tea ", ""), ("", "!"), ("", r"\n"), (r"\\", r"\u0041")] {
                let json = format!("\"{before}{half}{after}\"");
                let rest = |part| text(&format!("\"{part}\"")).unwrap();
                assert_eq!(text(&json), Some(format!("{}\u{fffd}{}", rest(before), rest(after))), "{json}");
            }
        }
        assert_eq!(text(r#""\ud83c\ud83c\udf75\udf75""#).as_deref(), Some("\u{fffd}\u{1F375}\u{fffd}"));
    }

    #[test]
    fn whole_characters_and_escaped_backslashes_are_left_alone() {
        for json in
            [r#""\ud83c\udf75""#, r#""\\ud83c""#, r#""\\\\ud83c""#, r#""tea""#, r#""\u0000""#, "1", ""]
        {
            assert_eq!(with_whole_characters(json.as_bytes()), None, "{json}");
        }
        assert_eq!(text(r#""\\\ud83c""#).as_deref(), Some("\\\u{fffd}"));
    }

    #[test]
    fn what_is_no_json_stays_unreadable() {
        for json in [r#""\ud83c"#, r#""\ud8"#, r#""\u"#, r"\ud83c", r#"{"a":"\ud83c""#] {
            assert_eq!(text(json), None, "{json}");
        }
        let body = b"{\"a\":\"\\ud83c\"";
        let as_it_came = serde_json::from_slice::<String>(body).unwrap_err();
        assert_eq!(read::<String>(body).unwrap_err().to_string(), as_it_came.to_string());
    }
}
