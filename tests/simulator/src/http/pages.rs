//! The page that `normalUrl` opens: the buyer approves, is declined, fails or leaves; and the logos of `consult`.
//! What follows is decided in `core`.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::Value;

use super::answers::Problem;
use super::control::problem_of;
use super::shell::Shell;
use crate::core::{Completion, Outcome};

/// Shows the payment and what the buyer may do.
pub(crate) async fn show(State(shell): State<Arc<Shell>>, Path(payment_id): Path<String>) -> Response {
    let Some(payment) = shell.look(|gateway| gateway.page_of(&payment_id)) else {
        return Problem::unknown("no such payment").into_response();
    };
    let text = |pointer: &str| escaped(payment.pointer(pointer).and_then(Value::as_str).unwrap_or_default());
    let (value, currency) = (text("/paymentAmount/value"), text("/paymentAmount/currency"));
    let (order, status) = (text("/referenceOrderId"), text("/status"));
    let id = escaped(&payment_id);
    let buttons: String = [("success", "Pay"), ("decline", "Decline"), ("fail", "Fail"), ("cancel", "Leave")]
        .iter()
        .map(|(outcome, label)| {
            format!(
                "<form method=\"post\" action=\"/checkout/{id}/{outcome}\"><button>{label}</button></form>"
            )
        })
        .collect();
    let page = format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Simulated payment</title>\
         <h1>Simulated payment</h1><p>Order {order}: {value} {currency} (smallest units), {status}</p>\
         <p>No real money moves here.</p>{buttons}</html>"
    );
    html(page)
}

/// Carries out what the buyer chose and sends the buyer back to the merchant.
pub(crate) async fn act(
    State(shell): State<Arc<Shell>>,
    Path((payment_id, outcome)): Path<(String, String)>,
) -> Response {
    let outcome = match outcome.as_str() {
        "success" => Outcome::Success,
        "decline" => Outcome::Decline,
        "fail" => Outcome::Fail,
        "cancel" => Outcome::Cancel,
        _ => return Problem::unknown("no such act").into_response(),
    };
    let act = Completion::of(outcome);
    match shell.work(|gateway, now| gateway.complete_page(now, &payment_id, &act)) {
        Ok(redirect_url) => match HeaderValue::from_str(&redirect_url) {
            Ok(location) => {
                let mut response = StatusCode::SEE_OTHER.into_response();
                response.headers_mut().insert(header::LOCATION, location);
                response
            }
            Err(_) => html("<!doctype html><title>Done</title><p>Done.</p>".to_owned()),
        },
        Err(error) => problem_of(error).into_response(),
    }
}

/// A logo: the name in a box.
pub(crate) async fn logo(Path(name): Path<String>) -> Response {
    let name = escaped(&name.chars().take(24).collect::<String>());
    let image = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"120\" height=\"40\">\
         <rect width=\"120\" height=\"40\" rx=\"4\" fill=\"#eee\" stroke=\"#888\"/>\
         <text x=\"60\" y=\"25\" font-size=\"12\" font-family=\"sans-serif\" text-anchor=\"middle\">{name}</text></svg>"
    );
    let mut response = image.into_response();
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("image/svg+xml"));
    response
}

fn html(page: String) -> Response {
    let mut response = page.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static("default-src 'none'"));
    response
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
