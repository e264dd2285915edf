//! Live mode: what belongs to tests is refused.
//! The rest of the configuration is tested beside.

use super::*;

#[test]
fn live_mode_refuses_what_belongs_to_tests() {
    const LIVE: (&str, &str) = ("ANTOM__GATEWAY__CLIENT_ID", "5X00000000000000");
    let digest = "0".repeat(64);
    let simulators = format!(r#"[{{"name":"simulator","sha256":"{digest}","scopes":["read"]}}]"#);
    let faults = faults_with(&[
        LIVE,
        ("ANTOM__SERVER__PUBLIC_URL", "http://shop.example"),
        ("ANTOM__SERVER__API_KEYS", &simulators),
    ]);
    let mut keys = keys_of(&faults);
    keys.sort_unstable();
    assert_eq!(
        keys,
        [
            "gateway.antom_public_keys",
            "gateway.base_url",
            "gateway.merchant_private_key",
            "server.api_keys",
            "server.public_url",
        ],
        "{faults:?}"
    );
    assert_eq!(keys_of(&faults_with(&[LIVE])).iter().filter(|key| **key == "server.public_url").count(), 1);
}

#[test]
fn live_mode_refuses_keys_out_of_a_simulators_folder() {
    let folder = tempfile::tempdir().unwrap();
    let other = include_str!("../../../../../../antom-signing/tests/data/other_public.pem");
    let public = folder.path().join("antom_public.pem");
    std::fs::write(&public, other).unwrap();
    let keys = serde_json::json!({ "1": public }).to_string();
    let named_in = |id: &str| {
        let faults = faults_with(&[
            ("ANTOM__GATEWAY__CLIENT_ID", id),
            ("ANTOM__GATEWAY__ANTOM_PUBLIC_KEYS", &keys),
            ("ANTOM__GATEWAY__BASE_URL", "https://open-sea-global.alipay.com"),
            ("ANTOM__SERVER__PUBLIC_URL", "https://shop.example"),
        ]);
        keys_of(&faults).contains(&"gateway.antom_public_keys")
    };
    assert!(!named_in("5X00000000000000"));
    std::fs::write(folder.path().join("antom_private.pem"), "").unwrap();
    assert!(named_in("5X00000000000000"));
    assert!(!named_in("SANDBOX_5X00000000000000"), "a sandbox may use them");
}

#[test]
fn only_a_test_follows_a_simulators_clock() {
    const FOLLOW: &str = "ANTOM__CLOCK__FOLLOW";
    const CLOCK: &str = "http://127.0.0.1:4010/_simulator/clock";
    let keys = |pairs: &[(&str, &str)]| {
        let faults = faults_with(pairs);
        faults.into_iter().map(|fault| fault.key).filter(|key| key == "clock.follow").count()
    };
    let not_built = usize::from(cfg!(not(feature = "test-clock")));
    assert_eq!(keys(&[(FOLLOW, CLOCK)]), not_built);
    let live = ("ANTOM__GATEWAY__CLIENT_ID", "5X00000000000000");
    let real = ("ANTOM__GATEWAY__BASE_URL", "https://open-sea-global.alipay.com");
    for not_a_test in [live, real] {
        assert_eq!(keys(&[(FOLLOW, CLOCK), not_a_test]), not_built + 1, "{not_a_test:?}");
    }
    for elsewhere in
        ["http://192.0.2.1:4010/clock", "https://127.0.0.1:4010/clock", "http://localhost/c", "127.0.0.1:1/c"]
    {
        assert_eq!(keys(&[(FOLLOW, elsewhere)]), not_built + 1, "{elsewhere}");
    }
}
