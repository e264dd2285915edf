//! `antom verify`: whether a signature header belongs to a message, and if not, why.
//! The age of the message is not judged; that is the service's business.

use std::path::PathBuf;
use std::process::ExitCode;

use antom_core::{ClientId, Timestamp};
use antom_signing::{
    Cause, KeyEntry, KeyRing, KeyVersion, PublicKey, Received, SignatureHeader, Surroundings, Verifier as _,
    canonical, explain,
};
use clap::Args;
use serde_json::json;

use super::super::answer::{Answer, finish};
use super::super::key_file;
use super::message::Message;

const EXAMPLES: &str = "\
Examples:
  antom verify --public-key antom_public.pem --path /notifications/antom \\
      --client-id 5X00000000000000 --time 2026-11-22T01:30:00Z --body notification.json \\
      --signature 'algorithm=RSA256,keyVersion=1,signature=...'
  antom verify --json --public-key antom_public.pem --own-key merchant_public.pem --path /ams/api/v1/payments/pay \\
      --client-id 5X00000000000000 --time 2026-11-22T09:30:01+08:00 --body answer.json \\
      --signature 'algorithm=RSA256,keyVersion=1,signature=...'

A notification is signed over the path of the notify URL, an answer over the path of the request.
Exit codes: 0 verified, 1 not verified (standard error says why), 2 a file cannot be used, 64 wrong usage.";

#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(in super::super) struct Verify {
    /// The gateway's public key, as PEM or bare base64.
    #[arg(long, value_name = "FILE")]
    public_key: PathBuf,
    /// The signature header as received.
    #[arg(long, value_name = "HEADER", allow_hyphen_values = true)]
    signature: String,
    /// The merchant's own key, public or private: lets the explanation tell it from the gateway's.
    #[arg(long, value_name = "FILE")]
    own_key: Option<PathBuf>,
    #[command(flatten)]
    message: Message,
    /// Prints the answer as one JSON object.
    #[arg(long)]
    json: bool,
}

impl Verify {
    pub(in super::super) fn run(self) -> ExitCode {
        finish(self.judge(), self.json)
    }

    fn judge(&self) -> Result<Answer, Answer> {
        let key = key_file::public(&self.public_key)?;
        let own = self.own_key.as_deref().map(key_file::public_half).transpose()?;
        let body = self.message.body()?;
        let client_id = self.message.check().map_err(|fault| refused(&fault, None))?;

        let parsed: Result<SignatureHeader, _> = self.signature.parse();
        let reason = match &parsed {
            Ok(header) => {
                let Message { method, path, time, .. } = &self.message;
                let text = canonical(method, path, client_id.as_str(), time, &body);
                match key.verify(&text, header.signature().as_bytes()) {
                    Ok(()) => return Ok(Answer::ok("verified".to_owned(), json!({ "verified": true }))),
                    Err(mismatch) => mismatch.to_string(),
                }
            }
            Err(fault) => fault.to_string(),
        };
        let version = parsed.ok().and_then(|header| header.key_version());
        let cause = self.cause(&key, own.as_ref(), client_id, version, &body);
        Err(refused(&reason, Some(&cause)))
    }

    /// The likely cause. One key was given, so that it stands for whatever version the header names.
    fn cause(
        &self,
        key: &PublicKey,
        own_key: Option<&PublicKey>,
        client_id: ClientId,
        version: Option<KeyVersion>,
        body: &[u8],
    ) -> Cause {
        let Message { method, path, time, .. } = &self.message;
        let version = version.unwrap_or(KeyVersion::FIRST);
        let received =
            Received { method, path, client_id: client_id.as_str(), time, body, signature: &self.signature };
        let keys = KeyRing::new().with(client_id.clone(), KeyEntry::new(version, key.clone()));
        // The key counts at any time, so that no clock is needed.
        let any_time = Timestamp::from_epoch_millis(0);
        explain(&received, &keys, any_time, Surroundings { own_key, other_paths: &[] })
    }
}

fn refused(reason: &str, cause: Option<&Cause>) -> Answer {
    // A header that cannot be read is its own cause: saying it twice helps nobody.
    let cause = cause.filter(|cause| !matches!(cause, Cause::Header(_))).map(ToString::to_string);
    let text = match &cause {
        Some(cause) => format!("not verified: {reason}; likely cause: {cause}"),
        None => format!("not verified: {reason}"),
    };
    Answer::negative(text, json!({ "verified": false, "reason": reason, "likelyCause": cause }))
}
