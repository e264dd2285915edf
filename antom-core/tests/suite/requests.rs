//! Requests: what they print, and every fault found before sending.
//! The order of calls is tested in `antom-domain`.

use antom_core::wire::{
    Address, Buyer, CancelRequest, CaptureRequest, CardFeatures, ConsultRequest, CreatePaymentSessionRequest,
    CreditPayPlan, Env, FieldErrors, FieldRule, Goods, InquiryPaymentRequest, InquiryRefundRequest, MpiData,
    Order, PayRequest, PaymentFactor, PaymentMethod, RefundRequest, SettlementStrategy, UserName,
};
use antom_core::{
    CaptureMode, CaptureRequestId, Currency, Money, MoneyError, OsType, PaymentId, PaymentRequestId,
    ReferenceBuyerId, ReferenceOrderId, RefundRequestId, TerminalType, WireTime,
};
use serde_json::{Value, json};

fn sgd(minor_units: u64) -> Money {
    Money::from_minor(Currency::parse("SGD").unwrap(), minor_units).unwrap()
}

fn order() -> Order {
    let mut order =
        Order::new(ReferenceOrderId::parse("o-1").unwrap(), "Cappuccino #grande (Mika's)", sgd(4200));
    order.buyer =
        Some(Buyer { reference_buyer_id: Some(ReferenceBuyerId::parse("b-1").unwrap()), ..Buyer::default() });
    order
}

fn pay() -> PayRequest {
    let id = PaymentRequestId::parse("p-1").unwrap();
    let env = Env::new(TerminalType::Web);
    let mut request =
        PayRequest::new(id, order(), sgd(4200), PaymentMethod::card(), "https://shop.example/result", env);
    request.payment_factor = Some(PaymentFactor::card(CaptureMode::Automatic));
    request
}

fn session() -> CreatePaymentSessionRequest {
    let id = PaymentRequestId::parse("p-1").unwrap();
    let mut request = CreatePaymentSessionRequest::new(id, order(), sgd(4200), "https://shop.example/result");
    request.payment_method = Some(PaymentMethod::card());
    request.payment_factor = Some(PaymentFactor::card(CaptureMode::Manual));
    request
}

fn faults(outcome: Result<(), FieldErrors>) -> Vec<(String, FieldRule)> {
    outcome.err().into_iter().flatten().map(|fault| (fault.path, fault.rule)).collect()
}

fn fault(path: &str, rule: FieldRule) -> (String, FieldRule) {
    (path.to_owned(), rule)
}

#[test]
fn a_session_request_prints_what_the_documents_ask_for() {
    let mut request = session();
    request.settlement_strategy = Some(SettlementStrategy::from(Currency::parse("USD").unwrap()));
    request.validate().unwrap();
    assert_eq!(
        serde_json::to_value(&request).unwrap(),
        json!({
            "productCode": "CASHIER_PAYMENT",
            "paymentRequestId": "p-1",
            "order": {
                "referenceOrderId": "o-1",
                "orderDescription": "Cappuccino #grande (Mika's)",
                "orderAmount": { "currency": "SGD", "value": "4200" },
                "buyer": { "referenceBuyerId": "b-1" },
            },
            "paymentAmount": { "currency": "SGD", "value": "4200" },
            "paymentRedirectUrl": "https://shop.example/result",
            "paymentMethod": { "paymentMethodType": "CARD" },
            "paymentFactor": { "isAuthorization": true, "captureMode": "MANUAL" },
            "settlementStrategy": { "settlementCurrency": "USD" },
        })
    );
}

//= S-5 test
#[test]
fn chinese_characters_are_refused_wherever_they_stand() {
    let mut request = pay();
    request.order.order_description = "咖啡".to_owned();
    request.order.goods =
        Some(vec![Goods::default(), Goods { goods_name: Some("cup 杯".to_owned()), ..Goods::default() }]);
    let name = UserName { full_name: Some("㐀".to_owned()), ..UserName::default() };
    request.order.buyer = Some(Buyer { buyer_name: Some(name), ..Buyer::default() });
    let mut address = Address::new("SG");
    address.city = Some("新加坡".to_owned());
    let features = CardFeatures { billing_address: Some(address), ..CardFeatures::default() };
    request.payment_method = PaymentMethod::card().with_card_features(features);
    let found = faults(request.validate());
    let expected = [
        "order.buyer.buyerName.fullName",
        "order.goods[1].goodsName",
        "order.orderDescription",
        "paymentMethod.paymentMethodMetaData.billingAddress.city",
    ];
    let mut paths: Vec<_> = found.iter().map(|(path, _)| path.as_str()).collect();
    paths.sort_unstable();
    assert_eq!(paths, expected);
    assert!(found.iter().all(|(_, rule)| *rule == FieldRule::ForbiddenCharacters));
}

