//! Every form in which the gateway writes times, and that no time is ever lost.
//! Ages of notifications are judged in `antom-signing`.

use std::time::Duration;

use antom_core::{TimeError, Timestamp, WireTime};
use proptest::prelude::*;

/// The years 1 to 9998, so that every offset stays inside.
fn any_millis() -> impl Strategy<Value = i64> {
    -62_100_000_000_000_i64..253_300_000_000_000
}

proptest! {
    #[test]
    fn the_printed_form_reads_back(millis in any_millis()) {
        let at = Timestamp::from_epoch_millis(millis);
        prop_assert_eq!(at.epoch_millis(), millis);
        let text = at.to_rfc3339();
        prop_assert_eq!(Timestamp::parse(&text), Ok(at), "{}", text);
        prop_assert_eq!(text.len(), "2026-11-22T01:30:00.000Z".len());
    }

    #[test]
    fn every_offset_names_the_same_instant(millis in 0_i64..4_000_000_000_000, quarters in -48_i64..=56) {
        let at = Timestamp::from_epoch_millis(millis);
        let shift = quarters * 15;
        let local = Timestamp::from_epoch_millis(millis + shift * 60_000).to_rfc3339();
        let local = local.trim_end_matches('Z');
        let (sign, hours, minutes) = (if shift < 0 { '-' } else { '+' }, shift.abs() / 60, shift.abs() % 60);
        prop_assert_eq!(Timestamp::parse(&format!("{local}{sign}{hours:02}:{minutes:02}")), Ok(at));
        prop_assert_eq!(Timestamp::parse(&format!("{local}{sign}{hours:02}{minutes:02}")), Ok(at));
    }

    #[test]
    fn epoch_milliseconds_are_read_as_digits(millis in 0_i64..253_300_000_000_000) {
        let at = Timestamp::from_epoch_millis(millis);
        prop_assert_eq!(Timestamp::parse(&millis.to_string()), Ok(at));
    }

    #[test]
    fn later_and_earlier_undo_each_other(millis in 0_i64..4_000_000_000_000, seconds in 0_u64..1_000_000_000) {
        let (at, duration) = (Timestamp::from_epoch_millis(millis), Duration::from_secs(seconds));
        let later = at.saturating_add(duration);
        prop_assert_eq!(later.since(at), duration);
        prop_assert_eq!(at.since(later), Duration::ZERO);
        prop_assert_eq!(later.saturating_sub(duration), at);
    }

    #[test]
    fn any_text_is_kept_as_a_wire_time(text in "\\PC{0,40}") {
        let time = WireTime::parse(text.as_str());
        prop_assert_eq!(time.as_str(), text.as_str());
        prop_assert_eq!(time.instant(), Timestamp::parse(&text).ok());
    }
}

#[test]
fn the_forms_of_the_gateway_are_read() {
    let table = [
        ("2019-06-01T12:01:01+08:30", "2019-06-01T03:31:01.000Z"),
        ("2022-09-29T07:13:50-07:00", "2022-09-29T14:13:50.000Z"),
        ("2023-04-06T03:28:49Z", "2023-04-06T03:28:49.000Z"),
        ("2024-01-01T00:00:00+0800", "2023-12-31T16:00:00.000Z"),
        ("2024-01-01T00:00:00.5+08:00", "2023-12-31T16:00:00.500Z"),
        ("2024-01-01T00:00:00.123456789Z", "2024-01-01T00:00:00.123Z"),
        ("2024-01-01T00:00:00+08", "2023-12-31T16:00:00.000Z"),
        ("1704038400000", "2023-12-31T16:00:00.000Z"),
    ];
    for (text, expected) in table {
        assert_eq!(Timestamp::parse(text).map(Timestamp::to_rfc3339).as_deref(), Ok(expected), "{text}");
    }
}

#[test]
fn what_leaves_the_instant_open_is_refused() {
    let table = [
        "",
        " ",
        "2024-01-01",
        "2024-01-01T00:00:00",
        "2024-13-01T00:00:00Z",
        "2024-01-01T25:00:00Z",
        "-1",
        "+1",
        "1704038400000 ",
        "2024-01-01 00:00:00Z",
        "2024-01-01T00:00:00Z[UTC]",
        "2024-01-01T00:00:00+08:00[Asia/Singapore]",
        "yesterday",
        "1.7e12",
        "Mon, 01 Jan 2024 00:00:00 GMT",
    ];
    for text in table {
        assert_eq!(Timestamp::parse(text), Err(TimeError::Malformed), "{text:?}");
    }
    for text in ["999999999999999999", "99999999999999999999999"] {
        assert_eq!(Timestamp::parse(text), Err(TimeError::OutOfRange), "{text:?}");
    }
}

#[test]
fn every_timestamp_can_be_printed_and_read_back() {
    for millis in [i64::MIN, i64::MAX, 0, -1] {
        let at = Timestamp::from_epoch_millis(millis);
        assert_eq!(Timestamp::parse(&at.to_rfc3339()), Ok(at), "{millis}");
    }
    let last = Timestamp::from_epoch_millis(i64::MAX);
    assert_eq!(last.saturating_add(Duration::MAX), last);
    let first = Timestamp::from_epoch_millis(i64::MIN);
    assert_eq!(first.saturating_sub(Duration::MAX), first);
}

//= T-3 test
#[cfg(feature = "serde")]
#[test]
fn times_in_any_order_and_unreadable_ones_are_carried() {
    use antom_core::wire::Notification;

    let body = r#"{"paymentTime":"2024-01-02T00:00:00+08:00","captureTime":"2024-01-01T00:00:02+08:00",
        "paymentCreateTime":"2024-01-02T00:00:00+08:00","authExpiryTime":"next week","captureId":"c",
        "result":{"resultStatus":"F"}}"#;
    let notification: Notification = serde_json::from_str(body).unwrap();
    assert_eq!(notification.auth_expiry_time.as_ref().unwrap().instant(), None);
    assert!(
        notification.capture_time.as_ref().unwrap().instant()
            < notification.payment_time.as_ref().unwrap().instant()
    );
    let printed: serde_json::Value = serde_json::to_value(&notification).unwrap();
    assert_eq!(printed, serde_json::from_str::<serde_json::Value>(body).unwrap());
}
