//! The two languages of all pages, and which one a browser likes best.
//! What is said in them is left to the pages.

use axum::http::{HeaderMap, header};

/// A language of the pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Language {
    English,
    Chinese,
}

impl Language {
    /// By the value of `?lang=`.
    pub(super) fn named(word: &str) -> Option<Language> {
        [Language::English, Language::Chinese].into_iter().find(|language| language.word() == word)
    }

    /// Of both the one that the browser likes better, else English.
    pub(super) fn preferred(headers: &HeaderMap) -> Language {
        let main = |tag: &str| tag.split('-').next().unwrap_or_default().to_ascii_lowercase();
        let known = accepted(headers).into_iter().find_map(|tag| Language::named(&main(tag)));
        known.unwrap_or(Language::English)
    }

    /// The value of the attribute `lang`.
    pub(super) fn tag(self) -> &'static str {
        match self {
            Language::English => "en",
            Language::Chinese => "zh-CN",
        }
    }

    /// The value of `?lang=`.
    pub(super) fn word(self) -> &'static str {
        match self {
            Language::English => "en",
            Language::Chinese => "zh",
        }
    }

    pub(super) fn other(self) -> Language {
        match self {
            Language::English => Language::Chinese,
            Language::Chinese => Language::English,
        }
    }
}

/// The browser's languages, by their weights and then as they were named; those that it refuses are left out.
pub(super) fn accepted(headers: &HeaderMap) -> Vec<&str> {
    let lines = headers.get_all(header::ACCEPT_LANGUAGE).iter().filter_map(|line| line.to_str().ok());
    let mut tags: Vec<(&str, f32)> = lines.flat_map(|line| line.split(',')).filter_map(weighed).collect();
    tags.sort_by(|(_, one), (_, other)| other.total_cmp(one));
    tags.into_iter().map(|(tag, _)| tag).collect()
}

fn weighed(entry: &str) -> Option<(&str, f32)> {
    let (tag, weight) = entry.split_once(';').unwrap_or((entry, "q=1"));
    let weight = weight.trim().strip_prefix("q=")?.parse().ok()?;
    let tag = tag.trim();
    (!tag.is_empty() && weight > 0.0).then_some((tag, weight))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn accepting(value: &str) -> HeaderMap {
        HeaderMap::from_iter([(header::ACCEPT_LANGUAGE, value.parse().unwrap())])
    }

    #[test]
    fn the_dearest_language_that_we_speak_is_taken() {
        for (header, language) in [
            ("zh-Hans-CN,en;q=0.8", Language::Chinese),
            ("en;q=0.3, zh;q=0.7", Language::Chinese),
            ("fr-CH, zh;q=0.9, en;q=0.5", Language::Chinese),
            ("zh;q=0, en;q=0.1", Language::English),
            ("ZH-tw", Language::Chinese),
            ("zha, ja", Language::English),
            ("zh;q=x", Language::English),
            ("", Language::English),
        ] {
            assert_eq!(Language::preferred(&accepting(header)), language, "{header:?}");
        }
        assert_eq!(Language::preferred(&HeaderMap::new()), Language::English);
        assert_eq!(accepted(&accepting("a;q=0.5, b, c;q=0.50, *;q=0")), ["b", "a", "c"]);
    }
}
