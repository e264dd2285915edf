//! The command line of the simulator: `antom-simulator serve` and `antom-simulator health`.
//! Everything it starts is in the library.

mod health;

use std::io::Write as _;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use antom_simulator::core::Time;
use antom_simulator::{ClockMode, Patience, Settings, Simulator, StartError};
use clap::{Parser, Subcommand, ValueEnum};
use serde_json::json;

/// An offline, stateful, signed stand-in for the Antom payment gateway.
#[derive(Debug, Parser)]
#[command(
    name = "antom-simulator",
    version,
    after_help = "Examples:
  antom-simulator serve --keys ./keys --tls-listen 127.0.0.1:4443
  antom-simulator health

Exit codes: 0 ok; 1 a negative answer; 2 a bad input file; 5 storage or configuration; 64 wrong usage."
)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve the gateway API, the control API and the buyer's page.
    Serve(Box<Serve>),
    /// Ask a running simulator whether it serves.
    Health(health::Health),
}

#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  antom-simulator serve --keys ./keys
  antom-simulator serve --listen 127.0.0.1:0 --keys ./keys --clock manual --start 2026-01-01T00:00:00Z
  antom-simulator serve --tls-listen 127.0.0.1:4443 --tls-name gateway.test --keys ./keys
  antom-simulator serve --keys ./keys --state ./state --seed 7

When it is ready, one line of JSON is printed: {\"listening\", \"tls\", \"client_id\", \"keys\"}.
Logs go to stderr; RUST_LOG sets their level. SIGTERM or SIGINT ends it within 10 s, with 0.
Exit codes: 0 ended by a signal; 5 an address, the keys folder or a file is at fault; 64 wrong usage.")]
struct Serve {
    /// Address for HTTP; port 0 picks a free one.
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:4010")]
    listen: SocketAddr,
    /// Address for HTTPS.
    #[arg(long, value_name = "ADDR")]
    tls_listen: Option<SocketAddr>,
    /// A further name for the certificate; may be repeated.
    #[arg(long, value_name = "NAME", requires = "tls_listen")]
    tls_name: Vec<String>,
    /// Folder for keys and a ready configuration; created and filled if empty. Without it a temporary folder is used.
    #[arg(long, value_name = "DIR")]
    keys: Option<PathBuf>,
    /// How virtual time moves.
    #[arg(long, value_enum, default_value_t = ClockKind::Real)]
    clock: ClockKind,
    /// Virtual seconds for each second of a real clock.
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    speed: u32,
    /// When virtual time begins: ISO 8601 with an offset, or epoch milliseconds.
    #[arg(long, value_name = "TIME", value_parser = read_time)]
    start: Option<Time>,
    /// Decides ids and faults.
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// How many journal entries are kept.
    #[arg(long, value_name = "N", default_value_t = 1_000)]
    journal: usize,
    /// Amounts 9901 and 9902 make `pay` answer UNKNOWN_EXCEPTION and nothing; 9903 and 9904 make its inquiry do so.
    #[arg(long)]
    magic_amounts: bool,
    /// Refuse requests with fields that the gateway does not know, by name; without it they are verdicts in the journal.
    #[arg(long)]
    strict_wire: bool,
    /// Send notifications to other machines too, not only to loopback addresses.
    #[arg(long)]
    allow_remote: bool,
    /// File in which everything outlives the process; it belongs to the keys folder. Snapshots are not part of it.
    #[arg(long, value_name = "FILE", requires = "keys")]
    state: Option<PathBuf>,
    /// Script of the gateway's own web SDK (dist/umd/ams-checkout.min.js of its package), for /_simulator/demo.
    #[arg(long, value_name = "FILE")]
    web_sdk: Option<PathBuf>,
    /// File of scenarios that `POST /_simulator/scenarios/{name}` starts; the README has their form.
    #[arg(long, value_name = "FILE")]
    scenarios: Option<PathBuf>,
    /// For uniformity: the ready line is JSON with and without it.
    #[arg(long)]
    json: bool,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum ClockKind {
    Real,
    Manual,
}

fn read_time(text: &str) -> Result<Time, String> {
    Time::parse(text).ok_or_else(|| "neither ISO 8601 with an offset nor epoch milliseconds".to_owned())
}

const NEGATIVE: u8 = 1;
const BAD_INPUT: u8 = 2;
const CONFIGURATION: u8 = 5;
const USAGE: u8 = 64;

/// How long the end of everything is waited for; a signal must end the process within 10 s.
const LONGEST_END: Duration = Duration::from_secs(5);

fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            // Help and version are no errors and belong to stdout; clap knows which is which.
            let _shown = error.print();
            return if error.use_stderr() { ExitCode::from(USAGE) } else { ExitCode::SUCCESS };
        }
    };
    let filter = tracing_subscriber::EnvFilter::try_from_default_env()
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("info"));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            tracing::error!(%error, "cannot start");
            return ExitCode::from(CONFIGURATION);
        }
    };
    let code = match cli.command {
        Command::Serve(arguments) => runtime.block_on(serve(*arguments)),
        Command::Health(arguments) => runtime.block_on(health::run(arguments)),
    };
    runtime.shutdown_background();
    code
}

