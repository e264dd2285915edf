//! The publish loop: claims merchant events, tells many at a time, and sleeps until the next is due.
//! Telling one event, and what follows a failure, is the domain's; what is old is forgotten here now and then.

use std::sync::Arc;
use std::time::Duration;

use antom_domain::port::{ClaimedEvent, Clock, EventQueue, Keep};
use antom_domain::service::{Published, Publishing};
use tokio::sync::{Notify, Semaphore, watch};
use tokio::task::{JoinHandle, JoinSet};

use super::{LEASE, LONGEST_SLEEP, WorkerHandle, pause};

/// How many events are under way at the same time, each of another order.
const EVENTS_AT_ONCE: usize = 16;
/// Events gather for so long before the queue is looked at again, so that a busy shop does not ask for each.
const BETWEEN_CLAIMS: Duration = Duration::from_millis(20);
/// How often old events are looked for.
const BETWEEN_FORGETTING: Duration = Duration::from_mins(1);

/// How long events are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EventRetention {
    /// Since they were recorded.
    pub time: Duration,
    /// About so many of the newest.
    pub most: u64,
}

/// The running tasks around the event queue.
#[derive(Debug)]
pub struct EventWorker {
    stop: watch::Sender<bool>,
    told: Arc<Notify>,
    tasks: Vec<JoinHandle<()>>,
}

impl EventWorker {
    /// Starts on the current runtime. Without `publishing` events are only kept and forgotten.
    pub fn start(
        publishing: Option<Publishing>,
        queue: Arc<dyn EventQueue>,
        clock: Arc<dyn Clock>,
        retention: EventRetention,
        handle: &WorkerHandle,
    ) -> EventWorker {
        let (stop, stopped) = watch::channel(false);
        let told = Arc::clone(&handle.told);
        let mut tasks = vec![tokio::spawn(forget(queue, clock, retention, stopped.clone()))];
        if let Some(publishing) = publishing {
            tasks.push(tokio::spawn(run(publishing, Arc::clone(&told), stopped)));
        }
        EventWorker { stop, told, tasks }
    }

    /// Stops claiming and waits until the attempts that are under way came back.
    pub async fn stop(self) {
        self.stop.send_replace(true);
        self.told.notify_one();
        for task in self.tasks {
            if let Err(error) = task.await {
                tracing::error!(%error, "a task around the events ended badly");
            }
        }
    }
}

async fn run(publishing: Publishing, told: Arc<Notify>, mut stopped: watch::Receiver<bool>) {
    let slots = Arc::new(Semaphore::new(EVENTS_AT_ONCE));
    let mut tasks = JoinSet::new();
    while !*stopped.borrow() {
        while tasks.try_join_next().is_some() {}
        let free = slots.available_permits();
        for claimed in claim(&publishing, free).await {
            // There are at least as many permits as events were claimed; the semaphore is never closed.
            let Ok(permit) = slots.clone().acquire_owned().await else { return };
            let (publishing, told) = (publishing.clone(), Arc::clone(&told));
            tasks.spawn(async move {
                publish(&publishing, &claimed).await;
                drop(permit);
                // The next event of the order is current now.
                told.notify_one();
            });
        }
        let sleep = if slots.available_permits() == 0 { LONGEST_SLEEP } else { until_due(&publishing).await };
        tokio::select! {
            () = told.notified() => pause(BETWEEN_CLAIMS).await,
            () = pause(sleep) => {}
            _ = stopped.changed() => {}
        }
    }
    while tasks.join_next().await.is_some() {}
}

async fn claim(publishing: &Publishing, limit: usize) -> Vec<ClaimedEvent> {
    if limit == 0 {
        return Vec::new();
    }
    match publishing.queue().claim_events(publishing.clock().now(), LEASE, limit).await {
        Ok(claimed) => claimed,
        Err(error) => {
            tracing::error!(%error, "no event can be claimed");
            Vec::new()
        }
    }
}

async fn until_due(publishing: &Publishing) -> Duration {
    match publishing.queue().next_event_due().await {
        Ok(Some(due)) => due.since(publishing.clock().now()).min(LONGEST_SLEEP).max(BETWEEN_CLAIMS),
        Ok(None) | Err(_) => LONGEST_SLEEP,
    }
}

async fn publish(publishing: &Publishing, claimed: &ClaimedEvent) {
    let event = &claimed.event;
    let (id, kind, order_id, tries) = (event.id(), &event.kind, &event.order_id, claimed.tries);
    match publishing.run(claimed).await {
        Ok(Published::Delivered) => {
            tracing::debug!(event = %id, %kind, referenceOrderId = %order_id, tries, "event told")
        }
        Ok(Published::Postponed(failure)) => {
            tracing::warn!(event = %id, %kind, referenceOrderId = %order_id, tries, %failure, "event not told; told again later");
        }
        Ok(Published::GivenUp(failure)) => {
            let next_step = "mend the receiver, then POST /v1/events/{id}/resend";
            tracing::error!(event = %id, %kind, referenceOrderId = %order_id, tries, %failure, next_step, "event given up");
        }
        Ok(Published::Superseded) => {
            tracing::warn!(event = %id, %kind, referenceOrderId = %order_id, tries, "the attempt outlasted its lease");
        }
        Err(error) => {
            tracing::error!(event = %id, %kind, referenceOrderId = %order_id, %error, "attempt not recorded; event told again");
        }
    }
}

async fn forget(
    queue: Arc<dyn EventQueue>,
    clock: Arc<dyn Clock>,
    retention: EventRetention,
    mut stopped: watch::Receiver<bool>,
) {
    while !*stopped.borrow() {
        let keep = Keep { since: clock.now().saturating_sub(retention.time), most: retention.most };
        match queue.forget(keep).await {
            Ok(0) => {}
            Ok(forgotten) => {
                tracing::info!(forgotten, "old events forgotten");
                continue;
            }
            Err(error) => tracing::error!(%error, "old events cannot be forgotten"),
        }
        tokio::select! {
            () = pause(BETWEEN_FORGETTING) => {}
            _ = stopped.changed() => {}
        }
    }
}
