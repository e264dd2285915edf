//! The simulated contract's payment methods, one row each: where they are used, what they allow, how long they take.
//! What becomes of a payment by these rules is decided in `operations`.

use std::time::Duration;

use super::amount::Amount;
use super::reply::Refusal;
use super::time::Time;
use super::timings::millis;

/// Until when a payment with the method can be cancelled (rules 11.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cancelling {
    Never,
    BeforePaid,
    /// For as long as nothing was captured, at most so many days after the payment.
    BeforeCaptured(u64),
    /// So many days after the payment.
    Days(u64),
    /// Until 00:15 (UTC+8) of the day after the payment.
    NextDay,
}

/// How much of a payment can be sent back, and how often (rules 12.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refunding {
    Never,
    /// The whole amount, once.
    FullOnly,
    /// Any part, once.
    OnceOnly,
    /// Any parts.
    Parts,
}

/// A payment method that the contract holds.
#[derive(Debug)]
pub(crate) struct Method {
    pub(crate) kind: &'static str,
    pub(crate) category: &'static str,
    pub(crate) region: &'static str,
    /// Empty: every currency.
    pub(crate) currencies: &'static [&'static str],
    /// In the smallest unit of its currency; zero where there is no limit.
    least: u64,
    most: u64,
    /// Amounts are multiples of this (rules 5.3).
    step: u64,
    pub(crate) cancelling: Cancelling,
    pub(crate) refunding: Refunding,
    /// Whether a refund is done when its answer comes; wallets are so, others are not (rules 12.6).
    pub(crate) refunds_at_once: bool,
    /// How long a buyer may take unless the request says otherwise; `None` is what the timings say.
    own_expiry: Option<Duration>,
    /// Whether the buyer takes a code away and pays later, so that the payment is pending until then.
    pub(crate) pays_later: bool,
}

/// Why an amount does not suit a method.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Unsuitable {
    Currency,
    Step(u64),
    TooLittle,
    TooMuch,
}

const fn days(count: u64) -> Duration {
    Duration::from_secs(count * 86_400)
}

/// A wallet of one region and currency with the rules that most of them have.
const fn wallet(kind: &'static str, region: &'static str, currencies: &'static [&'static str]) -> Method {
    Method {
        kind,
        category: "WALLET",
        region,
        currencies,
        least: 0,
        most: 0,
        step: 1,
        cancelling: Cancelling::NextDay,
        refunding: Refunding::Parts,
        refunds_at_once: true,
        own_expiry: None,
        pays_later: false,
    }
}

/// A bank's method, which sends nothing back.
const fn bank(kind: &'static str, category: &'static str, region: &'static str) -> Method {
    let refunding = Refunding::Never;
    Method { category, refunding, refunds_at_once: false, ..wallet(kind, region, &[]) }
}

const fn mercado_pago(
    kind: &'static str,
    region: &'static str,
    currencies: &'static [&'static str],
) -> Method {
    let cancelling = Cancelling::Days(7);
    Method { cancelling, own_expiry: Some(days(7)), ..wallet(kind, region, currencies) }
}

