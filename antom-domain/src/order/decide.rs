//! Answers the merchant's commands: a step, or a refusal that changes nothing.
//! What the gateway makes of the calls comes back through `absorb`.

mod capture;

use std::cmp::Ordering;

use antom_core::id::{PaymentRequestId, RefundRequestId};
use antom_core::money::Money;
use antom_core::time::Timestamp;
use antom_core::wire::{FieldErrors, FieldRule};

use self::capture::CaptureWish;
use super::Step;
use super::before_new;
use super::command::{CancelReason, Command, NewOrder, OpenAttempt, RefundReason, Refusal};
use super::draft::Draft;
use super::erasure::Erased;
use super::event::{Event, Recorded};
use super::policy::{Policy, SESSION_LIFETIME};
use super::request;
use super::state::{Attempt, Capture, Integration, Order, Refundable};
use crate::cancel::{CancelInput, CancelPhase, CancelTable};
use crate::capture::CaptureTable;
use crate::payment::PaymentPhase;
use crate::refund::{RefundInput, RefundPhase, RefundTable};
use crate::verdict::{Table, Verdict, consult};

impl Order {
    /// Creates an order: its first event, and the order that it makes.
    ///
    /// # Errors
    /// [`Refusal::Amount`] for an amount that cannot be charged, [`Refusal::Invalid`] for texts that the gateway refuses.
    pub fn create(new: &NewOrder, at: Timestamp) -> Result<(Order, Step), Refusal> {
        new.amount.require_chargeable()?;
        request::check_order_texts(new)?;
        let event = Event::OrderCreated {
            reference_order_id: new.reference_order_id.clone(),
            amount: new.amount,
            description: new.description.clone(),
            reference_buyer_id: new.reference_buyer_id.clone(),
            details: (!new.details.is_empty()).then(|| Box::new(new.details.clone())),
        };
        let order = Order {
            reference_order_id: new.reference_order_id.clone(),
            amount: new.amount,
            description: new.description.clone(),
            reference_buyer_id: new.reference_buyer_id.clone(),
            created_at: at,
            has_details: !new.details.is_empty(),
            erased: None,
            attempts: Vec::new(),
            is_read_only: false,
        };
        debug_assert_eq!(Order::born(&Recorded { at, event: event.clone() }).as_ref(), Some(&order));
        Ok((order, Step { events: vec![event], ..Step::default() }))
    }

    /// Decides a command.
    ///
    /// # Idempotency
    /// A command that is already carried out, or under way, gives an empty step. A command that must wait for something
    /// else gives a step with [`Step::postponed`], whose events are recorded once.
    ///
    /// # Errors
    /// A [`Refusal`] says why nothing happens and what to do instead.
    pub fn decide(&self, command: &Command, at: Timestamp, policy: &Policy) -> Result<Step, Refusal> {
        if self.is_read_only {
            return Err(Refusal::WrittenByNewerProgram);
        }
        let mut draft = Draft::new(self, at, policy);
        match command {
            Command::OpenAttempt(open) => open_attempt(&mut draft, open)?,
            Command::Capture { payment_request_id, capture_request_id, amount, is_last } => {
                let wish = CaptureWish { id: capture_request_id, amount: *amount, is_last: *is_last };
                capture::decide(&mut draft, self, payment_request_id, &wish)?;
            }
            Command::Cancel { payment_request_id } => cancel(&mut draft, self, payment_request_id)?,
            Command::Refund { payment_request_id, refund_request_id, amount, reason } => {
                let wish = RefundWish { id: refund_request_id, amount: *amount, reason: reason.as_deref() };
                refund(&mut draft, self, payment_request_id, &wish)?;
            }
        }
        Ok(draft.finish())
    }
}

