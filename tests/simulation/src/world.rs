//! What everybody in one simulation shares: the gateway, chance, the faults in force, what was seen, and the trace.
//! Who acts when is left to the executor.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use antom_domain::testing::MemoryStore;
use antom_simulator::core::{Gateway, GatewaySettings, Time};

use crate::executor::Handle;
use crate::instance::Instance;
use crate::mistake::Mistake;
use crate::profile::Profile;
use crate::random::Random;
use crate::run::Plan;

/// The merchant's id at the gateway.
pub const CLIENT: &str = "SANDBOX_SIMULATION";

/// One simulation's world.
#[derive(Debug)]
pub struct World {
    /// Time and tasks.
    pub handle: Handle,
    /// Chance.
    pub random: Random,
    /// What outlives every instance of the merchant.
    pub store: MemoryStore,
    gateway: Mutex<Gateway>,
    profile: Mutex<Profile>,
    instances: Mutex<BTreeMap<u32, Arc<Instance>>>,
    seen: Mutex<Seen>,
    trace: Mutex<Trace>,
    contract: &'static str,
    mistake: Option<Mistake>,
    has_wrong_clocks: bool,
    faults: AtomicU64,
    gateway_calls: AtomicU64,
    ids: AtomicU64,
}

/// What the world noticed, for the judge.
#[derive(Debug, Default)]
pub struct Seen {
    /// The calls that are durable, with the hash of their bytes.
    pub durable_calls: BTreeMap<String, u64>,
    /// The notifications that are durable.
    pub durable_notifications: BTreeSet<String>,
    /// The bytes of every call that was made.
    pub made_calls: BTreeMap<String, u64>,
    /// The calls that are under way.
    pub in_flight: BTreeSet<String>,
    /// How often each call was made.
    pub made: BTreeMap<String, u32>,
    /// The orders that were shipped, with the attempt that was to pay for them.
    pub shipped: BTreeMap<String, String>,
    /// The attempts that the merchant's people cancelled or refunded.
    pub returned_by_merchant: BTreeSet<String>,
    /// The attempts whose method paid although they were closed or cancelled.
    pub paid_late: BTreeSet<String>,
    /// The attempts that are reviewed although the answer that paid for them did not say so.
    pub quietly_reviewed: BTreeSet<String>,
    /// The captures that the shop's people asked for, by their ids.
    pub asked: BTreeMap<String, Asked>,
    /// What broke a rule while it happened.
    pub violations: Vec<String>,
}

/// A capture that the shop's people asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// Of this attempt.
    pub attempt: String,
    /// So much; `None`: everything.
    pub minor: Option<u64>,
    /// Nothing more was to be captured afterwards.
    pub is_last: bool,
    /// What became of the wish.
    pub fate: Fate,
}

/// What became of a wish of the shop's people.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// The shop's service has it in its books.
    Carried,
    /// The shop's service refused it.
    Refused,
    /// Nobody heard an answer.
    Unknown,
}

#[derive(Debug)]
struct Trace {
    hash: u64,
    lines: Option<Vec<String>>,
}

impl World {
    /// A world at the time of `handle`.
    pub fn new(plan: &Plan, profile: Profile, handle: Handle) -> World {
        let settings = GatewaySettings { seed: plan.seed, journal: 0, ..GatewaySettings::default() };
        let gateway = Gateway::new(settings, Time::from_epoch_millis(handle.now()));
        World {
            random: Random::new(plan.seed),
            store: MemoryStore::new(),
            gateway: Mutex::new(gateway),
            profile: Mutex::new(profile),
            instances: Mutex::default(),
            seen: Mutex::default(),
            trace: Mutex::new(Trace { hash: 0xCBF2_9CE4_8422_2325, lines: plan.keeps_trace.then(Vec::new) }),
            contract: contract_of(plan.seed),
            mistake: plan.mistake,
            has_wrong_clocks: profile.clock_error_ms > 0,
            faults: AtomicU64::new(0),
            gateway_calls: AtomicU64::new(0),
            ids: AtomicU64::new(0),
            handle,
        }
    }

    /// The mistake that was planted, if one was.
    pub fn mistake(&self) -> Option<Mistake> {
        self.mistake
    }

