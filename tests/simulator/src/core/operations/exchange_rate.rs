//! `inquireExchangeRate`: what the gateway would give for one currency in another.
//! The prices are in `exchange`; they hold for a day, and asking for them changes nothing.

use serde_json::{Value, json};

use crate::core::amount::currency;
use crate::core::exchange::{Quote, rate};
use crate::core::fields::Fields;
use crate::core::fingerprint::Fingerprint;
use crate::core::gateway::Gateway;
use crate::core::reply::{Refusal, Reply};
use crate::core::time::Time;

/// Against these a single currency is quoted: those in which most merchants are settled.
const SETTLED_IN: [&str; 8] = ["USD", "EUR", "GBP", "SGD", "HKD", "JPY", "AUD", "CAD"];

const MOST_PAIRS: usize = 100;

/// What the buyer gives away, and what the goods are priced in.
struct Pair {
    sell: &'static str,
    buy: &'static str,
}

impl Gateway {
    pub(crate) fn inquire_exchange_rate(&self, request: &Value) -> Result<Reply, Refusal> {
        let mut fields = Fields::of(request);
        fields.text("merchantAccountId", 32);
        fields.one_of("productCode", &["CASHIER_PAYMENT", "AGREEMENT_PAYMENT", "IN_STORE_PAYMENT"]);
        let kind = fields.one_of("rateType", &["TRADE", "REFERENCE", "REFERENCE_TRADE"]);
        let asked = read_pairs(&mut fields);
        fields.finish()?;
        let pairs = asked.iter().map(|(sell, buy)| known(sell, buy)).collect::<Result<Vec<_>, _>>()?;
        let guaranteed = kind.unwrap_or("TRADE") == "TRADE";
        let unpriced = || Refusal::new("CURRENCY_NOT_SUPPORT");
        let mut quotes = Vec::new();
        let mut payment_quotes = Vec::new();
        for Pair { sell, buy } in pairs {
            let quote = Quote::between(sell, buy).ok_or_else(unpriced)?;
            let id = quote_id(&quote.pair(), self.now);
            quotes.push(json!({
                "quoteId": id, "quoteCurrencyPair": quote.pair(), "quotePrice": quote.price(),
                "quoteStartTime": self.now.day_start().to_wire(),
                "quoteExpiryTime": self.now.next_day_start().to_wire(),
                "guaranteed": guaranteed,
            }));
            payment_quotes.push(json!({
                "quoteId": id, "sellCurrency": sell, "buyCurrency": buy,
                "exchangeRate": rate(sell, buy).ok_or_else(unpriced)?,
            }));
        }
        Ok(Reply::success().field("quotes", quotes).field("paymentQuotes", payment_quotes))
    }
}

/// The pairs that a request asks for, in any of the ways in which it can.
fn read_pairs<'a>(fields: &mut Fields<'a>) -> Vec<(&'a str, &'a str)> {
    let sell = fields.text("sellCurrency", 3).or(fields.text("paymentCurrency", 3));
    let buy = fields.text("buyCurrency", 3);
    let listed = fields.at("currencyPairs");
    let against = |one: &'a str| SETTLED_IN.into_iter().filter(move |other| *other != one);
    let mut pairs: Vec<(&str, &str)> = match (sell, buy) {
        (Some(sell), Some(buy)) => vec![(sell, buy)],
        (Some(sell), None) if listed.is_none() => against(sell).map(|buy| (sell, buy)).collect(),
        (None, Some(buy)) if listed.is_none() => against(buy).map(|sell| (sell, buy)).collect(),
        _ => Vec::new(),
    };
    if let Some(listed) = listed {
        let pair = |one: &'a Value| {
            let text = |name: &str| one.get(name).and_then(Value::as_str);
            Some((text("sellCurrency")?, text("buyCurrency")?))
        };
        match listed.as_array().map(|list| list.iter().map(pair).collect::<Option<Vec<_>>>()) {
            Some(Some(listed)) => pairs.extend(listed),
            _ => fields.fault("currencyPairs is not a list of {sellCurrency, buyCurrency}".to_owned()),
        }
    }
    if pairs.is_empty() {
        fields.fault(
            "neither currencyPairs nor sellCurrency, buyCurrency or paymentCurrency is given".to_owned(),
        );
    }
    if pairs.len() > MOST_PAIRS {
        fields.fault(format!("currencyPairs has more than {MOST_PAIRS} entries"));
    }
    if let Some((same, _)) = pairs.iter().find(|(sell, buy)| sell == buy) {
        fields.fault(format!("sellCurrency and buyCurrency are both {same}"));
    }
    pairs
}

fn known(sell: &str, buy: &str) -> Result<Pair, Refusal> {
    let code = |code: &str| {
        let unknown = || Refusal::with("CURRENCY_NOT_SUPPORT", format!("there is no rate for {code}"));
        currency(code).map(|known| known.code).ok_or_else(unknown)
    };
    Ok(Pair { sell: code(sell)?, buy: code(buy)? })
}

/// The same all day for a pair, whichever way round it is asked for.
fn quote_id(pair: &str, now: Time) -> String {
    format!("{}{}", now.day_digits(), Fingerprint::of_text(pair))
}
