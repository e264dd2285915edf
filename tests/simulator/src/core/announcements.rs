//! What the gateway tells of a payment, where it sends what it has to tell, and what was arranged for the way there.
//! What it tells of captures and refunds is in `captures` and `refunds`, the schedule in `notifications`.

use serde_json::{Map, Value, json};

use super::codes;
use super::exchange::Quote;
use super::gateway::Gateway;
use super::names::Name;
use super::notifications::Draft;
use super::payment::{Payment, Refund};
use super::time::Time;
use super::timings::millis;

impl Gateway {
    /// Tells what has become of a payment.
    pub(crate) fn tell_payment(&mut self, index: usize, kind: &str, code: &str, due: Time) {
        let Some(payment) = self.payments.get(index) else { return };
        let body = self.payment_news(payment, kind, "notifyPayment", code);
        let url = self.payment_url(payment);
        self.tell(index, kind, url, body, due);
    }

    /// What a notification of this type says about a payment (rules 14.4); the code is one of the table `api`.
    pub(crate) fn payment_news(&self, payment: &Payment, kind: &str, api: &str, code: &str) -> Value {
        let mut body = payment.notification_fields();
        let mut add = |name: &str, value: Option<Value>| {
            if let Some(value) = value {
                body.insert(name.to_owned(), value);
            }
        };
        add("notifyType", Some(json!(kind)));
        add("result", Some(codes::result(api, code)));
        add("paymentTime", payment.paid_at.map(|at| json!(at.to_wire())));
        add("authExpiryTime", payment.auth_expiry.map(|at| json!(at.to_wire())));
        add("paymentResultInfo", self.result_info(payment));
        body.extend(payment.review_fields());
        if payment.paid_at.is_some() {
            body.extend(payment.settlement_fields(payment.authorized()));
            if let (true, Some(id)) = (payment.is_card(), &payment.payment_id) {
                body.extend(self.reference_of(&payment.client, id));
            }
        }
        Value::Object(body)
    }

    /// The URL for what happens to a payment: that of the request, else that of the dashboard (rules 14.5).
    pub(crate) fn payment_url(&self, payment: &Payment) -> Option<Name> {
        let own = || self.contract_of(&payment.client).payment_notify_url.as_deref().map(Name::from);
        payment.notify_url.clone().or_else(own)
    }

    /// The URL for what happens to a refund; whether that of the payment serves is the contract's choice (C7).
    pub(crate) fn refund_url(&self, payment: &Payment, refund: &Refund) -> Option<Name> {
        let contract = self.contract_of(&payment.client);
        let of_payment = || payment.notify_url.clone().filter(|_| contract.refunds_to_payment_url);
        let own = || contract.refund_notify_url.as_deref().map(Name::from);
        refund.notify_url.clone().or_else(of_payment).or_else(own)
    }

    /// Queues a notification about a payment, if there is a URL for it.
    pub(crate) fn tell(&mut self, index: usize, kind: &str, url: Option<Name>, body: Value, due: Time) {
        let (Some(payment), Some(url)) = (self.payments.get(index), url) else { return };
        let client = payment.client.clone();
        let arranged = self.next_dispatch(index, kind);
        let later = arranged.as_ref().and_then(|arranged| arranged.after_ms);
        let due = later.map_or(due, |ms| due.max(self.now.after(millis(ms))));
        let draft = Draft { client, kind: kind.to_owned(), url, body, payment: Some(index) };
        let notification = self.notify(draft, due);
        if arranged.is_some_and(|arranged| arranged.never) {
            self.withhold(notification);
        }
    }
}

impl Payment {
    /// What every notification about the payment itself says.
    pub(crate) fn notification_fields(&self) -> Map<String, Value> {
        let mut fields = Map::new();
        let mut add = |name: &str, value: Value| fields.insert(name.to_owned(), value);
        add("paymentRequestId", json!(self.request_id));
        add("paymentId", json!(self.payment_id));
        add("paymentAmount", self.amount.to_json());
        add("paymentCreateTime", json!(self.created.to_wire()));
        add("paymentMethodType", json!(self.method));
        if let Some(metadata) = &self.terms().metadata {
            add("metadata", json!(metadata));
        }
        fields
    }

    /// An amount of the payment in the currency in which it is settled, with the price, where that is another one.
    pub(crate) fn settlement_fields(&self, units: u64) -> Map<String, Value> {
        let mut fields = Map::new();
        let (from, to) = (self.amount.currency, self.settlement_currency);
        let Some(quote) = Quote::between(from, to) else { return fields };
        let gross = quote.convert(from, i128::from(units)).unwrap_or_default();
        fields
            .insert("grossSettlementAmount".to_owned(), json!({"currency": to, "value": gross.to_string()}));
        let quote =
            json!({"quoteCurrencyPair": quote.pair(), "quotePrice": quote.price(), "guaranteed": false});
        fields.insert("settlementQuote".to_owned(), quote);
        fields
    }
}
