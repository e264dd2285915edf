//! Laws over all stories: random commands and facts in random order, duplicated, late and contradicting.
//! Single stories are in `scenarios`.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod support;

use antom_core::outcome::CaptureMode;
use antom_domain::authorization::AuthorizationTable;
use antom_domain::cancel::{CancelPhase, CancelTable};
use antom_domain::capture::{CapturePhase, CaptureTable};
use antom_domain::order::{
    Attempt, CallSubject, CancelWord, CaptureWord, Command, Erased, Fact, Integration, Order, PaymentWord,
    RefundReason, RefundWord, Report, ReviewWord, Role, Source,
};
use antom_domain::payment::{PaymentInput, PaymentPhase, PaymentTable};
use antom_domain::policy::CapturePolicy;
use antom_domain::refund::{RefundPhase, RefundTable};
use antom_domain::verdict::{Table, Verdict};
use proptest::prelude::*;
use support::*;

/// Something that happens to an order with up to three attempts.
#[derive(Debug, Clone)]
enum Act {
    Open(usize, Integration, Means),
    HandOut(usize),
    MaybeSent(usize),
    Payment(usize, Source, PaymentWord, ReviewWord, bool),
    OwnCapture(usize, CaptureWord),
    OurCapture(usize, CaptureWord),
    Cancel(usize, CancelWord),
    Refund(usize, usize, RefundWord),
    SurplusRefund(usize, RefundWord),
    AskCapture(usize),
    AskPart(usize, usize, u64, bool),
    PartSeen(usize, usize, CaptureWord),
    RestReleased(usize),
    AskCancel(usize),
    AskRefund(usize, usize, u64),
    Later(i64),
}

/// What an attempt is paid with.
#[derive(Debug, Clone, Copy)]
enum Means {
    CardTakenAtOnce,
    CardTakenByHand,
    BankWithoutRefunds,
}

fn act() -> impl Strategy<Value = Act> {
    let number = 1..=3_usize;
    let source = prop_oneof![Just(Source::Answer), Just(Source::Inquiry), Just(Source::Notification)];
    let payment_word = prop_oneof![
        1 => Just(PaymentWord::Accepted),
        1 => Just(PaymentWord::Processing),
        1 => Just(PaymentWord::Pending),
        4 => Just(PaymentWord::Success),
        1 => Just(PaymentWord::Failure),
        1 => Just(PaymentWord::Cancelled),
        1 => Just(PaymentWord::NotFound),
        1 => Just(PaymentWord::Unknown),
    ];
    let review = prop_oneof![
        6 => Just(ReviewWord::None),
        1 => Just(ReviewWord::Pending),
        1 => Just(ReviewWord::Approved),
        1 => Just(ReviewWord::Rejected)
    ];
    let capture_word = prop_oneof![
        1 => Just(CaptureWord::Processing),
        2 => Just(CaptureWord::Success),
        1 => Just(CaptureWord::Failure),
        1 => Just(CaptureWord::Unknown)
    ];
    let cancel_word =
        prop_oneof![Just(CancelWord::Confirmed), Just(CancelWord::Refused), Just(CancelWord::Unknown)];
    let refund_word = prop_oneof![
        Just(RefundWord::Processing),
        Just(RefundWord::Success),
        Just(RefundWord::Failure),
        Just(RefundWord::Unknown)
    ];
    let integration = prop_oneof![Just(Integration::Session), Just(Integration::Hosted)];
    let means = prop_oneof![
        Just(Means::CardTakenAtOnce),
        Just(Means::CardTakenByHand),
        Just(Means::BankWithoutRefunds)
    ];
    prop_oneof![
        3 => (number.clone(), integration, means).prop_map(|(n, i, means)| Act::Open(n, i, means)),
        2 => number.clone().prop_map(Act::HandOut),
        1 => number.clone().prop_map(Act::MaybeSent),
        6 => (number.clone(), source, payment_word, review, prop::bool::weighted(0.9))
            .prop_map(|(n, s, w, r, right)| Act::Payment(n, s, w, r, right)),
        3 => (number.clone(), capture_word.clone()).prop_map(|(n, w)| Act::OwnCapture(n, w)),
        2 => (number.clone(), capture_word.clone()).prop_map(|(n, w)| Act::OurCapture(n, w)),
        3 => (number.clone(), cancel_word).prop_map(|(n, w)| Act::Cancel(n, w)),
        2 => (number.clone(), 1..=2_usize, refund_word.clone()).prop_map(|(n, r, w)| Act::Refund(n, r, w)),
        2 => (number.clone(), refund_word).prop_map(|(n, w)| Act::SurplusRefund(n, w)),
        2 => number.clone().prop_map(Act::AskCapture),
        2 => (number.clone(), 1..=4_usize, 1..=3_000_u64, prop::bool::weighted(0.2))
            .prop_map(|(n, part, minor, last)| Act::AskPart(n, part, minor, last)),
        3 => (number.clone(), 1..=4_usize, capture_word.clone()).prop_map(|(n, part, w)| Act::PartSeen(n, part, w)),
        1 => number.clone().prop_map(Act::RestReleased),
        1 => number.clone().prop_map(Act::AskCancel),
        2 => (number, 1..=2_usize, 1..=4_200_u64).prop_map(|(n, r, m)| Act::AskRefund(n, r, m)),
        1 => (0..200_000_i64).prop_map(Act::Later),
    ]
}

