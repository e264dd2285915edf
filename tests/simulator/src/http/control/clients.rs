//! `clients`: further client ids with their own keys, and further key versions.
//! Each client is a namespace of its own in the gateway's books.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{Path, State};
use serde::Deserialize;
use serde_json::json;

use super::super::answers::{Answered, Problem, json_of, ok};
use super::super::crypto::{CheckingKey, SigningKey, random_hex};
use super::super::shell::Shell;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct NewClient {
    #[serde(default)]
    client_id: Option<String>,
    #[serde(default)]
    merchant_public_key: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct NewKey {
    key_version: u32,
    merchant_public_key: String,
}

pub(super) async fn list(State(shell): State<Arc<Shell>>) -> Answered {
    ok(&json!({"clients": shell.client_names()}))
}

/// Adds a client; without a public key it gets a pair, whose private half is in the answer.
pub(super) async fn create(State(shell): State<Arc<Shell>>, body: Bytes) -> Answered {
    let input: NewClient = serde_json::from_value(json_of(&body)?)
        .map_err(|error| Problem::invalid(format!("no client: {error}")))?;
    let refused = |_| Problem::invalid("merchantPublicKey is not an RSA public key");
    let (public, private) = match input.merchant_public_key {
        Some(public) => (public, None),
        None => {
            let made = tokio::task::spawn_blocking(|| {
                let key = SigningKey::generate()?;
                Ok((key.public_pem()?, Some(key.to_pem()?)))
            });
            let made = made.await.map_err(|_| Problem::invalid("the simulator is shutting down"))?;
            made.map_err(refused)?
        }
    };
    let key = CheckingKey::from_text(&public).map_err(refused)?;
    let id = match input.client_id {
        Some(id) if !id.is_empty() && id.len() <= 64 && id.bytes().all(|b| b.is_ascii_graphic()) => id,
        Some(_) => return Err(Problem::invalid("clientId is not 1 to 64 visible characters")),
        None => format!("SANDBOX_{}", random_hex(8).map_err(refused)?),
    };
    if shell.has_client(&id) || !shell.add_key(&id, 1, key) {
        return Err(Problem::conflict("there is such a client already"));
    }
    ok(&json!({
        "clientId": id,
        "merchantPrivateKey": private,
        "merchantPublicKey": public,
        "antomPublicKey": shell.keys.antom_public_pem,
    }))
}

/// Adds a key version to a client.
pub(super) async fn add_key(
    State(shell): State<Arc<Shell>>,
    Path(client): Path<String>,
    body: Bytes,
) -> Answered {
    if !shell.has_client(&client) {
        return Err(Problem::unknown("no such client"));
    }
    let input: NewKey = serde_json::from_value(json_of(&body)?)
        .map_err(|error| Problem::invalid(format!("no key: {error}")))?;
    let key = CheckingKey::from_text(&input.merchant_public_key)
        .map_err(|_| Problem::invalid("merchantPublicKey is not an RSA public key"))?;
    if !shell.add_key(&client, input.key_version, key) {
        return Err(Problem::conflict("this key version is taken"));
    }
    ok(&json!({"clientId": client, "keyVersion": input.key_version}))
}
