//! The typed client against the simulator over TLS: every operation, its examples, lost answers, and how many connections it takes.
//! The service that is built on it has its own suites; failures that a whole gateway does not show are tested beside the client.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::duplicate_mod,
    dead_code,
    unreachable_pub,
    reason = "helpers of tests fail by panicking, and the examples are programs of their own"
)]

#[path = "../../antom-http/examples/capture_manually.rs"]
mod capture_manually;
#[path = "../../antom-http/examples/live_sandbox.rs"]
mod live_sandbox;
#[path = "../../antom-http/examples/pay_and_poll.rs"]
mod pay_and_poll;
#[path = "../../antom-http/examples/refund.rs"]
mod refund;
#[path = "client/stand.rs"]
mod stand;
#[path = "../../antom-http/examples/support/mod.rs"]
mod support;

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use antom_core::wire::{
    CancelRequest, CaptureRequest, ConsultRequest, CreatePaymentSessionRequest, Env, InquiryPaymentRequest,
    InquiryRefundRequest, Order, PaymentFactor, PaymentMethod, RefundRequest,
};
use antom_core::{
    CaptureMode, CaptureRequestId, PaymentStatus, ReferenceOrderId, RefundRequestId, RefundStatus,
    TerminalType,
};
use antom_http::{CallError, PaymentWait, Polling, WaitEnd};
use antom_simulator::Simulator;
use serde_json::json;
use stand::{Stand, amount, client_at, payment};
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};

//= G-2 test
#[tokio::test]
async fn a_payment_is_made_captured_and_refunded_over_tls() {
    let stand = Stand::start().await;
    let (client, id) = (&stand.client, payment("p-1"));
    let payment_id = stand.pay(&id, CaptureMode::Manual).await;
    stand.act(&id, "success");
    let inquiry = InquiryPaymentRequest::by_request_id(id.clone());
    let paid = client.inquiry_payment(&inquiry).await.unwrap();
    assert_eq!(paid.payment_status, Some(PaymentStatus::Success));
    assert_eq!(paid.payment_amount.unwrap().to_money().unwrap(), amount());

    let capture_id = CaptureRequestId::parse("c-1").unwrap();
    let capture = CaptureRequest::new(capture_id, payment_id.clone(), amount());
    assert!(client.capture(&capture).await.unwrap().result.unwrap().result_code.is("CAPTURE_IN_PROCESS"));
    stand.pause().wait(Duration::from_secs(2)).await;
    assert_eq!(stand.attempt(&id)["captured"], "4200");

    let refund_id = RefundRequestId::parse("r-1").unwrap();
    let refund = RefundRequest::new(refund_id.clone(), payment_id, amount());
    assert!(client.refund(&refund).await.unwrap().result.unwrap().result_code.is("REFUND_IN_PROCESS"));
    stand.pause().wait(Duration::from_secs(2)).await;
    let inquiry = InquiryRefundRequest::by_request_id(refund_id);
    let refunded = client.inquiry_refund(&inquiry).await.unwrap();
    assert_eq!(refunded.refund_status, Some(RefundStatus::Success));
    assert_eq!(stand.attempt(&id)["refunded"], "4200");
}

#[tokio::test]
async fn sessions_cancels_and_consults_are_answered_over_tls() {
    let stand = Stand::start().await;
    let id = payment("s-1");
    let order = Order::new(ReferenceOrderId::parse("order-1").unwrap(), "Two cups of coffee", amount());
    let page = "https://shop.example/result";
    let mut session = CreatePaymentSessionRequest::new(id.clone(), order, amount(), page);
    session.payment_method = Some(PaymentMethod::card());
    session.payment_factor = Some(PaymentFactor::card(CaptureMode::Automatic));
    let opened = stand.client.create_payment_session(&session).await.unwrap();
    assert!(opened.result.unwrap().is_success() && opened.payment_session_data.is_some());

    let cancelled = stand.client.cancel(&CancelRequest::by_request_id(id)).await.unwrap();
    assert!(cancelled.result.unwrap().is_success());

    let consult = ConsultRequest::new(amount(), Env::new(TerminalType::Web));
    let options = stand.client.consult(&consult).await.unwrap().payment_options.unwrap();
    assert!(options.iter().any(|option| option.payment_method_type.as_deref() == Some("CARD")));
}

