//! Reads request bodies: JSON of a bounded size, unknown fields refused, card data refused by name.
//! What the fields mean is left to the handlers.

use antom_core::wire::with_whole_characters;
use axum::body::{Body, Bytes};
use axum::http::HeaderMap;
use axum::http::header::CONTENT_TYPE;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::problem::Problem;
use crate::inbound::digest::sha256_hex;
use crate::inbound::intake::{self, BODY_WITHIN, Spoilt};

const MAX_BODY: usize = 64 * 1024;

/// Fields that hold raw card data in any vocabulary that we know of.
const CARD_DATA: [&str; 15] = [
    "cardno",
    "cardnumber",
    "pan",
    "primaryaccountnumber",
    "cvv",
    "cvc",
    "cvv2",
    "cvc2",
    "securitycode",
    "expirymonth",
    "expiryyear",
    "expirydate",
    "expirationdate",
    "cid",
    "cardpassworddigest",
];

/// The lists that requests have, each at the top of its request.
const LISTS: [&str; 4] =
    ["goods", "allowedPaymentMethodRegions", "allowedPaymentMethods", "blockedPaymentMethods"];

/// The body as `T`. An empty body reads as an empty object.
pub(super) async fn read<T: DeserializeOwned>(headers: &HeaderMap, body: Body) -> Result<T, Problem> {
    let (text, _) = checked(headers, body).await?;
    typed(&text)
}

/// The body as `T`, and what its content is recognised by, whatever its blanks.
//= B-8
pub(super) async fn read_with_digest<T: DeserializeOwned>(
    headers: &HeaderMap,
    body: Body,
) -> Result<(T, String), Problem> {
    let (text, value) = checked(headers, body).await?;
    let digest = sha256_hex(value.to_string().as_bytes()).chars().take(32).collect();
    Ok((typed(&text)?, digest))
}

async fn checked(headers: &HeaderMap, body: Body) -> Result<(Bytes, Value), Problem> {
    let bytes = intake::whole(body, MAX_BODY, BODY_WITHIN).await.map_err(|spoilt| match spoilt {
        Spoilt::TooLarge => Problem::too_large(),
        Spoilt::TooSlow => Problem::too_slow(),
    })?;
    let is_json = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).is_some_and(|value| {
        value.split(';').next().unwrap_or_default().trim().eq_ignore_ascii_case("application/json")
    });
    if !is_json && !bytes.is_empty() {
        return Err(Problem::unsupported_media_type());
    }
    let text = if bytes.is_empty() { Bytes::from_static(b"{}") } else { bytes };
    let value: Value = serde_json::from_slice(&text).map_err(|_| unreadable(&text))?;
    if !value.is_object() {
        return Err(Problem::not_json());
    }
    refuse_what_no_request_holds(&value, "")?;
    Ok((text, value))
}

fn typed<T: DeserializeOwned>(text: &[u8]) -> Result<T, Problem> {
    let mut json = serde_json::Deserializer::from_slice(text);
    serde_path_to_error::deserialize(&mut json).map_err(|error| {
        let path = error.path().to_string();
        fault(if path == "." { "" } else { &path }, &error.inner().to_string())
    })
}

/// No JSON, or JSON with half of a character: then the field that holds it is named.
fn unreadable(text: &[u8]) -> Problem {
    let is_json =
        with_whole_characters(text).is_some_and(|mended| serde_json::from_slice::<Value>(&mended).is_ok());
    let mut json = serde_json::Deserializer::from_slice(text);
    match serde_path_to_error::deserialize::<_, Value>(&mut json) {
        Err(error) if is_json => {
            let message = "holds half of a character (a lone surrogate); send whole characters";
            Problem::field(error.path().to_string(), message)
        }
        _ => Problem::not_json(),
    }
}

