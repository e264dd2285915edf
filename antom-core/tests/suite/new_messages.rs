//! Messages beside the payment itself: sessions, rates, instalments, raised amounts, vaulting, disputes.
//! What they hold is compared with the published models in `catalogue`.

use antom_core::wire::words::{DisputeNotificationType, RateType, VaultingStatus};
use antom_core::wire::{
    CreateVaultingSessionRequest, Env, FieldErrors, FieldRule, InquireExchangeRateRequest,
    InquireExchangeRateResponse, InquireInstallmentRequest, InquireInstallmentResponse, InquireTokenRequest,
    InquireVaultingRequest, InquireVaultingResponse, MpiData, Notification, NotificationKind,
    PaymentMethodDetail, RetrievePaymentSessionRequest, RetrievePaymentSessionResponse, UpdateAmountRequest,
    UpdateAmountResponse, UpdateTokenRequest, VaultPaymentMethodRequest, VaultingCard,
};
use antom_core::{
    Currency, Money, MoneyError, NotifyType, PaymentId, PaymentRequestId, Secret, TerminalType,
    UpdateRequestId, VaultingRequestId,
};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

fn read<T: DeserializeOwned + Serialize>(body: Value) -> T {
    let message: T = serde_json::from_value(body.clone()).unwrap();
    assert_eq!(serde_json::to_value(&message).unwrap(), body);
    message
}

fn faults(outcome: Result<(), FieldErrors>) -> Vec<(String, FieldRule)> {
    outcome.err().into_iter().flatten().map(|fault| (fault.path, fault.rule)).collect()
}

fn currency(code: &str) -> Currency {
    Currency::parse(code).unwrap()
}

#[test]
fn requests_print_what_they_must() {
    let update = UpdateAmountRequest::new(
        UpdateRequestId::parse("u-1").unwrap(),
        PaymentId::parse("p-1").unwrap(),
        Money::from_minor(currency("SGD"), 4200).unwrap(),
    );
    update.validate().unwrap();
    let amount = json!({ "currency": "SGD", "value": "4200" });
    assert_eq!(
        serde_json::to_value(&update).unwrap(),
        json!({ "updateRequestId": "u-1", "paymentId": "p-1", "amount": amount })
    );
    let session = RetrievePaymentSessionRequest::new(PaymentRequestId::parse("r-1").unwrap());
    session.validate().unwrap();
    assert_eq!(serde_json::to_value(&session).unwrap(), json!({ "paymentRequestId": "r-1" }));
    InquireInstallmentRequest::default().validate().unwrap();
    let vaulting = VaultingRequestId::parse("v-1").unwrap();
    InquireVaultingRequest::new(vaulting.clone()).validate().unwrap();
    let mut rates = InquireExchangeRateRequest::of_pair(currency("USD"), currency("JPY"));
    rates.rate_type = Some(RateType::Reference);
    rates.validate().unwrap();
    assert_eq!(
        serde_json::to_value(&rates).unwrap(),
        json!({ "currencyPairs": [{ "sellCurrency": "USD", "buyCurrency": "JPY" }], "rateType": "REFERENCE" })
    );
    InquireExchangeRateRequest::of_payments_in(currency("USD")).validate().unwrap();
    let token = InquireTokenRequest::new(&Secret::new("ALIPAYtoken"));
    token.validate().unwrap();
    assert_eq!(serde_json::to_value(&token).unwrap(), json!({ "token": "ALIPAYtoken" }));
}

