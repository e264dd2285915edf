//! Scripts and style sheets, each under the digest of what it holds, so that browsers may keep it for good.
//! What the scripts do is theirs; the gateway's SDK is served here only where the operator has a copy.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::Pages;
use crate::inbound::digest::sha256_hex;
use crate::service::config::{CheckoutConfig, SdkScript};

pub(super) const STYLE: &str = include_str!("assets/pages.css");
/// The parts share one scope: a function around all of them. They are ES5, and a browser that cannot run them says so.
//= C-5, C-11
pub(super) const CHECKOUT: &str = concat!(
    "(function () {\n'use strict';\n",
    include_str!("assets/common.js"),
    include_str!("assets/query.js"),
    include_str!("assets/component.js"),
    include_str!("assets/checkout.js"),
    "}());\n",
);
pub(super) const RESULT: &str = concat!(
    "(function () {\n'use strict';\n",
    include_str!("assets/common.js"),
    include_str!("assets/result.js"),
    "}());\n",
);

const SCRIPT_TYPE: &str = "text/javascript; charset=utf-8";
const STYLE_TYPE: &str = "text/css; charset=utf-8";

/// Everything that is served beside the pages.
#[derive(Debug)]
pub(super) struct Assets(BTreeMap<&'static str, Asset>);

#[derive(Debug)]
struct Asset {
    kind: &'static str,
    digest: String,
    content: Bytes,
}

impl Assets {
    pub(super) fn new(settings: &CheckoutConfig) -> Assets {
        let mut all = BTreeMap::new();
        let mut add = |name, kind, content: Bytes| {
            let digest = sha256_hex(&content).chars().take(16).collect();
            all.insert(name, Asset { kind, digest, content });
        };
        add("pages.css", STYLE_TYPE, Bytes::from_static(STYLE.as_bytes()));
        add("checkout.js", SCRIPT_TYPE, Bytes::from_static(CHECKOUT.as_bytes()));
        add("result.js", SCRIPT_TYPE, Bytes::from_static(RESULT.as_bytes()));
        if let Some(SdkScript::Copy(text)) = &settings.sdk {
            add("sdk.js", SCRIPT_TYPE, copied(text));
        }
        if let Some(text) = &settings.css {
            add("shop.css", STYLE_TYPE, copied(text));
        }
        Assets(all)
    }

    /// The address of a file, from a page one level below the root.
    pub(super) fn link(&self, name: &str) -> Option<String> {
        self.0.get(name).map(|asset| format!("../checkout/assets/{}/{name}", asset.digest))
    }
}

fn copied(text: &Arc<str>) -> Bytes {
    Bytes::copy_from_slice(text.as_bytes())
}

pub(super) async fn serve(
    State(pages): State<Pages>,
    Path((digest, name)): Path<(String, String)>,
) -> Response {
    let found = pages.assets.0.get(name.as_str()).filter(|asset| asset.digest == digest);
    let Some(asset) = found else { return StatusCode::NOT_FOUND.into_response() };
    let headers = [
        (header::CONTENT_TYPE, asset.kind),
        (header::CACHE_CONTROL, "public, max-age=31536000, immutable"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    (headers, asset.content.clone()).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Syntax and functions of browsers that came after the oldest ones; `tests/browser` parses the scripts as ES5 too.
    const TOO_NEW: [&str; 14] = [
        "=>",
        "`",
        "let ",
        "const ",
        "class ",
        "async ",
        "await ",
        "...",
        "?.",
        "??",
        "fetch(",
        ".includes(",
        ".forEach(",
        "Object.assign",
    ];

    //= C-11 test
    #[test]
    fn the_scripts_are_written_for_the_oldest_browsers() {
        for (name, script) in [("checkout", CHECKOUT), ("result", RESULT)] {
            let code: String =
                script.split("/*").map(|part| part.rsplit("*/").next().unwrap_or_default()).collect();
            for new in TOO_NEW {
                assert!(!code.contains(new), "{name} has {new}");
            }
            assert!(code.contains("canRun()"), "{name} looks first whether it can run");
        }
        assert!(CHECKOUT.contains("told.texts.tooOld"), "and says so where it cannot");
    }
}