//= S-5 test
#[test]
fn other_scripts_and_punctuation_are_fine() {
    let mut request = pay();
    for text in ["Ünïcødé — “quotes”, #1 * 2 & 3 % ; <b>", "コーヒー", "커피", "قهوة", "é★", "3，000。"]
    {
        request.order.order_description = text.to_owned();
        assert_eq!(faults(request.validate()), [], "{text}");
    }
}

#[test]
fn all_faults_are_told_at_once_and_without_values() {
    let mut request = pay();
    request.order.order_description = "x".repeat(257);
    request.payment_redirect_url = "not a url SECRET".to_owned();
    request.payment_notify_url = Some("ftp://SECRET.example/".to_owned());
    request.payment_amount = sgd(0).into();
    request.payment_factor = None;
    request.env = Env::new(TerminalType::Wap);
    request.user_region = Some("sg".to_owned());
    request.payment_expiry_time = Some(WireTime::parse("SECRET"));
    let errors = request.validate().unwrap_err();
    let expected = [
        fault("order.orderDescription", FieldRule::TooLong { max: 256, len: 257 }),
        fault("paymentExpiryTime", FieldRule::NotATime),
        fault("userRegion", FieldRule::NotARegion),
        fault("paymentAmount", FieldRule::NotAnAmount(MoneyError::Zero)),
        fault("paymentRedirectUrl", FieldRule::NotAUrl),
        fault("paymentNotifyUrl", FieldRule::NotAUrl),
        fault("paymentFactor.isAuthorization", FieldRule::MustBe("true")),
        fault("env.osType", FieldRule::Required),
    ];
    assert!(!errors.to_string().contains("SECRET") && !format!("{errors:?}").contains("SECRET"));
    assert_eq!(faults(Err(errors)), expected);
}

#[test]
fn lengths_are_counted_in_characters() {
    let mut request = pay();
    request.order.order_description = "ü".repeat(256);
    assert_eq!(faults(request.validate()), []);
    request.order.order_description = String::new();
    assert_eq!(faults(request.validate()), [fault("order.orderDescription", FieldRule::Required)]);
    request.order.order_description = "x".to_owned();
    request.order.goods = Some(vec![Goods::default(); 101]);
    assert_eq!(
        faults(request.validate()),
        [fault("order.goods", FieldRule::TooManyEntries { max: 100, len: 101 })]
    );
}

//= C-8 test
#[test]
fn billing_addresses_keep_to_their_lengths() {
    let table = [
        ("state", 8, FieldRule::TooLong { max: 8, len: 9 }),
        ("city", 32, FieldRule::TooLong { max: 32, len: 33 }),
        ("address1", 256, FieldRule::TooLong { max: 256, len: 257 }),
        ("address2", 256, FieldRule::TooLong { max: 256, len: 257 }),
        ("zipCode", 32, FieldRule::TooLong { max: 32, len: 33 }),
    ];
    for (field, max, rule) in table {
        for (len, expected) in [(max, None), (max + 1, Some(rule))] {
            let address = json!({ "region": "US", field: "x".repeat(len) });
            let found = faults(with_meta_data(json!({ "billingAddress": address })).validate());
            let path = format!("paymentMethod.paymentMethodMetaData.billingAddress.{field}");
            assert_eq!(found, Vec::from_iter(expected.map(|rule| (path, rule))));
        }
    }
}

//= C-8 test
#[test]
fn billing_addresses_need_a_region_of_two_letters() {
    let path = "paymentMethod.paymentMethodMetaData.billingAddress.region";
    let missing = with_meta_data(json!({ "billingAddress": { "city": "Austin" } }));
    assert_eq!(faults(missing.validate()), [fault(path, FieldRule::Required)]);
    for region in ["USA", "us", "", "U1"] {
        let request = with_meta_data(json!({ "billingAddress": { "region": region } }));
        assert_eq!(faults(request.validate()), [fault(path, FieldRule::NotARegion)], "{region}");
    }
}

