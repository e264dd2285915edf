//! The typed client against the simulator over TLS: the ten operations beside payments, captures and refunds.
//! The first eight have the suite `http_client`; what the gateway decides is tested in the simulator.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    dead_code,
    unreachable_pub,
    reason = "helpers of tests fail by panicking, and the examples' support is a module of its own"
)]

#[path = "client/stand.rs"]
mod stand;
#[path = "../../antom-http/examples/support/mod.rs"]
mod support;

use std::time::Duration;

use antom_core::wire::CaptureRequest;
use antom_core::wire::words::VaultingStatus;
use antom_core::wire::{
    CreatePaymentSessionRequest, CreateVaultingSessionRequest, DeleteTokenRequest,
    InquireExchangeRateRequest, InquireInstallmentRequest, InquireTokenRequest, InquireVaultingRequest,
    InquiryPaymentRequest, Order, PaymentFactor, PaymentMethod, PaymentMethodDetail,
    RetrievePaymentSessionRequest, UpdateAmountRequest, UpdateTokenRequest, UserName,
    VaultPaymentMethodRequest,
};
use antom_core::{
    Api, CaptureMode, CaptureRequestId, Currency, Money, PaymentStatus, ReferenceOrderId, Secret,
    TransactionType, UpdateRequestId, VaultingRequestId,
};
use antom_simulator::core::Completion;
use serde_json::json;
use stand::{Stand, amount, payment};

const PAGE: &str = "https://shop.example/result";

fn vaulting(id: &str) -> VaultingRequestId {
    VaultingRequestId::parse(id).unwrap()
}

impl Stand {
    /// Acts for the buyer who stores a card.
    fn store(&self, id: &VaultingRequestId, outcome: &str) {
        let act: Completion = serde_json::from_value(json!({"outcome": outcome})).unwrap();
        self.simulator.complete_vaulting(id.as_str(), &act).unwrap();
    }

    /// The token of a card that a buyer stores on the gateway's page.
    async fn token(&self, id: &str) -> Secret {
        let id = vaulting(id);
        let request = VaultPaymentMethodRequest::new(id.clone(), PaymentMethodDetail::new("CARD"));
        self.client.vault_payment_method(&request).await.unwrap();
        self.store(&id, "success");
        let stored = self.client.inquire_vaulting(&InquireVaultingRequest::new(id)).await.unwrap();
        Secret::new(stored.payment_method_detail.unwrap().token().unwrap().to_owned())
    }
}

#[tokio::test]
async fn every_operation_of_the_client_has_its_path_at_the_gateway() {
    let stand = Stand::start().await;
    assert_eq!(Api::ALL.len(), 18);
    for api in Api::ALL {
        let answer = stand.client.call(*api, b"{}".to_vec(), Duration::from_secs(5)).await;
        let answer: serde_json::Value = serde_json::from_slice(answer.unwrap().body()).unwrap();
        let code = answer["result"]["resultCode"].as_str().unwrap().to_owned();
        // Without a field only the plans of the contract can be told.
        let expected = if *api == Api::InquireInstallment { "SUCCESS" } else { "PARAM_ILLEGAL" };
        assert_eq!(code, expected, "{api}");
    }
}

#[tokio::test]
async fn a_session_is_told_again() {
    let stand = Stand::start().await;
    let id = payment("s-1");
    let order = Order::new(ReferenceOrderId::parse("order-1").unwrap(), "Two cups of coffee", amount());
    let mut session = CreatePaymentSessionRequest::new(id.clone(), order, amount(), PAGE);
    session.payment_method = Some(PaymentMethod::card());
    session.payment_factor = Some(PaymentFactor::card(CaptureMode::Automatic));
    stand.client.create_payment_session(&session).await.unwrap();
    let told = stand.client.retrieve_payment_session(&RetrievePaymentSessionRequest::new(id)).await.unwrap();
    assert!(told.result.unwrap().is_success());
    let order = told.order.unwrap();
    assert_eq!(order.reference_order_id.as_str(), "order-1");
    assert_eq!(order.order_amount.to_money().unwrap(), amount());
}

#[tokio::test]
async fn plans_and_rates_are_told_in_the_clients_types() {
    let stand = Stand::start().await;
    let plans = stand.client.inquire_installment(&InquireInstallmentRequest::default()).await.unwrap();
    let banks = plans.installment_banks.unwrap();
    assert_eq!(banks.as_slice().len(), 5);
    let bank = &banks.as_slice()[0];
    assert!(bank.bins.as_ref().unwrap().iter().all(|bin| bin.len() == 6));
    let plan = &bank.plans.as_ref().unwrap()[0];
    assert_eq!((plan.installment_num.as_deref(), plan.enabled), (Some("3"), Some(true)));

    let currency = |code| Currency::parse(code).unwrap();
    let pair = InquireExchangeRateRequest::of_pair(currency("JPY"), currency("USD"));
    let rates = stand.client.inquire_exchange_rate(&pair).await.unwrap();
    let told = &rates.payment_quotes.unwrap()[0];
    assert_eq!(told.rate().as_deref(), Some("0.0064516129"));
    let quote = &rates.quotes.unwrap()[0];
    assert_eq!(quote.quote_id, told.quote_id);
    let of_payments = InquireExchangeRateRequest::of_payments_in(currency("EUR"));
    let rates = stand.client.inquire_exchange_rate(&of_payments).await.unwrap();
    assert!(rates.payment_quotes.unwrap().len() > 1);
}

