//! Instalment plans: which banks offer them for which of their cards, in which currency, in how many parts.
//! The banks are the simulator's own. How plans are shown and chosen is left to the operations.

use serde_json::{Value, json};

use super::amount::Amount;
use super::cards::Card;
use super::fields::Fields;
use super::reply::Refusal;

/// A bank that lets its cards pay by instalments.
#[derive(Debug)]
pub(crate) struct Bank {
    pub(crate) name: &'static str,
    pub(crate) short_name: &'static str,
    /// The country of the bank and of its cards.
    pub(crate) region: &'static str,
    pub(crate) currency: &'static str,
    /// The first six digits of its cards.
    pub(crate) bins: &'static [&'static str],
    /// The numbers of parts on offer.
    months: [u8; 3],
}

static BANKS: [Bank; 5] = [
    Bank {
        name: "Simulated Bank of Brazil",
        short_name: "SIMBR",
        region: "BR",
        currency: "BRL",
        bins: &["429409"],
        months: [3, 6, 12],
    },
    Bank {
        name: "Simulated Bank of Chile",
        short_name: "SIMCL",
        region: "CL",
        currency: "CLP",
        bins: &["460072"],
        months: [3, 6, 12],
    },
    Bank {
        name: "Simulated Bank of Korea",
        short_name: "SIMKR",
        region: "KR",
        currency: "KRW",
        bins: &["949022"],
        months: [2, 3, 6],
    },
    Bank {
        name: "Simulated Bank of Mexico",
        short_name: "SIMMX",
        region: "MX",
        currency: "MXN",
        bins: &["400605"],
        months: [3, 6, 12],
    },
    Bank {
        name: "Simulated Bank of Peru",
        short_name: "SIMPE",
        region: "PE",
        currency: "PEN",
        bins: &["431037"],
        months: [3, 6, 12],
    },
];

/// All banks with plans.
pub(crate) fn banks() -> impl Iterator<Item = &'static Bank> {
    BANKS.iter()
}

/// The bank whose plans a payment in this currency can use.
pub(crate) fn bank_of(currency: &str) -> Option<&'static Bank> {
    banks().find(|bank| bank.currency == currency)
}

impl Bank {
    /// The plans as the gateway shows them; with an amount, those in which it can be paid are enabled.
    pub(crate) fn plans(&self, amount: Option<&Amount>) -> Vec<Value> {
        let plan = |count: &u8| {
            // Each part is at least one smallest unit.
            let least = Amount { currency: self.currency, value: u64::from(*count) };
            json!({
                "installmentNum": count.to_string(), "interval": "MONTH", "interestRate": "0",
                "enabled": amount.is_none_or(|amount| self.offers(*count, amount)),
                "minInstallmentAmount": least.to_json(),
            })
        };
        self.months.iter().map(plan).collect()
    }

    fn offers(&self, count: u8, amount: &Amount) -> bool {
        amount.currency == self.currency && self.months.contains(&count) && amount.value >= u64::from(count)
    }
}

/// Reads `creditPayPlan` (rules 15.10): the number of parts, if one is chosen.
pub(crate) fn read(fields: &mut Fields<'_>) -> Option<u8> {
    fields.at("creditPayPlan")?;
    fields.one_of("creditPayPlan.creditPayFeeType", &["PERCENTAGE"]);
    if fields.at("creditPayPlan.feePercentage").is_some() {
        whole(fields, "creditPayPlan.feePercentage", 0, 100);
    }
    whole(fields, "creditPayPlan.installmentNum", 2, 36)
}

/// A whole number as JSON or as text (rules 1.13).
fn whole(fields: &mut Fields<'_>, path: &str, least: u8, most: u8) -> Option<u8> {
    let number = match fields.at(path) {
        Some(Value::Number(number)) => number.as_u64().and_then(|number| u8::try_from(number).ok()),
        Some(Value::String(text)) => text.parse().ok(),
        _ => None,
    };
    let number = number.filter(|number| (least..=most).contains(number));
    if number.is_none() {
        fields.fault(format!("{path} is no whole number from {least} to {most}"));
    }
    number
}

/// Refuses a number of parts that nobody offers for this amount.
pub(crate) fn admit(count: Option<u8>, amount: &Amount) -> Result<(), Refusal> {
    let Some(count) = count else { return Ok(()) };
    let offered = bank_of(amount.currency).is_some_and(|bank| bank.offers(count, amount));
    if offered {
        return Ok(());
    }
    let reason = format!(
        "creditPayPlan.installmentNum {count} is not offered for {} {}; inquireInstallment lists the plans",
        amount.value, amount.currency
    );
    Err(Refusal::with("PARAM_ILLEGAL", reason))
}

/// Whether this card can be paid with in parts: it must be one of the bank's own.
pub(crate) fn suits(count: Option<u8>, currency: &str, card: &Card) -> bool {
    count.is_none() || bank_of(currency).is_some_and(|bank| bank.bins.contains(&card.bin()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_bank_has_a_test_card_of_its_country_and_a_currency_of_its_own() {
        let numbers = [
            "4294097400915107",
            "4600729331819383",
            "9490220011669217",
            "4006055482525268",
            "4310377720003234",
        ];
        let cards: Vec<&Card> = numbers.iter().map(|number| Card::find(number).expect("a card")).collect();
        for bank in banks() {
            let own: Vec<&&Card> = cards.iter().filter(|card| suits(Some(3), bank.currency, card)).collect();
            assert_eq!(own.len(), 1, "{}", bank.name);
            assert!(own.iter().all(|card| card.country == bank.region));
            assert_eq!(banks().filter(|other| other.currency == bank.currency).count(), 1);
        }
    }

    #[test]
    fn a_part_is_at_least_one_smallest_unit() {
        let amount = |value| Amount { currency: "BRL", value };
        assert_eq!(admit(Some(3), &amount(3)), Ok(()));
        assert!(admit(Some(3), &amount(2)).is_err());
        assert!(admit(Some(4), &amount(1_000)).is_err());
        assert!(admit(Some(3), &Amount { currency: "SGD", value: 1_000 }).is_err());
        assert_eq!(admit(None, &Amount { currency: "SGD", value: 1 }), Ok(()));
    }
}
