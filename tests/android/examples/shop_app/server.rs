//! The shop's own server, as far as the app needs it: orders, and payments of them through the service's merchant API.
//! The API key stays here; the app gets addresses with a token, and no more.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use antom_tests::Failure;
use antom_tests::http::text_at;
use antom_tests::merchant::{Merchant, order_body};
use serde_json::{Value, json};

/// How the buyer wants to pay.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Way {
    /// A card, in the SDK's form.
    Card,
    /// The same with 3-D Secure.
    SecureCard,
    /// A card, on the gateway's page (hosted mode).
    CardOnPage,
    /// A wallet app (hosted mode).
    Wallet,
}

/// Where the app goes on with a payment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Payment {
    /// The attempt's id, for support.
    pub(crate) payment_request_id: String,
    /// `POST {checkoutUrl}/session` says whether the buyer may pay, and hands out what for.
    pub(crate) checkout_url: String,
    /// `POST {statusUrl}/events` takes what the SDK reported and answers what is true.
    pub(crate) status_url: String,
}

/// The shop's server.
#[derive(Debug)]
pub(crate) struct ShopServer {
    merchant: Merchant,
    /// Which try to pay an order is the current one; a real server has it in its database.
    tries: Mutex<BTreeMap<String, u32>>,
}

impl ShopServer {
    /// With the shop's API key.
    pub(crate) fn new(merchant: &Merchant) -> Self {
        Self { merchant: merchant.clone(), tries: Mutex::default() }
    }

    /// The buyer orders something.
    pub(crate) fn order(&self, order: &str, value: &str) -> Result<(), Failure> {
        self.merchant.create_order(&order_body(order, value))?.expect_status("an order", &[201]).map(drop)
    }

    /// The buyer wants to pay: the payment to go on with, or nothing where the order is paid.
    ///
    /// The `Idempotency-Key` names the order, the way and the try, so that two taps, or a second phone, get the same payment. A
    /// new try begins only where the service says that the last one has ended.
    pub(crate) fn pay(&self, order: &str, way: Way) -> Result<Option<Payment>, Failure> {
        let path = format!("/v1/orders/{order}/payments");
        loop {
            let seen = self.merchant.order(order)?.expect_status("the order is shown", &[200])?;
            if matches!(text_at(&seen, "/phase"), "authorized" | "paid") {
                return Ok(None);
            }
            let number = self.current_try(order);
            let answer = self.merchant.post_once(&path, &body(way), &format!("{order}-{way:?}-{number}"))?;
            let has_ended = match answer.status {
                409 => ["session_expired", "conflict"].contains(&text_at(&answer.json, "/code")),
                422 => text_at(&answer.json, "/code") == "refused_by_gateway",
                _ => false,
            };
            if !has_ended || number >= MOST_TRIES {
                let opened = answer.expect_status("a payment is opened", &[200, 201, 202])?;
                return Ok(Some(payment(&opened)));
            }
            self.next_try(order, number);
        }
    }

    fn current_try(&self, order: &str) -> u32 {
        let tries = self.tries.lock().unwrap_or_else(PoisonError::into_inner);
        tries.get(order).copied().unwrap_or(1)
    }

    /// Two calls that saw the same try end begin the same next one.
    fn next_try(&self, order: &str, ended: u32) {
        self.tries.lock().unwrap_or_else(PoisonError::into_inner).insert(order.to_owned(), ended + 1);
    }
}

/// As many as the service allows for an order.
const MOST_TRIES: u32 = 20;

/// On Android, `terminalType` is `APP` and `osType` is `ANDROID`, in both modes.
fn body(way: Way) -> Value {
    let (integration, method) = match way {
        Way::Card | Way::SecureCard => ("session", "CARD"),
        Way::CardOnPage => ("hosted", "CARD"),
        Way::Wallet => ("hosted", "ALIPAY_CN"),
    };
    let mut body = json!({
        "integration": integration, "paymentMethodType": method, "terminalType": "APP", "osType": "ANDROID",
    });
    if way == Way::SecureCard
        && let Some(members) = body.as_object_mut()
    {
        members.insert("card".to_owned(), json!({"is3DSAuthentication": true}));
    }
    body
}

fn payment(opened: &Value) -> Payment {
    let text = |pointer| text_at(opened, pointer).to_owned();
    Payment {
        payment_request_id: text("/paymentRequestId"),
        checkout_url: text("/checkoutUrl"),
        status_url: text("/statusUrl"),
    }
}
