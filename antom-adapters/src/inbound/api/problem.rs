//! Errors of the merchant API as `application/problem+json`, with a stable `code`.
//! No value that a caller sent is ever repeated.

use std::time::Duration;

use antom_core::money::MoneyError;
use antom_core::wire::FieldErrors;
use antom_domain::order::Refusal;
use antom_domain::policy::WrongCapture;
use antom_domain::service::{BooksError, CommandError};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use crate::service::config::Scope;

/// An error answer.
#[derive(Debug, Clone)]
pub(super) struct Problem {
    status: StatusCode,
    code: &'static str,
    detail: String,
    errors: Vec<(String, String)>,
    retry_after: Option<Duration>,
}

impl Problem {
    fn new(status: StatusCode, code: &'static str, detail: impl Into<String>) -> Problem {
        Problem { status, code, detail: detail.into(), errors: Vec::new(), retry_after: None }
    }

    pub(super) fn unauthorized() -> Problem {
        Problem::new(
            StatusCode::UNAUTHORIZED,
            "unauthorized",
            "send a valid key as `Authorization: Bearer …`",
        )
    }

    pub(super) fn forbidden(scope: Scope) -> Problem {
        let detail = format!("this key has not the scope `{}` that the request needs", scope.as_str());
        Problem::new(StatusCode::FORBIDDEN, "forbidden", detail)
    }

    pub(super) fn too_many_requests(wait: Duration) -> Problem {
        let detail = "this key has made its requests for now; wait as long as Retry-After says";
        let problem = Problem::new(StatusCode::TOO_MANY_REQUESTS, "too_many_requests", detail);
        Problem { retry_after: Some(wait), ..problem }
    }

    pub(super) fn session_expired() -> Problem {
        let detail = "the session has expired or is about to; open a new payment with a new key";
        Problem::new(StatusCode::CONFLICT, "session_expired", detail)
    }

    pub(super) fn gateway_unavailable() -> Problem {
        let detail = "the gateway gave no answer that can be trusted; nothing was changed: try again";
        Problem::new(StatusCode::SERVICE_UNAVAILABLE, "gateway_unavailable", detail)
    }

    pub(super) fn not_found(detail: &str) -> Problem {
        Problem::new(StatusCode::NOT_FOUND, "not_found", detail)
    }

    pub(super) fn conflict(detail: impl Into<String>) -> Problem {
        Problem::new(StatusCode::CONFLICT, "conflict", detail)
    }

    pub(super) fn refused_by_gateway(result_code: Option<&str>) -> Problem {
        let code = result_code.unwrap_or("no result code");
        let detail = format!("the gateway refused the payment ({code}); nothing was charged");
        Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "refused_by_gateway", detail)
    }

    pub(super) fn unsupported_media_type() -> Problem {
        Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported_media_type", "send application/json")
    }

    pub(super) fn method_not_allowed() -> Problem {
        Problem::new(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", "this route has no such method")
    }

    pub(super) fn too_large() -> Problem {
        Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large", "the body is larger than any request needs")
    }

    pub(super) fn no_room() -> Problem {
        let detail = "there is no room for the files now; try again, or use the watched folder";
        Problem::new(StatusCode::SERVICE_UNAVAILABLE, "unavailable", detail)
    }

    pub(super) fn too_slow() -> Problem {
        Problem::new(StatusCode::REQUEST_TIMEOUT, "too_slow", "the body did not come to its end in time")
    }

    pub(super) fn not_json() -> Problem {
        Problem::new(StatusCode::BAD_REQUEST, "invalid_request", "the body is not a JSON object")
    }

    /// A field of the request is wrong.
    pub(super) fn field(field: impl Into<String>, message: impl Into<String>) -> Problem {
        Problem::fields(vec![(field.into(), message.into())])
    }

    /// Fields of the request are wrong.
    pub(super) fn fields(errors: Vec<(String, String)>) -> Problem {
        let detail = "correct the fields in `errors`; nothing was stored or sent";
        Problem { errors, ..Problem::new(StatusCode::BAD_REQUEST, "invalid_request", detail) }
    }

    pub(super) fn not_at_rest(detail: impl Into<String>) -> Problem {
        Problem::new(StatusCode::CONFLICT, "order_not_at_rest", detail)
    }

    pub(super) fn not_erasable() -> Problem {
        let detail = "the storage of this service cannot erase; give it one with `Builder::retention`";
        Problem::new(StatusCode::NOT_IMPLEMENTED, "not_implemented", detail)
    }

    fn newer_program() -> Problem {
        let detail = "the order was written by a newer program; this one only shows it: upgrade it, or ask another instance";
        Problem::new(StatusCode::CONFLICT, "written_by_newer_program", detail)
    }

    fn unavailable() -> Problem {
        let detail = "the books cannot be written now; try again with the same ids";
        Problem::new(StatusCode::SERVICE_UNAVAILABLE, "unavailable", detail)
    }
}

impl From<BooksError> for Problem {
    fn from(error: BooksError) -> Problem {
        match error {
            BooksError::UnknownOrder => Problem::not_found("there is no such order"),
            BooksError::WrittenByNewerProgram => Problem::newer_program(),
            BooksError::Busy => Problem::conflict("the order is changing; try again"),
            BooksError::IdTaken(key) => Problem::conflict(format!("this {} is taken", key.kind())),
            BooksError::Store(error) => {
                tracing::error!(%error, "books not available");
                Problem::unavailable()
            }
            _ => Problem::unavailable(),
        }
    }
}

