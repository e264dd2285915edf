//! `[retention]`: for how long personal data are kept.
//! Erasing them is the worker's; merchant events have their own settings under `[events]`.

use std::time::Duration;

use super::{Reader, parse_duration};
use crate::service::config::RetentionConfig;

const ORDERS: &str = "retention.orders";
const NOTIFICATIONS: &str = "retention.notifications";
const UNSEALED: &str = "retention.unsealed";

const DAY: Duration = Duration::from_hours(24);
/// Refunds and chargebacks are over by then.
const DEFAULT_ORDERS: Duration = Duration::from_hours(24 * 730);
const DEFAULT_NOTIFICATIONS: Duration = Duration::from_hours(24 * 90);
const DEFAULT_UNSEALED: Duration = Duration::from_hours(24 * 7);
/// The gateway sends a notification again for a day.
const SHORTEST_NOTIFICATIONS: Duration = Duration::from_hours(48);

impl Reader {
    pub(super) fn retention(&mut self) -> RetentionConfig {
        let orders = self.time_or_never(ORDERS, DEFAULT_ORDERS, DAY, "1d");
        let notifications =
            self.time_or_never(NOTIFICATIONS, DEFAULT_NOTIFICATIONS, SHORTEST_NOTIFICATIONS, "2d");
        if orders.is_some_and(|orders| notifications.is_none_or(|notifications| notifications > orders)) {
            let message =
                "must not be longer than retention.orders: a notification tells what its order tells";
            self.fault(NOTIFICATIONS, message);
        }
        let unsealed = self.duration(UNSEALED).unwrap_or(DEFAULT_UNSEALED);
        if unsealed < SHORTEST_NOTIFICATIONS {
            self.fault(UNSEALED, "must be at least 2d: an order may still need what would be erased");
        }
        RetentionConfig { orders, notifications, unsealed }
    }

    fn time_or_never(
        &mut self,
        key: &str,
        usual: Duration,
        shortest: Duration,
        least: &str,
    ) -> Option<Duration> {
        let Some(text) = self.text(key) else { return Some(usual) };
        if text == "never" {
            return None;
        }
        let time = parse_duration(&text).filter(|time| *time >= shortest);
        if time.is_none() {
            self.fault(key, format!("must be a time such as \"90d\", at least {least}, or \"never\""));
        }
        time.or(Some(usual))
    }
}
