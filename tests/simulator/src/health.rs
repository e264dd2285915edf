//! `antom-simulator health`: asks a running simulator whether it serves, for container health checks and scripts.
//! The asking itself is in the library.

use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

use antom_simulator::{ProbeError, probe};
use serde_json::Value;

use super::{BAD_INPUT, NEGATIVE, USAGE, chain};

#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  antom-simulator health
  antom-simulator health --url http://127.0.0.1:4010 --json
  antom-simulator health --url https://localhost:4443 --ca-file ./keys/ca.pem

Exit codes: 0 it serves; 1 it does not, or nobody answers within 3 s; 2 the file cannot be read; 64 wrong usage.")]
pub(crate) struct Health {
    /// Address of the simulator, without a path.
    #[arg(long, value_name = "URL", default_value = "http://127.0.0.1:4010")]
    url: String,
    /// Certificate authority to trust over TLS: ca.pem of the simulator's keys folder.
    #[arg(long, value_name = "FILE")]
    ca_file: Option<PathBuf>,
    /// Print the answer as JSON.
    #[arg(long)]
    json: bool,
}

pub(crate) async fn run(arguments: Health) -> ExitCode {
    let ca_pem = match arguments.ca_file.as_ref().map(std::fs::read_to_string).transpose() {
        Ok(pem) => pem,
        Err(error) => return fail(BAD_INPUT, &format!("the file of --ca-file cannot be read: {error}")),
    };
    match probe(&arguments.url, ca_pem.as_deref()).await {
        Ok(health) => {
            let text = if arguments.json { health.to_string() } else { sentence(&health) };
            // A reader that has gone away has not made the simulator ill.
            let _written = writeln!(std::io::stdout(), "{text}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            let code = match error {
                ProbeError::Address { .. } => USAGE,
                ProbeError::Certificate(_) => BAD_INPUT,
                _ => NEGATIVE,
            };
            fail(code, &chain(&error))
        }
    }
}

fn sentence(health: &Value) -> String {
    let text = |name: &str| health.get(name).and_then(Value::as_str).unwrap_or("?").to_owned();
    format!(
        "serving: version {}, client id {}, virtual time {}",
        text("version"),
        text("clientId"),
        text("now")
    )
}

fn fail(code: u8, reason: &str) -> ExitCode {
    // Where standard error is closed, the exit code says it.
    let _written = writeln!(std::io::stderr(), "{reason}");
    ExitCode::from(code)
}
