//! The sums of a batch: one line for all of it and one for each type, added up from its rows.
//! How a line is written is left to `cells`.

use super::entry::Kind;
use super::pricing::{Fees, Settled};
use super::statement::Row;
use crate::core::amount::Currency;

/// One line of a settlement summary.
#[derive(Clone, Debug)]
pub(super) struct Sums {
    /// `None` for the line TOTAL.
    pub(super) kind: Option<Kind>,
    pub(super) count: u64,
    pub(super) currency: Currency,
    pub(super) net: i128,
    pub(super) fees: Fees,
    /// The discrepancies, by number, that show in this line.
    pub(super) plants: Vec<usize>,
}

/// TOTAL first, then the types in the order in which they first occur; nothing for an empty period.
pub(super) fn sums_of(rows: &[Row], currency: Currency) -> Vec<Sums> {
    let mut lines = Vec::new();
    let own = rows.iter().filter_map(|row| Some((row.entry.kind, row.settled.as_ref()?)));
    for (kind, settled) in own.filter(|(_, settled)| settled.currency.code == currency.code) {
        for line in [None, Some(kind)] {
            add(&mut lines, line, settled);
        }
    }
    lines
}

fn add(lines: &mut Vec<Sums>, kind: Option<Kind>, settled: &Settled) {
    let known = lines.iter().position(|line| line.kind == kind).unwrap_or(lines.len());
    if known == lines.len() {
        let currency = settled.currency;
        lines.push(Sums { kind, count: 0, currency, net: 0, fees: Fees::new(), plants: Vec::new() });
    }
    let Some(line) = lines.get_mut(known) else { return };
    line.count = line.count.saturating_add(1);
    line.net = line.net.saturating_add(settled.net);
    for (fee, units) in &settled.fees {
        let sum = line.fees.entry(*fee).or_insert(0);
        *sum = sum.saturating_add(*units);
    }
}
