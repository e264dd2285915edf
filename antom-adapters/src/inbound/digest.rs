//! SHA-256 as hexadecimal text, for ids that follow from content.
//! Secrets are compared as bytes, in `api::auth`.

use sha2::{Digest, Sha256};

/// The 64 hexadecimal digits of the digest.
pub(super) fn sha256_hex(content: &[u8]) -> String {
    format!("{:x}", Sha256::digest(content))
}
