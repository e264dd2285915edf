//! What alerts and charts show, counted from the books at most every few seconds.
//! Which orders call for somebody is what `explain` says of each; drawing is left to the pages.

use std::sync::Arc;
use std::time::Duration;

use antom_core::id::{PaymentRequestId, ReferenceOrderId};
use antom_core::money::Money;
use antom_core::time::Timestamp;
use antom_domain::order::{Attempt, Order, OrderPhase, Policy, Role, TaskKind};
use antom_domain::payment::{PaymentPhase, PaymentTable};
use antom_domain::port::StoreError;
use antom_domain::verdict::Table as _;
use tokio::sync::Mutex;
use tokio::time::Instant;

use super::Dashboard;
use super::lists::newest_orders;

/// How long an answer is good for, however many look.
const GOOD_FOR: Duration = Duration::from_secs(4);
/// Of each kind of orders that wait, the oldest are looked at.
const MOST_WAITING: usize = 500;
/// Phases in which somebody may have to act, beside the open orders.
const CALLING: [OrderPhase; 3] = [OrderPhase::OnHold, OrderPhase::Authorized, OrderPhase::PartlyCaptured];

/// The last answer.
#[derive(Debug, Default)]
pub(super) struct LastFigures(Mutex<Option<(Instant, Arc<Figures>)>>);

/// What was counted.
#[derive(Debug, Default)]
pub(super) struct Figures {
    pub(super) alerts: Vec<Alert>,
    /// Ends of payments by day, the oldest day first.
    pub(super) days: Vec<Day>,
    /// From opening to the end, by the steps of [`TIMES`].
    pub(super) times: [usize; TIMES.len()],
    /// Ages of payments without an end, by the steps of [`AGES`].
    pub(super) ages: [usize; AGES.len()],
}

/// Payments that ended on one day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Day {
    pub(super) day: String,
    pub(super) succeeded: usize,
    pub(super) failed: usize,
    pub(super) cancelled: usize,
}

/// The days that are shown.
const DAYS: usize = 14;

/// Upper ends in seconds, and what they are called.
pub(super) const TIMES: [(u64, &str); 7] = [
    (10, "10 s"),
    (30, "30 s"),
    (60, "1 min"),
    (120, "2 min"),
    (300, "5 min"),
    (900, "15 min"),
    (u64::MAX, "> 15 min"),
];
pub(super) const AGES: [(u64, &str); 6] =
    [(60, "1 min"), (300, "5 min"), (900, "15 min"), (3_600, "1 h"), (86_400, "1 d"), (u64::MAX, "> 1 d")];

/// Something that calls for somebody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Alert {
    pub(super) kind: AlertKind,
    pub(super) order: ReferenceOrderId,
    pub(super) payment: PaymentRequestId,
    pub(super) amount: Money,
    /// What the gateway said, for contradictions.
    pub(super) said: Option<String>,
    /// Until when something can be done, or since when it is so.
    pub(super) at: Option<Timestamp>,
}

/// The kinds of alerts, the gravest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum AlertKind {
    Contradiction,
    AmountMismatch,
    SurplusStuck,
    Surplus,
    CaptureSoon,
    CaptureOver,
}

impl Dashboard {
    /// The figures as they were a moment ago at most.
    pub(super) async fn figures(&self) -> Result<Arc<Figures>, StoreError> {
        let mut last = self.figures.0.lock().await;
        if let Some((_, figures)) = last.as_ref().filter(|(at, _)| at.elapsed() < GOOD_FOR) {
            return Ok(Arc::clone(figures));
        }
        let figures = Arc::new(self.count().await?);
        *last = Some((Instant::now(), Arc::clone(&figures)));
        Ok(figures)
    }

    async fn count(&self) -> Result<Figures, StoreError> {
        let books = &self.api.books;
        let (now, newest) = (books.ports().clock.now(), newest_orders(books).await?);
        let mut waiting = Vec::new();
        if let Some(inspect) = &self.inspect {
            waiting = inspect.oldest_open(MOST_WAITING).await?;
            for phase in CALLING {
                waiting.extend(inspect.oldest_in(phase, MOST_WAITING).await?);
            }
        }
        Ok(Figures::of(&newest, &waiting, now, books.policy()))
    }
}

