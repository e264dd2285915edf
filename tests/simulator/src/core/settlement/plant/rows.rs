//! Brings rows into conflict with themselves or with the other file, and sums into conflict with their rows.
//! The sums are added up after the rows were altered, so that they follow them.

use super::{PlantKind, Planter, impossible};
use crate::core::settlement::pricing::{Settled, noticeable};
use crate::core::settlement::request::SettlementError;
use crate::core::settlement::statement::{Batch, Row};
use crate::core::settlement::summary::Sums;

impl Planter {
    pub(in crate::core::settlement) fn alter_rows(&self, rows: &mut Vec<Row>) {
        for (number, plant) in self.plants.iter().enumerate() {
            let Some(place) = rows.iter().position(|row| row.entry.plants.contains(&number)) else {
                continue;
            };
            let Some(row) = rows.get_mut(place) else { continue };
            match plant.kind {
                PlantKind::WrongFee => {
                    let (Some(settled), more) = (&mut row.settled, noticeable(row.entry.settlement_currency))
                    else {
                        continue;
                    };
                    if let Some(mut fee) = settled.fees.first_entry() {
                        *fee.get_mut() = fee.get().saturating_sub(more);
                    }
                }
                PlantKind::WrongNet => {
                    both(row, |one| one.net = one.net.saturating_add(noticeable(one.currency)))
                }
                PlantKind::WrongQuote => both(row, |one| {
                    if let Some((_, price)) = &mut one.quote {
                        *price = dearer(price);
                    }
                }),
                PlantKind::BatchIdDiffers => {
                    if let Some(settled) = &mut row.settled {
                        let day = settled.batch.get(..8).unwrap_or_default().to_owned();
                        settled.batch = format!("{day}99999999999");
                    }
                }
                PlantKind::LateFee => {
                    let mut bare = row.clone();
                    bare.entry.plants.clear();
                    (bare.told, bare.settled) = (None, None);
                    rows.insert(place, bare);
                }
                _ => {}
            }
        }
    }

    pub(in crate::core::settlement) fn alter_sums(
        &mut self,
        batches: &mut [Batch],
    ) -> Result<(), SettlementError> {
        use PlantKind as P;
        for (number, plant) in self.of(&[P::SummaryCount, P::SummaryTotal, P::SummaryTypeSum]) {
            let about_total = plant.kind == P::SummaryTotal;
            let mut lines: Vec<&mut Sums> = batches.iter_mut().flat_map(|batch| &mut batch.sums).collect();
            let fits = |line: &Sums| line.plants.is_empty() && line.kind.is_none() == about_total;
            let free: Vec<usize> =
                (0..lines.len()).filter(|n| lines.get(*n).is_some_and(|line| fits(line))).collect();
            let chosen = self.random.pick(&free).and_then(|index| lines.get_mut(index));
            let line = chosen.ok_or_else(|| impossible(plant.kind, "sum that is not spoilt already"))?;
            line.plants.push(number);
            if plant.kind == P::SummaryCount {
                line.count = line.count.saturating_add(1);
            } else {
                line.net = line.net.saturating_add(noticeable(line.currency));
            }
        }
        Ok(())
    }
}

/// Changes what both files say of a settlement.
fn both(row: &mut Row, change: impl Fn(&mut Settled)) {
    row.told.iter_mut().chain(&mut row.settled).for_each(change);
}

/// The price with half as much again: decimal text in, decimal text out.
fn dearer(price: &str) -> String {
    let (whole, fraction) = price.split_once('.').unwrap_or((price, ""));
    let whole: u64 = whole.parse().unwrap_or(1);
    format!("{}.{fraction}", whole.saturating_add(whole / 2).saturating_add(1))
}
