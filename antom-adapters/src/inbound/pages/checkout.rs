//! The checkout page: what is paid, how, and the form of the gateway's SDK or the way to its page.
//! Whether the buyer may pay is asked each time before anything is handed out; opening another attempt is the shop's.

use std::collections::BTreeMap;

use antom_core::client_sdk::EventCode;
use antom_core::time::Timestamp;
use antom_domain::order::{Attempt, Handout, Integration, Order, ProductScene};
use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::Pages;
use super::document::{self, Document, see_other};
use super::language::{Language, Wishes, Words};
use super::methods::{device, readable};
use super::stand::{Stand, stand};
use crate::inbound::api::opening::{
    addresses, environment, handout_of, leads_to_a_page_or_an_app, usable_until,
};
use crate::service::config::{CheckoutConfig, CheckoutStyle, SdkScript};

/// What the page's script is told. What it may do with a code is `client_sdk`'s to say, so that it is said once.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Told<'a> {
    stand: &'static str,
    integration: Integration,
    style: &'static str,
    locale: &'static str,
    environment: &'static str,
    asks_address: bool,
    sdk: Option<String>,
    integrity: Option<&'a str>,
    session: String,
    methods: String,
    status: String,
    result: String,
    mark: String,
    steps: BTreeMap<&'a str, String>,
    texts: &'static Words,
}

/// The page as it is for one attempt.
#[derive(Debug)]
struct View<'a> {
    order: &'a Order,
    attempt: &'a Attempt,
    stand: Stand,
    language: Language,
    /// Where a hosted payment goes on: the app, and the page for browsers.
    way: Option<Way>,
    order_url: Option<String>,
    pay_again_url: Option<String>,
    asks_address: bool,
    told: String,
}

/// How a hosted payment goes on.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Way {
    pub(super) app: Option<String>,
    pub(super) page: Option<String>,
}

impl Way {
    /// Only what leads to a page or an app; apps only where there are any.
    //= H-3
    pub(super) fn of(handout: &Handout, is_phone: bool) -> Way {
        let Handout::Redirect { normal_url, scheme_url, applink_url } = handout else {
            return Way::default();
        };
        let checked = |url: &Option<String>| url.clone().filter(|url| leads_to_a_page_or_an_app(url));
        Way {
            app: checked(applink_url).or_else(|| checked(scheme_url)).filter(|_| is_phone),
            page: checked(normal_url),
        }
    }
}

//= C-9, H-3, B-3
pub(super) async fn page(
    State(pages): State<Pages>,
    Path(token): Path<String>,
    Query(wishes): Query<Wishes>,
    headers: HeaderMap,
) -> Response {
    let (order, attempt, stand, handout) = match pages.ready(&token).await {
        Ok(found) => found,
        Err(status) => return status.into_response(),
    };
    let language = Language::of(&wishes, &headers);
    if stand == Stand::Over {
        return see_other(&format!("../result/{}?lang={}", attempt.token, language.word()));
    }
    let (terminal, _) = device(&headers);
    let settings = &pages.settings;
    let for_order = |url: &Option<String>| {
        url.as_deref().map(|url| CheckoutConfig::for_order(url, &order.reference_order_id))
    };
    // Whoever goes to the gateway's page tells it there.
    let asks_address = stand == Stand::Payable
        && settings.billing_address
        && attempt.integration == Integration::Session
        && style(settings, &attempt) == CheckoutStyle::Embedded
        && attempt.is_card();
    let view = View {
        order: &order,
        attempt: &attempt,
        stand,
        language,
        way: handout.as_ref().map(|handout| Way::of(handout, terminal.as_str() == "WAP")),
        order_url: for_order(&settings.order_url),
        pay_again_url: for_order(&settings.pay_again_url).filter(|_| stand == Stand::Expired),
        asks_address,
        told: told(&pages, &attempt, stand, asks_address, language, &wishes, &headers),
    };
    let with_sdk = attempt.integration == Integration::Session;
    let document = Document {
        language,
        script: Some("checkout.js"),
        policy: if with_sdk { &pages.policies.with_sdk } else { &pages.policies.plain },
        refresh: None,
        body: body(&view),
    };
    document::answer(&pages, &document)
}

