//! Waiting for a payment: when the next inquiry comes, and what ends the wait.
//! Time is virtual; against a gateway that keeps its own time it is tested with the workspace's suites.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers of tests fail by panicking"
)]

mod support;

use std::time::Duration;

use antom_core::wire::{InquiryPaymentRequest, InquiryPaymentResponse};
use antom_core::{PaymentRequestId, PaymentStatus};
use antom_http::testing::{NeverAnsweringTransport, ScriptedTransport};
use antom_http::{CallError, PaymentWait, PollStep, Polling, Seen, WaitEnd};
use support::time::Time;
use support::{client_with, signed, unsigned};

fn answer(result: &str, status: &str) -> String {
    let (code, letter) = result.split_once(' ').unwrap();
    format!(
        r#"{{"result":{{"resultCode":"{code}","resultStatus":"{letter}"}},"paymentRequestId":"R-1","paymentStatus":"{status}"}}"#
    )
}

fn script(bodies: &[String]) -> ScriptedTransport {
    bodies.iter().cloned().fold(ScriptedTransport::new(), |script, body| {
        script.reply(move |request| Ok(signed(request, 200, &body)))
    })
}

fn inquiry() -> InquiryPaymentRequest {
    InquiryPaymentRequest::by_request_id(PaymentRequestId::parse("R-1").unwrap())
}

async fn wait(
    time: &Time,
    transport: &ScriptedTransport,
    polling: Polling,
) -> Result<PaymentWait, CallError> {
    let client = client_with(time.clock(), transport.clone());
    client.wait_for_payment(&inquiry(), polling, &time.pause(), std::future::pending()).await
}

//= I-1 test
//= X-5 test
#[test]
fn only_a_status_that_is_final_ends_the_asking() {
    let seen = |body: &str| Seen::of(&serde_json::from_str::<InquiryPaymentResponse>(body).unwrap());
    for status in ["SUCCESS", "FAIL", "CANCELLED"] {
        assert_eq!(seen(&answer("SUCCESS S", status)), Seen::Final, "{status}");
        assert_eq!(
            seen(&format!(r#"{{"paymentStatus":"{status}"}}"#)),
            Seen::Final,
            "{status} without a result"
        );
        assert_eq!(seen(&answer("UNKNOWN_EXCEPTION U", status)), Seen::Open, "{status} of a call in doubt");
    }
    for status in ["PROCESSING", "PENDING", "NEW_WORD", ""] {
        assert_eq!(seen(&answer("SUCCESS S", status)), Seen::Open, "{status}");
    }
    assert_eq!(seen("{}"), Seen::Open);
    assert_eq!(seen(&answer("ORDER_NOT_EXIST F", "")), Seen::Open, "not tried yet");
    assert_eq!(seen(&answer("SYSTEM_ERROR F", "")), Seen::Open);
    assert_eq!(seen(&answer("A_NEW_CODE F", "")), Seen::Open);
    assert_eq!(seen(&answer("INVALID_SIGNATURE F", "")), Seen::Refused);
    assert_eq!(seen(&answer("PARAM_ILLEGAL F", "")), Seen::Refused);
}

//= I-2 test
#[test]
fn inquiries_begin_every_two_seconds_until_the_time_is_up() {
    let polling = Polling::default();
    let next = |elapsed, took, at_least| {
        let secs = Duration::from_millis;
        polling.next(Seen::Open, secs(elapsed), secs(took), secs(at_least))
    };
    let after = |millis| PollStep::AskAfter(Duration::from_millis(millis));
    assert_eq!(next(0, 0, 0), after(2_000));
    assert_eq!(next(300, 300, 0), after(1_700), "from start to start");
    assert_eq!(next(5_000, 5_000, 0), after(0));
    assert_eq!(next(300, 300, 7_000), after(7_000), "the gateway asks for more");
    assert_eq!(next(838_000, 0, 0), after(2_000));
    assert_eq!(next(838_001, 0, 0), PollStep::GiveUp, "14 minutes");
    let end = |seen| polling.next(seen, Duration::from_secs(9_999), Duration::ZERO, Duration::ZERO);
    assert_eq!((end(Seen::Final), end(Seen::Refused)), (PollStep::Done, PollStep::Refused));
}

#[tokio::test]
async fn it_asks_through_doubt_and_failures_until_the_payment_has_ended() {
    let time = Time::start();
    let open = [answer("ORDER_NOT_EXIST F", ""), answer("SUCCESS S", "PROCESSING")];
    let end = answer("SUCCESS S", "SUCCESS");
    let transport = script(&open)
        .refuse()
        .never_answer()
        .reply(|_| Ok(unsigned(502, "<html>")))
        .reply(move |request| Ok(signed(request, 200, &end)));
    let PaymentWait::Final(payment) = wait(&time, &transport, Polling::default()).await.unwrap() else {
        panic!("not final")
    };
    assert_eq!(payment.payment_status, Some(PaymentStatus::Success));
    assert_eq!((transport.requests().len(), time.waits()), (6, vec![2_000; 5]));
}

#[tokio::test]
async fn when_the_time_is_up_the_last_answer_is_given_back() {
    let time = Time::start();
    let transport = script(&vec![answer("SUCCESS S", "PROCESSING"); 10]);
    let polling = Polling { give_up_after: Duration::from_secs(6), ..Polling::default() };
    let PaymentWait::Open { end: WaitEnd::GaveUp, last: Some(last) } =
        wait(&time, &transport, polling).await.unwrap()
    else {
        panic!("not given up")
    };
    assert_eq!(last.payment_status, Some(PaymentStatus::Processing));
    assert_eq!(transport.requests().len(), 4, "at 0, 2, 4 and 6 s");
}

#[tokio::test]
async fn a_signal_ends_the_wait_even_during_an_inquiry() {
    let time = Time::start();
    let silent = NeverAnsweringTransport::new();
    let quiet = client_with(time.clock(), silent.clone());
    let signal = async {
        // The inquiry is under way by the time the signal is looked at for the second time.
        tokio::task::yield_now().await;
    };
    let ended = quiet.wait_for_payment(&inquiry(), Polling::default(), &time.pause(), signal).await.unwrap();
    assert_eq!(ended, PaymentWait::Open { end: WaitEnd::Signal, last: None });
    assert_eq!(silent.taken(), 1);

    let transport = script(&[answer("SUCCESS S", "CANCELLED")]);
    let client = client_with(time.clock(), transport);
    let (request, pause) = (inquiry(), time.pause());
    let both = client.wait_for_payment(&request, Polling::default(), &pause, std::future::ready(()));
    let both = both.await.unwrap();
    assert!(matches!(both, PaymentWait::Final(_)), "an end that is known counts more than a signal");
}

#[tokio::test]
async fn what_another_inquiry_cannot_mend_ends_the_wait() {
    let time = Time::start();
    let refused = script(&[answer("INVALID_SIGNATURE F", "")]);
    let PaymentWait::Open { end: WaitEnd::Refused, last: Some(last) } =
        wait(&time, &refused, Polling::default()).await.unwrap()
    else {
        panic!("asked on")
    };
    assert!(last.result.unwrap().result_code.is("INVALID_SIGNATURE"));
    let foreign = script(&[answer("SUCCESS S", "SUCCESS").replace("R-1", "R-2")]);
    assert!(wait(&time, &foreign, Polling::default()).await.unwrap_err().is_outcome_unknown());
    assert_eq!(foreign.requests().len(), 1);
}
