//! Prints every message, and every error about one, full of marker secrets, and looks for the marker.
//! Single messages with their visible parts are tested in `redaction`.

use std::collections::BTreeSet;
use std::fmt::Debug;

use antom_core::wire::{self, FieldErrors, MemberKind, Message, MessageDescription};
use antom_core::{CaptureId, ClientId, Currency, GatewayResult, Money, PaymentRequestId, Secret, Timestamp};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

const MARKER: &str = "MARKER-SECRET";

/// What must never be printed, by name and kept apart from the messages: secrets, personal data, addresses that
/// carry tokens, and texts of which nobody knows what they hold.
const SENSITIVE: [&str; 108] = [
    "accountDisplayName",
    "accountHolderName",
    "accountNo",
    "acquirerCardToken",
    "address1",
    "address2",
    "address3",
    "applinkUrl",
    "arrivalAddress",
    "assetToken",
    "authState",
    "authenticationCode",
    "billingAddress",
    "businessNo",
    "buyerEmail",
    "buyerName",
    "buyerPhoneNo",
    "caav",
    "cardNo",
    "cardToken",
    "cardholderName",
    "cavv",
    "challengeRenderValue",
    "city",
    "clientIp",
    "codeValue",
    "cookieId",
    "cpf",
    "customer2088Id",
    "customizedField1",
    "customizedField2",
    "customizedField3",
    "customizedField4",
    "customizedField5",
    "customizedInfo",
    "dateOfBirth",
    "declarationBeneficiaryId",
    "defaultPaymentMethod",
    "departureAddress",
    "deviceId",
    "deviceTokenId",
    "displayCustomerId",
    "displayCustomerName",
    "displayUserLoginId",
    "dsTransactionId",
    "email",
    "expiryMonth",
    "expiryYear",
    "extendInfo",
    "fingerprint",
    "firstName",
    "fullName",
    "guestNames",
    "hotelAddress",
    "instUserName",
    "label",
    "lastName",
    "mask",
    "maskedCardNo",
    "merchantAddress",
    "metadata",
    "middleName",
    "mpiData",
    "normalUrl",
    "noteToMerchant",
    "noteToShipping",
    "notes",
    "parameters",
    "passengerCode",
    "passengerEmail",
    "passengerId",
    "passengerName",
    "passengerNameRecord",
    "passengerPhoneNo",
    "payerEmail",
    "paymentActionForm",
    "paymentData",
    "paymentMethodDetailMetadata",
    "paymentMethodId",
    "paymentMethodMetaData",
    "paymentRedirectUrl",
    "paymentSessionData",
    "phoneNo",
    "pspCustomerId",
    "pspCustomerInfo",
    "redirectUrl",
    "redirectUrls",
    "referringSite",
    "refundSourceAccountNo",
    "refundToBankInfo",
    "savedPaymentMethods",
    "schemeUrl",
    "shipToEmail",
    "shippingAddress",
    "shippingName",
    "shippingPhoneNo",
    "state",
    "storeAddress",
    "storeOperatorId",
    "storePhoneNo",
    "token",
    "toppedUpEmail",
    "toppedUpPhoneNo",
    "toppedUpUser",
    "url",
    "userLoginId",
    "vaultingSessionData",
    "xid",
];

/// A value for the member: markers wherever a reader must not look.
fn value(kind: MemberKind, is_sensitive: bool, depth: usize) -> Option<Value> {
    Some(match kind {
        MemberKind::Text if is_sensitive => json!(MARKER),
        MemberKind::Text => json!("visible"),
        MemberKind::Flag => json!(true),
        MemberKind::Number => json!(3),
        MemberKind::Time => json!("2026-11-22T01:30:00Z"),
        MemberKind::Word(listed) => json!(listed().first()),
        MemberKind::Object => json!({ "anything": MARKER }),
        MemberKind::List(entry) => json!([value(*entry, is_sensitive, depth)?]),
        MemberKind::Map(entry) => json!({ "SGD": value(*entry, is_sensitive, depth)? }),
        MemberKind::Message(description) => full(description(), is_sensitive, depth.checked_sub(1)?),
        other => panic!("a new kind of member: {other:?}"),
    })
}

/// A message with every member it has, and one that nobody knows.
fn full(message: &MessageDescription, is_sensitive: bool, depth: usize) -> Value {
    let mut members = Map::new();
    for member in message.members {
        let is_sensitive = is_sensitive || SENSITIVE.contains(&member.name);
        if let Some(value) = value(member.kind, is_sensitive, depth) {
            members.insert(member.name.to_owned(), value);
        }
    }
    if message.name != "GatewayResult" {
        members.insert("somethingNew".to_owned(), json!({ "deep": [MARKER] }));
    }
    Value::Object(members)
}

fn names_below(message: &'static MessageDescription, names: &mut BTreeSet<&'static str>) {
    if !names.insert(message.name) {
        return;
    }
    for member in message.members {
        let mut kind = member.kind;
        while let MemberKind::List(entry) | MemberKind::Map(entry) = kind {
            kind = *entry;
        }
        if let MemberKind::Message(description) = kind {
            names_below(description(), names);
        }
    }
}

