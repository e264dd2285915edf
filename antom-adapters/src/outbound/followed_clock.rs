//! The time of a simulator on this machine behind the domain's port, so that a test can move days by.
//! Who may follow one is decided by the configuration; where the simulator's time stands still, so does this one.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::{Duration, Instant};

use antom_core::time::Timestamp;
use antom_domain::port::Clock;
use serde::Deserialize;

use super::plain_get;

/// Longer than the simulator keeps a question that waits for a later time.
const PATIENCE: Duration = Duration::from_secs(30);
/// How much of the simulator's time passes between two looks, unless it is moved: then the look ends at once.
const BETWEEN_LOOKS: Duration = Duration::from_millis(200);
/// A simulator that is away is asked again after this time.
const BETWEEN_TRIES: Duration = Duration::from_millis(500);

/// A clock that follows a simulator's.
#[derive(Debug, Clone)]
pub struct FollowedClock(Arc<Mutex<Shown>>);

/// What the simulator showed last.
#[derive(Debug, Clone, Copy)]
struct Shown {
    time: Timestamp,
    /// How much faster than real time it runs; 0 while only a test moves it.
    speed: u32,
    seen_at: Instant,
}

/// `GET clock` of the simulator's control API.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Told {
    epoch_millis: i64,
    speed: u32,
}

impl FollowedClock {
    /// Looks at the clock at `path` of the simulator, and goes on looking until the last copy of this one is dropped.
    ///
    /// # Errors
    /// If it cannot be read now. Later on the time runs on while the simulator is away.
    pub fn start(simulator: SocketAddr, path: &str) -> std::io::Result<FollowedClock> {
        let shown = Arc::new(Mutex::new(look(simulator, path)?));
        let (watched, path) = (Arc::downgrade(&shown), path.to_owned());
        std::thread::Builder::new()
            .name("followed-clock".to_owned())
            .spawn(move || follow(simulator, &path, &watched))?;
        Ok(FollowedClock(shown))
    }
}

impl Clock for FollowedClock {
    fn now(&self) -> Timestamp {
        let Shown { time, speed, seen_at } = *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        time.saturating_add(seen_at.elapsed().saturating_mul(speed))
    }
}

fn follow(simulator: SocketAddr, path: &str, watched: &Weak<Mutex<Shown>>) {
    while let Some(shown) = watched.upgrade() {
        let last = shown.lock().unwrap_or_else(PoisonError::into_inner).time;
        drop(shown);
        let after = last.saturating_add(BETWEEN_LOOKS).epoch_millis();
        match look(simulator, &format!("{path}?after={after}")) {
            Ok(seen) => {
                if let Some(shown) = watched.upgrade() {
                    *shown.lock().unwrap_or_else(PoisonError::into_inner) = seen;
                }
            }
            Err(error) => {
                tracing::warn!(%error, "the simulator's clock cannot be read; the time runs on");
                pause();
            }
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "this is the adapter that reads the clock")]
fn look(simulator: SocketAddr, path: &str) -> std::io::Result<Shown> {
    let (status, body) = plain_get::get(simulator, path, PATIENCE)?;
    if status != 200 {
        return Err(std::io::Error::other(format!("{simulator}{path} answers {status}")));
    }
    let Told { epoch_millis, speed } = serde_json::from_str(&body)?;
    Ok(Shown { time: Timestamp::from_epoch_millis(epoch_millis), speed, seen_at: Instant::now() })
}

#[expect(clippy::disallowed_methods, reason = "a thread of its own, which has nothing else to wait for")]
fn pause() {
    std::thread::sleep(BETWEEN_TRIES);
}
