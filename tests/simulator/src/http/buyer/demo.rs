//! A page to try the web SDK on: makes a session for the simulator's own client and mounts the component.
//! It is part of the control API, so that no foreign page can use it; a merchant's page needs nothing of it.

use std::sync::Arc;

use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use serde::Deserialize;
use serde_json::{Value, json};

use super::super::answers::Problem;
use super::super::shell::Shell;
use super::document::{self, Framing, Text, asset, query_value, see_other};
use super::form::notice;
use super::submission::Fields;
use crate::core::{Answer, Operation};

const STAND_IN: &str = "/_simulator/ams-checkout.js";
const OFFICIAL: &str = "/_simulator/web-sdk.js";
const MODES: [(&str, &str); 2] = [("embedded", "Embedded"), ("popup", "Popup")];
const SDKS: [(&str, &str); 2] = [("stand-in", "Stand-in"), ("official", "The gateway's own")];
const LOCALES: [(&str, &str); 2] = [("en_US", "en_US"), ("zh_CN", "zh_CN")];
const AFTERS: [(&str, &str); 2] = [("stay", "Stay here"), ("redirect", "Go to paymentRedirectUrl")];

/// What the address of the page carries.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Wishes {
    session: String,
    mode: String,
    sdk: String,
    locale: String,
    after: String,
}

/// `GET /_simulator/demo`
pub(super) async fn show(State(shell): State<Arc<Shell>>, Query(wishes): Query<Wishes>) -> Response {
    let is_official = wishes.sdk == "official";
    let (sdk, script) = if is_official { ("official", OFFICIAL) } else { ("stand-in", STAND_IN) };
    let (notice, script) = match (is_official, shell.web_sdk.is_some()) {
        (true, false) => (
            notice(
                "bad",
                "The gateway's own SDK is not here: start the simulator with --web-sdk and the script of its package.",
                Some("node_modules/@alipay/ams-checkout/dist/umd/ams-checkout.min.js"),
            ),
            "",
        ),
        _ => (String::new(), script),
    };
    let html = format!(
        include_str!("../assets/demo.html"),
        sdk = sdk,
        script = script,
        notice = notice,
        session = Text(&wishes.session),
        modes = options(&MODES, &wishes.mode),
        sdks = options(&SDKS, sdk),
        locales = options(&LOCALES, &wishes.locale),
        afters = options(&AFTERS, &wishes.after),
    );
    // The gateway's own SDK brings inline styles and asks other hosts; a policy would only break it.
    let framing = if is_official { Framing::Unguarded } else { Framing::Nobody };
    document::html_response(StatusCode::OK, html, framing)
}

fn options(all: &[(&str, &str)], chosen: &str) -> String {
    let option = |(value, label): &(&str, &str)| {
        let selected = if *value == chosen { " selected" } else { "" };
        format!("<option value=\"{value}\"{selected}>{label}</option>")
    };
    all.iter().map(option).collect()
}

/// `POST /_simulator/demo`: a new session, and the page with it.
pub(super) async fn make(
    State(shell): State<Arc<Shell>>,
    headers: HeaderMap,
    fields: Result<Fields, Problem>,
) -> Result<Response, Problem> {
    let fields = fields?;
    let client = shell.keys.client_id.clone();
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or("127.0.0.1");
    let back = format!("http://{host}/_simulator/demo");
    let body = request(&fields, shell.clock.now().epoch_millis(), &back).to_string();
    let handled = shell
        .work(|gateway, now| gateway.call(now, &client, Operation::CreatePaymentSession, body.as_bytes()));
    let answer: Value = match handled.answer {
        Answer::Body(text, _) => serde_json::from_str(&text).unwrap_or(Value::Null),
        Answer::Status(_) | Answer::Close => Value::Null,
    };
    match answer.get("paymentSessionData").and_then(Value::as_str) {
        Some(session) => Ok(see_other(&format!("/_simulator/demo?session={}", query_value(session)))),
        None => Err(Problem::invalid(format!("no session was made: {answer}"))),
    }
}

fn request(fields: &Fields, millis: i64, back: &str) -> Value {
    let amount = json!({
        "currency": fields.text("currency").unwrap_or("SGD"),
        "value": fields.text("value").unwrap_or("4200"),
    });
    let wish = fields.text("method").unwrap_or("CARD");
    let (method, meta) = match wish {
        "CARD-3DS" => ("CARD", json!({"is3DSAuthentication": true})),
        "CARD-STORE" => ("CARD", json!({"tokenizeMode": "ASKFORCONSENT"})),
        other => (other, json!({})),
    };
    json!({
        "productCode": "CASHIER_PAYMENT",
        "paymentRequestId": format!("demo-{millis}"),
        "paymentAmount": amount,
        "paymentMethod": {"paymentMethodType": method, "paymentMethodMetaData": meta},
        "paymentFactor": {"isAuthorization": method == "CARD"},
        "order": {
            "referenceOrderId": format!("demo-order-{millis}"),
            "orderDescription": "A wooden chair",
            "orderAmount": amount,
        },
        "paymentRedirectUrl": back,
    })
}

/// `GET /_simulator/web-sdk.js`: the gateway's own SDK, if its script was given.
pub(super) async fn official(State(shell): State<Arc<Shell>>) -> Response {
    match &shell.web_sdk {
        Some(script) => asset("text/javascript; charset=utf-8", script.clone()),
        None => Problem::unknown("the simulator was started without --web-sdk").into_response(),
    }
}
