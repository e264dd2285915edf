//! What an event queue must do: hand out each order's merchant events one after the other, and lose none.
//! Which events a step tells, and when a failed attempt is repeated, is left to the domain.

use std::collections::BTreeSet;

use super::fixture::{LEASE, at, creation, order_id, payment_request_id, step};
use super::{Adapter, race};
use crate::merchant_event::{EventData, MerchantEvent, MerchantEventKind, Sequence};
use crate::port::{
    Announced, ClaimedEvent, Commit, CommitError, DeliveryState, EventClaim, EventEnd, EventPage, EventQuery,
    EventQueue, EventQueueError, Keep, Version,
};

/// How often the list is looked at before an event is missing for good.
const LOOKS: usize = 100_000;

/// An event comes back as it was told, through the queue and in the list, and the order knows how many it had.
pub async fn an_event_comes_back_as_it_was_committed(factory: &impl AsyncFn() -> Adapter) {
    let Adapter { store, events, .. } = &factory().await;
    let about_payment = MerchantEvent {
        kind: MerchantEventKind::from("chargeback.of_a_newer_program"),
        payment_request_id: Some(payment_request_id("A-PAYMENT")),
        ..event("A", 1)
    };
    let told = vec![about_payment, event("A", 2)];
    let announced = Announced { events: told.clone(), total: 2, are_sent: true };
    store.commit(Commit { announced, ..creation("A") }).await.unwrap();
    assert_eq!(store.load(&order_id("A")).await.unwrap().unwrap().announced, 2);
    store.commit(Commit { announced: quiet(2), ..step("A", 1) }).await.unwrap();
    assert_eq!(store.load(&order_id("A")).await.unwrap().unwrap().announced, 2);

    let claimed = claim(events.as_ref(), 0, 9).await;

    assert_eq!(claimed.len(), 1);
    assert_eq!((&claimed[0].event, claimed[0].since, claimed[0].tries), (&told[0], at(0), 0));
    assert_eq!(claimed[0].claim.event, told[0].id());
    let listed = all(events.as_ref(), 2).await.events;
    assert_eq!(listed.iter().map(|kept| kept.event.clone()).collect::<Vec<_>>(), told);
}

/// What a refused step would have told is never told.
pub async fn a_refused_step_tells_nothing(factory: &impl AsyncFn() -> Adapter) {
    let Adapter { store, events, .. } = &factory().await;
    store.commit(creation("A")).await.unwrap();

    assert_eq!(store.commit(telling("A", 5, 1..=1)).await, Err(CommitError::Conflict));

    assert_eq!(claim(events.as_ref(), 99, 9).await, []);
    assert_eq!(all(events.as_ref(), 0).await, EventPage::default());
    assert_eq!(store.load(&order_id("A")).await.unwrap().unwrap().announced, 0);
}

/// Without a receiver events are kept and read, and sent only on request.
pub async fn events_that_are_only_kept_are_never_handed_out(factory: &impl AsyncFn() -> Adapter) {
    let Adapter { store, events, .. } = &factory().await;
    let mut kept = telling("A", 0, 1..=2);
    kept.announced.are_sent = false;
    store.commit(kept).await.unwrap();
    store.commit(telling("A", 1, 3..=3)).await.unwrap();

    assert_eq!(told(&claim(events.as_ref(), 9, 9).await), [("A", 3)]);
    assert_eq!(
        states(events.as_ref(), 3).await,
        [DeliveryState::Kept, DeliveryState::Kept, DeliveryState::Waiting]
    );
    assert_eq!(events.resend(&event("A", 2).id(), at(10)).await, Ok(true));
    deliver_all(events.as_ref(), 60, &[("A", 3), ("A", 2)]).await;
}

