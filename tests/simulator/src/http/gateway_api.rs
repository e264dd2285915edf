//! The merchant's way in: asks who calls, asks the gateway, signs the answer.
//! Credentials are checked in `authentication`; what is answered is decided in `core`.

use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::{Extension, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};

use super::authentication::{Caller, Channel, Claim, Stranger, is_readable_time};
use super::crypto::{header_value, signed_bytes};
use super::server::CloseConnection;
use super::shell::Shell;
use super::wait::pause;
use crate::core::{Answer, Handled, Operation, Seal};

/// How long an answer waits for the notifications that go first.
const LONGEST_TELLING: Duration = Duration::from_secs(30);

/// Handles a request under `/ams/`.
pub(crate) async fn handle(
    State(shell): State<Arc<Shell>>,
    Extension(channel): Extension<Channel>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let path = uri.path_and_query().map_or("/", |path| path.as_str());
    let claim = Claim { method: &method, path, headers: &headers, body: &body, channel };
    let caller = match claim.check(&shell.clients) {
        Ok(caller) => caller,
        Err(Stranger { code, message }) => return unsigned(code, message),
    };
    let handled = match operation(&method, uri.path(), &headers, &caller) {
        Ok(operation) => shell.work(|gateway, now| gateway.call(now, &caller.client, operation, &body)),
        Err(why) => shell.work(|gateway, now| gateway.refuse(now, &caller.client, path, &body, why)),
    };
    respond(&shell, &method, path, &caller, handled).await
}

/// The code of a signed refusal, and a message where the code alone does not say what to do.
type Unfit = (&'static str, Option<&'static str>);

fn operation(method: &Method, path: &str, headers: &HeaderMap, caller: &Caller) -> Result<Operation, Unfit> {
    let operation = Operation::at_path(path).ok_or(("NO_INTERFACE_DEF", None))?;
    if method != Method::POST {
        return Err(("METHOD_NOT_SUPPORTED", None));
    }
    // The Go SDK sends two, with and without the character set.
    let kinds = headers.get_all(header::CONTENT_TYPE);
    if !kinds.iter().all(is_json) {
        return Err(("MEDIA_TYPE_NOT_ACCEPTABLE", None));
    }
    if caller.expects_signature() && !is_readable_time(headers) {
        return Err(("PARAM_ILLEGAL", Some("request-time is neither epoch milliseconds nor ISO 8601")));
    }
    if caller.may(operation) { Ok(operation) } else { Err(("OAUTH_FAIL", None)) }
}

fn is_json(kind: &HeaderValue) -> bool {
    let kind = kind.to_str().unwrap_or("").trim_start().to_ascii_lowercase();
    kind.starts_with("application/json")
}

async fn respond(shell: &Shell, method: &Method, path: &str, caller: &Caller, handled: Handled) -> Response {
    if !handled.after.is_empty() {
        let told = || shell.look(|gateway| handled.after.iter().all(|one| gateway.is_told(*one)));
        shell.wait_until(LONGEST_TELLING, told).await;
    }
    if handled.delay_ms > 0 {
        pause(Duration::from_millis(handled.delay_ms)).await;
    }
    match handled.answer {
        Answer::Body(body, _) if !caller.expects_signature() => json_body(body),
        Answer::Body(body, seal) => {
            let client = caller.client.as_str();
            let time = shell.clock.now().to_wire();
            let bytes = signed_bytes(method.as_str(), path, client, &time, body.as_bytes());
            let mut response = json_body(body);
            let Ok((version, mut signature)) = shell.antom_keys.sign(&bytes) else {
                return unsigned("SYSTEM_ERROR", "the answer cannot be signed");
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
                set("signature", &header_value(version, &signature));
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

fn unsigned(code: &str, message: &str) -> Response {
    json_body(crate::core::unsigned_refusal(code, message))
}

fn json_body(body: String) -> Response {
    let mut response = Response::new(Body::from(body));
    let json = HeaderValue::from_static("application/json; charset=UTF-8");
    response.headers_mut().insert(header::CONTENT_TYPE, json);
    response
}
