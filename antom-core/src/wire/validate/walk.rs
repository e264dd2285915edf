//! The way through a printed request: every value with its place, nothing copied on the way.
//! What is wrong with a value is said by `check`.

use std::borrow::Cow;
use std::fmt;

use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};

use super::check::Check;
use super::{FieldRule, rules};
use crate::money::{Currency, Money};

/// Shows every value of the text to the check.
pub(super) fn walk(text: &[u8], check: &mut Check) -> Result<(), serde_json::Error> {
    let mut reader = serde_json::Deserializer::from_slice(text);
    Walk { check, place: Place::Root }.deserialize(&mut reader).map(|_| ())
}

/// Where a value stands. It becomes text only where something is wrong with it.
#[derive(Clone, Copy)]
pub(super) enum Place<'p> {
    Root,
    Member(&'p Place<'p>, &'p str),
    Entry(&'p Place<'p>, usize),
}

impl Place<'_> {
    /// The name of the member; an entry goes by the name of its list.
    pub(super) fn name(&self) -> &str {
        match self {
            Place::Root => "",
            Place::Member(_, name) => name,
            Place::Entry(list, _) => list.name(),
        }
    }
}

impl fmt::Display for Place<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Place::Root => Ok(()),
            Place::Member(Place::Root, name) => f.write_str(name),
            Place::Member(parent, name) => write!(f, "{parent}.{name}"),
            Place::Entry(list, index) => write!(f, "{list}[{index}]"),
        }
    }
}

/// Walks one value and gives it back if it is a text.
struct Walk<'c, 'p> {
    check: &'c mut Check,
    place: Place<'p>,
}

impl<'de> DeserializeSeed<'de> for Walk<'_, '_> {
    type Value = Option<Cow<'de, str>>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Walk<'_, '_> {
    type Value = Option<Cow<'de, str>>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value of a request")
    }

    fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Self::Value, E> {
        self.check.text(&self.place, text);
        Ok(Some(Cow::Borrowed(text)))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
        self.check.text(&self.place, text);
        Ok(Some(Cow::Owned(text.to_owned())))
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Self::Value, E> {
        self.check.number(&self.place, Some(number));
        Ok(None)
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Self::Value, E> {
        self.check.number(&self.place, i64::try_from(number).ok());
        Ok(None)
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<Self::Value, E> {
        self.check.number(&self.place, None);
        Ok(None)
    }

    fn visit_bool<E: Error>(self, _: bool) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_unit<E: Error>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut entries: A) -> Result<Self::Value, A::Error> {
        let mut len: usize = 0;
        loop {
            let place = Place::Entry(&self.place, len);
            if entries.next_element_seed(Walk { check: &mut *self.check, place })?.is_none() {
                break;
            }
            len = len.saturating_add(1);
        }
        if let Some(max) = rules::max_entries(self.place.name()).filter(|max| len > *max) {
            self.check.note(&self.place, FieldRule::TooManyEntries { max, len });
        }
        Ok(None)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Self::Value, A::Error> {
        let (mut currency, mut value, mut has_region) = (None, None, false);
        while let Some(Name(name)) = members.next_key()? {
            let place = Place::Member(&self.place, &name);
            //= P-1
            if rules::is_card_data(&name) {
                self.check.note(&place, FieldRule::CardData);
            }
            let text = members.next_value_seed(Walk { check: &mut *self.check, place })?;
            match &*name {
                "currency" => currency = text,
                "value" => value = text,
                "region" => has_region = true,
                _ => {}
            }
        }
        if self.place.name() == "billingAddress" && !has_region {
            self.check.note(&Place::Member(&self.place, "region"), FieldRule::Required);
        }
        if let (Some(currency), Some(value)) = (currency, value) {
            let currency = Currency::parse(&currency).map_err(Into::into);
            if let Err(fault) = currency.and_then(|currency| Money::parse_minor(currency, &value)) {
                self.check.note(&self.place, FieldRule::NotAnAmount(fault));
            }
        }
        Ok(None)
    }
}

/// A member's name, borrowed from the text wherever it is written there as it is.
struct Name<'de>(Cow<'de, str>);

impl<'de> Deserialize<'de> for Name<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Read;
        impl<'de> Visitor<'de> for Read {
            type Value = Name<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a member's name")
            }

            fn visit_borrowed_str<E: Error>(self, name: &'de str) -> Result<Self::Value, E> {
                Ok(Name(Cow::Borrowed(name)))
            }

            fn visit_str<E: Error>(self, name: &str) -> Result<Self::Value, E> {
                Ok(Name(Cow::Owned(name.to_owned())))
            }
        }
        deserializer.deserialize_str(Read)
    }
}
