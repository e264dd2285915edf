//! Telling merchant events: at least once, each order's in sequence, whatever fails and whoever dies.
//! The queue is the in-memory one, held to the same contract as the real ones.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod support;

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use antom_core::id::ReferenceOrderId;
use antom_core::time::Timestamp;
use antom_domain::merchant_event::{EventData, MerchantEvent, MerchantEventKind};
use antom_domain::order::{Event, OrderPhase, Recorded};
use antom_domain::policy::Patience;
use antom_domain::port::{
    Announced, Commit, DeliveryState, EventPublisher, EventQuery, EventQueue, OrderStore, PublishFailure,
    PublishFailureReason,
};
use antom_domain::service::{Published, Publishing};
use antom_domain::testing::{MemoryStore, NoJitter, SetClock};
use async_trait::async_trait;
use proptest::prelude::*;
use support::{at, request_id};

const LEASE: Duration = Duration::from_secs(30);

/// What becomes of one attempt.
#[derive(Debug, Clone, Copy)]
enum Way {
    /// It arrives and is confirmed.
    Confirmed,
    /// It never arrives.
    Lost,
    /// It arrives, and nobody hears that it did.
    Unheard,
    /// It arrives and is confirmed, and the sender dies before it can record that.
    SenderDies,
}

/// The merchant's system: keeps what arrives, and checks that it arrives in order.
#[derive(Debug, Default)]
struct Receiver {
    ways: Mutex<VecDeque<Way>>,
    arrivals: Mutex<Vec<MerchantEvent>>,
    confirmed: Mutex<BTreeSet<String>>,
}

impl Receiver {
    fn arrive(&self, event: &MerchantEvent, is_confirmed: bool) {
        let confirmed = &mut *self.confirmed.lock().unwrap();
        if event.sequence > 1 {
            let before = MerchantEvent { sequence: event.sequence - 1, ..event.clone() };
            let before = before.id().to_string();
            assert!(confirmed.contains(&before), "{} came before {before} was confirmed", event.id());
        }
        let arrivals = &mut *self.arrivals.lock().unwrap();
        if let Some(earlier) = arrivals.iter().find(|earlier| earlier.id() == event.id()) {
            assert_eq!(earlier.payload().unwrap(), event.payload().unwrap(), "the same id with another text");
        }
        arrivals.push(event.clone());
        if is_confirmed {
            confirmed.insert(event.id().to_string());
        }
    }
}

#[async_trait]
impl EventPublisher for Receiver {
    async fn publish(&self, event: &MerchantEvent, _: Timestamp) -> Result<(), PublishFailure> {
        let way = self.ways.lock().unwrap().pop_front().unwrap_or(Way::Confirmed);
        match way {
            Way::Lost => return Err(PublishFailure::new(PublishFailureReason::NoConnection)),
            Way::Unheard => self.arrive(event, false),
            Way::Confirmed | Way::SenderDies => self.arrive(event, true),
        }
        match way {
            Way::Unheard => Err(PublishFailure::new(PublishFailureReason::Timeout)),
            // The future never comes back to the one who would record it.
            Way::SenderDies => std::future::pending().await,
            _ => Ok(()),
        }
    }
}

struct World {
    store: Arc<MemoryStore>,
    clock: Arc<SetClock>,
    receiver: Arc<Receiver>,
    told: BTreeMap<usize, u64>,
    steps: BTreeMap<usize, u64>,
}

impl World {
    fn new() -> World {
        World {
            store: Arc::new(MemoryStore::new()),
            clock: Arc::new(SetClock::new(at(0))),
            receiver: Arc::default(),
            told: BTreeMap::new(),
            steps: BTreeMap::new(),
        }
    }

    fn publishing(&self, patience: Patience) -> Publishing {
        let queue: Arc<MemoryStore> = Arc::clone(&self.store);
        let (clock, receiver) = (self.clock.clone(), self.receiver.clone());
        Publishing::new(queue, receiver, clock, Arc::new(NoJitter), patience)
    }

    fn now(&self) -> Timestamp {
        antom_domain::port::Clock::now(self.clock.as_ref())
    }

