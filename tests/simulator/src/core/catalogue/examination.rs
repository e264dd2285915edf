//! Looks at a message, member by member, with the tables of the catalogue.
//! It must cost next to nothing where there is nothing to find: texts are made for findings only.

use serde_json::{Map, Value};

use super::super::operation::Operation;
use super::finding::{FindingKind, Findings};
use super::notation::{CATALOGUE, Catalogue, Kind, Model};

/// What does not agree with the catalogue in a request.
pub(crate) fn findings_in_request(operation: Operation, body: &Value, findings: &mut Findings) {
    examine(CATALOGUE.request(operation), body, findings);
}

/// What does not agree with the catalogue in an answer of the gateway.
pub(crate) fn findings_in_answer(operation: Operation, body: &Value) -> Findings {
    let mut findings = Findings::default();
    examine(CATALOGUE.answer(operation), body, &mut findings);
    findings
}

/// What does not agree with the catalogue in a notification; of a type that is not in the catalogue nothing is known.
pub(crate) fn findings_in_notification(kind: &str, body: &Value) -> Findings {
    let mut findings = Findings::default();
    examine(CATALOGUE.notification(kind), body, &mut findings);
    findings
}

fn examine(model: Option<&Model>, body: &Value, findings: &mut Findings) {
    if let Some(model) = model {
        Examination { catalogue: &CATALOGUE, findings }.model(&Path::Root, model, body);
    }
}

/// Where in the message the examination is; put into words for findings only.
enum Path<'a> {
    Root,
    Member(&'a Path<'a>, &'a str),
    Entry(&'a Path<'a>, usize),
}

impl Path<'_> {
    fn to_text(&self) -> String {
        match self {
            Path::Root => String::new(),
            Path::Member(Path::Root, name) => shortened(name),
            Path::Member(parent, name) => format!("{}.{}", parent.to_text(), shortened(name)),
            Path::Entry(parent, index) => format!("{}[{index}]", parent.to_text()),
        }
    }
}

struct Examination<'a> {
    catalogue: &'a Catalogue,
    findings: &'a mut Findings,
}

impl Examination<'_> {
    fn model(&mut self, path: &Path<'_>, model: &Model, value: &Value) {
        match (model, value) {
            (Model::Members(known), Value::Object(members)) => self.members(path, known, members),
            (Model::Words(words), Value::String(text)) => self.word(path, words, text),
            (Model::Members(_), _) => self.wrong_type(path, value, "an object"),
            (Model::Words(_), _) => self.wrong_type(path, value, "a string"),
        }
    }

    fn members(&mut self, path: &Path<'_>, known: &[(&'static str, Kind)], members: &Map<String, Value>) {
        for (name, value) in members {
            let path = Path::Member(path, name);
            let found = known.binary_search_by(|(known, _)| (*known).cmp(name.as_str()));
            match found.ok().and_then(|index| known.get(index)) {
                Some((_, Kind::When { sibling, word, model })) => {
                    if members.get(*sibling).and_then(Value::as_str) == Some(word) {
                        self.kind(&path, &Kind::Model(*model), value);
                    }
                }
                Some((_, kind)) => self.kind(&path, kind, value),
                None => self.unknown(&path, name, known),
            }
        }
    }

    fn kind(&mut self, path: &Path<'_>, kind: &Kind, value: &Value) {
        match (kind, value) {
            // Some SDKs send nulls for what they do not set.
            (_, Value::Null) | (Kind::Any | Kind::When { .. }, _) | (Kind::Boolean, Value::Bool(_)) => {}
            (Kind::Text(most) | Kind::Digits(most), Value::String(text)) => self.length(path, text, *most),
            (Kind::Digits(_), Value::Number(number)) if number.is_u64() => {
                let detail = || (path.to_text(), "is a number; amounts are sent as strings".to_owned());
                self.findings.add(FindingKind::UnquotedAmount, detail);
            }
            (Kind::Integer, Value::Number(number)) if number.is_i64() || number.is_u64() => {}
            (Kind::Decimal, Value::Number(_)) => {}
            (Kind::Boolean, Value::String(text)) if matches!(text.as_str(), "true" | "false" | "") => {}
            (Kind::Integer, Value::String(text)) if text.is_empty() || is_number(text, false) => {}
            (Kind::Decimal, Value::String(text)) if text.is_empty() || is_number(text, true) => {}
            (Kind::Model(id), value) => {
                if let Some(model) = self.catalogue.model(*id) {
                    self.model(path, model, value);
                }
            }
            (Kind::List(of, most), Value::Array(entries)) => {
                if entries.len() > *most {
                    self.findings.add(FindingKind::TooManyEntries, || {
                        let detail = format!("has {} entries, at most {most} are allowed", entries.len());
                        (path.to_text(), detail)
                    });
                }
                for (index, entry) in entries.iter().enumerate().take(*most) {
                    self.kind(&Path::Entry(path, index), of, entry);
                }
            }
            (Kind::Map(of), Value::Object(members)) => {
                for (name, value) in members {
                    self.kind(&Path::Member(path, name), of, value);
                }
            }
            (Kind::Text(_), _) => self.wrong_type(path, value, "a string"),
            (Kind::Digits(_), _) => self.wrong_type(path, value, "a string of digits"),
            (Kind::Boolean, _) => self.wrong_type(path, value, "a boolean"),
            (Kind::Integer, _) => self.wrong_type(path, value, "an integer"),
            (Kind::Decimal, _) => self.wrong_type(path, value, "a decimal number"),
            (Kind::List(..), _) => self.wrong_type(path, value, "a list"),
            (Kind::Map(_), _) => self.wrong_type(path, value, "an object"),
        }
    }

    fn length(&mut self, path: &Path<'_>, text: &str, most: usize) {
        // A text has at least as many bytes as characters.
        if text.len() <= most {
            return;
        }
        let length = text.chars().count();
        if length > most {
            let detail = || (path.to_text(), format!("has {length} characters, at most {most} are allowed"));
            self.findings.add(FindingKind::TooLong, detail);
        }
    }

    fn word(&mut self, path: &Path<'_>, words: &[&str], text: &str) {
        const MOST_TOLD: usize = 8;
        if text.is_empty() || words.contains(&text) {
            return;
        }
        self.findings.add(FindingKind::UnlistedValue, || {
            let detail = if words.len() <= MOST_TOLD {
                format!("is {}, which is none of {}", shortened(text), words.join(", "))
            } else {
                format!("is {}, which is none of the {} words that are listed", shortened(text), words.len())
            };
            (path.to_text(), detail)
        });
    }

    fn unknown(&mut self, path: &Path<'_>, name: &str, known: &[(&'static str, Kind)]) {
        self.findings.add(FindingKind::UnknownField, || {
            let meant = known.iter().map(|(known, _)| *known).find(|known| is_close(known, name));
            let hint = meant.map(|meant| format!("; is {meant} meant?")).unwrap_or_default();
            (path.to_text(), format!("is not a field that the gateway knows here{hint}"))
        });
    }

    fn wrong_type(&mut self, path: &Path<'_>, value: &Value, due: &str) {
        let found = match value {
            Value::Null => "null",
            Value::Bool(_) => "a boolean",
            Value::Number(_) => "a number",
            Value::String(_) => "a string",
            Value::Array(_) => "a list",
            Value::Object(_) => "an object",
        };
        self.findings.add(FindingKind::WrongType, || (path.to_text(), format!("is {found}, not {due}")));
    }
}