/// The gateway acts and its answer is lost: the second try must be the same refund, not a second one.
//= B-8 test
#[tokio::test]
async fn a_refund_whose_answer_is_lost_is_repeated_and_done_once() {
    let stand = Stand::start().await;
    let id = payment("p-1");
    let payment_id = stand.pay(&id, CaptureMode::Automatic).await;
    stand.act(&id, "success");
    stand.pause().wait(Duration::from_secs(2)).await;
    let lost = json!({"kind": "drop", "effect": true});
    let rule = json!({"target": "refund", "script": [true], "do": lost});
    stand.simulator.set_faults(json!({"rules": [rule]})).unwrap();
    let refund = RefundRequest::new(RefundRequestId::parse("r-1").unwrap(), payment_id, amount());
    let answer = stand.client.refund(&refund).await.unwrap();
    assert!(answer.result.unwrap().result_code.is("REFUND_IN_PROCESS"));
    stand.pause().wait(Duration::from_secs(2)).await;
    let attempt = stand.attempt(&id);
    assert_eq!((&attempt["executed"]["refund"], &attempt["refunded"]), (&json!(1), &json!("4200")));
}

#[tokio::test]
async fn a_payment_whose_answer_is_lost_is_in_doubt_and_the_inquiry_finds_it() {
    let stand = Stand::start().await;
    let id = payment("p-1");
    let lost = json!({"kind": "drop", "effect": true});
    let rule = json!({"target": "pay", "script": [true], "do": lost});
    stand.simulator.set_faults(json!({"rules": [rule]})).unwrap();
    let request = support::card_payment(id.clone(), amount(), CaptureMode::Automatic).unwrap();
    let error = stand.client.pay(&request).await.unwrap_err();
    assert!(matches!(error, CallError::MaybeSent { .. }), "{error:?}");
    stand.act(&id, "success");
    let inquiry = InquiryPaymentRequest::by_request_id(id.clone());
    let (polling, pause) = (Polling::default(), stand.pause());
    let ended =
        stand.client.wait_for_payment(&inquiry, polling, &pause, std::future::pending()).await.unwrap();
    assert!(
        matches!(ended, PaymentWait::Final(answer) if answer.payment_status == Some(PaymentStatus::Success))
    );
    assert_eq!(stand.attempt(&id)["executed"]["pay"], 1);
}

#[tokio::test]
async fn the_gateways_misbehaviour_leaves_every_call_in_doubt() {
    let stand = Stand::start().await;
    let faults = [
        json!({"kind": "bad_signature"}),
        json!({"kind": "no_signature"}),
        json!({"kind": "status", "status": 500}),
        json!({"kind": "status", "status": 502, "effect": true}),
        json!({"kind": "timeout_after_effect", "ms": 1}),
        json!({"kind": "drop"}),
    ];
    for (number, fault) in faults.into_iter().enumerate() {
        let rule = json!({"target": "pay", "script": [true], "do": fault.clone()});
        stand.simulator.set_faults(json!({"rules": [rule]})).unwrap();
        let id = payment(&format!("p-{number}"));
        let request = support::card_payment(id, amount(), CaptureMode::Automatic).unwrap();
        let error = stand.client.pay(&request).await.unwrap_err();
        assert!(error.is_outcome_unknown(), "{fault}: {error:?}");
    }
    for kind in ["unknown_enum", "unknown_field"] {
        let rule = json!({"target": "pay", "script": [true], "do": {"kind": kind}});
        stand.simulator.set_faults(json!({"rules": [rule]})).unwrap();
        let request = support::card_payment(payment(kind), amount(), CaptureMode::Automatic).unwrap();
        assert!(stand.client.pay(&request).await.is_ok(), "{kind} survives");
    }
}

//= I-2 test
#[tokio::test]
async fn waiting_for_a_payment_ends_with_it_with_the_time_or_with_a_signal() {
    let stand = Stand::start().await;
    let id = payment("p-1");
    stand.pay(&id, CaptureMode::Automatic).await;
    let inquiry = InquiryPaymentRequest::by_request_id(id.clone());
    let begin = stand.simulator.now();
    let short = Polling { give_up_after: Duration::from_secs(20), ..Polling::default() };
    let pause = stand.pause();
    let given_up =
        stand.client.wait_for_payment(&inquiry, short, &pause, std::future::pending()).await.unwrap();
    assert!(matches!(given_up, PaymentWait::Open { end: WaitEnd::GaveUp, last: Some(_) }), "{given_up:?}");
    assert_eq!(stand.simulator.now().since(begin), Duration::from_secs(20));

    // The gateway closes a payment that nobody completes, about 14 minutes after it was made.
    let long = Polling { give_up_after: Duration::from_secs(900), ..Polling::default() };
    let closed = stand.client.wait_for_payment(&inquiry, long, &pause, std::future::pending()).await.unwrap();
    assert!(
        matches!(closed, PaymentWait::Final(answer) if answer.payment_status == Some(PaymentStatus::Fail))
    );

    let unknown = InquiryPaymentRequest::by_request_id(payment("never-made"));
    let at_once = std::future::ready(());
    let stopped = stand.client.wait_for_payment(&unknown, long, &pause, at_once).await.unwrap();
    assert!(matches!(stopped, PaymentWait::Open { end: WaitEnd::Signal, .. }), "{stopped:?}");
}

