//! Laws of money: no operation invents, loses or mixes it.
//! Amounts as they travel are tested in `leniency`.

use std::cmp::Ordering;

use antom_core::{Currency, CurrencyError, Money, MoneyError};
use proptest::prelude::*;

const MAX: u64 = 9_999_999_999_999_999;

fn currency(code: &str) -> Currency {
    Currency::parse(code).unwrap()
}

fn any_currency() -> impl Strategy<Value = Currency> {
    prop::sample::select(Currency::all().collect::<Vec<_>>())
}

fn money(code: &str, minor_units: u64) -> Money {
    Money::from_minor(currency(code), minor_units).unwrap()
}

proptest! {
    #[test]
    fn minor_units_read_back_what_was_printed(currency in any_currency(), minor_units in 0..=MAX) {
        let money = Money::from_minor(currency, minor_units).unwrap();
        prop_assert_eq!(Money::parse_minor(currency, &minor_units.to_string()), Ok(money));
        prop_assert_eq!(money.minor_units(), minor_units);
        prop_assert_eq!(money.currency(), currency);
    }

    #[test]
    fn the_decimal_form_reads_back_what_was_printed(currency in any_currency(), minor_units in 0..=MAX) {
        let money = Money::from_minor(currency, minor_units).unwrap();
        let text = money.to_decimal_string();
        prop_assert_eq!(Money::parse_decimal(currency, &text), Ok(money), "{}", text);
        prop_assert_eq!(text.split_once('.').map_or(0, |(_, fraction)| fraction.len()), usize::from(currency.exponent()));
    }

    #[test]
    fn adding_and_taking_away_again_changes_nothing(left in 0..=MAX, right in 0..=MAX) {
        let (left, right) = (money("USD", left), money("USD", right));
        match left.checked_add(right) {
            Ok(sum) => {
                prop_assert_eq!(sum.checked_sub(right), Ok(left));
                prop_assert_eq!(right.checked_add(left), Ok(sum));
                prop_assert_ne!(sum.compare(left), Ok(Ordering::Less));
            }
            Err(fault) => {
                prop_assert_eq!(fault, MoneyError::TooLarge);
                prop_assert!(left.minor_units() + right.minor_units() > MAX);
            }
        }
    }

    #[test]
    fn taking_away_works_exactly_where_the_other_is_not_larger(left in 0..=MAX, right in 0..=MAX) {
        let (left, right) = (money("JPY", left), money("JPY", right));
        let difference = left.checked_sub(right);
        prop_assert_eq!(difference.is_err(), left.compare(right) == Ok(Ordering::Less));
        prop_assert_eq!(difference.map_or(left, |rest| rest.checked_add(right).unwrap()), left);
    }

    #[test]
    fn different_currencies_never_meet(left in any_currency(), right in any_currency(), units in 0..=MAX) {
        let (a, b) = (Money::from_minor(left, units).unwrap(), Money::from_minor(right, units).unwrap());
        let mismatch = MoneyError::CurrencyMismatch { left, right };
        if left == right {
            prop_assert_eq!(a.compare(b), Ok(Ordering::Equal));
        } else {
            prop_assert_eq!(a.compare(b), Err(mismatch));
            prop_assert_eq!(a.checked_add(b), Err(mismatch));
            prop_assert_eq!(a.checked_sub(b), Err(mismatch));
            prop_assert_ne!(a, b);
        }
    }

    #[test]
    fn no_text_makes_reading_panic_and_what_is_read_prints_back(text in "\\PC{0,20}", code in any_currency()) {
        if let Ok(money) = Money::parse_minor(code, &text) {
            prop_assert_eq!(money.minor_units().to_string(), text.as_str());
        }
        if let Ok(money) = Money::parse_decimal(code, &text) {
            prop_assert!(money.to_decimal_string().starts_with(text.trim_end_matches('.')));
        }
    }

    #[test]
    fn only_the_codes_of_the_list_are_currencies(code in "[A-Z]{3}") {
        let known = Currency::all().any(|currency| currency.code() == code);
        prop_assert_eq!(Currency::parse(&code).is_ok(), known);
    }
}

