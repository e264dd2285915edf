//! `antom health`: asks a running service whether it can work, for container health checks and scripts.
//! What being ready means is the admin listener's.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::process::ExitCode;
use std::time::Duration;

use clap::Args;

/// The service is there and not ready, or nobody answers.
const EXIT_NEGATIVE: u8 = 1;
/// Longer than the service itself waits for its storage.
const PATIENCE: Duration = Duration::from_secs(7);
/// The answer is a few lines.
const LONGEST_ANSWER: u64 = 16 * 1024;

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
        let (is_well, reason) = match ask(self.admin, path) {
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

/// The status and the body of one answer. HTTP/1.0, so that its end is the end of the connection.
fn ask(admin: SocketAddr, path: &str) -> std::io::Result<(u16, String)> {
    let mut stream = TcpStream::connect_timeout(&admin, PATIENCE)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    write!(stream, "GET {path} HTTP/1.0\r\nhost: {admin}\r\n\r\n")?;
    let mut answer = String::new();
    stream.take(LONGEST_ANSWER).read_to_string(&mut answer)?;
    let status = answer.split(' ').nth(1).and_then(|word| word.parse().ok());
    let status = status.ok_or_else(|| std::io::Error::other("that is no HTTP answer"))?;
    let body = answer.split_once("\r\n\r\n").map_or("", |(_, body)| body);
    Ok((status, body.to_owned()))
}
