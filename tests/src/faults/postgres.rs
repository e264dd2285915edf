//! The drills over PostgreSQL: the service killed, the server killed and restarted, one of two instances stopped for longer
//! than its leases last.
//! Load and judgement are shared with the other drills.

use std::time::{Duration, Instant};

use serde_json::json;

use super::kill::{self, SETTLES_WITHIN};
use super::load::{Client, Load, pause};
use super::random::Random;
use super::{Figures, Outcome, Profile, Promises};
use crate::failure::Failure;
use crate::merchant::Merchant;
use crate::postgres::Cluster;
use crate::stand::{Stand, StandOptions};

const CLIENTS: usize = 8;
/// After the return of its database the service must work again by itself within this time.
const RECOVERS_WITHIN: Duration = Duration::from_secs(10);
/// Longer than the lease of a call, which is 30 s.
const STALL: Duration = Duration::from_secs(36);
/// So slow that calls are under way when their instance is stopped.
const SLOW_MS: u64 = 1_500;

pub(super) fn killed(profile: Profile) -> Result<Outcome, Failure> {
    let Some((_cluster, options)) = over_postgres()? else { return Ok(no_postgres()) };
    kill::drill(&options, profile.choose(3, 20))
}

pub(super) fn restarted(profile: Profile) -> Result<Outcome, Failure> {
    let Some((mut cluster, options)) = over_postgres()? else { return Ok(no_postgres()) };
    let stand = Stand::start_with(&options)?;
    let result = restart_under_load(&stand, &mut cluster, profile.choose(3, 20));
    result.map_err(|failure| failure.beside(&stand.log_ends()))
}

pub(super) fn stalled(_: Profile) -> Result<Outcome, Failure> {
    let Some((_cluster, options)) = over_postgres()? else { return Ok(no_postgres()) };
    let mut stand = Stand::start_with(&options)?;
    stall_under_load(&mut stand).map_err(|failure| failure.beside(&stand.log_ends()))
}

/// A server of the drill's own, and a service that uses it and sweeps often.
fn over_postgres() -> Result<Option<(Cluster, StandOptions)>, Failure> {
    let Some(cluster) = Cluster::start()? else { return Ok(None) };
    let settings =
        [("ANTOM__DATABASE__URL", cluster.url()), ("ANTOM__PAYMENT__POLLING__SWEEP", "8s".to_owned())];
    let service_environment = settings.map(|(name, value)| (name.to_owned(), value)).to_vec();
    Ok(Some((cluster, StandOptions { service_environment, ..StandOptions::default() })))
}

fn no_postgres() -> Outcome {
    Outcome::Skipped("no initdb and pg_ctl".to_owned())
}

#[expect(clippy::disallowed_methods, reason = "how soon the service recovers is what is measured")]
fn restart_under_load(stand: &Stand, cluster: &mut Cluster, restarts: usize) -> Result<Outcome, Failure> {
    kill::only_notifications_teach(stand)?;
    let load = Load::start(stand.merchant(), stand.gateway(), "restarted", CLIENTS);
    let witness = Client::new(stand.merchant(), stand.gateway());
    let mut witnessed = Vec::new();
    let mut slowest = Duration::ZERO;
    let mut random = Random::new(11);
    for number in 0..restarts {
        pause(Duration::from_millis(random.between(300, 1_500)));
        cluster.stop()?;
        pause(Duration::from_millis(random.between(100, 1_000)));
        cluster.start_again()?;
        let returned = Instant::now();
        witnessed.push(witness.buy(&format!("witness-{number}"))?);
        slowest = slowest.max(returned.elapsed());
        if slowest > RECOVERS_WITHIN {
            let what = format!("the service recovers within {} s", RECOVERS_WITHIN.as_secs());
            return Err(Failure::step(what, format_args!("{:.1} s", slowest.as_secs_f32())));
        }
    }
    let mut promises = load.stop()?;
    promises.all.extend(witnessed);
    let notifications = kill::judge(stand, &promises)?;
    Ok(Outcome::Held(
        kill::figures(&promises, notifications)
            .with("restarts of the server", restarts)
            .with("slowest recovery", format_args!("{:.1} s", slowest.as_secs_f32())),
    ))
}

/// Both instances work; one is stopped with calls in its hands, the other takes them up when the heart of the first has stood
/// still for a while, and then the first one wakes and goes on as if nothing had happened.
fn stall_under_load(stand: &mut Stand) -> Result<Outcome, Failure> {
    stand.start_other_service()?;
    let first = stand.merchant().clone();
    let second = other_merchant(stand);
    let slow = json!([{"target": "createPaymentSession", "do": {"kind": "latency", "ms": SLOW_MS}}]);
    stand.gateway().plant_faults(&slow)?;
    let loads = [
        Load::start(&first, stand.gateway(), "first", CLIENTS),
        Load::start(&second, stand.gateway(), "second", CLIENTS / 2),
    ];
    pause(Duration::from_secs(4));
    stand.service().suspend()?;
    pause(STALL);
    stand.service().resume()?;
    pause(Duration::from_secs(4));
    let mut promises = Promises::default();
    for load in loads {
        let more = load.stop()?;
        promises.tries_in_vain += more.tries_in_vain;
        promises.all.extend(more.all);
    }
    stand.gateway().clear_faults()?;
    promises.intents_are_kept(stand)?;
    promises.all_are_paid(stand, SETTLES_WITHIN)?;
    promises.ledger_agrees(stand)?;
    let calls = stand.gateway().all_calls()?;
    let openings = calls.iter().filter(|call| call.operation == "createPaymentSession").count();
    Ok(Outcome::Held(
        Figures::default()
            .with("orders", promises.all.len())
            .with("tries in vain", promises.tries_in_vain)
            .with("openings made twice, with the same bytes", openings.saturating_sub(promises.all.len())),
    ))
}

fn other_merchant(stand: &mut Stand) -> Merchant {
    stand.turn_to_other_service();
    let merchant = stand.merchant().clone();
    stand.turn_to_other_service();
    merchant
}