#[tokio::test]
async fn an_authorization_is_raised_and_captured_in_full() {
    let stand = Stand::start().await;
    let id = payment("p-1");
    let payment_id = stand.pay(&id, CaptureMode::Manual).await;
    stand.act(&id, "success");
    let raised = Money::parse_decimal(Currency::parse("SGD").unwrap(), "50.00").unwrap();
    let update_id = UpdateRequestId::parse("u-1").unwrap();
    let update = UpdateAmountRequest::new(update_id, payment_id.clone(), raised);
    let taken_on = stand.client.update_amount(&update).await.unwrap();
    assert!(taken_on.result.unwrap().is_success());
    stand.pause().wait(Duration::from_secs(2)).await;
    let inquiry = InquiryPaymentRequest::by_request_id(id.clone());
    let known = stand.client.inquiry_payment(&inquiry).await.unwrap();
    let transactions = known.transactions.unwrap();
    let entry = transactions.iter().find(|one| one.transaction_type == Some(TransactionType::Incremental));
    let entry = entry.unwrap();
    assert_eq!(entry.transaction_request_id.as_deref(), Some("u-1"));
    assert_eq!(entry.transaction_amount.as_ref().unwrap().to_money().unwrap(), raised);
    let capture = CaptureRequest::new(CaptureRequestId::parse("c-1").unwrap(), payment_id, raised);
    stand.client.capture(&capture).await.unwrap();
    stand.pause().wait(Duration::from_secs(2)).await;
    let attempt = stand.attempt(&id);
    assert_eq!((&attempt["authorized"], &attempt["captured"]), (&json!("5000"), &json!("5000")));
}

#[tokio::test]
async fn a_card_is_stored_in_a_session_or_on_the_gateways_page() {
    let stand = Stand::start().await;
    let id = vaulting("v-1");
    let session = CreateVaultingSessionRequest::new("CARD", id.clone());
    let made = stand.client.create_vaulting_session(&session).await.unwrap();
    assert!(made.result.unwrap().is_success());
    assert!(made.vaulting_session_data.is_some() && made.vaulting_session_expiry_time.is_some());
    stand.store(&id, "success");
    let stored = stand.client.inquire_vaulting(&InquireVaultingRequest::new(id)).await.unwrap();
    assert_eq!(stored.vaulting_status, Some(VaultingStatus::Success));
    assert!(stored.payment_method_detail.unwrap().token().is_some());

    let id = vaulting("v-2");
    let request = VaultPaymentMethodRequest::new(id.clone(), PaymentMethodDetail::new("CARD"));
    let answer = stand.client.vault_payment_method(&request).await.unwrap();
    assert!(!answer.result.unwrap().is_success() && answer.normal_url.is_some());
    stand.store(&id, "fail");
    let failed = stand.client.inquire_vaulting(&InquireVaultingRequest::new(id)).await.unwrap();
    assert_eq!(failed.vaulting_status, Some(VaultingStatus::Fail));
}

#[tokio::test]
async fn a_token_is_told_changed_paid_with_and_deleted() {
    let stand = Stand::start().await;
    let token = stand.token("v-1").await;
    let mut change = UpdateTokenRequest::new(&token);
    change.email = Some("buyer@shop.example".to_owned());
    change.account_holder_name =
        Some(UserName { full_name: Some("A Buyer".to_owned()), ..UserName::default() });
    assert!(stand.client.update_token(&change).await.unwrap().result.unwrap().is_success());
    let told = stand.client.inquire_token(&InquireTokenRequest::new(&token)).await.unwrap();
    assert_eq!(told.email.as_deref(), Some("buyer@shop.example"));
    assert_eq!(told.account_holder_name.unwrap().full_name.as_deref(), Some("A Buyer"));

    let id = payment("p-1");
    let mut pay = support::card_payment(id.clone(), amount(), CaptureMode::Automatic).unwrap();
    pay.payment_method = PaymentMethod::stored_card(&token);
    assert!(stand.client.pay(&pay).await.unwrap().result.unwrap().is_success());
    let inquiry = InquiryPaymentRequest::by_request_id(id);
    let known = stand.client.inquiry_payment(&inquiry).await.unwrap();
    assert_eq!(known.payment_status, Some(PaymentStatus::Success));

    for round in ["now", "before"] {
        let deleted = stand.client.delete_token(&DeleteTokenRequest::new(&token)).await.unwrap();
        assert!(deleted.result.unwrap().is_success(), "deleted {round}");
    }
    let gone = stand.client.inquire_token(&InquireTokenRequest::new(&token)).await.unwrap();
    assert!(gone.result.unwrap().result_code.is("INVALID_ACCESS_TOKEN"));
    let mut again = support::card_payment(payment("p-2"), amount(), CaptureMode::Automatic).unwrap();
    again.payment_method = PaymentMethod::stored_card(&token);
    let refused = stand.client.pay(&again).await.unwrap();
    assert!(refused.result.unwrap().result_code.is("INVALID_ACCESS_TOKEN"));
}
