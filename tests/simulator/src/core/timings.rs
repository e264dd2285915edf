//! The gateway's delays and deadlines in virtual time, with the documented values as default.
//! They are read where a timer is armed; a change does not move timers that are armed already.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// How long the gateway takes, in milliseconds of virtual time.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub(crate) struct Timings {
    pub(crate) payment_result_ms: u64,
    pub(crate) capture_ms: u64,
    pub(crate) refund_ms: u64,
    pub(crate) update_amount_ms: u64,
    pub(crate) payment_expiry_ms: u64,
    pub(crate) session_expiry_ms: u64,
    pub(crate) authorization_expiry_ms: u64,
    /// When the gateway sends back what was paid after a payment was closed or cancelled.
    pub(crate) late_refund_ms: u64,
    /// The wait before each send of a notification, counted from the send before it.
    pub(crate) resend_waits_ms: Vec<u64>,
    /// Whether a resend carries the request-time of the first send or one of its own.
    pub(crate) resend_stamp: ResendStamp,
    /// How long a merchant may take to acknowledge, in real time.
    pub(crate) notification_timeout_ms: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum ResendStamp {
    Fresh,
    Same,
}

const MINUTE: u64 = 60_000;
const HOUR: u64 = 60 * MINUTE;

impl Default for Timings {
    fn default() -> Self {
        Self {
            payment_result_ms: 3_000,
            capture_ms: 2_000,
            refund_ms: 2_000,
            update_amount_ms: 2_000,
            payment_expiry_ms: 14 * MINUTE,
            session_expiry_ms: HOUR,
            authorization_expiry_ms: 7 * 24 * HOUR,
            late_refund_ms: 24 * HOUR,
            // Rules 14.7.
            resend_waits_ms: vec![
                0,
                2 * MINUTE,
                10 * MINUTE,
                10 * MINUTE,
                HOUR,
                2 * HOUR,
                6 * HOUR,
                15 * HOUR,
            ],
            resend_stamp: ResendStamp::Fresh,
            notification_timeout_ms: 10_000,
        }
    }
}

/// Milliseconds as a duration.
pub(crate) fn millis(ms: u64) -> Duration {
    Duration::from_millis(ms)
}
