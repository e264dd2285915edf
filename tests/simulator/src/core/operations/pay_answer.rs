//! What `pay` answers for a payment as it stands (rules sections 6 and 8): addresses for the buyer's terminal, codes to
//! pay with, or the result. Which state the payment is in was decided before.

use serde_json::{Value, json};

use crate::core::arrangement::PayAnswer;
use crate::core::gateway::Gateway;
use crate::core::methods;
use crate::core::payment::{Integration, Payment, Phase};
use crate::core::reply::Reply;
use crate::core::time::Time;

/// The wallet app that the simulator stands in for; no device has it, so a scheme fails as it does where an app is missing.
const APP_SCHEME: &str = "antom-simulator";
const APP_IDENTIFIER: &str = "simulator.antom.wallet";

impl Gateway {
    /// The answer; `is_first` unless the request repeats an earlier one.
    pub(super) fn pay_answer(&self, payment: &Payment, terminal: &str, is_first: bool) -> Reply {
        match payment.phase {
            Phase::Success => self.with_result(payment, described(Reply::success(), payment)),
            Phase::Open | Phase::Processing | Phase::Pending => self.open_answer(payment, terminal, is_first),
            Phase::Failed => Reply::new(payment.result_code.as_deref().unwrap_or("PROCESS_FAIL")),
            Phase::Cancelled => Reply::new("ORDER_IS_CANCELED"),
        }
    }

    fn with_result(&self, payment: &Payment, reply: Reply) -> Reply {
        reply
            .field_if("paymentTime", payment.paid_at.map(Time::to_wire))
            .field_if("authExpiryTime", payment.auth_expiry.map(Time::to_wire))
            .field_if("paymentResultInfo", self.result_info(payment))
    }

    fn open_answer(&self, payment: &Payment, terminal: &str, is_first: bool) -> Reply {
        let arranged = &self.arranged_for(payment).pay;
        let reply = match (arranged.answer, &arranged.result_code) {
            // A code beside PAYMENT_IN_PROCESS says that the outcome is unknown, and nothing else.
            (Some(PayAnswer::Unknown), Some(code)) if is_first && code != "PAYMENT_IN_PROCESS" => {
                return Reply::new(code);
            }
            (Some(PayAnswer::Success), _) => described(Reply::success(), payment),
            _ => described(Reply::new("PAYMENT_IN_PROCESS"), payment),
        };
        if arranged.answer.is_some() && !arranged.with_url {
            return reply;
        }
        let Some(normal_url) = self.normal_url(payment) else { return reply };
        let reply = reply.field("normalUrl", normal_url).field_if("orderCodeForm", order_code(payment));
        let id = payment.payment_id.as_deref().unwrap_or_default();
        let app_url = || format!("{}/app/{id}", self.settings.base_url);
        match terminal {
            _ if payment.is_card() => reply,
            "WAP" => reply.field("applinkUrl", app_url()),
            "APP" | "MINI_APP" => reply
                .field("applinkUrl", app_url())
                .field("schemeUrl", format!("{APP_SCHEME}://pay/{id}"))
                .field("appIdentifier", APP_IDENTIFIER),
            _ => reply,
        }
    }

    /// Where the buyer of a payment that `pay` started goes.
    pub(crate) fn normal_url(&self, payment: &Payment) -> Option<String> {
        match payment.integration {
            Integration::Session(_) => None,
            Integration::Pay => {
                if let Some(challenge) = &payment.challenge {
                    return Some(self.challenge_url(&challenge.id));
                }
                let id = payment.payment_id.as_deref()?;
                Some(format!("{}/checkout/{id}", self.settings.base_url))
            }
        }
    }
}

fn described(reply: Reply, payment: &Payment) -> Reply {
    reply
        .field("paymentRequestId", payment.request_id.as_str())
        .field("paymentAmount", payment.amount.to_json())
        .field_if("paymentId", payment.payment_id.as_deref())
        .field("paymentCreateTime", payment.created.to_wire())
}

/// The code that a buyer takes to a shop or a bank (rules 8.3): the last thirteen digits of the payment's id.
fn order_code(payment: &Payment) -> Option<Value> {
    if !methods::rules_of(&payment.method).pays_later {
        return None;
    }
    let id = payment.payment_id.as_deref()?;
    let code = id.get(id.len().saturating_sub(13)..)?;
    Some(json!({
        "paymentMethodType": payment.method,
        "expireTime": payment.close_at?.to_wire(),
        "codeDetails": [{"codeValueType": "BARCODE", "codeValue": code, "displayType": "TEXT"}],
    }))
}
