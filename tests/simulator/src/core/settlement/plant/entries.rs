//! Alters the transactions themselves, so that all files agree on what is not so: rows that lack, that are too many,
//! or that say something else than the books.
//! What is in conflict within the files comes at later stages.

use super::{Plant, PlantKind, Planter};
use crate::core::amount::{self, Currency};
use crate::core::settlement::entry::{Entry, Kind};
use crate::core::settlement::pricing::noticeable;
use crate::core::settlement::request::SettlementError;

impl Planter {
    /// Chooses what everything is about, and alters the transactions.
    pub(in crate::core::settlement) fn alter_entries(
        &mut self,
        entries: &mut Vec<Entry>,
    ) -> Result<(), SettlementError> {
        self.choose(entries)?;
        for (number, plant) in self.plants.clone().into_iter().enumerate() {
            let Some(place) = entries.iter().position(|one| one.plants.contains(&number)) else {
                self.add(number, &plant, entries);
                continue;
            };
            match plant.kind {
                PlantKind::MissingRow => drop(entries.remove(place)),
                PlantKind::DuplicateRow => {
                    let copy = entries.get(place).cloned();
                    if let Some(original) = entries.get_mut(place) {
                        original.plants.clear();
                    }
                    entries.splice(place.saturating_add(1)..place.saturating_add(1), copy);
                }
                kind => {
                    if let Some(entry) = entries.get_mut(place) {
                        self.misstate(kind, entry);
                    }
                }
            }
        }
        entries.sort_by_key(|one| one.at);
        Ok(())
    }

    /// Lets a transaction say what is not so.
    fn misstate(&mut self, kind: PlantKind, entry: &mut Entry) {
        match kind {
            PlantKind::AmountDiffers => {
                let more = noticeable(entry.currency);
                let signed = if entry.units < 0 { more.saturating_neg() } else { more };
                entry.units = entry.units.saturating_add(signed);
            }
            PlantKind::CurrencyDiffers => entry.currency = other_currency(entry.currency),
            PlantKind::StatusDiffers => {
                entry.status = "FAIL";
                entry.settles = false;
            }
            PlantKind::WrongPaymentId => {
                let other = self.other_id(&entry.payment_id);
                if entry.own_id == entry.payment_id {
                    entry.own_id.clone_from(&other);
                }
                entry.payment_id = other;
            }
            PlantKind::WrongOrderReference => entry.order_id = self.other_id(""),
            _ => {}
        }
    }

    /// Adds a transaction that is not in the books, beside the one that it is made after.
    fn add(&mut self, number: usize, plant: &Plant, entries: &mut Vec<Entry>) {
        let Some(model) = &plant.subject else { return };
        let (units, none) = (model.units.saturating_abs(), String::new);
        let root = if model.original.is_empty() { &model.request_id } else { &model.original };
        let own_id = self.other_id(&model.payment_id);
        let about = |kind, request_id, units| Entry {
            kind,
            own_id: own_id.clone(),
            request_id,
            original: root.clone(),
            units,
            settles: true,
            plants: vec![number],
            is_taken: true,
            ..model.clone()
        };
        let entry = match plant.kind {
            PlantKind::ExtraPayment | PlantKind::SurplusPayment => {
                let id = self.other_id(&model.payment_id);
                let request_id = self.other_id("");
                let stranger = plant.kind == PlantKind::ExtraPayment;
                let order_id = if stranger { self.other_id("") } else { model.order_id.clone() };
                let entry = about(Kind::Payment, request_id, units);
                Entry { payment_id: id.clone(), own_id: id, order_id, original: none(), ..entry }
            }
            PlantKind::ExtraCapture => about(Kind::Capture, self.other_id(""), units),
            PlantKind::ExtraRefund => about(Kind::Refund, self.other_id(""), units.saturating_neg()),
            PlantKind::DisputeRow => about(Kind::Dispute, none(), units.saturating_neg()),
            PlantKind::DisputeReversalRow => about(Kind::DisputeReversal, none(), units),
            PlantKind::RefundReversalRow => about(Kind::RefundReversal, model.request_id.clone(), units),
            _ => return,
        };
        self.note(number, |plant| plant.request_id = Some(entry.request_id.clone()));
        entries.push(entry);
    }

    /// An id that nobody knows; where there is a known one it begins in the same way.
    fn other_id(&mut self, known: &str) -> String {
        let day = known.get(..8).unwrap_or("9");
        format!("{day}{:012}{:012}", self.random.digits(12), self.random.digits(12))
    }
}

/// A currency with as many decimals, so that the same figure is an amount in it.
fn other_currency(known: Currency) -> Currency {
    let candidates = ["EUR", "USD", "JPY", "KRW", "KWD", "BHD"];
    let mut others = candidates.iter().filter_map(|code| amount::currency(code));
    others.find(|other| other.exponent == known.exponent && other.code != known.code).unwrap_or(known)
}
