//! How stored data are kept: sealed with which keys, and for how long.
//! What the keys do is tested beside the storage.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::*;

/// 32 times the same byte, as a key is written.
fn data_key(byte: u8) -> String {
    STANDARD.encode([byte; 32])
}

#[test]
fn data_keys_are_given_in_place_or_in_private_files_and_shown_by_their_ids() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("data_key");
    write_private(&file, &format!("{}\n", data_key(1)));
    let named = file.display().to_string();
    let old = serde_json::json!([data_key(2), named]).to_string();
    let load_with = |pairs: &[(&str, &str)]| load_all([complete(), variables(pairs)].concat());
    let ids = |config: &Config| {
        config
            .database
            .as_ref()
            .unwrap()
            .data_keys()
            .ids()
            .iter()
            .map(|id| (*id).to_owned())
            .collect::<Vec<_>>()
    };

    let in_file =
        load_with(&[("ANTOM__DATABASE__DATA_KEY_FILE", &named), ("ANTOM__DATABASE__DATA_KEY", "x")]);
    let in_place = load_with(&[("ANTOM__DATABASE__DATA_KEY", &data_key(1))]).unwrap();
    let in_file = in_file.unwrap();
    assert_eq!(ids(&in_file), ids(&in_place));
    let rotated = [("ANTOM__DATABASE__DATA_KEY", data_key(3)), ("ANTOM__DATABASE__OLD_DATA_KEYS", old)];
    let rotated = load_with(&rotated.each_ref().map(|(name, value)| (*name, value.as_str()))).unwrap();
    assert_eq!(ids(&rotated).len(), 3);
    assert_eq!(ids(&rotated)[2..], ids(&in_place)[..]);

    let shown = format!("{rotated:?} {}", rotated.redacted());
    assert!(shown.contains(&format!("database.data_key = {}; ", ids(&rotated)[0])), "{shown}");
    assert!((1..=3).all(|byte| !shown.contains(&data_key(byte))), "{shown}");
    assert!(
        load_all(complete()).unwrap().redacted().contains("database.data_key = none; nothing is sealed\n")
    );
}

#[test]
fn a_data_key_with_a_fault_is_named_and_not_repeated() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("data_key");
    write_private(&file, "too short");
    let file = file.display().to_string();
    let open = folder.path().join("open");
    write_private(&open, &data_key(1));
    set_mode(&open, 0o644);
    let open = open.display().to_string();
    let same = serde_json::json!([data_key(2), data_key(1)]).to_string();
    let first = data_key(1);
    let longer = STANDARD.encode([7; 33]);
    for (pairs, key) in [
        (&[("ANTOM__DATABASE__DATA_KEY", "mistyped-secret")][..], "database.data_key"),
        (&[("ANTOM__DATABASE__DATA_KEY", longer.as_str())][..], "database.data_key"),
        (&[("ANTOM__DATABASE__DATA_KEY", file.as_str())][..], "database.data_key"),
        (&[("ANTOM__DATABASE__DATA_KEY_FILE", open.as_str())][..], "database.data_key"),
        (&[("ANTOM__DATABASE__OLD_DATA_KEYS", same.as_str())][..], "database.data_key"),
        (
            &[
                ("ANTOM__DATABASE__DATA_KEY", first.as_str()),
                ("ANTOM__DATABASE__OLD_DATA_KEYS", same.as_str()),
            ][..],
            "database.old_data_keys[1]",
        ),
    ] {
        let faults = faults_with(pairs);
        assert_eq!(keys_of(&faults), [key], "{pairs:?}");
        assert!(!faults[0].message.contains("mistyped") && !faults[0].message.contains(&first), "{faults:?}");
    }
}

#[test]
fn retention_is_read_and_a_notification_is_not_kept_longer_than_its_order() {
    let days = |days: u64| Duration::from_hours(24 * days);
    let usual = load_all(complete()).unwrap().retention;
    assert_eq!(
        (usual.orders, usual.notifications, usual.unsealed),
        (Some(days(730)), Some(days(90)), days(7))
    );
    let terms = usual.terms(true);
    assert_eq!((terms.orders, terms.contact, terms.notifications), (Some(days(730)), None, Some(days(90))));
    let terms = usual.terms(false);
    assert_eq!((terms.contact, terms.notifications), (Some(days(7)), Some(days(7))), "sooner in the clear");

    let never =
        variables(&[("ANTOM__RETENTION__ORDERS", "never"), ("ANTOM__RETENTION__NOTIFICATIONS", "never")]);
    let never = load_all([complete(), never].concat()).unwrap();
    assert_eq!((never.retention.orders, never.retention.notifications), (None, None));
    assert!(never.redacted().contains("retention.orders = never\n"));

    for (name, value, key) in [
        ("ANTOM__RETENTION__ORDERS", "1h", "retention.orders"),
        ("ANTOM__RETENTION__ORDERS", "forever", "retention.orders"),
        ("ANTOM__RETENTION__ORDERS", "80d", "retention.notifications"),
        ("ANTOM__RETENTION__NOTIFICATIONS", "1d", "retention.notifications"),
        ("ANTOM__RETENTION__NOTIFICATIONS", "never", "retention.notifications"),
        ("ANTOM__RETENTION__UNSEALED", "1d", "retention.unsealed"),
    ] {
        assert_eq!(keys_of(&faults_with(&[(name, value)])), [key], "{name}={value}");
    }
}
