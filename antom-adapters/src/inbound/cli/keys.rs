//! `antom keys`: makes a key pair, and names a key so that people can compare it.
//! Registering the public key with the gateway is left to its dashboard.

use std::fs::{DirBuilder, OpenOptions};
use std::io::Write as _;
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use antom_core::Secret;
use antom_signing::{MerchantKey, PublicKey};
use aws_lc_rs::encoding::{AsDer as _, Pkcs8V1Der};
use aws_lc_rs::rsa::{KeyPair, KeySize};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use clap::{Args, Subcommand};
use serde_json::json;

use super::answer::{Answer, finish};
use super::key_file;

const PRIVATE: &str = "merchant_private.pem";
const PUBLIC: &str = "merchant_public.pem";

const GENERATE_EXAMPLES: &str = "\
Examples:
  antom keys generate --out keys
  antom keys generate --out keys --json

Writes merchant_private.pem (RSA 2048, PKCS#8, mode 0600) and merchant_public.pem (SPKI); a file that is there is never
replaced. Register the public key in the gateway's dashboard, in the one-line form that is printed.
Exit codes: 0 written, 5 cannot be written, 64 wrong usage.";

const FINGERPRINT_EXAMPLES: &str = "\
Examples:
  antom keys fingerprint antom_public.pem
  antom keys fingerprint merchant_private.pem --json

Prints the SHA-256 of the public key's SPKI bytes, the same for a private key, its public key and their certificate:
  openssl pkey -in merchant_private.pem -pubout -outform DER | sha256sum
Exit codes: 0 printed, 2 the file cannot be used, 64 wrong usage.";

#[derive(Debug, Subcommand)]
pub(super) enum Keys {
    /// Makes the merchant's key pair.
    Generate(Generate),
    /// Prints the fingerprint of a key, public or private.
    Fingerprint(Fingerprint),
}

#[derive(Debug, Args)]
#[command(after_help = GENERATE_EXAMPLES)]
pub(super) struct Generate {
    /// The folder for both files; it is made if it is not there.
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// Prints the answer as one JSON object.
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Args)]
#[command(after_help = FINGERPRINT_EXAMPLES)]
pub(super) struct Fingerprint {
    /// A key or certificate, as PEM or bare base64.
    file: PathBuf,
    /// Prints the answer as one JSON object.
    #[arg(long)]
    json: bool,
}

impl Keys {
    pub(super) fn run(self) -> ExitCode {
        match self {
            Self::Generate(command) => finish(generate(&command.out), command.json),
            Self::Fingerprint(command) => finish(fingerprint(&command.file), command.json),
        }
    }
}

fn fingerprint(file: &Path) -> Result<Answer, Answer> {
    let key = key_file::public_half(file)?;
    let (fingerprint, bits) = (key.fingerprint(), key.bits());
    let json = json!({ "fingerprint": format!("sha256:{fingerprint}"), "bits": bits });
    Ok(Answer::ok(format!("sha256:{fingerprint}"), json))
}

fn generate(folder: &Path) -> Result<Answer, Answer> {
    let pair = Pair::write(folder)?;
    let fingerprint = format!("sha256:{}", pair.public.fingerprint());
    let text = format!(
        "private key  {}\npublic key   {}\nfingerprint  {fingerprint}\nto register  {}",
        pair.private_file.display(),
        pair.public_file.display(),
        pair.to_register(),
    );
    let json = json!({
        "privateKey": pair.private_file.display().to_string(),
        "publicKey": pair.public_file.display().to_string(),
        "fingerprint": fingerprint,
        "toRegister": pair.to_register(),
    });
    Ok(Answer::ok(text, json))
}

/// A fresh key pair in two files.
pub(super) struct Pair {
    private_file: PathBuf,
    public_file: PathBuf,
    public: PublicKey,
}

impl Pair {
    /// Makes a pair and writes it into a folder, which is made if it is not there.
    pub(super) fn write(folder: &Path) -> Result<Pair, Answer> {
        let (private_file, public_file) = (folder.join(PRIVATE), folder.join(PUBLIC));
        for file in [&private_file, &public_file] {
            if file.symlink_metadata().is_ok() {
                return Err(Answer::storage(file, &"it is there already, and keys are never replaced"));
            }
        }
        let pem = new_private_key().ok_or_else(|| Answer::storage(folder, &"no key could be made"))?;
        let key = MerchantKey::parse(pem.expose()).map_err(|error| Answer::storage(folder, &error))?;
        let public = key.public_key().clone();

        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(folder)
            .map_err(|error| Answer::storage(folder, &error))?;
        write_new(&private_file, pem.expose(), 0o600)?;
        write_new(&public_file, &public.to_pem(), 0o644).inspect_err(|_| {
            // Half a pair would only be in the way of the next try; the fault that is told is the first one.
            let _removed = std::fs::remove_file(&private_file);
        })?;
        Ok(Pair { private_file, public_file, public })
    }

    pub(super) fn private_file(&self) -> &Path {
        &self.private_file
    }

    pub(super) fn public_file(&self) -> &Path {
        &self.public_file
    }

    /// The public key in the one-line form that the gateway's dashboard takes.
    pub(super) fn to_register(&self) -> String {
        self.public.to_base64()
    }

    /// Takes both files away again, because what they were made for did not come to be.
    pub(super) fn remove(&self) {
        for file in [&self.private_file, &self.public_file] {
            let _removed = std::fs::remove_file(file);
        }
    }
}

/// A new RSA 2048 key as PEM text of PKCS#8.
fn new_private_key() -> Option<Secret> {
    let pair = KeyPair::generate(KeySize::Rsa2048).ok()?;
    let der: Pkcs8V1Der<'static> = pair.as_der().ok()?;
    let base64 = Secret::new(STANDARD.encode(der.as_ref()));
    // Long enough from the start: a text that grows leaves copies behind that nobody wipes.
    let mut pem = String::with_capacity(base64.len() + base64.len() / 64 + 80);
    pem.push_str("-----BEGIN PRIVATE KEY-----\n");
    for line in base64.expose().as_bytes().chunks(64) {
        pem.push_str(std::str::from_utf8(line).ok()?);
        pem.push('\n');
    }
    pem.push_str("-----END PRIVATE KEY-----\n");
    Some(Secret::new(pem))
}

/// Writes a file that is not there yet, durably, with its mode from the first moment.
pub(super) fn write_new(file: &Path, text: &str, mode: u32) -> Result<(), Answer> {
    OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(mode)
        .open(file)
        .and_then(|mut open| open.write_all(text.as_bytes()).and_then(|()| open.sync_all()))
        .map_err(|error| Answer::storage(file, &error))
}
