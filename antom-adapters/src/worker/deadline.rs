//! Says aloud, once in the life of a process, that held money is about to be lost or was: nobody captured it.
//! Who has to capture, and until when, is told by the order's own account; nothing is captured here.

use std::collections::HashSet;

use antom_core::id::PaymentRequestId;
use antom_core::time::Timestamp;
use antom_domain::order::{Order, Policy, TaskKind};
use antom_domain::policy::CaptureTime;

/// What was said already.
#[derive(Debug, Default)]
pub(super) struct Deadlines {
    told: HashSet<(PaymentRequestId, bool)>,
}

/// A hold that ends, or has ended, without a capture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Alert {
    payment_request_id: PaymentRequestId,
    capture_before: Timestamp,
    has_passed: bool,
}

impl Deadlines {
    /// Looks at an order that was just read, and logs what is new.
    pub(super) fn look(&mut self, order: &Order, now: Timestamp, policy: &Policy) {
        for Alert { payment_request_id, capture_before, has_passed } in self.new_alerts(order, now, policy) {
            let order_id = &order.reference_order_id;
            if has_passed {
                let next_step = "ask the buyer to pay again";
                tracing::error!(%order_id, %payment_request_id, %capture_before, next_step, "the time to capture has passed");
            } else {
                let next_step = "capture it, or cancel the payment";
                tracing::error!(%order_id, %payment_request_id, %capture_before, next_step, "held money must be captured soon");
            }
        }
    }

    //= A-2
    fn new_alerts(&mut self, order: &Order, now: Timestamp, policy: &Policy) -> Vec<Alert> {
        let is_near = |deadline| policy.capture_deadline.stand(deadline, now) != CaptureTime::Open;
        let near: Vec<(&PaymentRequestId, Timestamp)> = order
            .attempts
            .iter()
            .filter_map(|attempt| Some((&attempt.payment_request_id, attempt.authorization.capture_before?)))
            .filter(|(_, deadline)| is_near(*deadline))
            .collect();
        if near.is_empty() {
            return Vec::new();
        }
        let tasks = order.explain(now, policy).tasks;
        let has_passed = |id: &PaymentRequestId| {
            tasks.iter().filter(|task| task.payment_request_id == *id).find_map(|task| match task.kind {
                TaskKind::CaptureSoon => Some(false),
                TaskKind::CaptureMissed | TaskKind::CaptureEndedShort => Some(true),
                _ => None,
            })
        };
        near.into_iter()
            .filter_map(|(id, capture_before)| {
                let has_passed = has_passed(id)?;
                Some(Alert { payment_request_id: id.clone(), capture_before, has_passed })
            })
            .filter(|alert| self.told.insert((alert.payment_request_id.clone(), alert.has_passed)))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use antom_core::id::ReferenceOrderId;
    use antom_core::money::{Currency, Money};
    use antom_core::outcome::CaptureMode;
    use antom_domain::order::{Event, Integration, NewOrder, Role};

    use super::*;

    const HOUR: Duration = Duration::from_hours(1);

    fn at(hours: u32) -> Timestamp {
        Timestamp::from_epoch_millis(1_795_000_000_000).saturating_add(HOUR * hours)
    }

    fn policy() -> Policy {
        Policy::new("https://shop.example/notifications/antom", "https://shop.example/result/")
    }

    fn id() -> PaymentRequestId {
        "PAY-1".parse().unwrap()
    }

    /// An order whose card was authorized at the start, to be captured by us within seven days.
    fn held() -> Order {
        let new = NewOrder {
            reference_order_id: ReferenceOrderId::parse("ORDER-1").unwrap(),
            amount: Money::parse_minor(Currency::parse("USD").unwrap(), "4200").unwrap(),
            description: "Two cups".to_owned(),
            reference_buyer_id: "BUYER-1".parse().unwrap(),
        };
        let (mut order, _) = Order::create(&new, at(0)).unwrap();
        let events = [
            Event::AttemptOpened {
                payment_request_id: id(),
                integration: Integration::Session,
                payment_method_type: "CARD".to_owned(),
                capture_mode: Some(CaptureMode::Manual),
                token: "token".to_owned(),
                idempotency_key: None,
                window_closes_at: at(1),
            },
            Event::PaymentSucceeded { payment_request_id: id() },
            Event::AuthorizationHeld {
                payment_request_id: id(),
                capture_before: at(7 * 24),
                is_approved: false,
            },
            Event::AttemptKept { payment_request_id: id() },
        ];
        for event in events {
            order.apply(&event, at(0));
        }
        assert_eq!(order.attempts[0].role, Role::Kept);
        order
    }

    //= A-2 test
    #[test]
    fn held_money_is_announced_once_a_day_ahead_and_once_when_it_is_too_late() {
        let (order, mut deadlines) = (held(), Deadlines::default());
        let mut heard = |hour| deadlines.new_alerts(&order, at(hour), &policy());
        assert_eq!(heard(6 * 24 - 1), []);
        let alert = Alert { payment_request_id: id(), capture_before: at(7 * 24), has_passed: false };
        assert_eq!(heard(6 * 24), std::slice::from_ref(&alert));
        assert_eq!(heard(6 * 24 + 1), [], "once is enough");
        assert_eq!(heard(7 * 24), [Alert { has_passed: true, ..alert }]);
        assert_eq!(heard(7 * 24 + 1), []);
    }

    #[test]
    fn money_that_nobody_has_to_capture_is_not_announced() {
        let mut taken = held();
        taken.apply(&Event::AuthorizationCaptured { payment_request_id: id() }, at(1));
        let mut surplus = held();
        surplus.attempts[0].role = Role::Surplus;
        for order in [taken, surplus] {
            assert_eq!(Deadlines::default().new_alerts(&order, at(7 * 24), &policy()), []);
        }
    }
}
