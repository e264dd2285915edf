//! `retrievePaymentSession`: the session again while a buyer can use it, its order, and what became of it.
//! Where the money is, is told by `inquiryPayment`.

use serde_json::Value;

use crate::core::fields::Fields;
use crate::core::gateway::Gateway;
use crate::core::payment::Phase;
use crate::core::reply::{Refusal, Reply};

impl Gateway {
    /// The documented field is `order`; the session's own fields are those of `createPaymentSession`, and after a try
    /// the fields of the payment are those of `inquiryPayment`.
    pub(crate) fn retrieve_payment_session(
        &mut self,
        client: &str,
        request: &Value,
    ) -> Result<Reply, Refusal> {
        let mut fields = Fields::of(request);
        let request_id = fields.required_id("paymentRequestId");
        fields.finish()?;
        let unknown = || Refusal::with("ORDER_NOT_EXIST", format!("there is no session {request_id}"));
        let index = self.books_of(client).by_request.get(request_id).copied().ok_or_else(unknown)?;
        let payment = self.payments.get(index).ok_or_else(unknown)?;
        let order = &payment.handout().ok_or_else(unknown)?.order;
        let untried = payment.phase == Phase::Open;
        let too_late = payment.is_too_late(self.now);
        if untried && too_late {
            let reason = "the session has expired; make another one with a new paymentRequestId";
            return Err(Refusal::with("ORDER_IS_CLOSED", reason.to_owned()));
        }
        let reply = Reply::success()
            .field("paymentRequestId", request_id)
            .field("order", serde_json::from_str::<Value>(order).unwrap_or_default());
        let reply = if untried {
            reply
        } else {
            reply
                .field_if("paymentId", payment.payment_id.as_deref())
                .field("paymentStatus", payment.phase.as_str())
                .field("paymentResultCode", payment.payment_result_code())
        };
        let usable = payment.session().filter(|_| !payment.phase.is_final() && !too_late);
        Ok(match usable {
            None => reply,
            Some(session) => reply
                .field("paymentSessionData", session.data)
                .field("paymentSessionId", session.id)
                .field("paymentSessionExpiryTime", session.expiry.to_wire()),
        })
    }
}
