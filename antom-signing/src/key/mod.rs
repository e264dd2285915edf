//! RSA keys of both sides: the merchant's private key and the gateway's public keys.
//! Which public key belongs to a message is the key ring's business.

mod der;
mod error;
mod merchant;
mod public;
mod shape;
mod text;

pub use error::KeyError;
pub use merchant::MerchantKey;
pub use public::PublicKey;
