//! Writes the certificate authority as a PKCS#12 trust store, the form in which Java wants it.
//! Making the certificate is left to `tls`.

use aws_lc_rs::{digest, hmac};

/// The password of the trust store, Java's customary one: it protects nothing, the certificate is public.
pub(super) const PASSWORD: &str = "changeit";

const ITERATIONS: u16 = 10_000;

const INTEGER: u8 = 0x02;
const OCTETS: u8 = 0x04;
const BMP_TEXT: u8 = 0x1E;
const SEQUENCE: u8 = 0x30;
const SET: u8 = 0x31;
const CONTEXT_0: u8 = 0xA0;

const DATA: &[u32] = &[1, 2, 840, 113_549, 1, 7, 1];
const CERTIFICATE_BAG: &[u32] = &[1, 2, 840, 113_549, 1, 12, 10, 1, 3];
const X509_CERTIFICATE: &[u32] = &[1, 2, 840, 113_549, 1, 9, 22, 1];
const FRIENDLY_NAME: &[u32] = &[1, 2, 840, 113_549, 1, 9, 20];
/// Java takes a certificate for trusted only with this attribute.
const TRUSTED_KEY_USAGE: &[u32] = &[2, 16, 840, 1, 113_894, 746_875, 1, 1];
const ANY_KEY_USAGE: &[u32] = &[2, 5, 29, 37, 0];
const SHA256: &[u32] = &[2, 16, 840, 1, 101, 3, 4, 2, 1];

/// The trust store (RFC 7292) with this one certificate.
pub(super) fn of_certificate(der: &[u8], salt: [u8; 16]) -> Vec<u8> {
    let certificate = sequence(&[oid(X509_CERTIFICATE), tlv(CONTEXT_0, &tlv(OCTETS, der))]);
    let name = sequence(&[oid(FRIENDLY_NAME), tlv(SET, &tlv(BMP_TEXT, &bmp("antom-simulator")))]);
    let usage = sequence(&[oid(TRUSTED_KEY_USAGE), tlv(SET, &oid(ANY_KEY_USAGE))]);
    let attributes = tlv(SET, &[name, usage].concat());
    let bag = sequence(&[oid(CERTIFICATE_BAG), tlv(CONTEXT_0, &certificate), attributes]);
    let safe = sequence(&[data(&sequence(&[bag]))]);
    let mac = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, &mac_key(&salt)), &safe);
    let algorithm = sequence(&[oid(SHA256), vec![0x05, 0x00]]);
    let mac_data = sequence(&[
        sequence(&[algorithm, tlv(OCTETS, mac.as_ref())]),
        tlv(OCTETS, &salt),
        tlv(INTEGER, &ITERATIONS.to_be_bytes()),
    ]);
    sequence(&[tlv(INTEGER, &[3]), data(&safe), mac_data])
}

/// The key derivation of RFC 7292, appendix B.2, with SHA-256; one block is as long as the key.
fn mac_key(salt: &[u8]) -> Vec<u8> {
    const BLOCK: usize = 64;
    const FOR_MAC: u8 = 3;
    let filled = |bytes: &[u8]| -> Vec<u8> {
        let length = bytes.len().div_ceil(BLOCK).saturating_mul(BLOCK);
        bytes.iter().copied().cycle().take(length).collect()
    };
    let mut password = bmp(PASSWORD);
    password.extend([0, 0]);
    let mut key = [vec![FOR_MAC; BLOCK], filled(salt), filled(&password)].concat();
    for _ in 0..ITERATIONS {
        key = digest::digest(&digest::SHA256, &key).as_ref().to_vec();
    }
    key
}

fn data(content: &[u8]) -> Vec<u8> {
    sequence(&[oid(DATA), tlv(CONTEXT_0, &tlv(OCTETS, content))])
}

fn sequence(parts: &[Vec<u8>]) -> Vec<u8> {
    tlv(SEQUENCE, &parts.concat())
}

fn oid(arcs: &[u32]) -> Vec<u8> {
    let mut content = Vec::new();
    if let [first, second, rest @ ..] = arcs {
        content.extend(base128(first.saturating_mul(40).saturating_add(*second)));
        rest.iter().for_each(|arc| content.extend(base128(*arc)));
    }
    tlv(0x06, &content)
}

/// Seven bits a byte, all but the last one marked.
fn base128(arc: u32) -> Vec<u8> {
    let mut bytes: Vec<u8> =
        (0..5).rev().map(|at| u8::try_from((arc >> (7 * at)) & 0x7F).unwrap_or(0)).collect();
    let zeros = bytes.iter().take(4).take_while(|byte| **byte == 0).count();
    bytes.drain(..zeros);
    let last = bytes.len().saturating_sub(1);
    bytes.iter_mut().take(last).for_each(|byte| *byte |= 0x80);
    bytes
}

fn bmp(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_be_bytes).collect()
}

fn tlv(tag: u8, content: &[u8]) -> Vec<u8> {
    let mut bytes = vec![tag];
    let length = content.len().to_be_bytes();
    match u8::try_from(content.len()) {
        Ok(short) if short < 0x80 => bytes.push(short),
        _ => {
            let digits: Vec<u8> = length.iter().copied().skip_while(|byte| *byte == 0).collect();
            bytes.push(0x80 | u8::try_from(digits.len()).unwrap_or(0));
            bytes.extend(digits);
        }
    }
    bytes.extend_from_slice(content);
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn object_identifiers_and_lengths_are_those_of_the_standard() {
        assert_eq!(oid(DATA), [0x06, 9, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 7, 1]);
        assert_eq!(oid(ANY_KEY_USAGE), [0x06, 4, 0x55, 0x1D, 0x25, 0]);
        assert_eq!(tlv(4, &[0; 127])[..2], [4, 127]);
        assert_eq!(tlv(4, &[0; 200])[..3], [4, 0x81, 200]);
        assert_eq!(tlv(4, &[0; 300])[..4], [4, 0x82, 1, 44]);
    }
}
