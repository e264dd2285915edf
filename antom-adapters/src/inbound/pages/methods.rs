//! Which other methods the buyer may take: the gateway's list with pictures and names, or the configured one.
//! Taking another one is a new attempt, which the shop opens: the list holds links to it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use antom_core::id::ReferenceOrderId;
use antom_core::outcome::{OsType, TerminalType};
use antom_core::time::Timestamp;
use antom_core::wire::{ConsultRequest, Env};
use axum::Json;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::Pages;
use super::stand::{Stand, stand};
use crate::inbound::api::consult;
use crate::service::config::{CheckoutConfig, encoded};

/// For so long an answer is good for every buyer with the same amount and the same kind of device.
const FRESH: Duration = Duration::from_mins(5);
const MOST: usize = 256;

/// Amount and device.
type Question = (String, String);
/// When it was said, and what.
type Answer = (Timestamp, Arc<[Value]>);

/// What the gateway said last, so that loading pages again asks nothing.
#[derive(Debug, Clone, Default)]
pub(super) struct Offers(Arc<Mutex<HashMap<Question, Answer>>>);

impl Offers {
    fn known(&self, question: &Question, now: Timestamp) -> Option<Arc<[Value]>> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.get(question).filter(|(at, _)| now.since(*at) < FRESH).map(|(_, options)| options.clone())
    }

    fn keep(&self, question: Question, now: Timestamp, options: Arc<[Value]>) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= MOST {
            known.clear();
        }
        known.insert(question, (now, options));
    }
}

//= H-1
pub(super) async fn list(
    State(pages): State<Pages>,
    Path(token): Path<String>,
    headers: HeaderMap,
) -> Response {
    let (order, attempt) = match pages.attempt(&token).await {
        Ok(found) => found,
        Err(status) => return status.into_response(),
    };
    // While a result is awaited nobody is shown another way to pay.
    let may_change = stand(&order, &attempt) == Stand::Payable;
    let (terminal, os) = device(&headers);
    let question = (order.amount.to_string(), format!("{} {os:?}", terminal.as_str()));
    let now = pages.api.books.ports().clock.now();
    let options = match pages.offers.known(&question, now) {
        Some(options) => options,
        None => {
            let env = Env { terminal_type: Some(terminal), os_type: os, ..Env::default() };
            let request = ConsultRequest::new(order.amount, env);
            let Some((source, options)) = consult::listed(&pages.api, &request).await else {
                return told(Vec::new());
            };
            let options: Arc<[Value]> = options.into();
            if source == "gateway" {
                pages.offers.keep(question, now, options.clone());
            }
            options
        }
    };
    let again = pages.settings.pay_again_url.as_deref().filter(|_| may_change);
    let brands_matter = order.amount.currency().code() == "KRW";
    let methods = options.iter().filter(|option| option["enabled"] == true);
    let link = Link { again, order: &order.reference_order_id };
    told(methods.map(|option| entry(option, &attempt.payment_method_type, &link, brands_matter)).collect())
}

fn told(methods: Vec<Value>) -> Response {
    ([(header::CACHE_CONTROL, "no-store")], Json(json!({ "methods": methods }))).into_response()
}

/// The shop's page that opens another attempt.
pub(super) struct Link<'a> {
    pub(super) again: Option<&'a str>,
    pub(super) order: &'a ReferenceOrderId,
}

impl Link<'_> {
    fn with(&self, wishes: &[(&str, &str)]) -> Option<String> {
        let url = CheckoutConfig::for_order(self.again?, self.order);
        let (address, fragment) =
            url.split_once('#').map_or((url.as_str(), None), |(url, end)| (url, Some(end)));
        let mut link = address.to_owned();
        for (name, value) in wishes {
            link.push(if link.contains('?') { '&' } else { '?' });
            link.push_str(&format!("{name}={}", encoded(value)));
        }
        Some(fragment.map_or(link.clone(), |fragment| format!("{link}#{fragment}")))
    }
}

/// A method as the script shows it. With Korean issuer authentication the buyer chooses the brand too, and the choice
/// goes to the shop.
pub(super) fn entry(option: &Value, own: &str, link: &Link<'_>, brands_matter: bool) -> Value {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let method = text(&option["paymentMethodType"]);
    let named = |logo: &Value, otherwise: &str| match logo["logoName"].as_str() {
        Some(name) if !name.is_empty() => name.to_owned(),
        _ => otherwise.to_owned(),
    };
    let supported = option["supportCardBrands"].as_array().map(Vec::as_slice).unwrap_or_default();
    let brands = supported.iter().filter(|_| brands_matter).map(|one| {
        let brand = text(&one["cardBrand"]);
        json!({
            "name": named(&one["logo"], &brand),
            "logo": picture(&one["logo"]),
            "href": link.with(&[("paymentMethodType", &method), ("selectedCardBrand", &brand)]),
        })
    });
    let brands: Vec<Value> = brands.collect();
    json!({
        "isOwn": method == own,
        "name": named(&option["logo"], &readable(&method)),
        "logo": picture(&option["logo"]),
        "href": link.with(&[("paymentMethodType", &method)]),
        "brands": brands,
    })
}

