//! The one table of everything that the service answers to, and what opens each door.
//! It is held against the OpenAPI document and the source, so that no route is forgotten.

use std::collections::BTreeSet;
use std::path::Path;

use antom_tests::{Failure, Proof, ensure};
use serde_json::{Value, json};

/// What opens a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Door {
    /// A key of the merchant with this scope.
    Key(&'static str),
    /// The token of an attempt, in the path.
    Token,
    /// Nobody is asked: files that every browser may have.
    Anyone,
    /// The gateway's signature.
    Signature,
    /// A listener of its own, which strangers do not reach.
    Admin,
}

/// One route.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Route {
    pub(crate) method: &'static str,
    pub(crate) path: &'static str,
    pub(crate) door: Door,
}

const fn get(path: &'static str, door: Door) -> Route {
    Route { method: "GET", path, door }
}

const fn post(path: &'static str, door: Door) -> Route {
    Route { method: "POST", path, door }
}

/// Every route. A new one gets its line here, and with it every trial of this suite.
pub(crate) const ROUTES: [Route; 50] = [
    post("/v1/orders", Door::Key("pay")),
    get("/v1/orders", Door::Key("read")),
    get("/v1/orders/{id}", Door::Key("read")),
    get("/v1/orders/{id}/shippable", Door::Key("read")),
    post("/v1/orders/{id}/payments", Door::Key("pay")),
    get("/v1/payments/{id}", Door::Key("read")),
    post("/v1/payments/{id}/inquire", Door::Key("read")),
    post("/v1/payments/{id}/capture", Door::Key("pay")),
    post("/v1/payments/{id}/cancel", Door::Key("pay")),
    post("/v1/payments/{id}/refunds", Door::Key("refund")),
    get("/v1/payments/{id}/refunds", Door::Key("read")),
    get("/v1/payments/{id}/stored-card", Door::Key("pay")),
    post("/v1/consult", Door::Key("read")),
    get("/v1/events", Door::Key("read")),
    post("/v1/events/{id}/resend", Door::Key("pay")),
    get("/v1/notifications", Door::Key("admin")),
    post("/v1/notifications/{id}/replay", Door::Key("admin")),
    post("/v1/erasures", Door::Key("admin")),
    post("/v1/reconciliations", Door::Key("admin")),
    get("/v1/reconciliations", Door::Key("read")),
    get("/v1/reconciliations/{id}", Door::Key("read")),
    get("/checkout/{token}", Door::Token),
    post("/checkout/{token}/session", Door::Token),
    get("/checkout/{token}/go", Door::Token),
    get("/checkout/{token}/methods", Door::Token),
    get("/checkout/assets/{digest}/{name}", Door::Anyone),
    get("/.well-known/assetlinks.json", Door::Anyone),
    get("/result/{token}", Door::Token),
    get("/status/{token}", Door::Token),
    post("/status/{token}/events", Door::Token),
    post("/notifications/antom", Door::Signature),
    get("/healthz", Door::Admin),
    get("/readyz", Door::Admin),
    get("/metrics", Door::Admin),
    get("/openapi.json", Door::Admin),
    get("/docs", Door::Admin),
    get("/docs/page.css", Door::Admin),
    get("/dashboard", Door::Admin),
    get("/dashboard/orders", Door::Admin),
    get("/dashboard/orders/{id}", Door::Admin),
    post("/dashboard/orders/{id}/act", Door::Admin),
    get("/dashboard/alerts", Door::Admin),
    get("/dashboard/reconciliations", Door::Admin),
    get("/dashboard/reconciliations/{id}", Door::Admin),
    post("/dashboard/sign-out", Door::Admin),
    get("/dashboard/sign-in", Door::Admin),
    post("/dashboard/sign-in", Door::Admin),
    get("/dashboard/page.css", Door::Admin),
    get("/dashboard/page.js", Door::Admin),
    get("/dashboard/icon.svg", Door::Admin),
];

/// Keys with one scope each, and the SHA-256 of each.
pub(crate) const KEYS: [(&str, &str, &str); 4] = [
    ("threat-read", "read", "3fc5a3e39e7edc7d1b8fcee6a14fcfa0d3f3f8e749b215bae11fa856b78060df"),
    ("threat-pay", "pay", "cff58c8fb096efb82ce02ed651c33ca6e1e6c3702831f1a706b9e709bc66bd09"),
    ("threat-refund", "refund", "5355f9404def8669871669d8cfb4cfa20bc1ccea58e74e49526b9e5420ac8ec8"),
    ("threat-admin", "admin", "54edbaeb12597754c479cd4f845831d602a7b267823584ad57adda2f7014b623"),
];

