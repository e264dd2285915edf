//! Mistakes in taking notifications in.
//! The notification on the wire stays right; what is wrong is how it is read, or when it is acknowledged.

use antom_core::wire::Notification;
use serde_json::{Value, json};

use super::Mistake;

/// What our books say of the order that a notification is about.
#[derive(Debug, Clone)]
pub struct Known {
    /// What it costs, as an amount on the wire.
    pub price: Value,
    /// The newest of our captures, with its amount.
    pub newest_capture: Option<(String, Value)>,
}

impl Mistake {
    /// Whether the webhook acknowledges before anything is stored.
    pub fn acknowledges_first(self) -> bool {
        self == Mistake::AcknowledgedBeforeCommit
    }

    /// Whether the webhook acknowledges whatever became of the notification.
    pub fn acknowledges_errors(self) -> bool {
        self == Mistake::AcknowledgedInSpiteOfError
    }

    /// The notification as the mistake reads it.
    pub fn reads(self, message: Notification, known: Option<&Known>) -> Notification {
        let Ok(mut body) = serde_json::to_value(&message) else { return message };
        let kind = body.get("notifyType").and_then(Value::as_str).unwrap_or_default().to_owned();
        let Some(members) = body.as_object_mut() else { return message };
        match (self, kind.as_str(), known) {
            (Mistake::PendingNotificationIsSuccess, "PAYMENT_PENDING", _) => {
                members.insert("notifyType".to_owned(), json!("PAYMENT_RESULT"));
            }
            (Mistake::EveryResultIsSuccess, "PAYMENT_RESULT", _) => {
                members.insert("result".to_owned(), json!({"resultCode": "SUCCESS", "resultStatus": "S"}));
            }
            (Mistake::WrongAmountIsAccepted, "PAYMENT_RESULT", Some(known)) => {
                members.insert("paymentAmount".to_owned(), known.price.clone());
            }
            (Mistake::WrongAmountIsAccepted, "CAPTURE_RESULT", Some(known)) => {
                members.insert("captureAmount".to_owned(), known.price.clone());
            }
            (Mistake::ResultIsForTheNewestCapture, "CAPTURE_RESULT", Some(known)) => {
                let Some((id, amount)) = &known.newest_capture else { return message };
                members.insert("captureRequestId".to_owned(), json!(id));
                members.insert("captureAmount".to_owned(), amount.clone());
            }
            _ => return message,
        }
        serde_json::from_value(body).unwrap_or(message)
    }
}
