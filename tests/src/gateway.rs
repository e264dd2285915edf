//! The simulator's control API: acts for the buyer, plants faults, reads the judge's books.
//! What the gateway does with it is the simulator's; nothing here speaks the gateway's own API.

use std::time::Duration;

use serde_json::{Value, json};

use crate::failure::Failure;
use crate::http::{Answer, Call, Http, flag_at, list_at, text_at};
use crate::waiting::{Look, PATIENCE, until};

/// In seconds; less than the 10 minutes by which a notification may come from the future.
const LONGEST_STEP: u64 = 300;

/// A client of the control API.
#[derive(Debug, Clone)]
pub struct Gateway {
    http: Http,
}

/// A call that the gateway's journal holds.
#[derive(Debug, Clone, PartialEq)]
pub struct ReceivedCall {
    /// The operation's name.
    pub operation: String,
    /// The request's body.
    pub request: Value,
    /// The request's body, byte for byte.
    pub text: String,
    /// The answer's body; null where none was sent.
    pub answer: Value,
}

impl Gateway {
    /// A client of the simulator at `base`.
    pub fn new(base: &str) -> Self {
        Self { http: Http::new(base) }
    }

    /// The simulator's address.
    pub fn base(&self) -> &str {
        self.http.base()
    }

    /// Acts for the buyer on a payment: `success`, `decline`, `fail`, `pending` or `cancel`.
    pub fn complete(&self, payment_request_id: &str, outcome: &str) -> Result<Value, Failure> {
        let path = format!("/payments/{payment_request_id}/complete");
        self.post(&path, &json!({ "outcome": outcome }))?.expect_status("the buyer acts", &[200])
    }

    /// The gateway's time, as it writes it.
    pub fn now(&self) -> Result<String, Failure> {
        let seen = self.get("/clock")?.expect_status("the clock is shown", &[200])?;
        Ok(text_at(&seen, "/now").to_owned())
    }

    /// Moves the gateway's time on; back when every notification that came due was answered or timed out.
    ///
    /// It moves in short steps: a clock that follows sees each of them at most one step late, so that no notification comes to
    /// it from a future that it would not believe.
    pub fn advance(&self, by: Duration) -> Result<(), Failure> {
        let mut left = by.as_secs();
        while left > 0 {
            let seconds = left.min(LONGEST_STEP);
            self.post("/clock/advance", &json!({ "seconds": seconds }))?
                .expect_status("the time is moved", &[200])?;
            left -= seconds;
        }
        Ok(())
    }

    /// Lets the method pay after the payment was closed or cancelled.
    pub fn succeed_late(&self, payment_request_id: &str) -> Result<Value, Failure> {
        self.post(&format!("/payments/{payment_request_id}/late-success"), &json!({}))?
            .expect_status("the method pays late", &[200])
    }

    /// Begins or ends the review of a payment: `PROCESSING`, `ACCEPT`, `REJECT`.
    pub fn review(&self, payment_request_id: &str, status: &str) -> Result<Value, Failure> {
        self.post(&format!("/payments/{payment_request_id}/review"), &json!({ "status": status }))?
            .expect_status("the review goes on", &[200])
    }

    /// Arranges what no request brings about; see the simulator's interface for the areas.
    pub fn arrange(&self, payment_request_id: &str, areas: &Value) -> Result<Value, Failure> {
        self.post(&format!("/payments/{payment_request_id}/arrange"), areas)?
            .expect_status("it is arranged", &[200])
    }

    /// Every call of one operation is answered with this code until the scenarios end.
    pub fn start_scenario(&self, api: &str, result_code: &str) -> Result<(), Failure> {
        let scenario = json!({"api": api, "resultCode": result_code, "minutes": 30});
        self.post("/scenarios", &scenario)?.expect_status("a scenario is started", &[200, 201]).map(drop)
    }

    /// Ends all scenarios.
    pub fn end_scenarios(&self) -> Result<(), Failure> {
        let call = Call::new("DELETE", "/_simulator/scenarios");
        self.http.send(call)?.expect_status("the scenarios end", &[200, 204]).map(drop)
    }

