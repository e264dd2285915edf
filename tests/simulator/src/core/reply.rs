//! What an operation answers, before faults and the wire touch it.
//! Status and default message of a code come from the table of codes.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::codes;

/// An answer with a final failure.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Refusal {
    pub(crate) code: String,
    pub(crate) message: Option<String>,
}

impl Refusal {
    pub(crate) fn new(code: &str) -> Self {
        Self { code: code.to_owned(), message: None }
    }

    pub(crate) fn with(code: &str, message: String) -> Self {
        Self { code: code.to_owned(), message: Some(message) }
    }
}

/// The body of an answer: the result and the fields beside it.
#[derive(Clone, Debug)]
pub(crate) struct Reply {
    code: String,
    message: Option<String>,
    fields: Map<String, Value>,
}

impl Reply {
    pub(crate) fn new(code: &str) -> Self {
        Self { code: code.to_owned(), message: None, fields: Map::new() }
    }

    pub(crate) fn success() -> Self {
        Self::new("SUCCESS")
    }

    pub(crate) fn field(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.fields.insert(name.to_owned(), value.into());
        self
    }

    /// Adds the field if there is something to say.
    pub(crate) fn field_if(self, name: &str, value: Option<impl Into<Value>>) -> Self {
        match value {
            Some(value) => self.field(name, value),
            None => self,
        }
    }

    pub(crate) fn fields(mut self, fields: Map<String, Value>) -> Self {
        self.fields.extend(fields);
        self
    }

    pub(crate) fn code(&self) -> &str {
        &self.code
    }

    pub(crate) fn into_json(self, api: &str) -> Value {
        let mut result = codes::result(api, &self.code);
        if let (Some(message), Some(object)) = (self.message, result.as_object_mut()) {
            let message: String = message.chars().take(256).collect();
            object.insert("resultMessage".to_owned(), json!(message));
        }
        let mut fields = self.fields;
        fields.insert("result".to_owned(), result);
        Value::Object(fields)
    }
}

impl From<Refusal> for Reply {
    fn from(refusal: Refusal) -> Self {
        Self { code: refusal.code, message: refusal.message, fields: Map::new() }
    }
}
