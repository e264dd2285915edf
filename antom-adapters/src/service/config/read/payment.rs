//! `[payment]`: how payments are made, captured and asked about.
//! What follows from it is decided by the domain's policies.

use std::num::NonZeroU32;
use std::time::Duration;

use antom_core::money::Currency;
use antom_core::outcome::CaptureMode;
use antom_domain::policy::{CapturePolicy, Polling};
use toml::Value;

use super::super::{PaymentConfig, PollingConfig};
use super::Reader;

const SHORTEST_SWEEP: Duration = Duration::from_secs(2);

impl Reader {
    //= S-3
    pub(super) fn payment(&mut self) -> Option<PaymentConfig> {
        let settlement_currency = self.settlement_currency();
        let capture = match self.text("payment.capture").as_deref() {
            None | Some("AUTOMATIC") => CaptureMode::Automatic,
            Some("MANUAL") => CaptureMode::Manual,
            Some(_) => {
                self.fault("payment.capture", "must be AUTOMATIC or MANUAL");
                CaptureMode::Automatic
            }
        };
        let expiry = self.duration("payment.expiry");
        let captures = self.captures();
        let polling = self.polling();
        let methods_without_refunds = self.methods_without_refunds();
        Some(PaymentConfig {
            settlement_currency,
            capture,
            captures,
            expiry,
            methods_without_refunds,
            polling,
        })
    }

    //= A-3
    fn captures(&mut self) -> CapturePolicy {
        const KEY: &str = "payment.captures";
        let Some(word) = self.text(KEY) else { return CapturePolicy::default() };
        CapturePolicy::from_word(&word).unwrap_or_else(|| {
            self.fault(KEY, "must be \"full\", \"single\" or \"multiple\", as your contract says");
            CapturePolicy::default()
        })
    }

    fn polling(&mut self) -> PollingConfig {
        const BUDGET: &str = "payment.polling.budget";
        let usual = Polling::default();
        let budget = self.value(BUDGET).map(|value| match value {
            Value::Integer(number) => u32::try_from(number).ok().and_then(NonZeroU32::new),
            Value::String(text) => text.parse().ok(),
            _ => None,
        });
        if budget == Some(None) {
            self.fault(BUDGET, "must be a whole number of inquiries a second, at least 1");
        }
        let sweep = self.duration("payment.polling.sweep").unwrap_or(usual.sweep);
        if sweep < SHORTEST_SWEEP {
            self.fault("payment.polling.sweep", "must be at least 2s, the rhythm while somebody waits");
        }
        PollingConfig {
            fast_window: self.duration("payment.polling.fast_window").unwrap_or(usual.fast_window),
            sweep,
            budget: budget.flatten().unwrap_or(usual.budget),
        }
    }

    //= B-6
    fn methods_without_refunds(&mut self) -> Vec<String> {
        const KEY: &str = "payment.methods_without_refunds";
        let Some(value) = self.value(KEY) else { return Vec::new() };
        let is_method = |text: &str| {
            let word = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_';
            !text.is_empty() && text != "CARD" && text.bytes().all(word)
        };
        let entries = value.as_array().map(Vec::as_slice).unwrap_or_default();
        let methods: Vec<String> = entries
            .iter()
            .filter_map(Value::as_str)
            .filter(|text| is_method(text))
            .map(str::to_owned)
            .collect();
        if !value.is_array() || methods.len() != entries.len() {
            let wanted =
                "must be an array of payment methods such as \"BANKTRANSFER_PERMATA\"; cards have refunds";
            self.fault(KEY, wanted);
        }
        methods
    }

    fn settlement_currency(&mut self) -> Option<Currency> {
        const KEY: &str = "payment.settlement_currencies";
        let Value::Array(entries) = self.value(KEY)? else {
            self.fault(KEY, "must be an array of currency codes");
            return None;
        };
        if entries.len() > 1 {
            self.fault(KEY, "holds several currencies without a choice; name the one to settle in");
        }
        let code = entries.first()?.as_str().unwrap_or_default().to_owned();
        let parsed = Currency::parse(&code).ok();
        if parsed.is_none() {
            self.fault(KEY, "holds something that is no currency");
        }
        parsed
    }
}
