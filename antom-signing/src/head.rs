//! The members of a notification that decide: what it is about, for which ids, how it went. Texts are borrowed.
//! Every other member, and what follows from any of them, is left to the full message and the domain.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use antom_core::{
    AuthReviewStatus, Currency, Money, MoneyError, NotifyType, RefundStatus, ResultCode, ResultStatus,
};
use serde::Deserializer;
use serde::de::{DeserializeSeed, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

use crate::notification::NotificationRefused;

/// Defines an object of which some members are read; one that comes twice is refused, whatever its values are.
macro_rules! head {
    (
        $(#[$meta:meta])*
        pub struct $name:ident $(<$life:lifetime>)? {
            $( $(#[$field_meta:meta])* $field:ident : $type:ty = $wire:literal, )+
        }
    ) => {
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq, Eq)]
        #[non_exhaustive]
        pub struct $name $(<$life>)? {
            $( $(#[$field_meta])* pub $field: Option<$type>, )+
        }

        impl<'de> Part<'de> for head!(@read $name $($life)?) {
            fn of_object<A: MapAccess<'de>>(mut map: A) -> Result<Option<Self>, A::Error> {
                $( let mut $field = None; )+
                while let Some(name) = map.next_key_seed(Name(&[$($wire),+]))? {
                    match name {
                        $( Some($wire) => once(&mut $field, $wire, &mut map)?, )+
                        _ => drop(map.next_value::<IgnoredAny>()?),
                    }
                }
                Ok(Some(Self { $( $field: $field.flatten(), )+ }))
            }
        }
    };
    (@read $name:ident) => { $name };
    (@read $name:ident $life:lifetime) => { $name<'de> };
}

head! {
    /// What a notification is about, for which ids, and how it went, borrowed from its body.
    ///
    /// A member is `None` if it is absent, or has another type than the one given here; the full message keeps what it then
    /// is. Both readings agree on every member that is listed here.
    ///
    /// Equal amounts are not checked here, and a success is none where `notify_type` is not a result, or where
    /// `auth_review_status` holds the payment back: deciding is left to the receiver.
    pub struct NotificationHead<'a> {
        /// What it is about; `PAYMENT_PENDING` comes with a result of success and is none.
        notify_type: NotifyType = "notifyType",
        /// How it went; of a refund `refund_status` decides instead.
        result: ResultHead = "result",
        /// The outcome of a refund.
        refund_status: RefundStatus = "refundStatus",
        /// A review that holds the payment back.
        auth_review_status: AuthReviewStatus = "authReviewStatus",
        /// The merchant's id of the attempt.
        payment_request_id: Cow<'a, str> = "paymentRequestId",
        /// The gateway's id of the payment; absent in refund notifications.
        payment_id: Cow<'a, str> = "paymentId",
        /// The merchant's id of the capture, or one that the gateway made for an automatic capture.
        capture_request_id: Cow<'a, str> = "captureRequestId",
        /// The gateway's id of the capture.
        capture_id: Cow<'a, str> = "captureId",
        /// The merchant's id of the refund.
        refund_request_id: Cow<'a, str> = "refundRequestId",
        /// The gateway's id of the refund.
        refund_id: Cow<'a, str> = "refundId",
        /// The merchant's id of a raised amount.
        update_request_id: Cow<'a, str> = "updateRequestId",
        /// Amount of the payment.
        payment_amount: AmountHead<'a> = "paymentAmount",
        /// What was, or was to be, captured.
        capture_amount: AmountHead<'a> = "captureAmount",
        /// What is given back.
        refund_amount: AmountHead<'a> = "refundAmount",
    }
}

head! {
    /// Status and code of a result.
    pub struct ResultHead {
        /// Success, failure or unknown.
        result_status: ResultStatus = "resultStatus",
        /// Why; its meaning depends on what was notified.
        result_code: ResultCode = "resultCode",
    }
}

/// An amount, borrowed from the body: both members are there, as texts.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct AmountHead<'a> {
    /// Currency by its ISO 4217 letters.
    pub currency: Cow<'a, str>,
    /// Value in the currency's smallest unit, as digits.
    pub value: Cow<'a, str>,
}

impl AmountHead<'_> {
    /// The amount as money.
    ///
    /// # Errors
    /// [`MoneyError`] for an unknown currency or a value that is not plain digits.
    pub fn to_money(&self) -> Result<Money, MoneyError> {
        let currency = Currency::parse(&self.currency)?;
        Money::parse_minor(currency, &self.value)
    }
}

impl<'a> NotificationHead<'a> {
    /// Reads the head of a body that is verified.
    pub(crate) fn read(body: &'a [u8]) -> Result<Self, NotificationRefused> {
        let mut json = serde_json::Deserializer::from_slice(body);
        let head = Seed(PhantomData).deserialize(&mut json).and_then(|head: Option<Self>| {
            json.end()?;
            head.ok_or_else(|| serde_json::Error::custom("not an object"))
        });
        head.map_err(NotificationRefused::body)
    }
}

/// A kind of value that is read where it fits, and left out where it does not: an odd member never makes a message unreadable.
trait Part<'de>: Sized {
    fn of_text(_text: Cow<'de, str>) -> Option<Self> {
        None
    }

    fn of_whole_number(_number: impl ToString) -> Option<Self> {
        None
    }

    fn of_object<A: MapAccess<'de>>(mut map: A) -> Result<Option<Self>, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(None)
    }
}

