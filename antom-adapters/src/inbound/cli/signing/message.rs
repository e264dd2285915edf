//! The parts of one signed message, as arguments.
//! Which exit code a malformed part means is decided by the command.

use std::path::PathBuf;

use antom_core::{ClientId, Timestamp};
use clap::Args;

use super::super::answer::Answer;

/// Longer bodies than this are no messages of the gateway.
const MAX_BODY: u64 = 64 * 1024 * 1024;

/// The texts may begin with a hyphen: that they are malformed is for the command to say, with its own exit code.
#[derive(Debug, Args)]
pub(super) struct Message {
    /// The signed path with its query, without the host.
    #[arg(long, allow_hyphen_values = true)]
    pub(super) path: String,
    /// The client id.
    #[arg(long, allow_hyphen_values = true)]
    pub(super) client_id: String,
    /// The request-time or response-time header, as it is sent.
    #[arg(long, allow_hyphen_values = true)]
    pub(super) time: String,
    /// A file with the exact bytes of the body.
    #[arg(long, value_name = "FILE")]
    body: PathBuf,
    /// The HTTP method.
    #[arg(long, default_value = "POST", allow_hyphen_values = true)]
    pub(super) method: String,
}

impl Message {
    /// The client id, if every part is well formed; else what is wrong with the first that is not.
    pub(super) fn check(&self) -> Result<ClientId, String> {
        if self.method.is_empty() || !self.method.bytes().all(|byte| byte.is_ascii_alphabetic()) {
            return Err("--method is not an HTTP method".to_owned());
        }
        if !self.path.starts_with('/') {
            return Err("--path must begin with a slash and name no host".to_owned());
        }
        if !self.path.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'#') {
            return Err("--path holds a character that a path cannot have: give it as it is sent".to_owned());
        }
        if Timestamp::parse(&self.time).is_err() {
            return Err("--time is not a time in any form that the gateway uses".to_owned());
        }
        ClientId::parse(&*self.client_id).map_err(|fault| format!("--client-id: {fault}"))
    }

    /// The bytes of the body.
    pub(super) fn body(&self) -> Result<Vec<u8>, Answer> {
        let size = std::fs::metadata(&self.body).map_err(|error| Answer::input(&self.body, &error))?.len();
        if size > MAX_BODY {
            return Err(Answer::input(&self.body, &format_args!("{size} bytes are too many for a message")));
        }
        std::fs::read(&self.body).map_err(|error| Answer::input(&self.body, &error))
    }
}
