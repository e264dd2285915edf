//! What the merchant's own systems are told of a step: which events, in which order, with what in them.
//! Sending them is told in `publishing`; that they are stored with their step, by the contract suite.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod support;

use std::collections::BTreeSet;

use antom_core::outcome::CaptureMode::{Automatic, Manual};
use antom_domain::merchant_event::{MerchantEvent, MerchantEventKind, announce};
use antom_domain::order::stored::{read_event, rebuild};
use antom_domain::order::{
    CancelWord, CaptureWord, Command, Details, Fact, Integration, Order, PaymentWord, Recorded, RefundWord,
    ReviewWord, SeenAmount, Source, Step,
};
use serde_json::Value;
use support::*;

/// A story whose every step is told.
struct Told {
    story: Story,
    events: Vec<MerchantEvent>,
}

impl Told {
    fn begin(story: Story) -> Told {
        Told { story, events: Vec::new() }
    }

    fn step(&mut self, act: impl FnOnce(&mut Story) -> Step) -> Vec<String> {
        let before = self.story.order.clone();
        let step = act(&mut self.story);
        let told =
            announce(&before, &step.events, &self.story.order, self.story.now, self.events.len() as u64);
        self.events.extend(told.clone());
        told.iter().map(|event| event.kind.to_string()).collect()
    }

    fn says(&mut self, fact: Fact) -> Vec<String> {
        self.step(|story| story.says(fact))
    }

    fn command(&mut self, command: &Command) -> Vec<String> {
        self.step(|story| story.command(command).unwrap())
    }

    /// The payload of the newest event of this kind.
    fn payload(&self, kind: &str) -> Value {
        let event = self.events.iter().rfind(|event| event.kind.as_str() == kind).unwrap();
        serde_json::from_str(&event.payload().unwrap()).unwrap()
    }
}

fn seen(number: usize, source: Source, change: impl FnOnce(&mut antom_domain::order::PaymentSeen)) -> Fact {
    let mut seen = payment_seen(PaymentWord::Success);
    change(&mut seen);
    Fact::Payment { names: names(number), source, seen: Box::new(seen) }
}

fn card() -> Details {
    let text = |text: &str| Some(text.into());
    Details {
        card_brand: text("VISA"),
        card_no: text("411111******1111"),
        avs_result_raw: text("Y"),
        cvv_result_raw: text("M"),
        network_transaction_id: text("016153570198200"),
        eci: text("05"),
        three_ds_version: text("2.2.0"),
        acquirer_reference_no: text("74537604221431003881865"),
        ..Details::default()
    }
}

#[test]
fn a_card_that_the_gateway_captures_is_told_step_by_step_until_the_order_is_paid() {
    let mut told = Told::begin(Story::begin());
    let open = open_attempt(1, Integration::Session, "CARD", Automatic);
    assert!(told.command(&Command::OpenAttempt(Box::new(open))).is_empty());
    assert!(told.step(|story| story.hand_out(1)).is_empty());
    assert!(told.says(notified(1, PaymentWord::Pending)).is_empty());

    assert_eq!(told.says(notified(1, PaymentWord::Success)), ["payment.succeeded", "authorization.held"]);
    assert!(told.says(notified(1, PaymentWord::Success)).is_empty(), "a repeated fact tells nothing");
    assert_eq!(told.says(own_capture(1, CaptureWord::Success)), ["capture.succeeded", "order.paid"]);

    let sequences: Vec<u64> = told.events.iter().map(|event| event.sequence).collect();
    assert_eq!(sequences, [1, 2, 3, 4]);
    let paid = told.payload("order.paid");
    assert_eq!(paid["id"], "evt_ORDER-1_4");
    assert_eq!(paid["referenceOrderId"], "ORDER-1");
    assert_eq!(paid["at"], "2026-11-18T11:06:40.000Z");
    assert_eq!(paid["paymentRequestId"], Value::Null, "it is about the order");
    assert_eq!(
        paid["data"]["order"],
        serde_json::json!({
            "amount": {"currency": "USD", "value": "4200"}, "phase": "paid", "shippable": true,
            "paidAmount": {"currency": "USD", "value": "4200"},
        })
    );
    let captured = told.payload("capture.succeeded");
    assert_eq!(captured["paymentRequestId"], "PAY-1");
    assert_eq!(captured["data"]["capture"]["captureId"], "GW-gateway-made-1");
    assert_eq!(captured["data"]["order"]["phase"], "paid", "the order is shown as the whole step left it");
}

