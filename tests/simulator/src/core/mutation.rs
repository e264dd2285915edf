//! Spoils the body of a message as a fault rule asks.
//! Signatures and connections are spoilt where they are made.

use serde_json::{Value, json};

use super::faults::FaultKind;

/// The spoilt body, or `None` if this kind of fault leaves bodies alone.
pub(crate) fn of_body(kind: FaultKind, body: &Value) -> Option<Value> {
    let mut spoilt = body.clone();
    match kind {
        FaultKind::WrongAmount => raise_amounts(&mut spoilt),
        FaultKind::UnknownEnum => rename_statuses(&mut spoilt),
        FaultKind::UnknownField => {
            let members = spoilt.as_object_mut()?;
            members.insert("fieldOfTheFuture".to_owned(), json!({"nested": ["value", 1, null]}));
        }
        FaultKind::NoResult => {
            spoilt.as_object_mut()?.remove("result");
        }
        FaultKind::NullTransactions => {
            *spoilt.get_mut("transactions")? = Value::Null;
        }
        FaultKind::NoTransactionResult => {
            for entry in spoilt.get_mut("transactions")?.as_array_mut()? {
                entry.as_object_mut()?.remove("transactionResult");
            }
        }
        FaultKind::SuccessTransactionStatus => {
            for entry in spoilt.get_mut("transactions")?.as_array_mut()? {
                entry.as_object_mut()?.insert("transactionStatus".to_owned(), json!("SUCCESS"));
            }
        }
        _ => return None,
    }
    Some(spoilt)
}

/// The same for a body that is kept as its text.
pub(crate) fn of_text(kind: FaultKind, text: &str) -> Option<Value> {
    of_body(kind, &serde_json::from_str(text).ok()?)
}

/// Every amount becomes one smallest unit more than it is.
fn raise_amounts(value: &mut Value) {
    match value {
        Value::Object(members) => {
            let raised = match (members.get("currency"), members.get("value").and_then(Value::as_str)) {
                (Some(_), Some(text)) => text.parse::<u64>().ok().map(|minor| minor.saturating_add(1)),
                _ => None,
            };
            if let Some(raised) = raised {
                members.insert("value".to_owned(), json!(raised.to_string()));
            } else {
                members.values_mut().for_each(raise_amounts);
            }
        }
        Value::Array(items) => items.iter_mut().for_each(raise_amounts),
        _ => {}
    }
}

/// Statuses and types become words that nobody has heard of.
fn rename_statuses(value: &mut Value) {
    const NAMES: [&str; 6] = [
        "resultStatus",
        "paymentStatus",
        "refundStatus",
        "transactionStatus",
        "vaultingStatus",
        "notifyType",
    ];
    match value {
        Value::Object(members) => {
            for (name, member) in members.iter_mut() {
                if NAMES.contains(&name.as_str()) {
                    *member = json!("NEWLY_INVENTED");
                } else {
                    rename_statuses(member);
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(rename_statuses),
        _ => {}
    }
}
