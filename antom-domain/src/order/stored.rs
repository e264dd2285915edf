//! The stored form: events and snapshots as JSON, each with the version of the form it was written in.
//! Where the texts are kept is the adapter's; what a program may do with an order that it cannot read whole is decided here.

use std::fmt;

use serde::de::value::MapDeserializer;
use serde::{Deserialize, Serialize, Serializer};

use antom_core::time::Timestamp;

use super::event::{Event, Recorded};
use super::state::Order;

/// The form that this program writes, for events and snapshots alike.
///
/// It grows with every release that adds an event, or that gives a field, old or new, a meaning that an older program
/// must not miss. Texts without a version are of form 1.
pub const FORM: u32 = 1;

/// Bytes that are enough for most events.
const EVENT_ROOM: usize = 256;
/// Bytes that are enough for an order with one attempt.
const SNAPSHOT_ROOM: usize = 2_048;

/// A stored text that is not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NotRead {
    /// A newer program wrote it: an event of an unknown name, or a text of a later form.
    #[error("a newer program wrote it")]
    Newer,
    /// No program wrote it so.
    #[error("it is damaged")]
    Damaged,
}

/// An order as its log tells it.
#[derive(Debug, Clone, PartialEq)]
pub struct Rebuilt {
    /// The order, up to the first event that this program does not know; then it is [`Order::is_read_only`].
    pub order: Order,
    /// How many events were folded.
    pub events: u64,
}

/// What every stored text has, whatever else a later form may say.
#[derive(Deserialize)]
struct Head {
    #[serde(default = "first_form")]
    v: u32,
    event: Option<String>,
}

fn first_form() -> u32 {
    1
}

/// An event as it is stored.
pub fn event_text(recorded: &Recorded) -> Result<String, serde_json::Error> {
    text_of(recorded, EVENT_ROOM)
}

/// A snapshot as it is stored.
pub fn snapshot_text(order: &Order) -> Result<String, serde_json::Error> {
    #[derive(Serialize)]
    struct Snapshot<'a> {
        v: u32,
        #[serde(flatten)]
        order: &'a Order,
    }
    text_of(&Snapshot { v: FORM, order }, SNAPSHOT_ROOM)
}

/// As JSON, in a text that seldom has to move while it grows.
fn text_of(value: &impl Serialize, room: usize) -> Result<String, serde_json::Error> {
    let mut bytes = Vec::with_capacity(room);
    serde_json::to_writer(&mut bytes, value)?;
    String::from_utf8(bytes).map_err(serde::ser::Error::custom)
}

/// Reads a stored event.
pub fn read_event(text: &str) -> Result<Recorded, NotRead> {
    let head = head(text)?;
    if let Ok(recorded) = serde_json::from_str(text) {
        return Ok(recorded);
    }
    match head.event {
        Some(name) if !event_names().contains(&name.as_str()) => Err(NotRead::Newer),
        _ => Err(NotRead::Damaged),
    }
}

/// Reads a stored snapshot.
pub fn read_snapshot(text: &str) -> Result<Order, NotRead> {
    head(text)?;
    serde_json::from_str(text).map_err(|_| NotRead::Damaged)
}

/// Folds a stored log, oldest event first, as far as this program knows its events. `None` for an empty log.
///
/// # Errors
/// [`NotRead::Newer`] if not even the creation of the order can be read; [`NotRead::Damaged`] if an event is.
pub fn rebuild<T: AsRef<str>>(log: impl IntoIterator<Item = T>) -> Result<Option<Rebuilt>, NotRead> {
    let mut log = log.into_iter();
    let Some(first) = log.next() else { return Ok(None) };
    let mut order = Order::born(&read_event(first.as_ref())?).ok_or(NotRead::Damaged)?;
    let mut events = 1;
    for text in log {
        match read_event(text.as_ref()) {
            Ok(recorded) => order.apply(&recorded.event, recorded.at),
            Err(NotRead::Newer) => {
                order.is_read_only = true;
                break;
            }
            Err(damage) => return Err(damage),
        }
        events += 1;
    }
    Ok(Some(Rebuilt { order, events }))
}

/// The names of all events that this program knows, as they are stored.
pub fn event_names() -> &'static [&'static str] {
    // Whoever reads an unknown name is told the known ones.
    let unknown = MapDeserializer::<_, KnownNames>::new([("event", "")].into_iter());
    Event::deserialize(unknown).err().map_or(&[], |names| names.0)
}

fn head(text: &str) -> Result<Head, NotRead> {
    let head: Head = serde_json::from_str(text).map_err(|_| NotRead::Damaged)?;
    if head.v > FORM { Err(NotRead::Newer) } else { Ok(head) }
}

