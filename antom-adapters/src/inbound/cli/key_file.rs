//! Keys out of files.
//! What makes a text a key is decided by `antom-signing`.

use std::path::Path;

use antom_core::Secret;
use antom_signing::{KeyError, MerchantKey, PublicKey};

use super::answer::Answer;

/// The private key in a file; the text read is wiped.
pub(super) fn private(file: &Path) -> Result<MerchantKey, Answer> {
    MerchantKey::from_secret(text(file)?).map_err(|error| Answer::input(file, &error))
}

/// The public key in a file.
pub(super) fn public(file: &Path) -> Result<PublicKey, Answer> {
    PublicKey::parse(text(file)?.expose()).map_err(|error| Answer::input(file, &error))
}

/// The public key in a file that may hold the private key, too.
pub(super) fn public_half(file: &Path) -> Result<PublicKey, Answer> {
    let text = text(file)?;
    match PublicKey::parse(text.expose()) {
        Err(KeyError::PrivateWherePublic) => {
            MerchantKey::from_secret(text).map(|key| key.public_key().clone())
        }
        public => public,
    }
    .map_err(|error| Answer::input(file, &error))
}

/// Private or not, the text is treated as a secret.
fn text(file: &Path) -> Result<Secret, Answer> {
    std::fs::read_to_string(file).map(Secret::new).map_err(|error| Answer::input(file, &error))
}
