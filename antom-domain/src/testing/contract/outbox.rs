//! What an outbox must do: hand every due call to one worker at a time, with the bytes that were committed.
//! When a call is due, and what is done with its answer, is left to the services.

use std::time::Duration;

use super::fixture::{
    LEASE, at, capture_call, claim_one, claimable, creation, every_call, mark, notification, order_id,
    question, stale, step, wishing,
};
use super::{Adapter, race};
use crate::order::{CallId, GatewayCall, RequestBody};
use crate::port::{Commit, CommitError, IdKey, InboxVerdict, OutboxError};

/// A call comes back byte for byte, with its order, for the first time.
pub async fn a_call_comes_back_as_it_was_committed(factory: &impl AsyncFn() -> Adapter) {
    let Adapter { store, outbox, .. } = &factory().await;
    let calls = every_call("A");
    let wished = calls.iter().map(|call| (call.clone(), at(0))).collect();
    store.commit(Commit { effects: wished, ..creation("A") }).await.unwrap();

    let claimed = outbox.claim_due(at(0), LEASE, 100).await.unwrap();

    assert_eq!(claimed.len(), calls.len());
    for call in &calls {
        let row = claimed.iter().find(|row| row.claim.call_id == call.id()).unwrap();
        assert_eq!(row.call, *call);
        assert_eq!((&row.order_id, row.tries), (&order_id("A"), 0));
    }
}

/// A call is not handed out before it is due.
pub async fn a_call_waits_until_it_is_due(factory: &impl AsyncFn() -> Adapter) {
    let Adapter { store, outbox, .. } = &factory().await;
    store.commit(wishing("A", capture_call("A"), at(10))).await.unwrap();

    assert_eq!(claimable(outbox.as_ref(), 9).await, Vec::<String>::new());
    assert_eq!(claimable(outbox.as_ref(), 10).await, ["capture:A-CAPTURE"]);
}

/// The call that is due longest comes first, and no more come than were asked for.
pub async fn calls_come_by_due_time(factory: &impl AsyncFn() -> Adapter) {
    let Adapter { store, outbox, .. } = &factory().await;
    for (name, due) in [("A", 3), ("B", 1), ("C", 4), ("D", 2)] {
        store.commit(wishing(name, question(name), at(due))).await.unwrap();
    }
    let claim = async |limit| -> Vec<String> {
        let claimed = outbox.claim_due(at(9), LEASE, limit).await.unwrap();
        claimed.iter().map(|row| row.order_id.to_string()).collect()
    };

    assert_eq!(claim(0).await, Vec::<String>::new());
    assert_eq!(claim(3).await, ["B", "D", "A"]);
    assert_eq!(claim(3).await, ["C"]);
}

/// While a lease runs nobody else gets the call; after it the next claim has a higher fence and one more try.
pub async fn a_leased_call_is_handed_out_again_after_its_lease(factory: &impl AsyncFn() -> Adapter) {
    let Adapter { store, outbox, .. } = &factory().await;
    store.commit(wishing("A", capture_call("A"), at(0))).await.unwrap();
    let first = claim_one(outbox.as_ref(), 0).await;

    assert_eq!(claimable(outbox.as_ref(), 29).await, Vec::<String>::new());
    let second = claim_one(outbox.as_ref(), 30).await;
    let third = claim_one(outbox.as_ref(), 60).await;

    assert!(first.claim.fence < second.claim.fence && second.claim.fence < third.claim.fence);
    assert_eq!([first.tries, second.tries, third.tries], [0, 1, 2]);
    assert_eq!(third.call, capture_call("A"));
}

