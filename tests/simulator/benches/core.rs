//! How fast the simulator's core is: finished payments in a second of one core, and a day of virtual time.
//! CPU time of this thread only, so that a busy machine does not count; the limits are at the top.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::float_arithmetic,
    clippy::indexing_slicing,
    reason = "a benchmark prints ratios and fails by panicking"
)]

#[path = "../tests/support/load.rs"]
mod load;

use std::process::ExitCode;
use std::time::Duration;

use antom_simulator::core::Operation;

/// Payments in a second of CPU time: pay, the buyer pays, it is captured, two notifications are acknowledged.
const PAYMENTS_PER_SECOND: f64 = 20_000.0;
/// Seconds of CPU time for a day of virtual time.
const DAY_SECONDS: f64 = 10.0;
const PAYMENTS_OF_A_DAY: usize = 10_000;
/// Seconds of CPU time for the list of all payments and the ledger after that day.
const VIEWS_SECONDS: f64 = 1.0;
const BATCHES: usize = 7;
const BATCH: usize = 5_000;

fn main() -> ExitCode {
    let gate = std::env::args().any(|argument| argument == "--gate");
    let rate = median(payments_per_second());
    let (day, views) = day();
    let figures = [
        ("payments per second", rate, PAYMENTS_PER_SECOND, rate / PAYMENTS_PER_SECOND),
        ("a day with 10,000 payments, s", day, DAY_SECONDS, DAY_SECONDS / day),
        ("their list and ledger as text, s", views, VIEWS_SECONDS, VIEWS_SECONDS / views),
    ];
    println!("{:<36} {:>12} {:>10} {:>10}", "CPU time, journal off", "measured", "limit", "ratio >= 1");
    for (name, measured, limit, ratio) in figures {
        println!("{name:<36} {measured:>12.3} {limit:>10.0} {ratio:>10.2}");
    }
    let missed = figures.iter().any(|(_, _, _, ratio)| *ratio < 1.0);
    if missed && gate { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}

/// One rate for each batch; the books grow from batch to batch.
fn payments_per_second() -> Vec<f64> {
    let (mut gateway, _) = load::gateway(0);
    let requests: Vec<(usize, Vec<u8>)> =
        (0..BATCHES * BATCH).map(|number| (number, load::request(number))).collect();
    let batch = |batch: &[(usize, Vec<u8>)]| {
        let before = cpu();
        let mut notified = 0;
        for (number, body) in batch {
            let now = gateway.now();
            load::pay(&mut gateway, now, Operation::Pay, *number, body);
            notified += load::pass(&mut gateway, Duration::from_millis(100));
        }
        notified += load::pass(&mut gateway, Duration::from_secs(10));
        let spent = cpu() - before;
        assert_eq!(notified, 2 * BATCH, "each payment tells its result and its capture");
        f64::from(u32::try_from(BATCH).unwrap()) / seconds(spent)
    };
    requests.chunks(BATCH).map(batch).collect()
}

/// Seconds for the day, and for showing all of it afterwards.
fn day() -> (f64, f64) {
    let (mut gateway, _) = load::gateway(0);
    let bodies: Vec<Vec<u8>> = (0..PAYMENTS_OF_A_DAY).map(load::request).collect();
    let between = Duration::from_secs(86_400) / u32::try_from(PAYMENTS_OF_A_DAY).unwrap();
    let before = cpu();
    for (number, body) in bodies.iter().enumerate() {
        let now = gateway.now();
        load::pay(&mut gateway, now, Operation::Pay, number, body);
        load::pass(&mut gateway, between);
    }
    let day = cpu() - before;
    let before = cpu();
    let list = gateway.payment_views(None);
    assert_eq!(list.len(), PAYMENTS_OF_A_DAY);
    let shown = serde_json::to_vec(&list).unwrap().len() + gateway.ledger(None).to_string().len();
    assert!(shown > PAYMENTS_OF_A_DAY);
    (seconds(day), seconds(cpu() - before))
}

/// Nanoseconds that this thread has been on a processor.
fn cpu() -> u64 {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap();
    text.split(' ').next().unwrap().parse().unwrap()
}

fn seconds(nanos: u64) -> f64 {
    Duration::from_nanos(nanos).as_secs_f64()
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
