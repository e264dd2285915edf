//! The merchant's way in: checks the signature over the raw bytes, asks the gateway, signs the answer.
//! What is answered is decided in `core`.

use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};

use super::crypto::{SignatureHeader, header_value, signed_bytes};
use super::server::CloseConnection;
use super::shell::{ClientLookup, Shell};
use super::wait::pause;
use crate::core::{Answer, Handled, Operation, Seal};

/// Handles a request under `/ams/`.
pub(crate) async fn handle(
    State(shell): State<Arc<Shell>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let path = uri.path_and_query().map_or("/", |path| path.as_str());
    let client = match authenticated(&shell, &method, path, &headers, &body) {
        Ok(client) => client,
        Err(code) => return unsigned(code),
    };
    let handled = match operation(&method, uri.path(), &headers) {
        Ok(operation) => shell.work(|gateway, now| gateway.call(now, &client, operation, &body)),
        Err(code) => shell.work(|gateway, now| gateway.refuse(now, &client, path, &body, code)),
    };
    respond(&shell, &method, path, &client, handled).await
}

/// The client, if the signature is right; otherwise the code of the unsigned answer.
fn authenticated(
    shell: &Shell,
    method: &Method,
    path: &str,
    headers: &HeaderMap,
    body: &[u8],
) -> Result<String, &'static str> {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let client = text("client-id").filter(|client| shell.has_client(client)).ok_or("CLIENT_INVALID")?;
    let time = text("request-time").ok_or("INVALID_SIGNATURE")?;
    let signature = text("signature").and_then(SignatureHeader::parse).ok_or("INVALID_SIGNATURE")?;
    let key = match shell.client_key(client, signature.key_version) {
        ClientLookup::Key(key) => key,
        ClientLookup::UnknownClient => return Err("CLIENT_INVALID"),
        ClientLookup::UnknownKey => return Err("KEY_NOT_FOUND"),
    };
    let bytes = signed_bytes(method.as_str(), path, client, time, body);
    if key.verifies(&bytes, &signature.signature) { Ok(client.to_owned()) } else { Err("INVALID_SIGNATURE") }
}

fn operation(method: &Method, path: &str, headers: &HeaderMap) -> Result<Operation, &'static str> {
    let operation = Operation::at_path(path).ok_or("NO_INTERFACE_DEF")?;
    if method != Method::POST {
        return Err("METHOD_NOT_SUPPORTED");
    }
    let kind = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let is_json =
        kind.is_none_or(|kind| kind.trim_start().to_ascii_lowercase().starts_with("application/json"));
    if is_json { Ok(operation) } else { Err("MEDIA_TYPE_NOT_ACCEPTABLE") }
}

async fn respond(shell: &Shell, method: &Method, path: &str, client: &str, handled: Handled) -> Response {
    if handled.delay_ms > 0 {
        pause(Duration::from_millis(handled.delay_ms)).await;
    }
    match handled.answer {
        Answer::Body(body, seal) => {
            let time = shell.clock.now().to_wire();
            let bytes = signed_bytes(method.as_str(), path, client, &time, body.as_bytes());
            let mut response = json_body(body);
            let Ok(mut signature) = shell.keys.antom.sign(&bytes) else {
                return unsigned("SYSTEM_ERROR");
            };
            if let (Seal::Bad, Some(byte)) = (seal, signature.first_mut()) {
                *byte ^= 1;
            }
            let mut set = |name: &'static str, value: &str| {
                if let Ok(value) = HeaderValue::from_str(value) {
                    response.headers_mut().insert(HeaderName::from_static(name), value);
                }
            };
            set("client-id", client);
            set("response-time", &time);
            if seal != Seal::Missing {
                set("signature", &header_value(&signature));
            }
            response
        }
        Answer::Status(status) => {
            StatusCode::from_u16(status).unwrap_or(StatusCode::SERVICE_UNAVAILABLE).into_response()
        }
        Answer::Close => {
            let mut response = StatusCode::SERVICE_UNAVAILABLE.into_response();
            response.extensions_mut().insert(CloseConnection);
            response
        }
    }
}

fn unsigned(code: &str) -> Response {
    json_body(crate::core::unsigned_refusal(code))
}

fn json_body(body: String) -> Response {
    let mut response = Response::new(Body::from(body));
    let json = HeaderValue::from_static("application/json; charset=UTF-8");
    response.headers_mut().insert(header::CONTENT_TYPE, json);
    response
}
