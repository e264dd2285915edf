//! `settlement`: has a day settled into files, lists the files, serves them to those who do not share the folder.
//! The files are made in `core` and kept by the archive.

use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::extract::{Path, Query, State};
use axum::http::{HeaderValue, header};
use axum::response::Response;
use serde_json::{Value, json};

use super::super::answers::{Answered, Problem, json_of, ok};
use super::super::archive::Archived;
use super::super::shell::Shell;
use super::ByClient;
use crate::core::{SettlementError, customer_of};

/// Settles a day and writes its files; those of an earlier settlement of the day give way.
pub(super) async fn settle(State(shell): State<Arc<Shell>>, body: Bytes) -> Answered {
    let input = json_of(&body)?;
    let own = shell.keys.client_id.clone();
    let client = input.get("clientId").and_then(Value::as_str).unwrap_or(&own).to_owned();
    if !shell.clients.contains(&client) {
        return Err(Problem::unknown("no such client"));
    }
    let settled = shell.work(|gateway, now| gateway.settle(now, &own, input));
    let settlement = settled.map_err(|error| match error {
        SettlementError::Invalid(message) => Problem::invalid(message),
        SettlementError::Impossible(message) => Problem::impossible(message),
    })?;
    let (files, settlement) = blocking(&shell, move |shell| {
        let written = shell.archive.write(&settlement);
        written.map(|files| (files, settlement))
    })
    .await?
    .map_err(|error| Problem::storage(format!("the files cannot be written: {error}")))?;
    let planted = settlement.planted.iter().map(|one| {
        json!({
            "kind": one.kind, "file": shell.archive.path_of(&one.file), "line": one.line,
            "transactionRequestId": one.transaction_request_id,
        })
    });
    let urls = settlement.files.iter().map(|file| {
        let date = file.folder.rsplit('/').next().unwrap_or_default();
        url_of(&shell, &client, date, &file.name)
    });
    ok(&json!({
        "files": files, "urls": urls.collect::<Vec<_>>(), "planted": planted.collect::<Vec<_>>(),
    }))
}

/// The files of all settlements, of one client or of all.
pub(super) async fn list(State(shell): State<Arc<Shell>>, Query(by): Query<ByClient>) -> Answered {
    let files = blocking(&shell, |shell| shell.archive.list()).await?;
    let clients = by.client_id.map_or_else(|| shell.clients.names(), |client| vec![client]);
    let view = |client: &String| {
        let customer = customer_of(client);
        let own = files.iter().filter(move |file| file.customer == customer);
        own.map(|file| {
            json!({
                "clientId": client, "customerId": file.customer, "date": file.date, "name": file.name,
                "path": file.path, "bytes": file.bytes, "url": url_of(&shell, client, &file.date, &file.name),
            })
        })
        .collect::<Vec<_>>()
    };
    ok(&json!({"files": clients.iter().flat_map(view).collect::<Vec<_>>()}))
}

/// One file as it lies in the folder.
pub(super) async fn show(
    State(shell): State<Arc<Shell>>,
    Path((date, name)): Path<(String, String)>,
    Query(by): Query<ByClient>,
) -> Answered {
    let customer = customer_of(&by.client_id.unwrap_or_else(|| shell.keys.client_id.clone()));
    // `2026-11-25` is as good as the name of the folder.
    let date = date.replace('-', "");
    let content = blocking(&shell, move |shell| {
        let wanted = |file: &Archived| file.customer == customer && file.date == date && file.name == name;
        shell.archive.list().into_iter().find(wanted).and_then(|file| std::fs::read(file.path).ok())
    });
    let content = content.await?.ok_or_else(|| Problem::unknown("no such settlement file"))?;
    let mut response = Response::new(Body::from(content));
    let kind = HeaderValue::from_static("text/csv; charset=utf-8");
    response.headers_mut().insert(header::CONTENT_TYPE, kind);
    Ok(response)
}

fn url_of(shell: &Shell, client: &str, date: &str, name: &str) -> String {
    let path = format!("/_simulator/settlement/{date}/{name}");
    if client == shell.keys.client_id { path } else { format!("{path}?clientId={client}") }
}

async fn blocking<T: Send + 'static>(
    shell: &Arc<Shell>,
    work: impl FnOnce(&Shell) -> T + Send + 'static,
) -> Result<T, Problem> {
    let shell = Arc::clone(shell);
    let done = tokio::task::spawn_blocking(move || work(&shell)).await;
    done.map_err(|_| Problem::invalid("the simulator is shutting down"))
}
