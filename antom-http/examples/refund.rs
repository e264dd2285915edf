//! Refunds a captured payment and follows the refund to its end: `REFUND_IN_PROCESS` is never sent again, only asked about.
//! How much may be refunded is for the merchant's own books to say.
//!
//! `cargo run -p antom-http --all-features --example refund -- ./keys http://127.0.0.1:4010 <paymentRequestId>`

mod support;

use antom_core::wire::{InquiryPaymentRequest, InquiryRefundRequest, RefundRequest};
use antom_core::{PaymentId, PaymentRequestId, RefundRequestId, RefundStatus};
use antom_http::{CallError, Client, Pause, ReqwestOptions, ReqwestTransport};

#[tokio::main(flavor = "current_thread")]
async fn main() -> support::Outcome {
    let client = support::client(ReqwestTransport::new(&ReqwestOptions::default())?)?;
    let id = std::env::args().nth(3).ok_or("which payment?")?;
    run(&client, PaymentRequestId::parse(id)?, &support::pause(), support::say).await
}

/// Refunds the whole payment; tells every step.
pub async fn run(
    client: &Client,
    id: PaymentRequestId,
    pause: &Pause,
    tell: impl Fn(&str),
) -> support::Outcome {
    let payment = client.inquiry_payment(&InquiryPaymentRequest::by_request_id(id.clone())).await?;
    let (Some(payment_id), Some(amount)) = (&payment.payment_id, &payment.payment_amount) else {
        return Err("the answer has no paymentId or amount".into());
    };
    // One id for one refund, stored before it is sent.
    let refund_id = RefundRequestId::parse(format!("{}-r", id.as_str()))?;
    let payment_id = PaymentId::parse(payment_id.as_str())?;
    let request = RefundRequest::new(refund_id.clone(), payment_id, amount.to_money()?);
    match client.refund(&request).await {
        Ok(answer) => tell(&format!("refund: {:?}", answer.result.map(|result| result.result_code))),
        Err(error @ CallError::MaybeSent { .. }) => tell(&format!("{error}, asking")),
        Err(error) => return Err(error.into()),
    }
    for _ in 0..5 {
        let refund = client.inquiry_refund(&InquiryRefundRequest::by_request_id(refund_id.clone())).await?;
        match refund.refund_status {
            Some(RefundStatus::Success) => {
                tell("refunded");
                return Ok(());
            }
            Some(RefundStatus::Fail) => {
                tell("not refunded: another try takes a new id");
                return Ok(());
            }
            _ => pause.wait(std::time::Duration::from_secs(2)).await,
        }
    }
    tell("not refunded yet: the REFUND_RESULT notification or a later inquiry will tell");
    Ok(())
}