//= I-6 test
#[test]
fn what_is_known_of_the_card_and_its_checks_stands_in_every_event_of_the_payment() {
    let mut told = Told::begin(Story::with_open_card(Manual));
    told.says(seen(1, Source::Notification, |seen| {
        seen.details = card();
        seen.result_code = Some("SUCCESS".to_owned());
    }));

    for kind in ["payment.succeeded", "authorization.held"] {
        let payment = &told.payload(kind)["data"]["payment"];
        assert_eq!(payment["details"], serde_json::to_value(card()).unwrap(), "{kind}");
        assert_eq!(payment["authorization"]["captureBefore"], "2026-11-25T11:06:40.000Z");
        assert_eq!(payment["paymentId"], "GW-1");
    }
    let failed = {
        let mut told = Told::begin(Story::with_open_card(Manual));
        let mut seen = payment_seen(PaymentWord::Failure);
        seen.result_code = Some("USER_BALANCE_NOT_ENOUGH".to_owned());
        let fact = Fact::Payment { names: names(1), source: Source::Notification, seen: Box::new(seen) };
        assert_eq!(told.says(fact), ["payment.failed"]);
        told.payload("payment.failed")
    };
    assert_eq!(failed["data"]["payment"]["resultCode"], "USER_BALANCE_NOT_ENOUGH");
}

//= I-6 test
#[test]
fn what_becomes_known_of_the_card_after_the_payment_is_told_then() {
    let mut told = Told::begin(Story::with_open_card(Manual));
    told.says(notified(1, PaymentWord::Success));
    assert_eq!(told.payload("payment.succeeded")["data"]["payment"]["details"], Value::Null);

    assert_eq!(told.says(seen(1, Source::Inquiry, |seen| seen.details = card())), ["payment.details"]);

    let details = told.payload("payment.details")["data"]["payment"]["details"].clone();
    assert_eq!(details, serde_json::to_value(card()).unwrap());
}

#[test]
fn money_that_goes_back_stops_shipping_and_a_refund_that_fails_allows_it_again() {
    let mut told = Told::begin(Story::with_open_card(Automatic));
    told.says(notified(1, PaymentWord::Success));
    told.says(own_capture(1, CaptureWord::Success));

    assert_eq!(told.command(&refund_command(1, "REFUND-1", 4_200)), ["order.shipping_stopped"]);
    let stopped = told.payload("order.shipping_stopped");
    assert_eq!(stopped["data"]["order"]["notShippable"], "beingReturned");
    let failed = refund(1, "REFUND-1", RefundWord::Failure, usd(4_200));
    assert_eq!(told.says(failed), ["refund.failed", "order.paid"]);
    assert!(told.command(&refund_command(1, "REFUND-2", 1_400)).is_empty(), "a part may go back");
    assert_eq!(told.says(refund(1, "REFUND-2", RefundWord::Success, usd(1_400))), ["refund.succeeded"]);
    let refunded = told.payload("refund.succeeded");
    assert_eq!(refunded["data"]["refund"]["refundRequestId"], "REFUND-2");
    assert_eq!(refunded["data"]["refund"]["amount"]["value"], "1400");
}