/// Each order has one event under way, the first that waits; and no more come than were asked for.
pub async fn of_each_order_only_the_first_waiting_event_is_handed_out(factory: &impl AsyncFn() -> Adapter) {
    let Adapter { store, events, .. } = &factory().await;
    store.commit(telling("A", 0, 1..=2)).await.unwrap();
    store.commit(telling("B", 0, 1..=1)).await.unwrap();
    store.commit(telling("A", 1, 3..=3)).await.unwrap();

    assert_eq!(claim(events.as_ref(), 9, 0).await, []);
    let first = claim(events.as_ref(), 9, 1).await;
    let second = claim(events.as_ref(), 9, 9).await;
    assert_eq!(first.len(), 1);
    let both: Vec<ClaimedEvent> = first.into_iter().chain(second).collect();
    let orders: BTreeSet<(&str, Sequence)> = told(&both).into_iter().collect();
    assert_eq!(orders, BTreeSet::from([("A", 1), ("B", 1)]));

    let of_a = both.iter().find(|claimed| claimed.event.order_id == order_id("A")).unwrap();
    events.settle(&of_a.claim, EventEnd::Delivered, at(10)).await.unwrap();
    assert_eq!(told(&claim(events.as_ref(), 10, 9).await), [("A", 2)]);
}

/// An event that fails waits for its time, and the rest of its order behind it; other orders go on.
pub async fn an_event_that_fails_holds_up_its_order_and_no_other(factory: &impl AsyncFn() -> Adapter) {
    let Adapter { store, events, .. } = &factory().await;
    store.commit(telling("A", 0, 1..=2)).await.unwrap();
    let failing = one(events.as_ref(), 0).await;
    postpone(events.as_ref(), &failing.claim, 50).await;
    store.commit(telling("A", 1, 3..=3)).await.unwrap();
    store.commit(telling("B", 0, 1..=2)).await.unwrap();

    deliver_all(events.as_ref(), 40, &[("B", 1), ("B", 2)]).await;
    let kept = all(events.as_ref(), 5).await.events.remove(0);
    assert_eq!((kept.state, kept.tries, kept.due), (DeliveryState::Waiting, 1, Some(at(50))));
    assert_eq!(kept.failure.as_deref(), Some("no answer"));
    let again = one(events.as_ref(), 50).await;
    assert_eq!((&again.event, again.since, again.tries), (&failing.event, failing.since, 1));
    assert!(again.claim.fence > failing.claim.fence);
}

/// A crash between sending and recording: the same event, under the same id, with the same text.
pub async fn an_event_that_was_sent_and_not_recorded_comes_again_under_its_id(
    factory: &impl AsyncFn() -> Adapter,
) {
    let Adapter { store, events, .. } = &factory().await;
    store.commit(telling("A", 0, 1..=2)).await.unwrap();

    let sent = one(events.as_ref(), 0).await;
    assert_eq!(claim(events.as_ref(), 29, 9).await, [], "the lease runs");
    let again = one(events.as_ref(), 30).await;

    assert_eq!(again.event, sent.event);
    assert_eq!(again.event.payload().unwrap(), sent.event.payload().unwrap());
    assert_eq!(again.tries, 1);
    events.settle(&again.claim, EventEnd::Delivered, at(31)).await.unwrap();
    deliver_all(events.as_ref(), 31, &[("A", 2)]).await;
}

