//! Small readings that answers, inquiries and notifications share.
//! What a whole message means is left to its own module.

use antom_core::outcome::{AuthReviewStatus, GatewayResult, RefundStatus, ResultStatus};
use antom_core::time::WireTime;
use antom_core::wire::{Amount, CardInfo, PaymentResultInfo};

use std::sync::Arc;

use crate::order::{CaptureWord, Details, RefundWord, ReviewWord, SeenAmount};

pub(super) fn amount(amount: Option<&Amount>) -> SeenAmount {
    let Some(amount) = amount else { return SeenAmount::Absent };
    match amount.to_money() {
        Ok(money) => SeenAmount::Read(money),
        Err(_) => SeenAmount::Unreadable(format!("{} {}", amount.currency, amount.value)),
    }
}

/// An approval must be said in so many words; an unknown word keeps the payment under review.
//= X-2
pub(super) fn review(status: Option<&AuthReviewStatus>) -> ReviewWord {
    match status {
        None => ReviewWord::None,
        Some(AuthReviewStatus::Accept) => ReviewWord::Approved,
        Some(AuthReviewStatus::Reject) => ReviewWord::Rejected,
        Some(_) => ReviewWord::Pending,
    }
}

/// The outcome of a capture by the status of its result; without one it is unknown.
//= I-4, X-11
pub(super) fn capture(result: Option<&GatewayResult>) -> CaptureWord {
    match result {
        Some(result) if result.is_success() => CaptureWord::Success,
        Some(result) if result.is_failure() => CaptureWord::Failure,
        Some(result) if result.result_status == Some(ResultStatus::Unknown) => CaptureWord::Processing,
        _ => CaptureWord::Unknown,
    }
}

/// The outcome of a refund is its status, never the result of a call.
//= X-7
pub(super) fn refund(status: Option<&RefundStatus>) -> RefundWord {
    match status {
        Some(RefundStatus::Success) => RefundWord::Success,
        Some(RefundStatus::Fail) => RefundWord::Failure,
        Some(RefundStatus::Processing) => RefundWord::Processing,
        Some(_) | None => RefundWord::Unknown,
    }
}

pub(super) fn code(result: Option<&GatewayResult>) -> Option<String> {
    result.map(|result| result.result_code.as_str()).filter(|code| !code.is_empty()).map(str::to_owned)
}

/// The parts of a message that tell of the card and its checks.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Told<'a> {
    pub(super) info: Option<&'a PaymentResultInfo>,
    pub(super) card: Option<&'a CardInfo>,
    pub(super) acquirer_reference_no: Option<&'a String>,
    pub(super) auth_expiry_time: Option<&'a WireTime>,
    pub(super) actual_payment_amount: Option<&'a Amount>,
    /// The words beside a final outcome; those beside another one would soon be wrong.
    pub(super) final_message: Option<&'a String>,
}

//= I-6, N-7, T-5
pub(super) fn details(told: Told<'_>) -> Details {
    let Told { info, card, .. } = told;
    let text = |value: Option<&String>| -> Option<Arc<str>> {
        value.filter(|text| !text.is_empty()).map(|text| text.as_str().into())
    };
    let three_ds = info
        .and_then(|info| info.three_ds_result.as_ref())
        .or_else(|| card.and_then(|card| card.three_ds_result.as_ref()));
    let from_info = |pick: fn(&PaymentResultInfo) -> Option<&String>| text(info.and_then(pick));
    let from_card = |pick: fn(&CardInfo) -> Option<&String>| text(card.and_then(pick));
    Details {
        card_brand: from_info(|info| info.card_brand.as_ref())
            .or_else(|| from_card(|card| card.card_brand.as_ref())),
        card_no: from_info(|info| info.card_no.as_ref())
            .or_else(|| from_card(|card| card.card_no.as_ref()))
            .filter(|number| is_masked(number)),
        last_four: from_info(|info| info.last_four.as_ref()).filter(|digits| digits.len() <= 4),
        issuing_country: from_info(|info| info.issuing_country.as_ref())
            .or_else(|| from_card(|card| card.issuing_country.as_ref())),
        funding: from_info(|info| info.funding.as_ref()).or_else(|| from_card(|card| card.funding.as_ref())),
        payment_method_region: from_info(|info| info.payment_method_region.as_ref())
            .or_else(|| from_card(|card| card.payment_method_region.as_ref())),
        avs_result_raw: from_info(|info| info.avs_result_raw.as_ref())
            .or_else(|| from_card(|card| card.avs_result_raw.as_ref())),
        cvv_result_raw: from_info(|info| info.cvv_result_raw.as_ref())
            .or_else(|| from_card(|card| card.cvv_result_raw.as_ref())),
        network_transaction_id: from_info(|info| info.network_transaction_id.as_ref())
            .or_else(|| from_card(|card| card.network_transaction_id.as_ref())),
        eci: three_ds.and_then(|result| result.eci()).map(Into::into),
        three_ds_version: text(three_ds.and_then(|result| result.three_ds_version.as_ref())),
        ds_transaction_id: text(three_ds.and_then(|result| result.ds_transaction_id.as_ref())),
        acquirer_reference_no: text(told.acquirer_reference_no),
        auth_expiry_time: told.auth_expiry_time.map(|time| time.as_str().into()),
        payment_result_message: text(told.final_message),
        actual_payment_amount: told.actual_payment_amount.and_then(|amount| amount.to_money().ok()),
    }
}

/// A number that is not masked is no display data and is not kept.
//= P-1
fn is_masked(number: &str) -> bool {
    number.contains('*') || number.chars().filter(char::is_ascii_digit).count() <= 10
}