fn perform(story: &mut Story, act: &Act) {
    let refused = |result: Result<_, _>| drop(result);
    match act {
        Act::Open(n, integration, means) => {
            let (method, mode) = match means {
                Means::CardTakenAtOnce => ("CARD", CaptureMode::Automatic),
                Means::CardTakenByHand => ("CARD", CaptureMode::Manual),
                Means::BankWithoutRefunds => (NO_REFUNDS, CaptureMode::Automatic),
            };
            let open = open_attempt(*n, *integration, method, mode);
            refused(story.command(&Command::OpenAttempt(Box::new(open))));
        }
        Act::AskCapture(n) => refused(story.command(&capture_command(*n, &format!("CAP-{n}")))),
        Act::AskPart(n, part, minor, last) => {
            refused(story.command(&part_command(*n, &part_id(*n, *part), *minor, *last)));
        }
        // The gateway names the amount that it was asked for.
        Act::PartSeen(n, part, word) => drop(story.facts(&part_seen(story, *n, *part, *word))),
        Act::AskCancel(n) => refused(story.command(&cancel_command(*n))),
        Act::AskRefund(n, r, minor) => {
            refused(story.command(&refund_command(*n, &format!("R-{n}-{r}"), *minor)))
        }
        Act::Later(seconds) => {
            story.later(*seconds);
        }
        fact => drop(story.facts(&facts_of(fact))),
    }
}

fn part_id(number: usize, part: usize) -> String {
    format!("PART-{number}-{part}")
}

fn part_seen(story: &Story, number: usize, part: usize, word: CaptureWord) -> Vec<Fact> {
    let id = part_id(number, part);
    let of_it = |capture: &&antom_domain::order::Capture| {
        capture.capture_request_id.as_ref().is_some_and(|known| known.as_str() == id)
    };
    let attempt = story.order.attempt(&request_id(number));
    let entry = attempt.and_then(|attempt| attempt.captures.iter().find(of_it));
    entry.map(|entry| capture_of(number, &id, word, entry.amount.minor_units())).into_iter().collect()
}

fn facts_of(act: &Act) -> Vec<Fact> {
    match act {
        Act::HandOut(n) => vec![payment(*n, Source::Answer, PaymentWord::Accepted), session(*n)],
        Act::MaybeSent(n) => vec![Fact::Report {
            subject: CallSubject::Open { payment_request_id: request_id(*n) },
            report: Report::MaybeSent,
        }],
        Act::Payment(n, source, word, review, right) => {
            let mut seen = payment_seen(*word);
            seen.review = *review;
            if !right {
                seen.amount = antom_domain::order::SeenAmount::Read(usd(1));
            }
            vec![Fact::Payment { names: names(*n), source: *source, seen: Box::new(seen) }]
        }
        Act::OwnCapture(n, word) => vec![own_capture(*n, *word)],
        Act::OurCapture(n, word) => vec![capture(*n, &format!("CAP-{n}"), *word)],
        Act::RestReleased(n) => {
            let listed = vec![format!("CAP-{n}").parse().unwrap()];
            vec![Fact::RestReleased { names: names(*n), listed }]
        }
        Act::Cancel(n, word) => vec![cancel(*n, *word)],
        Act::Refund(n, r, word) => vec![refund(*n, &format!("R-{n}-{r}"), *word, usd(4_200))],
        Act::SurplusRefund(n, word) => vec![refund(*n, &format!("PAY-{n}-surplus"), *word, usd(4_200))],
        _ => Vec::new(),
    }
}

