//! Holds JSON against the schemas of the OpenAPI document: the words that the document uses and no others.
//! An unknown word is a fault, so that nothing is left unchecked by mistake.

use std::cell::RefCell;
use std::collections::BTreeSet;

use serde_json::Value;

/// The schemas of a document, and which of them were used.
#[derive(Debug)]
pub(crate) struct Schemas<'a> {
    document: &'a Value,
    used: RefCell<BTreeSet<String>>,
}

impl<'a> Schemas<'a> {
    pub(crate) fn of(document: &'a Value) -> Self {
        Self { document, used: RefCell::default() }
    }

    /// The schemas that something was held against.
    pub(crate) fn used(&self) -> BTreeSet<String> {
        self.used.borrow().clone()
    }

    /// Every fault of the value, each with its place.
    pub(crate) fn faults(&self, schema: &Value, value: &Value) -> Vec<String> {
        let mut faults = Vec::new();
        self.check(schema, value, "", &mut faults);
        faults
    }

    fn check(&self, schema: &Value, value: &Value, at: &str, faults: &mut Vec<String>) {
        for (word, rule) in schema.as_object().into_iter().flatten() {
            match word.as_str() {
                "description" | "required" | "properties" | "additionalProperties" => {}
                "$ref" => {
                    let name = rule.as_str().and_then(|path| path.strip_prefix("#/components/schemas/"));
                    let name = name.unwrap_or_default();
                    self.used.borrow_mut().insert(name.to_owned());
                    match self.document["components"]["schemas"].get(name) {
                        Some(schema) => self.check(schema, value, at, faults),
                        None => faults.push(format!("{at}: no schema {rule}")),
                    }
                }
                "type" => {
                    let is = |name: &Value| name.as_str() == Some(type_of(value));
                    if !is(rule) && !rule.as_array().is_some_and(|names| names.iter().any(is)) {
                        faults.push(format!("{at} is {value}, not {rule}"));
                    }
                }
                "enum" => {
                    if !rule.as_array().is_some_and(|words| words.contains(value)) {
                        faults.push(format!("{at} is {value}, not one of {rule}"));
                    }
                }
                "items" => {
                    for (index, entry) in value.as_array().into_iter().flatten().enumerate() {
                        self.check(rule, entry, &format!("{at}[{index}]"), faults);
                    }
                }
                other => faults.push(format!("{at}: the word {other} is not checked")),
            }
        }
        if let Some(members) = value.as_object() {
            self.members(schema, members, at, faults);
        }
    }

    fn members(
        &self,
        schema: &Value,
        members: &serde_json::Map<String, Value>,
        at: &str,
        faults: &mut Vec<String>,
    ) {
        for name in schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str) {
            if !members.contains_key(name) {
                faults.push(format!("{at} lacks {name}"));
            }
        }
        let closed = schema["additionalProperties"] == Value::Bool(false);
        for (name, value) in members {
            let at = format!("{at}/{name}");
            match schema["properties"].get(name) {
                Some(property) => self.check(property, value, &at, faults),
                None if closed => faults.push(format!("{at} is not in the document")),
                None => {}
            }
        }
    }
}

fn type_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(number) if number.is_i64() || number.is_u64() => "integer",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

#[test]
fn a_value_of_another_shape_and_an_unknown_word_are_faults() {
    use serde_json::json;
    let schema = json!({"type": "object", "required": ["a"], "additionalProperties": false,
        "properties": {"a": {"type": ["string", "null"]}, "b": {"enum": ["x"]}, "c": {"items": {"type": "integer"}}}});
    let document = json!({});
    let schemas = Schemas::of(&document);
    let faults = |value: Value| schemas.faults(&schema, &value).len();
    assert_eq!(faults(json!({"a": null, "b": "x", "c": [1, 2]})), 0);
    for wrong in [json!([]), json!({}), json!({"a": 1}), json!({"a": "", "b": "y"}), json!({"a": "", "d": 1})]
    {
        assert_eq!(faults(wrong.clone()), 1, "{wrong}");
    }
    assert_eq!(faults(json!({"a": "", "c": [1.5, "2"]})), 2);
    assert_eq!(schemas.faults(&json!({"pattern": "x"}), &json!("x")).len(), 1);
    assert_eq!(schemas.faults(&json!({"$ref": "#/components/schemas/None"}), &json!("x")).len(), 1);
}
