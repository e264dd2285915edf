//! Answers of the control API: JSON with a status, errors with a stable code.
//! The gateway's own answers are made in `gateway_api`.

use axum::body::{Body, Bytes};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
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

    pub(crate) fn conflict(message: impl Into<String>) -> Self {
        Self { status: StatusCode::CONFLICT, code: "already_final", message: message.into() }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        json_response(self.status, &json!({"error": {"code": self.code, "message": self.message}}))
    }
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
    serde_json::from_slice(body).map_err(|error| Problem::invalid(format!("the body is not JSON: {error}")))
}
