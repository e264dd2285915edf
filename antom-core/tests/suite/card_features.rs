//! Card features over `paymentMethodMetaData`: what they print, and what goes together.
//! Lengths and texts of requests are tested in `requests`.

use antom_core::wire::{
    Address, CardFeatures, CreatePaymentSessionRequest, CreditPayPlan, Env, FieldErrors, FieldRule, MpiData,
    Order, PayRequest, PaymentFactor, PaymentMethod, ProductCode, RecurringType, StorageAgreement,
};
use antom_core::{
    CaptureMode, Currency, Money, OsType, PaymentRequestId, ReferenceBuyerId, ReferenceOrderId, Secret,
    TerminalType, Timestamp,
};
use proptest::prelude::*;
use serde_json::{Value, json};

const META: &str = "paymentMethod.paymentMethodMetaData";

fn order(amount: Money) -> Order {
    Order::new(ReferenceOrderId::parse("o-1").unwrap(), "Cappuccino", amount)
        .bought_by(ReferenceBuyerId::parse("b-1").unwrap())
}

fn pay(method: PaymentMethod) -> PayRequest {
    let amount = Money::from_minor(Currency::parse("SGD").unwrap(), 4200).unwrap();
    let id = PaymentRequestId::parse("p-1").unwrap();
    let env = Env::new(TerminalType::Web);
    let mut request = PayRequest::new(id, order(amount), amount, method, "https://shop.example/result", env);
    request.payment_factor = Some(PaymentFactor::card(CaptureMode::Automatic));
    request
}

fn session(method: PaymentMethod) -> CreatePaymentSessionRequest {
    let amount = Money::from_minor(Currency::parse("SGD").unwrap(), 4200).unwrap();
    let id = PaymentRequestId::parse("p-1").unwrap();
    let mut request =
        CreatePaymentSessionRequest::new(id, order(amount), amount, "https://shop.example/result");
    request.payment_method = Some(method);
    request.payment_factor = Some(PaymentFactor::card(CaptureMode::Automatic));
    request
}

fn faults(outcome: Result<(), FieldErrors>) -> Vec<String> {
    outcome.err().into_iter().flatten().map(|fault| fault.to_string()).collect()
}

fn agreement() -> StorageAgreement {
    StorageAgreement::recorded_at(Timestamp::from_epoch_millis(1_790_000_000_000))
}

fn meta_data(features: CardFeatures) -> Value {
    Value::Object(features.into_meta_data())
}

//= H-4 test
#[test]
fn each_feature_prints_its_members_and_passes_the_checks() {
    let table = [
        (CardFeatures::default().with_3ds(true), json!({ "is3DSAuthentication": true })),
        (CardFeatures::default().with_3ds(false), json!({ "is3DSAuthentication": false })),
        (
            CardFeatures::default().with_authentication_upgrade(),
            json!({ "enableAuthenticationUpgrade": "true" }),
        ),
        (
            CardFeatures::default().billed_to(Address::new("US")),
            json!({ "billingAddress": { "region": "US" } }),
        ),
        (CardFeatures::default().storing_the_card(agreement()), json!({ "tokenizeMode": "ASKFORCONSENT" })),
        (
            CardFeatures::default().with_brand("CARTES_BANCAIRES"),
            json!({ "selectedCardBrand": "CARTES_BANCAIRES" }),
        ),
        (CardFeatures::default().used_in("KR"), json!({ "paymentMethodRegion": "KR" })),
        (
            CardFeatures::default().verified_by_korean_issuer("HYUNDAI"),
            json!({ "selectedCardBrand": "HYUNDAI", "requireIssuerAuthentication": true }),
        ),
    ];
    for (features, printed) in table {
        let method = PaymentMethod::card().with_card_features(features.clone());
        assert_eq!(meta_data(features.clone()), printed);
        assert_eq!(method.card_features(), Some(features));
        assert_eq!(faults(pay(method.clone()).validate()), [""; 0], "{printed}");
        assert_eq!(faults(session(method).validate()), [""; 0], "{printed}");
    }
    assert_eq!(agreement().at(), Timestamp::from_epoch_millis(1_790_000_000_000));
}

