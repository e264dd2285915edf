//! Two instances of the service over one PostgreSQL database and one gateway: either does what the other left.
//! Conflicts, leases and faults of the store alone are told by the store's own tests.
//!
//! The server is always made here, from `initdb`: two whole services must not meet whatever else a given server holds.

use std::time::Duration;

use antom_tests::faults::Load;
use antom_tests::flows::{
    Opened, Steps, hosted_manual_capture, session_automatic_capture, surplus_is_cancelled,
};
use antom_tests::http::{list_at, text_at};
use antom_tests::merchant::hosted_body;
use antom_tests::postgres::Cluster;
use antom_tests::waiting::{Look, PATIENCE, until};
use antom_tests::{Failure, Proof, Stand, StandOptions, ensure, ledger, skip};
use serde_json::{Value, json};

/// Longer than the test needs to act, shorter than the service's API timeout of 10 s.
const SLOW_MS: u64 = 6_000;

/// A server, and the settings of services that use it and sweep often.
fn over_postgres() -> Result<Option<(Cluster, StandOptions)>, Failure> {
    let Some(cluster) = Cluster::start()? else {
        skip::note("two instances over PostgreSQL: no initdb and pg_ctl")?;
        return Ok(None);
    };
    let settings =
        [("ANTOM__DATABASE__URL", cluster.url()), ("ANTOM__PAYMENT__POLLING__SWEEP", "8s".to_owned())];
    let service_environment = settings.map(|(name, value)| (name.to_owned(), value)).to_vec();
    Ok(Some((cluster, StandOptions { service_environment, ..StandOptions::default() })))
}

#[test]
fn the_main_flows_hold_over_postgres_whichever_instance_is_asked() -> Proof {
    let Some((_cluster, options)) = over_postgres()? else { return Ok(()) };
    Stand::prove_with(&options, |stand| {
        stand.start_other_service()?;
        session_automatic_capture(stand)?;
        surplus_is_cancelled(stand)?;
        stand.turn_to_other_service();
        hosted_manual_capture(stand)?;

        // Begun by one, paid while both watch, finished by the other.
        let order = Steps::on(stand).create_order("both", "1000")?;
        let opened = Steps::on(stand).open_session(&order, "MANUAL")?;
        Steps::on(stand).buyer(&opened, "success")?;
        stand.turn_to_other_service();
        Steps::on(stand).wait_for_event(&opened, "AuthorizationHeld")?;
        stand.merchant().capture(&opened.payment, None)?.expect_status("the other captures", &[200, 202])?;
        stand.turn_to_other_service();
        Steps::on(stand).wait_until_shippable(&order)?;
        Steps::on(stand).judge(&opened, &json!({"captured": "1000", "held": "1000"}))?;
        ledger::must_agree(stand)
    })
}

//= B-8 test
#[test]
fn a_living_instance_finishes_what_a_killed_one_left_and_repeats_its_call_with_the_same_id() -> Proof {
    let Some((_cluster, options)) = over_postgres()? else { return Ok(()) };
    Stand::prove_with(&options, |stand| {
        stand.start_other_service()?;
        let watched = Steps::on(stand).create_order("watched", "1000")?;
        let watched = Steps::on(stand).open_session(&watched, "AUTOMATIC")?;
        let order = Steps::on(stand).create_order("calling", "1000")?;
        let slow = json!([{"target": "pay", "do": {"kind": "latency", "ms": SLOW_MS}}]);
        stand.gateway().plant_faults(&slow)?;
        let path = format!("/v1/orders/{order}/payments");
        let connection = stand.merchant().post_and_hold(&path, &hosted_body("AUTOMATIC"), "calling-1")?;
        let calling = only_attempt(stand, &order)?;
        stand.gateway().wait_for_payment(&calling.payment)?;
        stand.kill_service()?;
        drop(connection);
        stand.gateway().clear_faults()?;
        stand.turn_to_other_service();

        // Its notifications go to the dead instance's address: nobody but the sweep can learn this.
        Steps::on(stand).buyer(&watched, "success")?;
        Steps::on(stand).wait_until_shippable(&watched.order)?;

        Steps::on(stand).wait_for_event(&calling, "HandoutReceived")?;
        let calls = stand.gateway().calls("pay", &calling.payment)?;
        let same = calls.len() > 1 && calls.iter().all(|call| call.request == calls[0].request);
        ensure(same, "the call was repeated with the same content", &json!(calls.len()))?;
        Steps::on(stand).buyer(&calling, "success")?;
        Steps::on(stand).wait_until_shippable(&order)?;
        for paid in [&watched, &calling] {
            let executed = json!({"pay": 1, "capture": 1, "cancel": 0, "refund": 0});
            Steps::on(stand)
                .judge(paid, &json!({"captured": "1000", "held": "1000", "executed": executed}))?;
        }
        ledger::must_agree(stand)
    })
}

