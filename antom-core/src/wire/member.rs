//! Reads one member of a message without ever failing on its type.
//! Which members a message has is left to the `message!` macro.

use std::fmt;
use std::marker::PhantomData;

use serde::Serialize;
use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{Deserialize, DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

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
    fn from_text(text: &str) -> Option<Self> {
        Some(text.to_owned())
    }

    fn from_number(number: &Number) -> Option<Self> {
        Some(number.to_string())
    }
}

impl Member for bool {
    fn from_bool(flag: bool) -> Option<Self> {
        Some(flag)
    }

    //= X-12
    fn from_text(text: &str) -> Option<Self> {
        text.parse().ok()
    }
}

impl Member for i64 {
    fn from_number(number: &Number) -> Option<Self> {
        number.as_i64()
    }

    //= X-12
    fn from_text(text: &str) -> Option<Self> {
        text.parse().ok()
    }
}

impl Member for WireTime {
    fn from_text(text: &str) -> Option<Self> {
        Some(Self::parse(text))
    }

    fn from_number(number: &Number) -> Option<Self> {
        Some(Self::parse(number.to_string()))
    }
}

impl Member for Map<String, Value> {
    fn from_map<'de, A: MapAccess<'de>>(map: A) -> Result<Read<Self>, A::Error> {
        Self::deserialize(MapAccessDeserializer::new(map)).map(Read::Typed)
    }
}

impl<T: Member> Member for Box<T> {
    fn from_map<'de, A: MapAccess<'de>>(map: A) -> Result<Read<Self>, A::Error> {
        Ok(match T::from_map(map)? {
            Read::Typed(value) => Read::Typed(Self::new(value)),
            Read::Kept(value) => Read::Kept(value),
        })
    }
}

impl<T: Member + Serialize> Member for Vec<T> {
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

/// Members that are a text of their own kind: open enums and ids.
macro_rules! text_member {
    ($($word:ty),+ $(,)? => $read:expr) => {
        $(
            impl Member for $word {
                fn from_text(text: &str) -> Option<Self> {
                    let read: fn(&str) -> Option<$word> = $read;
                    read(text)
                }
            }
        )+
    };
}

text_member! {
    crate::AuthReviewStatus, crate::CaptureMode, crate::NotifyType, crate::OsType, crate::PaymentStatus,
    crate::RefundStatus, crate::ResultStatus, crate::TerminalType, crate::TransactionType, super::ProductCode,
    crate::ResultCode
    => |text| Some(text.into())
}

text_member! {
    crate::CaptureId, crate::CaptureRequestId, crate::PaymentId, crate::PaymentRequestId,
    crate::ReferenceBuyerId, crate::ReferenceOrderId, crate::RefundId, crate::RefundRequestId
    => |text| text.parse().ok()
}
