//! What the control API changes beside payments: faults, timings, notifications made by hand.
//! Paths and statuses of the control API are in the shell.

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::codes;
use super::gateway::Gateway;
use super::time::Time;
use super::timings::Timings;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct TriggerInput {
    #[serde(default)]
    client_id: Option<String>,
    #[serde(default)]
    payment_request_id: Option<String>,
    #[serde(default)]
    notify_type: Option<String>,
    /// What the result says, in the words of the type's own table.
    #[serde(default)]
    result_code: Option<String>,
    #[serde(default)]
    url: Option<String>,
    #[serde(default)]
    body: Option<Map<String, Value>>,
}

impl Gateway {
    /// Replaces the fault rules.
    pub fn set_faults(&mut self, plan: Value) -> Result<usize, String> {
        self.faults.replace(plan)
    }

    /// The fault rules in force.
    pub fn faults_view(&self) -> Value {
        self.faults.view()
    }

    /// Ends all faults.
    pub fn clear_faults(&mut self) {
        self.faults.clear();
    }

    /// The timings in force.
    pub fn timings_view(&self) -> Value {
        json!(self.timings)
    }

    /// Changes the timings that are named; the others stay.
    pub fn set_timings(&mut self, changes: &Value) -> Result<(), String> {
        let changes = changes.as_object().ok_or_else(|| "timings are an object".to_owned())?;
        let mut merged = json!(self.timings);
        if let Some(members) = merged.as_object_mut() {
            members.extend(changes.iter().map(|(name, value)| (name.clone(), value.clone())));
        }
        self.timings = super::reading::read_named::<Timings>(merged)?;
        Ok(())
    }

    /// Queues a notification made by hand: a payment's own data, a type, a body of any content.
    pub fn trigger_notification(
        &mut self,
        at: Time,
        own_client: &str,
        input: Value,
    ) -> Result<usize, String> {
        self.run_to(at);
        let input: TriggerInput = super::reading::read_named(input)?;
        let payment = match &input.payment_request_id {
            None => None,
            Some(id) => {
                let found = self.index_of(input.client_id.as_deref(), id);
                Some(found.ok_or_else(|| format!("no payment {id}"))?)
            }
        };
        let known = payment.and_then(|index| self.payments.get(index));
        let url =
            input.url.or_else(|| known.and_then(|payment| Some(self.payment_url(payment)?.to_string())));
        let url =
            url.ok_or_else(|| "neither url nor a payment with a paymentNotifyUrl is given".to_owned())?;
        let client = known.map_or_else(|| own_client.to_owned(), |payment| payment.client.to_string());
        let client = input.client_id.unwrap_or(client);
        let mut body = known.map(super::payment::Payment::notification_fields).unwrap_or_default();
        let kind = input.notify_type.unwrap_or_else(|| "PAYMENT_RESULT".to_owned());
        body.insert("notifyType".to_owned(), json!(kind));
        let api = match kind.as_str() {
            "CAPTURE_RESULT" => "notifyCapture",
            "REFUND_RESULT" => "notifyRefund",
            "VAULTING_RESULT" => "notifyVaulting",
            _ => "notifyPayment",
        };
        let code = input.result_code.as_deref().unwrap_or("SUCCESS");
        if codes::status_of(api, code).is_none() {
            return Err(format!("resultCode {code} is none that a {kind} can have"));
        }
        body.insert("result".to_owned(), codes::result(api, code));
        if let Some(given) = input.body {
            body.extend(given);
        }
        Ok(self.trigger(&client, &url, body, payment))
    }

    /// The journal, newest entry last.
    pub fn journal_view(&self, client: Option<&str>) -> Value {
        self.journal.view(client)
    }
}
