//! Reads the fields of a request and collects what is wrong with them, all of it, by name.
//! What a field means for the payment is decided by the operations.

use serde_json::Value;

use super::amount::{Amount, AmountFault};
use super::reply::Refusal;

/// A request under examination.
#[derive(Debug)]
pub(crate) struct Fields<'a> {
    body: &'a Value,
    faults: Vec<String>,
    unknown_currency: bool,
    chinese: bool,
}

impl<'a> Fields<'a> {
    pub(crate) fn of(body: &'a Value) -> Self {
        let mut fields = Self { body, faults: Vec::new(), unknown_currency: false, chinese: false };
        if contains_chinese(body) {
            fields.chinese = true;
            fields.fault("the request contains Chinese characters".to_owned());
        }
        fields
    }

    /// The value at a dotted path; null counts as absent (rules 1.13, some SDKs send nulls).
    pub(crate) fn at(&self, path: &str) -> Option<&'a Value> {
        path.split('.').try_fold(self.body, |value, name| value.get(name)).filter(|value| !value.is_null())
    }

    pub(crate) fn text(&mut self, path: &str, max: usize) -> Option<&'a str> {
        match self.at(path) {
            None => None,
            Some(Value::String(text)) if text.is_empty() => None,
            Some(Value::String(text)) => {
                let length = text.chars().count();
                if length > max {
                    self.fault(format!("{path} has {length} characters, at most {max} are allowed"));
                }
                Some(text)
            }
            Some(_) => {
                self.fault(format!("{path} is not a string"));
                None
            }
        }
    }

    pub(crate) fn required_text(&mut self, path: &str, max: usize) -> &'a str {
        let before = self.faults.len();
        self.text(path, max).unwrap_or_else(|| {
            if self.faults.len() == before {
                self.fault(format!("{path} is missing"));
            }
            ""
        })
    }

    /// A request id: `#` and `*` are refused beside the length (rules 4.1).
    pub(crate) fn required_id(&mut self, path: &str) -> &'a str {
        let id = self.required_text(path, 64);
        self.check_id(path, id);
        id
    }

    pub(crate) fn id(&mut self, path: &str) -> Option<&'a str> {
        let id = self.text(path, 64)?;
        self.check_id(path, id);
        Some(id)
    }

    fn check_id(&mut self, path: &str, id: &str) {
        if id.contains(['#', '*']) || id.chars().any(char::is_control) {
            self.fault(format!("{path} contains characters that are not allowed"));
        }
    }

    /// A boolean, as JSON or as text (rules 1.13).
    pub(crate) fn flag(&mut self, path: &str) -> Option<bool> {
        match self.at(path) {
            None => None,
            Some(Value::Bool(flag)) => Some(*flag),
            Some(Value::String(text)) if text == "true" => Some(true),
            Some(Value::String(text)) if text == "false" => Some(false),
            Some(Value::String(text)) if text.is_empty() => None,
            Some(_) => {
                self.fault(format!("{path} is not a boolean"));
                None
            }
        }
    }

    pub(crate) fn required_amount(&mut self, path: &str) -> Option<Amount> {
        match self.at(path) {
            None => {
                self.fault(format!("{path} is missing"));
                None
            }
            Some(json) => match Amount::read(json) {
                Ok(amount) => Some(amount),
                Err(AmountFault::UnknownCurrency) => {
                    self.unknown_currency = true;
                    None
                }
                Err(AmountFault::Malformed) => {
                    self.fault(format!("{path} is not a valid amount"));
                    None
                }
            },
        }
    }

    pub(crate) fn one_of(&mut self, path: &str, allowed: &[&str]) -> Option<&'a str> {
        let text = self.text(path, 64)?;
        if !allowed.contains(&text) {
            self.fault(format!("{path} is none of {}", allowed.join(", ")));
        }
        Some(text)
    }

    pub(crate) fn fault(&mut self, message: String) {
        self.faults.push(message);
    }

    pub(crate) fn has_chinese(&self) -> bool {
        self.chinese
    }

    /// The refusal, if anything is wrong.
    pub(crate) fn finish(self) -> Result<(), Refusal> {
        if !self.faults.is_empty() {
            return Err(Refusal::with("PARAM_ILLEGAL", self.faults.join("; ")));
        }
        if self.unknown_currency {
            return Err(Refusal::new("CURRENCY_NOT_SUPPORT"));
        }
        Ok(())
    }
}

fn contains_chinese(value: &Value) -> bool {
    match value {
        Value::String(text) => text.chars().any(is_han),
        Value::Array(items) => items.iter().any(contains_chinese),
        Value::Object(members) => members.values().any(contains_chinese),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}

fn is_han(c: char) -> bool {
    matches!(c, '\u{2E80}'..='\u{2FDF}' | '\u{3005}' | '\u{3007}' | '\u{3400}'..='\u{4DBF}'
        | '\u{4E00}'..='\u{9FFF}' | '\u{F900}'..='\u{FAFF}' | '\u{20000}'..='\u{323AF}')
}