/// A late holder may settle until the next claim, and then no more; nothing is settled twice.
pub async fn an_event_is_settled_by_its_newest_claim_only(factory: &impl AsyncFn() -> Adapter) {
    let Adapter { store, events, .. } = &factory().await;
    store.commit(telling("A", 0, 1..=2)).await.unwrap();
    let old = one(events.as_ref(), 0).await.claim;
    let new = one(events.as_ref(), 30).await.claim;

    let lost = Err(EventQueueError::LeaseLost);
    let never = EventClaim { event: event("A", 7).id(), fence: 1 };
    for claim in [&old, &never] {
        assert_eq!(events.settle(claim, EventEnd::Delivered, at(31)).await, lost);
    }
    let given_up = EventEnd::GivenUp { failure: "no answer".to_owned() };
    assert_eq!(events.settle(&old, given_up, at(31)).await, lost);
    assert_eq!(states(events.as_ref(), 2).await, [DeliveryState::Waiting; 2]);
    assert_eq!(
        events.settle(&new, EventEnd::Delivered, at(99)).await,
        Ok(()),
        "late, and nobody came in between"
    );
    assert_eq!(events.settle(&new, EventEnd::Delivered, at(99)).await, lost);
    assert_eq!(states(events.as_ref(), 2).await, [DeliveryState::Delivered, DeliveryState::Waiting]);
    let kept = all(events.as_ref(), 2).await.events.remove(0);
    assert_eq!((kept.settled_at, kept.due, kept.tries), (Some(at(99)), None, 2));
}

/// Instances that claim and settle at the same time never hold two events of one order, and lose none.
pub async fn racing_instances_never_hold_two_events_of_one_order(factory: &impl AsyncFn() -> Adapter) {
    let Adapter { store, events, .. } = &factory().await;
    let orders = ["A", "B", "C"];
    for name in orders {
        store.commit(telling(name, 0, 1..=4)).await.unwrap();
    }
    let mut seen = Vec::new();
    for second in 0..40 {
        let claims = race::all((0..3).map(|_| events.claim_events(at(second), LEASE, 2))).await;
        let held: Vec<ClaimedEvent> = claims.into_iter().flat_map(Result::unwrap).collect();
        let of_orders: BTreeSet<&str> = held.iter().map(|claimed| claimed.event.order_id.as_str()).collect();
        assert_eq!(of_orders.len(), held.len(), "two events of one order are under way");
        race::all(held.iter().map(|claimed| events.settle(&claimed.claim, EventEnd::Delivered, at(second))))
            .await;
        seen.extend(held.into_iter().map(|claimed| claimed.event));
    }
    for name in orders {
        let of_order = seen.iter().filter(|event| event.order_id == order_id(name));
        assert_eq!(of_order.map(|event| event.sequence).collect::<Vec<_>>(), [1, 2, 3, 4], "{name}");
    }
}

/// What is given up no longer holds up its order, and stays visible.
pub async fn an_event_that_is_given_up_lets_the_next_one_go(factory: &impl AsyncFn() -> Adapter) {
    let Adapter { store, events, .. } = &factory().await;
    store.commit(telling("A", 0, 1..=2)).await.unwrap();
    let hopeless = one(events.as_ref(), 0).await.claim;

    let end = EventEnd::GivenUp { failure: "answered with status 500".to_owned() };
    events.settle(&hopeless, end, at(7)).await.unwrap();

    let kept = all(events.as_ref(), 2).await.events.remove(0);
    assert_eq!((kept.state, kept.settled_at), (DeliveryState::GivenUp, Some(at(7))));
    assert_eq!(kept.failure.as_deref(), Some("answered with status 500"));
    deliver_all(events.as_ref(), 7, &[("A", 2)]).await;
}

