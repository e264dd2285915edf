//! Payments: show, inquire, capture, cancel, refund. Opening one is in `opening`.
//! A call to the gateway goes on when the client goes away; past the deadline the answer is `in_doubt`.

use std::sync::Arc;
use std::time::Duration;

use antom_core::id::{CaptureRequestId, PaymentRequestId, ReferenceOrderId, RefundRequestId};
use antom_core::money::Currency;
use antom_domain::cancel::CancelTable;
use antom_domain::capture::CaptureTable;
use antom_domain::order::{Attempt, CallId, CallSubject, Capture, Command, Order};
use antom_domain::policy::CapturePolicy;
use antom_domain::port::IdKey;
use antom_domain::refund::RefundTable;
use antom_domain::service::{Inquiries, Orders};
use antom_domain::verdict::Table;
use axum::Json;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::IntoResponse;
use serde::Deserialize;
use serde_json::{Value, json};

use super::id::Id;
use super::orders::AmountIn;
use super::problem::Problem;
use super::{Api, body, view};
use crate::inbound::digest::sha256_hex;

/// How often the order is read while a call is awaited that another instance may be making.
const LOOK_AGAIN: Duration = Duration::from_millis(500);

pub(super) type Answer = Result<(StatusCode, Json<Value>), Problem>;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct CaptureIn {
    amount: Option<AmountIn>,
    capture_request_id: Option<String>,
    #[serde(default)]
    is_last: bool,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Nothing {}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct RefundIn {
    amount: AmountIn,
    reason: Option<String>,
    refund_request_id: Option<String>,
}

pub(super) async fn show(State(api): State<Arc<Api>>, Id(id): Id) -> Result<Json<Value>, Problem> {
    let (_, order, payment_request_id) = find(&api, id).await?;
    Ok(Json(view_of(&api, &order, &payment_request_id)?))
}

pub(super) async fn refunds(State(api): State<Arc<Api>>, Id(id): Id) -> Result<Json<Value>, Problem> {
    let (_, order, payment_request_id) = find(&api, id).await?;
    let attempt = order.attempt(&payment_request_id).ok_or_else(unknown_payment)?;
    Ok(Json(view::refunds(attempt, api.books.policy())))
}

/// The token under which the gateway stored the card of this payment. It is asked for each time and kept nowhere here, so
/// that only whoever may charge it ever holds it.
//= H-4
pub(super) async fn stored_card(
    State(api): State<Arc<Api>>,
    Id(id): Id,
) -> Result<impl IntoResponse, Problem> {
    let (order_id, _, payment_request_id) = find(&api, id).await?;
    let asked = Inquiries::new(api.books.clone()).stored_card(&order_id, &payment_request_id).await?;
    api.worker.changed(&order_id);
    let attempt = asked.order.attempt(&payment_request_id).ok_or_else(unknown_payment)?;
    match (asked.token, asked.failure) {
        (Some(token), _) => Ok((
            [(header::CACHE_CONTROL, "no-store")],
            Json(json!({
                "paymentRequestId": payment_request_id,
                "cardToken": token.expose(),
                "networkTransactionId": attempt.payment.details.network_transaction_id,
                "cardBrand": attempt.payment.details.card_brand,
                "lastFour": attempt.payment.details.last_four,
            })),
        )),
        (None, Some(_)) => Err(Problem::gateway_unavailable()),
        (None, None) => Err(Problem::not_found("no card was stored with this payment")),
    }
}

/// Asks the gateway everything that is open about this payment.
pub(super) async fn inquire(
    State(api): State<Arc<Api>>,
    Id(id): Id,
    headers: HeaderMap,
    body: Body,
) -> Answer {
    let Nothing {} = body::read(&headers, body).await?;
    let (order_id, mut order, payment_request_id) = find(&api, id).await?;
    let inquiries = Inquiries::new(api.books.clone());
    let mut in_doubt = false;
    for question in order.questions() {
        if *question.subject.payment_request_id() == payment_request_id {
            let asked = inquiries.ask(&order_id, &question).await?;
            in_doubt |= asked.failure.is_some();
            order = asked.order;
        }
    }
    api.worker.changed(&order_id);
    answer(&api, &order, &payment_request_id, !in_doubt)
}

pub(super) async fn capture(
    State(api): State<Arc<Api>>,
    Id(id): Id,
    headers: HeaderMap,
    body: Body,
) -> Answer {
    let request: CaptureIn = body::read(&headers, body).await?;
    let amount =
        request.amount.map(|amount| amount.checked()).transpose().map_err(|(f, m)| Problem::field(f, m))?;
    let (order_id, _, payment_request_id) = find(&api, id).await?;
    let key = idempotency_key(&headers)?;
    let capture_request_id = capture_id(&api, request.capture_request_id, &payment_request_id, key)?;
    let command = Command::Capture {
        payment_request_id: payment_request_id.clone(),
        capture_request_id: capture_request_id.clone(),
        amount,
        is_last: request.is_last,
    };
    let order = perform(&api, &order_id, &command).await?;
    let done = order.attempt(&payment_request_id).is_some_and(|attempt| {
        let by_id = |capture: &&Capture| capture.capture_request_id.as_ref() == Some(&capture_request_id);
        let meant = attempt.captures.iter().find(by_id).or_else(|| attempt.capture());
        meant.is_some_and(|capture| CaptureTable::is_final(capture.phase))
    });
    answer(&api, &order, &payment_request_id, done)
}

/// The capture's id: the merchant's, or the one that follows from payment and key. Where several captures are allowed
/// one of both must be given, or a repeated request would be a second capture.
//= B-8
fn capture_id(
    api: &Api,
    given: Option<String>,
    payment_request_id: &PaymentRequestId,
    key: Option<String>,
) -> Result<CaptureRequestId, Problem> {
    const FIELD: &str = "captureRequestId";
    let parse =
        |text| CaptureRequestId::parse(text).map_err(|error| Problem::field(FIELD, error.to_string()));
    match (given, key) {
        (Some(text), _) => parse(text),
        (None, Some(key)) => parse(id_of(payment_request_id, "capture", &key)),
        (None, None) if api.books.policy().captures == CapturePolicy::Multiple => {
            let message =
                "give it, or an Idempotency-Key: without one, a repeated request would capture again";
            Err(Problem::field(FIELD, message))
        }
        (None, None) => fresh(api, CaptureRequestId::parse),
    }
}

/// The same key is the same capture: the id follows from payment, purpose and key (B-8).
fn id_of(payment_request_id: &PaymentRequestId, purpose: &str, key: &str) -> String {
    sha256_hex(format!("{payment_request_id} {purpose} {key}").as_bytes())
}

pub(super) async fn cancel(
    State(api): State<Arc<Api>>,
    Id(id): Id,
    headers: HeaderMap,
    body: Body,
) -> Answer {
    let Nothing {} = body::read(&headers, body).await?;
    let (order_id, _, payment_request_id) = find(&api, id).await?;
    let order =
        perform(&api, &order_id, &Command::Cancel { payment_request_id: payment_request_id.clone() }).await?;
    let is_final =
        |attempt: &Attempt| attempt.cancels.last().is_none_or(|cancel| CancelTable::is_final(cancel.phase));
    let done = order.attempt(&payment_request_id).is_some_and(is_final);
    answer(&api, &order, &payment_request_id, done)
}

pub(super) async fn refund(
    State(api): State<Arc<Api>>,
    Id(id): Id,
    headers: HeaderMap,
    body: Body,
) -> Answer {
    let request: RefundIn = body::read(&headers, body).await?;
    let amount = request.amount.checked().map_err(|(field, message)| Problem::field(field, message))?;
    let (order_id, _, payment_request_id) = find(&api, id).await?;
    let refund_request_id = match request.refund_request_id {
        Some(text) => RefundRequestId::parse(text)
            .map_err(|error| Problem::field("refundRequestId", error.to_string()))?,
        None => match idempotency_key(&headers)? {
            Some(key) => refund_id_of(&payment_request_id, &key)?,
            None => fresh(&api, RefundRequestId::parse)?,
        },
    };
    let command = Command::Refund {
        payment_request_id: payment_request_id.clone(),
        refund_request_id: refund_request_id.clone(),
        amount,
        reason: request.reason,
    };
    let order = perform(&api, &order_id, &command).await?;
    let done = order
        .attempt(&payment_request_id)
        .and_then(|attempt| {
            attempt.refunds.iter().find(|refund| refund.refund_request_id == refund_request_id)
        })
        .is_some_and(|refund| RefundTable::is_final(refund.phase));
    answer(&api, &order, &payment_request_id, done)
}

/// The same key is the same refund: its id follows from payment and key (B-8).
fn refund_id_of(payment_request_id: &PaymentRequestId, key: &str) -> Result<RefundRequestId, Problem> {
    let id = sha256_hex(format!("{payment_request_id} {key}").as_bytes());
    RefundRequestId::parse(id).map_err(|error| Problem::field("Idempotency-Key", error.to_string()))
}

/// Decides, makes durable, and waits for the calls that follow; they go on if this request is dropped.
pub(super) async fn perform(
    api: &Api,
    id: &ReferenceOrderId,
    command: &Command,
) -> Result<Arc<Order>, Problem> {
    let mut waiter = api.worker.waiter();
    let executed = Orders::new(api.books.clone()).execute(id, command).await;
    // A refused attempt may have wished the cancel of an earlier one (B-6).
    api.worker.changed(id);
    let executed = executed?;
    let calls: Vec<CallSubject> = if executed.calls.is_empty() {
        under_way(&executed.order, command).into_iter().collect()
    } else {
        executed.calls.into_iter().map(|call| call.subject).collect()
    };
    if calls.is_empty() {
        return Ok(executed.order);
    }
    let mut open: Vec<CallId> = calls.iter().map(CallSubject::call_id).collect();
    let answered = async {
        while !waiter.wait(&mut open, LOOK_AGAIN).await {
            // Another instance may make the call: its answer is told by the order alone.
            let order = api.books.load(id).await?.order;
            if !calls.iter().any(|call| order.wants_answer_to(call)) {
                break;
            }
        }
        Ok::<_, Problem>(api.books.load(id).await?.order)
    };
    match tokio::time::timeout(api.patience, answered).await {
        Ok(order) => order,
        // Past the deadline the calls go on; nobody waits for them any more.
        Err(_) => Ok(api.books.load(id).await?.order),
    }
}

/// The opening that the same request wished before and that has no answer yet: whoever asks again waits for it too,
/// instead of asking again and again.
fn under_way(order: &Order, command: &Command) -> Option<CallSubject> {
    let Command::OpenAttempt(open) = command else { return None };
    let attempt = order.attempt_by_key(open.idempotency_key.as_deref())?;
    let opening = CallSubject::Open { payment_request_id: attempt.payment_request_id.clone() };
    order.wants_answer_to(&opening).then_some(opening)
}

fn answer(api: &Api, order: &Order, id: &PaymentRequestId, done: bool) -> Answer {
    let mut view = view_of(api, order, id)?;
    if done {
        return Ok((StatusCode::OK, Json(view)));
    }
    if let Some(members) = view.as_object_mut() {
        members.insert("outcome".to_owned(), json!("in_doubt"));
    }
    Ok((StatusCode::ACCEPTED, Json(view)))
}

fn view_of(api: &Api, order: &Order, id: &PaymentRequestId) -> Result<Value, Problem> {
    let attempt = order.attempt(id).ok_or_else(unknown_payment)?;
    let mut view = view::attempt(attempt, api.books.policy());
    if let Some(members) = view.as_object_mut() {
        members.insert("referenceOrderId".to_owned(), json!(order.reference_order_id));
    }
    Ok(view)
}

async fn find(api: &Api, id: String) -> Result<(ReferenceOrderId, Arc<Order>, PaymentRequestId), Problem> {
    let payment_request_id = PaymentRequestId::parse(id).map_err(|_| unknown_payment())?;
    let key = IdKey::PaymentRequest(payment_request_id.to_string());
    let order_id = api.books.ports().store.find(&key).await?.ok_or_else(unknown_payment)?;
    let order = api.books.load(&order_id).await?.order;
    Ok((order_id, order, payment_request_id))
}

fn unknown_payment() -> Problem {
    Problem::not_found("there is no such payment")
}

pub(super) fn fresh<T, E>(api: &Api, parse: impl Fn(String) -> Result<T, E>) -> Result<T, Problem> {
    parse(api.books.ports().ids.fresh()).map_err(|_| Problem::conflict("no id could be drawn; try again"))
}

/// A currency by its code.
pub(super) fn currency(code: Option<String>) -> Result<Option<Currency>, Problem> {
    let parsed = code.map(|code| Currency::parse(&code)).transpose();
    parsed.map_err(|error| Problem::field("settlementCurrency", error.to_string()))
}

pub(super) fn known<T>(
    word: Option<String>,
    field: &str,
    words: &[&str],
    read: impl Fn(&str) -> T,
) -> Result<Option<T>, Problem> {
    match word {
        Some(word) if !words.contains(&word.as_str()) => {
            Err(Problem::field(field, format!("must be one of {}", words.join(", "))))
        }
        word => Ok(word.as_deref().map(read)),
    }
}

//= B-8
pub(super) fn idempotency_key(headers: &HeaderMap) -> Result<Option<String>, Problem> {
    let Some(value) = headers.get("idempotency-key") else { return Ok(None) };
    let fits = |text: &&str| {
        !text.is_empty() && text.len() <= 64 && text.bytes().all(|byte| byte.is_ascii_graphic())
    };
    match value.to_str().ok().filter(fits) {
        Some(text) => Ok(Some(text.to_owned())),
        None => Err(Problem::field("Idempotency-Key", "must be 1 to 64 visible ASCII characters")),
    }
}
