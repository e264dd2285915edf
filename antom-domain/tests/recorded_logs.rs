//! Logs as each release wrote them: what is stored once stays readable, and tells the same order.
//! How a new release's logs are recorded is told by `the_logs_of_this_release_are_recorded`.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod support;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use antom_core::outcome::CaptureMode::{Automatic, Manual};
use antom_core::wire::{Buyer, CardFeatures, Goods, StorageAgreement};
use antom_domain::order::stored::{
    event_names, event_text, read_event, read_snapshot, rebuild, snapshot_text,
};
use antom_domain::order::{
    CallSubject, CancelWord, CaptureKey, CaptureSeen, CaptureWord, CardTerms, Command, Details, Erased, Fact,
    Integration, NewOrder, OrderDetails, PaymentWord, RefundWord, Report, ReviewWord, SeenAmount, Source,
};
use antom_domain::policy::CapturePolicy;
use support::*;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/logs")
}

/// Every recorded log of every release, with the snapshot beside it.
fn recorded() -> Vec<(PathBuf, String, String)> {
    let releases = fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().path());
    let files =
        releases.flat_map(|release| fs::read_dir(release).unwrap().map(|entry| entry.unwrap().path()));
    files
        .filter(|path| path.extension().is_some_and(|extension| extension == "jsonl"))
        .map(|path| {
            let snapshot = fs::read_to_string(path.with_extension("json")).unwrap();
            (path.clone(), fs::read_to_string(&path).unwrap(), snapshot)
        })
        .collect()
}

#[test]
fn every_recorded_log_still_tells_the_order_of_its_snapshot() {
    let recorded = recorded();
    assert!(recorded.len() >= stories().len());
    for (path, log, snapshot) in recorded {
        let rebuilt = rebuild(log.lines()).unwrap().unwrap();
        assert_eq!(rebuilt.events as usize, log.lines().count(), "{}", path.display());
        assert!(!rebuilt.order.is_read_only, "{}", path.display());
        assert_eq!(rebuilt.order, read_snapshot(snapshot.trim_end()).unwrap(), "{}", path.display());
    }
}

#[test]
fn every_event_occurs_in_a_recorded_log() {
    let told: BTreeSet<String> = recorded()
        .iter()
        .flat_map(|(_, log, _)| log.lines().map(|line| event_name(&read_event(line).unwrap().event)))
        .collect();
    let never: Vec<&&str> = event_names().iter().filter(|name| !told.contains(**name)).collect();
    assert!(
        never.is_empty(),
        "no recorded log has {never:?}: add a story and record the logs of this release"
    );
}

#[test]
#[ignore = "writes the logs of this release: once before it, with `cargo test -p antom-domain --test recorded_logs -- --ignored`"]
fn the_logs_of_this_release_are_recorded() {
    let folder = folder().join(env!("CARGO_PKG_VERSION"));
    fs::create_dir_all(&folder).unwrap();
    for (name, story) in stories() {
        let log: String = story.log.iter().map(|recorded| event_text(recorded).unwrap() + "\n").collect();
        fs::write(folder.join(name).with_extension("jsonl"), log).unwrap();
        let snapshot = snapshot_text(&story.order).unwrap() + "\n";
        fs::write(folder.join(name).with_extension("json"), snapshot).unwrap();
    }
}

#[test]
fn an_ordinary_snapshot_is_under_four_kilobytes() {
    for (name, story) in stories() {
        let size = snapshot_text(&story.order).unwrap().len();
        assert!(size < 4_096, "{name}: {size} bytes");
    }
}

