//! What people do with one order: the merchant's shop creates it, buyers try to pay in one or two tabs, the staff
//! captures, cancels, refunds, and ships as soon as it may.
//! What the shop's service makes of it is the domain's.

use std::sync::Arc;

use antom_core::id::{
    CaptureRequestId, PaymentRequestId, ReferenceBuyerId, ReferenceOrderId, RefundRequestId,
};
use antom_core::money::{Currency, Money};
use antom_core::outcome::{CaptureMode, TerminalType};
use antom_domain::order::{Attempt, Command, Integration, NewOrder, OpenAttempt, Order};
use antom_domain::payment::PaymentPhase;
use antom_simulator::core::{Completion, CompletionError, Outcome};

use crate::delivery;
use crate::executor::WORLD;
use crate::fate;
use crate::instance::Services;
use crate::mistake::Mistake;
use crate::world::{Asked, Fate, World};

/// How often a client tries again what a dying instance did not answer.
const TRIES: usize = 12;

/// What will be done with one order, drawn beforehand.
#[derive(Debug, Clone, Copy)]
struct Plan {
    minor: u64,
    attempts: u64,
    in_two_tabs: bool,
    cancels: bool,
    refunds: u64,
    captures: bool,
}

/// Lets one order live.
pub fn begin(world: &Arc<World>, number: u64) {
    let there = Arc::clone(world);
    world.handle.spawn(WORLD, async move { live(&there, number).await });
}

async fn live(world: &Arc<World>, number: u64) {
    let random = &world.random;
    let plan = Plan {
        minor: random.one_of(&[100, 4_200, 99_999, 1_234_500], 4_200),
        attempts: random.one_of(&[1, 1, 1, 2, 3], 1),
        in_two_tabs: random.chance(250),
        cancels: random.chance(120),
        refunds: random.one_of(&[0, 0, 0, 1, 2], 0),
        captures: random.chance(900),
    };
    world.handle.sleep(random.below(5_000)).await;
    let Some(new) = new_order(number, plan.minor) else { return };
    let id = new.reference_order_id.clone();
    let create = new.clone();
    let created = insist(world, move |services| {
        let new = create.clone();
        async move { services.create(&new).await }
    });
    if created.await.is_none() {
        return;
    }
    let (staff, order_id) = (Arc::clone(world), id.clone());
    world.handle.spawn(WORLD, async move { work(&staff, &order_id, plan).await });
    for attempt in 0..plan.attempts {
        let (there, order_id) = (Arc::clone(world), id.clone());
        let buyer = async move { pay(&there, &order_id, attempt, plan).await };
        if plan.in_two_tabs {
            world.handle.spawn(WORLD, buyer);
        } else {
            buyer.await;
        }
    }
}

fn new_order(number: u64, minor: u64) -> Option<NewOrder> {
    Some(NewOrder {
        reference_order_id: ReferenceOrderId::parse(format!("ORDER-{number}")).ok()?,
        amount: Money::from_minor(Currency::parse("USD").ok()?, minor).ok()?,
        description: "Two cups".to_owned(),
        reference_buyer_id: ReferenceBuyerId::parse("BUYER-1").ok()?,
        details: Default::default(),
    })
}

/// Asks an instance, and another one where it died or could not do it.
async fn insist<T, F>(world: &Arc<World>, act: impl Fn(Services) -> F) -> Option<T>
where
    T: std::marker::Send + 'static,
    F: Future<Output = Option<T>> + std::marker::Send + 'static,
{
    for _ in 0..TRIES {
        if let Some(instance) = world.any_instance()
            && let Some(Some(value)) = instance.do_here(&act).await
        {
            return Some(value);
        }
        world.handle.sleep(world.random.between(200, 5_000)).await;
    }
    None
}

async fn look(world: &Arc<World>, id: &ReferenceOrderId) -> Option<Arc<Order>> {
    let id = id.clone();
    insist(world, move |services| {
        let id = id.clone();
        async move { services.look(&id).await }
    })
    .await
}

/// A command is tried again, unless the order refuses it.
pub async fn command(world: &Arc<World>, id: &ReferenceOrderId, command: Command) -> Fate {
    let id = id.clone();
    let done = insist(world, move |services| {
        let (id, command) = (id.clone(), command.clone());
        async move {
            match services.execute(&id, &command).await {
                Ok(_) => Some(Fate::Carried),
                Err(antom_domain::service::CommandError::Refused(_)) => Some(Fate::Refused),
                Err(_) => None,
            }
        }
    });
    done.await.unwrap_or(Fate::Unknown)
}

