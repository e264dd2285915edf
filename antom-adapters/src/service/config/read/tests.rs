//! The configuration: what is merged, and that every fault is named at once.
//! Starting a service with it is tested through real processes.

use super::*;

fn variables(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

fn complete() -> Vec<(String, String)> {
    let key = "A".repeat(300);
    variables(&[
        ("ANTOM__GATEWAY__BASE_URL", "http://127.0.0.1:4010"),
        ("ANTOM__GATEWAY__CLIENT_ID", "SANDBOX_5X00000000000000"),
        ("ANTOM__GATEWAY__MERCHANT_PRIVATE_KEY", &key),
        ("ANTOM__GATEWAY__ANTOM_PUBLIC_KEYS", &format!("{{\"1\":\"{key}\"}}")),
        ("ANTOM__DATABASE__URL", "sqlite://antom.sqlite"),
    ])
}

#[test]
fn variables_alone_make_a_configuration_with_the_documented_defaults() {
    let config = load(None, complete()).unwrap();
    assert_eq!(config.gateway.timeout, Duration::from_secs(10));
    assert_eq!(config.server.listen.to_string(), "127.0.0.1:8080");
    assert_eq!(config.payment.capture, CaptureMode::Automatic);
    assert_eq!(config.payment.fast_window, Duration::from_mins(14));
}

#[test]
fn every_fault_is_listed_at_once_under_its_key() {
    let faulty = variables(&[
        ("ANTOM__GATEWAY__TIMEOUT", "soon"),
        ("ANTOM__SERVER__LISTEN", "everywhere"),
        ("ANTOM__PAYMENT__CAPTURE", "SOMETIMES"),
        ("ANTOM__PAYMENTS__CAPTURE", "MANUAL"),
        ("ANTOM__DATABASE__URL", "mysql://x"),
    ]);
    let ConfigFaults(faults) = load(None, faulty).unwrap_err();
    let keys: BTreeSet<&str> = faults.iter().map(|fault| fault.key.as_str()).collect();
    for key in [
        "gateway.base_url",
        "gateway.client_id",
        "gateway.merchant_private_key",
        "gateway.antom_public_keys",
        "gateway.timeout",
        "server.listen",
        "payment.capture",
        "payments.capture",
        "database.url",
    ] {
        assert!(keys.contains(key), "{key} is not in {keys:?}");
    }
}

//= S-3 test
#[test]
fn several_settlement_currencies_without_a_choice_are_a_fault() {
    let mut given = complete();
    given.extend(variables(&[("ANTOM__PAYMENT__SETTLEMENT_CURRENCIES", "[\"USD\",\"EUR\"]")]));
    let ConfigFaults(faults) = load(None, given).unwrap_err();
    assert_eq!(
        faults.iter().map(|fault| fault.key.as_str()).collect::<Vec<_>>(),
        ["payment.settlement_currencies"]
    );
}

//= N-9 test
#[test]
fn a_public_url_with_a_query_is_a_fault() {
    let mut given = complete();
    given.extend(variables(&[("ANTOM__SERVER__PUBLIC_URL", "https://shop.example/pay?x=1")]));
    let ConfigFaults(faults) = load(None, given).unwrap_err();
    assert_eq!(faults.iter().map(|fault| fault.key.as_str()).collect::<Vec<_>>(), ["server.public_url"]);
}

#[test]
fn the_printed_configuration_shows_no_key() {
    let printed = load(None, complete()).unwrap().redacted();
    assert!(printed.contains("gateway.merchant_private_key = <redacted>"));
    assert!(!printed.contains("AAAA"));
}
