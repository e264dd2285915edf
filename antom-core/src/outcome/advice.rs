//! What a result code means and what to do next, per operation, with a fallback by status.
//! It advises people and policies; whether money moved is decided by the domain from statuses.

use super::table::{self, Row};
use super::{Api, GatewayResult, ResultStatus};

/// What to do next about a result.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Action {
    /// Send the very same request again, same ids and same body, with growing pauses.
    RetrySameRequest,
    /// Ask for the state or await the notification; do not send again.
    Inquire,
    /// Start again under a new request id.
    NewRequestId,
    /// Correct the message first.
    FixRequest,
    /// Correct keys, paths, contract or client set-up first.
    FixConfig,
    /// The buyer must change card, method or data; then a new request id.
    AskBuyer,
    /// Needs the gateway's support or contract work; no automatic retry.
    ContactSupport,
    /// Nothing is left to do.
    None,
}

/// Where a result code was read: the same code may mean different things.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum CodeSource {
    /// `result` in the answer of an operation.
    Answer(Api),
    /// `paymentResultCode` of an inquired payment.
    PaymentResultCode,
    /// `transactionResult` of an entry in `transactions`.
    TransactionResult,
    /// Result code of an inquired refund.
    RefundResultCode,
    /// `result` of a payment notification.
    NotifyPayment,
    /// `result` of a capture notification.
    NotifyCapture,
    /// `result` of a refund notification.
    NotifyRefund,
}

/// The meaning of a result and the next step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Advice {
    /// One sentence for people.
    pub meaning: &'static str,
    /// The next step.
    pub action: Action,
    /// What to do after that step, or how often to repeat it.
    pub then: Option<&'static str>,
    /// Whether the operation has failed for good under this request id.
    ///
    /// False for codes that are not listed, for refusals at the gateway's door (a repeat that is turned away
    /// says nothing about the first call) and for inquiries, whose failure says nothing about the payment.
    pub is_final_failure: bool,
    /// Whether the code is listed with this status; otherwise the advice follows the status alone.
    pub is_listed: bool,
}

/// Advises about the `result` of an operation's answer.
///
/// ```
/// use antom_core::{Action, Api, GatewayResult, ResultStatus, advise};
///
/// let result = GatewayResult::new("REFUND_IN_PROCESS", ResultStatus::Unknown, "refund in process");
/// assert_eq!(advise(Api::Refund, &result).action, Action::Inquire);
///
/// let result = GatewayResult::new("A_CODE_OF_NEXT_YEAR", ResultStatus::Failure, "");
/// let advice = advise(Api::Pay, &result);
/// assert_eq!(advice.action, Action::ContactSupport);
/// assert!(!advice.is_final_failure);
/// ```
pub fn advise(api: Api, result: &GatewayResult) -> Advice {
    let status = result.result_status.as_ref();
    let advice = advise_from(CodeSource::Answer(api), status, result.result_code.as_str());
    let is_final_failure = advice.is_listed && result.is_failure() && is_conclusive(api, result, advice);
    Advice { is_final_failure, ..advice }
}

/// Advises about a result code with its status, wherever it was read.
///
/// The status wins: a code that is listed with another status is treated as not listed. For a
/// [`CodeSource::PaymentResultCode`], which has no status of its own, pass the one that the payment's state
/// stands for. `is_final_failure` follows the status here, except for answers of operations, where [`advise`]
/// knows more.
pub fn advise_from(source: CodeSource, status: Option<&ResultStatus>, code: &str) -> Advice {
    let row = status.and_then(|status| find(source, status.as_str(), code));
    let is_answer = matches!(source, CodeSource::Answer(_));
    let is_final_failure = !is_answer && status == Some(&ResultStatus::Failure);
    match row {
        Some(row) => Advice {
            meaning: row.meaning,
            action: row.action,
            then: row.then,
            is_final_failure,
            is_listed: true,
        },
        None => Advice { is_final_failure, ..by_status(status) },
    }
}

fn find(source: CodeSource, status: &str, code: &str) -> Option<&'static Row> {
    let own = table_of(source);
    own.iter().chain(table::GATEWAY_WIDE).find(|row| row.code == code && row.status == status)
}

const fn table_of(source: CodeSource) -> &'static [Row] {
    match source {
        CodeSource::Answer(Api::CreatePaymentSession) => table::CREATE_PAYMENT_SESSION,
        CodeSource::Answer(Api::Pay) => table::PAY,
        CodeSource::Answer(Api::InquiryPayment) => table::INQUIRY_PAYMENT,
        CodeSource::Answer(Api::Capture) => table::CAPTURE,
        CodeSource::Answer(Api::Cancel) => table::CANCEL,
        CodeSource::Answer(Api::Refund) => table::REFUND,
        CodeSource::Answer(Api::InquiryRefund) => table::INQUIRY_REFUND,
        CodeSource::Answer(Api::Consult) => table::CONSULT,
        CodeSource::Answer(_) => &[],
        CodeSource::PaymentResultCode => table::PAYMENT_RESULT_CODE,
        CodeSource::TransactionResult => table::TRANSACTION_RESULT_CODE,
        CodeSource::RefundResultCode => table::REFUND_RESULT_CODE,
        CodeSource::NotifyPayment => table::NOTIFY_PAYMENT,
        CodeSource::NotifyCapture => table::NOTIFY_CAPTURE,
        CodeSource::NotifyRefund => table::NOTIFY_REFUND,
    }
}

const fn by_status(status: Option<&ResultStatus>) -> Advice {
    let (meaning, action) = match status {
        Some(ResultStatus::Success) => ("done; the code is not listed", table::FALLBACK_SUCCESS),
        Some(ResultStatus::Failure) => ("refused; the code is not listed", table::FALLBACK_FAILURE),
        Some(ResultStatus::Unknown) => ("not known yet; the code is not listed", table::FALLBACK_UNKNOWN),
        Some(ResultStatus::Unlisted(_)) => {
            ("the status is not listed, so the outcome is unknown", Action::Inquire)
        }
        None => ("no status was given, so the outcome is unknown", Action::Inquire),
    };
    Advice { meaning, action, then: None, is_final_failure: false, is_listed: false }
}

/// Whether a listed refusal ends the operation for its request id, even if the request was a repeat.
fn is_conclusive(api: Api, result: &GatewayResult, advice: Advice) -> bool {
    if matches!(api, Api::InquiryPayment | Api::InquiryRefund | Api::Consult) {
        return false;
    }
    if matches!(advice.action, Action::Inquire | Action::RetrySameRequest) {
        return false;
    }
    let code = result.result_code.as_str();
    //= X-9
    // The gateway did not look at the id, or compared it with an earlier request that may have moved money.
    let says_nothing_about_the_id = ["ACCESS_DENIED", "ORDER_NOT_EXIST", "REPEAT_REQ_INCONSISTENT"];
    !says_nothing_about_the_id.contains(&code) && !table::GATEWAY_WIDE.iter().any(|row| row.code == code)
}
