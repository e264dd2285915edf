//! A simulator with TLS in this process, and the typed client of its merchant.
//! What is asked of them is up to the suites.

use std::sync::Arc;

use antom_core::{CaptureMode, ClientId, Currency, Money, PaymentId, PaymentRequestId, Timestamp};
use antom_http::{Client, Clock, Endpoint, Pause, ReqwestOptions, ReqwestTransport, Waiting};
use antom_simulator::core::{Completion, Time};
use antom_simulator::{ClockMode, Settings, Simulator};
use serde_json::{Value, json};

use crate::support;

/// A simulator with TLS, whose time moves only when somebody waits.
pub(crate) struct Stand {
    pub(crate) simulator: Arc<Simulator>,
    pub(crate) client: Client,
}

impl Stand {
    pub(crate) async fn start() -> Self {
        let settings = Settings {
            tls_listen: Some(([127, 0, 0, 1], 0).into()),
            clock: ClockMode::Manual,
            start: Time::parse("2026-03-01T00:00:00Z"),
            ..Settings::default()
        };
        let simulator = Arc::new(Simulator::start_with(settings).await.unwrap());
        let client = client_at(&simulator, simulator.tls_url().unwrap());
        Self { simulator, client }
    }

    /// Waiting moves the simulator's time.
    pub(crate) fn pause(&self) -> Pause {
        pause(&self.simulator)
    }

    pub(crate) fn act(&self, id: &PaymentRequestId, outcome: &str) {
        let act: Completion = serde_json::from_value(json!({"outcome": outcome})).unwrap();
        self.simulator.complete(id.as_str(), &act).unwrap();
    }

    pub(crate) async fn pay(&self, id: &PaymentRequestId, capture: CaptureMode) -> PaymentId {
        let request = support::card_payment(id.clone(), amount(), capture).unwrap();
        let answer = self.client.pay(&request).await.unwrap();
        assert!(answer.result.unwrap().result_code.is("PAYMENT_IN_PROCESS"));
        PaymentId::parse(answer.payment_id.unwrap()).unwrap()
    }

    pub(crate) fn attempt(&self, id: &PaymentRequestId) -> Value {
        let ledger = self.simulator.ledger();
        assert_eq!(ledger["violations"], json!([]), "{ledger}");
        let orders = ledger["orders"].as_object().unwrap().values();
        let mut attempts = orders.flat_map(|order| order["attempts"].as_array().unwrap());
        attempts.find(|one| one["paymentRequestId"] == id.as_str()).unwrap().clone()
    }
}

pub(crate) fn pause(simulator: &Arc<Simulator>) -> Pause {
    let simulator = Arc::clone(simulator);
    Pause::new(move |duration| {
        let simulator = Arc::clone(&simulator);
        async move {
            simulator.advance(duration).await;
        }
    })
}

pub(crate) fn clock(simulator: &Arc<Simulator>) -> Clock {
    let simulator = Arc::clone(simulator);
    Arc::new(move || Timestamp::from_epoch_millis(simulator.now().epoch_millis()))
}

pub(crate) fn client_at(simulator: &Arc<Simulator>, base_url: &str) -> Client {
    let client_id = ClientId::parse(simulator.client_id()).unwrap();
    let (private, public) = (simulator.merchant_private_key(), simulator.antom_public_key());
    let credential = support::credential(client_id, private, public).unwrap();
    let options = ReqwestOptions::default().with_ca_pem(simulator.ca_pem().unwrap());
    let transport = ReqwestTransport::new(&options).unwrap();
    let endpoint = Endpoint::custom(base_url).unwrap();
    Client::new(endpoint, Arc::new(credential), Arc::new(transport), clock(simulator))
        .with_waiting(Waiting::new(pause(simulator), Arc::new(|| 0)))
}

pub(crate) fn amount() -> Money {
    Money::parse_decimal(Currency::parse("SGD").unwrap(), "42.00").unwrap()
}

pub(crate) fn payment(id: &str) -> PaymentRequestId {
    PaymentRequestId::parse(id).unwrap()
}
