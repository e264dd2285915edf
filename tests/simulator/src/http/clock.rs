//! The simulator's clock: real, accelerated or moved by hand; the only reader of the machine's clock.
//! Letting due things happen while it moves is left to the shell.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use crate::core::Time;

/// How virtual time moves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClockMode {
    /// With the machine's clock, this many times as fast.
    Real {
        /// Virtual seconds for each second.
        speed: u32,
    },
    /// Only by `clock/advance`.
    Manual,
}

#[derive(Debug)]
pub(crate) struct Clock {
    mode: ClockMode,
    hands: Mutex<Hands>,
}

#[derive(Clone, Copy, Debug)]
struct Hands {
    base: Time,
    set_at: Instant,
    /// While set, time stands still: always with a manual clock, during an advance with any other.
    held_at: Option<Time>,
}

impl Clock {
    /// A clock that begins at `start`, or at the machine's time.
    pub(crate) fn new(mode: ClockMode, start: Option<Time>) -> Self {
        let base = start.unwrap_or_else(machine_time);
        let held_at = (mode == ClockMode::Manual).then_some(base);
        Self { mode, hands: Mutex::new(Hands { base, set_at: machine_instant(), held_at }) }
    }

    /// A clock that never shows less than a saved one did: a manual one stands where it stood, a running one takes the
    /// time that has passed since.
    pub(crate) fn resumed(mode: ClockMode, start: Option<Time>, saved: Time) -> Self {
        match mode {
            ClockMode::Manual => Self::new(mode, Some(saved)),
            ClockMode::Real { .. } => Self::new(mode, Some(start.unwrap_or_else(machine_time).max(saved))),
        }
    }

    pub(crate) fn mode(&self) -> ClockMode {
        self.mode
    }

    pub(crate) fn now(&self) -> Time {
        let hands = self.hands();
        match (hands.held_at, self.mode) {
            (Some(held), _) => held,
            (None, ClockMode::Manual) => hands.base,
            (None, ClockMode::Real { speed }) => {
                let elapsed = machine_instant().saturating_duration_since(hands.set_at);
                hands.base.after(elapsed.saturating_mul(speed))
            }
        }
    }

    /// Stops the clock at this time, until it is released.
    pub(crate) fn hold(&self, at: Time) {
        self.change(|hands| hands.held_at = Some(at));
    }

    /// Lets a running clock run on from where it was held.
    pub(crate) fn release(&self) {
        if self.mode == ClockMode::Manual {
            return;
        }
        self.change(|hands| {
            if let Some(held) = hands.held_at.take() {
                hands.base = held;
                hands.set_at = machine_instant();
            }
        });
    }

    /// How long in real time until the clock shows `at`; `None` while it stands still.
    pub(crate) fn real_wait(&self, at: Time) -> Option<Duration> {
        let ClockMode::Real { speed } = self.mode else { return None };
        if self.hands().held_at.is_some() {
            return None;
        }
        Some(at.since(self.now()) / speed.max(1) + Duration::from_millis(1))
    }

    fn hands(&self) -> Hands {
        *self.hands.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn change(&self, turn: impl FnOnce(&mut Hands)) {
        turn(&mut self.hands.lock().unwrap_or_else(PoisonError::into_inner));
    }
}

#[expect(clippy::disallowed_methods, reason = "the simulator's clock is where the machine's is read")]
pub(super) fn machine_time() -> Time {
    let elapsed = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Time::from_epoch_millis(0).after(elapsed)
}

#[expect(clippy::disallowed_methods, reason = "the simulator's clock is where the machine's is read")]
fn machine_instant() -> Instant {
    Instant::now()
}
