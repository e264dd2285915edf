//! `antom-keys`: the gateway's own key versions, and rotating them.
//! A rotation lasts as long as the state, so without a state file until the simulator ends; the keys folder holds
//! version 1.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::State;
use serde::Deserialize;
use serde_json::{Value, json};

use super::super::answers::{Answered, Problem, ok, read};
use super::super::crypto::SigningKey;
use super::super::shell::Shell;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct NewVersion {
    #[serde(default)]
    key_version: Option<u32>,
    /// Whether it signs at once; `false` gives merchants time to learn it.
    #[serde(default)]
    activate: Option<bool>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Activation {
    current: u32,
}

pub(super) async fn show(State(shell): State<Arc<Shell>>) -> Answered {
    ok(&view(&shell))
}

/// Makes a new key version; answers and notifications carry it from now on, unless it is only to be known.
pub(super) async fn rotate(State(shell): State<Arc<Shell>>, body: Bytes) -> Answered {
    let input: NewVersion = read(&body, "no key version")?;
    let made = tokio::task::spawn_blocking(|| {
        let key = SigningKey::generate()?;
        let public_pem = key.public_pem()?;
        Ok((key, public_pem))
    });
    let made = made.await.map_err(|_| Problem::invalid("the simulator is shutting down"))?;
    let (key, public_pem) =
        made.map_err(|error: super::super::crypto::CryptoError| Problem::invalid(error.to_string()))?;
    let version = shell.antom_keys.add(key, public_pem, input.key_version);
    let version = version.ok_or_else(|| Problem::taken("this keyVersion is taken"))?;
    if input.activate.unwrap_or(true) {
        shell.antom_keys.activate(version);
    }
    ok(&view(&shell))
}

/// Signs with a version that is known already.
pub(super) async fn activate(State(shell): State<Arc<Shell>>, body: Bytes) -> Answered {
    let Activation { current } = read(&body, "current is a keyVersion")?;
    if !shell.antom_keys.activate(current) {
        return Err(Problem::unknown("the gateway has no such keyVersion"));
    }
    ok(&view(&shell))
}

fn view(shell: &Shell) -> Value {
    let keys = shell.antom_keys.public_keys().into_iter();
    let keys: Vec<Value> =
        keys.map(|(version, pem)| json!({"keyVersion": version, "antomPublicKey": pem})).collect();
    json!({"current": shell.antom_keys.current(), "keys": keys})
}