    /// Every payment that the gateway knows.
    pub fn payments(&self) -> Result<Vec<Value>, Failure> {
        let seen = self.get("/payments")?.expect_status("the payments are listed", &[200])?;
        Ok(list_at(&seen, "/payments").to_vec())
    }

    /// One payment; `None` where the gateway does not know it.
    pub fn payment(&self, payment_request_id: &str) -> Result<Option<Value>, Failure> {
        let answer = self.get(&format!("/payments/{payment_request_id}"))?;
        match answer.status {
            404 => Ok(None),
            _ => answer.expect_status("the payment is shown", &[200]).map(Some),
        }
    }

    /// Waits until the gateway knows the payment.
    pub fn wait_for_payment(&self, payment_request_id: &str) -> Result<Value, Failure> {
        until("the payment at the gateway", PATIENCE, || {
            let seen = self.payment(payment_request_id)?;
            Ok(seen.map_or_else(|| Look::NotYet("unknown".to_owned()), Look::Found))
        })
    }

    /// The notifications about a payment, of one type or, with an empty type, of all.
    pub fn notifications(&self, payment: &str, notify_type: &str) -> Result<Vec<Value>, Failure> {
        let about = |one: &Value| {
            let ids = ["/paymentRequestId", "/body/paymentRequestId", "/body/paymentId"];
            ids.iter().any(|id| text_at(one, id) == payment)
                && (notify_type.is_empty() || text_at(one, "/notifyType") == notify_type)
        };
        Ok(self.all_notifications()?.into_iter().filter(about).collect())
    }

    /// Every notification with its tries.
    pub fn all_notifications(&self) -> Result<Vec<Value>, Failure> {
        let seen = self.get("/notifications")?.expect_status("the notifications are listed", &[200])?;
        Ok(list_at(&seen, "/notifications").to_vec())
    }

    /// Waits until a notification of this type about one of these ids of a payment was acknowledged.
    pub fn wait_for_acknowledged(&self, ids: &[&str], notify_type: &str) -> Result<Value, Failure> {
        let what = format!("the acknowledgement of {notify_type}");
        until(&what, PATIENCE, || {
            let mut seen = Vec::new();
            for id in ids.iter().filter(|id| !id.is_empty()) {
                seen.extend(self.notifications(id, notify_type)?);
            }
            let found = seen.iter().find(|one| text_at(one, "/status") == "acknowledged");
            Ok(found.cloned().map_or_else(|| Look::NotYet(Value::from(seen).to_string()), Look::Found))
        })
    }

    /// Sends a notification once more and answers its log after that try has ended.
    pub fn resend(&self, notification: &str) -> Result<Value, Failure> {
        let tries = |one: &Value| {
            list_at(one, "/tries").iter().filter(|one| flag_at(one, "/done") == Some(true)).count()
        };
        let before = tries(&self.notification(notification)?);
        self.post(&format!("/notifications/{notification}/resend"), &json!({}))?
            .expect_status("a notification is sent again", &[200, 202])?;
        until("the end of the second try", PATIENCE, || {
            let seen = self.notification(notification)?;
            Ok(if tries(&seen) > before { Look::Found(seen) } else { Look::NotYet(seen.to_string()) })
        })
    }

    /// Sends a notification made by hand, signed like every other: a payment's own data, a type, a URL, a body.
    pub fn trigger(&self, notification: &Value) -> Result<Value, Failure> {
        self.post("/notifications/trigger", notification)?
            .expect_status("a notification is triggered", &[200, 201, 202])
    }

    fn notification(&self, id: &str) -> Result<Value, Failure> {
        let found = self.all_notifications()?.into_iter().find(|one| text_at(one, "/id") == id);
        found.ok_or_else(|| Failure::step(format!("the notification {id} is listed"), "it is not"))
    }

    /// Plants faults in place of those before; see the simulator's interface for targets and kinds.
    pub fn plant_faults(&self, rules: &Value) -> Result<(), Failure> {
        let call = Call::new("PUT", "/_simulator/faults").json(&json!({ "rules": rules }));
        self.http.send(call)?.expect_status("the faults are planted", &[200, 204]).map(drop)
    }