fn told(
    pages: &Pages,
    attempt: &Attempt,
    stand: Stand,
    asks_address: bool,
    language: Language,
    wishes: &Wishes,
    headers: &HeaderMap,
) -> String {
    let (sdk, integrity) = match &pages.settings.sdk {
        None => (None, None),
        Some(SdkScript::Copy(_)) => (pages.assets.link("sdk.js"), None),
        Some(SdkScript::Url { url, integrity }) => (Some(url.clone()), integrity.as_deref()),
    };
    let token = &attempt.token;
    let told = Told {
        stand: stand.word(),
        integration: attempt.integration,
        style: style(&pages.settings, attempt).as_str(),
        locale: language.locale(wishes, headers).as_str(),
        environment: environment(&pages.api),
        asks_address,
        sdk,
        integrity,
        session: format!("{token}/session"),
        methods: format!("{token}/methods"),
        status: format!("../status/{token}"),
        result: format!("../result/{token}?lang={}", language.word()),
        mark: format!("antom-paying-{token}"),
        steps: EventCode::LISTED.iter().map(|code| (code.as_str(), step(code))).collect(),
        texts: language.words(),
    };
    serde_json::to_string(&told).unwrap_or_default()
}

/// How the form of this session is shown: a session is for the element or for the component, whatever is configured by now.
fn style(settings: &CheckoutConfig, attempt: &Attempt) -> CheckoutStyle {
    match (attempt.product_scene, settings.style) {
        (Some(ProductScene::Element), _) => CheckoutStyle::Element,
        (_, CheckoutStyle::Element) => CheckoutStyle::Embedded,
        (_, style) => style,
    }
}

/// The next step as the script spells it.
//= C-6
fn step(code: &EventCode) -> String {
    let name = format!("{:?}", code.next_step());
    let mut letters = name.chars();
    letters.next().map(|first| first.to_lowercase().chain(letters).collect()).unwrap_or_default()
}

/// What the SDK is started with, or where the buyer of a hosted payment goes, after one more look whether the buyer may pay.
/// Our page asks, and so do apps.
//= S-4, C-9, H-3, B-3, B-4
pub(super) async fn session(State(pages): State<Pages>, Path(token): Path<String>) -> Response {
    let (_, attempt, stand, handout) = match pages.ready(&token).await {
        Ok(found) => found,
        Err(status) => return status.into_response(),
    };
    let mut body = json!({ "stand": stand.word() });
    if let (Stand::Payable, Some(handout), Some(members)) = (stand, handout, body.as_object_mut()) {
        match handout {
            Handout::Session { payment_session_data, expires_at, .. } => {
                let until: Option<Timestamp> = usable_until(&pages.api.books, &attempt, expires_at);
                members.extend([
                    //= T-7
                    ("sessionData".to_owned(), Value::String(payment_session_data)),
                    ("environment".to_owned(), json!(environment(&pages.api))),
                    ("expiresAt".to_owned(), json!(until)),
                ]);
            }
            redirect @ Handout::Redirect { .. } => {
                members.extend([("redirect".to_owned(), addresses(&redirect))]);
            }
        }
    }
    ([(header::CACHE_CONTROL, "no-store")], Json(body)).into_response()
}

#[derive(Debug, Default, Deserialize)]
pub(super) struct By {
    by: Option<String>,
}

/// Sends the buyer of a hosted payment on to the gateway, by its app where there is one.
//= H-3
pub(super) async fn go(
    State(pages): State<Pages>,
    Path(token): Path<String>,
    Query(By { by }): Query<By>,
    headers: HeaderMap,
) -> Response {
    let (_, attempt, stand, handout) = match pages.ready(&token).await {
        Ok(found) => found,
        Err(status) => return status.into_response(),
    };
    let (terminal, _) = device(&headers);
    let way = handout.map(|handout| Way::of(&handout, terminal.as_str() == "WAP")).unwrap_or_default();
    let app = way.app.filter(|_| by.as_deref() != Some("page"));
    match (stand, app.or(way.page)) {
        (Stand::Payable, Some(address)) => see_other(&address),
        // The checkout page says what keeps the buyer from paying.
        _ => see_other(&format!("../{}", attempt.token)),
    }
}

