//! Golden files: each operation's request as it goes over the wire, byte for byte, signature included.
//! Whether the gateway takes them is for its simulator to say.
//!
//! A wanted change is written with `UPDATE_GOLDEN=1 cargo test -p antom-http --all-features --test golden`.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers of tests fail by panicking"
)]

mod support;

use std::path::Path;

use antom_core::wire::{
    CancelRequest, CaptureRequest, ConsultRequest, CreatePaymentSessionRequest, CreateVaultingSessionRequest,
    DeleteTokenRequest, Env, InquireExchangeRateRequest, InquireInstallmentRequest, InquireTokenRequest,
    InquireVaultingRequest, InquiryPaymentRequest, InquiryRefundRequest, Order, PayRequest, PaymentFactor,
    PaymentMethod, PaymentMethodDetail, RefundRequest, RetrievePaymentSessionRequest, UpdateAmountRequest,
    UpdateTokenRequest, VaultPaymentMethodRequest,
};
use antom_core::{
    Api, CaptureMode, CaptureRequestId, Currency, Money, PaymentId, PaymentRequestId, ReferenceOrderId,
    RefundRequestId, Secret, TerminalType, UpdateRequestId, VaultingRequestId,
};
use antom_http::testing::{ScriptedTransport, printed};
use antom_http::{Operation, prepare};
use support::client;

fn amount() -> Money {
    Money::parse_decimal(Currency::parse("SGD").unwrap(), "42.00").unwrap()
}

fn payment_request_id() -> PaymentRequestId {
    PaymentRequestId::parse("attempt-1").unwrap()
}

fn payment_id() -> PaymentId {
    PaymentId::parse("20260101194010800100188820284550000").unwrap()
}

fn order() -> Order {
    Order::new(ReferenceOrderId::parse("order-1").unwrap(), "Two cups of coffee", amount())
}

async fn check<O: Operation>(request: &O) {
    let transport = ScriptedTransport::new().refuse();
    let client = client(transport.clone());
    assert!(client.send(request).await.is_err(), "nobody answers");
    let sent = transport.requests();
    assert_eq!(sent[0].body, prepare(request).unwrap());
    let text = printed(&sent[0]);
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden");
    let file = folder.join(format!("{}.http", O::API.name()));
    #[expect(clippy::disallowed_methods, reason = "whoever wants the change says so in the environment")]
    if std::env::var("UPDATE_GOLDEN").is_ok() {
        std::fs::write(&file, &text).unwrap();
    }
    let golden = std::fs::read_to_string(&file).unwrap_or_default();
    assert_eq!(text, golden, "{} is not what is sent now", file.display());
}

#[tokio::test]
async fn every_request_goes_out_as_its_golden_file_says() {
    let page = "https://shop.example/result";
    let mut session = CreatePaymentSessionRequest::new(payment_request_id(), order(), amount(), page);
    session.payment_method = Some(PaymentMethod::card());
    session.payment_factor = Some(PaymentFactor::card(CaptureMode::Automatic));
    check(&session).await;
    let mut pay = PayRequest::new(
        payment_request_id(),
        order(),
        amount(),
        PaymentMethod::card(),
        page,
        Env::new(TerminalType::Web),
    );
    pay.payment_factor = Some(PaymentFactor::card(CaptureMode::Manual));
    check(&pay).await;
    check(&InquiryPaymentRequest::by_request_id(payment_request_id())).await;
    let capture_id = CaptureRequestId::parse("capture-1").unwrap();
    check(&CaptureRequest::new(capture_id, payment_id(), amount())).await;
    check(&CancelRequest::by_request_id(payment_request_id())).await;
    let refund_id = RefundRequestId::parse("refund-1").unwrap();
    check(&RefundRequest::new(refund_id.clone(), payment_id(), amount())).await;
    check(&InquiryRefundRequest::by_request_id(refund_id)).await;
    check(&ConsultRequest::new(amount(), Env::new(TerminalType::Web))).await;
}

#[tokio::test]
async fn every_further_request_goes_out_as_its_golden_file_says() {
    let currency = |code| Currency::parse(code).unwrap();
    let page = "https://shop.example/stored";
    let token = Secret::new("ALIPAY-TEST-TOKEN");
    check(&RetrievePaymentSessionRequest::new(payment_request_id())).await;
    check(&InquireInstallmentRequest::default()).await;
    check(&InquireExchangeRateRequest::of_pair(currency("SGD"), currency("EUR"))).await;
    let update_id = UpdateRequestId::parse("update-1").unwrap();
    check(&UpdateAmountRequest::new(update_id, payment_id(), amount())).await;
    let vaulting_id = || VaultingRequestId::parse("vaulting-1").unwrap();
    let mut session = CreateVaultingSessionRequest::new("CARD", vaulting_id());
    session.redirect_url = Some(page.to_owned());
    check(&session).await;
    let mut vault = VaultPaymentMethodRequest::new(vaulting_id(), PaymentMethodDetail::new("GCASH"));
    vault.redirect_url = Some(page.to_owned());
    check(&vault).await;
    check(&InquireVaultingRequest::new(vaulting_id())).await;
    check(&InquireTokenRequest::new(&token)).await;
    check(&UpdateTokenRequest::new(&token)).await;
    check(&DeleteTokenRequest::new(&token)).await;
}

#[test]
fn every_operation_has_its_golden_file() {
    for api in Api::ALL {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/golden/{}.http", api.name()));
        let text = std::fs::read_to_string(&file).unwrap();
        assert!(text.starts_with(&format!("POST https://gateway.example{}\n", api.sandbox_path())), "{api}");
    }
}
