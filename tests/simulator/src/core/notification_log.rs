//! The log of notifications and their tries, as the control API shows and filters it.
//! Sending is in `notifications`.

use std::borrow::Cow;

use serde_json::{Value, json};

use super::faults::FaultKind;
use super::gateway::Gateway;
use super::notifications::{Attempt, Notification, Standing};
use super::time::Time;

impl Gateway {
    /// The log of one notification for the control API.
    pub fn notification_view(&self, index: usize) -> Option<Value> {
        self.notifications.get(index).map(|notification| self.notification_view_of(index, notification))
    }

    /// The log of all notifications that pass the filters.
    pub fn notification_views(&self, filter: &NotificationFilter) -> Vec<Value> {
        let admitted = self.notifications.iter().enumerate().filter(|(_, one)| self.admits(filter, one));
        let newest = admitted.rev().take(filter.limit.unwrap_or(usize::MAX));
        let view = |(index, notification)| self.notification_view_of(index, notification);
        let mut views: Vec<Value> = newest.map(view).collect();
        views.reverse();
        views
    }

    /// Whether a notification that passes the filters was tried at least once, to its end.
    pub fn has_tried_notification(&self, filter: &NotificationFilter) -> bool {
        let ended = |one: &Notification| one.tries.iter().any(|attempt| attempt.ending.is_some());
        self.notifications.iter().any(|one| self.admits(filter, one) && ended(one))
    }

    fn admits(&self, filter: &NotificationFilter, notification: &Notification) -> bool {
        let agrees = |wanted: &Option<String>, found: &str| wanted.as_ref().is_none_or(|w| w == found);
        agrees(&filter.client, &notification.client)
            && agrees(&filter.notify_type, &notification.kind)
            && (filter.payment_request_id.is_none()
                || filter.payment_request_id.as_deref() == self.payment_request_id(notification).as_deref())
    }

    /// The payment that a notification is about; one that was made by hand may only say so in its body.
    fn payment_request_id(&self, notification: &Notification) -> Option<Cow<'_, str>> {
        if let Some(payment) = notification.payment.and_then(|index| self.payments.get(index)) {
            return Some(payment.request_id.as_str().into());
        }
        let body: Value = serde_json::from_str(&notification.text).ok()?;
        body.get("paymentRequestId")?.as_str().map(|id| id.to_owned().into())
    }

    fn notification_view_of(&self, index: usize, notification: &Notification) -> Value {
        let standing = match notification.standing {
            Standing::Pending => "pending",
            Standing::Acknowledged => "acknowledged",
            Standing::Exhausted => "exhausted",
            Standing::Refused => "refused",
            Standing::Withheld => "withheld",
        };
        json!({
            "id": format!("n-{index}"),
            "clientId": notification.client,
            "notifyType": notification.kind,
            "paymentRequestId": self.payment_request_id(notification),
            "url": notification.url,
            "body": serde_json::from_str::<Value>(&notification.text).unwrap_or_default(),
            "status": standing,
            "nextTryAt": notification.next_at.map(Time::to_utc),
            "tries": notification.tries.iter().map(Attempt::view).collect::<Vec<_>>(),
        })
    }
}

/// Which notifications are asked for; an absent filter admits all.
#[derive(Clone, Debug, Default)]
pub struct NotificationFilter {
    /// Of this client.
    pub client: Option<String>,
    /// About this payment.
    pub payment_request_id: Option<String>,
    /// Of this type.
    pub notify_type: Option<String>,
    /// Only so many, the newest ones.
    pub limit: Option<usize>,
}

impl Attempt {
    fn view(&self) -> Value {
        json!({
            "at": self.at.to_utc(),
            "requestTime": self.stamp.to_wire(),
            "sentBody": self.body,
            "fault": self.fault.map(FaultKind::as_str),
            "done": self.ending.is_some(),
            "acknowledged": self.ending.as_ref().is_some_and(|ending| ending.acknowledged),
            "status": self.ending.as_ref().and_then(|ending| ending.status),
            "answer": self.ending.as_ref().map(|ending| &ending.answer),
            "error": self.ending.as_ref().and_then(|ending| ending.error.as_ref()),
        })
    }
}
