//! What clients and the gateway were told while things broke, held against the books and the gateway's ledger.
//! Making things break is the drills'.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::Value;

use crate::failure::{Failure, ensure};
use crate::http::{list_at, text_at};
use crate::ledger;
use crate::merchant::count_events;
use crate::stand::Stand;
use crate::waiting::{Look, until};

/// An order that a client was told to exist, with the one payment that it opened and its buyer made.
#[derive(Debug, Clone)]
pub struct Promise {
    /// The order.
    pub order: String,
    /// The payment.
    pub payment: String,
}

/// Everything that was promised under one load.
#[derive(Debug, Clone, Default)]
pub struct Promises {
    /// The orders.
    pub all: Vec<Promise>,
    /// How often clients had to ask again.
    pub tries_in_vain: usize,
}

impl Promises {
    /// Every order that was answered exists, with exactly the payment that was answered.
    pub fn intents_are_kept(&self, stand: &Stand) -> Result<(), Failure> {
        for promise in &self.all {
            let seen =
                stand.merchant().order(&promise.order)?.expect_status("a promised order exists", &[200])?;
            let attempts = list_at(&seen, "/attempts");
            let kept =
                attempts.len() == 1 && text_at(&seen, "/attempts/0/paymentRequestId") == promise.payment;
            ensure(kept, "a promised order has exactly the payment that was answered", &seen)?;
        }
        Ok(())
    }

    /// What the gateway was told to have been taken in stands in the timelines. Must be called while inquiries fail, so
    /// that nothing but notifications can have taught the service; returns how many were looked at.
    pub fn acknowledged_notifications_are_kept(&self, stand: &Stand) -> Result<usize, Failure> {
        let orders: BTreeMap<&str, &str> =
            self.all.iter().map(|promise| (promise.payment.as_str(), promise.order.as_str())).collect();
        let mut looked_at = 0;
        let mut timelines: BTreeMap<&str, Value> = BTreeMap::new();
        for told in stand.gateway().all_notifications()? {
            if text_at(&told, "/status") != "acknowledged" {
                continue;
            }
            let payment = [text_at(&told, "/paymentRequestId"), text_at(&told, "/body/paymentRequestId")];
            let Some((payment, order)) = payment.iter().find_map(|id| orders.get_key_value(id)) else {
                continue;
            };
            let seen = match timelines.get(order) {
                Some(seen) => seen,
                None => {
                    let seen = stand.merchant().order(order)?.expect_status("the order is shown", &[200])?;
                    timelines.entry(order).or_insert(seen)
                }
            };
            let event = match text_at(&told, "/notifyType") {
                "PAYMENT_RESULT" => "PaymentSucceeded",
                "CAPTURE_RESULT" => "CaptureSucceeded",
                _ => continue,
            };
            ensure(
                count_events(seen, event, payment) == 1,
                &format!("an acknowledged {event} is recorded once"),
                seen,
            )?;
            looked_at += 1;
        }
        Ok(looked_at)
    }

    /// Waits until every order is paid; `within` counts from now.
    pub fn all_are_paid(&self, stand: &Stand, within: Duration) -> Result<(), Failure> {
        let mut open: Vec<&Promise> = self.all.iter().collect();
        until("the payment of every order", within, || {
            let mut still = Vec::new();
            for promise in &open {
                let seen =
                    stand.merchant().order(&promise.order)?.expect_status("the order is shown", &[200])?;
                if text_at(&seen, "/phase") != "paid" {
                    still.push(*promise);
                }
            }
            open = still;
            let Some(first) = open.first() else { return Ok(Look::Found(())) };
            Ok(Look::NotYet(format!("{} orders are not paid, {} among them", open.len(), first.order)))
        })
    }

    /// Both books agree, and the gateway has done nothing twice.
    pub fn ledger_agrees(&self, stand: &Stand) -> Result<(), Failure> {
        ledger::must_agree(stand)?;
        let known = stand.gateway().payments()?.len();
        let promised = self.all.len();
        if known == promised {
            return Ok(());
        }
        Err(Failure::step(format!("the gateway knows the {promised} promised payments and no other"), known))
    }
}
