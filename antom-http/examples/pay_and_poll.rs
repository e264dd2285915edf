//! Starts a card payment, prints where the buyer goes, and waits until the payment has ended.
//! A notification would end the wait earlier: hand a future that is ready then to `wait_for_payment`.
//!
//! `cargo run -p antom-http --all-features --example pay_and_poll -- ./keys http://127.0.0.1:4010`

mod support;

use antom_core::wire::InquiryPaymentRequest;
use antom_core::{CaptureMode, Currency, Money, PaymentRequestId, PaymentStatus};
use antom_http::{CallError, Client, Pause, PaymentWait, Polling, ReqwestOptions, ReqwestTransport};

#[tokio::main(flavor = "current_thread")]
async fn main() -> support::Outcome {
    let client = support::client(ReqwestTransport::new(&ReqwestOptions::default())?)?;
    let id = PaymentRequestId::parse(support::new_id("pay"))?;
    run(&client, id, &support::pause(), support::say).await
}

/// Pays and waits; tells every step.
pub async fn run(
    client: &Client,
    id: PaymentRequestId,
    pause: &Pause,
    tell: impl Fn(&str),
) -> support::Outcome {
    let amount = Money::parse_decimal(Currency::parse("SGD")?, "42.00")?;
    let request = support::card_payment(id.clone(), amount, CaptureMode::Automatic)?;
    match client.pay(&request).await {
        Ok(answer) => tell(&format!("open {}", answer.normal_url.as_deref().unwrap_or("(no page)"))),
        // The payment may exist: the inquiry below tells. Another id here could charge the buyer twice.
        Err(error @ CallError::MaybeSent { .. }) => tell(&format!("{error}, asking")),
        Err(error) => return Err(error.into()),
    }
    let inquiry = InquiryPaymentRequest::by_request_id(id);
    let wait = client.wait_for_payment(&inquiry, Polling::default(), pause, std::future::pending());
    match wait.await? {
        PaymentWait::Final(payment) => {
            let paid = payment.payment_amount.as_ref().map(|amount| amount.to_money()).transpose()?;
            let is_ours = paid == Some(amount);
            match &payment.payment_status {
                Some(PaymentStatus::Success) if is_ours => {
                    tell("paid; a card is shipped once it is captured")
                }
                Some(PaymentStatus::Success) => tell("paid, but another amount: do not ship, look"),
                other => tell(&format!("ended: {other:?} {:?}", payment.payment_result_code)),
            }
        }
        PaymentWait::Open { end, .. } => tell(&format!("not ended yet ({end:?}): ask again later")),
    }
    Ok(())
}
