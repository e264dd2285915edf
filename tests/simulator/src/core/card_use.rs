//! A card in use for one payment, and what the merchant is told about it afterwards.
//! Where it comes from is in `card_form`; what the bank says to it in `buyer`.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::arrangement::CardArrangement;
use super::cards::{self, Card};
use super::names::Name;
use super::three_ds::ThreeDs;
use super::time::Time;

/// A card in use for one payment.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct CardUse {
    #[serde(with = "cards::number")]
    pub(crate) card: &'static Card,
    /// Which of the card's brands.
    pub(crate) brand: usize,
    pub(crate) expiry: Expiry,
    pub(crate) holder: Option<Box<str>>,
    /// The token that was paid with, or the one that the card was stored under.
    pub(crate) token: Option<Name>,
    /// Whether the buyer agrees that the card is stored.
    pub(crate) store: bool,
    pub(crate) avs: char,
    pub(crate) cvv: char,
    pub(crate) three_ds: Option<ThreeDs>,
}

/// The last month in which a card is good; ordered by time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct Expiry {
    /// The last two digits.
    pub(crate) year: u8,
    pub(crate) month: u8,
}

impl CardUse {
    /// A card about which nothing is known but its number, used by somebody who gives its code and no address.
    pub(crate) fn of(card: &'static Card) -> Self {
        Self {
            card,
            brand: 0,
            expiry: Expiry { year: 39, month: 12 },
            holder: None,
            token: None,
            store: false,
            avs: '0',
            cvv: 'Y',
            three_ds: None,
        }
    }

    pub(crate) fn brand(&self) -> &'static str {
        self.card.brands.get(self.brand).copied().unwrap_or_default()
    }

    /// `paymentResultInfo` of a payment with this card.
    pub(crate) fn result_info(&self, network_id: u64, arranged: &CardArrangement) -> Value {
        let network_id = format!("{network_id:015}");
        let last_four = self.card.last_four();
        let mut info = json!({
            "cardNo": format!("************{last_four}"),
            "cardBrand": self.brand(),
            "cardBin": self.card.bin(),
            "lastFour": last_four,
            "issuingCountry": self.card.country,
            "paymentMethodRegion": self.card.region(self.brand()),
            "funding": "CREDIT",
            "cardCategory": "CONSUMER",
            "avsResultRaw": arranged.avs_result.unwrap_or(self.avs),
            "cvvResultRaw": arranged.cvv_result.unwrap_or(self.cvv),
            "networkTransactionId": network_id,
        });
        let optional = [
            ("cardToken", self.token.as_deref().map(Value::from)),
            ("threeDSResult", self.three_ds.map(|three_ds| three_ds.result(self.brand(), &network_id))),
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
