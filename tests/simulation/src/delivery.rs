//! Notifications on their way from the gateway to one of the merchant's instances, and the answer's way back.
//! What a notification changes is the domain's; when it is sent again is the gateway's.

use std::sync::Arc;

use antom_core::wire::Notification;
use antom_domain::port::{NotificationDigest, ReceivedNotification};
use antom_domain::reading::notification_keys;
use antom_simulator::core::{Delivery, Seal, Send};
use serde_json::Value;

use crate::executor::WORLD;
use crate::instance::Services;
use crate::mistake::Mistake;
use crate::world::{World, fingerprint};

/// The body that acknowledges (N-3).
const ACKNOWLEDGEMENT: &str =
    r#"{"result":{"resultCode":"SUCCESS","resultStatus":"S","resultMessage":"success"}}"#;

/// Lets the notifications set out, each on its own.
pub fn send_out(world: &Arc<World>, sends: Vec<Send>) {
    for send in sends {
        let there = Arc::clone(world);
        world.handle.spawn(WORLD, async move { deliver(&there, send).await });
    }
}

async fn deliver(world: &Arc<World>, send: Send) {
    let profile = world.profile();
    let wait = if world.strikes(profile.notification_late) {
        world.random.one_of(&[1_000, 30_000, 900_000], 1_000)
    } else {
        world.random.between(5, 80)
    };
    world.handle.sleep(wait).await;
    let is_lost = profile.is_deaf || send.lost || world.strikes(profile.notification_lost);
    if profile.is_deaf {
        world.count_fault();
    }
    let delivery = if is_lost { Delivery::failed("lost") } else { hand_over(world, &send).await };
    if !is_lost && world.strikes(profile.notification_twice) {
        let (there, again) = (Arc::clone(world), send.clone());
        let wait = world.random.one_of(&[10, 5_000, 3_600_000], 10);
        world.handle.spawn(WORLD, async move {
            there.handle.sleep(wait).await;
            // Nobody listens for this answer.
            let _answer = hand_over(&there, &again).await;
        });
    }
    let delivery =
        if world.strikes(profile.acknowledgement_lost) { Delivery::failed("answer lost") } else { delivery };
    world.gateway().delivered(&send, delivery);
}

/// One of the instances takes the notification in; its answer comes back, or it dies over it.
async fn hand_over(world: &Arc<World>, send: &Send) -> Delivery {
    let Some(instance) = world.any_instance() else { return Delivery::failed("nobody there") };
    if send.seal != Seal::Good {
        return refused(401);
    }
    let body =
        if world.profile().has_bare_captures { without_our_id(&send.body) } else { send.body.to_string() };
    let Ok(message) = serde_json::from_str::<Notification>(&body) else { return refused(400) };
    let digest = format!("{:016x}", fingerprint(body.as_bytes()));
    let notification = ReceivedNotification {
        digest: NotificationDigest(digest.clone()),
        received_at: instance.now(),
        request_time: send.request_time.clone(),
        notify_type: message.notify_type.as_ref().map(ToString::to_string).unwrap_or_default(),
        keys: notification_keys(&message),
        body: body.into_bytes(),
        is_fact: true,
    };
    world.note("notification", &digest, &notification.notify_type);
    let answer = if world.mistake().is_some_and(Mistake::acknowledges_first) {
        drop(instance.do_here(move |services| take_in(services, notification, message)));
        instance.do_here(|_| async { true })
    } else {
        instance.do_here(move |services| take_in(services, notification, message))
    };
    match answer.await {
        Some(true) => {
            if !world.seen().durable_notifications.contains(&digest) {
                world.violation(format!("notification {digest} is acknowledged and not durable"));
            }
            world.note("acknowledged", &digest, "");
            Delivery { status: Some(200), answer: ACKNOWLEDGEMENT.to_owned(), error: None }
        }
        Some(false) => refused(503),
        None => Delivery::failed("the instance died"),
    }
}

/// A capture notification without our own id of the payment.
fn without_our_id(body: &str) -> String {
    let Ok(mut message) = serde_json::from_str::<Value>(body) else { return body.to_owned() };
    match message.as_object_mut() {
        Some(members) if members.get("notifyType") == Some(&Value::from("CAPTURE_RESULT")) => {
            members.remove("paymentRequestId");
            message.to_string()
        }
        _ => body.to_owned(),
    }
}

/// The webhook: store, then acknowledge.
async fn take_in(services: Services, notification: ReceivedNotification, message: Notification) -> bool {
    let Some(mistake) = services.mistake() else { return services.receive(notification, &message).await };
    let known = services.known_of(&notification.keys).await;
    let message = mistake.reads(message, known.as_ref());
    services.receive(notification, &message).await || mistake.acknowledges_errors()
}

fn refused(status: u16) -> Delivery {
    Delivery { status: Some(status), answer: String::new(), error: None }
}
