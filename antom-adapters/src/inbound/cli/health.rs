//! `antom health`: asks a running service whether it can work, for container health checks and scripts.
//! What being ready means is the admin listener's.

use std::net::SocketAddr;
use std::process::ExitCode;
use std::time::Duration;

use clap::Args;

use crate::outbound::plain_get;

/// The service is there and not ready, or nobody answers.
const EXIT_NEGATIVE: u8 = 1;
/// Longer than the service itself waits for its storage.
const PATIENCE: Duration = Duration::from_secs(7);

/// Asks a running service whether it is ready; exits 0 or 1 and says why.
///
/// Example: antom health --admin 127.0.0.1:8081
#[derive(Debug, Args)]
pub(super) struct Health {
    /// Address of the admin listener.
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8081")]
    admin: SocketAddr,
    /// Ask only whether the process answers, not whether it can work.
    #[arg(long)]
    live: bool,
    /// Print the answer as JSON.
    #[arg(long)]
    json: bool,
}

impl Health {
    pub(super) fn run(&self) -> ExitCode {
        let path = if self.live { "/healthz" } else { "/readyz" };
        let (is_well, reason) = match plain_get::get(self.admin, path, PATIENCE) {
            Ok((status, said)) => (status == 200, said),
            Err(error) => (false, format!("{} does not answer: {error}", self.admin)),
        };
        let text = match self.json {
            true => format!("{}\n", serde_json::json!({ "ready": is_well, "reason": reason.trim_end() })),
            false => format!("{}\n", reason.trim_end()),
        };
        super::say(&text);
        if is_well { ExitCode::SUCCESS } else { ExitCode::from(EXIT_NEGATIVE) }
    }
}
