//! What only the books know: the oldest open payment, holds that end soon, surplus, tasks for people, calls and
//! events that are late.
//! Asked when somebody looks, at most every few seconds; at most some hundred orders are read, the oldest first.

use std::sync::Arc;
use std::time::Duration;

use antom_core::time::Timestamp;
use antom_domain::order::{Attempt, Explanation, Order, OrderPhase, Policy, Role, TaskKind};
use antom_domain::payment::{PaymentPhase, PaymentTable};
use antom_domain::port::StoreError;
use antom_domain::service::Books;
use antom_domain::verdict::Table;
use prometheus_client::metrics::family::Family;
use prometheus_client::registry::Registry;
use tokio::sync::Mutex;
use tokio::time::Instant;

use super::{Labels, Level, signed};
use crate::outbound::inspect::Inspect;

/// How long an answer is good for: whoever looks more often sees the same.
const GOOD_FOR: Duration = Duration::from_secs(5);
/// The most orders of one kind that are read for one answer.
const MOST_ORDERS: usize = 500;
/// A hold that ends within this time must be captured soon.
const SOON: Duration = Duration::from_hours(24);
/// Phases in which the merchant may have to capture.
const TO_CAPTURE: [OrderPhase; 2] = [OrderPhase::Authorized, OrderPhase::PartlyCaptured];

const TASKS: [(&str, TaskKind); 8] = [
    ("capture", TaskKind::Capture),
    ("captureSoon", TaskKind::CaptureSoon),
    ("captureRest", TaskKind::CaptureRest),
    ("captureEndedShort", TaskKind::CaptureEndedShort),
    ("captureMissed", TaskKind::CaptureMissed),
    ("captureLost", TaskKind::CaptureLost),
    ("settleDispute", TaskKind::SettleDispute),
    ("returnSurplus", TaskKind::ReturnSurplus),
];

/// The questions to the books, and the levels that the answers are kept in.
#[derive(Debug)]
pub(crate) struct Survey {
    inspect: Arc<dyn Inspect>,
    books: Books,
    tells_events: bool,
    levels: Levels,
    answered: Mutex<Option<Instant>>,
}

#[derive(Debug)]
struct Levels {
    is_known: Level,
    is_cut: Level,
    open_payments: Level,
    oldest_payment: Level,
    in_doubt: Level,
    capture_soon: Level,
    surplus: Level,
    calls_overdue: Level,
    event_backlog: Level,
    tasks: Vec<(TaskKind, Level)>,
}

/// What some orders add up to.
#[derive(Debug, Default, PartialEq, Eq)]
struct Sums {
    open_payments: usize,
    oldest_payment: Option<Timestamp>,
    in_doubt: usize,
    capture_soon: usize,
    surplus: usize,
    tasks: Vec<TaskKind>,
    is_cut: bool,
}

impl Survey {
    /// Where events are only kept, none of them waits.
    pub(crate) fn register(
        registry: &mut Registry,
        inspect: Arc<dyn Inspect>,
        books: &Books,
        tells_events: bool,
    ) -> Survey {
        let mut level = |name: &str, help: &str| {
            let level = Level::default();
            registry.register(name, help, level.clone());
            level
        };
        let levels = Levels {
            is_known: level(
                "books_readable",
                "Whether the levels below could be read: 1, or 0 and they are old",
            ),
            is_cut: level(
                "books_cut",
                "Whether there are more open orders than are looked at, the oldest first",
            ),
            open_payments: level("open_payments", "Payments without a final result"),
            oldest_payment: level(
                "oldest_open_payment_seconds",
                "Age of the oldest payment without a final result",
            ),
            in_doubt: level("payments_in_doubt", "Payments whose opening call has no verified answer"),
            capture_soon: level(
                "capture_deadlines_soon",
                "Holds that end within 24 h and that only the merchant captures",
            ),
            surplus: level("surplus_payments", "Surplus payments whose money has not gone back yet"),
            calls_overdue: level(
                "calls_overdue_seconds",
                "How long the earliest due call has waited for its turn",
            ),
            event_backlog: level(
                "event_backlog_seconds",
                "How long the event that waits longest has waited to reach the merchant's own systems",
            ),
            tasks: Vec::new(),
        };
        let tasks = Family::<Labels, Level>::default();
        registry.register("tasks", "What people have to do, by kind", tasks.clone());
        let tasks = TASKS.map(|(name, kind)| (kind, tasks.get_or_create_owned(&[("task", name)])));
        let levels = Levels { tasks: tasks.into(), ..levels };
        Survey { inspect, books: books.clone(), tells_events, levels, answered: Mutex::new(None) }
    }

