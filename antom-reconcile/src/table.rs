//! A row in 32 bytes: digests to find it and to compare it by, and its number, so that it can be read again.
//! Digests live in memory only. Two that are equal by chance would hide a difference once in some 10^16 comparisons; one
//! that is found by chance is read again and compared in full.

use std::hash::{DefaultHasher, Hash, Hasher};

use crate::kind::TransactionKind as Kind;
use crate::row::{Figures, Row, Sum};

/// What is kept of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Entry {
    pub(crate) key: u64,
    /// What the books are compared with.
    pub(crate) facts: u64,
    /// What settlement and transaction details are compared by; 0 for a row that is not settled.
    pub(crate) settled: u64,
    /// The number of the row over all files.
    pub(crate) ordinal: u32,
    /// Of the transaction's own id: several captures of a payment share a key.
    pub(crate) tag: u32,
}

/// What a transaction is found by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Key {
    pub(crate) key: u64,
    pub(crate) tag: u32,
}

/// What an outcome in a file means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Told {
    Done,
    Open,
    Failed,
    Unknown,
}

impl Told {
    /// Files without the column tell only what is settled.
    pub(crate) fn read(word: &[u8]) -> Self {
        match word {
            b"" | b"SUCCESS" | b"TO_BE_SETTLED" | b"SETTLED" => Self::Done,
            b"PROCESSING" | b"PENDING" => Self::Open,
            b"FAIL" | b"FAILED" | b"CANCELLED" | b"CLOSED" => Self::Failed,
            _ => Self::Unknown,
        }
    }
}

impl Key {
    /// A capture is found by its payment, because the merchant never learns the id of one that the gateway makes by
    /// itself; everything else by its own id.
    pub(crate) fn new(kind: Kind, request_id: &[u8], payment_request_id: &[u8], payment_id: &[u8]) -> Self {
        let tag = tag(request_id);
        let key = digest(|hasher| {
            kind.hash(hasher);
            match kind {
                Kind::Capture => hasher.write(payment_request_id),
                _ if request_id.is_empty() => {
                    payment_request_id.hash(hasher);
                    hasher.write(payment_id);
                }
                _ => hasher.write(request_id),
            }
        });
        Self { key, tag }
    }
}

/// The tag of a transaction without an id of its own, as disputes are.
fn nameless() -> u32 {
    tag(b"")
}

fn tag(request_id: &[u8]) -> u32 {
    u32::try_from(digest(|hasher| hasher.write(request_id)) >> 32).unwrap_or_default()
}

impl Entry {
    /// Whether the transaction has no id of its own, so that several may look alike.
    pub(crate) fn is_nameless(&self) -> bool {
        self.tag == nameless()
    }

    pub(crate) fn of(row: Row<'_>, figures: &Figures, ordinal: u32) -> Self {
        let kind = row.kind();
        let payment_id = row.payment_id();
        let Key { key, tag } =
            Key::new(kind, row.bytes(row.columns.request_id), row.payment_request_id(), payment_id);
        let told = Told::read(row.bytes(row.columns.status));
        let facts = facts(kind, payment_id, row.bytes(row.columns.order), figures.amount, told);
        Self { key, facts, settled: settled(row, figures), ordinal, tag }
    }
}

/// What files and books both know of a transaction.
pub(crate) fn facts(kind: Kind, payment_id: &[u8], order: &[u8], amount: Option<Sum>, told: Told) -> u64 {
    digest(|hasher| {
        payment_id.hash(hasher);
        order.hash(hasher);
        told.hash(hasher);
        if let Some(amount) = amount.filter(|_| kind != Kind::Cancel) {
            // Nobody states which sign an authorization has.
            let value = if kind == Kind::Authorization { amount.value.abs() } else { amount.value };
            (value.raw(), amount.currency).hash(hasher);
        }
    })
}

/// What both kinds of details tell of a settlement.
fn settled(row: Row<'_>, figures: &Figures) -> u64 {
    let Some(net) = figures.net else { return 0 };
    // Fees are added up, since their columns may be in another order.
    let mut fees = 0_u64;
    for (fee, money) in figures.fees.iter().zip(&row.columns.fees) {
        let Some(fee) = fee.filter(|fee| !fee.value.is_zero()) else { continue };
        fees = fees.wrapping_add(digest(|hasher| {
            row.columns.name(money.value).hash(hasher);
            (fee.value.raw(), fee.currency).hash(hasher);
        }));
    }
    let whole = digest(|hasher| {
        row.payment_id().hash(hasher);
        row.bytes(row.columns.order).hash(hasher);
        (net.value.raw(), net.currency, fees, figures.price).hash(hasher);
        row.bytes(row.columns.pair).hash(hasher);
        figures.amount.map(|amount| (amount.value.raw(), amount.currency)).hash(hasher);
    });
    whole | 1
}

fn digest(feed: impl FnOnce(&mut DefaultHasher)) -> u64 {
    let mut hasher = DefaultHasher::new();
    feed(&mut hasher);
    hasher.finish()
}

/// A transaction that is there more than once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Again {
    /// Without its settlement first, then with it.
    Late,
    Twice,
}

/// All rows of one kind of details, to be found by key.
#[derive(Debug, Default)]
pub(crate) struct Table {
    entries: Vec<Entry>,
    /// One bit for each entry: it has its counterpart in the books, or another row stands for it.
    done: Vec<u64>,
}

impl Table {
    pub(crate) fn with_capacity(rows: usize) -> Self {
        Self { entries: Vec::with_capacity(rows), done: Vec::new() }
    }

    pub(crate) fn push(&mut self, entry: Entry) {
        self.entries.push(entry);
    }

    /// Sorts the rows, and tells which ones come again; those count no more.
    pub(crate) fn close(&mut self) -> Vec<(u32, Again)> {
        self.entries.sort_unstable_by_key(|entry| (entry.key, entry.tag, entry.ordinal));
        self.done = vec![0; self.entries.len().div_ceil(64)];
        let (mut again, nameless) = (Vec::new(), nameless());
        for at in 1..self.entries.len() {
            let Some([before, entry]) = self.entries.get(at.saturating_sub(1)..=at) else { continue };
            if (before.key, before.tag) != (entry.key, entry.tag) || entry.tag == nameless {
                continue;
            }
            if before.settled == 0 && entry.settled != 0 {
                again.push((entry.ordinal, Again::Late));
                self.mark(at.saturating_sub(1));
            } else {
                again.push((entry.ordinal, Again::Twice));
                // The first one stands for all.
                let (first, last) = (at.saturating_sub(1), at);
                if let Some(pair) = self.entries.get_mut(first..=last) {
                    pair.swap(0, 1);
                }
                self.mark(first);
            }
        }
        again
    }

    pub(crate) fn mark(&mut self, at: usize) {
        if let Some(bits) = self.done.get_mut(at / 64) {
            *bits |= 1 << (at % 64);
        }
    }

    pub(crate) fn is_done(&self, at: usize) -> bool {
        self.done.get(at / 64).is_some_and(|bits| bits & (1 << (at % 64)) != 0)
    }

    pub(crate) fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The places of all rows with this key.
    pub(crate) fn places(&self, key: u64) -> std::ops::Range<usize> {
        let start = self.entries.partition_point(|entry| entry.key < key);
        let rest = self.entries.get(start..).unwrap_or_default();
        let count = rest.iter().take_while(|entry| entry.key == key).count();
        start..start.saturating_add(count)
    }
}
