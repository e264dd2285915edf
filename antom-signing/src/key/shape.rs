//! Tells by their structure which kind of key some DER bytes are, and unwraps RSA keys to PKCS#1.
//! Whether the numbers make a usable key is checked by the key types.

use super::KeyError;
use super::der::{self, DerError, Element, tag};

const RSA_ENCRYPTION: &[u8] = &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01, 0x01];
const RSASSA_PSS: &[u8] = &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01, 0x0A];
const EC_PUBLIC_KEY: &[u8] = &[0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x02, 0x01];
const ED25519: &[u8] = &[0x2B, 0x65, 0x70];
const DSA: &[u8] = &[0x2A, 0x86, 0x48, 0xCE, 0x38, 0x04, 0x01];

/// An RSA key, unwrapped to its bare PKCS#1 structure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape<'a> {
    /// RSAPrivateKey, from PKCS#1 or PKCS#8.
    RsaPrivate(&'a [u8]),
    /// RSAPublicKey, from PKCS#1, SPKI or a certificate.
    RsaPublic(&'a [u8]),
}

/// Recognises what `der` holds.
pub(super) fn recognise(der: &[u8]) -> Result<Shape<'_>, KeyError> {
    let outer = der::read(der).map_err(|error| match error {
        DerError::Short { expected } if der.first() == Some(&tag::SEQUENCE) => {
            KeyError::Truncated { expected, found: der.len() }
        }
        DerError::Short { .. } | DerError::Malformed => KeyError::NotAKey,
    })?;
    if outer.tag != tag::SEQUENCE {
        return Err(KeyError::NotAKey);
    }
    if !outer.rest.is_empty() {
        return Err(KeyError::TrailingBytes { extra: outer.rest.len() });
    }
    let elements = der::children(outer.content).ok_or(KeyError::NotAKey)?;
    let tags: Vec<u8> = elements.iter().map(|element| element.tag).collect();
    match (tags.as_slice(), elements.as_slice()) {
        ([tag::INTEGER, tag::SEQUENCE, tag::OCTET_STRING, ..], [_, algorithm, key, ..]) => {
            require_rsa(algorithm)?;
            Ok(Shape::RsaPrivate(key.content))
        }
        ([tag::INTEGER, tag::OCTET_STRING, ..], _) => {
            Err(KeyError::NotRsa { algorithm: "an elliptic curve key" })
        }
        ([tag::INTEGER, tag::INTEGER], _) => Ok(Shape::RsaPublic(der)),
        ([tag::INTEGER, tag::INTEGER, tag::INTEGER, tag::INTEGER, tag::INTEGER, tag::INTEGER, ..], _)
            if tags.len() >= 9 =>
        {
            Ok(Shape::RsaPrivate(der))
        }
        ([tag::SEQUENCE, tag::OCTET_STRING], _) => Err(KeyError::Encrypted),
        ([tag::SEQUENCE, tag::BIT_STRING], [algorithm, key]) => subject_key(algorithm, key),
        ([tag::SEQUENCE, tag::SEQUENCE, tag::BIT_STRING], [to_be_signed, ..]) => certificate(to_be_signed),
        _ => Err(KeyError::NotAKey),
    }
}

/// The key of an X.509 certificate. The certificate itself is not validated: it is only a container here.
fn certificate<'a>(to_be_signed: &Element<'a>) -> Result<Shape<'a>, KeyError> {
    let mut fields = der::children(to_be_signed.content).ok_or(KeyError::NotAKey)?;
    if fields.first().is_some_and(|first| first.tag == tag::CONTEXT_0) {
        fields.remove(0);
    }
    // serial, signature algorithm, issuer, validity, subject, key
    let key = fields.get(5).filter(|field| field.tag == tag::SEQUENCE).ok_or(KeyError::NotAKey)?;
    match der::children(key.content).as_deref() {
        Some([algorithm, key]) if key.tag == tag::BIT_STRING => subject_key(algorithm, key),
        _ => Err(KeyError::NotAKey),
    }
}

fn subject_key<'a>(algorithm: &Element<'a>, key: &Element<'a>) -> Result<Shape<'a>, KeyError> {
    require_rsa(algorithm)?;
    match key.content.split_first() {
        Some((0, pkcs1)) => Ok(Shape::RsaPublic(pkcs1)),
        _ => Err(KeyError::NotAKey),
    }
}

fn require_rsa(algorithm: &Element<'_>) -> Result<(), KeyError> {
    let parts = der::children(algorithm.content).ok_or(KeyError::NotAKey)?;
    let oid = parts.first().filter(|part| part.tag == tag::OID).ok_or(KeyError::NotAKey)?;
    let algorithm = match oid.content {
        RSA_ENCRYPTION => return Ok(()),
        RSASSA_PSS => "an RSA-PSS key",
        EC_PUBLIC_KEY => "an elliptic curve key",
        ED25519 => "an Ed25519 key",
        DSA => "a DSA key",
        _ => "a key of another algorithm",
    };
    Err(KeyError::NotRsa { algorithm })
}

/// The two numbers of a PKCS#1 public key, without the sign byte.
pub(super) fn public_numbers(pkcs1: &[u8]) -> Option<(&[u8], &[u8])> {
    let outer = der::read(pkcs1).ok().filter(|outer| outer.tag == tag::SEQUENCE && outer.rest.is_empty())?;
    match der::children(outer.content)?.as_slice() {
        [modulus, exponent] => Some((magnitude(modulus)?, magnitude(exponent)?)),
        _ => None,
    }
}

/// The modulus of a PKCS#1 private key, without the sign byte.
pub(super) fn private_modulus(pkcs1: &[u8]) -> Option<&[u8]> {
    let outer = der::read(pkcs1).ok().filter(|outer| outer.tag == tag::SEQUENCE)?;
    der::children(outer.content)?.get(1).and_then(magnitude)
}

/// A positive INTEGER in its one minimal form.
fn magnitude<'a>(element: &Element<'a>) -> Option<&'a [u8]> {
    if element.tag != tag::INTEGER {
        return None;
    }
    match element.content {
        [0, rest @ ..] if rest.first().is_some_and(|first| *first >= 0x80) => Some(rest),
        [first, ..] if (1..0x80).contains(first) => Some(element.content),
        _ => None,
    }
}

/// Number of significant bits of a number without leading zero bytes.
pub(super) fn bits(magnitude: &[u8]) -> usize {
    magnitude.first().map_or(0, |first| magnitude.len() * 8 - first.leading_zeros() as usize)
}

/// Wraps a PKCS#1 public key into a SubjectPublicKeyInfo.
pub(super) fn to_spki(pkcs1: &[u8]) -> Vec<u8> {
    let mut algorithm = Vec::new();
    der::write(&mut algorithm, tag::OID, RSA_ENCRYPTION);
    der::write(&mut algorithm, tag::NULL, &[]);
    let mut key = Vec::with_capacity(pkcs1.len() + 1);
    key.push(0);
    key.extend_from_slice(pkcs1);
    let mut content = Vec::new();
    der::write(&mut content, tag::SEQUENCE, &algorithm);
    der::write(&mut content, tag::BIT_STRING, &key);
    let mut spki = Vec::new();
    der::write(&mut spki, tag::SEQUENCE, &content);
    spki
}
