//! Scripts, style sheets and images of the pages, from files of the build; logos are drawn.
//! The pages themselves are made by their own modules.

use axum::extract::Path;
use axum::response::{IntoResponse as _, Response};

use super::super::answers::Problem;
use super::document::{Text, asset};

const SCRIPT: &str = "text/javascript; charset=utf-8";
const STYLE: &str = "text/css; charset=utf-8";
const IMAGE: &str = "image/svg+xml";

/// A file of the pages.
pub(super) async fn file(Path(name): Path<String>) -> Response {
    match name.as_str() {
        "checkout.css" => asset(STYLE, include_str!("../assets/checkout.css")),
        "checkout.js" => asset(SCRIPT, include_str!("../assets/checkout.js")),
        "frame.js" => asset(SCRIPT, include_str!("../assets/frame.js")),
        "challenge.js" => asset(SCRIPT, include_str!("../assets/challenge.js")),
        "demo.js" => asset(SCRIPT, include_str!("../assets/demo.js")),
        "icon.svg" => asset(IMAGE, include_str!("../assets/icon.svg")),
        _ => Problem::unknown("no such file").into_response(),
    }
}

/// The script that stands in for the web SDK.
pub(super) async fn stand_in() -> Response {
    asset(SCRIPT, include_str!("../assets/ams-checkout.js"))
}

/// A logo: the name in a box.
pub(super) async fn logo(Path(name): Path<String>) -> Response {
    let name = name.strip_suffix(".svg").unwrap_or(&name);
    let name: String = name.chars().take(24).collect();
    let size = if name.chars().count() > 12 { 8 } else { 13 };
    let image = format!(include_str!("../assets/logo.svg"), name = Text(&name), size = size);
    asset(IMAGE, image)
}
