//! The buttons: each is one request to the merchant API, made with the key of whoever signed in, and leaves one line of audit.
//! Whether it is allowed and what comes of it is the merchant API's to say.

use std::sync::Arc;

use antom_core::id::{PaymentRequestId, ReferenceOrderId};
use antom_core::money::Money;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use maud::{Markup, html};
use serde::Deserialize;
use serde_json::{Value, json};

use super::answer::Refused;
use super::page::{order_path, path_with};
use super::session::Visitor;
use super::visit::Visit;
use super::{Dashboard, form, order, words};
use crate::inbound::api::Told;
use crate::inbound::language::Language;

/// A form of an order's page. `once` is what tells a second press from a second wish.
#[derive(Debug, Deserialize)]
pub(super) struct Pressed {
    csrf: String,
    act: String,
    payment: Option<String>,
    once: Option<String>,
    amount: Option<String>,
    reason: Option<String>,
    last: Option<String>,
    event: Option<String>,
}

/// What the merchant API is asked.
#[derive(Debug, PartialEq)]
struct Asked {
    path: String,
    once: Option<String>,
    body: Value,
}

/// Why it is not even asked.
#[derive(Debug, PartialEq)]
enum NotAsked {
    Unreadable,
    Amount(String),
}

pub(super) async fn act(
    State(dashboard): State<Arc<Dashboard>>,
    visit: Visit,
    Path(id): Path<String>,
    body: Body,
) -> Response {
    let pressed: Pressed = match form::read(&visit.headers, body).await {
        Ok(pressed) => pressed,
        Err(refused) => return visit.refuse(refused),
    };
    if let Err(refused) = form::check(&pressed.csrf, visit.visitor.csrf.expose()) {
        return visit.refuse(refused);
    }
    let Ok(order_id) = ReferenceOrderId::parse(id.as_str()) else {
        return visit.refuse(Refused::NotFound);
    };
    let told = match dashboard.asked(&order_id, &pressed).await {
        Ok(asked) => Arc::clone(&dashboard).ask(&visit.visitor, &order_id, &pressed, asked).await,
        Err(NotAsked::Unreadable) => return visit.refuse(Refused::Unreadable),
        Err(NotAsked::Amount(why)) => {
            let body =
                json!({ "code": "invalid_request", "errors": [{ "field": "amount", "message": why }] });
            Told { status: StatusCode::BAD_REQUEST, body }
        }
    };
    if told.status.is_success() {
        let is_final = told.status == StatusCode::OK || pressed.act == "resend";
        let word = if is_final { "done" } else { "doubt" };
        return Redirect::to(&format!("{}?{word}=yes", order_path(&id))).into_response();
    }
    let message = refusal(visit.lang, &told.body);
    order::render(&dashboard, &visit, &id, told.status, Some(message)).await
}

impl Dashboard {
    /// The request that a button means: about a payment, or an event, of this order and no other.
    async fn asked(&self, order_id: &ReferenceOrderId, pressed: &Pressed) -> Result<Asked, NotAsked> {
        if pressed.act == "resend" {
            let id = pressed.event.as_deref().ok_or(NotAsked::Unreadable)?;
            let known = antom_domain::merchant_event::MerchantEventId::parse(id);
            let is_own = known.is_ok_and(|known| known.parts().0 == order_id);
            let path = path_with("/v1/events/", id, "/resend");
            return is_own.then_some(Asked { path, once: None, body: json!({}) }).ok_or(NotAsked::Unreadable);
        }
        let payment = pressed.payment.as_deref().and_then(|id| PaymentRequestId::parse(id).ok());
        let payment = payment.ok_or(NotAsked::Unreadable)?;
        let order = self.api.books.load(order_id).await.map_err(|_| NotAsked::Unreadable)?.order;
        let attempt = order.attempt(&payment).ok_or(NotAsked::Unreadable)?;
        pressed.about(&payment, attempt.amount)
    }

    /// Asks, and writes the line of audit. It goes on when the browser goes away.
    async fn ask(
        self: Arc<Self>,
        visitor: &Visitor,
        order_id: &ReferenceOrderId,
        pressed: &Pressed,
        asked: Asked,
    ) -> Told {
        let (key, order_id, act) = (visitor.key.clone(), order_id.clone(), pressed.act.clone());
        let subject = pressed.payment.clone().or_else(|| pressed.event.clone()).unwrap_or_default();
        let asking = tokio::spawn(async move {
            let name = key.name.clone();
            let Asked { path, once, body } = asked;
            let told = self.merchant_api.post(key, &path, once.as_deref(), &body).await;
            let amount = body.pointer("/amount/value").and_then(Value::as_str);
            let code = told.body.get("code").and_then(Value::as_str);
            tracing::info!(
                target: "audit",
                key = name,
                act,
                referenceOrderId = %order_id,
                subject,
                amount,
                status = told.status.as_u16(),
                code,
                "asked by hand"
            );
            told
        });
        asking.await.unwrap_or(Told { status: StatusCode::INTERNAL_SERVER_ERROR, body: Value::Null })
    }
}

