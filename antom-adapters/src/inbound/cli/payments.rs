//! `antom payment`: looks at one payment, asks the gateway about it, captures, cancels, refunds.
//! Everything goes through the running service; what is allowed is decided there.

use std::process::ExitCode;

use antom_core::money::{Currency, Money};
use antom_domain::port::IdSource as _;
use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::answer::{Answer, finish};
use super::client::Reply;
use super::offline;
use super::settings::{Access, Source};
use super::table::{columns, list, pairs, plain, word};
use crate::inbound::api;
use crate::outbound::entropy::SystemEntropy;

const SHOW_EXAMPLES: &str = "\
Examples:
  antom payment show PAYMENT --config antom.toml --api-key-file api_key
  antom payment show PAYMENT --config antom.toml --offline --json

Exit codes: 0 shown, 1 there is no such payment, 5 no service or database, 64 wrong usage.";

const INQUIRE_EXAMPLES: &str = "\
Examples:
  antom payment inquire PAYMENT --config antom.toml --api-key-file api_key
  antom payment inquire PAYMENT --url https://pay.shop.example --api-key-file api_key --json

Asks the gateway everything that is still open about the payment.
Exit codes: 0 answered, 1 there is no such payment, 4 no answer, 5 no service, 64 wrong usage.";

const CAPTURE_EXAMPLES: &str = "\
Examples:
  antom payment capture PAYMENT --config antom.toml --api-key-file api_key
  antom payment capture PAYMENT --amount 'USD 10.00' --last --config antom.toml --api-key-file api_key

Takes the authorized money, all of it unless an amount is given. The capture's id is drawn and printed where none is given;
the same id is the same capture, however often it is asked for.
Exit codes: 0 captured, 1 not allowed, 3 the gateway refused, 4 not known yet, 5 no service, 64 wrong usage.";

const CANCEL_EXAMPLES: &str = "\
Examples:
  antom payment cancel PAYMENT --config antom.toml --api-key-file api_key
  antom payment cancel PAYMENT --config antom.toml --api-key-file api_key --json

Exit codes: 0 cancelled, 1 not allowed, 3 the gateway refused, 4 not known yet, 5 no service, 64 wrong usage.";

const REFUND_EXAMPLES: &str = "\
Examples:
  antom payment refund PAYMENT --amount 'USD 10.00' --config antom.toml --api-key-file api_key
  antom payment refund PAYMENT --amount 'USD 5.00' --reason 'one item came back' \\
      --refund-request-id RETURN-7 --config antom.toml --api-key-file api_key

The refund's id is drawn and printed where none is given; the same id is the same refund, however often it is asked for.
Exit codes: 0 refunded, 1 not allowed, 3 the gateway refused, 4 not known yet, 5 no service, 64 wrong usage.";

#[derive(Debug, Subcommand)]
pub(super) enum Payments {
    /// Shows a payment with its captures, cancels and refunds.
    Show(Show),
    /// Asks the gateway what became of a payment.
    Inquire(Inquire),
    /// Takes the money of an authorized payment.
    Capture(Capture),
    /// Cancels a payment.
    Cancel(Cancel),
    /// Gives money back.
    Refund(Refund),
}

#[derive(Debug, Args)]
#[command(after_help = SHOW_EXAMPLES)]
pub(super) struct Show {
    /// The payment's paymentRequestId.
    payment: String,
    #[command(flatten)]
    source: Source,
}

#[derive(Debug, Args)]
#[command(after_help = INQUIRE_EXAMPLES)]
pub(super) struct Inquire {
    /// The payment's paymentRequestId.
    payment: String,
    #[command(flatten)]
    access: Access,
}

#[derive(Debug, Args)]
#[command(after_help = CAPTURE_EXAMPLES)]
pub(super) struct Capture {
    /// The payment's paymentRequestId.
    payment: String,
    /// How much, as people write it; all of it where absent.
    #[arg(long, value_name = "'CUR 0.00'", value_parser = amount)]
    amount: Option<Money>,
    /// This is the last capture: the gateway lets go what it does not take.
    #[arg(long)]
    last: bool,
    /// The capture's id, to ask for the same capture again.
    #[arg(long, value_name = "ID")]
    capture_request_id: Option<String>,
    #[command(flatten)]
    access: Access,
}

