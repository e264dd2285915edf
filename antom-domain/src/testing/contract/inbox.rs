//! What an inbox must do: keep every notification once, and find the parked ones again.
//! That a notification is acknowledged only after it was recorded is left to the services.

use super::Adapter;
use super::fixture::{creation, mark, notification, order_id, step};
use crate::port::{
    Commit, CommitError, IdKey, InboxMark, InboxPage, InboxQuery, InboxVerdict, NotificationDigest,
    ReceivedNotification, StoreError,
};

fn payment(id: &str) -> IdKey {
    IdKey::Payment(id.to_owned())
}

fn digests(found: &[ReceivedNotification]) -> Vec<&str> {
    found.iter().map(|notification| notification.digest.0.as_str()).collect()
}

/// What was recorded is shown as it came, byte for byte.
pub async fn a_notification_comes_back_as_it_came(factory: &impl AsyncFn() -> Adapter) {
    let Adapter { inbox, .. } = &factory().await;
    let keys = [payment("P"), IdKey::CaptureRequest("C".to_owned()), payment("\"é"), payment("\u{0}\u{1a}0")];
    let verdicts = [InboxVerdict::Absorbed, InboxVerdict::Parked, InboxVerdict::Kept, InboxVerdict::Hint];
    let marks: Vec<InboxMark> = (0..)
        .zip(verdicts)
        .map(|(second, verdict)| InboxMark {
            notification: ReceivedNotification {
                is_fact: verdict != InboxVerdict::Hint,
                notify_type: "PAYMENT\u{0}\u{1a}\u{1a}0_RESULT".to_owned(),
                ..notification(verdict.as_str(), second, &keys)
            },
            verdict,
        })
        .collect();
    for mark in &marks {
        inbox.record(mark).await.unwrap();
    }

    let shown: Vec<InboxMark> = inbox.recent(10).await.unwrap().into_iter().rev().collect();
    assert_eq!(shown, marks);
}

/// A notification that comes again is one notification, as it came first.
pub async fn a_notification_that_comes_again_is_kept_once(factory: &impl AsyncFn() -> Adapter) {
    let Adapter { inbox, .. } = &factory().await;
    let first = mark(&notification("N", 1, &[payment("P")]), InboxVerdict::Absorbed);
    inbox.record(&first).await.unwrap();
    let again = ReceivedNotification { is_fact: false, ..notification("N", 120, &[payment("Q")]) };

    for verdict in [InboxVerdict::Absorbed, InboxVerdict::Hint, InboxVerdict::Kept, InboxVerdict::Parked] {
        assert_eq!(inbox.record(&mark(&again, verdict)).await, Ok(()));
    }

    assert_eq!(inbox.recent(10).await.unwrap(), [first]);
    assert_eq!(inbox.parked(&[payment("P"), payment("Q")]).await, Ok(Vec::new()));
}

/// A step absorbs its notification with everything else it does.
pub async fn a_step_absorbs_its_notification(factory: &impl AsyncFn() -> Adapter) {
    let Adapter { store, inbox, .. } = &factory().await;
    let absorbed = mark(&notification("N", 1, &[payment("P")]), InboxVerdict::Absorbed);

    store.commit(Commit { inbox: Some(absorbed.clone()), ..creation("A") }).await.unwrap();

    assert_eq!(inbox.recent(10).await.unwrap(), [absorbed]);
}

/// JSON can write the character NUL, so an id may hold it: it is found by exactly that id.
pub async fn a_parked_notification_is_found_by_an_id_with_nul(factory: &impl AsyncFn() -> Adapter) {
    let Adapter { inbox, .. } = &factory().await;
    let odd = notification("odd", 1, &[payment("P\u{0}Q")]);
    inbox.record(&mark(&odd, InboxVerdict::Parked)).await.unwrap();

    for other in ["P", "PQ", "P\u{0}", "P\u{1a}0Q", "P\u{1a}Q"] {
        assert_eq!(inbox.parked(&[payment(other)]).await, Ok(Vec::new()), "{other:?}");
    }
    assert_eq!(inbox.parked(&[payment("P\u{0}Q")]).await, Ok(vec![odd]));
}

