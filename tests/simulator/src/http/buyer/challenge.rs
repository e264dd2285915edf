//! The bank's page for 3-D Secure: the buyer confirms, refuses or leaves; alone, in a dialog of the SDK, or inside its
//! form. What the answer leads to is decided in `core`.

use std::sync::Arc;

use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::json;

use super::super::answers::{Problem, json_response};
use super::super::control::problem_of;
use super::super::shell::Shell;
use super::document::{self, Framing, Text, query_value};
use super::form::notice;
use super::language::Language;
use super::money;
use super::standing::{described, submitted_json};
use super::submission::{Fields, wants_json};
use crate::core::{ChallengeAnswer, ChallengeView, CompletionError, Submitted};

/// What the address of the page carries; `instanceId` only where the SDK opened it.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Opened {
    locale: Option<String>,
    instance_id: Option<String>,
    /// The merchant's page.
    ref_url: Option<String>,
    /// Set where the form itself, not the SDK, holds this page.
    inside: Option<String>,
}

impl Opened {
    fn framing(&self) -> Framing {
        if self.instance_id.is_some() { Framing::Anybody } else { Framing::Nobody }
    }

    /// Who is to be told; nobody in particular where the form holds this page, which checks the source itself.
    fn merchant(&self) -> &str {
        if self.inside.is_some() { "" } else { self.ref_url.as_deref().unwrap_or_default() }
    }

    fn address(&self, id: &str) -> String {
        let fields = [
            ("locale", &self.locale),
            ("instanceId", &self.instance_id),
            ("refUrl", &self.ref_url),
            ("inside", &self.inside),
        ];
        let given = fields.into_iter().filter_map(|(name, value)| Some((name, value.as_deref()?)));
        let pairs: Vec<String> =
            given.map(|(name, value)| format!("{name}={}", query_value(value))).collect();
        let query = if pairs.is_empty() { String::new() } else { format!("?{}", pairs.join("&")) };
        format!("/checkout/3ds/{id}{query}")
    }
}

/// Shows the bank's question.
pub(super) async fn show(
    State(shell): State<Arc<Shell>>,
    Path(id): Path<String>,
    Query(opened): Query<Opened>,
    headers: HeaderMap,
) -> Response {
    let Some(view) = view_of(&shell, &id) else {
        return unknown(&opened, &headers);
    };
    if wants_json(&headers) {
        return json_response(StatusCode::OK, &challenge_json(&view));
    }
    let language = Language::of(opened.locale.as_deref().or(view.payment.locale.as_deref()), &headers);
    let words = language.words();
    if !view.open {
        return done(&opened, language, &id, "void", words.bank_over);
    }
    let content = format!(
        include_str!("../assets/challenge.html"),
        bank = words.bank,
        currency = Text(&view.payment.currency),
        value = if view.payment.stores_only {
            String::new()
        } else {
            money::formatted(view.payment.value, &view.payment.currency)
        },
        asks = words.bank_asks,
        card = format_args!(
            "{} \u{2022}\u{2022}\u{2022}\u{2022} {}",
            Text(&view.card_brand),
            Text(&view.last_four)
        ),
        address = Text(&opened.address(&id)),
        confirm = words.confirm,
        refuse = words.refuse,
        leave = words.leave,
    );
    document::page_with(StatusCode::OK, language, &content, "challenge.js", opened.framing())
}

/// Takes the answer: the field `answer`.
pub(super) async fn answer(
    State(shell): State<Arc<Shell>>,
    Path(id): Path<String>,
    Query(opened): Query<Opened>,
    headers: HeaderMap,
    fields: Result<Fields, Problem>,
) -> Response {
    let Some(view) = view_of(&shell, &id) else {
        return unknown(&opened, &headers);
    };
    let fields = match fields {
        Ok(fields) => fields,
        Err(problem) => return problem.into_response(),
    };
    let name = fields.text("answer").unwrap_or_default();
    let answer = match name {
        "approve" => ChallengeAnswer::Approve,
        "decline" => ChallengeAnswer::Decline,
        "abandon" => ChallengeAnswer::Abandon,
        _ => return Problem::invalid("answer is none of approve, decline, abandon").into_response(),
    };
    let done_with = shell.work(|gateway, now| gateway.answer_challenge(now, &id, answer));
    if wants_json(&headers) {
        return match done_with {
            Ok(submitted) => json_response(StatusCode::OK, &submitted_json(&view.payment, &submitted)),
            Err(error) => problem_of(error).into_response(),
        };
    }
    let language = Language::of(opened.locale.as_deref().or(view.payment.locale.as_deref()), &headers);
    let words = language.words();
    if opened.instance_id.is_some() {
        let (name, sentence) = match done_with {
            Ok(_) => (name, words.bank_done),
            Err(_) => ("void", words.bank_over),
        };
        return done(&opened, language, &id, name, sentence);
    }
    match done_with {
        // A try that failed leads back to the form, where another card may be used.
        Ok(Submitted::Declined { .. }) => match &view.payment.payment_id {
            Some(payment) => document::see_other(&format!("/checkout/{payment}")),
            None => document::see_other(&view.payment.redirect_url),
        },
        Ok(_) => document::see_other(&view.payment.redirect_url),
        Err(CompletionError::Final) => document::see_other(&opened.address(&id)),
        Err(error) => problem_of(error).into_response(),
    }
}

fn view_of(shell: &Arc<Shell>, id: &str) -> Option<ChallengeView> {
    shell.work(|gateway, now| {
        gateway.run_to(now);
        gateway.challenge_view(id)
    })
}

fn challenge_json(view: &ChallengeView) -> serde_json::Value {
    json!({
        "challenge": view.id,
        "cardBrand": view.card_brand,
        "lastFour": view.last_four,
        "open": view.open,
        "payment": described(&view.payment),
    })
}

fn unknown(opened: &Opened, headers: &HeaderMap) -> Response {
    if wants_json(headers) {
        return Problem::unknown("no such challenge").into_response();
    }
    let language = Language::of(opened.locale.as_deref(), headers);
    let content = notice("bad", language.words().unknown, None);
    document::page_with(StatusCode::NOT_FOUND, language, &content, "challenge.js", opened.framing())
}

/// The page after the answer, whose script tells the form.
fn done(opened: &Opened, language: Language, id: &str, answer: &str, sentence: &str) -> Response {
    let content = format!(
        include_str!("../assets/challenge-done.html"),
        id = Text(id),
        answer = answer,
        instance = Text(opened.instance_id.as_deref().unwrap_or_default()),
        merchant = Text(opened.merchant()),
        sentence = sentence,
    );
    document::page_with(StatusCode::OK, language, &content, "challenge.js", opened.framing())
}
