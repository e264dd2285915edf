//! The usual damages to path, body, time and header, undone one at a time.
//! Which of them makes the signature match is tried by `explain`.

use antom_core::Timestamp;

use super::BodyChange;

const PRODUCTION: &str = "/ams/api/";
const SANDBOX: &str = "/ams/sandbox/api/";

/// Paths that people and proxies make of one another.
pub(super) fn paths(path: &str) -> Vec<String> {
    let (bare, query) = path.split_once('?').map_or((path, None), |(bare, query)| (bare, Some(query)));
    let mut found = vec![bare.to_owned(), bare.trim_end_matches('/').to_owned(), format!("{bare}/")];
    found.push(bare.replacen(PRODUCTION, SANDBOX, 1));
    found.push(bare.replacen(SANDBOX, PRODUCTION, 1));
    found.push(bare.replace("//", "/"));
    found.push(bare.to_ascii_lowercase());
    if let Some((_, host_and_path)) = bare.split_once("://") {
        found.push(
            host_and_path.split_once('/').map_or_else(|| "/".to_owned(), |(_, rest)| format!("/{rest}")),
        );
    }
    // A proxy that strips a prefix, or one that adds it.
    found.extend(
        bare.match_indices('/').skip(1).filter_map(|(index, _)| bare.get(index..).map(str::to_owned)),
    );
    if let Some(query) = query {
        let with_query: Vec<String> = found.iter().map(|path| format!("{path}?{query}")).collect();
        found.extend(with_query);
    }
    found.retain(|candidate| candidate != path);
    found
}

/// Bodies that parsers, editors and proxies make of one another.
pub(super) fn bodies(body: &[u8]) -> Vec<(BodyChange, Vec<u8>)> {
    let mut found = vec![(BodyChange::Lost, Vec::new())];
    let trimmed = body.trim_ascii_end();
    for end in ["", "\n", "\r\n"] {
        found.push((BodyChange::LineEnd, [trimmed, end.as_bytes()].concat()));
    }
    found.push((BodyChange::ByteOrderMark, [b"\xef\xbb\xbf", body].concat()));
    if let Some(rest) = body.strip_prefix(b"\xef\xbb\xbf") {
        found.push((BodyChange::ByteOrderMark, rest.to_vec()));
    }
    if let Ok(text) = std::str::from_utf8(body) {
        found.push((BodyChange::LineEndsConverted, text.replace("\r\n", "\n").into_bytes()));
        found.push((
            BodyChange::LineEndsConverted,
            text.replace("\r\n", "\n").replace('\n', "\r\n").into_bytes(),
        ));
        found.extend(layouts(text).into_iter().map(|text| (BodyChange::Reprinted, text.into_bytes())));
        found.extend(escapes(text).into_iter().map(|text| (BodyChange::Escapes, text.into_bytes())));
    }
    found.retain(|(_, candidate)| candidate != body);
    found
}

/// The same members in the layouts that JSON printers have; order and numbers stay as they are.
fn layouts(text: &str) -> Vec<String> {
    let compact = strip_layout(text);
    let spaced = spread(&compact, ": ", ", ");
    let colons = spread(&compact, ": ", ",");
    let mut found = vec![compact, spaced, colons];
    if let Ok(value) = serde_json::from_str::<serde_json::Value>(text) {
        found.extend(serde_json::to_string(&value).ok());
        found.extend(serde_json::to_string_pretty(&value).ok());
    }
    found
}

/// Leaves out blanks between tokens.
fn strip_layout(text: &str) -> String {
    walk(text, |character, in_string, out| {
        if in_string || !character.is_ascii_whitespace() {
            out.push(character);
        }
    })
}

/// Writes colons and commas between tokens in another way.
fn spread(compact: &str, colon: &str, comma: &str) -> String {
    walk(compact, |character, in_string, out| match character {
        ':' if !in_string => out.push_str(colon),
        ',' if !in_string => out.push_str(comma),
        other => out.push(other),
    })
}

fn walk(text: &str, mut write: impl FnMut(char, bool, &mut String)) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    let (mut in_string, mut escaped) = (false, false);
    for character in text.chars() {
        write(character, in_string, &mut out);
        match character {
            _ if escaped => escaped = false,
            '\\' if in_string => escaped = true,
            '"' => in_string = !in_string,
            _ => {}
        }
    }
    out
}

/// Escapes that some printers write and others do not.
fn escapes(text: &str) -> Vec<String> {
    let non_ascii = |text: &str| {
        text.chars().fold(String::with_capacity(text.len()), |mut out, character| {
            if character.is_ascii() {
                out.push(character);
            } else {
                let mut units = [0; 2];
                for unit in character.encode_utf16(&mut units) {
                    out.push_str(&format!("\\u{unit:04x}"));
                }
            }
            out
        })
    };
    let html = |text: &str| text.replace('<', "\\u003c").replace('>', "\\u003e").replace('&', "\\u0026");
    let plain =
        text.replace("\\u003c", "<").replace("\\u003e", ">").replace("\\u0026", "&").replace("\\u003d", "=");
    vec![
        text.replace("\\/", "/"),
        text.replace("\\/", "/").replace('/', "\\/"),
        non_ascii(text),
        non_ascii(&text.replace("\\/", "/").replace('/', "\\/")),
        html(text),
        plain,
    ]
}

/// The forms in which one instant is written.
pub(super) fn times(time: &str) -> Vec<String> {
    let Ok(instant) = Timestamp::parse(time) else {
        return Vec::new();
    };
    let utc = instant.to_rfc3339();
    let seconds = utc.split_once('.').map_or_else(|| utc.clone(), |(seconds, _)| format!("{seconds}Z"));
    let mut found = vec![instant.epoch_millis().to_string(), utc.clone(), seconds.clone()];
    for utc in [utc, seconds] {
        found.push(utc.replace('Z', "+00:00"));
        found.push(utc.replace('Z', "+0000"));
    }
    // A form decoder turns the plus sign of an offset into a blank.
    found.push(time.replace(' ', "+"));
    found.retain(|candidate| candidate != time);
    found
}

/// A header as it was before somebody decoded or encoded it.
pub(super) fn headers(signature: &str) -> Vec<String> {
    let value_with_plus = signature
        .split_once("signature=")
        .map(|(before, value)| format!("{before}signature={}", value.trim_end().replace(' ', "+")));
    value_with_plus.into_iter().chain([signature.replace("%25", "%")]).collect()
}
