//! What an act of the buyer does to the payment, and the closing of a payment that nobody finished.
//! Which outcome an act has is decided in `submit` and `complete`.

use serde_json::json;

use super::super::card_use::CardUse;
use super::super::gateway::{Gateway, Timer};
use super::super::names::Name;
use super::super::payment::{Phase, Try};
use super::super::timings::millis;
use super::super::tokens::StoredCard;
use super::Outcome;

impl Gateway {
    /// Notes the try; the first one makes the payment known, each one gives it new time.
    pub(crate) fn note_try(&mut self, index: usize, outcome: Outcome, code: Option<&str>) {
        let now = self.now;
        let Some(payment) = self.payments.get(index) else { return };
        let close_at = self.close_at(&payment.method);
        let until = payment.handout().and_then(|handout| handout.pay_until);
        let close_at = until.map_or(close_at, |until| close_at.min(until));
        let first = payment.phase == Phase::Open;
        let known = payment.payment_id.clone();
        if first {
            let id = known.unwrap_or_else(|| self.new_id());
            self.attempt(index, id, close_at);
        }
        let Some(payment) = self.payments.get_mut(index) else { return };
        self.journal.note(now, || {
            json!({
            "kind": "buyer", "clientId": payment.client, "paymentRequestId": payment.request_id,
            "outcome": outcome.as_str(), "resultCode": code,
            "card": payment.used.as_ref().map(|used| used.card.last_four()),
            })
        });
        payment.tries.reserve_exact(1);
        payment.tries.push(Try { at: now, outcome, code: code.map(Into::into) });
        let moves = !first && payment.handout().is_some();
        if moves {
            payment.close_at = Some(close_at);
            self.arm(close_at, Timer::CloseUnpaid { payment: index });
        }
    }

    /// The buyer has paid: authorized for a card, paid for anything else.
    pub(crate) fn succeed(&mut self, index: usize) {
        let now = self.now;
        let told = now.after(millis(self.timings.payment_result_ms));
        let Some(payment) = self.payments.get_mut(index) else { return };
        payment.phase = Phase::Success;
        payment.result_code = None;
        payment.paid_at = Some(now);
        payment.told_at = Some(told);
        payment.challenge = None;
        let is_card = payment.is_card();
        self.begin_review(index);
        if is_card {
            self.store_card(index);
            self.follow_authorization(index);
        }
        self.tell_payment(index, "PAYMENT_RESULT", "SUCCESS", told);
    }

    /// The payment has failed for good.
    pub(crate) fn fail(&mut self, index: usize, code: &str) {
        let told = self.now.after(millis(self.timings.payment_result_ms));
        if let Some(payment) = self.payments.get_mut(index) {
            payment.phase = Phase::Failed;
            payment.result_code = Some(code.into());
            payment.told_at = Some(told);
        }
        self.tell_payment(index, "PAYMENT_RESULT", code, told);
    }

    /// The buyer has left with something to pay later, or the method takes its time.
    pub(crate) fn suspend(&mut self, index: usize, code: Option<&str>) {
        let told = self.now.after(millis(self.timings.payment_result_ms));
        if let Some(payment) = self.payments.get_mut(index) {
            payment.phase = Phase::Pending;
            payment.result_code = code.map(Into::into);
        }
        self.tell_payment(index, "PAYMENT_PENDING", "SUCCESS", told);
    }

    /// Closes a payment whose time is up.
    pub(crate) fn close_unpaid(&mut self, index: usize) {
        let now = self.now;
        let Some(payment) = self.payments.get_mut(index) else { return };
        if payment.phase.is_final() || payment.close_at.is_none_or(|close_at| close_at > now) {
            return;
        }
        payment.phase = Phase::Failed;
        payment.result_code = Some("ORDER_IS_CLOSED".into());
        payment.told_at = Some(now);
        self.tell_payment(index, "PAYMENT_RESULT", "ORDER_IS_CLOSED", now);
    }

    /// Stores the card of a successful payment, if the merchant asks for that and the buyer agrees.
    fn store_card(&mut self, index: usize) {
        let Some(payment) = self.payments.get(index) else { return };
        let asked = payment.terms().asks_to_store;
        let wanted = |used: &CardUse| asked && used.store && used.token.is_none();
        let Some(used) = payment.used.as_deref().filter(|used| wanted(used)).cloned() else { return };
        let (client, network_id) = (payment.client.clone(), payment.network_id);
        let token = self.new_token();
        let stored = StoredCard {
            token: token.clone(),
            card: used.card,
            expiry: used.expiry,
            holder: used.holder.map(|name| json!({"fullName": name})),
            email: None,
            expires_at: None,
            network_transaction_id: Some(network_id),
        };
        self.tokens.store(&client, stored);
        if let Some(used) = self.payments.get_mut(index).and_then(|payment| payment.used.as_mut()) {
            used.token = Some(token);
        }
    }

    pub(crate) fn index_of(&self, client: Option<&str>, request_id: &str) -> Option<usize> {
        let wanted = |name: &&Name| client.is_none_or(|client| client == name.as_str());
        let mut found = self.books.iter().filter(|(name, _)| wanted(name));
        found.find_map(|(_, books)| books.by_request.get(request_id).copied())
    }
}
