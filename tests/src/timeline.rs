//! An order's timeline as lines that a person reads: time, event, attempt, amounts.
//! Which events there are is the service's; unknown ones are printed like the others.

use serde_json::Value;

use crate::http::{list_at, text_at};

/// Values longer than this say little to a person; their length is shown instead.
const LONGEST_VALUE: usize = 24;

/// The lines of an order as the merchant API shows it, the newest last.
pub fn lines(order: &Value) -> Vec<String> {
    let entries = list_at(order, "/timeline");
    let attempts: Vec<&str> =
        list_at(order, "/attempts").iter().map(|one| text_at(one, "/paymentRequestId")).collect();
    let width = entries.iter().map(|entry| text_at(entry, "/event").len()).max().unwrap_or(0);
    let line = |entry: &Value| {
        let (at, event) = (text_at(entry, "/at"), text_at(entry, "/event"));
        let line = format!("{at:<24}  {event:<width$}  {:<9}  {}", attempt(entry, &attempts), details(entry));
        line.trim_end().to_owned()
    };
    entries.iter().map(line).collect()
}

fn attempt(entry: &Value, attempts: &[&str]) -> String {
    let id = text_at(entry, "/paymentRequestId");
    let place = attempts.iter().position(|one| *one == id);
    place.map_or_else(|| id.to_owned(), |place| format!("attempt {}", place + 1))
}

fn details(entry: &Value) -> String {
    let hidden = ["at", "event", "paymentRequestId", "referenceOrderId", "description", "referenceBuyerId"];
    let members = entry.as_object().into_iter().flatten();
    let shown = members.filter(|(name, value)| !hidden.contains(&name.as_str()) && !value.is_null());
    shown.map(|(name, value)| format!("{name}={}", short(value))).collect::<Vec<_>>().join(" ")
}

fn short(value: &Value) -> String {
    if let (Some(currency), Some(minor)) = (value.get("currency"), value.get("value")) {
        return format!("{} {} (minor units)", plain(currency), plain(minor));
    }
    let text = match (value, value.get("kind")) {
        (_, Some(kind)) => plain(kind),
        (Value::Object(members), None) => members.keys().cloned().collect::<Vec<_>>().join(","),
        (_, None) => plain(value),
    };
    if text.chars().count() <= LONGEST_VALUE {
        return text;
    }
    let start: String = text.chars().take(LONGEST_VALUE).collect();
    format!("{start}…")
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_timeline_is_aligned_and_names_attempts_by_their_place() {
        let order = json!({
            "attempts": [{"paymentRequestId": "p-1"}, {"paymentRequestId": "p-2"}],
            "timeline": [
                {"at": "2026-11-22T01:30:00.000Z", "event": "OrderCreated", "amount": {"currency": "USD", "value": "1000"}},
                {"at": "2026-11-22T01:30:01.000Z", "event": "PaymentSucceeded", "paymentRequestId": "p-2"},
            ],
        });
        assert_eq!(
            lines(&order),
            [
                "2026-11-22T01:30:00.000Z  OrderCreated                 amount=USD 1000 (minor units)",
                "2026-11-22T01:30:01.000Z  PaymentSucceeded  attempt 2",
            ]
        );
    }
}
