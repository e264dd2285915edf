//! The web console: what is served and under which policy, that nothing from outside can become part of the page, and
//! that it offers the control API, all of it and nothing else. What a browser makes of it is tested in `tests/browser`.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test says what it expects, and fails where that is not so"
)]

#[allow(dead_code, reason = "shared with the other suites, which use other parts of it")]
mod support;

use std::collections::{BTreeMap, BTreeSet};

use antom_simulator::Simulator;
use serde_json::json;
use support::{Merchant, request_for};

/// Routes of the control API that the console does not offer, and why.
const NOT_OFFERED: [(&str, &str, &str); 3] = [
    ("GET", "/_simulator/demo", "is a page of its own; the console links to it"),
    ("POST", "/_simulator/demo", "is the form of that page"),
    ("GET", "/_simulator/web-sdk.js", "is the script of that page"),
];

/// The console's page and files as they are served: name, type, text.
struct Console {
    page: String,
    files: BTreeMap<String, String>,
}

impl Console {
    async fn of(merchant: &Merchant) -> Self {
        let (status, kind, page) = merchant.get("/").await;
        assert_eq!((status, kind.as_str()), (200, "text/html; charset=utf-8"));
        let mut files = BTreeMap::new();
        let mut wanted: BTreeSet<String> = quoted(&page, "/console/").collect();
        while let Some(name) = wanted.pop_first() {
            let (status, _, text) = merchant.get(&format!("/console/{name}")).await;
            assert_eq!(status, 200, "{name} is served");
            wanted.extend(quoted(&text, "./").filter(|found| !files.contains_key(found) && *found != name));
            files.insert(name, text);
        }
        Self { page, files }
    }

    fn scripts(&self) -> impl Iterator<Item = (&str, &str)> {
        let is_script = |(name, _): &(&String, &String)| name.ends_with(".js");
        self.files.iter().filter(is_script).map(|(name, text)| (name.as_str(), text.as_str()))
    }

    /// The routes in the table of `api.js`: name, method, path.
    fn routes(&self) -> Vec<(String, String, String)> {
        let table = self.files["api.js"].split("export const ROUTES = {").nth(1).expect("the table");
        let table = table.split("};").next().expect("its end");
        let row = |line: &str| {
            let (name, rest) = line.trim().split_once(": [")?;
            let mut parts = rest.split('"');
            let (method, path) = (parts.nth(1)?, parts.nth(1)?);
            Some((name.to_owned(), method.to_owned(), path.to_owned()))
        };
        table.lines().filter_map(row).collect()
    }
}

/// The rest of every quoted text that begins like this.
fn quoted<'a>(text: &'a str, start: &'a str) -> impl Iterator<Item = String> + 'a {
    let inside = text.split('"').skip(1).step_by(2);
    inside.filter_map(move |one| one.strip_prefix(start)).map(str::to_owned)
}

async fn started() -> (Simulator, Merchant) {
    let simulator = Simulator::start().await.expect("a simulator");
    let merchant = Merchant::of(&simulator);
    (simulator, merchant)
}

#[tokio::test]
async fn the_page_allows_nothing_inline_and_nothing_from_elsewhere() {
    let (simulator, merchant) = started().await;
    for path in ["/", "/console/console.js", "/console/console.css", "/console/icon.svg"] {
        let url = format!("{}{path}", simulator.base_url());
        let response = merchant.client.get(url).send().await.expect("an answer");
        let header = |name: &str| response.headers()[name].to_str().expect("text").to_owned();
        let policy = header("content-security-policy");
        assert!(policy.starts_with("default-src 'none';") && !policy.contains("unsafe"), "{path}: {policy}");
        assert!(policy.contains("frame-ancestors 'none'"), "{path}: {policy}");
        assert_eq!(header("x-content-type-options"), "nosniff", "{path}");
    }
    let console = Console::of(&merchant).await;
    assert!(console.files.len() > 20, "{:?}", console.files.keys());
    for sign in
        ["<script>", "<style", " style=", "onload", "onclick", "onerror", "javascript:", "http:", "https:"]
    {
        assert!(!console.page.to_lowercase().contains(sign), "{sign} in the page");
    }
    assert_eq!(merchant.get("/console/nothing.js").await.0, 404);
    assert_eq!(merchant.get("/console/..%2Fmod.rs").await.0, 404);
}

#[tokio::test]
async fn text_from_outside_never_becomes_markup_or_code() {
    let (_simulator, merchant) = started().await;
    let console = Console::of(&merchant).await;
    for (name, text) in console.scripts() {
        for way in [
            "innerHTML",
            "outerHTML",
            "insertAdjacentHTML",
            "document.write",
            "eval(",
            "new Function",
            "DOMParser",
            "createContextualFragment",
            "srcdoc",
            "setAttribute(\"style\"",
            "javascript:",
        ] {
            assert!(!text.contains(way), "{name} uses {way}: make elements with h() of dom.js");
        }
    }
}