#[test]
fn a_second_success_is_told_as_a_surplus_with_its_cancel() {
    let mut story = Story::with_open_card(Automatic);
    story.open(2, Integration::Hosted, "CARD", Automatic);
    story.hand_out(2);
    let mut told = Told::begin(story);
    told.says(notified(1, PaymentWord::Success));
    told.says(own_capture(1, CaptureWord::Success));

    let second = told.says(notified(2, PaymentWord::Success));
    assert_eq!(second, ["payment.succeeded", "authorization.held", "surplus.found"]);
    assert_eq!(told.payload("surplus.found")["data"]["payment"]["role"], "surplus");
    let confirmed = told.says(cancel(2, CancelWord::Confirmed));
    assert!(confirmed.contains(&"cancel.succeeded".to_owned()), "{confirmed:?}");
    let cancelled = told.payload("cancel.succeeded");
    assert_eq!(cancelled["data"]["cancel"]["reason"], "surplus");
    assert_eq!(cancelled["data"]["order"]["shippable"], true, "the first payment holds");
}

#[test]
fn a_contradiction_is_told_with_both_words_and_stops_shipping_until_it_is_settled() {
    let mut told = Told::begin(Story::with_open_card(Automatic));
    told.says(notified(1, PaymentWord::Success));
    told.says(own_capture(1, CaptureWord::Success));

    let contradicted = told.says(notified(1, PaymentWord::Failure));
    assert_eq!(contradicted, ["contradiction.found", "order.shipping_stopped"]);
    let contradiction = &told.payload("contradiction.found")["data"]["contradiction"];
    assert_eq!(
        (&contradiction["machine"], &contradiction["recorded"]),
        (&"payment".into(), &"Succeeded".into())
    );
    assert_eq!(told.payload("order.shipping_stopped")["data"]["order"]["notShippable"], "disputed");
    let agreeing = [inquired(1, PaymentWord::Success), inquired_capture(1, CaptureWord::Success)];
    let settled = told.step(|story| story.facts(&agreeing));
    assert_eq!(settled, ["contradiction.settled", "order.paid"]);

    let mut other = Told::begin(Story::with_open_card(Automatic));
    let amount = seen(1, Source::Notification, |seen| seen.amount = SeenAmount::Read(usd(4_100)));
    assert_eq!(other.says(amount), ["contradiction.found"]);
    let contradiction = &other.payload("contradiction.found")["data"]["contradiction"];
    assert_eq!(
        (&contradiction["machine"], &contradiction["recorded"]),
        (&"amount".into(), &"USD 42.00".into())
    );
}

#[test]
fn a_review_is_told_from_its_beginning_to_its_end() {
    let mut told = Told::begin(Story::with_open_card(Manual));
    let reviewed = |word| seen(1, Source::Inquiry, |seen| seen.review = word);
    assert_eq!(told.says(reviewed(ReviewWord::Pending)), ["payment.succeeded", "authorization.under_review"]);
    let rejected = told.says(reviewed(ReviewWord::Rejected));
    assert_eq!(rejected, ["authorization.rejected"]);
}

//= A-2 test
#[test]
fn held_money_that_nobody_captures_is_told_a_day_ahead_and_when_it_is_too_late_once_each() {
    let mut told = Told::begin(Story::with_open_card(Manual));
    told.says(notified(1, PaymentWord::Success));
    let remind = |story: &mut Story| {
        let step = story.order.remind(story.now, &story.policy);
        story.take(&step);
        step
    };
    told.story.later(5 * 86_400);
    assert!(told.step(remind).is_empty(), "there is time");
    told.story.later(86_400);
    assert_eq!(told.step(remind), ["deadline.near"]);
    let before = &told.payload("deadline.near")["data"]["payment"]["authorization"]["captureBefore"];
    assert_eq!(before, "2026-11-25T11:06:40.000Z");
    assert!(told.step(remind).is_empty(), "once is enough");
    told.story.later(86_400);
    assert_eq!(told.step(remind), ["deadline.passed"]);
    assert!(told.step(remind).is_empty());

    let mut captured = Told::begin(Story::with_open_card(Manual));
    captured.says(notified(1, PaymentWord::Success));
    captured.command(&capture_command(1, "CAP-1"));
    captured.story.later(6 * 86_400);
    assert!(captured.step(remind).is_empty(), "a capture is under way");
}

