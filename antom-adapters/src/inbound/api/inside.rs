//! The merchant API for pages of this process: the same routes, scopes, limits and handlers, without a socket in between.
//! The key was checked when its owner signed in; what may be asked for is left to the routes.

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Request, Response, StatusCode, header};
use hyper::service::Service as _;
use hyper_util::service::TowerToHyperService;
use serde_json::Value;

use super::auth::Admitted;
use crate::service::config::ApiKey;

/// More than any order with all of its attempts.
const MAX_ANSWER: usize = 16 * 1024 * 1024;

/// The routes of the merchant API.
#[derive(Debug, Clone)]
pub(crate) struct MerchantApi(Router);

/// What the merchant API answered.
#[derive(Debug)]
pub(crate) struct Told {
    pub(crate) status: StatusCode,
    pub(crate) body: Value,
}

impl MerchantApi {
    pub(crate) fn new(routes: Router) -> MerchantApi {
        MerchantApi(routes)
    }

    /// Posts as the owner of the key. The same `once` is the same request, where the route honours an `Idempotency-Key`.
    pub(crate) async fn post(&self, key: ApiKey, path: &str, once: Option<&str>, body: &Value) -> Told {
        let mut request = Request::post(path).header(header::CONTENT_TYPE, "application/json");
        if let Some(once) = once {
            request = request.header("idempotency-key", once);
        }
        let Ok(request) = request.extension(Admitted(key)).body(Body::from(body.to_string())) else {
            // The path is made of encoded ids; the key of a request is what a browser sent.
            return Told { status: StatusCode::BAD_REQUEST, body: Value::Null };
        };
        match TowerToHyperService::new(self.0.clone()).call(request).await {
            Ok(response) => told(response).await,
            Err(never) => match never {},
        }
    }
}

async fn told(response: Response<Body>) -> Told {
    let status = response.status();
    let bytes = to_bytes(response.into_body(), MAX_ANSWER).await.unwrap_or_default();
    Told { status, body: serde_json::from_slice(&bytes).unwrap_or_default() }
}
