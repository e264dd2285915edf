//! Who may call: bearer keys, compared by hash in constant time, each with its scopes and its share of requests.
//! Keys are configured as SHA-256; the clear text is never stored. Which route needs what is the route table's.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;
use axum::middleware::Next;
use axum::response::Response;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use super::Api;
use super::problem::Problem;
use crate::service::Keys;
use crate::service::config::{ApiKey, Scope};

/// What stands before a route.
#[derive(Debug, Clone)]
pub(super) struct Guard {
    pub(super) api: Arc<Api>,
    pub(super) method: &'static str,
    pub(super) path: &'static str,
    pub(super) scope: Scope,
}

/// A key that was checked before, for requests that pages of this process make: none from outside can carry it.
#[derive(Debug, Clone)]
pub(super) struct Admitted(pub(super) ApiKey);

/// Lets a request through whose key is known, has requests left and has the scope; nothing of its body is read before.
pub(super) async fn admit(
    State(guard): State<Guard>,
    request: Request,
    next: Next,
) -> Result<Response, Problem> {
    let key = match request.extensions().get::<Admitted>() {
        Some(Admitted(key)) => key.clone(),
        None => caller(&guard.api.keys, request.headers())?,
    };
    let now = guard.api.books.ports().clock.now();
    guard.api.limits.take(&key, now).map_err(Problem::too_many_requests)?;
    if !key.scopes.contains(&guard.scope) {
        return Err(Problem::forbidden(guard.scope));
    }
    tracing::debug!(key = %key.name, method = guard.method, path = guard.path, "request admitted");
    Ok(next.run(request).await)
}

fn caller(keys: &Keys, headers: &HeaderMap) -> Result<ApiKey, Problem> {
    let mut values = headers.get_all(AUTHORIZATION).iter();
    // Of two, somebody before us may have looked at the other.
    let (Some(value), None) = (values.next(), values.next()) else { return Err(Problem::unauthorized()) };
    let given = value.to_str().ok().and_then(|value| value.strip_prefix("Bearer "));
    let given = given.ok_or_else(Problem::unauthorized)?;
    known(keys, given).ok_or_else(Problem::unauthorized)
}

/// The key with this clear text.
pub(in crate::inbound) fn known(keys: &Keys, given: &str) -> Option<ApiKey> {
    let digest = Sha256::digest(given.trim().as_bytes());
    let keys = keys.merchant();
    // Every key is compared, so that the time does not tell which one was near.
    let known = keys.iter().fold(None, |found, key| {
        let is_equal: bool = key.sha256.as_slice().ct_eq(digest.as_slice()).into();
        if is_equal { Some(key) } else { found }
    });
    known.cloned()
}
