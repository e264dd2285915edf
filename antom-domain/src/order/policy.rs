//! What the merchant configured that decisions depend on.
//! Reading configuration is left to the service; a policy is plain data.

use std::time::Duration;

use antom_core::money::Currency;
use antom_core::outcome::CaptureMode;

use super::state::Attempt;
use crate::policy::{CaptureDeadline, CapturePolicy, Expiry, Polling};

/// The settings that decisions depend on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    /// Where the gateway sends notifications: our public URL (S-6).
    pub notify_url: String,
    /// Where the buyer comes back to; the attempt's token is appended (S-7).
    pub result_url: String,
    /// The settlement currency to name, where the contract asks for one (S-3).
    pub settlement_currency: Option<Currency>,
    /// Those that a payment may name instead; empty where the contract has one or none.
    pub settlement_currencies: Vec<Currency>,
    /// Who captures cards where the merchant does not say.
    pub capture_mode: CaptureMode,
    /// How an authorization may be captured, as the contract says.
    pub captures: CapturePolicy,
    /// How long a buyer may take (B-1, X-5).
    pub expiry: Expiry,
    /// How long an authorization may be captured, and when somebody is warned.
    pub capture_deadline: CaptureDeadline,
    /// A session that ends within this time is not handed out any more (S-4).
    pub session_margin: Duration,
    /// How polling goes.
    pub polling: Polling,
    /// Payment methods whose money never goes back by a refund: an earlier attempt ends before another begins (B-6).
    pub methods_without_refunds: Vec<String>,
    /// Whether merchant events are to be sent somewhere; otherwise they are only kept.
    pub sends_events: bool,
    /// How many attempts an order may have.
    pub max_attempts: usize,
    /// How many refunds an attempt may have.
    pub max_refunds: usize,
    /// How many captures an attempt may have, failed ones included.
    pub max_captures: usize,
}

impl Policy {
    /// The documented defaults, with the two URLs that have none.
    ///
    /// `notify_url` must have no query (N-9); `result_url` ends in `/`.
    pub fn new(notify_url: impl Into<String>, result_url: impl Into<String>) -> Policy {
        Policy {
            notify_url: notify_url.into(),
            result_url: result_url.into(),
            settlement_currency: None,
            settlement_currencies: Vec::new(),
            capture_mode: CaptureMode::Automatic,
            captures: CapturePolicy::Full,
            expiry: Expiry::default(),
            capture_deadline: CaptureDeadline::default(),
            session_margin: Duration::from_secs(60),
            polling: Polling::default(),
            methods_without_refunds: Vec::new(),
            sends_events: false,
            max_attempts: 20,
            max_refunds: 100,
            max_captures: 50,
        }
    }
}

impl Policy {
    /// Whether what this attempt takes can go back by a cancel only.
    //= B-6
    pub fn knows_no_refunds(&self, attempt: &Attempt) -> bool {
        self.methods_without_refunds.contains(&attempt.payment_method_type)
    }
}

impl Policy {
    /// Whether a payment may be settled in this currency.
    //= S-3
    pub fn settles_in(&self, currency: Currency) -> bool {
        self.settlement_currency == Some(currency) || self.settlement_currencies.contains(&currency)
    }
}

/// How long a payment session lives at the most, so that a buyer may begin to pay; also its default.
pub const SESSION_LIFETIME: Duration = Duration::from_hours(1);
