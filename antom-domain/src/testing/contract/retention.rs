//! What retention must do: take out what is personal, in one transaction, and leave everything else as it is.
//! What is personal in an event, and when it is due, is left to the domain.

use std::sync::Arc;

use super::Adapter;
use super::events::all;
use super::fixture::{
    at, creation, mark, notification, order, order_id, question, step, wishing, with_events,
};
use crate::merchant_event::{EventData, MerchantEvent, MerchantEventKind};
use crate::order::{Erased, Event, Order, Recorded};
use crate::port::{
    Announced, Commit, CommitError, DeliveryState, EraseError, Erasure, IdKey, InboxVerdict, RestingPage,
    RestingQuery, Retention, Version,
};

fn retention(adapter: &Adapter) -> Arc<dyn Retention> {
    Arc::clone(adapter.retention.as_ref().expect("Adapter::retaining tells how it erases"))
}

/// The creation of an order, without what was personal in it.
fn impersonal(id: &str) -> Recorded {
    let mut created = creation(id).events.remove(0);
    if let Event::OrderCreated { description, .. } = &mut created.event {
        "erased".clone_into(description);
    }
    created
}

/// Erases everything in an order of this version, whose first event is its creation.
fn erasure(id: &str, version: Version) -> Erasure {
    let erased = Event::PersonalDataErased { how_far: Erased::Everything };
    let commit = with_events(id, version, vec![erased]);
    let snapshot = Arc::new(Order { erased: Some(Erased::Everything), ..order(id, version + 1) });
    Erasure {
        commit: Commit { snapshot, ..commit },
        how_far: Erased::Everything,
        rewritten: vec![(1, impersonal(id))],
        named: Vec::new(),
    }
}

fn telling(id: &str, sequence: u64) -> MerchantEvent {
    let data =
        r#"{"order":{"phase":"paid"},"payment":{"details":{"lastFour":"9107","acquirerReferenceNo":"A"}}}"#;
    MerchantEvent {
        order_id: order_id(id),
        sequence,
        kind: MerchantEventKind::OrderPaid,
        at: at(0),
        payment_request_id: None,
        data: EventData::from_stored(data.to_owned()),
    }
}

/// The step is committed, the rewritten event stands in its place, and its neighbours stay.
pub async fn an_erasure_rewrites_events_in_their_places(factory: &impl AsyncFn() -> Adapter) {
    let adapter = factory().await;
    let (second, wanted) = (step("A", 1), erasure("A", 2));
    adapter.store.commit(creation("A")).await.unwrap();
    adapter.store.commit(second.clone()).await.unwrap();
    adapter.store.commit(creation("B")).await.unwrap();

    assert_eq!(retention(&adapter).erase(wanted.clone()).await, Ok(3));

    let stored = adapter.store.load(&order_id("A")).await.unwrap().unwrap();
    assert_eq!((stored.version, &stored.order), (3, &wanted.commit.snapshot));
    let log = [vec![impersonal("A")], second.events, wanted.commit.events].concat();
    assert_eq!(adapter.store.history(&order_id("A")).await, Ok(log));
    assert_eq!(adapter.store.history(&order_id("B")).await, Ok(creation("B").events));
    assert_eq!(adapter.store.commit(step("A", 3)).await, Ok(4), "the order goes on");
}

/// An erasure that was decided on another version changes nothing.
pub async fn an_erasure_on_another_version_is_a_conflict(factory: &impl AsyncFn() -> Adapter) {
    let adapter = factory().await;
    adapter.store.commit(creation("A")).await.unwrap();
    adapter.store.commit(step("A", 1)).await.unwrap();
    let before = adapter.store.history(&order_id("A")).await;

    let refused = retention(&adapter).erase(erasure("A", 1)).await;

    assert_eq!(refused, Err(EraseError::Commit(CommitError::Conflict)));
    assert_eq!(adapter.store.history(&order_id("A")).await, before);
}

/// While a call waits, or an event, their bytes must not change.
pub async fn nothing_is_erased_while_a_call_or_an_event_waits(factory: &impl AsyncFn() -> Adapter) {
    let adapter = factory().await;
    adapter.store.commit(wishing("CALL", question("CALL"), at(0))).await.unwrap();
    let announced = Announced { events: vec![telling("EVENT", 1)], total: 1, are_sent: true };
    adapter.store.commit(Commit { announced, ..creation("EVENT") }).await.unwrap();

    for id in ["CALL", "EVENT"] {
        assert_eq!(retention(&adapter).erase(erasure(id, 1)).await, Err(EraseError::StillNeeded));
        assert_eq!(adapter.store.load(&order_id(id)).await.unwrap().unwrap().version, 1);
        assert_eq!(adapter.store.history(&order_id(id)).await, Ok(creation(id).events));
    }
}

/// What merchant events tell of the card goes with everything, and stays while only contact data go.
pub async fn merchant_events_lose_what_is_personal_with_everything(factory: &impl AsyncFn() -> Adapter) {
    let adapter = factory().await;
    for id in ["A", "B"] {
        let announced = Announced { events: vec![telling(id, 1)], total: 1, are_sent: false };
        adapter.store.commit(Commit { announced, ..creation(id) }).await.unwrap();
    }
    let contact = Erasure { how_far: Erased::Contact, ..erasure("A", 1) };
    assert_eq!(retention(&adapter).erase(contact).await, Ok(2));
    assert_eq!(data(&adapter).await, [telling("A", 1).data, telling("B", 1).data]);

    let everything = Erasure { rewritten: Vec::new(), ..erasure("A", 2) };
    assert_eq!(retention(&adapter).erase(everything).await, Ok(3));

    let left = telling("A", 1).data.without_personal_data().unwrap();
    assert!(!left.as_str().contains("9107"));
    assert_eq!(data(&adapter).await, [left, telling("B", 1).data]);
}