async fn serve(arguments: Serve) -> ExitCode {
    let keys = match arguments.keys.clone() {
        Some(folder) => folder,
        None => std::env::temp_dir().join(format!("antom-simulator-{}", std::process::id())),
    };
    let is_temporary = arguments.keys.is_none();
    let code = match run(arguments, keys.clone()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!("{}", chain(&error));
            ExitCode::from(CONFIGURATION)
        }
    };
    if is_temporary {
        // A folder that cannot be removed is a nuisance, no failure.
        let _removed = std::fs::remove_dir_all(&keys);
    }
    code
}

async fn run(arguments: Serve, keys: PathBuf) -> Result<(), StartError> {
    let settings = Settings {
        listen: arguments.listen,
        tls_listen: arguments.tls_listen,
        tls_names: arguments.tls_name,
        keys: Some(keys.clone()),
        clock: match arguments.clock {
            ClockKind::Real => ClockMode::Real { speed: arguments.speed },
            ClockKind::Manual => ClockMode::Manual,
        },
        start: arguments.start,
        seed: arguments.seed,
        journal: arguments.journal,
        magic_amounts: arguments.magic_amounts,
        strict_wire: arguments.strict_wire,
        allow_remote: arguments.allow_remote,
        state: arguments.state,
        web_sdk: arguments.web_sdk,
        scenarios: arguments.scenarios,
        patience: Patience::default(),
    };
    // Listening for the signal begins before the ready line, so that none is missed.
    let ended = ended_by_signal();
    let simulator = Simulator::start_with(settings).await?;
    let folder = std::fs::canonicalize(&keys).unwrap_or(keys);
    let ready = json!({
        "listening": simulator.base_url(),
        "tls": simulator.tls_url(),
        "client_id": simulator.client_id(),
        "keys": folder.to_string_lossy(),
    });
    // A reader that has gone away is no reason to stop.
    let _written = writeln!(std::io::stdout(), "{ready}");
    ended.await;
    tracing::info!("ended by a signal");
    simulator.save()?;
    // What does not end by itself ends with the process.
    let _ended = tokio::time::timeout(LONGEST_END, simulator.stop()).await;
    Ok(())
}

/// Completes with SIGTERM or SIGINT.
fn ended_by_signal() -> impl Future<Output = ()> {
    use tokio::signal::unix::{SignalKind, signal};
    let terminate = signal(SignalKind::terminate());
    let interrupt = signal(SignalKind::interrupt());
    async move {
        match (terminate, interrupt) {
            (Ok(mut terminate), Ok(mut interrupt)) => {
                tokio::select! {
                    _ = terminate.recv() => {}
                    _ = interrupt.recv() => {}
                }
            }
            _ => std::future::pending().await,
        }
    }
}

fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    text
}
