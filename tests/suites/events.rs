//! Events to the merchant's own systems through the real service: signed, at least once, in sequence, whatever the receiver does.
//! What each step tells, and what an event holds, is told by the domain's own tests.
#![allow(clippy::indexing_slicing, reason = "a JSON value that is asked for what it has not gives null")]

use std::collections::BTreeMap;
use std::os::unix::fs::PermissionsExt as _;

use antom_tests::flows::Steps;
use antom_tests::http::{list_at, text_at};
use antom_tests::postgres::Cluster;
use antom_tests::receiver::{Arrived, ELSEWHERE, Receiver, Reply};
use antom_tests::waiting::{Look, PATIENCE, until};
use antom_tests::{Failure, Proof, Stand, StandOptions, ensure, skip};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ring::hmac;
use serde_json::{Value, json};

/// 24 bytes each, for tests only.
const SECRETS: [&str; 2] =
    ["whsec_dGVzdHMtb25seS1zZWNyZXQtbnIuLTAx", "whsec_dGVzdHMtb25seS1zZWNyZXQtbnIuLTAy"];

/// A service that tells this receiver.
fn telling(receiver: &Receiver) -> StandOptions {
    let settings = [
        ("ANTOM__EVENTS__WEBHOOK_URL", receiver.url("/hooks/antom?shop=7")),
        ("ANTOM__EVENTS__WEBHOOK_SECRETS", json!(SECRETS).to_string()),
    ];
    let service_environment = settings.map(|(name, value)| (name.to_owned(), value)).to_vec();
    StandOptions { service_environment, ..StandOptions::default() }
}

/// An order whose card the gateway captures.
fn pay(stand: &Stand, about: &str) -> Result<String, Failure> {
    let steps = Steps::on(stand);
    let order = steps.create_order(about, "1000")?;
    let opened = steps.open_session(&order, "AUTOMATIC")?;
    steps.buyer(&opened, "success")?;
    Ok(order)
}

/// Demands of everything that arrived: signed by both secrets, the same text under the same id, and each order's events in
/// sequence, each sent only after the one before was confirmed.
fn judge(arrived: &[Arrived]) -> Result<(), Failure> {
    let mut texts: BTreeMap<&str, &str> = BTreeMap::new();
    let mut confirmed: BTreeMap<&str, u64> = BTreeMap::new();
    for one in arrived {
        let id = one.caught.header("webhook-id");
        ensure(
            one.caught.path == "/hooks/antom?shop=7",
            "it comes to the address as it stands",
            &json!(one.caught.path),
        )?;
        ensure(is_signed(one), "it is signed with every secret", &json!(one.caught.headers))?;
        ensure(text_at(&one.body, "/id") == id, "header and body name the same event", &one.body)?;
        let first = texts.entry(id).or_insert(&one.caught.body);
        ensure(*first == one.caught.body, "an event that comes again has the same text", &one.body)?;
        let order = text_at(&one.body, "/referenceOrderId");
        let sequence = one.body["sequence"].as_u64().unwrap_or_default();
        let last = confirmed.entry(order).or_insert(0);
        ensure(sequence <= *last + 1, "an event comes after its predecessor was confirmed", &one.body)?;
        if one.reply == Reply::Status(200) {
            *last = (*last).max(sequence);
        }
    }
    Ok(())
}

fn is_signed(one: &Arrived) -> bool {
    is_signed_by(one, &SECRETS)
}

/// Whether there is one signature for each of these secrets, and no other.
fn is_signed_by(one: &Arrived, secrets: &[&str]) -> bool {
    let header = |name| one.caught.header(name);
    let signed = format!("{}.{}.{}", header("webhook-id"), header("webhook-timestamp"), one.caught.body);
    let signatures: Vec<&str> = header("webhook-signature").split(' ').collect();
    signatures.len() == secrets.len()
        && secrets.iter().zip(signatures).all(|(secret, signature)| {
            let key = STANDARD.decode(secret.trim_start_matches("whsec_")).unwrap_or_default();
            let key = hmac::Key::new(hmac::HMAC_SHA256, &key);
            let tag = STANDARD.decode(signature.trim_start_matches("v1,")).unwrap_or_default();
            hmac::verify(&key, signed.as_bytes(), &tag).is_ok()
        })
}

fn kinds(arrived: &[Arrived], order: &str) -> Vec<String> {
    let of_order = arrived.iter().filter(|one| text_at(&one.body, "/referenceOrderId") == order);
    let confirmed = of_order.filter(|one| one.reply == Reply::Status(200));
    let kinds = confirmed.map(|one| text_at(&one.body, "/type").to_owned());
    kinds.filter(|kind| kind != LATER).collect()
}

/// It may be told in between: the gateway's messages know different things about a card.
const LATER: &str = "payment.details";
const PAID: [&str; 4] = ["payment.succeeded", "authorization.held", "capture.succeeded", "order.paid"];

