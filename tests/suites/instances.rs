//! Two instances of the service over one PostgreSQL database and one gateway: either does what the other left.
//! Conflicts, leases and faults of the store alone are told by the store's own tests.
//!
//! The server is always made here, from `initdb`: two whole services must not meet whatever else a given server holds.

use antom_tests::flows::{
    Opened, Steps, hosted_manual_capture, session_automatic_capture, surplus_is_cancelled,
};
use antom_tests::http::{list_at, text_at};
use antom_tests::merchant::hosted_body;
use antom_tests::postgres::Cluster;
use antom_tests::waiting::{Look, PATIENCE, until};
use antom_tests::{Failure, Proof, Stand, StandOptions, ensure, ledger, skip};
use serde_json::json;

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
