//! Notifications as the gateway keeps them: what is sent where, every try, and the resend schedule.
//! Signing and posting them is left to the shell, which tells how each try ended.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::faults::{Fault, FaultKind};
use super::gateway::{Gateway, Timer};
use super::growth;
use super::judging::vouch_for_notification;
use super::mutation;
use super::names::Name;
use super::time::Time;
use super::timings::{ResendStamp, millis};

/// What a notification is about and where it goes.
#[derive(Clone, Debug)]
pub(crate) struct Draft {
    pub(crate) client: Name,
    pub(crate) kind: String,
    pub(crate) url: Name,
    pub(crate) body: Value,
    /// Notifications of one payment are sent one after the other.
    pub(crate) payment: Option<usize>,
}

/// Where a notification stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Standing {
    Pending,
    Acknowledged,
    /// All sends are used up.
    Exhausted,
    /// The target is not allowed, so nothing is ever sent.
    Refused,
    /// It was arranged that it is never sent.
    Withheld,
}

/// One try to deliver, for the log.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Attempt {
    pub(crate) at: Time,
    /// The time that its `request-time` header tells.
    pub(crate) stamp: Time,
    /// What was sent, where a fault rule changed it.
    pub(crate) body: Option<Name>,
    pub(crate) fault: Option<FaultKind>,
    pub(crate) ending: Option<Ending>,
}

/// How a try ended, as the log keeps it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Ending {
    pub(crate) status: Option<u16>,
    pub(crate) answer: Name,
    pub(crate) error: Option<Name>,
    pub(crate) acknowledged: bool,
}

/// How one try to deliver ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    /// HTTP status of the merchant's answer, if one came.
    pub status: Option<u16>,
    /// The merchant's answer, cut to a length fit for a log.
    pub answer: String,
    /// What went wrong on the way.
    pub error: Option<String>,
}

impl Delivery {
    /// A try that got no answer, for this reason.
    pub fn failed(error: &str) -> Self {
        Self { status: None, answer: String::new(), error: Some(error.to_owned()) }
    }

    /// Whether the answer acknowledges the notification.
    pub fn acknowledges(&self) -> bool {
        let Ok(answer) = serde_json::from_str::<Value>(&self.answer) else { return false };
        let result = |name: &str| answer.pointer(&format!("/result/{name}")).and_then(Value::as_str);
        self.error.is_none()
            && self.status == Some(200)
            && result("resultStatus") == Some("S")
            && result("resultCode") == Some("SUCCESS")
    }
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Notification {
    pub(crate) client: Name,
    pub(crate) kind: Name,
    pub(crate) url: Name,
    /// The body as it is signed and sent.
    pub(crate) text: Name,
    pub(crate) payment: Option<usize>,
    pub(crate) standing: Standing,
    pub(crate) tries: Vec<Attempt>,
    /// Sends by the schedule so far; those asked for by hand do not count.
    scheduled_sends: usize,
    pub(crate) next_at: Option<Time>,
    reordered: bool,
}

/// How the signature of a message is spoilt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Seal {
    /// A right signature.
    Good,
    /// A signature that does not verify.
    Bad,
    /// No signature header.
    Missing,
}

/// One try to deliver a notification, for the shell to carry out.
#[derive(Clone, Debug)]
pub struct Send {
    /// Which state of the gateway it belongs to; a reset begins another one.
    pub(crate) generation: u64,
    /// Which notification.
    pub notification: usize,
    /// Which try of it, from 0.
    pub attempt: usize,
    /// Sends of one group are carried out one after the other.
    pub group: Option<usize>,
    /// Client whose key version signs and whose id is in the header.
    pub client: Name,
    /// Where it goes.
    pub url: Name,
    /// The exact bytes to sign and send.
    pub body: Name,
    /// The `request-time` header.
    pub request_time: String,
    /// How it is signed.
    pub seal: Seal,
    /// How often it is posted.
    pub copies: u32,
    /// Real time to wait before it is posted.
    pub delay_ms: u64,
    /// Whether it is posted at all.
    pub lost: bool,
    /// An outcome that replaces the merchant's answer, as if the answer were lost on the way.
    pub answer_lost: Option<Delivery>,
}

