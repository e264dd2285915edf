//! What the service counts and measures, and its text for Prometheus.
//! Counting happens in decorators of the ports and around the routes; the domain knows nothing of it. No label is an id.
//!
//! Counters are made at the start and shared by reference, so that counting is a few atomic additions. What only the
//! store knows is asked when somebody looks, at most every few seconds, with queries of bounded size.

mod calls;
mod requests;
mod steps;
mod survey;

use std::fmt;
use std::sync::atomic::AtomicI64;

use prometheus_client::encoding::prometheus_text;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;

use crate::outbound::inspect::StoreUse;

pub(crate) use calls::{CallCounts, CountedGateway};
pub(crate) use requests::{RequestCounts, Surface};
pub(crate) use steps::{CountedStore, StepCounts};
pub(crate) use survey::Survey;

/// The form of [`Metrics::text`].
pub(crate) const CONTENT_TYPE: &str = prometheus_text::CONTENT_TYPE;

type Labels = [(&'static str, &'static str); 1];
type Level = Gauge<i64, AtomicI64>;

/// Everything that is counted, and how it is told.
#[derive(Debug)]
pub(crate) struct Metrics {
    registry: Registry,
    survey: Option<Survey>,
    samples: Vec<Sample>,
}

/// A level that is read when somebody looks.
struct Sample(Box<dyn Fn() + Send + Sync>);

impl fmt::Debug for Sample {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sample")
    }
}

/// Says how many there are now.
pub(crate) type Counted = Box<dyn Fn() -> usize + Send + Sync>;

impl Metrics {
    /// Nothing yet but the program's version.
    pub(crate) fn new() -> Metrics {
        let mut registry = Registry::with_prefix("antom");
        let version = Family::<Labels, Level>::default();
        version.get_or_create(&[("version", env!("CARGO_PKG_VERSION"))]).set(1);
        registry.register("build_info", "The version of the program, as a label; always 1", version);
        Metrics { registry, survey: None, samples: Vec::new() }
    }

    pub(crate) fn calls(&mut self) -> CallCounts {
        CallCounts::register(&mut self.registry)
    }

    pub(crate) fn steps(&mut self) -> StepCounts {
        StepCounts::register(&mut self.registry)
    }

    pub(crate) fn requests(&mut self) -> RequestCounts {
        RequestCounts::register(&mut self.registry)
    }

    /// Asks the books when somebody looks.
    pub(crate) fn watch_books(&mut self, survey: impl FnOnce(&mut Registry) -> Survey) {
        self.survey = Some(survey(&mut self.registry));
    }

    /// Reads how busy the storage is when somebody looks.
    pub(crate) fn watch_storage(&mut self, use_now: impl Fn() -> StoreUse + Send + Sync + 'static) {
        let level = |registry: &mut Registry, name: &str, help: &str| {
            let level = Level::default();
            registry.register(name, help, level.clone());
            level
        };
        let registry = &mut self.registry;
        let waiting = level(registry, "store_writes_waiting", "Steps that wait for a writer of the storage");
        let busy =
            level(registry, "store_connections_busy", "Connections of the storage in use, writers apart");
        let most =
            level(registry, "store_connections", "Connections that the storage may use, writers apart");
        self.samples.push(Sample(Box::new(move || {
            let StoreUse { writes_waiting, connections_busy, connections } = use_now();
            waiting.set(signed(writes_waiting));
            busy.set(signed(connections_busy));
            most.set(signed(connections));
        })));
    }

    /// Reads how many connections each listener has when somebody looks; `most` is the limit of each.
    pub(crate) fn watch_connections(&mut self, listeners: [(&'static str, Counted); 2], most: usize) {
        let (open, limit) = (Family::<Labels, Level>::default(), Level::default());
        limit.set(signed(most));
        self.registry.register("connections", "Open connections, by listener", open.clone());
        self.registry.register("connections_limit", "Connections that each listener may have", limit);
        for (listener, count) in listeners {
            let level = open.get_or_create_owned(&[("listener", listener)]);
            self.samples.push(Sample(Box::new(move || {
                level.set(signed(count()));
            })));
        }
    }

    /// Everything as text, as it is now.
    pub(crate) async fn text(&self) -> String {
        if let Some(survey) = &self.survey {
            survey.refresh().await;
        }
        self.samples.iter().for_each(|Sample(read)| read());
        let mut text = String::new();
        // Writing to a text does not fail.
        let _written = prometheus_text::encode(&mut text, &self.registry);
        text
    }
}

fn signed(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}
