//! The judge: compares what the merchant believes with what happened to the money, once everything is at rest.
//! It reads both books as plain JSON and shares no code with the domain; the gateway's ledger is the truth.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::Value;

use crate::world::{Fate, World};

/// One attempt in the gateway's ledger.
#[derive(Debug, Default, Clone)]
struct Truth {
    status: String,
    authorized: u64,
    captured: u64,
    refunded: u64,
    held: u64,
    cancels: u64,
    refunds: u64,
}

/// At the moment of shipping the gateway must have taken this order's money: in full, or up to the capture that the
/// shop's people asked for as the last one.
pub fn judge_shipping(world: &Arc<World>, order: &str, attempt: &str, minor: u64) {
    let ledger = world.gateway().ledger(None);
    let truth = attempts_of(&ledger, order).remove(attempt).unwrap_or_default();
    if truth.captured != minor {
        world.violation(format!(
            "{order} is shipped while {attempt} has captured {} of {minor}",
            truth.captured
        ));
    }
    if truth.captured != truth.authorized && !is_last_captured(world, attempt) {
        world.violation(format!(
            "{order} is shipped for a part of {attempt}: {} of {}, and nobody said that it is all",
            truth.captured, truth.authorized
        ));
    }
    if truth.status != "SUCCESS" {
        world.violation(format!("{order} is shipped while {attempt} is {}", truth.status));
    }
}

/// Everything that must hold once nothing moves any more. `orders` are the merchant's snapshots as JSON.
pub fn judge_at_rest(world: &Arc<World>, orders: &[Value]) {
    let ledger = world.gateway().ledger(None);
    for violation in ledger.get("violations").and_then(Value::as_array).into_iter().flatten() {
        if is_beyond_our_knowledge(world, violation) {
            continue;
        }
        world.violation(format!("the gateway complains: {violation}"));
    }
    let in_ledger = ledger.get("orders").and_then(Value::as_object);
    let mut unknown: Vec<&String> = in_ledger.into_iter().flat_map(|orders| orders.keys()).collect();
    for order in orders {
        let id = text(order, "/referenceOrderId");
        unknown.retain(|known| *known != id);
        judge_order(world, id, order, &attempts_of(&ledger, id));
    }
    for id in unknown {
        world.violation(format!("the gateway holds {id}, which is not in our books"));
    }
}

/// A capture of money that is reviewed, which nobody had told: whoever asks for it cannot know, and nothing comes of it.
fn is_beyond_our_knowledge(world: &World, violation: &Value) -> bool {
    let seen = world.seen();
    let attempt = seen.asked.get(text(violation, "/id")).map(|asked| &asked.attempt);
    text(violation, "/rule") == "capture_under_review"
        && attempt.is_some_and(|attempt| seen.quietly_reviewed.contains(attempt))
}

/// Without any answer to an inquiry, what the gateway told by itself must have been enough: whatever it settled by
/// success or failure is settled in our books, unless its own words contradicted each other.
pub fn judge_while_mute(world: &Arc<World>, orders: &[Value]) {
    let ledger = world.gateway().ledger(None);
    for order in orders {
        let truths = attempts_of(&ledger, text(order, "/referenceOrderId"));
        for attempt in list(order, "/attempts") {
            let name = text(attempt, "/paymentRequestId");
            let truth = truths.get(name).cloned().unwrap_or_default();
            let status = truth.status.as_str();
            let is_open = !matches!(text(attempt, "/payment/phase"), "succeeded" | "failed" | "cancelled");
            let is_disputed = attempt.pointer("/disputed") == Some(&Value::Bool(true));
            if matches!(status, "SUCCESS" | "FAIL") && is_open && !is_disputed {
                world.violation(format!(
                    "{name} is {status} at the gateway, and open in our books without inquiries"
                ));
            }
            let captured = sum_of(attempt, "/captures", "captured");
            let is_card = text(attempt, "/paymentMethodType") == "CARD";
            if is_card && status == "SUCCESS" && truth.captured > captured && !is_disputed {
                world.violation(format!(
                    "{name} has {} captured at the gateway, and {captured} in our books without inquiries",
                    truth.captured
                ));
            }
        }
    }
}

