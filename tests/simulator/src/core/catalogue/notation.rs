//! Reads `data/catalogue.json` into tables, once: models by number, members sorted by name.
//! Looking at messages with them is in `examination`.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;

use super::super::operation::Operation;

/// The number of a model.
pub(super) type ModelId = usize;

/// What a member may be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// With the greatest number of characters.
    Text(usize),
    /// A text of so many digits at most, or an integer.
    Digits(usize),
    Boolean,
    Integer,
    Decimal,
    Any,
    Model(ModelId),
    /// With the greatest number of entries.
    List(Box<Self>, usize),
    Map(Box<Self>),
    /// This model where the member beside it is this word, else anything.
    When {
        sibling: &'static str,
        word: &'static str,
        model: ModelId,
    },
}

/// What the catalogue says under one name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Model {
    /// Sorted by name.
    Members(Box<[(&'static str, Kind)]>),
    /// An open enumeration.
    Words(Box<[&'static str]>),
}

#[derive(Clone, Debug, Default)]
pub(super) struct Catalogue {
    models: Vec<Model>,
    requests: Vec<ModelId>,
    answers: Vec<ModelId>,
    notifications: Vec<(&'static str, ModelId)>,
}

pub(super) static CATALOGUE: LazyLock<Catalogue> =
    LazyLock::new(|| Catalogue::read(include_str!("../../../data/catalogue.json")).unwrap_or_default());

#[derive(Deserialize)]
struct Document {
    #[serde(borrow)]
    operations: BTreeMap<&'static str, (&'static str, &'static str)>,
    #[serde(borrow)]
    notifications: BTreeMap<&'static str, &'static str>,
    #[serde(borrow)]
    models: BTreeMap<&'static str, Entry>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Entry {
    Members(#[serde(borrow)] BTreeMap<&'static str, &'static str>),
    Words(#[serde(borrow)] Vec<&'static str>),
}

impl Catalogue {
    fn read(text: &'static str) -> Result<Self, String> {
        let document: Document = serde_json::from_str(text).map_err(|error| error.to_string())?;
        let names: Vec<&str> = document.models.keys().copied().collect();
        let numbered = |name: &str| names.binary_search(&name).map_err(|_| format!("no model {name}"));
        let mut catalogue = Self::default();
        for operation in Operation::ALL {
            let name = operation.name();
            let (request, answer) =
                document.operations.get(name).ok_or_else(|| format!("no operation {name}"))?;
            catalogue.requests.push(numbered(request)?);
            catalogue.answers.push(numbered(answer)?);
        }
        for (kind, model) in &document.notifications {
            catalogue.notifications.push((kind, numbered(model)?));
        }
        for entry in document.models.into_values() {
            catalogue.models.push(match entry {
                Entry::Words(words) => Model::Words(words.into()),
                Entry::Members(members) => {
                    let read = |(name, kind)| Ok::<_, String>((name, Kind::read(kind, &numbered)?));
                    Model::Members(members.into_iter().map(read).collect::<Result<_, _>>()?)
                }
            });
        }
        Ok(catalogue)
    }

    pub(super) fn request(&self, operation: Operation) -> Option<&Model> {
        self.model(*self.requests.get(operation as usize)?)
    }

    pub(super) fn answer(&self, operation: Operation) -> Option<&Model> {
        self.model(*self.answers.get(operation as usize)?)
    }

    pub(super) fn notification(&self, kind: &str) -> Option<&Model> {
        let (_, model) = self.notifications.iter().find(|(name, _)| *name == kind)?;
        self.model(*model)
    }

    pub(super) fn model(&self, id: ModelId) -> Option<&Model> {
        self.models.get(id)
    }
}

impl Kind {
    fn read(
        notation: &'static str,
        numbered: &impl Fn(&str) -> Result<ModelId, String>,
    ) -> Result<Self, String> {
        if let Some((model, condition)) = notation.split_once(" if ") {
            let (sibling, word) = condition.split_once(" is ").ok_or_else(|| notation.to_owned())?;
            return Ok(Self::When { sibling, word, model: numbered(model)? });
        }
        let (body, most) = match notation.strip_suffix(')').and_then(|rest| rest.rsplit_once('(')) {
            Some((body, most)) => (body, most.parse().map_err(|_| notation.to_owned())?),
            None => (notation, usize::MAX),
        };
        let within = |open, close| body.strip_prefix(open).and_then(|rest| rest.strip_suffix(close));
        if let Some(of) = within('[', ']') {
            return Ok(Self::List(Box::new(Self::read(of, numbered)?), most));
        }
        if let Some(of) = within('{', '}') {
            return Ok(Self::Map(Box::new(Self::read(of, numbered)?)));
        }
        Ok(match body {
            "String" => Self::Text(most),
            "Digits" => Self::Digits(most),
            "Boolean" => Self::Boolean,
            "Integer" => Self::Integer,
            "Decimal" => Self::Decimal,
            "Any" => Self::Any,
            model => Self::Model(numbered(model)?),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_catalogue_is_read_without_a_fault_and_its_members_are_sorted() {
        let read = Catalogue::read(include_str!("../../../data/catalogue.json")).expect("a catalogue");
        assert_eq!((read.requests.len(), read.answers.len()), (18, 18));
        for model in &read.models {
            if let Model::Members(members) = model {
                assert!(members.is_sorted_by(|one, next| one.0 < next.0));
            }
        }
        for kind in ["PAYMENT_RESULT", "PAYMENT_PENDING", "CAPTURE_RESULT", "REFUND_RESULT"] {
            assert!(read.notification(kind).is_some(), "{kind}");
        }
    }

    #[test]
    fn the_notation_is_read_from_the_outside_in() {
        let numbered = |name: &str| (name == "Goods").then_some(7).ok_or_else(|| name.to_owned());
        let read = |notation| Kind::read(notation, &numbered);
        assert_eq!(read("String(64)"), Ok(Kind::Text(64)));
        assert_eq!(read("String"), Ok(Kind::Text(usize::MAX)));
        assert_eq!(read("[Goods](100)"), Ok(Kind::List(Box::new(Kind::Model(7)), 100)));
        assert_eq!(read("[String(6)]"), Ok(Kind::List(Box::new(Kind::Text(6)), usize::MAX)));
        assert_eq!(read("{Goods}"), Ok(Kind::Map(Box::new(Kind::Model(7)))));
        let when = Kind::When { sibling: "paymentMethodType", word: "CARD", model: 7 };
        assert_eq!(read("Goods if paymentMethodType is CARD"), Ok(when));
        assert_eq!(read("Badgers"), Err("Badgers".to_owned()));
    }
}
