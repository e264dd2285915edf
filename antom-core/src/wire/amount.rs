//! Amounts and quotes as they travel.
//! Arithmetic is left to `Money`; an odd amount never makes a message unreadable.

use std::fmt;

use serde::de::{Error as _, MapAccess};
use serde::ser::SerializeMap as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Map, Value};

use super::describe::{MemberDescription, MemberKind, Message, MessageDescription};
use super::member::{Member, Read, Reader};
use super::message::Names;
use crate::money::{Currency, Money, MoneyError};
use crate::time::WireTime;

/// An amount as it was received: a currency code and a text of minor units, neither checked yet.
///
/// ```
/// use antom_core::wire::Amount;
///
/// let amount = Amount::new("SGD", "4200");
/// assert_eq!(amount.to_money()?.to_string(), "SGD 42.00");
/// assert!(Amount::new("SGD", "42.00").to_money().is_err());
/// # Ok::<(), antom_core::MoneyError>(())
/// ```
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Amount {
    /// Three upper-case letters of ISO 4217.
    pub currency: String,
    /// Minor units, at most 16 digits.
    pub value: String,
    /// Members that are not listed, as they came.
    pub unknown: Map<String, Value>,
}

impl Amount {
    /// An amount of these texts, unchecked.
    pub fn new(currency: impl Into<String>, value: impl Into<String>) -> Self {
        Self { currency: currency.into(), value: value.into(), unknown: Map::new() }
    }

    /// The amount as money.
    ///
    /// # Errors
    /// [`MoneyError`] for an unknown currency or a value that is not plain digits.
    pub fn to_money(&self) -> Result<Money, MoneyError> {
        let currency = Currency::parse(&self.currency)?;
        Money::parse_minor(currency, &self.value)
    }
}

impl fmt::Debug for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut out = f.debug_struct("Amount");
        out.field("currency", &self.currency).field("value", &self.value);
        if !self.unknown.is_empty() {
            out.field("unknown", &Names(&self.unknown));
        }
        out.finish()
    }
}

impl From<Money> for Amount {
    fn from(money: Money) -> Self {
        Self::new(money.currency().code(), money.minor_units().to_string())
    }
}

static DESCRIPTION: MessageDescription = MessageDescription {
    name: "Amount",
    members: &[
        MemberDescription { name: "currency", is_required: true, is_hidden: false, kind: MemberKind::Text },
        MemberDescription { name: "value", is_required: true, is_hidden: false, kind: MemberKind::Text },
    ],
};

impl Message for Amount {
    fn description() -> &'static MessageDescription {
        &DESCRIPTION
    }
}

impl Member for Amount {
    const KIND: MemberKind = MemberKind::Message(<Self as Message>::description);

    /// Currency and value must be strings; anything else is no amount that money can be read from.
    fn from_map<'de, A: MapAccess<'de>>(mut map: A) -> Result<Read<Self>, A::Error> {
        let (mut currency, mut value, mut unknown) = (None, None, Map::new());
        while let Some(name) = map.next_key::<String>()? {
            let slot = match name.as_str() {
                "currency" => &mut currency,
                "value" => &mut value,
                _ => {
                    unknown.insert(name, map.next_value()?);
                    continue;
                }
            };
            if slot.replace(map.next_value::<Value>()?).is_some() {
                return Err(A::Error::custom("an amount names a member twice"));
            }
        }
        Ok(match (currency, value) {
            (Some(Value::String(currency)), Some(Value::String(value))) => {
                Read::Typed(Self { currency, value, unknown })
            }
            (currency, value) => {
                unknown.extend(currency.map(|odd| ("currency".to_owned(), odd)));
                unknown.extend(value.map(|odd| ("value".to_owned(), odd)));
                Read::Kept(Value::Object(unknown))
            }
        })
    }
}

impl Serialize for Amount {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("currency", &self.currency)?;
        map.serialize_entry("value", &self.value)?;
        for (name, value) in self.unknown.iter().filter(|(name, _)| *name != "currency" && *name != "value") {
            map.serialize_entry(name, value)?;
        }
        map.end()
    }
}

impl<'de> Deserialize<'de> for Amount {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match deserializer.deserialize_any(Reader::<Self>::NEW)? {
            Read::Typed(amount) => Ok(amount),
            Read::Kept(_) => Err(D::Error::custom("an amount needs currency and value as strings")),
        }
    }
}

message! {
    /// An exchange rate that the gateway used or guarantees.
    pub struct Quote {
        optional {
            /// Id of the rate.
            quote_id: String = "quoteId",
            /// `USD/JPY`: the price is in the second currency for one unit of the first; at most 16 characters.
            quote_currency_pair: String = "quoteCurrencyPair",
            /// The rate, as text where the gateway sends it so; never calculated with here.
            quote_price: String = "quotePrice",
            /// Start of its validity.
            quote_start_time: WireTime = "quoteStartTime",
            /// End of its validity.
            quote_expiry_time: WireTime = "quoteExpiryTime",
            /// Whether the gateway guarantees it.
            guaranteed: bool = "guaranteed",
            /// The amount in the other currency.
            exchange_amount: Amount = "exchangeAmount",
        }
    }
}

impl Quote {
    /// The rate as text, whether the gateway sent a text or a number; a number with a fraction stays among the
    /// members that are kept as they came.
    ///
    /// ```
    /// use antom_core::wire::Quote;
    ///
    /// let quote: Quote = serde_json::from_str(r#"{"quotePrice":1.25}"#)?;
    /// assert_eq!(quote.price().as_deref(), Some("1.25"));
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    pub fn price(&self) -> Option<String> {
        price_in(self.quote_price.as_ref(), &self.unknown, "quotePrice")
    }
}

/// A rate that came as text or as number.
pub(super) fn price_in(text: Option<&String>, unknown: &Map<String, Value>, name: &str) -> Option<String> {
    text.cloned().or_else(|| match unknown.get(name) {
        Some(Value::Number(number)) => Some(number.to_string()),
        Some(_) | None => None,
    })
}
