//! Reads the JSON of a request and notices what the library passes over: the same name twice in one object.
//! What the members must be is in `catalogue`.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::map::Entry;
use serde_json::{Map, Number, Value};

/// A request as it was read.
#[derive(Debug)]
pub(crate) struct Body {
    /// Of two members with one name the later one counts, as for most readers of JSON.
    pub(crate) value: Value,
    /// Names that stand twice in one object.
    pub(crate) duplicates: Vec<String>,
}

/// Why a body is no request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum BodyFault {
    Empty,
    NotUtf8,
    NotJson,
    NotAnObject,
}

impl BodyFault {
    /// What the gateway says to it.
    pub(crate) fn message(self) -> &'static str {
        match self {
            Self::Empty => "the body is empty",
            Self::NotUtf8 => "the body is not UTF-8",
            Self::NotJson => "the body is not JSON, or nested more than 127 levels deep",
            Self::NotAnObject => "the body is not a JSON object",
        }
    }
}

impl Body {
    pub(crate) fn read(bytes: &[u8]) -> Result<Self, BodyFault> {
        let text = std::str::from_utf8(bytes).map_err(|_| BodyFault::NotUtf8)?;
        if text.trim().is_empty() {
            return Err(BodyFault::Empty);
        }
        let mut duplicates = Vec::new();
        let mut reader = serde_json::Deserializer::from_str(text);
        let read = Node(&mut duplicates).deserialize(&mut reader);
        let value = read.and_then(|value| reader.end().map(|()| value)).map_err(|_| BodyFault::NotJson)?;
        if !value.is_object() {
            return Err(BodyFault::NotAnObject);
        }
        Ok(Self { value, duplicates })
    }
}

/// One value, and where to note the names that it has twice.
struct Node<'a>(&'a mut Vec<String>);

impl<'de> DeserializeSeed<'de> for Node<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Node<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E: Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Value, E> {
        Ok(Number::from_f64(value).map_or(Value::Null, Value::Number))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Value, E> {
        Ok(Value::String(text.to_owned()))
    }

    fn visit_string<E: Error>(self, text: String) -> Result<Value, E> {
        Ok(Value::String(text))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        while let Some(entry) = entries.next_element_seed(Node(&mut *self.0))? {
            list.push(entry);
        }
        Ok(Value::Array(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        const MOST_TOLD: usize = 5;
        let mut members = Map::new();
        while let Some(name) = entries.next_key::<String>()? {
            let value = entries.next_value_seed(Node(&mut *self.0))?;
            match members.entry(name) {
                Entry::Vacant(place) => {
                    place.insert(value);
                }
                Entry::Occupied(mut place) => {
                    if self.0.len() < MOST_TOLD && !self.0.contains(place.key()) {
                        self.0.push(place.key().clone());
                    }
                    place.insert(value);
                }
            }
        }
        Ok(Value::Object(members))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_is_read_is_what_the_library_reads() {
        let text =
            r#"{"a": [1, -2, 3.5, 1e3, true, null, "é\n\u0000"], "b": {"c": {}}, "n": 18446744073709551615}"#;
        let body = Body::read(text.as_bytes()).expect("JSON");
        assert_eq!(body.value, serde_json::from_str::<Value>(text).expect("JSON"));
        assert_eq!(body.duplicates, Vec::<String>::new());
    }

    #[test]
    fn a_name_that_stands_twice_in_one_object_is_told_and_the_later_one_counts() {
        let body =
            Body::read(br#"{"a": 1, "b": {"x": 1, "x": 2, "x": 3}, "c": {"a": 1}, "a": 9}"#).expect("JSON");
        assert_eq!(body.value, json!({"a": 9, "b": {"x": 3}, "c": {"a": 1}}));
        assert_eq!(body.duplicates, ["x", "a"]);
    }

    #[test]
    fn what_is_no_request_is_refused_for_what_it_is() {
        for (bytes, fault) in [
            (&b""[..], BodyFault::Empty),
            (b" \r\n", BodyFault::Empty),
            (b"\xff{}", BodyFault::NotUtf8),
            (b"{} {}", BodyFault::NotJson),
            (b"{\"a\": 01}", BodyFault::NotJson),
            (b"{\"a\": 1e999}", BodyFault::NotJson),
            (b"{\"a\": \"\\ud800\"}", BodyFault::NotJson),
            (b"{'a': 1}", BodyFault::NotJson),
            (b"[]", BodyFault::NotAnObject),
            (b"null", BodyFault::NotAnObject),
        ] {
            assert_eq!(Body::read(bytes).expect_err("no request"), fault, "{bytes:?}");
        }
    }

    #[test]
    fn nesting_ends_where_it_could_exhaust_the_stack() {
        let nested = |levels: usize| format!("{{\"a\":{}{}}}", "[".repeat(levels), "]".repeat(levels));
        assert!(Body::read(nested(126).as_bytes()).is_ok());
        assert_eq!(Body::read(nested(127).as_bytes()).expect_err("too deep"), BodyFault::NotJson);
        assert_eq!(Body::read(nested(200_000).as_bytes()).expect_err("too deep"), BodyFault::NotJson);
    }
}