#[tokio::test]
async fn the_console_offers_every_route_of_the_control_api_and_no_other() {
    let (_simulator, merchant) = started().await;
    let document = merchant.control("GET", "openapi.json", None).await.1;
    let mut known = BTreeSet::new();
    for (path, operations) in document["paths"].as_object().expect("paths") {
        for method in operations.as_object().expect("operations").keys() {
            known.insert((method.to_uppercase(), path.clone()));
        }
    }
    let console = Console::of(&merchant).await;
    let used: BTreeSet<(String, String)> =
        console.routes().into_iter().map(|(_, method, path)| (method, path)).collect();
    let omitted: BTreeSet<(String, String)> =
        NOT_OFFERED.iter().map(|(method, path, _)| ((*method).to_owned(), (*path).to_owned())).collect();
    let missing: Vec<_> = known.iter().filter(|one| !used.contains(one) && !omitted.contains(one)).collect();
    assert!(
        missing.is_empty(),
        "the console does not offer {missing:?}: add them to ROUTES in console/assets/api.js and to a view, or to \
         NOT_OFFERED here with the reason"
    );
    let unknown: Vec<_> = used.union(&omitted).filter(|one| !known.contains(one)).collect();
    assert!(unknown.is_empty(), "openapi.json lacks {unknown:?}");
    assert!(used.is_disjoint(&omitted), "what is offered is not listed as left out");
}

#[tokio::test]
async fn every_route_in_the_table_is_used_by_a_view_and_no_view_knows_a_path() {
    let (_simulator, merchant) = started().await;
    let console = Console::of(&merchant).await;
    let views: Vec<(&str, &str)> = console.scripts().filter(|(name, _)| *name != "api.js").collect();
    for (name, method, path) in console.routes() {
        let quoted = format!("\"{name}\"");
        assert!(views.iter().any(|(_, text)| text.contains(&quoted)), "no view uses {name}: {method} {path}");
    }
    for (name, text) in views {
        let own = text.lines().filter(|line| line.contains("/_simulator"));
        let own: Vec<&str> = own.filter(|line| !line.contains("/_simulator/demo")).collect();
        assert!(own.is_empty(), "{name} knows paths: {own:?}");
        assert!(!text.contains("fetch("), "{name} makes calls past api.js, which nobody sees as a curl line");
    }
}

#[tokio::test]
async fn what_the_views_read_is_in_the_answers() {
    let (_simulator, merchant) = started().await;
    let (_, events) = merchant.control("GET", "events", None).await;
    for member in ["payments", "notifications", "violations", "faults", "scenarios", "nextDueAt"] {
        assert!(events["overview"].get(member).is_some(), "{member}");
    }
    for member in ["now", "epochMillis", "mode", "speed"] {
        assert!(events["clock"].get(member).is_some(), "{member}");
    }
    // The forms are made of these schemas.
    let document = merchant.control("GET", "openapi.json", None).await.1;
    for (method, path) in [
        ("post", "/_simulator/payments/{paymentRequestId}/complete"),
        ("post", "/_simulator/payments/{paymentRequestId}/arrange"),
        ("put", "/_simulator/faults"),
        ("put", "/_simulator/timings"),
        ("put", "/_simulator/contract"),
        ("post", "/_simulator/settlement"),
    ] {
        let schema = &document["paths"][path][method]["requestBody"]["content"]["application/json"]["schema"];
        let schema = match schema["$ref"].as_str() {
            Some(link) => document.pointer(link.trim_start_matches('#')).expect("the component"),
            None => schema,
        };
        assert!(schema["properties"].as_object().is_some_and(|found| !found.is_empty()), "{method} {path}");
    }
    // The line of a payment is drawn of these.
    merchant.call("createPaymentSession", &request_for("a1", "http://127.0.0.1:1/n")).await;
    let paid = json!({"outcome": "success"});
    let (_, payment) = merchant.control("POST", "payments/a1/complete", Some(paid)).await;
    for member in
        ["createdAt", "closesAt", "paidAt", "authExpiresAt", "cancelledAt", "tries", "refunds", "ledger"]
    {
        assert!(payment.get(member).is_some(), "{member}");
    }
    for member in ["captureRequestId", "captureId", "amount", "status", "done", "doneAt"] {
        assert!(payment["captures"][0].get(member).is_some(), "{member}");
    }
}
