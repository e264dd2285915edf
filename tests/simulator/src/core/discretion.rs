//! What is not written down: card numbers and security codes in what a request carried.
//! Everything else of a request is kept byte for byte.

use std::borrow::Cow;

/// Members whose value is hidden, and how many of its last characters may be seen.
const HIDDEN: [(&str, usize); 3] = [("\"cardNo\"", 4), ("\"cvv\"", 0), ("\"cardPasswordDigest\"", 0)];

/// The text of a JSON body with asterisks in the place of card data.
pub(crate) fn discreet(text: &str) -> Cow<'_, str> {
    HIDDEN.iter().fold(Cow::Borrowed(text), |text, (member, shown)| match text.contains(member) {
        true => Cow::Owned(hide(&text, member, *shown)),
        false => text,
    })
}

fn hide(text: &str, member: &str, shown: usize) -> String {
    let mut rest = text;
    let mut out = String::with_capacity(text.len());
    while let Some((before, after)) = rest.split_once(member) {
        out.push_str(before);
        out.push_str(member);
        let blank = |c: char| c == ':' || c == '"' || c.is_ascii_whitespace();
        let value_at = after.find(|c| !blank(c)).unwrap_or(after.len());
        let (lead, tail) = after.split_at(value_at);
        let length = tail.find(['"', ',', '}', ']']).unwrap_or(tail.len());
        let (value, remainder) = tail.split_at(length);
        out.push_str(lead);
        let count = value.chars().count();
        let visible = if count > shown.saturating_mul(2) { shown } else { 0 };
        let hidden = count.saturating_sub(visible);
        out.extend(value.chars().enumerate().map(|(at, c)| if at < hidden { '*' } else { c }));
        rest = remainder;
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn card_data_is_hidden_wherever_it_stands_and_nothing_else_changes() {
        for (text, written) in [
            (r#"{"cardNo":"4054695723100768","cvv":"123"}"#, r#"{"cardNo":"************0768","cvv":"***"}"#),
            (
                "{\"a\": {\"cardNo\" :\n\"4054695723100768\"}}",
                "{\"a\": {\"cardNo\" :\n\"************0768\"}}",
            ),
            (r#"{"cvv":123,"x":"123"}"#, r#"{"cvv":***,"x":"123"}"#),
            (r#"[{"cardNo":"1234567"},{"cardNo":""}]"#, r#"[{"cardNo":"*******"},{"cardNo":""}]"#),
            (r#"{"cardNo":"40546957"#, r#"{"cardNo":"********"#),
            (r#"{"orderDescription":"cardNo 4054"}"#, r#"{"orderDescription":"cardNo 4054"}"#),
            ("", ""),
        ] {
            let expected = written.replace("************0768", &format!("{}0768", "*".repeat(12)));
            assert_eq!(discreet(text), expected, "{text}");
        }
    }
}
