//! Opening a payment: what is sent to the gateway, and what the buyer's client gets from it.
//! What may be done with a payment afterwards is in `payments`.

use std::sync::Arc;

use antom_core::client_sdk::Environment;
use antom_core::id::PaymentRequestId;
use antom_core::outcome::{CaptureMode, OsType, TerminalType};
use antom_core::time::Timestamp;
use antom_domain::order::{
    Attempt, AttemptTerms, Command, Event, Handout, Integration, OpenAttempt, Order, ProductScene, Refusal,
    SESSION_LIFETIME,
};
use antom_domain::payment::PaymentPhase;
use antom_domain::port::StoreError;
use antom_domain::service::Books;
use axum::Json;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use serde::Deserialize;
use serde_json::{Value, json};

use super::card::CardIn;
use super::id::Id;
use super::orders::order_id;
use super::payments::{Answer, currency, fresh, idempotency_key, known, perform};
use super::problem::Problem;
use super::{Api, body};

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct OpenPayment {
    integration: Integration,
    payment_method_type: String,
    capture_mode: Option<String>,
    terminal_type: Option<String>,
    os_type: Option<String>,
    client_ip: Option<String>,
    settlement_currency: Option<String>,
    product_scene: Option<String>,
    card: Option<CardIn>,
}

pub(super) async fn open(State(api): State<Arc<Api>>, Id(id): Id, headers: HeaderMap, body: Body) -> Answer {
    let (request, digest): (OpenPayment, String) = body::read_with_digest(&headers, body).await?;
    let id = order_id(id)?;
    let key = idempotency_key(&headers)?;
    let payment_request_id = fresh(&api, PaymentRequestId::parse)?;
    let terminal_type = known(request.terminal_type, "terminalType", &["WEB", "WAP", "APP"], |word| {
        TerminalType::from(word)
    })?;
    // The element is the web's: a session for an app is for the app's component.
    let is_for_our_page =
        request.integration == Integration::Session && terminal_type != Some(TerminalType::App);
    let element = ProductScene::Element;
    let product_scene = known(request.product_scene, "productScene", &[element.as_str()], |_| element)?
        .or(api.product_scene.filter(|_| is_for_our_page));
    let open = OpenAttempt {
        payment_request_id: payment_request_id.clone(),
        token: api.books.ports().ids.fresh(),
        integration: request.integration,
        payment_method_type: request.payment_method_type,
        capture_mode: known(request.capture_mode, "captureMode", &["AUTOMATIC", "MANUAL"], |word| {
            CaptureMode::from(word)
        })?,
        terminal_type,
        os_type: known(request.os_type, "osType", &["IOS", "ANDROID"], |word| OsType::from(word))?,
        client_ip: request.client_ip,
        idempotency_key: key.clone(),
        terms: AttemptTerms {
            card: request
                .card
                .map(|card| card.terms(api.books.ports().clock.now()))
                .transpose()?
                .map(Box::new),
            settlement_currency: currency(request.settlement_currency)?,
            product_scene,
            request_digest: key.is_some().then_some(digest),
            ..AttemptTerms::default()
        },
    };
    let order = perform(&api, &id, &Command::OpenAttempt(Box::new(open))).await?;
    let attempt = order
        .attempt_by_key(key.as_deref())
        .or_else(|| order.attempt(&payment_request_id))
        .ok_or_else(|| Problem::conflict("the payment was not opened; try again"))?;
    opened(&api, &order, attempt).await
}

/// What the buyer's client needs, or how far the opening got. A paid order, and an attempt that ended, hand nothing
/// out: the buyer must not pay there again.
//= S-4, H-3, H-5, C-9, B-4
async fn opened(api: &Api, order: &Order, attempt: &Attempt) -> Answer {
    match attempt.payment.phase {
        PaymentPhase::Failed => {
            return Err(Problem::refused_by_gateway(attempt.payment.result_code.as_deref()));
        }
        PaymentPhase::Cancelled => {
            return Err(Problem::conflict("this payment was cancelled; open a new one with a new key"));
        }
        PaymentPhase::Succeeded => {
            return Ok((StatusCode::OK, told(api, attempt, "outcome", json!("succeeded"))));
        }
        PaymentPhase::Opening
        | PaymentPhase::InDoubt
        | PaymentPhase::AwaitingPayer
        | PaymentPhase::Pending => {}
    }
    if order.holder().is_some() {
        return Err(Refusal::OrderPaid.into());
    }
    match handout_of(&api.books, order, attempt).await? {
        None => Ok((StatusCode::ACCEPTED, told(api, attempt, "outcome", json!("in_doubt")))),
        Some(handout) => handed_out(api, attempt, handout),
    }
}

