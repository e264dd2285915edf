//! `antom init`: a folder from which the service can be started, but for what only the gateway's dashboard knows.
//! Nothing that is there already is replaced.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use antom_core::id::ClientId;
use clap::Args;
use serde_json::json;
use toml::Value;

use super::answer::{Answer, finish};
use super::api_key::ApiKey;
use super::keys::{self, Pair};
use crate::service::config::Scope;

const EXAMPLES: &str = "\
Examples:
  antom init shop
  antom init shop --client-id SANDBOX_5X00000000000000 --region EU --json

Writes antom.toml, keys/merchant_private.pem (mode 0600) and keys/merchant_public.pem into the folder, and prints an API key
once. Files that are there are never replaced.
Exit codes: 0 written, 5 cannot be written, 64 wrong usage.";

/// Until the merchant writes its own: it is refused by the check, so that nobody starts with it.
const NO_CLIENT_ID: &str = "# client_id = \"SANDBOX_…\"";

#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Init {
    /// The folder; it is made if it is not there.
    folder: PathBuf,
    /// The client id, from the gateway's dashboard; one that begins with SANDBOX_ moves no money.
    #[arg(long, value_parser = |text: &str| ClientId::parse(text))]
    client_id: Option<ClientId>,
    /// The gateway's region: NA, ASIA or EU.
    #[arg(long, default_value = "ASIA", value_parser = ["NA", "ASIA", "EU"])]
    region: String,
    /// Prints the answer as one JSON object.
    #[arg(long)]
    json: bool,
}

impl Init {
    pub(super) fn run(self) -> ExitCode {
        finish(self.answer(), self.json)
    }

    fn answer(&self) -> Result<Answer, Answer> {
        let config = self.folder.join("antom.toml");
        if config.symlink_metadata().is_ok() {
            return Err(Answer::storage(&config, &"it is there already and is not replaced"));
        }
        let key = ApiKey::draw("shop", &[Scope::Read, Scope::Pay, Scope::Refund])?;
        let pair = Pair::write(&self.folder.join("keys"))?;
        keys::write_new(&config, &self.text(&key.line), 0o644).inspect_err(|_| pair.remove())?;
        Ok(self.told(&config, &pair, key.clear.expose()))
    }

    fn told(&self, config: &Path, pair: &Pair, api_key: &str) -> Answer {
        let shown = config.display().to_string();
        let gateway_key = self.folder.join("keys").join("antom_public.pem").display().to_string();
        let mut steps = vec![
            format!("Register this public key in the gateway's dashboard: {}", pair.to_register()),
            format!("Save the gateway's public key, from the same place, as {gateway_key}"),
        ];
        if self.client_id.is_none() {
            steps.push(format!("Write your client id, from the same place, into {shown}"));
        }
        steps.push(format!("antom check-config --config {shown}"));
        steps.push(format!("antom serve --config {shown}"));
        let numbered: String =
            (1..).zip(&steps).map(|(number, step)| format!("\n  {number}. {step}")).collect();
        let text = format!(
            "configuration  {shown}\nprivate key    {}\nAPI key        {api_key}\n\nThe API key is shown this once; \
             {shown} holds its hash only. Next:{numbered}",
            pair.private_file().display(),
        );
        let json = json!({
            "config": shown,
            "privateKey": pair.private_file().display().to_string(),
            "publicKey": pair.public_file().display().to_string(),
            "toRegister": pair.to_register(),
            "apiKey": api_key,
            "next": steps,
        });
        Answer::ok(text, json)
    }

    fn text(&self, api_key: &str) -> String {
        let client_id = match &self.client_id {
            Some(id) => format!("client_id = {}", Value::from(id.as_str())),
            None => NO_CLIENT_ID.to_owned(),
        };
        let region = Value::from(self.region.as_str());
        format!(
            r#"# The configuration of `antom serve`. Paths are relative to this file. Every key can also be given as a variable
# ANTOM__SECTION__KEY, secrets as ANTOM__SECTION__KEY_FILE too. `antom check-config --config FILE` lists what is wrong.

[gateway]
# NA, ASIA or EU; or base_url instead, such as a simulator's.
region = {region}
# From the gateway's dashboard. A client id that begins with SANDBOX_ moves no money; with any other one, public_url below is
# needed, and must be https.
{client_id}
merchant_private_key = "keys/merchant_private.pem"
# The gateway's public keys by version, from its dashboard.
antom_public_keys = {{ "1" = "keys/antom_public.pem" }}
# How long a call may take, at most 20s.
# timeout = "10s"

[database]
# One file for one process, or postgres://user@host/database for several; url_file names a file that holds the address.
url = "sqlite://antom.sqlite"
# Seals personal data at rest; keep a copy of it elsewhere, for without it the database is of no use:
# openssl rand -base64 32 > keys/data_key && chmod 600 keys/data_key
# data_key = "keys/data_key"

[server]
# Where the merchant API, the webhook and the buyers' pages listen.
listen = "127.0.0.1:8080"
# Where health and metrics listen; keep it away from strangers.
admin_listen = "127.0.0.1:8081"
# How the gateway and buyers reach `listen` from outside.
# public_url = "https://pay.shop.example"
# Keys of the merchant API, by hash. `antom api-key new` makes one; SIGHUP lets the service read them again.
api_keys = [
    {api_key},
]

[payment]
# Who captures cards where a payment does not say: AUTOMATIC (the gateway) or MANUAL (you, within seven days).
# capture = "AUTOMATIC"
# How an authorization may be captured, as your contract says: full, single or multiple.
# captures = "full"
# The currencies that your contract settles in, and the one to name where there are several.
# settlement_currencies = ["USD"]
# settlement_currency = "USD"
# How long a buyer may take; the gateway's 14 minutes where absent.
# expiry = "14min"
# Methods that know no refunds.
# methods_without_refunds = ["BANKTRANSFER_PERMATA"]

[events]
# Where your own systems are told what happened, as signed webhooks; without it, events are only kept.
# webhook_url = "https://shop.example/hooks"
# webhook_secrets = ["keys/webhook_secret"]

[retention]
# For how long personal data of finished orders are kept, and what the gateway told as it came; or "never".
# orders = "730d"
# notifications = "90d"

[log]
# A filter, such as "info,antom_adapters=debug".
level = "info"
"#
        )
    }
}
