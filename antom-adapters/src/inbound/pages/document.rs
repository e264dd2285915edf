//! The frame of every page: head, style sheets, script, and the headers that go with it.
//! What a page says is decided by its own module.

use antom_domain::order::Order;
use axum::http::{StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use maud::{DOCTYPE, Markup, html};

use super::Pages;
use super::language::Language;
use crate::service::config::CheckoutTheme;

/// What differs between pages.
#[derive(Debug)]
pub(super) struct Document<'a> {
    pub(super) language: Language,
    pub(super) script: Option<&'a str>,
    pub(super) policy: &'a str,
    /// For browsers that run no script: after so many seconds the page is loaded again.
    pub(super) refresh: Option<u8>,
    pub(super) body: Markup,
}

pub(super) fn answer(pages: &Pages, document: &Document<'_>) -> Response {
    let headers = [
        (header::CONTENT_SECURITY_POLICY, document.policy),
        // A page shows what is true now; the one behind the back button must ask again.
        (header::CACHE_CONTROL, "no-store"),
        // Other sites learn no token; our own script still says where it comes from.
        (header::REFERRER_POLICY, "same-origin"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    (headers, Html(render(pages, document).into_string())).into_response()
}

/// Sends the browser on, to an address that is ours or was checked.
pub(super) fn see_other(address: &str) -> Response {
    // An address that fits into no header leads nowhere.
    match header::HeaderValue::from_str(address) {
        Ok(address) => {
            let headers = [
                (header::LOCATION, address),
                (header::CACHE_CONTROL, header::HeaderValue::from_static("no-store")),
            ];
            (StatusCode::SEE_OTHER, headers).into_response()
        }
        Err(_) => StatusCode::BAD_GATEWAY.into_response(),
    }
}

fn render(pages: &Pages, document: &Document<'_>) -> Markup {
    let words = document.language.words();
    let theme = match pages.settings.theme {
        CheckoutTheme::Auto => "auto",
        CheckoutTheme::Light => "light",
        CheckoutTheme::Dark => "dark",
    };
    html! {
        (DOCTYPE)
        html lang=(document.language.tag()) class=(theme) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="robots" content="noindex";
                @if let Some(seconds) = document.refresh {
                    noscript { meta http-equiv="refresh" content=(seconds); }
                }
                title { (words.payment) }
                @for sheet in ["pages.css", "shop.css"].iter().filter_map(|name| pages.assets.link(name)) {
                    link rel="stylesheet" href=(sheet);
                }
                @if let Some(script) = document.script.and_then(|name| pages.assets.link(name)) {
                    script src=(script) defer {}
                }
            }
            body {
                (document.body)
                footer {
                    a href={ "?lang=" (document.language.other().word()) } hreflang=(document.language.other().tag())
                        lang=(document.language.other().tag()) { (words.other_language) }
                }
            }
        }
    }
}

/// What is paid, and for what.
pub(super) fn heading(order: &Order, language: Language) -> Markup {
    html! {
        header {
            p.about { (language.words().payment) }
            h1 { (order.amount.to_string()) }
            p.description { (order.description) }
        }
    }
}
