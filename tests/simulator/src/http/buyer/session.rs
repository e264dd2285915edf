//! The web SDK's one call, `POST /mgw.htm`: what a session is about, in the likeness of the gateway's answer.
//! The signs of a browser's cross-origin request are answered here too; sessions are made in `core`.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use serde_json::{Value, json};

use super::super::answers::json_response;
use super::super::shell::Shell;
use super::money;
use super::submission::later_year;
use crate::core::{Checkout, CheckoutStanding, CheckoutView, TestCard, Time, test_cards};

const QUERY: &str = "com.ipay.iexpcashier.sdkAction.query";
/// What the SDK sends; a preflight that names nothing gets this list.
const HEADERS: &str = "appid, client-time, content-type, operation-type, sdk-version, sofa-group-name, tntinstid, \
                       version, workspaceid, x-cors-antom_payment_web-default, load-test, sofapenattrs";
/// The brands of cards and what their logos are called.
const BRANDS: [&str; 6] = ["VISA", "MASTERCARD", "AMEX", "JCB", "DINERS", "DISCOVER"];
const LANGUAGES: [&str; 2] = ["en_US", "zh_CN"];

/// The key of a session: the first three parts of its string; the fourth is for the SDK.
pub(super) fn session_key(data: &str) -> String {
    data.split("&&").take(3).collect::<Vec<_>>().join("&&")
}

/// A browser asks whether it may call.
pub(super) async fn preflight(headers: HeaderMap) -> Response {
    let mut response = StatusCode::NO_CONTENT.into_response();
    let asked = headers.get(header::ACCESS_CONTROL_REQUEST_HEADERS).cloned();
    let allowed = asked.unwrap_or(HeaderValue::from_static(HEADERS));
    let own = response.headers_mut();
    own.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, allowed);
    own.insert(header::ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static("POST, OPTIONS"));
    own.insert(header::ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("600"));
    open_to_caller(&headers, response)
}

/// Answers the query; a refusal is a 200 as well, with `success` false.
pub(super) async fn query(State(shell): State<Arc<Shell>>, headers: HeaderMap, body: Bytes) -> Response {
    let operation = headers.get("operation-type").and_then(|value| value.to_str().ok());
    let answer = match asked_for(operation, &body) {
        Ok(key) => answer_to(&shell, &key, is_production(&headers)),
        Err(refusal) => refusal,
    };
    let mut response = json_response(StatusCode::OK, &answer);
    let exposed = HeaderValue::from_static("Result-Status, Mgw-TraceId, Tips, Memo");
    response.headers_mut().insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, exposed);
    response.headers_mut().insert(HeaderName::from_static("result-status"), HeaderValue::from_static("1000"));
    open_to_caller(&headers, response)
}

/// Cross-origin calls come with credentials, so the caller's origin must be named.
fn open_to_caller(headers: &HeaderMap, mut response: Response) -> Response {
    if let Some(origin) = headers.get(header::ORIGIN) {
        let own = response.headers_mut();
        own.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
        own.insert(header::ACCESS_CONTROL_ALLOW_CREDENTIALS, HeaderValue::from_static("true"));
        own.insert(header::VARY, HeaderValue::from_static("Origin"));
    }
    response
}

/// The session's key in a list of one query.
fn asked_for(operation: Option<&str>, body: &[u8]) -> Result<String, Value> {
    if operation != Some(QUERY) {
        return Err(refusal("INVALID_API", &format!("operation-type is not {QUERY}")));
    }
    let body: Value = serde_json::from_slice(body).unwrap_or(Value::Null);
    let data = body.pointer("/0/paymentSessionData").and_then(Value::as_str);
    data.map(session_key).ok_or_else(|| {
        refusal("PARAM_ILLEGAL", "the body is not a list of one object with paymentSessionData")
    })
}

/// The SDK marks its calls of the sandbox; those of the environment `dev` have a mark of their own.
fn is_production(headers: &HeaderMap) -> bool {
    !headers.contains_key("load-test") && !headers.contains_key("sofa-group-name")
}