/// A call may begin while its lease runs, under the newest claim only.
pub async fn a_call_may_begin_under_its_running_lease_only(factory: &impl AsyncFn() -> Adapter) {
    let Adapter { store, outbox, .. } = &factory().await;
    store.commit(wishing("A", capture_call("A"), at(0))).await.unwrap();
    let first = claim_one(outbox.as_ref(), 0).await.claim;

    assert_eq!(outbox.is_held(&first, at(0)).await, Ok(true));
    assert_eq!(outbox.is_held(&stale(&first), at(0)).await, Ok(false));
    assert_eq!(outbox.is_held(&first, at(29)).await, Ok(true));
    assert_eq!(outbox.is_held(&first, at(30)).await, Ok(false), "anybody may claim it now");

    let second = claim_one(outbox.as_ref(), 30).await.claim;
    assert_eq!(outbox.is_held(&first, at(31)).await, Ok(false), "somebody else makes the call");
    assert_eq!(outbox.is_held(&second, at(31)).await, Ok(true));
    outbox.postpone(&second, at(32)).await.unwrap();
    assert_eq!(outbox.is_held(&second, at(31)).await, Ok(false), "it was given back");

    let third = claim_one(outbox.as_ref(), 32).await.claim;
    outbox.complete(&third).await.unwrap();
    assert_eq!(outbox.is_held(&third, at(32)).await, Ok(false), "it is gone");
}

/// Workers that claim at the same time never share a call.
pub async fn racing_claims_share_no_call(factory: &impl AsyncFn() -> Adapter) {
    let Adapter { store, outbox, .. } = &factory().await;
    for name in ["A", "B", "C", "D", "E", "F"] {
        store.commit(wishing(name, capture_call(name), at(0))).await.unwrap();
    }

    let claims = race::all((0..5).map(|_| outbox.claim_due(at(0), LEASE, 2))).await;

    let mut claimed: Vec<String> =
        claims.into_iter().flat_map(Result::unwrap).map(|row| row.order_id.to_string()).collect();
    claimed.sort();
    assert_eq!(claimed, ["A", "B", "C", "D", "E", "F"]);
}

/// Who lost the lease can neither drop the call, nor give it back, nor commit its answer.
pub async fn a_lost_lease_changes_nothing(factory: &impl AsyncFn() -> Adapter) {
    let Adapter { store, outbox, inbox, .. } = &factory().await;
    store.commit(wishing("A", capture_call("A"), at(0))).await.unwrap();
    let old = claim_one(outbox.as_ref(), 0).await.claim;
    let new = claim_one(outbox.as_ref(), 30).await.claim;
    let token = IdKey::Token("t".to_owned());

    for lost in [&old, &stale(&old)] {
        assert_eq!(outbox.complete(lost).await, Err(OutboxError::LeaseLost));
        assert_eq!(outbox.postpone(lost, at(31)).await, Err(OutboxError::LeaseLost));
        let answer = Commit {
            ids: vec![token.clone()],
            effects: vec![(question("A"), at(0))],
            settles: Some(lost.clone()),
            inbox: Some(mark(&notification("N", 1, &[]), InboxVerdict::Absorbed)),
            ..step("A", 1)
        };
        assert_eq!(store.commit(answer).await, Err(CommitError::LeaseLost));
    }

    assert_eq!(store.load(&order_id("A")).await.unwrap().unwrap().version, 1);
    assert_eq!(store.history(&order_id("A")).await.unwrap().len(), 1);
    assert_eq!(store.find(&token).await, Ok(None));
    assert_eq!(inbox.recent(10).await, Ok(Vec::new()));
    assert_eq!(claimable(outbox.as_ref(), 59).await, Vec::<String>::new(), "the new lease runs on");
    assert_eq!(outbox.complete(&new).await, Ok(()));
}

/// A claim stands until the next claim of its call, even when its holder is late: only the fence decides.
pub async fn a_late_holder_may_act_until_the_next_claim(factory: &impl AsyncFn() -> Adapter) {
    let Adapter { store, outbox, .. } = &factory().await;
    store.commit(wishing("A", capture_call("A"), at(0))).await.unwrap();
    store.commit(wishing("B", capture_call("B"), at(500))).await.unwrap();
    let claim = claim_one(outbox.as_ref(), 0).await.claim;
    assert_eq!(outbox.claim_due(at(900), LEASE, 0).await, Ok(Vec::new()));

    assert_eq!(store.commit(Commit { settles: Some(claim), ..step("A", 1) }).await, Ok(2));
    assert_eq!(claimable(outbox.as_ref(), 900).await, ["capture:B-CAPTURE"]);
}