/// A buyer tries to pay: opens an attempt, waits for what the gateway hands out, and acts on it.
async fn pay(world: &Arc<World>, id: &ReferenceOrderId, attempt: u64, plan: Plan) {
    let random = &world.random;
    let is_hosted = random.chance(500);
    let method = random.one_of(&["CARD", "CARD", "CARD", "ALIPAY_CN"], "CARD");
    let is_manual = method == "CARD" && random.chance(400);
    let number = world.fresh();
    let Some(payment_request_id) = PaymentRequestId::parse(format!("{id}-PAY-{attempt}-{number}")).ok()
    else {
        return;
    };
    let mode = if is_manual { CaptureMode::Manual } else { CaptureMode::Automatic };
    let open = OpenAttempt {
        payment_request_id: payment_request_id.clone(),
        token: format!("token-{number}"),
        integration: if is_hosted { Integration::Hosted } else { Integration::Session },
        payment_method_type: method.to_owned(),
        capture_mode: (method == "CARD").then_some(mode),
        terminal_type: Some(TerminalType::from("WEB")),
        os_type: None,
        client_ip: Some("203.0.113.7".to_owned()),
        idempotency_key: Some(format!("key-{number}")),
        terms: Default::default(),
    };
    fate::draw(world, id, &payment_request_id);
    if command(world, id, Command::OpenAttempt(Box::new(open))).await != Fate::Carried {
        return;
    }
    if !wait_for_handout(world, id, &payment_request_id).await {
        return;
    }
    act(world, payment_request_id.as_str(), is_hosted).await;
    if !plan.in_two_tabs {
        world.handle.sleep(random.one_of(&[500, 10_000, 200_000, 1_200_000], 10_000)).await;
    }
}

async fn wait_for_handout(world: &Arc<World>, id: &ReferenceOrderId, attempt: &PaymentRequestId) -> bool {
    for wait in [200, 1_000, 5_000, 30_000, 120_000] {
        let order = look(world, id).await;
        let known = order.as_ref().and_then(|order| order.attempt(attempt));
        if known.is_some_and(|known| known.handed_out_at.is_some()) {
            return true;
        }
        world.handle.sleep(wait).await;
    }
    false
}

/// What the buyer does on the gateway's page: up to three tries, then nothing more.
async fn act(world: &Arc<World>, attempt: &str, _is_hosted: bool) {
    let random = &world.random;
    for _ in 0..3 {
        world.handle.sleep(random.one_of(&[800, 5_000, 40_000, 900_000, 2_400_000], 5_000)).await;
        let outcome = match random.below(100) {
            0..=59 => Outcome::Success,
            60..=71 => Outcome::Decline,
            72..=79 => Outcome::Fail,
            80..=89 => Outcome::Pending,
            _ => Outcome::Cancel,
        };
        let done = complete(world, attempt, outcome);
        if done.is_err() || !matches!(outcome, Outcome::Decline | Outcome::Pending) {
            return;
        }
    }
}

fn complete(world: &Arc<World>, attempt: &str, outcome: Outcome) -> Result<(), CompletionError> {
    let now = world.gateway_now();
    let (done, sends) = {
        let mut gateway = world.gateway();
        let done = gateway.complete(now, None, attempt, &Completion::of(outcome));
        (done, gateway.take_sends())
    };
    world.note("buyer", attempt, if done.is_ok() { "acted" } else { "too late" });
    delivery::send_out(world, sends);
    done.map(|_| ())
}

/// The staff looks at the order now and then: captures, cancels, ships, refunds.
async fn work(world: &Arc<World>, id: &ReferenceOrderId, plan: Plan) {
    let random = &world.random;
    let mut refunds = plan.refunds;
    let mut cancels = plan.cancels;
    for wait in [3_000, 20_000, 90_000, 600_000, 3_600_000, 14_400_000, 86_400_000] {
        world.handle.sleep(random.between(wait / 2, wait)).await;
        let Some(order) = look(world, id).await else { continue };
        let mut has_acted = false;
        if cancels && let Some(latest) = order.attempts.last() {
            (cancels, has_acted) = (false, true);
            let payment_request_id = latest.payment_request_id.clone();
            world.seen().returned_by_merchant.insert(payment_request_id.to_string());
            command(world, id, Command::Cancel { payment_request_id }).await;
        }
        if plan.captures {
            has_acted |= capture_what_is_held(world, id, &order).await;
        }
        // Nobody ships by what they knew before they did something else.
        let order = if has_acted { look(world, id).await } else { Some(order) };
        let Some(order) = order else { continue };
        ship(world, id, &order);
        if refunds > 0 && world.seen().shipped.contains_key(id.as_str()) {
            refunds = refunds.saturating_sub(1);
            refund(world, id, &order).await;
        }
    }
}

