//! `[payment]`: currencies, captures, methods, polling.
//! What a contract allows is told by the merchant; nothing here asks the gateway.

use std::time::Duration;

use antom_core::money::Currency;
use antom_core::outcome::CaptureMode;
use antom_domain::policy::{CapturePolicy, Polling};
use toml::Value;

use super::Reader;
use crate::service::config::{PaymentConfig, PollingConfig};

const SHORTEST_SWEEP: Duration = Duration::from_secs(2);
const FRESH_FOR: Duration = Duration::from_mins(10);

impl Reader {
    //= S-3
    pub(super) fn payment(&mut self) -> Option<PaymentConfig> {
        let settlement_currencies = self.settlement_currencies();
        let settlement_currency = self.settlement_currency(&settlement_currencies);
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
        let methods = self.methods("payment.methods", "\"CARD\"");
        let fresh_for = self.duration("payment.fresh_for").unwrap_or(FRESH_FOR);
        Some(PaymentConfig {
            settlement_currency,
            settlement_currencies,
            methods,
            fresh_for,
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
        let budget = self.count(BUDGET, "inquiries a second, at least 1");
        let sweep = self.duration("payment.polling.sweep").unwrap_or(usual.sweep);
        if sweep < SHORTEST_SWEEP {
            self.fault("payment.polling.sweep", "must be at least 2s, the rhythm while somebody waits");
        }
        PollingConfig {
            fast_window: self.duration("payment.polling.fast_window").unwrap_or(usual.fast_window),
            sweep,
            budget: budget.unwrap_or(usual.budget),
        }
    }

    //= B-6
    pub(in super::super) fn methods_without_refunds(&mut self) -> Vec<String> {
        const KEY: &str = "payment.methods_without_refunds";
        let methods = self.methods(KEY, "\"BANKTRANSFER_PERMATA\"");
        if methods.iter().any(|method| method == "CARD") {
            self.fault(KEY, "holds CARD; cards have refunds");
        }
        methods
    }

    fn methods(&mut self, key: &str, example: &str) -> Vec<String> {
        let Some(value) = self.value(key) else { return Vec::new() };
        let is_method = |text: &str| {
            let word = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_';
            !text.is_empty() && text.bytes().all(word)
        };
        let entries = value.as_array().map(Vec::as_slice).unwrap_or_default();
        let methods: Vec<String> = entries
            .iter()
            .filter_map(Value::as_str)
            .filter(|text| is_method(text))
            .map(str::to_owned)
            .collect();
        if !value.is_array() || methods.len() != entries.len() {
            self.fault(key, format!("must be an array of payment methods such as {example}"));
        }
        methods
    }

    fn settlement_currencies(&mut self) -> Vec<Currency> {
        const KEY: &str = "payment.settlement_currencies";
        let Some(value) = self.value(KEY) else { return Vec::new() };
        let Value::Array(entries) = value else {
            self.fault(KEY, "must be an array of currency codes");
            return Vec::new();
        };
        let codes = entries.iter().map(|entry| entry.as_str().unwrap_or_default());
        let parsed: Result<Vec<Currency>, _> = codes.map(Currency::parse).collect();
        parsed.unwrap_or_else(|_| {
            self.fault(KEY, "holds something that is no currency");
            Vec::new()
        })
    }

    /// The one that requests name: the only one of the contract, or the one that is chosen among several.
    //= S-3
    fn settlement_currency(&mut self, contracted: &[Currency]) -> Option<Currency> {
        const KEY: &str = "payment.settlement_currency";
        let Some(code) = self.text(KEY) else {
            if contracted.len() > 1 {
                let message = "holds several currencies; choose one by payment.settlement_currency";
                self.fault("payment.settlement_currencies", message);
            }
            return contracted.first().copied();
        };
        let chosen = Currency::parse(&code).ok().filter(|chosen| contracted.contains(chosen));
        if chosen.is_none() {
            self.fault(KEY, "must be one of payment.settlement_currencies");
        }
        chosen
    }
}