/// A completed call is gone, and completing it again says so.
pub async fn a_completed_call_is_gone(factory: &impl AsyncFn() -> Adapter) {
    let Adapter { store, outbox, .. } = &factory().await;
    store.commit(wishing("A", capture_call("A"), at(0))).await.unwrap();
    let claim = claim_one(outbox.as_ref(), 0).await.claim;

    assert_eq!(outbox.complete(&claim).await, Ok(()));

    assert_eq!(outbox.complete(&claim).await, Err(OutboxError::LeaseLost));
    assert_eq!(outbox.postpone(&claim, at(1)).await, Err(OutboxError::LeaseLost));
    assert_eq!(claimable(outbox.as_ref(), 1_000).await, Vec::<String>::new());
    assert_eq!(outbox.next_due().await, Ok(None));
}

/// A call that was given back is due at its new time, and its claim is used up.
pub async fn a_postponed_call_is_due_again_later(factory: &impl AsyncFn() -> Adapter) {
    let Adapter { store, outbox, .. } = &factory().await;
    store.commit(wishing("A", capture_call("A"), at(0))).await.unwrap();
    let claim = claim_one(outbox.as_ref(), 0).await.claim;

    assert_eq!(outbox.postpone(&claim, at(5)).await, Ok(()));

    assert_eq!(outbox.complete(&claim).await, Err(OutboxError::LeaseLost));
    assert_eq!(
        store.commit(Commit { settles: Some(claim), ..step("A", 1) }).await,
        Err(CommitError::LeaseLost)
    );
    assert_eq!(claimable(outbox.as_ref(), 4).await, Vec::<String>::new());
    let again = claim_one(outbox.as_ref(), 5).await;
    assert_eq!((again.tries, again.call), (1, capture_call("A")));
}

/// A waiting call can be made due; a held, a due and an unknown one stay as they are.
pub async fn a_waiting_call_can_be_hastened(factory: &impl AsyncFn() -> Adapter) {
    let Adapter { store, outbox, .. } = &factory().await;
    store.commit(wishing("A", question("A"), at(60))).await.unwrap();
    store.commit(wishing("B", question("B"), at(1))).await.unwrap();

    outbox.hasten(&question("A").id(), at(2)).await.unwrap();
    outbox.hasten(&question("B").id(), at(2)).await.unwrap();
    assert_eq!(outbox.hasten(&CallId::from_stored("inquire:nobody"), at(2)).await, Ok(()));
    assert_eq!(claimable(outbox.as_ref(), 2).await, ["inquire:B-PAYMENT", "inquire:A-PAYMENT"]);

    outbox.hasten(&question("A").id(), at(3)).await.unwrap();
    assert_eq!(
        claimable(outbox.as_ref(), 3).await,
        Vec::<String>::new(),
        "a held call is left to its holder"
    );
}

/// The step that takes in the answer drops the call; a refused one does not.
pub async fn the_answering_step_drops_its_call(factory: &impl AsyncFn() -> Adapter) {
    let Adapter { store, outbox, .. } = &factory().await;
    store.commit(wishing("A", capture_call("A"), at(0))).await.unwrap();
    let claim = claim_one(outbox.as_ref(), 0).await.claim;
    let answer = |expected| Commit { settles: Some(claim.clone()), ..step("A", expected) };

    assert_eq!(store.commit(answer(7)).await, Err(CommitError::Conflict));
    assert_eq!(store.commit(answer(1)).await, Ok(2));

    assert_eq!(store.commit(answer(2)).await, Err(CommitError::LeaseLost), "an answer counts once");
    assert_eq!(claimable(outbox.as_ref(), 1_000).await, Vec::<String>::new());
}

/// A call that is decided again keeps its first bytes and its place.
pub async fn a_call_wished_again_keeps_its_first_bytes(factory: &impl AsyncFn() -> Adapter) {
    let Adapter { store, outbox, .. } = &factory().await;
    let calls = [capture_call("A"), question("A")];
    let wished = calls.iter().map(|call| (call.clone(), at(5))).collect();
    store.commit(Commit { effects: wished, ..creation("A") }).await.unwrap();

    let others = calls.iter().map(|call| (with_other_bytes(call), at(1))).collect();
    store.commit(Commit { effects: others, ..step("A", 1) }).await.unwrap();

    assert_eq!(outbox.next_due().await, Ok(Some(at(5))));
    let claimed = outbox.claim_due(at(5), LEASE, 10).await.unwrap();
    assert_eq!(claimed.iter().map(|row| row.call.clone()).collect::<Vec<_>>(), calls);
}

