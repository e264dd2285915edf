//! Counts the calls to the gateway by operation and by how they ended, measures how long they take, and calls for somebody
//! where the gateway tells of a fault of ours.
//! The gateway behind it is any implementation of the port.

use std::sync::Arc;
use std::time::Duration;

use antom_core::outcome::{Api, GatewayResult};
use antom_domain::order::GatewayCall;
use antom_domain::port::{CallFailure, GatewayAnswer, PaymentGateway, Reach};
use async_trait::async_trait;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;
use tokio::time::Instant;

use super::Level;

/// The operations that the domain calls; anything else is counted as `other`.
const APIS: [Api; 7] = [
    Api::CreatePaymentSession,
    Api::Pay,
    Api::InquiryPayment,
    Api::Capture,
    Api::Cancel,
    Api::Refund,
    Api::InquiryRefund,
];
const OTHER: &str = "other";
const CLASSES: [&str; 5] = ["success", "failure", "unknown", "not_sent", "maybe_sent"];
/// In seconds, up to the longest time that a call may be given.
const BUCKETS: [f64; 9] = [0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 20.0];

/// The counters of calls.
#[derive(Debug, Clone)]
pub(crate) struct CallCounts(Arc<Counts>);

#[derive(Debug)]
struct Counts {
    by_api: Vec<OfApi>,
    under_way: Level,
}

#[derive(Debug)]
struct OfApi {
    name: &'static str,
    by_class: [Counter; CLASSES.len()],
    in_doubt: Counter,
    id_reused: Counter,
    took: Histogram,
}

impl CallCounts {
    pub(super) fn register(registry: &mut Registry) -> CallCounts {
        let calls = Family::<[(&'static str, &'static str); 2], Counter>::default();
        let in_doubt = Family::<super::Labels, Counter>::default();
        let id_reused = Family::<super::Labels, Counter>::default();
        let took: Family<super::Labels, Histogram> = Family::new_with_constructor(|| Histogram::new(BUCKETS));
        let under_way = Level::default();
        registry.register(
            "gateway_calls",
            "Calls to the gateway, by operation and by how they ended",
            calls.clone(),
        );
        registry.register(
            "unknown_outcomes",
            "Calls that move money and may have been received, without a verified answer",
            in_doubt.clone(),
        );
        registry.register(
            "ids_reused",
            "Calls that the gateway refused since it knows their id with other content: a fault of ours",
            id_reused.clone(),
        );
        registry.register("gateway_call_seconds", "How long calls to the gateway took", took.clone());
        registry.register(
            "gateway_calls_under_way",
            "Calls to the gateway that are under way",
            under_way.clone(),
        );
        let names = APIS.into_iter().map(Api::name).chain([OTHER]);
        let of_api = |name| OfApi {
            name,
            by_class: CLASSES.map(|class| calls.get_or_create_owned(&[("api", name), ("result", class)])),
            in_doubt: in_doubt.get_or_create_owned(&[("api", name)]),
            id_reused: id_reused.get_or_create_owned(&[("api", name)]),
            took: took.get_or_create_owned(&[("api", name)]),
        };
        CallCounts(Arc::new(Counts { by_api: names.map(of_api).collect(), under_way }))
    }

    fn ended(&self, call: &GatewayCall, reply: &Result<GatewayAnswer, CallFailure>, took: Duration) {
        let named = self.0.by_api.iter().find(|of_api| of_api.name == call.api.name());
        let Some(of_api) = named.or(self.0.by_api.last()) else { return };
        let class = class_of(reply);
        if let Some((_, counter)) = CLASSES.iter().zip(&of_api.by_class).find(|(name, _)| **name == class) {
            counter.inc();
        }
        let is_in_doubt = reply.as_ref().is_err_and(|failure| failure.reach == Reach::MaybeSent);
        if is_in_doubt && !call.subject.is_question() {
            of_api.in_doubt.inc();
        }
        if is_id_reused(reply) {
            of_api.id_reused.inc();
            let next_step = "nothing is concluded and the gateway is asked; compare what went out under this id, and find the other program that uses it";
            tracing::error!(
                api = of_api.name,
                paymentRequestId = %call.subject.payment_request_id(),
                call = %call.subject.call_id(),
                next_step,
                "the gateway knows this id with other content"
            );
        }
        of_api.took.observe(took.as_secs_f64());
    }
}

/// What a call goes out with never changes, so this cannot happen unless the books are not the ones that made the id.
//= X-9
fn is_id_reused(reply: &Result<GatewayAnswer, CallFailure>) -> bool {
    let result = reply.as_ref().map_or_else(|failure| failure.hint.as_ref(), result_of);
    result.is_some_and(|result| result.result_code.is("REPEAT_REQ_INCONSISTENT"))
}

/// How a call ended, in few words. What an inquiry's answer says of the payment is not told here, only whether the inquiry
/// was answered.
fn class_of(reply: &Result<GatewayAnswer, CallFailure>) -> &'static str {
    match reply {
        Err(CallFailure { reach: Reach::NotSent, .. }) => "not_sent",
        Err(CallFailure { reach: Reach::MaybeSent, .. }) => "maybe_sent",
        Ok(answer) => match result_of(answer) {
            Some(result) if result.is_success() => "success",
            Some(result) if result.is_failure() => "failure",
            _ => "unknown",
        },
    }
}

fn result_of(answer: &GatewayAnswer) -> Option<&GatewayResult> {
    match answer {
        GatewayAnswer::CreatePaymentSession(answer) => answer.result.as_ref(),
        GatewayAnswer::Pay(answer) => answer.result.as_ref(),
        GatewayAnswer::InquiryPayment(answer) => answer.result.as_ref(),
        GatewayAnswer::Capture(answer) => answer.result.as_ref(),
        GatewayAnswer::Cancel(answer) => answer.result.as_ref(),
        GatewayAnswer::Refund(answer) => answer.result.as_ref(),
        GatewayAnswer::InquiryRefund(answer) => answer.result.as_ref(),
        _ => None,
    }
}

/// A gateway whose calls are counted.
#[derive(Debug)]
pub(crate) struct CountedGateway {
    pub(crate) gateway: Arc<dyn PaymentGateway>,
    pub(crate) counts: CallCounts,
}

#[async_trait]
impl PaymentGateway for CountedGateway {
    async fn call(&self, call: &GatewayCall) -> Result<GatewayAnswer, CallFailure> {
        let (begun, _under_way) = (Instant::now(), UnderWay::begin(&self.counts.0.under_way));
        let reply = self.gateway.call(call).await;
        self.counts.ended(call, &reply, begun.elapsed());
        reply
    }
}

/// A call that is under way, until this is dropped: a caller that goes away ends it too.
struct UnderWay(Level);

impl UnderWay {
    fn begin(level: &Level) -> UnderWay {
        level.inc();
        UnderWay(level.clone())
    }
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        self.0.dec();
    }
}