impl Route {
    /// The path with what names the order, the payment or the attempt.
    pub(crate) fn path_of(&self, order: &str, payment: &str, token: &str) -> String {
        let id = if self.path.starts_with("/v1/orders") { order } else { payment };
        let path = self.path.replace("{id}", id).replace("{token}", token);
        path.replace("{digest}", "0").replace("{name}", "pages.css")
    }

    /// A body that is right for it.
    pub(crate) fn body(&self) -> Value {
        match self.path {
            "/v1/orders" => antom_tests::merchant::order_body("a-new-order", "1000"),
            "/v1/orders/{id}/payments" => antom_tests::merchant::session_body("AUTOMATIC"),
            "/v1/payments/{id}/refunds" => json!({"amount": {"currency": "USD", "value": "1"}}),
            "/v1/consult" => json!({"amount": {"currency": "USD", "value": "1"}, "terminalType": "WEB"}),
            "/v1/erasures" => json!({"referenceBuyerId": "nobody"}),
            "/status/{token}/events" => json!({"code": "SDK_START_OF_LOADING"}),
            _ => json!({}),
        }
    }
}

#[test]
fn every_route_of_the_service_is_in_the_table_and_nothing_else() -> Proof {
    let tabled: BTreeSet<String> =
        ROUTES.iter().map(|route| format!("{} {}", route.method, route.path)).collect();
    let mut served = BTreeSet::new();
    let inbound = Path::new(env!("CARGO_MANIFEST_DIR")).join("../antom-adapters/src/inbound");
    registered(&inbound, &mut served).map_err(Failure::from)?;
    let missing: Vec<&String> = served.difference(&tabled).collect();
    ensure(missing.is_empty(), "each registered route has a line in the table", &json!(missing))?;
    let stale: Vec<&String> = tabled.difference(&served).collect();
    Ok(ensure(stale.is_empty(), "each line of the table is a registered route", &json!(stale))?)
}

#[test]
fn the_table_and_the_document_ask_for_the_same_scopes() -> Proof {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/openapi.json");
    let text = std::fs::read_to_string(file).map_err(Failure::from)?;
    let document: Value = serde_json::from_str(&text).map_err(|error| Failure::step("it is JSON", error))?;
    for (path, item) in document["paths"].as_object().into_iter().flatten() {
        for (method, operation) in
            item.as_object().into_iter().flatten().filter(|(name, _)| *name != "parameters")
        {
            let told = operation["security"][0]["apiKey"][0].as_str();
            let found = ROUTES.iter().find(|one| one.path == path && one.method.eq_ignore_ascii_case(method));
            let is_same = found.is_some_and(|route| match route.door {
                Door::Key(scope) => told == Some(scope),
                Door::Token | Door::Anyone | Door::Signature | Door::Admin => told.is_none(),
            });
            ensure(is_same, "table and document agree", &json!([method, path, told]))?;
        }
    }
    Ok(())
}

/// What the sources register: `posting("…"`, `getting("…"` and `.route(…, …)`.
fn registered(folder: &Path, found: &mut BTreeSet<String>) -> std::io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            registered(&path, found)?;
        } else if path.extension().is_some_and(|kind| kind == "rs") {
            let text = std::fs::read_to_string(&path)?;
            let text = text.split("#[cfg(test)]").next().unwrap_or_default();
            for (marker, method) in [("posting(\"", "POST"), ("getting(\"", "GET")] {
                let calls = text.split(marker).skip(1).filter_map(|rest| rest.split('"').next());
                found.extend(calls.map(|path| format!("{method} {path}")));
            }
            for call in text.split(".route(").skip(1) {
                routed(text, call, found);
            }
        }
    }
    Ok(())
}

/// A path as text or as a constant of the same file, and every method of its handler.
fn routed(file: &str, call: &str, found: &mut BTreeSet<String>) {
    let end =
        [".with_state", ".merge(", ".nest(", ".fallback", ";"].iter().filter_map(|end| call.find(end)).min();
    let Some((path, handler)) = call.get(..end.unwrap_or(call.len())).and_then(|call| call.split_once(','))
    else {
        return;
    };
    let path = match path.trim().strip_prefix('"') {
        Some(text) => text.trim_end_matches('"').to_owned(),
        None => {
            let constant = format!("const {}: &str = \"", path.trim());
            // The guarded routes of the merchant API are registered from its own table.
            let Some((_, rest)) = file.split_once(&constant) else { return };
            rest.split('"').next().unwrap_or_default().to_owned()
        }
    };
    for method in ["get", "post", "put", "patch", "delete", "any"] {
        let is_called =
            |before: &str| !before.ends_with(|letter: char| letter.is_alphanumeric() || letter == '_');
        if handler.split_once(&format!("{method}(")).is_some_and(|(before, _)| is_called(before)) {
            found.insert(format!("{} {path}", method.to_uppercase()));
        }
    }
}