fn answer_to(shell: &Arc<Shell>, key: &str, by_production: bool) -> Value {
    let (view, now) = shell.work(|gateway, now| {
        gateway.run_to(now);
        (gateway.checkout_view(Checkout::Session(key)), now)
    });
    // Production knows no session of the sandbox.
    let known = view.filter(|view| !by_production || !view.client_id.starts_with("SANDBOX_"));
    let Some(view) = known else {
        return refusal("INQUIRY_PAYMENT_SESSION_FAILED", "There is no such payment session.");
    };
    match view.standing {
        CheckoutStanding::Open | CheckoutStanding::Challenged { .. } => description(&view, now),
        CheckoutStanding::Expired => refusal("ORDER_IS_CLOSED", "The payment session has expired."),
        CheckoutStanding::Pending
        | CheckoutStanding::Succeeded
        | CheckoutStanding::Failed { .. }
        | CheckoutStanding::Cancelled => {
            refusal("REPEAT_REQ_REJECT", "The payment of this session is over or under way.")
        }
    }
}

/// `showType` NONE: the SDK shows no form for a session that cannot be paid.
fn refusal(code: &str, message: &str) -> Value {
    json!({"success": false, "errorCode": code, "errorMessage": message, "errorActions": {"showType": "NONE"}})
}

fn description(view: &CheckoutView, now: Time) -> Value {
    let formatted = money::formatted(view.value, &view.currency);
    let value = view.value.to_string();
    // Nothing is paid where a card is only stored.
    let shown = |amount: Value| if view.stores_only { Value::Null } else { amount };
    let amount = shown(json!({
        "currency": view.currency, "value": value, "amount": formatted.replace(',', ""),
        "currencyLabel": view.currency, "formattedAmount": formatted,
        "formattedAmountWithCurrency": format!("{} {formatted}", view.currency),
    }));
    let amount_view = shown(json!({
        "currency": view.currency, "value": value, "formattedValue": formatted,
        "currencyLabel": view.currency, "currencyDivider": " ", "currencySymbolPosition": "L",
    }));
    json!({
        "success": true,
        "orderAmount": amount, "paymentAmount": amount,
        "orderAmountView": amount_view, "paymentAmountView": amount_view,
        "paymentMethods": [payment_method(view)],
        "savedPaymentMethods": view.stored_cards.iter().map(|card| json!({
            "paymentMethodId": card.payment_method_id,
            "paymentMethodType": "CARD",
            "paymentMethodDetail": {
                "brand": card.card_brand, "last4": card.last_four,
                "expiryMonth": card.expiry_month, "expiryYear": card.expiry_year,
            },
        })).collect::<Vec<_>>(),
        "supportedLanguages": LANGUAGES,
        "redirectUrl": view.redirect_url,
        "links": {},
        "extendInfo": "{}",
        // What only the simulator's own form reads.
        "simulator": {
            "now": now.epoch_millis(),
            "orderDescription": view.order_description,
            "asksToStore": view.asks_to_store,
            "collectsInstalments": view.collects_instalments,
            "testExpiry": format!("12/{}", later_year(now)),
            "testCards": test_cards().map(test_card).collect::<Vec<_>>(),
        },
    })
}

fn payment_method(view: &CheckoutView) -> Value {
    let method = view.payment_method_type.as_str();
    if method != "CARD" {
        return json!({
            "paymentMethodType": method, "paymentMethodName": method, "category": "APM",
            "logoList": [logo(method)], "paymentElements": [],
        });
    }
    let mut elements = vec!["cardNo", "expiryYear", "expiryMonth", "cardCVV", "cardHolderName"];
    if view.asks_to_store {
        elements.push("bindPaymentMethod");
    }
    let elements: Vec<Value> = elements
        .into_iter()
        .map(|key| json!({"paymentElementKey": key, "subPaymentElementView": []}))
        .collect();
    json!({
        "paymentMethodType": "CARD", "paymentMethodName": "Card", "category": "CARD",
        "logoList": BRANDS.map(logo), "paymentElements": elements,
    })
}

/// The path is the iframe page's own, whatever host it is loaded from.
fn logo(name: &str) -> Value {
    json!({"cardBrand": name, "logoUrl": format!("/_simulator/logos/{name}")})
}

fn test_card(card: TestCard) -> Value {
    json!({"number": card.number, "brand": card.brand, "country": card.country, "approves": card.approves})
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fourth_part_is_not_in_the_key() {
        assert_eq!(session_key("a+/=&&SG&&111&&eyJhIjoxfQ=="), "a+/=&&SG&&111");
        assert_eq!(session_key("a&&SG&&111"), "a&&SG&&111");
        assert_eq!(session_key(""), "");
    }
}
