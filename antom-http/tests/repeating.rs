//! Repeating and pacing: which call is made again after which end, in how much time, and what the caller is told.
//! Time is virtual here; what a single call ends with is tested with the calls.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers of tests fail by panicking"
)]

mod support;

use std::sync::{Arc, Mutex};
use std::time::Duration;

use antom_core::{Api, GatewayResult, ResultStatus};
use antom_http::testing::ScriptedTransport;
use antom_http::{
    Answer, CallError, Client, MaybeSentReason, Metrics, NotSentReason, PaceSettings, ResultClass,
    RetryBudget, RetryPolicy, RetryStep, TransportError, TransportFault, Tried, TryEnd, WaitReason,
};
use support::time::Time;
use support::{REQUEST, client_with, result_body, signed, unsigned};

const TRAFFIC: &str = "REQUEST_TRAFFIC_EXCEED_LIMIT";

fn lost(api: Api) -> CallError {
    let reason = MaybeSentReason::Transport(TransportError::maybe_sent(TransportFault::Deadline));
    CallError::MaybeSent { api, reason, hint: None, trace_id: None }
}

fn unconnected(api: Api) -> CallError {
    let reason = NotSentReason::Transport(TransportError::not_sent(TransportFault::Connect));
    CallError::NotSent { api, reason }
}

fn hinted(api: Api, code: &str, status: ResultStatus) -> CallError {
    let hint = Some(Box::new(GatewayResult::new(code, status, "")));
    let reason = MaybeSentReason::Status { status: 500, retry_after: None };
    CallError::MaybeSent { api, reason, hint, trace_id: None }
}

fn repeats(api: Api, end: TryEnd<'_>) -> bool {
    let tried = Tried { api, end, tries: 1, left: Duration::from_secs(60) };
    RetryPolicy::default().next(&tried, 0) != RetryStep::Stop
}

fn repeats_answer(api: Api, code: &str, status: ResultStatus) -> bool {
    repeats(api, TryEnd::Answered(Some(&GatewayResult::new(code, status, ""))))
}

/// Operations that may be sent again although an earlier try may have arrived.
const IN_DOUBT: [Api; 11] = [
    Api::InquiryPayment,
    Api::InquiryRefund,
    Api::Consult,
    Api::RetrievePaymentSession,
    Api::InquireInstallment,
    Api::InquireExchangeRate,
    Api::InquireVaulting,
    Api::InquireToken,
    Api::CreatePaymentSession,
    Api::Refund,
    Api::Cancel,
];

//= B-8 test
#[test]
fn what_was_not_sent_comes_again_and_what_may_have_been_only_where_the_rules_allow() {
    for &api in Api::ALL {
        assert!(repeats(api, TryEnd::Failed(&unconnected(api))), "{api} not sent");
        assert_eq!(repeats(api, TryEnd::Failed(&lost(api))), IN_DOUBT.contains(&api), "{api} in doubt");
        assert!(repeats_answer(api, TRAFFIC, ResultStatus::Unknown), "{api} turned away at the door");
    }
}

//= X-7 test
#[test]
fn what_is_in_process_and_what_has_failed_never_comes_again() {
    for &api in Api::ALL {
        for code in ["REFUND_IN_PROCESS", "PAYMENT_IN_PROCESS", "CAPTURE_IN_PROCESS"] {
            assert!(!repeats_answer(api, code, ResultStatus::Unknown), "{api} {code}");
            assert!(
                !repeats(api, TryEnd::Failed(&hinted(api, code, ResultStatus::Unknown))),
                "{api} hint {code}"
            );
        }
        for code in
            ["PROCESS_FAIL", "SYSTEM_ERROR", "ORDER_NOT_EXIST", "MERCHANT_BALANCE_NOT_ENOUGH", TRAFFIC, "NEW"]
        {
            assert!(!repeats_answer(api, code, ResultStatus::Failure), "{api} {code}");
            assert!(
                !repeats(api, TryEnd::Failed(&hinted(api, code, ResultStatus::Failure))),
                "{api} hint {code}"
            );
        }
        assert!(!repeats_answer(api, "SUCCESS", ResultStatus::Success), "{api}");
        assert!(
            !repeats_answer(api, "A_NEW_CODE", ResultStatus::Unknown),
            "{api}: nobody says what it asks for"
        );
        assert!(!repeats(api, TryEnd::Answered(None)), "{api}: an answer without a result");
    }
}

