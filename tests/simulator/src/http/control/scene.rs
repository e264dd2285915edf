//! Faults, scenarios, timings, the ledger, the journal, verdicts, snapshots and starting afresh.
//! All of it is kept in `core`.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use serde_json::{Value, json};

use super::super::answers::{Answered, Problem, json_of, ok};
use super::super::shell::Shell;
use super::ByClient;

pub(super) async fn faults(State(shell): State<Arc<Shell>>) -> Answered {
    ok(&shell.look(crate::core::Gateway::faults_view))
}

pub(super) async fn set_faults(State(shell): State<Arc<Shell>>, body: Bytes) -> Answered {
    let plan = json_of(&body)?;
    let rules = shell.work(|gateway, _| gateway.set_faults(plan)).map_err(Problem::invalid)?;
    ok(&json!({"rules": rules}))
}

pub(super) async fn clear_faults(State(shell): State<Arc<Shell>>) -> Answered {
    shell.work(|gateway, _| gateway.clear_faults());
    ok(&json!({"rules": 0}))
}

pub(super) async fn start_scenario(State(shell): State<Arc<Shell>>, body: Bytes) -> Answered {
    let input = json_of(&body)?;
    let view = shell.work(|gateway, now| gateway.start_scenario(now, input)).map_err(Problem::invalid)?;
    ok(&view)
}

pub(super) async fn scenarios(State(shell): State<Arc<Shell>>, Query(by): Query<ByClient>) -> Answered {
    let in_force = shell.look_now(|gateway| gateway.scenario_views(by.client_id.as_deref()));
    ok(&json!({"scenarios": in_force, "named": shell.scenario_book.views()}))
}

/// Starts a scenario of the file, for one client or for all.
pub(super) async fn start_named(
    State(shell): State<Arc<Shell>>,
    Path(name): Path<String>,
    Query(by): Query<ByClient>,
) -> Answered {
    let client = by.client_id.as_deref();
    if client.is_some_and(|client| !shell.clients.contains(client)) {
        return Err(Problem::unknown("no such client"));
    }
    if !shell.scenario_book.contains(&name) {
        return Err(Problem::unknown("no scenario of this name: they come from the file of --scenarios"));
    }
    let own = &shell.keys.client_id;
    let started =
        shell.work(|gateway, now| gateway.start_named(now, &shell.scenario_book, &name, client, own));
    ok(&started.map_err(Problem::invalid)?)
}

pub(super) async fn end_scenarios(State(shell): State<Arc<Shell>>) -> Answered {
    shell.work(|gateway, _| gateway.end_scenarios());
    ok(&json!({"scenarios": []}))
}

pub(super) async fn timings(State(shell): State<Arc<Shell>>) -> Answered {
    ok(&shell.look(crate::core::Gateway::timings_view))
}

pub(super) async fn set_timings(State(shell): State<Arc<Shell>>, body: Bytes) -> Answered {
    let changes = json_of(&body)?;
    shell.work(|gateway, _| gateway.set_timings(&changes)).map_err(Problem::invalid)?;
    ok(&shell.look(crate::core::Gateway::timings_view))
}

pub(super) async fn ledger(State(shell): State<Arc<Shell>>, Query(by): Query<ByClient>) -> Answered {
    // What is due by now has happened, so that the ledger never lags behind the clock.
    ok(&shell.look_now(|gateway| gateway.ledger(by.client_id.as_deref())))
}

pub(super) async fn snapshots(State(shell): State<Arc<Shell>>) -> Answered {
    let kept = shell.snapshots().into_iter();
    let kept: Vec<Value> = kept.map(|(name, at)| json!({"name": name, "now": at.to_utc()})).collect();
    ok(&json!({"snapshots": kept}))
}

pub(super) async fn snapshot(State(shell): State<Arc<Shell>>, body: Bytes) -> Answered {
    let name = name_in(&body)?;
    shell.snapshot(&name);
    ok(&json!({"name": name}))
}

pub(super) async fn restore(State(shell): State<Arc<Shell>>, body: Bytes) -> Answered {
    let name = name_in(&body)?;
    let at = shell.restore(&name).ok_or_else(|| Problem::unknown("no such snapshot"))?;
    ok(&json!({"name": name, "now": at.to_utc()}))
}

pub(super) async fn reset(State(shell): State<Arc<Shell>>) -> Answered {
    shell.work(|gateway, _| gateway.reset());
    ok(&json!({"status": "ok"}))
}

pub(super) async fn journal(State(shell): State<Arc<Shell>>, Query(by): Query<ByClient>) -> Answered {
    ok(&shell.look(|gateway| gateway.journal_view(by.client_id.as_deref())))
}

/// What was found in the requests of merchants.
pub(super) async fn verdicts(State(shell): State<Arc<Shell>>, Query(by): Query<ByClient>) -> Answered {
    ok(&shell.look(|gateway| gateway.verdicts_view(by.client_id.as_deref())))
}

fn name_in(body: &Bytes) -> Result<String, Problem> {
    let input = json_of(body)?;
    let name = input.get("name").and_then(Value::as_str).filter(|name| !name.is_empty());
    name.map(str::to_owned).ok_or_else(|| Problem::invalid("name is missing"))
}
