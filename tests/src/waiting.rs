//! Waiting for what other processes do: one loop with a deadline, the only place here that reads a clock or sleeps.
//! What is awaited and how long it may take is told by the caller.

use std::time::{Duration, Instant};

use crate::failure::Failure;

/// Long enough for anything that the gateway's own delays (3 s and 2 s) are part of, on a busy machine.
pub const PATIENCE: Duration = Duration::from_secs(60);
const BETWEEN_LOOKS: Duration = Duration::from_millis(50);

/// What one look found.
#[derive(Debug)]
pub enum Look<T> {
    /// It is there.
    Found(T),
    /// Not yet; the text says what is there instead.
    NotYet(String),
}

/// Looks again and again until it is there, an error comes, or the time is over.
///
/// # Errors
/// Those of `look`, at once; [`Failure::Deadline`] with the last text of [`Look::NotYet`].
#[expect(
    clippy::disallowed_methods,
    reason = "the awaited things happen in other processes, which send no event to this one"
)]
pub fn until<T>(
    what: &str,
    within: Duration,
    mut look: impl FnMut() -> Result<Look<T>, Failure>,
) -> Result<T, Failure> {
    let started = Instant::now();
    loop {
        match look()? {
            Look::Found(found) => return Ok(found),
            Look::NotYet(seen) if started.elapsed() >= within => {
                return Err(Failure::Deadline { what: what.to_owned(), within, seen });
            }
            Look::NotYet(_) => std::thread::sleep(BETWEEN_LOOKS),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waiting_ends_with_the_first_look_that_finds_something() {
        let mut looks = 0;
        let found = until("the third look", PATIENCE, || {
            looks += 1;
            Ok(if looks == 3 { Look::Found(looks) } else { Look::NotYet(String::new()) })
        });
        assert_eq!(found.unwrap(), 3);
    }

    #[test]
    fn waiting_in_vain_tells_what_was_seen_last() {
        let failure = until::<()>("rain", Duration::ZERO, || Ok(Look::NotYet("sun".to_owned()))).unwrap_err();
        assert_eq!(failure.to_string(), "rain did not come within 0 s; last seen: sun");
    }
}
