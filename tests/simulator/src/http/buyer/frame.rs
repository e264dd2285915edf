//! The page inside the web SDK's iframe, and the calls that its script makes: submitting, and asking how it stands.
//! The messages between the page and the SDK are in `frame.js`, what an act leads to in `core`.

use std::sync::Arc;

use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::json;

use super::super::answers::{Answered, Problem, json_response, ok};
use super::super::control::problem_of;
use super::super::shell::Shell;
use super::document::{self, Framing};
use super::form;
use super::language::{Language, Words};
use super::session::session_key;
use super::standing::{act_on, described, submitted_json};
use super::submission::{CardFaults, Choice, Fields, read_card};
use crate::core::{Checkout, CheckoutView, CompletionError};

/// The product that stores a card without a payment.
const VAULTING: &str = "VAULTING_CARD";
/// The products whose pages are served; the second one also to be preloaded, as the SDK does with both.
const PRODUCTS: [&str; 3] = ["CASHIER_PAYMENT_CARD", "CASHIER_PAYMENT_APM", VAULTING];

/// What the SDK puts into the address of the iframe; the script reads the rest.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Opened {
    locale: Option<String>,
    is_preload: Option<String>,
}

/// `/page/antom-web-checkout/src/component-app/{product}/{version}/index.{sdk version}.html`
pub(super) async fn page(
    Path((product, _, file)): Path<(String, String, String)>,
    Query(opened): Query<Opened>,
    headers: HeaderMap,
) -> Response {
    let is_page = file.starts_with("index.") && file.ends_with(".html");
    if !is_page || !PRODUCTS.contains(&product.as_str()) {
        return Problem::unknown("no such page of the web SDK").into_response();
    }
    if opened.is_preload.as_deref() == Some("true") {
        let nothing = "<!doctype html>\n<title></title>\n".to_owned();
        return document::html_response(StatusCode::OK, nothing, Framing::Anybody);
    }
    let language = Language::of(opened.locale.as_deref(), &headers);
    document::html_response(StatusCode::OK, html(language, &product), Framing::Anybody)
}

/// `/elements/{sdk version}/pages/element_payment/index.html`, the page of AMSElement.
pub(super) async fn element(Query(opened): Query<Opened>, headers: HeaderMap) -> Response {
    let language = Language::of(opened.locale.as_deref(), &headers);
    document::html_response(StatusCode::OK, html(language, "ELEMENT_PAYMENT"), Framing::Anybody)
}

fn html(language: Language, product: &str) -> String {
    let words: &Words = language.words();
    let (pay, paid) = if product == VAULTING { (words.keep, words.kept) } else { (words.pay, words.paid) };
    format!(
        include_str!("../assets/frame.html"),
        lang = language.tag(),
        product = product,
        title = words.payment,
        strip = words.strip,
        fields = form::card_fields(words, CardFaults::default()),
        address = form::billing_address(words),
        instalments = form::instalments(words),
        cvv = words.cvv,
        saved_cards = words.saved_cards,
        other_card = words.other_card,
        store = words.store,
        pay = pay,
        for_tests = words.for_tests,
        test_card = words.test_card,
        own_card = words.own_card,
        approve = words.approve,
        decline = words.decline,
        fail = words.fail,
        pending = words.pending,
        never = form::never_pending(product == VAULTING),
        leave = words.leave,
        bad_number = words.bad_number,
        bad_expiry = words.bad_expiry,
        bad_cvv = words.bad_cvv,
        declined = words.declined,
        undecided = words.undecided,
        paid = paid,
        failed = words.failed,
        closed = words.closed,
        cancelled = words.cancelled,
        trouble = words.trouble,
    )
}

/// `POST /checkout/api/submit`: the form, or an act for tests, on the payment of a session.
pub(super) async fn submit(
    State(shell): State<Arc<Shell>>,
    fields: Result<Fields, Problem>,
) -> Result<Response, Problem> {
    let fields = fields?;
    let key = session_key(fields.text("paymentSessionData").unwrap_or_default());
    let view = view_of(&shell, &key)?;
    let done = match Choice::of(&fields)? {
        Choice::Act(outcome) => act_on(&shell, &view, outcome),
        Choice::Pay => match read_card(&fields, shell.clock.now()) {
            Ok(form) => shell.work(|gateway, now| gateway.submit_card(now, Checkout::Session(&key), &form)),
            Err(faults) => {
                let message = "fields are not possible for a card";
                let body = json!({
                    "fields": faults.fields(),
                    "error": {"code": "SDK_FORM_VERIFICATION_FAILED", "message": message},
                });
                return Ok(json_response(StatusCode::UNPROCESSABLE_ENTITY, &body));
            }
        },
    };
    match done {
        Ok(submitted) => ok(&submitted_json(&view, &submitted)),
        // Another tab was faster, or the time is over: the page is told how it stands.
        Err(CompletionError::Final) => ok(&described(&view_of(&shell, &key)?)),
        Err(error) => Err(problem_of(error)),
    }
}

/// Which session is meant.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct BySession {
    #[serde(default)]
    payment_session_data: String,
}

/// `GET /checkout/api/status`: how the payment of a session stands.
pub(super) async fn status(State(shell): State<Arc<Shell>>, Query(by): Query<BySession>) -> Answered {
    ok(&described(&view_of(&shell, &session_key(&by.payment_session_data))?))
}

fn view_of(shell: &Arc<Shell>, key: &str) -> Result<CheckoutView, Problem> {
    let view = shell.work(|gateway, now| {
        gateway.run_to(now);
        gateway.checkout_view(Checkout::Session(key))
    });
    view.ok_or_else(|| Problem::unknown("no such payment session"))
}