/// A call that is wished again while somebody holds it stays with the holder.
pub async fn a_held_call_wished_again_stays_with_its_holder(factory: &impl AsyncFn() -> Adapter) {
    let Adapter { store, outbox, .. } = &factory().await;
    store.commit(wishing("A", capture_call("A"), at(0))).await.unwrap();
    let claim = claim_one(outbox.as_ref(), 0).await.claim;
    store.commit(Commit { effects: vec![(capture_call("A"), at(1))], ..step("A", 1) }).await.unwrap();

    assert_eq!(claimable(outbox.as_ref(), 29).await, Vec::<String>::new());
    assert_eq!(outbox.complete(&claim).await, Ok(()));
}

/// A step may answer a call and wish the same call again: it waits once more, with its first bytes.
pub async fn an_answered_call_wished_again_waits_once_more(factory: &impl AsyncFn() -> Adapter) {
    let Adapter { store, outbox, .. } = &factory().await;
    store.commit(wishing("A", capture_call("A"), at(0))).await.unwrap();
    let claim = claim_one(outbox.as_ref(), 0).await.claim;

    let again = vec![(with_other_bytes(&capture_call("A")), at(40))];
    store.commit(Commit { settles: Some(claim.clone()), effects: again, ..step("A", 1) }).await.unwrap();

    assert_eq!(outbox.complete(&claim).await, Err(OutboxError::LeaseLost));
    assert_eq!(claimable(outbox.as_ref(), 39).await, Vec::<String>::new());
    let row = claim_one(outbox.as_ref(), 40).await;
    assert_eq!(row.call, capture_call("A"));
    assert!(row.claim.fence > claim.fence);
}

/// A claim of a call that was dropped does not fit the same call when it is wished again later.
pub async fn an_old_claim_does_not_fit_a_later_row(factory: &impl AsyncFn() -> Adapter) {
    let Adapter { store, outbox, .. } = &factory().await;
    store.commit(wishing("A", question("A"), at(0))).await.unwrap();
    let first = claim_one(outbox.as_ref(), 0).await.claim;
    let second = claim_one(outbox.as_ref(), 30).await.claim;
    outbox.complete(&second).await.unwrap();
    store.commit(Commit { effects: vec![(question("A"), at(60))], ..step("A", 1) }).await.unwrap();

    let later = claim_one(outbox.as_ref(), 60).await.claim;

    for old in [&first, &second] {
        assert_eq!(outbox.complete(old).await, Err(OutboxError::LeaseLost));
    }
    assert_eq!(outbox.complete(&later).await, Ok(()));
}

/// The next instant at which there is something to do: a free call's due time or the end of a lease.
pub async fn the_next_instant_is_a_due_time_or_the_end_of_a_lease(factory: &impl AsyncFn() -> Adapter) {
    let Adapter { store, outbox, .. } = &factory().await;
    assert_eq!(outbox.next_due().await, Ok(None));
    store.commit(wishing("A", question("A"), at(10))).await.unwrap();
    store.commit(wishing("B", question("B"), at(60))).await.unwrap();

    assert_eq!(outbox.next_due().await, Ok(Some(at(10))));
    let claim = claim_one(outbox.as_ref(), 12).await.claim;
    assert_eq!(outbox.next_due().await, Ok(Some(at(42))), "the end of the lease comes before the other call");
    outbox.postpone(&claim, at(100)).await.unwrap();
    assert_eq!(outbox.next_due().await, Ok(Some(at(60))));
}

/// A lease beyond the end of time does not wrap around.
pub async fn an_endless_lease_is_never_over(factory: &impl AsyncFn() -> Adapter) {
    let Adapter { store, outbox, .. } = &factory().await;
    store.commit(wishing("A", question("A"), at(0))).await.unwrap();
    let claimed = outbox.claim_due(at(0), Duration::MAX, 1).await.unwrap();

    assert_eq!(claimed.len(), 1);
    assert_eq!(claimable(outbox.as_ref(), 1_000_000).await, Vec::<String>::new());
}

fn with_other_bytes(call: &GatewayCall) -> GatewayCall {
    GatewayCall { body: RequestBody::new(b"other".to_vec()), ..call.clone() }
}
