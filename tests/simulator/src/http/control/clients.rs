//! `clients` and their keys: further client ids, key versions and API keys, issued, listed and revoked.
//! Each client is a namespace of its own in the gateway's books; the keys themselves are kept in `http::clients`.

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{Path, State};
use serde::Deserialize;
use serde_json::{Value, json};

use super::super::answers::{Answered, Problem, ok, read};
use super::super::api_keys::{ApiKey, Environment, NewApiKey, Permission};
use super::super::clients::PublicKey;
use super::super::crypto::{CryptoError, SigningKey, random_hex};
use super::super::shell::Shell;
use crate::core::Operation;

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
    #[serde(default)]
    key_version: Option<u32>,
    #[serde(default)]
    merchant_public_key: Option<String>,
    #[serde(default)]
    api_key: Option<Kind>,
    #[serde(default)]
    apis: Option<Vec<String>>,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Kind {
    Standard,
    Restricted,
}

pub(super) async fn list(State(shell): State<Arc<Shell>>) -> Answered {
    ok(&json!({"clients": shell.clients.names()}))
}

/// Adds a client with everything it needs; without a public key it gets a pair, whose private half is in the answer.
pub(super) async fn create(State(shell): State<Arc<Shell>>, body: Bytes) -> Answered {
    let input: NewClient = read(&body, "no client")?;
    let id = match input.client_id {
        Some(id) if !id.is_empty() && id.len() <= 64 && id.bytes().all(|b| b.is_ascii_graphic()) => id,
        Some(_) => return Err(Problem::invalid("clientId is not 1 to 64 visible characters")),
        None => format!("SANDBOX_{}", random_hex(8).map_err(failed)?),
    };
    let pair = Pair::of(input.merchant_public_key).await?;
    let api_key = NewApiKey::draw(Permission::Standard, Environment::of_client(&id)).map_err(failed)?;
    if !shell.clients.add(&id, pair.key) {
        return Err(Problem::taken("there is such a client already"));
    }
    let clear_text = api_key.text.clone();
    shell.clients.add_api_key(&id, api_key);
    ok(&json!({
        "clientId": id,
        "keyVersion": 1,
        "merchantPrivateKey": pair.private,
        "merchantPublicKey": pair.public,
        "antomPublicKey": shell.keys.antom_public_pem,
        "apiKey": clear_text,
    }))
}

/// The keys of a client: public keys by version, API keys without their secrets.
pub(super) async fn keys(State(shell): State<Arc<Shell>>, Path(client): Path<String>) -> Answered {
    known(&shell, &client)?;
    let keys: Vec<Value> = shell
        .clients
        .keys_of(&client)
        .into_iter()
        .map(|(version, public)| json!({"keyVersion": version, "merchantPublicKey": public}))
        .collect();
    let api_keys: Vec<Value> = shell
        .clients
        .api_keys_of(&client)
        .into_iter()
        .map(|(identity, key)| api_key_view(&identity, &key))
        .collect();
    ok(&json!({"clientId": client, "keys": keys, "apiKeys": api_keys}))
}

/// Adds a key version, or issues an API key.
pub(super) async fn add_key(
    State(shell): State<Arc<Shell>>,
    Path(client): Path<String>,
    body: Bytes,
) -> Answered {
    known(&shell, &client)?;
    let input: NewKey = read(&body, "no key")?;
    match input {
        NewKey { api_key: Some(kind), key_version: None, merchant_public_key: None, apis } => {
            issue(&shell, &client, permission(kind, apis)?)
        }
        NewKey { api_key: None, key_version, merchant_public_key, apis: None } => {
            let pair = Pair::of(merchant_public_key).await?;
            let version = shell.clients.add_key(&client, key_version, pair.key);
            let version = version.ok_or_else(|| Problem::taken("this keyVersion is taken"))?;
            ok(&json!({
                "clientId": client,
                "keyVersion": version,
                "merchantPrivateKey": pair.private,
                "merchantPublicKey": pair.public,
            }))
        }
        _ => Err(Problem::invalid(
            "give either keyVersion and merchantPublicKey, or apiKey (with apis, if it is restricted)",
        )),
    }
}

