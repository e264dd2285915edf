//! The sandbox's test cards: what each number is, and whether paying with it succeeds.
//! Which result follows is decided where a payment is settled.

use serde_json::{Value, json};

/// A published test card.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Card {
    pub(crate) number: &'static str,
    pub(crate) brand: &'static str,
    pub(crate) country: &'static str,
    pub(crate) succeeds: bool,
    pub(crate) exempt_from_challenge: bool,
}

const fn good(number: &'static str, brand: &'static str, country: &'static str) -> Card {
    Card { number, brand, country, succeeds: true, exempt_from_challenge: false }
}

const fn bad(number: &'static str, brand: &'static str) -> Card {
    Card { number, brand, country: "US", succeeds: false, exempt_from_challenge: false }
}

static CARDS: [Card; 10] = [
    good("4054695723100768", "VISA", "US"),
    good("5162774114974622", "MASTERCARD", "US"),
    good("4294097400915107", "VISA", "BR"),
    good("4006055482525268", "VISA", "MX"),
    good("4600729331819383", "VISA", "CL"),
    good("4310377720003234", "VISA", "PE"),
    good("9490220011669217", "HYUNDAI", "KR"),
    Card {
        number: "4035501000000008",
        brand: "VISA",
        country: "US",
        succeeds: true,
        exempt_from_challenge: true,
    },
    bad("4054692760174822", "VISA"),
    bad("5162770472561357", "MASTERCARD"),
];

impl Card {
    /// The card that a buyer uses who was not told which to use.
    pub(crate) const DEFAULT: &'static Self = &CARDS[0];

    pub(crate) fn find(number: &str) -> Option<&'static Self> {
        CARDS.iter().find(|card| card.number == number)
    }

    /// `paymentResultInfo` of a payment with this card.
    pub(crate) fn result_info(&self, three_ds: bool, network_id: u64) -> Value {
        let network_id = format!("{network_id:015}");
        let last_four = self.number.get(12..).unwrap_or_default();
        let mut info = json!({
            "cardNo": format!("************{last_four}"),
            "cardBrand": self.brand,
            "cardBin": self.number.get(..6).unwrap_or_default(),
            "lastFour": last_four,
            "issuingCountry": self.country,
            "funding": "CREDIT",
            "cardCategory": "CONSUMER",
            "avsResultRaw": "A",
            "cvvResultRaw": "Y",
            "networkTransactionId": network_id,
        });
        if three_ds && let Some(object) = info.as_object_mut() {
            let eci = if self.brand == "MASTERCARD" { "02" } else { "05" };
            object.insert(
                "threeDSResult".to_owned(),
                json!({"threeDSVersion": "2.2.0", "eci": eci, "cavv": "AAABBEg0VhI0VniQEjRWAAAAAAA=",
                       "dsTransactionId": network_id, "challenged": !self.exempt_from_challenge}),
            );
        }
        info
    }
}
