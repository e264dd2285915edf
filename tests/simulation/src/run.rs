//! One seed, from the first order to rest: trouble, calm, and the verdict.
//! Running many seeds on many threads is the binary's.

use std::sync::Arc;
use std::time::Duration;

use antom_domain::order::{Order, Policy};
use antom_domain::policy::{CapturePolicy, Polling};
use antom_domain::port::{OrderQuery, OrderStore};
use serde_json::{Value, json};

use crate::executor::{Executor, WORLD};
use crate::instance::Instance;
use crate::mistake::Mistake;
use crate::profile::Profile;
use crate::random::Random;
use crate::world::{CLIENT, World};
use crate::{audit, delivery, journey};

/// When every simulation begins: 2026-11-18T23:46:40Z.
pub const BEGINNING: i64 = 1_795_045_600_000;

/// After so much virtual time everything must have come to rest: the longest hold is 7 days.
const LONGEST_MS: i64 = 30 * 86_400_000;
/// A mute merchant stays so for longer than the gateway's resends last (N-4: 24 h 22 min).
const MUTE_FOR_MS: u64 = 30 * 3_600_000;
/// More turns than this without rest is a loop.
const MOST_TURNS: u64 = 200_000;

/// What to simulate.
#[derive(Debug, Clone, Copy)]
pub struct Plan {
    /// Decides everything.
    pub seed: u64,
    /// The name of the faults, of [`Profile::NAMES`].
    pub faults: &'static str,
    /// A mistake to plant.
    pub mistake: Option<Mistake>,
    /// Whether the trace is kept to be read.
    pub keeps_trace: bool,
}

/// What came of a seed.
#[derive(Debug, Clone, Default)]
pub struct Outcome {
    /// The rules that were broken; empty is what everybody hopes for.
    pub violations: Vec<String>,
    /// The hash over everything that happened.
    pub trace_hash: u64,
    /// What happened, if it was kept, and how both books stand at the end.
    pub trace: Vec<String>,
    /// The faults of the seed.
    pub profile: Option<Profile>,
    /// How many orders there were.
    pub orders: u64,
    /// How many faults struck.
    pub faults: u64,
    /// How many calls reached the gateway.
    pub gateway_calls: u64,
}

/// Simulates one seed.
pub fn run(plan: Plan) -> Outcome {
    let mut executor = Executor::new(BEGINNING);
    let draw = Random::new(plan.seed.rotate_left(23));
    let profile = Profile::named(plan.faults, &draw).unwrap_or_else(Profile::calm);
    let world = Arc::new(World::new(&plan, profile, executor.handle()));
    plant_odd_messages(&world, profile.odd_message);
    sign_contract(&world);
    let captures = CapturePolicy::from_word(world.contract()).unwrap_or_default();
    let policy = Arc::new(Policy { captures, ..policy(&draw) });
    for owner in 1..=profile.instances {
        Instance::start(&world, owner, &policy, plan.mistake);
    }
    let orders = orders_of(plan.seed);
    for number in 1..=orders {
        journey::begin(&world, number);
    }
    begin_trouble(&world, profile, policy, plan.mistake);
    let rests = turn(&mut executor, &world);
    judge(&world, rests);
    let (trace_hash, mut trace) = world.trace();
    if plan.keeps_trace {
        trace.extend(snapshots(&world).iter().map(|order| format!("our books: {order}")));
        trace.push(format!("gateway's ledger: {}", world.gateway().ledger(None)));
    }
    let violations = std::mem::take(&mut world.seen().violations);
    // The instances hold the world and the world holds them: let go.
    world.instances().clear();
    Outcome {
        violations,
        trace_hash,
        trace,
        profile: Some(profile),
        orders,
        faults: world.faults(),
        gateway_calls: world.gateway_calls(),
    }
}

/// How many orders a seed has: mostly one, sometimes a few side by side.
pub fn orders_of(seed: u64) -> u64 {
    if Random::new(seed.rotate_left(41)).chance(200) { 3 } else { 1 }
}

/// A slow rhythm: what matters is the order of things, not how often the same question is asked.
fn policy(draw: &Random) -> Policy {
    let polling = Polling {
        quick: Duration::from_secs(draw.one_of(&[2, 60, 240], 60)),
        fast_window: Duration::from_secs(draw.one_of(&[20, 840], 840)),
        sweep: Duration::from_secs(draw.one_of(&[1_800, 7_200, 43_200], 7_200)),
        ..Polling::default()
    };
    let polling = if polling.quick < Duration::from_secs(30) {
        Polling { fast_window: Duration::from_secs(20), ..polling }
    } else {
        polling
    };
    Policy {
        polling,
        ..Policy::new("https://shop.example/notifications/antom", "https://shop.example/result/")
    }
}

/// The gateway's side of what the policy allows.
fn sign_contract(world: &Arc<World>) {
    let settings = json!({ "captures": world.contract() });
    if let Err(fault) = world.gateway().set_contract(CLIENT, &settings) {
        world.violation(format!("the simulator refuses the contract: {fault}"));
    }
}

