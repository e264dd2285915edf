//! What an order store must do: steps whole or not at all, on the version they were decided on.
//! Calls and notifications of a step are looked at here only where a step is refused.

use super::fixture::{
    at, capture_call, claimable, creation, mark, notification, order, order_id, payment_request_id, step,
    with_events,
};
use super::{Adapter, race};
use crate::order::{Event, Order, OrderPhase};
use crate::port::{Commit, CommitError, IdKey, InboxVerdict, OrderQuery};

/// What nobody wrote is answered with nothing.
pub async fn an_unknown_order_is_nothing(factory: &impl AsyncFn() -> Adapter) {
    let Adapter { store, .. } = &factory().await;

    assert_eq!(store.load(&order_id("A")).await, Ok(None));
    assert_eq!(store.history(&order_id("A")).await, Ok(Vec::new()));
    assert_eq!(store.find(&IdKey::Token("t".to_owned())).await, Ok(None));
    assert_eq!(
        store.list(&OrderQuery { limit: 10, ..OrderQuery::default() }).await.unwrap().orders,
        Vec::new()
    );
    assert_eq!(store.unresolved(None, 10).await, Ok(Vec::new()));
}

/// Load and history give back exactly what was committed.
pub async fn a_created_order_comes_back_as_it_was_committed(factory: &impl AsyncFn() -> Adapter) {
    let Adapter { store, .. } = &factory().await;
    let commit = creation("A");

    assert_eq!(store.commit(commit.clone()).await, Ok(1));

    let stored = store.load(&order_id("A")).await.unwrap().unwrap();
    assert_eq!(stored.order, commit.snapshot);
    assert_eq!(stored.version, 1);
    assert_eq!(store.history(&order_id("A")).await, Ok(commit.events));
}

/// Texts from the gateway are opaque: not one character changes.
pub async fn opaque_texts_come_back_unchanged(factory: &impl AsyncFn() -> Adapter) {
    let Adapter { store, .. } = &factory().await;
    let event = Event::Contradicted {
        payment_request_id: payment_request_id("P"),
        machine: "payment".to_owned(),
        recorded: String::new(),
        seen: "a/b+c==&&\u{0}\"\\\u{7f}\u{1F375}&&".repeat(200),
    };
    store.commit(creation("A")).await.unwrap();
    let commit = with_events("A", 1, vec![event]);
    store.commit(commit.clone()).await.unwrap();

    assert_eq!(store.history(&order_id("A")).await.unwrap().get(1), commit.events.first());
}

/// Later steps append to the log; the version is the number of events.
pub async fn the_version_is_the_number_of_events(factory: &impl AsyncFn() -> Adapter) {
    let Adapter { store, .. } = &factory().await;
    let first = creation("A");
    let second =
        with_events("A", 1, [step("A", 7), step("A", 8)].map(|step| step.events[0].event.clone()).into());
    store.commit(first.clone()).await.unwrap();

    assert_eq!(store.commit(second.clone()).await, Ok(3));

    let stored = store.load(&order_id("A")).await.unwrap().unwrap();
    assert_eq!((stored.version, stored.order), (3, second.snapshot));
    assert_eq!(store.history(&order_id("A")).await.unwrap(), [first.events, second.events].concat());
}

/// An order is created once.
pub async fn creating_an_order_twice_is_a_conflict(factory: &impl AsyncFn() -> Adapter) {
    let Adapter { store, .. } = &factory().await;
    let key = IdKey::Idempotency("once".to_owned());
    let commit = Commit { ids: vec![key], ..creation("A") };
    store.commit(commit.clone()).await.unwrap();

    assert_eq!(
        store.commit(commit).await,
        Err(CommitError::Conflict),
        "a conflict, although its id is taken too"
    );
    assert_eq!(store.history(&order_id("A")).await.unwrap().len(), 1);
}

