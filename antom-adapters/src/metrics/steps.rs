//! Counts what becomes durable, event by event, and writes one line about each.
//! The store behind it is any implementation of the port; reading passes through.

use std::fmt::{self, Write as _};
use std::sync::Arc;
use std::time::Duration;

use antom_core::id::{PaymentRequestId, ReferenceOrderId};
use antom_domain::order::stored::event_names;
use antom_domain::order::{Event, OrderPhase, Recorded};
use antom_domain::port::{
    Commit, CommitError, IdKey, OrderPage, OrderQuery, OrderStore, StoreError, StoredOrder, Version,
};
use async_trait::async_trait;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;
use tokio::time::Instant;

use super::Labels;

const OUTCOMES: [&str; 5] = ["written", "conflict", "refused", "unavailable", "unknown"];
/// In seconds; a step waits for its writer and for one turn of the disk.
const BUCKETS: [f64; 9] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 2.5];

/// The counters of steps.
#[derive(Debug, Clone)]
pub(crate) struct StepCounts(Arc<Counts>);

#[derive(Debug)]
struct Counts {
    events: Vec<(&'static str, Counter)>,
    outcomes: [Counter; OUTCOMES.len()],
    took: Histogram,
}

impl StepCounts {
    pub(super) fn register(registry: &mut Registry) -> StepCounts {
        let events = Family::<Labels, Counter>::default();
        let commits = Family::<Labels, Counter>::default();
        let took = Histogram::new(BUCKETS);
        registry.register("order_events", "Events that became durable, by name", events.clone());
        registry.register("commits", "Steps given to the storage, by what became of them", commits.clone());
        registry.register(
            "commit_seconds",
            "How long a step took to become durable, its wait for a writer included",
            took.clone(),
        );
        let names = event_names().iter();
        let events = names.map(|name| (*name, events.get_or_create_owned(&[("event", *name)]))).collect();
        let outcomes = OUTCOMES.map(|outcome| commits.get_or_create_owned(&[("outcome", outcome)]));
        StepCounts(Arc::new(Counts { events, outcomes, took }))
    }

    fn ended(&self, outcome: &Result<Version, CommitError>, took: Duration) {
        let word = match outcome {
            Ok(_) => "written",
            Err(CommitError::Conflict) => "conflict",
            Err(CommitError::Store(_)) => "unavailable",
            Err(CommitError::OutcomeUnknown) => "unknown",
            Err(_) => "refused",
        };
        if let Some((_, counter)) = OUTCOMES.iter().zip(&self.0.outcomes).find(|(name, _)| **name == word) {
            counter.inc();
        }
        self.0.took.observe(took.as_secs_f64());
    }

    /// The event's name and counter; `None` for one that this program cannot name.
    fn of(&self, event: &Event) -> Option<&(&'static str, Counter)> {
        let mut name = Name { known: &self.0.events, found: None };
        // It stops after the name, by an error.
        let _stopped = write!(name, "{event:?}");
        name.found
    }
}

/// Finds the name of an event, which is the first word of its `Debug` form and of its stored form alike. Nothing behind the
/// name is formatted.
struct Name<'a> {
    known: &'a [(&'static str, Counter)],
    found: Option<&'a (&'static str, Counter)>,
}

impl fmt::Write for Name<'_> {
    fn write_str(&mut self, word: &str) -> fmt::Result {
        self.found = self.known.iter().find(|(name, _)| *name == word);
        Err(fmt::Error)
    }
}

/// A store whose steps are counted and told.
#[derive(Debug)]
pub(crate) struct CountedStore {
    pub(crate) store: Arc<dyn OrderStore>,
    pub(crate) counts: StepCounts,
}

/// What is told about a step once it is durable.
struct Told<'a> {
    order_id: ReferenceOrderId,
    phase: OrderPhase,
    events: Vec<(&'a (&'static str, Counter), Option<PaymentRequestId>)>,
}

impl<'a> Told<'a> {
    fn of(commit: &Commit, counts: &'a StepCounts) -> Told<'a> {
        let events = commit.events.iter().filter_map(|Recorded { event, .. }| {
            Some((counts.of(event)?, event.payment_request_id().cloned()))
        });
        Told { order_id: commit.order_id.clone(), phase: commit.phase, events: events.collect() }
    }

    fn tell(&self, version: Version) {
        for ((name, counter), payment) in &self.events {
            counter.inc();
            tracing::info!(
                referenceOrderId = %self.order_id,
                paymentRequestId = payment.as_ref().map(tracing::field::display),
                event = *name,
                phase = self.phase.as_str(),
                version,
                "recorded"
            );
        }
    }
}

#[async_trait]
impl OrderStore for CountedStore {
    async fn load(&self, id: &ReferenceOrderId) -> Result<Option<StoredOrder>, StoreError> {
        self.store.load(id).await
    }

    async fn find(&self, key: &IdKey) -> Result<Option<ReferenceOrderId>, StoreError> {
        self.store.find(key).await
    }

    async fn commit(&self, commit: Commit) -> Result<Version, CommitError> {
        let told = Told::of(&commit, &self.counts);
        let begun = Instant::now();
        let outcome = self.store.commit(commit).await;
        self.counts.ended(&outcome, begun.elapsed());
        if let Ok(version) = outcome {
            told.tell(version);
        }
        outcome
    }

    async fn history(&self, id: &ReferenceOrderId) -> Result<Vec<Recorded>, StoreError> {
        self.store.history(id).await
    }

    async fn list(&self, query: &OrderQuery) -> Result<OrderPage, StoreError> {
        self.store.list(query).await
    }

    async fn unresolved(
        &self,
        after: Option<&ReferenceOrderId>,
        limit: usize,
    ) -> Result<Vec<ReferenceOrderId>, StoreError> {
        self.store.unresolved(after, limit).await
    }
}

#[cfg(test)]
mod tests {
    use antom_domain::order::stored::read_event;

    use super::*;

    #[test]
    fn every_event_is_counted_under_the_name_that_it_is_stored_by() {
        let counts = StepCounts::register(&mut Registry::default());
        let stored = [
            r#"{"v":1,"at":"2026-11-22T00:00:00.000Z","event":"PaymentSucceeded","paymentRequestId":"A"}"#,
            r#"{"v":1,"at":"2026-11-22T00:00:00.000Z","event":"CancelRefused","paymentRequestId":"A"}"#,
            r#"{"v":1,"at":"2026-11-22T00:00:00.000Z","event":"Contradicted","paymentRequestId":"A","machine":"payment","recorded":"a","seen":"b"}"#,
        ];
        for text in stored {
            let recorded = read_event(text).unwrap();
            let (name, _) = counts.of(&recorded.event).unwrap();
            assert!(text.contains(&format!("\"event\":\"{name}\"")), "{name} of {text}");
        }
    }
}