/// The caps bound an order: 20 attempts, and 100 refunds of the one that is kept.
#[test]
fn at_its_caps_an_order_takes_no_more_and_its_snapshot_stays_under_64_kilobytes() {
    let mut story = Story::begin();
    for number in 1..20 {
        story.open(number, Integration::Session, "CARD", Automatic);
        story.hand_out(number);
        story.says(notified(number, PaymentWord::Failure));
    }
    story.open(20, Integration::Session, "CARD", Automatic);
    story.hand_out(20);
    let another = open_attempt(21, Integration::Session, "CARD", Automatic);
    assert!(story.command(&Command::OpenAttempt(Box::new(another))).is_err());
    story.says(seen(20, Source::Notification, |seen| seen.details = card()));
    story.says(own_capture(20, CaptureWord::Success));
    for number in 0..100 {
        let id = format!("REFUND-{number:0>56}");
        story.command(&refund_command(20, &id, 1)).unwrap();
        story.says(refund(20, &id, RefundWord::Success, usd(1)));
    }
    assert!(story.command(&refund_command(20, "REFUND-101", 1)).is_err());

    let size = snapshot_text(&story.order).unwrap().len();
    assert!((4_096..64 * 1_024).contains(&size), "{size} bytes");
}

fn stories() -> Vec<(&'static str, Story)> {
    vec![
        ("captured_by_the_gateway", captured_by_the_gateway()),
        ("captured_by_hand_and_refunded", captured_by_hand_and_refunded()),
        ("captured_in_parts", captured_in_parts()),
        ("rejected_by_review", rejected_by_review()),
        ("paid_twice", paid_twice()),
        ("paid_twice_without_refunds", paid_twice_without_refunds()),
        ("contradicted_and_settled", contradicted_and_settled()),
        ("failed_and_paid_late", failed_and_paid_late()),
        ("capture_lost", capture_lost()),
        ("stored_card_with_goods", stored_card_with_goods()),
        ("capture_missed", capture_missed()),
        ("paid_and_sent_back", paid_and_sent_back()),
        ("paid_and_erased", paid_and_erased()),
    ]
}

fn seen(number: usize, source: Source, change: impl FnOnce(&mut antom_domain::order::PaymentSeen)) -> Fact {
    let mut seen = payment_seen(PaymentWord::Success);
    change(&mut seen);
    Fact::Payment { names: names(number), source, seen: Box::new(seen) }
}

