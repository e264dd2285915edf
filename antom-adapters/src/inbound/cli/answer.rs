//! What a command says at its end: one text or one JSON object, and the exit code.
//! What is said is decided by the commands.

use std::path::Path;
use std::process::ExitCode;

use serde_json::{Value, json};

use super::say;

/// Exit code for a negative answer.
pub(super) const NEGATIVE: u8 = 1;
/// Exit code for an input file that cannot be used.
const INPUT: u8 = 2;
/// Exit code for a refusal by the gateway.
pub(super) const REFUSED: u8 = 3;
/// Exit code for an outcome that is not known yet.
pub(super) const IN_DOUBT: u8 = 4;
/// Exit code for storage or configuration.
pub(super) const STORAGE: u8 = 5;
/// Exit code for wrong usage.
pub(super) const USAGE: u8 = 64;

/// The end of a command.
#[derive(Debug)]
pub(super) struct Answer {
    code: u8,
    text: String,
    json: String,
}

impl Answer {
    /// The answer that was asked for.
    pub(super) fn ok(text: String, json: Value) -> Self {
        Self { code: 0, text, json: json.to_string() }
    }

    /// A negative answer: the command worked, and what it looked at is not right.
    pub(super) fn negative(text: String, json: Value) -> Self {
        Self { code: NEGATIVE, text, json: json.to_string() }
    }

    /// An answer whose code and JSON are decided elsewhere: those of the service are passed on as they came.
    pub(super) fn with_code(code: u8, text: String, json: String) -> Self {
        Self { code, text, json }
    }

    /// The configuration or the database cannot be used.
    pub(super) fn configuration(reason: &dyn std::fmt::Display) -> Self {
        Self::fault(STORAGE, reason.to_string())
    }

    /// Nobody can say whether what was asked for happened.
    pub(super) fn in_doubt(reason: String) -> Self {
        Self::fault(IN_DOUBT, reason)
    }

    /// A file that cannot be read, or does not hold what it should.
    pub(super) fn input(file: &Path, reason: &dyn std::fmt::Display) -> Self {
        Self::fault(INPUT, format!("{}: {reason}", file.display()))
    }

    /// A file that does not hold what it should, and which says so itself.
    pub(super) fn unusable(reason: &dyn std::fmt::Display) -> Self {
        Self::fault(INPUT, reason.to_string())
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
        let json = json!({ "error": text }).to_string();
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
