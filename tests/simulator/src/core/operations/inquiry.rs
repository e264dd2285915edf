//! `inquiryPayment` (rules section 13): where a payment stands, with its captures and refunds.
//! It changes nothing.

use serde_json::{Value, json};

use crate::core::codes;
use crate::core::gateway::Gateway;
use crate::core::payment::{Capture, Payment, Phase, Progress, Refund};
use crate::core::reply::{Refusal, Reply};
use crate::core::time::Time;

impl Gateway {
    pub(crate) fn inquiry_payment(&mut self, client: &str, request: &Value) -> Result<Reply, Refusal> {
        let (_, payment) = self.find_payment(client, request)?;
        // A session that nobody has tried to pay is no payment yet.
        if payment.phase == Phase::Open {
            return Err(Refusal::new("ORDER_NOT_EXIST"));
        }
        let code = payment.payment_result_code();
        let message = codes::lookup("paymentResultCode", code).map(|(_, meaning)| meaning);
        let transactions = payment.transactions();
        let info = self.result_info(payment);
        Ok(Reply::success()
            .field("paymentStatus", payment.phase.as_str())
            .field("paymentResultCode", code)
            .field_if("paymentResultMessage", message)
            .field("paymentRequestId", payment.request_id.as_str())
            .field_if("paymentId", payment.payment_id.as_deref())
            .field("paymentAmount", payment.amount.to_json())
            .field("paymentMethodType", payment.method.as_str())
            .field("paymentCreateTime", payment.created.to_wire())
            .field_if(
                "paymentTime",
                payment.paid_at.filter(|_| payment.phase == Phase::Success).map(Time::to_wire),
            )
            .field_if("metadata", payment.terms().metadata.as_deref())
            .fields(
                payment.paid_at.map(|_| payment.settlement_fields(payment.authorized())).unwrap_or_default(),
            )
            .field_if("authExpiryTime", payment.auth_expiry.map(Time::to_wire))
            .field_if("cardInfo", info.as_ref().map(card_info))
            .field_if("paymentResultInfo", info)
            .fields(payment.review_fields())
            .field_if("redirectActionForm", self.redirect_form(payment))
            .field_if("transactions", (!transactions.is_empty()).then_some(transactions)))
    }
}

impl Gateway {
    /// Where the buyer goes, while that is open (rules 13.1).
    fn redirect_form(&self, payment: &Payment) -> Option<Value> {
        let arranged = &self.arranged_for(payment).pay;
        let has_url = arranged.answer.is_none() || arranged.with_url;
        let url = self.normal_url(payment).filter(|_| has_url && payment.phase == Phase::Processing)?;
        Some(json!({"method": "GET", "redirectUrl": url}))
    }

    /// `paymentResultInfo`, once a card was used successfully, or failed for good.
    pub(crate) fn result_info(&self, payment: &Payment) -> Option<Value> {
        if payment.paid_at.is_none() && payment.phase != Phase::Failed {
            return None;
        }
        let used = payment.used.as_ref()?;
        let mut info = used.result_info(payment, &self.arranged_for(payment).card);
        if let Some(members) = info.as_object_mut() {
            members.insert("incrementalAuthorizationAvailable".to_owned(), json!(payment.can_be_raised()));
        }
        Some(info)
    }
}

impl Payment {
    pub(crate) fn payment_result_code(&self) -> &str {
        match self.phase {
            Phase::Success => "SUCCESS",
            Phase::Pending => self.result_code.as_deref().unwrap_or("PAYMENT_IN_PROCESS"),
            Phase::Open | Phase::Processing => "PAYMENT_IN_PROCESS",
            Phase::Failed => self.result_code.as_deref().unwrap_or("PROCESS_FAIL"),
            Phase::Cancelled => "ORDER_IS_CANCELED",
        }
    }

    fn transactions(&self) -> Vec<Value> {
        let heard_of = |capture: &&Capture| capture.progress != Progress::Dropped;
        let increments = self.increments.iter().map(|increment| increment.transaction(self));
        let captures = self.captures.iter().filter(heard_of).map(|capture| self.capture_entry(capture));
        let refunds = self.refunds.iter().map(|refund| self.refund_entry(refund));
        self.authorization_entry()
            .into_iter()
            .chain(increments)
            .chain(captures)
            .chain(refunds)
            .chain(self.void_entry())
            .collect()
    }

    fn authorization_entry(&self) -> Option<Value> {
        let authorized_at = self.paid_at.filter(|_| self.is_card())?;
        Some(json!({
            "transactionType": "AUTHORIZATION", "transactionStatus": "SUCCESS",
            "transactionRequestId": self.request_id, "transactionId": self.payment_id,
            "transactionAmount": self.amount.to_json(), "transactionTime": authorized_at.to_wire(),
            "transactionResult": codes::result("inquiryPayment", "SUCCESS"),
        }))
    }

    fn capture_entry(&self, capture: &Capture) -> Value {
        json!({
            "transactionType": "CAPTURE", "transactionStatus": capture.progress.status(),
            "transactionRequestId": capture.request_id, "transactionId": capture.capture_id,
            "transactionAmount": self.amount.with_value(capture.amount).to_json(),
            "transactionTime": capture.done_at.map(Time::to_wire),
            "transactionResult": codes::result("capture", capture.progress.code()),
        })
    }

    fn refund_entry(&self, refund: &Refund) -> Value {
        json!({
            "transactionType": "REFUND", "transactionStatus": refund.progress.status(),
            "transactionRequestId": refund.request_id, "transactionId": refund.refund_id,
            "transactionAmount": self.amount.with_value(refund.amount).to_json(),
            "transactionTime": refund.done_at.map(Time::to_wire),
            "transactionResult": codes::result("refund", refund_code(refund.progress)),
        })
    }

    fn void_entry(&self) -> Option<Value> {
        let id = self.void_id.as_deref()?;
        let (kind, amount) =
            if self.reversed > 0 { ("CANCEL", self.reversed) } else { ("VOID", self.voided) };
        Some(json!({
            "transactionType": kind, "transactionStatus": "SUCCESS", "transactionId": id,
            "transactionAmount": self.amount.with_value(amount).to_json(),
            "transactionTime": self.cancelled_at.or(self.auth_expiry).map(Time::to_wire),
            "transactionResult": codes::result("cancel", "SUCCESS"),
        }))
    }
}

fn refund_code(progress: Progress) -> &'static str {
    match progress {
        Progress::Processing | Progress::Doomed(_) => "REFUND_IN_PROCESS",
        other => other.code(),
    }
}

fn card_info(info: &Value) -> Value {
    let mut card = json!({});
    if let Some(members) = card.as_object_mut() {
        for name in ["cardNo", "cardBrand", "issuingCountry", "funding", "threeDSResult"] {
            if let Some(value) = info.get(name) {
                members.insert(name.to_owned(), value.clone());
            }
        }
    }
    card
}
