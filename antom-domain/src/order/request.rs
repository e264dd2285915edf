//! Writes the requests: complete but for time and signature, checked before they are wished.
//! Sending is the gateway port's; the bytes are never written again.

use antom_core::id::{CaptureRequestId, PaymentId, PaymentRequestId, ReferenceBuyerId, RefundRequestId};
use antom_core::money::Money;
use antom_core::outcome::{Api, CaptureMode};
use antom_core::time::{Timestamp, WireTime};
use antom_core::wire::{
    self, CancelRequest, CaptureRequest, CreatePaymentSessionRequest, Env, FieldErrors,
    InquiryPaymentRequest, InquiryRefundRequest, PayRequest, PaymentFactor, PaymentMethod, RefundRequest,
    SettlementStrategy,
};
use serde::Serialize;

use super::call::{CallSubject, GatewayCall, RequestBody};
use super::command::{NewOrder, OpenAttempt};
use super::policy::Policy;
use super::state::{Attempt, Integration, Order, Refundable};
use super::terms::OrderDetails;

/// Room for most requests, in bytes, so that the text is not moved while it grows.
const MOST_BODIES: usize = 1_024;

/// The opening call of an attempt.
pub(super) fn open(
    order: &Order,
    open: &OpenAttempt,
    capture_mode: Option<&CaptureMode>,
    at: Timestamp,
    policy: &Policy,
) -> Result<GatewayCall, FieldErrors> {
    let subject = CallSubject::Open { payment_request_id: open.payment_request_id.clone() };
    match open.integration {
        Integration::Session => {
            let request = session_request(order, open, capture_mode, at, policy);
            request.validate()?;
            Ok(call(Api::CreatePaymentSession, subject, &request))
        }
        Integration::Hosted => {
            let request = pay_request(order, open, capture_mode, at, policy);
            request.validate()?;
            Ok(call(Api::Pay, subject, &request))
        }
    }
}

//= S-1, S-2, S-3, S-6, S-7
fn session_request(
    order: &Order,
    open: &OpenAttempt,
    capture_mode: Option<&CaptureMode>,
    at: Timestamp,
    policy: &Policy,
) -> CreatePaymentSessionRequest {
    let redirect_url = format!("{}{}", policy.result_url, open.token);
    let id = open.payment_request_id.clone();
    let mut request =
        CreatePaymentSessionRequest::new(id, wire_order(order, open), order.amount, redirect_url);
    request.payment_method = Some(method(open));
    request.payment_factor = capture_mode.cloned().map(PaymentFactor::card);
    request.settlement_strategy = settlement(open, policy);
    request.env = open.terminal_type.is_some().then(|| env(open));
    request.product_scene = open.terms.product_scene.map(|scene| scene.as_str().to_owned());
    if let Some(card) = &open.terms.card {
        request.saved_payment_methods = card.saved_methods();
        request.credit_pay_plan.clone_from(&card.credit_pay_plan);
        request.enable_installment_collection = card.enable_installment_collection;
    }
    request.payment_notify_url = Some(policy.notify_url.clone());
    request.payment_expiry_time = expiry(at, policy);
    request
}

//= H-2
fn pay_request(
    order: &Order,
    open: &OpenAttempt,
    capture_mode: Option<&CaptureMode>,
    at: Timestamp,
    policy: &Policy,
) -> PayRequest {
    let redirect_url = format!("{}{}", policy.result_url, open.token);
    let id = open.payment_request_id.clone();
    let order_in = wire_order(order, open);
    let mut request = PayRequest::new(id, order_in, order.amount, method(open), redirect_url, env(open));
    request.payment_factor = capture_mode.cloned().map(PaymentFactor::card);
    request.settlement_strategy = settlement(open, policy);
    request.payment_notify_url = Some(policy.notify_url.clone());
    request.payment_expiry_time = expiry(at, policy);
    request.credit_pay_plan = open.terms.card.as_ref().and_then(|card| card.credit_pay_plan.clone());
    request
}

//= H-4
fn method(open: &OpenAttempt) -> PaymentMethod {
    match &open.terms.card {
        Some(card) => card.method(open.integration),
        None => PaymentMethod::new(open.payment_method_type.as_str()),
    }
}

fn env(open: &OpenAttempt) -> Env {
    Env {
        terminal_type: open.terminal_type.clone(),
        os_type: open.os_type.clone(),
        client_ip: open.client_ip.clone(),
        ..Env::default()
    }
}

fn wire_order(order: &Order, open: &OpenAttempt) -> wire::Order {
    let details = open.terms.order.as_deref().cloned().unwrap_or_default();
    let plain = wire::Order::new(order.reference_order_id.clone(), order.description.as_str(), order.amount);
    detailed(plain, details, &order.reference_buyer_id)
}

