//! Waiting, handed in by the program: this crate has no timer of its own.
//! How long to wait is told by the policies for repeating, pacing and polling.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use crate::clock::Jitter;

type Wait = Pin<Box<dyn Future<Output = ()> + Send>>;

/// A way to wait, such as `Pause::new(tokio::time::sleep)`; cheap to clone.
#[derive(Clone)]
pub struct Pause(Arc<dyn Fn(Duration) -> Wait + Send + Sync>);

impl Pause {
    /// Takes a function whose future ends after the duration, not before.
    #[must_use]
    pub fn new<F, W>(wait: F) -> Self
    where
        F: Fn(Duration) -> W + Send + Sync + 'static,
        W: Future<Output = ()> + Send + 'static,
    {
        Self(Arc::new(move |duration| Box::pin(wait(duration))))
    }

    /// Waits.
    ///
    /// # Cancellation
    /// May be dropped at any time.
    pub async fn wait(&self, duration: Duration) {
        (self.0)(duration).await;
    }
}

impl fmt::Debug for Pause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Pause")
    }
}

/// What a client needs to wait: a pause, and chance so that calls that failed together do not return together.
#[derive(Clone)]
pub struct Waiting {
    pause: Pause,
    jitter: Jitter,
}

impl Waiting {
    /// From its parts.
    #[must_use]
    pub fn new(pause: Pause, jitter: Jitter) -> Self {
        Self { pause, jitter }
    }

    /// The pause.
    #[must_use]
    pub fn pause(&self) -> &Pause {
        &self.pause
    }

    pub(crate) fn jitter_permille(&self) -> u16 {
        (self.jitter)()
    }
}

impl fmt::Debug for Waiting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Waiting")
    }
}
