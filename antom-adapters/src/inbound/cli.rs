//! The command line of `antom`.
//! Each command is a thin translation; the service is put together in `service`.

mod answer;
mod api_key;
mod check;
mod client;
mod database;
mod erase;
mod health;
mod init;
mod key_file;
mod keys;
mod notifications;
mod offline;
mod orders;
mod payments;
mod reconcile;
mod settings;
mod signing;
mod table;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use tokio::signal::unix::{Signal, SignalKind, signal};

use crate::inbound::openapi;
use crate::service::{Builder, Config, ConfigFaults, Logs, Running};

/// Exit code for storage or configuration (design section 8).
const EXIT_CONFIGURATION: u8 = 5;
/// Exit code for wrong usage.
const EXIT_USAGE: u8 = 64;

/// The merchant's side of the Antom payment gateway.
#[derive(Debug, Parser)]
#[command(name = "antom", version, about)]
struct Cli {
    #[command(subcommand)]
    command: CliCommand,
}

#[derive(Debug, Subcommand)]
enum CliCommand {
    /// Runs the merchant service until SIGTERM. SIGHUP lets it read its keys again.
    ///
    /// Example: antom serve --config antom.toml
    Serve {
        /// The configuration; every key can also be given as ANTOM__SECTION__KEY.
        #[arg(long)]
        config: Option<PathBuf>,
    },
    /// Checks the configuration and prints it without its secrets.
    CheckConfig(check::CheckConfig),
    /// Prints the OpenAPI document of the merchant API.
    ///
    /// Example: antom openapi > openapi.json
    Openapi,
    Health(health::Health),
    /// Writes a starter configuration and keys into a folder.
    Init(init::Init),
    /// Brings the database's schema up to date, or tells whether it is.
    Migrate(database::Migrate),
    /// Copies the database into a file, also while the service runs.
    Backup(database::Backup),
    /// Makes the database out of a copy.
    Restore(database::Restore),
    /// Seals everything in the database with the current data key.
    Seal(database::Seal),
    /// Erases personal data of an order or a buyer.
    Erase(erase::Erase),
    /// Makes keys of the merchant API.
    #[command(subcommand)]
    ApiKey(api_key::ApiKeys),
    /// Looks at orders.
    #[command(subcommand)]
    Order(orders::Orders),
    /// Looks at payments, captures, cancels and refunds.
    #[command(subcommand)]
    Payment(payments::Payments),
    /// Looks at the gateway's notifications.
    #[command(subcommand)]
    Notification(notifications::Notifications),
    /// Holds settlement files against the books.
    Reconcile(reconcile::Reconcile),
    /// Prints the signature header of a message.
    Sign(signing::Sign),
    /// Verifies a signature header; exits 0 or 1 and says why.
    Verify(signing::Verify),
    /// Makes key pairs and compares keys.
    #[command(subcommand)]
    Keys(keys::Keys),
}

/// Runs the command line and returns the process's exit code.
pub fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            // Help and version are no faults; nothing can be done where even printing fails.
            let _printed = error.print();
            return if error.use_stderr() { ExitCode::from(EXIT_USAGE) } else { ExitCode::SUCCESS };
        }
    };
    match cli.command {
        CliCommand::Serve { config: file } => match read_config(file.as_deref()) {
            Ok(config) => serve(config, file),
            Err(faults) => fail(&faults.to_string()),
        },
        CliCommand::CheckConfig(command) => command.run(),
        CliCommand::Openapi => {
            say(openapi::TEXT);
            ExitCode::SUCCESS
        }
        CliCommand::Health(command) => command.run(),
        CliCommand::Init(command) => command.run(),
        CliCommand::Migrate(command) => command.run(),
        CliCommand::Backup(command) => command.run(),
        CliCommand::Restore(command) => command.run(),
        CliCommand::Seal(command) => command.run(),
        CliCommand::Erase(command) => command.run(),
        CliCommand::ApiKey(command) => command.run(),
        CliCommand::Order(command) => command.run(),
        CliCommand::Payment(command) => command.run(),
        CliCommand::Notification(command) => command.run(),
        CliCommand::Reconcile(command) => command.run(),
        CliCommand::Sign(command) => command.run(),
        CliCommand::Verify(command) => command.run(),
        CliCommand::Keys(command) => command.run(),
    }
}

fn read_config(file: Option<&Path>) -> Result<Config, ConfigFaults> {
    Config::load(file, environment())
}

/// The variables that can be read as text.
fn environment() -> Vec<(String, String)> {
    std::env::vars_os()
        .filter_map(|(name, text)| Some((name.into_string().ok()?, text.into_string().ok()?)))
        .collect()
}

fn serve(config: Config, file: Option<PathBuf>) -> ExitCode {
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return fail(&format!("no runtime: {error}")),
    };
    runtime.block_on(async {
        let logs = match Logs::start(&config) {
            Ok(logs) => logs,
            Err(error) => return fail(&error.to_string()),
        };
        // Before anybody knows that we are there: a signal that comes early must not kill.
        let signals = match Signals::listen() {
            Ok(signals) => signals,
            Err(error) => return fail(&format!("signals cannot be heard: {error}")),
        };
        let builder = Builder::new(config).read_again(move || read_config(file.as_deref()));
        let running = match builder.start().await {
            Ok(running) => running,
            Err(error) => return fail(&error.to_string()),
        };
        say(&format!(
            "{{\"listening\":\"http://{}\",\"admin\":\"http://{}\"}}\n",
            running.listening, running.admin
        ));
        signals.until_told_to_stop(&running).await;
        running.stop().await;
        logs.end().await;
        ExitCode::SUCCESS
    })
}

/// What an operator tells a running service.
struct Signals {
    terminate: Signal,
    interrupt: Signal,
    hangup: Signal,
}

impl Signals {
    fn listen() -> std::io::Result<Signals> {
        Ok(Signals {
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
            hangup: signal(SignalKind::hangup())?,
        })
    }

    /// SIGTERM and Ctrl-C end the service, SIGHUP lets it read its keys again.
    async fn until_told_to_stop(mut self, running: &Running) {
        loop {
            tokio::select! {
                _ = self.terminate.recv() => return,
                _ = self.interrupt.recv() => return,
                _ = self.hangup.recv() => running.reload().await,
            }
        }
    }
}

/// Writes to standard output.
#[expect(clippy::print_stdout, reason = "a command's answer goes to standard output")]
fn say(text: &str) {
    print!("{text}");
}

/// Writes to standard error and ends with the code for configuration and storage.
#[expect(clippy::print_stderr, reason = "a command's fault goes to standard error")]
fn fail(text: &str) -> ExitCode {
    eprintln!("antom: {text}");
    ExitCode::from(EXIT_CONFIGURATION)
}