/// Revokes a key version (a number) or an API key (its apiKeyId).
pub(super) async fn revoke(
    State(shell): State<Arc<Shell>>,
    Path((client, key)): Path<(String, String)>,
) -> Answered {
    known(&shell, &client)?;
    let is_gone = match key.parse::<u32>() {
        Ok(version) if shell.clients.revoke_key(&client, version) => true,
        _ => shell.clients.revoke_api_key(&client, &key),
    };
    if !is_gone {
        return Err(Problem::unknown("the client has neither such a keyVersion nor such an apiKeyId"));
    }
    ok(&json!({"clientId": client, "revoked": key}))
}

fn issue(shell: &Shell, client: &str, permission: Permission) -> Answered {
    let new = NewApiKey::draw(permission, Environment::of_client(client)).map_err(failed)?;
    let mut view = api_key_view(&new.identity, &new.key);
    if let Some(members) = view.as_object_mut() {
        members.insert("clientId".to_owned(), json!(client));
        members.insert("apiKey".to_owned(), json!(new.text));
    }
    shell.clients.add_api_key(client, new);
    ok(&view)
}

fn api_key_view(identity: &str, key: &ApiKey) -> Value {
    let apis = match &key.permission {
        Permission::Standard => Value::Null,
        Permission::Restricted(operations) => {
            json!(operations.iter().map(|operation| operation.name()).collect::<Vec<_>>())
        }
    };
    json!({
        "apiKeyId": identity,
        "kind": key.permission.kind(),
        "environment": key.environment.text(),
        "pathPrefix": key.environment.path_prefix(),
        "apis": apis,
    })
}

fn permission(kind: Kind, apis: Option<Vec<String>>) -> Result<Permission, Problem> {
    match (kind, apis) {
        (Kind::Standard, None) => Ok(Permission::Standard),
        (Kind::Standard, Some(_)) => {
            Err(Problem::invalid("a standard key takes no apis: it may call every operation"))
        }
        (Kind::Restricted, None) => {
            Err(Problem::invalid("a restricted key needs apis, a list of operations"))
        }
        (Kind::Restricted, Some(names)) => {
            let known = |name: String| {
                Operation::named(&name).ok_or_else(|| {
                    Problem::invalid(format!("apis: there is no operation {name}; one is inquiryPayment"))
                })
            };
            Ok(Permission::Restricted(names.into_iter().map(known).collect::<Result<BTreeSet<_>, _>>()?))
        }
    }
}

/// A merchant's key pair as far as it is known here.
struct Pair {
    key: PublicKey,
    public: String,
    private: Option<String>,
}

impl Pair {
    /// The pair of this public key, or a new one.
    async fn of(public: Option<String>) -> Result<Self, Problem> {
        let (public, private) = match public {
            Some(public) => (public, None),
            None => {
                let made = tokio::task::spawn_blocking(|| {
                    let key = SigningKey::generate()?;
                    Ok((key.public_pem()?, Some(key.to_pem()?)))
                });
                made.await.map_err(|_| Problem::invalid("the simulator is shutting down"))?.map_err(failed)?
            }
        };
        let key = PublicKey::from_text(&public).map_err(|_| {
            Problem::invalid("merchantPublicKey is no RSA public key of 2048 bits or more, as PEM or base64")
        })?;
        Ok(Self { key, public, private })
    }
}

fn known(shell: &Shell, client: &str) -> Result<(), Problem> {
    if shell.clients.contains(client) { Ok(()) } else { Err(Problem::unknown("no such client")) }
}

fn failed(error: CryptoError) -> Problem {
    Problem::invalid(error.to_string())
}
