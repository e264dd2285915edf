//! How long a buyer may take, and from when on the gateway's "no such order" means that nobody paid.
//! A window that has closed ends nothing by itself: it only gives weight to what the gateway says afterwards.

use std::time::Duration;

use antom_core::time::Timestamp;

/// The gateway's own payment timeout, after which it usually closes an unpaid payment and tells (B-1, N-6).
const GATEWAY_TIMEOUT: Duration = Duration::from_mins(14);

/// The time to pay (B-1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Expiry {
    /// How long a buyer may take; `paymentExpiryTime` where it differs from the gateway's 14 minutes.
    pub timeout: Duration,
    /// How long past the timeout "no such order" may still change (X-5).
    pub margin: Duration,
}

impl Default for Expiry {
    fn default() -> Self {
        Expiry { timeout: GATEWAY_TIMEOUT, margin: Duration::from_mins(2) }
    }
}

impl Expiry {
    /// The `paymentExpiryTime` of a payment that is opened at `at`; `None` where the gateway's own timeout is meant.
    ///
    /// ```
    /// use std::time::Duration;
    /// use antom_core::time::Timestamp;
    /// use antom_domain::policy::Expiry;
    ///
    /// let at = Timestamp::from_epoch_millis(0);
    /// assert_eq!(Expiry::default().named(at), None);
    /// let short = Expiry { timeout: Duration::from_mins(5), ..Expiry::default() };
    /// assert_eq!(short.named(at), Some(Timestamp::from_epoch_millis(300_000)));
    /// ```
    //= B-1
    pub fn named(&self, at: Timestamp) -> Option<Timestamp> {
        (self.timeout != GATEWAY_TIMEOUT).then(|| at.saturating_add(self.timeout))
    }

    /// When the window closes of a buyer who may begin to pay until `begins_by`: after the timeout, ours or the
    /// gateway's own, and the margin.
    //= X-5, N-6
    pub fn window_closes_at(&self, begins_by: Timestamp) -> Timestamp {
        begins_by.saturating_add(self.timeout.max(GATEWAY_TIMEOUT).saturating_add(self.margin))
    }
}
