//! `antom sign`: the signature header of one message.
//! Sending it is left to the user; the service signs by itself.

use std::path::PathBuf;
use std::process::ExitCode;

use antom_signing::{KeyVersion, LocalSigner, SignatureHeader, canonical};
use clap::Args;
use serde_json::json;

use super::super::answer::{Answer, finish};
use super::super::key_file;
use super::message::Message;

const EXAMPLES: &str = "\
Examples:
  antom sign --private-key merchant_private.pem --path /ams/api/v1/payments/pay \\
      --client-id 5X00000000000000 --time 1685599933871 --body pay.json
  antom sign --json --key-version 2 --private-key merchant_private.pem --path /ams/api/v1/payments/pay \\
      --client-id 5X00000000000000 --time 2026-11-22T09:30:00+08:00 --body pay.json

The body is signed byte for byte: send the same file, not a reprint of it.
Exit codes: 0 signed, 2 a file cannot be used, 64 wrong usage.";

#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(in super::super) struct Sign {
    /// The merchant's private key, as PEM or bare base64.
    #[arg(long, value_name = "FILE")]
    private_key: PathBuf,
    /// The version under which the gateway knows the key.
    #[arg(long, value_name = "N", default_value_t = KeyVersion::FIRST.number())]
    key_version: u32,
    #[command(flatten)]
    message: Message,
    /// Prints the three headers as one JSON object.
    #[arg(long)]
    json: bool,
}

impl Sign {
    pub(in super::super) fn run(self) -> ExitCode {
        finish(self.header(), self.json)
    }

    fn header(&self) -> Result<Answer, Answer> {
        let Message { method, path, time, .. } = &self.message;
        let client_id = self.message.check().map_err(Answer::usage)?;
        let key = key_file::private(&self.private_key)?;
        let version = KeyVersion::new(self.key_version);
        let text = canonical(method, path, client_id.as_str(), time, &self.message.body()?);
        let signature = LocalSigner::new(key, version)
            .sign_now(&text)
            .map_err(|error| Answer::input(&self.private_key, &error))?;
        let header = SignatureHeader::new(Some(version), signature).to_string();
        let json = json!({ "client-id": client_id.as_str(), "request-time": time, "signature": header });
        Ok(Answer::ok(header, json))
    }
}
