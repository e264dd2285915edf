//! What both ways to start a payment have in common: the fields that they read, the repeats, the entry in the books.
//! Where the ways part is in `session` and `pay`; conditions between fields are in `conditions`.

use std::time::Duration;

use serde_json::Value;

use super::conditions;
use crate::core::amount::{Amount, Code, currency};
use crate::core::fields::Fields;
use crate::core::fingerprint::Fingerprint;
use crate::core::gateway::Gateway;
use crate::core::growth;
use crate::core::instalments;
use crate::core::methods;
use crate::core::names::Name;
use crate::core::payment::{CaptureMode, Integration, Payment, Phase};
use crate::core::reply::Refusal;
use crate::core::review::Reviewer;
use crate::core::terms::{NO_TERMS, Terms};
use crate::core::time::Time;

/// What both ways to start a payment say about it.
pub(super) struct Start<'a> {
    pub(super) request_id: &'a str,
    pub(super) amount: Amount,
    pub(super) method: &'a str,
    order_id: &'a str,
    settlement_currency: Option<Code>,
    capture_mode: CaptureMode,
    description: &'a str,
    pub(super) terms: Terms,
    notify_url: Option<&'a str>,
    redirect_url: &'a str,
    /// `paymentExpiryTime`.
    pub(super) pay_until: Option<Time>,
}

impl Start<'_> {
    /// Refuses a payment that the method or the instalments do not allow.
    pub(super) fn admit(&self) -> Result<(), Refusal> {
        methods::rules_of(self.method).admit(&self.amount)?;
        instalments::admit(self.terms.instalments, &self.amount)
    }
}

