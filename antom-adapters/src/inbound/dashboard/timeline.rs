//! What happened to an order, in one line of time: the log, the gateway's notifications, and what was told to the merchant.
//! The log is shown as the merchant API shows it, without what only a buyer's client may have.

use antom_core::money::{Currency, Money};
use antom_core::time::Timestamp;
use antom_domain::order::{Order, Recorded};
use antom_domain::port::{InboxMark, KeptEvent};
use maud::{Markup, html};
use serde_json::{Map, Value};

use super::page::{instant, money};
use crate::inbound::api::entry;
use crate::inbound::language::Language;

/// Where a point stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Lane {
    /// The order as a whole.
    Order,
    /// One of its attempts, by its place.
    Attempt(usize),
    /// What came from the gateway unasked.
    Notifications,
    /// What the merchant's own systems were told.
    Events,
}

/// One thing that happened.
#[derive(Debug)]
struct Point {
    at: Timestamp,
    lane: Lane,
    /// How it is coloured.
    kind: &'static str,
    title: String,
    details: Vec<(String, String)>,
}

/// The line of time: drawn over all lanes, and told one by one.
pub(super) fn timeline(
    lang: Language,
    order: &Order,
    history: &[Recorded],
    notifications: &[InboxMark],
    events: &[KeptEvent],
) -> Markup {
    let mut points: Vec<Point> = history.iter().map(|recorded| of_log(lang, order, recorded)).collect();
    points.extend(notifications.iter().map(|mark| of_inbox(lang, mark)));
    points.extend(events.iter().map(|event| of_queue(lang, event)));
    // What was recorded at the same instant stays in its order.
    points.sort_by_key(|point| point.at);
    html! {
        (drawn(lang, order, &points))
        ol.timeline {
            @for point in &points {
                li class=(point.kind) {
                    (instant(point.at))
                    span.lane { (name(lang, point.lane)) }
                    strong { (point.title) }
                    @for (field, value) in &point.details { span.detail { (field) " " code { (value) } } }
                }
            }
        }
    }
}

fn of_log(lang: Language, order: &Order, recorded: &Recorded) -> Point {
    let shown = entry(recorded);
    let name = shown.get("event").and_then(Value::as_str).unwrap_or_default().to_owned();
    let place = recorded
        .event
        .payment_request_id()
        .and_then(|id| order.attempts.iter().position(|attempt| attempt.payment_request_id == *id));
    Point {
        at: recorded.at,
        lane: place.map_or(Lane::Order, Lane::Attempt),
        kind: kind_of(&name),
        title: lang.event(&name).to_owned(),
        details: details(shown.as_object()),
    }
}

fn of_inbox(lang: Language, InboxMark { notification, verdict }: &InboxMark) -> Point {
    Point {
        at: notification.received_at,
        lane: Lane::Notifications,
        kind: if notification.is_fact { "calm" } else { "busy" },
        title: notification.notify_type.clone(),
        details: vec![(lang.say("taken in as", "处理为").to_owned(), verdict.as_str().to_owned())],
    }
}

fn of_queue(lang: Language, kept: &KeptEvent) -> Point {
    let state = lang.delivery(kept.state).to_owned();
    let failure = kept.failure.iter().map(|why| (lang.say("because", "原因").to_owned(), why.clone()));
    Point {
        at: kept.event.at,
        lane: Lane::Events,
        kind: if kept.failure.is_some() { "bad" } else { "calm" },
        title: kept.event.kind.as_str().to_owned(),
        details: std::iter::once((lang.say("delivery", "送达").to_owned(), state)).chain(failure).collect(),
    }
}

/// The colour of an event, by the end of its name.
fn kind_of(name: &str) -> &'static str {
    const GOOD: [&str; 6] = ["Succeeded", "Kept", "Held", "AuthorizationCaptured", "Confirmed", "Settled"];
    const BAD: [&str; 9] = [
        "Failed",
        "Refused",
        "Rejected",
        "Contradicted",
        "Mismatch",
        "Stuck",
        "Surplus",
        "Passed",
        "LateSuccess",
    ];
    const BUSY: [&str; 6] = ["InDoubt", "Pending", "Processing", "Near", "HintReceived", "Awaited"];
    let ends = |words: &[&str]| words.iter().any(|word| name.ends_with(word));
    match () {
        () if ends(&BAD) => "bad",
        () if ends(&GOOD) => "good",
        () if ends(&BUSY) => "busy",
        () => "calm",
    }
}

