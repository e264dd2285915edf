//! Signing and verification for the Antom payment gateway: exact bytes, keys, headers, key ring. No HTTP, no clock.
//! Sending requests is left to `antom-http`, deciding about notifications to whoever receives them.
//!
//! A web server verifies a notification with one call, [`verify_notification`], and answers with one value,
//! [`acknowledgement`]. A client signs with [`sign_request`] and checks answers with [`verify_response`].
//!
//! RSASSA-PKCS1-v1_5 with SHA-256 is the only algorithm; it is never taken from a message. Keys are parsed once.

mod acknowledgement;
#[cfg(feature = "aws-lc-rs")]
mod aws_lc;
mod canonical;
#[cfg(feature = "testing")]
pub mod contract;
mod explain;
mod freshness;
mod head;
mod header;
mod key;
mod keyring;
mod notification;
mod received;
mod request;
mod response;
mod signature;
mod signer;
mod unread;
mod verifier;

pub use acknowledgement::{Acknowledgement, acknowledgement};
#[cfg(feature = "aws-lc-rs")]
pub use aws_lc::{AwsLcSigner, AwsLcVerifier};
pub use canonical::canonical;
pub use explain::{BodyChange, Cause, Received, Surroundings, explain};
pub use freshness::{Freshness, HintReason, NotificationPolicy};
pub use head::{AmountHead, NotificationHead, ResultHead};
pub use header::{HeaderError, KeyVersion, SignatureHeader};
pub use key::{KeyError, MerchantKey, PublicKey};
pub use keyring::{KeyChoiceError, KeyEntry, KeyRing, SharedKeyRing};
pub use notification::{NotificationRefused, VerifiedNotification, verify_notification};
pub use received::HeaderFault;
pub use request::{RequestHeaders, sign_request};
pub use response::{ResponseRefused, ResponseTrust, unsigned_hint, verify_response};
pub use signature::Signature;
pub use signer::{LocalSigner, SignError, Signer};
pub use unread::{UnreadNotification, verify_unread};
pub use verifier::{Mismatch, Verifier};