/// The promise after a SIGKILL.
const TAKEN_UP_WITHIN: Duration = Duration::from_secs(10);
const CLIENTS: usize = 8;

//= B-8 test
#[test]
fn another_instance_takes_up_the_calls_of_a_killed_one_within_ten_seconds() -> Proof {
    let Some((_cluster, options)) = over_postgres()? else { return Ok(()) };
    Stand::prove_with(&options, |stand| {
        stand.start_other_service()?;
        let load = kill_with_calls_under_way(stand)?;
        stand.turn_to_other_service();
        all_are_opened(stand)?;
        stand.turn_to_other_service();
        stand.start_service_again()?;
        everything_held(stand, load)
    })
}

//= B-8 test
#[test]
fn the_only_instance_takes_up_its_calls_within_ten_seconds_of_its_return() -> Proof {
    let Some((_cluster, options)) = over_postgres()? else { return Ok(()) };
    Stand::prove_with(&options, |stand| {
        let load = kill_with_calls_under_way(stand)?;
        stand.start_service_again()?;
        all_are_opened(stand)?;
        everything_held(stand, load)
    })
}

/// Every client of the first instance has an opening under way when it dies; afterwards the gateway is quick again.
fn kill_with_calls_under_way(stand: &mut Stand) -> Result<Load, Failure> {
    let slow = json!([{"target": "createPaymentSession", "do": {"kind": "latency", "ms": SLOW_MS}}]);
    stand.gateway().plant_faults(&slow)?;
    let load = Load::start(stand.merchant(), stand.gateway(), "held", CLIENTS);
    until("an opening of every client", PATIENCE, || {
        let known = stand.gateway().payments()?.len();
        Ok(if known == CLIENTS { Look::Found(()) } else { Look::NotYet(known.to_string()) })
    })?;
    stand.kill_service()?;
    stand.gateway().clear_faults()?;
    Ok(load)
}

/// The first order of every client gets the answer of its opening.
fn all_are_opened(stand: &Stand) -> Result<(), Failure> {
    until("the openings, made again", TAKEN_UP_WITHIN, || {
        for client in 0..CLIENTS {
            let order = Steps::on(stand).order(&format!("held-{client}-0"))?;
            let is_open = |entry: &Value| text_at(entry, "/event") == "HandoutReceived";
            if !list_at(&order, "/timeline").iter().any(is_open) {
                return Ok(Look::NotYet(order.to_string()));
            }
        }
        Ok(Look::Found(()))
    })
}

fn everything_held(stand: &Stand, load: Load) -> Result<(), Failure> {
    let promises = load.stop()?;
    ensure(promises.all.len() >= CLIENTS, "every client got its order", &json!(promises.all.len()))?;
    promises.intents_are_kept(stand)?;
    promises.all_are_paid(stand, PATIENCE)?;
    let calls = stand.gateway().all_calls()?;
    for promise in promises.all.iter().filter(|promise| promise.order.ends_with("-0")) {
        let own: Vec<_> = calls
            .iter()
            .filter(|call| call.operation == "createPaymentSession" && call.text.contains(&promise.payment))
            .collect();
        let same =
            own.len() == 2 && own.iter().zip(own.iter().skip(1)).all(|(one, other)| one.text == other.text);
        ensure(same, "the opening was made twice with the same bytes", &json!(own.len()))?;
    }
    promises.ledger_agrees(stand)
}

/// Waits until the order has an attempt, and demands that it has no second one.
fn only_attempt(stand: &Stand, order: &str) -> Result<Opened, Failure> {
    let answer = until("the attempt in the books", PATIENCE, || {
        let seen = Steps::on(stand).order(order)?;
        let attempts = list_at(&seen, "/attempts").len();
        ensure(attempts < 2, "there is one attempt", &seen)?;
        Ok(if attempts == 1 { Look::Found(seen) } else { Look::NotYet(seen.to_string()) })
    })?;
    let payment = text_at(&answer, "/attempts/0/paymentRequestId").to_owned();
    Ok(Opened { order: order.to_owned(), payment, answer })
}