#[test]
fn a_receiver_that_refuses_redirects_and_hangs_up_gets_every_event_in_sequence() -> Proof {
    let receiver = Receiver::start()?;
    receiver.reply_with(&[
        Reply::Status(500),
        Reply::Hangup,
        Reply::Redirect,
        Reply::Status(404),
        Reply::Status(200),
    ]);
    Stand::prove_with(&telling(&receiver), |stand| {
        let orders = [pay(stand, "first")?, pay(stand, "second")?];
        for order in &orders {
            receiver.wait_for(order, "order.paid")?;
        }
        let arrived = receiver.arrived();
        judge(&arrived)?;
        ensure(
            arrived.iter().all(|one| one.caught.path != ELSEWHERE),
            "no redirect is followed",
            &json!(arrived.len()),
        )?;
        for order in &orders {
            ensure(
                kinds(&arrived, order) == PAID,
                "each event is confirmed once",
                &json!(kinds(&arrived, order)),
            )?;
        }
        let paid = receiver.wait_for(&orders[0], "order.paid")?.body;
        ensure(paid["data"]["order"]["shippable"] == true, "it says that the order may be shipped", &paid)
    })
}

#[test]
fn a_service_that_dies_before_it_hears_the_answer_sends_the_same_event_again() -> Proof {
    let receiver = Receiver::start()?;
    receiver.reply_with(&[Reply::Silence]);
    Stand::prove_with(&telling(&receiver), |stand| {
        let order = pay(stand, "killed")?;
        let sent = until("the first event at the receiver", PATIENCE, || {
            Ok(receiver.arrived().first().cloned().map_or(Look::NotYet("nothing".to_owned()), Look::Found))
        })?;
        stand.kill_service()?;
        stand.start_service_again()?;

        receiver.wait_for(&order, "order.paid")?;
        let arrived = receiver.arrived();
        judge(&arrived)?;
        let id = |one: &Arrived| one.caught.header("webhook-id").to_owned();
        ensure(id(&arrived[1]) == id(&sent), "the next to arrive is the same event", &arrived[1].body)?;
        ensure(kinds(&arrived, &order) == PAID, "nothing is lost", &json!(kinds(&arrived, &order)))
    })
}

#[test]
fn an_order_whose_event_fails_holds_up_no_other_and_is_told_at_last() -> Proof {
    let receiver = Receiver::start()?;
    receiver.reply_with(&[Reply::Silence]);
    let mut options = telling(&receiver);
    options.service_environment.push(("ANTOM__EVENTS__TIMEOUT".to_owned(), "20s".to_owned()));
    Stand::prove_with(&options, |stand| {
        let held_up = pay(stand, "held-up")?;
        until("the first event at the receiver", PATIENCE, || {
            Ok(if receiver.arrived().is_empty() { Look::NotYet(String::new()) } else { Look::Found(()) })
        })?;
        let other = pay(stand, "other")?;
        receiver.wait_for(&other, "order.paid")?;
        let so_far = kinds(&receiver.arrived(), &held_up);
        ensure(so_far.is_empty(), "the first order's events wait for its first", &json!(so_far))?;

        receiver.wait_for(&held_up, "order.paid")?;
        judge(&receiver.arrived())
    })
}

#[test]
fn events_are_listed_with_what_became_of_them_and_sent_again_on_request() -> Proof {
    let receiver = Receiver::start()?;
    Stand::prove_with(&telling(&receiver), |stand| {
        let order = pay(stand, "listed")?;
        receiver.wait_for(&order, "order.paid")?;
        let get = |path: &str| stand.merchant().get(path)?.expect_status("events are listed", &[200]);
        let page = until("the deliveries in the list", PATIENCE, || {
            let page = get("/v1/events")?;
            let events = list_at(&page, "/events");
            let is_told = |one: &&Value| text_at(one, "/delivery/state") == "delivered";
            let is_paid = events.iter().any(|one| text_at(one, "/type") == "order.paid");
            let done = is_paid && events.iter().filter(is_told).count() == events.len();
            Ok(if done { Look::Found(page) } else { Look::NotYet(page.to_string()) })
        })?;
        let listed = list_at(&page, "/events").iter().map(|one| text_at(one, "/type"));
        let listed: Vec<&str> = listed.filter(|kind| *kind != LATER).collect();
        ensure(listed == PAID && page["hasMore"] == false, "the list is in the order of events", &page)?;
        let empty = get(&format!("/v1/events?cursor={}", text_at(&page, "/next")))?;
        let stays = list_at(&empty, "/events").is_empty() && empty["next"] == page["next"];
        ensure(stays, "the end of the list is where later events come", &empty)?;
        let paid = get("/v1/events?type=order.paid")?;
        ensure(list_at(&paid, "/events").len() == 1, "one kind can be listed", &paid)?;

        let before = receiver.arrived().len();
        let id = text_at(&page, "/events/0/id").to_owned();
        let again = stand.merchant().post(&format!("/v1/events/{id}/resend"), &json!({}))?;
        again.expect_status("it is sent again", &[202])?;
        let arrived = until("the event once more", PATIENCE, || {
            let arrived = receiver.arrived();
            Ok(if arrived.len() > before { Look::Found(arrived) } else { Look::NotYet(String::new()) })
        })?;
        ensure(
            arrived[before].caught.header("webhook-id") == id,
            "it has the same id",
            &arrived[before].body,
        )?;
        judge(&arrived)?;
        for (path, status) in [
            (format!("/v1/events/evt_{order}_99/resend"), 404),
            ("/v1/events/nonsense/resend".to_owned(), 404),
        ] {
            stand.merchant().post(&path, &json!({}))?.expect_status("there is no such event", &[status])?;
        }
        for query in ["type=order.eaten", "cursor=1%20OR%201"] {
            let refused = stand.merchant().get(&format!("/v1/events?{query}"))?;
            refused.expect_status("a query that means nothing is refused", &[400])?;
        }
        Ok(())
    })
}

