//! Reads source text the way the checks need it: by line, by word, with comments told from code.
//! Leaves every judgement to the checks; it is a scanner of lines, not a Rust parser.

/// One text file of the workspace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SourceFile {
    /// Relative to the workspace root, with forward slashes.
    pub(crate) path: String,
    /// The whole content.
    pub(crate) text: String,
}

impl SourceFile {
    /// What follows the last dot of the path, or nothing.
    pub(crate) fn extension(&self) -> &str {
        self.path.rsplit('/').next().and_then(|name| name.rsplit_once('.')).map_or("", |(_, end)| end)
    }

    /// The lines with their numbers, counted from one.
    pub(crate) fn lines(&self) -> impl Iterator<Item = (usize, &str)> {
        self.text.lines().enumerate().map(|(index, line)| (index + 1, line))
    }

    /// The lines before the unit tests at the file's end.
    pub(crate) fn lines_before_tests(&self) -> impl Iterator<Item = (usize, &str)> {
        self.lines().take_while(|(_, line)| line.trim() != "#[cfg(test)]")
    }
}

/// Whether `word` stands in `line` with no letter, digit or underscore beside it.
pub(crate) fn has_word(line: &str, word: &str) -> bool {
    line.match_indices(word).any(|(at, _)| {
        let before = line.get(..at).and_then(|text| text.chars().next_back());
        let after = line.get(at + word.len()..).and_then(|text| text.chars().next());
        !before.is_some_and(belongs_to_word) && !after.is_some_and(belongs_to_word)
    })
}

fn belongs_to_word(letter: char) -> bool {
    letter.is_alphanumeric() || letter == '_'
}

/// Splits a line of Rust into code and line comment; slashes inside a string on that line are code.
pub(crate) fn split_comment(line: &str) -> (&str, &str) {
    let mut in_string = false;
    let mut letters = line.char_indices().peekable();
    while let Some((at, letter)) = letters.next() {
        match letter {
            '\\' if in_string => {
                letters.next();
            }
            '\'' if !in_string && line.get(at..).is_some_and(|rest| rest.starts_with("'\"'")) => {
                letters.next();
            }
            '"' => in_string = !in_string,
            '/' if !in_string && letters.peek().is_some_and(|(_, next)| *next == '/') => {
                return line.split_at(at);
            }
            _ => {}
        }
    }
    (line, "")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_has_no_letters_beside_it() {
        assert!(has_word("pub async fn f()", "async"));
        assert!(!has_word("#[async_trait]", "async"));
        assert!(!has_word("asynchronous", "async"));
        assert!(has_word("asynchronous async", "async"));
    }

    #[test]
    fn a_comment_starts_at_the_first_slashes_outside_strings() {
        assert_eq!(split_comment("let a = 1; // why"), ("let a = 1; ", "// why"));
        assert_eq!(split_comment(r#"let a = "http://b"; // c"#), (r#"let a = "http://b"; "#, "// c"));
        assert_eq!(split_comment(r#"let a = "\"//";"#), (r#"let a = "\"//";"#, ""));
        assert_eq!(split_comment(r#"if c == '"' { // d"#), (r#"if c == '"' { "#, "// d"));
    }

    #[test]
    fn unit_tests_are_left_out_where_only_shipped_code_counts() {
        let file =
            SourceFile { path: "a/b.rs".to_owned(), text: "one\n#[cfg(test)]\nmod tests {}\n".to_owned() };
        assert_eq!(file.lines_before_tests().collect::<Vec<_>>(), [(1, "one")]);
        assert_eq!(file.extension(), "rs");
    }

    #[test]
    fn a_file_without_a_dot_has_no_extension() {
        let file = SourceFile { path: "a.b/run".to_owned(), text: String::new() };
        assert_eq!(file.extension(), "");
    }
}
