//! `events`: waits for a change of anything and tells how much there is of everything.
//! What changed is for the watcher to look at; the counter only tells that something did.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Query, State};
use serde::Deserialize;
use serde_json::json;

use super::super::answers::{Answered, ok};
use super::super::shell::Shell;
use super::clock;

const LONGEST_POLL: Duration = Duration::from_secs(25);

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct EventsQuery {
    #[serde(default)]
    after: Option<u64>,
    #[serde(default)]
    client_id: Option<String>,
}

/// The counter and the overview; with `after`, as soon as the counter is another one (at the latest after 25 s). A
/// counter of before a restart is another one too.
pub(super) async fn show(State(shell): State<Arc<Shell>>, Query(query): Query<EventsQuery>) -> Answered {
    if let Some(after) = query.after {
        shell.wait_until(LONGEST_POLL, || shell.changes_so_far() != after).await;
    }
    // The counter first: what changes in between is told by the next poll.
    let counter = shell.changes_so_far();
    let overview = shell.look_now(|gateway| gateway.overview(query.client_id.as_deref()));
    ok(&json!({"counter": counter, "clock": clock::view(&shell), "overview": overview}))
}
