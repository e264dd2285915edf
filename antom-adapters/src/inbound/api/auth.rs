//! Who may call: bearer keys, compared by hash in constant time.
//! Keys are configured as SHA-256; the clear text is never stored.

use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use super::problem::Problem;
use crate::service::Keys;
use crate::service::config::Scope;

/// Checks that the request carries a key with this scope.
pub(super) fn require(keys: &Keys, headers: &HeaderMap, scope: Scope) -> Result<(), Problem> {
    let given = headers
        .get(AUTHORIZATION)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.strip_prefix("Bearer "))
        .ok_or_else(Problem::unauthorized)?;
    let digest = Sha256::digest(given.trim().as_bytes());
    let keys = keys.merchant();
    // Every key is compared, so that the time does not tell which one was near.
    let known = keys.iter().fold(None, |found, key| {
        let is_equal: bool = key.sha256.as_slice().ct_eq(digest.as_slice()).into();
        if is_equal { Some(key) } else { found }
    });
    let key = known.ok_or_else(Problem::unauthorized)?;
    if key.scopes.contains(&scope) { Ok(()) } else { Err(Problem::forbidden()) }
}
