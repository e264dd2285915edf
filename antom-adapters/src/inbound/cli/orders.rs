//! `antom order`: what there is, and what happened to one order.
//! Orders are created by the merchant API alone.

use std::process::ExitCode;

use antom_domain::order::OrderPhase;
use antom_domain::port::OrderQuery;
use clap::{Args, Subcommand};
use serde_json::Value;

use super::answer::{Answer, finish};
use super::client::Reply;
use super::offline;
use super::settings::Source;
use super::table::{columns, list, pairs, plain, word};
use crate::inbound::api;

const LIST_EXAMPLES: &str = "\
Examples:
  antom order list --config antom.toml --api-key-file api_key
  antom order list --config antom.toml --api-key-file api_key --phase paid --json
  antom order list --config antom.toml --offline

Fifty orders a page, the newest first; the last line tells the cursor of the next page.
Exit codes: 0 shown, 5 no service or database, 64 wrong usage.";

const SHOW_EXAMPLES: &str = "\
Examples:
  antom order show ORDER-1 --config antom.toml --api-key-file api_key
  antom order show ORDER-1 --config antom.toml --offline --json

Exit codes: 0 shown, 1 there is no such order, 5 no service or database, 64 wrong usage.";

#[derive(Debug, Subcommand)]
pub(super) enum Orders {
    /// Lists orders, the newest first.
    List(ListOrders),
    /// Shows an order with its payments and everything that happened to it.
    Show(ShowOrder),
}

#[derive(Debug, Args)]
#[command(after_help = LIST_EXAMPLES)]
pub(super) struct ListOrders {
    /// Only orders in this phase.
    #[arg(long, value_parser = phase)]
    phase: Option<OrderPhase>,
    /// Where the next page begins, as an earlier page told.
    #[arg(long)]
    cursor: Option<String>,
    #[command(flatten)]
    source: Source,
}

#[derive(Debug, Args)]
#[command(after_help = SHOW_EXAMPLES)]
pub(super) struct ShowOrder {
    /// The order's referenceOrderId.
    order: String,
    #[command(flatten)]
    source: Source,
}

fn phase(word: &str) -> Result<OrderPhase, String> {
    let words = OrderPhase::ALL.map(OrderPhase::as_str).join(", ");
    OrderPhase::from_word(word).ok_or_else(|| format!("must be one of {words}"))
}

impl Orders {
    pub(super) fn run(self) -> ExitCode {
        match self {
            Self::List(command) => finish(command.answer(), command.source.access.json),
            Self::Show(command) => finish(command.answer(), command.source.access.json),
        }
    }
}

impl ListOrders {
    fn answer(&self) -> Result<Answer, Answer> {
        let reply = if self.source.offline {
            let query = OrderQuery { phase: self.phase, cursor: self.cursor.clone(), limit: offline::PAGE };
            let policy = self.source.access.policy()?;
            offline::read(&self.source.access, async |storage| {
                api::offline::orders(&*storage.store, &query, &policy).await.map(Reply::found)
            })?
        } else {
            let phase = self.phase.map(|phase| ("phase", phase.as_str()));
            let cursor = self.cursor.as_deref().map(|cursor| ("cursor", cursor));
            let query: Vec<(&str, &str)> = phase.into_iter().chain(cursor).collect();
            self.source.access.service()?.get(&["orders"], &query)?
        };
        Ok(reply.shown(page))
    }
}

impl ShowOrder {
    fn answer(&self) -> Result<Answer, Answer> {
        let reply = if self.source.offline {
            let policy = self.source.access.policy()?;
            offline::read(&self.source.access, async |storage| {
                let order = api::offline::order(&*storage.store, &self.order, &policy).await?;
                Ok(order.map_or_else(|| Reply::not_found("order"), Reply::found))
            })?
        } else {
            self.source.access.service()?.get(&["orders", &self.order], &[])?
        };
        Ok(reply.shown(order))
    }
}

fn page(page: &Value) -> String {
    let row = |order: &Value| {
        ["referenceOrderId", "phase", "amount", "createdAt"].map(|member| word(order, member)).to_vec()
    };
    let rows: Vec<Vec<String>> = list(page, "orders").iter().map(row).collect();
    let table = columns(&["ORDER", "PHASE", "AMOUNT", "CREATED"], &rows);
    match page.get("next").and_then(Value::as_str) {
        Some(cursor) => format!("{table}\nmore: --cursor {cursor}"),
        None => table,
    }
}

fn order(order: &Value) -> String {
    let head = pairs(&[
        ("order", word(order, "referenceOrderId")),
        ("amount", word(order, "amount")),
        ("description", word(order, "description")),
        ("phase", word(order, "phase")),
        ("shippable", word(order, "shippable")),
        ("created", word(order, "createdAt")),
    ]);
    let attempt = |attempt: &Value| {
        ["paymentRequestId", "phase", "role", "authorization", "resultCode", "paymentId"]
            .map(|member| word(attempt, member))
            .to_vec()
    };
    let attempts: Vec<Vec<String>> = list(order, "attempts").iter().map(attempt).collect();
    let attempts = columns(&["PAYMENT", "PHASE", "ROLE", "AUTHORIZATION", "CODE", "GATEWAY'S ID"], &attempts);
    let timeline: Vec<Vec<String>> = list(order, "timeline").iter().map(entry).collect();
    format!("{head}\n\n{attempts}\n\n{}", columns(&["AT", "EVENT", "WITH"], &timeline))
}

/// An entry of the timeline: when, what, and everything else that is one word.
fn entry(entry: &Value) -> Vec<String> {
    let members = entry.as_object().into_iter().flatten();
    let is_word = |(name, value): &(&String, &Value)| {
        !["at", "event", "v"].contains(&name.as_str()) && !value.is_array() && !value.is_null() && {
            !value.is_object() || value.get("currency").is_some()
        }
    };
    let details: Vec<String> =
        members.filter(is_word).map(|(name, value)| format!("{name}={}", plain(value))).collect();
    vec![word(entry, "at"), word(entry, "event"), details.join(" ")]
}