impl Figures {
    /// `newest` is the sample of the charts; alerts and ages are looked for in both.
    fn of(newest: &[Order], waiting: &[Order], now: Timestamp, policy: &Policy) -> Figures {
        let mut figures = Figures::default();
        for attempt in newest.iter().flat_map(|order| &order.attempts) {
            figures.add_end(attempt);
        }
        let surplus = figures.days.len().saturating_sub(DAYS);
        figures.days.drain(..surplus);
        let mut seen = std::collections::HashSet::new();
        for order in waiting.iter().chain(newest).filter(|order| seen.insert(&order.reference_order_id)) {
            figures.alerts.extend(alerts(order, now, policy));
            let open = |attempt: &&Attempt| !PaymentTable::is_final(attempt.payment.phase);
            for attempt in order.attempts.iter().filter(open) {
                count(&mut figures.ages, &AGES, now.since(attempt.opened_at));
            }
        }
        figures.alerts.sort_by_key(|one| (one.kind, one.at));
        figures
    }

    fn add_end(&mut self, attempt: &Attempt) {
        let Some(settled) = attempt.payment.settled_at else { return };
        let day: String = settled.to_rfc3339().chars().take(10).collect();
        let place = match self.days.binary_search_by(|known| known.day.cmp(&day)) {
            Ok(place) => place,
            Err(place) => {
                self.days.insert(place, Day { day, succeeded: 0, failed: 0, cancelled: 0 });
                place
            }
        };
        let Some(day) = self.days.get_mut(place) else { return };
        let counter = match attempt.payment.phase {
            PaymentPhase::Succeeded => &mut day.succeeded,
            PaymentPhase::Cancelled => &mut day.cancelled,
            PaymentPhase::Failed => &mut day.failed,
            PaymentPhase::Opening
            | PaymentPhase::InDoubt
            | PaymentPhase::AwaitingPayer
            | PaymentPhase::Pending => return,
        };
        *counter = counter.saturating_add(1);
        count(&mut self.times, &TIMES, settled.since(attempt.opened_at));
    }

    /// Payments that succeeded, and all that ended, over the days that are shown.
    pub(super) fn success(&self) -> (usize, usize) {
        self.days.iter().fold((0, 0), |(good, all), day| {
            let ended = day.succeeded.saturating_add(day.failed).saturating_add(day.cancelled);
            (good.saturating_add(day.succeeded), all.saturating_add(ended))
        })
    }
}

fn count(counts: &mut [usize], steps: &[(u64, &str)], took: Duration) {
    let place = steps.iter().position(|(end, _)| took.as_secs() < *end);
    if let Some(counter) = place.and_then(|place| counts.get_mut(place)) {
        *counter = counter.saturating_add(1);
    }
}

/// What calls for somebody in this order.
pub(super) fn alerts(order: &Order, now: Timestamp, policy: &Policy) -> Vec<Alert> {
    let tasks = order.explain(now, policy).tasks;
    let mut alerts = Vec::new();
    for attempt in &order.attempts {
        let mut add = |kind, said: Option<&String>, at| {
            alerts.push(Alert {
                kind,
                order: order.reference_order_id.clone(),
                payment: attempt.payment_request_id.clone(),
                amount: attempt.amount,
                said: said.cloned(),
                at,
            });
        };
        if attempt.disputed {
            for said in &attempt.contradictions {
                let is_amount = said.starts_with("amount: ");
                let kind = if is_amount { AlertKind::AmountMismatch } else { AlertKind::Contradiction };
                add(kind, Some(said), attempt.payment.settled_at);
            }
        }
        let own = tasks.iter().filter(|task| task.payment_request_id == attempt.payment_request_id);
        let own: Vec<TaskKind> = own.map(|task| task.kind).collect();
        let is_stuck = own.contains(&TaskKind::ReturnSurplus);
        if is_stuck {
            add(AlertKind::SurplusStuck, None, attempt.payment.settled_at);
        } else if attempt.role == Role::Surplus && attempt.holds_money() {
            add(AlertKind::Surplus, None, attempt.payment.settled_at);
        }
        if own.contains(&TaskKind::CaptureSoon) {
            add(AlertKind::CaptureSoon, None, attempt.authorization.capture_before);
        }
        let over = [TaskKind::CaptureMissed, TaskKind::CaptureEndedShort, TaskKind::CaptureLost];
        if over.iter().any(|task| own.contains(task)) {
            add(AlertKind::CaptureOver, None, attempt.authorization.capture_before);
        }
    }
    alerts
}

#[cfg(test)]
mod tests {
    use antom_core::money::Currency;
    use antom_core::outcome::CaptureMode;
    use antom_domain::order::{Event, Integration, NewOrder};

    use super::*;

    fn at(seconds: u64) -> Timestamp {
        let begin = Timestamp::parse("2026-11-22T23:59:00Z").unwrap();
        begin.saturating_add(Duration::from_secs(seconds))
    }