    /// One step of an order that tells so many events.
    async fn tell(&mut self, number: usize, count: u64) {
        let order_id = ReferenceOrderId::parse(format!("ORDER-{number}")).unwrap();
        let step = self.steps.entry(number).or_insert(0);
        let total = self.told.entry(number).or_insert(0);
        let event = |sequence| MerchantEvent {
            order_id: order_id.clone(),
            sequence,
            kind: MerchantEventKind::CaptureSucceeded,
            at: antom_domain::port::Clock::now(self.clock.as_ref()),
            payment_request_id: Some(request_id(1)),
            data: EventData::from_stored(format!(r#"{{"n":{sequence}}}"#)),
        };
        let events = (*total + 1..=*total + count).map(event).collect();
        *total += count;
        let (mut order, _) = antom_domain::order::Order::create(&support::new_order(), at(0)).unwrap();
        order.reference_order_id = order_id.clone();
        let commit = Commit {
            order_id,
            expected: *step,
            events: vec![Recorded {
                at: at(0),
                event: Event::PaymentPending { payment_request_id: request_id(1) },
            }],
            snapshot: order.into(),
            phase: OrderPhase::Open,
            next_check_at: None,
            ids: Vec::new(),
            effects: Vec::new(),
            settles: None,
            inbox: None,
            announced: Announced { events, total: *total, are_sent: true },
        };
        *step += 1;
        self.store.commit(commit).await.unwrap();
    }

    /// One worker claims so many events and tries to tell them, all at once; those whose sender dies are left as they are.
    async fn work(&self, limit: usize, publishing: &Publishing) -> Vec<Published> {
        let claimed = self.store.claim_events(self.now(), LEASE, limit).await.unwrap();
        let mut ends = Vec::new();
        for claimed in &claimed {
            if let Some(end) = poll_once(publishing.run(claimed)).await {
                ends.push(end.unwrap());
            }
        }
        ends
    }

    async fn states(&self) -> Vec<DeliveryState> {
        let query = EventQuery { limit: 200, ..EventQuery::default() };
        self.store.events(&query).await.unwrap().events.iter().map(|kept| kept.state).collect()
    }
}

/// Polls once; a future that waits is dropped, as its process dies.
async fn poll_once<T>(future: impl Future<Output = T>) -> Option<T> {
    let mut future = std::pin::pin!(future);
    std::future::poll_fn(|context| match future.as_mut().poll(context) {
        std::task::Poll::Ready(end) => std::task::Poll::Ready(Some(end)),
        std::task::Poll::Pending => std::task::Poll::Ready(None),
    })
    .await
}

#[derive(Debug, Clone)]
enum Act {
    Tell(usize, u64),
    Work(usize, Vec<Way>),
    Later(u64),
    Resend(usize, u64),
}

fn act() -> impl Strategy<Value = Act> {
    let way = prop_oneof![
        4 => Just(Way::Confirmed), 2 => Just(Way::Lost), 1 => Just(Way::Unheard), 1 => Just(Way::SenderDies),
    ];
    prop_oneof![
        3 => (0..4_usize, 1..4_u64).prop_map(|(order, count)| Act::Tell(order, count)),
        5 => (1..5_usize, prop::collection::vec(way, 5)).prop_map(|(limit, ways)| Act::Work(limit, ways)),
        2 => (0..60_u64).prop_map(Act::Later),
        1 => (0..4_usize, 1..6_u64).prop_map(|(order, sequence)| Act::Resend(order, sequence)),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, ..ProptestConfig::default() })]

