//! Answers of the database that stay right until somebody writes what they speak of.
//! Asking the database, and saying what was written, is left to `orders`, `outbox` and `inbox`.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use antom_core::time::Timestamp;
use tokio::time::Instant;

/// After so long the database is asked again, for the case that a support engineer's shell wrote.
const LONGEST: Duration = Duration::from_secs(1);

/// The questions that are asked again and again, mostly with the same answer.
#[derive(Debug, Default)]
pub(super) struct Answers {
    /// When the next call is due.
    pub(super) next_due: Remembered<Option<Timestamp>>,
    /// Whether any notification is parked. A yes may be old: it costs a look, no more.
    pub(super) is_any_parked: Remembered<bool>,
}

/// Which answer a write changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Changes {
    /// None of them.
    Nothing,
    /// When the next call is due.
    Outbox,
    /// Whether any notification is parked.
    Parked,
}

impl Answers {
    /// Called when a write is over, before anybody hears of it.
    pub(super) fn forget(&self, changes: Changes) {
        match changes {
            Changes::Nothing => {}
            Changes::Outbox => self.next_due.forget(),
            Changes::Parked => self.is_any_parked.forget(),
        }
    }
}

/// The answer to one question. All writes go through one thread of this process (invariant I-14), which tells of them.
#[derive(Debug, Default)]
pub(super) struct Remembered<T>(Mutex<State<T>>);

#[derive(Debug, Default)]
struct State<T> {
    /// How many writes changed the answer.
    writes: u64,
    known: Option<(T, Instant)>,
}

/// When a question was asked.
#[derive(Debug, Clone, Copy)]
pub(super) struct AskedAt {
    writes: u64,
}

impl<T: Copy> Remembered<T> {
    /// The answer, or when it was found to be missing: the question is to be asked after that.
    pub(super) fn answer(&self) -> Result<T, AskedAt> {
        let state = self.state();
        match state.known {
            Some((answer, since)) if since.elapsed() < LONGEST => Ok(answer),
            _ => Err(AskedAt { writes: state.writes }),
        }
    }

    /// Keeps an answer, unless something was written since the question was asked.
    pub(super) fn keep(&self, answer: T, asked: AskedAt) {
        let mut state = self.state();
        if state.writes == asked.writes {
            state.known = Some((answer, Instant::now()));
        }
    }

    fn forget(&self) {
        let mut state = self.state();
        state.writes = state.writes.wrapping_add(1);
        state.known = None;
    }

    fn state(&self) -> MutexGuard<'_, State<T>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn missing(remembered: &Remembered<u8>) -> AskedAt {
        remembered.answer().unwrap_err()
    }

    #[test]
    fn an_answer_is_right_until_something_is_written() {
        let remembered = Remembered::default();
        let asked = missing(&remembered);
        remembered.keep(7, asked);
        assert_eq!(remembered.answer().ok(), Some(7));
        remembered.forget();
        assert_eq!(remembered.answer().ok(), None);
    }

    #[test]
    fn an_answer_that_a_write_overtook_is_not_kept() {
        let remembered = Remembered::default();
        let asked = missing(&remembered);
        remembered.forget();
        remembered.keep(7, asked);
        assert_eq!(remembered.answer().ok(), None);
    }

    #[test]
    fn an_old_answer_is_asked_for_again() {
        let remembered = Remembered::default();
        remembered.keep(7, missing(&remembered));
        remembered.state().known = Some((7, Instant::now() - LONGEST));
        assert_eq!(remembered.answer().ok(), None);
    }
}