/// A step on another version than the stored one is refused, older and newer alike, and on an order that is missing.
pub async fn a_step_on_another_version_is_a_conflict(factory: &impl AsyncFn() -> Adapter) {
    let Adapter { store, .. } = &factory().await;
    store.commit(creation("A")).await.unwrap();
    store.commit(step("A", 1)).await.unwrap();

    for (id, expected) in [("A", 1), ("A", 3), ("A", u64::MAX - 1), ("B", 1)] {
        assert_eq!(store.commit(step(id, expected)).await, Err(CommitError::Conflict), "{id} on {expected}");
    }
    assert_eq!(store.load(&order_id("A")).await.unwrap().unwrap().version, 2);
    assert_eq!(store.load(&order_id("B")).await, Ok(None));
}

/// All parts of a refused step are refused with it.
pub async fn a_refused_step_leaves_no_trace(factory: &impl AsyncFn() -> Adapter) {
    let Adapter { store, outbox, inbox, .. } = &factory().await;
    let taken = IdKey::Token("taken".to_owned());
    store.commit(Commit { ids: vec![taken.clone()], ..creation("A") }).await.unwrap();
    let fresh = IdKey::Token("fresh".to_owned());
    let full = |expected, ids: &[&IdKey]| Commit {
        phase: OrderPhase::Paid,
        next_check_at: Some(at(5)),
        ids: ids.iter().map(|id| (*id).clone()).collect(),
        effects: vec![(capture_call("A"), at(0))],
        inbox: Some(mark(&notification("N", 1, &[]), InboxVerdict::Absorbed)),
        ..step("A", expected)
    };

    assert_eq!(store.commit(full(9, &[&fresh])).await, Err(CommitError::Conflict));
    assert_eq!(store.commit(full(1, &[&fresh, &taken])).await, Err(CommitError::IdTaken(taken)));

    let stored = store.load(&order_id("A")).await.unwrap().unwrap();
    assert_eq!((stored.version, &*stored.order), (1, &order("A", 1)));
    assert_eq!(store.history(&order_id("A")).await.unwrap().len(), 1);
    assert_eq!(store.find(&fresh).await, Ok(None));
    assert_eq!(store.unresolved(None, 10).await, Ok(Vec::new()));
    assert_eq!(claimable(outbox.as_ref(), 10).await, Vec::<String>::new());
    assert_eq!(inbox.recent(10).await, Ok(Vec::new()));
}

/// Of many steps that were decided on the same version exactly one is kept.
pub async fn of_racing_steps_exactly_one_is_kept(factory: &impl AsyncFn() -> Adapter) {
    let Adapter { store, .. } = &factory().await;
    store.commit(creation("A")).await.unwrap();

    let answers = race::all((0..16).map(|_| store.commit(step("A", 1)))).await;

    assert_eq!(answers.iter().filter(|answer| **answer == Ok(2)).count(), 1);
    assert_eq!(answers.iter().filter(|answer| **answer == Err(CommitError::Conflict)).count(), 15);
    assert_eq!(store.history(&order_id("A")).await.unwrap().len(), 2);
}

/// Steps of different orders do not hinder each other.
pub async fn racing_steps_of_different_orders_are_all_kept(factory: &impl AsyncFn() -> Adapter) {
    let Adapter { store, .. } = &factory().await;
    let names: Vec<String> = (0..64).map(|number| format!("ORDER-{number:02}")).collect();

    let answers = race::all(names.iter().map(|name| store.commit(creation(name)))).await;

    assert_eq!(answers, vec![Ok(1); 64]);
    for name in &names {
        assert_eq!(*store.load(&order_id(name)).await.unwrap().unwrap().order, order(name, 1));
    }
}

/// Every id of a step leads to its order.
pub async fn an_id_leads_to_its_order(factory: &impl AsyncFn() -> Adapter) {
    let Adapter { store, .. } = &factory().await;
    let ids = one_of_each_kind("same text");
    store.commit(Commit { ids: ids[..2].to_vec(), ..creation("A") }).await.unwrap();
    store.commit(Commit { ids: ids[2..].to_vec(), ..step("A", 1) }).await.unwrap();

    for key in &ids {
        assert_eq!(store.find(key).await, Ok(Some(order_id("A"))), "{key}");
    }
    assert_eq!(store.find(&IdKey::Token("same".to_owned())).await, Ok(None));
    assert_eq!(store.find(&IdKey::Token("SAME TEXT".to_owned())).await, Ok(None), "ids differ by case");
}