fn in_doubt(story: &mut Story, subject: CallSubject) {
    story.says(Fact::Report { subject, report: Report::MaybeSent });
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

fn stored_card_with_goods() -> Story {
    let goods = Goods { reference_goods_id: Some("cup-1".to_owned()), ..Goods::default() };
    let buyer = Buyer { buyer_email: Some("buyer@shop.example".to_owned()), ..Buyer::default() };
    let details = OrderDetails { buyer: Some(buyer), goods: vec![goods] };
    let mut story = Story::begin_with(&NewOrder { details, ..new_order() });
    let agreed = at(0);
    let card_terms = CardTerms {
        features: CardFeatures::default().storing_the_card(StorageAgreement::recorded_at(agreed)),
        storage_agreed_at: Some(agreed),
        ..CardTerms::default()
    };
    let mut open = open_attempt(1, Integration::Session, "CARD", Automatic);
    open.idempotency_key = Some("checkout-9".to_owned());
    open.terms.card = Some(Box::new(card_terms));
    open.terms.request_digest = Some("0123456789abcdef0123456789abcdef".to_owned());
    story.later(2).command(&Command::OpenAttempt(Box::new(open))).unwrap();
    story.later(5).hand_out(1);
    let told = Details {
        last_four: Some("1111".into()),
        issuing_country: Some("US".into()),
        funding: Some("CREDIT".into()),
        payment_method_region: Some("GLOBAL".into()),
        ds_transaction_id: Some("f38e6948-5388-41a6-bca4-b49723c19437".into()),
        auth_expiry_time: Some("2026-11-29T00:00:00Z".into()),
        payment_result_message: Some("success.".into()),
        ..card()
    };
    story.later(3).says(seen(1, Source::Notification, |seen| seen.details = told));
    story.later(2).says(own_capture(1, CaptureWord::Success));
    story
}

/// As the store keeps it: what was personal is gone from the earlier events too.
fn paid_and_erased() -> Story {
    let mut story = stored_card_with_goods();
    let step = story.order.erase(Erased::Everything).unwrap();
    story.later(63_072_000).take(&step);
    for recorded in &mut story.log {
        if let Some(rewritten) = recorded.without_personal_data(Erased::Everything) {
            *recorded = rewritten;
        }
    }
    story.later(60).command(&refund_command(1, "REFUND-1", 700)).unwrap();
    story.later(5).says(refund(1, "REFUND-1", RefundWord::Success, usd(700)));
    story
}

fn captured_by_the_gateway() -> Story {
    let mut story = Story::begin();
    let mut open = open_attempt(1, Integration::Session, "CARD", Automatic);
    open.idempotency_key = Some("checkout-7".to_owned());
    story.later(2).command(&Command::OpenAttempt(Box::new(open))).unwrap();
    in_doubt(story.later(10), CallSubject::Open { payment_request_id: request_id(1) });
    story.later(5).hand_out(1);
    story.later(40).says(notified(1, PaymentWord::Pending));
    story.later(3).says(seen(1, Source::Notification, |seen| seen.details = card()));
    story.later(2).says(own_capture(1, CaptureWord::Processing));
    story.later(2).says(own_capture(1, CaptureWord::Success));
    story
}

fn captured_by_hand_and_refunded() -> Story {
    let mut story = Story::with_open_card(Manual);
    story.later(60).says(seen(1, Source::Inquiry, |seen| seen.review = ReviewWord::Pending));
    story.later(600).says(seen(1, Source::Inquiry, |seen| seen.review = ReviewWord::Approved));
    story.later(60).command(&capture_command(1, "CAP-1")).unwrap();
    let Command::Capture { payment_request_id, capture_request_id, .. } = capture_command(1, "CAP-1") else {
        return story;
    };
    in_doubt(story.later(10), CallSubject::Capture { payment_request_id, capture_request_id });
    story.later(5).says(capture(1, "CAP-1", CaptureWord::Processing));
    story.later(5).says(capture(1, "CAP-1", CaptureWord::Success));
    for (id, words) in [
        ("REFUND-1", &[RefundWord::Processing, RefundWord::Failure][..]),
        ("REFUND-2", &[RefundWord::Success][..]),
    ] {
        story.later(3_600).command(&refund_command(1, id, 1_400)).unwrap();
        let Command::Refund { payment_request_id, refund_request_id, .. } = refund_command(1, id, 1_400)
        else {
            return story;
        };
        in_doubt(story.later(10), CallSubject::Refund { payment_request_id, refund_request_id });
        for word in words {
            story.later(5).says(refund(1, id, *word, usd(1_400)));
        }
    }
    story
}

/// The first part succeeds by an answer without the gateway's id, which the notification tells later.
fn captured_in_parts() -> Story {
    let mut story = Story::begin();
    story.policy.captures = CapturePolicy::Multiple;
    story.open(1, Integration::Session, "CARD", Manual);
    story.hand_out(1);
    story.says(notified(1, PaymentWord::Success));
    story.later(60).command(&part_command(1, "CAP-1", 1_400, false)).unwrap();
    let told = capture_of(1, "CAP-1", CaptureWord::Success, 1_400);
    if let Fact::Capture { names, seen, .. } = told.clone() {
        let key = CaptureKey { capture_id: None, ..seen.key.clone() };
        let seen = Box::new(CaptureSeen { key, ..*seen });
        story.later(5).says(Fact::Capture { names, source: Source::Answer, seen });
    }
    story.later(5).says(told);
    story.later(60).command(&part_command(1, "CAP-2", 700, true)).unwrap();
    story.later(5).says(capture_of(1, "CAP-2", CaptureWord::Success, 700));
    story.later(60).command(&refund_command(1, "REFUND-1", 700)).unwrap();
    story.later(5).says(refund(1, "REFUND-1", RefundWord::Success, usd(700)));
    story
}

fn rejected_by_review() -> Story {
    let mut story = Story::with_open_card(Automatic);
    story.later(60).says(seen(1, Source::Inquiry, |seen| seen.review = ReviewWord::Pending));
    story.later(600).says(seen(1, Source::Inquiry, |seen| seen.review = ReviewWord::Rejected));
    in_doubt(story.later(10), CallSubject::Cancel { payment_request_id: request_id(1), number: 1 });
    story.later(5).says(cancel(1, CancelWord::Confirmed));
    story
}

fn paid_twice() -> Story {
    let mut story = Story::with_open_card(Automatic);
    story.open(2, Integration::Hosted, "CARD", Automatic);
    story.hand_out(2);
    for number in [1, 2] {
        story.later(20).says(notified(number, PaymentWord::Success));
        story.later(2).says(own_capture(number, CaptureWord::Success));
    }
    story.later(1).says(cancel(2, CancelWord::Refused));
    story.later(5).says(refund(2, "PAY-2-surplus", RefundWord::Success, usd(4_200)));
    story
}

fn paid_twice_without_refunds() -> Story {
    let mut story = Story::with_open_card(Automatic);
    story.says(notified(1, PaymentWord::Failure));
    story.open(2, Integration::Hosted, NO_REFUNDS, Automatic);
    story.hand_out(2);
    story.later(9).command(&cancel_command(2)).unwrap();
    story.later(1).says(cancel(2, CancelWord::Confirmed));
    story.open(3, Integration::Session, "CARD", Automatic);
    story.hand_out(3);
    story.later(20).says(notified(3, PaymentWord::Success));
    story.later(2).says(own_capture(3, CaptureWord::Success));
    story.later(60).says(inquired(2, PaymentWord::Success));
    story.later(1).says(nth_cancel(2, 2, CancelWord::Refused));
    story
}

fn contradicted_and_settled() -> Story {
    let mut story = Story::with_open_card(Automatic);
    story.later(5).says(Fact::Hint { names: names(1), mark: "0f1e2d3c4b5a6978".to_owned() });
    let other = seen(1, Source::Notification, |seen| seen.amount = SeenAmount::Read(usd(4_100)));
    story.later(5).says(other);
    story.later(2).says(inquired(1, PaymentWord::Success));
    story.later(5).says(notified(1, PaymentWord::Failure));
    story.later(2).says(inquired(1, PaymentWord::Success));
    story
}

fn failed_and_paid_late() -> Story {
    let mut story = Story::with_open_card(Automatic);
    story.later(30).says(notified(1, PaymentWord::Failure));
    story.later(300).says(inquired(1, PaymentWord::Success));
    story.later(1).says(cancel(1, CancelWord::Confirmed));
    story
}

fn capture_lost() -> Story {
    let mut story = Story::with_open_card(Automatic);
    story.later(30).says(notified(1, PaymentWord::Success));
    story.later(30).says(own_capture(1, CaptureWord::Failure));
    story.later(1).says(cancel(1, CancelWord::Confirmed));
    story
}

fn capture_missed() -> Story {
    let mut story = Story::with_open_card(Manual);
    story.later(30).says(notified(1, PaymentWord::Success));
    for days in [6, 1] {
        story.later(days * 24 * 3_600);
        let step = story.order.remind(story.now, &story.policy);
        story.take(&step);
    }
    story
}

fn paid_and_sent_back() -> Story {
    let mut story = Story::with_open_card(Automatic);
    story.later(30).says(notified(1, PaymentWord::Success));
    story.later(2).says(own_capture(1, CaptureWord::Success));
    story.later(2).says(seen(1, Source::Inquiry, |seen| seen.details = card()));
    for (id, word) in [("REFUND-1", RefundWord::Failure), ("REFUND-2", RefundWord::Success)] {
        story.later(60).command(&refund_command(1, id, 4_200)).unwrap();
        story.later(5).says(refund(1, id, word, usd(4_200)));
    }
    story
}
