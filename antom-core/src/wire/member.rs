//! Reads one member of a message without ever failing on its type.
//! Which members a message has is left to the `message!` macro.

use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;

use serde::Serialize;
use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{Deserialize, DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

use super::describe::{MemberKind, MessageDescription};
use crate::time::WireTime;

/// What was read where a `T` belongs.
pub(super) enum Read<T> {
    /// A value of the type.
    Typed(T),
    /// Something else, kept as it came.
    Kept(Value),
}

/// A type of members: which JSON values it takes. Whatever it does not take is kept.
pub(super) trait Member: Sized {
    /// What a reader of the description is told.
    const KIND: MemberKind;

    fn from_text(_text: &str) -> Option<Self> {
        None
    }

    fn from_bool(_flag: bool) -> Option<Self> {
        None
    }

    fn from_number(_number: &Number) -> Option<Self> {
        None
    }

    fn from_seq<'de, A: SeqAccess<'de>>(seq: A) -> Result<Read<Self>, A::Error> {
        Value::deserialize(SeqAccessDeserializer::new(seq)).map(Read::Kept)
    }

    fn from_map<'de, A: MapAccess<'de>>(map: A) -> Result<Read<Self>, A::Error> {
        Value::deserialize(MapAccessDeserializer::new(map)).map(Read::Kept)
    }
}

/// Reads one value as a `T`, or keeps it.
pub(super) struct Reader<T>(PhantomData<T>);

impl<T> Reader<T> {
    pub(super) const NEW: Self = Self(PhantomData);
}

impl<'de, T: Member> DeserializeSeed<'de> for Reader<T> {
    type Value = Read<T>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Read<T>, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<T: Member> Reader<T> {
    fn number<E>(number: Number) -> Result<Read<T>, E> {
        let typed = T::from_number(&number);
        Ok(typed.map_or_else(|| Read::Kept(Value::Number(number)), Read::Typed))
    }
}

impl<'de, T: Member> Visitor<'de> for Reader<T> {
    type Value = Read<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any JSON value")
    }

    fn visit_unit<E: Error>(self) -> Result<Read<T>, E> {
        Ok(Read::Kept(Value::Null))
    }

    fn visit_none<E: Error>(self) -> Result<Read<T>, E> {
        Ok(Read::Kept(Value::Null))
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Read<T>, D::Error> {
        self.deserialize(deserializer)
    }

    //= X-12
    fn visit_bool<E: Error>(self, flag: bool) -> Result<Read<T>, E> {
        Ok(T::from_bool(flag).map_or(Read::Kept(Value::Bool(flag)), Read::Typed))
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Read<T>, E> {
        Self::number(number.into())
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Read<T>, E> {
        Self::number(number.into())
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<Read<T>, E> {
        Ok(Read::Kept(Number::from_f64(number).map_or(Value::Null, Value::Number)))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Read<T>, E> {
        Ok(T::from_text(text).map_or_else(|| Read::Kept(Value::String(text.to_owned())), Read::Typed))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<Read<T>, A::Error> {
        T::from_seq(seq)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Read<T>, A::Error> {
        T::from_map(map)
    }
}

/// Reads the name of a member: a listed one by `find`, any other one as text.
pub(super) struct NameReader<N>(pub(super) fn(&str) -> Option<N>);

/// Name of a member.
pub(super) enum Name<N> {
    /// Listed in the message.
    Listed(N),
    /// Not listed.
    Unlisted(String),
}

impl<'de, N> DeserializeSeed<'de> for NameReader<N> {
    type Value = Name<N>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Name<N>, D::Error> {
        deserializer.deserialize_identifier(self)
    }
}

impl<N> Visitor<'_> for NameReader<N> {
    type Value = Name<N>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the name of a member")
    }

    fn visit_str<E: Error>(self, name: &str) -> Result<Name<N>, E> {
        Ok((self.0)(name).map_or_else(|| Name::Unlisted(name.to_owned()), Name::Listed))
    }
}

impl Member for String {
    const KIND: MemberKind = MemberKind::Text;

    fn from_text(text: &str) -> Option<Self> {
        Some(text.to_owned())
    }

    fn from_number(number: &Number) -> Option<Self> {
        Some(number.to_string())
    }
}

impl Member for bool {
    const KIND: MemberKind = MemberKind::Flag;

    fn from_bool(flag: bool) -> Option<Self> {
        Some(flag)
    }

    //= X-12
    fn from_text(text: &str) -> Option<Self> {
        text.parse().ok()
    }
}

impl Member for i64 {
    const KIND: MemberKind = MemberKind::Number;

    fn from_number(number: &Number) -> Option<Self> {
        number.as_i64()
    }

    //= X-12
    fn from_text(text: &str) -> Option<Self> {
        text.parse().ok()
    }
}

impl Member for WireTime {
    const KIND: MemberKind = MemberKind::Time;

    fn from_text(text: &str) -> Option<Self> {
        Some(Self::parse(text))
    }

    fn from_number(number: &Number) -> Option<Self> {
        Some(Self::parse(number.to_string()))
    }
}

impl Member for Map<String, Value> {
    const KIND: MemberKind = MemberKind::Object;

    fn from_map<'de, A: MapAccess<'de>>(map: A) -> Result<Read<Self>, A::Error> {
        Self::deserialize(MapAccessDeserializer::new(map)).map(Read::Typed)
    }
}

impl<T: Member + Serialize> Member for BTreeMap<String, T> {
    const KIND: MemberKind = MemberKind::Map(&T::KIND);

    /// As with lists, one value of an unexpected type keeps all of them.
    fn from_map<'de, A: MapAccess<'de>>(mut map: A) -> Result<Read<Self>, A::Error> {
        let (mut typed, mut odd) = (Self::new(), Map::new());
        while let Some(name) = map.next_key::<String>()? {
            if typed.contains_key(&name) || odd.contains_key(&name) {
                return Err(A::Error::custom("an object names a member twice"));
            }
            match map.next_value_seed(Reader::<T>::NEW)? {
                Read::Typed(value) => drop(typed.insert(name, value)),
                Read::Kept(value) => drop(odd.insert(name, value)),
            }
        }
        if odd.is_empty() {
            return Ok(Read::Typed(typed));
        }
        for (name, value) in typed {
            keep(&name, &Some(value), &mut odd)?;
        }
        Ok(Read::Kept(Value::Object(odd)))
    }
}

impl<T: Member> Member for Box<T> {
    const KIND: MemberKind = T::KIND;

    fn from_map<'de, A: MapAccess<'de>>(map: A) -> Result<Read<Self>, A::Error> {
        Ok(match T::from_map(map)? {
            Read::Typed(value) => Read::Typed(Self::new(value)),
            Read::Kept(value) => Read::Kept(value),
        })
    }
}

impl<T: Member + Serialize> Member for Vec<T> {
    const KIND: MemberKind = MemberKind::List(&T::KIND);

    /// One entry of an unexpected type keeps the whole list: half a list would look complete.
    fn from_seq<'de, A: SeqAccess<'de>>(mut seq: A) -> Result<Read<Self>, A::Error> {
        let mut typed = Self::new();
        while let Some(entry) = seq.next_element_seed(Reader::<T>::NEW)? {
            match entry {
                Read::Typed(entry) => typed.push(entry),
                Read::Kept(odd) => return keep_list(&typed, odd, seq).map(Read::Kept),
            }
        }
        Ok(Read::Typed(typed))
    }
}

fn keep_list<'de, T: Serialize, A: SeqAccess<'de>>(
    read: &[T],
    odd: Value,
    mut seq: A,
) -> Result<Value, A::Error> {
    let mut list = Vec::new();
    for entry in read {
        list.push(serde_json::to_value(entry).map_err(A::Error::custom)?);
    }
    list.push(odd);
    while let Some(entry) = seq.next_element()? {
        list.push(entry);
    }
    Ok(Value::Array(list))
}

/// Puts what was read of an incomplete message back to what was kept of it.
pub(super) fn keep<T: Serialize, E: Error>(
    name: &str,
    member: &Option<T>,
    kept: &mut Map<String, Value>,
) -> Result<(), E> {
    if let Some(value) = member {
        kept.insert(name.to_owned(), serde_json::to_value(value).map_err(E::custom)?);
    }
    Ok(())
}

/// Why a value is not the message, without showing the value.
pub(super) fn why_not<E: Error>(message: &MessageDescription, value: &Value) -> E {
    let Value::Object(members) = value else { return E::custom("not an object") };
    for member in message.members.iter().filter(|member| member.is_required) {
        if !members.contains_key(member.name) {
            return E::missing_field(member.name);
        }
    }
    E::custom(format_args!("{} has an invalid member", message.name))
}

/// Members that are a text of their own kind: open enums and ids.
macro_rules! text_member {
    ($($word:ty),+ $(,)? => $kind:expr, $read:expr) => {
        $(
            impl Member for $word {
                const KIND: MemberKind = $kind;

                fn from_text(text: &str) -> Option<Self> {
                    let read: fn(&str) -> Option<$word> = $read;
                    read(text)
                }
            }
        )+
    };
}

/// Open enums, which also tell the words that they list.
macro_rules! word_member {
    ($($word:ty),+ $(,)?) => {
        $(
            text_member! {
                $word => MemberKind::Word(|| <$word>::LISTED.iter().map(<$word>::as_str).collect()),
                |text| Some(text.into())
            }
        )+
    };
}

word_member! {
    crate::AuthReviewStatus, crate::CaptureMode, crate::client_sdk::EventCode, crate::NotifyType, crate::OsType, crate::PaymentStatus,
    crate::RefundStatus, crate::ResultStatus, crate::TerminalType, crate::TransactionType, super::ProductCode,
    super::words::ClassType, super::words::DeclarationBizScene, super::words::DisputeAcceptReason,
    super::words::DisputeJudgedResult, super::words::DisputeNotificationType, super::words::MerchantType,
    super::words::PassengerIdType, super::words::PaymentMethodDetailType, super::words::PeriodType,
    super::words::PromotionType, super::words::RateType, super::words::RefundFrom, super::words::Scope,
    super::words::SubscriptionStatus, super::words::TransitType, super::words::VaultingStatus,
}

text_member! {
    crate::ResultCode => MemberKind::Text, |text| Some(text.into())
}

text_member! {
    crate::CaptureId, crate::CaptureRequestId, crate::PaymentId, crate::PaymentRequestId,
    crate::ReferenceBuyerId, crate::ReferenceOrderId, crate::RefundId, crate::RefundRequestId,
    crate::UpdateRequestId, crate::VaultingRequestId
    => MemberKind::Text, |text| text.parse().ok()
}
