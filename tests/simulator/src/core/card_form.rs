//! What a buyer enters to pay with a card, and whether it can be right.
//! Whether the bank then says yes is decided in `buyer`.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::cards::{self, Card, passes_luhn};
use super::gateway::Gateway;
use super::names::Name;
use super::three_ds::ThreeDs;
use super::time::Time;

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
}

/// A billing address.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
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

impl fmt::Debug for CardForm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Numbers, codes and tokens stay out of logs, even those of test cards.
        f.debug_struct("CardForm")
            .field("stored_card", &self.payment_method_id.is_some())
            .field("store", &self.store)
            .finish_non_exhaustive()
    }
}

/// A card in use for one payment.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct CardUse {
    #[serde(with = "cards::number")]
    pub(crate) card: &'static Card,
    #[serde(with = "cards::brand")]
    pub(crate) brand: cards::Brand,
    pub(crate) expiry: Expiry,
    pub(crate) holder: Option<Box<str>>,
    /// The token that was paid with, or the one that the card was stored under.
    pub(crate) token: Option<Name>,
    /// Whether the buyer agrees that the card is stored.
    pub(crate) store: bool,
    pub(crate) three_ds: Option<ThreeDs>,
}

impl CardUse {
    /// A card about which nothing but its number is known.
    pub(crate) fn of(card: &'static Card) -> Self {
        Self {
            card,
            brand: card.brand(None).unwrap_or_default(),
            expiry: Expiry { year: 39, month: 12 },
            holder: None,
            token: None,
            store: false,
            three_ds: None,
        }
    }

    /// `paymentResultInfo` of a payment with this card.
    pub(crate) fn result_info(&self, network_id: u64) -> Value {
        let network_id = format!("{network_id:015}");
        let last_four = self.card.last_four();
        let mut info = json!({
            "cardNo": format!("************{last_four}"),
            "cardBrand": self.brand,
            "cardBin": self.card.bin(),
            "lastFour": last_four,
            "issuingCountry": self.card.country,
            "funding": "CREDIT",
            "cardCategory": "CONSUMER",
            "avsResultRaw": "A",
            "cvvResultRaw": "Y",
            "networkTransactionId": network_id,
        });
        let optional = [
            ("cardToken", self.token.as_deref().map(Value::from)),
            ("threeDSResult", self.three_ds.map(|three_ds| three_ds.result(self.brand, &network_id))),
        ];
        if let Some(members) = info.as_object_mut() {
            for (name, value) in optional {
                if let Some(value) = value {
                    members.insert(name.to_owned(), value);
                }
            }
        }
        info
    }
}

impl Gateway {
    /// The card that a form describes, or the code that says why there is none.
    pub(crate) fn card_in(&self, client: &str, form: &CardForm) -> Result<CardUse, &'static str> {
        let cvv_fits = (3..=4).contains(&form.cvv.len()) && form.cvv.bytes().all(|b| b.is_ascii_digit());
        let chosen = form.selected_card_brand.as_deref().filter(|brand| !brand.is_empty());
        let brand_of = |card: &'static Card| card.brand(chosen).ok_or("SELECTED_CARD_BRAND_NOT_AVAILABLE");
        if let Some(token) = form.payment_method_id.as_deref().filter(|token| !token.is_empty()) {
            let stored = self.tokens.find(client, token, self.now).ok_or("INVALID_ACCESS_TOKEN")?;
            if !form.cvv.is_empty() && !cvv_fits {
                return Err("INVALID_PAYMENT_METHOD_META_DATA");
            }
            return Ok(CardUse {
                brand: brand_of(stored.card)?,
                expiry: stored.expiry,
                token: Some(stored.token.clone()),
                ..CardUse::of(stored.card)
            });
        }
        let number: String = form.card_no.chars().filter(|c| !matches!(c, ' ' | '-')).collect();
        let card = Card::find(&number).filter(|_| passes_luhn(&number)).ok_or("INVALID_CARD_NUMBER")?;
        let expiry = Expiry::read(&form.expiry_year, &form.expiry_month);
        let expiry = expiry.filter(|expiry| !expiry.is_over(self.now)).ok_or("INVALID_EXPIRATION_DATE")?;
        // Korean cards have a card password where others have a code (rules 15.9).
        let needs_cvv = card.country != "KR";
        if !cvv_fits && (needs_cvv || !form.cvv.is_empty()) {
            return Err("INVALID_PAYMENT_METHOD_META_DATA");
        }
        let name = form.cardholder_name.trim();
        Ok(CardUse {
            brand: brand_of(card)?,
            expiry,
            holder: (!name.is_empty()).then(|| name.into()),
            store: form.store,
            ..CardUse::of(card)
        })
    }
}

/// The last month in which a card is good; ordered by time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct Expiry {
    /// The last two digits.
    pub(crate) year: u8,
    pub(crate) month: u8,
}

impl Expiry {
    /// Two digits each, and a month that exists.
    pub(crate) fn read(year: &str, month: &str) -> Option<Self> {
        let number = |text: &str| {
            let digits = text.len() == 2 && text.bytes().all(|b| b.is_ascii_digit());
            if digits { text.parse::<u8>().ok() } else { None }
        };
        let expiry = Self { year: number(year)?, month: number(month)? };
        (1..=12).contains(&expiry.month).then_some(expiry)
    }

    pub(crate) fn is_over(self, now: Time) -> bool {
        let (year, month) = now.year_and_month();
        self < Self { year, month }
    }
}
