//! The dashboard's error scenarios: for a while every call of an operation is answered with one code.
//! They are looked at after the signature and before anything else.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::codes;
use super::gateway::Gateway;
use super::operation::Operation;
use super::time::Time;
use super::timings::millis;

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Scenario {
    client: Option<String>,
    operation: Operation,
    code: String,
    until: Time,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct ScenarioInput {
    api: String,
    result_code: String,
    minutes: u64,
    #[serde(default)]
    client_id: Option<String>,
}

impl Gateway {
    /// Starts an error scenario: `{api, resultCode, minutes}`, for one client or for all.
    pub fn start_scenario(&mut self, at: Time, input: Value) -> Result<Value, String> {
        self.run_to(at);
        let input: ScenarioInput = serde_json::from_value(input).map_err(|error| error.to_string())?;
        let operation = Operation::named(&input.api).ok_or_else(|| format!("no API {}", input.api))?;
        let status = codes::status_of(&input.api, &input.result_code);
        match status.or_else(|| codes::status_of("gateway", &input.result_code)) {
            None => return Err(format!("resultCode {} is none of {}", input.result_code, input.api)),
            Some("S") => return Err("resultCode SUCCESS is no error".to_owned()),
            Some(_) => {}
        }
        if !matches!(input.minutes, 30 | 60 | 90 | 120) {
            return Err("minutes is none of 30, 60, 90, 120".to_owned());
        }
        let until = self.now.after(millis(input.minutes.saturating_mul(60_000)));
        let scenario = Scenario { client: input.client_id, operation, code: input.result_code, until };
        let view = scenario.view();
        self.scenarios.push(scenario);
        Ok(view)
    }

    /// The scenarios in force; with a client only those that it meets.
    pub fn scenario_views(&self, client: Option<&str>) -> Vec<Value> {
        let meets = |one: &&Scenario| client.is_none_or(|client| one.concerns(client));
        self.scenarios.iter().filter(|one| one.until > self.now).filter(meets).map(Scenario::view).collect()
    }

    /// Ends all scenarios early.
    pub fn end_scenarios(&mut self) {
        self.scenarios.clear();
    }

    pub(crate) fn scenario_code(&self, client: &str, operation: Operation) -> Option<String> {
        let applies =
            |one: &&Scenario| one.operation == operation && one.until > self.now && one.concerns(client);
        self.scenarios.iter().rev().find(applies).map(|one| one.code.clone())
    }
}

impl Scenario {
    fn concerns(&self, client: &str) -> bool {
        self.client.as_deref().is_none_or(|only| only == client)
    }

    fn view(&self) -> Value {
        json!({"api": self.operation.name(), "resultCode": self.code, "clientId": self.client,
               "until": self.until.to_utc()})
    }
}