impl Pressed {
    /// `whole` is the amount of the payment, whose currency every amount has.
    fn about(&self, payment: &PaymentRequestId, whole: Money) -> Result<Asked, NotAsked> {
        let path = |after: &str| path_with("/v1/payments/", payment.as_str(), after);
        let once = || self.once.clone().filter(|once| !once.is_empty()).ok_or(NotAsked::Unreadable);
        Ok(match self.act.as_str() {
            "inquire" => Asked { path: path("/inquire"), once: None, body: json!({}) },
            "cancel" => Asked { path: path("/cancel"), once: None, body: json!({}) },
            "capture" => {
                let body = json!({ "amount": self.amount(whole)?, "isLast": self.last.is_some() });
                Asked { path: path("/capture"), once: Some(once()?), body }
            }
            "refund" => {
                let reason = self.reason.as_deref().map(str::trim).filter(|reason| !reason.is_empty());
                let body = match reason {
                    Some(reason) => json!({ "amount": self.amount(whole)?, "reason": reason }),
                    None => json!({ "amount": self.amount(whole)? }),
                };
                Asked { path: path("/refunds"), once: Some(once()?), body }
            }
            _ => return Err(NotAsked::Unreadable),
        })
    }

    fn amount(&self, whole: Money) -> Result<Value, NotAsked> {
        let currency = whole.currency();
        let text = self.amount.as_deref().unwrap_or_default().trim();
        let amount =
            Money::parse_decimal(currency, text).map_err(|error| NotAsked::Amount(error.to_string()))?;
        Ok(json!({ "currency": currency.code(), "value": amount.minor_units().to_string() }))
    }
}

/// What became of the button that led to this address.
pub(super) fn done(lang: Language, query: &str) -> Option<Markup> {
    let is = |word: &str| query.split('&').any(|pair| pair == word);
    if is("done=yes") {
        let text = lang.say("Done.", "已完成。");
        return Some(html! { p.message.good role="status" { (text) } });
    }
    is("doubt=yes").then(|| {
        let text = lang.say(
            "Asked for; the outcome is not known yet. It is followed up by itself: do not ask again, watch this page.",
            "已提交，结果尚未确定。系统会自动跟进：请勿重复操作，留意本页即可。",
        );
        html! { p.message.busy role="status" { (text) } }
    })
}

/// What the merchant API says, with the fields that it names. In Chinese its own words, which are English, stand beside.
fn refusal(lang: Language, problem: &Value) -> Markup {
    let text =
        |value: &Value, name: &str| value.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let errors = problem.get("errors").and_then(Value::as_array).cloned().unwrap_or_default();
    html! {
        div.message.bad role="alert" {
            p {
                strong { (lang.say("Not done. ", "未执行。")) }
                @if lang == Language::Chinese { (words::refused(&text(problem, "code"))) " " }
                span lang="en" { (text(problem, "detail")) }
            }
            @if !errors.is_empty() {
                ul {
                    @for error in &errors {
                        li { code { (text(error, "field")) } " " span lang="en" { (text(error, "message")) } }
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use antom_core::money::Currency;

    use super::*;

    fn pressed(act: &str, amount: Option<&str>) -> Pressed {
        Pressed {
            csrf: String::new(),
            act: act.to_owned(),
            payment: None,
            once: Some("o-1".to_owned()),
            amount: amount.map(str::to_owned),
            reason: Some("  ".to_owned()),
            last: None,
            event: None,
        }
    }

    fn about(pressed: &Pressed) -> Result<Asked, NotAsked> {
        let whole = Money::parse_minor(Currency::parse("USD").unwrap(), "4200").unwrap();
        pressed.about(&"P/1".parse().unwrap(), whole)
    }

    #[test]
    fn a_button_is_the_request_of_the_merchant_api() {
        let refund = about(&pressed("refund", Some(" 12.05 "))).unwrap();
        assert_eq!(refund.path, "/v1/payments/P%2F1/refunds");
        assert_eq!(refund.once.as_deref(), Some("o-1"));
        assert_eq!(refund.body, json!({ "amount": { "currency": "USD", "value": "1205" } }));
        let capture = about(&pressed("capture", Some("42.00"))).unwrap();
        assert_eq!(
            capture.body,
            json!({ "amount": { "currency": "USD", "value": "4200" }, "isLast": false })
        );
    }

    #[test]
    fn money_moves_only_by_an_amount_and_once() {
        assert!(matches!(about(&pressed("refund", Some("12,05"))), Err(NotAsked::Amount(_))));
        assert!(matches!(about(&pressed("capture", None)), Err(NotAsked::Amount(_))));
        let twice = Pressed { once: None, ..pressed("refund", Some("1.00")) };
        assert_eq!(about(&twice), Err(NotAsked::Unreadable));
        assert_eq!(about(&pressed("delete", None)), Err(NotAsked::Unreadable));
    }
}
