//! Load: clients that create orders and pay them, one after the other, through whatever breaks meanwhile.
//! What they were told is kept as promises; what broke, and whether the promises hold, is left to others.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread::{JoinHandle, sleep};
use std::time::Duration;

use serde_json::Value;

use super::promises::{Promise, Promises};
use crate::failure::Failure;
use crate::gateway::Gateway;
use crate::http::{Answer, text_at};
use crate::merchant::{Merchant, order_body, session_body};
use crate::waiting::{Look, until};

/// Longer than any drill keeps a service, or the answers of its gateway, away.
const PATIENCE: Duration = Duration::from_secs(300);
/// Between two tries of one client.
const PAUSE: Duration = Duration::from_millis(20);

/// One client of the shop, which insists: what is not answered is asked again under the same id.
#[derive(Debug, Clone)]
pub struct Client {
    merchant: Merchant,
    gateway: Gateway,
    /// How often an answer did not come or was no answer, over all clients of a load.
    tries_in_vain: Arc<AtomicUsize>,
}

/// Clients at work on threads of their own.
#[derive(Debug)]
pub struct Load {
    goes_on: Arc<AtomicBool>,
    clients: Vec<JoinHandle<Result<Vec<Promise>, Failure>>>,
    tries_in_vain: Arc<AtomicUsize>,
}

impl Client {
    /// A client of this service; the buyer acts at this gateway.
    pub fn new(merchant: &Merchant, gateway: &Gateway) -> Client {
        Client { merchant: merchant.clone(), gateway: gateway.clone(), tries_in_vain: Arc::default() }
    }

    /// Creates an order and a payment of it, and lets the buyer pay.
    pub fn buy(&self, order: &str) -> Result<Promise, Failure> {
        let payment = self.open(order)?;
        self.pay(&payment)?;
        Ok(Promise { order: order.to_owned(), payment })
    }

    /// Creates an order and a payment of it, until the buyer's client has what it needs.
    pub fn open(&self, order: &str) -> Result<String, Failure> {
        self.insist("the order is created", || self.merchant.create_order(&order_body(order, "1000")))?;
        let path = format!("/v1/orders/{order}/payments");
        let opened = self.insist("the payment is opened", || {
            self.merchant.post_once(&path, &session_body("AUTOMATIC"), order)
        })?;
        let payment = text_at(&opened, "/paymentRequestId");
        if payment.is_empty() {
            Err(Failure::step("an opened payment has an id", &opened))
        } else {
            Ok(payment.to_owned())
        }
    }

    /// The buyer pays.
    pub fn pay(&self, payment: &str) -> Result<(), Failure> {
        self.gateway.complete(payment, "success").map(drop)
    }

    /// Asks until the answer is 200 or 201. A broken connection, 202 and 5xx mean "ask again"; anything else is a
    /// failure, since no client did anything wrong.
    fn insist(&self, what: &str, ask: impl Fn() -> Result<Answer, Failure>) -> Result<Value, Failure> {
        until(what, PATIENCE, || {
            let again = |seen: String| {
                self.tries_in_vain.fetch_add(1, Ordering::Relaxed);
                pause(PAUSE);
                Ok(Look::NotYet(seen))
            };
            match ask() {
                Ok(answer) if matches!(answer.status, 200 | 201) => Ok(Look::Found(answer.json)),
                Ok(answer) if answer.status == 202 || answer.status >= 500 => again(answer.text),
                Ok(answer) => Err(Failure::step(what, format_args!("{} {}", answer.status, answer.text))),
                Err(Failure::Call { source, .. }) => again(source.to_string()),
                Err(other) => Err(other),
            }
        })
    }
}

impl Load {
    /// Starts this many clients; their orders begin with `about`.
    pub fn start(merchant: &Merchant, gateway: &Gateway, about: &str, clients: usize) -> Load {
        let goes_on = Arc::new(AtomicBool::new(true));
        let client = Client::new(merchant, gateway);
        let tries_in_vain = Arc::clone(&client.tries_in_vain);
        let clients = (0..clients)
            .map(|number| {
                let (client, goes_on) = (client.clone(), Arc::clone(&goes_on));
                let about = format!("{about}-{number}");
                std::thread::spawn(move || {
                    let mut promises = Vec::new();
                    while goes_on.load(Ordering::Relaxed) {
                        promises.push(client.buy(&format!("{about}-{}", promises.len()))?);
                    }
                    Ok(promises)
                })
            })
            .collect();
        Load { goes_on, clients, tries_in_vain }
    }

    /// Lets every client finish what it is doing, and collects what they were told.
    pub fn stop(self) -> Result<Promises, Failure> {
        self.goes_on.store(false, Ordering::Relaxed);
        let mut all = Vec::new();
        for client in self.clients {
            let promises =
                client.join().unwrap_or_else(|_| Err(Failure::step("a client goes on", "a panic")));
            all.extend(promises?);
        }
        Ok(Promises { all, tries_in_vain: self.tries_in_vain.load(Ordering::Relaxed) })
    }
}

/// Lets time pass.
#[expect(
    clippy::disallowed_methods,
    reason = "load and drills take their time; nothing is concluded from it"
)]
pub(crate) fn pause(time: Duration) {
    sleep(time);
}