//= B-4, S-1, H-2
fn open_attempt(draft: &mut Draft<'_>, open: &OpenAttempt) -> Result<(), Refusal> {
    if draft.order.erased == Some(Erased::Everything) {
        return Err(Refusal::Erased);
    }
    let is_card = open.payment_method_type == "CARD";
    let wished = open.capture_mode.clone().unwrap_or_else(|| draft.policy.capture_mode.clone());
    let capture_mode = is_card.then_some(wished);
    if let Some(earlier) = draft.order.attempt_by_key(open.idempotency_key.as_deref()) {
        let same = earlier.integration == open.integration
            && earlier.payment_method_type == open.payment_method_type
            && earlier.capture_mode == capture_mode
            && is_same_request(earlier.request_digest.as_ref(), open.terms.request_digest.as_ref());
        return if same { Ok(()) } else { Err(Refusal::IdempotencyKeyReused) };
    }
    check_terms(open, is_card, draft.policy)?;
    if draft.order.attempt(&open.payment_request_id).is_some() {
        return Err(Refusal::AttemptExists);
    }
    if draft.order.holder().is_some_and(|holder| !before_new::is_on_its_way_back(holder, draft.policy)) {
        return Err(Refusal::OrderPaid);
    }
    let limit = draft.policy.max_attempts;
    if draft.order.attempts.len() >= limit {
        return Err(Refusal::TooManyAttempts { limit });
    }
    let call = request::open(&draft.order, open, capture_mode.as_ref(), draft.at, draft.policy)?;
    if let Some(reason) = before_new::end_earlier_attempts(draft)? {
        draft.postpone(reason);
        return Ok(());
    }
    draft.record_last(Event::AttemptOpened {
        payment_request_id: open.payment_request_id.clone(),
        integration: open.integration,
        payment_method_type: open.payment_method_type.clone(),
        capture_mode,
        token: open.token.clone(),
        idempotency_key: open.idempotency_key.clone(),
        request_digest: open.terms.request_digest.clone(),
        storage_agreed_at: open.terms.card.as_ref().and_then(|card| card.storage_agreed_at),
        product_scene: open.terms.product_scene,
        window_closes_at: window_closes_at(open.integration, draft.at, draft.policy),
    });
    draft.wish(call);
    Ok(())
}

/// Requests of which one has no digest are told apart by what is recorded of them.
fn is_same_request(earlier: Option<&String>, new: Option<&String>) -> bool {
    earlier.is_none() || new.is_none() || earlier == new
}

//= S-3
fn check_terms(open: &OpenAttempt, is_card: bool, policy: &Policy) -> Result<(), Refusal> {
    if let Some(card) = &open.terms.card {
        card.check(open.integration, is_card)?;
    }
    if open.terms.product_scene.is_some() && open.integration == Integration::Hosted {
        return Err(FieldErrors::single("productScene", FieldRule::NotAllowed).into());
    }
    match open.terms.settlement_currency {
        Some(currency) if !policy.settles_in(currency) => {
            Err(Refusal::UnknownSettlementCurrency { currency })
        }
        _ => Ok(()),
    }
}

/// Within a session the buyer may begin to pay until it ends.
fn window_closes_at(integration: Integration, at: Timestamp, policy: &Policy) -> Timestamp {
    policy.expiry.window_closes_at(match integration {
        Integration::Session => at.saturating_add(SESSION_LIFETIME),
        Integration::Hosted => at,
    })
}

fn find<'a>(order: &'a Order, id: &PaymentRequestId) -> Result<&'a Attempt, Refusal> {
    order.attempt(id).ok_or(Refusal::UnknownAttempt)
}

