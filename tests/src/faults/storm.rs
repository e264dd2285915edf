//! The drill "storm": the gateway answers with errors, too late, not at all or twice, and then calms down.
//! How often a call may be repeated meanwhile is what the service's own policy says.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::{Client, Figures, Outcome, Profile, Promise, Promises};
use crate::failure::Failure;
use crate::stand::{Stand, StandOptions};

const CLIENTS: usize = 64;
/// After the storm everything must be paid within this time.
const CONVERGES_WITHIN: Duration = Duration::from_secs(60);
/// The storm lasts until every payment was begun in it, and no longer than this.
const LONGEST_STORM: Duration = Duration::from_secs(180);

pub(super) fn run(profile: Profile) -> Result<Outcome, Failure> {
    let options = StandOptions {
        // A timeout of the gateway costs a slot of the worker for as long as the service waits.
        service_environment: vec![("ANTOM__GATEWAY__TIMEOUT".to_owned(), "2s".to_owned())],
        simulator_arguments: vec!["--journal".to_owned(), "1000000".to_owned()],
        ..StandOptions::default()
    };
    let stand = Stand::start_with(&options)?;
    weather(&stand, profile.choose(150, 1_000)).map_err(|failure| failure.beside(&stand.log_ends()))
}

fn weather(stand: &Stand, payments: usize) -> Result<Outcome, Failure> {
    stand.gateway().plant_faults(&storm())?;
    let next = AtomicUsize::new(0);
    let promises = Mutex::new(Promises::default());
    let started = now();
    let calm_at = std::thread::scope(|scope| -> Result<Instant, Failure> {
        let clients: Vec<_> =
            (0..CLIENTS).map(|_| scope.spawn(|| shop(stand, payments, &next, &promises))).collect();
        while next.load(Ordering::Relaxed) < payments && started.elapsed() < LONGEST_STORM {
            super::load::pause(Duration::from_millis(50));
        }
        stand.gateway().clear_faults()?;
        let calm_at = now();
        for client in clients {
            client.join().unwrap_or_else(|_| Err(Failure::step("a client goes on", "a panic")))?;
        }
        Ok(calm_at)
    })?;
    let promises = promises.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
    promises.all_are_paid(stand, CONVERGES_WITHIN.saturating_sub(calm_at.elapsed()))?;
    let took = calm_at.elapsed();
    if took > CONVERGES_WITHIN {
        let what = format!("everything is paid within {} s of calm", CONVERGES_WITHIN.as_secs());
        return Err(Failure::step(what, format_args!("{:.1} s", took.as_secs_f32())));
    }
    promises.intents_are_kept(stand)?;
    promises.ledger_agrees(stand)?;
    let (most, bound) = (most_calls(stand)?, bound_of(stand, started.elapsed())?);
    if most > bound {
        return Err(Failure::step(format!("no payment causes more than {bound} calls"), most));
    }
    Ok(Outcome::Held(
        Figures::default()
            .with("payments", promises.all.len())
            .with("storm of", format_args!("{} s", (calm_at - started).as_secs()))
            .with("converged within", format_args!("{:.1} s of calm", took.as_secs_f32()))
            .with("most calls for one payment", format_args!("{most} (bound {bound})")),
    ))
}

/// One client of many: takes the next order and buys it.
fn shop(
    stand: &Stand,
    payments: usize,
    next: &AtomicUsize,
    promises: &Mutex<Promises>,
) -> Result<(), Failure> {
    let client = Client::new(stand.merchant(), stand.gateway());
    loop {
        let number = next.fetch_add(1, Ordering::Relaxed);
        if number >= payments {
            return Ok(());
        }
        let promise: Promise = client.buy(&format!("storm-{number}"))?;
        promises.lock().unwrap_or_else(std::sync::PoisonError::into_inner).all.push(promise);
    }
}

/// 30 % errors, 20 % timeouts, 10 % lost answers, 10 % duplicates. Rules are asked one after the other, so each has the
/// probability that gives its share of what the earlier ones left.
fn storm() -> Value {
    let rule =
        |probability: &str, what: Value| json!({"target": "*", "probability": probability, "do": what});
    json!([
        rule("0.3", json!({"kind": "status", "status": 503})),
        rule("0.286", json!({"kind": "timeout_before_effect", "ms": 3_000})),
        rule("0.2", json!({"kind": "drop", "effect": true})),
        rule("0.25", json!({"kind": "duplicate"})),
    ])
}

/// The most calls of any kind that one payment caused.
fn most_calls(stand: &Stand) -> Result<usize, Failure> {
    let mut calls = std::collections::BTreeMap::<String, usize>::new();
    for call in stand.gateway().all_calls()? {
        let payment = crate::http::text_at(&call.request, "/paymentRequestId").to_owned();
        *calls.entry(payment).or_default() += 1;
    }
    Ok(calls.into_values().max().unwrap_or(0))
}

/// What the service's policy allows for one payment with automatic capture: the tries of its opening, and inquiries.
fn bound_of(stand: &Stand, lasted: Duration) -> Result<usize, Failure> {
    let told = stand.check_config()?;
    let bound = |name: &str| -> Result<usize, Failure> {
        let value = told.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(" = ")?.parse().ok());
        value.ok_or_else(|| Failure::step(format!("check-config tells {name}"), &told))
    };
    let within_2min =
        bound("bound.tries_of_a_call_within_2min")?.saturating_add(bound("bound.inquiries_within_2min")?);
    let spans = usize::try_from(lasted.as_secs() / 120).unwrap_or(usize::MAX).saturating_add(1);
    Ok(within_2min.saturating_mul(spans))
}

#[expect(clippy::disallowed_methods, reason = "how fast the service converges is what is measured")]
fn now() -> Instant {
    Instant::now()
}
