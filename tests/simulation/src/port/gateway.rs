//! The way to the gateway and back, with everything that can happen on it.
//! What the gateway does is the simulator's core; what its words mean is the domain's reading.

use std::sync::Arc;

use antom_core::outcome::Api;
use antom_domain::order::GatewayCall;
use antom_domain::port::{CallFailure, FailureReason, GatewayAnswer, PaymentGateway, Reach};
use antom_simulator::core::{Answer, Operation, Seal};
use async_trait::async_trait;

use crate::delivery;
use crate::executor::WORLD;
use crate::world::{CLIENT, World, fingerprint};

/// How long a caller waits for an answer (B-2).
const DEADLINE_MS: u64 = 10_000;

/// The gateway behind an unreliable network.
#[derive(Debug)]
pub struct SimulatedGateway {
    world: Arc<World>,
}

impl SimulatedGateway {
    /// The gateway of this world.
    pub fn new(world: Arc<World>) -> SimulatedGateway {
        SimulatedGateway { world }
    }

    async fn exchange(&self, call: &GatewayCall) -> Result<GatewayAnswer, CallFailure> {
        let world = &self.world;
        let profile = world.profile();
        if world.strikes(profile.not_sent) {
            // Refused at once, or nobody took the connection in time.
            world.handle.sleep(world.random.one_of(&[50, 3_000, DEADLINE_MS], 50)).await;
            return Err(failure(Reach::NotSent, FailureReason::NoConnection));
        }
        let _flight = Flight::begin(world, call);
        judge_call(world, call);
        self.travel().await;
        if world.strikes(profile.request_lost) || (profile.is_mute && call.subject.is_question()) {
            world.handle.sleep(DEADLINE_MS).await;
            return Err(failure(Reach::MaybeSent, FailureReason::Timeout));
        }
        if world.strikes(profile.refused_by_proxy) {
            return Err(failure(Reach::MaybeSent, FailureReason::HttpStatus(503)));
        }
        if world.strikes(profile.late_copy) {
            self.send_a_late_copy(call);
        }
        let answer = perform(world, call);
        if world.strikes(profile.answer_lost) {
            world.handle.sleep(DEADLINE_MS).await;
            return Err(failure(Reach::MaybeSent, FailureReason::Timeout));
        }
        self.travel().await;
        if world.strikes(profile.broken_by_proxy) {
            return Err(failure(Reach::MaybeSent, FailureReason::HttpStatus(502)));
        }
        read(call.api, &answer)
    }

    async fn travel(&self) {
        let profile = self.world.profile();
        let ms = if self.world.strikes(profile.slow_network) {
            self.world.random.between(100, 4_000)
        } else {
            self.world.random.between(5, 60)
        };
        self.world.handle.sleep(ms).await;
    }

    fn send_a_late_copy(&self, call: &GatewayCall) {
        let (world, call) = (Arc::clone(&self.world), call.clone());
        let wait = world.random.one_of(&[500, 15_000, 120_000], 500);
        self.world.handle.spawn(WORLD, async move {
            world.handle.sleep(wait).await;
            // Nobody listens for the answer.
            let _answer = perform(&world, &call);
        });
    }
}

#[async_trait]
impl PaymentGateway for SimulatedGateway {
    async fn call(&self, call: &GatewayCall) -> Result<GatewayAnswer, CallFailure> {
        let id = call.id();
        self.world.note("call", id.as_str(), "");
        let reply = self.exchange(call).await;
        let detail = match &reply {
            Ok(_) => "answered",
            Err(CallFailure { reach: Reach::NotSent, .. }) => "not sent",
            Err(CallFailure { reach: Reach::MaybeSent, .. }) => "no answer",
        };
        self.world.note("reply", id.as_str(), detail);
        reply
    }
}

/// A call under way. Nobody else may make the same call meanwhile: it is leased to one worker.
struct Flight {
    world: Arc<World>,
    id: String,
}

