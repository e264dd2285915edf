//! A card in use for one payment, and what the merchant is told about it afterwards.
//! Where it comes from is in `card_form`; what the bank says to it in `buyer`.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::arrangement::CardArrangement;
use super::cards::{self, Card};
use super::names::Name;
use super::payment::{Payment, Phase};
use super::three_ds::ThreeDs;
use super::time::Time;

/// A card in use for one payment.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct CardUse {
    #[serde(with = "cards::number")]
    pub(crate) card: &'static Card,
    /// Which of the card's brands.
    pub(crate) brand: u8,
    pub(crate) expiry: Expiry,
    pub(crate) holder: Option<Box<str>>,
    /// The token that was paid with, or the one that the card was stored under.
    pub(crate) token: Option<Name>,
    /// Whether the buyer agrees that the card is stored.
    pub(crate) store: bool,
    pub(crate) avs: char,
    pub(crate) cvv: char,
    pub(crate) three_ds: Option<ThreeDs>,
    /// In how many parts the buyer chose to pay the bank.
    pub(crate) instalments: Option<u8>,
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
            instalments: None,
        }
    }

    pub(crate) fn brand(&self) -> &'static str {
        self.card.brands.get(usize::from(self.brand)).copied().unwrap_or_default()
    }

    /// `paymentResultInfo` of a payment that was made with this card, or that failed with it.
    pub(crate) fn result_info(&self, payment: &Payment, arranged: &CardArrangement) -> Value {
        let network_id = format!("{:015}", payment.network_id);
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
        });
        let terms = payment.terms();
        let own = self.three_ds.map(|three_ds| three_ds.result(self.brand(), &network_id));
        let three_ds = own.or_else(|| terms.mpi.as_ref().map(|mpi| mpi.result()));
        let instalments = self.instalments.or(terms.instalments);
        let refusal = (payment.phase == Phase::Failed).then_some(payment.result_code.as_deref()).flatten();
        let refusal = refusal.and_then(refusal_of_bank);
        let optional = [
            ("networkTransactionId", payment.paid_at.map(|_| json!(network_id))),
            ("cardToken", self.token.as_deref().map(Value::from)),
            ("threeDSResult", three_ds.map(Value::Object)),
            (
                "creditPayPlan",
                instalments.map(|number| json!({"installmentNum": number, "interval": "MONTH"})),
            ),
            ("refusalCodeRaw", refusal.map(|(code, _)| json!(code))),
            ("refusalReasonRaw", refusal.map(|(_, reason)| json!(reason))),
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

/// What the bank itself said (ISO 8583), where it was the bank that refused.
fn refusal_of_bank(code: &str) -> Option<(&'static str, &'static str)> {
    Some(match code {
        "DO_NOT_HONOR" => ("05", "Do not honor"),
        "INVALID_AMOUNT" => ("13", "Invalid amount"),
        "INVALID_CARD_NUMBER" => ("14", "Invalid account number"),
        "USER_BALANCE_NOT_ENOUGH" => ("51", "Insufficient funds"),
        "INVALID_EXPIRATION_DATE" => ("54", "Expired card"),
        "USER_AMOUNT_EXCEED_LIMIT" => ("61", "Exceeds amount limit"),
        "AUTHENTICATION_REQUIRED" => ("1A", "Additional customer authentication required"),
        _ => return None,
    })
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