impl From<antom_domain::port::StoreError> for Problem {
    fn from(error: antom_domain::port::StoreError) -> Problem {
        BooksError::from(error).into()
    }
}

impl From<CommandError> for Problem {
    fn from(error: CommandError) -> Problem {
        match error {
            CommandError::Refused(refusal) => refusal.into(),
            CommandError::Books(error) => error.into(),
            CommandError::OrderExists => Problem::conflict(error.to_string()),
            _ => Problem::unavailable(),
        }
    }
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Problem {
        match &refusal {
            Refusal::Invalid(errors) => errors.into(),
            Refusal::Amount(error @ MoneyError::CurrencyMismatch { .. }) => {
                Problem::field("amount.currency", error.to_string())
            }
            Refusal::Amount(error) => Problem::field("amount.value", error.to_string()),
            Refusal::WrittenByNewerProgram => Problem::newer_program(),
            Refusal::Erased => Problem::new(StatusCode::CONFLICT, "order_erased", refusal.to_string()),
            Refusal::UnknownSettlementCurrency { .. } => {
                Problem::field("settlementCurrency", refusal.to_string())
            }
            Refusal::UnknownAttempt => Problem::not_found("there is no such payment"),
            Refusal::WrongCapture(WrongCapture::Amount(MoneyError::CurrencyMismatch { .. })) => {
                Problem::field("amount.currency", refusal.to_string())
            }
            Refusal::WrongCapture(_)
            | Refusal::RefundExceeds { .. }
            | Refusal::RefundExceedsCapture { .. } => Problem::field("amount.value", refusal.to_string()),
            Refusal::CaptureIdReused => {
                Problem::new(StatusCode::CONFLICT, "capture_id_reused", refusal.to_string())
            }
            Refusal::CapturedOnce { .. } => {
                Problem::new(StatusCode::CONFLICT, "captured_once", refusal.to_string())
            }
            Refusal::LastCaptureMade => {
                Problem::new(StatusCode::CONFLICT, "last_capture_made", refusal.to_string())
            }
            Refusal::CaptureFailed => {
                Problem::new(StatusCode::CONFLICT, "capture_failed", refusal.to_string())
            }
            Refusal::EarlierAttemptBeingCancelled { .. } => {
                Problem::new(StatusCode::CONFLICT, "earlier_payment_being_cancelled", refusal.to_string())
            }
            Refusal::EarlierAttemptNotCancellable { .. } => {
                Problem::new(StatusCode::CONFLICT, "earlier_payment_not_cancellable", refusal.to_string())
            }
            Refusal::MethodWithoutRefunds => {
                Problem::new(StatusCode::CONFLICT, "method_without_refunds", refusal.to_string())
            }
            _ => Problem::conflict(refusal.to_string()),
        }
    }
}

impl From<&FieldErrors> for Problem {
    fn from(errors: &FieldErrors) -> Problem {
        Problem::fields(
            errors.iter().map(|error| (merchant_name(&error.path), error.rule.to_string())).collect(),
        )
    }
}

/// The name of a field as it may be told: one that nobody knows was made by the caller, and may itself be a card number.
fn printable(field: &str) -> String {
    const LONGEST: usize = 128;
    /// No field of ours has as many; the shortest card numbers have twelve.
    const DIGITS: usize = 8;
    if field.bytes().filter(u8::is_ascii_digit).count() < DIGITS {
        return field.chars().take(LONGEST).collect();
    }
    field.chars().take(LONGEST).map(|letter| if letter.is_ascii_digit() { '#' } else { letter }).collect()
}

/// The merchant API's name of a field of the gateway's messages.
fn merchant_name(path: &str) -> String {
    const OF_CARD: &str = "paymentMethod.paymentMethodMetaData.";
    let path = path.strip_prefix("order.").unwrap_or(path);
    let same = match path {
        "orderDescription" => "description",
        "env.terminalType" => "terminalType",
        "env.osType" => "osType",
        "env.clientIp" => "clientIp",
        "paymentMethod.paymentMethodType" => "paymentMethodType",
        "paymentMethod.paymentMethodId" | "savedPaymentMethods[0].paymentMethodId" => "card.cardToken",
        "paymentFactor.captureMode" => "captureMode",
        "paymentAmount" | "orderAmount" => "amount",
        "paymentAmount.value" | "orderAmount.value" => "amount.value",
        "refundReason" => "reason",
        other => other,
    };
    match path.strip_prefix(OF_CARD) {
        Some(feature) => format!("card.{feature}"),
        None if path.starts_with("creditPayPlan") => format!("card.{path}"),
        None => same.to_owned(),
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let errors: Vec<Value> = self
            .errors
            .iter()
            .map(|(field, message)| json!({ "field": printable(field), "message": message }))
            .collect();
        let mut body = json!({
            "type": "about:blank",
            "title": self.status.canonical_reason().unwrap_or("Error"),
            "status": self.status.as_u16(),
            "code": self.code,
            "detail": self.detail,
        });
        if let (false, Some(members)) = (errors.is_empty(), body.as_object_mut()) {
            members.insert("errors".to_owned(), Value::Array(errors));
        }
        let head = [(header::CONTENT_TYPE, "application/problem+json")];
        let mut response = (self.status, head, body.to_string()).into_response();
        if let Some(wait) = self.retry_after {
            // Whole seconds, and never too early.
            let seconds = wait.as_secs().saturating_add(u64::from(wait.subsec_nanos() > 0));
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}
