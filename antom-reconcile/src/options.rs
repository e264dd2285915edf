//! What the caller may choose.
//! Tolerances are no choice: they are facts about the files, in `check`.

/// In which unit amounts are written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Unit {
    /// `7.25` is 7.25 US dollars, as files are today.
    #[default]
    Major,
    /// `725` is 7.25 US dollars, as some files of 2024 were.
    Minor,
}

/// What the caller may choose.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Options {
    /// In which unit amounts are written.
    pub unit: Unit,
    /// How many findings a report tells one by one; all of them are counted.
    pub findings: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self { unit: Unit::Major, findings: 10_000 }
    }
}
