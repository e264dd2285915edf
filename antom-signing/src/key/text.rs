//! From the text of a key to its DER bytes: PEM with any label, or bare base64 with any line breaks.
//! What the bytes are is told by the shape, not by the label: official SDKs put PKCS#8 under PKCS#1 labels.

use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use zeroize::Zeroizing;

use super::KeyError;

const BEGIN: &str = "-----BEGIN ";
const END: &str = "-----END ";

/// Key files are copied by hand; a lost padding sign loses no key bits.
const LENIENT_PADDING: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// The DER bytes of the one key in `text`; every intermediate copy is wiped.
pub(super) fn decode(text: &str) -> Result<Zeroizing<Vec<u8>>, KeyError> {
    let text = text.trim_start_matches('\u{feff}').trim();
    if text.is_empty() {
        return Err(KeyError::Empty);
    }
    if text.contains("-----") { decode_pem(text) } else { decode_base64(text) }
}

fn decode_pem(text: &str) -> Result<Zeroizing<Vec<u8>>, KeyError> {
    let blocks = blocks(text)?;
    let keys: Vec<&Block<'_>> = blocks.iter().filter(|block| block.holds_a_key()).collect();
    match keys.as_slice() {
        [] => Err(KeyError::NoKeyBlock),
        [block] if block.is_encrypted() => Err(KeyError::Encrypted),
        [block] => decode_base64(block.content),
        several => Err(KeyError::SeveralBlocks(several.len())),
    }
}

struct Block<'a> {
    label: &'a str,
    content: &'a str,
}

impl Block<'_> {
    fn holds_a_key(&self) -> bool {
        self.label.ends_with("KEY") || self.label.ends_with("CERTIFICATE")
    }

    fn is_encrypted(&self) -> bool {
        self.label.starts_with("ENCRYPTED") || self.content.contains("Proc-Type: 4,ENCRYPTED")
    }
}

fn blocks(text: &str) -> Result<Vec<Block<'_>>, KeyError> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some((_, after_begin)) = rest.split_once(BEGIN) {
        let (label, after_label) = after_begin.split_once("-----").ok_or(KeyError::UnfinishedPem)?;
        let (content, after_content) = after_label.split_once(END).ok_or(KeyError::UnfinishedPem)?;
        let (end_label, after_end) = after_content.split_once("-----").ok_or(KeyError::UnfinishedPem)?;
        if end_label != label {
            return Err(KeyError::UnfinishedPem);
        }
        found.push(Block { label, content });
        rest = after_end;
    }
    if found.is_empty() { Err(KeyError::UnfinishedPem) } else { Ok(found) }
}

fn decode_base64(text: &str) -> Result<Zeroizing<Vec<u8>>, KeyError> {
    let compact: Zeroizing<Vec<u8>> =
        Zeroizing::new(text.bytes().filter(|byte| !byte.is_ascii_whitespace()).collect());
    if compact.is_empty() {
        return Err(KeyError::Empty);
    }
    let mut der = Zeroizing::new(vec![0_u8; base64::decoded_len_estimate(compact.len())]);
    match LENIENT_PADDING.decode_slice(compact.as_slice(), der.as_mut_slice()) {
        Ok(length) => {
            der.truncate(length);
            Ok(der)
        }
        Err(base64::DecodeSliceError::DecodeError(base64::DecodeError::InvalidByte(offset, _))) => {
            Err(KeyError::NotBase64 { offset })
        }
        Err(_) => Err(KeyError::IncompleteBase64),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bare_base64_may_hold_line_breaks_blanks_and_a_byte_order_mark() {
        assert_eq!(decode("\u{feff} AQID\r\nBAUG \n").unwrap().as_slice(), [1, 2, 3, 4, 5, 6]);
        assert_eq!(decode("AQ==").unwrap().as_slice(), [1]);
        assert_eq!(decode("AQ").unwrap().as_slice(), [1]);
    }

    #[test]
    fn text_around_the_one_pem_block_is_left_aside() {
        let text = "Bag Attributes\n-----BEGIN X KEY-----\nAQID\n-----END X KEY-----\ntrailer";
        assert_eq!(decode(text).unwrap().as_slice(), [1, 2, 3]);
    }

    #[test]
    fn broken_texts_are_told_apart() {
        let cases = [
            ("", KeyError::Empty),
            (" \n", KeyError::Empty),
            ("-----BEGIN KEY-----\n-----END KEY-----", KeyError::Empty),
            ("-----BEGIN KEY-----\nAQID", KeyError::UnfinishedPem),
            ("AQID\n-----END KEY-----", KeyError::UnfinishedPem),
            ("-----BEGIN KEY-----\nAQID\n-----END OTHER KEY-----", KeyError::UnfinishedPem),
            ("-----BEGIN DH PARAMETERS-----\nAQID\n-----END DH PARAMETERS-----", KeyError::NoKeyBlock),
            ("AQ!D", KeyError::NotBase64 { offset: 2 }),
            ("AQIDB", KeyError::IncompleteBase64),
        ];
        for (text, expected) in cases {
            assert_eq!(decode(text).unwrap_err(), expected, "{text:?}");
        }
    }

    #[test]
    fn two_keys_in_one_text_are_one_too_many() {
        let block = "-----BEGIN PUBLIC KEY-----\nAQID\n-----END PUBLIC KEY-----\n";
        assert_eq!(decode(&block.repeat(2)).unwrap_err(), KeyError::SeveralBlocks(2));
    }
}
