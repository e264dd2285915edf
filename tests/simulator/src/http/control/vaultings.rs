//! `vaultings` and `tokens`: the cards that are stored or are to be, and acting for the buyer who stores one.
//! What an act leads to is decided in `core`.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use serde_json::json;

use super::super::answers::{Answered, Problem, ok, read};
use super::super::shell::Shell;
use super::ByClient;
use crate::core::{Completion, CompletionError};

pub(super) async fn list(State(shell): State<Arc<Shell>>, Query(by): Query<ByClient>) -> Answered {
    ok(&json!({"vaultings": shell.look(|gateway| gateway.vaulting_views(by.client_id.as_deref()))}))
}

pub(super) async fn tokens(State(shell): State<Arc<Shell>>, Query(by): Query<ByClient>) -> Answered {
    ok(&json!({"tokens": shell.look(|gateway| gateway.token_views(by.client_id.as_deref()))}))
}

pub(super) async fn complete(
    State(shell): State<Arc<Shell>>,
    Path(id): Path<String>,
    Query(by): Query<ByClient>,
    body: Bytes,
) -> Answered {
    let act: Completion = read(&body, "no act of a buyer")?;
    let client = by.client_id.as_deref();
    let done = shell.work(|gateway, now| gateway.complete_vaulting(now, client, &id, &act));
    ok(&done.map_err(problem_of)?)
}

fn problem_of(error: CompletionError) -> Problem {
    match error {
        CompletionError::Unknown => Problem::unknown("no such vaulting"),
        CompletionError::Final => Problem::conflict("the vaulting is final or its time is over"),
        CompletionError::Invalid(message) => Problem::invalid(message),
    }
}
