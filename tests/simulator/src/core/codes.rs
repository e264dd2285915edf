//! The gateway's result codes and their status, read from `data/result-codes.json`.
//! Which code fits which situation is decided by the operations.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

type Table = BTreeMap<String, BTreeMap<String, (String, String)>>;

static TABLE: LazyLock<Table> =
    LazyLock::new(|| serde_json::from_str(include_str!("../../data/result-codes.json")).unwrap_or_default());

/// The status and meaning of a code, as the table of this API (or else any other table) lists it.
pub(crate) fn lookup(api: &str, code: &str) -> Option<(&'static str, &'static str)> {
    let own = TABLE.get(api).and_then(|codes| codes.get(code));
    let found = own.or_else(|| TABLE.values().find_map(|codes| codes.get(code)));
    found.map(|(status, meaning)| (status.as_str(), meaning.as_str()))
}

/// The status of a code in the table of this API, or in one of what becomes of its calls.
pub(crate) fn status_of(api: &str, code: &str) -> Option<&'static str> {
    let related: &[&str] = match api {
        "pay" | "notifyPayment" => &["pay", "notifyPayment", "paymentResultCode"],
        "capture" | "notifyCapture" => &["capture", "notifyCapture", "transactionResult"],
        "refund" | "notifyRefund" => &["refund", "notifyRefund", "refundResultCode"],
        _ => &[],
    };
    let mut tables = std::iter::once(api).chain(related.iter().copied());
    let found = tables.find_map(|table| TABLE.get(table)?.get(code));
    found.map(|(status, _)| status.as_str())
}

/// (A name for it, since serde takes a reference that it sees for borrowed input.)
type Listed = &'static str;

/// A code of the table, as a text that lives as long as the table does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "Listed", try_from = "String")]
pub(crate) struct Code(Listed);

impl Code {
    /// The failure that says least.
    pub(crate) const PROCESS_FAIL: Self = Self("PROCESS_FAIL");

    /// Whether it is a failure of this API, or of what becomes of its calls.
    pub(crate) fn is_failure_of(self, api: &str) -> bool {
        status_of(api, self.0) == Some("F")
    }

    /// Whether it leaves open what has become of a call of this API.
    pub(crate) fn is_unknown_of(self, api: &str) -> bool {
        status_of(api, self.0) == Some("U")
    }

    pub(crate) fn as_str(self) -> &'static str {
        self.0
    }
}

impl From<Code> for Listed {
    fn from(code: Code) -> Self {
        code.0
    }
}

impl TryFrom<String> for Code {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let known = TABLE.values().find_map(|codes| codes.get_key_value(&text));
        known.map(|(code, _)| Self(code.as_str())).ok_or_else(|| format!("no result code {text}"))
    }
}

/// The `result` object for a code.
pub(crate) fn result(api: &str, code: &str) -> Value {
    let (status, meaning) = lookup(api, code).unwrap_or(("F", "general business failure"));
    let message = if code == "SUCCESS" { "success." } else { meaning };
    json!({"resultCode": code, "resultStatus": status, "resultMessage": message})
}

/// The `result` object for how a payment ended or stands.
pub fn payment_result(code: &str) -> Value {
    result("notifyPayment", code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_operation_has_a_table_with_success_and_an_unknown_outcome() {
        for operation in crate::core::Operation::ALL {
            let table = TABLE.get(operation.name()).expect("a table");
            assert_eq!(table.get("SUCCESS").expect("success").0, "S");
            assert_eq!(table.get("UNKNOWN_EXCEPTION").expect("unknown").0, "U");
        }
    }

    #[test]
    fn every_code_that_the_operations_answer_is_in_the_table() {
        for (api, code, status) in [
            ("pay", "PAYMENT_IN_PROCESS", "U"),
            ("capture", "CAPTURE_IN_PROCESS", "U"),
            ("capture", "AUTH_EXPIRED", "F"),
            ("cancel", "CANCEL_WINDOW_EXCEED", "F"),
            ("refund", "REFUND_IN_PROCESS", "U"),
            ("inquiryPayment", "ORDER_NOT_EXIST", "F"),
            ("gateway", "INVALID_SIGNATURE", "F"),
        ] {
            assert!(TABLE.get(api).expect("a table").contains_key(code), "{api} {code}");
            assert_eq!(lookup(api, code).expect("listed").0, status);
        }
    }
}