impl Gateway {
    /// Queues a notification of the gateway's own for its first send at `due`.
    pub(crate) fn notify(&mut self, draft: Draft, due: Time) -> usize {
        vouch_for_notification(&draft.kind, &draft.body);
        self.queue(draft, due)
    }

    fn queue(&mut self, draft: Draft, due: Time) -> usize {
        let index = self.notifications.len();
        let wait = self.timings.resend_waits_ms.first().copied().unwrap_or(0);
        let due = due.after(millis(wait));
        let entry = Notification {
            client: draft.client,
            kind: self.names.of(&draft.kind),
            url: draft.url,
            text: draft.body.to_string().into(),
            payment: draft.payment,
            standing: Standing::Pending,
            tries: Vec::new(),
            scheduled_sends: 0,
            next_at: Some(due),
            reordered: false,
        };
        growth::push(&mut self.notifications, entry);
        self.arm(due, Timer::Notify { notification: index });
        index
    }

    /// Sees to it that a notification which was not sent yet never is.
    pub(crate) fn withhold(&mut self, index: usize) {
        if let Some(notification) = self.notifications.get_mut(index) {
            notification.standing = Standing::Withheld;
            notification.next_at = None;
        }
    }

    /// Sends by the schedule, if the notification still waits for exactly this moment.
    pub(crate) fn send_scheduled(&mut self, index: usize) {
        let now = self.now;
        let Some(notification) = self.notifications.get_mut(index) else { return };
        if notification.standing != Standing::Pending || notification.next_at.is_none_or(|at| at > now) {
            return;
        }
        let target = format!("notification:{}", notification.kind);
        let fault = if notification.reordered { None } else { self.faults.pick(&target) };
        if let Some(Fault { kind: FaultKind::Reorder, ms, .. }) = fault {
            let later = now.after(millis(ms.unwrap_or(10_000)));
            notification.reordered = true;
            notification.next_at = Some(later);
            self.arm(later, Timer::Notify { notification: index });
            return;
        }
        notification.reordered = false;
        notification.scheduled_sends = notification.scheduled_sends.saturating_add(1);
        let wait = self.timings.resend_waits_ms.get(notification.scheduled_sends).copied();
        notification.next_at = wait.map(|wait| now.after(millis(wait)));
        if let Some(next) = notification.next_at {
            self.arm(next, Timer::Notify { notification: index });
        }
        self.send(index, fault);
    }

    /// Sends once more by hand, whatever the schedule says; `None` if there is no such notification.
    pub fn resend(&mut self, at: Time, index: usize) -> Option<()> {
        self.run_to(at);
        self.notifications.get(index)?;
        self.send(index, None);
        Some(())
    }

    pub(crate) fn send(&mut self, index: usize, fault: Option<Fault>) {
        let same_stamp = self.timings.resend_stamp == ResendStamp::Same;
        let now = self.now;
        let Some(notification) = self.notifications.get_mut(index) else { return };
        let first = notification.tries.first().map(|attempt| attempt.stamp);
        let stamp = if same_stamp { first.unwrap_or(now) } else { now };
        let mutated = fault.and_then(|fault| mutation::of_text(fault.kind, &notification.text));
        let mutated = mutated.map(|body| Name::from(body.to_string()));
        let kind = fault.map(|fault| fault.kind);
        let send = Send {
            generation: self.generation,
            notification: index,
            attempt: notification.tries.len(),
            group: notification.payment,
            client: notification.client.clone(),
            url: notification.url.clone(),
            body: mutated.clone().unwrap_or_else(|| notification.text.clone()),
            request_time: stamp.to_wire(),
            seal: seal_of(kind),
            copies: if kind == Some(FaultKind::Duplicate) { 2 } else { 1 },
            delay_ms: match fault {
                Some(Fault { kind: FaultKind::Latency, ms, .. }) => ms.unwrap_or(1_000),
                _ => 0,
            },
            lost: matches!(kind, Some(FaultKind::Drop | FaultKind::TimeoutBeforeEffect)),
            answer_lost: lost_answer(fault),
        };
        // Most notifications are tried once.
        notification.tries.reserve_exact(1);
        notification.tries.push(Attempt { at: now, stamp, body: mutated, fault: kind, ending: None });
        let sent = send.body.clone();
        self.outgoing.push(send);
        self.journal.note(now, || {
            json!({
            "kind": "notification", "clientId": notification.client, "id": format!("n-{index}"),
            "notifyType": notification.kind, "fault": kind.map(FaultKind::as_str), "body": sent,
            })
        });
    }

