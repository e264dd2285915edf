//! Advice about result codes, and which refusals are final.
//! The tables themselves are compared with their source in `code_tables`.

use antom_core::outcome::{CodeSource, advise_from};
use antom_core::{Action, Api, GatewayResult, ResultStatus, advise};

fn result(code: &str, status: &str) -> GatewayResult {
    GatewayResult::new(code, ResultStatus::from(status), "")
}

#[test]
fn listed_codes_lead_to_the_listed_action() {
    let table = [
        (Api::Pay, "PAYMENT_IN_PROCESS", "U", Action::Inquire),
        (Api::Pay, "UNKNOWN_EXCEPTION", "U", Action::RetrySameRequest),
        (Api::Pay, "DO_NOT_HONOR", "F", Action::AskBuyer),
        (Api::Pay, "AUTHENTICATION_REQUIRED", "F", Action::NewRequestId),
        (Api::Capture, "CAPTURE_IN_PROCESS", "U", Action::Inquire),
        (Api::Cancel, "CANCEL_WINDOW_EXCEED", "F", Action::FixRequest),
        (Api::Refund, "MERCHANT_BALANCE_NOT_ENOUGH", "F", Action::NewRequestId),
        (Api::InquiryPayment, "ORDER_NOT_EXIST", "F", Action::RetrySameRequest),
        (Api::CreatePaymentSession, "SUCCESS", "S", Action::None),
        (Api::DeleteToken, "INVALID_SIGNATURE", "F", Action::FixConfig),
    ];
    for (api, code, status, action) in table {
        let advice = advise(api, &result(code, status));
        assert_eq!((advice.action, advice.is_listed), (action, true), "{api} {code}");
    }
}

#[test]
fn unknown_codes_follow_the_status() {
    for (status, action) in
        [("S", Action::None), ("F", Action::ContactSupport), ("U", Action::Inquire), ("X", Action::Inquire)]
    {
        let advice = advise(Api::Pay, &result("CODE_OF_NEXT_YEAR", status));
        assert_eq!(
            (advice.action, advice.is_listed, advice.is_final_failure),
            (action, false, false),
            "{status}"
        );
    }
    assert_eq!(advise(Api::Pay, &GatewayResult::default()).action, Action::Inquire);
}

#[test]
fn the_status_wins_over_the_code() {
    let advice = advise(Api::Pay, &result("SUCCESS", "U"));
    assert_eq!((advice.action, advice.is_listed), (Action::Inquire, false));
    assert_eq!(advise(Api::Pay, &result("SUCCESS", "F")).action, Action::ContactSupport);
    assert!(!advise(Api::Pay, &result("DO_NOT_HONOR", "U")).is_final_failure);
    assert!(!advise(Api::Pay, &result("DO_NOT_HONOR", "S")).is_final_failure);
}

#[test]
fn only_refusals_that_speak_of_the_id_are_final() {
    let table = [
        (Api::Pay, "DO_NOT_HONOR", true),
        (Api::Pay, "PROCESS_FAIL", true),
        (Api::Pay, "ORDER_IS_CLOSED", true),
        (Api::Pay, "PARAM_ILLEGAL", true),
        // Our own repeat differs from the first request, which may have been paid.
        (Api::Pay, "REPEAT_REQ_INCONSISTENT", false),
        (Api::Refund, "REPEAT_REQ_INCONSISTENT", false),
        (Api::Pay, "ORDER_STATUS_INVALID", false),
        // Turned away at the door: the first call may have gone through.
        (Api::Pay, "INVALID_SIGNATURE", false),
        (Api::Pay, "ACCESS_DENIED", false),
        (Api::Refund, "KEY_NOT_FOUND", false),
        (Api::Capture, "AUTH_EXPIRED", true),
        (Api::Cancel, "CANCEL_WINDOW_EXCEED", true),
        (Api::Cancel, "ORDER_NOT_EXIST", false),
        (Api::Refund, "REFUND_AMOUNT_EXCEED", true),
        // A failed inquiry says nothing about the payment.
        (Api::InquiryPayment, "PROCESS_FAIL", false),
        (Api::InquiryPayment, "ORDER_NOT_EXIST", false),
        (Api::InquiryRefund, "SYSTEM_ERROR", false),
    ];
    for (api, code, is_final) in table {
        assert_eq!(advise(api, &result(code, "F")).is_final_failure, is_final, "{api} {code}");
    }
}

#[test]
fn the_same_code_means_other_things_elsewhere() {
    let failure = Some(&ResultStatus::Failure);
    let unknown = Some(&ResultStatus::Unknown);
    assert_eq!(
        advise_from(CodeSource::PaymentResultCode, unknown, "UNKNOWN_EXCEPTION").action,
        Action::NewRequestId
    );
    assert_eq!(advise_from(CodeSource::NotifyPayment, unknown, "UNKNOWN_EXCEPTION").action, Action::Inquire);
    assert_eq!(
        advise_from(CodeSource::PaymentResultCode, failure, "SUSPECTED_CARD").action,
        Action::AskBuyer
    );
    assert!(advise_from(CodeSource::NotifyPayment, failure, "CODE_OF_NEXT_YEAR").is_final_failure);
    assert!(!advise_from(CodeSource::NotifyRefund, unknown, "REFUND_IN_PROCESS").is_final_failure);
}

#[test]
fn paths_are_those_of_the_gateway() {
    assert_eq!(Api::Pay.path(), "/ams/api/v1/payments/pay");
    assert_eq!(Api::InquiryRefund.path(), "/ams/api/v1/payments/inquiryRefund");
    assert_eq!(Api::InquireToken.path(), "/ams/api/v1/vaults/inquireToken");
    assert_eq!(Api::CreatePaymentSession.sandbox_path(), "/ams/sandbox/api/v1/payments/createPaymentSession");
    for api in Api::ALL {
        assert_eq!(api.sandbox_path(), api.path().replacen("/ams/api/", "/ams/sandbox/api/", 1));
        assert!(api.path().ends_with(api.name()));
    }
}
