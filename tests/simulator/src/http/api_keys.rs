//! API keys, the gateway's second credential kind: `isak_TEST_<identity>_<secret>` and its restricted twin.
//! Which client a key belongs to is kept by `clients`; what a request may do with it is asked by `gateway_api`.

use std::collections::BTreeSet;

use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::digest::{SHA256, digest};

use serde::{Deserialize, Serialize};

use super::crypto::{CryptoError, random_hex};
use crate::core::Operation;

/// What a key may do: everything, or a list of operations.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Permission {
    Standard,
    Restricted(BTreeSet<Operation>),
}

impl Permission {
    pub(crate) fn allows(&self, operation: Operation) -> bool {
        match self {
            Self::Standard => true,
            Self::Restricted(names) => names.contains(&operation),
        }
    }

    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Self::Standard => "standard",
            Self::Restricted(_) => "restricted",
        }
    }

    fn prefix(&self) -> &'static str {
        match self {
            Self::Standard => "isak",
            Self::Restricted(_) => "irak",
        }
    }
}

/// Where a key works; the text of the key says it, so that a client can choose its path.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Environment {
    Sandbox,
    Production,
}

impl Environment {
    /// The environment of a client id (sandbox facts 1.1).
    pub(crate) fn of_client(id: &str) -> Self {
        if id.starts_with("SANDBOX_") { Self::Sandbox } else { Self::Production }
    }

    /// Whether this path belongs to the environment.
    pub(crate) fn serves(self, path: &str) -> bool {
        path.starts_with(self.path_prefix())
    }

    pub(crate) fn path_prefix(self) -> &'static str {
        match self {
            Self::Sandbox => "/ams/sandbox/api/",
            Self::Production => "/ams/api/",
        }
    }

    pub(crate) fn text(self) -> &'static str {
        match self {
            Self::Sandbox => "TEST",
            Self::Production => "PROD",
        }
    }
}

/// A key as the gateway keeps it: enough to recognise it, too little to use it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct ApiKey {
    pub(crate) permission: Permission,
    pub(crate) environment: Environment,
    digest: Digest,
}

impl ApiKey {
    /// Whether this is the key, in a time that does not depend on how much of it is right.
    pub(crate) fn is(&self, presented: &Presented) -> bool {
        verify_slices_are_equal(&self.digest.0, &presented.digest.0).is_ok()
    }
}

/// A new key with its clear text, which is told once and kept nowhere.
pub(crate) struct NewApiKey {
    pub(crate) identity: String,
    pub(crate) text: String,
    pub(crate) key: ApiKey,
}

impl NewApiKey {
    pub(crate) fn draw(permission: Permission, environment: Environment) -> Result<Self, CryptoError> {
        let identity = random_hex(8)?;
        let secret = random_hex(24)?.to_lowercase();
        let text = format!("{}_{}_{identity}_{secret}", permission.prefix(), environment.text());
        let key = ApiKey { permission, environment, digest: Digest::of(&text) };
        Ok(Self { identity, text, key })
    }

    /// A standard key that was written down earlier; `None` if the text is none.
    pub(crate) fn standard_from(text: &str) -> Option<Self> {
        let presented = Presented::parse(text)?;
        let rest = text.strip_prefix("isak_")?;
        let environment = [Environment::Sandbox, Environment::Production]
            .into_iter()
            .find(|environment| rest.starts_with(environment.text()))?;
        let key = ApiKey { permission: Permission::Standard, environment, digest: presented.digest };
        Some(Self { identity: presented.identity, text: text.to_owned(), key })
    }
}

/// What a request shows in `Authorization: Bearer`; the secret itself is not kept.
#[derive(Clone, Debug)]
pub(crate) struct Presented {
    pub(crate) identity: String,
    digest: Digest,
}

impl Presented {
    /// Takes a key apart; `None` if the text has not the shape of one.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (kind, rest) = text.split_once('_')?;
        let (environment, rest) = rest.split_once('_')?;
        let (identity, secret) = rest.split_once('_')?;
        let is_known = matches!(kind, "isak" | "irak") && matches!(environment, "TEST" | "PROD");
        let is_text = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_graphic());
        let is_key = is_known && is_text(identity) && is_text(secret);
        is_key.then(|| Self { identity: identity.to_owned(), digest: Digest::of(text) })
    }
}

/// SHA-256 of a whole key; its text would let others try keys without asking.
#[derive(Clone, Serialize, Deserialize)]
struct Digest([u8; 32]);

impl Digest {
    fn of(text: &str) -> Self {
        let mut bytes = [0; 32];
        bytes.copy_from_slice(digest(&SHA256, text.as_bytes()).as_ref());
        Self(bytes)
    }
}

impl std::fmt::Debug for Digest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Digest(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_drawn_key_has_the_published_shape_and_is_recognised() {
        let restricted = Permission::Restricted(BTreeSet::from([Operation::Pay]));
        for (permission, environment, start) in [
            (Permission::Standard, Environment::Sandbox, "isak_TEST_"),
            (Permission::Standard, Environment::Production, "isak_PROD_"),
            (restricted, Environment::Sandbox, "irak_TEST_"),
        ] {
            let drawn = NewApiKey::draw(permission, environment).expect("a key");
            assert!(drawn.text.starts_with(start), "{start}");
            let presented = Presented::parse(&drawn.text).expect("a key");
            assert_eq!(presented.identity, drawn.identity);
            assert!(drawn.key.is(&presented));
            let wrong = format!("{}0", drawn.text);
            assert!(!drawn.key.is(&Presented::parse(&wrong).expect("shaped like a key")));
            assert!(!format!("{presented:?}{:?}", drawn.key).contains(&drawn.text));
        }
    }

    #[test]
    fn text_of_another_shape_is_no_key() {
        for text in ["", "isak", "isak_TEST_", "isak_TEST_1", "isak_TEST_1_", "isak_TEST__2", "isak_test_1_2"]
        {
            assert!(Presented::parse(text).is_none(), "{text}");
        }
        for text in ["sk_TEST_1_2", "irak_LIVE_1_2", "isak_TEST_1_2 3", "isak_TEST_1_2\n"] {
            assert!(Presented::parse(text).is_none(), "{text}");
        }
        assert!(Presented::parse("irak_PROD_1_2_3").is_some(), "a secret may hold underscores");
    }

    #[test]
    fn a_restricted_key_allows_what_it_lists() {
        let restricted = Permission::Restricted(BTreeSet::from([Operation::InquiryPayment]));
        assert!(restricted.allows(Operation::InquiryPayment) && !restricted.allows(Operation::Pay));
        assert!(Permission::Standard.allows(Operation::Pay));
    }
}