fn judge_order(world: &Arc<World>, id: &str, order: &Value, truths: &BTreeMap<String, Truth>) {
    let price = number(order, "/amount/value");
    let attempts = list(order, "/attempts");
    let mut unknown: Vec<&String> = truths.keys().collect();
    for attempt in attempts {
        let name = text(attempt, "/paymentRequestId");
        unknown.retain(|known| *known != name);
        let truth = truths.get(name).cloned().unwrap_or_default();
        judge_attempt(world, name, attempt, &truth, price);
    }
    for name in unknown {
        world.violation(format!("the gateway knows {name}, which is not in our books"));
    }
    let holding: Vec<&String> =
        truths.iter().filter(|(_, truth)| truth.held > 0).map(|(name, _)| name).collect();
    if holding.len() > 1 {
        world.violation(format!("{id}: several attempts hold money at rest: {holding:?}"));
    }
    let kept = attempts.iter().filter(|attempt| text(attempt, "/role") == "kept");
    for name in &holding {
        if !kept.clone().any(|attempt| text(attempt, "/paymentRequestId") == name.as_str()) {
            world.violation(format!("{id}: {name} holds money and is not the payment that we keep"));
        }
    }
    judge_shipped(world, id, truths);
}

/// What was shipped stays paid, unless the merchant's people gave the money back.
fn judge_shipped(world: &Arc<World>, id: &str, truths: &BTreeMap<String, Truth>) {
    let (attempt, is_returned) = {
        let seen = world.seen();
        let Some(attempt) = seen.shipped.get(id).cloned() else { return };
        let is_returned = seen.returned_by_merchant.contains(&attempt);
        (attempt, is_returned)
    };
    let held = truths.get(&attempt).map_or(0, |truth| truth.held);
    if held == 0 && !is_returned {
        world.violation(format!("{id} was shipped and {attempt} holds no money at rest"));
    }
}

fn judge_attempt(world: &Arc<World>, name: &str, attempt: &Value, truth: &Truth, price: u64) {
    if world.seen().paid_late.contains(name) {
        judge_late(world, name, truth);
        return;
    }
    let phase = text(attempt, "/payment/phase");
    let is_card = text(attempt, "/paymentMethodType") == "CARD";
    let cancelled_here = list(attempt, "/cancels").last().is_some_and(|it| text(it, "/phase") == "confirmed");
    let released_here = text(attempt, "/authorization/phase") == "released";
    let fits = match truth.status.as_str() {
        "" | "OPEN" => matches!(phase, "failed" | "cancelled"),
        "SUCCESS" => phase == "succeeded",
        "FAIL" => phase == "failed" || phase == "cancelled",
        "CANCELLED" => phase == "cancelled" || cancelled_here || released_here,
        _ => false,
    };
    if !fits {
        world.violation(format!("{name} is {phase} in our books and {:?} at the gateway", truth.status));
    }
    let captured_here = if is_card {
        sum_of(attempt, "/captures", "captured")
    } else if phase == "succeeded" && truth.status == "SUCCESS" {
        price
    } else {
        truth.captured
    };
    if captured_here != truth.captured {
        world.violation(format!(
            "{name}: {captured_here} captured in our books, {} at the gateway",
            truth.captured
        ));
    }
    let refunded_here = sum_of(attempt, "/refunds", "succeeded");
    if refunded_here != truth.refunded && !cancelled_here {
        world.violation(format!(
            "{name}: {refunded_here} refunded in our books, {} at the gateway",
            truth.refunded
        ));
    }
    if truth.captured > truth.authorized || truth.refunded > truth.captured {
        world.violation(format!(
            "{name}: more captured than authorized, or more refunded than captured: {truth:?}"
        ));
    }
    if truth.authorized > 0 && truth.authorized != price {
        world.violation(format!("{name}: {} authorized for a price of {price}", truth.authorized));
    }
    if is_card {
        judge_captures(world, name, truth, price);
    }
    if truth.cancels > 1 {
        world.violation(format!("{name} was cancelled {} times at the gateway", truth.cancels));
    }
    let by_merchant = world.seen().returned_by_merchant.contains(name);
    if text(attempt, "/role") == "surplus" && truth.refunds > 1 && !by_merchant {
        world.violation(format!("the surplus {name} was refunded {} times", truth.refunds));
    }
    if attempt.pointer("/disputed") == Some(&Value::Bool(true)) {
        world.violation(format!("{name} is still disputed at rest"));
    }
}

