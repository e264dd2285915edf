//! `antom erase`: personal data of one order, or of all orders of one buyer.
//! It goes through the running service, which decides what is allowed.

use std::process::ExitCode;

use clap::Args;
use serde_json::{Value, json};

use super::answer::{Answer, finish};
use super::client::{Reply, Service};
use super::settings::Access;
use super::table::{list, plain, word};

const EXAMPLES: &str = "\
Examples:
  antom erase --order ORDER-1 --config antom.toml --api-key-file admin_key
  antom erase --buyer BUYER-1 --config antom.toml --api-key-file admin_key --json

Erases what is personal in orders at rest: the buyer's data, description and goods, what is known of the card, what was handed
to the buyer's client, and the bodies of the gateway's notifications. Ids, amounts, phases and times stay, so that the order can
still be shown, inquired and refunded; no further payment can be opened for it. It cannot be undone, and is recorded in the
order's timeline. Asking again is harmless. The API key needs the scope admin. Copies of the database are not touched.
Exit codes: 0 erased, 1 not at rest or no such order, 4 no answer, 5 no service, 64 wrong usage.";

const AGAIN: &str = "ask again: what is erased stays erased";

#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Erase {
    /// The order's referenceOrderId.
    #[arg(long, value_name = "ID", required_unless_present = "buyer", conflicts_with = "buyer")]
    order: Option<String>,
    /// The merchant's id of the buyer, referenceBuyerId.
    #[arg(long, value_name = "REFERENCE")]
    buyer: Option<String>,
    #[command(flatten)]
    access: Access,
}

impl Erase {
    pub(super) fn run(self) -> ExitCode {
        finish(self.answer(), self.access.json)
    }

    fn answer(&self) -> Result<Answer, Answer> {
        let service = self.access.service()?;
        match (&self.order, &self.buyer) {
            (None, Some(buyer)) => of_buyer(&service, buyer),
            (order, _) => {
                let body = json!({ "referenceOrderId": order });
                Ok(service.post(&["erasures"], &body, AGAIN)?.shown(told))
            }
        }
    }
}

/// Page after page of all orders, until there are no more; what was done is told as one.
fn of_buyer(service: &Service, buyer: &str) -> Result<Answer, Answer> {
    let mut cursor = Value::Null;
    let mut all = json!({ "erased": [], "erasedBefore": [], "refused": [] });
    loop {
        let mut body = json!({ "referenceBuyerId": buyer });
        if let (false, Some(members)) = (cursor.is_null(), body.as_object_mut()) {
            members.insert("cursor".to_owned(), cursor);
        }
        let page = match service.post(&["erasures"], &body, AGAIN)?.good() {
            Ok(page) => page,
            Err(refused) => return Ok(Reply::shown(refused, told)),
        };
        for (name, found) in all.as_object_mut().into_iter().flatten() {
            if let Some(found) = found.as_array_mut() {
                found.extend(list(&page, name).iter().cloned());
            }
        }
        cursor = page.get("next").cloned().unwrap_or_default();
        if cursor.is_null() {
            break;
        }
    }
    let text = told(&all);
    Ok(if list(&all, "refused").is_empty() { Answer::ok(text, all) } else { Answer::negative(text, all) })
}

fn told(report: &Value) -> String {
    let ids = |name: &str| list(report, name).iter().map(plain).collect::<Vec<_>>();
    let mut lines: Vec<String> = ids("erased").iter().map(|id| format!("{id}: erased")).collect();
    lines.extend(ids("erasedBefore").iter().map(|id| format!("{id}: erased before")));
    let refused = list(report, "refused").iter();
    lines.extend(refused.map(|one| format!("{}: {}", word(one, "referenceOrderId"), word(one, "detail"))));
    if lines.is_empty() { "nothing is left to erase".to_owned() } else { lines.join("\n") }
}