impl Serialize for Recorded {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Row<'a> {
            v: u32,
            at: Timestamp,
            #[serde(flatten)]
            event: &'a Event,
        }
        Row { v: FORM, at: self.at, event: &self.event }.serialize(serializer)
    }
}

/// Keeps only the names that would have been understood.
#[derive(Debug)]
struct KnownNames(&'static [&'static str]);

impl fmt::Display for KnownNames {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("no such event")
    }
}

impl std::error::Error for KnownNames {}

impl serde::de::Error for KnownNames {
    fn custom<T: fmt::Display>(_message: T) -> KnownNames {
        KnownNames(&[])
    }

    fn unknown_variant(_variant: &str, expected: &'static [&'static str]) -> KnownNames {
        KnownNames(expected)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CREATED: &str = r#"{"v":1,"at":"2026-11-22T00:00:00.000Z","event":"OrderCreated","referenceOrderId":"A",
        "amount":{"currency":"USD","value":"1000"},"description":"One coffee","referenceBuyerId":"B"}"#;

    #[test]
    fn what_is_written_is_read_back_and_bears_its_version() {
        let recorded = read_event(CREATED).unwrap();
        let text = event_text(&recorded).unwrap();
        assert!(text.starts_with(r#"{"v":1,"#), "{text}");
        assert_eq!(read_event(&text), Ok(recorded.clone()));

        let order = Order::fold([&recorded]).unwrap();
        let snapshot = snapshot_text(&order).unwrap();
        assert!(snapshot.starts_with(r#"{"v":1,"#), "{snapshot}");
        assert_eq!(read_snapshot(&snapshot), Ok(order));
    }

    #[test]
    fn a_text_without_a_version_is_of_the_first_form() {
        let old = CREATED.replace(r#""v":1,"#, "");
        assert_eq!(read_event(&old), read_event(CREATED));
        let order = Order::fold([&read_event(CREATED).unwrap()]).unwrap();
        assert_eq!(read_snapshot(&serde_json::to_string(&order).unwrap()), Ok(order));
    }

    #[test]
    fn an_unknown_event_and_a_later_version_are_newer_and_anything_else_is_damage() {
        let newer = [
            CREATED.replace("OrderCreated", "ChargebackReceived"),
            CREATED.replace(r#""v":1"#, r#""v":2"#),
            r#"{"v":2,"event":"ChargebackReceived"}"#.to_owned(),
            r#"{"v":2,"happened":"ChargebackReceived"}"#.to_owned(),
        ];
        for text in newer {
            assert_eq!(read_event(&text), Err(NotRead::Newer), "{text}");
        }
        let damaged = [
            CREATED.replace("1000", "ten"),
            CREATED.replace(r#""v":1"#, r#""v":"one""#),
            r#"{"v":1}"#.to_owned(),
            "{".to_owned(),
        ];
        for text in damaged {
            assert_eq!(read_event(&text), Err(NotRead::Damaged), "{text}");
        }
        assert_eq!(read_snapshot(r#"{"v":2}"#), Err(NotRead::Newer));
        assert_eq!(read_snapshot(r#"{"v":1}"#), Err(NotRead::Damaged));
    }

    #[test]
    fn a_log_is_folded_up_to_what_is_not_known() {
        let failed = |v: u32, event: &str| {
            format!(r#"{{"v":{v},"at":"2026-11-22T00:00:01.000Z","event":"{event}","paymentRequestId":"P"}}"#)
        };
        let log = |rest: &[String]| rebuild([CREATED.to_owned()].iter().chain(rest).cloned());

        let whole = log(&[failed(1, "PaymentPending")]).unwrap().unwrap();
        assert_eq!((whole.events, whole.order.is_read_only), (2, false));
        let after = [failed(1, "PaymentPending"), failed(2, "PaymentPending"), failed(1, "PaymentFailed")];
        let part = log(&after).unwrap().unwrap();
        assert_eq!((part.events, part.order.is_read_only), (2, true));
        assert_eq!(rebuild([failed(2, "OrderCreated")]), Err(NotRead::Newer));
        assert_eq!(rebuild([failed(1, "PaymentPending")]), Err(NotRead::Damaged));
        assert_eq!(rebuild::<&str>([]), Ok(None));
    }

    #[test]
    fn the_known_names_are_those_of_the_events() {
        assert!(event_names().contains(&"OrderCreated"));
        assert!(event_names().contains(&"DisputeSettled"));
        assert!(!event_names().contains(&"ChargebackReceived"));
    }
}