#[test]
fn the_secrets_of_webhooks_are_changed_without_a_restart() -> Proof {
    let receiver = Receiver::start()?;
    let folder = tempfile::tempdir().map_err(Failure::from)?;
    let file = folder.path().join("secret");
    let write = |secret: &str| {
        std::fs::write(&file, secret)?;
        std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o600))
    };
    write(SECRETS[0]).map_err(Failure::from)?;
    let mut options = telling(&receiver);
    options.service_environment[1].1 = json!([file]).to_string();
    Stand::prove_with(&options, |stand| {
        let arrives = |order: &str| receiver.wait_for(order, "order.paid");
        let first = arrives(&pay(stand, "before")?)?;
        ensure(is_signed_by(&first, &SECRETS[..1]), "the old secret signs", &json!(first.caught.headers))?;

        write(&"whsec_nonsense".repeat(2))?;
        hang_up_until(stand, "keys not read again")?;
        let same = arrives(&pay(stand, "spoilt")?)?;
        ensure(is_signed_by(&same, &SECRETS[..1]), "a fault changes nothing", &json!(same.caught.headers))?;

        write(SECRETS[1])?;
        hang_up_until(stand, "the secrets of event webhooks were read again")?;
        let second = arrives(&pay(stand, "after")?)?;
        ensure(is_signed_by(&second, &SECRETS[1..]), "the new secret signs", &json!(second.caught.headers))?;
        let log = stand.service_log()?;
        ensure(!SECRETS.iter().any(|secret| log.contains(secret)), "neither is logged", &json!("a secret"))
    })
}

fn hang_up_until(stand: &mut Stand, said: &str) -> Result<(), Failure> {
    stand.service().hang_up()?;
    until(said, PATIENCE, || {
        let log = stand.service_log()?;
        Ok(if log.contains(said) { Look::Found(()) } else { Look::NotYet(log) })
    })
}

#[test]
fn without_a_receiver_events_are_kept_and_read() -> Proof {
    Stand::prove(|stand| {
        let order = pay(stand, "kept")?;
        Steps::on(stand).wait_until_shippable(&order)?;
        let page = stand.merchant().get("/v1/events")?.expect_status("events are listed", &[200])?;
        let events = list_at(&page, "/events");
        let kept: Vec<&str> = events.iter().map(|one| text_at(one, "/delivery/state")).collect();
        let all_are_kept = kept.len() >= 4 && kept.iter().all(|state| *state == "kept");
        ensure(all_are_kept, "they are only kept", &page)?;
        let id = text_at(&page, "/events/0/id");
        let refused = stand.merchant().post(&format!("/v1/events/{id}/resend"), &json!({}))?;
        refused.expect_status("there is nobody to send them to", &[409]).map(drop)
    })
}

/// A server of its own, or a note that this machine has none.
fn database() -> Result<Option<Cluster>, Failure> {
    let cluster = Cluster::start()?;
    if cluster.is_none() {
        skip::note("events of two instances over PostgreSQL: no initdb and pg_ctl")?;
    }
    Ok(cluster)
}

#[test]
fn two_instances_on_one_database_tell_each_order_in_sequence() -> Proof {
    let Some(cluster) = database()? else { return Ok(()) };
    let receiver = Receiver::start()?;
    let replies: Vec<Reply> = (0..40)
        .map(|number| match number % 5 {
            0 => Reply::Status(503),
            3 => Reply::Hangup,
            _ => Reply::Status(200),
        })
        .collect();
    receiver.reply_with(&replies);
    let mut options = telling(&receiver);
    options.service_environment.push(("ANTOM__DATABASE__URL".to_owned(), cluster.url()));
    Stand::prove_with(&options, |stand| {
        stand.start_other_service()?;
        let mut orders = Vec::new();
        for number in 0..6 {
            orders.push(pay(stand, &format!("shared-{number}"))?);
            stand.turn_to_other_service();
        }
        for order in &orders {
            receiver.wait_for(order, "order.paid")?;
        }
        judge(&receiver.arrived())?;
        let page =
            stand.merchant().get("/v1/events?type=order.paid")?.expect_status("events are listed", &[200])?;
        let listed: Vec<&Value> = list_at(&page, "/events").iter().collect();
        ensure(listed.len() == orders.len(), "every order's event is in the list", &page)
    })
}
