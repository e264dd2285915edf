//! Verifies one stored notification without any framework: headers as `name: value` lines, a blank line, then the body.
//! Receiving it over HTTP is left to the web server of the embedding program.
//!
//! `cargo run -p antom-signing --example verify_notification -- antom_public.pem CLIENT_ID /notifications/antom 2026-11-22T01:30:05Z < raw.txt`
#![allow(clippy::print_stdout, reason = "a command line program talks to its terminal")]

use std::error::Error;
use std::io::Read as _;

use antom_core::{ClientId, Timestamp};
use antom_signing::{KeyEntry, KeyRing, KeyVersion, NotificationPolicy, PublicKey, verify_notification};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [key_file, client_id, path, now] = arguments.as_slice() else {
        return Err("usage: verify_notification PUBLIC_KEY_FILE CLIENT_ID PATH NOW < RAW".into());
    };
    let key = PublicKey::parse(&std::fs::read_to_string(key_file)?)?;
    let keys = KeyRing::new().with(ClientId::parse(client_id)?, KeyEntry::new(KeyVersion::FIRST, key));

    let mut raw = String::new();
    std::io::stdin().read_to_string(&mut raw)?;
    let (head, body) = raw.split_once("\n\n").ok_or("no blank line between headers and body")?;
    let headers =
        head.lines().filter_map(|line| line.split_once(':')).map(|(name, value)| (name, value.as_bytes()));

    let (now, policy) = (Timestamp::parse(now)?, NotificationPolicy::default());
    match verify_notification("POST", path, headers, body.as_bytes(), &keys, now, &policy) {
        Ok(verified) => println!("{:?}, {:?}", verified.notification().notify_type, verified.freshness()),
        Err(refused) => println!("refused: {refused}\nnext: {}", refused.next_step()),
    }
    Ok(())
}