    /// Asks anew, unless that was done a moment ago.
    pub(crate) async fn refresh(&self) {
        let mut answered = self.answered.lock().await;
        if answered.is_some_and(|at| at.elapsed() < GOOD_FOR) {
            return;
        }
        let asked = self.ask().await;
        if let Err(error) = &asked {
            tracing::warn!(%error, "the books cannot be surveyed");
        }
        self.levels.is_known.set(asked.is_ok().into());
        *answered = Some(Instant::now());
    }

    async fn ask(&self) -> Result<(), StoreError> {
        let (ports, policy) = (self.books.ports(), self.books.policy());
        let now = ports.clock.now();
        let mut sums = Sums::default();
        let open = self.inspect.oldest_open(MOST_ORDERS).await?;
        sums.is_cut = open.len() == MOST_ORDERS;
        open.iter().for_each(|order| sums.add(order, now, policy));
        for phase in TO_CAPTURE {
            // These are open too, but a crowd of younger ones must not hide them.
            let held = self.inspect.oldest_in(phase, MOST_ORDERS).await?;
            let seen =
                |order: &&Order| open.iter().all(|one| one.reference_order_id != order.reference_order_id);
            held.iter().filter(seen).for_each(|order| sums.add(order, now, policy));
        }
        let due = ports.outbox.next_due().await?;
        self.levels.show(&sums, now);
        self.levels.calls_overdue.set(seconds(due, now));
        if self.tells_events {
            self.levels.event_backlog.set(seconds(self.inspect.oldest_event().await?, now));
        }
        Ok(())
    }
}

impl Sums {
    fn add(&mut self, order: &Order, now: Timestamp, policy: &Policy) {
        for attempt in &order.attempts {
            if !PaymentTable::is_final(attempt.payment.phase) {
                self.open_payments = self.open_payments.saturating_add(1);
                let oldest = self.oldest_payment.unwrap_or(attempt.opened_at);
                self.oldest_payment = Some(oldest.min(attempt.opened_at));
            }
            self.in_doubt =
                self.in_doubt.saturating_add((attempt.payment.phase == PaymentPhase::InDoubt).into());
            let is_surplus = attempt.role == Role::Surplus && attempt.holds_money();
            self.surplus = self.surplus.saturating_add(is_surplus.into());
        }
        let Explanation { tasks, .. } = order.explain(now, policy);
        let ends_soon = |attempt: &Attempt| {
            let ends = attempt.authorization.capture_before;
            ends.is_some_and(|ends| ends > now && ends <= now.saturating_add(SOON))
        };
        let is_ours =
            |kind| matches!(kind, TaskKind::Capture | TaskKind::CaptureSoon | TaskKind::CaptureRest);
        let soon = tasks.iter().filter(|task| is_ours(task.kind)).filter(|task| {
            order
                .attempts
                .iter()
                .any(|attempt| attempt.payment_request_id == task.payment_request_id && ends_soon(attempt))
        });
        self.capture_soon = self.capture_soon.saturating_add(soon.count());
        self.tasks.extend(tasks.iter().map(|task| task.kind));
    }
}

impl Levels {
    fn show(&self, sums: &Sums, now: Timestamp) {
        self.is_cut.set(sums.is_cut.into());
        self.open_payments.set(signed(sums.open_payments));
        self.oldest_payment.set(seconds(sums.oldest_payment, now));
        self.in_doubt.set(signed(sums.in_doubt));
        self.capture_soon.set(signed(sums.capture_soon));
        self.surplus.set(signed(sums.surplus));
        for (kind, level) in &self.tasks {
            level.set(signed(sums.tasks.iter().filter(|task| *task == kind).count()));
        }
    }
}