/// Prints the message in all ways, and the errors of everything that is not the message.
fn prints_no_marker<T: Message + DeserializeOwned + Debug>() {
    let description = T::description();
    let sample = full(description, false, 6);
    let message: T = serde_json::from_str(&sample.to_string()).unwrap();
    for text in [format!("{message:?}"), format!("{message:#?}")] {
        assert!(!text.contains(MARKER), "{}: {text}", description.name);
    }
    let mut odd = vec![json!(MARKER), json!([MARKER]), json!({ MARKER: MARKER }), json!(9_876_543_210_u64)];
    for member in description.members.iter().filter(|member| member.is_required) {
        for wrong in [json!({ "a": MARKER }), json!([MARKER]), json!(format!("{MARKER}#")), Value::Null] {
            let mut message = sample.clone();
            message[member.name] = wrong;
            odd.push(message);
        }
    }
    for body in odd {
        let cut = body.to_string();
        for text in [cut.as_str(), &cut[..cut.len() - 1]] {
            if let Err(error) = serde_json::from_str::<T>(text) {
                let printed = format!("{error} {error:?}");
                assert!(!printed.contains(MARKER), "{}: {printed}", description.name);
                assert!(!printed.contains("9876543210"), "{}: {printed}", description.name);
            }
        }
    }
}

macro_rules! printed_by_itself {
    ($($name:ident),+ $(,)?) => {
        /// Every message, so that a hidden one is printed by itself too.
        const EVERY: &[(fn(), fn() -> &'static MessageDescription)] =
            &[$((prints_no_marker::<wire::$name>, <wire::$name as Message>::description)),+];
    };
}

every_message! { printed_by_itself }

#[test]
fn no_message_and_no_error_about_one_prints_a_marker() {
    prints_no_marker::<GatewayResult>();
    for (prints_no_marker, _) in EVERY {
        prints_no_marker();
    }
}

#[test]
fn every_message_below_another_one_is_printed_by_itself() {
    let mut reached = BTreeSet::new();
    for (_, description) in EVERY {
        names_below(description(), &mut reached);
    }
    let listed: BTreeSet<_> = EVERY.iter().map(|(_, description)| description().name).collect();
    let missing: Vec<_> = reached.difference(&listed).collect();
    assert_eq!(missing, [&"GatewayResult"]);
}

/// The request with markers in all of its texts, far too long and full of forbidden characters.
fn faulty<T: Message + DeserializeOwned>() -> T {
    let long = format!("{MARKER}订单 \u{7}{}", "x".repeat(5000));
    fn spoil(value: &mut Value, long: &str) {
        match value {
            Value::String(text) if text == "visible" || text == MARKER => *text = long.to_owned(),
            Value::Object(members) => members.values_mut().for_each(|value| spoil(value, long)),
            Value::Array(entries) => entries.iter_mut().for_each(|value| spoil(value, long)),
            _ => {}
        }
    }
    let mut body = full(T::description(), false, 6);
    let members = body.as_object_mut().unwrap();
    for (name, value) in members.iter_mut() {
        let is_id = T::description().members.iter().any(|member| member.name == name && member.is_required);
        if !(is_id && name.ends_with("Id")) {
            spoil(value, &long);
        }
    }
    if let Some(order) = members.get_mut("order").and_then(Value::as_object_mut) {
        order.insert("referenceOrderId".to_owned(), json!("o-1"));
    }
    serde_json::from_value(body).unwrap()
}

#[test]
fn faults_of_requests_name_fields_and_never_values() {
    fn check<T: Message + DeserializeOwned>(validate: fn(&T) -> Result<(), FieldErrors>) {
        let errors = validate(&faulty::<T>()).unwrap_err();
        let printed = format!("{errors} {errors:?} {errors:#?}");
        assert!(!printed.contains(MARKER), "{}: {printed}", T::description().name);
        assert!(printed.contains("contains Chinese characters"), "{printed}");
    }
    check(wire::CreatePaymentSessionRequest::validate);
    check(wire::PayRequest::validate);
    check(wire::ConsultRequest::validate);
    check(wire::CaptureRequest::validate);
    check(wire::CancelRequest::validate);
    check(wire::RefundRequest::validate);
    check(wire::InquiryPaymentRequest::validate);
    check(wire::InquiryRefundRequest::validate);
    check(wire::InquireInstallmentRequest::validate);
    check(wire::InquireExchangeRateRequest::validate);
    check(wire::CreateVaultingSessionRequest::validate);
    check(wire::VaultPaymentMethodRequest::validate);
    check(wire::InquireVaultingRequest::validate);
    check(wire::InquireTokenRequest::validate);
    check(wire::UpdateTokenRequest::validate);
    check(wire::DeleteTokenRequest::validate);
    check(wire::SubmitArgument::validate);
}

#[test]
fn errors_of_single_values_never_show_the_value() {
    let sgd = Currency::parse("SGD").unwrap();
    let text = format!("{MARKER} #");
    let secret = serde_json::from_value::<Secret>(json!(9_876_543_210_u64)).unwrap_err();
    let printed = [
        format!("{:?}", PaymentRequestId::parse(text.as_str()).unwrap_err()),
        PaymentRequestId::parse(text.as_str()).unwrap_err().to_string(),
        format!("{:?}", ClientId::parse(text.as_str()).unwrap_err()),
        format!("{:?}", CaptureId::parse(format!("{MARKER}\n")).unwrap_err()),
        format!("{:?}", Currency::parse(&text).unwrap_err()),
        Currency::parse(&text).unwrap_err().to_string(),
        format!("{:?}", Money::parse_minor(sgd, &text).unwrap_err()),
        Money::parse_decimal(sgd, &text).unwrap_err().to_string(),
        format!("{:?}", Timestamp::parse(&text).unwrap_err()),
        Timestamp::parse(&text).unwrap_err().to_string(),
        serde_json::from_value::<PaymentRequestId>(json!(text)).unwrap_err().to_string(),
        serde_json::from_value::<Money>(json!({ "currency": "SGD", "value": text })).unwrap_err().to_string(),
        format!("{secret} {secret:?}"),
    ];
    for text in printed {
        assert!(!text.contains(MARKER) && !text.contains("9876543210"), "{text}");
    }
}
