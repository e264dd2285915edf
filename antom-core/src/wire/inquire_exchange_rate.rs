//! `inquireExchangeRate`: what the gateway would give for another currency.
//! Converting money is left to the gateway: rates are shown, never calculated with here.

use super::amount::price_in;
use super::words::RateType;
use super::{FieldErrors, ProductCode, Quote, validate};
use crate::money::Currency;
use crate::outcome::GatewayResult;

message! {
    /// Asks for exchange rates.
    pub struct InquireExchangeRateRequest {
        optional {
            /// At most 32 characters.
            merchant_account_id: String = "merchantAccountId",
            /// The currency of payments: three letters of ISO 4217.
            payment_currency: String = "paymentCurrency",
            /// Pairs to ask for.
            currency_pairs: Vec<CurrencyPair> = "currencyPairs",
            /// The currency that is given away.
            sell_currency: String = "sellCurrency",
            /// The currency that is wanted.
            buy_currency: String = "buyCurrency",
            /// The product under contract.
            product_code: ProductCode = "productCode",
            /// Whether the rate is meant for trade or for display.
            rate_type: RateType = "rateType",
        }
    }
}

impl InquireExchangeRateRequest {
    /// Asks what one unit of `sell` brings in `buy`.
    pub fn of_pair(sell: Currency, buy: Currency) -> Self {
        Self { currency_pairs: Some(vec![CurrencyPair::new(sell, buy)]), ..Self::default() }
    }

    /// Asks for the rates of payments in this currency.
    pub fn of_payments_in(currency: Currency) -> Self {
        Self { payment_currency: Some(currency.code().to_owned()), ..Self::default() }
    }

    /// Checks everything that can be known before sending.
    ///
    /// # Errors
    /// [`FieldErrors`] with all faults at once.
    pub fn validate(&self) -> Result<(), FieldErrors> {
        let mut check = validate::Check::of(self);
        let asks = self.payment_currency.is_some() || self.sell_currency.is_some();
        if !asks && self.currency_pairs.as_ref().is_none_or(Vec::is_empty) {
            check.require("currencyPairs");
        }
        check.finish()
    }
}

message! {
    /// Two currencies.
    pub struct CurrencyPair {
        optional {
            /// The currency that is given away.
            sell_currency: String = "sellCurrency",
            /// The currency that is wanted.
            buy_currency: String = "buyCurrency",
        }
    }
}

impl CurrencyPair {
    /// The pair of what is given away and what is wanted.
    pub fn new(sell: Currency, buy: Currency) -> Self {
        Self {
            sell_currency: Some(sell.code().to_owned()),
            buy_currency: Some(buy.code().to_owned()),
            ..Self::default()
        }
    }
}

message! {
    /// Answer to [`InquireExchangeRateRequest`].
    pub struct InquireExchangeRateResponse {
        optional {
            /// How the call went.
            result: GatewayResult = "result",
            /// The rates.
            quotes: Vec<Quote> = "quotes",
            /// The rates of payments.
            payment_quotes: Vec<PaymentQuote> = "paymentQuotes",
        }
    }
}

message! {
    /// A rate of payments.
    pub struct PaymentQuote {
        optional {
            /// The currency that is wanted.
            buy_currency: String = "buyCurrency",
            /// The currency that is given away.
            sell_currency: String = "sellCurrency",
            /// Id of the rate.
            quote_id: String = "quoteId",
            /// The rate where it came as text or as a whole number; see [`PaymentQuote::rate`].
            exchange_rate: String = "exchangeRate",
        }
    }
}

impl PaymentQuote {
    /// The rate as text, whether the gateway sent a text or a number.
    pub fn rate(&self) -> Option<String> {
        price_in(self.exchange_rate.as_ref(), &self.unknown, "exchangeRate")
    }
}
