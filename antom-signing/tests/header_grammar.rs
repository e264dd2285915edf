//! The grammar of the `signature` header: tolerant layout, strict content, as properties and as a table.
//! Whether a signature is right is tested elsewhere.

use antom_signing::{HeaderError, KeyVersion, Signature, SignatureHeader};
use proptest::prelude::*;

fn parse(text: &str) -> Result<SignatureHeader, HeaderError> {
    text.parse()
}

fn blanks() -> impl Strategy<Value = String> {
    "[ \t]{0,3}"
}

/// Members that we do not know: any name but ours, any value without a comma.
fn unknown_member() -> impl Strategy<Value = String> {
    ("[a-zA-Z][a-zA-Z0-9_-]{0,9}", "[ -+\\--~]{0,12}")
        .prop_filter("known names", |(name, _)| {
            !["algorithm", "keyVersion", "signature"].contains(&name.as_str())
        })
        .prop_map(|(name, value)| format!("{name}={value}"))
}

proptest! {
    #[test]
    fn what_is_printed_is_read_back(bytes in prop::collection::vec(any::<u8>(), 1..600), version in any::<Option<u32>>()) {
        let header = SignatureHeader::new(version.map(KeyVersion::new), Signature::from_bytes(bytes));
        prop_assert_eq!(parse(&header.to_string()), Ok(header));
    }

    #[test]
    fn layout_order_and_unknown_members_change_nothing(
        bytes in prop::collection::vec(any::<u8>(), 1..300),
        version in any::<u32>(),
        encoded in any::<bool>(),
        strangers in prop::collection::vec(unknown_member(), 0..4),
        spaces in prop::collection::vec((blanks(), blanks()), 7),
        order in any::<prop::sample::Index>(),
    ) {
        let expected = SignatureHeader::new(Some(KeyVersion::new(version)), Signature::from_bytes(bytes.clone()));
        let text = Signature::from_bytes(bytes).to_header_text();
        let text = if encoded { text } else { text.replace("%2B", "+").replace("%2F", "/").replace("%3D", "=") };
        let mut members = vec!["algorithm=RSA256".to_owned(), format!("keyVersion={version}"), format!("signature={text}")];
        members.extend(strangers);
        let middle = order.index(members.len());
        members.rotate_left(middle);
        let laid_out: Vec<String> =
            members.iter().zip(&spaces).map(|(member, (before, after))| format!("{before}{member}{after}")).collect();
        prop_assert_eq!(parse(&laid_out.join(",")), Ok(expected));
    }

    #[test]
    fn no_text_makes_the_parser_panic_and_what_it_accepts_prints_back(text in "\\PC{0,200}") {
        if let Ok(header) = parse(&text) {
            prop_assert_eq!(parse(&header.to_string()), Ok(header));
        }
    }

    #[test]
    fn near_misses_never_panic(text in "(algorithm|keyVersion|signature|=|,|RSA256|1|%2B|%|[A-Za-z0-9+/]{1,8}| |\t){0,24}") {
        if let Ok(header) = parse(&text) {
            prop_assert!(!header.signature().as_bytes().is_empty());
        }
    }
}

#[test]
fn the_documented_layout_with_a_blank_after_each_comma_is_read() {
    let text = Signature::from_bytes(vec![0xFB; 256]).to_header_text();
    assert!(text.contains("%2F") || text.contains("%2B"));
    let header = parse(&format!("algorithm=RSA256, keyVersion=1, signature={text}")).unwrap();
    assert_eq!(header.key_version(), Some(KeyVersion::FIRST));
    assert_eq!(header.signature().as_bytes(), [0xFB; 256]);
}

#[test]
fn a_missing_key_version_is_not_a_fault() {
    assert_eq!(parse("algorithm=RSA256,signature=AAAA").unwrap().key_version(), None);
}

#[test]
fn a_plus_sign_stays_a_plus_sign() {
    assert_eq!(
        parse("algorithm=RSA256,signature=++++").unwrap(),
        parse("algorithm=RSA256,signature=%2B%2b++").unwrap()
    );
    assert_eq!(parse("algorithm=RSA256,signature=+  +"), Err(HeaderError::Base64));
}

#[test]
fn malformed_headers_are_refused_for_the_right_reason() {
    let mut checked = 0;
    for (text, expected) in named_faults().into_iter().chain(generated_faults()) {
        assert_eq!(parse(&text), Err(expected), "{text:?}");
        checked += 1;
    }
    assert!(checked >= 500, "only {checked} cases");
}