/// JSON and addresses can write the character NUL: an id with it is an id like any other.
pub async fn an_id_with_nul_leads_to_its_order_alone(factory: &impl AsyncFn() -> Adapter) {
    let Adapter { store, .. } = &factory().await;
    let key = |id: &str| IdKey::Payment(id.to_owned());
    assert_eq!(store.find(&key("P\u{0}")).await, Ok(None));
    store.commit(Commit { ids: vec![key("P\u{0}"), key("Q\u{1a}0")], ..creation("A") }).await.unwrap();
    let own = IdKey::Idempotency("\u{0}".to_owned());
    store.commit(Commit { ids: vec![key("P"), key("Q\u{0}"), own.clone()], ..creation("B") }).await.unwrap();

    for (id, name) in [("P\u{0}", "A"), ("Q\u{1a}0", "A"), ("P", "B"), ("Q\u{0}", "B")] {
        assert_eq!(store.find(&key(id)).await, Ok(Some(order_id(name))), "{id:?}");
    }
    let again = Commit { ids: vec![own.clone()], ..creation("C") };
    assert_eq!(store.commit(again).await, Err(CommitError::IdTaken(own)));
}

/// Uniqueness is per kind of id.
pub async fn ids_of_different_kinds_do_not_meet(factory: &impl AsyncFn() -> Adapter) {
    let Adapter { store, .. } = &factory().await;
    for (number, key) in one_of_each_kind("same text").into_iter().enumerate() {
        store.commit(Commit { ids: vec![key], ..creation(&format!("ORDER-{number}")) }).await.unwrap();
    }

    for (number, key) in one_of_each_kind("same text").iter().enumerate() {
        assert_eq!(store.find(key).await, Ok(Some(order_id(&format!("ORDER-{number}")))), "{key}");
    }
}

/// An id that we made names one thing for ever: not another order, not a second thing of the same order.
pub async fn an_own_id_is_taken_once(factory: &impl AsyncFn() -> Adapter) {
    let Adapter { store, .. } = &factory().await;
    let own: Vec<IdKey> = one_of_each_kind("id").into_iter().filter(|key| !key.is_gateway_made()).collect();
    store.commit(Commit { ids: own.clone(), ..creation("A") }).await.unwrap();
    store.commit(creation("B")).await.unwrap();

    for key in own {
        for order in ["A", "B"] {
            let again = Commit { ids: vec![key.clone()], ..step(order, 1) };
            assert_eq!(store.commit(again).await, Err(CommitError::IdTaken(key.clone())), "{order}");
        }
        let created = Commit { ids: vec![key.clone()], ..creation("C") };
        assert_eq!(store.commit(created).await, Err(CommitError::IdTaken(key)));
    }
}

/// Of two orders that take the same id of ours at the same time one gets it.
pub async fn of_racing_orders_one_takes_the_id(factory: &impl AsyncFn() -> Adapter) {
    let Adapter { store, .. } = &factory().await;
    let key = IdKey::PaymentRequest("P".to_owned());
    let names = ["A", "B", "C", "D"];

    let answers =
        race::all(names.map(|name| store.commit(Commit { ids: vec![key.clone()], ..creation(name) }))).await;

    assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 1);
    assert_eq!(answers.iter().filter(|answer| **answer == Err(CommitError::IdTaken(key.clone()))).count(), 3);
}

/// An id that the gateway made is not trusted to be unique: the first order keeps it, the step is kept all the same.
pub async fn a_gateway_id_stays_with_the_first_order(factory: &impl AsyncFn() -> Adapter) {
    let Adapter { store, .. } = &factory().await;
    let key = IdKey::Payment("2026112219401080".to_owned());
    store.commit(Commit { ids: vec![key.clone()], ..creation("A") }).await.unwrap();

    assert_eq!(store.commit(Commit { ids: vec![key.clone()], ..creation("B") }).await, Ok(1));
    assert_eq!(store.commit(Commit { ids: vec![key.clone()], ..step("A", 1) }).await, Ok(2));

    assert_eq!(store.find(&key).await, Ok(Some(order_id("A"))));
}

