//! `inquireToken`, `updateToken` and `deleteToken`: what happens to a stored card's token.
//! The cards are in `tokens`; how they get there is in `vaulting` and `buyer`.

use serde_json::{Map, Value};

use crate::core::cards::ISSUER_NAME;
use crate::core::fields::Fields;
use crate::core::gateway::Gateway;
use crate::core::reply::{Refusal, Reply};
use crate::core::time::Time;

impl Gateway {
    /// An expired token is told as well, so that the merchant sees why it cannot be paid with.
    pub(crate) fn inquire_token(&self, client: &str, request: &Value) -> Result<Reply, Refusal> {
        let mut fields = Fields::of(request);
        let token = read_token(&mut fields);
        fields.finish()?;
        let stored = self.tokens.known(client, token).ok_or_else(unknown)?;
        Ok(Reply::success()
            .field("token", token)
            .field_if("accountHolderName", stored.holder.clone())
            .field_if("email", stored.email.as_deref())
            .field("issuerName", ISSUER_NAME)
            .field("issuingCountry", stored.card.country)
            .field_if("tokenExpiryTime", stored.expires_at.map(Time::to_wire)))
    }

    /// An expired token may be given a new time.
    pub(crate) fn update_token(&mut self, client: &str, request: &Value) -> Result<Reply, Refusal> {
        let mut fields = Fields::of(request);
        let token = read_token(&mut fields);
        let holder = read_holder(&mut fields);
        let email = fields.text("email", 64).map(str::to_owned);
        let expiry = self.read_expiry(&mut fields);
        if holder.is_none() && email.is_none() && fields.at("tokenExpiryTime").is_none() {
            let reason = "none of accountHolderName, email and tokenExpiryTime is given";
            fields.fault(reason.to_owned());
        }
        fields.finish()?;
        let changed = self.tokens.update(client, token, |stored| {
            stored.holder = holder.or(stored.holder.take());
            stored.email = email.or(stored.email.take());
            stored.expires_at = expiry.or(stored.expires_at);
        });
        changed.ok_or_else(unknown)?;
        Ok(Reply::success().field("token", token))
    }

    /// A token that was deleted before is answered like one that is deleted now.
    pub(crate) fn delete_token(&mut self, client: &str, request: &Value) -> Result<Reply, Refusal> {
        let mut fields = Fields::of(request);
        let token = read_token(&mut fields);
        fields.finish()?;
        if self.tokens.delete(client, token) || self.tokens.was_deleted(client, token) {
            Ok(Reply::success())
        } else {
            Err(unknown())
        }
    }

    fn read_expiry(&self, fields: &mut Fields<'_>) -> Option<Time> {
        let text = fields.text("tokenExpiryTime", 64)?;
        let expiry = Time::parse(text).filter(|expiry| *expiry > self.now);
        if expiry.is_none() {
            fields.fault("tokenExpiryTime is no time in the future".to_owned());
        }
        expiry
    }
}

fn read_token<'a>(fields: &mut Fields<'a>) -> &'a str {
    fields.text("merchantAccountId", 32);
    fields.required_text("token", 2_048)
}

/// The members of a `UserName`.
fn read_holder(fields: &mut Fields<'_>) -> Option<Value> {
    fields.at("accountHolderName")?;
    let parts = [("firstName", 32), ("middleName", 32), ("lastName", 32), ("fullName", 128)];
    let mut given = Map::new();
    for (name, max) in parts {
        if let Some(text) = fields.text(&format!("accountHolderName.{name}"), max) {
            given.insert(name.to_owned(), text.into());
        }
    }
    if given.is_empty() {
        fields.fault("accountHolderName is empty".to_owned());
        return None;
    }
    Some(Value::Object(given))
}

fn unknown() -> Refusal {
    Refusal::with("INVALID_ACCESS_TOKEN", "there is no such token of this client".to_owned())
}