    fn policy() -> Policy {
        Policy::new("https://shop.example/notifications/antom", "https://shop.example/result/")
    }

    /// One attempt that was opened at second 0, and what happened to it at which second.
    fn order(name: &str, events: &[(Event, u64)]) -> Order {
        let new = NewOrder {
            reference_order_id: name.parse().unwrap(),
            amount: Money::parse_minor(Currency::parse("USD").unwrap(), "4200").unwrap(),
            description: "Two cups".to_owned(),
            reference_buyer_id: "BUYER-1".parse().unwrap(),
            details: Default::default(),
        };
        let (mut order, _) = Order::create(&new, at(0)).unwrap();
        let opened = Event::AttemptOpened {
            payment_request_id: id(),
            integration: Integration::Session,
            payment_method_type: "CARD".to_owned(),
            capture_mode: Some(CaptureMode::Manual),
            token: format!("token-{name}"),
            idempotency_key: None,
            request_digest: None,
            storage_agreed_at: None,
            product_scene: None,
            window_closes_at: at(900),
        };
        order.apply(&opened, at(0));
        events.iter().for_each(|(event, second)| order.apply(event, at(*second)));
        order
    }

    fn id() -> PaymentRequestId {
        "PAY-1".parse().unwrap()
    }

    fn succeeded() -> Event {
        Event::PaymentSucceeded { payment_request_id: id() }
    }

    fn held(until: u64) -> Event {
        Event::AuthorizationHeld { payment_request_id: id(), capture_before: at(until), is_approved: false }
    }

    fn kinds(order: &Order, now: u64) -> Vec<AlertKind> {
        alerts(order, at(now), &policy()).into_iter().map(|alert| alert.kind).collect()
    }

    #[test]
    fn ends_are_counted_on_their_days_and_by_how_long_they_took() {
        let failed = Event::PaymentFailed { payment_request_id: id(), result_code: None };
        let orders = [
            order("A", &[(succeeded(), 9)]),
            order("B", &[(failed, 10)]),
            order("C", &[(succeeded(), 61)]),
            order("D", &[]),
        ];
        let figures = Figures::of(&orders, &orders, at(300), &policy());
        let day = |day: &str, succeeded, failed| Day { day: day.to_owned(), succeeded, failed, cancelled: 0 };
        assert_eq!(figures.days, [day("2026-11-22", 1, 1), day("2026-11-23", 1, 0)]);
        assert_eq!(figures.success(), (2, 3));
        assert_eq!(figures.times, [1, 1, 0, 1, 0, 0, 0]);
        assert_eq!(figures.ages, [0, 0, 1, 0, 0, 0], "an order that is in both lists counts once");
    }

    #[test]
    fn a_contradiction_and_another_amount_are_told_apart_until_the_dispute_is_settled() {
        let said = |machine: &str| Event::Contradicted {
            payment_request_id: id(),
            machine: machine.to_owned(),
            recorded: "failed".to_owned(),
            seen: "succeeded".to_owned(),
        };
        let amount = Event::AmountMismatch {
            payment_request_id: id(),
            expected: order("A", &[]).amount,
            seen: "1 USD".to_owned(),
        };
        let mut disputed = order("A", &[(said("payment"), 1), (amount, 2)]);
        assert_eq!(kinds(&disputed, 3), [AlertKind::Contradiction, AlertKind::AmountMismatch]);
        disputed.apply(&Event::DisputeSettled { payment_request_id: id() }, at(4));
        assert_eq!(kinds(&disputed, 5), []);
    }

    #[test]
    fn a_hold_calls_when_its_time_is_nearly_over_and_when_it_is() {
        const WEEK: u64 = 7 * 86_400;
        let kept = Event::AttemptKept { payment_request_id: id() };
        let held = order("A", &[(succeeded(), 1), (held(WEEK), 1), (kept, 1)]);
        assert_eq!(kinds(&held, 2), []);
        assert_eq!(kinds(&held, WEEK - 60), [AlertKind::CaptureSoon]);
        assert_eq!(kinds(&held, WEEK), [AlertKind::CaptureOver]);
    }

    #[test]
    fn a_surplus_calls_while_its_money_is_there() {
        let surplus = Event::AttemptSurplus { payment_request_id: id() };
        let mut surplus = order("A", &[(succeeded(), 1), (held(900), 1), (surplus, 1)]);
        assert_eq!(kinds(&surplus, 2), [AlertKind::Surplus]);
        surplus.apply(&Event::AuthorizationReleased { payment_request_id: id() }, at(3));
        assert_eq!(kinds(&surplus, 4), []);
    }
}