async fn data(adapter: &Adapter) -> Vec<EventData> {
    let page = all(adapter.events.as_ref(), 2).await;
    assert!(page.events.iter().all(|kept| kept.state == DeliveryState::Kept));
    page.events.into_iter().map(|kept| kept.event.data).collect()
}

/// Notifications that name the given ids lose their bodies and nothing else; parked ones are no longer found.
pub async fn notifications_that_are_named_lose_their_bodies(factory: &impl AsyncFn() -> Adapter) {
    let adapter = factory().await;
    adapter.store.commit(creation("A")).await.unwrap();
    let (ours, others) = (IdKey::Payment("P".to_owned()), IdKey::Payment("Q".to_owned()));
    let same_text = IdKey::PaymentRequest("P".to_owned());
    let absorbed = mark(&notification("N", 1, std::slice::from_ref(&ours)), InboxVerdict::Absorbed);
    let parked = mark(&notification("PARKED", 2, &[same_text.clone(), ours.clone()]), InboxVerdict::Parked);
    let foreign = mark(&notification("F", 3, &[others, same_text]), InboxVerdict::Absorbed);
    for one in [&absorbed, &parked, &foreign] {
        adapter.inbox.record(one).await.unwrap();
    }

    let erasure = Erasure { named: vec![ours.clone()], ..erasure("A", 1) };
    assert_eq!(retention(&adapter).erase(erasure).await, Ok(2));

    let mut left = [foreign, parked, absorbed.clone()];
    left[1].notification.body.clear();
    left[2].notification.body.clear();
    assert_eq!(adapter.inbox.recent(9).await.unwrap(), left);
    assert_eq!(adapter.inbox.parked(&[ours]).await, Ok(Vec::new()));
    adapter.inbox.record(&absorbed).await.unwrap();
    assert_eq!(adapter.inbox.recent(9).await.unwrap(), left, "one that comes again brings no body back");
}

/// Orders at rest that are old enough, and of which less is erased, are found page by page.
pub async fn resting_orders_are_found_page_by_page(factory: &impl AsyncFn() -> Adapter) {
    let adapter = factory().await;
    let rests = |id: &str, created: u64| {
        let commit = creation(id);
        Commit { snapshot: Arc::new(Order { created_at: at(created), ..order(id, 1) }), ..commit }
    };
    for (id, created) in [("A", 0), ("OPEN", 1), ("B", 2), ("CONTACT", 3), ("GONE", 4), ("YOUNG", 5)] {
        let next_check_at = (id == "OPEN").then_some(at(60));
        adapter.store.commit(Commit { next_check_at, ..rests(id, created) }).await.unwrap();
    }
    for (id, how_far, created) in [("CONTACT", Erased::Contact, 3), ("GONE", Erased::Everything, 4)] {
        let mut erasure = Erasure { how_far, ..erasure(id, 1) };
        let snapshot = Order { created_at: at(created), erased: Some(how_far), ..order(id, 2) };
        erasure.commit.snapshot = Arc::new(snapshot);
        retention(&adapter).erase(erasure).await.unwrap();
    }
    let found = async |less_than: Erased, limit: usize| {
        let (mut orders, mut cursor) = (Vec::new(), None);
        loop {
            let query = RestingQuery { less_than, created_until: at(4), cursor, limit };
            let RestingPage { orders: more, next } = retention(&adapter).resting(&query).await.unwrap();
            orders.extend(more.iter().map(ToString::to_string));
            cursor = next;
            if cursor.is_none() {
                return orders;
            }
        }
    };
    for limit in [1, 2, 9] {
        assert_eq!(found(Erased::Everything, limit).await, ["A", "B", "CONTACT"], "{limit} at a time");
        assert_eq!(found(Erased::Contact, limit).await, ["A", "B"], "{limit} at a time");
    }
}

/// Bodies go by the time at which they came, and the rest of the notification stays.
pub async fn bodies_of_old_notifications_are_dropped(factory: &impl AsyncFn() -> Adapter) {
    let adapter = factory().await;
    let key = IdKey::Payment("P".to_owned());
    let old = mark(&notification("OLD", 1, std::slice::from_ref(&key)), InboxVerdict::Absorbed);
    let parked = mark(&notification("PARKED", 2, std::slice::from_ref(&key)), InboxVerdict::Parked);
    let new = mark(&notification("NEW", 3, std::slice::from_ref(&key)), InboxVerdict::Absorbed);
    for one in [&new, &old, &parked] {
        adapter.inbox.record(one).await.unwrap();
    }

    let page = retention(&adapter).drop_bodies(at(3), None).await.unwrap();

    assert_eq!((page.dropped, page.has_more), (2, false));
    let mut left = [new, parked, old];
    left[1].notification.body.clear();
    left[2].notification.body.clear();
    assert_eq!(adapter.inbox.recent(9).await.unwrap(), left);
    assert_eq!(adapter.inbox.parked(&[key]).await, Ok(Vec::new()));
    let again = retention(&adapter).drop_bodies(at(4), page.next).await.unwrap();
    assert_eq!(again.dropped, 1, "it goes on where it ended");
    assert_eq!(retention(&adapter).drop_bodies(at(4), None).await.unwrap().dropped, 0);
}
