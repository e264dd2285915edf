//! Signing and verification for the Antom payment gateway: exact bytes, keys, headers, key ring. No HTTP, no clock.
//! Sending requests is left to `antom-http`, deciding about notifications to whoever receives them.
//!
//! # Verify a notification in five minutes
//!
//! 1. Copy the **gateway's** public key from its dashboard into a file. It is one line of base64, or PEM; both are read.
//!    The commonest mistake is to take one's own public key, which stands beside it.
//! 2. Note the client id and the *path* of the notify URL as the gateway knows it: `/notifications/antom`, without host.
//! 3. Hand method, path, headers and the raw body to [`verify_notification`], before anything parses the body.
//! 4. Store [`VerifiedNotification::body`] durably, then answer with [`acknowledgement`]. Anything else makes the gateway
//!    send again, up to eight times within a day; so the same notification comes again, and must do nothing the second time.
//!
//! The whole of it, with a test key in the gateway's place:
//!
//! ```
//! use antom_signing::{
//!     KeyEntry, KeyRing, KeyVersion, NotificationPolicy, PublicKey, acknowledgement, verify_notification,
//! };
//! use antom_core::{ClientId, NotifyType, Timestamp};
//!
//! // At start, once: the key is parsed here and never again.
//! let key = PublicKey::parse(include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/test_public.pem")))?;
//! let client_id = ClientId::parse("SANDBOX_5X00000000000000")?;
//! let keys = KeyRing::new().with(client_id, KeyEntry::new(KeyVersion::FIRST, key));
//! # let private = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/test_private.pem"));
//! # let gateway = antom_signing::LocalSigner::new(antom_signing::MerchantKey::parse(private)?, KeyVersion::FIRST);
//! # let body = br#"{"notifyType":"PAYMENT_RESULT","paymentId":"2026"}"#;
//! # let text = antom_signing::canonical(
//! #     "POST", "/notifications/antom", "SANDBOX_5X00000000000000", "2026-11-22T01:30:00Z", body);
//! # let signature =
//! #     antom_signing::SignatureHeader::new(Some(KeyVersion::FIRST), gateway.sign_now(&text)?).to_string();
//!
//! // For each call of the notify URL: all its headers, in any order and case, and the raw body.
//! let headers = [
//!     ("Content-Type", b"application/json; charset=UTF-8".as_slice()),
//!     ("Client-Id", b"SANDBOX_5X00000000000000"),
//!     ("Request-Time", b"2026-11-22T01:30:00Z"),
//!     ("Signature", signature.as_bytes()), // algorithm=RSA256,keyVersion=1,signature=...
//! ];
//! let now = Timestamp::parse("2026-11-22T01:30:05Z")?; // your clock
//! let policy = NotificationPolicy::default();
//! match verify_notification("POST", "/notifications/antom", headers, body, &keys, now, &policy) {
//!     Ok(verified) => {
//!         assert_eq!(verified.notification().notify_type, Some(NotifyType::PaymentResult));
//!         // Store verified.body() here; if verified.freshness() is a hint, ask the gateway before you believe it.
//!         let answer = acknowledgement();
//!         assert_eq!(answer.status, 200);
//!     }
//!     // Answer with 401 and change nothing. The second text says what to check.
//!     Err(refused) => panic!("{refused}: {}", refused.next_step()),
//! }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Two programs do this whole: the example `verify_notification` reads a stored message without any framework, the example
//! `axum_webhook` is a web server.
//!
//! A success means *paid* only for `notifyType` `PAYMENT_RESULT`, with the amount that you asked for, and for cards it means
//! authorized. `PAYMENT_PENDING` carries a success too, and is none.
//!
//! # When a signature does not match
//!
//! [`NotificationRefused::next_step`] says what to look at first. [`explain`] tries what commonly goes wrong (own key
//! configured, another path, body parsed and printed again, time rewritten, header url-decoded) and names the change that
//! makes the signature match. It is for people at a terminal: `antom verify` calls it.
//!
//! # The parts
//!
//! | You want to | Use |
//! | --- | --- |
//! | verify a notification and have every member | [`verify_notification`] |
//! | verify it and look at what decides, without owned copies | [`verify_unread`], [`NotificationHead`] |
//! | sign a request | [`sign_request`] with a [`LocalSigner`], or your own [`Signer`] over an HSM or key service |
//! | verify the answer to a request | [`verify_response`]; [`unsigned_hint`] for what comes unsigned |
//! | hold several keys, change them while running | [`KeyRing`], [`SharedKeyRing`] |
//! | read keys in any form | [`PublicKey`], [`MerchantKey`] |
//!
//! # Features
//!
//! | Feature | What it adds |
//! | --- | --- |
//! | `aws-lc-rs` | `AwsLcSigner` and `AwsLcVerifier` beside the ones over `ring`: the same bytes, faster on CPUs with AVX-512 |
//! | `testing` | the contract suites of [`Signer`] and [`Verifier`], for adapters of your own |
//!
//! # Cost
//!
//! Beside the signature itself a notification of 1.2 KB costs a few microseconds. Verifying it and reading its head makes five
//! allocations, and `ring` makes five more inside its verification; the body is copied once. Reading every member makes some
//! forty. `cargo xtask bench` measures it.
//!
//! RSASSA-PKCS1-v1_5 with SHA-256 is the only algorithm; it is never taken from a message. Keys are parsed once. (`ring`
//! prepares the modulus of a public key anew for each verification; `aws-lc-rs` keeps it prepared.)

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
