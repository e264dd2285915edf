//! Which payment methods to offer: the gateway's answer, or the configured list where it cannot be had.
//! Which of them the buyer takes is left to the merchant's checkout.

use std::sync::Arc;

use antom_core::outcome::{OsType, TerminalType};
use antom_core::wire::{ConsultRequest, ConsultResponse, Env, PaymentOption, SettlementStrategy};
use antom_domain::order::Refusal;
use axum::Json;
use axum::body::Body;
use axum::extract::State;
use axum::http::HeaderMap;
use serde::Deserialize;
use serde_json::{Value, json};

use super::orders::AmountIn;
use super::payments::{currency, known};
use super::problem::Problem;
use super::{Api, body};

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct ConsultIn {
    amount: AmountIn,
    terminal_type: String,
    os_type: Option<String>,
    user_region: Option<String>,
    settlement_currency: Option<String>,
    allowed_payment_method_regions: Option<Vec<String>>,
    allowed_payment_methods: Option<Vec<String>>,
    blocked_payment_methods: Option<Vec<String>>,
}

//= H-1, B-6
pub(super) async fn consult(
    State(api): State<Arc<Api>>,
    headers: HeaderMap,
    body: Body,
) -> Result<Json<Value>, Problem> {
    let wanted: ConsultIn = body::read(&headers, body).await?;
    let request = request(&api, wanted)?;
    request.validate().map_err(|errors| Problem::from(&errors))?;
    let (source, options) = offered(&api, &request).await?;
    Ok(Json(json!({ "source": source, "paymentOptions": options })))
}

/// The methods for a page, and who told them; `None` where nobody can.
pub(in crate::inbound) async fn listed(
    api: &Api,
    request: &ConsultRequest,
) -> Option<(&'static str, Vec<Value>)> {
    offered(api, request).await.ok()
}

/// The methods to offer, and who told them.
async fn offered(api: &Api, request: &ConsultRequest) -> Result<(&'static str, Vec<Value>), Problem> {
    let without = &api.books.policy().methods_without_refunds;
    let supports_refunds = |method: &str| !without.iter().any(|named| named == method);
    let failure = match &api.consults {
        None => Problem::gateway_unavailable(),
        Some(gateway) => match gateway.consult(request).await {
            Ok(answer) => match options(&answer, supports_refunds) {
                Ok(options) => return Ok(("gateway", options)),
                Err(code) => Problem::refused_by_gateway(code.as_deref()),
            },
            Err(failure) => {
                tracing::warn!(%failure, "consult without an answer");
                Problem::gateway_unavailable()
            }
        },
    };
    if api.methods.is_empty() {
        return Err(failure);
    }
    let listed = api.methods.iter().map(|method| {
        json!({
            "paymentMethodType": method,
            "enabled": true,
            "supportsRefunds": supports_refunds(method),
        })
    });
    Ok(("configuration", listed.collect()))
}

fn request(api: &Api, wanted: ConsultIn) -> Result<ConsultRequest, Problem> {
    let amount = wanted.amount.checked().map_err(|(field, message)| Problem::field(field, message))?;
    let words = ["WEB", "WAP", "APP"];
    let terminal =
        known(Some(wanted.terminal_type), "terminalType", &words, |word| TerminalType::from(word))?;
    let os_type = known(wanted.os_type, "osType", &["IOS", "ANDROID"], |word| OsType::from(word))?;
    let env = Env { terminal_type: terminal, os_type, ..Env::default() };
    let mut request = ConsultRequest::new(amount, env);
    let policy = api.books.policy();
    let named = currency(wanted.settlement_currency)?;
    if let Some(currency) = named.filter(|currency| !policy.settles_in(*currency)) {
        return Err(Refusal::UnknownSettlementCurrency { currency }.into());
    }
    request.settlement_strategy = named.or(policy.settlement_currency).map(SettlementStrategy::from);
    request.user_region = wanted.user_region;
    request.allowed_payment_method_regions = wanted.allowed_payment_method_regions;
    request.allowed_payment_methods = wanted.allowed_payment_methods;
    request.blocked_payment_methods = wanted.blocked_payment_methods;
    Ok(request)
}

/// The options of an answer; no options are an answer too. `Err` holds the code of another refusal.
fn options(
    answer: &ConsultResponse,
    supports_refunds: impl Fn(&str) -> bool,
) -> Result<Vec<Value>, Option<String>> {
    let code = answer.result.as_ref().map(|result| result.result_code.as_str().to_owned());
    let is_success = answer.result.as_ref().is_some_and(antom_core::GatewayResult::is_success);
    if !is_success && code.as_deref() != Some("NO_PAY_OPTIONS") {
        return Err(code);
    }
    let options = answer.payment_options.iter().flatten();
    Ok(options.map(|option| view(option, &supports_refunds)).collect())
}

fn view(option: &PaymentOption, supports_refunds: &impl Fn(&str) -> bool) -> Value {
    let method = option.payment_method_type.as_deref().unwrap_or_default();
    let mut view = json!({
        "paymentMethodType": method,
        "enabled": option.enabled == Some(true),
        "supportsRefunds": supports_refunds(method),
    });
    let brands = option.payment_option_detail.as_ref().and_then(|detail| detail.support_card_brands.as_ref());
    let told = [
        ("paymentMethodCategory", json!(option.payment_method_category)),
        ("paymentMethodRegion", json!(option.payment_method_region)),
        ("preferred", json!(option.preferred)),
        ("disableReason", json!(option.disable_reason)),
        ("supportedCurrencies", json!(option.supported_currencies)),
        ("logo", json!(option.logo)),
        ("supportCardBrands", json!(brands)),
        ("installment", json!(option.installment)),
    ];
    if let Some(members) = view.as_object_mut() {
        members.extend(
            told.into_iter()
                .filter(|(_, value)| !value.is_null())
                .map(|(name, value)| (name.to_owned(), value)),
        );
    }
    view
}
