//! Many seeds on all cores, and the search for the seed that finds a planted mistake.
//! One seed is `run`'s.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use antom_domain::authorization::AuthorizationTable;
use antom_domain::cancel::CancelTable;
use antom_domain::capture::CaptureTable;
use antom_domain::payment::PaymentTable;
use antom_domain::refund::RefundTable;
use antom_domain::testing::census::{self, Cell};

use crate::mistake::Mistake;
use crate::run::{Outcome, Plan, orders_of, run as run_seed};

/// Within so many seeds a planted mistake must be found.
pub const MOST_SEEDS_TO_FIND: u64 = 10_000;
/// How many findings are kept.
const MOST_FINDINGS: usize = 100;

/// What to simulate.
#[derive(Debug, Clone, Copy)]
pub struct Campaign {
    /// At least so many orders.
    pub orders: u64,
    /// The first seed; the others follow it.
    pub first_seed: u64,
    /// The name of the faults.
    pub faults: &'static str,
    /// A mistake to plant.
    pub mistake: Option<Mistake>,
}

impl Default for Campaign {
    fn default() -> Self {
        Campaign { orders: 100_000, first_seed: 1, faults: "swarm", mistake: None }
    }
}

impl Campaign {
    /// The first seed that is no longer needed.
    fn end(&self) -> u64 {
        let (mut seed, mut orders) = (self.first_seed, 0_u64);
        while orders < self.orders {
            orders = orders.saturating_add(orders_of(seed));
            seed = seed.saturating_add(1);
        }
        seed
    }
}

/// A seed in which a rule was broken.
#[derive(Debug, Clone)]
pub struct Finding {
    /// The seed.
    pub seed: u64,
    /// The rules.
    pub violations: Vec<String>,
}

/// What came of a campaign.
#[derive(Debug, Clone, Default)]
pub struct Report {
    /// Seeds with violations, smallest first.
    pub findings: Vec<Finding>,
    /// How many seeds were simulated.
    pub seeds: u64,
    /// How many orders.
    pub orders: u64,
    /// How many faults struck.
    pub faults: u64,
    /// How many calls reached the gateway.
    pub gateway_calls: u64,
    /// One hash over all seeds.
    pub trace_hash: u64,
    /// How often each cell of each state table was reached.
    pub cells: BTreeMap<Cell, u64>,
    /// How long it took.
    pub took: Duration,
    /// On how many threads.
    pub threads: usize,
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ms = u64::try_from(self.took.as_millis()).unwrap_or(u64::MAX).max(1);
        let rate = self.orders.saturating_mul(1_000) / ms;
        let per_thread = rate / u64::try_from(self.threads.max(1)).unwrap_or(1);
        write!(
            f,
            "{} orders in {} seeds, {} faults, {} gateway calls, {} seeds with violations, trace hash {:016x}, \
             {} ms on {} threads: {rate} orders/s, {per_thread} per thread",
            self.orders,
            self.seeds,
            self.faults,
            self.gateway_calls,
            self.findings.len(),
            self.trace_hash,
            ms,
            self.threads
        )
    }
}

/// Simulates seed after seed until there were enough orders.
///
/// Which seeds are simulated depends on the campaign alone, not on the threads.
#[expect(
    clippy::disallowed_methods,
    reason = "the campaign is measured in real time; nothing is decided by it"
)]
pub fn run_on(campaign: Campaign, threads: usize) -> Report {
    let started = Instant::now();
    let end = campaign.end();
    let next = AtomicU64::new(campaign.first_seed);
    let total = Mutex::new(Report { threads, ..Report::default() });
    std::thread::scope(|scope| {
        for _ in 0..threads.max(1) {
            scope.spawn(|| {
                let mut own = Report::default();
                loop {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed >= end {
                        break;
                    }
                    own.simulate(seed, campaign);
                }
                own.cells = cells_of_this_thread();
                total.lock().unwrap_or_else(PoisonError::into_inner).take_in(own);
            });
        }
    });
    let mut total = total.into_inner().unwrap_or_else(PoisonError::into_inner);
    total.findings.sort_by_key(|finding| finding.seed);
    total.took = started.elapsed();
    total
}

