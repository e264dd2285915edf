//! The drill "kill": the service is killed under load, again and again, at moments that a seed decides.
//! Load and judgement are shared with the other drills.

use std::time::{Duration, Instant};

use serde_json::json;

use super::load::{Load, pause};
use super::random::Random;
use super::{Figures, Outcome, Profile, Promises};
use crate::failure::Failure;
use crate::stand::{Stand, StandOptions};

const CLIENTS: usize = 8;
/// After a kill, and the start of a successor, every call that was under way must be made again within this time.
const RESUMES_WITHIN: Duration = Duration::from_secs(10);
/// So slow that every client has a call under way when the service is killed.
const SLOW_MS: u64 = 100;
/// How long the service may need for what is left after the last kill.
pub(super) const SETTLES_WITHIN: Duration = Duration::from_secs(60);

pub(super) fn on_sqlite(profile: Profile) -> Result<Outcome, Failure> {
    let kills = profile.choose(10, 100);
    drill(&StandOptions::default(), kills)
}

/// Kills the service this many times, on the storage that the options name.
pub(super) fn drill(options: &StandOptions, kills: usize) -> Result<Outcome, Failure> {
    let mut stand = Stand::start_with(options)?;
    let result = kill_under_load(&mut stand, kills);
    result.map_err(|failure| failure.beside(&stand.log_ends()))
}

#[expect(clippy::disallowed_methods, reason = "how soon the service resumes its calls is what is measured")]
fn kill_under_load(stand: &mut Stand, kills: usize) -> Result<Outcome, Failure> {
    only_notifications_teach(stand)?;
    let load = Load::start(stand.merchant(), stand.gateway(), "killed", CLIENTS);
    let mut random = Random::new(7);
    let mut killed = Instant::now();
    for _ in 0..kills {
        pause(Duration::from_millis(random.between(50, 900)));
        killed = Instant::now();
        stand.kill_service()?;
        stand.start_service_again()?;
    }
    // Each client waits for the end of the call that the dead process held.
    let promises = load.stop()?;
    let resumed = killed.elapsed();
    if resumed > RESUMES_WITHIN {
        let what = format!("calls under way are resumed within {} s of a kill", RESUMES_WITHIN.as_secs());
        return Err(Failure::step(what, format_args!("{:.1} s", resumed.as_secs_f32())));
    }
    let notifications = judge(stand, &promises)?;
    Ok(Outcome::Held(
        figures(&promises, notifications)
            .with("kills", kills)
            .with("all calls resumed after", format_args!("{:.1} s", resumed.as_secs_f32())),
    ))
}

/// What a load came to.
pub(super) fn figures(promises: &Promises, notifications: usize) -> Figures {
    Figures::default()
        .with("orders", promises.all.len())
        .with("tries in vain", promises.tries_in_vain)
        .with("acknowledged notifications found again", notifications)
}

/// Inquiries fail, openings take a while, and what the service did not acknowledge comes again soon.
pub(super) fn only_notifications_teach(stand: &Stand) -> Result<(), Failure> {
    stand.gateway().set_timings(&json!({
        "paymentResultMs": 100,
        "captureMs": 50,
        "resendWaitsMs": [0, 250, 500, 1_000, 2_000, 4_000, 8_000, 8_000],
    }))?;
    let deaf_and_slow = json!([
        {"target": "inquiryPayment", "probability": 1.0, "do": {"kind": "status", "status": 503}},
        {"target": "createPaymentSession", "do": {"kind": "latency", "ms": SLOW_MS}},
    ]);
    stand.gateway().plant_faults(&deaf_and_slow)
}

/// First while notifications are the only source, then with everything in order again.
pub(super) fn judge(stand: &Stand, promises: &Promises) -> Result<usize, Failure> {
    promises.intents_are_kept(stand)?;
    let notifications = promises.acknowledged_notifications_are_kept(stand)?;
    stand.gateway().clear_faults()?;
    promises.all_are_paid(stand, SETTLES_WITHIN)?;
    promises.ledger_agrees(stand)?;
    Ok(notifications)
}