fn detailed(order: wire::Order, details: OrderDetails, buyer: &ReferenceBuyerId) -> wire::Order {
    let mut order = wire::Order { buyer: details.buyer, ..order };
    order.goods = (!details.goods.is_empty()).then_some(details.goods);
    order.bought_by(buyer.clone())
}

//= S-3
fn settlement(open: &OpenAttempt, policy: &Policy) -> Option<SettlementStrategy> {
    open.terms.settlement_currency.or(policy.settlement_currency).map(SettlementStrategy::from)
}

fn expiry(at: Timestamp, policy: &Policy) -> Option<WireTime> {
    policy.expiry.named(at).map(|time| WireTime::parse(time.to_rfc3339()))
}

/// Checks an order's texts as every later request will carry them.
//= S-5
pub(super) fn check_order_texts(new: &NewOrder) -> Result<(), FieldErrors> {
    let plain = wire::Order::new(new.reference_order_id.clone(), new.description.as_str(), new.amount);
    detailed(plain, new.details.clone(), &new.reference_buyer_id).validate()
}

/// Takes the held money, or a part of it.
///
/// A part always says whether it is the last one, in both members that the gateway knows for it: one of them means the
/// last one where it is absent.
//= A-3
pub(super) fn capture(
    attempt: &Attempt,
    payment_id: &PaymentId,
    capture_request_id: &CaptureRequestId,
    amount: Money,
    is_last: bool,
) -> GatewayCall {
    let subject = CallSubject::Capture {
        payment_request_id: attempt.payment_request_id.clone(),
        capture_request_id: capture_request_id.clone(),
    };
    let mut request = CaptureRequest::new(capture_request_id.clone(), payment_id.clone(), amount);
    if amount != attempt.amount {
        request.is_last_capture = Some(is_last);
        request.capture_type = Some(if is_last { "FINAL" } else { "NON_FINAL" }.to_owned());
    }
    call(Api::Capture, subject, &request)
}

/// Closes, voids or returns the whole payment; by our own id, which is always known.
pub(super) fn cancel(attempt: &Attempt, number: usize) -> GatewayCall {
    let subject = CallSubject::Cancel {
        payment_request_id: attempt.payment_request_id.clone(),
        number: u32::try_from(number).unwrap_or(u32::MAX),
    };
    call(Api::Cancel, subject, &CancelRequest::by_request_id(attempt.payment_request_id.clone()))
}

/// Gives captured money back: from the named capture, where the payment may have several.
pub(super) fn refund(
    attempt: &Attempt,
    payment_id: &PaymentId,
    refund_request_id: &RefundRequestId,
    part: &Refundable,
    reason: Option<&str>,
    policy: &Policy,
) -> GatewayCall {
    let subject = CallSubject::Refund {
        payment_request_id: attempt.payment_request_id.clone(),
        refund_request_id: refund_request_id.clone(),
    };
    let mut request = RefundRequest::new(refund_request_id.clone(), payment_id.clone(), part.amount);
    request.capture_id.clone_from(&part.capture_id);
    request.refund_reason = reason.map(str::to_owned);
    request.refund_notify_url = Some(policy.notify_url.clone());
    call(Api::Refund, subject, &request)
}

/// Checks the reason of a refund before it is wished.
pub(super) fn check_refund(
    refund_request_id: &RefundRequestId,
    payment_id: &PaymentId,
    amount: Money,
    reason: Option<&str>,
) -> Result<(), FieldErrors> {
    let mut request = RefundRequest::new(refund_request_id.clone(), payment_id.clone(), amount);
    request.refund_reason = reason.map(str::to_owned);
    request.validate()
}

/// Asks how an attempt stands; by our own id, which is always known.
pub(super) fn inquiry(payment_request_id: &PaymentRequestId) -> GatewayCall {
    let subject = CallSubject::Inquire { payment_request_id: payment_request_id.clone() };
    call(Api::InquiryPayment, subject, &InquiryPaymentRequest::by_request_id(payment_request_id.clone()))
}

/// Asks how a refund stands.
pub(super) fn inquiry_refund(
    payment_request_id: &PaymentRequestId,
    refund_request_id: &RefundRequestId,
) -> GatewayCall {
    let subject = CallSubject::InquireRefund {
        payment_request_id: payment_request_id.clone(),
        refund_request_id: refund_request_id.clone(),
    };
    call(Api::InquiryRefund, subject, &InquiryRefundRequest::by_request_id(refund_request_id.clone()))
}

fn call(api: Api, subject: CallSubject, request: &impl Serialize) -> GatewayCall {
    let mut body = Vec::with_capacity(MOST_BODIES);
    #[expect(clippy::expect_used, reason = "texts, numbers and maps with text keys always become JSON")]
    serde_json::to_writer(&mut body, request).expect("a request becomes JSON");
    GatewayCall { api, subject, body: RequestBody::new(body) }
}
