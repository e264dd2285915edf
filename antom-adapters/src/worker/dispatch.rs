//! The dispatch loop: claims due calls, makes many at a time, and sleeps until the next is due.
//! Making one call is the domain's dispatcher.

use std::sync::Arc;
use std::time::Duration;

use antom_domain::port::Claimed;
use antom_domain::service::{Books, Dispatched, Dispatcher};
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;
use tracing::Instrument as _;

use super::{CALLS_AT_ONCE, LEASE, LONGEST_SLEEP, WorkerHandle, pause};

pub(super) async fn run(
    books: Books,
    dispatcher: Dispatcher,
    handle: WorkerHandle,
    mut stopped: watch::Receiver<bool>,
) {
    let slots = Arc::new(Semaphore::new(CALLS_AT_ONCE));
    let mut tasks = JoinSet::new();
    while !*stopped.borrow() {
        while tasks.try_join_next().is_some() {}
        let free = slots.available_permits();
        for claimed in claim(&books, free).await {
            // There are at least as many permits as rows were claimed; the semaphore is never closed.
            let Ok(permit) = slots.clone().acquire_owned().await else { return };
            let (dispatcher, handle) = (dispatcher.clone(), handle.clone());
            tasks.spawn(async move {
                let span = tracing::info_span!("call", referenceOrderId = %claimed.order_id, call = %claimed.claim.call_id);
                make(&dispatcher, &claimed, &handle).instrument(span).await;
                drop(permit);
                handle.wake.notify_one();
            });
        }
        let sleep = if slots.available_permits() == 0 { LONGEST_SLEEP } else { until_due(&books).await };
        tokio::select! {
            () = handle.wake.notified() => {}
            () = pause(sleep) => {}
            _ = stopped.changed() => {}
        }
    }
    while tasks.join_next().await.is_some() {}
}

async fn claim(books: &Books, limit: usize) -> Vec<Claimed> {
    if limit == 0 {
        return Vec::new();
    }
    let ports = books.ports();
    match ports.outbox.claim_due(ports.clock.now(), LEASE, limit).await {
        Ok(claimed) => claimed,
        Err(error) => {
            tracing::error!(%error, "no call can be claimed");
            Vec::new()
        }
    }
}

async fn until_due(books: &Books) -> Duration {
    let ports = books.ports();
    match ports.outbox.next_due().await {
        Ok(Some(due)) => due.since(ports.clock.now()).min(LONGEST_SLEEP).max(Duration::from_millis(5)),
        Ok(None) | Err(_) => LONGEST_SLEEP,
    }
}

async fn make(dispatcher: &Dispatcher, claimed: &Claimed, handle: &WorkerHandle) {
    let call_id = &claimed.claim.call_id;
    match dispatcher.run(claimed).await {
        Ok(outcome) => tell(claimed, outcome),
        Err(error) => {
            tracing::error!(referenceOrderId = %claimed.order_id, call = %call_id, %error, "call not recorded; made again later");
        }
    }
    handle.changed(&claimed.order_id);
    handle.returns.came_back(call_id);
}

/// One line for each claim; only a call that went out is called made.
fn tell(claimed: &Claimed, outcome: Dispatched) {
    let Claimed { order_id, claim, tries, .. } = claimed;
    let call_id = &claim.call_id;
    match why_not_made(outcome) {
        None => {
            tracing::info!(referenceOrderId = %order_id, call = %call_id, tries, ?outcome, "call made");
        }
        Some(reason) => {
            tracing::info!(referenceOrderId = %order_id, call = %call_id, tries, reason, "call not made");
        }
    }
}

/// Why nothing went out; `None` where the call was made.
fn why_not_made(outcome: Dispatched) -> Option<&'static str> {
    match outcome {
        Dispatched::Answered | Dispatched::Postponed => None,
        Dispatched::NotWanted => Some("its answer is known already"),
        Dispatched::LeftToNewerProgram => Some("a newer program wrote the order, and makes it"),
        Dispatched::LeaseLost => Some("its lease was over, and somebody else makes it"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_call_that_went_out_is_called_made() {
        assert_eq!([Dispatched::Answered, Dispatched::Postponed].map(why_not_made), [None; 2]);
        for left in [Dispatched::NotWanted, Dispatched::LeaseLost, Dispatched::LeftToNewerProgram] {
            assert!(why_not_made(left).is_some(), "{left:?}");
        }
    }
}