    #[test]
    fn whatever_fails_every_event_arrives_and_each_order_in_sequence(
        acts in prop::collection::vec(act(), 1..60),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async move {
            let mut world = World::new();
            let publishing = world.publishing(Patience { give_up_after: Duration::MAX, ..Patience::default() });
            for act in acts {
                match act {
                    Act::Tell(order, count) => world.tell(order, count).await,
                    Act::Work(limit, ways) => {
                        *world.receiver.ways.lock().unwrap() = ways.into();
                        world.work(limit, &publishing).await;
                    }
                    Act::Later(seconds) => world.clock.advance(Duration::from_secs(seconds)),
                    Act::Resend(order, sequence) => {
                        let order_id = ReferenceOrderId::parse(format!("ORDER-{order}")).unwrap();
                        let id = antom_domain::merchant_event::MerchantEventId::of(&order_id, sequence);
                        let exists = world.told.get(&order).is_some_and(|told| *told >= sequence);
                        assert_eq!(world.store.resend(&id, world.now()).await, Ok(exists));
                    }
                }
            }
            world.receiver.ways.lock().unwrap().clear();
            for _ in 0..1_000 {
                let Some(due) = world.store.next_event_due().await.unwrap() else { break };
                world.clock.advance(due.since(world.now()));
                world.work(9, &publishing).await;
            }
            let arrived: BTreeSet<String> =
                world.receiver.arrivals.lock().unwrap().iter().map(|event| event.id().to_string()).collect();
            assert_eq!(arrived.len() as u64, world.told.values().sum::<u64>(), "an event never arrived");
            assert!(world.states().await.iter().all(|state| *state == DeliveryState::Delivered));
        });
    }
}

#[tokio::test]
async fn a_failure_is_repeated_later_and_later_and_holds_up_its_own_order_only() {
    let mut world = World::new();
    let publishing = world.publishing(Patience::default());
    world.tell(1, 2).await;
    world.receiver.ways.lock().unwrap().extend([Way::Lost, Way::Lost]);

    let failure = PublishFailure::new(PublishFailureReason::NoConnection);
    assert_eq!(world.work(9, &publishing).await, [Published::Postponed(failure)]);
    assert_eq!(world.store.next_event_due().await, Ok(Some(at(1))));
    world.clock.advance(Duration::from_secs(1));
    assert_eq!(world.work(9, &publishing).await, [Published::Postponed(failure)]);
    assert_eq!(world.store.next_event_due().await, Ok(Some(at(3))));
    world.tell(2, 1).await;
    assert_eq!(world.work(9, &publishing).await, [Published::Delivered], "the other order goes on");
    world.clock.advance(Duration::from_secs(2));
    assert_eq!(world.work(9, &publishing).await, [Published::Delivered]);
    assert_eq!(world.work(9, &publishing).await, [Published::Delivered], "the next is due at once");
}

#[tokio::test]
async fn what_nobody_takes_is_given_up_after_the_configured_time_and_the_next_gets_its_attempt() {
    let mut world = World::new();
    let publishing =
        world.publishing(Patience { give_up_after: Duration::from_secs(60), ..Patience::default() });
    world.tell(1, 2).await;
    world.receiver.ways.lock().unwrap().extend([Way::Lost; 3]);
    let failure = PublishFailure::new(PublishFailureReason::NoConnection);

    assert_eq!(world.work(9, &publishing).await, [Published::Postponed(failure)]);
    world.clock.advance(Duration::from_secs(60));
    assert_eq!(world.work(9, &publishing).await, [Published::GivenUp(failure)]);
    assert_eq!(world.work(9, &publishing).await, [Published::GivenUp(failure)], "it waited as long");
    assert_eq!(world.states().await, [DeliveryState::GivenUp; 2]);
    assert_eq!(world.store.next_event_due().await, Ok(None));

    let first = world.store.events(&EventQuery { limit: 1, ..EventQuery::default() }).await.unwrap();
    assert_eq!(world.store.resend(&first.events[0].event.id(), world.now()).await, Ok(true));
    assert_eq!(world.work(9, &publishing).await, [Published::Delivered]);
    assert_eq!(world.states().await, [DeliveryState::Delivered, DeliveryState::GivenUp]);
}

#[tokio::test]
async fn an_attempt_that_outlasts_its_lease_records_nothing() {
    let mut world = World::new();
    let publishing = world.publishing(Patience::default());
    world.tell(1, 1).await;
    let slow = world.store.claim_events(world.now(), LEASE, 9).await.unwrap().remove(0);
    world.clock.advance(LEASE);
    assert_eq!(world.work(9, &publishing).await, [Published::Delivered]);

    assert_eq!(publishing.run(&slow).await, Ok(Published::Superseded));
}