/// Whether there was anything to capture.
async fn capture_what_is_held(world: &Arc<World>, id: &ReferenceOrderId, order: &Order) -> bool {
    let held: Vec<PaymentRequestId> = order
        .attempts
        .iter()
        .filter(|attempt| attempt.capture_mode == Some(CaptureMode::Manual) && attempt.holds_money())
        .map(|attempt| attempt.payment_request_id.clone())
        .collect();
    for payment_request_id in &held {
        let parts = if world.contract() == "multiple" { world.random.between(1, 2) } else { 1 };
        for _ in 0..parts {
            capture(world, id, payment_request_id, order.amount).await;
        }
    }
    !held.is_empty()
}

/// One capture of what the contract allows. Whoever captures in parts does not reckon what is left, asks for the same
/// one twice, and sometimes under the id of another one: the service has to know better.
async fn capture(world: &Arc<World>, id: &ReferenceOrderId, attempt: &PaymentRequestId, price: Money) {
    let random = &world.random;
    let minor = match world.contract() {
        "full" => None,
        _ => Some((price.minor_units() / random.one_of(&[1, 2, 3, 5], 1)).max(1)),
    };
    let fresh = format!("CAP-{}", world.fresh());
    let used = {
        let seen = world.seen();
        let is_usable = |asked: &Asked| asked.attempt == attempt.as_str() && asked.fate == Fate::Carried;
        let mut earlier = seen.asked.iter().filter(|(_, asked)| is_usable(asked));
        earlier.next_back().map(|(id, asked)| (id.clone(), asked.clone()))
    };
    let used = used.filter(|_| world.contract() == "multiple" && random.chance(200));
    let is_last = world.contract() == "multiple" && random.chance(250);
    let capture_id = used.as_ref().map_or(fresh, |(id, _)| id.clone());
    let Ok(capture_request_id) = CaptureRequestId::parse(capture_id.as_str()) else { return };
    let amount = minor.and_then(|minor| Money::from_minor(price.currency(), minor).ok());
    let wish = Command::Capture { payment_request_id: attempt.clone(), capture_request_id, amount, is_last };
    let mut asked = Asked { attempt: attempt.to_string(), minor, is_last, fate: Fate::Unknown };
    let is_other = used.is_some_and(|(_, used)| (used.minor, used.is_last) != (minor, is_last));
    if !is_other {
        world.seen().asked.insert(capture_id.clone(), asked.clone());
    }
    asked.fate = command(world, id, wish).await;
    if !is_other {
        world.seen().asked.insert(capture_id, asked);
    } else if asked.fate == Fate::Carried {
        world.violation(format!("{capture_id} was asked for again as another capture, and not refused"));
    }
}

/// Ships an order once. The judge looks at the gateway's books at this moment.
fn ship(world: &Arc<World>, id: &ReferenceOrderId, order: &Order) {
    let Some((attempt, minor)) = paid_by(world, order) else { return };
    let is_first = {
        let mut seen = world.seen();
        if seen.shipped.contains_key(id.as_str()) {
            false
        } else {
            seen.shipped.insert(id.to_string(), attempt.clone());
            true
        }
    };
    if is_first {
        world.note("shipped", id.as_str(), &attempt);
        crate::audit::judge_shipping(world, id.as_str(), &attempt, minor);
    }
}

/// The attempt that pays for the order and its amount, if the order may be shipped.
fn paid_by(world: &Arc<World>, order: &Order) -> Option<(String, u64)> {
    if world.mistake() == Some(Mistake::ShipsBeforeCapture) {
        let paid = |attempt: &&Attempt| attempt.payment.phase == PaymentPhase::Succeeded;
        let attempt = order.attempts.iter().find(paid)?;
        return Some((attempt.payment_request_id.to_string(), attempt.amount.minor_units()));
    }
    if world.mistake() == Some(Mistake::PartIsShipped) {
        let taken = |attempt: &Attempt| attempt.is_card().then(|| attempt.taken()).flatten();
        let mut parts = order.attempts.iter().filter_map(|attempt| Some((attempt, taken(attempt)?)));
        let (attempt, taken) = parts.next()?;
        return Some((attempt.payment_request_id.to_string(), taken.minor_units()));
    }
    let shippable = order.shippable().ok()?;
    Some((shippable.payment_request_id().to_string(), shippable.amount().minor_units()))
}

async fn refund(world: &Arc<World>, id: &ReferenceOrderId, order: &Order) {
    let Some(holder) = order.holder() else { return };
    let Some(rest) = holder.refundable() else { return };
    let minor = if world.random.chance(500) { rest.minor_units() } else { rest.minor_units() / 3 };
    let Ok(amount) = Money::from_minor(rest.currency(), minor.max(1)) else { return };
    let Ok(refund_request_id) = RefundRequestId::parse(format!("REFUND-{}", world.fresh())) else { return };
    let payment_request_id = holder.payment_request_id.clone();
    world.seen().returned_by_merchant.insert(payment_request_id.to_string());
    let refund = Command::Refund { payment_request_id, refund_request_id, amount, reason: None };
    command(world, id, refund).await;
}
