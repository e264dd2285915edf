//! The way in for requests: scenarios, faults, the operation itself, the journal.
//! The operations are in `operations`; signatures are checked and made by the shell.

use serde_json::{Value, json};

use super::catalogue::Findings;
use super::discretion::discreet;
use super::faults::{Fault, FaultKind};
use super::gateway::Gateway;
use super::judging::{Judged, vouch_for_answer};
use super::mutation;
use super::notifications::{Seal, seal_of};
use super::operation::Operation;
use super::reply::{Refusal, Reply};
use super::time::Time;

/// What becomes of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// HTTP 200 with this body, signed as told.
    Body(String, Seal),
    /// A bare HTTP status.
    Status(u16),
    /// No answer; the connection is closed.
    Close,
}

/// The answer to a request and how long it is held back in real time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Handled {
    /// What is answered.
    pub answer: Answer,
    /// Milliseconds of real time before it.
    pub delay_ms: u64,
    /// Notifications whose first send ends before it.
    pub after: Vec<usize>,
}

impl Gateway {
    /// Handles a request whose signature has been found right.
    pub fn call(&mut self, at: Time, client: &str, operation: Operation, body: &[u8]) -> Handled {
        self.run_to(at);
        let fault = self.faults.pick(operation.name());
        let judged = self.judge(client, operation, body);
        let (mut handled, code) = self.call_with(client, operation, &judged, fault);
        if fault.is_some_and(|fault| fault.kind == FaultKind::NotifyFirst) {
            handled.after = self.tell_first(client, operation, body);
        }
        self.journal_call(&Exchange {
            client,
            operation: operation.name(),
            body,
            fault,
            code: &code,
            answer: &handled.answer,
            findings: &judged.findings,
        });
        handled
    }

    /// Answers a signed request that no operation can take.
    pub fn refuse(
        &mut self,
        at: Time,
        client: &str,
        path: &str,
        body: &[u8],
        (code, message): (&str, Option<&str>),
    ) -> Handled {
        self.run_to(at);
        let refusal = Refusal { code: code.to_owned(), message: message.map(str::to_owned) };
        let text = Reply::from(refusal).into_json("gateway").to_string();
        let answer = Answer::Body(text, Seal::Good);
        let findings = &Findings::default();
        self.journal_call(&Exchange {
            client,
            operation: path,
            body,
            fault: None,
            code,
            answer: &answer,
            findings,
        });
        Handled { answer, delay_ms: 0, after: Vec::new() }
    }

    fn call_with(
        &mut self,
        client: &str,
        operation: Operation,
        judged: &Judged,
        fault: Option<Fault>,
    ) -> (Handled, String) {
        let without_effect =
            |answer, delay_ms| (Handled { answer, delay_ms, after: Vec::new() }, String::new());
        match fault {
            Some(Fault { kind: FaultKind::TimeoutBeforeEffect, ms, .. }) => {
                return without_effect(Answer::Close, ms.unwrap_or(15_000));
            }
            Some(Fault { kind: FaultKind::Drop, effect: false, .. }) => {
                return without_effect(Answer::Close, 0);
            }
            Some(Fault { kind: FaultKind::Status, effect: false, status, ms }) => {
                return without_effect(Answer::Status(status.unwrap_or(503)), ms.unwrap_or(0));
            }
            _ => {}
        }
        let mut performed = self.perform(client, operation, judged);
        if fault.is_some_and(|fault| fault.kind == FaultKind::Duplicate) {
            performed = self.perform(client, operation, judged);
        }
        let Performed { reply, silent } = performed;
        let code = reply.code().to_owned();
        let json = reply.into_json(operation.name());
        vouch_for_answer(operation, &json);
        let json = fault.and_then(|fault| mutation::of_body(fault.kind, &json)).unwrap_or(json);
        let seal = seal_of(fault.map(|fault| fault.kind));
        let sealed = || Answer::Body(json.to_string(), seal);
        let (answer, delay_ms) = match fault {
            _ if silent => (Answer::Close, 15_000),
            Some(Fault { kind: FaultKind::TimeoutAfterEffect, ms, .. }) => {
                (Answer::Close, ms.unwrap_or(15_000))
            }
            Some(Fault { kind: FaultKind::Drop, .. }) => (Answer::Close, 0),
            Some(Fault { kind: FaultKind::Status, status, ms, .. }) => {
                (Answer::Status(status.unwrap_or(503)), ms.unwrap_or(0))
            }
            Some(Fault { kind: FaultKind::Latency | FaultKind::Reorder, ms, .. }) => {
                (sealed(), ms.unwrap_or(1_000))
            }
            _ => (sealed(), 0),
        };
        (Handled { answer, delay_ms, after: Vec::new() }, code)
    }

