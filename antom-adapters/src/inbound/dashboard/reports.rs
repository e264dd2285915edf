//! Reports of reconciliations: the list, and one report with its findings.
//! Reports are made by the merchant API, the command line and the watched folder; here they are only shown.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;
use maud::{Markup, html};
use serde_json::Value;

use super::Dashboard;
use super::answer::Refused;
use super::chart::{Bar, bars};
use super::page::{order_path, path_with};
use super::visit::Visit;
use crate::inbound::language::Language;
use crate::outbound::archive::LONGEST_LIST;

/// The findings that one page shows; the merchant API gives all.
const MOST_FINDINGS: usize = 500;
const PATH: &str = "/dashboard/reconciliations/";

pub(super) async fn list(State(dashboard): State<Arc<Dashboard>>, visit: Visit) -> Response {
    let lang = visit.lang;
    let Ok(summaries) = dashboard.api.reconciler.archive.list(LONGEST_LIST).await else {
        return visit.refuse(Refused::Unavailable);
    };
    let summaries: Vec<Value> =
        summaries.iter().filter_map(|summary| serde_json::from_str(summary).ok()).collect();
    let body = html! { div #reports data-live { (table(lang, &summaries)) } };
    visit.page(lang.say("Reconciliations", "对账"), "/dashboard/reconciliations", body)
}

pub(super) async fn show(
    State(dashboard): State<Arc<Dashboard>>,
    visit: Visit,
    Path(id): Path<String>,
) -> Response {
    let lang = visit.lang;
    let report: Value = match dashboard.api.reconciler.archive.report(&id).await {
        Ok(Some(kept)) => serde_json::from_str(&kept.body).unwrap_or_default(),
        Ok(None) => return visit.refuse(Refused::NotFound),
        Err(_) => return visit.refuse(Refused::Unavailable),
    };
    let path = path_with(PATH, &id, "");
    let body = html! { div #report data-live { (content(lang, &report)) } };
    visit.page(lang.say("Reconciliation", "对账报告"), &path, body)
}

fn table(lang: Language, summaries: &[Value]) -> Markup {
    html! {
        @if summaries.is_empty() {
            p.empty { (lang.say("Nothing was reconciled yet.", "尚无对账报告。")) }
        } @else {
            ul.events {
                @for summary in summaries {
                    li {
                        a href=(path_with(PATH, &text(summary, "id"), "")) { (text(summary, "at")) }
                        (outcome(lang, summary))
                        @for file in list_of(summary, "files") { code { (file.as_str().unwrap_or_default()) } }
                    }
                }
            }
        }
    }
}

fn outcome(lang: Language, report: &Value) -> Markup {
    let differences = text(report, "differences");
    let kind = if differences == "0" { "good" } else { "bad" };
    html! {
        span class={ "pill " (kind) } { (differences) " " (lang.say("differences", "处差异")) }
        span.hint { (text(report, "matched")) " " (lang.say("matched", "笔一致")) }
    }
}

fn content(lang: Language, report: &Value) -> Markup {
    let findings = list_of(report, "findings");
    html! {
        section.card {
            p.large { (outcome(lang, report)) }
            p { (text(report, "at")) }
            ul { @for file in list_of(report, "files") { li { code { (text(file, "name")) } } } }
        }
        @if !list_of(report, "cells").is_empty() { section.card { (drawing(lang, report)) } }
        h2 { (lang.say("Findings", "差异明细")) " (" (findings.len()) ")" }
        section.card {
            ul.events { @for finding in findings.iter().take(MOST_FINDINGS) { li { (one(lang, finding)) } } }
            @if findings.len() > MOST_FINDINGS {
                p.hint { (lang.say("The first 500; the merchant API gives all.", "仅显示前 500 条；完整内容见商户 API。")) }
            }
        }
    }
}

/// Transactions by day and currency: as the files say, in doubt, and different.
fn drawing(lang: Language, report: &Value) -> Markup {
    let count = |cell: &Value, name: &str| {
        let told = cell.get(name).and_then(Value::as_u64);
        told.and_then(|told| usize::try_from(told).ok()).unwrap_or_default()
    };
    let cells = list_of(report, "cells").iter().map(|cell| Bar {
        name: format!("{} {}", text(cell, "day"), text(cell, "currency")),
        parts: vec![
            ("good", count(cell, "matched")),
            ("calm", count(cell, "open")),
            ("bad", count(cell, "different")),
        ],
    });
    let title =
        lang.say("Matched, open and different, by day and currency", "按日期与币种：一致、待定与差异");
    bars(title, &cells.collect::<Vec<_>>())
}

fn one(lang: Language, finding: &Value) -> Markup {
    let (order, payment) = (text(finding, "referenceOrderId"), text(finding, "paymentRequestId"));
    html! {
        span.pill.busy { (text(finding, "kind")) }
        @if !order.is_empty() {
            a href=(order_path(&order)) { (order) }
        } @else if !payment.is_empty() {
            a href=(path_with("/dashboard/orders?id=", &payment, "")) { (payment) }
        }
        @for (name, word) in [
            ("field", lang.say("column", "列")),
            ("expected", lang.say("books", "账本")),
            ("found", lang.say("file", "文件")),
            ("line", lang.say("line", "行")),
        ] {
            @let value = text(finding, name);
            @if !value.is_empty() { span.hint { (word) " " code { (value) } } }
        }
    }
}

/// A member as text: a text as it is, a number as it is written.
fn text(value: &Value, name: &str) -> String {
    match value.get(name) {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Number(number)) => number.to_string(),
        _ => String::new(),
    }
}

fn list_of<'a>(value: &'a Value, name: &str) -> &'a [Value] {
    value.get(name).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}