#[test]
fn what_must_be_repaired_first_never_comes_again() {
    for &api in Api::ALL {
        let fields = CallError::NotSent { api, reason: NotSentReason::Body };
        assert!(!repeats(api, TryEnd::Failed(&fields)));
        let reason = MaybeSentReason::ForeignId { field: "paymentId" };
        let foreign = CallError::MaybeSent { api, reason, hint: None, trace_id: None };
        assert!(!repeats(api, TryEnd::Failed(&foreign)));
    }
}

#[test]
fn waits_double_are_capped_and_jitter_shortens_them_by_half_at_most() {
    let policy = RetryPolicy { tries: 100, ..RetryPolicy::default() };
    let wait = |tries, jitter| {
        let end = TryEnd::Failed(&unconnected(Api::Pay));
        let left = Duration::from_secs(60);
        match policy.next(&Tried { api: Api::Pay, end, tries, left }, jitter) {
            RetryStep::After(wait) => wait.as_millis(),
            RetryStep::Stop => panic!("stopped at {tries}"),
        }
    };
    assert_eq!([1, 2, 3, 4, 5, 99].map(|tries| wait(tries, 0)), [200, 400, 800, 1_600, 2_000, 2_000]);
    for (jitter, expected) in [(0, 200), (500, 150), (999, 101), (u16::MAX, 101)] {
        assert!(wait(1, jitter).abs_diff(expected) <= 1, "{jitter}: {}", wait(1, jitter));
    }
}

#[test]
fn tries_deadline_and_the_gateways_own_wish_bound_it() {
    let policy = RetryPolicy::default();
    let error = unconnected(Api::Refund);
    let next = |api, tries, left, end| policy.next(&Tried { api, end, tries, left }, 0);
    let end = TryEnd::Failed(&error);
    assert_eq!(next(Api::Refund, 3, Duration::from_secs(9), end), RetryStep::Stop, "three tries");
    assert_eq!(
        next(Api::Refund, 1, Duration::from_millis(200), end),
        RetryStep::Stop,
        "no time is left after the wait"
    );
    assert_eq!(
        next(Api::Refund, 1, Duration::from_millis(201), end),
        RetryStep::After(Duration::from_millis(200))
    );
    let many = RetryPolicy { tries: 9, ..policy };
    let cancelled = lost(Api::Cancel);
    let left = Duration::from_secs(60);
    let cancel =
        |tries| many.next(&Tried { api: Api::Cancel, end: TryEnd::Failed(&cancelled), tries, left }, 0);
    assert_ne!(cancel(2), RetryStep::Stop);
    assert_eq!(cancel(3), RetryStep::Stop, "a cancel is sent three times at most");
    let reason = MaybeSentReason::Status { status: 503, retry_after: Some(Duration::from_secs(5)) };
    let busy = CallError::MaybeSent { api: Api::Refund, reason, hint: None, trace_id: None };
    let busy = TryEnd::Failed(&busy);
    assert_eq!(next(Api::Refund, 1, left, busy), RetryStep::After(Duration::from_secs(5)));
    assert_eq!(next(Api::Refund, 1, Duration::from_secs(5), busy), RetryStep::Stop);
    let off = RetryPolicy::off().next(&Tried { api: Api::Refund, end, tries: 1, left }, 0);
    assert_eq!(off, RetryStep::Stop);
}

fn waiting_client(time: &Time, transport: &ScriptedTransport) -> Client {
    client_with(time.clock(), transport.clone()).with_waiting(time.waiting())
}

async fn call(client: &Client, api: Api) -> Result<Answer, CallError> {
    client.call_repeating(api, REQUEST.into(), Duration::from_secs(10)).await
}

fn answering(transport: ScriptedTransport, code: &str, status: &str) -> ScriptedTransport {
    let body = result_body(code, status);
    transport.reply(move |request| Ok(signed(request, 200, &body)))
}