/// Pages follow each other without gap and without repetition, newest first.
pub async fn pages_list_the_newest_orders_first(factory: &impl AsyncFn() -> Adapter) {
    let Adapter { store, .. } = &factory().await;
    for name in ["D", "A", "C", "B", "E"] {
        store.commit(creation(name)).await.unwrap();
    }
    store.commit(step("D", 1)).await.unwrap();

    let mut query = OrderQuery { limit: 2, ..OrderQuery::default() };
    let mut pages = Vec::new();
    loop {
        let page = store.list(&query).await.unwrap();
        pages.push(page.orders.iter().map(|order| order.reference_order_id.to_string()).collect::<Vec<_>>());
        let Some(next) = page.next else { break };
        query.cursor = Some(next);
    }

    assert_eq!(pages, [vec!["E", "B"], vec!["C", "A"], vec!["D"]]);
}

/// An order created while somebody turns the pages does not disturb the pages to come.
pub async fn a_new_order_does_not_shift_the_pages(factory: &impl AsyncFn() -> Adapter) {
    let Adapter { store, .. } = &factory().await;
    for name in ["A", "B", "C"] {
        store.commit(creation(name)).await.unwrap();
    }
    let first = store.list(&OrderQuery { limit: 2, ..OrderQuery::default() }).await.unwrap();
    store.commit(creation("D")).await.unwrap();

    let query = OrderQuery { limit: 2, cursor: first.next, ..OrderQuery::default() };
    let second = store.list(&query).await.unwrap();

    assert_eq!(second.orders, [order("A", 1)]);
    assert_eq!(second.next, None);
}

/// A page can be limited to one phase: the phase of the last step.
pub async fn pages_are_limited_to_a_phase(factory: &impl AsyncFn() -> Adapter) {
    let Adapter { store, .. } = &factory().await;
    for name in ["A", "B", "C"] {
        store.commit(creation(name)).await.unwrap();
    }
    for name in ["A", "C"] {
        store.commit(Commit { phase: OrderPhase::Paid, ..step(name, 1) }).await.unwrap();
    }
    let limited = |phase, limit| OrderQuery { phase: Some(phase), limit, cursor: None };

    let paid = store.list(&limited(OrderPhase::Paid, 2)).await.unwrap();
    assert_eq!(paid.orders, [order("C", 2), order("A", 2)]);
    assert_eq!(paid.next, None, "a full page that is the last says so");
    let open = store.list(&limited(OrderPhase::Open, 2)).await.unwrap();
    assert_eq!(open.orders, [order("B", 1)]);
    let held = store.list(&limited(OrderPhase::OnHold, 2)).await.unwrap();
    assert_eq!(held.orders, Vec::new());
}

/// No page is larger than 200, whatever is asked for.
pub async fn a_page_holds_at_most_two_hundred(factory: &impl AsyncFn() -> Adapter) {
    let Adapter { store, .. } = &factory().await;
    race::all((0..201).map(|number| store.commit(creation(&format!("ORDER-{number}"))))).await;

    let query = OrderQuery { limit: usize::MAX, ..OrderQuery::default() };
    let first = store.list(&query).await.unwrap();
    assert_eq!(first.orders.len(), 200);
    let rest = store.list(&OrderQuery { cursor: first.next, ..query }).await.unwrap();
    assert_eq!(rest.orders.len(), 1);
    assert_eq!(rest.next, None);
}

/// Orders that somebody must look at again are found by id, page after page, until they are at rest.
pub async fn unresolved_orders_are_found_until_they_rest(factory: &impl AsyncFn() -> Adapter) {
    let Adapter { store, .. } = &factory().await;
    for name in ["C", "A", "D", "B"] {
        store.commit(Commit { next_check_at: Some(at(60)), ..creation(name) }).await.unwrap();
    }
    store.commit(creation("E")).await.unwrap();
    store.commit(step("B", 1)).await.unwrap();

    assert_eq!(store.unresolved(None, 2).await, Ok(vec![order_id("A"), order_id("C")]));
    assert_eq!(store.unresolved(Some(&order_id("C")), 2).await, Ok(vec![order_id("D")]));
    assert_eq!(store.unresolved(Some(&order_id("B")), 9).await, Ok(vec![order_id("C"), order_id("D")]));
    assert_eq!(store.unresolved(None, 0).await, Ok(Vec::new()));
}