fn cancel(draft: &mut Draft<'_>, order: &Order, id: &PaymentRequestId) -> Result<(), Refusal> {
    let attempt = find(order, id)?;
    if let Some(latest) = attempt.current_cancel() {
        return match consult::<CancelTable>(latest.phase, CancelInput::Request) {
            Verdict::Repeat => Ok(()),
            _ => Err(Refusal::TooLateToCancel),
        };
    }
    if attempt.payment.phase == PaymentPhase::Cancelled {
        return Ok(());
    }
    if attempt.payment.phase == PaymentPhase::Failed {
        return Err(Refusal::NothingToCancel);
    }
    if attempt.is_card() && attempt.taken().is_some() {
        return Err(Refusal::TooLateToCancel);
    }
    // What a refund gives back, or may have given back, a cancel must not give back once more.
    if attempt.refunds.iter().any(|refund| refund.phase != RefundPhase::Failed) {
        return Err(Refusal::TooLateToCancel);
    }
    let ours = |capture: &Capture| capture.capture_request_id.is_some();
    if attempt.captures.iter().any(|capture| ours(capture) && !CaptureTable::is_final(capture.phase)) {
        return Err(Refusal::CaptureUnderWay);
    }
    let payment_request_id = attempt.payment_request_id.clone();
    draft.record_last(Event::CancelRequested { payment_request_id, reason: CancelReason::Merchant });
    draft.wish(request::cancel(attempt, attempt.cancels.len().saturating_add(1)));
    Ok(())
}

/// What the merchant wants to be given back.
struct RefundWish<'a> {
    id: &'a RefundRequestId,
    amount: Money,
    reason: Option<&'a str>,
}

//= B-8
fn refund(
    draft: &mut Draft<'_>,
    order: &Order,
    id: &PaymentRequestId,
    wish: &RefundWish<'_>,
) -> Result<(), Refusal> {
    let attempt = find(order, id)?;
    let RefundWish { id: refund_request_id, amount, reason } = *wish;
    amount.require_chargeable()?;
    if let Some(known) = attempt.refunds.iter().find(|refund| refund.refund_request_id == *refund_request_id)
    {
        return match consult::<RefundTable>(known.phase, RefundInput::Request) {
            Verdict::Repeat if known.amount == amount => Ok(()),
            _ => Err(Refusal::RefundIdReused),
        };
    }
    if draft.policy.knows_no_refunds(attempt) {
        return Err(Refusal::MethodWithoutRefunds);
    }
    let limit = draft.policy.max_refunds;
    if attempt.refunds.len() >= limit {
        return Err(Refusal::TooManyRefunds { limit });
    }
    if attempt.current_cancel().is_some_and(|cancel| cancel.phase != CancelPhase::Refused) {
        return Err(Refusal::BeingCancelled);
    }
    let part = part_to_refund(attempt, amount)?;
    let payment_id = attempt.payment.payment_id.clone().ok_or(Refusal::PaymentIdUnknown)?;
    request::check_refund(refund_request_id, &payment_id, amount, reason)?;
    draft.record_last(Event::RefundRequested {
        payment_request_id: attempt.payment_request_id.clone(),
        refund_request_id: refund_request_id.clone(),
        amount,
        reason: RefundReason::Merchant,
        capture: part.capture,
    });
    let call = request::refund(attempt, &payment_id, refund_request_id, &part, reason, draft.policy);
    draft.wish(call);
    Ok(())
}

/// Where the refund takes its money from: one refund gives back from one capture, the first that has enough left.
fn part_to_refund(attempt: &Attempt, amount: Money) -> Result<Refundable, Refusal> {
    let refundable = attempt.refundable().ok_or(Refusal::NothingTaken)?;
    if amount.compare(refundable)?.is_gt() {
        return Err(Refusal::RefundExceeds { refundable });
    }
    let parts = attempt.refundable_parts();
    let Some(part) = parts.iter().find(|part| part.amount.compare(amount).is_ok_and(Ordering::is_ge)) else {
        let most = parts.iter().map(|part| part.amount).max_by_key(|amount| amount.minor_units());
        return Err(Refusal::RefundExceedsCapture { refundable: most.unwrap_or(refundable) });
    };
    if !attempt.can_name(part) {
        return Err(Refusal::CaptureIdUnknown);
    }
    Ok(Refundable { amount, ..part.clone() })
}
