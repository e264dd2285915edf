//! `notifications`: the log of every try, sending again, sending by hand.
//! The schedule is in `core`.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use serde::Deserialize;
use serde_json::{Value, json};

use super::super::answers::{Answered, Problem, json_of, ok};
use super::super::shell::Shell;
use crate::core::NotificationFilter;

const LONGEST_WAIT: Duration = Duration::from_secs(60);

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ListQuery {
    #[serde(default)]
    wait: Option<u64>,
    #[serde(default)]
    client_id: Option<String>,
    #[serde(default)]
    payment_request_id: Option<String>,
    #[serde(default)]
    notify_type: Option<String>,
    #[serde(default)]
    limit: Option<usize>,
}

/// The notifications; with `wait`, as soon as one of them was tried (at the latest after so many seconds).
pub(super) async fn list(State(shell): State<Arc<Shell>>, Query(query): Query<ListQuery>) -> Answered {
    let filter = NotificationFilter {
        client: query.client_id,
        payment_request_id: query.payment_request_id,
        notify_type: query.notify_type,
        limit: query.limit,
    };
    if let Some(seconds) = query.wait {
        let longest = Duration::from_secs(seconds).min(LONGEST_WAIT);
        shell.wait_until(longest, || shell.look(|gateway| gateway.has_tried_notification(&filter))).await;
    }
    ok(&json!({"notifications": shell.look(|gateway| gateway.notification_views(&filter))}))
}

/// Sends a notification once more, now.
pub(super) async fn resend(State(shell): State<Arc<Shell>>, Path(id): Path<String>) -> Answered {
    let unknown = || Problem::unknown("no such notification");
    let index = id.strip_prefix("n-").and_then(|text| text.parse().ok()).ok_or_else(unknown)?;
    shell.work(|gateway, now| gateway.resend(now, index)).ok_or_else(unknown)?;
    after_last_try(&shell, index).await
}

/// Sends a notification made by hand: of a payment, or to any URL; signed like every other.
pub(super) async fn trigger(State(shell): State<Arc<Shell>>, body: Bytes) -> Answered {
    let input = json_of(&body)?;
    let own = shell.keys.client_id.clone();
    let triggered = shell.work(|gateway, now| gateway.trigger_notification(now, &own, input));
    let index = triggered.map_err(Problem::invalid)?;
    after_last_try(&shell, index).await
}

async fn after_last_try(shell: &Arc<Shell>, index: usize) -> Answered {
    let view = || shell.look(|gateway| gateway.notification_view(index)).unwrap_or_default();
    let done = |view: &Value| {
        let last = view.get("tries").and_then(Value::as_array).and_then(|tries| tries.last());
        last.is_some_and(|last| last.get("done") == Some(&Value::Bool(true)))
    };
    shell.wait_until(LONGEST_WAIT, || done(&view())).await;
    ok(&view())
}
