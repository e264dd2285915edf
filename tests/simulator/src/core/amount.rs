//! Amounts in the smallest unit of a currency, as the gateway judges them.
//! Comparing and adding up amounts of a payment is left to the operations.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// What `data/currencies.txt` says of a currency: code, decimals, units for one US dollar.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Currency {
    pub(crate) code: &'static str,
    /// Decimals of the major unit.
    pub(crate) exponent: u32,
    /// Units for one US dollar as decimal text; a round figure of the simulator's own.
    pub(crate) per_dollar: &'static str,
}

static CURRENCIES: LazyLock<BTreeMap<&'static str, Currency>> = LazyLock::new(|| {
    let line = |line: &'static str| {
        let mut parts = line.split(' ');
        let (code, exponent, per_dollar) = (parts.next()?, parts.next()?.parse().ok()?, parts.next()?);
        Some((code, Currency { code, exponent, per_dollar }))
    };
    include_str!("../../data/currencies.txt").lines().filter_map(line).collect()
});

/// The currency of this code, if the gateway takes it.
pub(crate) fn currency(code: &str) -> Option<Currency> {
    CURRENCIES.get(code).copied()
}

/// The code of a currency in the table. (A name for it, since serde takes a reference that it sees for borrowed input.)
pub(crate) type Code = &'static str;

/// An amount that passed the gateway's checks: a known currency, at least one smallest unit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Amount {
    #[serde(with = "code")]
    pub(crate) currency: Code,
    pub(crate) value: u64,
}

/// A currency is saved as its code.
pub(crate) mod code {
    use serde::de::Error as _;
    use serde::{Deserialize, Deserializer, Serializer};

    pub(crate) fn serialize<S: Serializer>(code: &&'static str, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(code)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<&'static str, D::Error> {
        let code = String::deserialize(deserializer)?;
        let known = super::currency(&code).ok_or_else(|| D::Error::custom(format!("no currency {code}")))?;
        Ok(known.code)
    }
}

/// Why an amount is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum AmountFault {
    /// Not an amount at all: PARAM_ILLEGAL.
    Malformed,
    /// Well formed, but no currency that can be paid in: CURRENCY_NOT_SUPPORT.
    UnknownCurrency,
}

impl Amount {
    /// Reads `{"currency", "value"}`; the value may be a JSON integer (rules 1.13).
    pub(crate) fn read(json: &Value) -> Result<Self, AmountFault> {
        let currency = json.get("currency").and_then(Value::as_str).ok_or(AmountFault::Malformed)?;
        if currency.len() != 3 || !currency.bytes().all(|b| b.is_ascii_uppercase()) {
            return Err(AmountFault::Malformed);
        }
        let value = match json.get("value") {
            Some(Value::String(text)) => digits(text),
            Some(Value::Number(number)) => number.as_u64().and_then(|n| digits(&n.to_string())),
            _ => None,
        }
        .ok_or(AmountFault::Malformed)?;
        let currency = CURRENCIES.get(currency).ok_or(AmountFault::UnknownCurrency)?.code;
        if value == 0 || (currency == "IDR" && !value.is_multiple_of(100)) {
            return Err(AmountFault::Malformed);
        }
        Ok(Self { currency, value })
    }

    pub(crate) fn to_json(&self) -> Value {
        json!({"currency": self.currency, "value": self.value.to_string()})
    }

    pub(crate) fn with_value(&self, value: u64) -> Self {
        Self { currency: self.currency, value }
    }
}

fn digits(text: &str) -> Option<u64> {
    let well_formed =
        (1..=16).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit()) && !text.starts_with('0');
    if well_formed { text.parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_judged_as_the_rules_say() {
        for (json, expected) in [
            (json!({"currency": "USD", "value": "1000"}), Ok(1000)),
            (json!({"currency": "USD", "value": 1000}), Ok(1000)),
            (json!({"currency": "USD", "value": "0"}), Err(AmountFault::Malformed)),
            (json!({"currency": "USD", "value": "010"}), Err(AmountFault::Malformed)),
            (json!({"currency": "USD", "value": "10.00"}), Err(AmountFault::Malformed)),
            (json!({"currency": "USD", "value": "-1"}), Err(AmountFault::Malformed)),
            (json!({"currency": "USD", "value": "12345678901234567"}), Err(AmountFault::Malformed)),
            (json!({"currency": "USD"}), Err(AmountFault::Malformed)),
            (json!({"currency": "usd", "value": "1"}), Err(AmountFault::Malformed)),
            (json!({"currency": "XXY", "value": "1"}), Err(AmountFault::UnknownCurrency)),
            (json!({"currency": "XAU", "value": "1"}), Err(AmountFault::UnknownCurrency)),
            (json!({"currency": "IDR", "value": "150"}), Err(AmountFault::Malformed)),
            (json!({"currency": "IDR", "value": "100"}), Ok(100)),
            (json!("1000"), Err(AmountFault::Malformed)),
        ] {
            assert_eq!(Amount::read(&json).map(|a| a.value), expected, "{json}");
        }
    }
}