#[test]
fn odd_texts_are_no_amounts() {
    let usd = currency("USD");
    let table = [
        ("", MoneyError::Empty),
        ("0100", MoneyError::LeadingZeros),
        ("00", MoneyError::LeadingZeros),
        ("-1", MoneyError::Malformed),
        ("+1", MoneyError::Malformed),
        ("1.00", MoneyError::Malformed),
        ("1,000", MoneyError::Malformed),
        ("1e3", MoneyError::Malformed),
        (" 1", MoneyError::Malformed),
        ("1 ", MoneyError::Malformed),
        ("١٢", MoneyError::Malformed),
        ("10000000000000000", MoneyError::TooLarge),
        ("99999999999999999999999999", MoneyError::TooLarge),
    ];
    for (text, fault) in table {
        assert_eq!(Money::parse_minor(usd, text), Err(fault), "{text:?}");
    }
    assert_eq!(Money::parse_minor(usd, "9999999999999999").unwrap().minor_units(), MAX);
    assert!(Money::parse_minor(usd, "0").unwrap().is_zero());
}

#[test]
fn decimal_forms_follow_the_exponent_of_the_currency() {
    let table = [
        ("USD", "10.00", 1000),
        ("USD", "10", 1000),
        ("USD", "10.5", 1050),
        ("USD", "0.05", 5),
        ("JPY", "10", 10),
        ("KWD", "1.234", 1234),
        ("CLF", "0.0001", 1),
        ("IDR", "1000", 100_000),
    ];
    for (code, text, minor_units) in table {
        assert_eq!(Money::parse_decimal(currency(code), text), Ok(money(code, minor_units)), "{code} {text}");
    }
    for (code, text) in
        [("USD", "1."), ("USD", ".5"), ("USD", "1.2.3"), ("USD", "1.-5"), ("USD", "01.00"), ("USD", "")]
    {
        assert!(Money::parse_decimal(currency(code), text).is_err(), "{code} {text}");
    }
    let yen = currency("JPY");
    assert_eq!(
        Money::parse_decimal(yen, "10.0"),
        Err(MoneyError::TooManyFractionDigits { currency: yen, digits: 1, exponent: 0 })
    );
    assert_eq!(Money::parse_decimal(currency("USD"), "100000000000000.00"), Err(MoneyError::TooLarge));
    assert_eq!(Money::parse_decimal(currency("USD"), "18446744073709551615"), Err(MoneyError::TooLarge));
}

#[test]
fn amounts_print_with_their_currency() {
    let table =
        [("USD", 1000, "USD 10.00"), ("USD", 5, "USD 0.05"), ("JPY", 10, "JPY 10"), ("KWD", 10, "KWD 0.010")];
    for (code, minor_units, text) in table {
        assert_eq!(money(code, minor_units).to_string(), text);
    }
}

//= X-12 test
#[test]
fn amounts_that_cannot_be_charged_are_named() {
    assert_eq!(money("SGD", 1).require_chargeable(), Ok(money("SGD", 1)));
    assert_eq!(money("SGD", 0).require_chargeable(), Err(MoneyError::Zero));
    assert_eq!(money("IDR", 30_000).require_chargeable(), Ok(money("IDR", 30_000)));
    let idr = currency("IDR");
    assert_eq!(
        money("IDR", 30_050).require_chargeable(),
        Err(MoneyError::WrongStep { currency: idr, step: 100 })
    );
    let clf = currency("CLF");
    assert_eq!(money("CLF", 1).require_chargeable(), Err(MoneyError::NotForPayments { currency: clf }));
}

#[test]
fn methods_have_their_own_steps_and_minima() {
    let twd = currency("TWD");
    assert!(money("TWD", 150).require_chargeable().is_ok());
    assert!(money("TWD", 150).require_chargeable_by("CARD").is_ok());
    assert_eq!(
        money("TWD", 150).require_chargeable_by("JKOPAY"),
        Err(MoneyError::WrongStep { currency: twd, step: 100 })
    );
    assert!(money("HKD", 110).require_chargeable_by("OCTOPUS").is_ok());
    assert!(money("HKD", 111).require_chargeable_by("OCTOPUS").is_err());
    let php = currency("PHP");
    assert_eq!(
        money("PHP", 99).require_chargeable_by("GCASH"),
        Err(MoneyError::BelowMinimum { currency: php, minimum: 100 })
    );
    assert!(money("USD", 1).require_chargeable_by("GCASH").is_ok());
}

#[test]
fn codes_that_are_no_active_currencies_are_refused() {
    for code in ["usd", "US", "USDX", "", "U$D", "ＵＳＤ"] {
        assert_eq!(Currency::parse(code), Err(CurrencyError::Malformed), "{code:?}");
    }
    for code in ["HRK", "BGN", "XAU", "XXX", "ZZZ"] {
        assert_eq!(Currency::parse(code), Err(CurrencyError::Unknown), "{code:?}");
    }
}
