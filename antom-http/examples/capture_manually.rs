//! Captures an authorized card payment: the amount, and the one rule that must not be broken, the same id for the same capture.
//! The payment is one that was made with `captureMode` MANUAL and whose buyer has paid.
//!
//! `cargo run -p antom-http --all-features --example capture_manually -- ./keys http://127.0.0.1:4010 <paymentRequestId>`

mod support;

use antom_core::wire::{CaptureRequest, InquiryPaymentRequest, InquiryPaymentResponse};
use antom_core::{CaptureRequestId, Money, PaymentId, PaymentRequestId, PaymentStatus, TransactionType};
use antom_http::{CallError, Client, Pause, ReqwestOptions, ReqwestTransport};

#[tokio::main(flavor = "current_thread")]
async fn main() -> support::Outcome {
    let client = support::client(ReqwestTransport::new(&ReqwestOptions::default())?)?;
    let id = std::env::args().nth(3).ok_or("which payment?")?;
    run(&client, PaymentRequestId::parse(id)?, &support::pause(), support::say).await
}

/// Captures the whole payment; tells every step.
pub async fn run(
    client: &Client,
    id: PaymentRequestId,
    pause: &Pause,
    tell: impl Fn(&str),
) -> support::Outcome {
    let inquiry = InquiryPaymentRequest::by_request_id(id.clone());
    let payment = client.inquiry_payment(&inquiry).await?;
    if payment.payment_status != Some(PaymentStatus::Success) {
        tell("not authorized");
        return Ok(());
    }
    let (Some(payment_id), Some(amount)) = (&payment.payment_id, &payment.payment_amount) else {
        return Err("the answer has no paymentId or amount".into());
    };
    // Made from the payment's id, so that a second run is the same capture and not a second one. Store it before sending.
    let capture_id = CaptureRequestId::parse(format!("{}-c", id.as_str()))?;
    let request =
        CaptureRequest::new(capture_id.clone(), PaymentId::parse(payment_id.as_str())?, amount.to_money()?);
    match client.capture(&request).await {
        Ok(answer) => tell(&format!("capture: {:?}", answer.result.map(|result| result.result_code))),
        Err(error @ CallError::MaybeSent { .. }) => tell(&format!("{error}, asking")),
        Err(error) => return Err(error.into()),
    }
    for _ in 0..5 {
        if captured(&client.inquiry_payment(&inquiry).await?, &capture_id)? == Some(amount.to_money()?) {
            tell("captured");
            return Ok(());
        }
        pause.wait(std::time::Duration::from_secs(2)).await;
    }
    tell("not captured yet: the CAPTURE_RESULT notification or a later inquiry will tell");
    Ok(())
}

/// The amount of our own capture, once it has succeeded. `transactionStatus` does not count.
fn captured(
    payment: &InquiryPaymentResponse,
    id: &CaptureRequestId,
) -> Result<Option<Money>, Box<dyn std::error::Error>> {
    let ours = payment.transactions.iter().flatten().find(|entry| {
        entry.transaction_type == Some(TransactionType::Capture)
            && entry.transaction_request_id.as_deref() == Some(id.as_str())
            && entry.transaction_result.as_ref().is_some_and(|result| result.is_success())
    });
    let amount = ours.and_then(|entry| entry.transaction_amount.as_ref());
    Ok(amount.map(|amount| amount.to_money()).transpose()?)
}