impl<'de> Part<'de> for Cow<'de, str> {
    fn of_text(text: Cow<'de, str>) -> Option<Self> {
        Some(text)
    }

    fn of_whole_number(number: impl ToString) -> Option<Self> {
        Some(Cow::Owned(number.to_string()))
    }
}

/// A text that may not come as a number.
struct Text<'de>(Cow<'de, str>);

impl<'de> Part<'de> for Text<'de> {
    fn of_text(text: Cow<'de, str>) -> Option<Self> {
        Some(Self(text))
    }
}

macro_rules! word {
    ($($word:ty),+) => {
        $( impl<'de> Part<'de> for $word {
            fn of_text(text: Cow<'de, str>) -> Option<Self> {
                Some(Self::from(&*text))
            }
        } )+
    };
}

word!(NotifyType, RefundStatus, AuthReviewStatus, ResultStatus, ResultCode);

impl<'de> Part<'de> for AmountHead<'de> {
    fn of_object<A: MapAccess<'de>>(mut map: A) -> Result<Option<Self>, A::Error> {
        let (mut currency, mut value) = (None, None);
        while let Some(name) = map.next_key_seed(Name(&["currency", "value"]))? {
            match name {
                Some("currency") => once(&mut currency, "currency", &mut map)?,
                Some("value") => once(&mut value, "value", &mut map)?,
                _ => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        Ok(match (currency.flatten(), value.flatten()) {
            (Some(Text(currency)), Some(Text(value))) => Some(Self { currency, value }),
            _ => None,
        })
    }
}

/// Reads the value of a member that may come once: two statuses in one message would be a choice between them.
fn once<'de, T: Part<'de>, A: MapAccess<'de>>(
    slot: &mut Option<Option<T>>,
    name: &'static str,
    map: &mut A,
) -> Result<(), A::Error> {
    if slot.is_some() {
        return Err(A::Error::duplicate_field(name));
    }
    *slot = Some(map.next_value_seed(Seed(PhantomData))?);
    Ok(())
}

/// Finds a member's name among those that are read.
struct Name(&'static [&'static str]);

impl<'de> DeserializeSeed<'de> for Name {
    type Value = Option<&'static str>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_identifier(self)
    }
}

impl Visitor<'_> for Name {
    type Value = Option<&'static str>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the name of a member")
    }

    fn visit_str<E: Error>(self, name: &str) -> Result<Self::Value, E> {
        Ok(self.0.iter().copied().find(|listed| *listed == name))
    }
}

/// Reads one value, whatever its type.
struct Seed<T>(PhantomData<T>);

impl<'de, T: Part<'de>> DeserializeSeed<'de> for Seed<T> {
    type Value = Option<T>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Option<T>, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de, T: Part<'de>> Visitor<'de> for Seed<T> {
    type Value = Option<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any JSON value")
    }

    fn visit_unit<E: Error>(self) -> Result<Option<T>, E> {
        Ok(None)
    }

    fn visit_bool<E: Error>(self, _flag: bool) -> Result<Option<T>, E> {
        Ok(None)
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Option<T>, E> {
        Ok(T::of_whole_number(number))
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Option<T>, E> {
        Ok(T::of_whole_number(number))
    }

    fn visit_f64<E: Error>(self, _number: f64) -> Result<Option<T>, E> {
        Ok(None)
    }

    fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Option<T>, E> {
        Ok(T::of_text(Cow::Borrowed(text)))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Option<T>, E> {
        Ok(T::of_text(Cow::Owned(text.to_owned())))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Option<T>, A::Error> {
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(None)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Option<T>, A::Error> {
        T::of_object(map)
    }
}
