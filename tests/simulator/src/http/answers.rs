//! Answers of the control API: JSON with a status, errors with a stable code.
//! The gateway's own answers are made in `gateway_api`.

use axum::body::{Body, Bytes};
use axum::extract::Request;
use axum::http::{StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

/// A refusal of the control API.
#[derive(Debug)]
pub(crate) struct Problem {
    status: StatusCode,
    code: &'static str,
    message: String,
}

impl Problem {
    pub(crate) fn invalid(message: impl Into<String>) -> Self {
        Self { status: StatusCode::BAD_REQUEST, code: "invalid_request", message: message.into() }
    }

    pub(crate) fn unknown(message: impl Into<String>) -> Self {
        Self { status: StatusCode::NOT_FOUND, code: "not_found", message: message.into() }
    }

    /// What is to be made exists already.
    pub(crate) fn taken(message: impl Into<String>) -> Self {
        Self { status: StatusCode::CONFLICT, code: "already_exists", message: message.into() }
    }

    /// A browser sends it for a page that is not ours.
    pub(crate) fn foreign(message: impl Into<String>) -> Self {
        Self { status: StatusCode::FORBIDDEN, code: "foreign_origin", message: message.into() }
    }

    /// The request is understood, but what the simulator holds cannot carry it.
    pub(crate) fn impossible(message: impl Into<String>) -> Self {
        Self { status: StatusCode::UNPROCESSABLE_ENTITY, code: "impossible", message: message.into() }
    }

    /// A file cannot be written.
    pub(crate) fn storage(message: impl Into<String>) -> Self {
        Self { status: StatusCode::INSUFFICIENT_STORAGE, code: "storage", message: message.into() }
    }

    pub(crate) fn too_large(most: usize) -> Self {
        let message = format!("the body has more than {most} bytes");
        Self { status: StatusCode::PAYLOAD_TOO_LARGE, code: "too_large", message }
    }

    pub(crate) fn too_slow() -> Self {
        let message = "the body did not come in time".to_owned();
        Self { status: StatusCode::REQUEST_TIMEOUT, code: "too_slow", message }
    }

    pub(crate) fn conflict(message: impl Into<String>) -> Self {
        Self { status: StatusCode::CONFLICT, code: "already_final", message: message.into() }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        json_response(self.status, &json!({"error": {"code": self.code, "message": self.message}}))
    }
}

/// Gives refusals that the router makes in plain text, or without any, the form of all others.
pub(crate) async fn in_json(request: Request, next: Next) -> Response {
    const LONGEST: usize = 4_096;
    let method = request.method().clone();
    let response = next.run(request).await;
    let kind = response.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    let is_plain = kind.is_none_or(|kind| kind.starts_with("text/plain"));
    if !response.status().is_client_error() || !is_plain {
        return response;
    }
    let (head, body) = response.into_parts();
    let text = axum::body::to_bytes(body, LONGEST).await.unwrap_or_default();
    let text = String::from_utf8_lossy(&text).into_owned();
    let (code, message) = match head.status {
        StatusCode::METHOD_NOT_ALLOWED => {
            ("method_not_allowed", format!("{method} is no method of this route: see the Allow header"))
        }
        _ => ("invalid_request", text),
    };
    let mut problem = Problem { status: head.status, code, message }.into_response();
    if let Some(allowed) = head.headers.get(header::ALLOW) {
        problem.headers_mut().insert(header::ALLOW, allowed.clone());
    }
    problem
}

pub(crate) type Answered = Result<Response, Problem>;

pub(crate) fn ok(body: &Value) -> Answered {
    Ok(json_response(StatusCode::OK, body))
}

pub(crate) fn json_response(status: StatusCode, body: &Value) -> Response {
    let mut response = Response::new(Body::from(body.to_string()));
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, header::HeaderValue::from_static("application/json"));
    response
}

/// The JSON of a request; an empty body counts as an empty object.
pub(crate) fn json_of(body: &Bytes) -> Result<Value, Problem> {
    if body.is_empty() {
        return Ok(json!({}));
    }
    let read: Result<Value, _> = serde_json::from_slice(body);
    let value = read.map_err(|error| Problem::invalid(format!("the body is not JSON: {error}")))?;
    // A list would otherwise pass for the members of an object in their order.
    if value.is_object() { Ok(value) } else { Err(Problem::invalid("the body is not a JSON object")) }
}

/// The JSON of a request as what it is to be; the refusal names the member that is not.
pub(crate) fn read<T: DeserializeOwned>(body: &Bytes, what: &str) -> Result<T, Problem> {
    crate::core::read_named(json_of(body)?).map_err(|error| Problem::invalid(format!("{what}: {error}")))
}
