//! Calls the merchant API as the OpenAPI document says, and holds every answer against it.
//! What is called, and in which order, is the suite's.

use std::cell::RefCell;
use std::collections::BTreeSet;

use antom_tests::http::{Answer, Call};
use antom_tests::{Failure, Stand, ensure};
use serde_json::{Value, json};

use crate::schema::Schemas;

/// A key with the scope `admin` alone, which the usual key has not.
pub(crate) const ADMIN_KEY: &str = "only-admin";

/// Watches which parts of the document were seen.
#[derive(Debug)]
pub(crate) struct Witness<'a> {
    stand: &'a Stand,
    document: &'a Value,
    schemas: Schemas<'a>,
    answers: RefCell<BTreeSet<String>>,
    examples: RefCell<BTreeSet<String>>,
}

/// An operation of the document.
#[derive(Debug, Clone, Copy)]
struct Operation<'a> {
    method: &'a str,
    path: &'a str,
    value: &'a Value,
}

impl<'a> Witness<'a> {
    pub(crate) fn new(stand: &'a Stand, document: &'a Value) -> Self {
        let schemas = Schemas::of(document);
        Self { stand, document, schemas, answers: RefCell::default(), examples: RefCell::default() }
    }

    /// The value of a request's example, which counts as shown from now on.
    pub(crate) fn example(&self, operation: &str, name: &str) -> Value {
        let found = self.operation(operation);
        self.examples.borrow_mut().insert(format!("{operation} {name}"));
        found.value["requestBody"]["content"]["application/json"]["examples"][name]["value"].clone()
    }

    /// Calls an operation with the usual key, or with an operator's where it needs one; the answer must have this status and the shape that is documented for it.
    pub(crate) fn call(
        &self,
        operation: &str,
        id: &str,
        body: &Value,
        status: u16,
    ) -> Result<Value, Failure> {
        let found = self.operation(operation);
        // What a client may send is documented too; what is refused need not be.
        if status < 400 && !body.is_null() {
            let schema = &found.value["requestBody"]["content"]["application/json"]["schema"];
            self.agree(operation, schema, body)?;
        }
        let path = concrete(found.path, id);
        let answer = self.send(found, with_body(Call::new(found.method, &path), body))?;
        self.judge(operation, answer, status)
    }

    /// Calls an operation with another query.
    pub(crate) fn query(&self, operation: &str, query: &str, status: u16) -> Result<Value, Failure> {
        let found = self.operation(operation);
        let path = format!("{}{query}", found.path);
        let answer = self.send(found, Call::new(found.method, &path))?;
        self.judge(operation, answer, status)
    }

    fn send(&self, operation: Operation<'_>, call: Call<'_>) -> Result<Answer, Failure> {
        let merchant = self.stand.merchant();
        match operation.value["security"][0]["apiKey"][0].as_str() {
            Some("admin") => merchant.with_key(ADMIN_KEY).send(call),
            _ => merchant.send(call),
        }
    }

    /// Calls an operation as it is.
    pub(crate) fn judge(&self, operation: &str, answer: Answer, status: u16) -> Result<Value, Failure> {
        let found = self.operation(operation);
        let seen = || format!("{operation}: {} {} {}", answer.status, answer.content_type, answer.text);
        ensure(answer.status == status, &format!("{operation} answers {status}"), &json!(seen()))?;
        let responses = &found.value["responses"];
        let name = if responses.get(status.to_string()).is_some() {
            status.to_string()
        } else {
            "default".to_owned()
        };
        let documented = &responses[&name];
        ensure(documented.is_object(), "the answer is documented", &json!(seen()))?;
        self.answers.borrow_mut().insert(format!("{operation} {name}"));
        match documented["content"].as_object().and_then(|content| content.iter().next()) {
            None => ensure(answer.text.is_empty(), "an answer without content is empty", &json!(seen()))?,
            Some((content_type, content)) => {
                let is_same = answer.content_type.starts_with(content_type.as_str());
                ensure(is_same, "the content type is the documented one", &json!(seen()))?;
                self.agree(operation, &content["schema"], &answer.json)?;
            }
        }
        Ok(answer.json)
    }

