//! Every JSON sample of the three source documents is read and printed back with nothing lost.
//! Two samples lack their opening brace in the document; it is added here, in the data.

use antom_core::wire::{
    CaptureResponse, CreatePaymentSessionRequest, CreatePaymentSessionResponse, InquiryPaymentRequest,
    InquiryPaymentResponse, Notification, PayRequest, PayResponse,
};
use antom_core::{NotifyType, PaymentStatus, ResultStatus};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

macro_rules! sample {
    ($name:literal) => {
        include_str!(concat!("../samples/", $name, ".json"))
    };
}

fn round_trip<T: DeserializeOwned + Serialize>(text: &str) -> T {
    let message: T = serde_json::from_str(text).unwrap();
    let sent: Value = serde_json::from_str(text).unwrap();
    assert_eq!(serde_json::to_value(&message).unwrap(), sent);
    message
}

macro_rules! samples {
    ($($test:ident: $message:ty = [$($name:literal),+ $(,)?]),+ $(,)?) => {
        $(
            #[test]
            fn $test() {
                $( round_trip::<$message>(sample!($name)); )+
            }
        )+

        /// Every file that a test above reads.
        const READ: &[&str] = &[$($($name),+),+];
    };
}

samples! {
    session_requests_survive: CreatePaymentSessionRequest = [
        "android-l166-create-payment-session-request",
        "web-l174-create-payment-session-request",
    ],
    session_responses_survive: CreatePaymentSessionResponse = [
        "android-l201-create-payment-session-response",
        "web-l207-create-payment-session-response",
    ],
    pay_requests_survive: PayRequest = [
        "hosted-l112-pay-request",
        "hosted-l551-pay-request",
    ],
    pay_responses_survive: PayResponse = [
        "hosted-l152-pay-response",
    ],
    inquiry_requests_survive: InquiryPaymentRequest = [
        "android-l456-inquiry-payment-request",
        "hosted-l290-inquiry-payment-request",
        "hosted-l476-inquiry-payment-request",
        "web-l648-inquiry-payment-request",
        "web-l827-inquiry-payment-request",
    ],
    inquiry_responses_survive: InquiryPaymentResponse = [
        "android-l462-inquiry-payment-response",
        "android-l644-inquiry-payment-response",
        "android-l668-inquiry-payment-response",
        "android-l693-inquiry-payment-response",
        "hosted-l294-inquiry-payment-response",
        "hosted-l322-inquiry-payment-response",
        "hosted-l484-inquiry-payment-response",
        "hosted-l504-inquiry-payment-response",
        "hosted-l525-inquiry-payment-response",
        "web-l655-inquiry-payment-response",
        "web-l850-inquiry-payment-response",
        "web-l874-inquiry-payment-response",
        "web-l898-inquiry-payment-response",
    ],
    capture_responses_survive: CaptureResponse = [
        "hosted-l376-capture-response",
    ],
    notifications_survive: Notification = [
        "android-l363-notification-payment-result-s",
        "android-l499-notification-capture-result-s",
        "android-l520-notification-capture-result-f",
        "hosted-l185-notification-payment-result-s",
        "hosted-l213-notification-payment-result-s",
        "hosted-l389-notification-capture-result-s",
        "hosted-l405-notification-capture-result-f",
        "web-l529-notification-payment-result-s",
        "web-l726-notification-capture-result-s",
        "web-l746-notification-capture-result-f",
    ],
}

#[test]
fn no_sample_is_left_unread() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/samples");
    for entry in std::fs::read_dir(folder).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        let name = name.strip_suffix(".json").unwrap();
        assert!(READ.contains(&name), "no test reads {name}");
    }
    assert_eq!(READ.len(), 36);
}

//= I-5 test
#[test]
fn a_misspelt_cavv_is_read_and_printed_as_it_came() {
    let inquiry: InquiryPaymentResponse = round_trip(sample!("hosted-l294-inquiry-payment-response"));
    let three_ds = inquiry.payment_result_info.unwrap().three_ds_result.unwrap();
    assert_eq!((three_ds.cavv(), three_ds.cavv.as_deref()), (Some("cavvSample"), None));
}

//= T-5 test
#[test]
fn empty_texts_of_a_verification_are_absent() {
    let inquiry: InquiryPaymentResponse = round_trip(sample!("web-l655-inquiry-payment-response"));
    let three_ds = inquiry.payment_result_info.as_ref().unwrap().three_ds_result.as_ref().unwrap();
    assert_eq!((three_ds.cavv(), three_ds.eci()), (None, None));
    assert_eq!(inquiry.card_info.unwrap().three_ds_result, None);
}

//= I-5 test
#[test]
fn transactions_may_be_null_absent_or_a_list() {
    let null: InquiryPaymentResponse = round_trip(sample!("android-l462-inquiry-payment-response"));
    let absent: InquiryPaymentResponse = round_trip(sample!("web-l655-inquiry-payment-response"));
    assert_eq!((&null.transactions, &absent.transactions), (&None, &None));
    assert_eq!(null.unknown.get("transactions"), Some(&Value::Null));
    let list: InquiryPaymentResponse = round_trip(sample!("web-l850-inquiry-payment-response"));
    assert_eq!(list.transactions.unwrap().len(), 1);
}

//= T-4 test
#[test]
fn what_a_sample_leaves_out_is_unknown() {
    let capture: CaptureResponse = round_trip(sample!("hosted-l376-capture-response"));
    assert_eq!(capture.result, None);
    let inquiry: InquiryPaymentResponse = round_trip(sample!("hosted-l525-inquiry-payment-response"));
    assert_eq!((&inquiry.result, &inquiry.payment_status), (&None, &None));
    let transaction = &inquiry.transactions.unwrap()[0];
    assert_eq!(transaction.transaction_time, None);
    assert_eq!(transaction.transaction_status, Some(PaymentStatus::Processing));
    assert_eq!(transaction.transaction_result.as_ref().unwrap().result_status, Some(ResultStatus::Unknown));
}

#[test]
fn repaired_notifications_are_what_they_say() {
    let notification: Notification = round_trip(sample!("hosted-l405-notification-capture-result-f"));
    assert_eq!(notification.notify_type, Some(NotifyType::CaptureResult));
    assert!(notification.result.unwrap().is_failure());
    assert_eq!(notification.capture_id.as_deref(), Some("2022XXXXXXX"));
}

#[test]
fn session_data_is_carried_unchanged() {
    let response: CreatePaymentSessionResponse =
        round_trip(sample!("web-l207-create-payment-session-response"));
    let data = response.payment_session_data.unwrap();
    assert!(data.ends_with("==&&SG&&111") && data.contains('+') && data.contains('/'));
}

//= T-1 test
#[test]
fn the_requests_of_the_documents_pass_our_checks() {
    round_trip::<PayRequest>(sample!("hosted-l112-pay-request")).validate().unwrap();
    round_trip::<PayRequest>(sample!("hosted-l551-pay-request")).validate().unwrap();
    for text in [
        sample!("android-l166-create-payment-session-request"),
        sample!("web-l174-create-payment-session-request"),
    ] {
        round_trip::<CreatePaymentSessionRequest>(text).validate().unwrap();
    }
}
