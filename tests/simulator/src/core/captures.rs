//! What becomes of an authorization and its captures: the automatic capture, the end of a capture, the end of the
//! authorization, the gateway's review. Which captures a merchant may ask for is decided in `operations`.

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::arrangement::{End, Fate, Movement};
use super::buyer::CompletionError;
use super::codes::{self, Code};
use super::gateway::{Gateway, Timer};
use super::names::Name;
use super::payment::{Capture, CaptureMode, Phase, Progress};
use super::review::Review;
use super::time::Time;
use super::timings::millis;

impl Gateway {
    /// What an authorization sets in motion: its end, and the capture where that is automatic.
    pub(crate) fn follow_authorization(&mut self, index: usize) {
        let Some(payment) = self.payments.get(index) else { return };
        let agreed = self.contract_of(&payment.client).authorization_expiry_ms;
        let expiry = self.now.after(millis(agreed.unwrap_or(self.timings.authorization_expiry_ms)));
        let Some(payment) = self.payments.get_mut(index) else { return };
        payment.auth_expiry = Some(expiry);
        let (mode, amount) = (payment.capture_mode, payment.amount.value);
        self.arm(expiry, Timer::ExpireAuthorization { payment: index });
        if mode == CaptureMode::Automatic {
            let request_id = format!("AUTO{}", self.new_id()).into();
            let fate = self.next_fate(Movement::Capture, index);
            self.add_capture(index, request_id, amount, false, fate);
        }
    }

    /// Enters a capture; unless something else is arranged it is done after the usual delay.
    pub(crate) fn add_capture(
        &mut self,
        index: usize,
        request_id: Name,
        amount: u64,
        releases_rest: bool,
        fate: Option<Fate>,
    ) -> usize {
        let capture_id = self.new_id();
        let Some(payment) = self.payments.get_mut(index) else { return 0 };
        let capture = payment.captures.len();
        payment.captures.reserve_exact(1);
        payment.captures.push(Capture {
            request_id,
            capture_id,
            amount,
            progress: match fate {
                Some(fate) if matches!(fate.outcome, End::Fail | End::Refuse) => {
                    Progress::Doomed(fate.code())
                }
                fate => fate.and_then(Fate::unclear).map_or(Progress::Processing, Progress::Unclear),
            },
            releases_rest,
            held_back: false,
            done_at: None,
        });
        match fate.and_then(|fate| fate.after_ms).unwrap_or(self.timings.capture_ms) {
            _ if fate.is_some_and(|fate| fate.outcome == End::Stay) => {}
            0 => {
                self.complete_capture(index, capture);
            }
            ms => self.arm(self.now.after(millis(ms)), Timer::CompleteCapture { payment: index, capture }),
        }
        capture
    }

    /// Ends a capture that is in process, unless the review holds it back; `false` if it is not in process.
    pub(crate) fn complete_capture(&mut self, index: usize, capture: usize) -> bool {
        let now = self.now;
        let void_id = self.new_id();
        let Some(payment) = self.payments.get_mut(index) else { return false };
        let Some(entry) = payment.captures.get_mut(capture) else { return false };
        if !entry.progress.is_open() {
            return false;
        }
        if payment.review == Some(Review::Processing) {
            entry.held_back = true;
            return true;
        }
        entry.done_at = Some(now);
        if let Progress::Doomed(code) = entry.progress {
            entry.progress = Progress::Failed(code);
        } else {
            entry.progress = Progress::Done;
            let rest = if entry.releases_rest { payment.uncaptured() } else { 0 };
            if rest > 0 {
                payment.voided = payment.voided.saturating_add(rest);
                payment.void_id = Some(void_id);
            }
        }
        self.tell_capture(index, capture);
        true
    }

    /// Ends a capture by the control API.
    ///
    /// # Errors
    /// If there is no such capture, it has ended, or the end is not one that it can have.
    pub fn end_capture(
        &mut self,
        at: Time,
        client: Option<&str>,
        request_id: &str,
        capture_request_id: &str,
        input: Value,
    ) -> Result<Value, CompletionError> {
        self.run_to(at);
        let verdict = Verdict::read(input, "capture")?;
        let index = self.index_of(client, request_id).ok_or(CompletionError::Unknown)?;
        let payment = self.payments.get_mut(index).ok_or(CompletionError::Unknown)?;
        let mut captures = payment.captures.iter_mut().enumerate();
        let found = captures.find(|(_, one)| one.request_id.as_str() == capture_request_id);
        let (place, entry) = found.ok_or(CompletionError::Unknown)?;
        if !entry.progress.is_open() {
            return Err(CompletionError::Final);
        }
        entry.progress = verdict.progress()?;
        self.note_act(index, "end_capture", capture_request_id);
        self.complete_capture(index, place);
        self.payment_at(index).ok_or(CompletionError::Unknown)
    }