/// Passes bytes on to the simulator's TLS port and counts the connections.
async fn counting(simulator: &Simulator) -> (String, Arc<AtomicUsize>) {
    let target = simulator.tls_url().unwrap().trim_start_matches("https://").to_owned();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("https://{}", listener.local_addr().unwrap());
    let count = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&count);
    tokio::spawn(async move {
        loop {
            let (mut from, _) = listener.accept().await.unwrap();
            counter.fetch_add(1, Ordering::SeqCst);
            let mut to = TcpStream::connect(&target).await.unwrap();
            tokio::spawn(async move { copy_bidirectional(&mut from, &mut to).await });
        }
    });
    (url, count)
}

#[tokio::test]
async fn a_thousand_calls_one_after_the_other_take_at_most_ten_connections() {
    let stand = Stand::start().await;
    let (url, count) = counting(&stand.simulator).await;
    let client = client_at(&stand.simulator, &url);
    let consult = ConsultRequest::new(amount(), Env::new(TerminalType::Web));
    for call in 0..1_000 {
        let answer = client.consult(&consult).await.unwrap();
        assert!(answer.result.unwrap().is_success(), "call {call}");
    }
    let connections = count.load(Ordering::SeqCst);
    println!("1,000 calls took {connections} connections");
    assert!((1..=10).contains(&connections), "{connections} connections");
}

/// What an example tells, and what its buyer does.
fn told() -> (Arc<Mutex<Vec<String>>>, impl Fn(&str)) {
    let lines = Arc::new(Mutex::new(Vec::new()));
    let kept = Arc::clone(&lines);
    (lines, move |line: &str| kept.lock().unwrap().push(line.to_owned()))
}

#[tokio::test]
async fn the_examples_pay_capture_and_refund() {
    let stand = Stand::start().await;
    let (id, pause) = (payment("p-1"), stand.pause());
    let (lines, tell) = told();
    let buyer = |line: &str| {
        tell(line);
        if line.starts_with("open http") {
            stand.act(&id, "success");
        }
    };
    pay_and_poll::run(&stand.client, id.clone(), &pause, buyer).await.unwrap();
    assert_eq!(lines.lock().unwrap().last().unwrap(), "paid; a card is shipped once it is captured");
    pause.wait(Duration::from_secs(2)).await;
    let (lines, tell) = told();
    refund::run(&stand.client, id.clone(), &pause, tell).await.unwrap();
    assert_eq!(lines.lock().unwrap().last().unwrap(), "refunded");
    assert_eq!(stand.attempt(&id)["refunded"], "4200");

    let manual = payment("p-2");
    stand.pay(&manual, CaptureMode::Manual).await;
    stand.act(&manual, "success");
    for _ in 0..2 {
        let (lines, tell) = told();
        capture_manually::run(&stand.client, manual.clone(), &pause, tell).await.unwrap();
        assert_eq!(lines.lock().unwrap().last().unwrap(), "captured");
    }
    assert_eq!(stand.attempt(&manual)["executed"]["capture"], 1, "run twice, captured once");
}

#[tokio::test]
async fn the_example_for_the_live_sandbox_does_what_it_says() {
    let stand = Stand::start().await;
    let (lines, tell) = told();
    live_sandbox::run(&stand.client, payment("live-1"), amount(), tell).await.unwrap();
    let lines = lines.lock().unwrap();
    assert_eq!(lines.len(), 5, "{lines:?}");
    assert!(lines[1].starts_with("pay: PAYMENT_IN_PROCESS http"), "{lines:?}");
    assert_eq!(lines[4], "inquiryPayment after cancel: SUCCESS Some(Cancelled)");
}