#[test]
fn nothing_that_only_a_buyer_or_the_merchants_client_may_have_is_told() {
    let mut told = Told::begin(Story::begin());
    let mut open = open_attempt(1, Integration::Session, "CARD", Automatic);
    open.token = "canary-token".to_owned();
    open.idempotency_key = Some("canary-key".to_owned());
    told.command(&Command::OpenAttempt(Box::new(open)));
    told.step(|story| story.hand_out(1));
    told.says(notified(1, PaymentWord::Success));
    told.says(own_capture(1, CaptureWord::Success));

    for event in &told.events {
        let payload = event.payload().unwrap();
        for secret in ["canary", "a&&b&&c", "BUYER-1"] {
            assert!(!payload.contains(secret), "{payload}");
        }
        assert!(!format!("{event:?}").contains("captureBefore"), "details are not printed: {event:?}");
        assert!(payload.len() < 2_048, "{} bytes", payload.len());
    }
}

/// Every recorded log of every release, step by step as its instants tell.
fn recorded_steps() -> Vec<(Order, Vec<Recorded>)> {
    let mut steps = Vec::new();
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/logs");
    let releases = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let files =
        releases.flat_map(|release| std::fs::read_dir(release).unwrap().map(|entry| entry.unwrap().path()));
    for path in files.filter(|path| path.extension().is_some_and(|extension| extension == "jsonl")) {
        let log = std::fs::read_to_string(path).unwrap();
        let mut order = rebuild(log.lines().take(1)).unwrap().unwrap().order;
        let rest: Vec<Recorded> = log.lines().skip(1).map(|line| read_event(line).unwrap()).collect();
        for step in rest.chunk_by(|one, next| one.at == next.at) {
            steps.push((order.clone(), step.to_vec()));
            step.iter().for_each(|recorded| order.apply(&recorded.event, recorded.at));
        }
    }
    steps
}

#[test]
fn events_follow_from_the_step_alone_and_are_numbered_without_gaps() {
    let mut kinds = BTreeSet::new();
    for (before, step) in recorded_steps() {
        let events: Vec<_> = step.iter().map(|recorded| recorded.event.clone()).collect();
        let mut after = before.clone();
        step.iter().for_each(|recorded| after.apply(&recorded.event, recorded.at));
        let told = announce(&before, &events, &after, step[0].at, 7);

        assert_eq!(told, announce(&before, &events, &after, step[0].at, 7));
        let sequences: Vec<u64> = told.iter().map(|event| event.sequence).collect();
        assert_eq!(sequences, (8..8 + told.len() as u64).collect::<Vec<_>>());
        assert!(told.iter().all(|event| serde_json::from_str::<Value>(&event.payload().unwrap()).is_ok()));
        kinds.extend(told.into_iter().map(|event| event.kind.to_string()));
    }
    let all: BTreeSet<String> = MerchantEventKind::LISTED.iter().map(ToString::to_string).collect();
    let never: Vec<&String> = all.difference(&kinds).collect();
    assert!(never.is_empty(), "no recorded log leads to {never:?}");
}

#[test]
fn the_page_for_receivers_lists_every_type_and_no_other() {
    let page = include_str!("../../docs/events.md");
    let listed: Vec<&str> = page
        .lines()
        .filter_map(|line| line.strip_prefix("| `")?.split_once('`'))
        .map(|(word, _)| word)
        .filter(|word| word.contains('.') && !word.starts_with("data."))
        .collect();
    let kinds: Vec<&str> = MerchantEventKind::LISTED.iter().map(MerchantEventKind::as_str).collect();
    assert_eq!(listed, kinds);
}
