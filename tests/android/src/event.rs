//! What the listener hears: a code, and data of which any part may be absent.
//! What to do about a code is the app's.

use std::fmt;

use serde_json::{Value, json};

/// The app's listener; the only way by which it hears how a payment went.
pub trait OnCheckoutListener {
    /// An event of the checkout page. It is for the buyer's eyes: what it says of a payment may be wrong.
    fn on_event_callback(&self, event_code: &str, event_result: &AMSEventResult);
}

impl<F: Fn(&str, &AMSEventResult)> OnCheckoutListener for F {
    fn on_event_callback(&self, event_code: &str, event_result: &AMSEventResult) {
        self(event_code, event_result);
    }
}

/// The data of an event.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AMSEventResult {
    message: Option<String>,
    result: Option<Value>,
}

impl AMSEventResult {
    pub(crate) fn new(message: Option<String>, result: Option<Value>) -> Self {
        Self { message, result }
    }

    pub(crate) fn saying(message: &str) -> Self {
        Self::new(Some(message.to_owned()), None)
    }

    /// For support, in no particular words.
    pub fn message(&self) -> Option<&str> {
        self.message.as_deref()
    }

    /// Why a payment did not go well.
    pub fn payment_result_code(&self) -> Option<&str> {
        self.result.as_ref()?.get("paymentResultCode")?.as_str()
    }

    /// The event as the server takes it: `code`, `message` and `result`, each where it was given.
    pub fn with_code(&self, event_code: &str) -> Value {
        let mut event = json!({ "code": event_code });
        if let Some(members) = event.as_object_mut() {
            members.extend(self.message.clone().map(|message| ("message".to_owned(), Value::from(message))));
            members.extend(self.result.clone().map(|result| ("result".to_owned(), result)));
        }
        event
    }
}

impl fmt::Display for AMSEventResult {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let code = self.payment_result_code().unwrap_or("no paymentResultCode");
        write!(f, "{code}: {}", self.message().unwrap_or("no message"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_carries_only_what_it_was_given() {
        let bare = AMSEventResult::default();
        assert_eq!(bare.with_code("SDK_NEW"), json!({"code": "SDK_NEW"}));
        assert_eq!(bare.payment_result_code(), None);
        let full =
            AMSEventResult::new(Some("no".to_owned()), Some(json!({"paymentResultCode": "DO_NOT_HONOR"})));
        assert_eq!(full.payment_result_code(), Some("DO_NOT_HONOR"));
        assert_eq!(full.with_code("SDK_PAYMENT_FAIL")["result"]["paymentResultCode"], "DO_NOT_HONOR");
    }
}
