//! What the merchant asks of a payment beside the money: the features of its card, and what the buyer's page shows.
//! What they lead to is decided where the card is used.

mod issuer_authentication;
mod mpi;
mod on_file;

use serde::{Deserialize, Serialize};
use serde_json::Value;

pub(crate) use issuer_authentication::IssuerAuthentication;
pub(crate) use mpi::Mpi;
pub(crate) use on_file::OnFile;

use super::card_form::BillingAddress;
use super::fields::Fields;
use super::instalments;

/// What a request to start a payment asks for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Terms {
    /// `paymentMethodId`: for a card a token.
    pub(crate) method_id: Option<Box<str>>,
    pub(crate) locale: Option<Box<str>>,
    /// Given back in notifications and inquiries.
    pub(crate) metadata: Option<Box<str>>,
    /// `is3DSAuthentication`.
    pub(crate) three_ds: bool,
    /// `enableAuthenticationUpgrade`: 3-D Secure after a soft decline.
    pub(crate) upgrade: bool,
    /// `tokenizeMode` ASKFORCONSENT, or the older `tokenize`: the card is stored if the buyer agrees.
    pub(crate) asks_to_store: bool,
    pub(crate) selected_brand: Option<Box<str>>,
    /// The tokens of `savedPaymentMethods`, among which the buyer may choose.
    pub(crate) saved_tokens: Vec<Box<str>>,
    /// `paymentMethodRegion`.
    pub(crate) region: Option<Box<str>>,
    pub(crate) billing_address: Option<Box<BillingAddress>>,
    pub(crate) issuer_authentication: Option<IssuerAuthentication>,
    pub(crate) mpi: Option<Box<Mpi>>,
    pub(crate) on_file: Option<OnFile>,
    /// The number of parts in which the buyer pays the bank back (`creditPayPlan`).
    pub(crate) instalments: Option<u8>,
    /// `enableInstallmentCollection`: the buyer chooses the instalments on the page.
    pub(crate) collects_instalments: bool,
}

/// Nothing is asked for.
pub(crate) static NO_TERMS: Terms = Terms {
    method_id: None,
    locale: None,
    metadata: None,
    three_ds: false,
    upgrade: false,
    asks_to_store: false,
    selected_brand: None,
    saved_tokens: Vec::new(),
    region: None,
    billing_address: None,
    issuer_authentication: None,
    mpi: None,
    on_file: None,
    instalments: None,
    collects_instalments: false,
};

impl Terms {
    /// Reads what is asked for, and finds what contradicts itself. What is about cards does not count with another
    /// method (H-2).
    pub(crate) fn read(fields: &mut Fields<'_>, method: &str) -> Self {
        let locale = fields.text("locale", 8).map(Into::into);
        let metadata = fields.text("metadata", 4_096).map(Into::into);
        let method_id = fields.text("paymentMethod.paymentMethodId", 2_048).map(Into::into);
        if method != "CARD" {
            return Self { method_id, locale, metadata, ..NO_TERMS.clone() };
        }
        let meta = Meta::of(fields);
        let mode = fields.one_of(&meta.member("tokenizeMode"), &["ASKFORCONSENT"]);
        let flag = |fields: &mut Fields<'_>, name: &str| fields.flag(&meta.member(name)).unwrap_or(false);
        let terms = Self {
            method_id,
            locale,
            metadata,
            three_ds: flag(fields, "is3DSAuthentication"),
            upgrade: flag(fields, "enableAuthenticationUpgrade"),
            asks_to_store: flag(fields, "tokenize") || mode.is_some(),
            selected_brand: fields.text(&meta.member("selectedCardBrand"), 64).map(Into::into),
            saved_tokens: saved_tokens(fields),
            region: fields.text(&meta.member("paymentMethodRegion"), 6).map(Into::into),
            billing_address: BillingAddress::read(fields, &meta.member("billingAddress")).map(Box::new),
            issuer_authentication: IssuerAuthentication::read(fields, meta),
            mpi: Mpi::read(fields, meta).map(Box::new),
            on_file: OnFile::read(fields, meta),
            instalments: instalments::read(fields),
            collects_instalments: fields.flag("enableInstallmentCollection").unwrap_or(false),
        };
        if terms.three_ds && terms.mpi.is_some() {
            fields.fault(format!("{} cannot go with mpiData", meta.member("is3DSAuthentication")));
        }
        if terms.three_ds && terms.on_file.as_ref().is_some_and(|on_file| on_file.is_merchant_initiated()) {
            fields.fault(format!("{} cannot go with recurringType", meta.member("is3DSAuthentication")));
        }
        terms
    }

    /// Whether the merchant charges a stored card without the buyer.
    pub(crate) fn is_merchant_initiated(&self) -> bool {
        self.on_file.as_ref().is_some_and(OnFile::is_merchant_initiated)
    }
}

/// Where a request holds what it says about the card.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Meta(&'static str);

impl Meta {
    pub(crate) fn of(fields: &Fields<'_>) -> Self {
        let usual = "paymentMethod.paymentMethodMetaData";
        let of_scenes = "availablePaymentMethod.paymentMethodMetaData";
        Self(if fields.at(usual).is_none() && fields.at(of_scenes).is_some() { of_scenes } else { usual })
    }

    pub(crate) fn member(self, name: &str) -> String {
        format!("{}.{name}", self.0)
    }

    pub(crate) fn has(self, fields: &Fields<'_>, name: &str) -> bool {
        fields.at(&self.member(name)).is_some_and(|value| value != "")
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