//= H-4 test
#[test]
fn stored_cards_are_paid_with_by_their_token() {
    let token = Secret::new("ALIPAYtoken");
    let method = PaymentMethod::stored_card(&token);
    assert_eq!(
        serde_json::to_value(&method).unwrap(),
        json!({
            "paymentMethodType": "CARD",
            "paymentMethodId": "ALIPAYtoken",
            "paymentMethodMetaData": { "isCardOnFile": true },
        })
    );
    assert!(!format!("{method:?}").contains("ALIPAYtoken"));
    assert_eq!(faults(pay(method.clone()).validate()), [""; 0]);
    let tokenless = PaymentMethod { payment_method_id: None, ..method };
    assert_eq!(faults(pay(tokenless).validate()), ["paymentMethod.paymentMethodId is required"]);
}

//= H-4 test
#[test]
fn payments_without_the_buyer_are_scheduled_or_not_and_never_verified() {
    let token = Secret::new("ALIPAYtoken");
    for (recurring, word) in
        [(RecurringType::Scheduled, "SCHEDULED"), (RecurringType::Unscheduled, "UNSCHEDULED")]
    {
        let method = PaymentMethod::merchant_initiated(&token, &recurring, Some("MCC123".to_owned()));
        let printed = serde_json::to_value(&method).unwrap();
        assert_eq!(
            printed["paymentMethodMetaData"],
            json!({ "isCardOnFile": true, "recurringType": word, "networkTransactionId": "MCC123" })
        );
        assert_eq!(faults(pay(method.clone()).validate()), [""; 0]);
        let verified = method.with_card_features(CardFeatures::default().with_3ds(true));
        assert_eq!(faults(pay(verified).validate()), [format!("{META}.is3DSAuthentication must be false")]);
    }
    let features = CardFeatures { recurring_type: Some("SOMETIMES".to_owned()), ..CardFeatures::default() };
    let method = PaymentMethod::card().with_card_features(features);
    assert_eq!(
        faults(pay(method).validate()),
        [
            "paymentMethod.paymentMethodId is required".to_owned(),
            format!("{META}.recurringType must be SCHEDULED or UNSCHEDULED"),
            format!("{META}.isCardOnFile must be true"),
        ]
    );
}

//= H-4 test
#[test]
fn a_verification_by_another_service_excludes_the_gateways_and_is_refused_here() {
    let features = CardFeatures::default().with_mpi_data(MpiData::new("2.2.0", "05"));
    assert_eq!(
        meta_data(features.clone()),
        json!({ "is3DSAuthentication": false, "mpiData": { "threeDSVersion": "2.2.0", "eci": "05" } })
    );
    let method = PaymentMethod::card().with_card_features(features);
    let refused = [format!("{META}.mpiData is not allowed here")];
    assert_eq!(faults(pay(method.clone()).validate()), refused);
    assert_eq!(faults(session(method).validate()), refused);
}

//= H-4 test
#[test]
fn korean_issuers_verify_automatic_captures_only() {
    let features = CardFeatures::default().verified_by_korean_issuer("HYUNDAI");
    let mut request = pay(PaymentMethod::card().with_card_features(features));
    request.payment_factor = Some(PaymentFactor::card(CaptureMode::Manual));
    assert_eq!(faults(request.validate()), ["paymentFactor.captureMode must be AUTOMATIC"]);
}

//= H-4 test
#[test]
fn instalments_are_a_plan_and_the_amount_stays_whole() {
    let mut request = pay(PaymentMethod::card());
    for (installments, fault) in [(2, None), (36, None), (1, Some("1")), (37, Some("37"))] {
        request.credit_pay_plan = Some(CreditPayPlan::installments(installments));
        assert_eq!(faults(request.validate()).is_empty(), fault.is_none(), "{installments}");
        assert_eq!(serde_json::to_value(&request).unwrap()["paymentAmount"]["value"], "4200");
    }
}