/// What came after a payment had ended goes back, by our cancel or in the end by the gateway itself. What the
/// merchant hears of it depends on when it asks.
fn judge_late(world: &Arc<World>, name: &str, truth: &Truth) {
    if truth.held > 0 {
        world.violation(format!("{name} was paid too late and holds {} at rest", truth.held));
    }
    if world.seen().shipped.values().any(|shipped| shipped == name) {
        world.violation(format!("{name} was paid too late and its order was shipped for it"));
    }
}

/// What the gateway took is what the shop's people asked for, each capture in its amount; all of it where they asked
/// for nothing else, and where the gateway captures by itself.
fn judge_captures(world: &Arc<World>, name: &str, truth: &Truth, price: u64) {
    let mut expected = 0_u64;
    for (id, minor) in done_captures(world, name) {
        let asked = world.seen().asked.get(&id).cloned();
        let wished = match &asked {
            Some(asked) if asked.attempt == name && asked.fate != Fate::Refused => {
                asked.minor.unwrap_or(price)
            }
            None if id.starts_with("AUTO") => price,
            _ => 0,
        };
        if wished != minor {
            world.violation(format!("{name}: {id} captured {minor}, and what was asked for was {asked:?}"));
        }
        expected = expected.saturating_add(minor);
    }
    if expected != truth.captured {
        world.violation(format!("{name}: {} captured by captures of {expected}", truth.captured));
    }
    if world.contract() == "full" && truth.captured > 0 && truth.captured != price {
        world.violation(format!("{name}: {} captured for a price of {price}", truth.captured));
    }
}

/// Whether the gateway has done a capture of this attempt that was to be the last one; with a contract for a single
/// capture each one is.
fn is_last_captured(world: &Arc<World>, attempt: &str) -> bool {
    let done = done_captures(world, attempt);
    let seen = world.seen();
    let mut asked = done.iter().filter_map(|(id, _)| seen.asked.get(id));
    asked.any(|asked| asked.is_last || world.contract() == "single")
}

/// The captures that the gateway has done of an attempt: id and amount.
fn done_captures(world: &Arc<World>, attempt: &str) -> Vec<(String, u64)> {
    let view = world.gateway().payment_view(None, attempt).unwrap_or_default();
    let is_done = |capture: &&Value| capture.pointer("/done") == Some(&Value::Bool(true));
    let done = list(&view, "/captures").iter().filter(is_done);
    done.map(|capture| (text(capture, "/captureRequestId").to_owned(), number(capture, "/amount"))).collect()
}

fn attempts_of(ledger: &Value, order: &str) -> BTreeMap<String, Truth> {
    let attempts = ledger.get("orders").and_then(|orders| orders.get(order));
    let attempts = attempts.and_then(|order| order.get("attempts")).and_then(Value::as_array);
    let minor = |attempt: &Value, name: &str| {
        attempt.get(name).and_then(Value::as_str).and_then(|text| text.parse().ok()).unwrap_or(0)
    };
    let read = |attempt: &Value| {
        let truth = Truth {
            status: text(attempt, "/status").to_owned(),
            authorized: minor(attempt, "authorized"),
            captured: minor(attempt, "captured"),
            refunded: minor(attempt, "refunded"),
            held: minor(attempt, "held"),
            cancels: number(attempt, "/executed/cancel"),
            refunds: number(attempt, "/executed/refund"),
        };
        (text(attempt, "/paymentRequestId").to_owned(), truth)
    };
    attempts.into_iter().flatten().map(read).collect()
}

fn sum_of(attempt: &Value, pointer: &str, phase: &str) -> u64 {
    let matching = list(attempt, pointer).iter().filter(|it| text(it, "/phase") == phase);
    matching.map(|it| number(it, "/amount/value")).fold(0, u64::saturating_add)
}

fn text<'a>(value: &'a Value, pointer: &str) -> &'a str {
    value.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
}

fn number(value: &Value, pointer: &str) -> u64 {
    let found = value.pointer(pointer);
    found
        .and_then(|found| found.as_u64().or_else(|| found.as_str().and_then(|text| text.parse().ok())))
        .unwrap_or(0)
}

fn list<'a>(value: &'a Value, pointer: &str) -> &'a [Value] {
    value.pointer(pointer).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}
