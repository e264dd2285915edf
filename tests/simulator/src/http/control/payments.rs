//! `payments`: what the gateway holds, and acting for the buyer.
//! What an act leads to is decided in `core`.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use serde::Deserialize;
use serde_json::json;

use super::super::answers::{Answered, Problem, json_of, ok, read};
use super::super::shell::Shell;
use super::{ByClient, problem_of};
use crate::core::{Completion, CompletionError, PaymentFilter};

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ListQuery {
    #[serde(default)]
    client_id: Option<String>,
    #[serde(default)]
    status: Option<String>,
    #[serde(default)]
    search: Option<String>,
    #[serde(default)]
    limit: Option<usize>,
}

pub(super) async fn list(State(shell): State<Arc<Shell>>, Query(query): Query<ListQuery>) -> Answered {
    let ListQuery { client_id: client, status, search, limit } = query;
    let filter = PaymentFilter { client, status, search, limit };
    ok(&json!({"payments": shell.look(|gateway| gateway.filtered_payment_views(&filter))}))
}

pub(super) async fn show(
    State(shell): State<Arc<Shell>>,
    Path(id): Path<String>,
    Query(by): Query<ByClient>,
) -> Answered {
    let view = shell.look(|gateway| gateway.payment_view(by.client_id.as_deref(), &id));
    ok(&view.ok_or_else(|| Problem::unknown("no such payment"))?)
}

pub(super) async fn complete(
    State(shell): State<Arc<Shell>>,
    Path(id): Path<String>,
    Query(by): Query<ByClient>,
    body: Bytes,
) -> Answered {
    let act: Completion = read(&body, "no act of a buyer")?;
    let done = shell.work(|gateway, now| gateway.complete(now, by.client_id.as_deref(), &id, &act));
    ok(&done.map_err(problem_of)?)
}

/// Lets the method pay after the payment was closed or cancelled.
pub(super) async fn late_success(
    State(shell): State<Arc<Shell>>,
    Path(id): Path<String>,
    Query(by): Query<ByClient>,
) -> Answered {
    let done = shell.work(|gateway, now| gateway.succeed_late(now, by.client_id.as_deref(), &id));
    ok(&done.map_err(problem_of)?)
}

/// Begins or ends the gateway's review of a payment.
pub(super) async fn review(
    State(shell): State<Arc<Shell>>,
    Path(id): Path<String>,
    Query(by): Query<ByClient>,
    body: Bytes,
) -> Answered {
    let input = json_of(&body)?;
    let done = shell.work(|gateway, now| gateway.review(now, by.client_id.as_deref(), &id, input));
    ok(&done.map_err(problem_of)?)
}

/// Ends a capture that is in process.
pub(super) async fn end_capture(
    State(shell): State<Arc<Shell>>,
    Path((id, capture)): Path<(String, String)>,
    Query(by): Query<ByClient>,
    body: Bytes,
) -> Answered {
    let input = json_of(&body)?;
    let client = by.client_id.as_deref();
    let ended = shell.work(|gateway, now| gateway.end_capture(now, client, &id, &capture, input));
    ok(&ended.map_err(problem_of_movement)?)
}

/// Ends a refund that is in process, or lets one that was done come back.
pub(super) async fn end_refund(
    State(shell): State<Arc<Shell>>,
    Path((id, refund)): Path<(String, String)>,
    Query(by): Query<ByClient>,
    body: Bytes,
) -> Answered {
    let input = json_of(&body)?;
    let client = by.client_id.as_deref();
    let ended = shell.work(|gateway, now| gateway.end_refund(now, client, &id, &refund, input));
    ok(&ended.map_err(problem_of_movement)?)
}

fn problem_of_movement(error: CompletionError) -> Problem {
    match error {
        CompletionError::Unknown => Problem::unknown("no such payment, capture or refund"),
        CompletionError::Final => Problem::conflict("it has ended already"),
        CompletionError::Invalid(message) => Problem::invalid(message),
    }
}

/// Arranges things for a payment, which need not exist yet.
pub(super) async fn arrange(
    State(shell): State<Arc<Shell>>,
    Path(id): Path<String>,
    Query(by): Query<ByClient>,
    body: Bytes,
) -> Answered {
    if by.client_id.as_deref().is_some_and(|client| !shell.clients.contains(client)) {
        return Err(Problem::unknown("no such client"));
    }
    let areas = json_of(&body)?;
    let own = &shell.keys.client_id;
    let arranged = shell.work(|gateway, now| gateway.arrange(now, by.client_id.as_deref(), own, &id, &areas));
    ok(&arranged.map_err(Problem::invalid)?)
}