/// A picture's address, if it is one; the page's policy decides about hosts.
fn picture(logo: &Value) -> Option<&str> {
    let url = logo["logoUrl"].as_str()?;
    let is_page = url.starts_with("https://") || url.starts_with("http://");
    (is_page && url.bytes().all(|byte| byte.is_ascii_graphic())).then_some(url)
}

/// `BANKTRANSFER_PERMATA` as people write it.
pub(super) fn readable(method: &str) -> String {
    let word = |word: &str| {
        let mut letters = word.chars();
        let rest = |letters: std::str::Chars<'_>| letters.as_str().to_lowercase();
        letters.next().map(|first| format!("{first}{}", rest(letters))).unwrap_or_default()
    };
    method.split('_').map(word).collect::<Vec<_>>().join(" ")
}

/// What the buyer holds in hand, as the gateway calls it.
pub(super) fn device(headers: &HeaderMap) -> (TerminalType, Option<OsType>) {
    let agent = headers.get(header::USER_AGENT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if agent.contains("Android") {
        (TerminalType::Wap, Some(OsType::Android))
    } else if agent.contains("iPhone") || agent.contains("iPad") {
        (TerminalType::Wap, Some(OsType::Ios))
    } else {
        (TerminalType::Web, None)
    }
}

#[cfg(test)]
#[path = "../../../tests/support/hostile.rs"]
mod hostile;

#[cfg(test)]
mod tests {
    use super::hostile::{addresses_elsewhere, hostile_texts};
    use super::*;

    const CARD: &str = r#"{"paymentMethodType":"CARD","enabled":true,"logo":{"logoName":"Card","logoUrl":"https://x.example/c.svg"},
        "supportCardBrands":[{"cardBrand":"VI&SA","logo":{"logoName":"","logoUrl":"javascript:alert(1)"}}]}"#;

    fn shown(option: &str, again: Option<&str>, brands_matter: bool) -> Value {
        let order = "O-1".parse().unwrap();
        entry(&serde_json::from_str(option).unwrap(), "CARD", &Link { again, order: &order }, brands_matter)
    }

    //= H-1 test
    #[test]
    fn a_method_is_shown_by_name_and_picture_and_leads_to_the_shop() {
        let seen = shown(CARD, Some("https://shop.example/pay/{referenceOrderId}?a=b#c"), false);
        assert_eq!(seen["name"], "Card");
        assert_eq!(seen["logo"], "https://x.example/c.svg");
        assert_eq!(seen["isOwn"], true);
        assert_eq!(seen["href"], "https://shop.example/pay/O-1?a=b&paymentMethodType=CARD#c");
        assert_eq!(seen["brands"], json!([]), "brands are shown with issuer authentication only");
        assert_eq!(
            shown(CARD, None, false)["href"],
            Value::Null,
            "without the shop's page there is no other way"
        );
        let plain = shown(r#"{"paymentMethodType":"BANKTRANSFER_PERMATA"}"#, None, false);
        assert_eq!((&plain["name"], &plain["logo"]), (&json!("Banktransfer Permata"), &Value::Null));
    }

    //= H-1 test
    #[test]
    fn the_choice_of_a_brand_goes_to_the_shop_whatever_the_brand_is_called() {
        let seen = shown(CARD, Some("https://shop.example/pay"), true);
        let brand = &seen["brands"][0];
        assert_eq!(brand["name"], "VI&SA");
        assert_eq!(brand["logo"], Value::Null, "that is no picture");
        assert_eq!(
            brand["href"],
            "https://shop.example/pay?paymentMethodType=CARD&selectedCardBrand=VI%26SA"
        );
    }

    //= H-1 test
    #[test]
    fn no_text_of_the_gateway_changes_where_a_method_leads() {
        for text in hostile_texts().into_iter().chain(addresses_elsewhere()) {
            let option = json!({
                "paymentMethodType": text, "logo": {"logoName": text, "logoUrl": text},
                "supportCardBrands": [{"cardBrand": text, "logo": {"logoName": text, "logoUrl": text}}],
            });
            let seen = shown(&option.to_string(), Some("https://shop.example/pay/{referenceOrderId}"), true);
            assert_eq!((&seen["name"], &seen["brands"][0]["name"]), (&json!(text), &json!(text)));
            for (link, parts) in [(&seen["href"], 1), (&seen["brands"][0]["href"], 2)] {
                let link = link.as_str().unwrap();
                let wishes = link.strip_prefix("https://shop.example/pay/O-1?").unwrap();
                assert!(
                    wishes.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.~%=&".contains(&byte)),
                    "{link}"
                );
                assert_eq!(wishes.split('&').count(), parts, "{link}");
            }
            for logo in [&seen["logo"], &seen["brands"][0]["logo"]].into_iter().filter_map(Value::as_str) {
                assert!(
                    logo.starts_with("https://") && logo.bytes().all(|byte| byte.is_ascii_graphic()),
                    "{logo}"
                );
            }
        }
    }
}
