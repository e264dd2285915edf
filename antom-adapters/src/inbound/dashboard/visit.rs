//! What every page knows of a request: who looks, in which language, and how the answer becomes a page.
//! Who may look is decided before, by `session`.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use maud::Markup;

use super::answer::{self, Refused};
use super::page::Page;
use super::session::Visitor;
use crate::inbound::language::Language;

/// One look at a page by somebody who signed in.
#[derive(Debug)]
pub(super) struct Visit {
    pub(super) visitor: Visitor,
    pub(super) lang: Language,
    pub(super) query: String,
    pub(super) headers: HeaderMap,
}

impl<S: Sync> FromRequestParts<S> for Visit {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Visit, Response> {
        let headers = parts.headers.clone();
        let Some(visitor) = parts.extensions.get::<Visitor>().cloned() else {
            return Err(answer::refuse(&headers, Refused::NotSignedIn));
        };
        let query = parts.uri.query().unwrap_or_default().to_owned();
        Ok(Visit { visitor, lang: Language::of_request(&headers, &query), query, headers })
    }
}

impl Visit {
    /// The page at this path.
    pub(super) fn page(&self, title: &str, path: &str, body: Markup) -> Response {
        self.page_with(StatusCode::OK, title, path, body)
    }

    pub(super) fn page_with(&self, status: StatusCode, title: &str, path: &str, body: Markup) -> Response {
        let page = Page { lang: self.lang, title, path, visitor: Some(&self.visitor), body };
        answer::page(status, &self.headers, &page)
    }

    pub(super) fn refuse(&self, refused: Refused) -> Response {
        answer::refuse(&self.headers, refused)
    }
}