//= S-2 test
//= H-2 test
#[test]
fn cards_are_authorized_and_other_methods_need_not_be() {
    for factor in [None, Some(PaymentFactor::default())] {
        let must = ["paymentFactor.isAuthorization must be true"];
        let mut of_card = pay(PaymentMethod::card());
        of_card.payment_factor = factor.clone();
        assert_eq!(faults(of_card.validate()), must);
        let mut of_session = session(PaymentMethod::card());
        of_session.payment_factor = factor.clone();
        assert_eq!(faults(of_session.validate()), must);
        let mut of_wallet = pay(PaymentMethod::new("ALIPAY_CN"));
        of_wallet.payment_factor = factor;
        assert_eq!(faults(of_wallet.validate()), [""; 0]);
    }
    let modes = [
        (
            PaymentFactor::card(CaptureMode::Automatic),
            json!({ "isAuthorization": true, "captureMode": "AUTOMATIC" }),
        ),
        (
            PaymentFactor::card(CaptureMode::Manual),
            json!({ "isAuthorization": true, "captureMode": "MANUAL" }),
        ),
    ];
    for (factor, printed) in modes {
        assert_eq!(serde_json::to_value(&factor).unwrap(), printed);
    }
}

//= H-2 test
#[test]
fn phones_and_apps_tell_their_system_and_a_pc_does_not() {
    let table = [
        (TerminalType::Web, None, true),
        (TerminalType::Wap, None, false),
        (TerminalType::App, None, false),
        (TerminalType::Wap, Some(OsType::Ios), true),
        (TerminalType::App, Some(OsType::Android), true),
    ];
    for (terminal, system, is_enough) in table {
        let mut request = pay(PaymentMethod::card());
        request.env = Env { os_type: system, ..Env::new(terminal.clone()) };
        assert_eq!(faults(request.validate()).is_empty(), is_enough, "{terminal}");
    }
    let mut request = pay(PaymentMethod::card());
    request.env.color_depth = Some("25".to_owned());
    assert_eq!(faults(request.validate()), ["env.colorDepth must be 1, 4, 8, 15, 16, 24, 30, 32 or 48"]);
}

//= S-1 test
#[test]
fn a_session_request_has_all_that_a_payment_needs() {
    let request = session(PaymentMethod::card());
    assert_eq!(request.product_code, ProductCode::CashierPayment);
    let printed = serde_json::to_value(&request).unwrap();
    assert_eq!(printed["productCode"], "CASHIER_PAYMENT");
    assert_eq!(printed["paymentAmount"], json!({ "currency": "SGD", "value": "4200" }));
    assert_eq!(printed["order"]["buyer"], json!({ "referenceBuyerId": "b-1" }));
    for name in ["paymentRequestId", "paymentMethod", "order", "paymentRedirectUrl"] {
        assert!(!printed[name].is_null(), "{name}");
    }
}

//= P-1 test
#[test]
fn card_data_is_found_in_json_that_travels_as_text() {
    let mut request = pay(PaymentMethod::card());
    request.extend_info = Some(r#"{"a":[{"cardNo":"4111111111111111"}]}"#.to_owned());
    request.metadata = Some(r#"[{"inner":"{\"cvv\":\"123\"}"}]"#.to_owned());
    let errors = request.validate().unwrap_err();
    let found: Vec<_> = errors.iter().map(|fault| (fault.path.as_str(), fault.rule.clone())).collect();
    assert_eq!(
        found,
        [("extendInfo.a[0].cardNo", FieldRule::CardData), ("metadata[0].inner.cvv", FieldRule::CardData),]
    );
    assert!(!format!("{errors:?}").contains("4111"));
    request.extend_info = Some("{not json: cardNo".to_owned());
    request.metadata = Some(r#"{"order":"17"}"#.to_owned());
    assert_eq!(faults(request.validate()), [""; 0]);
}

proptest! {
    //= H-4 test
    #[test]
    fn features_read_back_from_the_meta_data_beside_what_is_not_theirs(
        verified: Option<bool>, on_file: Option<bool>, brand in prop::option::of("[A-Z]{1,8}"),
        region in prop::option::of("[A-Z]{2}"), cpf in prop::option::of("[0-9]{11}"), other in "[a-z]{3}Other",
    ) {
        let features = CardFeatures {
            is_3ds_authentication: verified,
            is_card_on_file: on_file,
            selected_card_brand: brand,
            billing_address: region.map(Address::new),
            cpf,
            ..CardFeatures::default()
        };
        let mut method = PaymentMethod::card();
        method.payment_method_meta_data = json!({ other.as_str(): [1] }).as_object().cloned();
        let method = method.with_card_features(features.clone());
        let mut read = method.card_features().unwrap();
        prop_assert_eq!(read.unknown.remove(&other), Some(json!([1])));
        prop_assert_eq!(read, features);
    }
}