/// A commit adds an event at the instant at which its predecessor is settled: one of them makes it current.
pub async fn an_event_added_while_its_predecessor_is_settled_is_not_forgotten(
    factory: &impl AsyncFn() -> Adapter,
) {
    let Adapter { store, events, .. } = &factory().await;
    let names: Vec<String> = (0..12).map(|number| format!("ORDER-{number}")).collect();
    for name in &names {
        store.commit(telling(name, 0, 1..=1)).await.unwrap();
    }
    let held = claim(events.as_ref(), 0, 99).await;
    assert_eq!(held.len(), names.len());

    let adding = names.iter().map(|name| async move {
        store.commit(telling(name, 1, 2..=2)).await.unwrap();
    });
    let settling = held.iter().map(|claimed| async move {
        events.settle(&claimed.claim, EventEnd::Delivered, at(1)).await.unwrap();
    });
    let both: Vec<std::pin::Pin<Box<dyn Future<Output = ()>>>> = adding
        .zip(settling)
        .flat_map(|(add, settle)| {
            let pair: [std::pin::Pin<Box<dyn Future<Output = ()>>>; 2] = [Box::pin(settle), Box::pin(add)];
            pair
        })
        .collect();
    race::all(both).await;

    let mut next: Vec<Sequence> =
        claim(events.as_ref(), 9, 99).await.iter().map(|claimed| claimed.event.sequence).collect();
    next.dedup();
    assert_eq!(next, [2]);
    assert_eq!(claim(events.as_ref(), 9, 99).await, []);
    let all = states(events.as_ref(), names.len() * 2).await;
    let waiting = all.into_iter().filter(|state| *state == DeliveryState::Waiting);
    assert_eq!(waiting.count(), names.len(), "each order's second event waits and is under way");
}

/// The worker sleeps until then.
pub async fn the_next_event_is_due_at_its_time_or_at_the_end_of_its_lease(
    factory: &impl AsyncFn() -> Adapter,
) {
    let Adapter { store, events, .. } = &factory().await;
    assert_eq!(events.next_event_due().await, Ok(None));
    store.commit(telling("A", 0, 1..=1)).await.unwrap();
    assert_eq!(events.next_event_due().await, Ok(Some(at(0))));

    let claimed = one(events.as_ref(), 5).await;
    assert_eq!(events.next_event_due().await, Ok(Some(at(35))));
    postpone(events.as_ref(), &claimed.claim, 20).await;
    assert_eq!(events.next_event_due().await, Ok(Some(at(20))));
    deliver_all(events.as_ref(), 20, &[("A", 1)]).await;
    assert_eq!(events.next_event_due().await, Ok(None));
}

/// A settled event that is asked for goes before those that wait; what is under way comes to its end first.
pub async fn an_event_is_sent_once_more_on_request_and_before_those_that_wait(
    factory: &impl AsyncFn() -> Adapter,
) {
    let Adapter { store, events, .. } = &factory().await;
    store.commit(telling("A", 0, 1..=3)).await.unwrap();
    deliver_all(events.as_ref(), 0, &[("A", 1), ("A", 2), ("A", 3)]).await;
    store.commit(telling("A", 1, 4..=5)).await.unwrap();
    let under_way = one(events.as_ref(), 1).await;

    for sequence in [2, 1, 1, 5] {
        assert_eq!(events.resend(&event("A", sequence).id(), at(100)).await, Ok(true));
    }
    assert_eq!(events.resend(&event("A", 9).id(), at(100)).await, Ok(false));
    assert_eq!(events.resend(&event("Z", 1).id(), at(100)).await, Ok(false));
    postpone(events.as_ref(), &under_way.claim, 500).await;
    assert_eq!(claim(events.as_ref(), 499, 9).await, [], "it is still the one under way");
    let first = one(events.as_ref(), 500).await;
    assert_eq!(first.event.sequence, 4);
    events.settle(&first.claim, EventEnd::Delivered, at(500)).await.unwrap();

    let again = one(events.as_ref(), 500).await;
    assert_eq!((again.event.clone(), again.since, again.tries), (event("A", 1), at(100), 1));
    postpone(events.as_ref(), &again.claim, 600).await;
    assert_eq!(events.resend(&event("A", 3).id(), at(510)).await, Ok(true));
    deliver_all(events.as_ref(), 600, &[("A", 1), ("A", 2), ("A", 3), ("A", 5)]).await;
    assert_eq!(states(events.as_ref(), 5).await, [DeliveryState::Delivered; 5]);
}