/// Raw card data must not pass through this server; the value is neither kept nor repeated. Lists are refused where no
/// request has one, since serde would read an object from a list of its values; NUL because it belongs to no text and stops
/// many a reader.
//= P-1
fn refuse_what_no_request_holds(value: &Value, path: &str) -> Result<(), Problem> {
    match value {
        Value::Object(members) => members.iter().try_for_each(|(name, value)| {
            let plain: String = name.chars().filter(char::is_ascii_alphanumeric).collect();
            let path = join(path, name);
            if CARD_DATA.contains(&plain.to_lowercase().as_str()) {
                let message = "card data must not be sent here; the buyer enters it at the gateway";
                return Err(Problem::field(path, message));
            }
            refuse_what_no_request_holds(value, &path)
        }),
        Value::Array(entries) if LISTS.contains(&path) => entries
            .iter()
            .enumerate()
            .try_for_each(|(index, entry)| refuse_what_no_request_holds(entry, &format!("{path}[{index}]"))),
        Value::Array(_) => Err(Problem::field(path, "has the wrong type")),
        Value::String(text) if text.contains('\0') => {
            Err(Problem::field(path, "must not hold the character NUL"))
        }
        _ => Ok(()),
    }
}

/// Says what is wrong without repeating values: serde's own text may quote them.
fn fault(path: &str, text: &str) -> Problem {
    let named = |prefix: &str| text.strip_prefix(prefix).and_then(|rest| rest.split('`').next());
    if let Some(name) = named("missing field `") {
        Problem::field(join(path, name), "is missing")
    } else if text.starts_with("unknown field `") {
        Problem::field(path, "is not a field of this request")
    } else if let Some(name) = named("duplicate field `") {
        Problem::field(join(path, name), "is given twice")
    } else if text.starts_with("unknown variant `") {
        let expected =
            text.rsplit_once("expected ").map(|(_, words)| words.split(" at line").next().unwrap_or(""));
        Problem::field(path, format!("must be {}", expected.unwrap_or("one of the documented words")))
    } else {
        Problem::field(path, "has the wrong type")
    }
}

fn join(path: &str, name: &str) -> String {
    let name: String = name.chars().take(64).collect();
    if path.is_empty() { name } else { format!("{path}.{name}") }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;
    use axum::response::IntoResponse as _;

    use super::*;

    /// The fields that the problem names.
    async fn refused(body: &str) -> Value {
        let headers = HeaderMap::from_iter([(CONTENT_TYPE, HeaderValue::from_static("application/json"))]);
        let problem = read::<Value>(&headers, Body::from(body.to_owned())).await.unwrap_err();
        let answer = problem.into_response();
        assert_eq!(answer.status(), 400, "{body}");
        let bytes = axum::body::to_bytes(answer.into_body(), MAX_BODY).await.unwrap();
        serde_json::from_slice::<Value>(&bytes).unwrap()["errors"].clone()
    }

    #[tokio::test]
    async fn half_a_character_is_refused_under_the_name_of_its_field() {
        for half in [r"\ud83c", r"tea \udf75", r"\ud83c\ud83c\udf75"] {
            let errors =
                refused(&format!(r#"{{"buyer":{{"referenceBuyerId":"{half}"}},"description":"tea"}}"#)).await;
            assert_eq!(errors[0]["field"], "buyer.referenceBuyerId", "{errors}");
            assert!(errors[0]["message"].as_str().unwrap().contains("half of a character"), "{errors}");
        }
        assert_eq!(refused(r#"{"description":"tea \ud83c""#).await, Value::Null, "that is no JSON at all");
    }

    #[tokio::test]
    async fn a_nul_character_is_refused_under_the_name_of_its_field() {
        let errors = refused(r#"{"paymentMethodType":"CARD","buyer":{"name":"A\u0000"}}"#).await;
        assert_eq!(errors[0]["field"], "buyer.name", "{errors}");
        assert!(errors[0]["message"].as_str().unwrap().contains("NUL"), "{errors}");
    }
}