/// What a newer program wrote is neither hidden nor taken for the whole: the order is shown, read only, as its log was
/// before the first event that is not known.
pub async fn an_order_of_a_newer_program_is_shown_as_far_as_it_is_known(factory: &impl AsyncFn() -> Adapter) {
    let adapter = &factory().await;
    let store = &adapter.store;
    let known = r#""at":"2026-11-22T00:00:00.000Z","event":"PaymentPending","paymentRequestId":"P"}"#;
    let events = [
        r#"{"v":2,"at":"2026-11-22T00:00:00.000Z","event":"ChargebackReceived","case":7}"#.to_owned(),
        format!(r#"{{"v":2,{known}"#),
    ];
    for (name, event) in ["A", "B"].into_iter().zip(&events) {
        store.commit(Commit { next_check_at: Some(at(60)), ..creation(name) }).await.unwrap();
        store.commit(Commit { next_check_at: Some(at(60)), ..step(name, 1) }).await.unwrap();
        let log = store.history(&order_id(name)).await.unwrap();
        write_stored(adapter, name, event, r#"{"v":2,"case":7}"#);
        write_stored(adapter, name, &format!(r#"{{"v":1,{known}"#), r#"{"v":2,"case":7}"#);

        let stored = store.load(&order_id(name)).await.unwrap().unwrap();
        assert_eq!(stored.version, 4);
        assert_eq!(*stored.order, Order { is_read_only: true, ..Order::fold(&log).unwrap() });
        assert_eq!(store.history(&order_id(name)).await.unwrap(), log);
        assert_eq!(store.commit(step(name, 2)).await, Err(CommitError::Conflict), "nothing is cut off");
    }
    store.commit(creation("C")).await.unwrap();
    let page = store.list(&OrderQuery { limit: 9, ..OrderQuery::default() }).await.unwrap();
    let shown: Vec<bool> = page.orders.iter().map(|order| order.is_read_only).collect();
    assert_eq!(shown, [false, true, true]);
    assert_eq!(store.unresolved(None, 9).await, Ok(vec![order_id("A"), order_id("B")]));
}

/// Texts without a version are of the first form.
pub async fn what_an_older_program_wrote_without_versions_is_read(factory: &impl AsyncFn() -> Adapter) {
    let adapter = &factory().await;
    let store = &adapter.store;
    store.commit(creation("A")).await.unwrap();
    let event = r#"{"at":"2026-11-22T00:00:00.000Z","event":"PaymentPending","paymentRequestId":"P"}"#;
    write_stored(adapter, "A", event, &serde_json::to_string(&order("A", 2)).unwrap());

    let stored = store.load(&order_id("A")).await.unwrap().unwrap();
    assert_eq!((stored.version, &*stored.order), (2, &order("A", 2)));
    let pending = Event::PaymentPending { payment_request_id: payment_request_id("P") };
    assert_eq!(store.history(&order_id("A")).await.unwrap()[1].event, pending);
    assert_eq!(store.commit(step("A", 2)).await, Ok(3));
}

fn write_stored(adapter: &Adapter, id: &str, event: &str, snapshot: &str) {
    let write = adapter.write_stored.as_ref().expect("the factory calls `Adapter::written_by_others`");
    write(&order_id(id), event, snapshot);
}

fn one_of_each_kind(text: &str) -> Vec<IdKey> {
    vec![
        IdKey::PaymentRequest(text.to_owned()),
        IdKey::CaptureRequest(text.to_owned()),
        IdKey::RefundRequest(text.to_owned()),
        IdKey::Payment(text.to_owned()),
        IdKey::Token(text.to_owned()),
        IdKey::Idempotency(text.to_owned()),
    ]
}