/// Pages are read in the order of commits; the end of the last one is where later events come.
pub async fn pages_of_events_go_on_where_they_ended(factory: &impl AsyncFn() -> Adapter) {
    let Adapter { store, events, .. } = &factory().await;
    assert_eq!(all(events.as_ref(), 0).await, EventPage::default());
    store.commit(telling("B", 0, 1..=2)).await.unwrap();
    store.commit(telling("A", 0, 1..=1)).await.unwrap();
    let page = async |cursor: Option<String>| {
        events.events(&EventQuery { cursor, limit: 2, kind: None }).await.unwrap()
    };

    all(events.as_ref(), 3).await;
    let first = page(None).await;
    assert_eq!((listed(&first), first.has_more), (vec![("B", 1), ("B", 2)], true));
    let second = page(first.next.clone()).await;
    assert_eq!((listed(&second), second.has_more), (vec![("A", 1)], false));
    let empty = page(second.next.clone()).await;
    assert_eq!(empty, EventPage { next: second.next.clone(), ..EventPage::default() });
    store.commit(telling("B", 1, 3..=3)).await.unwrap();
    all(events.as_ref(), 4).await;
    assert_eq!(listed(&page(empty.next).await), [("B", 3)]);
    assert_eq!(listed(&page(first.next).await), [("A", 1), ("B", 3)]);
    let foreign = EventQuery { cursor: Some("1 OR 1".to_owned()), limit: 2, kind: None };
    assert!(events.events(&foreign).await.is_err());
}

/// A list of one kind holds all of it and nothing else.
pub async fn pages_of_events_are_limited_to_a_kind(factory: &impl AsyncFn() -> Adapter) {
    let Adapter { store, events, .. } = &factory().await;
    let mut commit = telling("A", 0, 1..=5);
    for told in commit.announced.events.iter_mut().filter(|told| told.sequence % 2 == 0) {
        told.kind = MerchantEventKind::RefundSucceeded;
    }
    store.commit(commit).await.unwrap();
    let page =
        async |kind, cursor| events.events(&EventQuery { kind: Some(kind), cursor, limit: 1 }).await.unwrap();

    all(events.as_ref(), 5).await;
    let first = page(MerchantEventKind::RefundSucceeded, None).await;
    let second = page(MerchantEventKind::RefundSucceeded, first.next.clone()).await;
    assert_eq!((listed(&first), first.has_more), (vec![("A", 2)], true));
    assert_eq!((listed(&second), second.has_more), (vec![("A", 4)], false));
    assert_eq!(listed(&page(MerchantEventKind::RefundFailed, None).await), []);
}

/// Retention drops the oldest first, by age or number, and never what is still to be sent.
pub async fn what_waits_is_not_forgotten_and_the_rest_is_by_age_and_number(
    factory: &impl AsyncFn() -> Adapter,
) {
    let Adapter { store, events, .. } = &factory().await;
    for (name, version) in [("A", 0), ("B", 0), ("A", 1), ("C", 0), ("D", 0)] {
        let sequence = version + 1;
        store.commit(telling(name, version, sequence..=sequence)).await.unwrap();
    }
    deliver_all(events.as_ref(), 1, &[("A", 1), ("A", 2)]).await;
    for claimed in claim(events.as_ref(), 100, 9).await {
        if claimed.event.order_id != order_id("B") {
            events.settle(&claimed.claim, EventEnd::Delivered, at(100)).await.unwrap();
        }
    }
    let forget = async |since, most| events.forget(Keep { since: at(since), most }).await.unwrap();
    let left = async |count| listed_owned(&all(events.as_ref(), count).await);

    assert_eq!(forget(0, 100).await, 0);
    assert_eq!(forget(0, 2).await, 2);
    assert_eq!(left(3).await, ["B 1", "C 1", "D 1"]);
    assert_eq!(forget(1, 100).await, 1, "they were recorded at second 0; the newest stays");
    assert_eq!(left(2).await, ["B 1", "D 1"]);
    assert_eq!(
        store.load(&order_id("A")).await.unwrap().unwrap().announced,
        2,
        "numbers are never used again"
    );
    assert_eq!(events.resend(&event("A", 1).id(), at(200)).await, Ok(false));
}

