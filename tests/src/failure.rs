//! What can go wrong in a proof: a process, a call, a step that was not as it must be, a deadline.
//! Printing it beside the logs of the processes is left to the stand.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use serde_json::Value;

/// Why a flow or a test did not hold.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Failure {
    /// The program is not built.
    #[error("{} is missing; build it first: cargo build --workspace --all-features", path.display())]
    NotBuilt {
        /// Where it was looked for.
        path: PathBuf,
    },
    /// The program could not be run, or told nothing that can be read.
    #[error("{program}: {what}")]
    Process {
        /// The program's name.
        program: &'static str,
        /// What was tried.
        what: &'static str,
        /// What the system said, if it said something.
        #[source]
        source: Option<std::io::Error>,
    },
    /// The program printed something else than its JSON ready line.
    #[error("{program} printed no JSON ready line within {} s, but: {line:?}", within.as_secs())]
    NotReady {
        /// The program's name.
        program: &'static str,
        /// What it printed.
        line: String,
        /// How long it was waited for.
        within: Duration,
    },
    /// A call had no answer.
    #[error("{method} {url} had no answer")]
    Call {
        /// The HTTP method.
        method: String,
        /// The address.
        url: String,
        /// What the client said.
        #[source]
        source: Box<ureq::Error>,
    },
    /// A request could not be made from these parts.
    #[error("no request can be made from these parts")]
    Request(#[from] ureq::http::Error),
    /// A file or a socket failed.
    #[error("file or socket")]
    Io(#[from] std::io::Error),
    /// A step was not as it must be.
    #[error("{step}; seen: {seen}")]
    Step {
        /// What must hold.
        step: String,
        /// What was there instead.
        seen: String,
    },
    /// Something did not come in time.
    #[error("{what} did not come within {} s; last seen: {seen}", within.as_secs())]
    Deadline {
        /// What was awaited.
        what: String,
        /// For how long.
        within: Duration,
        /// What was there instead.
        seen: String,
    },
    /// What went wrong on a stand, with the ends of its logs.
    #[error("{}\n{logs}", with_causes(.failure))]
    OnStand {
        /// What went wrong.
        failure: Box<Failure>,
        /// What the programs logged last.
        logs: String,
    },
}

impl Failure {
    /// The same with the ends of the logs beside it.
    #[must_use]
    pub fn beside(self, logs: &str) -> Self {
        Self::OnStand { failure: Box::new(self), logs: logs.to_owned() }
    }

    /// A step that was not as it must be.
    pub fn step(step: impl Into<String>, seen: impl fmt::Display) -> Self {
        Self::Step { step: step.into(), seen: seen.to_string() }
    }
}

/// Demands that a step holds; otherwise tells what must hold and what was seen.
pub fn ensure(holds: bool, step: &str, seen: &Value) -> Result<(), Failure> {
    if holds { Ok(()) } else { Err(Failure::step(step, seen)) }
}

/// The text of a failure with all its causes; tests return it, and it reads as text in their output.
pub struct Refuted(String);

/// What a test returns.
pub type Proof = Result<(), Refuted>;

impl Refuted {
    /// The failure with its causes, followed by what helps to understand it, such as logs.
    pub fn new(failure: &Failure, help: &str) -> Self {
        Self(format!("{}\n{help}", with_causes(failure)))
    }
}

impl From<Failure> for Refuted {
    fn from(failure: Failure) -> Self {
        Self::new(&failure, "")
    }
}

impl fmt::Debug for Refuted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// One line for the failure and each of its causes.
pub fn with_causes(failure: &Failure) -> String {
    let mut text = failure.to_string();
    let mut cause = std::error::Error::source(failure);
    while let Some(next) = cause {
        text.push_str(": ");
        text.push_str(&next.to_string());
        cause = next.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_is_told_with_its_causes() {
        let source = std::io::Error::other("no such pipe");
        let failure = Failure::Process { program: "antom", what: "cannot be started", source: Some(source) };
        assert_eq!(with_causes(&failure), "antom: cannot be started: no such pipe");
    }

    #[test]
    fn a_step_that_does_not_hold_says_what_was_seen() {
        let failure = ensure(false, "the order is paid", &serde_json::json!("open")).unwrap_err();
        assert_eq!(failure.to_string(), "the order is paid; seen: \"open\"");
    }
}
