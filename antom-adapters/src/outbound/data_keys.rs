//! The keys under which personal data are sealed at rest: AES-256-GCM, a random nonce for each value.
//! Which columns are sealed is decided by `stored`; where the keys come from, by the configuration.
//!
//! A sealed value is bound to its place: the name of its column and the id of its row are authenticated with it, so that
//! it opens nowhere else. It begins with the id of its key, so that older values are read while a new key is written.
//! Random nonces of 96 bits are good for 2³² values under one key; change the key before.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use antom_core::Secret;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use ring::digest::{SHA256, digest};
use ring::rand::{SecureRandom as _, SystemRandom};

/// What every sealed value begins with, in front of the id of its key. No JSON text does.
const MARK: &str = "sealed1:";
/// Between the id of the key and what is sealed.
const END: char = ':';
/// The length of a key, in bytes.
const KEY: usize = 32;
/// So many bytes of a key's digest name it.
const ID: usize = 4;

/// The keys of a database: one to seal with, and older ones that only open. By default there is none, and everything is
/// stored as it is. Clones share the keys.
#[derive(Clone, Default)]
pub struct DataKeys(Option<Arc<Keys>>);

struct Keys {
    current: Key,
    older: Vec<Key>,
    random: SystemRandom,
}

struct Key {
    id: String,
    aead: LessSafeKey,
}

/// A text that is no data key. It is not repeated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DataKeyError {
    /// Not 32 bytes in base64.
    #[error("must be 32 random bytes in base64; make them: openssl rand -base64 32")]
    NotAKey,
    /// The same key is named twice.
    #[error("names the same key twice")]
    Twice,
}

/// The keys at hand do not open what is stored.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SealFault {
    /// There is no key.
    #[error("database.data_key is missing: what is stored is sealed with the key {id}")]
    NoKey {
        /// The id of the key that is needed.
        id: String,
    },
    /// Another key is needed, alone or besides.
    #[error(
        "database.data_key is not the key {id}, with which stored data are sealed; give that key, or, where it was \
         changed, list it in database.old_data_keys until `antom seal` has gone through the database"
    )]
    OtherKey {
        /// The id of the key that is needed.
        id: String,
    },
    /// What proves the key was changed.
    #[error("what proves the data key {id} in the database is damaged")]
    Damaged {
        /// The id of the key.
        id: String,
    },
    /// The system has no randomness.
    #[error("the system has no randomness to seal with")]
    NoRandomness,
}

