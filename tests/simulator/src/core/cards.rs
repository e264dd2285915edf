//! The sandbox's test cards, and a few of the simulator's own for what the sandbox has no number for.
//! What a buyer enters beside the number is judged in `card_form`; what follows is decided in `buyer`.

/// The bank behind every test card.
pub(crate) const ISSUER_NAME: &str = "Simulated Bank";

/// A test card.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Card {
    pub(crate) number: &'static str,
    /// More than one for a co-badged card; the first is used unless another is chosen.
    pub(crate) brands: &'static [&'static str],
    pub(crate) country: &'static str,
    pub(crate) issuer: Issuer,
    pub(crate) exempt_from_challenge: bool,
}

/// A test card as the buyer's pages offer it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TestCard {
    /// The whole number.
    pub number: &'static str,
    /// The brand that is used unless another is chosen.
    pub brand: &'static str,
    /// Where the bank is.
    pub country: &'static str,
    /// Whether the bank pays without asking for 3-D Secure by itself.
    pub approves: bool,
}

/// The cards that pages offer, in the order of the list.
pub fn test_cards() -> impl Iterator<Item = TestCard> {
    CARDS.iter().map(|card| TestCard {
        number: card.number,
        brand: card.brands.first().copied().unwrap_or_default(),
        country: card.country,
        approves: card.issuer == Issuer::Approves,
    })
}

/// What the bank behind a card says to a payment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Issuer {
    Approves,
    Declines,
    /// A soft decline: not without 3-D Secure.
    WantsAuthentication,
}

const fn good(number: &'static str, brands: &'static [&'static str], country: &'static str) -> Card {
    Card { number, brands, country, issuer: Issuer::Approves, exempt_from_challenge: false }
}

const fn with_issuer(number: &'static str, brands: &'static [&'static str], issuer: Issuer) -> Card {
    Card { number, brands, country: "US", issuer, exempt_from_challenge: false }
}

/// The brands of which a bank in Korea issues cards (rules 15.8).
pub(crate) static KOREAN_BRANDS: [&str; 22] = [
    "BC",
    "IBK_BC",
    "HYUNDAI",
    "SHINHAN",
    "KOOKMIN",
    "LOTTE",
    "SAMSUNG",
    "NONGHYUP",
    "KEBHANA",
    "WOORI",
    "KAKAOBANK",
    "KBANK",
    "TOSSBANK",
    "KDBBANK",
    "POST",
    "SAEMAUL",
    "SAVINGBANK",
    "SHINHYEOP",
    "SUHYEOP",
    "GWANGJUBANK",
    "JEJUBANK",
    "JEONBUKBANK",
];

static CARDS: [Card; 15] = [
    // Published (sandbox facts 2 and 3).
    good("4054695723100768", &["VISA"], "US"),
    good("5162774114974622", &["MASTERCARD"], "US"),
    good("4294097400915107", &["VISA"], "BR"),
    good("4006055482525268", &["VISA"], "MX"),
    good("4600729331819383", &["VISA"], "CL"),
    good("4310377720003234", &["VISA"], "PE"),
    good("9490220011669217", &["HYUNDAI"], "KR"),
    Card { exempt_from_challenge: true, ..good("4035501000000008", &["VISA"], "US") },
    with_issuer("4054692760174822", &["VISA"], Issuer::Declines),
    with_issuer("5162770472561357", &["MASTERCARD"], Issuer::Declines),
    // The simulator's own.
    with_issuer("4035501000000107", &["VISA"], Issuer::WantsAuthentication),
    good("4035501000000206", &["VISA", "CARTES_BANCAIRES"], "FR"),
    good("371449635300007", &["AMEX"], "US"),
    good("3530111333300109", &["JCB"], "JP"),
    good("9490220011670009", &KOREAN_BRANDS, "KR"),
];

impl Card {
    /// The card that a buyer uses who was not told which to use.
    pub(crate) const DEFAULT: &'static Self = &CARDS[0];

    pub(crate) fn find(number: &str) -> Option<&'static Self> {
        CARDS.iter().find(|card| card.number == number)
    }

    /// The card that a buyer uses where a brand or a region is asked for.
    pub(crate) fn bearing(brand: Option<&str>, region: Option<&str>) -> &'static Self {
        let fits = |card: &&Self| card.issuer == Issuer::Approves && card.brand(brand, region).is_some();
        CARDS.iter().find(fits).unwrap_or(Self::DEFAULT)
    }

    pub(crate) fn last_four(&self) -> &'static str {
        self.number.get(self.number.len().saturating_sub(4)..).unwrap_or_default()
    }

    pub(crate) fn bin(&self) -> &'static str {
        self.number.get(..6).unwrap_or_default()
    }

    /// Which of its brands is used: the chosen one, one of the chosen region, or else the first; `None` if the card
    /// bears no such brand.
    pub(crate) fn brand(&self, chosen: Option<&str>, region: Option<&str>) -> Option<u8> {
        let position = self.brands.iter().position(|brand| match (chosen, region) {
            (Some(chosen), _) => *brand == chosen,
            (None, Some(region)) => self.region(brand) == region,
            (None, None) => true,
        });
        u8::try_from(position?).ok()
    }

    /// `paymentMethodRegion`: where a card of this brand is processed.
    pub(crate) fn region(&self, brand: &str) -> &'static str {
        match (brand, self.country) {
            ("CARTES_BANCAIRES", country) => country,
            (_, country @ ("BR" | "CL" | "KR" | "MX" | "PE")) => country,
            _ => "GLOBAL",
        }
    }
}

/// The check digit that every card number ends with.
pub(crate) fn passes_luhn(number: &str) -> bool {
    let digits: Option<Vec<u32>> = number.chars().rev().map(|c| c.to_digit(10)).collect();
    let Some(digits) = digits.filter(|digits| digits.len() >= 12) else { return false };
    let weighed = digits.iter().enumerate().map(|(place, digit)| {
        let weighed = if place % 2 == 1 { digit * 2 } else { *digit };
        if weighed > 9 { weighed - 9 } else { weighed }
    });
    weighed.sum::<u32>() % 10 == 0
}

/// A card is saved as its number.
pub(crate) mod number {
    use serde::de::Error as _;
    use serde::{Deserialize, Deserializer, Serializer};

    use super::Card;

    pub(crate) fn serialize<S: Serializer>(card: &&'static Card, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(card.number)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<&'static Card, D::Error> {
        let number = String::deserialize(deserializer)?;
        Card::find(&number).ok_or_else(|| D::Error::custom("no such test card"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_test_card_has_a_right_check_digit_and_a_number_of_its_own() {
        for card in &CARDS {
            assert!(passes_luhn(card.number), "{}", card.number);
            assert_eq!(CARDS.iter().filter(|other| other.number == card.number).count(), 1);
        }
        for wrong in ["4054695723100769", "4504695723100768", "", "0", "405469572310076x"] {
            assert!(!passes_luhn(wrong), "{wrong}");
        }
    }
}
