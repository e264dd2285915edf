//! A small blocking HTTP client for JSON over loopback that treats every status as an answer.
//! What a path means is left to the two typed clients.

use std::time::Duration;

use serde_json::Value;
use ureq::http::Request;

use crate::failure::Failure;

const TIMEOUT: Duration = Duration::from_secs(45);
/// More than any drill or measurement has threads.
const CONNECTIONS: usize = 64;

/// A client of one server.
#[derive(Debug, Clone)]
pub struct Http {
    agent: ureq::Agent,
    base: String,
}

/// What a server answered.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The `Content-Type` header, empty where absent.
    pub content_type: String,
    /// The `Retry-After` header in seconds, if it is one.
    pub retry_after: Option<u64>,
    /// The `Location` header.
    pub location: Option<String>,
    /// The body as text.
    pub text: String,
    /// The body as JSON; null where it is none.
    pub json: Value,
}

/// The parts of a request; build it with [`Call::new`].
#[derive(Debug, Clone)]
pub struct Call<'a> {
    method: &'a str,
    path: &'a str,
    headers: Vec<(&'a str, String)>,
    body: Option<String>,
}

impl<'a> Call<'a> {
    /// A request without headers and body.
    pub fn new(method: &'a str, path: &'a str) -> Self {
        Self { method, path, headers: Vec::new(), body: None }
    }

    /// With one more header.
    #[must_use]
    pub fn header(mut self, name: &'a str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// With exactly this text as body and no content type of its own.
    #[must_use]
    pub fn text(mut self, body: impl Into<String>) -> Self {
        self.body = Some(body.into());
        self
    }

    /// With a JSON body.
    #[must_use]
    pub fn json(self, body: &Value) -> Self {
        self.header("content-type", "application/json").text(body.to_string())
    }
}

impl Http {
    /// A client of the server at `base`, such as `http://127.0.0.1:4010`.
    pub fn new(base: &str) -> Self {
        let config = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .proxy(None)
            .max_redirects(0)
            .timeout_global(Some(TIMEOUT))
            // As a shop does, every thread goes on with its connection.
            .max_idle_connections(CONNECTIONS)
            .max_idle_connections_per_host(CONNECTIONS)
            .build();
        Self { agent: config.new_agent(), base: base.trim_end_matches('/').to_owned() }
    }

    /// The server's address.
    pub fn base(&self) -> &str {
        &self.base
    }

    /// Sends the request and reads the whole answer.
    ///
    /// # Errors
    /// [`Failure::Call`] when no whole answer came; no HTTP status is an error here.
    pub fn send(&self, call: Call<'_>) -> Result<Answer, Failure> {
        let url = format!("{}{}", self.base, call.path);
        let mut request = Request::builder().method(call.method).uri(&url);
        for (name, value) in call.headers {
            request = request.header(name, value);
        }
        let unanswered = |source: ureq::Error| Failure::Call {
            method: call.method.to_owned(),
            url: url.clone(),
            source: Box::new(source),
        };
        let mut response = match call.body {
            Some(body) => self.agent.run(request.body(body)?),
            None => self.agent.run(request.body(())?),
        }
        .map_err(unanswered)?;
        let header = |name: &str| response.headers().get(name).and_then(|value| value.to_str().ok());
        let content_type = header("content-type").unwrap_or_default().to_owned();
        let retry_after = header("retry-after").and_then(|text| text.parse().ok());
        let location = header("location").map(str::to_owned);
        let text = response.body_mut().read_to_string().map_err(unanswered)?;
        let json = serde_json::from_str(&text).unwrap_or(Value::Null);
        Ok(Answer { status: response.status().as_u16(), content_type, retry_after, location, text, json })
    }
}

impl Answer {
    /// The JSON body, provided that the status is one of these.
    pub fn expect_status(self, step: &str, statuses: &[u16]) -> Result<Value, Failure> {
        if statuses.contains(&self.status) {
            return Ok(self.json);
        }
        Err(Failure::step(
            format!("{step}: HTTP {statuses:?}"),
            format_args!("{} {}", self.status, self.text),
        ))
    }

    /// Demands `application/problem+json` with this status and code.
    pub fn expect_problem(&self, status: u16, code: &str) -> Result<(), Failure> {
        let is_problem = self.content_type.starts_with("application/problem+json");
        let text = |name: &str| self.json.get(name).and_then(Value::as_str);
        let same_status = self.json.get("status").and_then(Value::as_u64) == Some(u64::from(status));
        if self.status == status && is_problem && text("code") == Some(code) && same_status {
            return Ok(());
        }
        let wanted = format!("a problem with status {status} and code {code}");
        Err(Failure::step(wanted, format_args!("{} {} {}", self.status, self.content_type, self.text)))
    }

    /// Demands that the problem names this field in its list of errors, with a message.
    pub fn expect_field(&self, field: &str) -> Result<(), Failure> {
        let errors = self.json.get("errors").and_then(Value::as_array);
        let named = errors.into_iter().flatten().any(|error| {
            let text = |name: &str| error.get(name).and_then(Value::as_str).unwrap_or_default();
            text("field") == field && !text("message").is_empty()
        });
        if named { Ok(()) } else { Err(Failure::step(format!("the field {field} is named"), &self.text)) }
    }
}

/// The text at a JSON pointer, empty where absent.
pub fn text_at<'a>(value: &'a Value, pointer: &str) -> &'a str {
    value.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
}

/// The truth value at a JSON pointer; `None` where there is none.
pub fn flag_at(value: &Value, pointer: &str) -> Option<bool> {
    value.pointer(pointer).and_then(Value::as_bool)
}

/// The entries of the array at a JSON pointer, none where absent.
pub fn list_at<'a>(value: &'a Value, pointer: &str) -> &'a [Value] {
    value.pointer(pointer).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn answer(status: u16, content_type: &str, json: Value) -> Answer {
        Answer {
            status,
            content_type: content_type.to_owned(),
            retry_after: None,
            location: None,
            text: json.to_string(),
            json,
        }
    }

    #[test]
    fn a_problem_must_carry_status_code_and_content_type() {
        let body = json!({"status": 401, "code": "unauthorized"});
        assert!(
            answer(401, "application/problem+json", body.clone()).expect_problem(401, "unauthorized").is_ok()
        );
        assert!(answer(401, "application/json", body.clone()).expect_problem(401, "unauthorized").is_err());
        assert!(
            answer(200, "application/problem+json", body.clone())
                .expect_problem(401, "unauthorized")
                .is_err()
        );
        assert!(answer(401, "application/problem+json", body).expect_problem(401, "forbidden").is_err());
    }

    #[test]
    fn a_field_counts_as_named_only_with_a_message() {
        let named = json!({"errors": [{"field": "amount.value", "message": "must be digits"}]});
        let silent = json!({"errors": [{"field": "amount.value", "message": ""}]});
        assert!(answer(400, "", named.clone()).expect_field("amount.value").is_ok());
        assert!(answer(400, "", named).expect_field("amount").is_err());
        assert!(answer(400, "", silent).expect_field("amount.value").is_err());
    }
}
