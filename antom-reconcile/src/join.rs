//! Holds settlement details against transaction details: the same transaction must be told alike in both.
//! Rows that differ are only noted by number here; `wanted` reads them again.

use crate::finding::{FindingKind, Findings};
use crate::load::Loaded;
use crate::table::{Again, Entry, Table};
use crate::wanted::{Want, Wanted};

/// Notes what comes twice, what is in one of the two only, and what is told differently; at most `limit` of the last.
pub(crate) fn join(loaded: &mut Loaded, limit: usize, findings: &mut Findings) -> Wanted {
    let mut wanted = Wanted::default();
    for table in [&mut loaded.transactions, &mut loaded.settlements] {
        for (ordinal, again) in table.close() {
            wanted.add(ordinal, if again == Again::Late { Want::Late } else { Want::Twice });
        }
    }
    let (transactions, settlements) = (&loaded.transactions, &mut loaded.settlements);
    let mut pairs = 0_u32;
    for at in 0..settlements.entries().len() {
        let Some(settled) = settlements.entries().get(at).copied() else { continue };
        if settlements.is_done(at) {
            continue;
        }
        match counterpart(transactions, &settled) {
            Counterpart::None => wanted.add(settled.ordinal, Want::Unlisted),
            Counterpart::Same => settlements.mark(at),
            Counterpart::Other(told) => {
                settlements.mark(at);
                if (pairs as usize) < limit {
                    wanted.add(told.ordinal, Want::Pair(pairs));
                    wanted.add(settled.ordinal, Want::Pair(pairs));
                    pairs = pairs.saturating_add(1);
                } else {
                    findings.count(FindingKind::SettlementDiffers, 1);
                }
            }
        }
    }
    if !settlements.entries().is_empty() {
        let is_alone =
            |told: &&Entry| told.settled != 0 && matches!(counterpart(settlements, told), Counterpart::None);
        for told in transactions.entries().iter().filter(is_alone) {
            wanted.add(told.ordinal, Want::Unsettled);
        }
    }
    wanted
}

enum Counterpart {
    None,
    /// Told alike, or not settled yet.
    Same,
    Other(Entry),
}

fn counterpart(table: &Table, entry: &Entry) -> Counterpart {
    let others = table.entries().get(table.places(entry.key)).unwrap_or_default();
    let mut same_id = others.iter().rev().filter(|other| other.tag == entry.tag);
    let is_same = |other: &&Entry| other.settled == entry.settled || other.settled == 0;
    match same_id.next() {
        None => Counterpart::None,
        Some(first) if is_same(&first) => Counterpart::Same,
        // Several disputes of one payment share everything that they are found by.
        Some(_) if entry.is_nameless() && same_id.any(|other| is_same(&other)) => Counterpart::Same,
        Some(first) => Counterpart::Other(*first),
    }
}
