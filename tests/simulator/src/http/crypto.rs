//! RSA keys, signatures and their header: `algorithm=RSA256,keyVersion=1,signature=<url-encoded base64>`.
//! Which key belongs to whom is left to the callers.

use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der, PublicKeyX509Der};
use aws_lc_rs::rand::{SecureRandom, SystemRandom};
use aws_lc_rs::rsa::{KeyPair, KeySize};
use aws_lc_rs::signature::{KeyPair as _, ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_SHA256};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// The cryptography library refused; it does not say why.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the cryptography library refused to {0}")]
#[non_exhaustive]
pub struct CryptoError(&'static str);

/// A private key that signs.
#[derive(Debug)]
pub(crate) struct SigningKey {
    pair: KeyPair,
    random: SystemRandom,
}

impl SigningKey {
    /// Makes a new key of 2048 bits.
    pub(crate) fn generate() -> Result<Self, CryptoError> {
        let pair = KeyPair::generate(KeySize::Rsa2048).map_err(|_| CryptoError("make a key"))?;
        Ok(Self { pair, random: SystemRandom::new() })
    }

    pub(crate) fn from_pem(pem: &str) -> Result<Self, CryptoError> {
        let der = der_of(pem).ok_or(CryptoError("read a private key"))?;
        let pair = KeyPair::from_pkcs8(&der).map_err(|_| CryptoError("read a private key"))?;
        Ok(Self { pair, random: SystemRandom::new() })
    }

    pub(crate) fn to_pem(&self) -> Result<String, CryptoError> {
        let der: Pkcs8V1Der<'static> = self.pair.as_der().map_err(|_| CryptoError("write a private key"))?;
        Ok(pem_of("PRIVATE KEY", der.as_ref()))
    }

    pub(crate) fn public_pem(&self) -> Result<String, CryptoError> {
        let der: PublicKeyX509Der<'static> =
            self.pair.public_key().as_der().map_err(|_| CryptoError("write a public key"))?;
        Ok(pem_of("PUBLIC KEY", der.as_ref()))
    }

    /// The raw signature.
    pub(crate) fn sign(&self, message: &[u8]) -> Result<Vec<u8>, CryptoError> {
        let mut signature = vec![0; self.pair.public_modulus_len()];
        self.pair
            .sign(&RSA_PKCS1_SHA256, &self.random, message, &mut signature)
            .map_err(|_| CryptoError("sign"))?;
        Ok(signature)
    }
}

/// A public key that checks.
#[derive(Clone, Debug)]
pub(crate) struct CheckingKey(ParsedPublicKey);

impl CheckingKey {
    /// Reads PEM or bare base64 (G-3).
    pub(crate) fn from_text(text: &str) -> Result<Self, CryptoError> {
        let der = der_of(text).ok_or(CryptoError("read a public key"))?;
        let key = ParsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, &der);
        key.map(Self).map_err(|_| CryptoError("read a public key"))
    }

    pub(crate) fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        self.0.verify_sig(message, signature).is_ok()
    }
}

/// The bytes that a signature covers: method, path, client id, time and the body as it is.
pub(crate) fn signed_bytes(method: &str, path: &str, client_id: &str, time: &str, body: &[u8]) -> Vec<u8> {
    let mut bytes = format!("{method} {path}\n{client_id}.{time}.").into_bytes();
    bytes.extend_from_slice(body);
    bytes
}

/// The header value for a signature of this key version.
pub(crate) fn header_value(key_version: u32, signature: &[u8]) -> String {
    let text = STANDARD.encode(signature);
    let encoded = text.replace('+', "%2B").replace('/', "%2F").replace('=', "%3D");
    format!("algorithm=RSA256,keyVersion={key_version},signature={encoded}")
}

/// A signature header taken apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SignatureHeader {
    pub(crate) key_version: Option<u32>,
    pub(crate) signature: Vec<u8>,
}

impl SignatureHeader {
    /// Reads the header in any order of members, with or without blanks (rules 1.6).
    pub(crate) fn parse(value: &str) -> Option<Self> {
        let mut key_version = None;
        let mut signature = None;
        for member in value.split(',') {
            let (name, text) = member.split_once('=')?;
            match name.trim() {
                "algorithm" if text.trim() != "RSA256" => return None,
                "keyVersion" => key_version = Some(text.trim().parse().ok()?),
                "signature" => signature = Some(STANDARD.decode(percent_decoded(text.trim())?).ok()?),
                _ => {}
            }
        }
        Some(Self { key_version, signature: signature? })
    }
}

/// Random text for an API key or a client id, as many bytes in upper-case hexadecimal.
pub(crate) fn random_hex(bytes: usize) -> Result<String, CryptoError> {
    let mut random = vec![0; bytes];
    SystemRandom::new().fill(&mut random).map_err(|_| CryptoError("draw random bytes"))?;
    Ok(random.iter().map(|byte| format!("{byte:02X}")).collect())
}

