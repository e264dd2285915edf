//! What the merchant asks of a payment beside the money: the features of its card, and what the buyer's page shows.
//! What they lead to is decided where the card is used.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::card_form::BillingAddress;
use super::fields::Fields;
use super::instalments;

/// What a request to start a payment asks for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Terms {
    pub(crate) locale: Option<Box<str>>,
    /// `is3DSAuthentication`.
    pub(crate) three_ds: bool,
    /// `enableAuthenticationUpgrade`: 3-D Secure after a soft decline.
    pub(crate) upgrade: bool,
    /// `tokenizeMode` ASKFORCONSENT, or the older `tokenize`: the card is stored if the buyer agrees.
    pub(crate) asks_to_store: bool,
    pub(crate) selected_brand: Option<Box<str>>,
    /// The tokens of `savedPaymentMethods`, among which the buyer may choose.
    pub(crate) saved_tokens: Vec<Box<str>>,
    pub(crate) issuer_authentication: bool,
    /// `paymentMethodRegion`.
    pub(crate) region: Option<Box<str>>,
    pub(crate) billing_address: Option<Box<BillingAddress>>,
    /// The number of parts in which the buyer pays the bank back (`creditPayPlan`).
    pub(crate) instalments: Option<u8>,
}

/// Nothing is asked for.
pub(crate) static NO_TERMS: Terms = Terms {
    locale: None,
    three_ds: false,
    upgrade: false,
    asks_to_store: false,
    selected_brand: None,
    saved_tokens: Vec::new(),
    issuer_authentication: false,
    region: None,
    billing_address: None,
    instalments: None,
};

impl Terms {
    pub(crate) fn read(fields: &mut Fields<'_>) -> Self {
        let meta = if fields.at("paymentMethod.paymentMethodMetaData").is_some() {
            "paymentMethod.paymentMethodMetaData"
        } else {
            "availablePaymentMethod.paymentMethodMetaData"
        };
        let of_meta = |name: &str| format!("{meta}.{name}");
        let mode = fields.one_of(&of_meta("tokenizeMode"), &["ASKFORCONSENT"]);
        Self {
            locale: fields.text("locale", 8).map(Into::into),
            three_ds: fields.flag(&of_meta("is3DSAuthentication")).unwrap_or(false),
            upgrade: fields.flag(&of_meta("enableAuthenticationUpgrade")).unwrap_or(false),
            asks_to_store: mode.is_some() || fields.flag(&of_meta("tokenize")).unwrap_or(false),
            selected_brand: fields.text(&of_meta("selectedCardBrand"), 64).map(Into::into),
            saved_tokens: saved_tokens(fields),
            issuer_authentication: fields.flag("paymentMethod.requireIssuerAuthentication").unwrap_or(false)
                || fields.flag(&of_meta("requireIssuerAuthentication")).unwrap_or(false),
            region: fields.text(&of_meta("paymentMethodRegion"), 6).map(Into::into),
            billing_address: BillingAddress::read(fields, &of_meta("billingAddress")).map(Box::new),
            instalments: instalments::read(fields),
        }
    }
}

fn saved_tokens(fields: &mut Fields<'_>) -> Vec<Box<str>> {
    let Some(saved) = fields.at("savedPaymentMethods") else { return Vec::new() };
    let Some(saved) = saved.as_array() else {
        fields.fault("savedPaymentMethods is not a list".to_owned());
        return Vec::new();
    };
    let token = |one: &Value| one.get("paymentMethodId").and_then(Value::as_str).map(Into::into);
    saved.iter().filter_map(token).collect()
}