static METHODS: [Method; 22] = [
    Method {
        category: "CARD",
        cancelling: Cancelling::BeforeCaptured(7),
        refunds_at_once: false,
        ..wallet("CARD", "GLOBAL", &[])
    },
    wallet("ALIPAY_CN", "CN", &[]),
    Method { least: 1, ..wallet("ALIPAY_HK", "HK", &["HKD"]) },
    Method { step: 10, ..wallet("OCTOPUS", "HK", &["HKD"]) },
    Method { least: 100, ..wallet("GCASH", "PH", &["PHP"]) },
    Method { refunding: Refunding::FullOnly, ..wallet("BILLEASE", "PH", &["PHP"]) },
    Method { least: 30_000, cancelling: Cancelling::Never, ..wallet("DANA", "ID", &["IDR"]) },
    Method { cancelling: Cancelling::Never, ..wallet("GOPAY_ID", "ID", &["IDR"]) },
    Method {
        currencies: &["IDR"],
        cancelling: Cancelling::Never,
        own_expiry: Some(days(2)),
        pays_later: true,
        ..bank("BANKTRANSFER_PERMATA", "BANK_TRANSFER", "ID")
    },
    Method { least: 50, ..wallet("KAKAOPAY", "KR", &["KRW"]) },
    Method { least: 5, ..wallet("TNG", "MY", &["MYR"]) },
    Method { refunding: Refunding::OnceOnly, ..wallet("GRABPAY_SG", "SG", &["SGD"]) },
    Method { least: 100, step: 100, cancelling: Cancelling::Never, ..wallet("JKOPAY", "TW", &["TWD"]) },
    Method { least: 100, most: 3_000_000, ..wallet("TRUEMONEY", "TH", &["THB"]) },
    Method {
        currencies: &["THB"],
        least: 100,
        most: 200_000_000,
        cancelling: Cancelling::BeforePaid,
        ..bank("BANKAPP_KTB", "MOBILE_BANKING_APP", "TH")
    },
    Method {
        currencies: &["THB"],
        least: 100,
        most: 200_000_000,
        cancelling: Cancelling::BeforePaid,
        own_expiry: Some(days(2)),
        pays_later: true,
        ..bank("BANKTRANSFER_KTB", "BANK_TRANSFER", "TH")
    },
    Method {
        currencies: &["JPY"],
        least: 1,
        most: 300_000,
        own_expiry: Some(days(7)),
        pays_later: true,
        ..bank("KONBINI", "OTC", "JP")
    },
    Method {
        currencies: &["PLN"],
        least: 1,
        most: 1_000_000,
        refunding: Refunding::Parts,
        ..bank("BLIK", "ONLINE_BANKING", "PL")
    },
    mercado_pago("MERCADOPAGO_BR", "BR", &["BRL"]),
    mercado_pago("MERCADOPAGO_CL", "CL", &["CLP"]),
    mercado_pago("MERCADOPAGO_MX", "MX", &["MXN"]),
    mercado_pago("MERCADOPAGO_PE", "PE", &["PEN"]),
];

/// The rules of a method that is not in the table: those of most wallets.
static OTHER: Method = wallet("", "GLOBAL", &[]);

/// All methods, in the order in which they are offered.
pub(crate) fn all() -> impl Iterator<Item = &'static Method> {
    METHODS.iter()
}

pub(crate) fn find(kind: &str) -> Option<&'static Method> {
    METHODS.iter().find(|method| method.kind == kind)
}

/// The rules for a payment with this method.
pub(crate) fn rules_of(kind: &str) -> &'static Method {
    find(kind).unwrap_or(&OTHER)
}

impl Method {
    pub(crate) fn is_card(&self) -> bool {
        self.category == "CARD"
    }

    pub(crate) fn takes(&self, currency: &str) -> bool {
        self.currencies.is_empty() || self.currencies.contains(&currency)
    }

    /// Whether this amount can be paid.
    pub(crate) fn check(&self, amount: &Amount) -> Result<(), Unsuitable> {
        if !self.takes(amount.currency) {
            return Err(Unsuitable::Currency);
        }
        if !amount.value.is_multiple_of(self.step) {
            return Err(Unsuitable::Step(self.step));
        }
        if amount.value < self.least {
            return Err(Unsuitable::TooLittle);
        }
        if self.most > 0 && amount.value > self.most {
            return Err(Unsuitable::TooMuch);
        }
        Ok(())
    }

    /// The same, as the answer to a request to pay it.
    pub(crate) fn admit(&self, amount: &Amount) -> Result<(), Refusal> {
        let (code, reason) = match self.check(amount) {
            Ok(()) => return Ok(()),
            Err(Unsuitable::Currency) => {
                ("CURRENCY_NOT_SUPPORT", format!("{} is not paid in {}", self.kind, amount.currency))
            }
            Err(Unsuitable::Step(step)) => {
                ("PARAM_ILLEGAL", format!("paymentAmount.value of {} is a multiple of {step}", self.kind))
            }
            Err(Unsuitable::TooLittle) => {
                ("PARAM_ILLEGAL", format!("paymentAmount.value of {} is at least {}", self.kind, self.least))
            }
            Err(Unsuitable::TooMuch) => {
                let reason = format!("paymentAmount.value of {} is at most {}", self.kind, self.most);
                ("PAYMENT_AMOUNT_EXCEED_LIMIT", reason)
            }
        };
        Err(Refusal::with(code, reason))
    }

