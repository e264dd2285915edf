//! Files with secrets: who may be able to read them.
//! What a text must be to be a key is `antom-signing`'s.

use super::*;

#[test]
fn a_secret_file_that_others_can_use_is_refused_with_the_command_that_mends_it() {
    let folder = tempfile::tempdir().unwrap();
    let (key, url) = (folder.path().join("own.pem"), folder.path().join("url"));
    write_private(&key, &own_keys().0);
    write_private(&url, "sqlite://antom.sqlite");
    let given = [
        ("ANTOM__GATEWAY__MERCHANT_PRIVATE_KEY_FILE", key.to_str().unwrap()),
        ("ANTOM__DATABASE__URL_FILE", url.to_str().unwrap()),
    ];
    assert_eq!(faults_with(&given), []);

    for mode in [0o640, 0o604, 0o620] {
        set_mode(&key, mode);
        let faults = faults_with(&given);
        assert_eq!(keys_of(&faults), ["gateway.merchant_private_key"], "{mode:o}");
        assert!(faults[0].message.ends_with(&format!("run: chmod 600 {}", key.display())), "{faults:?}");
    }
    set_mode(&key, 0o400);
    set_mode(&url, 0o644);
    assert_eq!(keys_of(&faults_with(&given)), ["database.url_file"]);
}

#[test]
fn files_with_an_api_key_or_secrets_of_events_are_refused_too_where_others_can_use_them() {
    let folder = tempfile::tempdir().unwrap();
    let (key, secret) = (folder.path().join("api_key"), folder.path().join("secret"));
    write_private(&key, "isak_TEST_identity_secret\n");
    write_private(&secret, SECRET);
    let secrets = serde_json::json!([&secret]).to_string();
    let given = [
        ("ANTOM__GATEWAY__BASE_URL", "https://gateway.example"),
        ("ANTOM__GATEWAY__CREDENTIAL", "api_key"),
        ("ANTOM__GATEWAY__API_KEY_FILE", key.to_str().unwrap()),
        ("ANTOM__EVENTS__WEBHOOK_URL", "https://shop.example/hooks"),
        ("ANTOM__EVENTS__WEBHOOK_SECRETS", &secrets),
    ];
    assert_eq!(faults_with(&given), []);
    set_mode(&key, 0o640);
    set_mode(&secret, 0o644);
    assert_eq!(keys_of(&faults_with(&given)), ["gateway.api_key_file", "events.webhook_secrets[0]"]);
}

#[test]
fn a_secret_that_systemd_hands_over_may_be_readable_for_a_group_and_writable_for_nobody() {
    let (given, elsewhere) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let [credential, ordinary] =
        [&given, &elsewhere].map(|folder| folder.path().join("merchant_private_key"));
    write_private(&credential, &own_keys().0);
    write_private(&ordinary, &own_keys().0);
    let link = given.path().join("link");
    std::os::unix::fs::symlink(&ordinary, &link).unwrap();
    let folder = given.path().to_str().unwrap();
    let refused = |file: &Path, mode: u32, folder: &str| {
        set_mode(file, mode);
        let file = if file == ordinary { &link } else { file };
        let key = ("ANTOM__GATEWAY__MERCHANT_PRIVATE_KEY_FILE", file.to_str().unwrap());
        let faults = faults_with(&[key, ("CREDENTIALS_DIRECTORY", folder)]);
        keys_of(&faults).contains(&"gateway.merchant_private_key")
    };
    for mode in [0o400, 0o440, 0o444] {
        assert!(!refused(&credential, mode, folder), "{mode:o}");
    }
    for mode in [0o460, 0o446] {
        assert!(refused(&credential, mode, folder), "others may change it: {mode:o}");
    }
    for not_the_folder in ["", "/", "relative", elsewhere.path().to_str().unwrap()] {
        assert!(refused(&credential, 0o440, not_the_folder), "{not_the_folder}");
    }
    assert!(refused(&ordinary, 0o440, folder), "a link in the folder makes no credential of another file");
}
