//! What befalls an attempt at the gateway's side beyond what its buyer does: reviews, answers that leave things open,
//! captures and refunds that fail or take long, and success that comes too late.
//! How the gateway carries it out is its core's; what the merchant makes of it is the domain's.

use std::sync::Arc;

use antom_core::id::PaymentRequestId;
use serde_json::{Map, Value, json};

use crate::delivery;
use crate::executor::WORLD;
use crate::world::{CLIENT, World};

const SECOND: u64 = 1_000;
const HOUR: u64 = 3_600 * SECOND;

/// Draws the fate of an attempt before it is opened. Most attempts have none.
pub fn draw(world: &Arc<World>, attempt: &PaymentRequestId) {
    let random = &world.random;
    let mut areas = Map::new();
    if random.chance(100) {
        let decision = random.one_of(&["ACCEPT", "REJECT"], "ACCEPT");
        let after = random.one_of(&[0, 5 * SECOND, 600 * SECOND, 3 * HOUR], 0);
        areas.insert("review".to_owned(), json!({"decision": decision, "afterMs": after}));
    }
    if random.chance(100) {
        let answer = random.one_of(&["unknown", "unknown", "fail"], "unknown");
        areas.insert("pay".to_owned(), json!({"answer": answer, "withUrl": answer == "unknown"}));
    }
    for area in ["capture", "refund"] {
        if random.chance(120) {
            let fates: Vec<Value> = (0..3).map(|_| movement(world)).collect();
            areas.insert(area.to_owned(), Value::from(fates));
        }
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
    if random.chance(150) {
        begin_late_success(world, attempt);
    }
}

/// How one capture or refund ends.
fn movement(world: &World) -> Value {
    let outcome = world.random.one_of(&["succeed", "fail", "refuse", "fail"], "succeed");
    json!({"outcome": outcome, "afterMs": world.random.one_of(&[0, 2 * SECOND, 900 * SECOND, 5 * HOUR], 0)})
}

/// The method pays although the payment was closed or cancelled meanwhile; where it was not, nothing happens.
fn begin_late_success(world: &Arc<World>, attempt: &PaymentRequestId) {
    let (there, attempt) = (Arc::clone(world), attempt.clone());
    let waits = [60 * SECOND, 1_000 * SECOND, 2 * HOUR, 5 * HOUR];
    world.handle.spawn(WORLD, async move {
        for wait in waits {
            there.handle.sleep(there.random.between(wait / 2, wait)).await;
            let now = there.gateway_now();
            let (done, sends) = {
                let mut gateway = there.gateway();
                let done = gateway.succeed_late(now, None, attempt.as_str());
                (done, gateway.take_sends())
            };
            delivery::send_out(&there, sends);
            if done.is_ok() {
                there.count_fault();
                there.note("late success", attempt.as_str(), "");
                return;
            }
        }
    });
}
