//! Compares the Rust tables of result codes with their one source, `data/result-codes.json`.
//! What the codes lead to is tested in `advice.rs`.

use std::fmt::Write as _;

use serde_json::Value;

/// Name of the Rust table, and where its rows are in the source.
const TABLES: [(&str, &str); 15] = [
    ("CREATE_PAYMENT_SESSION", "/apis/createPaymentSession/codes"),
    ("PAY", "/apis/pay/codes"),
    ("INQUIRY_PAYMENT", "/apis/inquiryPayment/codes"),
    ("PAYMENT_RESULT_CODE", "/apis/inquiryPayment/paymentResultCode"),
    ("TRANSACTION_RESULT_CODE", "/apis/inquiryPayment/transactionResultCode/codes"),
    ("CAPTURE", "/apis/capture/codes"),
    ("CANCEL", "/apis/cancel/codes"),
    ("REFUND", "/apis/refund/codes"),
    ("INQUIRY_REFUND", "/apis/inquiryRefund/codes"),
    ("REFUND_RESULT_CODE", "/apis/inquiryRefund/refundResultCode"),
    ("CONSULT", "/apis/consult/codes"),
    ("NOTIFY_PAYMENT", "/apis/notifyPayment/codes"),
    ("NOTIFY_CAPTURE", "/apis/notifyCapture/codes"),
    ("NOTIFY_REFUND", "/apis/notifyRefund/codes"),
    ("GATEWAY_WIDE", "/gateway_wide/codes"),
];

fn text<'a>(row: &'a Value, member: &str) -> &'a str {
    row[member].as_str().unwrap_or_else(|| panic!("{member} is missing in {row}"))
}

fn action(word: &str) -> &'static str {
    match word {
        "RETRY_SAME_REQUEST" => "RetrySameRequest",
        "INQUIRE" => "Inquire",
        "NEW_REQUEST_ID" => "NewRequestId",
        "FIX_REQUEST" => "FixRequest",
        "FIX_CONFIG" => "FixConfig",
        "ASK_BUYER" => "AskBuyer",
        "CONTACT_SUPPORT" => "ContactSupport",
        "NONE" => "None",
        other => panic!("the source has a new action {other}"),
    }
}

fn render(source: &Value) -> String {
    let mut out = String::from(
        "//! Result codes per operation, rendered from `data/result-codes.json`; a test compares the two.\n\
         //! Looking codes up is left to `advice`.\n\n\
         use super::Action;\n\n\
         /// One code with the status it comes with, its meaning and the next step.\n\
         #[derive(Debug)]\n\
         pub(super) struct Row {\n    \
             pub(super) code: &'static str,\n    \
             pub(super) status: &'static str,\n    \
             pub(super) action: Action,\n    \
             pub(super) meaning: &'static str,\n    \
             pub(super) then: Option<&'static str>,\n\
         }\n\n\
         const fn row(\n    \
             code: &'static str,\n    \
             status: &'static str,\n    \
             action: Action,\n    \
             meaning: &'static str,\n    \
             then: Option<&'static str>,\n\
         ) -> Row {\n    \
             Row { code, status, action, meaning, then }\n\
         }\n\n",
    );
    for (name, status) in [("FALLBACK_SUCCESS", "S"), ("FALLBACK_FAILURE", "F"), ("FALLBACK_UNKNOWN", "U")] {
        let action = action(text(&source["fallback_by_status"], status));
        writeln!(out, "pub(super) const {name}: Action = Action::{action};").unwrap();
    }
    for (name, pointer) in TABLES {
        let rows =
            source.pointer(pointer).and_then(Value::as_array).unwrap_or_else(|| panic!("no {pointer}"));
        writeln!(out, "\n#[rustfmt::skip]\npub(super) const {name}: &[Row] = &[").unwrap();
        for row in rows {
            let (code, status) = (text(row, "code"), text(row, "status"));
            let (action, meaning) = (action(text(row, "action")), text(row, "meaning"));
            let then = row["then"].as_str().map_or("None".to_owned(), |then| format!("Some({then:?})"));
            writeln!(out, "    row({code:?}, {status:?}, Action::{action}, {meaning:?}, {then}),").unwrap();
        }
        writeln!(out, "];").unwrap();
    }
    out
}

#[test]
fn the_rust_tables_are_what_the_source_renders_to() {
    let source: Value = serde_json::from_str(include_str!("../../data/result-codes.json")).unwrap();
    let expected = render(&source);
    let path = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("result-code-table.rs");
    std::fs::write(&path, &expected).unwrap();
    assert!(
        expected == include_str!("../../src/outcome/table.rs"),
        "src/outcome/table.rs is out of date: replace it with {}",
        path.display()
    );
}

#[test]
fn no_table_lists_a_code_twice_with_the_same_status() {
    let source: Value = serde_json::from_str(include_str!("../../data/result-codes.json")).unwrap();
    for (name, pointer) in TABLES {
        let rows = source.pointer(pointer).and_then(Value::as_array).unwrap();
        let mut seen = std::collections::HashSet::new();
        for row in rows {
            assert!(
                seen.insert((text(row, "code"), text(row, "status"))),
                "{name} repeats {}",
                text(row, "code")
            );
        }
    }
}
