//! Asks the questions of one order whose time has come.
//! When that is, is told by the schedule; what an answer changes is the domain's.

use std::sync::Arc;

use antom_core::id::ReferenceOrderId;
use antom_domain::order::{CallId, Event, Order};
use antom_domain::policy::Polling;
use antom_domain::service::{Books, Inquiries, Reminders};

use super::schedule::LastAsked;

/// What came of asking about an order.
#[derive(Debug, Default)]
pub(super) struct Asked {
    /// What was asked.
    pub(super) calls: Vec<CallId>,
    /// The order afterwards; `None` where it could not be read.
    pub(super) order: Option<Arc<Order>>,
    /// Whether the answers changed the order.
    pub(super) has_news: bool,
}

/// Asks the questions whose time has come.
pub(super) async fn ask_due(
    books: &Books,
    inquiries: &Inquiries,
    order_id: &ReferenceOrderId,
    last_asked: &LastAsked,
    polling: &Polling,
) -> Asked {
    let mut order = match books.load(order_id).await {
        Ok(stored) => stored.order,
        Err(error) => {
            tracing::error!(referenceOrderId = %order_id, %error, "order cannot be read");
            return Asked::default();
        }
    };
    let before = Arc::clone(&order);
    let now = books.ports().clock.now();
    if order.is_read_only {
        // Instances of the newer program ask; this one looks again in the same rhythm.
        let left = order.questions().iter().map(|question| question.subject.call_id()).collect();
        return Asked { calls: left, has_news: false, order: Some(order) };
    }
    let mut asked = Vec::new();
    for question in order.questions() {
        let id = question.subject.call_id();
        let last = last_asked.of(&id);
        if last.is_some() && polling.next(question.quick_since, last, now) > now {
            continue;
        }
        match inquiries.ask(order_id, &question).await {
            Ok(answer) => {
                if let Some(failure) = answer.failure {
                    tracing::warn!(referenceOrderId = %order_id, call = %id, %failure, "inquiry without an answer");
                }
                order = answer.order;
            }
            Err(error) => {
                tracing::error!(referenceOrderId = %order_id, call = %id, %error, "inquiry not recorded")
            }
        }
        asked.push(id);
    }
    match Reminders::new(books.clone()).remind(&order).await {
        Ok(reminders) => reminders.iter().for_each(|reminder| say(order_id, reminder)),
        Err(error) => {
            tracing::error!(referenceOrderId = %order_id, %error, "reminder not recorded; the next look records it");
        }
    }
    Asked { calls: asked, has_news: order != before, order: Some(order) }
}

/// Says a reminder aloud, for those who read the log and no events.
//= A-2
fn say(order_id: &ReferenceOrderId, reminder: &Event) {
    match reminder {
        Event::CaptureDeadlineNear { payment_request_id, capture_before } => {
            let next_step = "capture it, or cancel the payment";
            tracing::error!(referenceOrderId = %order_id, paymentRequestId = %payment_request_id, %capture_before, next_step, "held money must be captured soon");
        }
        Event::CaptureDeadlinePassed { payment_request_id, capture_before } => {
            let next_step = "ask the buyer to pay again";
            tracing::error!(referenceOrderId = %order_id, paymentRequestId = %payment_request_id, %capture_before, next_step, "the time to capture has passed");
        }
        _ => {}
    }
}
