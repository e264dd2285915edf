//! The text of each cell, of rows and of sums.
//! Amounts are decimal text of the major unit with the decimals of their currency; times are those of UTC+8.

use super::columns::Column;
use super::entry::{Entry, Kind};
use super::files::Head;
use super::pricing::{Fee, Fees, Settled};
use super::summary::Sums;
use crate::core::amount::Currency;
use crate::core::captures::acquirer_reference;
use crate::core::exchange::decimal;

impl Head {
    pub(super) fn row_cell(&self, column: Column, entry: &Entry, settled: Option<&Settled>) -> String {
        match settled {
            None => unsettled_cell(column, entry),
            Some(settled) => self.settled_cell(column, entry, settled),
        }
        .unwrap_or_else(|| self.fact_cell(column, entry))
    }

    pub(super) fn sum_cell(&self, column: Column, sums: &Sums, batch: &str) -> String {
        match column {
            Column::Batch => batch.to_owned(),
            Column::Customer => self.customer.clone(),
            Column::Psp => PSP.to_owned(),
            Column::Type => sums.kind.map_or("TOTAL", Kind::word).to_owned(),
            Column::LegacyType => sums.kind.map_or("TOTAL", Kind::legacy_word).to_owned(),
            Column::InitiatedOn => self.initiated_on(),
            Column::InitiatedAt => self.initiated_at(),
            Column::Count => sums.count.to_string(),
            Column::Net => text(sums.net, sums.currency),
            Column::NetCurrency => sums.currency.code.to_owned(),
            Column::Fee(fee) => {
                self.fee_under(&sums.fees, fee).map(|units| text(units, sums.currency)).unwrap_or_default()
            }
            Column::FeeCurrency(fee) => {
                self.fee_under(&sums.fees, fee).map_or("", |_| sums.currency.code).to_owned()
            }
            _ => String::new(),
        }
    }

    /// A cell that is about settlement; `None` for any other column.
    fn settled_cell(&self, column: Column, entry: &Entry, settled: &Settled) -> Option<String> {
        let currency = settled.currency;
        let (pair, price) = settled.quote.clone().unwrap_or_default();
        let fee_of = |fee| self.fee_under(&settled.fees, fee);
        let shown = match column {
            Column::Batch => settled.batch.clone(),
            Column::InitiatedOn => self.initiated_on(),
            Column::InitiatedAt => self.initiated_at(),
            Column::Converted => text(settled.gross, currency),
            Column::ConvertedCurrency | Column::NetCurrency => currency.code.to_owned(),
            Column::Net => text(settled.net, currency),
            Column::Pair => pair,
            Column::Price => price,
            Column::Fee(fee) => fee_of(fee).map(|units| text(units, currency)).unwrap_or_default(),
            Column::FeeCurrency(fee) => fee_of(fee).map_or("", |_| currency.code).to_owned(),
            Column::ReferenceNumber if entry.card.is_some() => acquirer_reference(&entry.own_id),
            _ => return None,
        };
        Some(shown)
    }

    /// A fee as its column shows it: before refunds had a fee column, theirs counted as processing.
    fn fee_under(&self, fees: &Fees, fee: Fee) -> Option<i128> {
        let own = fees.get(&fee).copied();
        let merged = self.form.legacy && fee == Fee::Processing;
        let refund = fees.get(&Fee::Refund).copied().filter(|_| merged);
        match (own, refund) {
            (Some(own), Some(refund)) => Some(own.saturating_add(refund)),
            (own, refund) => own.or(refund),
        }
    }

    fn fact_cell(&self, column: Column, entry: &Entry) -> String {
        let card = entry.card.as_ref();
        let goes_back = matches!(entry.kind, Kind::Refund | Kind::RefundReversal);
        let shown = match column {
            Column::Customer => &self.customer,
            Column::Psp => PSP,
            Column::Type => entry.kind.word(),
            Column::LegacyType => entry.kind.legacy_word(),
            Column::PaymentId => &entry.payment_id,
            Column::OwnId => &entry.own_id,
            Column::RequestId => &entry.request_id,
            Column::OriginalRequestId => &entry.original,
            Column::OrderId => &entry.order_id,
            Column::Description => &entry.description,
            Column::Method => &entry.method,
            Column::Wallet if card.is_none() => &entry.method,
            Column::Status => entry.status,
            Column::Time => return entry.at.to_wire(),
            Column::Product => "CASHIER_PAYMENT",
            Column::Amount => return text(entry.units, entry.currency),
            Column::AmountCurrency => entry.currency.code,
            Column::Brand => card.map_or("", |card| card.brand),
            Column::Country => card.map_or("", |card| card.country),
            Column::Funding => card.map_or("", |_| "CREDIT"),
            Column::LastFour => card.map_or("", |card| card.last_four),
            Column::Authenticated | Column::LiabilityShift => match card.filter(|_| !goes_back) {
                Some(card) if card.authenticated => "Y",
                Some(_) => "N",
                None => "",
            },
            _ => "",
        };
        shown.to_owned()
    }

    fn initiated_on(&self) -> String {
        self.day.next().iso()
    }

    fn initiated_at(&self) -> String {
        format!("{}T00:00:00+08:00", self.day.next().iso())
    }
}

const PSP: &str = "ANTOM";

/// A cell about amounts of an entry that is not settled; `None` for any other column.
fn unsettled_cell(column: Column, entry: &Entry) -> Option<String> {
    // Without a quote there is nothing to convert with.
    let same = entry.currency.code == entry.settlement_currency.code;
    let shown = match column {
        Column::Converted if same => text(entry.units, entry.currency),
        Column::ConvertedCurrency if same => entry.currency.code.to_owned(),
        _ => return None,
    };
    Some(shown)
}

fn text(units: i128, currency: Currency) -> String {
    decimal(units, currency.exponent)
}
