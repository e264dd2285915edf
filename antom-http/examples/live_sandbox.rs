//! Talks to the gateway's real sandbox with one's own account, and prints what it did: a consult, a payment that nobody
//! completes, two inquiries and a cancel. No money exists there, and nothing secret is printed.
//!
//! ```text
//! export ANTOM_CLIENT_ID=SANDBOX_...
//! export ANTOM_PRIVATE_KEY_FILE=merchant_private.pem   # PKCS#8, PEM or base64
//! export ANTOM_PUBLIC_KEY_FILE=antom_public.pem        # the gateway's key, from its dashboard
//! export ANTOM_REGION=asia                             # asia, europe or north-america; asia if absent
//! export ANTOM_CURRENCY=SGD                            # a currency of your contract; SGD if absent
//! cargo run -p antom-http --all-features --example live_sandbox
//! ```

mod support;

use antom_core::wire::{CancelRequest, ConsultRequest, Env, InquiryPaymentRequest};
use antom_core::{CaptureMode, ClientId, Currency, GatewayResult, Money, PaymentRequestId, TerminalType};
use antom_http::{CallError, Client, Endpoint, Region, ReqwestOptions, ReqwestTransport};

#[tokio::main(flavor = "current_thread")]
async fn main() -> support::Outcome {
    let client_id = ClientId::parse(setting("ANTOM_CLIENT_ID")?)?;
    if !client_id.is_sandbox() {
        return Err("the client id does not start with SANDBOX_; this example stays in the sandbox".into());
    }
    let region = match setting("ANTOM_REGION").as_deref() {
        Ok("europe") => Region::Europe,
        Ok("north-america") => Region::NorthAmerica,
        _ => Region::Asia,
    };
    let private = std::fs::read_to_string(setting("ANTOM_PRIVATE_KEY_FILE")?)?;
    let public = std::fs::read_to_string(setting("ANTOM_PUBLIC_KEY_FILE")?)?;
    let currency = Currency::parse(setting("ANTOM_CURRENCY").as_deref().unwrap_or("SGD"))?;
    let credential = support::credential(client_id, &private, &public)?;
    let transport = ReqwestTransport::new(&ReqwestOptions::default())?;
    let client = support::client_of(Endpoint::region(region), credential, transport);
    let id = PaymentRequestId::parse(support::new_id("antom-http"))?;
    run(&client, id, Money::parse_decimal(currency, "10")?, support::say).await
}

/// Makes five calls, and tells each of them.
pub async fn run(
    client: &Client,
    id: PaymentRequestId,
    amount: Money,
    tell: impl Fn(&str),
) -> support::Outcome {
    let consult = client.consult(&ConsultRequest::new(amount, Env::new(TerminalType::Web))).await;
    let options =
        consult.as_ref().ok().and_then(|answer| answer.payment_options.as_ref()).map_or(0, Vec::len);
    tell(&line("consult", consult.map(|answer| answer.result), &format!("{options} payment methods")));

    let payment = client.pay(&support::card_payment(id.clone(), amount, CaptureMode::Automatic)?).await;
    let page = payment.as_ref().ok().and_then(|answer| answer.normal_url.clone()).unwrap_or_default();
    tell(&line("pay", payment.map(|answer| answer.result), &page));

    let inquiry = InquiryPaymentRequest::by_request_id(id.clone());
    for after in ["pay", "cancel"] {
        if after == "cancel" {
            let cancel = client.cancel(&CancelRequest::by_request_id(id.clone())).await;
            tell(&line("cancel", cancel.map(|answer| answer.result), ""));
        }
        let answer = client.inquiry_payment(&inquiry).await;
        let status = format!("{:?}", answer.as_ref().ok().and_then(|answer| answer.payment_status.clone()));
        tell(&line(&format!("inquiryPayment after {after}"), answer.map(|answer| answer.result), &status));
    }
    Ok(())
}

fn line(what: &str, outcome: Result<Option<GatewayResult>, CallError>, more: &str) -> String {
    match outcome {
        Ok(Some(result)) => format!("{what}: {} {more}", result.result_code),
        Ok(None) => format!("{what}: an answer without a result {more}"),
        Err(error) => {
            let trace = error.trace_id().map(ToString::to_string).unwrap_or_default();
            let reason = std::error::Error::source(&error).map(ToString::to_string).unwrap_or_default();
            format!("{what}: {error}: {reason} (next: {:?}) {trace}", error.action())
        }
    }
}

fn setting(name: &str) -> Result<String, String> {
    #[expect(clippy::disallowed_methods, reason = "this example is configured by its environment")]
    std::env::var(name).map_err(|_| format!("{name} is not set"))
}