/// Everything that is final for ever: (machine, place, phase).
fn finals(order: &Order) -> Vec<(String, String)> {
    let mut finals = Vec::new();
    let mut note = |key: String, phase: String, is_final: bool| {
        if is_final {
            finals.push((key, phase));
        }
    };
    for attempt in &order.attempts {
        let id = &attempt.payment_request_id;
        let phase = attempt.payment.phase;
        note(format!("{id} payment"), format!("{phase:?}"), PaymentTable::is_final(phase));
        let phase = attempt.authorization.phase;
        note(format!("{id} authorization"), format!("{phase:?}"), AuthorizationTable::is_final(phase));
        for (index, capture) in attempt.captures.iter().enumerate() {
            note(
                format!("{id} capture {index}"),
                format!("{:?}", capture.phase),
                CaptureTable::is_final(capture.phase),
            );
        }
        for (index, cancel) in attempt.cancels.iter().enumerate() {
            note(
                format!("{id} cancel {index}"),
                format!("{:?}", cancel.phase),
                CancelTable::is_final(cancel.phase),
            );
        }
        for (index, refund) in attempt.refunds.iter().enumerate() {
            note(
                format!("{id} refund {index}"),
                format!("{:?}", refund.phase),
                RefundTable::is_final(refund.phase),
            );
        }
    }
    finals
}

fn check_money(attempt: &Attempt) {
    let sum = |phases: &[CapturePhase]| -> u64 {
        let counted = attempt.captures.iter().filter(|capture| phases.contains(&capture.phase));
        counted.map(|capture| capture.amount.minor_units()).sum()
    };
    let captured = sum(&[CapturePhase::Captured]);
    assert!(captured <= attempt.amount.minor_units(), "captured {captured}");
    let open = sum(&[
        CapturePhase::Awaited,
        CapturePhase::Requested,
        CapturePhase::InDoubt,
        CapturePhase::Processing,
    ]);
    let authorized = attempt.amount.minor_units();
    assert!(captured + open <= authorized, "{captured} captured and {open} in doubt of {authorized}");
    check_parts(attempt);
    if attempt.payment_method_type == NO_REFUNDS {
        assert!(attempt.refunds.is_empty(), "a method without refunds is never refunded");
    }
    let maybe_refunded: u64 = attempt
        .refunds
        .iter()
        .filter(|refund| refund.phase != RefundPhase::Failed)
        .map(|refund| refund.amount.minor_units())
        .sum();
    assert!(maybe_refunded <= captured, "refunded {maybe_refunded} of {captured}");
}

/// What goes back of one capture is at most what it took, and the last capture is alone.
fn check_parts(attempt: &Attempt) {
    for (place, capture) in attempt.captures.iter().enumerate() {
        let alive = attempt.refunds.iter().filter(|refund| refund.phase != RefundPhase::Failed);
        let of_it = alive.filter(|refund| refund.capture == Some(place));
        let back: u64 = of_it.map(|refund| refund.amount.minor_units()).sum();
        let took = if capture.phase == CapturePhase::Captured { capture.amount.minor_units() } else { 0 };
        assert!(back <= took, "{back} goes back of capture {place}, which took {took}");
    }
    let is_alive = |capture: &&antom_domain::order::Capture| capture.phase != CapturePhase::Failed;
    let mut after_the_last = attempt.captures.iter().filter(is_alive).skip_while(|capture| !capture.is_last);
    after_the_last.next();
    assert!(after_the_last.next().is_none(), "nothing is captured after the last one");
}

/// A card's order ships only when all of its money, or the capture that was marked as the last, is confirmed.
fn check_shipping(order: &Order) {
    let Ok(shippable) = order.shippable() else { return };
    let holder = order.attempt(shippable.payment_request_id()).unwrap();
    let captured = |capture: &&antom_domain::order::Capture| capture.phase == CapturePhase::Captured;
    let taken: u64 =
        holder.captures.iter().filter(captured).map(|capture| capture.amount.minor_units()).sum();
    if holder.is_card() {
        assert_eq!(shippable.amount().minor_units(), taken);
        let is_declared = holder.captures.iter().filter(captured).any(|capture| capture.is_last);
        assert!(is_declared || taken == order.amount.minor_units(), "a part ships nothing");
        assert!(holder.captures.iter().all(|capture| CaptureTable::is_final(capture.phase)));
    }
}

