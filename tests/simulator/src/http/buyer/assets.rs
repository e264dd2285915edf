//! Scripts, style sheets and images of the pages, from files of the build; logos are drawn.
//! The pages themselves are made by their own modules.

use axum::extract::Path;
use axum::response::{IntoResponse as _, Response};

use super::super::answers::Problem;
use super::document::{Text, asset};

const SCRIPT: &str = "text/javascript; charset=utf-8";
const STYLE: &str = "text/css; charset=utf-8";
const IMAGE: &str = "image/svg+xml";

/// The script of the page in the SDK's iframe: its parts in one scope of their own.
const FRAME: &str = concat!(
    "(function () {\n'use strict';\n",
    include_str!("../assets/frame/1-page.js"),
    include_str!("../assets/frame/2-form.js"),
    include_str!("../assets/frame/3-payment.js"),
    include_str!("../assets/frame/4-messages.js"),
    "}());\n",
);

/// The stand-in for the web SDK, put together likewise.
const STAND_IN: &str = concat!(
    "(function () {\n'use strict';\n",
    include_str!("../assets/ams-checkout/1-common.js"),
    include_str!("../assets/ams-checkout/2-component.js"),
    include_str!("../assets/ams-checkout/3-view.js"),
    include_str!("../assets/ams-checkout/4-messages.js"),
    include_str!("../assets/ams-checkout/5-classes.js"),
    "}());\n",
);

/// A file of the pages.
pub(super) async fn file(Path(name): Path<String>) -> Response {
    match name.as_str() {
        "checkout.css" => asset(STYLE, include_str!("../assets/checkout.css")),
        "checkout.js" => asset(SCRIPT, include_str!("../assets/checkout.js")),
        "frame.js" => asset(SCRIPT, FRAME),
        "challenge.js" => asset(SCRIPT, include_str!("../assets/challenge.js")),
        "demo.js" => asset(SCRIPT, include_str!("../assets/demo.js")),
        "icon.svg" => asset(IMAGE, include_str!("../assets/icon.svg")),
        _ => Problem::unknown("no such file").into_response(),
    }
}

/// The script that stands in for the web SDK.
pub(super) async fn stand_in() -> Response {
    asset(SCRIPT, STAND_IN)
}

/// A logo: the name in a box.
pub(super) async fn logo(Path(name): Path<String>) -> Response {
    let name = name.strip_suffix(".svg").unwrap_or(&name);
    let name: String = name.chars().take(24).collect();
    let size = if name.chars().count() > 12 { 8 } else { 13 };
    let image = format!(include_str!("../assets/logo.svg"), name = Text(&name), size = size);
    asset(IMAGE, image)
}
