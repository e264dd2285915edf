//! `clock`: what time it is, waiting for it, moving it on.
//! How time moves is in the shell.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Bytes;
use axum::extract::{Query, State};
use serde::Deserialize;
use serde_json::{Value, json};

use super::super::answers::{Answered, Problem, ok, read};
use super::super::clock::ClockMode;
use super::super::shell::Shell;
use crate::core::Time;

const LONGEST_POLL: Duration = Duration::from_secs(25);

#[derive(Debug, Deserialize)]
pub(super) struct After {
    #[serde(default)]
    after: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Advance {
    seconds: u64,
}

/// The time; with `after`, as soon as it is later than that (at the latest after 25 s).
pub(super) async fn show(State(shell): State<Arc<Shell>>, Query(query): Query<After>) -> Answered {
    if let Some(text) = query.after {
        let after = Time::parse(&text)
            .ok_or_else(|| Problem::invalid("after is neither epoch milliseconds nor ISO 8601"))?;
        shell.wait_for_time(after, LONGEST_POLL).await;
    }
    ok(&view(&shell))
}

/// Moves the clock on; answers when every notification that came due was answered or timed out.
pub(super) async fn advance(State(shell): State<Arc<Shell>>, body: Bytes) -> Answered {
    let Advance { seconds } = read(&body, "advance takes whole seconds")?;
    let target = shell.clock.now().after(Duration::from_secs(seconds));
    if target > Time::last() {
        return Err(Problem::invalid("seconds: time ends with the year 9998"));
    }
    // A client that goes away must not leave the clock between two moments.
    let moving = shell.tasks.spawn({
        let shell = Arc::clone(&shell);
        async move { shell.advance(Duration::from_secs(seconds)).await }
    });
    let moved = moving.await.ok().flatten();
    moved.ok_or_else(|| Problem::invalid("the simulator is shutting down"))?;
    ok(&view(&shell))
}

pub(super) fn view(shell: &Shell) -> Value {
    let now = shell.clock.now();
    let (mode, speed) = match shell.clock.mode() {
        ClockMode::Real { speed } => ("real", speed),
        ClockMode::Manual => ("manual", 0),
    };
    json!({"now": now.to_utc(), "epochMillis": now.epoch_millis(), "mode": mode, "speed": speed})
}
