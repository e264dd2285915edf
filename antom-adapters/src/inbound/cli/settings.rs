//! Where commands find the service and the database: arguments, variables, configuration.
//! What the configuration may hold is decided by `service`.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::{Path, PathBuf};

use antom_core::Secret;
use antom_domain::order::Policy;
use clap::Args;

use super::answer::Answer;
use super::client::Service;
use super::environment;
use crate::service::config::{CREDENTIALS_VARIABLE, DatabaseConfig, PaymentConfig, ServerConfig, open_mode};

/// The running service, and how to be let in.
#[derive(Debug, Args)]
pub(super) struct Access {
    /// The configuration of the service, which tells where it listens; also by ANTOM__SECTION__KEY.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// The service's address, instead of the configuration's; also as ANTOM_URL.
    #[arg(long, value_name = "URL")]
    url: Option<String>,
    /// A file with the API key; the key itself may be given as ANTOM_API_KEY.
    #[arg(long, value_name = "FILE")]
    api_key_file: Option<PathBuf>,
    /// Prints the service's answer as it is, one JSON object.
    #[arg(long)]
    pub(super) json: bool,
}

/// The running service, or its database while it does not run.
#[derive(Debug, Args)]
pub(super) struct Source {
    #[command(flatten)]
    pub(super) access: Access,
    /// Reads the database that the configuration names; only while no service runs on it.
    #[arg(long, conflicts_with_all = ["url", "api_key_file"])]
    pub(super) offline: bool,
}

impl Access {
    /// A client of the service. Nothing is sent yet.
    pub(super) fn service(&self) -> Result<Service, Answer> {
        Service::new(&self.address()?, self.key()?)
    }

    /// The database that the configuration names.
    pub(super) fn database(&self) -> Result<DatabaseConfig, Answer> {
        database(self.config.as_deref())
    }

    /// What of the service's policy is shown with orders: which methods know no refunds.
    pub(super) fn policy(&self) -> Result<Policy, Answer> {
        let methods = PaymentConfig::load_methods_without_refunds(self.config.as_deref(), environment());
        let mut policy = Policy::new(String::new(), String::new());
        policy.methods_without_refunds = methods.map_err(|faults| Answer::configuration(&faults))?;
        Ok(policy)
    }

    fn address(&self) -> Result<String, Answer> {
        if let Some(url) = self.url.clone().or_else(|| variable("ANTOM_URL")) {
            return Ok(url);
        }
        let listen = ServerConfig::load_listen(self.config.as_deref(), environment());
        Ok(format!("http://{}", reachable(listen.map_err(|faults| Answer::configuration(&faults))?)))
    }

    fn key(&self) -> Result<Secret, Answer> {
        let text = match &self.api_key_file {
            Some(file) => {
                let credentials = variable(CREDENTIALS_VARIABLE).map(PathBuf::from);
                if let Some(mode) = open_mode(file, credentials.as_deref()) {
                    let reason = format!("can be used by others (mode {mode:04o}); run: chmod 600 {}", file.display());
                    return Err(Answer::storage(file, &reason));
                }
                std::fs::read_to_string(file).map_err(|error| Answer::input(file, &error))?
            }
            None => variable("ANTOM_API_KEY").ok_or_else(|| {
                let hint = "there is no API key: give --api-key-file or ANTOM_API_KEY; `antom api-key new` makes one";
                Answer::usage(hint.to_owned())
            })?,
        };
        Ok(Secret::new(text.trim().to_owned()))
    }
}

/// The database that the configuration names, without the rest of the configuration.
pub(super) fn database(config: Option<&Path>) -> Result<DatabaseConfig, Answer> {
    DatabaseConfig::load(config, environment()).map_err(|faults| Answer::configuration(&faults))
}

/// A variable that is set to something.
fn variable(name: &str) -> Option<String> {
    environment().into_iter().find(|(found, text)| found == name && !text.is_empty()).map(|(_, text)| text)
}

/// Who listens on every address is found on this machine.
fn reachable(listen: SocketAddr) -> SocketAddr {
    let ip = match listen.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => IpAddr::V4(Ipv4Addr::LOCALHOST),
        IpAddr::V6(ip) if ip.is_unspecified() => IpAddr::V6(Ipv6Addr::LOCALHOST),
        ip => ip,
    };
    SocketAddr::new(ip, listen.port())
}
