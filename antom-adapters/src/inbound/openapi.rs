//! The OpenAPI document of the merchant API and the status endpoints: as a file, as JSON and as a page.
//! It is kept by hand in `docs/openapi.json`; tests hold it against the routes and against real answers.

mod page;

use serde_json::Value;

/// The document as it is committed.
pub const TEXT: &str = include_str!("../../../docs/openapi.json");

/// The styles of the page.
pub(super) const STYLES: &str = include_str!("openapi/page.css");

pub(super) use page::html;

/// The document, parsed.
pub(super) fn document() -> Value {
    // A document that could not be parsed would be shown empty; a test reads it.
    serde_json::from_str(TEXT).unwrap_or_default()
}
