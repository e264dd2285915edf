//! `antom api-key new`: makes a key of the merchant API.
//! The service is given its hash only; the clear text is shown once and stored nowhere.

use std::process::ExitCode;

use antom_core::Secret;
use clap::{Args, Subcommand};
use serde_json::json;
use toml::Value;

use super::answer::{Answer, finish};
use crate::inbound::digest::sha256_hex;
use crate::service::config::Scope;

const NEW_EXAMPLES: &str = "\
Examples:
  antom api-key new --name shop --scope read --scope pay --scope refund
  antom api-key new --name support --scope read --scope admin --json

Prints the key once, and the line with its hash for [server] api_keys. Add the line, send the service SIGHUP, let callers
change over, remove the old line, send SIGHUP again: nothing is restarted.
Scopes: read (look at orders and payments), pay (create orders, open payments, capture, cancel), refund (give money back),
write (pay and refund), admin (notifications).
Exit codes: 0 made, 5 no key could be made, 64 wrong usage.";

#[derive(Debug, Subcommand)]
pub(super) enum ApiKeys {
    /// Makes a key and prints it once.
    New(NewKey),
}

#[derive(Debug, Args)]
#[command(after_help = NEW_EXAMPLES)]
pub(super) struct NewKey {
    /// A name for logs: who uses the key.
    #[arg(long, value_parser = name)]
    name: String,
    /// What the key may do; may be given several times.
    #[arg(long = "scope", value_name = "SCOPE", required = true, value_parser = scope)]
    scopes: Vec<Granted>,
    /// Prints the answer as one JSON object.
    #[arg(long)]
    json: bool,
}

/// What one word grants.
#[derive(Debug, Clone)]
struct Granted(Vec<Scope>);

fn name(text: &str) -> Result<String, String> {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    if text.is_empty() || text.len() > 64 || !text.bytes().all(fits) {
        return Err("must be 1 to 64 letters, digits and -_.".to_owned());
    }
    Ok(text.to_owned())
}

fn scope(word: &str) -> Result<Granted, String> {
    let words = Scope::ALL.map(Scope::as_str).join(", ");
    Scope::from_word(word).map(Granted).ok_or_else(|| format!("must be {words} or write"))
}

impl ApiKeys {
    pub(super) fn run(self) -> ExitCode {
        let Self::New(command) = self;
        let json = command.json;
        finish(command.answer(), json)
    }
}

impl NewKey {
    fn answer(&self) -> Result<Answer, Answer> {
        let mut granted: Vec<Scope> = Vec::new();
        for scope in self.scopes.iter().flat_map(|Granted(scopes)| scopes) {
            if !granted.contains(scope) {
                granted.push(*scope);
            }
        }
        let ApiKey { clear, line, sha256 } = ApiKey::draw(&self.name, &granted)?;
        let text = format!(
            "key   {}\nline  {line}\n\nThe key is shown this once. Add the line to [server] api_keys and send the service SIGHUP.",
            clear.expose()
        );
        let scopes: Vec<&str> = granted.iter().map(|scope| scope.as_str()).collect();
        let json = json!({ "key": clear.expose(), "name": self.name, "sha256": sha256, "scopes": scopes, "line": line });
        Ok(Answer::ok(text, json))
    }
}

/// A fresh key: its clear text, and how the configuration names it.
pub(super) struct ApiKey {
    pub(super) clear: Secret,
    pub(super) line: String,
    sha256: String,
}

impl ApiKey {
    /// Draws 256 bits from the operating system.
    pub(super) fn draw(name: &str, scopes: &[Scope]) -> Result<ApiKey, Answer> {
        let mut bytes = [0_u8; 32];
        aws_lc_rs::rand::fill(&mut bytes)
            .map_err(|_| Answer::configuration(&"the operating system gives no random bytes"))?;
        let digits: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        let clear = format!("antom_key_{digits}");
        let sha256 = sha256_hex(clear.as_bytes());
        let words: Vec<Value> = scopes.iter().map(|scope| Value::from(scope.as_str())).collect();
        let line = format!(
            "{{ name = {}, sha256 = {}, scopes = {} }}",
            Value::from(name),
            Value::from(sha256.as_str()),
            Value::from(words),
        );
        Ok(ApiKey { clear: Secret::new(clear), line, sha256 })
    }
}
