//! A service over a gateway of one's own: here a till that opens every session by itself, for trials without a network.
//! What an answer means is decided by the domain, which cannot tell the difference.
//!
//! `cargo run -p antom-adapters --features service --example own_gateway`, and as a test with `--example own_gateway` of
//! `cargo test`.

mod support;

use std::sync::{Arc, Mutex, PoisonError};

use antom_adapters::service::Builder;
use antom_core::outcome::Api;
use antom_domain::order::GatewayCall;
use antom_domain::port::{CallFailure, FailureReason, GatewayAnswer, PaymentGateway, Reach};
use antom_domain::testing::MemoryStore;
use async_trait::async_trait;
use serde_json::{Value, json};

/// Opens sessions and knows nothing else. It remembers the bytes that it was sent.
#[derive(Debug, Default)]
struct Till {
    requests: Mutex<Vec<Vec<u8>>>,
}

#[async_trait]
impl PaymentGateway for Till {
    async fn call(&self, call: &GatewayCall) -> Result<GatewayAnswer, CallFailure> {
        // Nothing leaves this process: where there is no answer, nothing was sent.
        let not_sent = CallFailure { reach: Reach::NotSent, reason: FailureReason::NoConnection, hint: None };
        if call.api != Api::CreatePaymentSession {
            return Err(not_sent);
        }
        self.requests.lock().unwrap_or_else(PoisonError::into_inner).push(call.body.as_bytes().to_vec());
        let answer = json!({
            "result": { "resultCode": "SUCCESS", "resultStatus": "S", "resultMessage": "success" },
            "paymentSessionId": "SESSION-1",
            "paymentSessionData": "data-for-the-client",
        });
        let answer = serde_json::from_value(answer).map_err(|_| not_sent)?;
        Ok(GatewayAnswer::CreatePaymentSession(Box::new(answer)))
    }
}

#[tokio::main]
async fn main() -> support::Outcome {
    show().await
}

/// Opens a payment through the merchant API; what the buyer's client gets is what our gateway answered.
async fn show() -> support::Outcome {
    let till = Arc::new(Till::default());
    let service = Builder::new(support::config()?)
        .gateway(till.clone())
        .storage(Arc::new(MemoryStore::new()))
        .start()
        .await?;

    support::post(service.listening, "/v1/orders", support::order()).await?;
    let payment = json!({ "integration": "session", "paymentMethodType": "CARD" });
    let (status, opened) = support::post(service.listening, "/v1/orders/ORDER-1/payments", payment).await?;

    assert_eq!(status, 201, "{opened}");
    assert_eq!(opened.pointer("/session/paymentSessionData"), Some(&json!("data-for-the-client")));
    let requests = till.requests.lock().unwrap_or_else(PoisonError::into_inner).clone();
    let [request] = requests.as_slice() else { return Err("the gateway was called once".into()) };
    let request: Value = serde_json::from_slice(request)?;
    assert_eq!(
        request.get("paymentRequestId"),
        opened.get("paymentRequestId"),
        "it was told the attempt's id"
    );
    service.stop().await;
    Ok(())
}

#[cfg(test)]
mod tests {
    #[tokio::test]
    async fn the_service_calls_the_gateway_that_it_is_given() {
        super::show().await.unwrap();
    }
}