/// What the gateway gave for the attempt's buyer, from the log; `None` where it has not answered yet.
pub(in crate::inbound) async fn handout_of(
    books: &Books,
    order: &Order,
    attempt: &Attempt,
) -> Result<Option<Handout>, StoreError> {
    let history = books.ports().store.history(&order.reference_order_id).await?;
    Ok(history.into_iter().rev().find_map(|recorded| match recorded.event {
        Event::HandoutReceived { payment_request_id, handout, .. }
            if payment_request_id == attempt.payment_request_id =>
        {
            Some(handout)
        }
        _ => None,
    }))
}

/// Until when session data can be used; `None` where that time has come or is about to.
//= S-4
pub(in crate::inbound) fn usable_until(
    books: &Books,
    attempt: &Attempt,
    expires_at: Option<Timestamp>,
) -> Option<Timestamp> {
    let now = books.ports().clock.now();
    let expires_at = expires_at.unwrap_or_else(|| attempt.opened_at.saturating_add(SESSION_LIFETIME));
    (now.saturating_add(books.policy().session_margin) < expires_at).then_some(expires_at)
}

/// The word of the client SDK for where the session belongs (C-9).
pub(in crate::inbound) fn environment(api: &Api) -> &'static str {
    if api.is_sandbox { Environment::Sandbox.as_str() } else { Environment::Production.as_str() }
}

fn handed_out(api: &Api, attempt: &Attempt, handout: Handout) -> Answer {
    let body = match handout {
        Handout::Session { payment_session_data, expires_at, .. } => {
            let Some(expires_at) = usable_until(&api.books, attempt, expires_at) else {
                return Err(Problem::session_expired());
            };
            let session = json!({
                "paymentSessionData": payment_session_data,
                "expiresAt": expires_at,
                "environment": environment(api),
            });
            told(api, attempt, "session", session)
        }
        redirect @ Handout::Redirect { .. } => told(api, attempt, "redirect", addresses(&redirect)),
    };
    Ok((StatusCode::CREATED, body))
}

/// Where the buyer of a hosted payment goes; an app chooses among all of them. Empty for a session.
//= H-3
pub(in crate::inbound) fn addresses(handout: &Handout) -> Value {
    let Handout::Redirect { normal_url, scheme_url, applink_url } = handout else { return json!({}) };
    let urls = [("normalUrl", normal_url), ("schemeUrl", scheme_url), ("applinkUrl", applink_url)];
    let given = urls.into_iter().filter_map(|(name, url)| {
        let url = url.as_deref()?;
        if !leads_to_a_page_or_an_app(url) {
            tracing::error!(name, "the gateway gave an address that no buyer may be sent to");
            return None;
        }
        Some((name.to_owned(), json!(url)))
    });
    Value::Object(given.collect())
}

/// A page, or the scheme of an app; nothing that a browser would run or read from where it is.
pub(in crate::inbound) fn leads_to_a_page_or_an_app(url: &str) -> bool {
    const RUNS: [&str; 8] =
        ["javascript", "data", "vbscript", "file", "filesystem", "blob", "about", "view-source"];
    let Some((scheme, rest)) = url.split_once(':') else { return false };
    let is_scheme = scheme.starts_with(|first: char| first.is_ascii_alphabetic())
        && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte));
    // Browsers leave out blanks and control characters wherever they stand.
    let is_plain = !url.chars().any(|character| character.is_control() || character.is_whitespace());
    // Without a host such an address is read as a path of ours.
    let is_web = scheme.eq_ignore_ascii_case("https") || scheme.eq_ignore_ascii_case("http");
    let has_host =
        rest.strip_prefix("//").is_some_and(|host| !host.is_empty() && !host.starts_with(['/', '\\']));
    is_scheme
        && is_plain
        && (has_host || !is_web)
        && !RUNS.iter().any(|word| scheme.eq_ignore_ascii_case(word))
}

fn told(api: &Api, attempt: &Attempt, name: &str, value: Value) -> Json<Value> {
    Json(json!({
        "paymentRequestId": attempt.payment_request_id,
        "checkoutUrl": format!("{}/checkout/{}", api.public_url, attempt.token),
        "statusUrl": format!("{}/status/{}", api.public_url, attempt.token),
        name: value,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_buyer_is_sent_to_pages_and_apps_and_nowhere_else() {
        for url in [
            "https://pay.example/a?b=c",
            "http://127.0.0.1:4010/pay",
            "imeituan://",
            "alipays://platformapi/x",
        ] {
            assert!(leads_to_a_page_or_an_app(url), "{url}");
        }
        for url in [
            "javascript:alert(1)",
            "JavaScript:alert(1)",
            "java\nscript:alert(1)",
            " javascript:alert(1)",
            "\u{1}javascript:alert(1)",
            "data:text/html,x",
            "file:///etc/passwd",
            "//evil.example",
            "/\\evil.example",
            "evil.example",
            "https://pay.example/\r\nLocation: x",
            "",
        ] {
            assert!(!leads_to_a_page_or_an_app(url), "{url}");
        }
    }
}
