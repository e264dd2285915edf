//! The log of notifications and their tries, as the control API shows and filters it.
//! Sending is in `notifications`.

use serde_json::{Value, json};

use super::gateway::Gateway;
use super::notifications::{Attempt, Delivery, Notification, Standing};
use super::time::Time;

impl Gateway {
    /// The log of one notification for the control API.
    pub fn notification_view(&self, index: usize) -> Option<Value> {
        self.notifications.get(index).map(|notification| notification.view(index))
    }

    /// The log of all notifications that pass the filters.
    pub fn notification_views(&self, filter: &NotificationFilter) -> Vec<Value> {
        let listed = self.notifications.iter().enumerate().filter(|(_, one)| filter.admits(one));
        listed.map(|(index, notification)| notification.view(index)).collect()
    }

    /// Whether a notification that passes the filters was tried at least once, to its end.
    pub fn has_tried_notification(&self, filter: &NotificationFilter) -> bool {
        let ended = |one: &Notification| one.tries.iter().any(|attempt| attempt.outcome.is_some());
        self.notifications.iter().any(|one| filter.admits(one) && ended(one))
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
}

impl NotificationFilter {
    fn admits(&self, notification: &Notification) -> bool {
        let agrees = |wanted: &Option<String>, found: &str| wanted.as_ref().is_none_or(|w| w == found);
        agrees(&self.client, &notification.draft.client)
            && agrees(&self.notify_type, &notification.draft.kind)
            && agrees(&self.payment_request_id, notification.payment_request_id())
    }
}

impl Notification {
    fn payment_request_id(&self) -> &str {
        self.draft.body.get("paymentRequestId").and_then(Value::as_str).unwrap_or_default()
    }

    fn view(&self, index: usize) -> Value {
        let standing = match self.standing {
            Standing::Pending => "pending",
            Standing::Acknowledged => "acknowledged",
            Standing::Exhausted => "exhausted",
            Standing::Refused => "refused",
        };
        json!({
            "id": format!("n-{index}"),
            "clientId": self.draft.client,
            "notifyType": self.draft.kind,
            "paymentRequestId": self.draft.body.get("paymentRequestId"),
            "url": self.draft.url,
            "body": self.draft.body,
            "status": standing,
            "nextTryAt": self.next_at.map(Time::to_utc),
            "tries": self.tries.iter().map(Attempt::view).collect::<Vec<_>>(),
        })
    }
}

impl Attempt {
    fn view(&self) -> Value {
        json!({
            "at": self.at.to_utc(),
            "requestTime": self.request_time,
            "sentBody": self.body,
            "fault": self.fault,
            "done": self.outcome.is_some(),
            "acknowledged": self.outcome.as_ref().is_some_and(Delivery::acknowledges),
            "status": self.outcome.as_ref().and_then(|outcome| outcome.status),
            "answer": self.outcome.as_ref().map(|outcome| outcome.answer.clone()),
            "error": self.outcome.as_ref().and_then(|outcome| outcome.error.clone()),
        })
    }
}