impl Flight {
    fn begin(world: &Arc<World>, call: &GatewayCall) -> Option<Flight> {
        if call.subject.is_question() {
            return None;
        }
        let id = call.id().to_string();
        let is_alone = world.seen().in_flight.insert(id.clone());
        // A clock that jumps may end a lease early; then the same bytes go twice, which is harmless.
        if !is_alone && !world.has_wrong_clocks() {
            world.violation(format!("{id} is under way twice within one lease"));
        }
        Some(Flight { world: Arc::clone(world), id })
    }
}

impl Drop for Flight {
    fn drop(&mut self) {
        self.world.seen().in_flight.remove(&self.id);
    }
}

/// No id reaches the gateway that is not durable here, and one id always has one content.
fn judge_call(world: &World, call: &GatewayCall) {
    if call.subject.is_question() {
        return;
    }
    let id = call.id().to_string();
    let hash = fingerprint(call.body.as_bytes());
    let mut seen = world.seen();
    let durable = seen.durable_calls.get(&id).copied();
    let made = *seen.made_calls.entry(id.clone()).or_insert(hash);
    let count = seen.made.entry(id.clone()).or_insert(0);
    *count = count.saturating_add(1);
    drop(seen);
    match durable {
        None => world.violation(format!("{id} is sent and not durable")),
        Some(stored) if stored != hash => {
            world.violation(format!("{id} is sent with other bytes than stored"))
        }
        Some(_) => {}
    }
    if made != hash {
        world.violation(format!("{id} is sent again with other bytes"));
    }
}

/// The call takes effect at the gateway; notifications that come of it set out.
fn perform(world: &Arc<World>, call: &GatewayCall) -> Answer {
    world.count_gateway_call();
    let now = world.gateway_now();
    let Some(operation) = Operation::named(call.api.name()) else { return Answer::Status(404) };
    let (handled, sends) = {
        let mut gateway = world.gateway();
        let handled = gateway.call(now, CLIENT, operation, call.body.as_bytes());
        (handled, gateway.take_sends())
    };
    if let (Answer::Body(body, _), false) = (&handled.answer, call.subject.is_question()) {
        world.note("effect", call.id().as_str(), body.get(..80.min(body.len())).unwrap_or_default());
    }
    delivery::send_out(world, sends);
    handled.answer
}

fn read(api: Api, answer: &Answer) -> Result<GatewayAnswer, CallFailure> {
    let text = match answer {
        Answer::Body(text, Seal::Good) => text,
        Answer::Body(..) => return Err(failure(Reach::MaybeSent, FailureReason::NotVerified)),
        Answer::Status(status) => {
            return Err(failure(Reach::MaybeSent, FailureReason::HttpStatus(*status)));
        }
        Answer::Close => return Err(failure(Reach::MaybeSent, FailureReason::ConnectionLost)),
    };
    let typed = match api {
        Api::CreatePaymentSession => {
            serde_json::from_str(text).map(|it| GatewayAnswer::CreatePaymentSession(Box::new(it)))
        }
        Api::Pay => serde_json::from_str(text).map(|it| GatewayAnswer::Pay(Box::new(it))),
        Api::Capture => serde_json::from_str(text).map(|it| GatewayAnswer::Capture(Box::new(it))),
        Api::Cancel => serde_json::from_str(text).map(|it| GatewayAnswer::Cancel(Box::new(it))),
        Api::Refund => serde_json::from_str(text).map(|it| GatewayAnswer::Refund(Box::new(it))),
        Api::InquiryRefund => serde_json::from_str(text).map(|it| GatewayAnswer::InquiryRefund(Box::new(it))),
        _ => serde_json::from_str(text).map(|it| GatewayAnswer::InquiryPayment(Box::new(it))),
    };
    typed.map_err(|_| failure(Reach::MaybeSent, FailureReason::NotReadable))
}

fn failure(reach: Reach, reason: FailureReason) -> CallFailure {
    CallFailure { reach, reason, hint: None }
}
