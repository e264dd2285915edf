//! `antom notification`: what the gateway told, what became of it, and taking it in again.
//! Bodies are not shown: what they said is in the orders.

use std::process::ExitCode;

use antom_domain::port::{InboxQuery, InboxVerdict};
use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::answer::{Answer, finish};
use super::client::Reply;
use super::offline;
use super::settings::{Access, Source};
use super::table::{columns, list, plain, word};
use crate::inbound::api;

const LIST_EXAMPLES: &str = "\
Examples:
  antom notification list --config antom.toml --api-key-file admin_key
  antom notification list --verdict parked --config antom.toml --api-key-file admin_key --json
  antom notification list --config antom.toml --offline

The API key needs the scope admin. Verdicts: absorbed (an order took it in), parked (no order knows its ids yet), kept (not of
a kind that changes an order), hint (too old to be believed; it led to an inquiry).
Exit codes: 0 shown, 5 no service or database, 64 wrong usage.";

const REPLAY_EXAMPLES: &str = "\
Examples:
  antom notification replay ID --config antom.toml --api-key-file admin_key
  antom notification replay ID --config antom.toml --api-key-file admin_key --json

Takes a stored notification in once more; what its order has already heard adds nothing. The API key needs the scope admin.
Exit codes: 0 taken in, 1 there is no such notification, 4 no answer, 5 no service, 64 wrong usage.";

#[derive(Debug, Subcommand)]
pub(super) enum Notifications {
    /// Lists notifications, the last recorded first.
    List(ListNotifications),
    /// Takes a notification in once more.
    Replay(Replay),
}

#[derive(Debug, Args)]
#[command(after_help = LIST_EXAMPLES)]
pub(super) struct ListNotifications {
    /// Only notifications with this verdict.
    #[arg(long, value_parser = verdict)]
    verdict: Option<InboxVerdict>,
    /// Where the next page begins, as an earlier page told.
    #[arg(long)]
    cursor: Option<String>,
    #[command(flatten)]
    source: Source,
}

#[derive(Debug, Args)]
#[command(after_help = REPLAY_EXAMPLES)]
pub(super) struct Replay {
    /// The notification's id, as the list shows it.
    notification: String,
    #[command(flatten)]
    access: Access,
}

fn verdict(word: &str) -> Result<InboxVerdict, String> {
    let words = InboxVerdict::ALL.map(InboxVerdict::as_str).join(", ");
    InboxVerdict::from_word(word).ok_or_else(|| format!("must be one of {words}"))
}

impl Notifications {
    pub(super) fn run(self) -> ExitCode {
        match self {
            Self::List(command) => finish(command.answer(), command.source.access.json),
            Self::Replay(command) => finish(command.answer(), command.access.json),
        }
    }
}

impl ListNotifications {
    fn answer(&self) -> Result<Answer, Answer> {
        let reply = if self.source.offline {
            let (verdict, cursor) = (self.verdict, self.cursor.clone());
            let query = InboxQuery { verdict, cursor, limit: offline::PAGE };
            offline::read(&self.source.access, async |storage| {
                api::offline::notifications(&*storage.inbox, &query).await.map(Reply::found)
            })?
        } else {
            let verdict = self.verdict.map(|verdict| ("verdict", verdict.as_str()));
            let cursor = self.cursor.as_deref().map(|cursor| ("cursor", cursor));
            let query: Vec<(&str, &str)> = verdict.into_iter().chain(cursor).collect();
            self.source.access.service()?.get(&["notifications"], &query)?
        };
        Ok(reply.shown(page))
    }
}

impl Replay {
    fn answer(&self) -> Result<Answer, Answer> {
        let again = "replay it again: what is known adds nothing";
        let path = ["notifications", &self.notification, "replay"];
        let reply = self.access.service()?.post(&path, &json!({}), again)?;
        Ok(reply.shown(|receipt| match receipt.get("referenceOrderId").and_then(Value::as_str) {
            Some(_) => format!("{}, order {}", word(receipt, "verdict"), word(receipt, "referenceOrderId")),
            None => word(receipt, "verdict"),
        }))
    }
}

fn page(page: &Value) -> String {
    let row = |one: &Value| {
        let ids = one.get("ids").and_then(Value::as_object).into_iter().flatten();
        let ids: Vec<String> = ids.map(|(name, id)| format!("{name}={}", plain(id))).collect();
        let mut row = ["receivedAt", "notifyType", "verdict", "id"].map(|member| word(one, member)).to_vec();
        row.push(ids.join(" "));
        row
    };
    let rows: Vec<Vec<String>> = list(page, "notifications").iter().map(row).collect();
    let table = columns(&["RECEIVED", "TYPE", "VERDICT", "ID", "NAMES"], &rows);
    match page.get("next").and_then(Value::as_str) {
        Some(cursor) => format!("{table}\nmore: --cursor {cursor}"),
        None => table,
    }
}
