//! What a check found: findings fail it, notes are only told.
//! Leaves to the checks what is worth a finding, and to `ci` how a failed check is counted.

use crate::FAILED;

/// The outcome of one check over the workspace.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Report {
    /// Each one fails the check; written as `path:line: sentence` where there is a place.
    pub(crate) findings: Vec<String>,
    /// Printed before the findings; never a failure.
    pub(crate) notes: Vec<String>,
}

impl Report {
    /// Whether the check passed.
    pub(crate) fn is_clean(&self) -> bool {
        self.findings.is_empty()
    }

    /// Prints notes, findings and one closing line; answers the exit code.
    pub(crate) fn print(&self, name: &str) -> u8 {
        for note in &self.notes {
            println!("{note}");
        }
        for finding in &self.findings {
            println!("{finding}");
        }
        if self.is_clean() {
            println!("{name}: ok");
            0
        } else {
            println!("{name}: {}", counted(self.findings.len(), "finding"));
            FAILED
        }
    }
}

/// `1 finding`, `2 findings`.
pub(crate) fn counted(count: usize, noun: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {noun}{plural}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn notes_alone_do_not_fail_a_check() {
        let report = Report { notes: vec!["long file".to_owned()], ..Report::default() };
        assert!(report.is_clean());
        assert_eq!(report.print("tidy"), 0);
    }

    #[test]
    fn one_finding_fails_a_check() {
        let report = Report { findings: vec!["a.rs:1: wrong".to_owned()], ..Report::default() };
        assert_eq!(report.print("tidy"), FAILED);
    }
}