#[test]
fn faults_of_requests_are_found_before_sending() {
    let mut update = UpdateAmountRequest::new(
        UpdateRequestId::parse("u-1").unwrap(),
        PaymentId::parse("p-1").unwrap(),
        Money::zero(currency("SGD")),
    );
    assert_eq!(faults(update.validate()), [("amount".to_owned(), FieldRule::NotAnAmount(MoneyError::Zero))]);
    update.amount = Money::from_minor(currency("IDR"), 150).unwrap().into();
    assert!(matches!(
        faults(update.validate()).as_slice(),
        [(path, FieldRule::NotAnAmount(MoneyError::WrongStep { .. }))] if path == "amount"
    ));
    assert_eq!(
        faults(InquireExchangeRateRequest::default().validate()),
        [("currencyPairs".to_owned(), FieldRule::Required)]
    );
    let odd = InquireExchangeRateRequest {
        payment_currency: Some("usd".to_owned()),
        ..InquireExchangeRateRequest::default()
    };
    assert_eq!(faults(odd.validate()), [("paymentCurrency".to_owned(), FieldRule::NotACurrency)]);
    assert_eq!(
        faults(InquireTokenRequest::new(&Secret::new("")).validate()),
        [("token".to_owned(), FieldRule::Required)]
    );
    assert_eq!(
        faults(UpdateTokenRequest::new(&Secret::new("x".repeat(2049))).validate()),
        [("token".to_owned(), FieldRule::TooLong { max: 2048, len: 2049 })]
    );
    let mut session = CreateVaultingSessionRequest::new("", VaultingRequestId::parse("v-1").unwrap());
    session.vaulting_notification_url = Some("shop.example".to_owned());
    session.redirect_url = Some("javascript://x".to_owned());
    assert_eq!(
        faults(session.validate()),
        [
            ("paymentMethodType".to_owned(), FieldRule::Required),
            ("vaultingNotificationUrl".to_owned(), FieldRule::NotAUrl),
            ("redirectUrl".to_owned(), FieldRule::NotAUrl),
        ]
    );
}

//= P-1 test
#[test]
fn cards_are_stored_without_their_data() {
    let id = VaultingRequestId::parse("v-1").unwrap();
    let mut request = VaultPaymentMethodRequest::new(id.clone(), PaymentMethodDetail::new("CARD"));
    request.env = Some(Env::new(TerminalType::Web));
    request.validate().unwrap();
    let mut card = VaultingCard {
        card_no: Some("4111111111111111".to_owned()),
        expiry_year: Some("30".to_owned()),
        mpi_data: Some(MpiData::new("2.2.0", "05")),
        ..VaultingCard::default()
    };
    card.unknown.insert("cvv".to_owned(), json!("123"));
    request.payment_method_detail.card = Some(Box::new(card));
    let errors = request.validate().unwrap_err();
    assert!(!format!("{errors} {errors:?} {request:?}").contains("4111"));
    let found = faults(Err(errors));
    for name in ["cardNo", "expiryYear", "cvv"] {
        let fault = (format!("paymentMethodDetail.card.{name}"), FieldRule::CardData);
        assert!(found.contains(&fault), "{name}");
    }
    let empty = VaultPaymentMethodRequest::new(id, PaymentMethodDetail::default());
    assert_eq!(
        faults(empty.validate()),
        [("paymentMethodDetail.paymentMethodType".to_owned(), FieldRule::Required)]
    );
}

#[test]
fn answers_are_read() {
    let raised: UpdateAmountResponse =
        read(json!({ "updateRequestId": "u-1", "result": { "resultStatus": "U", "resultCode": "X" } }));
    assert!(raised.result.unwrap().is_unknown());
    let stored: InquireVaultingResponse = read(json!({
        "vaultingStatus": "SUCCESS",
        "paymentMethodDetail": { "paymentMethodType": "CARD", "card": { "cardToken": "ALIPAYt", "last4": "1111" } },
    }));
    assert_eq!(stored.vaulting_status, Some(VaultingStatus::Success));
    assert_eq!(stored.payment_method_detail.unwrap().token(), Some("ALIPAYt"));
    let rates: InquireExchangeRateResponse = read(json!({
        "quotes": [{ "quoteCurrencyPair": "USD/JPY", "quotePrice": 149.5 }],
        "paymentQuotes": [{ "exchangeRate": "1.10" }, { "exchangeRate": 0.25 }, {}],
    }));
    assert_eq!(rates.quotes.unwrap()[0].price().as_deref(), Some("149.5"));
    let of_payments: Vec<_> = rates.payment_quotes.unwrap().iter().map(|quote| quote.rate()).collect();
    assert_eq!(of_payments, [Some("1.10".to_owned()), Some("0.25".to_owned()), None]);
}

