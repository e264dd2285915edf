//! The few rules of DER that are needed to tell key structures apart.
//! What the elements mean is decided by the shape; numbers are checked by the crypto library.

/// Tags of the elements that occur in key structures.
pub(super) mod tag {
    pub(in crate::key) const INTEGER: u8 = 0x02;
    pub(in crate::key) const BIT_STRING: u8 = 0x03;
    pub(in crate::key) const OCTET_STRING: u8 = 0x04;
    pub(in crate::key) const NULL: u8 = 0x05;
    pub(in crate::key) const OID: u8 = 0x06;
    pub(in crate::key) const SEQUENCE: u8 = 0x30;
    pub(in crate::key) const CONTEXT_0: u8 = 0xA0;
}

/// What is wrong with an encoding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum DerError {
    /// The element announces more bytes than there are.
    Short { expected: usize },
    /// Indefinite, over-long or non-minimal length, or nothing at all.
    Malformed,
}

/// One element and what follows it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Element<'a> {
    pub(super) tag: u8,
    pub(super) content: &'a [u8],
    pub(super) rest: &'a [u8],
}

/// Reads the first element of `input`. Lengths are minimal, as DER asks, and below 16 MiB.
pub(super) fn read(input: &[u8]) -> Result<Element<'_>, DerError> {
    let (&tag, after_tag) = input.split_first().ok_or(DerError::Malformed)?;
    let (&first, after_first) = after_tag.split_first().ok_or(DerError::Malformed)?;
    let (length, body) = match first {
        0..=0x7F => (usize::from(first), after_first),
        0x81..=0x83 => long_length(usize::from(first & 0x7F), after_first)?,
        _ => return Err(DerError::Malformed),
    };
    match (body.get(..length), body.get(length..)) {
        (Some(content), Some(rest)) => Ok(Element { tag, content, rest }),
        _ => Err(DerError::Short { expected: input.len() - body.len() + length }),
    }
}

fn long_length(count: usize, input: &[u8]) -> Result<(usize, &[u8]), DerError> {
    let (bytes, rest) = input.split_at_checked(count).ok_or(DerError::Malformed)?;
    let length = bytes.iter().fold(0_usize, |sum, byte| (sum << 8) | usize::from(*byte));
    let shortest = match count {
        1 => 0x80,
        2 => 0x100,
        _ => 0x1_0000,
    };
    if length < shortest { Err(DerError::Malformed) } else { Ok((length, rest)) }
}

/// The elements inside `content`, or nothing if one of them is malformed.
pub(super) fn children(content: &[u8]) -> Option<Vec<Element<'_>>> {
    let mut rest = content;
    let mut elements = Vec::new();
    while !rest.is_empty() {
        let element = read(rest).ok()?;
        rest = element.rest;
        elements.push(element);
    }
    Some(elements)
}

/// Appends one element with a minimal length.
pub(super) fn write(out: &mut Vec<u8>, tag: u8, content: &[u8]) {
    out.push(tag);
    let length = content.len();
    let bytes = length.to_be_bytes();
    match u8::try_from(length) {
        Ok(short) if short < 0x80 => out.push(short),
        _ => {
            let significant: Vec<u8> = bytes.iter().copied().skip_while(|byte| *byte == 0).collect();
            // A usize has at most eight bytes, so the count fits the low bits.
            out.push(0x80 | u8::try_from(significant.len()).unwrap_or(8));
            out.extend_from_slice(&significant);
        }
    }
    out.extend_from_slice(content);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_written_element_is_read_back_for_every_length_form() {
        for length in [0, 1, 0x7F, 0x80, 0xFF, 0x100, 0xFFFF, 0x1_0000] {
            let content = vec![7_u8; length];
            let mut out = Vec::new();
            write(&mut out, tag::OCTET_STRING, &content);
            let element = read(&out).unwrap();
            assert_eq!((element.tag, element.content.len(), element.rest.len()), (4, length, 0));
        }
    }

    #[test]
    fn lengths_that_are_not_minimal_or_indefinite_are_refused() {
        for bytes in [
            &[0x30, 0x80][..],
            &[0x30, 0x81, 0x01, 0x00],
            &[0x30, 0x82, 0x00, 0x80],
            &[0x30, 0x84],
            &[0x30],
            &[],
        ] {
            assert_eq!(read(bytes).unwrap_err(), DerError::Malformed, "{bytes:?}");
        }
    }

    #[test]
    fn a_cut_off_element_says_how_long_it_should_be() {
        assert_eq!(read(&[0x30, 0x05, 1, 2]).unwrap_err(), DerError::Short { expected: 7 });
    }
}
