//! What befalls an attempt beyond what its buyer and the shop's usual staff do: reviews, results without a buyer, captures
//! and refunds that fail or take long, success that comes too late, an operation that is out of order, and a clerk who
//! asks for things twice. How the gateway carries it out is its core's; what the merchant makes of it is the domain's.

use std::sync::Arc;

use antom_core::id::{CaptureRequestId, PaymentRequestId, ReferenceOrderId, RefundRequestId};
use antom_core::money::{Currency, Money};
use antom_domain::order::Command;
use antom_domain::payment::PaymentPhase;
use antom_domain::port::OrderStore as _;
use antom_simulator::core::Gateway;
use serde_json::{Map, Value, json};

use crate::delivery;
use crate::executor::WORLD;
use crate::journey;
use crate::world::{Asked, CLIENT, Fate, World};

const SECOND: u64 = 1_000;
const HOUR: u64 = 3_600 * SECOND;

/// Draws the fate of an attempt before it is opened. Most attempts have none.
pub fn draw(world: &Arc<World>, order: &ReferenceOrderId, attempt: &PaymentRequestId) {
    let random = &world.random;
    // A merchant who never hears of anything does not ask again after the end: that is for reconciliation.
    let is_late = random.chance(60) && !world.profile().is_deaf;
    let areas = arrangement(world, is_late);
    if areas.contains_key("review") && areas.contains_key("pay") {
        world.seen().quietly_reviewed.insert(attempt.to_string());
    }
    if !areas.is_empty() {
        world.count_fault();
        world.note("fate", attempt.as_str(), "");
        let now = world.gateway_now();
        let arranged = world.gateway().arrange(now, None, CLIENT, attempt.as_str(), &Value::from(areas));
        if let Err(fault) = arranged {
            world.violation(format!("the simulator refuses to arrange the fate of {attempt}: {fault}"));
        }
    }
    if is_late {
        begin_late_success(world, order, attempt);
    }
    if random.chance(60) {
        hire_a_clerk(world, order, attempt);
    }
    if random.chance(10) {
        put_out_of_order(world);
    }
}

fn arrangement(world: &World, is_late: bool) -> Map<String, Value> {
    let random = &world.random;
    let mut areas = Map::new();
    let mut add = |name: &str, area: Value| drop(areas.insert(name.to_owned(), area));
    let is_reviewed = random.chance(60);
    if is_reviewed {
        let decision = random.one_of(&["ACCEPT", "REJECT"], "ACCEPT");
        let after = random.one_of(&[5 * SECOND, 600 * SECOND, 3 * HOUR], 5 * SECOND);
        add("review", json!({"decision": decision, "afterMs": after}));
    }
    // The answer of `pay` does not tell of a review: the merchant hears of it later.
    if random.chance(if is_reviewed { 600 } else { 80 }) {
        let outcome = random.one_of(&["success", "success", "fail", "pending"], "success");
        let after = random.one_of(&[0, SECOND, 20 * SECOND], 0);
        add("pay", json!({"result": {"outcome": outcome, "afterMs": after}}));
    } else if random.chance(40) {
        let answer = random.one_of(&["unknown", "fail"], "unknown");
        add("pay", json!({"answer": answer, "withUrl": answer == "unknown"}));
    }
    // The gateway captures nothing that it reviews. An inquiry does not list a capture that was refused, so that a dispute
    // over an odd message would then be left to people.
    let is_odd = world.profile().odd_message > 0;
    if !is_reviewed && random.chance(80) {
        let failed_later = json!({"outcome": "fail", "afterMs": 8 * SECOND});
        add("capture", if is_odd { failed_later } else { movements(world) });
    }
    // What came too late the gateway itself sends back after a day, and the merchant's own refund must not wait for that.
    if !is_late && random.chance(80) {
        add("refund", movements(world));
    }
    areas
}

/// How the first captures, or refunds, end.
fn movements(world: &World) -> Value {
    let one = || {
        let outcome = world.random.one_of(&["succeed", "fail", "refuse", "fail"], "succeed");
        let after = world.random.one_of(&[0, 2 * SECOND, 8 * SECOND, 20 * SECOND, 900 * SECOND, 5 * HOUR], 0);
        json!({"outcome": outcome, "afterMs": after})
    };
    Value::from(vec![one(), one(), one()])
}

