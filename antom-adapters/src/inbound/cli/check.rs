//! `antom check-config`: the configuration as the service would take it, or everything that is wrong with it.
//! What is wrong is decided by `service`.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use serde_json::{Map, Value, json};

use super::answer::{Answer, finish};
use super::read_config;
use crate::service::ConfigFaults;

const EXAMPLES: &str = "\
Examples:
  antom check-config --config antom.toml
  antom check-config --config antom.toml --json

Variables count as they do for antom serve: ANTOM__SECTION__KEY, arrays and tables as JSON. Secrets are not printed.
Exit codes: 0 the service can start with it, 5 it cannot: every fault is listed with its key, 64 wrong usage.";

#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct CheckConfig {
    /// The configuration; every key can also be given as ANTOM__SECTION__KEY.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Prints the answer as one JSON object.
    #[arg(long)]
    json: bool,
}

impl CheckConfig {
    pub(super) fn run(self) -> ExitCode {
        finish(self.answer(), self.json)
    }

    fn answer(&self) -> Result<Answer, Answer> {
        let config = read_config(self.config.as_deref()).map_err(|faults| refused(&faults))?;
        let entries = config.redacted_entries().into_iter();
        let members: Map<String, Value> =
            entries.map(|(key, value)| (key.to_owned(), Value::from(value))).collect();
        Ok(Answer::ok(config.redacted().trim_end().to_owned(), Value::Object(members)))
    }
}

fn refused(faults: &ConfigFaults) -> Answer {
    let listed: Vec<Value> =
        faults.0.iter().map(|fault| json!({ "key": fault.key, "message": fault.message })).collect();
    let json = json!({ "error": "the configuration has faults", "faults": listed });
    Answer::with_code(super::EXIT_CONFIGURATION, faults.to_string(), json.to_string())
}