/// For how long something has waited; 0 where nothing does, or where its time is still to come.
fn seconds(since: Option<Timestamp>, now: Timestamp) -> i64 {
    let waited = since.map_or(Duration::ZERO, |since| now.since(since));
    i64::try_from(waited.as_secs()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use antom_core::id::PaymentRequestId;
    use antom_core::money::{Currency, Money};
    use antom_core::outcome::CaptureMode;
    use antom_domain::order::{CancelReason, Event, Integration, NewOrder};

    use super::*;

    const HOUR: Duration = Duration::from_hours(1);

    fn at(hours: u32) -> Timestamp {
        Timestamp::from_epoch_millis(1_795_000_000_000).saturating_add(HOUR * hours)
    }

    fn policy() -> Policy {
        Policy::new("https://shop.example/notifications/antom", "https://shop.example/result/")
    }

    fn opened(id: &PaymentRequestId) -> Event {
        Event::AttemptOpened {
            payment_request_id: id.clone(),
            integration: Integration::Session,
            payment_method_type: "CARD".to_owned(),
            capture_mode: Some(CaptureMode::Manual),
            token: format!("token-{id}"),
            idempotency_key: None,
            request_digest: None,
            storage_agreed_at: None,
            product_scene: None,
            window_closes_at: at(1),
        }
    }

    /// An order with the events, the first at hour 0 and each an hour later than the one before.
    fn order(events: &[Event]) -> Order {
        let new = NewOrder {
            reference_order_id: "ORDER-1".parse().unwrap(),
            amount: Money::parse_minor(Currency::parse("USD").unwrap(), "4200").unwrap(),
            description: "Two cups".to_owned(),
            reference_buyer_id: "BUYER-1".parse().unwrap(),
            details: Default::default(),
        };
        let (mut order, _) = Order::create(&new, at(0)).unwrap();
        for (hour, event) in (0..).zip(events) {
            order.apply(event, at(hour));
        }
        order
    }

    fn sums(order: &Order, now: Timestamp) -> Sums {
        let mut sums = Sums::default();
        sums.add(order, now, &policy());
        sums
    }

    #[test]
    fn the_oldest_open_payment_counts_and_an_unknown_outcome_is_told() {
        let [first, second]: [PaymentRequestId; 2] = ["PAY-1", "PAY-2"].map(|id| id.parse().unwrap());
        let order =
            order(&[opened(&first), opened(&second), Event::PaymentInDoubt { payment_request_id: second }]);
        let sums = sums(&order, at(5));
        assert_eq!((sums.open_payments, sums.oldest_payment, sums.in_doubt), (2, Some(at(0)), 1));
        assert_eq!(seconds(sums.oldest_payment, at(5)), 5 * 3_600);
        assert_eq!(seconds(Some(at(5)), at(4)), 0, "what is still to come has not waited");
    }

    #[test]
    fn a_hold_is_soon_lost_within_a_day_of_its_end_and_not_before_or_after() {
        let id: PaymentRequestId = "PAY-1".parse().unwrap();
        let held = order(&[
            opened(&id),
            Event::PaymentSucceeded { payment_request_id: id.clone() },
            Event::AuthorizationHeld {
                payment_request_id: id.clone(),
                capture_before: at(7 * 24),
                is_approved: false,
            },
            Event::AttemptKept { payment_request_id: id },
        ]);
        let seen = |hour| {
            let sums = sums(&held, at(hour));
            (sums.capture_soon, sums.tasks)
        };
        assert_eq!(seen(6 * 24 - 1), (0, vec![TaskKind::Capture]));
        assert_eq!(seen(6 * 24), (1, vec![TaskKind::CaptureSoon]));
        assert_eq!(seen(7 * 24), (0, vec![TaskKind::CaptureMissed]));
    }

    #[test]
    fn surplus_counts_until_its_money_is_back() {
        let id: PaymentRequestId = "PAY-1".parse().unwrap();
        let mut surplus = order(&[
            opened(&id),
            Event::PaymentSucceeded { payment_request_id: id.clone() },
            Event::AuthorizationHeld {
                payment_request_id: id.clone(),
                capture_before: at(7 * 24),
                is_approved: false,
            },
            Event::AttemptSurplus { payment_request_id: id.clone() },
        ]);
        assert_eq!(sums(&surplus, at(5)).surplus, 1);
        surplus.apply(&Event::AuthorizationReleased { payment_request_id: id.clone() }, at(5));
        surplus.apply(
            &Event::CancelRequested { payment_request_id: id.clone(), reason: CancelReason::Surplus },
            at(5),
        );
        surplus.apply(&Event::CancelConfirmed { payment_request_id: id }, at(5));
        assert_eq!(sums(&surplus, at(6)).surplus, 0);
    }
}
