//! Texts in a form that the server can hold: it refuses the character NUL, which JSON can write.
//! JSON columns need nothing of this, since NUL is written there as an escape.
//!
//! What comes from outside is kept as it came, so NUL is replaced and not refused: a notification that could not be stored
//! would never be acknowledged. The form is injective; texts without either character, which is all but every text, stay as
//! they are and can be searched for by hand.

use std::borrow::Cow;

/// What begins the two replacements: SUBSTITUTE, a control character that stands for one that cannot be shown.
const SUBSTITUTE: char = '\u{1a}';
const FOR_NUL: &str = "\u{1a}0";
const FOR_ITSELF: &str = "\u{1a}1";

/// The text as it is stored.
pub(super) fn storable(text: &str) -> Cow<'_, str> {
    if text.contains(['\0', SUBSTITUTE]) {
        Cow::Owned(text.replace(SUBSTITUTE, FOR_ITSELF).replace('\0', FOR_NUL))
    } else {
        Cow::Borrowed(text)
    }
}

/// The text as it came.
pub(super) fn original(stored: String) -> String {
    if stored.contains(SUBSTITUTE) {
        stored.replace(FOR_NUL, "\0").replace(FOR_ITSELF, "\u{1a}")
    } else {
        stored
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_text_comes_back_and_holds_no_nul_meanwhile() {
        let letters = ["", "\0", "\u{1a}", "0", "1", "\u{1F375}"];
        let texts = (0..letters.len().pow(4)).map(|number| {
            let letter = |place: u32| letters[number / letters.len().pow(place) % letters.len()];
            (0..4).map(letter).collect::<String>()
        });
        let mut stored_texts = std::collections::BTreeMap::new();
        for text in texts {
            let stored = storable(&text).into_owned();
            assert!(!stored.contains('\0'), "{text:?}");
            assert_eq!(original(stored.clone()), text);
            assert!(stored_texts.insert(stored, text.clone()).is_none_or(|other| other == text));
        }
    }

    #[test]
    fn usual_texts_are_stored_as_they_are() {
        assert!(matches!(storable("2026-É\n"), Cow::Borrowed("2026-É\n")));
    }
}