fn with_meta_data(meta_data: Value) -> PayRequest {
    let mut request = pay();
    request.payment_method.payment_method_meta_data = meta_data.as_object().cloned();
    request
}

//= P-1 test
#[test]
fn card_data_is_refused_by_name_and_never_echoed() {
    for name in
        ["cardNo", "card_no", "CardNumber", "cvv", "CVC", "expiryYear", "expiryMonth", "expiry-date", "pan"]
    {
        let request = with_meta_data(json!({ "wallet": { name: "4111111111111111" } }));
        let errors = request.validate().unwrap_err();
        assert!(!format!("{errors} {errors:?}").contains("4111"), "{name}");
        let path = format!("paymentMethod.paymentMethodMetaData.wallet.{name}");
        assert_eq!(faults(Err(errors)), [(path, FieldRule::CardData)]);
    }
    let mut request = session();
    request.unknown.insert("cvv".to_owned(), Value::from("123"));
    assert_eq!(faults(request.validate()), [fault("cvv", FieldRule::CardData)]);
}

//= T-1 test
#[test]
fn redirect_urls_may_open_apps_but_run_no_code() {
    let mut request = pay();
    for url in [
        "imeituan://",
        "https://shop.example",
        "http://www.yourRedirectUrl.com",
        "myapp+x://pay?a=1",
        "http://[::1]:80/",
    ] {
        request.payment_redirect_url = url.to_owned();
        assert_eq!(faults(request.validate()), [], "{url}");
    }
    for url in [
        "shop.example/result",
        "https://",
        "https:///path",
        "javascript://%0aalert(1)",
        "DATA://x",
        "1a://x",
        "://x",
        "https://a b",
    ] {
        request.payment_redirect_url = url.to_owned();
        assert_eq!(faults(request.validate()), [fault("paymentRedirectUrl", FieldRule::NotAUrl)], "{url}");
    }
    request.payment_redirect_url = format!("https://shop.example/{}", "x".repeat(2048));
    let too_long = FieldRule::TooLong { max: 2048, len: 2069 };
    assert_eq!(faults(request.validate()), [fault("paymentRedirectUrl", too_long)]);
}

//= T-1 test
#[test]
fn client_addresses_are_sent_as_they_are() {
    let mut request = pay();
    request.env.client_ip = Some("114.121.121.01".to_owned());
    request.validate().unwrap();
    assert_eq!(serde_json::to_value(&request).unwrap()["env"]["clientIp"], "114.121.121.01");
}

#[test]
fn korean_issuers_verify_automatic_captures_of_a_chosen_brand_only() {
    let mut request = pay();
    request.payment_method.require_issuer_authentication = Some(true);
    request.payment_factor = Some(PaymentFactor::card(CaptureMode::Manual));
    let brand = "paymentMethod.paymentMethodMetaData.selectedCardBrand";
    let expected = [
        fault("paymentFactor.captureMode", FieldRule::MustBe("AUTOMATIC")),
        fault(brand, FieldRule::Required),
    ];
    assert_eq!(faults(request.validate()), expected);
    let features =
        CardFeatures { selected_card_brand: Some("HYUNDAI".to_owned()), ..CardFeatures::default() };
    request.payment_method = request.payment_method.with_card_features(features);
    request.payment_factor = Some(PaymentFactor::card(CaptureMode::Automatic));
    assert_eq!(faults(request.validate()), []);
}

#[test]
fn card_features_print_into_the_meta_data_and_mpi_is_refused() {
    let features = CardFeatures {
        is_3ds_authentication: Some(true),
        tokenize_mode: Some("ASKFORCONSENT".to_owned()),
        mpi_data: Some(MpiData::new("2.2.0", "05")),
        ..CardFeatures::default()
    };
    let mut request = pay();
    request.payment_method = request.payment_method.with_card_features(features);
    let printed = serde_json::to_value(&request).unwrap();
    assert_eq!(
        printed["paymentMethod"]["paymentMethodMetaData"],
        json!({
            "is3DSAuthentication": true,
            "tokenizeMode": "ASKFORCONSENT",
            "mpiData": { "threeDSVersion": "2.2.0", "eci": "05" },
        })
    );
    let path = "paymentMethod.paymentMethodMetaData.mpiData";
    assert_eq!(faults(request.validate()), [fault(path, FieldRule::NotAllowed)]);
}