    /// Whether this amount can be sent back: its step is that of a payment, and so is the least of it.
    pub(crate) fn admit_part(&self, amount: &Amount) -> Result<(), Refusal> {
        match self.check(amount) {
            Err(fault @ (Unsuitable::Step(_) | Unsuitable::TooLittle)) => {
                let reason = match fault {
                    Unsuitable::Step(step) => {
                        format!("refundAmount.value of {} is a multiple of {step}", self.kind)
                    }
                    _ => format!("refundAmount.value of {} is at least {}", self.kind, self.least),
                };
                Err(Refusal::with("PARAM_ILLEGAL", reason))
            }
            _ => Ok(()),
        }
    }

    /// The smallest and largest amount, where the method has a limit of its own.
    pub(crate) fn limits(&self) -> (Option<u64>, Option<u64>) {
        let limit = |value: u64| (value > 0).then_some(value);
        (limit(self.least), limit(self.most))
    }

    /// How long a buyer may take; `standard` where the method says nothing.
    pub(crate) fn expiry(&self, standard: Duration) -> Duration {
        self.own_expiry.unwrap_or(standard)
    }

    /// Until when a payment that was paid then can be cancelled; `None` if it cannot be any more.
    pub(crate) fn cancel_until(&self, paid: Time) -> Option<Time> {
        match self.cancelling {
            Cancelling::Never | Cancelling::BeforePaid => None,
            Cancelling::BeforeCaptured(count) | Cancelling::Days(count) => {
                Some(paid.after(millis(count.saturating_mul(86_400_000))))
            }
            Cancelling::NextDay => Some(paid.cancel_deadline()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_is_a_type_of_its_own_in_a_category_of_the_gateway() {
        const CATEGORIES: [&str; 8] = [
            "ALIPAY_PLUS",
            "WALLET",
            "MOBILE_BANKING_APP",
            "BANK_TRANSFER",
            "ONLINE_BANKING",
            "CARD",
            "OTC",
            "VA",
        ];
        let kinds: std::collections::BTreeSet<&str> = all().map(|method| method.kind).collect();
        assert_eq!(kinds.len(), METHODS.len());
        for method in all() {
            assert!(CATEGORIES.contains(&method.category), "{}", method.kind);
            assert!(method.region == "GLOBAL" || method.region.len() == 2, "{}", method.kind);
        }
    }

    #[test]
    fn amounts_have_the_steps_and_limits_of_their_method() {
        let check = |kind: &str, currency: &'static str, value: u64| {
            find(kind).expect("a method").check(&Amount { currency, value })
        };
        for (kind, currency, value, expected) in [
            ("JKOPAY", "TWD", 100, Ok(())),
            ("JKOPAY", "TWD", 150, Err(Unsuitable::Step(100))),
            ("OCTOPUS", "HKD", 25, Err(Unsuitable::Step(10))),
            ("GCASH", "PHP", 99, Err(Unsuitable::TooLittle)),
            ("DANA", "IDR", 29_900, Err(Unsuitable::TooLittle)),
            ("TNG", "MYR", 5, Ok(())),
            ("KONBINI", "JPY", 300_001, Err(Unsuitable::TooMuch)),
            ("KAKAOPAY", "USD", 5_000, Err(Unsuitable::Currency)),
            ("CARD", "USD", 1, Ok(())),
        ] {
            assert_eq!(check(kind, currency, value), expected, "{kind} {currency} {value}");
        }
    }

    #[test]
    fn cancel_windows_are_those_of_the_documents() {
        let paid = Time::parse("2026-11-22T01:00:00Z").expect("a time");
        for (kind, until) in [
            ("CARD", Some("2026-11-29T01:00:00.000Z")),
            ("MERCADOPAGO_MX", Some("2026-11-29T01:00:00.000Z")),
            ("GCASH", Some("2026-11-22T16:15:00.000Z")),
            ("DANA", None),
            ("JKOPAY", None),
            ("BANKAPP_KTB", None),
        ] {
            let until = until.map(str::to_owned);
            assert_eq!(rules_of(kind).cancel_until(paid).map(Time::to_utc), until, "{kind}");
        }
    }
}
