//! `createPaymentSession` (rules section 2): the session that a client SDK or the hosted page takes.
//! What it shares with `pay` is in `start`, what happens when a buyer uses it in `buyer`.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::start::iso_time;
use crate::core::fields::Fields;
use crate::core::gateway::Gateway;
use crate::core::payment::{Handout, Integration, Payment, Phase};
use crate::core::random::Random;
use crate::core::reply::{Refusal, Reply};
use crate::core::terms::Meta;
use crate::core::time::Time;
use crate::core::timings::millis;

impl Gateway {
    pub(crate) fn create_payment_session(&mut self, client: &str, request: &Value) -> Result<Reply, Refusal> {
        let mut fields = Fields::of(request);
        let scene = Scene::read(&mut fields);
        let start = self.read_start(client, &mut fields, scene == Scene::Component);
        let is_repeat = self.is_repeat(client, &fields);
        let expiry = self.session_expiry(&mut fields, is_repeat);
        refuse_recurring(&mut fields);
        fields.finish()?;
        let start = start.ok_or_else(|| Refusal::new("PARAM_ILLEGAL"))?;
        start.admit()?;
        if let Some(index) = self.repeated_start(client, &start, request, true)? {
            return self.repeated_session(index);
        }
        let order = request.get("order").unwrap_or_default().to_string().into();
        let pay_until = start.pay_until;
        let integration = Integration::Session(Box::new(Handout {
            seed: self.random.next(),
            expiry,
            pay_until,
            scene,
            order,
        }));
        let index = self.open(client, start, request, integration);
        self.enter_session(index);
        if scene == Scene::Checkout {
            self.give_page(index);
        }
        self.session_reply(index)
    }

    /// The hosted page is found by the id that the payment has once it is tried.
    fn give_page(&mut self, index: usize) {
        let id = self.new_id();
        let Some(payment) = self.payments.get_mut(index) else { return };
        payment.payment_id = Some(id.clone());
        let client = payment.client.clone();
        self.books_of(&client).by_payment.insert(id, index);
    }

    /// The same session again while its buyer can use it or has paid; what is over needs a new id (rules 2.8, 7.4).
    fn repeated_session(&self, index: usize) -> Result<Reply, Refusal> {
        let payment = self.payments.get(index);
        match payment.map(|payment| (payment.phase, payment.is_too_late(self.now))) {
            Some((Phase::Cancelled, _)) => Err(Refusal::new("ORDER_IS_CANCELED")),
            Some((Phase::Failed, _) | (Phase::Open | Phase::Processing, true)) => Err(Refusal::with(
                "ORDER_IS_CLOSED",
                "the session is over; make another one with a new paymentRequestId".to_owned(),
            )),
            _ => self.session_reply(index),
        }
    }

    fn session_expiry(&self, fields: &mut Fields<'_>, is_repeat: bool) -> Time {
        let latest = self.now.after(millis(self.timings.session_expiry_ms));
        let Some(expiry) = iso_time(fields, "paymentSessionExpiryTime") else { return latest };
        if !is_repeat && (expiry <= self.now || expiry > latest) {
            fields.fault("paymentSessionExpiryTime does not lie within the next hour".to_owned());
        }
        expiry
    }

    fn session_reply(&self, index: usize) -> Result<Reply, Refusal> {
        let payment = self.payments.get(index).ok_or_else(|| Refusal::new("SYSTEM_ERROR"))?;
        let session = payment.session().ok_or_else(|| Refusal::new("REPEAT_REQ_INCONSISTENT"))?;
        let page = payment.payment_id.as_deref().filter(|_| session.scene == Scene::Checkout);
        Ok(Reply::success()
            .field("paymentSessionData", session.data)
            .field("paymentSessionId", session.id)
            .field("paymentSessionExpiryTime", session.expiry.to_wire())
            .field_if("normalUrl", page.map(|id| format!("{}/checkout/{id}", self.settings.base_url))))
    }
}

/// A buyer is there to use the session.
fn refuse_recurring(fields: &mut Fields<'_>) {
    let path = Meta::of(fields).member("recurringType");
    if fields.text(&path, 64).is_some() {
        fields.fault(format!("{path} is for pay, where no buyer is there"));
    }
}

/// `productScene`: what the buyer pays on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Scene {
    /// The client SDK's component of one method; the scene is not named.
    Component,
    /// The client SDK's element of all methods.
    Element,
    /// The hosted page of all methods.
    Checkout,
}

impl Scene {
    fn read(fields: &mut Fields<'_>) -> Self {
        match fields.text("productScene", 32) {
            Some("ELEMENT_PAYMENT") => Self::Element,
            Some("CHECKOUT_PAYMENT") => Self::Checkout,
            _ => Self::Component,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Component => "CASHIER_PAYMENT",
            Self::Element => "ELEMENT_PAYMENT",
            Self::Checkout => "CHECKOUT_PAYMENT",
        }
    }
}

/// What a session is for the merchant and its buyer.
pub(crate) struct Session {
    pub(crate) id: String,
    /// The first three parts of the data, by which the client SDK names the session.
    pub(crate) key: String,
    pub(crate) data: String,
    pub(crate) expiry: Time,
    scene: Scene,
}

impl Payment {
    /// The session, if the payment has one: the same texts whenever it is asked for.
    pub(crate) fn session(&self) -> Option<Session> {
        let Handout { seed, expiry, scene, .. } = self.handout()?;
        let mut random = Random::new(*seed);
        let id = STANDARD.encode(random.bytes(48));
        let key = format!("{}&&SG&&111", STANDARD.encode(random.bytes(64)));
        let data = format!("{key}&&{}", STANDARD.encode(sdk_part(self, *scene).to_string()));
        Some(Session { id, key, data, expiry: *expiry, scene: *scene })
    }
}

/// The fourth part of the session string, which the current web SDK reads.
fn sdk_part(payment: &Payment, scene: Scene) -> Value {
    let category = match scene {
        Scene::Element | Scene::Checkout => "ALL",
        Scene::Component if payment.is_card() => "CARD",
        Scene::Component => "APM",
    };
    json!({
        "paymentSessionConfig": {
            "productScene": scene.name(), "productSceneVersion": "1.0",
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