/// A parked notification is found by any of the ids that it names, once, the oldest first.
pub async fn a_parked_notification_is_found_by_its_ids(factory: &impl AsyncFn() -> Adapter) {
    let Adapter { inbox, .. } = &factory().await;
    let capture = IdKey::CaptureRequest("C".to_owned());
    let late = notification("late", 9, &[payment("P")]);
    let early = notification("early", 1, &[payment("P"), capture.clone()]);
    let other = notification("other", 2, &[payment("Q")]);
    for parked in [&late, &early, &other] {
        inbox.record(&mark(parked, InboxVerdict::Parked)).await.unwrap();
    }

    let by_both = inbox.parked(&[capture.clone(), payment("P"), payment("P")]).await.unwrap();
    assert_eq!(by_both, [early.clone(), late]);
    assert_eq!(inbox.parked(&[capture]).await.unwrap(), [early]);
    assert_eq!(
        inbox.parked(&[IdKey::PaymentRequest("P".to_owned())]).await,
        Ok(Vec::new()),
        "another kind of id"
    );
    assert_eq!(inbox.parked(&[]).await, Ok(Vec::new()));
}

/// Only what is parked is found as parked.
pub async fn only_parked_notifications_are_found_as_parked(factory: &impl AsyncFn() -> Adapter) {
    let Adapter { inbox, .. } = &factory().await;
    for verdict in [InboxVerdict::Absorbed, InboxVerdict::Kept, InboxVerdict::Hint, InboxVerdict::Parked] {
        let notification = notification(verdict.as_str(), 1, &[payment("P")]);
        inbox.record(&mark(&notification, verdict)).await.unwrap();
    }

    let found = inbox.parked(&[payment("P")]).await.unwrap();
    assert_eq!(digests(&found), ["digest-of-parked"]);
}

/// The step that absorbs a parked notification takes it out of the parking place for ever.
pub async fn a_parked_notification_is_absorbed_by_a_step(factory: &impl AsyncFn() -> Adapter) {
    let Adapter { store, inbox, .. } = &factory().await;
    let parked = notification("N", 1, &[payment("P")]);
    inbox.record(&mark(&parked, InboxVerdict::Parked)).await.unwrap();
    inbox.record(&mark(&parked, InboxVerdict::Parked)).await.unwrap();

    let absorbed = mark(&parked, InboxVerdict::Absorbed);
    store.commit(Commit { inbox: Some(absorbed.clone()), ..creation("A") }).await.unwrap();
    assert_eq!(inbox.parked(&[payment("P")]).await, Ok(Vec::new()));

    inbox.record(&mark(&parked, InboxVerdict::Parked)).await.unwrap();
    assert_eq!(inbox.parked(&[payment("P")]).await, Ok(Vec::new()), "it is not parked again");
    assert_eq!(inbox.recent(10).await.unwrap(), [absorbed]);
}

/// A parked notification may turn out to be kept or a hint, and stays what it became.
pub async fn a_parked_notification_may_become_anything_else_once(factory: &impl AsyncFn() -> Adapter) {
    for verdict in [InboxVerdict::Kept, InboxVerdict::Hint] {
        let Adapter { inbox, .. } = &factory().await;
        let parked = notification("N", 1, &[payment("P")]);
        inbox.record(&mark(&parked, InboxVerdict::Parked)).await.unwrap();
        inbox.record(&mark(&parked, verdict)).await.unwrap();
        assert_eq!(inbox.parked(&[payment("P")]).await, Ok(Vec::new()));
        inbox.record(&mark(&parked, InboxVerdict::Absorbed)).await.unwrap();
        assert_eq!(inbox.recent(10).await.unwrap(), [mark(&parked, verdict)]);
    }
}

