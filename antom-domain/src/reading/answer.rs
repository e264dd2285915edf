//! Reads the verified answers to our own calls.
//! A call without a verified answer never comes here: it is a report.

use antom_core::id::{PaymentId, PaymentRequestId, PaymentSessionId};
use antom_core::outcome::{Api, GatewayResult, advise};
use antom_core::wire::{
    CancelResponse, CaptureResponse, CreatePaymentSessionResponse, InquiryRefundResponse, PayResponse,
    RefundResponse,
};

use super::{inquiry, word};
use crate::order::{
    CallSubject, CancelWord, CaptureKey, CaptureSeen, CaptureWord, Details, Fact, Handout, Names,
    PaymentSeen, PaymentWord, RefundWord, Report, ReviewWord, SeenAmount, Source,
};
use crate::port::GatewayAnswer;

/// The facts in a verified answer to the call about `subject`.
///
/// An answer that echoes another request id says nothing about ours: the outcome is unknown (T-6).
pub fn answer(subject: &CallSubject, answer: &GatewayAnswer) -> Vec<Fact> {
    match answer {
        GatewayAnswer::CreatePaymentSession(response) => session(subject, response),
        GatewayAnswer::Pay(response) => pay(subject, response),
        GatewayAnswer::InquiryPayment(response) => inquiry::payment(subject, response),
        GatewayAnswer::Capture(response) => capture(subject, response),
        GatewayAnswer::Cancel(response) => cancel(subject, response),
        GatewayAnswer::Refund(response) => refund(subject, response),
        GatewayAnswer::InquiryRefund(response) => inquiry_refund(subject, response),
    }
}

fn unknown(subject: &CallSubject) -> Vec<Fact> {
    vec![Fact::Report { subject: subject.clone(), report: Report::MaybeSent }]
}

fn names_of(subject: &CallSubject) -> Names {
    let mut names =
        Names { payment_request_id: Some(subject.payment_request_id().clone()), ..Names::default() };
    match subject {
        CallSubject::Capture { capture_request_id, .. } => {
            names.capture_request_id = Some(capture_request_id.clone());
        }
        CallSubject::Refund { refund_request_id, .. }
        | CallSubject::InquireRefund { refund_request_id, .. } => {
            names.refund_request_id = Some(refund_request_id.clone());
        }
        CallSubject::Open { .. } | CallSubject::Cancel { .. } | CallSubject::Inquire { .. } => {}
    }
    names
}

/// Whether an echoed id, if there is one, is ours.
//= T-6
pub(super) fn echoes(echo: Option<&String>, ours: &str) -> bool {
    echo.is_none_or(|echo| echo.is_empty() || echo == ours)
}

pub(super) fn gateway_id(id: Option<&String>) -> Option<PaymentId> {
    id.and_then(|id| PaymentId::parse(id.as_str()).ok())
}

//= S-4, X-8, T-7
fn session(subject: &CallSubject, response: &CreatePaymentSessionResponse) -> Vec<Fact> {
    let Some(result) = &response.result else { return unknown(subject) };
    if advise(Api::CreatePaymentSession, result).is_final_failure {
        return vec![payment(names_of(subject), PaymentWord::Failure, Some(result))];
    }
    let data = response.payment_session_data.as_ref().filter(|data| !data.is_empty());
    let (true, Some(data)) = (result.is_success(), data) else { return unknown(subject) };
    let handout = Handout::Session {
        payment_session_data: data.clone(),
        payment_session_id: response
            .payment_session_id
            .as_ref()
            .and_then(|id| PaymentSessionId::parse(id.as_str()).ok()),
        expires_at: response.payment_session_expiry_time.as_ref().and_then(|time| time.instant()),
    };
    vec![
        payment(names_of(subject), PaymentWord::Accepted, Some(result)),
        Fact::Handout { names: names_of(subject), handout },
    ]
}

//= H-3, H-5
fn pay(subject: &CallSubject, response: &PayResponse) -> Vec<Fact> {
    let id: &PaymentRequestId = subject.payment_request_id();
    if !echoes(response.payment_request_id.as_ref(), id.as_str()) {
        return unknown(subject);
    }
    let Some(result) = &response.result else { return unknown(subject) };
    let url = |url: &Option<String>| url.clone().filter(|url| !url.is_empty());
    let handout = Handout::Redirect {
        normal_url: url(&response.normal_url),
        scheme_url: url(&response.scheme_url),
        applink_url: url(&response.applink_url),
    };
    let goes_on = handout != Handout::Redirect { normal_url: None, scheme_url: None, applink_url: None };
    let word = if result.is_success() && !goes_on {
        PaymentWord::Success
    } else if result.is_failure() && result.result_code.is("ORDER_IS_CANCELED") {
        // Our own cancel was faster, or the answer to an earlier try of this call was lost.
        PaymentWord::Cancelled
    } else if advise(Api::Pay, result).is_final_failure {
        PaymentWord::Failure
    } else if result.result_code.is("PAYMENT_IN_PROCESS") || result.is_success() {
        PaymentWord::Accepted
    } else {
        return unknown(subject);
    };
    let names = Names { payment_id: gateway_id(response.payment_id.as_ref()), ..names_of(subject) };
    let seen = PaymentSeen {
        word,
        amount: word::amount(response.payment_amount.as_ref()),
        result_code: word::code(Some(result)),
        auth_expiry_time: response.auth_expiry_time.as_ref().and_then(|time| time.instant()),
        review: ReviewWord::None,
        details: word::details(word::Told {
            info: response.payment_result_info.as_ref(),
            acquirer_reference_no: response.acquirer_reference_no.as_ref(),
            auth_expiry_time: response.auth_expiry_time.as_ref(),
            actual_payment_amount: response.actual_payment_amount.as_ref(),
            final_message: result.result_message.as_ref().filter(|_| word.is_final()),
            ..word::Told::default()
        }),
    };
    let mut facts =
        vec![Fact::Payment { names: names.clone(), source: Source::Answer, seen: Box::new(seen) }];
    if goes_on {
        facts.push(Fact::Handout { names, handout });
    }
    facts
}

