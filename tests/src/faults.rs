//! Drills on real processes: load runs, something breaks again and again, and afterwards every promise is held against
//! the gateway's ledger. What is broken, and how, is each drill's.

mod kill;
mod load;
mod postgres;
mod promises;
mod random;
mod storm;

use std::fmt;

use crate::failure::Failure;

pub(crate) use load::pause;
pub use load::{Client, Load};
pub use promises::{Promise, Promises};

/// How thorough a run is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Profile {
    /// What CI runs.
    Quick,
    /// The full figures.
    Long,
}

impl Profile {
    /// The profile of this name.
    pub fn named(name: &str) -> Option<Profile> {
        match name {
            "quick" => Some(Profile::Quick),
            "long" => Some(Profile::Long),
            _ => None,
        }
    }

    /// One of two figures.
    pub fn choose<T>(self, quick: T, long: T) -> T {
        match self {
            Profile::Quick => quick,
            Profile::Long => long,
        }
    }
}

/// What a drill found, as a line of figures.
#[derive(Debug, Clone, Default)]
pub struct Figures(Vec<(&'static str, String)>);

impl Figures {
    /// One more figure.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl fmt::Display) -> Figures {
        self.0.push((name, value.to_string()));
        self
    }
}

impl fmt::Display for Figures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parts: Vec<String> = self.0.iter().map(|(name, value)| format!("{name} {value}")).collect();
        f.write_str(&parts.join(", "))
    }
}

/// How a drill ended, if it did not fail.
#[derive(Debug, Clone)]
pub enum Outcome {
    /// Every promise held.
    Held(Figures),
    /// The machine lacks something that the drill needs.
    Skipped(String),
}

/// A drill with its name.
#[derive(Debug, Clone, Copy)]
pub struct Drill {
    /// Its name on the command line.
    pub name: &'static str,
    /// What it shows, as a sentence.
    pub title: &'static str,
    /// Runs it.
    pub run: fn(Profile) -> Result<Outcome, Failure>,
}

/// All drills, in the order in which they run.
pub const ALL: [Drill; 5] = [
    Drill {
        name: "kill-sqlite",
        title: "SIGKILL under load, on SQLite: nothing acknowledged is lost, nothing is done twice, calls go on within 10 s",
        run: kill::on_sqlite,
    },
    Drill { name: "kill-postgres", title: "The same on PostgreSQL", run: postgres::killed },
    Drill {
        name: "postgres-restart",
        title: "PostgreSQL is killed and restarted under load: the service recovers by itself within 10 s",
        run: postgres::restarted,
    },
    Drill {
        name: "stalled-instance",
        title: "One of two instances is stopped for longer than its leases last, and wakes: nothing is done twice",
        run: postgres::stalled,
    },
    Drill {
        name: "storm",
        title: "A gateway with errors, timeouts, lost answers and duplicates: everything converges after calm",
        run: storm::run,
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_one_line() {
        let figures = Figures::default().with("kills", 3).with("orders", 12);
        assert_eq!(figures.to_string(), "kills 3, orders 12");
    }

    #[test]
    fn names_of_drills_are_their_own() {
        let mut names: Vec<&str> = ALL.iter().map(|drill| drill.name).collect();
        names.dedup();
        assert_eq!(names.len(), ALL.len());
    }
}
