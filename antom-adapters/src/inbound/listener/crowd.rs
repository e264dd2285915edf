//! How many connections are open, and which one makes room when there are too many.
//! Where each of them is, is `stage`'s.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore};

use super::stage::Progress;

/// How long a connection must have waited before it is asked to leave: its last answer is on its way by then.
const AT_LEAST_WAITED: Duration = Duration::from_millis(100);

/// Everybody who is connected.
#[derive(Debug, Clone)]
pub(crate) struct Crowd {
    room: Arc<Semaphore>,
    present: Arc<Mutex<Present>>,
}

#[derive(Debug, Default)]
struct Present {
    admitted: u64,
    seats: BTreeMap<u64, Seat>,
}

#[derive(Debug, Clone)]
struct Seat {
    progress: Progress,
    leave: Arc<Notify>,
}

/// One connection's place; dropping it makes room.
#[derive(Debug)]
pub(super) struct Guest {
    number: u64,
    seat: Seat,
    crowd: Crowd,
    _room: OwnedSemaphorePermit,
}

impl Crowd {
    pub(crate) fn of(most: usize) -> Crowd {
        Crowd { room: Arc::new(Semaphore::new(most.max(1))), present: Arc::default() }
    }

    /// How many are connected.
    pub(crate) fn count(&self) -> usize {
        self.present().seats.len()
    }

    /// Waits for a place. Where there is none, whoever has waited longest without a complete request leaves: a client that
    /// has something to say says it at once.
    pub(super) async fn admit(&self) -> Guest {
        let room = loop {
            if let Ok(room) = self.room.clone().try_acquire_owned() {
                break room;
            }
            self.ask_the_idlest_to_leave();
            let soon = tokio::time::timeout(AT_LEAST_WAITED, self.room.clone().acquire_owned()).await;
            // The semaphore is never closed.
            if let Ok(Ok(room)) = soon {
                break room;
            }
        };
        let seat = Seat { progress: Progress::new(), leave: Arc::default() };
        let mut present = self.present();
        present.admitted = present.admitted.saturating_add(1);
        let number = present.admitted;
        present.seats.insert(number, seat.clone());
        drop(present);
        Guest { number, seat, crowd: self.clone(), _room: room }
    }

    fn ask_the_idlest_to_leave(&self) {
        let present = self.present();
        let waiting = present.seats.values().filter_map(|seat| Some((seat.progress.waiting_since()?, seat)));
        let idlest = waiting.min_by_key(|(since, _)| *since);
        if let Some((since, seat)) = idlest
            && since.elapsed() >= AT_LEAST_WAITED
        {
            seat.leave.notify_one();
        }
    }

    fn present(&self) -> MutexGuard<'_, Present> {
        self.present.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Guest {
    pub(super) fn progress(&self) -> Progress {
        self.seat.progress.clone()
    }

    /// Returns when another connection needs the place.
    pub(super) async fn asked_to_leave(&self) {
        self.seat.leave.notified().await;
    }
}

impl Drop for Guest {
    fn drop(&mut self) {
        self.crowd.present().seats.remove(&self.number);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_one_that_has_waited_longest_makes_room_and_a_busy_one_never() {
        let crowd = Crowd::of(3);
        let busy = crowd.admit().await;
        let _request = busy.progress().begin();
        let idle = crowd.admit().await;
        let fresh = crowd.admit().await;

        let next = tokio::spawn({
            let crowd = crowd.clone();
            async move { crowd.admit().await.number }
        });
        tokio::select! {
            biased;
            () = busy.asked_to_leave() => panic!("the busy one was asked"),
            () = fresh.asked_to_leave() => panic!("the fresh one was asked"),
            () = idle.asked_to_leave() => {}
        }
        assert!(!next.is_finished(), "there is no room yet");
        drop(idle);
        assert_eq!(next.await.unwrap(), 4);
    }
}
