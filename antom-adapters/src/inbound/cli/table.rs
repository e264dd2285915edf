//! Texts for people: columns, amounts, and words out of JSON that harm no terminal.
//! What is shown is decided by the commands.

use antom_core::money::{Currency, Money};
use serde_json::Value;

/// Rows under a heading, each column as wide as its widest word.
pub(super) fn columns(heading: &[&str], rows: &[Vec<String>]) -> String {
    let heading: Vec<String> = heading.iter().map(|word| (*word).to_owned()).collect();
    let all = || std::iter::once(&heading).chain(rows);
    let width = |column: usize| {
        all().filter_map(|row| row.get(column)).map(|word| word.chars().count()).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..heading.len()).map(width).collect();
    let line = |row: &Vec<String>| {
        let words = row.iter().zip(&widths).map(|(word, &width)| format!("{word:<width$}"));
        words.collect::<Vec<_>>().join("  ").trim_end().to_owned()
    };
    all().map(line).collect::<Vec<_>>().join("\n")
}

/// Names and values, one pair a line.
pub(super) fn pairs(pairs: &[(&str, String)]) -> String {
    let width = pairs.iter().map(|(name, _)| name.len()).max().unwrap_or(0);
    let line = |(name, value): &(&str, String)| format!("{name:<width$}  {value}");
    pairs.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// A member as a word: texts without control characters, an amount with its currency, `-` for nothing.
pub(super) fn word(value: &Value, member: &str) -> String {
    plain(value.get(member).unwrap_or(&Value::Null))
}

/// The members of a list.
pub(super) fn list<'value>(value: &'value Value, member: &str) -> &'value [Value] {
    value.get(member).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
}

/// A value as a word.
pub(super) fn plain(value: &Value) -> String {
    match value {
        Value::Null => "-".to_owned(),
        Value::String(text) => harmless(text),
        Value::Object(_) => amount(value).map_or_else(|| value.to_string(), |money| money.to_string()),
        other => other.to_string(),
    }
}

/// Names, descriptions and messages come from others: they must not move the cursor.
fn harmless(text: &str) -> String {
    text.chars().map(|character| if character.is_control() { '\u{fffd}' } else { character }).collect()
}

fn amount(value: &Value) -> Option<Money> {
    let text = |member: &str| value.get(member).and_then(Value::as_str);
    Money::parse_minor(Currency::parse(text("currency")?).ok()?, text("value")?).ok()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn columns_are_as_wide_as_their_words() {
        let rows = [vec!["A".to_owned(), "paid".to_owned()], vec!["ORDER-1".to_owned(), "open".to_owned()]];
        assert_eq!(columns(&["id", "phase"], &rows), "id       phase\nA        paid\nORDER-1  open");
    }

    #[test]
    fn a_word_out_of_json_cannot_move_the_cursor() {
        let value = json!({ "text": "a\u{1b}[2Jb", "nothing": null, "amount": { "currency": "USD", "value": "1234" } });
        assert_eq!(word(&value, "text"), "a\u{fffd}[2Jb");
        assert_eq!(word(&value, "nothing"), "-");
        assert_eq!(word(&value, "absent"), "-");
        assert_eq!(word(&value, "amount"), "USD 12.34");
    }
}
