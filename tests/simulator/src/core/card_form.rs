//! What a buyer enters to pay with a card, and whether it can be right.
//! Whether the bank then says yes is decided in `buyer`.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::card_use::{CardUse, Expiry};
use super::cards::{Card, passes_luhn};
use super::fields::Fields;
use super::gateway::Gateway;
use super::terms::Terms;
use super::verification;

/// The fields of a card page, as the buyer's browser posts them.
#[derive(Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct CardForm {
    /// The card number; blanks and hyphens between digits do not count.
    pub card_no: String,
    /// Two digits.
    pub expiry_month: String,
    /// Two digits.
    pub expiry_year: String,
    /// Three or four digits; may be empty with a stored card.
    pub cvv: String,
    /// The name on the card.
    pub cardholder_name: String,
    /// Where the bill goes, for AVS.
    pub billing_address: Option<BillingAddress>,
    /// The brand that the buyer chose on a co-badged card.
    pub selected_card_brand: Option<String>,
    /// The token of a stored card, instead of number and expiry date.
    pub payment_method_id: Option<String>,
    /// Whether the buyer agrees that the card is stored.
    pub store: bool,
    /// In how many parts the buyer wants to pay the bank, where the merchant lets the buyer choose.
    pub installment_num: Option<u8>,
}

/// A billing address.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct BillingAddress {
    /// Two letters.
    pub region: String,
    /// State or province.
    pub state: String,
    /// City.
    pub city: String,
    /// First line.
    pub address1: String,
    /// Second line.
    pub address2: String,
    /// Postal code.
    pub zip_code: String,
}

impl BillingAddress {
    /// The address at this place of a request; its region is required (rules 15.7).
    pub(crate) fn read(fields: &mut Fields<'_>, path: &str) -> Option<Self> {
        fields.at(path)?;
        let mut part =
            |name: &str, max| fields.text(&format!("{path}.{name}"), max).unwrap_or_default().to_owned();
        let address = Self {
            region: part("region", 2),
            state: part("state", 8),
            city: part("city", 32),
            address1: part("address1", 256),
            address2: part("address2", 256),
            zip_code: part("zipCode", 32),
        };
        if address.region.is_empty() {
            fields.fault(format!("{path}.region is missing"));
        }
        Some(address)
    }
}

impl fmt::Debug for CardForm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Numbers, codes and tokens stay out of logs, even those of test cards.
        f.debug_struct("CardForm")
            .field("stored_card", &self.payment_method_id.is_some())
            .field("store", &self.store)
            .finish_non_exhaustive()
    }
}

impl Gateway {
    /// The card that a form describes, or the code that says why there is none.
    pub(crate) fn card_in(
        &self,
        client: &str,
        terms: &Terms,
        form: &CardForm,
    ) -> Result<CardUse, &'static str> {
        let cvv_fits = (3..=4).contains(&form.cvv.len()) && form.cvv.bytes().all(|b| b.is_ascii_digit());
        if !form.cvv.is_empty() && !cvv_fits {
            return Err("INVALID_PAYMENT_METHOD_META_DATA");
        }
        let used = match form.payment_method_id.as_deref().filter(|token| !token.is_empty()) {
            Some(token) => {
                let stored = self.tokens.find(client, token, self.now).ok_or("INVALID_ACCESS_TOKEN")?;
                stored.admits(terms)?;
                CardUse {
                    expiry: stored.expiry,
                    token: Some(stored.token.clone()),
                    ..CardUse::of(stored.card)
                }
            }
            None => self.new_card(form, terms)?,
        };
        let chosen = form.selected_card_brand.as_deref().filter(|brand| !brand.is_empty());
        let brand = used.card.brand(chosen.or(terms.selected_brand.as_deref()), terms.region.as_deref());
        let address = form.billing_address.as_ref().or(terms.billing_address.as_deref());
        Ok(CardUse {
            brand: brand.ok_or("SELECTED_CARD_BRAND_NOT_AVAILABLE")?,
            avs: verification::avs_result(address),
            cvv: verification::cvv_result(&form.cvv),
            instalments: form.installment_num.filter(|_| terms.collects_instalments),
            ..used
        })
    }

    fn new_card(&self, form: &CardForm, terms: &Terms) -> Result<CardUse, &'static str> {
        let number = form.card_no.as_str();
        let card = Card::find(number).filter(|_| passes_luhn(number)).ok_or("INVALID_CARD_NUMBER")?;
        let expiry = Expiry::read(&form.expiry_year, &form.expiry_month);
        let expiry = expiry.filter(|expiry| !expiry.is_over(self.now)).ok_or("INVALID_EXPIRATION_DATE")?;
        // Korean cards have a card password where others have a code (rules 15.9).
        let is_on_file = terms.on_file.is_some();
        if form.cvv.is_empty() && card.country != "KR" && !is_on_file {
            return Err("INVALID_PAYMENT_METHOD_META_DATA");
        }
        let name = form.cardholder_name.trim();
        let holder = (!name.is_empty()).then(|| name.into());
        Ok(CardUse { expiry, holder, store: form.store, ..CardUse::of(card) })
    }
}