#[test]
fn numbers_keep_to_their_ranges() {
    let mut request = pay();
    for (num, percentage, path) in
        [(1, 0, "creditPayPlan.installmentNum"), (3, 101, "creditPayPlan.feePercentage")]
    {
        let plan = CreditPayPlan {
            installment_num: Some(num),
            fee_percentage: Some(percentage),
            ..CreditPayPlan::default()
        };
        request.credit_pay_plan = Some(plan);
        let found = faults(request.validate());
        assert!(matches!(found.as_slice(), [(at, FieldRule::OutOfRange { .. })] if at == path), "{found:?}");
    }
}

//= X-12 test
#[test]
fn amounts_follow_the_rules_of_currency_and_method() {
    let mut request = pay();
    request.payment_method = PaymentMethod::new("DANA");
    request.payment_factor = None;
    let idr = Currency::parse("IDR").unwrap();
    for (units, expected) in [
        (30_000, None),
        (30_001, Some(MoneyError::WrongStep { currency: idr, step: 100 })),
        (29_900, Some(MoneyError::BelowMinimum { currency: idr, minimum: 30_000 })),
    ] {
        request.payment_amount = Money::from_minor(idr, units).unwrap().into();
        let expected = expected.map(|rule| fault("paymentAmount", FieldRule::NotAnAmount(rule)));
        assert_eq!(faults(request.validate()), Vec::from_iter(expected), "{units}");
    }
}

#[test]
fn sessions_need_a_method_unless_the_page_asks_for_it() {
    let mut request = session();
    request.payment_method = None;
    assert_eq!(faults(request.validate()), [fault("paymentMethod", FieldRule::Required)]);
    request.product_scene = Some("CHECKOUT_PAYMENT".to_owned());
    assert_eq!(faults(request.validate()), []);
}

#[test]
fn small_apps_name_their_app_and_system() {
    let mut request = pay();
    request.env = Env::new(TerminalType::MiniApp);
    assert_eq!(
        faults(request.validate()),
        [fault("env.osType", FieldRule::Required), fault("appId", FieldRule::Required)]
    );
    request.env.os_type = Some(OsType::Android);
    request.app_id = Some("2021".to_owned());
    assert_eq!(faults(request.validate()), []);
}

#[test]
fn later_calls_print_their_ids_and_amounts() {
    let payment = || PaymentId::parse("2019060811401080010018882020035XXXX").unwrap();
    let capture = CaptureRequest::new(CaptureRequestId::parse("c-1").unwrap(), payment(), sgd(4200));
    capture.validate().unwrap();
    assert_eq!(
        serde_json::to_string(&capture).unwrap(),
        r#"{"captureRequestId":"c-1","paymentId":"2019060811401080010018882020035XXXX","captureAmount":{"currency":"SGD","value":"4200"}}"#
    );
    let mut refund = RefundRequest::new(RefundRequestId::parse("r-1").unwrap(), payment(), sgd(0));
    refund.refund_reason = Some("x".repeat(257));
    refund.metadata = Some("x".repeat(65));
    assert_eq!(
        faults(refund.validate()),
        [
            fault("refundReason", FieldRule::TooLong { max: 256, len: 257 }),
            fault("refundAmount", FieldRule::NotAnAmount(MoneyError::Zero)),
            fault("metadata", FieldRule::TooLong { max: 64, len: 65 }),
        ]
    );
    CancelRequest::by_payment_id(payment()).validate().unwrap();
    InquiryPaymentRequest::by_payment_id(payment()).validate().unwrap();
    ConsultRequest::new(sgd(1), Env::new(TerminalType::Web)).validate().unwrap();
}

#[test]
fn inquiries_and_cancellations_need_one_id() {
    let required = |path| vec![fault(path, FieldRule::Required)];
    assert_eq!(faults(InquiryPaymentRequest::default().validate()), required("paymentRequestId"));
    assert_eq!(faults(CancelRequest::default().validate()), required("paymentRequestId"));
    assert_eq!(faults(InquiryRefundRequest::default().validate()), required("refundRequestId"));
    assert_eq!(faults(ConsultRequest::new(sgd(1), Env::default()).validate()), required("env.terminalType"));
}
