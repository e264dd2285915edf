//! The one answer that stops the gateway from sending a notification again.
//! When it may be given, only after durable storage, is for the receiving service to keep.

/// The answer to a notification that is stored durably. Anything else makes the gateway send it again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Acknowledgement {
    /// HTTP status.
    pub status: u16,
    /// Value of the header `content-type`.
    pub content_type: &'static str,
    /// Body, to be sent as it is and unsigned.
    pub body: &'static str,
}

/// The acknowledgement of a notification. Send it only once the notification is stored durably: after it the gateway
/// never sends that notification again.
//= N-3
#[must_use]
pub const fn acknowledgement() -> Acknowledgement {
    Acknowledgement {
        status: 200,
        content_type: "application/json; charset=UTF-8",
        body: r#"{"result":{"resultCode":"SUCCESS","resultStatus":"S","resultMessage":"success"}}"#,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    //= N-3 test
    #[test]
    fn the_acknowledgement_is_status_200_with_the_agreed_result() {
        let answer = acknowledgement();
        let body: serde_json::Value = serde_json::from_str(answer.body).unwrap();
        assert_eq!(answer.status, 200);
        assert!(answer.content_type.starts_with("application/json"));
        assert_eq!(body["result"]["resultCode"], "SUCCESS");
        assert_eq!(body["result"]["resultStatus"], "S");
        assert_eq!(body["result"]["resultMessage"], "success");
    }
}
