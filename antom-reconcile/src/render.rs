//! Shows a report: as a table for people, and as CSV for spreadsheets.
//! JSON is the report itself, serialised by whoever wants it.

use std::fmt::Write as _;

use crate::finding::{Finding, Weight};
use crate::report::{Outcome, Report};

/// The columns of the CSV form.
const HEADER: &str = "weight,kind,file,line,transactionType,transactionRequestId,paymentRequestId,paymentId,referenceOrderId,field,expected,found";

impl Report {
    /// The findings as CSV with a header (RFC 4180, LF). A cell that a spreadsheet would take for a formula begins with
    /// an apostrophe.
    pub fn to_csv(&self) -> String {
        let mut text = format!("{HEADER}\n");
        for one in &self.findings {
            let line = one.line.map(|line| line.to_string()).unwrap_or_default();
            let cells = [
                weight(one),
                one.kind.word(),
                &one.file,
                &line,
                &one.transaction_type,
                &one.transaction_request_id,
                &one.payment_request_id,
                &one.payment_id,
                &one.reference_order_id,
                &one.field,
                &one.expected,
                &one.found,
            ];
            text.push_str(&cells.map(quoted).join(","));
            text.push('\n');
        }
        text
    }

    /// The report for people: files, days with a bar each, and findings.
    pub fn to_table(&self) -> String {
        let mut text = String::new();
        // Writing to a text cannot fail.
        let _ = self.write_table(&mut text);
        text
    }

    fn write_table(&self, out: &mut String) -> std::fmt::Result {
        for file in &self.files {
            writeln!(out, "{:>9} rows  {:<19}  {}", file.rows, file.kind.word(), printable(&file.name))?;
            if !file.unknown_columns.is_empty() {
                writeln!(out, "{:>16}unknown columns: {}", "", printable(&file.unknown_columns.join(", ")))?;
            }
        }
        if !self.cells.is_empty() {
            writeln!(out, "\n{:<10} {:<3} {:>9} {:>9} {:>9}", "day", "", "matched", "open", "different")?;
        }
        for cell in &self.cells {
            writeln!(
                out,
                "{:<10} {:<3} {:>9} {:>9} {:>9}  {}",
                cell.day,
                cell.currency,
                cell.matched,
                cell.open,
                cell.different,
                bar(cell.matched, cell.open, cell.different)
            )?;
        }
        if !self.counts.is_empty() {
            writeln!(out)?;
        }
        for (kind, count) in &self.counts {
            let mark = if kind.weight() == Weight::Difference { "!" } else { " " };
            writeln!(out, "{mark} {:<24} {count:>9}", kind.word())?;
        }
        if !self.findings.is_empty() {
            writeln!(out)?;
        }
        for one in &self.findings {
            writeln!(out, "{}", sentence(one))?;
        }
        let told: u64 = self.counts.values().sum();
        let untold = told.saturating_sub(self.findings.len() as u64);
        if untold > 0 {
            writeln!(out, "and {untold} more, which are only counted")?;
        }
        let verdict = match self.outcome() {
            Outcome::Clean => "files and books agree".to_owned(),
            Outcome::Differences => format!("{} differences", self.differences()),
        };
        writeln!(out, "\n{} matched, {verdict}", self.matched)
    }
}

fn weight(one: &Finding) -> &'static str {
    match one.kind.weight() {
        Weight::Difference => "difference",
        Weight::Listed => "listed",
    }
}

/// Twenty signs: matched, open, different. What is there at all has one.
fn bar(matched: u64, open: u64, different: u64) -> String {
    let all = matched.saturating_add(open).saturating_add(different).max(1);
    let share = |part: u64| {
        let signs = part.saturating_mul(20).checked_div(all).unwrap_or(0);
        usize::try_from(signs.max(u64::from(part > 0))).unwrap_or(0)
    };
    let (open, different) = (share(open), share(different));
    let rest = 20_usize.saturating_sub(open).saturating_sub(different);
    let matched = if matched > 0 { rest } else { 0 };
    format!("[{}{}{}]", "=".repeat(matched), ".".repeat(open), "!".repeat(different))
}

fn sentence(one: &Finding) -> String {
    let mut text = one.kind.word().to_owned();
    if !one.file.is_empty() {
        let _ = write!(text, "  {}", one.file);
    }
    if let Some(line) = one.line {
        let _ = write!(text, ":{line}");
    }
    let ids = [
        ("", &one.transaction_type),
        ("", &one.transaction_request_id),
        ("payment ", &one.payment_request_id),
        ("order ", &one.reference_order_id),
    ];
    for (name, id) in ids.into_iter().filter(|(_, id)| !id.is_empty()) {
        let _ = write!(text, "  {name}{id}");
    }
    if !one.field.is_empty() {
        let _ = write!(
            text,
            "  {}: expected {}, found {}",
            one.field,
            or_nothing(&one.expected),
            or_nothing(&one.found)
        );
    }
    printable(&text)
}

fn or_nothing(text: &str) -> &str {
    if text.is_empty() { "nothing" } else { text }
}

/// Nothing that a terminal would obey.
fn printable(text: &str) -> String {
    text.chars().map(|letter| if letter.is_control() { '\u{fffd}' } else { letter }).collect()
}

fn quoted(cell: &str) -> String {
    let is_number = cell.strip_prefix(['-', '+']).is_some_and(|rest| {
        !rest.is_empty() && rest.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
    });
    let guard = if cell.starts_with(['=', '+', '-', '@', '\t', '\r']) && !is_number { "'" } else { "" };
    if cell.contains([',', '"', '\n', '\r']) {
        format!("\"{guard}{}\"", cell.replace('"', "\"\""))
    } else {
        format!("{guard}{cell}")
    }
}