/// On all cores.
pub fn run(campaign: Campaign) -> Report {
    let threads = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    run_on(campaign, threads)
}

/// Every mistake with the first seed that finds it, on all cores.
pub fn find_all(campaign: Campaign) -> Vec<(Mistake, Option<Finding>)> {
    let threads = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let next = AtomicUsize::new(0);
    let found = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                while let Some(mistake) = Mistake::ALL.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let finding = find(*mistake, campaign.first_seed, campaign.faults);
                    found.lock().unwrap_or_else(PoisonError::into_inner).push((*mistake, finding));
                }
            });
        }
    });
    let mut found = found.into_inner().unwrap_or_else(PoisonError::into_inner);
    found.sort_by_key(|(mistake, _)| *mistake);
    found
}

/// The first seed that finds the mistake, within [`MOST_SEEDS_TO_FIND`].
pub fn find(mistake: Mistake, first_seed: u64, faults: &'static str) -> Option<Finding> {
    (first_seed..first_seed.saturating_add(MOST_SEEDS_TO_FIND)).find_map(|seed| {
        let outcome = judge(Plan { seed, faults, mistake: Some(mistake), keeps_trace: false });
        (!outcome.violations.is_empty()).then_some(Finding { seed, violations: outcome.violations })
    })
}

/// One seed. A panic is a broken rule like any other: its seed is told, and the other seeds go on.
fn judge(plan: Plan) -> Outcome {
    std::panic::catch_unwind(|| run_seed(plan)).unwrap_or_else(|panic| {
        let text = panic.downcast_ref::<String>().map(String::as_str);
        let text = text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("no text");
        let violations = vec![format!("panicked: {text}")];
        Outcome { violations, orders: orders_of(plan.seed), ..Outcome::default() }
    })
}

impl Report {
    fn simulate(&mut self, seed: u64, campaign: Campaign) {
        let plan = Plan { seed, faults: campaign.faults, mistake: campaign.mistake, keeps_trace: false };
        let outcome = judge(plan);
        self.seeds = self.seeds.saturating_add(1);
        self.orders = self.orders.saturating_add(outcome.orders);
        self.faults = self.faults.saturating_add(outcome.faults);
        self.gateway_calls = self.gateway_calls.saturating_add(outcome.gateway_calls);
        self.trace_hash = self
            .trace_hash
            .wrapping_add(outcome.trace_hash.rotate_left(u32::try_from(seed % 64).unwrap_or(0)));
        if !outcome.violations.is_empty() && self.findings.len() < MOST_FINDINGS {
            self.findings.push(Finding { seed, violations: outcome.violations });
        }
    }

    fn take_in(&mut self, other: Report) {
        self.seeds = self.seeds.saturating_add(other.seeds);
        self.orders = self.orders.saturating_add(other.orders);
        self.faults = self.faults.saturating_add(other.faults);
        self.gateway_calls = self.gateway_calls.saturating_add(other.gateway_calls);
        self.trace_hash = self.trace_hash.wrapping_add(other.trace_hash);
        self.findings.extend(other.findings);
        for (cell, count) in other.cells {
            let sum = self.cells.entry(cell).or_insert(0);
            *sum = sum.saturating_add(count);
        }
    }
}

pub(crate) fn cells_of_this_thread() -> BTreeMap<Cell, u64> {
    let mut cells = census::take::<PaymentTable>();
    cells.extend(census::take::<AuthorizationTable>());
    cells.extend(census::take::<CaptureTable>());
    cells.extend(census::take::<CancelTable>());
    cells.extend(census::take::<RefundTable>());
    cells
}