fn check_compensation(story: &Story) {
    for attempt in story.order.attempts.iter().filter(|attempt| attempt.role == Role::Surplus) {
        let id = &attempt.payment_request_id;
        let cancels =
            attempt.cancels.len() - attempt.late_success_after.unwrap_or(0).min(attempt.cancels.len());
        assert!(cancels <= 1, "{id}: one cancel for each success too many");
        let surplus = format!("{id}-surplus");
        let refunds =
            story.calls.iter().filter(|call| call.id().as_str() == format!("refund:{surplus}")).count();
        assert!(refunds <= 1, "{id}: each refund is wished once");
        let open = attempt
            .refunds
            .iter()
            .filter(|refund| refund.reason == RefundReason::Surplus && !RefundTable::is_final(refund.phase));
        assert!(
            open.count() <= attempt.captures.len().max(1),
            "{id}: one refund of the surplus at a time for each capture"
        );
        let refused = attempt.current_cancel().is_some_and(|cancel| cancel.phase == CancelPhase::Refused);
        assert!(refunds == 0 || refused, "{id}: a refund only after the verified refusal of the cancel");
    }
}

/// No attempt begins while an earlier one may take or hold money that could not be refunded.
fn check_beginnings(before: &Order, after: &Order) {
    let may_take =
        |attempt: &&Attempt| !PaymentTable::is_final(attempt.payment.phase) || attempt.holds_money();
    let in_the_way =
        before.attempts.iter().filter(|attempt| attempt.payment_method_type == NO_REFUNDS).find(may_take);
    if let Some(earlier) = in_the_way {
        let (had, has) = (before.attempts.len(), after.attempts.len());
        assert!(has == had, "an attempt began before {} had ended", earlier.payment_request_id);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_500, ..ProptestConfig::default() })]

    //= B-5 test
    //= B-6 test
    #[test]
    fn every_story_keeps_the_laws(
        acts in prop::collection::vec(act(), 1..60),
        captures in prop_oneof![
            1 => Just(CapturePolicy::Full),
            1 => Just(CapturePolicy::Single),
            3 => Just(CapturePolicy::Multiple),
        ],
    ) {
        let mut story = Story::begin();
        story.policy.captures = captures;
        for act in &acts {
            let before = story.clone();
            perform(&mut story, act);

            let mut again = before.clone();
            perform(&mut again, act);
            prop_assert_eq!(&again.order, &story.order, "the same input gives the same step");
            prop_assert_eq!(&Order::fold(&story.log).unwrap(), &story.order, "the folded log is the order");

            let new_calls = story.calls.len() - before.calls.len();
            prop_assert!(new_calls == 0 || story.log.len() > before.log.len(), "no call without an event");

            let after = finals(&story.order);
            for settled in finals(&before.order) {
                prop_assert!(after.contains(&settled), "{settled:?} did not stay final after {act:?}");
            }
            let holders = story.order.attempts.iter().filter(|a| a.role == Role::Kept && a.holds_money()
                && !a.capture_is_lost()).count();
            prop_assert!(holders <= 1, "one success holds the order");
            story.order.attempts.iter().for_each(check_money);
            check_shipping(&story.order);
            check_compensation(&story);
            check_beginnings(&before.order, &story.order);
            if matches!(act, Act::Open(..)) {
                let mut asked_again = story.clone();
                perform(&mut asked_again, act);
                prop_assert_eq!(&asked_again.order, &story.order, "asked twice, nothing more is done");
            }

            let facts = match act {
                Act::PartSeen(n, part, word) => part_seen(&before, *n, *part, *word),
                other => facts_of(other),
            };
            if !facts.is_empty() {
                let repeated = story.order.absorb(&facts, story.now, &story.policy);
                prop_assert!(repeated.is_empty(), "{act:?} said twice added {:?}", repeated.events);
            }
            for attempt in &story.order.attempts {
                let open = !PaymentTable::is_final(attempt.payment.phase)
                    || attempt.refunds.iter().any(|refund| !RefundTable::is_final(refund.phase));
                let asked = story.order.questions().iter()
                    .any(|question| *question.subject.payment_request_id() == attempt.payment_request_id);
                prop_assert!(!open || asked, "what is open is asked for");
            }
        }
    }

    /// Wherever an order rests, its log without personal data tells the same order without personal data, and what happens
    /// afterwards goes the same way.
    #[test]
    fn an_erased_order_goes_on_like_any_other(
        acts in prop::collection::vec(act(), 1..40),
        later in prop::collection::vec(act(), 1..10),
    ) {
        let mut story = Story::begin();
        acts.iter().for_each(|act| perform(&mut story, act));
        let Ok(step) = story.order.erase(Erased::Everything) else { return Ok(()) };
        let mut untouched = story.clone();
        story.take(&step);
        for recorded in &mut story.log {
            if let Some(rewritten) = recorded.without_personal_data(Erased::Everything) {
                *recorded = rewritten;
            }
        }
        prop_assert_eq!(&Order::fold(&story.log).unwrap(), &story.order);
        prop_assert!(story.order.is_at_rest());
        let later = later.iter().filter(|act| !matches!(act, Act::Open(..)));
        for act in later {
            perform(&mut story, act);
            perform(&mut untouched, act);
            prop_assert_eq!(story.order.phase(), untouched.order.phase(), "after {:?}", act);
            prop_assert_eq!(story.called(), untouched.called(), "after {:?}", act);
            prop_assert_eq!(&Order::fold(&story.log).unwrap(), &story.order);
        }
    }

    //= N-4 test
    #[test]
    fn observations_that_agree_end_in_the_same_state_in_every_order(
        picks in prop::collection::vec(0..7_usize, 0..20),
        shuffled in Just((0..7_usize).collect::<Vec<_>>()).prop_shuffle(),
    ) {
        let facts = [
            payment(1, Source::Answer, PaymentWord::Accepted),
            inquired(1, PaymentWord::Processing),
            notified(1, PaymentWord::Pending),
            notified(1, PaymentWord::Success),
            inquired(1, PaymentWord::Success),
            own_capture(1, CaptureWord::Processing),
            own_capture(1, CaptureWord::Success),
        ];
        let mut plain = Story::with_open_card(CaptureMode::Automatic);
        plain.facts(&facts);
        let mut mixed = Story::with_open_card(CaptureMode::Automatic);
        // Every fact at least once, in any order, with any repetition before, between and after.
        for index in picks.iter().chain(&shuffled).chain(&picks) {
            mixed.says(facts[*index].clone());
        }
        prop_assert_eq!(&mixed.order, &plain.order);
        prop_assert_eq!(mixed.called(), plain.called());
    }

    #[test]
    fn the_payment_moves_exactly_as_its_table_says(
        acts in prop::collection::vec(act(), 0..20),
        word in prop_oneof![
            Just((PaymentWord::Processing, PaymentInput::SeenProcessing)),
            Just((PaymentWord::Pending, PaymentInput::SeenPending)),
            Just((PaymentWord::Success, PaymentInput::SeenSuccess)),
            Just((PaymentWord::Failure, PaymentInput::SeenFailure)),
            Just((PaymentWord::Accepted, PaymentInput::Accepted)),
            Just((PaymentWord::Unknown, PaymentInput::SeenUnknown)),
        ],
    ) {
        let mut story = Story::with_open_card(CaptureMode::Manual);
        for act in &acts {
            perform(&mut story, act);
        }
        let before = story.attempt(1).payment.phase;
        story.says(inquired(1, word.0));
        let expected = match PaymentTable::next(before, word.1) {
            Verdict::Go(phase) => phase,
            Verdict::Stay | Verdict::Repeat | Verdict::Refuse | Verdict::Contradict => before,
        };
        prop_assert_eq!(story.attempt(1).payment.phase, expected);
    }
}

fn check_table<T: Table>() {
    for phase in T::PHASES {
        for input in T::INPUTS {
            if let Verdict::Go(target) = T::next(*phase, *input) {
                assert!(!T::is_final(*phase), "{} leaves the final {phase:?} on {input:?}", T::NAME);
                assert!(target != *phase, "{} goes from {phase:?} to itself on {input:?}", T::NAME);
            }
        }
        assert!(!T::explain(*phase).is_empty());
    }
}

#[test]
fn no_table_leaves_a_final_phase() {
    check_table::<PaymentTable>();
    check_table::<AuthorizationTable>();
    check_table::<CaptureTable>();
    check_table::<CancelTable>();
    check_table::<RefundTable>();
}

//= X-11 test
#[test]
fn an_unknown_word_moves_no_machine() {
    let unmoved = PaymentTable::PHASES
        .iter()
        .all(|phase| PaymentTable::next(*phase, PaymentInput::SeenUnknown) == Verdict::Stay);
    assert!(unmoved);
    assert_eq!(PaymentTable::next(PaymentPhase::Pending, PaymentInput::SeenProcessing), Verdict::Stay);
}