/// Random bytes for a salt.
pub(crate) fn random_salt() -> Result<[u8; 16], CryptoError> {
    let mut salt = [0; 16];
    SystemRandom::new().fill(&mut salt).map_err(|_| CryptoError("draw random bytes"))?;
    Ok(salt)
}

/// SHA-256 in lower-case hexadecimal.
pub(crate) fn sha256_hex(text: &str) -> String {
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, text.as_bytes());
    digest.as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}

fn percent_decoded(text: &str) -> Option<Vec<u8>> {
    let mut bytes = text.bytes();
    let mut decoded = Vec::with_capacity(text.len());
    while let Some(byte) = bytes.next() {
        if byte == b'%' {
            let digit = |byte: u8| char::from(byte).to_digit(16);
            let value = digit(bytes.next()?)?.checked_mul(16)?.checked_add(digit(bytes.next()?)?)?;
            decoded.push(u8::try_from(value).ok()?);
        } else {
            decoded.push(byte);
        }
    }
    Some(decoded)
}

fn pem_of(label: &str, der: &[u8]) -> String {
    let text = STANDARD.encode(der);
    let mut pem = format!("-----BEGIN {label}-----\n");
    let mut rest = text.as_str();
    while !rest.is_empty() {
        let (line, after) = rest.split_at_checked(64).unwrap_or((rest, ""));
        pem.push_str(line);
        pem.push('\n');
        rest = after;
    }
    pem.push_str(&format!("-----END {label}-----\n"));
    pem
}

fn der_of(text: &str) -> Option<Vec<u8>> {
    let lines = text.lines().map(str::trim).filter(|line| !line.starts_with("-----"));
    STANDARD.decode(lines.collect::<String>()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Deserialize;

    #[derive(Deserialize)]
    struct Vector {
        private_key_pkcs8_b64: String,
        public_key_spki_b64: String,
        name: String,
        method: String,
        path: String,
        client_id: String,
        time: String,
        body: String,
        signature_header_value: String,
    }

    fn vectors() -> Vec<Vector> {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../vectors/signing-vectors.json");
        let text = std::fs::read_to_string(path).expect("the vectors");
        serde_json::from_str(&text).expect("a list of vectors")
    }

    #[test]
    fn signatures_are_byte_for_byte_those_of_the_official_sdks() {
        let vectors = vectors();
        assert_eq!(vectors.len(), 8);
        for vector in vectors {
            let key = SigningKey::from_pem(&vector.private_key_pkcs8_b64).expect("a private key");
            let body = vector.body.as_bytes();
            let bytes = signed_bytes(&vector.method, &vector.path, &vector.client_id, &vector.time, body);
            let header = header_value(1, &key.sign(&bytes).expect("a signature"));
            assert_eq!(header, vector.signature_header_value, "{}", vector.name);
        }
    }

    #[test]
    fn a_signature_of_the_official_sdks_verifies_and_any_change_spoils_it() {
        for vector in vectors() {
            let key = CheckingKey::from_text(&vector.public_key_spki_b64).expect("a public key");
            let header = SignatureHeader::parse(&vector.signature_header_value).expect("a header");
            let check = |path: &str, client: &str, time: &str, body: &[u8]| {
                key.verifies(&signed_bytes(&vector.method, path, client, time, body), &header.signature)
            };
            let body = vector.body.as_bytes();
            assert!(check(&vector.path, &vector.client_id, &vector.time, body), "{}", vector.name);
            let longer = [body, b" "].concat();
            assert!(!check(&vector.path, &vector.client_id, &vector.time, &longer));
            assert!(!check("/other", &vector.client_id, &vector.time, body));
            assert!(!check(&vector.path, "other", &vector.time, body));
            assert!(!check(&vector.path, &vector.client_id, "0", body));
        }
    }

    #[test]
    fn the_header_is_read_in_any_order_and_a_broken_one_is_not() {
        let read = |text: &str| SignatureHeader::parse(text);
        let expected = Some(SignatureHeader { key_version: Some(2), signature: b"ab+".to_vec() });
        assert_eq!(read("algorithm=RSA256,keyVersion=2,signature=YWIr"), expected);
        assert_eq!(read(" signature=YWIr , keyVersion=2, algorithm=RSA256, note=x"), expected);
        assert_eq!(read("signature=YWI%3D").and_then(|header| header.key_version), None);
        assert_eq!(read("signature=YWI=").map(|header| header.signature), Some(b"ab".to_vec()));
        for broken in ["", "signature", "keyVersion=1", "algorithm=RSA,signature=YWIr", "signature=%zz"] {
            assert_eq!(read(broken), None, "{broken}");
        }
    }

    #[test]
    fn keys_survive_the_way_through_pem() {
        let key = SigningKey::generate().expect("a key");
        let copy = SigningKey::from_pem(&key.to_pem().expect("PEM")).expect("the same key");
        let public = CheckingKey::from_text(&key.public_pem().expect("PEM")).expect("its public half");
        assert!(public.verifies(b"text", &copy.sign(b"text").expect("a signature")));
        assert!(!public.verifies(b"other text", &copy.sign(b"text").expect("a signature")));
    }
}
