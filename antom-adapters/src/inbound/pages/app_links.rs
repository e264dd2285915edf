//! Which apps of the merchant's open our result pages: Android asks the host when it installs an app.
//! What an app does with such an address is the app's; the address proves nothing there either.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::Pages;

/// `/.well-known/assetlinks.json`; not there while no app is named.
//= S-7
pub(super) async fn statements(State(pages): State<Pages>) -> Response {
    let apps = &pages.settings.android_apps;
    if apps.is_empty() {
        return StatusCode::NOT_FOUND.into_response();
    }
    let statements = apps.iter().map(|app| {
        json!({
            "relation": ["delegate_permission/common.handle_all_urls"],
            "target": {
                "namespace": "android_app",
                "package_name": app.package_name,
                "sha256_cert_fingerprints": app.sha256_cert_fingerprints,
            },
        })
    });
    Json(Value::Array(statements.collect())).into_response()
}