    /// How the contract with the gateway allows captures: `full`, `single` or `multiple`.
    pub fn contract(&self) -> &'static str {
        self.contract
    }

    /// Whether clocks of instances are, or were, wrong.
    pub fn has_wrong_clocks(&self) -> bool {
        self.has_wrong_clocks
    }

    /// The present moment for the gateway.
    pub fn gateway_now(&self) -> Time {
        Time::from_epoch_millis(self.handle.now())
    }

    /// The gateway.
    pub fn gateway(&self) -> MutexGuard<'_, Gateway> {
        self.gateway.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The faults in force.
    pub fn profile(&self) -> Profile {
        *self.profile.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Ends the trouble.
    pub fn calm_down(&self) {
        let mut profile = self.profile.lock().unwrap_or_else(PoisonError::into_inner);
        *profile = profile.after_the_trouble();
        self.gateway().clear_faults();
    }

    /// From now on inquiries are answered.
    pub fn end_muteness(&self) {
        self.profile.lock().unwrap_or_else(PoisonError::into_inner).is_mute = false;
    }

    /// What was noticed.
    pub fn seen(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes that a rule was broken.
    pub fn violation(&self, text: String) {
        self.note("VIOLATION", "", &text);
        self.seen().violations.push(text);
    }

    /// Whether a fault of this frequency strikes now.
    pub fn strikes(&self, permille: u64) -> bool {
        let strikes = self.random.chance(permille);
        if strikes {
            self.count_fault();
        }
        strikes
    }

    /// Counts a fault that struck.
    pub fn count_fault(&self) {
        self.faults.fetch_add(1, Ordering::Relaxed);
    }

    /// How many faults struck.
    pub fn faults(&self) -> u64 {
        self.faults.load(Ordering::Relaxed)
    }

    /// Counts a call that reached the gateway.
    pub fn count_gateway_call(&self) {
        self.gateway_calls.fetch_add(1, Ordering::Relaxed);
    }

    /// How many calls reached the gateway.
    pub fn gateway_calls(&self) -> u64 {
        self.gateway_calls.load(Ordering::Relaxed)
    }

    /// A number that was not given out before.
    pub fn fresh(&self) -> u64 {
        self.ids.fetch_add(1, Ordering::Relaxed).saturating_add(1)
    }

    /// The instances that are alive.
    pub fn instances(&self) -> MutexGuard<'_, BTreeMap<u32, Arc<Instance>>> {
        self.instances.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// One of the instances that are alive.
    pub fn any_instance(&self) -> Option<Arc<Instance>> {
        let alive: Vec<Arc<Instance>> = self.instances().values().cloned().collect();
        let index = usize::try_from(self.random.below(alive.len() as u64)).unwrap_or(0);
        alive.get(index).cloned()
    }

    /// Adds a line to the trace.
    pub fn note(&self, kind: &'static str, about: &str, detail: &str) {
        let now = self.handle.now();
        let mut trace = self.trace.lock().unwrap_or_else(PoisonError::into_inner);
        for part in [&now.to_le_bytes()[..], kind.as_bytes(), about.as_bytes(), detail.as_bytes(), b"\n"] {
            trace.hash = part
                .iter()
                .fold(trace.hash, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01B3));
        }
        if let Some(lines) = trace.lines.as_mut() {
            let mut line = String::new();
            // Writing to a string cannot fail.
            let _written = write!(line, "{:>12.3} {kind:<14} {about} {detail}", Millis(now));
            lines.push(line);
        }
    }

    /// The hash over everything that happened, and the lines where they were kept.
    pub fn trace(&self) -> (u64, Vec<String>) {
        let trace = self.trace.lock().unwrap_or_else(PoisonError::into_inner);
        (trace.hash, trace.lines.clone().unwrap_or_default())
    }
}

/// Half of the seeds capture in parts, where their contract allows it.
fn contract_of(seed: u64) -> &'static str {
    Random::new(seed.rotate_left(11)).one_of(&["full", "full", "single", "multiple", "multiple"], "full")
}

/// Virtual time as seconds since the simulation's beginning.
struct Millis(i64);

impl std::fmt::Display for Millis {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let since = self.0.saturating_sub(crate::run::BEGINNING);
        write!(f, "{:>9}.{:03}", since / 1_000, since % 1_000)
    }
}

/// A fingerprint of bytes, the same on every machine.
pub fn fingerprint(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xCBF2_9CE4_8422_2325, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01B3)
    })
}
