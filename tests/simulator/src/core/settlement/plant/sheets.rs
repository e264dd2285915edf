//! Damages files: a part that is not there, a row that is cut off, an end that lacks.
//! No file is damaged twice, and no other discrepancy is lost by it.

use super::{PlantKind, Planter, impossible};
use crate::core::settlement::files::{Sheet, SheetKind};
use crate::core::settlement::request::SettlementError;
use crate::core::settlement::statement::Row;

impl Planter {
    /// How many rows a part of the transaction details has, where one of several is to lack: about a third, or less
    /// if every larger part holds another discrepancy.
    pub(in crate::core::settlement) fn transactions_per_part(&self, rows: &[Row]) -> Option<usize> {
        let lacking = self.of(&[PlantKind::MissingPart]).len();
        let can_lack = |size: &usize| {
            let parts: Vec<&[Row]> = rows.chunks(*size).collect();
            let before_last = parts.split_last().map(|(_, others)| others).unwrap_or_default();
            let clean = |part: &&&[Row]| part.iter().all(|row| row.entry.plants.is_empty());
            before_last.iter().filter(clean).count() >= lacking
        };
        let sizes = (3..=rows.len().max(3)).map(|parts| rows.len().div_ceil(parts).max(1));
        (lacking > 0).then(|| sizes.clone().find(can_lack).or_else(|| sizes.clone().next())).flatten()
    }

    pub(in crate::core::settlement) fn alter_sheets(
        &mut self,
        sheets: &mut Vec<Sheet>,
    ) -> Result<(), SettlementError> {
        use PlantKind as P;
        for (number, _) in self.of(&[P::MissingPart]) {
            self.remove_part(number, sheets)?;
        }
        for (number, _) in self.of(&[P::TruncatedRow]) {
            self.cut_row(number, sheets)?;
        }
        for (number, plant) in self.of(&[P::MissingEnd]) {
            let whole = |sheet: &Sheet| sheet.ends && !self.damaged(sheet);
            let free: Vec<usize> = (0..sheets.len()).filter(|n| sheets.get(*n).is_some_and(whole)).collect();
            let chosen = self.random.pick(&free).and_then(|index| sheets.get_mut(index));
            let sheet = chosen.ok_or_else(|| impossible(plant.kind, "file that is not damaged already"))?;
            sheet.ends = false;
            let path = sheet.path();
            self.note(number, |plant| plant.file = Some(path));
        }
        Ok(())
    }

    fn remove_part(&mut self, number: usize, sheets: &mut Vec<Sheet>) -> Result<(), SettlementError> {
        let parts: Vec<usize> = (0..sheets.len())
            .filter(|n| sheets.get(*n).is_some_and(|one| one.kind == SheetKind::Transactions))
            .collect();
        // Nobody could miss the last part, and no other discrepancy may go with it.
        let before_last = parts.split_last().map(|(_, others)| others).unwrap_or_default();
        let clean = |n: &&usize| {
            sheets.get(**n).is_some_and(|one| one.lines.iter().all(|line| line.plants.is_empty()))
        };
        let free: Vec<usize> = before_last.iter().filter(clean).copied().collect();
        let lacks =
            "part of the transaction details that can lack: it takes two transactions that are not spoilt";
        let index = self.random.pick(&free).ok_or_else(|| impossible(PlantKind::MissingPart, lacks))?;
        let path = sheets.remove(index).path();
        self.note(number, |plant| plant.file = Some(path));
        Ok(())
    }

    fn cut_row(&mut self, number: usize, sheets: &mut [Sheet]) -> Result<(), SettlementError> {
        let fits = |sheet: &Sheet| {
            sheet.kind != SheetKind::Summary && sheet.lines.last().is_some_and(|line| line.plants.is_empty())
        };
        let free: Vec<usize> = (0..sheets.len()).filter(|n| sheets.get(*n).is_some_and(fits)).collect();
        let chosen = self.random.pick(&free).and_then(|index| sheets.get_mut(index)?.lines.last_mut());
        let line = chosen
            .ok_or_else(|| impossible(PlantKind::TruncatedRow, "last row that is not spoilt already"))?;
        line.plants.push(number);
        line.cells.truncate(line.cells.len() / 2);
        Ok(())
    }

    fn damaged(&self, sheet: &Sheet) -> bool {
        let cut = |number| {
            self.plants.get(number).is_some_and(|plant: &super::Plant| plant.kind == PlantKind::TruncatedRow)
        };
        sheet.lines.iter().flat_map(|line| &line.plants).any(|number| cut(*number))
    }
}
