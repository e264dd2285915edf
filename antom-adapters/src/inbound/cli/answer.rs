//! What a command says at its end: one text or one JSON object, and the exit code.
//! What is said is decided by the commands.

use std::path::Path;
use std::process::ExitCode;

use serde_json::{Value, json};

use super::say;

/// Exit code for a negative answer.
const NEGATIVE: u8 = 1;
/// Exit code for an input file that cannot be used.
const INPUT: u8 = 2;
/// Exit code for storage.
const STORAGE: u8 = 5;
/// Exit code for wrong usage.
const USAGE: u8 = 64;

/// The end of a command.
#[derive(Debug)]
pub(super) struct Answer {
    code: u8,
    text: String,
    json: Value,
}

impl Answer {
    /// The answer that was asked for.
    pub(super) fn ok(text: String, json: Value) -> Self {
        Self { code: 0, text, json }
    }

    /// A negative answer: the command worked, and what it looked at is not right.
    pub(super) fn negative(text: String, json: Value) -> Self {
        Self { code: NEGATIVE, text, json }
    }

    /// A file that cannot be read, or does not hold what it should.
    pub(super) fn input(file: &Path, reason: &dyn std::fmt::Display) -> Self {
        Self::fault(INPUT, format!("{}: {reason}", file.display()))
    }

    /// A file or folder that cannot be written.
    pub(super) fn storage(file: &Path, reason: &dyn std::fmt::Display) -> Self {
        Self::fault(STORAGE, format!("{}: {reason}", file.display()))
    }

    /// An argument that nothing can be done with.
    pub(super) fn usage(reason: String) -> Self {
        Self::fault(USAGE, reason)
    }

    fn fault(code: u8, text: String) -> Self {
        let json = json!({ "error": text });
        Self { code, text, json }
    }

    /// With `as_json` the one object goes to standard output, whatever the answer is; else only a good answer does.
    pub(super) fn print(self, as_json: bool) -> ExitCode {
        if as_json {
            say(&format!("{}\n", self.json));
        } else if self.code == 0 {
            say(&format!("{}\n", self.text));
        } else {
            complain(&self.text);
        }
        ExitCode::from(self.code)
    }
}

/// The end of a command that may break off: whichever it is, it is said.
pub(super) fn finish(answer: Result<Answer, Answer>, as_json: bool) -> ExitCode {
    let (Ok(answer) | Err(answer)) = answer;
    answer.print(as_json)
}

#[expect(clippy::print_stderr, reason = "what went wrong goes to standard error")]
fn complain(text: &str) {
    eprintln!("antom: {text}");
}