    fn tell_capture(&mut self, index: usize, capture: usize) {
        let now = self.now;
        let Some(payment) = self.payments.get(index) else { return };
        let Some(entry) = payment.captures.get(capture) else { return };
        let code = entry.progress.code();
        let mut body = json!({
            "notifyType": "CAPTURE_RESULT",
            "result": codes::result("notifyCapture", code),
            "paymentId": payment.payment_id,
            "captureRequestId": entry.request_id,
            "captureId": entry.capture_id,
            "captureAmount": payment.amount.with_value(entry.amount).to_json(),
        });
        if let (Some(done_at), Some(members)) = (entry.done_at, body.as_object_mut()) {
            members.insert("captureTime".to_owned(), json!(done_at.to_wire()));
            if entry.progress == Progress::Done {
                members.extend(self.reference_of(&payment.client, &entry.capture_id));
            }
        }
        // The gateway tells the payment first; only a fault rule or an arrangement turns the order round.
        let due = payment.told_at.unwrap_or(now).max(now);
        let url = self.payment_url(payment);
        self.tell(index, "CAPTURE_RESULT", url, body, due);
    }

    /// `acquirerReferenceNo`, where the client's acquirer gives one (Singapore and Hong Kong).
    pub(crate) fn reference_of(&self, client: &str, id: &str) -> Map<String, Value> {
        let mut members = Map::new();
        if self.contract_of(client).acquirer_reference_no {
            members.insert("acquirerReferenceNo".to_owned(), json!(acquirer_reference(id)));
        }
        members
    }

    pub(crate) fn expire_authorization(&mut self, index: usize) {
        let now = self.now;
        let id = self.new_id();
        let Some(payment) = self.payments.get_mut(index) else { return };
        if payment.phase != Phase::Success || payment.auth_expiry != Some(now) {
            return;
        }
        payment.auth_expired = true;
        let rest = payment.uncaptured();
        if rest == 0 {
            return;
        }
        payment.voided = payment.voided.saturating_add(rest);
        payment.void_id = Some(id);
        if payment.captured() == 0 && payment.capturing() == 0 {
            payment.phase = Phase::Cancelled;
            payment.cancelled_at = Some(now);
        }
    }
}

/// How a capture or refund in process ends, as the control API says it.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Verdict {
    pub(crate) outcome: VerdictOutcome,
    #[serde(default)]
    result_code: Option<Code>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum VerdictOutcome {
    Succeed,
    Fail,
    /// For a refund that was done.
    Bounce,
}

impl Verdict {
    pub(crate) fn read(input: Value, api: &str) -> Result<Self, CompletionError> {
        let verdict: Self = super::reading::read_named(input).map_err(invalid)?;
        match verdict.result_code {
            Some(_) if verdict.outcome != VerdictOutcome::Fail => {
                Err(invalid("resultCode is for outcome fail only"))
            }
            Some(code) if !code.is_failure_of(api) => {
                Err(invalid(format!("resultCode {} is no failure of {api}", code.as_str())))
            }
            _ => Ok(verdict),
        }
    }

    /// What makes something in process end so.
    pub(crate) fn progress(&self) -> Result<Progress, CompletionError> {
        match self.outcome {
            VerdictOutcome::Succeed => Ok(Progress::Processing),
            VerdictOutcome::Fail => Ok(Progress::Doomed(self.result_code.unwrap_or(Code::PROCESS_FAIL))),
            VerdictOutcome::Bounce => Err(invalid("outcome bounce is for a refund that was done")),
        }
    }
}

fn invalid(reason: impl ToString) -> CompletionError {
    CompletionError::Invalid(reason.to_string())
}

/// The reference by which card networks know a movement of money: 23 digits.
pub(crate) fn acquirer_reference(id: &str) -> String {
    let digits: String = id.chars().filter(char::is_ascii_digit).collect();
    let tail = digits.get(digits.len().saturating_sub(16)..).unwrap_or_default();
    format!("7451234{tail:0>16}")
}