/// An integer, or a decimal number, in digits.
fn is_number(text: &str, with_fraction: bool) -> bool {
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let text = text.strip_prefix('-').unwrap_or(text);
    match text.split_once('.') {
        Some((whole, fraction)) => with_fraction && digits(whole) && digits(fraction),
        None => digits(text),
    }
}

/// Names and values come from outside and may be of any length.
fn shortened(text: &str) -> String {
    const LONGEST: usize = 64;
    match text.char_indices().nth(LONGEST) {
        None => text.to_owned(),
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
    }
}

/// Whether one of two names is the other with at most two slips of the pen.
fn is_close(known: &str, name: &str) -> bool {
    const LONGEST: usize = 64;
    const SLIPS: usize = 2;
    if known.eq_ignore_ascii_case(name) {
        return true;
    }
    if name.len() > LONGEST || known.len().abs_diff(name.len()) > SLIPS || known.len() <= 2 * SLIPS {
        return false;
    }
    // The distance of Levenshtein, one row of its table at a time.
    let mut row: Vec<usize> = (0..=name.len()).collect();
    for (line, byte) in known.bytes().enumerate() {
        let mut diagonal = line;
        let mut left = line.saturating_add(1);
        for (other, cell) in name.bytes().zip(row.iter_mut().skip(1)) {
            let above = *cell;
            let changed = diagonal.saturating_add(usize::from(other != byte));
            *cell = changed.min(above.saturating_add(1)).min(left.saturating_add(1));
            diagonal = above;
            left = *cell;
        }
        if let Some(first) = row.first_mut() {
            *first = line.saturating_add(1);
        }
    }
    row.last().is_some_and(|distance| *distance <= SLIPS)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_close_name_is_at_most_two_slips_away() {
        for (known, name, close) in [
            ("paymentExpiryTime", "paymentExpireTime", true),
            ("paymentExpiryTime", "PAYMENTEXPIRYTIME", true),
            ("goodsName", "goodName", true),
            ("goodsName", "goodsTitle", false),
            ("env", "end", false),
            ("paymentId", "paymentIdxyz", false),
        ] {
            assert_eq!(is_close(known, name), close, "{known} {name}");
        }
    }

    #[test]
    fn numbers_may_be_texts_but_not_any_text() {
        for (text, integer, decimal) in [
            ("0", true, true),
            ("-720", true, true),
            ("1.5", false, true),
            ("1.", false, false),
            (".5", false, false),
            ("1e3", false, false),
            ("--1", false, false),
            ("", false, false),
        ] {
            assert_eq!((is_number(text, false), is_number(text, true)), (integer, decimal), "{text}");
        }
    }

    #[test]
    fn an_answer_and_a_notification_are_held_against_their_own_models() {
        let answer = json!({"result": {"resultCode": "SUCCESS", "resultStatus": "S", "resultMessage": "success."},
            "paymentOptions": [{"paymentMethodType": "CARD", "amountLimitInfoMap": {"SGD": {"singleLimit": 5}}}]});
        let findings = findings_in_answer(Operation::Consult, &answer);
        let told: Vec<String> = findings.iter().map(ToString::to_string).collect();
        assert_eq!(told, ["paymentOptions[0].amountLimitInfoMap.SGD.singleLimit is a number, not an object"]);
        let notification =
            json!({"notifyType": "REFUND_RESULT", "paymentId": "1", "result": {"resultStatus": "X"}});
        let findings = findings_in_notification("REFUND_RESULT", &notification);
        let places: Vec<&str> = findings.iter().map(|finding| finding.path.as_str()).collect();
        assert_eq!(places, ["paymentId", "result.resultStatus"]);
    }
}
