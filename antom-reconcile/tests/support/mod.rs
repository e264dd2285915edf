//! Books in a list, and the sample files.
#![allow(
    dead_code,
    clippy::unwrap_used,
    reason = "each suite needs another part of this, and fails by panicking"
)]

use std::io::Read as _;

use antom_core::{Currency, Timestamp};
use antom_reconcile::{
    Books, BooksError, Decimal, Own, ReconcileError, Source as _, Standing, Text, TransactionKind,
};

/// Books in a list.
#[derive(Debug, Clone)]
pub(crate) struct Listed(pub(crate) Vec<Own>);

impl Books for Listed {
    fn each(
        &mut self,
        take: &mut dyn FnMut(Own) -> Result<(), ReconcileError>,
    ) -> Result<(), ReconcileError> {
        self.0.iter().cloned().try_for_each(take)
    }

    fn has_order(&mut self, id: &str) -> Result<bool, BooksError> {
        Ok(self.0.iter().any(|own| own.reference_order_id == id))
    }
}

pub(crate) fn own(
    kind: TransactionKind,
    request_id: Option<&str>,
    payment_request_id: &str,
    payment_id: &str,
    order: &str,
    amount: &str,
    currency: &str,
) -> Own {
    let noon = Timestamp::parse("2026-11-02T12:00:00+08:00").unwrap();
    Own {
        kind,
        request_id: request_id.map(str::to_owned),
        payment_request_id: payment_request_id.to_owned(),
        payment_id: Some(payment_id.to_owned()),
        reference_order_id: order.to_owned(),
        amount: Decimal::parse(amount).unwrap(),
        currency: Currency::parse(currency).unwrap(),
        standing: Standing::Done,
        earliest: noon,
        latest: noon,
    }
}

pub(crate) fn payment(id: &str, payment_id: &str, order: &str, amount: &str, currency: &str) -> Own {
    own(TransactionKind::Payment, Some(id), id, payment_id, order, amount, currency)
}

pub(crate) fn authorization(id: &str, payment_id: &str, order: &str, amount: &str, currency: &str) -> Own {
    own(TransactionKind::Authorization, Some(id), id, payment_id, order, amount, currency)
}

pub(crate) fn capture(
    id: Option<&str>,
    payment: &str,
    payment_id: &str,
    order: &str,
    amount: &str,
    currency: &str,
) -> Own {
    own(TransactionKind::Capture, id, payment, payment_id, order, amount, currency)
}

pub(crate) fn refund(
    id: &str,
    payment: &str,
    payment_id: &str,
    order: &str,
    amount: &str,
    currency: &str,
) -> Own {
    own(TransactionKind::Refund, Some(id), payment, payment_id, order, amount, currency)
}

/// The merchant that the samples are of.
pub(crate) fn shop() -> Listed {
    Listed(vec![
        authorization("PR-0001", "202611021940108001001880000000001", "ORD-0001", "120.00", "USD"),
        capture(Some("CR-0001"), "PR-0001", "202611021940108001001880000000001", "ORD-0001", "120.00", "USD"),
        authorization("PR-0002", "202611021940108001001880000000002", "ORD-0002", "15000", "JPY"),
        capture(None, "PR-0002", "202611021940108001001880000000002", "ORD-0002", "15000", "JPY"),
        payment("PR-0003", "202611021940108001001880000000003", "ORD-0003", "45.50", "EUR"),
        refund("RR-0001", "PR-0002", "202611021940108001001880000000002", "ORD-0002", "-5000", "JPY"),
        own(
            TransactionKind::Cancel,
            Some("PR-0004"),
            "PR-0004",
            "202611021940108001001880000000004",
            "ORD-0004",
            "80.00",
            "USD",
        ),
    ])
}

/// A sample file, under its own name.
pub(crate) fn sample(path: &str) -> Text {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/");
    let content = std::fs::read(format!("{folder}{path}")).unwrap();
    Text::new(path.rsplit('/').next().unwrap(), content)
}

/// All samples of today.
pub(crate) fn samples() -> Vec<Text> {
    [
        "transactionItems_20261102_000.csv",
        "settlementItems_USD_2026110300000000001_000.csv",
        "settlementItems_USD_0000000000000000000_000.csv",
        "settlementSummary_USD_2026110300000000001_000.csv",
        "settlementSummary_USD_0000000000000000000_000.csv",
    ]
    .map(sample)
    .into()
}

/// The text of a file.
pub(crate) fn with(file: &Text) -> String {
    let mut text = String::new();
    file.open().unwrap().read_to_string(&mut text).unwrap();
    text
}
