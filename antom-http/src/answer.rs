//! A verified answer: its bytes, its `result`, and the check that it speaks of what was asked.
//! What the result means for the money is the domain's business.

use std::fmt;

use antom_core::{Api, GatewayResult, wire};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::call_error::{CallError, MaybeSentReason};
use crate::trace_id::TraceId;

/// An answer that the gateway surely wrote for this call: S, F or U alike.
#[derive(Clone, PartialEq, Eq)]
pub struct Answer {
    api: Api,
    result: Option<GatewayResult>,
    body: Vec<u8>,
    trace_id: Option<TraceId>,
}

impl Answer {
    /// Reads the parts that every answer has, and compares the ids that it echoes with those that were sent.
    //= T-6
    pub(crate) fn read(
        api: Api,
        sent: &Head,
        body: Vec<u8>,
        trace_id: Option<TraceId>,
    ) -> Result<Self, MaybeSentReason> {
        let head: Head = wire::read(&body).map_err(|error| unreadable(&error))?;
        match sent.contradicted_by(&head) {
            Some(field) => Err(MaybeSentReason::ForeignId { field }),
            None => Ok(Self { api, result: head.result, body, trace_id }),
        }
    }

    /// How the call went; absent means unknown. For inquiries it speaks of the inquiry only.
    #[must_use]
    pub fn result(&self) -> Option<&GatewayResult> {
        self.result.as_ref()
    }

    /// The body exactly as received.
    #[must_use]
    pub fn body(&self) -> &[u8] {
        &self.body
    }

    /// The gateway's own id of the call, for its support, where the answer carries one.
    #[must_use]
    pub fn trace_id(&self) -> Option<&TraceId> {
        self.trace_id.as_ref()
    }

    /// Reads the body as the operation's message.
    ///
    /// # Errors
    /// [`CallError::MaybeSent`] when it is not that message: the call was made, its outcome is unknown.
    pub fn parse<T: DeserializeOwned>(&self) -> Result<T, CallError> {
        wire::read(&self.body).map_err(|error| CallError::MaybeSent {
            api: self.api,
            reason: unreadable(&error),
            hint: None,
            trace_id: self.trace_id.clone(),
        })
    }
}

impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Answer")
            .field("api", &self.api)
            .field("result", &self.result)
            .field("trace_id", &self.trace_id)
            .field("body", &format_args!("<{} bytes>", self.body.len()))
            .finish()
    }
}

/// The place of the fault only: the library's text can quote values.
fn unreadable(error: &serde_json::Error) -> MaybeSentReason {
    MaybeSentReason::Unreadable { line: error.line(), column: error.column() }
}

/// The members of a message that the client itself reads: the result, and the ids that a request names and an answer
/// may echo. A member that comes twice makes the message unreadable.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Head {
    result: Option<GatewayResult>,
    payment_request_id: Option<String>,
    payment_id: Option<String>,
    capture_request_id: Option<String>,
    refund_request_id: Option<String>,
    refund_id: Option<String>,
    update_request_id: Option<String>,
    vaulting_request_id: Option<String>,
}

impl Head {
    /// The head of a request body; nothing if that is not a JSON object.
    pub(crate) fn of_request(body: &[u8]) -> Option<Self> {
        serde_json::from_slice(body).ok()
    }

    /// The first id that both name, differently. A signature does not tie an answer to a request; the ids do.
    fn contradicted_by(&self, echoed: &Self) -> Option<&'static str> {
        let pairs = [
            ("paymentRequestId", &self.payment_request_id, &echoed.payment_request_id),
            ("paymentId", &self.payment_id, &echoed.payment_id),
            ("captureRequestId", &self.capture_request_id, &echoed.capture_request_id),
            ("refundRequestId", &self.refund_request_id, &echoed.refund_request_id),
            ("refundId", &self.refund_id, &echoed.refund_id),
            ("updateRequestId", &self.update_request_id, &echoed.update_request_id),
            ("vaultingRequestId", &self.vaulting_request_id, &echoed.vaulting_request_id),
        ];
        pairs.into_iter().find_map(|(name, sent, echoed)| match (sent, echoed) {
            (Some(sent), Some(echoed)) if sent != echoed && !echoed.is_empty() => Some(name),
            _ => None,
        })
    }
}

#[cfg(test)]
mod tests {
    use antom_core::wire::PayResponse;

    use super::*;

    #[test]
    fn half_a_character_in_a_text_hides_no_outcome() {
        let body = br#"{"result":{"resultStatus":"S","resultCode":"SUCCESS","resultMessage":"tea \ud83c"},"paymentId":"P"}"#;

        let answer = Answer::read(Api::Pay, &Head::default(), body.to_vec(), None).unwrap();

        assert!(answer.result().is_some_and(GatewayResult::is_success));
        let message: PayResponse = answer.parse().unwrap();
        assert_eq!(message.payment_id.as_deref(), Some("P"));
        assert_eq!(answer.body(), body, "it is kept as it came");
    }
}