#[derive(Debug, Args)]
#[command(after_help = CANCEL_EXAMPLES)]
pub(super) struct Cancel {
    /// The payment's paymentRequestId.
    payment: String,
    #[command(flatten)]
    access: Access,
}

#[derive(Debug, Args)]
#[command(after_help = REFUND_EXAMPLES)]
pub(super) struct Refund {
    /// The payment's paymentRequestId.
    payment: String,
    /// How much, as people write it.
    #[arg(long, value_name = "'CUR 0.00'", value_parser = amount)]
    amount: Money,
    /// Why, for the gateway and the timeline.
    #[arg(long)]
    reason: Option<String>,
    /// The refund's id, to ask for the same refund again.
    #[arg(long, value_name = "ID")]
    refund_request_id: Option<String>,
    #[command(flatten)]
    access: Access,
}

/// An amount as people write it, since minor units on a command line are a hundredfold mistake waiting to be made.
fn amount(text: &str) -> Result<Money, String> {
    let hint = "write it as currency and decimal amount, such as 'USD 10.00'";
    let (currency, number) = text.split_once(' ').ok_or(hint)?;
    let currency = Currency::parse(currency).map_err(|error| format!("{error}; {hint}"))?;
    let money = Money::parse_decimal(currency, number).map_err(|error| format!("{error}; {hint}"))?;
    money.require_chargeable().map_err(|error| error.to_string())
}

impl Payments {
    pub(super) fn run(self) -> ExitCode {
        match self {
            Self::Show(command) => finish(command.answer(), command.source.access.json),
            Self::Inquire(command) => finish(command.answer(), command.access.json),
            Self::Capture(command) => finish(command.answer(), command.access.json),
            Self::Cancel(command) => finish(command.answer(), command.access.json),
            Self::Refund(command) => finish(command.answer(), command.access.json),
        }
    }
}

impl Show {
    fn answer(&self) -> Result<Answer, Answer> {
        let reply = if self.source.offline {
            let policy = self.source.access.policy()?;
            offline::read(&self.source.access, async |storage| {
                let payment = api::offline::payment(&*storage.store, &self.payment, &policy).await?;
                Ok(payment.map_or_else(|| Reply::not_found("payment"), Reply::found))
            })?
        } else {
            self.source.access.service()?.get(&["payments", &self.payment], &[])?
        };
        Ok(reply.shown(payment))
    }
}

impl Inquire {
    fn answer(&self) -> Result<Answer, Answer> {
        let again = "ask again";
        let path = ["payments", &self.payment, "inquire"];
        let reply = self.access.service()?.post(&path, &json!({}), again)?;
        Ok(reply.judge(payment, |_| false, again))
    }
}

impl Capture {
    fn answer(&self) -> Result<Answer, Answer> {
        let id = self.capture_request_id.clone().unwrap_or_else(|| SystemEntropy.fresh());
        let again = format!("the same capture again: --capture-request-id {id}");
        let mut body = json!({ "captureRequestId": id, "isLast": self.last });
        if let (Some(amount), Some(members)) = (self.amount, body.as_object_mut()) {
            members.insert("amount".to_owned(), json!(amount));
        }
        let reply = self.access.service()?.post(&["payments", &self.payment, "capture"], &body, &again)?;
        Ok(reply.judge(payment, |shown| has_failed(shown, "captures", "captureRequestId", &id), &again))
    }
}

impl Cancel {
    fn answer(&self) -> Result<Answer, Answer> {
        let again = "ask again: a payment is cancelled once";
        let path = ["payments", &self.payment, "cancel"];
        let reply = self.access.service()?.post(&path, &json!({}), again)?;
        let refused = |shown: &Value| {
            word(shown, "phase") != "cancelled" && list(shown, "cancels").last().is_some_and(is_failure)
        };
        Ok(reply.judge(payment, refused, again))
    }
}

