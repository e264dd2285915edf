//! The judge's eye on the wire: every request against the catalogue, and in tests every message of the gateway itself.
//! Verdicts are counted in `verdicts` and listed in the journal; a finding that the gateway refuses becomes its answer.

use serde_json::Value;

use super::body::{Body, BodyFault};
use super::catalogue::{self, FindingKind, Findings};
use super::gateway::Gateway;
use super::operation::Operation;
use super::reply::Refusal;

/// A request that has been looked at.
#[derive(Debug)]
pub(crate) struct Judged {
    body: Result<Value, BodyFault>,
    pub(crate) findings: Findings,
    strict: bool,
}

impl Judged {
    /// The request, if it is one that an operation can look at.
    pub(crate) fn request(&self) -> Result<&Value, Refusal> {
        let illegal = |message| Refusal::with("PARAM_ILLEGAL", message);
        let request = self.body.as_ref().map_err(|fault| illegal(fault.message().to_owned()))?;
        self.findings.refusal(self.strict).map_or(Ok(request), |message| Err(illegal(message)))
    }
}

impl Gateway {
    /// Looks at a request and counts what there is to find.
    pub(crate) fn judge(&mut self, client: &str, operation: Operation, bytes: &[u8]) -> Judged {
        let mut findings = Findings::default();
        let body = Body::read(bytes).map(|body| {
            for name in body.duplicates {
                let detail = "stands twice in one object; the later one counts".to_owned();
                findings.add(FindingKind::DuplicateField, || (name, detail));
            }
            catalogue::findings_in_request(operation, &body.value, &mut findings);
            body.value
        });
        let client = self.names.of(client);
        self.verdicts.note(&client, operation, &findings);
        Judged { body, findings, strict: self.settings.strict_wire }
    }
}

/// Makes sure that an answer is one that the gateway could give, in builds for tests.
pub(crate) fn vouch_for_answer(operation: Operation, body: &Value) {
    if cfg!(debug_assertions) {
        vouch(operation.name(), &catalogue::findings_in_answer(operation, body));
    }
}

/// The same for a notification that the gateway makes by itself.
pub(crate) fn vouch_for_notification(kind: &str, body: &Value) {
    if cfg!(debug_assertions) {
        vouch(kind, &catalogue::findings_in_notification(kind, body));
    }
}

fn vouch(message: &str, findings: &Findings) {
    debug_assert!(
        findings.is_empty(),
        "{message}: the simulator says what data/catalogue.json does not know: {}. Either the message is wrong, or the \
         catalogue lacks something; then add it there with a reason",
        findings.to_json()
    );
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_message_of_the_gateway_that_is_not_in_the_catalogue_stops_the_test() {
        vouch_for_answer(Operation::Cancel, &json!({"cancelTime": "2026-01-10T10:00:00+08:00"}));
        vouch_for_notification("CAPTURE_RESULT", &json!({"captureId": "1"}));
        vouch_for_notification("SOMETHING_NEW", &json!({"weather": "rain"}));
        for wrong in [
            || vouch_for_answer(Operation::Cancel, &json!({"cancelledAt": "now"})),
            || vouch_for_notification("CAPTURE_RESULT", &json!({"captureAmount": "42.00"})),
        ] {
            assert!(std::panic::catch_unwind(wrong).is_err());
        }
    }
}