/// The fields of an event that are texts, numbers or amounts; what the lane tells already is left out.
fn details(members: Option<&Map<String, Value>>) -> Vec<(String, String)> {
    const TOLD: [&str; 4] = ["at", "event", "v", "paymentRequestId"];
    let members = members.into_iter().flatten().filter(|(name, _)| !TOLD.contains(&name.as_str()));
    members.filter_map(|(name, value)| Some((name.clone(), text_of(value)?))).collect()
}

fn text_of(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(flag) => Some(flag.to_string()),
        Value::Object(members) => amount_of(members),
        Value::Null | Value::Array(_) => None,
    }
}

fn amount_of(members: &Map<String, Value>) -> Option<String> {
    let text = |name: &str| members.get(name).and_then(Value::as_str);
    let currency = Currency::parse(text("currency")?).ok()?;
    Money::parse_minor(currency, text("value")?).ok().map(money)
}

fn name(lang: Language, lane: Lane) -> String {
    match lane {
        Lane::Order => lang.say("order", "订单").to_owned(),
        Lane::Attempt(place) => {
            format!("{} {}", lang.say("attempt", "支付"), place.saturating_add(1))
        }
        Lane::Notifications => lang.say("notification", "通知").to_owned(),
        Lane::Events => lang.say("told to us", "已告知商户").to_owned(),
    }
}

/// The lanes side by side: points follow each other from left to right, in equal steps.
fn drawn(lang: Language, order: &Order, points: &[Point]) -> Markup {
    const STEP: usize = 22;
    const ROW: usize = 24;
    const NAMES: usize = 96;
    let attempts = (0..order.attempts.len()).map(Lane::Attempt);
    let lanes: Vec<Lane> = std::iter::once(Lane::Order)
        .chain(attempts)
        .chain([Lane::Notifications, Lane::Events])
        .filter(|lane| points.iter().any(|point| point.lane == *lane))
        .collect();
    let wide = NAMES.saturating_add(points.len().saturating_add(1).saturating_mul(STEP));
    let high = ROW.saturating_mul(lanes.len());
    let middle = |row: usize| row.saturating_mul(ROW).saturating_add(ROW / 2);
    html! {
        div.lanes tabindex="0" role="group" aria-label=(lang.say("Drawn timeline", "时间线图")) {
            svg width=(wide) height=(high) viewBox={ "0 0 " (wide) " " (high) } role="img"
                aria-label=(lang.say("Points of the list below, by lane", "下方列表的各点，按泳道")) {
                @for (row, lane) in lanes.iter().enumerate() {
                    text.name x="0" y=(middle(row).saturating_add(4)) { (name(lang, *lane)) }
                    line.axis x1=(NAMES) x2=(wide) y1=(middle(row)) y2=(middle(row)) {}
                }
                @for (place, point) in points.iter().enumerate() {
                    @if let Some(row) = lanes.iter().position(|lane| *lane == point.lane) {
                        circle class=(point.kind) cx=(NAMES.saturating_add(place.saturating_add(1).saturating_mul(STEP)))
                            cy=(middle(row)) r="7" { title { (point.title) } }
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_event_is_coloured_by_what_it_says() {
        for (name, kind) in [
            ("PaymentSucceeded", "good"),
            ("AttemptSurplus", "bad"),
            ("LateSuccess", "bad"),
            ("RefundInDoubt", "busy"),
            ("OrderCreated", "calm"),
        ] {
            assert_eq!(kind_of(name), kind, "{name}");
        }
    }

    #[test]
    fn amounts_are_told_as_people_write_them_and_lists_are_not() {
        let event = json!({
            "at": "2026-11-22T01:30:00Z", "event": "RefundRequested", "paymentRequestId": "P-1",
            "amount": {"currency": "USD", "value": "4205"}, "reason": "merchant", "list": [1]
        });
        let told = details(event.as_object());
        let told: Vec<(&str, &str)> =
            told.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        assert_eq!(told, [("amount", "42.05 USD"), ("reason", "merchant")]);
    }
}