/// The method pays although the payment was closed or cancelled, and the merchant knows it; where it was not, nothing
/// happens. What the merchant hears first as a success is one, and what the gateway sends back of it without being
/// asked is a matter of reconciliation.
fn begin_late_success(world: &Arc<World>, order: &ReferenceOrderId, attempt: &PaymentRequestId) {
    let (there, order, attempt) = (Arc::clone(world), order.clone(), attempt.clone());
    let waits = [60 * SECOND, 1_000 * SECOND, 2 * HOUR, 5 * HOUR];
    world.handle.spawn(WORLD, async move {
        for wait in waits {
            there.handle.sleep(there.random.between(wait / 2, wait)).await;
            if !has_ended_here(&there, &order, &attempt).await {
                continue;
            }
            let now = there.gateway_now();
            let done = control(&there, |gateway| gateway.succeed_late(now, None, attempt.as_str()).is_ok());
            if done {
                there.count_fault();
                there.seen().paid_late.insert(attempt.to_string());
                there.note("late success", attempt.as_str(), "");
                return;
            }
        }
    });
}

async fn has_ended_here(world: &World, order: &ReferenceOrderId, attempt: &PaymentRequestId) -> bool {
    let stored = world.store.load(order).await.ok().flatten();
    let phase = stored.and_then(|stored| Some(stored.order.attempt(attempt)?.payment.phase));
    matches!(phase, Some(PaymentPhase::Failed | PaymentPhase::Cancelled))
}

/// Somebody who asks for the same things again, whatever became of them.
fn hire_a_clerk(world: &Arc<World>, order: &ReferenceOrderId, attempt: &PaymentRequestId) {
    let (there, order, id) = (Arc::clone(world), order.clone(), attempt.clone());
    world.handle.spawn(WORLD, async move {
        let random = &there.random;
        let Some(command) = wished(&there, random.below(3), &id) else { return };
        for wait in [25, 60, 2, 1, 600, 3_600] {
            there.handle.sleep(random.below(wait * SECOND)).await;
            // What people ask for is theirs to answer for.
            there.seen().returned_by_merchant.insert(id.to_string());
            journey::command(&there, &order, command.clone()).await;
        }
    });
}

fn wished(world: &World, wish: u64, id: &PaymentRequestId) -> Option<Command> {
    let payment_request_id = id.clone();
    let little = Money::from_minor(Currency::parse("USD").ok()?, 40).ok()?;
    Some(match wish {
        0 => Command::Cancel { payment_request_id },
        1 => {
            let capture_request_id = CaptureRequestId::parse(format!("C-{id}")).ok()?;
            let amount = (world.contract() != "full").then_some(little);
            // Among six answers to the same wish each one may be the one that counts.
            let minor = amount.map(Money::minor_units);
            let asked = Asked { attempt: id.to_string(), minor, is_last: false, fate: Fate::Unknown };
            world.seen().asked.insert(capture_request_id.to_string(), asked);
            Command::Capture { payment_request_id, capture_request_id, amount, is_last: false }
        }
        _ => {
            let refund_request_id = RefundRequestId::parse(format!("R-{id}")).ok()?;
            Command::Refund { payment_request_id, refund_request_id, amount: little, reason: None }
        }
    })
}

/// For half an hour every call of one operation gets an unknown outcome.
fn put_out_of_order(world: &Arc<World>) {
    let apis = ["pay", "capture", "cancel", "refund", "inquiryPayment", "inquiryRefund"];
    let api = world.random.one_of(&apis, "cancel");
    let scenario = json!({"api": api, "resultCode": "UNKNOWN_EXCEPTION", "minutes": 30});
    let now = world.gateway_now();
    world.count_fault();
    world.note("out of order", api, "");
    if let Err(fault) = world.gateway().start_scenario(now, scenario) {
        world.violation(format!("the simulator refuses to put {api} out of order: {fault}"));
    }
}

/// Does something at the gateway that no call of the merchant does, and lets its notifications set out.
fn control<T>(world: &Arc<World>, act: impl FnOnce(&mut Gateway) -> T) -> T {
    let (done, sends) = {
        let mut gateway = world.gateway();
        let done = act(&mut gateway);
        (done, gateway.take_sends())
    };
    delivery::send_out(world, sends);
    done
}
