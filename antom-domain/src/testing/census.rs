//! Counts which cells of the state tables the decisions of this thread have reached.
//! Nothing is decided by it; whether enough was reached is judged by those who simulate.

use std::cell::RefCell;
use std::collections::BTreeMap;

use crate::verdict::Table;

/// A cell of a table: the machine, the phase, the input.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Cell {
    /// The machine's name.
    pub machine: &'static str,
    /// The phase.
    pub phase: String,
    /// The input.
    pub input: String,
}

type Key = (&'static str, usize, usize);

thread_local! {
    static COUNTS: RefCell<BTreeMap<Key, u64>> = const { RefCell::new(BTreeMap::new()) };
}

pub(crate) fn count<T: Table>(phase: T::Phase, input: T::Input) {
    let row = T::PHASES.iter().position(|known| *known == phase).unwrap_or(usize::MAX);
    let column = T::INPUTS.iter().position(|known| *known == input).unwrap_or(usize::MAX);
    COUNTS.with_borrow_mut(|counts| {
        let cell = counts.entry((T::NAME, row, column)).or_insert(0);
        *cell = cell.saturating_add(1);
    });
}

/// How often each cell of this table was reached in this thread, every cell listed, and forgets it.
pub fn take<T: Table>() -> BTreeMap<Cell, u64> {
    let mut cells = BTreeMap::new();
    for (row, phase) in T::PHASES.iter().enumerate() {
        for (column, input) in T::INPUTS.iter().enumerate() {
            let cell = Cell { machine: T::NAME, phase: format!("{phase:?}"), input: format!("{input:?}") };
            let count = COUNTS.with_borrow_mut(|counts| counts.remove(&(T::NAME, row, column)));
            cells.insert(cell, count.unwrap_or(0));
        }
    }
    cells
}
