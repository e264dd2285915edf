//! Time that moves only when somebody waits, so that no test does.
//! Which waits are right is for the tests to say.
#![allow(dead_code, unreachable_pub, reason = "each test binary uses its own part")]

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use antom_core::Timestamp;
use antom_http::{Clock, Pause, Waiting};

/// A clock and a pause that moves it. Clones share the time.
#[derive(Clone)]
pub struct Time {
    millis: Arc<AtomicI64>,
    waits: Arc<Mutex<Vec<Duration>>>,
}

impl Time {
    pub fn start() -> Self {
        Self { millis: Arc::new(AtomicI64::new(1_795_311_000_000)), waits: Arc::default() }
    }

    pub fn clock(&self) -> Clock {
        let millis = Arc::clone(&self.millis);
        Arc::new(move || Timestamp::from_epoch_millis(millis.load(Ordering::SeqCst)))
    }

    pub fn pass(&self, duration: Duration) {
        self.millis.fetch_add(i64::try_from(duration.as_millis()).unwrap(), Ordering::SeqCst);
    }

    pub fn pause(&self) -> Pause {
        let time = self.clone();
        Pause::new(move |duration| {
            time.waits.lock().unwrap().push(duration);
            time.pass(duration);
            std::future::ready(())
        })
    }

    /// Waits without jitter.
    pub fn waiting(&self) -> Waiting {
        Waiting::new(self.pause(), Arc::new(|| 0))
    }

    pub fn waits(&self) -> Vec<u128> {
        self.waits.lock().unwrap().iter().map(Duration::as_millis).collect()
    }
}