    /// Takes note of how a try ended.
    pub fn delivered(&mut self, send: &Send, delivery: Delivery) {
        if send.generation != self.generation {
            return;
        }
        let (index, attempt) = (send.notification, send.attempt);
        let now = self.now;
        let ending = self.ending(&delivery);
        let mut exhausted = None;
        if let Some(notification) = self.notifications.get_mut(index) {
            if ending.acknowledged {
                notification.standing = Standing::Acknowledged;
                notification.next_at = None;
            } else if notification.standing == Standing::Pending && notification.next_at.is_none() {
                notification.standing = Standing::Exhausted;
                exhausted = Some(notification.kind.clone());
            }
            if let Some(attempt) = notification.tries.get_mut(attempt) {
                attempt.ending = Some(ending);
            }
        }
        if let Some(kind) = exhausted {
            self.journal.note(now, || json!({"kind": "notification_exhausted", "notifyType": kind}));
        }
    }

    /// Takes note that the target of a notification is not allowed; it is never sent again.
    pub fn refuse_target(&mut self, send: &Send, reason: &str) {
        if send.generation != self.generation {
            return;
        }
        let (index, attempt) = (send.notification, send.attempt);
        let ending = self.ending(&Delivery::failed(reason));
        if let Some(notification) = self.notifications.get_mut(index) {
            notification.standing = Standing::Refused;
            notification.next_at = None;
            if let Some(attempt) = notification.tries.get_mut(attempt) {
                attempt.ending = Some(ending);
            }
        }
    }

    pub(crate) fn ending(&mut self, delivery: &Delivery) -> Ending {
        Ending {
            status: delivery.status,
            answer: self.names.of(&delivery.answer),
            error: delivery.error.as_deref().map(|error| self.names.of(error)),
            acknowledged: delivery.acknowledges(),
        }
    }

    /// A notification made by hand: any type and content, signed like every other.
    pub(crate) fn trigger(
        &mut self,
        client: &str,
        url: &str,
        body: Map<String, Value>,
        payment: Option<usize>,
    ) -> usize {
        let kind = body.get("notifyType").and_then(Value::as_str).unwrap_or("PAYMENT_RESULT").to_owned();
        let draft = Draft {
            client: self.names.of(client),
            kind,
            url: self.names.of(url),
            body: Value::Object(body),
            payment,
        };
        self.queue(draft, self.now)
    }
}

pub(crate) fn seal_of(kind: Option<FaultKind>) -> Seal {
    match kind {
        Some(FaultKind::BadSignature) => Seal::Bad,
        Some(FaultKind::NoSignature) => Seal::Missing,
        _ => Seal::Good,
    }
}

fn lost_answer(fault: Option<Fault>) -> Option<Delivery> {
    match fault? {
        Fault { kind: FaultKind::TimeoutAfterEffect, .. } => {
            Some(Delivery::failed("the answer was lost by a fault rule"))
        }
        Fault { kind: FaultKind::Status, status, .. } => {
            Some(Delivery { status: Some(status.unwrap_or(503)), answer: String::new(), error: None })
        }
        _ => None,
    }
}