#[test]
fn banks_come_alone_or_in_a_list() {
    let bank = json!({ "bankName": "First", "plans": [{ "installmentNum": "3" }] });
    for body in [json!({ "installmentBanks": bank }), json!({ "installmentBanks": [bank] })] {
        let answer: InquireInstallmentResponse = read(body);
        let banks = answer.installment_banks.unwrap();
        assert_eq!(banks.as_slice().len(), 1);
        assert_eq!(banks.as_slice()[0].bank_name.as_deref(), Some("First"));
    }
    let odd: InquireInstallmentResponse = read(json!({ "installmentBanks": [bank, 7] }));
    assert_eq!(odd.installment_banks, None);
}

#[test]
fn half_a_message_inside_another_one_is_kept_as_it_came() {
    let order =
        json!({ "referenceOrderId": "o-1", "orderDescription": null, "goods": [{ "goodsName": "cup" }] });
    let answer: RetrievePaymentSessionResponse =
        read(json!({ "order": order, "result": { "resultStatus": "S" } }));
    assert_eq!((answer.order, answer.unknown.get("order")), (None, Some(&order)));
    assert!(answer.result.unwrap().is_success());
    let body = json!({ "notifyType": "PAYMENT_RESULT", "paymentMethodDetail": { "wallet":
        { "token": "t", "billingAddress": { "city": "Austin" } } } });
    let notification: Notification = read(body);
    let detail = notification.payment_method_detail.unwrap();
    assert_eq!(detail.token(), Some("t"));
    assert!(detail.wallet.unwrap().unknown.contains_key("billingAddress"));
}

//= N-8 test
#[test]
fn notifications_are_told_apart_by_their_type_and_unknown_ones_are_kept() {
    let table = [
        (json!({ "notifyType": "PAYMENT_RESULT", "disputeId": "d" }), NotificationKind::Payment),
        (json!({ "notifyType": "PAYMENT_PENDING" }), NotificationKind::PaymentPending),
        (json!({ "notifyType": "CAPTURE_RESULT" }), NotificationKind::Capture),
        (json!({ "notifyType": "REFUND_RESULT" }), NotificationKind::Refund),
        (
            json!({ "notifyType": "UPDATE_AMOUNT_RESULT", "updateRequestId": "u" }),
            NotificationKind::UpdateAmount,
        ),
        (json!({ "vaultingRequestId": "v", "result": { "resultStatus": "S" } }), NotificationKind::Vaulting),
        (json!({ "notifyType": "VAULT", "vaultingRequestId": "v" }), NotificationKind::Vaulting),
        (json!({ "disputeId": "d", "paymentId": "p" }), NotificationKind::Dispute),
        (json!({ "notifyType": "SUBSCRIPTION", "subscriptionId": ["s"] }), NotificationKind::Unknown),
        (json!({ "notifyType": null, "captureId": "c", "paymentId": "p" }), NotificationKind::Unknown),
        (json!({}), NotificationKind::Unknown),
    ];
    for (body, kind) in table {
        assert_eq!(read::<Notification>(body.clone()).kind(), kind, "{body}");
    }
}

#[test]
fn disputes_and_raised_amounts_are_typed() {
    let dispute: Notification = read(json!({
        "disputeId": "d-1", "disputeNotificationType": "DEFENSE_DUE_ALERT", "defendable": true,
        "disputeAmount": { "currency": "SGD", "value": "4200" }, "defenseDueTime": "2026-11-23T00:00:00+08:00",
        "disputeReasonCode": "4853", "arn": "74...", "disputeSource": "ISSUER",
    }));
    assert_eq!(dispute.dispute_notification_type, Some(DisputeNotificationType::DefenseDueAlert));
    assert_eq!(dispute.dispute_amount.unwrap().to_money().unwrap().to_string(), "SGD 42.00");
    assert!(dispute.unknown.is_empty());
    let raised: Notification = read(json!({
        "notifyType": "UPDATE_AMOUNT_RESULT", "updateRequestId": "u-1", "paymentId": "p-1",
        "paymentAmount": { "currency": "SGD", "value": "5000" }, "result": { "resultStatus": "S" },
    }));
    assert_eq!(raised.notify_type, Some(NotifyType::UpdateAmountResult));
    assert!(raised.unknown.is_empty());
}
