//! `antom sign` and `antom verify`: the signature of one message, on the command line.
//! They judge no age and read no clock.

use std::path::PathBuf;
use std::process::ExitCode;

use antom_signing::{KeyVersion, LocalSigner, MerchantKey, PublicKey, SignatureHeader, Verifier, canonical};
use clap::Args;

use super::say;

/// Exit code for a negative answer.
const EXIT_NEGATIVE: u8 = 1;
/// Exit code for an input file that cannot be used.
const EXIT_INPUT: u8 = 2;

#[derive(Debug, Args)]
pub(super) struct Message {
    /// The signed path, without the host.
    #[arg(long)]
    path: String,
    /// The client id.
    #[arg(long)]
    client_id: String,
    /// The request-time or response-time header, as it is sent.
    #[arg(long)]
    time: String,
    /// A file with the exact bytes of the body.
    #[arg(long)]
    body: PathBuf,
    /// The HTTP method.
    #[arg(long, default_value = "POST")]
    method: String,
}

#[derive(Debug, Args)]
pub(super) struct Sign {
    /// The private key, as PEM or bare base64.
    #[arg(long)]
    private_key: PathBuf,
    #[command(flatten)]
    message: Message,
}

#[derive(Debug, Args)]
pub(super) struct Verify {
    /// The public key, as PEM or bare base64.
    #[arg(long)]
    public_key: PathBuf,
    /// The signature header as received.
    #[arg(long)]
    signature: String,
    #[command(flatten)]
    message: Message,
}

impl Sign {
    pub(super) fn run(self) -> ExitCode {
        self.header().map_or_else(
            |reason| refuse(EXIT_INPUT, &reason),
            |header| {
                say(&format!("{header}\n"));
                ExitCode::SUCCESS
            },
        )
    }

    fn header(&self) -> Result<SignatureHeader, String> {
        let text = read_text(&self.private_key)?;
        let key = MerchantKey::parse(&text).map_err(|error| error.to_string())?;
        let version = KeyVersion::new(1);
        let signature = LocalSigner::new(key, version)
            .sign_now(&self.message.canonical()?)
            .map_err(|error| error.to_string())?;
        Ok(SignatureHeader::new(Some(version), signature))
    }
}

impl Verify {
    pub(super) fn run(self) -> ExitCode {
        let prepared = read_text(&self.public_key)
            .and_then(|text| PublicKey::parse(&text).map_err(|error| error.to_string()))
            .and_then(|key| Ok((key, self.message.canonical()?)));
        let (key, message) = match prepared {
            Ok(prepared) => prepared,
            Err(reason) => return refuse(EXIT_INPUT, &reason),
        };
        if let Some(fault) = self.message.fault() {
            return refuse(EXIT_NEGATIVE, fault);
        }
        let header: SignatureHeader = match self.signature.parse() {
            Ok(header) => header,
            Err(error) => return refuse(EXIT_NEGATIVE, &format!("{error}")),
        };
        match key.verify(&message, header.signature().as_bytes()) {
            Ok(()) => {
                say("verified\n");
                ExitCode::SUCCESS
            }
            Err(mismatch) => refuse(
                EXIT_NEGATIVE,
                &format!(
                    "{mismatch}: check key (sha256:{}), path, client id, time and the exact body",
                    key.fingerprint()
                ),
            ),
        }
    }
}

impl Message {
    fn canonical(&self) -> Result<Vec<u8>, String> {
        let body = std::fs::read(&self.body).map_err(|error| format!("{}: {error}", self.body.display()))?;
        Ok(canonical(&self.method, &self.path, &self.client_id, &self.time, &body))
    }

    fn fault(&self) -> Option<&'static str> {
        if antom_core::time::Timestamp::parse(&self.time).is_err() {
            Some("--time is not a time in any form that the gateway uses")
        } else if !self.path.starts_with('/') {
            Some("--path must begin with a slash and name no host")
        } else {
            None
        }
    }
}

fn read_text(path: &PathBuf) -> Result<String, String> {
    std::fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))
}

#[expect(clippy::print_stderr, reason = "the reason goes to standard error")]
fn refuse(code: u8, reason: &str) -> ExitCode {
    eprintln!("antom: {reason}");
    ExitCode::from(code)
}
