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

use antom_simulator::core::{Operation, SavedGateway};

/// Payments in a second of CPU time: pay, the buyer pays, it is captured, two notifications are acknowledged.
const PAYMENTS_PER_SECOND: f64 = 20_000.0;
/// Seconds of CPU time for a day of virtual time.
const DAY_SECONDS: f64 = 10.0;
const PAYMENTS_OF_A_DAY: usize = 10_000;
/// Seconds of CPU time for the list of all payments and the ledger after that day.
const VIEWS_SECONDS: f64 = 1.0;
/// Seconds in which nothing else is answered while the state of that day is saved, and seconds until it is text.
const COPY_SECONDS: f64 = 0.1;
const SAVE_SECONDS: f64 = 1.0;
/// Seconds until it is a gateway again.
const RESUME_SECONDS: f64 = 2.0;
const BATCHES: usize = 7;
const BATCH: usize = 5_000;

fn main() -> ExitCode {
    let gate = std::env::args().any(|argument| argument == "--gate");
    let rate = median(payments_per_second());
    let day = Day::live();
    let figures = [
        ("payments per second", rate, PAYMENTS_PER_SECOND, rate / PAYMENTS_PER_SECOND),
        at_most("a day with 10,000 payments, s", day.seconds, DAY_SECONDS),
        at_most("their list and ledger as text, s", day.views, VIEWS_SECONDS),
        at_most("their state copied, s", day.copy, COPY_SECONDS),
        at_most("written, s", day.save, SAVE_SECONDS),
        at_most("read and resumed, s", day.resume, RESUME_SECONDS),
    ];
    println!("{:<36} {:>12} {:>10} {:>10}", "CPU time, journal off", "measured", "limit", "ratio >= 1");
    for (name, measured, limit, ratio) in figures {
        println!("{name:<36} {measured:>12.3} {limit:>10} {ratio:>10.2}");
    }
    println!("the state of the day takes {} bytes for each payment", day.state_bytes / PAYMENTS_OF_A_DAY);
    let missed = figures.iter().any(|(_, _, _, ratio)| *ratio < 1.0);
    if missed && gate { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}

fn at_most(name: &'static str, measured: f64, limit: f64) -> (&'static str, f64, f64, f64) {
    (name, measured, limit, limit / measured)
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

/// Seconds for a day of virtual time, and for what is done with all of it afterwards.
struct Day {
    seconds: f64,
    views: f64,
    copy: f64,
    save: f64,
    resume: f64,
    state_bytes: usize,
}

impl Day {
    fn live() -> Self {
        let (mut gateway, _) = load::gateway(0);
        let bodies: Vec<Vec<u8>> = (0..PAYMENTS_OF_A_DAY).map(load::request).collect();
        let between = Duration::from_secs(86_400) / u32::try_from(PAYMENTS_OF_A_DAY).unwrap();
        let ((), day) = timed(|| {
            for (number, body) in bodies.iter().enumerate() {
                let now = gateway.now();
                load::pay(&mut gateway, now, Operation::Pay, number, body);
                load::pass(&mut gateway, between);
            }
        });
        let (shown, views) = timed(|| {
            let list = serde_json::to_string(&gateway.payment_views(None)).unwrap();
            (list.matches("\"clientId\"").count(), gateway.ledger(None).to_string())
        });
        assert_eq!(shown.0, PAYMENTS_OF_A_DAY);
        let (saved, copy) = timed(|| gateway.saved());
        let (bytes, save) = timed(|| serde_json::to_vec(&saved).unwrap());
        let (resumed, resume) = timed(|| {
            let saved: SavedGateway = serde_json::from_slice(&bytes).unwrap();
            saved.resume(load::settings(0))
        });
        assert_eq!(resumed.ledger(None).to_string(), shown.1, "nothing is lost on the way");
        Self { seconds: day, views, copy, save, resume, state_bytes: bytes.len() }
    }
}

fn timed<T>(work: impl FnOnce() -> T) -> (T, f64) {
    let before = cpu();
    let done = work();
    (done, seconds(cpu() - before))
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