fn payment(names: Names, word: PaymentWord, result: Option<&GatewayResult>) -> Fact {
    let seen = PaymentSeen {
        word,
        amount: SeenAmount::Absent,
        result_code: word::code(result),
        auth_expiry_time: None,
        review: ReviewWord::None,
        details: Details::default(),
    };
    Fact::Payment { names, source: Source::Answer, seen: Box::new(seen) }
}

//= A-4
fn capture(subject: &CallSubject, response: &CaptureResponse) -> Vec<Fact> {
    let names = names_of(subject);
    let ours =
        names.capture_request_id.as_ref().map(antom_core::id::CaptureRequestId::as_str).unwrap_or_default();
    let Some(result) =
        response.result.as_ref().filter(|_| echoes(response.capture_request_id.as_ref(), ours))
    else {
        return unknown(subject);
    };
    let advice = advise(Api::Capture, result);
    let word = match word::capture(Some(result)) {
        CaptureWord::Success => CaptureWord::Success,
        CaptureWord::Failure if advice.is_final_failure => CaptureWord::Failure,
        // Any other word leaves open whether the gateway took the call, which is repeated then.
        CaptureWord::Processing if result.result_code.is("CAPTURE_IN_PROCESS") => CaptureWord::Processing,
        _ => return unknown(subject),
    };
    let seen = CaptureSeen {
        key: CaptureKey {
            capture_request_id: names.capture_request_id.clone(),
            capture_id: response
                .capture_id
                .as_ref()
                .and_then(|id| antom_core::id::CaptureId::parse(id.as_str()).ok()),
        },
        word,
        amount: word::amount(response.capture_amount.as_ref()),
        acquirer_reference_no: response.acquirer_reference_no.clone(),
        result_code: word::code(Some(result)),
    };
    vec![Fact::Capture { names, source: Source::Answer, seen: Box::new(seen) }]
}

/// The refusals that say so of this payment. Any other one (our set-up, the gateway's trouble) leaves the cancel open.
const TOO_LATE_TO_CANCEL: [&str; 3] =
    ["CANCEL_WINDOW_EXCEED", "PAYMENT_METHOD_NOT_SUPPORTED", "PROCESS_FAIL"];

//= X-10
fn cancel(subject: &CallSubject, response: &CancelResponse) -> Vec<Fact> {
    let id = subject.payment_request_id();
    let Some(result) =
        response.result.as_ref().filter(|_| echoes(response.payment_request_id.as_ref(), id.as_str()))
    else {
        return unknown(subject);
    };
    let word = if result.is_success() {
        CancelWord::Confirmed
    } else if result.is_failure() && TOO_LATE_TO_CANCEL.contains(&result.result_code.as_str()) {
        CancelWord::Refused
    } else {
        CancelWord::Unknown
    };
    let CallSubject::Cancel { number, .. } = subject else { return unknown(subject) };
    vec![Fact::Cancel {
        names: names_of(subject),
        number: *number,
        word,
        result_code: word::code(Some(result)),
    }]
}

//= X-7
fn refund(subject: &CallSubject, response: &RefundResponse) -> Vec<Fact> {
    let names = names_of(subject);
    let ours =
        names.refund_request_id.as_ref().map(antom_core::id::RefundRequestId::as_str).unwrap_or_default();
    let Some(result) = response.result.as_ref().filter(|_| echoes(response.refund_request_id.as_ref(), ours))
    else {
        return unknown(subject);
    };
    let advice = advise(Api::Refund, result);
    let word = if result.is_success() {
        RefundWord::Success
    } else if result.result_code.is("REFUND_IN_PROCESS") {
        RefundWord::Processing
    } else if advice.is_final_failure {
        RefundWord::Failure
    } else {
        return unknown(subject);
    };
    vec![Fact::Refund {
        names,
        word,
        amount: word::amount(response.refund_amount.as_ref()),
        result_code: word::code(Some(result)),
    }]
}

//= X-7
fn inquiry_refund(subject: &CallSubject, response: &InquiryRefundResponse) -> Vec<Fact> {
    let names = names_of(subject);
    let ours =
        names.refund_request_id.as_ref().map(antom_core::id::RefundRequestId::as_str).unwrap_or_default();
    if !echoes(response.refund_request_id.as_ref(), ours) {
        return Vec::new();
    }
    let word = word::refund(response.refund_status.as_ref());
    let amount = word::amount(response.refund_amount.as_ref());
    vec![Fact::Refund { names, word, amount, result_code: word::code(response.result.as_ref()) }]
}
