//! Reads the answer to `inquiryPayment`: the payment, then its captures, then what was let go.
//! `result` speaks of the inquiry only; the payment's word is `paymentStatus`.

use antom_core::id::{CaptureId, CaptureRequestId};
use antom_core::outcome::{PaymentStatus, TransactionType};
use antom_core::wire::{InquiryPaymentResponse, Transaction};

use super::answer::{echoes, gateway_id};
use super::word;
use crate::order::{CallSubject, CaptureKey, CaptureSeen, Fact, Names, PaymentSeen, PaymentWord, Source};

//= I-1, I-4, I-5, X-5, X-11
pub(super) fn payment(subject: &CallSubject, response: &InquiryPaymentResponse) -> Vec<Fact> {
    let id = subject.payment_request_id();
    if !echoes(response.payment_request_id.as_ref(), id.as_str()) {
        return Vec::new();
    }
    let names = Names {
        payment_request_id: Some(id.clone()),
        payment_id: gateway_id(response.payment_id.as_ref()),
        ..Names::default()
    };
    let mut facts: Vec<Fact> = payment_word(response)
        .map(|word| Fact::Payment {
            names: names.clone(),
            source: Source::Inquiry,
            seen: Box::new(payment_seen(word, response)),
        })
        .into_iter()
        .collect();
    let failed = response.result.as_ref().is_some_and(antom_core::GatewayResult::is_failure);
    if !failed {
        let captures = response.transactions.iter().flatten().filter(is_capture);
        facts.extend(captures.map(|entry| capture(&names, entry)));
        // After the captures: what was let go is what none of them took.
        facts.extend(rest_released(&names, response));
    }
    facts
}

fn payment_word(response: &InquiryPaymentResponse) -> Option<PaymentWord> {
    if let Some(result) = &response.result
        && !result.is_success()
    {
        let not_found = result.is_failure() && result.result_code.is("ORDER_NOT_EXIST");
        return not_found.then_some(PaymentWord::NotFound);
    }
    Some(match response.payment_status.as_ref()? {
        PaymentStatus::Success => PaymentWord::Success,
        PaymentStatus::Fail => PaymentWord::Failure,
        PaymentStatus::Cancelled => PaymentWord::Cancelled,
        PaymentStatus::Processing => PaymentWord::Processing,
        PaymentStatus::Pending => PaymentWord::Pending,
        _ => PaymentWord::Unknown,
    })
}

fn payment_seen(word: PaymentWord, response: &InquiryPaymentResponse) -> PaymentSeen {
    PaymentSeen {
        word,
        amount: word::amount(response.payment_amount.as_ref()),
        result_code: response.payment_result_code.clone().filter(|code| !code.is_empty()),
        auth_expiry_time: response.auth_expiry_time.as_ref().and_then(|time| time.instant()),
        review: word::review(response.auth_review_status.as_ref()),
        details: word::details(word::Told {
            info: response.payment_result_info.as_ref(),
            card: response.card_info.as_ref(),
            acquirer_reference_no: response.acquirer_reference_no.as_ref(),
            auth_expiry_time: response.auth_expiry_time.as_ref(),
            actual_payment_amount: response.actual_payment_amount.as_ref(),
            final_message: response.payment_result_message.as_ref().filter(|_| word.is_final()),
        }),
    }
}

/// Of what is let go nothing can be captured any more, so that the captures listed beside it are all there will be. A list
/// in which one cannot be told from ours proves nothing.
fn rest_released(names: &Names, response: &InquiryPaymentResponse) -> Option<Fact> {
    let entries = || response.transactions.iter().flatten();
    let is_done = |entry: &Transaction| {
        entry.transaction_type == Some(TransactionType::Void)
            && entry.transaction_result.as_ref().is_some_and(antom_core::GatewayResult::is_success)
    };
    let listed: Option<Vec<_>> = entries().filter(is_capture).map(capture_request_id).collect();
    let listed = listed.filter(|_| entries().any(is_done))?;
    Some(Fact::RestReleased { names: names.clone(), listed })
}

fn is_capture(entry: &&Transaction) -> bool {
    entry.transaction_type == Some(TransactionType::Capture)
}

fn capture_request_id(entry: &Transaction) -> Option<CaptureRequestId> {
    entry.transaction_request_id.as_ref().and_then(|id| CaptureRequestId::parse(id.as_str()).ok())
}

/// `transactionStatus` is not decisive: it is seen to say SUCCESS beside a failed result.
//= I-4
fn capture(names: &Names, entry: &Transaction) -> Fact {
    let capture_request_id = capture_request_id(entry);
    let seen = CaptureSeen {
        key: CaptureKey {
            capture_request_id: capture_request_id.clone(),
            capture_id: entry.transaction_id.as_ref().and_then(|id| CaptureId::parse(id.as_str()).ok()),
        },
        word: word::capture(entry.transaction_result.as_ref()),
        amount: word::amount(entry.transaction_amount.as_ref()),
        acquirer_reference_no: None,
        result_code: word::code(entry.transaction_result.as_ref()),
    };
    Fact::Capture {
        names: Names { capture_request_id, ..names.clone() },
        source: Source::Inquiry,
        seen: Box::new(seen),
    }
}