/// Where a value stands: it opens in no other place.
#[derive(Debug, Clone, Copy)]
pub(super) enum Cell<'a> {
    Snapshot { order: &'a str },
    Event { order: &'a str, seq: i64 },
    Call { id: &'a str },
    Notification { digest: &'a str },
    Told { order: &'a str, sequence: i64 },
    Proof { key: &'a str },
}

impl fmt::Display for Cell<'_> {
    /// Numbers come first, so that no two places have the same words.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Cell::Snapshot { order } => write!(f, "orders.snapshot {order}"),
            Cell::Event { order, seq } => write!(f, "order_events.body {seq} {order}"),
            Cell::Call { id } => write!(f, "outbox.body {id}"),
            Cell::Notification { digest } => write!(f, "inbox.body {digest}"),
            Cell::Told { order, sequence } => write!(f, "merchant_events.data {sequence} {order}"),
            Cell::Proof { key } => write!(f, "data_keys.proof {key}"),
        }
    }
}

impl DataKeys {
    /// The key to seal with, and older ones, each as 32 bytes in base64.
    ///
    /// # Errors
    /// The place of the first text that is no key, or is there already; 0 is the key to seal with.
    pub fn parse(current: &Secret, older: &[Secret]) -> Result<DataKeys, (usize, DataKeyError)> {
        let mut keys: Vec<Key> = Vec::with_capacity(older.len().saturating_add(1));
        for (place, text) in std::iter::once(current).chain(older).enumerate() {
            let key = Key::parse(text).ok_or((place, DataKeyError::NotAKey))?;
            if keys.iter().any(|known| known.id == key.id) {
                return Err((place, DataKeyError::Twice));
            }
            keys.push(key);
        }
        let mut keys = keys.into_iter();
        let current = keys.next().ok_or((0, DataKeyError::NotAKey))?;
        Ok(DataKeys(Some(Arc::new(Keys { current, older: keys.collect(), random: SystemRandom::new() }))))
    }

    /// Whether anything is sealed.
    pub fn is_sealing(&self) -> bool {
        self.0.is_some()
    }

    /// The ids of the keys, the one to seal with first. An id tells nothing about its key.
    pub fn ids(&self) -> Vec<&str> {
        let keys = self.0.iter().flat_map(|keys| std::iter::once(&keys.current).chain(&keys.older));
        keys.map(|key| key.id.as_str()).collect()
    }
}

impl DataKeys {
    /// What values begin with that are sealed with the current key.
    pub(super) fn head(&self) -> Option<String> {
        self.0.as_ref().map(|keys| keys.current.head())
    }

    /// The text as it is stored; as it is where there is no key. `None`: the system has no randomness.
    pub(super) fn seal_text(&self, cell: Cell<'_>, text: String) -> Option<String> {
        let Some(keys) = &self.0 else { return Some(text) };
        let mut stored = keys.current.head();
        STANDARD.encode_string(keys.seal(cell, text.into_bytes())?, &mut stored);
        Some(stored)
    }

    /// The text that was stored here. `None`: it is sealed with an unknown key, was changed, or belongs elsewhere.
    pub(super) fn open_text<'t>(&self, cell: Cell<'_>, text: &'t str) -> Option<Cow<'t, str>> {
        let Some(sealed) = text.strip_prefix(MARK) else { return Some(Cow::Borrowed(text)) };
        let (id, sealed) = sealed.split_once(END)?;
        let opened = self.key(id)?.open(cell, STANDARD.decode(sealed).ok()?)?;
        String::from_utf8(opened).ok().map(Cow::Owned)
    }

    /// As [`open_text`](DataKeys::open_text); what is not sealed is not copied.
    pub(super) fn open_string(&self, cell: Cell<'_>, text: String) -> Option<String> {
        if let Cow::Owned(opened) = self.open_text(cell, &text)? {
            return Some(opened);
        }
        Some(text)
    }

    /// As [`seal_text`](DataKeys::seal_text), for bytes.
    pub(super) fn seal_bytes(&self, cell: Cell<'_>, bytes: Vec<u8>) -> Option<Vec<u8>> {
        let Some(keys) = &self.0 else { return Some(bytes) };
        let mut stored = keys.current.head().into_bytes();
        stored.extend(keys.seal(cell, bytes)?);
        Some(stored)
    }

    /// As [`open_text`](DataKeys::open_text), for bytes.
    pub(super) fn open_bytes(&self, cell: Cell<'_>, bytes: Vec<u8>) -> Option<Vec<u8>> {
        let Some(sealed) = bytes.strip_prefix(MARK.as_bytes()) else { return Some(bytes) };
        let (id, sealed) = sealed.split_at_checked(2 * ID)?;
        let sealed = sealed.strip_prefix(END.to_string().as_bytes())?;
        self.key(str::from_utf8(id).ok()?)?.open(cell, sealed.to_vec())
    }

    /// Holds the keys against the proofs of all keys that the database was sealed with, as ids and sealed words. What is
    /// returned is the proof of the current key, where it is new.
    ///
    /// # Errors
    /// [`SealFault`]: nothing must be read or written.
    pub(super) fn prove(&self, proofs: &[(String, String)]) -> Result<Option<(String, String)>, SealFault> {
        for (id, proof) in proofs {
            if self.0.is_none() {
                return Err(SealFault::NoKey { id: id.clone() });
            }
            if self.key(id).is_none() {
                return Err(SealFault::OtherKey { id: id.clone() });
            }
            if self.open_text(Cell::Proof { key: id }, proof).as_deref() != Some(id) {
                return Err(SealFault::Damaged { id: id.clone() });
            }
        }
        let Some(keys) = &self.0 else { return Ok(None) };
        let id = &keys.current.id;
        if proofs.iter().any(|(known, _)| known == id) {
            return Ok(None);
        }
        let proof = self.seal_text(Cell::Proof { key: id }, id.clone());
        Ok(Some((id.clone(), proof.ok_or(SealFault::NoRandomness)?)))
    }

    fn key(&self, id: &str) -> Option<&Key> {
        let keys = self.0.as_ref()?;
        std::iter::once(&keys.current).chain(&keys.older).find(|key| key.id == id)
    }
}

impl Keys {
    /// Nonce, sealed bytes and tag.
    fn seal(&self, cell: Cell<'_>, mut bytes: Vec<u8>) -> Option<Vec<u8>> {
        let mut nonce = [0; NONCE_LEN];
        self.random.fill(&mut nonce).ok()?;
        let unique = Nonce::assume_unique_for_key(nonce);
        let place = Aad::from(cell.to_string());
        let tag = self.current.aead.seal_in_place_separate_tag(unique, place, &mut bytes).ok()?;
        Some([nonce.as_slice(), &bytes, tag.as_ref()].concat())
    }
}

impl Key {
    fn parse(text: &Secret) -> Option<Key> {
        let bytes = STANDARD.decode(text.expose().trim()).ok().filter(|bytes| bytes.len() == KEY)?;
        let named = digest(&SHA256, &[b"antom data key ".as_slice(), &bytes].concat());
        let id = named.as_ref().iter().take(ID).map(|byte| format!("{byte:02x}")).collect();
        Some(Key { id, aead: LessSafeKey::new(UnboundKey::new(&AES_256_GCM, &bytes).ok()?) })
    }
}

impl Key {
    fn head(&self) -> String {
        format!("{MARK}{}{END}", self.id)
    }

    fn open(&self, cell: Cell<'_>, mut sealed: Vec<u8>) -> Option<Vec<u8>> {
        let (nonce, _) = sealed.split_first_chunk::<NONCE_LEN>()?;
        let nonce = Nonce::assume_unique_for_key(*nonce);
        let length =
            self.aead.open_within(nonce, Aad::from(cell.to_string()), &mut sealed, NONCE_LEN..).ok()?.len();
        sealed.truncate(length);
        Some(sealed)
    }
}

impl fmt::Debug for DataKeys {
    /// Without the keys.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("DataKeys").field(&self.ids()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secret(byte: u8) -> Secret {
        Secret::new(STANDARD.encode([byte; KEY]))
    }

    fn keys(current: u8, older: &[u8]) -> DataKeys {
        let older: Vec<Secret> = older.iter().map(|byte| secret(*byte)).collect();
        DataKeys::parse(&secret(current), &older).unwrap()
    }

    const HERE: Cell<'_> = Cell::Event { order: "A", seq: 1 };

    #[test]
    fn what_is_sealed_opens_in_its_place_and_shows_nothing_meanwhile() {
        let keys = keys(1, &[]);
        let text = keys.seal_text(HERE, "Jane Canary".to_owned()).unwrap();
        let bytes = keys.seal_bytes(HERE, vec![0, 255]).unwrap();

        assert!(text.starts_with(&keys.head().unwrap()) && !text.contains("Canary"), "{text}");
        assert_eq!(keys.open_text(HERE, &text).as_deref(), Some("Jane Canary"));
        assert_eq!(keys.open_bytes(HERE, bytes.clone()), Some(vec![0, 255]));
        assert_ne!(keys.seal_bytes(HERE, vec![0, 255]), Some(bytes), "each time with another nonce");
    }

    #[test]
    fn a_value_that_was_moved_or_changed_does_not_open() {
        let keys = keys(1, &[]);
        let text = keys.seal_text(HERE, "Jane".to_owned()).unwrap();
        let elsewhere = [
            Cell::Event { order: "A", seq: 2 },
            Cell::Event { order: "B", seq: 1 },
            Cell::Told { order: "A", sequence: 1 },
            Cell::Snapshot { order: "A" },
            Cell::Call { id: "A" },
            Cell::Notification { digest: "A" },
            Cell::Proof { key: "A" },
        ];
        for place in elsewhere {
            assert_eq!(keys.open_text(place, &text), None, "{place}");
        }
        let bytes = keys.seal_bytes(HERE, b"Jane".to_vec()).unwrap();
        for place in MARK.len()..bytes.len() {
            let mut changed = bytes.clone();
            changed[place] ^= 1;
            assert_eq!(keys.open_bytes(HERE, changed), None, "byte {place}");
        }
        for end in MARK.len()..bytes.len() {
            assert_eq!(keys.open_bytes(HERE, bytes[..end].to_vec()), None, "cut at {end}");
        }
    }

    #[test]
    fn an_older_key_opens_and_the_new_one_seals() {
        let (old, new) = (keys(1, &[]), keys(2, &[1]));
        let text = old.seal_text(HERE, "Jane".to_owned()).unwrap();

        assert_eq!(new.open_text(HERE, &text).as_deref(), Some("Jane"));
        let again = new.seal_text(HERE, "Jane".to_owned()).unwrap();
        assert_eq!(old.open_text(HERE, &again), None);
        assert_eq!(new.ids(), [keys(2, &[]).ids(), old.ids()].concat());
    }

    #[test]
    fn without_a_key_everything_is_as_it_is_and_what_is_sealed_does_not_open() {
        let none = DataKeys::default();
        assert_eq!(none.seal_text(HERE, "{}".to_owned()).as_deref(), Some("{}"));
        assert!(matches!(none.open_text(HERE, "{}"), Some(Cow::Borrowed("{}"))));
        assert_eq!(none.open_bytes(HERE, vec![7]), Some(vec![7]));
        let sealed = keys(1, &[]).seal_bytes(HERE, vec![7]).unwrap();
        assert_eq!(none.open_bytes(HERE, sealed), None);
        assert_eq!(keys(1, &[]).open_text(HERE, "{}").as_deref(), Some("{}"), "it was written before");
    }

    #[test]
    fn keys_are_held_against_all_that_the_database_was_sealed_with() {
        let (none, old, new) = (DataKeys::default(), keys(1, &[]), keys(2, &[]));
        assert_eq!(none.prove(&[]), Ok(None));
        let first = old.prove(&[]).unwrap().unwrap();
        let id = || first.0.clone();
        assert_eq!(old.prove(std::slice::from_ref(&first)), Ok(None));
        assert_eq!(none.prove(std::slice::from_ref(&first)), Err(SealFault::NoKey { id: id() }));
        assert_eq!(new.prove(std::slice::from_ref(&first)), Err(SealFault::OtherKey { id: id() }));
        let both = keys(2, &[1]);
        let second = both.prove(std::slice::from_ref(&first)).unwrap().unwrap();
        assert_eq!(both.prove(&[first.clone(), second.clone()]), Ok(None));
        assert_eq!(new.prove(&[second.clone(), first.clone()]), Err(SealFault::OtherKey { id: id() }));
        let forged = (id(), second.1);
        assert_eq!(both.prove(&[forged]), Err(SealFault::Damaged { id: id() }));
    }

    #[test]
    fn only_thirty_two_bytes_in_base64_are_a_key_and_none_is_shown() {
        for text in ["", "c2hvcnQ=", "not base64", &STANDARD.encode([1; 33])] {
            let parsed = DataKeys::parse(&Secret::from(text), &[]);
            assert_eq!(parsed.err(), Some((0, DataKeyError::NotAKey)), "{text}");
        }
        let twice = DataKeys::parse(&secret(1), &[secret(2), secret(1)]);
        assert_eq!(twice.err(), Some((2, DataKeyError::Twice)));
        let shown = format!("{:?}", keys(1, &[2]));
        assert!(shown.starts_with("DataKeys([") && !shown.contains(secret(1).expose()), "{shown}");
    }
}