/// A notification stays parked when the step that was to absorb it is refused.
pub async fn a_refused_step_absorbs_nothing(factory: &impl AsyncFn() -> Adapter) {
    let Adapter { store, inbox, .. } = &factory().await;
    let parked = notification("N", 1, &[payment("P")]);
    inbox.record(&mark(&parked, InboxVerdict::Parked)).await.unwrap();

    let refused = Commit { inbox: Some(mark(&parked, InboxVerdict::Absorbed)), ..step("A", 1) };
    assert_eq!(store.commit(refused).await, Err(CommitError::Conflict));

    assert_eq!(store.load(&order_id("A")).await, Ok(None));
    assert_eq!(inbox.parked(&[payment("P")]).await.unwrap(), [parked]);
}

/// The newest notifications come first, and no more than were asked for.
pub async fn recent_shows_the_newest_first(factory: &impl AsyncFn() -> Adapter) {
    let Adapter { inbox, .. } = &factory().await;
    for second in [3, 1, 5, 2, 4] {
        let notification = notification(&second.to_string(), second, &[]);
        inbox.record(&mark(&notification, InboxVerdict::Kept)).await.unwrap();
    }

    let shown = |marks: Vec<InboxMark>| -> Vec<String> {
        marks.into_iter().map(|mark| mark.notification.digest.0).collect()
    };
    assert_eq!(shown(inbox.recent(2).await.unwrap()), ["digest-of-5", "digest-of-4"]);
    assert_eq!(shown(inbox.recent(9).await.unwrap()).len(), 5);
    assert_eq!(inbox.recent(0).await, Ok(Vec::new()));
}

fn page_digests(page: &InboxPage) -> Vec<&str> {
    page.marks.iter().map(|mark| mark.notification.digest.0.as_str()).collect()
}

/// Pages go from the last recorded to the first, without a gap or a repetition, also where more come in between.
pub async fn pages_list_the_last_recorded_first(factory: &impl AsyncFn() -> Adapter) {
    let Adapter { inbox, .. } = &factory().await;
    // Recorded in another order than they came in.
    for second in [3, 1, 5] {
        let notification = notification(&second.to_string(), second, &[]);
        inbox.record(&mark(&notification, InboxVerdict::Kept)).await.unwrap();
    }
    let query = InboxQuery { limit: 2, ..InboxQuery::default() };

    let first = inbox.notifications(&query).await.unwrap();
    assert_eq!(page_digests(&first), ["digest-of-5", "digest-of-1"]);
    inbox.record(&mark(&notification("late", 9, &[]), InboxVerdict::Kept)).await.unwrap();
    let second = inbox.notifications(&InboxQuery { cursor: first.next, ..query.clone() }).await.unwrap();
    assert_eq!((page_digests(&second), &second.next), (vec!["digest-of-3"], &None));

    let wrong = InboxQuery { cursor: Some("x".to_owned()), ..query };
    assert!(matches!(inbox.notifications(&wrong).await, Err(StoreError::Unreadable { what: "cursor", .. })));
}

/// A page with a verdict holds only notifications with that verdict.
pub async fn pages_are_limited_to_a_verdict(factory: &impl AsyncFn() -> Adapter) {
    let Adapter { inbox, .. } = &factory().await;
    for (second, verdict) in (0..).zip(InboxVerdict::ALL) {
        let notification = notification(verdict.as_str(), second, &[]);
        inbox.record(&mark(&notification, verdict)).await.unwrap();
    }
    for verdict in InboxVerdict::ALL {
        let query = InboxQuery { verdict: Some(verdict), limit: 1, cursor: None };
        let page = inbox.notifications(&query).await.unwrap();
        assert_eq!(page_digests(&page), [format!("digest-of-{}", verdict.as_str())]);
        assert_eq!(page.next, None);
    }
}

/// A notification is found by its digest, as it came and with its verdict; nothing else is.
pub async fn a_notification_is_found_by_its_digest(factory: &impl AsyncFn() -> Adapter) {
    let Adapter { inbox, .. } = &factory().await;
    let recorded = mark(&notification("N", 1, &[payment("P")]), InboxVerdict::Parked);
    inbox.record(&recorded).await.unwrap();

    assert_eq!(inbox.notification(&recorded.notification.digest).await, Ok(Some(recorded)));
    assert_eq!(inbox.notification(&NotificationDigest("unknown".to_owned())).await, Ok(None));
}
