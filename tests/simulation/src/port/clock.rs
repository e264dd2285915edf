//! An instance's clock, which may be wrong, and the ids and jitter that it draws.
//! Virtual time itself is the executor's.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use antom_core::time::Timestamp;
use antom_domain::port::{Clock, IdSource, Jitter};

use crate::world::World;

/// The clock of one instance.
#[derive(Debug)]
pub struct SimulatedClock {
    world: Arc<World>,
    error_ms: AtomicI64,
}

impl SimulatedClock {
    /// A clock that is right.
    pub fn new(world: Arc<World>) -> SimulatedClock {
        SimulatedClock { world, error_ms: AtomicI64::new(0) }
    }

    /// Sets how far it is off.
    pub fn set_error(&self, ms: i64) {
        self.error_ms.store(ms, Ordering::Relaxed);
    }

    /// The world's time at which this clock will show `at`.
    pub fn world_time(&self, at: Timestamp) -> i64 {
        at.epoch_millis().saturating_sub(self.error_ms.load(Ordering::Relaxed))
    }
}

impl Clock for SimulatedClock {
    fn now(&self) -> Timestamp {
        let error = self.error_ms.load(Ordering::Relaxed);
        Timestamp::from_epoch_millis(self.world.handle.now().saturating_add(error))
    }
}

/// Ids that count, and jitter of the seed.
#[derive(Debug)]
pub struct SimulatedIds(pub Arc<World>);

impl IdSource for SimulatedIds {
    fn fresh(&self) -> String {
        format!("id-{}", self.0.fresh())
    }
}

impl Jitter for SimulatedIds {
    fn permille(&self) -> u16 {
        u16::try_from(self.0.random.below(1_000)).unwrap_or(0)
    }
}
