//! Chooses what each discrepancy is about, before anything is altered, so that no two spoil the same transaction.
//! Which transactions a kind can be about is said here; what it does to them is done at its stage.

use super::{PlantKind, Planter, impossible};
use crate::core::settlement::entry::{Entry, Kind};
use crate::core::settlement::pricing::{gross_of, noticeable};
use crate::core::settlement::request::SettlementError;

/// What a kind needs in the books.
struct Need {
    fits: fn(&Entry) -> bool,
    /// What is missed where none fits.
    called: &'static str,
    /// Whether the transaction itself is spoilt, so that it is nobody else's.
    alone: bool,
}

impl Planter {
    pub(super) fn choose(&mut self, entries: &mut [Entry]) -> Result<(), SettlementError> {
        // The kind that fits least often chooses first.
        let picky = |kind: PlantKind| kind == PlantKind::WrongQuote;
        let mut order: Vec<(usize, PlantKind)> =
            self.plants.iter().map(|plant| plant.kind).enumerate().collect();
        order.sort_by_key(|(_, kind)| !picky(*kind));
        for (number, kind) in order {
            let Some(need) = need_of(kind) else { continue };
            let fitting = entries.iter().enumerate().filter(|(_, one)| (need.fits)(one));
            let free = fitting.filter(|(_, one)| !need.alone || !one.is_taken);
            let free: Vec<usize> = free.map(|(index, _)| index).collect();
            let chosen = self.random.pick(&free).and_then(|index| entries.get_mut(index));
            let entry = chosen.ok_or_else(|| impossible(kind, need.called))?;
            if need.alone {
                entry.is_taken = true;
                entry.plants.push(number);
            }
            let subject = entry.clone();
            self.note(number, |plant| {
                plant.request_id = Some(subject.request_id.clone());
                plant.subject = Some(subject);
            });
        }
        Ok(())
    }
}

fn need_of(kind: PlantKind) -> Option<Need> {
    use PlantKind as P;
    let settled = || Need {
        fits: |one| one.settles,
        called: "settled payment, capture or refund that is not spoilt already",
        alone: true,
    };
    match kind {
        P::MissingRow
        | P::AmountDiffers
        | P::CurrencyDiffers
        | P::StatusDiffers
        | P::DuplicateRow
        | P::WrongPaymentId
        | P::WrongOrderReference
        | P::WrongFee
        | P::WrongNet
        | P::BatchIdDiffers
        | P::LateFee => Some(settled()),
        P::WrongQuote => Some(Need {
            fits: |one| {
                let gross = gross_of(one).map_or(0, |(gross, _)| gross.abs());
                let quoted = one.currency.code != one.settlement_currency.code;
                one.settles && quoted && gross >= noticeable(one.settlement_currency)
            },
            called: "transaction that is settled in another currency",
            alone: true,
        }),
        P::ExtraPayment | P::SurplusPayment => Some(Need {
            fits: |one| matches!(one.kind, Kind::Payment | Kind::Authorization),
            called: "payment",
            alone: false,
        }),
        P::ExtraCapture => Some(Need {
            fits: |one| matches!(one.kind, Kind::Capture | Kind::Authorization),
            called: "card payment",
            alone: false,
        }),
        P::ExtraRefund | P::DisputeRow | P::DisputeReversalRow => {
            Some(Need { fits: Entry::is_sale, called: "settled payment or capture", alone: false })
        }
        P::RefundReversalRow => {
            Some(Need { fits: |one| one.kind == Kind::Refund, called: "refund", alone: false })
        }
        P::SummaryCount
        | P::SummaryTotal
        | P::SummaryTypeSum
        | P::MissingEnd
        | P::TruncatedRow
        | P::MissingPart => None,
    }
}