//= B-8 test
#[tokio::test]
async fn every_try_sends_the_same_bytes_and_the_last_answer_counts() {
    let time = Time::start();
    let transport = ScriptedTransport::new().refuse().never_answer();
    let transport = answering(transport, "SUCCESS", "S");
    let answer = call(&waiting_client(&time, &transport), Api::Refund).await.unwrap();
    assert!(answer.result().unwrap().is_success());
    let requests = transport.requests();
    assert_eq!(requests.len(), 3);
    assert!(requests.iter().all(|request| request.body == REQUEST.as_bytes()));
    assert_eq!(time.waits(), [200, 400]);
    let deadlines: Vec<u128> = requests.iter().map(|request| request.deadline.as_millis()).collect();
    assert_eq!(deadlines, [10_000, 9_800, 9_400], "one deadline for the whole call");
}

/// The mistake that would charge a buyer twice: a first try that arrived, a second that did not, and a caller who is told that
/// nothing was sent.
#[tokio::test]
async fn a_call_that_may_have_been_sent_once_stays_in_doubt_whatever_follows() {
    for (api, script) in [
        (Api::Refund, ScriptedTransport::new().never_answer().refuse().refuse()),
        (Api::Refund, ScriptedTransport::new().refuse().never_answer().refuse()),
        (Api::Cancel, ScriptedTransport::new().never_answer().never_answer().refuse()),
        (Api::CreatePaymentSession, ScriptedTransport::new().never_answer().refuse().refuse()),
    ] {
        let error = call(&waiting_client(&Time::start(), &script), api).await.unwrap_err();
        assert!(error.is_outcome_unknown(), "{api}: {error:?}");
        assert_eq!(script.requests().len(), 3, "{api}");
    }
    let never = ScriptedTransport::new().refuse().refuse().refuse();
    let error = call(&waiting_client(&Time::start(), &never), Api::Pay).await.unwrap_err();
    assert!(!error.is_outcome_unknown(), "no try left this machine: {error:?}");
}

#[tokio::test]
async fn a_payment_in_doubt_is_sent_once() {
    for api in [Api::Pay, Api::Capture] {
        let transport = ScriptedTransport::new().never_answer().never_answer();
        assert!(
            call(&waiting_client(&Time::start(), &transport), api).await.unwrap_err().is_outcome_unknown()
        );
        assert_eq!(transport.requests().len(), 1, "{api}");
    }
}

#[tokio::test]
async fn nothing_is_repeated_without_a_way_to_wait_or_with_the_policy_off() {
    let time = Time::start();
    let transport = ScriptedTransport::new().refuse().refuse();
    let quiet = client_with(time.clock(), transport.clone());
    assert!(call(&quiet, Api::Consult).await.is_err());
    assert_eq!(transport.requests().len(), 1);
    let off = quiet.with_waiting(time.waiting()).with_retries(RetryPolicy::off());
    assert!(call(&off, Api::Consult).await.is_err());
    assert_eq!(transport.requests().len(), 2);
}

#[tokio::test]
async fn an_exhausted_budget_ends_repetitions_for_all_clones() {
    let time = Time::start();
    let transport = (0..40).fold(ScriptedTransport::new(), |script, _| script.refuse());
    let client = waiting_client(&time, &transport).with_load(PaceSettings::default(), RetryBudget::new(3, 0));
    for _ in 0..5 {
        assert!(call(&client.clone(), Api::Consult).await.is_err());
    }
    assert_eq!(transport.requests().len(), 5 + 3, "five calls, three repetitions");
}

#[tokio::test]
async fn no_try_begins_after_the_deadline() {
    let time = Time::start();
    let slow = time.clone();
    let transport = ScriptedTransport::new().reply(move |request| {
        slow.pass(request.deadline);
        Err(TransportError::maybe_sent(TransportFault::Deadline))
    });
    assert!(call(&waiting_client(&time, &transport), Api::Refund).await.is_err());
    assert_eq!((transport.requests().len(), time.waits()), (1, Vec::new()));
}