fn plant_odd_messages(world: &Arc<World>, permille: u64) {
    if permille == 0 {
        return;
    }
    let probability = format!("0.{permille:03}");
    let kinds = ["wrong_amount", "bad_signature", "no_signature", "unknown_enum", "unknown_field"];
    let rules: Vec<Value> = kinds
        .iter()
        .map(|kind| json!({"target": "*", "probability": probability, "do": {"kind": kind}}))
        .collect();
    let plan = json!({"seed": world.random.below(1 << 50), "rules": rules});
    if let Err(fault) = world.gateway().set_faults(plan) {
        world.violation(format!("the simulator refuses the fault rules: {fault}"));
    }
}

/// Deaths, clocks that jump, and in the end calm.
fn begin_trouble(world: &Arc<World>, profile: Profile, policy: Arc<Policy>, mistake: Option<Mistake>) {
    let there = Arc::clone(world);
    world.handle.spawn(WORLD, async move {
        let end = there.handle.now().saturating_add(i64::try_from(profile.trouble_ms).unwrap_or(0));
        while there.handle.now() < end {
            let wait = match profile.crash_every_s {
                0 => profile.trouble_ms,
                seconds => there.random.between(1, seconds.saturating_mul(2_000)),
            };
            there.handle.sleep(wait).await;
            if profile.clock_error_ms > 0 && there.random.chance(500) {
                jump_a_clock(&there, profile.clock_error_ms);
            }
            if profile.crash_every_s > 0 && there.handle.now() < end {
                replace_an_instance(&there, &policy, mistake).await;
            }
        }
        there.calm_down();
        there.note("calm", "", "");
        for instance in there.instances().values() {
            instance.set_clock_error(0);
        }
        if profile.is_mute {
            there.handle.sleep(MUTE_FOR_MS).await;
            audit::judge_while_mute(&there, &snapshots(&there));
            there.end_muteness();
            there.note("not mute", "", "");
        }
    });
}

async fn replace_an_instance(world: &Arc<World>, policy: &Arc<Policy>, mistake: Option<Mistake>) {
    let Some(instance) = world.any_instance() else { return };
    world.count_fault();
    instance.die();
    world.handle.sleep(world.random.one_of(&[10, 2_000, 30_000], 2_000)).await;
    let owner = u32::try_from(world.fresh()).unwrap_or(u32::MAX).saturating_add(100);
    Instance::start(world, owner, policy, mistake);
}

fn jump_a_clock(world: &Arc<World>, most_ms: u64) {
    world.count_fault();
    if let Some(instance) = world.any_instance() {
        let error = i64::try_from(world.random.below(most_ms.saturating_mul(2))).unwrap_or(0);
        instance.set_clock_error(error.saturating_sub(i64::try_from(most_ms).unwrap_or(0)));
    }
}

/// Lets time pass until nobody waits for anything any more. `false` if that does not come about.
fn turn(executor: &mut Executor, world: &Arc<World>) -> bool {
    for _ in 0..MOST_TURNS {
        executor.settle();
        let gateway_due = world.gateway().next_due().map(antom_simulator::core::Time::epoch_millis);
        let Some(next) = [executor.next_wake(), gateway_due].into_iter().flatten().min() else { return true };
        if next.saturating_sub(BEGINNING) > LONGEST_MS {
            return false;
        }
        executor.advance_to(next);
        if gateway_due.is_some_and(|due| due <= next) {
            let now = world.gateway_now();
            let sends = {
                let mut gateway = world.gateway();
                gateway.run_to(now);
                gateway.take_sends()
            };
            delivery::send_out(world, sends);
        }
    }
    false
}

/// The verdict at rest.
fn judge(world: &Arc<World>, rests: bool) {
    if !rests {
        world.violation("nothing comes to rest".to_owned());
    }
    for order in &orders(world) {
        if order.next_check_at(antom_core::time::Timestamp::from_epoch_millis(0), &policy_of_rest()).is_some()
        {
            world.violation(format!("{} still has questions at rest", order.reference_order_id));
        }
        judge_log(world, order);
    }
    audit::judge_at_rest(world, &snapshots(world));
}

fn orders(world: &Arc<World>) -> Vec<Order> {
    let query = OrderQuery { limit: 100, ..OrderQuery::default() };
    at_once(world.store.list(&query)).and_then(Result::ok).map(|page| page.orders).unwrap_or_default()
}

/// The merchant's books as the judge reads them.
fn snapshots(world: &Arc<World>) -> Vec<Value> {
    orders(world).iter().map(|order| json!(order)).collect()
}

fn policy_of_rest() -> Policy {
    Policy::new("https://shop.example/n", "https://shop.example/r/")
}

/// The folded log is the order.
fn judge_log(world: &Arc<World>, order: &Order) {
    let id = &order.reference_order_id;
    let log = at_once(world.store.history(id)).and_then(Result::ok).unwrap_or_default();
    match Order::fold(&log) {
        Ok(folded) if folded == *order => {}
        _ => world.violation(format!("the folded log of {id} is not the order")),
    }
}

/// The memory store never makes anybody wait.
fn at_once<T>(future: impl Future<Output = T>) -> Option<T> {
    let mut future = Box::pin(future);
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    match future.as_mut().poll(&mut context) {
        std::task::Poll::Ready(value) => Some(value),
        std::task::Poll::Pending => None,
    }
}
