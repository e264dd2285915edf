//! The one place that waits for real time to pass.
//! Virtual time never waits here; it is moved by the clock.

use std::time::Duration;

/// Lets real time pass.
#[expect(clippy::disallowed_methods, reason = "this is the simulator's only wait, named for it")]
pub(crate) async fn pause(time: Duration) {
    tokio::time::sleep(time).await;
}