fn event(name: &str, sequence: Sequence) -> MerchantEvent {
    MerchantEvent {
        order_id: order_id(name),
        sequence,
        kind: MerchantEventKind::OrderPaid,
        at: at(0),
        payment_request_id: None,
        data: EventData::from_stored(format!(r#"{{"text":"Café \"{sequence}\" 🍵"}}"#)),
    }
}

/// A step at this version that tells these events.
fn telling(name: &str, version: Version, sequences: std::ops::RangeInclusive<Sequence>) -> Commit {
    let total = *sequences.end();
    let events = sequences.map(|sequence| event(name, sequence)).collect();
    let announced = Announced { events, total, are_sent: true };
    let commit = if version == 0 { creation(name) } else { step(name, version) };
    Commit { announced, ..commit }
}

fn quiet(total: Sequence) -> Announced {
    Announced { total, ..Announced::default() }
}

async fn claim(events: &dyn EventQueue, second: u64, limit: usize) -> Vec<ClaimedEvent> {
    events.claim_events(at(second), LEASE, limit).await.unwrap()
}

async fn one(events: &dyn EventQueue, second: u64) -> ClaimedEvent {
    let mut claimed = claim(events, second, 9).await;
    assert_eq!(claimed.len(), 1, "one event is due");
    claimed.remove(0)
}

async fn postpone(events: &dyn EventQueue, claim: &EventClaim, due: u64) {
    let end = EventEnd::Postponed { due: at(due), failure: "no answer".to_owned() };
    events.settle(claim, end, at(due)).await.unwrap();
}

/// Delivers everything of one order after the other, or of the only order that is due, and compares what came.
async fn deliver_all(events: &dyn EventQueue, second: u64, expected: &[(&str, Sequence)]) {
    let mut delivered = Vec::new();
    for (name, sequence) in expected {
        let claimed = claim(events, second, 9).await;
        let wanted = claimed.iter().find(|claimed| claimed.event.order_id == order_id(name));
        let wanted = wanted.unwrap_or_else(|| panic!("{name} {sequence} is not due"));
        events.settle(&wanted.claim, EventEnd::Delivered, at(second)).await.unwrap();
        delivered.push((*name, wanted.event.sequence));
        for other in claimed.iter().filter(|claimed| claimed.event.order_id != order_id(name)) {
            let end = EventEnd::Postponed { due: at(second), failure: String::new() };
            events.settle(&other.claim, end, at(second)).await.unwrap();
        }
    }
    assert_eq!(delivered, expected);
}

/// All events, so many; they may come to the list a little later than their commits.
pub(super) async fn all(events: &dyn EventQueue, count: usize) -> EventPage {
    for _ in 0..LOOKS {
        let page = events.events(&EventQuery { limit: 200, ..EventQuery::default() }).await.unwrap();
        assert!(page.events.len() <= count, "{} events instead of {count}", page.events.len());
        if page.events.len() == count {
            return page;
        }
    }
    panic!("{count} events never came to the list");
}

async fn states(events: &dyn EventQueue, count: usize) -> Vec<DeliveryState> {
    all(events, count).await.events.iter().map(|kept| kept.state).collect()
}

fn told(claimed: &[ClaimedEvent]) -> Vec<(&str, Sequence)> {
    claimed.iter().map(|claimed| (claimed.event.order_id.as_str(), claimed.event.sequence)).collect()
}

fn listed(page: &EventPage) -> Vec<(&str, Sequence)> {
    page.events.iter().map(|kept| (kept.event.order_id.as_str(), kept.event.sequence)).collect()
}

fn listed_owned(page: &EventPage) -> Vec<String> {
    listed(page).into_iter().map(|(name, sequence)| format!("{name} {sequence}")).collect()
}
