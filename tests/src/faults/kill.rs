//! The drill "kill": the service is killed under load, again and again, at moments that a seed decides.
//! Load and judgement are shared with the other drills.

use std::time::Duration;

use serde_json::json;

use super::load::{Load, pause};
use super::random::Random;
use super::{Figures, Outcome, Profile, Promises};
use crate::failure::Failure;
use crate::stand::{Stand, StandOptions};

const CLIENTS: usize = 8;
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

fn kill_under_load(stand: &mut Stand, kills: usize) -> Result<Outcome, Failure> {
    only_notifications_teach(stand)?;
    let load = Load::start(stand.merchant(), stand.gateway(), "killed", CLIENTS);
    let mut random = Random::new(7);
    for _ in 0..kills {
        pause(Duration::from_millis(random.between(50, 900)));
        stand.kill_service()?;
        stand.start_service_again()?;
    }
    let promises = load.stop()?;
    let notifications = judge(stand, &promises)?;
    Ok(Outcome::Held(figures(&promises, notifications).with("kills", kills)))
}

/// What a load came to.
pub(super) fn figures(promises: &Promises, notifications: usize) -> Figures {
    Figures::default()
        .with("orders", promises.all.len())
        .with("tries in vain", promises.tries_in_vain)
        .with("acknowledged notifications found again", notifications)
}

/// Inquiries fail, and what the service did not acknowledge comes again soon.
pub(super) fn only_notifications_teach(stand: &Stand) -> Result<(), Failure> {
    stand.gateway().set_timings(&json!({
        "paymentResultMs": 100,
        "captureMs": 50,
        "resendWaitsMs": [0, 250, 500, 1_000, 2_000, 4_000, 8_000, 8_000],
    }))?;
    let deaf =
        json!([{"target": "inquiryPayment", "probability": 1.0, "do": {"kind": "status", "status": 503}}]);
    stand.gateway().plant_faults(&deaf)
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
