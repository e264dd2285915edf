//! `[events]`: what is merged and refused.
//! Telling events is tested through real processes.

use super::*;
use crate::service::config::EventSink;

fn with(more: &[(&str, &str)]) -> Result<Config, ConfigFaults> {
    load_all([complete(), variables(more)].concat())
}

fn faulty_keys(read: Result<Config, ConfigFaults>) -> Vec<String> {
    read.unwrap_err().0.into_iter().map(|fault| fault.key).collect()
}

#[test]
fn events_are_kept_and_go_nowhere_unless_a_receiver_is_named() {
    let events = with(&[]).unwrap().events;
    assert!(events.sink.is_none());
    assert_eq!((events.timeout, events.keep_at_most), (Duration::from_secs(10), 1_000_000));
    assert_eq!(events.give_up_after, Duration::from_hours(72));
    assert_eq!(events.keep_for, Duration::from_hours(720));
}

#[test]
fn a_webhook_has_an_address_and_secrets_from_files_or_as_they_are() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("secret");
    write_private(&file, &format!("{SECRET}\n"));
    let both = serde_json::json!([SECRET, file]).to_string();
    let url = "https://shop.example/hooks?token=canary";
    let config = with(&[
        ("ANTOM__EVENTS__WEBHOOK_URL", url),
        ("ANTOM__EVENTS__WEBHOOK_SECRETS", &both),
        ("ANTOM__EVENTS__GIVE_UP_AFTER", "6h"),
    ])
    .unwrap();
    let Some(EventSink::Webhook { url: read, secrets, .. }) = &config.events.sink else {
        panic!("no webhook")
    };
    assert_eq!((read.expose(), secrets.len()), (url, 2));
    assert_eq!(config.events.give_up_after, Duration::from_hours(6));
    for text in [config.redacted(), format!("{config:?}")] {
        assert!(!text.contains("canary") && !text.contains("C2FVs"), "{text}");
    }
    assert!(
        config.redacted().contains("events.sink = webhook to https://shop.example, signed with 2 secret(s)")
    );
}

#[test]
fn every_fault_of_the_events_is_listed_at_once_and_no_secret_is_repeated() {
    let faulty = with(&[
        ("ANTOM__EVENTS__WEBHOOK_URL", "https://shop.example/hooks"),
        ("ANTOM__EVENTS__WEBHOOK_SECRETS", r#"["whsec_c2hvcnQ=", "C2FVsBQIhrscChlQIMV", 7]"#),
        ("ANTOM__EVENTS__TIMEOUT", "25s"),
        ("ANTOM__EVENTS__KEEP_AT_MOST", "none"),
        ("ANTOM__EVENTS__KEEP_FOR", "long"),
        ("ANTOM__EVENTS__NATS_SUBJECT", "antom.events"),
        ("ANTOM__EVENTS__WEBHOOK_SECRET", SECRET),
    ]);
    let ConfigFaults(faults) = faulty.unwrap_err();
    let keys: Vec<&str> = faults.iter().map(|fault| fault.key.as_str()).collect();
    for key in [
        "events.webhook_secrets[0]",
        "events.webhook_secrets[1]",
        "events.webhook_secrets[2]",
        "events.timeout",
        "events.keep_at_most",
        "events.keep_for",
        "events.nats_url",
        "events.webhook_secret",
    ] {
        assert!(keys.contains(&key), "{key} is missing in {keys:?}");
    }
    assert!(faults.iter().all(|fault| !fault.message.contains("C2FV") && !fault.message.contains("c2hv")));
}

#[test]
fn events_are_signed_and_leave_this_machine_encrypted_only() {
    let secrets = ("ANTOM__EVENTS__WEBHOOK_SECRETS", SECRET);
    for url in ["http://shop.example/hooks", "https://user:pw@shop.example/", "shop.example"] {
        assert_eq!(
            faulty_keys(with(&[("ANTOM__EVENTS__WEBHOOK_URL", url), secrets])),
            ["events.webhook_url"],
            "{url}"
        );
    }
    assert!(with(&[("ANTOM__EVENTS__WEBHOOK_URL", "http://127.0.0.1:9/hooks"), secrets]).is_ok());
    let unsigned = [("ANTOM__EVENTS__WEBHOOK_URL", "https://shop.example/")];
    assert_eq!(faulty_keys(with(&unsigned)), ["events.webhook_secrets"]);
    assert_eq!(faulty_keys(with(&[secrets])), ["events.webhook_url"]);
}

#[cfg(feature = "nats")]
#[test]
fn events_go_to_one_place_and_to_nats_encrypted_in_live_mode() {
    let nats = ("ANTOM__EVENTS__NATS_URL", "nats://nats.example");
    let config = with(&[nats]).unwrap();
    assert!(
        matches!(&config.events.sink, Some(EventSink::Nats { subject, .. }) if subject == "antom.events")
    );
    // The rest of this configuration is for tests only, and refused too.
    let is_refused_live = |url: &str| {
        let live = [("ANTOM__EVENTS__NATS_URL", url), ("ANTOM__GATEWAY__CLIENT_ID", "5X00000000000000")];
        faulty_keys(with(&live)).contains(&"events.nats_url".to_owned())
    };
    assert!(is_refused_live("nats://nats.example"));
    for url in ["tls://nats.example", "nats://127.0.0.1:4222"] {
        assert!(!is_refused_live(url), "{url}");
    }
    assert_eq!(faulty_keys(with(&[("ANTOM__EVENTS__NATS_URL", "kafka://x")])), ["events.nats_url"]);
    assert_eq!(faulty_keys(with(&[nats, ("ANTOM__EVENTS__NATS_SUBJECT", "a.*")])), ["events.nats_subject"]);
    let both = [
        nats,
        ("ANTOM__EVENTS__WEBHOOK_URL", "https://shop.example/"),
        ("ANTOM__EVENTS__WEBHOOK_SECRETS", SECRET),
    ];
    assert_eq!(faulty_keys(with(&both)), ["events.nats_url"]);
}