#[tokio::test]
async fn a_traffic_limit_slows_all_calls_of_the_client_down_and_calm_ends_it() {
    let time = Time::start();
    let mut transport = answering(ScriptedTransport::new(), TRAFFIC, "U");
    for _ in 0..5 {
        transport = answering(transport, "SUCCESS", "S");
    }
    let client = waiting_client(&time, &transport);
    let deadline = Duration::from_secs(10);
    let once = |api| {
        let client = client.clone();
        async move { client.call(api, REQUEST.into(), deadline).await }
    };
    assert!(once(Api::Consult).await.unwrap().result().unwrap().is_unknown());
    for api in [Api::Pay, Api::InquiryPayment, Api::Refund] {
        assert!(once(api).await.is_ok());
    }
    assert_eq!(time.waits(), [200, 200, 200], "5 per second, whatever is called");
    time.pass(Duration::from_secs(40));
    assert!(once(Api::Pay).await.is_ok() && once(Api::Pay).await.is_ok());
    assert_eq!(time.waits().len(), 3, "open again");
}

#[tokio::test]
async fn a_limit_counts_by_its_code_or_status_signed_or_not() {
    let body = result_body(TRAFFIC, "U");
    let unsigned_code = {
        let body = body.clone();
        move |_: &_| Ok(unsigned(200, &body))
    };
    let status = |_: &_| Ok(unsigned(429, "<html>"));
    let scripts = [ScriptedTransport::new().reply(unsigned_code), ScriptedTransport::new().reply(status)];
    for transport in scripts {
        let client = client_with(Time::start().clock(), transport);
        assert!(client.call(Api::Pay, REQUEST.into(), Duration::from_secs(10)).await.is_err());
        let held = client.call(Api::Pay, REQUEST.into(), Duration::from_secs(10)).await.unwrap_err();
        let expected = Duration::from_millis(200);
        assert!(
            matches!(&held, CallError::NotSent { reason: NotSentReason::Paced { wait }, .. } if *wait == expected)
        );
        assert!(held.is_retryable() && !held.is_outcome_unknown());
        assert_eq!(held.retry_after(), Some(expected));
    }
}

#[tokio::test]
async fn a_turn_that_would_take_more_than_half_of_the_deadline_is_not_waited_for() {
    let time = Time::start();
    let transport = answering(answering(ScriptedTransport::new(), TRAFFIC, "U"), "SUCCESS", "S");
    let client = waiting_client(&time, &transport);
    assert!(client.call(Api::Pay, REQUEST.into(), Duration::from_secs(10)).await.is_ok());
    let hasty = client.call(Api::Pay, REQUEST.into(), Duration::from_millis(399)).await.unwrap_err();
    assert!(matches!(hasty, CallError::NotSent { reason: NotSentReason::Paced { .. }, .. }));
    assert!(client.call(Api::Pay, REQUEST.into(), Duration::from_millis(400)).await.is_ok());
    assert_eq!(transport.requests()[1].deadline, Duration::from_millis(200));
}

#[derive(Debug, Default)]
struct Told(Mutex<Vec<String>>);

impl Metrics for Told {
    fn called(&self, api: Api, class: ResultClass, took: Duration) {
        self.0.lock().unwrap().push(format!("{api} {} {}", class.as_str(), took.as_millis()));
    }

    fn waits(&self, api: Api, reason: WaitReason, wait: Duration) {
        self.0.lock().unwrap().push(format!("{api} {reason:?} {}", wait.as_millis()));
    }
}

#[tokio::test]
async fn every_try_and_every_wait_is_told_once_with_its_class_and_time() {
    let time = Time::start();
    let told = Arc::new(Told::default());
    let mut transport = ScriptedTransport::new().refuse().never_answer();
    for (code, status) in
        [("SUCCESS", "S"), ("PROCESS_FAIL", "F"), ("NEW", "X"), (TRAFFIC, "U"), ("SUCCESS", "S")]
    {
        let (body, slow) = (result_body(code, status), time.clone());
        transport = transport.reply(move |request| {
            slow.pass(Duration::from_millis(30));
            Ok(signed(request, 200, &body))
        });
    }
    let client = waiting_client(&time, &transport).with_metrics(told.clone());
    for _ in 0..4 {
        assert!(call(&client, Api::Refund).await.is_ok());
    }
    assert_eq!(
        *told.0.lock().unwrap(),
        [
            "refund not_sent 0",
            "refund Retry 200",
            "refund maybe_sent 0",
            "refund Retry 400",
            "refund success 30",
            "refund failure 30",
            "refund unknown 30",
            "refund unknown 30",
            "refund Retry 200",
            "refund success 30",
        ]
    );
}
