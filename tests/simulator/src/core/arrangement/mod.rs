//! What a test arranges for one payment because no request, card or amount brings it about; one member for each area.
//! What an area means is in its own file; it is looked at where the payment gets there.

mod card;
mod movement;
mod notifications;
mod pay;
mod review;
mod update_amount;

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::de::{DeserializeOwned, Error as _};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Value, json};

pub(crate) use card::{CardArrangement, IssuerDecision};
pub(crate) use movement::{End, Fate, Fates, Movement};
pub(crate) use notifications::Dispatches;
pub(crate) use pay::{PayAnswer, PayArrangement, ResultOutcome};

use self::review::ReviewArrangement;
use self::update_amount::UpdateAmountArrangement;
use super::gateway::Gateway;
use super::payment::Payment;
use super::time::Time;

/// Everything that can be arranged for a payment; an absent member leaves its area as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub(crate) struct Arrangement {
    pub(crate) card: CardArrangement,
    pub(crate) pay: PayArrangement,
    pub(crate) review: Option<ReviewArrangement>,
    pub(crate) update_amount: UpdateAmountArrangement,
    pub(crate) capture: Fates,
    pub(crate) refund: Fates,
    pub(crate) notifications: Dispatches,
}

impl Arrangement {
    fn check(&self) -> Result<(), String> {
        self.card.check()?;
        self.pay.check()?;
        self.update_amount.check()?;
        self.capture.check("capture")?;
        self.refund.check("refund")?;
        self.notifications.check()
    }
}

/// The arrangements of all clients, by paymentRequestId; they may be made before the payment exists.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Arrangements(BTreeMap<String, BTreeMap<String, Arrangement>>);

static NOTHING: LazyLock<Arrangement> = LazyLock::new(Arrangement::default);

impl Arrangements {
    pub(crate) fn of(&self, client: &str, request_id: &str) -> &Arrangement {
        self.0.get(client).and_then(|one| one.get(request_id)).unwrap_or(&NOTHING)
    }

    fn of_mut(&mut self, client: &str, request_id: &str) -> Option<&mut Arrangement> {
        self.0.get_mut(client)?.get_mut(request_id)
    }
}

impl Gateway {
    /// Arranges things for a payment, of the client that has it, or else of `own_client`. Each area that is named
    /// replaces what was arranged there before; a mistake changes nothing.
    pub fn arrange(
        &mut self,
        at: Time,
        client: Option<&str>,
        own_client: &str,
        request_id: &str,
        areas: &Value,
    ) -> Result<Value, String> {
        self.run_to(at);
        let index = self.index_of(client, request_id);
        let known = index.and_then(|index| self.payments.get(index));
        let client = known.map_or_else(
            || client.unwrap_or(own_client).to_owned(),
            |payment: &Payment| payment.client.to_string(),
        );
        let areas = areas
            .as_object()
            .ok_or_else(|| "an arrangement is an object with a member for each area".to_owned())?;
        let mut merged = json!(self.arrangements.of(&client, request_id));
        if let Some(members) = merged.as_object_mut() {
            members.extend(areas.iter().map(|(name, value)| (name.clone(), value.clone())));
        }
        let arrangement = super::reading::read_named::<Arrangement>(merged)?;
        arrangement.check()?;
        let view = json!(arrangement);
        self.journal.note(self.now, || {
            json!({"kind": "arrangement", "clientId": client, "paymentRequestId": request_id, "areas": view})
        });
        self.arrangements.0.entry(client).or_default().insert(request_id.to_owned(), arrangement);
        if let Some(index) = index {
            if areas.contains_key("pay")
                && self.payments.get(index).is_some_and(|one| one.payment_id.is_some())
            {
                self.schedule_result(index);
            }
            if areas.contains_key("review") {
                self.schedule_decision(index);
            }
        }
        Ok(view)
    }

    /// What is arranged for a payment.
    pub(crate) fn arranged_for(&self, payment: &Payment) -> &Arrangement {
        self.arrangements.of(&payment.client, &payment.request_id)
    }
}

/// An entry or a list of entries.
fn one_or_more<'de, T: DeserializeOwned, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<T>, D::Error> {
    let entries = match Value::deserialize(deserializer)? {
        Value::Array(entries) => entries,
        entry => vec![entry],
    };
    entries.into_iter().map(|entry| serde_json::from_value(entry).map_err(D::Error::custom)).collect()
}
