//! The result page: what the books know, asked from the gateway where they do not know the end yet.
//! Waiting and asking again is its script's; nothing in the address is believed.

use antom_domain::order::{Attempt, Order};
use axum::extract::{Path, Query, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};

use super::Pages;
use super::document::{self, Document};
use super::language::{Language, Wishes};
use super::stand::{self, Shown};
use crate::service::config::CheckoutConfig;

//= S-7, B-3, B-7
pub(super) async fn page(
    State(pages): State<Pages>,
    Path(token): Path<String>,
    Query(wishes): Query<Wishes>,
    headers: HeaderMap,
) -> Response {
    let seen = match pages.attempt(&token).await {
        Ok((order, attempt)) => {
            let seen = pages.ask_again(&order, &attempt).await;
            // The question may have changed the order.
            match pages.attempt(&token).await {
                Ok((order, attempt)) => (order, attempt, seen),
                Err(_) => (order, attempt, seen),
            }
        }
        Err(status) => return status.into_response(),
    };
    let (order, attempt, shown) = seen;
    let language = Language::of(&wishes, &headers);
    let document = Document {
        language,
        script: (shown == Shown::Processing).then_some("result.js"),
        policy: &pages.policies.plain,
        refresh: (shown == Shown::Processing).then_some(5),
        body: body(&pages.settings, &order, &attempt, shown, language),
    };
    document::answer(&pages, &document)
}

pub(super) fn body(
    settings: &CheckoutConfig,
    order: &Order,
    attempt: &Attempt,
    shown: Shown,
    language: Language,
) -> Markup {
    let words = language.words();
    let to_order =
        settings.order_url.as_deref().map(|url| CheckoutConfig::for_order(url, &order.reference_order_id));
    let again = settings.pay_again_url.as_deref().filter(|_| stand::may_pay_again(order, attempt));
    let again = again.map(|url| CheckoutConfig::for_order(url, &order.reference_order_id));
    html! {
        main #result data-shown=(shown.word()) data-status={ "../status/" (attempt.token) } {
            (document::heading(order, language))
            @match shown {
                Shown::Paid => {
                    h2.good { (words.paid) }
                    p { (words.paid_text) }
                }
                Shown::Failed => {
                    h2.bad { (words.failed) }
                    @if stand::may_pay_again(order, attempt) { p { (words.failed_text) } }
                    @else { p { (words.other_open) } }
                    @if let Some(code) = attempt.payment.result_code.as_deref() {
                        p.code { (words.reason) " " code { (code) } }
                    }
                }
                Shown::Processing => {
                    // Shown while the script asks; without scripts what is under it is true at once.
                    div #waiting hidden { div.spinner aria-hidden="true" {} p role="status" { (words.asking_text) } }
                    div #processing {
                        h2 { (words.processing) }
                        p role="status" { (words.processing_text) }
                    }
                }
            }
            p.acts {
                @if let Some(url) = again { a.button #again href=(url) { (words.pay_again) } }
                @if let Some(url) = to_order { a.button.quiet #order href=(url) { (words.to_order) } }
            }
        }
    }
}