    fn perform(&mut self, client: &str, operation: Operation, judged: &Judged) -> Performed {
        if self.exceeds_rate_limit(client) {
            return Performed::answering(Reply::new("REQUEST_TRAFFIC_EXCEED_LIMIT"));
        }
        if let Some(code) = self.scenario_code(client, operation) {
            return Performed::answering(Reply::new(&code));
        }
        let request = match judged.request() {
            Ok(request) => request,
            Err(refusal) => return Performed::answering(refusal.into()),
        };
        let magic = self.magic_of(client, operation, request);
        let reply = match operation {
            Operation::CreatePaymentSession => self.create_payment_session(client, request),
            Operation::Pay => self.pay(client, request),
            Operation::InquiryPayment => self.inquiry_payment(client, request),
            Operation::Capture => self.capture(client, request),
            Operation::Cancel => self.cancel(client, request),
            Operation::Refund => self.refund(client, request),
            Operation::InquiryRefund => self.inquiry_refund(client, request),
            Operation::Consult => self.consult(client, request),
            Operation::RetrievePaymentSession => self.retrieve_payment_session(client, request),
            Operation::InquireInstallment => self.inquire_installment(client, request),
            Operation::InquireExchangeRate => self.inquire_exchange_rate(request),
            Operation::UpdateAmount => self.update_amount(client, request),
            Operation::CreateVaultingSession => self.create_vaulting_session(client, request),
            Operation::VaultPaymentMethod => self.vault_payment_method(client, request),
            Operation::InquireVaulting => self.inquire_vaulting(client, request),
            Operation::InquireToken => self.inquire_token(client, request),
            Operation::UpdateToken => self.update_token(client, request),
            Operation::DeleteToken => self.delete_token(client, request),
        };
        let reply = reply.unwrap_or_else(Reply::from);
        match magic {
            Some(Magic::Unknown) => Performed::answering(Reply::new("UNKNOWN_EXCEPTION")),
            Some(Magic::Timeout) => Performed { reply, silent: true },
            None => Performed::answering(reply),
        }
    }

    fn magic_of(&self, client: &str, operation: Operation, request: &Value) -> Option<Magic> {
        if !self.settings.magic_amounts {
            return None;
        }
        let amount = match operation {
            Operation::Pay => request.pointer("/paymentAmount/value")?.as_str()?.parse().ok()?,
            Operation::InquiryPayment => self.find_payment(client, request).ok()?.1.amount.value,
            _ => return None,
        };
        match (operation, amount) {
            (Operation::Pay, 9_901) | (Operation::InquiryPayment, 9_903) => Some(Magic::Unknown),
            (Operation::Pay, 9_902) | (Operation::InquiryPayment, 9_904) => Some(Magic::Timeout),
            _ => None,
        }
    }

    fn journal_call(&mut self, exchange: &Exchange<'_>) {
        let Exchange { client, operation, body, fault, code, answer, findings } = exchange;
        self.journal.note(self.now, || {
            let answered = match answer {
                Answer::Body(text, _) => Value::from(text.as_str()),
                Answer::Status(status) => Value::from(*status),
                Answer::Close => Value::Null,
            };
            json!({
                "kind": "call", "clientId": client, "operation": operation, "resultCode": code,
                "request": discreet(&String::from_utf8_lossy(body)), "answer": answered,
                "fault": fault.map(|fault| fault.kind.as_str()), "verdicts": findings.to_json(),
            })
        });
    }
}

/// A request and its answer, for the journal.
struct Exchange<'a> {
    client: &'a str,
    /// Or the path that none answers on.
    operation: &'a str,
    body: &'a [u8],
    fault: Option<Fault>,
    code: &'a str,
    answer: &'a Answer,
    findings: &'a Findings,
}

/// The meaning of a magic amount.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Magic {
    Unknown,
    Timeout,
}

struct Performed {
    reply: Reply,
    silent: bool,
}

impl Performed {
    fn answering(reply: Reply) -> Self {
        Self { reply, silent: false }
    }
}

/// The body of an answer to a request that cannot be trusted, which goes out without a signature.
pub fn unsigned_refusal(code: &str, message: &str) -> String {
    Reply::from(Refusal::with(code, message.to_owned())).into_json("gateway").to_string()
}
