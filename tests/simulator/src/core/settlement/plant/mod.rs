//! Discrepancies, planted on request for a merchant's reconciliation to find: each really is in the files, and told.
//! The stage at which each comes in has a file of its own: what it is about is chosen first, then entries, rows, sums
//! and sheets are altered.

mod choice;
mod entries;
mod kind;
mod rows;
mod sheets;

pub(super) use kind::PlantKind;

use super::entry::Entry;
use super::files::{Sheet, SheetKind};
use super::request::SettlementError;
use super::statement::Planted;
use crate::core::random::Random;

/// Plants what was asked for, stage by stage.
#[derive(Debug)]
pub(super) struct Planter {
    plants: Vec<Plant>,
    random: Random,
}

/// One discrepancy on its way into the files.
#[derive(Clone, Debug)]
struct Plant {
    kind: PlantKind,
    /// The entry that it is about, as the books have it.
    subject: Option<Entry>,
    /// The request id that the report names.
    request_id: Option<String>,
    /// The path of the file that lacks something, or is cut short, as a whole.
    file: Option<String>,
}

impl Planter {
    pub(super) fn new(kinds: Vec<PlantKind>, random: Random) -> Self {
        let plant = |kind| Plant { kind, subject: None, request_id: None, file: None };
        Self { plants: kinds.into_iter().map(plant).collect(), random }
    }

    /// Where each discrepancy shows in the finished sheets.
    pub(super) fn report(&self, sheets: &[Sheet]) -> Vec<Planted> {
        let place = |(number, plant): (usize, &Plant)| {
            let shown = shown_in(sheets, number, plant.kind);
            let absent_from = || plant.subject.as_ref().and_then(|entry| home_of(sheets, entry));
            let file = shown.map(|(sheet, _)| sheet.path()).or_else(|| plant.file.clone());
            Planted {
                kind: plant.kind.name(),
                file: file.or_else(absent_from).unwrap_or_default(),
                line: shown.map(|(_, line)| line),
                transaction_request_id: plant.request_id.clone().filter(|id| !id.is_empty()),
            }
        };
        self.plants.iter().enumerate().map(place).collect()
    }

    fn of(&self, kinds: &[PlantKind]) -> Vec<(usize, Plant)> {
        let all = self.plants.iter().cloned().enumerate();
        all.filter(|(_, plant)| kinds.contains(&plant.kind)).collect()
    }

    fn note(&mut self, number: usize, note: impl FnOnce(&mut Plant)) {
        if let Some(plant) = self.plants.get_mut(number) {
            note(plant);
        }
    }
}

/// The sheet and line in which a discrepancy is best seen: the settlement details, unless it is about another file.
fn shown_in(sheets: &[Sheet], number: usize, kind: PlantKind) -> Option<(&Sheet, usize)> {
    let first = |wanted: &dyn Fn(SheetKind) -> bool| {
        let mut found = sheets.iter().rev().filter(|sheet| wanted(sheet.kind));
        found.find_map(|sheet| Some((sheet, sheet.line_of(number)?)))
    };
    if kind == PlantKind::LateFee {
        return first(&|kind| kind == SheetKind::Transactions);
    }
    first(&|kind| kind != SheetKind::Transactions).or_else(|| first(&|kind| kind == SheetKind::Transactions))
}

/// The last part of the settlement details that an entry belongs in.
fn home_of(sheets: &[Sheet], entry: &Entry) -> Option<String> {
    let kind = SheetKind::Details(entry.settlement_currency.code);
    sheets.iter().rev().find(|sheet| sheet.kind == kind).map(Sheet::path)
}

fn impossible(kind: PlantKind, lacks: &str) -> SettlementError {
    SettlementError::Impossible(format!("{} cannot be planted: the day's books hold no {lacks}", kind.name()))
}
