//! Ten thousand notifications that the gateway did not send, verified with real RSA: none changes an order or is acknowledged.
//! A replay of a genuine one is acknowledged, as every resend is, and changes nothing either.

use std::collections::BTreeMap;

use antom_tests::catcher::{Catcher, Caught};
use antom_tests::flows::{Opened, Steps};
use antom_tests::http::text_at;
use antom_tests::merchant::{count_events, has_event};
use antom_tests::wire::{Reply, Wire};
use antom_tests::{Failure, Proof, Stand, ensure};
use serde_json::json;

use crate::forgeries::{Forge, Forgery};
use crate::{WEBHOOK, quiet, waiting};

/// What continuous integration tries at least.
const AT_LEAST: usize = 10_000;
const REPLAYS: usize = 400;
const CONNECTIONS: usize = 4;

//= N-1 test
//= N-2 test
#[test]
fn ten_thousand_forged_and_tampered_notifications_change_nothing_and_none_is_acknowledged() -> Proof {
    Stand::prove_with(&quiet(&[]), |stand| {
        let (opened, genuine) = paid_and_not_yet_told(stand)?;
        let forge = Forge::new(stand, &genuine)?;
        let forgeries = forge.all()?;
        let mut kinds = BTreeMap::<&str, usize>::new();
        for forgery in &forgeries {
            *kinds.entry(forgery.kind).or_default() += 1;
            ensure(forgery.bytes != forge.genuine(), "it is forged", &json!(forgery.kind))?;
        }
        ensure(
            forgeries.len() >= AT_LEAST && kinds.len() == 18,
            "there are enough, of every kind",
            &json!(kinds),
        )?;

        let steps = Steps::on(stand);
        let before = steps.order(&opened.order)?;
        deliver(stand.merchant().base(), &forgeries, |forgery, answer| {
            let seen =
                || json!([forgery.kind, answer.status, answer.body, String::from_utf8_lossy(&forgery.bytes)]);
            ensure(answer.status == 401, "it is refused", &seen())?;
            ensure(answer.body.is_empty(), "nothing in the answer looks like an acknowledgement", &seen())
        })?;
        let after = steps.order(&opened.order)?;
        ensure(after == before, "the order is as before", &after)?;

        // What was tampered with was worth it: as it is, it pays the order, once.
        let replays: Vec<Forgery> =
            (0..REPLAYS).map(|_| Forgery { kind: "a replay", bytes: forge.genuine() }).collect();
        deliver(stand.merchant().base(), &replays, |_, answer| {
            let is_taken = answer.status == 200 && text_at(&answer.json(), "/result/resultStatus") == "S";
            ensure(
                is_taken,
                "the genuine one is acknowledged each time",
                &json!([answer.status, answer.body]),
            )
        })?;
        let paid = steps.order(&opened.order)?;
        ensure(count_events(&paid, "PaymentSucceeded", &opened.payment) == 1, "it counts once", &paid)
    })
}

/// A notification about another order, of another amount or of another kind proves nothing for this one, even if the
/// gateway signed it.
#[test]
fn a_genuine_notification_counts_only_for_the_payment_that_it_names() -> Proof {
    Stand::prove_with(&quiet(&[]), |stand| {
        let (paid, genuine) = paid_and_not_yet_told(stand)?;
        let other = waiting(stand, "bystander")?;
        let before = Steps::on(stand).order(&other.order)?;
        let forge = Forge::new(stand, &genuine)?;
        let replays: Vec<Forgery> =
            (0..50).map(|_| Forgery { kind: "a replay", bytes: forge.genuine() }).collect();
        deliver(stand.merchant().base(), &replays, |_, answer| {
            ensure(answer.status == 200, "it is acknowledged", &json!([answer.status, answer.body]))
        })?;
        let after = Steps::on(stand).order(&other.order)?;
        ensure(after == before, "the other order is as before", &after)?;
        let seen = Steps::on(stand).order(&paid.order)?;
        ensure(has_event(&seen, "PaymentSucceeded", &paid.payment), "its own order is paid", &seen)
    })
}

/// An attempt that its buyer has paid, of which the service does not know, and the gateway's own word of it, signed and
/// caught on its way.
pub(crate) fn paid_and_not_yet_told(stand: &Stand) -> Result<(Opened, Caught), Failure> {
    let never = 3_600_000;
    stand.gateway().set_timings(&json!({"paymentResultMs": never, "captureMs": never}))?;
    let opened = waiting(stand, "forged")?;
    Steps::on(stand).buyer(&opened, "success")?;
    let catcher = Catcher::start()?;
    let wish = json!({"paymentRequestId": opened.payment, "notifyType": "PAYMENT_RESULT", "url": catcher.url(WEBHOOK)});
    // The simulator answers the wish only after the delivery has ended.
    let caught = std::thread::scope(|scope| {
        let caught = scope.spawn(|| catcher.catch());
        stand.gateway().trigger(&wish)?;
        caught.join().map_err(|_| Failure::step("the listener takes the notification", "a panic"))?
    })?;
    let seen = Steps::on(stand).order(&opened.order)?;
    ensure(text_at(&seen, "/phase") == "awaitingPayment", "the service does not know yet", &seen)?;
    Ok((opened, caught))
}

/// Sends all over a few connections that stay open, and judges each answer.
fn deliver(
    base: &str,
    forgeries: &[Forgery],
    judge: impl Fn(&Forgery, &Reply) -> Result<(), Failure> + Sync,
) -> Result<(), Failure> {
    let share = forgeries.len().div_ceil(CONNECTIONS).max(1);
    std::thread::scope(|scope| {
        let judge = &judge;
        let senders: Vec<_> = forgeries
            .chunks(share)
            .map(|share| {
                scope.spawn(move || {
                    let mut wire = Wire::to(base)?;
                    for forgery in share {
                        wire.send(&forgery.bytes)?;
                        let answer = wire.reply()?;
                        let answer =
                            answer.ok_or_else(|| Failure::step("there is an answer", forgery.kind))?;
                        judge(forgery, &answer)?;
                    }
                    Ok(())
                })
            })
            .collect();
        senders.into_iter().try_for_each(|sender| {
            sender.join().unwrap_or_else(|_| Err(Failure::step("all are sent", "a panic")))
        })
    })
}