    /// Without a key and with one that lacks the scope, every operation is refused before it looks at anything else.
    pub(crate) fn refusals(&self, key_without: impl Fn(&str) -> &'static str) -> Result<(), Failure> {
        for Operation { method, path, value } in self.operations() {
            let Some(scope) = value["security"][0]["apiKey"][0].as_str() else { continue };
            let operation = value["operationId"].as_str().unwrap_or_default();
            let path = concrete(path, "some-id");
            let body = if method == "POST" { json!({}) } else { Value::Null };
            let call = || with_body(Call::new(method, &path), &body);
            self.judge(operation, self.stand.merchant().send_without_key(call())?, 401)?;
            let other = self.stand.merchant().with_key(key_without(scope));
            let refused = self.judge(operation, other.send(call())?, 403)?;
            let names_it =
                refused["detail"].as_str().is_some_and(|text| text.contains(&format!("`{scope}`")));
            ensure(names_it, "the missing scope is named", &refused)?;
        }
        Ok(())
    }

    /// Every answer, every example and every schema of the document was seen.
    pub(crate) fn everything_was_seen(&self) -> Result<(), Failure> {
        let (mut answers, mut examples) = (BTreeSet::new(), BTreeSet::new());
        for Operation { value, .. } in self.operations() {
            let operation = value["operationId"].as_str().unwrap_or_default();
            let statuses = value["responses"].as_object().into_iter().flatten().map(|(status, _)| status);
            // One answer for all is seen at one of them.
            answers
                .extend(statuses.filter(|name| *name != "default").map(|name| format!("{operation} {name}")));
            let shown = &value["requestBody"]["content"]["application/json"]["examples"];
            let names = shown.as_object().into_iter().flatten().map(|(name, _)| name);
            examples.extend(names.map(|name| format!("{operation} {name}")));
        }
        let missing = |wanted: &BTreeSet<String>, seen: &BTreeSet<String>| -> Vec<String> {
            wanted.difference(seen).cloned().collect()
        };
        let unseen = missing(&answers, &self.answers.borrow());
        ensure(unseen.is_empty(), "every documented answer was seen", &json!(unseen))?;
        let unshown = missing(&examples, &self.examples.borrow());
        ensure(unshown.is_empty(), "every example was run", &json!(unshown))?;
        let names = self.document["components"]["schemas"].as_object().into_iter().flatten();
        let unused = missing(&names.map(|(name, _)| name.clone()).collect(), &self.schemas.used());
        ensure(unused.is_empty(), "every schema was used", &json!(unused))
    }

    fn agree(&self, operation: &str, schema: &Value, value: &Value) -> Result<(), Failure> {
        let faults = self.schemas.faults(schema, value);
        ensure(
            faults.is_empty(),
            &format!("{operation}: document and message agree"),
            &json!([faults, value]),
        )
    }

    fn operation(&self, id: &str) -> Operation<'a> {
        let is_it = |operation: &Operation<'a>| operation.value["operationId"] == id;
        let nothing = Operation { method: "", path: "", value: &Value::Null };
        self.operations().into_iter().find(is_it).unwrap_or(nothing)
    }

    fn operations(&self) -> Vec<Operation<'a>> {
        let paths = self.document["paths"].as_object().into_iter().flatten();
        let of_path = |(path, item): (&'a String, &'a Value)| {
            let methods = item.as_object().into_iter().flatten().filter(|(name, _)| *name != "parameters");
            methods.map(|(method, value)| Operation { method: verb(method), path, value }).collect::<Vec<_>>()
        };
        paths.flat_map(of_path).collect()
    }
}

fn verb(method: &str) -> &'static str {
    if method == "post" { "POST" } else { "GET" }
}

fn concrete(path: &str, id: &str) -> String {
    path.replace("{id}", id).replace("{token}", id)
}

fn with_body<'a>(call: Call<'a>, body: &Value) -> Call<'a> {
    if body.is_null() { call } else { call.json(body) }
}
