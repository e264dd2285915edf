//! The id of a merchant event, which names its order and its number there: it can be found again without an index.
//! Whether such an event exists is the store's to know.

use std::fmt::{self, Write as _};

use antom_core::id::ReferenceOrderId;

use super::Sequence;

const PREFIX: &str = "evt_";
const ESCAPE: char = '~';

/// `evt_`, the order's id, `_` and the number of the event in it.
///
/// It is the `webhook-id` of the Standard Webhooks convention, which is signed in front of a full stop, and stands in URLs:
/// what is no letter, digit, `-` or `_` in the order's id is written as `~` and two hexadecimal digits.
///
/// ```
/// use antom_core::id::ReferenceOrderId;
/// use antom_domain::merchant_event::MerchantEventId;
///
/// let order = ReferenceOrderId::parse("2026/11.A_1")?;
/// let id = MerchantEventId::of(&order, 3);
/// assert_eq!(id.as_str(), "evt_2026~2f11~2eA_1_3");
/// assert_eq!(MerchantEventId::parse(id.as_str())?.parts(), (&order, 3));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct MerchantEventId {
    text: String,
    order_id: ReferenceOrderId,
    sequence: Sequence,
}

/// A text that is the id of no merchant event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this is not the id of an event")]
pub struct NotAMerchantEventId;

impl MerchantEventId {
    /// The id of the event with this number in this order.
    pub fn of(order_id: &ReferenceOrderId, sequence: Sequence) -> MerchantEventId {
        let mut text =
            String::with_capacity(PREFIX.len().saturating_add(order_id.as_str().len()).saturating_add(8));
        text.push_str(PREFIX);
        for letter in order_id.as_str().chars() {
            if letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_') {
                text.push(letter);
            } else {
                // Writing to a text does not fail.
                let _written = write!(text, "{ESCAPE}{:02x}", u32::from(letter));
            }
        }
        let _written = write!(text, "_{sequence}");
        MerchantEventId { text, order_id: order_id.clone(), sequence }
    }

    /// Reads an id.
    ///
    /// # Errors
    /// [`NotAMerchantEventId`] for any text that [`of`](MerchantEventId::of) does not write.
    pub fn parse(text: &str) -> Result<MerchantEventId, NotAMerchantEventId> {
        let (order_id, sequence) =
            text.strip_prefix(PREFIX).and_then(|rest| rest.rsplit_once('_')).ok_or(NotAMerchantEventId)?;
        let sequence = sequence.parse().map_err(|_| NotAMerchantEventId)?;
        let order_id = unescaped(order_id).and_then(|id| ReferenceOrderId::parse(id).ok());
        let id = MerchantEventId::of(&order_id.ok_or(NotAMerchantEventId)?, sequence);
        if id.text == text { Ok(id) } else { Err(NotAMerchantEventId) }
    }

    /// The text of the id.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The order, and the number in it.
    pub fn parts(&self) -> (&ReferenceOrderId, Sequence) {
        (&self.order_id, self.sequence)
    }
}

impl fmt::Display for MerchantEventId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

fn unescaped(text: &str) -> Option<String> {
    let mut parts = text.split(ESCAPE);
    let mut plain = parts.next()?.to_owned();
    for part in parts {
        let (code, rest) = part.split_at_checked(2)?;
        plain.push(char::from(u8::from_str_radix(code, 16).ok()?));
        plain.push_str(rest);
    }
    Some(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_leads_back_to_its_order_whatever_the_order_is_called() {
        let all: String =
            ('!'..='~').filter(|letter| ReferenceOrderId::parse(letter.to_string()).is_ok()).collect();
        let names =
            ["A", "A_1", "A~2e", "_", "~", "a.b", "-9_", all.get(..60).unwrap(), all.get(60..).unwrap()];
        for name in names {
            let order = ReferenceOrderId::parse(name).unwrap();
            let id = MerchantEventId::of(&order, 17);
            assert!(id.as_str().bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_~".contains(&byte)));
            assert_eq!(MerchantEventId::parse(id.as_str()), Ok(id.clone()), "{name}");
            assert_eq!(id.parts(), (&order, 17));
        }
    }

    #[test]
    fn a_text_that_is_written_otherwise_is_no_id() {
        for text in [
            "",
            "evt_",
            "evt_A",
            "evt_A_",
            "evt_A_01",
            "evt_A_-1",
            "A_1",
            "evt_A~2_1",
            "evt_~41_1",
            "evt_A~2E_1",
            "evt__1",
        ] {
            assert_eq!(MerchantEventId::parse(text), Err(NotAMerchantEventId), "{text}");
        }
    }
}