impl Gateway {
    /// Reads the fields that `createPaymentSession` and `pay` share.
    pub(super) fn read_start<'a>(
        &mut self,
        client: &str,
        fields: &mut Fields<'a>,
        needs_method: bool,
    ) -> Option<Start<'a>> {
        let product = fields.required_text("productCode", 32);
        if !product.is_empty() && product != "CASHIER_PAYMENT" {
            fields.fault("productCode is not CASHIER_PAYMENT".to_owned());
        }
        let request_id = fields.required_id("paymentRequestId");
        let amount = fields.required_amount("paymentAmount");
        let order_id = fields.required_id("order.referenceOrderId");
        let description = fields.required_text("order.orderDescription", 256);
        fields.required_amount("order.orderAmount");
        let redirect_url = fields.required_text("paymentRedirectUrl", 2_048);
        let notify_url = fields.text("paymentNotifyUrl", 2_048);
        let settlement_currency = read_settlement_currency(fields);
        conditions::check(fields);
        let method = if needs_method {
            fields.required_text("paymentMethod.paymentMethodType", 64)
        } else {
            fields.text("paymentMethod.paymentMethodType", 64).unwrap_or("CARD")
        };
        let terms = Terms::read(fields, method);
        let capture_mode = read_capture_mode(fields, method);
        let is_repeat = self.is_repeat(client, fields);
        let pay_until = self.payment_expiry(fields, method, is_repeat);
        if fields.has_chinese() {
            self.violation(client, "chinese_characters", request_id);
        }
        Some(Start {
            request_id,
            amount: amount?,
            method,
            order_id,
            settlement_currency,
            capture_mode,
            description,
            terms,
            notify_url,
            redirect_url,
            pay_until,
        })
    }

    /// Whether the id of this request stands for a payment already. What a repeat says about time is not judged again.
    pub(super) fn is_repeat(&self, client: &str, fields: &Fields<'_>) -> bool {
        let id = fields.at("paymentRequestId").and_then(Value::as_str);
        let books = self.books.get(client);
        id.zip(books).is_some_and(|(id, books)| books.by_request.contains_key(id))
    }

    /// The payment that this request id already stands for; an error if the id meant something else then: another amount,
    /// another card or token (rules 7.3), or the other way to start a payment.
    pub(super) fn repeated_start(
        &mut self,
        client: &str,
        start: &Start<'_>,
        request: &Value,
        asks_session: bool,
    ) -> Result<Option<usize>, Refusal> {
        let Some(index) = self.books_of(client).by_request.get(start.request_id).copied() else {
            return Ok(None);
        };
        let Some(payment) = self.payments.get(index) else { return Ok(None) };
        let is_session = payment.handout().is_some();
        let same_key = payment.amount == start.amount
            && payment.terms().method_id == start.terms.method_id
            && is_session == asks_session;
        if payment.digest != Fingerprint::of(request) {
            self.violation(client, "same_id_other_content", start.request_id);
        }
        if same_key { Ok(Some(index)) } else { Err(Refusal::new("REPEAT_REQ_INCONSISTENT")) }
    }

    /// Until when the buyer may pay, if the request says so (rules 9.1).
    fn payment_expiry(&self, fields: &mut Fields<'_>, method: &str, is_repeat: bool) -> Option<Time> {
        const LONGEST: Duration = Duration::from_hours(48);
        let latest = self.now.after(methods::rules_of(method).expiry(LONGEST).max(LONGEST));
        let expiry = iso_time(fields, "paymentExpiryTime")?;
        if !is_repeat && (expiry <= self.now || expiry > latest) {
            fields.fault(format!("paymentExpiryTime does not lie between now and {}", latest.to_wire()));
        }
        Some(expiry)
    }

    /// Enters a payment into the books.
    pub(super) fn open(
        &mut self,
        client: &str,
        start: Start<'_>,
        request: &Value,
        integration: Integration,
    ) -> usize {
        let index = self.payments.len();
        let network_id = self.random.digits(15);
        let request_id = Name::from(start.request_id);
        self.books_of(client).by_request.insert(request_id.clone(), index);
        let entry = Payment {
            client: self.names.of(client),
            request_id,
            digest: Fingerprint::of(request),
            integration,
            payment_id: None,
            order_id: start.order_id.into(),
            description: start.description.into(),
            settlement_currency: start.settlement_currency.unwrap_or(start.amount.currency),
            amount: start.amount,
            method: self.names.of(start.method),
            capture_mode: start.capture_mode,
            terms: (start.terms != NO_TERMS).then(|| start.terms.into()),
            notify_url: start.notify_url.map(|url| self.names.of(url)),
            redirect_url: start.redirect_url.into(),
            created: self.now,
            close_at: None,
            phase: Phase::Open,
            result_code: None,
            tries: Vec::new(),
            used: None,
            challenge: None,
            later: None,
            network_id,
            paid_at: None,
            told_at: None,
            review: None,
            reviewer: Reviewer::default(),
            auth_expiry: None,
            increments: Vec::new(),
            captures: Vec::new(),
            refunds: Vec::new(),
            voided: 0,
            void_id: None,
            auth_expired: false,
            reversed: 0,
            cancelled_at: None,
            cancels: 0,
        };
        growth::push(&mut self.payments, entry);
        index
    }
}

fn read_settlement_currency(fields: &mut Fields<'_>) -> Option<Code> {
    let code = fields.text("settlementStrategy.settlementCurrency", 3)?;
    let known = currency(code).map(|known| known.code);
    if known.is_none() {
        fields
            .fault(format!("settlementStrategy.settlementCurrency {code} is no currency that is settled in"));
    }
    known
}

fn read_capture_mode(fields: &mut Fields<'_>, method: &str) -> CaptureMode {
    let authorization = fields.flag("paymentFactor.isAuthorization");
    let mode = fields.one_of("paymentFactor.captureMode", &["AUTOMATIC", "MANUAL"]);
    if method == "CARD" && authorization != Some(true) {
        fields.fault("paymentFactor.isAuthorization is not true for CARD".to_owned());
    }
    if mode == Some("MANUAL") { CaptureMode::Manual } else { CaptureMode::Automatic }
}

/// A point in time as requests write it; milliseconds are for headers.
pub(super) fn iso_time(fields: &mut Fields<'_>, path: &str) -> Option<Time> {
    let text = fields.text(path, 64)?;
    let time = Time::parse(text).filter(|_| text.contains('T'));
    if time.is_none() {
        fields.fault(format!("{path} is no ISO 8601 time with an offset"));
    }
    time
}