impl Pages {
    /// The attempt, whether the buyer may pay with it, and what the gateway gave for that.
    async fn ready(
        &self,
        token: &str,
    ) -> Result<(std::sync::Arc<Order>, Attempt, Stand, Option<Handout>), StatusCode> {
        let (order, attempt) = self.attempt(token).await?;
        let by_order = stand(&order, &attempt);
        if by_order != Stand::Payable {
            return Ok((order, attempt, by_order, None));
        }
        let handout = handout_of(&self.api.books, &order, &attempt).await;
        let handout = handout.map_err(|_| StatusCode::SERVICE_UNAVAILABLE)?;
        let stand = match &handout {
            None => Stand::Preparing,
            //= S-4
            Some(Handout::Session { expires_at, .. })
                if usable_until(&self.api.books, &attempt, *expires_at).is_none() =>
            {
                Stand::Expired
            }
            Some(_) => Stand::Payable,
        };
        Ok((order, attempt, stand, handout))
    }
}

fn body(view: &View<'_>) -> Markup {
    let words = view.language.words();
    let is_payable = view.stand == Stand::Payable;
    let first = match view.stand {
        Stand::Expired => words.expired,
        Stand::Superseded => words.superseded,
        Stand::Preparing => words.preparing,
        Stand::Unknown => words.still_open,
        Stand::Payable | Stand::Over => "",
    };
    html! {
        main #checkout data-told=(view.told) {
            (document::heading(view.order, view.language))
            section #methods aria-label=(words.method) {
                p.method #own { img #own-logo alt="" hidden; span #own-name { (readable(&view.attempt.payment_method_type)) } }
                div #brands hidden { p { (words.card_brand) } ul {} }
                details #others hidden { summary { (words.other_methods) } ul {} }
            }
            @if view.asks_address { (address(words)) }
            noscript {
                @if view.attempt.integration == Integration::Session { p.notice { (words.no_script) } }
            }
            p #say role="status" aria-live="polite" { (first) }
            div #busy hidden aria-hidden="true" { div.spinner {} }
            //= C-12
            div #place {}
            p.acts {
                @match view.attempt.integration {
                    Integration::Session => {
                        button.button #pay type="button" hidden { (words.pay) }
                    }
                    Integration::Hosted if is_payable => { (ways(view, words)) }
                    Integration::Hosted => {}
                }
                @if let Some(url) = &view.pay_again_url { a.button #again href=(url) { (words.pay_again) } }
                @if !is_payable {
                    @if let Some(url) = &view.order_url { a.button.quiet href=(url) { (words.to_order) } }
                }
            }
            (question(view, words))
        }
    }
}

fn ways(view: &View<'_>, words: &Words) -> Markup {
    let go = format!("{}/go", view.attempt.token);
    let way = view.way.clone().unwrap_or_default();
    html! {
        @if way.app.is_some() {
            a.button.leave #pay href=(go) { (words.open_app) }
            @if way.page.is_some() { a.button.quiet.leave href={ (go) "?by=page" } { (words.in_browser) } }
        } @else if way.page.is_some() {
            a.button.leave #pay href=(go) { (words.to_payment) }
        }
    }
}

/// The address that goes along with `submit` (C-8).
//= C-4
fn address(words: &Words) -> Markup {
    let field = |name: &str, label: &str, most: &str, autocomplete: &str| {
        html! {
            label for={ "billing-" (name) } { (label) }
            input id={ "billing-" (name) } name=(name) maxlength=(most) autocomplete=(autocomplete);
        }
    };
    html! {
        form #billing aria-label=(words.address) {
            fieldset {
                legend { (words.address) }
                (field("region", words.region, "2", "billing country"))
                (field("address1", words.address1, "256", "billing address-line1"))
                (field("address2", words.address2, "256", "billing address-line2"))
                (field("city", words.city, "32", "billing address-level2"))
                (field("state", words.state, "8", "billing address-level1"))
                (field("zipCode", words.zip_code, "32", "billing postal-code"))
            }
        }
    }
}

/// Shown instead of the button where the buyer may have paid already.
//= B-3
fn question(view: &View<'_>, words: &Words) -> Markup {
    html! {
        div #ask role="dialog" aria-modal="true" aria-labelledby="ask-title" aria-describedby="ask-text" hidden {
            div.sheet tabindex="-1" #ask-sheet {
                h2 #ask-title { (words.asking) }
                div #ask-busy aria-hidden="true" { div.spinner {} }
                p #ask-text role="status" aria-live="polite" { (words.asking_text) }
                p.acts {
                    a.button #ask-result href={ "../result/" (view.attempt.token) "?lang=" (view.language.word()) } { (words.show_result) }
                    button.button.quiet #ask-on type="button" hidden { (words.go_on) }
                    @if let Some(url) = &view.order_url { a.button.quiet href=(url) { (words.to_order) } }
                }
            }
        }
    }
}