    /// Takes all faults away.
    pub fn clear_faults(&self) -> Result<(), Failure> {
        let call = Call::new("DELETE", "/_simulator/faults");
        self.http.send(call)?.expect_status("the faults are taken away", &[200, 204]).map(drop)
    }

    /// Changes some of the gateway's delays, such as `captureMs`.
    pub fn set_timings(&self, timings: &Value) -> Result<(), Failure> {
        let call = Call::new("PUT", "/_simulator/timings").json(timings);
        self.http.send(call)?.expect_status("the delays are set", &[200, 204]).map(drop)
    }

    /// Makes a new key of the gateway's, which signs from now on; answers all its versions.
    pub fn rotate_keys(&self) -> Result<Value, Failure> {
        self.post("/antom-keys", &json!({}))?.expect_status("the gateway's key is rotated", &[200, 201])
    }

    /// The judge's books.
    pub fn ledger(&self) -> Result<Value, Failure> {
        self.get("/ledger")?.expect_status("the ledger is shown", &[200])
    }

    /// The judge's entry for one attempt; null where there is none.
    pub fn ledger_attempt(&self, order: &str, payment_request_id: &str) -> Result<Value, Failure> {
        let ledger = self.ledger()?;
        let order = ledger.get("orders").and_then(|orders| orders.get(order)).unwrap_or(&Value::Null);
        let found = list_at(order, "/attempts")
            .iter()
            .find(|one| text_at(one, "/paymentRequestId") == payment_request_id);
        Ok(found.cloned().unwrap_or(Value::Null))
    }

    /// The calls of one operation about one payment, named by our id or the gateway's, that the gateway received, oldest first.
    pub fn calls(&self, operation: &str, payment: &str) -> Result<Vec<ReceivedCall>, Failure> {
        let names = |call: &ReceivedCall, id| text_at(&call.request, id) == payment;
        let about = |call: &ReceivedCall| {
            call.operation == operation && (names(call, "/paymentRequestId") || names(call, "/paymentId"))
        };
        Ok(self.all_calls()?.into_iter().filter(about).collect())
    }

    /// The first of these calls.
    pub fn first_call(&self, operation: &str, payment: &str) -> Result<ReceivedCall, Failure> {
        let first = self.calls(operation, payment)?.into_iter().next();
        first.ok_or_else(|| Failure::step(format!("the gateway received {operation}"), payment))
    }

    /// Every call that the gateway's journal holds, oldest first.
    pub fn all_calls(&self) -> Result<Vec<ReceivedCall>, Failure> {
        let seen = self.get("/journal")?.expect_status("the journal is shown", &[200])?;
        let parse = |text: &str| serde_json::from_str::<Value>(text).unwrap_or(Value::Null);
        let calls = list_at(&seen, "/entries").iter().filter(|entry| text_at(entry, "/kind") == "call");
        let read = |entry: &Value| ReceivedCall {
            operation: text_at(entry, "/operation").to_owned(),
            request: parse(text_at(entry, "/request")),
            text: text_at(entry, "/request").to_owned(),
            answer: parse(text_at(entry, "/answer")),
        };
        Ok(calls.map(read).collect())
    }

    /// How many entries were ever written to the journal.
    pub fn journal_length(&self) -> Result<u64, Failure> {
        // The entries themselves are not wanted, so those of a client that does not exist are asked for.
        let seen = self.get("/journal?clientId=nobody")?.expect_status("the journal is shown", &[200])?;
        let written = seen.get("written").and_then(Value::as_u64);
        written.ok_or_else(|| Failure::step("the journal tells its length", &seen))
    }

    fn get(&self, path: &str) -> Result<Answer, Failure> {
        self.http.send(Call::new("GET", &format!("/_simulator{path}")))
    }

    fn post(&self, path: &str, body: &Value) -> Result<Answer, Failure> {
        self.http.send(Call::new("POST", &format!("/_simulator{path}")).json(body))
    }
}
