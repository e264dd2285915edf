//! `createPaymentSession` (rules section 2), and the reading of fields that it shares with `pay`.
//! What happens when a buyer uses the session is in `buyer`.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::core::amount::{Amount, Code, currency};
use crate::core::fields::Fields;
use crate::core::fingerprint::Fingerprint;
use crate::core::gateway::Gateway;
use crate::core::instalments;
use crate::core::methods;
use crate::core::names::Name;
use crate::core::payment::{CaptureMode, Integration, Payment, Phase};
use crate::core::random::Random;
use crate::core::reply::{Refusal, Reply};
use crate::core::review::Reviewer;
use crate::core::terms::{NO_TERMS, Terms};
use crate::core::time::Time;
use crate::core::timings::millis;

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
}

impl Gateway {
    pub(crate) fn create_payment_session(&mut self, client: &str, request: &Value) -> Result<Reply, Refusal> {
        let mut fields = Fields::of(request);
        let scene = fields.text("productScene", 32);
        let needs_method = !matches!(scene, Some("CHECKOUT_PAYMENT" | "ELEMENT_PAYMENT"));
        let start = self.read_start(client, &mut fields, needs_method);
        let expiry = self.session_expiry(&mut fields);
        fields.finish()?;
        let start = start.ok_or_else(|| Refusal::new("PARAM_ILLEGAL"))?;
        methods::rules_of(start.method).admit(&start.amount)?;
        instalments::admit(start.terms.instalments, &start.amount)?;
        if let Some(index) = self.repeated_start(client, &start, request, true)? {
            return self.session_reply(index);
        }
        let order = request.get("order").unwrap_or_default().to_string().into();
        let integration = Integration::Session { seed: self.random.next(), expiry, order };
        let payment = self.open(client, start, request, integration);
        self.enter_session(payment);
        self.session_reply(payment)
    }

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
        fields.text("order.buyer.referenceBuyerId", 64);
        fields.text("order.buyer.buyerEmail", 64);
        fields.text("order.buyer.buyerPhoneNo", 24);
        let redirect_url = fields.required_text("paymentRedirectUrl", 2_048);
        let notify_url = fields.text("paymentNotifyUrl", 2_048);
        let settlement_currency = read_settlement_currency(fields);
        fields.text("merchantRegion", 2);
        check_goods(fields);
        let method = if needs_method {
            fields.required_text("paymentMethod.paymentMethodType", 64)
        } else {
            fields.text("paymentMethod.paymentMethodType", 64).unwrap_or("CARD")
        };
        let terms = Terms::read(fields, method);
        let capture_mode = read_capture_mode(fields, method);
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
        })
    }

    /// The payment that this request id already stands for; an error if the id meant something else then.
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
        let is_session = matches!(payment.integration, Integration::Session { .. });
        let same_key = payment.amount == start.amount
            && payment.method.as_str() == start.method
            && payment.terms().method_id == start.terms.method_id
            && is_session == asks_session;
        if payment.digest != Fingerprint::of(request) {
            self.violation(client, "same_id_other_content", start.request_id);
        }
        if same_key { Ok(Some(index)) } else { Err(Refusal::new("REPEAT_REQ_INCONSISTENT")) }
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
        self.payments.push(Payment {
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
        });
        index
    }

    fn session_expiry(&self, fields: &mut Fields<'_>) -> Time {
        let latest = self.now.after(millis(self.timings.session_expiry_ms));
        let Some(text) = fields.text("paymentSessionExpiryTime", 64) else { return latest };
        match Time::parse(text) {
            Some(expiry) if expiry > self.now && expiry <= latest => expiry,
            _ => {
                fields.fault("paymentSessionExpiryTime does not lie within the next hour".to_owned());
                latest
            }
        }
    }

    fn session_reply(&self, index: usize) -> Result<Reply, Refusal> {
        let session = self.payments.get(index).and_then(Payment::session);
        let session = session.ok_or_else(|| Refusal::new("REPEAT_REQ_INCONSISTENT"))?;
        Ok(Reply::success()
            .field("paymentSessionData", session.data)
            .field("paymentSessionId", session.id)
            .field("paymentSessionExpiryTime", session.expiry.to_wire()))
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

fn check_goods(fields: &mut Fields<'_>) {
    match fields.at("order.goods") {
        None => {}
        Some(Value::Array(goods)) => {
            let too_long = |name: &str, max: usize| {
                let text = |one: &Value| one.get(name).and_then(Value::as_str).map(|t| t.chars().count());
                goods.iter().any(|one| text(one).is_some_and(|length| length > max))
            };
            if goods.len() > 100 || too_long("referenceGoodsId", 64) || too_long("goodsName", 256) {
                fields.fault("order.goods has too many entries or too long texts".to_owned());
            }
        }
        Some(_) => fields.fault("order.goods is not a list".to_owned()),
    }
}

/// What a session is for the merchant and its buyer.
pub(crate) struct Session {
    pub(crate) id: String,
    /// The first three parts of the data, by which the client SDK names the session.
    pub(crate) key: String,
    pub(crate) data: String,
    pub(crate) expiry: Time,
}

impl Payment {
    /// The session, if the payment has one: the same texts whenever it is asked for.
    pub(crate) fn session(&self) -> Option<Session> {
        let Integration::Session { seed, expiry, .. } = &self.integration else { return None };
        let mut random = Random::new(*seed);
        let id = STANDARD.encode(random.bytes(48));
        let key = format!("{}&&SG&&111", STANDARD.encode(random.bytes(64)));
        let data = format!("{key}&&{}", STANDARD.encode(sdk_part(self).to_string()));
        Some(Session { id, key, data, expiry: *expiry })
    }
}

/// The fourth part of the session string, which the current web SDK reads.
fn sdk_part(payment: &Payment) -> Value {
    let category = if payment.is_card() { "CARD" } else { "APM" };
    json!({
        "paymentSessionConfig": {
            "productScene": "CASHIER_PAYMENT", "productSceneVersion": "1.0",
            "paymentMethodCategoryType": category,
        },
        "paymentMethodInfoView": {"paymentMethodType": payment.method},
        "paymentSessionFactor": {
            "paymentAmount": payment.amount.to_json(), "paymentRequestId": payment.request_id,
            "order": {"orderDescription": payment.description},
        },
        "securityConfig": {"appName": "Acquirer", "h5gateway": "simulator"},
    })
}
