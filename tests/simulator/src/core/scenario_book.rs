//! Named scenarios of a file: things that go wrong together, started by one word.
//! Each part does what the control API's call of its kind does, and lasts as long as that; the file is the shell's.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Value, json};

use super::gateway::{Gateway, GatewaySettings};
use super::reading::read_named;
use super::time::Time;

/// Scenarios by their names.
#[derive(Clone, Debug, Default)]
pub struct ScenarioBook(BTreeMap<String, NamedScenario>);

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct NamedScenario {
    #[serde(default)]
    description: String,
    /// Error scenarios, as `POST scenarios` takes them.
    #[serde(default)]
    errors: Vec<Value>,
    /// As `PUT faults` takes them.
    #[serde(default)]
    faults: Option<Value>,
    /// As `PUT timings` takes them.
    #[serde(default)]
    timings: Option<Value>,
    /// As `PUT contract` takes it.
    #[serde(default)]
    contract: Option<Value>,
    /// What is arranged for payments, by their paymentRequestId.
    #[serde(default)]
    payments: BTreeMap<String, Value>,
}

impl ScenarioBook {
    /// Reads the text of a file and tries every scenario in it on a gateway of its own.
    ///
    /// # Errors
    /// If the text is no such file, or a scenario could not be started; it says which and why.
    pub fn read(text: &str) -> Result<Self, String> {
        let input = serde_json::from_str(text).map_err(|error| error.to_string())?;
        let book = Self(read_named(input)?);
        for name in book.0.keys() {
            let mut gateway = Gateway::new(GatewaySettings::default(), Time::from_epoch_millis(0));
            let tried = gateway.start_named(Time::from_epoch_millis(0), &book, name, None, "SANDBOX_1");
            tried.map_err(|reason| format!("{name}: {reason}"))?;
        }
        Ok(book)
    }

    /// Whether there is a scenario of this name.
    pub fn contains(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    /// Names and descriptions, for a list.
    pub fn views(&self) -> Vec<Value> {
        let all = self.0.iter();
        all.map(|(name, scenario)| json!({"name": name, "description": scenario.description})).collect()
    }
}

impl Gateway {
    /// Starts all parts of a named scenario, or none where one of them is refused. With a client its errors, contract and
    /// payments are that client's; without one the errors are everybody's and the rest is the simulator's own client's.
    ///
    /// # Errors
    /// If the book has no such scenario, or a part of it is not possible now.
    pub fn start_named(
        &mut self,
        at: Time,
        book: &ScenarioBook,
        name: &str,
        client: Option<&str>,
        own_client: &str,
    ) -> Result<Value, String> {
        let scenario = book.0.get(name).ok_or_else(|| format!("no scenario {name}"))?;
        self.run_to(at);
        let mut next = self.clone();
        next.start_parts(at, scenario, client, own_client)?;
        *self = next;
        Ok(json!({"name": name, "scenarios": self.scenario_views(client)}))
    }

    fn start_parts(
        &mut self,
        at: Time,
        scenario: &NamedScenario,
        client: Option<&str>,
        own_client: &str,
    ) -> Result<(), String> {
        for error in &scenario.errors {
            let mut error = error.clone();
            if let (Some(client), Some(members)) = (client, error.as_object_mut()) {
                members.insert("clientId".to_owned(), json!(client));
            }
            self.start_scenario(at, error).map_err(|reason| format!("errors: {reason}"))?;
        }
        if let Some(faults) = &scenario.faults {
            self.set_faults(faults.clone()).map_err(|reason| format!("faults: {reason}"))?;
        }
        if let Some(timings) = &scenario.timings {
            self.set_timings(timings).map_err(|reason| format!("timings: {reason}"))?;
        }
        if let Some(contract) = &scenario.contract {
            let of = client.unwrap_or(own_client);
            self.set_contract(of, contract).map_err(|reason| format!("contract: {reason}"))?;
        }
        for (id, areas) in &scenario.payments {
            self.arrange(at, client, own_client, id, areas)
                .map_err(|reason| format!("payments.{id}: {reason}"))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mistake_in_a_file_is_told_with_the_scenario_and_the_part() {
        for (text, told) in [
            ("[]", "invalid type"),
            (r#"{"a": {"error": []}}"#, "a.error: unknown field"),
            (
                r#"{"a": {"errors": [{"api": "dance", "resultCode": "X", "minutes": 30}]}}"#,
                "a: errors: no API dance",
            ),
            (r#"{"ok": {}, "a": {"timings": {"captureMs": "soon"}}}"#, "a: timings: captureMs"),
            (r#"{"a": {"faults": {"rules": [{"target": "pay", "do": {"kind": "magic"}}]}}}"#, "a: faults: "),
            (r#"{"a": {"contract": {"balance": "much"}}}"#, "a: contract: balance"),
            (r#"{"a": {"payments": {"p1": {"luck": true}}}}"#, "a: payments.p1: luck"),
        ] {
            let error = ScenarioBook::read(text).map(|_| ()).unwrap_err();
            assert!(error.contains(told), "{text}: {error}");
        }
    }

    #[test]
    fn a_scenario_starts_as_a_whole_or_not_at_all() -> Result<(), String> {
        let mut book = ScenarioBook::read(r#"{"slow": {"timings": {"captureMs": 9000}}}"#)?;
        let at = Time::from_epoch_millis(0);
        let mut gateway = Gateway::new(GatewaySettings::default(), at);
        // Possible when the file was read, and not any more.
        if let Some(scenario) = book.0.get_mut("slow") {
            scenario.contract = Some(json!({"captures": "none"}));
        }
        assert!(gateway.start_named(at, &book, "slow", None, "SANDBOX_1").is_err());
        assert_eq!(gateway.timings_view()["captureMs"], 2_000);
        Ok(())
    }
}
