//! The transactions of a day as the gateway's books hold them: one entry for each line of the transaction details.
//! What an entry is worth in the settlement currency, and what it costs, is in `pricing`.

use super::day::Day;
use crate::core::amount::{self, Currency};
use crate::core::payment::{Payment, Progress};
use crate::core::time::Time;

/// What kind of transaction an entry is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    Authorization,
    Payment,
    Capture,
    Refund,
    Cancel,
    /// What a cancel sends back after it was settled.
    PaymentReversal,
    Dispute,
    DisputeReversal,
    RefundReversal,
}

impl Kind {
    /// The word in `transactionType` and `summaryType`.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Authorization => "AUTHORIZATION",
            Self::Payment => "PAYMENT",
            Self::Capture => "CAPTURE",
            Self::Refund => "REFUND",
            Self::Cancel => "CANCEL",
            Self::PaymentReversal => "PAYMENT_REVERSAL",
            Self::Dispute => "DISPUTE",
            Self::DisputeReversal => "DISPUTE_REVERSAL",
            Self::RefundReversal => "REFUND_REVERSAL",
        }
    }

    /// The word that files of 2024 had.
    pub(super) fn legacy_word(self) -> &'static str {
        if self == Self::Cancel { "VOID" } else { self.word() }
    }
}

/// The card that was paid with.
#[derive(Clone, Copy, Debug)]
pub(super) struct UsedCard {
    pub(super) brand: &'static str,
    pub(super) country: &'static str,
    pub(super) last_four: &'static str,
    pub(super) authenticated: bool,
}

/// One transaction.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    pub(super) kind: Kind,
    pub(super) at: Time,
    pub(super) payment_id: String,
    /// The id of the capture or refund itself, else the payment id.
    pub(super) own_id: String,
    pub(super) request_id: String,
    pub(super) original: String,
    pub(super) order_id: String,
    pub(super) description: String,
    pub(super) method: String,
    pub(super) card: Option<UsedCard>,
    pub(super) status: &'static str,
    /// Smallest units; money that the merchant loses is negative.
    pub(super) units: i128,
    pub(super) currency: Currency,
    pub(super) settlement_currency: Currency,
    /// Whether money moves for it, so that it is in the settlement details as well.
    pub(super) settles: bool,
    /// The discrepancies, by number, that show in this entry.
    pub(super) plants: Vec<usize>,
    /// Whether a discrepancy has this entry for itself.
    pub(super) is_taken: bool,
}

impl Entry {
    /// Whether a merchant earns by it.
    pub(super) fn is_sale(&self) -> bool {
        self.settles && matches!(self.kind, Kind::Payment | Kind::Capture)
    }
}

/// The transactions of a client on a day, in the order in which they happened.
pub(super) fn entries_of(payments: &[Payment], client: &str, day: Day) -> Vec<Entry> {
    let own = payments.iter().filter(|payment| payment.client.as_str() == client);
    let mut entries: Vec<Entry> =
        own.flat_map(entries_of_payment).filter(|one| day.contains(one.at)).collect();
    entries.sort_by_key(|one| one.at);
    entries
}

/// The currencies in which a client's payments up to the end of a day are settled.
pub(super) fn currencies_of(payments: &[Payment], client: &str, day: Day) -> Vec<Currency> {
    let known =
        payments.iter().filter(|one| one.client.as_str() == client && Day::of(one.created) <= Some(day));
    let mut found: Vec<Currency> =
        known.filter_map(|one| amount::currency(one.settlement_currency)).collect();
    found.sort_by_key(|one| one.code);
    found.dedup_by_key(|one| one.code);
    found
}

fn entries_of_payment(payment: &Payment) -> Vec<Entry> {
    let Some(base) = base_of(payment) else { return Vec::new() };
    let mut entries = Vec::new();
    // The batch of a day is made when most payments of it can be cancelled no more.
    let reversed_at = payment.cancelled_at.filter(|_| payment.reversed > 0);
    let late_reversal = reversed_at.filter(|at| *at > base.at.cancel_deadline());
    if payment.is_card() {
        entries.push(Entry { kind: Kind::Authorization, settles: false, ..base.clone() });
    } else {
        let settles = reversed_at == late_reversal;
        entries.push(Entry { kind: Kind::Payment, settles, ..base.clone() });
    }
    let part = |kind, id: &str, request_id: &str, units, done_at: Option<Time>, done| {
        let at = done_at.filter(|_| done == Progress::Done)?;
        let (own_id, request_id) = (id.to_owned(), request_id.to_owned());
        let original = payment.request_id.to_string();
        Some(Entry { kind, at, own_id, request_id, original, units, settles: true, ..base.clone() })
    };
    entries.extend(payment.captures.iter().filter_map(|one| {
        let units = i128::from(one.amount);
        part(Kind::Capture, &one.capture_id, &one.request_id, units, one.done_at, one.progress)
    }));
    for one in &payment.refunds {
        let (back, again) = (i128::from(one.amount).saturating_neg(), i128::from(one.amount));
        let (id, request_id) = (&*one.refund_id, &*one.request_id);
        entries.extend(part(Kind::Refund, id, request_id, back, one.done_at, one.progress));
        entries.extend(part(Kind::RefundReversal, id, request_id, again, one.bounced_at, one.progress));
    }
    // What was cancelled unpaid is no transaction, even if the method pays later.
    if let Some(at) = payment.cancelled_at.filter(|at| *at >= base.at) {
        entries.push(Entry { kind: Kind::Cancel, at, units: 0, settles: false, ..base.clone() });
    }
    if let Some(at) = late_reversal {
        let (kind, units) = (Kind::PaymentReversal, base.units.saturating_neg());
        entries.push(Entry { kind, at, units, original: base.request_id.clone(), ..base });
    }
    entries
}

/// What all entries of a payment say; `None` if the buyer never paid.
fn base_of(payment: &Payment) -> Option<Entry> {
    let payment_id = payment.payment_id.as_deref()?.to_owned();
    Some(Entry {
        kind: Kind::Payment,
        at: payment.paid_at?,
        own_id: payment_id.clone(),
        payment_id,
        request_id: payment.request_id.to_string(),
        original: String::new(),
        order_id: payment.order_id.to_string(),
        description: payment.description.to_string(),
        method: payment.method.to_string(),
        card: payment.used.as_deref().filter(|_| payment.is_card()).map(|used| UsedCard {
            brand: used.brand(),
            country: used.card.country,
            last_four: used.card.last_four(),
            authenticated: used.three_ds.is_some(),
        }),
        status: "SUCCESS",
        units: i128::from(payment.amount.value),
        currency: amount::currency(payment.amount.currency)?,
        settlement_currency: amount::currency(payment.settlement_currency)?,
        settles: true,
        plants: Vec::new(),
        is_taken: false,
    })
}
