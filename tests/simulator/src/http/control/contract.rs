//! `contract`: the settings of a client that the gateway agreed with it or that it made in its dashboard.
//! What they lead to is decided in `core`.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{Query, State};

use super::super::answers::{Answered, Problem, json_of, ok};
use super::super::shell::Shell;
use super::ByClient;

pub(super) async fn show(State(shell): State<Arc<Shell>>, Query(by): Query<ByClient>) -> Answered {
    let client = client_of(&shell, by)?;
    ok(&shell.look(|gateway| gateway.contract_view(&client)))
}

/// Changes the settings that are named.
pub(super) async fn change(
    State(shell): State<Arc<Shell>>,
    Query(by): Query<ByClient>,
    body: Bytes,
) -> Answered {
    let client = client_of(&shell, by)?;
    let changes = json_of(&body)?;
    shell.work(|gateway, _| gateway.set_contract(&client, &changes)).map_err(Problem::invalid)?;
    ok(&shell.look(|gateway| gateway.contract_view(&client)))
}

/// The client that is named, or the simulator's own.
fn client_of(shell: &Shell, by: ByClient) -> Result<String, Problem> {
    let client = by.client_id.unwrap_or_else(|| shell.keys.client_id.clone());
    if shell.clients.contains(&client) { Ok(client) } else { Err(Problem::unknown("no such client")) }
}