impl Refund {
    fn answer(&self) -> Result<Answer, Answer> {
        let id = self.refund_request_id.clone().unwrap_or_else(|| SystemEntropy.fresh());
        let again = format!("the same refund again: --refund-request-id {id}");
        let body = json!({ "amount": self.amount, "reason": self.reason, "refundRequestId": id });
        let reply = self.access.service()?.post(&["payments", &self.payment, "refunds"], &body, &again)?;
        Ok(reply.judge(payment, |shown| has_failed(shown, "refunds", "refundRequestId", &id), &again))
    }
}

/// Whether the one with this id failed; where none has it, the last one is meant.
fn has_failed(payment: &Value, kind: &str, member: &str, id: &str) -> bool {
    let all = list(payment, kind);
    let by_id = |one: &&Value| one.get(member).and_then(Value::as_str) == Some(id);
    all.iter().find(by_id).or_else(|| all.last()).is_some_and(is_failure)
}

fn is_failure(one: &Value) -> bool {
    ["failed", "refused"].contains(&word(one, "phase").as_str())
}

//= I-6
fn payment(payment: &Value) -> String {
    let head = pairs(&[
        ("payment", word(payment, "paymentRequestId")),
        ("order", word(payment, "referenceOrderId")),
        ("amount", word(payment, "amount")),
        ("phase", word(payment, "phase")),
        ("role", word(payment, "role")),
        ("authorization", word(payment, "authorization")),
        ("result code", word(payment, "resultCode")),
        ("disputed", word(payment, "disputed")),
        ("gateway's id", word(payment, "paymentId")),
    ]);
    let movement = |kind: &'static str, id: &'static str| {
        list(payment, &format!("{kind}s")).iter().map(move |one| {
            vec![
                kind.to_owned(),
                word(one, "phase"),
                word(one, "amount"),
                word(one, id),
                word(one, "resultCode"),
            ]
        })
    };
    let rows: Vec<Vec<String>> = movement("capture", "captureRequestId")
        .chain(movement("cancel", "reason"))
        .chain(movement("refund", "refundRequestId"))
        .collect();
    let mut parts = vec![head];
    let details: Vec<(&str, String)> = payment
        .get("details")
        .and_then(Value::as_object)
        .into_iter()
        .flatten()
        .map(|(name, value)| (name.as_str(), plain(value)))
        .collect();
    if !details.is_empty() {
        parts.push(pairs(&details));
    }
    if !rows.is_empty() {
        parts.push(columns(&["", "PHASE", "AMOUNT", "ID", "CODE"], &rows));
    }
    parts.join("\n\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_amount_is_written_as_people_write_it() {
        assert_eq!(amount("USD 10.5").unwrap().minor_units(), 1_050);
        assert_eq!(amount("JPY 1000").unwrap().minor_units(), 1_000);
        for wrong in ["1000", "USD1000", "USD 10.001", "USD -1", "usd 1", "USD 0", "USD 1,00"] {
            assert!(amount(wrong).is_err(), "{wrong}");
        }
    }

    //= I-6 test
    #[test]
    fn what_is_known_of_the_card_and_its_checks_is_shown() {
        let shown = payment(&json!({ "paymentRequestId": "PAY-1", "resultCode": "SUCCESS", "details": {
            "cardBrand": "VISA", "avsResultRaw": "Y", "authExpiryTime": "2026-11-29T00:00:00Z",
            "actualPaymentAmount": { "currency": "PHP", "value": "240000" },
        }}));
        for line in
            ["cardBrand            VISA", "avsResultRaw         Y", "actualPaymentAmount  PHP 2400.00"]
        {
            assert!(shown.lines().any(|one| one == line), "{line}: {shown}");
        }
        assert!(!shown.contains("eci"), "nothing is made up");
        assert!(!payment(&json!({ "paymentRequestId": "PAY-1", "details": {} })).contains("\n\n"));
    }

    #[test]
    fn the_failure_of_an_earlier_refund_is_not_that_of_a_later_one() {
        let shown = json!({ "refunds": [
            { "refundRequestId": "A", "phase": "failed" },
            { "refundRequestId": "B", "phase": "succeeded" },
        ]});
        assert!(has_failed(&shown, "refunds", "refundRequestId", "A"));
        assert!(!has_failed(&shown, "refunds", "refundRequestId", "B"));
    }
}