fn named_faults() -> Vec<(String, HeaderError)> {
    let missing = |name| HeaderError::Missing { name };
    let repeated = |name| HeaderError::Repeated { name };
    [
        ("", HeaderError::NotAMember),
        (" ", HeaderError::NotAMember),
        (",", HeaderError::NotAMember),
        ("=", HeaderError::NotAMember),
        ("RSA256", HeaderError::NotAMember),
        ("algorithm=RSA256,keyVersion=1", missing("signature")),
        ("keyVersion=1,signature=AAAA", missing("algorithm")),
        ("signature=AAAA", missing("algorithm")),
        ("algorithm=RSA256", missing("signature")),
        ("algorithm=RSA256,keyVersion=1,signature=", HeaderError::EmptySignature),
        ("algorithm=RSA256,keyVersion=1,signature= ", HeaderError::EmptySignature),
        ("algorithm=RSA256;keyVersion=1;signature=AAAA", HeaderError::Algorithm),
        ("algorithm=RSA256,keyVersion=1,x=signature=AAAA", missing("signature")),
        ("Algorithm=RSA256,signature=AAAA", missing("algorithm")),
        ("algorithm=RSA256,Signature=AAAA", missing("signature")),
        ("algorithm=RSA256,algorithm=RSA256,signature=AAAA", repeated("algorithm")),
        ("algorithm=RSA256,keyVersion=1,keyVersion=1,signature=AAAA", repeated("keyVersion")),
        ("algorithm=RSA256,signature=AAAA,signature=AAAA", repeated("signature")),
        ("algorithm=RSA256,signature=AAAA,", HeaderError::NotAMember),
        (",algorithm=RSA256,signature=AAAA", HeaderError::NotAMember),
        ("algorithm=RSA256,,signature=AAAA", HeaderError::NotAMember),
        ("algorithm=RSA256,signature=AA%", HeaderError::PercentEncoding),
        ("algorithm=RSA256,signature=AA%2", HeaderError::PercentEncoding),
        ("algorithm=RSA256,signature=AA%2G", HeaderError::PercentEncoding),
        ("algorithm=RSA256,signature=AA%+1", HeaderError::PercentEncoding),
        ("algorithm=RSA256,signature=AAA%253D", HeaderError::Base64),
        ("algorithm=RSA256,signature=AAAA\nB", HeaderError::Base64),
        ("algorithm=RSA256,signature=AAA", HeaderError::Base64),
        ("algorithm=RSA256,signature=AAA%3D%3D", HeaderError::Base64),
        ("algorithm=RSA256,signature=AAB=", HeaderError::Base64),
        ("algorithm=RSA256,signature=AB==", HeaderError::Base64),
        ("algorithm=RSA256,signature=A=A=", HeaderError::Base64),
        ("algorithm=RSA256,signature=====", HeaderError::Base64),
        ("algorithm=RSA256,signature=\u{ff21}AAA", HeaderError::Base64),
    ]
    .into_iter()
    .map(|(text, error)| (text.to_owned(), error))
    .collect()
}

fn generated_faults() -> Vec<(String, HeaderError)> {
    let mut faults = Vec::new();
    for algorithm in [
        "",
        "none",
        "NONE",
        "HS256",
        "RS256",
        "rsa256",
        "Rsa256",
        "RSA1",
        "RSA512",
        "RSA256 RSA256",
        "RSA-256",
        "\"RSA256\"",
        "RSA256%20",
        "SHA256withRSA",
        "RSA2560",
        "RSA25",
        "ES256",
        "PS256",
        "MD5",
        "RSA256;",
        "*",
        "null",
        "0",
        "RSA_256",
    ] {
        for version in ["", "keyVersion=1,", "keyVersion=2,", "x=y,"] {
            for layout in [
                format!("algorithm={algorithm},{version}signature=AAAA"),
                format!("signature=AAAA,{version}algorithm={algorithm}"),
            ] {
                faults.push((layout, HeaderError::Algorithm));
            }
        }
    }
    for version in [
        "",
        "v1",
        "-1",
        "+1",
        "01",
        "00",
        "1.0",
        "1e3",
        "4294967296",
        "99999999999999999999",
        "\u{661}",
        "0x1",
        "1 1",
        "one",
        "1;2",
    ] {
        for layout in [
            format!("algorithm=RSA256,keyVersion={version},signature=AAAA"),
            format!("keyVersion={version}, algorithm=RSA256, signature=AAAA"),
        ] {
            faults.push((layout, HeaderError::KeyVersion));
        }
    }
    // Every printable character that is neither base64 nor has a meaning in the grammar, in three places.
    for stranger in
        (b' '..=b'~').map(char::from).filter(|c| !c.is_ascii_alphanumeric() && !"+/=,% ".contains(*c))
    {
        for value in [format!("{stranger}AAA"), format!("AA{stranger}A"), format!("AAAA{stranger}")] {
            faults.push((format!("algorithm=RSA256,signature={value}"), HeaderError::Base64));
            faults.push((format!("signature={value},keyVersion=7,algorithm=RSA256"), HeaderError::Base64));
        }
    }
    // Every way to percent-encode one byte that is not base64.
    for byte in (0..=255_u8).filter(|byte| !byte.is_ascii_alphanumeric() && !b"+/=".contains(byte)) {
        faults.push((format!("algorithm=RSA256,signature=AAA%{byte:02X}"), HeaderError::Base64));
    }
    for length in [8192, 8193, 100_000] {
        let text = format!("algorithm=RSA256,signature={}", "A".repeat(length));
        faults.push((text.clone(), HeaderError::TooLong { length: text.len() }));
    }
    faults
}
