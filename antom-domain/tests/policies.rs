//! Laws of the policies: budgets, the rhythm of polling, deadlines.
//! What orders make of them is in `scenarios`, `captures` and `laws`.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::num::NonZeroU32;
use std::time::Duration;

use antom_core::time::Timestamp;
use antom_domain::policy::{Bucket, Budget, CaptureDeadline, CaptureTime, Crowd, Draw, Expiry, Polling};
use proptest::prelude::*;

fn at(ms: i64) -> Timestamp {
    Timestamp::from_epoch_millis(1_795_000_000_000 + ms)
}

fn budget(capacity: u32, per_second: u32) -> Budget {
    Budget { capacity: NonZeroU32::new(capacity).unwrap(), per_second: NonZeroU32::new(per_second).unwrap() }
}

proptest! {
    #[test]
    fn a_bucket_never_gives_more_than_its_capacity_and_its_rate(
        capacity in 1..200_u32,
        rate in 1..200_u32,
        wishes in prop::collection::vec((0..3_000_i64, 0..20_u32), 1..200),
    ) {
        let mut bucket = Bucket::full(budget(capacity, rate), at(0));
        let (mut now, mut given) = (0_i64, 0_u64);
        for (wait, cost) in wishes {
            now += wait;
            if bucket.take(at(now), cost) == Draw::Granted {
                given += u64::from(cost);
            }
            let earned = u64::from(rate) * u64::try_from(now).unwrap();
            prop_assert!(given * 1_000 <= u64::from(capacity) * 1_000 + earned, "{given} after {now} ms");
        }
    }

    #[test]
    fn a_wish_is_granted_from_the_promised_moment_on_and_not_before(
        capacity in 1..200_u32,
        rate in 1..200_u32,
        spent in 0..200_u32,
        cost in 1..200_u32,
    ) {
        let mut bucket = Bucket::full(budget(capacity, rate), at(0));
        bucket.take(at(0), spent.min(capacity));
        match bucket.take(at(0), cost) {
            Draw::Granted => {}
            Draw::NotBefore(_) if cost > capacity => {
                prop_assert_ne!(bucket.take(at(3_600_000), cost), Draw::Granted, "never more than the capacity");
            }
            Draw::NotBefore(then) => {
                let mut early = bucket;
                let before = Timestamp::from_epoch_millis(then.epoch_millis() - 1);
                prop_assert_ne!(early.take(before, cost), Draw::Granted);
                prop_assert_eq!(bucket.take(then, cost), Draw::Granted);
            }
        }
    }

    #[test]
    fn a_clock_that_jumps_back_gives_nothing_and_starves_nobody(back in 1..10_000_000_i64, rate in 1..100_u32) {
        let mut bucket = Bucket::full(budget(rate, rate), at(0));
        prop_assert_eq!(bucket.take(at(0), rate), Draw::Granted);
        prop_assert_ne!(bucket.take(at(-back), 1), Draw::Granted);
        prop_assert_ne!(bucket.take(at(-back), 1), Draw::Granted);
        prop_assert_eq!(bucket.take(at(1_000 - back), rate), Draw::Granted, "a second later by the new time");
    }

    #[test]
    fn however_long_nobody_asks_there_is_never_more_than_the_capacity(idle in 0..i64::from(u32::MAX)) {
        let mut bucket = Bucket::full(budget(10, 1_000), at(0));
        prop_assert_eq!(bucket.take(at(idle), 10), Draw::Granted);
        prop_assert_ne!(bucket.take(at(idle), 1), Draw::Granted);
    }

    //= I-2 test
    #[test]
    fn a_stretched_rhythm_keeps_within_the_budget_and_never_hurries(
        quick in 0..200_000_usize,
        sweep in 0..200_000_usize,
        budget in 1..1_000_u32,
    ) {
        let polling = Polling { budget: NonZeroU32::new(budget).unwrap(), ..Polling::default() };
        let stretched = polling.stretched(Crowd { quick, sweep });
        prop_assert!(stretched.quick >= polling.quick && stretched.sweep >= polling.sweep);
        prop_assert!(stretched.sweep >= stretched.quick, "nobody for whom somebody waits is asked about less often");
        // Questions in a million seconds: in whole numbers, and exact enough.
        let million = Duration::from_secs(1_000_000).as_millis();
        let asked = quick as u128 * million / stretched.quick.as_millis()
            + sweep as u128 * million / stretched.sweep.as_millis();
        prop_assert!(asked <= u128::from(budget) * 1_000_000 + 1, "{asked} in a million seconds");
        prop_assert!(stretched.sweep < Duration::from_secs(1_000_000), "a sweep never ends");
    }
}

#[test]
fn a_short_budget_stretches_the_quick_rhythm_evenly_and_sweeps_leave_half_of_it() {
    let polling = Polling { budget: NonZeroU32::new(10).unwrap(), ..Polling::default() };
    let rhythm = |quick, sweep| {
        let stretched = polling.stretched(Crowd { quick, sweep });
        (stretched.quick.as_secs(), stretched.sweep.as_secs())
    };
    assert_eq!(rhythm(20, 0), (2, 60), "20 questions every 2 s are 10 a second");
    assert_eq!(rhythm(21, 0).0, 2);
    assert_eq!(rhythm(100, 0), (10, 60));
    assert_eq!(rhythm(10, 1_000_000), (2, 200_000), "five a second for sweeps");
    assert_eq!(rhythm(100, 1_000_000).0, 20, "five a second for those who wait");
    assert_eq!(rhythm(100, 60).0, 11, "one a second for sweeps leaves nine");
}

//= A-2 test
#[test]
fn the_gateways_own_expiry_is_the_deadline_and_the_warning_comes_a_day_earlier() {
    let policy = CaptureDeadline::default();
    let hour = |hour: i64| at(hour * 3_600_000);
    assert_eq!(policy.of(hour(1), Some(hour(30))), hour(30));
    assert_eq!(policy.of(hour(1), None), hour(169), "seven days after it was seen");
    let deadline = hour(168);
    assert_eq!(policy.stand(deadline, at(144 * 3_600_000 - 1)), CaptureTime::Open);
    assert_eq!(policy.stand(deadline, hour(144)), CaptureTime::Near);
    assert_eq!(policy.stand(deadline, at(168 * 3_600_000 - 1)), CaptureTime::Near);
    assert_eq!(policy.stand(deadline, hour(168)), CaptureTime::Passed);
    assert_eq!(policy.stand(hour(5), hour(0)), CaptureTime::Near, "a hold that is shorter than the warning");
}

//= B-1 test
//= X-5 test
#[test]
fn a_window_closes_after_the_longer_of_both_timeouts() {
    let minute = |minute: i64| at(minute * 60_000);
    assert_eq!(Expiry::default().window_closes_at(minute(0)), minute(16));
    let short = Expiry { timeout: Duration::from_mins(5), ..Expiry::default() };
    assert_eq!((short.named(minute(0)), short.window_closes_at(minute(0))), (Some(minute(5)), minute(16)));
    let long = Expiry { timeout: Duration::from_mins(60), ..Expiry::default() };
    assert_eq!((long.named(minute(0)), long.window_closes_at(minute(0))), (Some(minute(60)), minute(62)));
}
