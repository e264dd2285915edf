//! The configuration: what is merged, and that every fault is named at once.
//! Starting a service with it is tested through real processes.

mod events;
mod files;
mod keeping;
mod live;

use antom_core::outcome::CaptureMode;
use antom_domain::policy::CapturePolicy;

use super::super::{CredentialConfig, DatabaseConfig, Scope};
use super::*;

/// What the binary reads: books in a database, no file.
fn load_all(variables: Vec<(String, String)>) -> Result<Config, ConfigFaults> {
    load(None, variables, Books::InDatabase)
}

fn variables(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

const VECTORS: &str = include_str!("../../../../../tests/vectors/signing-vectors.json");
const SECRET: &str = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD";
const GATEWAY_KEY: &str = include_str!("../../../../../antom-signing/tests/data/test_public.pem");

/// The throw-away key of the signing vectors: private, and its public half.
fn own_keys() -> (String, String) {
    let vectors: serde_json::Value = serde_json::from_str(VECTORS).unwrap();
    let text = |name: &str| vectors[0][name].as_str().unwrap().to_owned();
    (text("private_key_pkcs8_b64"), text("public_key_spki_b64"))
}

fn complete() -> Vec<(String, String)> {
    let gateway = serde_json::json!({ "1": GATEWAY_KEY }).to_string();
    variables(&[
        ("ANTOM__GATEWAY__BASE_URL", "http://127.0.0.1:4010"),
        ("ANTOM__GATEWAY__CLIENT_ID", "SANDBOX_5X00000000000000"),
        ("ANTOM__GATEWAY__MERCHANT_PRIVATE_KEY", &own_keys().0),
        ("ANTOM__GATEWAY__ANTOM_PUBLIC_KEYS", &gateway),
        ("ANTOM__DATABASE__URL", "sqlite://antom.sqlite"),
    ])
}

/// A file that only its owner can use.
fn write_private(file: &Path, text: &str) {
    std::fs::write(file, text).unwrap();
    set_mode(file, 0o600);
}

fn set_mode(file: &Path, mode: u32) {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::set_permissions(file, std::fs::Permissions::from_mode(mode)).unwrap();
}

/// What is wrong with the complete configuration once these variables override it.
fn faults_with(pairs: &[(&str, &str)]) -> Vec<ConfigFault> {
    let mut given = complete();
    given.extend(variables(pairs));
    load_all(given).err().map(|ConfigFaults(faults)| faults).unwrap_or_default()
}

fn keys_of(faults: &[ConfigFault]) -> Vec<&str> {
    faults.iter().map(|fault| fault.key.as_str()).collect()
}

#[test]
fn variables_alone_make_a_configuration_with_the_documented_defaults() {
    let config = load_all(complete()).unwrap();
    assert_eq!(config.gateway.timeout, Duration::from_secs(10));
    assert_eq!(config.server.listen.to_string(), "127.0.0.1:8080");
    assert_eq!(config.payment.capture, CaptureMode::Automatic);
    assert_eq!(config.payment.polling.fast_window, Duration::from_mins(14));
    assert_eq!(config.payment.polling.budget.get(), 50);
    assert_eq!(config.payment.captures, CapturePolicy::Full);
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
    let ConfigFaults(faults) = load_all(faulty).unwrap_err();
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

#[test]
fn the_database_may_be_absent_where_the_program_brings_its_own_storage() {
    let given = || complete().into_iter().filter(|(name, _)| name != "ANTOM__DATABASE__URL");
    let ConfigFaults(faults) = load(None, given(), Books::InDatabase).unwrap_err();
    assert_eq!(faults, [ConfigFault { key: "database.url".to_owned(), message: "is missing".to_owned() }]);

    let config = load(None, given(), Books::Elsewhere).unwrap();
    assert!(config.database.is_none());
    assert!(config.redacted().contains("database.url = none\n"));

    let faulty = given().chain(variables(&[("ANTOM__DATABASE__URL", "mysql://x")]));
    let ConfigFaults(faults) = load(None, faulty, Books::Elsewhere).unwrap_err();
    assert_eq!(faults[0].key, "database.url", "what is given must be right all the same");
    let named = load(None, complete(), Books::Elsewhere).unwrap();
    assert!(named.database.is_some());
}

#[test]
fn the_database_is_named_by_its_address_or_by_a_file_that_holds_it() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("url");
    write_private(&file, "postgres://shop:secret-word@db.example/antom\n");
    let mut given = complete();
    given.push(("ANTOM__DATABASE__URL_FILE".to_owned(), file.display().to_string()));
    let config = load_all(given).unwrap();

    let Some(DatabaseConfig::Postgres { url, .. }) = &config.database else {
        panic!("{:?}", config.database)
    };
    assert_eq!(url.expose(), "postgres://shop:secret-word@db.example/antom");
    assert!(config.redacted().contains("database.url = postgres://shop:<redacted>@db.example/antom\n"));
    assert!(!format!("{config:?} {}", config.redacted()).contains("secret-word"));
}

//= A-3 test
#[test]
fn what_the_contract_allows_and_what_polling_may_cost_are_read_and_checked() {
    let mut given = complete();
    given.extend(variables(&[
        ("ANTOM__PAYMENT__CAPTURES", "multiple"),
        ("ANTOM__PAYMENT__POLLING", "{\"fast_window\": \"5min\", \"budget\": 7}"),
    ]));
    let config = load_all(given).unwrap();
    assert_eq!(config.payment.captures, CapturePolicy::Multiple);
    assert_eq!(config.payment.polling.fast_window, Duration::from_mins(5));
    assert_eq!(config.payment.polling.budget.get(), 7);
    assert!(config.redacted().contains("payment.captures = multiple"));

    let mut faulty = complete();
    faulty.extend(variables(&[
        ("ANTOM__PAYMENT__CAPTURES", "several"),
        ("ANTOM__PAYMENT__POLLING__BUDGET", "0"),
    ]));
    let ConfigFaults(faults) = load_all(faulty).unwrap_err();
    let keys: Vec<&str> = faults.iter().map(|fault| fault.key.as_str()).collect();
    assert_eq!(keys, ["payment.captures", "payment.polling.budget"]);
}

//= S-3 test
#[test]
fn several_settlement_currencies_need_a_choice_that_is_one_of_them() {
    let both = ("ANTOM__PAYMENT__SETTLEMENT_CURRENCIES", "[\"USD\",\"EUR\"]");
    let loaded = |more: &[(&str, &str)]| load_all([complete(), variables(more)].concat());
    let faults_of = |more: &[(&str, &str)]| {
        let ConfigFaults(faults) = loaded(more).unwrap_err();
        faults.into_iter().map(|fault| fault.key).collect::<Vec<_>>()
    };
    assert_eq!(faults_of(&[both]), ["payment.settlement_currencies"]);
    assert_eq!(
        faults_of(&[both, ("ANTOM__PAYMENT__SETTLEMENT_CURRENCY", "JPY")]),
        ["payment.settlement_currency"]
    );
    let chosen = loaded(&[both, ("ANTOM__PAYMENT__SETTLEMENT_CURRENCY", "EUR")]).unwrap();
    assert_eq!(chosen.payment.settlement_currency.map(|currency| currency.code()), Some("EUR"));
    let one = loaded(&[("ANTOM__PAYMENT__SETTLEMENT_CURRENCIES", "[\"SGD\"]")]).unwrap();
    assert_eq!(one.payment.settlement_currency.map(|currency| currency.code()), Some("SGD"));
}

#[test]
fn a_key_of_the_merchant_api_has_the_scopes_that_are_listed_and_write_means_pay_and_refund() {
    let with = |scopes: &str| {
        let digest = "ab".repeat(32);
        let keys = format!(r#"[{{"name": "shop", "sha256": "{digest}", "scopes": {scopes}}}]"#);
        load_all([complete(), variables(&[("ANTOM__SERVER__API_KEYS", &keys)])].concat())
    };
    let scopes = |text: &str| with(text).unwrap().server.api_keys[0].scopes.clone();
    assert_eq!(scopes(r#"["read", "refund"]"#), [Scope::Read, Scope::Refund]);
    assert_eq!(scopes(r#"["write"]"#), [Scope::Pay, Scope::Refund]);
    assert_eq!(scopes(r#"["admin"]"#), [Scope::Admin]);
    let ConfigFaults(faults) = with(r#"["everything"]"#).unwrap_err();
    assert_eq!(faults[0].key, "server.api_keys[0]");
}

//= X-13 test
#[test]
fn an_api_key_needs_no_private_key_but_tls_and_the_same_environment() {
    let key = "isak_TEST_identity_marker-of-the-key";
    let with = |base_url: &str, key: &str| {
        let own = ["ANTOM__GATEWAY__BASE_URL", "ANTOM__GATEWAY__MERCHANT_PRIVATE_KEY"];
        let rest = complete().into_iter().filter(|(name, _)| !own.contains(&name.as_str()));
        let more = variables(&[
            ("ANTOM__GATEWAY__BASE_URL", base_url),
            ("ANTOM__GATEWAY__CREDENTIAL", "api_key"),
            ("ANTOM__GATEWAY__API_KEY", key),
        ]);
        load_all(rest.chain(more).collect())
    };
    let config = with("https://gateway.example", key).unwrap();
    assert!(matches!(&config.gateway.credential, CredentialConfig::ApiKey(given) if given.expose() == key));
    assert!(!format!("{config:?} {}", config.redacted()).contains("marker"));
    for (base_url, key, fault) in [
        ("http://127.0.0.1:4010", key, "gateway.base_url"),
        ("https://gateway.example", "isak_PROD_identity_secret", "gateway.api_key"),
        ("https://gateway.example", "secret", "gateway.api_key"),
    ] {
        let ConfigFaults(faults) = with(base_url, key).unwrap_err();
        assert_eq!(faults.iter().map(|fault| fault.key.as_str()).collect::<Vec<_>>(), [fault]);
    }
}

//= N-9 test
#[test]
fn a_public_url_with_a_query_is_a_fault() {
    let mut given = complete();
    given.extend(variables(&[("ANTOM__SERVER__PUBLIC_URL", "https://shop.example/pay?x=1")]));
    let ConfigFaults(faults) = load_all(given).unwrap_err();
    assert_eq!(faults.iter().map(|fault| fault.key.as_str()).collect::<Vec<_>>(), ["server.public_url"]);
}

#[test]
fn the_path_of_the_public_url_must_stand_as_it_is_signed() {
    let faults_of = |url: &str| {
        let mut given = complete();
        given.extend(variables(&[("ANTOM__SERVER__PUBLIC_URL", url)]));
        load_all(given).err().map(|ConfigFaults(faults)| faults.len()).unwrap_or_default()
    };
    for url in ["https://shop.example/pay/v2", "https://shop.example:8443/a-b_c.d~e/%20", "https://[::1]:1/p"]
    {
        assert_eq!(faults_of(url), 0, "{url}");
    }
    for url in [
        "https://shop.example/{id}",
        "https://shop.example/:id",
        "https://shop.example/*",
        "https://shop.example/a b",
    ] {
        assert_eq!(faults_of(url), 1, "{url}");
    }
}

#[test]
fn the_printed_configuration_shows_no_key() {
    let printed = load_all(complete()).unwrap().redacted();
    assert!(printed.contains("gateway.merchant_private_key = <redacted>"));
    assert!(!printed.contains(&own_keys().0[..40]));
}

#[test]
fn our_own_public_key_in_the_gateways_place_is_a_fault() {
    let mut given = complete();
    let own = serde_json::json!({ "1": own_keys().1 }).to_string();
    given.extend(variables(&[("ANTOM__GATEWAY__ANTOM_PUBLIC_KEYS", &own)]));
    let ConfigFaults(faults) = load_all(given).unwrap_err();
    assert!(faults[0].message.contains("our own public key"), "{faults:?}");
}

#[test]
fn values_that_the_service_could_not_start_with_are_faults_of_the_configuration() {
    for (name, value, key) in [
        ("ANTOM__GATEWAY__BASE_URL", "ftp://x", "gateway.base_url"),
        ("ANTOM__GATEWAY__BASE_URL", "http://192.0.2.1", "gateway.base_url"),
        (
            "ANTOM__GATEWAY__ANTOM_PUBLIC_KEYS",
            "{\"1\":\"-----BEGIN NOTHING-----\"}",
            "gateway.antom_public_keys",
        ),
        ("ANTOM__GATEWAY__TIMEOUT", "1min", "gateway.timeout"),
        ("ANTOM__DATABASE__URL", "sqlite://", "database.url"),
        ("ANTOM__DATABASE__URL", "sqlite://:memory:", "database.url"),
        ("ANTOM__DATABASE__URL", "sqlite://a.db?mode=ro", "database.url"),
        ("ANTOM__SERVER__PUBLIC_URL", "https://user:secret@shop.example", "server.public_url"),
        ("ANTOM__SERVER__DRAIN", "6s", "server.drain"),
        ("ANTOM__LOG__LEVEL", "info,antom_adapters=loud", "log.level"),
    ] {
        let mut given = complete();
        given.extend(variables(&[(name, value)]));
        let ConfigFaults(faults) = load_all(given).unwrap_err();
        assert_eq!(faults.iter().map(|fault| fault.key.as_str()).collect::<Vec<_>>(), [key], "{value}");
    }
}

//= B-6 test
#[test]
fn methods_without_refunds_are_read_and_anything_else_in_their_place_is_a_fault() {
    let with = |value: &str| {
        let mut given = complete();
        given.extend(variables(&[("ANTOM__PAYMENT__METHODS_WITHOUT_REFUNDS", value)]));
        load_all(given)
    };
    let config = with("[\"BANKTRANSFER_PERMATA\", \"FPX\"]").unwrap();
    assert_eq!(config.payment.methods_without_refunds, ["BANKTRANSFER_PERMATA", "FPX"]);
    assert!(
        config.redacted().contains("payment.methods_without_refunds = BANKTRANSFER_PERMATA, FPX\n"),
        "the printed configuration shows them"
    );
    assert!(load_all(complete()).unwrap().payment.methods_without_refunds.is_empty());
    for wrong in ["FPX", "[\"CARD\"]", "[\"fpx\"]", "[7]", "[\"\"]", "[[\"FPX\"]]"] {
        let ConfigFaults(faults) = with(wrong).unwrap_err();
        let keys: Vec<&str> = faults.iter().map(|fault| fault.key.as_str()).collect();
        assert_eq!(keys, ["payment.methods_without_refunds"], "{wrong}");
    }
}

#[test]
fn a_file_that_cannot_be_read_is_the_only_fault() {
    let ConfigFaults(faults) =
        load(Some(Path::new("/nowhere/antom.toml")), Vec::new(), Books::InDatabase).unwrap_err();
    assert_eq!(faults.len(), 1, "{faults:?}");
}

#[test]
fn a_collector_of_traces_is_on_this_machine_or_behind_https_and_needs_a_program_that_can_send() {
    let faults_of = |collector: &str| {
        let mut given = complete();
        given.extend(variables(&[("ANTOM__LOG__OTLP", collector)]));
        load_all(given).err().map_or(0, |ConfigFaults(faults)| faults.len())
    };
    let not_built = usize::from(cfg!(not(feature = "otel")));
    assert_eq!(faults_of("http://127.0.0.1:4318"), not_built);
    assert_eq!(faults_of("https://collector.example"), not_built);
    assert_eq!(faults_of("http://192.0.2.1:4318"), not_built + 1);
}

#[test]
fn an_unknown_key_is_refused_with_the_key_that_was_probably_meant() {
    for (variable, key, meant) in [
        ("ANTOM__PAYMENTS__CAPTURE", "payments.capture", "payment.capture"),
        ("ANTOM__GATEWAY__CLIENTID", "gateway.clientid", "gateway.client_id"),
        ("ANTOM__SERVER__PUBLIC_UR", "server.public_ur", "server.public_url"),
    ] {
        let faults = faults_with(&[(variable, "x")]);
        assert_eq!(keys_of(&faults), [key]);
        assert!(faults[0].message.ends_with(&format!("did you mean {meant}?")), "{faults:?}");
    }
    let faults = faults_with(&[("ANTOM__WEATHER__TOMORROW", "x")]);
    assert_eq!(faults[0].message, "is not a key of the configuration", "nothing is near");
}

#[test]
fn a_section_may_be_empty_but_must_be_known() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("antom.toml");
    std::fs::write(&file, "[payment]\n[log]\n[payments]\n").unwrap();
    let ConfigFaults(faults) = load(Some(&file), complete(), Books::InDatabase).unwrap_err();
    assert_eq!(keys_of(&faults), ["payments"], "{faults:?}");
}

#[test]
fn a_part_of_the_configuration_is_read_without_the_rest() {
    let given =
        || variables(&[("ANTOM__DATABASE__URL", "sqlite://a.db"), ("ANTOM__SERVER__LISTEN", "[::1]:9")]);
    let DatabaseConfig::Sqlite { path, .. } = DatabaseConfig::load(None, given()).unwrap() else { panic!() };
    assert_eq!(path, Path::new("a.db"));
    let listen = super::super::ServerConfig::load_listen(None, given()).unwrap();
    assert_eq!(listen.to_string(), "[::1]:9");
    let ConfigFaults(faults) = DatabaseConfig::load(None, Vec::new()).unwrap_err();
    assert_eq!(keys_of(&faults), ["database.url"]);
}
