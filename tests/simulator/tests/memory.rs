//! What a finished payment leaves in memory, everything counted: books, timers, the log of notifications.
//! How fast payments are is measured by the benchmarks.

#![allow(
    clippy::expect_used,
    clippy::panic,
    reason = "a test says what it expects, and fails where that is not so"
)]

#[path = "support/load.rs"]
mod load;

use std::time::Duration;

use antom_simulator::core::Operation;

/// One more than a power of two: what grows by doubling has just done so, and is counted at its emptiest.
const PAYMENTS: usize = 1_025;
const MOST_BYTES: i64 = 4_096;

#[test]
fn a_finished_payment_takes_at_most_4_kib_of_memory() {
    for operation in [Operation::Pay, Operation::CreatePaymentSession] {
        let each = bytes_per_payment(operation);
        println!("{}: {each} bytes for each finished payment", operation.name());
        assert!(each <= MOST_BYTES, "{}: {each} bytes", operation.name());
    }
}

fn bytes_per_payment(operation: Operation) -> i64 {
    let (mut gateway, now) = load::gateway(0);
    // Tables that are read once, and what the first payment makes for all, belong to no payment.
    load::pay(&mut gateway, now, operation, 0, &load::request(0));
    let spent = allocation_counter::measure(|| {
        for number in 1..=PAYMENTS {
            load::pay(&mut gateway, now, operation, number, &load::request(number));
        }
        let notified = load::pass(&mut gateway, Duration::from_secs(10));
        assert_eq!(notified, 2 * (PAYMENTS + 1), "each payment tells its result and its capture");
    });
    assert_eq!(gateway.payment_views(None).len(), PAYMENTS + 1);
    spent.bytes_current / i64::try_from(PAYMENTS).expect("a small number")
}
