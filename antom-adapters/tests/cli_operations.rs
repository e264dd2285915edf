//! The built binary's commands that need no running service: `init`, `api-key`, `migrate`, `backup`, `restore`, `check-config`.
//! What they do beside a running service is tested with real processes.
#![cfg(all(feature = "service", feature = "sqlite"))]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers of tests fail by panicking"
)]

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;
use sha2::{Digest as _, Sha256};

const GATEWAY_KEY: &str = include_str!("../../antom-signing/tests/data/other_public.pem");

fn antom(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_antom")).args(arguments).current_dir(folder).output().unwrap()
}

fn code(output: &Output) -> i32 {
    output.status.code().unwrap()
}

fn stdout(output: &Output) -> &str {
    std::str::from_utf8(&output.stdout).unwrap()
}

fn stderr(output: &Output) -> &str {
    std::str::from_utf8(&output.stderr).unwrap()
}

fn json(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap()
}

fn mode(file: &Path) -> u32 {
    fs::metadata(file).unwrap().permissions().mode() & 0o777
}

const WITH_ID: [&str; 4] = ["init", "shop", "--client-id", "SANDBOX_5X00000000000000"];

#[test]
fn init_writes_what_only_lacks_what_the_gateway_knows() {
    let folder = tempfile::tempdir().unwrap();
    let made = antom(folder.path(), &WITH_ID);
    assert_eq!((code(&made), stderr(&made)), (0, ""));
    let shop = folder.path().join("shop");
    assert_eq!(mode(&shop.join("keys/merchant_private.pem")), 0o600);

    let check = ["check-config", "--config", "shop/antom.toml"];
    let lacking = antom(folder.path(), &check);
    assert_eq!(code(&lacking), 5);
    assert!(stderr(&lacking).contains("1 fault(s)"), "{}", stderr(&lacking));
    assert!(stderr(&lacking).contains("gateway.antom_public_keys"), "{}", stderr(&lacking));

    fs::write(shop.join("keys/antom_public.pem"), GATEWAY_KEY).unwrap();
    let complete = antom(folder.path(), &check);
    assert_eq!((code(&complete), stderr(&complete)), (0, ""));
    assert!(stdout(&complete).contains("gateway.base_url = https://open-sea-global.alipay.com"));
    let shown = json(&antom(folder.path(), &[&check[..], &["--json"]].concat()));
    assert_eq!(shown["gateway.base_url"], "https://open-sea-global.alipay.com");
    assert_eq!(shown["gateway.merchant_private_key"], "<redacted>");
}

#[test]
fn every_fault_of_the_configuration_is_listed_as_json_too() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("antom.toml"), "[gateway]\nregion = \"MOON\"\nclientid = \"x\"\n").unwrap();
    let checked = antom(folder.path(), &["check-config", "--config", "antom.toml", "--json"]);
    assert_eq!(code(&checked), 5);
    let faults = json(&checked)["faults"].as_array().unwrap().clone();
    let keys: Vec<&str> = faults.iter().map(|fault| fault["key"].as_str().unwrap()).collect();
    for key in ["gateway.region", "gateway.client_id", "gateway.clientid", "database.url"] {
        assert!(keys.contains(&key), "{key} is not in {keys:?}");
    }
}

#[test]
fn init_without_a_client_id_says_that_it_is_missing() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(code(&antom(folder.path(), &["init", "."])), 0);
    fs::write(folder.path().join("keys/antom_public.pem"), GATEWAY_KEY).unwrap();
    let lacking = antom(folder.path(), &["check-config", "--config", "antom.toml"]);
    assert!(stderr(&lacking).contains("1 fault(s)"), "{}", stderr(&lacking));
    assert!(stderr(&lacking).contains("gateway.client_id: is missing"), "{}", stderr(&lacking));
}

#[test]
fn init_shows_the_api_key_once_and_stores_its_hash_only() {
    let folder = tempfile::tempdir().unwrap();
    let made = json(&antom(folder.path(), &[&WITH_ID[..], &["--json"]].concat()));
    let key = made["apiKey"].as_str().unwrap();
    let config = fs::read_to_string(folder.path().join("shop/antom.toml")).unwrap();
    assert!(!config.contains(key));
    assert_eq!(key.len(), "antom_key_".len() + 64);
    assert_eq!(made["next"].as_array().unwrap().len(), 4);
}

#[test]
fn init_replaces_nothing_and_leaves_nothing_half_done() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(code(&antom(folder.path(), &WITH_ID)), 0);
    let config = folder.path().join("shop/antom.toml");
    let before = fs::read_to_string(&config).unwrap();
    assert_eq!(code(&antom(folder.path(), &WITH_ID)), 5);
    assert_eq!(fs::read_to_string(&config).unwrap(), before);

    fs::remove_file(&config).unwrap();
    assert_eq!(code(&antom(folder.path(), &WITH_ID)), 5, "the keys are still there");
    assert!(!config.exists());
    for wrong in [&["init", "x", "--client-id", ""][..], &["init", "x", "--region", "MOON"], &["init"]] {
        assert_eq!(code(&antom(folder.path(), wrong)), 64, "{wrong:?}");
    }
    assert!(!folder.path().join("x").exists());
}

#[test]
fn a_new_api_key_comes_with_its_line_and_never_twice() {
    let folder = tempfile::tempdir().unwrap();
    let new = ["api-key", "new", "--name", "shop", "--scope", "read", "--scope", "admin", "--json"];
    let (one, other) = (json(&antom(folder.path(), &new)), json(&antom(folder.path(), &new)));
    assert_ne!(one["key"], other["key"]);
    let digest = Sha256::digest(one["key"].as_str().unwrap());
    let digest: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(one["sha256"], digest.as_str());
    let line = one["line"].as_str().unwrap();
    assert!(line.contains(one["sha256"].as_str().unwrap()) && line.contains("\"admin\""), "{line}");
    for wrong in [
        &["api-key", "new", "--name", "shop"][..],
        &["api-key", "new", "--scope", "read"],
        &["api-key", "new", "--name", "a b", "--scope", "read"],
        &["api-key", "new", "--name", "shop", "--scope", "root"],
    ] {
        assert_eq!(code(&antom(folder.path(), wrong)), 64, "{wrong:?}");
    }
}

fn with_database(folder: &Path, arguments: &[&str], url: &str) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_antom"));
    command.args(arguments).current_dir(folder).env("ANTOM__DATABASE__URL", url).output().unwrap()
}

const FILE: &str = "sqlite://orders.sqlite";

#[test]
fn migrate_tells_what_is_due_and_does_it() {
    let folder = tempfile::tempdir().unwrap();
    let run = |arguments: &[&str]| with_database(folder.path(), arguments, FILE);
    let due = run(&["migrate", "--check", "--json"]);
    assert_eq!((code(&due), json(&due)["found"].as_i64()), (1, Some(0)));
    assert!(!folder.path().join("orders.sqlite").exists(), "looking changes nothing");
    let done = run(&["migrate", "--json"]);
    assert_eq!((code(&done), json(&done)["migrated"].as_bool()), (0, Some(true)));
    assert_eq!(code(&run(&["migrate", "--check"])), 0);
    assert_eq!(json(&run(&["migrate", "--json"]))["migrated"].as_bool(), Some(false));

    fs::write(folder.path().join("orders.sqlite"), "no database, but long enough to look like one").unwrap();
    assert_eq!(code(&run(&["migrate", "--check"])), 5);
    assert_eq!(code(&with_database(folder.path(), &["migrate"], "mysql://x")), 5);
}

#[test]
fn a_backup_is_made_and_restored_with_its_mode() {
    let folder = tempfile::tempdir().unwrap();
    let run = |arguments: &[&str]| with_database(folder.path(), arguments, FILE);
    assert_eq!(code(&run(&["backup", "copy"])), 5, "there is no database");
    assert!(!folder.path().join("copy").exists());
    assert_eq!(code(&run(&["migrate"])), 0);
    let made = run(&["backup", "copy", "--json"]);
    assert_eq!((code(&made), json(&made)["orders"].as_i64()), (0, Some(0)), "{}", stderr(&made));
    assert_eq!(mode(&folder.path().join("copy")), 0o600);
    assert!(!folder.path().join("copy.part").exists());

    assert_eq!(code(&run(&["restore", "copy"])), 5, "a database is not replaced");
    let elsewhere = with_database(folder.path(), &["restore", "copy", "--json"], "sqlite://new.sqlite");
    assert_eq!(code(&elsewhere), 0, "{}", stderr(&elsewhere));
    assert_eq!(mode(&folder.path().join("new.sqlite")), 0o600);
}

#[test]
fn restore_refuses_a_copy_that_is_damaged_foreign_or_not_there() {
    let folder = tempfile::tempdir().unwrap();
    let run = |arguments: &[&str]| with_database(folder.path(), arguments, FILE);
    assert_eq!(code(&run(&["migrate"])), 0);
    assert_eq!(code(&run(&["backup", "copy"])), 0);
    let whole = fs::read(folder.path().join("copy")).unwrap();
    let into_new = |name: &str| with_database(folder.path(), &["restore", name], "sqlite://new.sqlite");
    assert_eq!(code(&into_new("nowhere")), 2);

    let mut damaged = whole.clone();
    for byte in damaged.iter_mut().skip(4096).take(4096) {
        *byte = 0x5a;
    }
    let foreign = [&whole[..68], &[1, 2, 3, 4], &whole[72..]].concat();
    let newer = [&whole[..60], &[0, 0, 9, 9], &whole[64..]].concat();
    for (name, bytes) in [
        ("damaged", &damaged),
        ("foreign", &foreign),
        ("newer", &newer),
        ("cut", &whole[..whole.len() / 2].to_vec()),
        ("empty", &Vec::new()),
        ("text", &b"not a database at all, whatever its name".to_vec()),
    ] {
        fs::write(folder.path().join(name), bytes).unwrap();
        let refused = into_new(name);
        assert_eq!(code(&refused), 5, "{name}: {}", stdout(&refused));
        assert!(!folder.path().join("new.sqlite").exists(), "{name}");
    }
    fs::write(folder.path().join("new.sqlite-wal"), "left over").unwrap();
    assert_eq!(code(&into_new("copy")), 5, "an old log would be played into it");
}

#[test]
fn a_server_is_backed_up_with_its_own_tool() {
    let folder = tempfile::tempdir().unwrap();
    for (command, tool) in [("backup", "pg_dump"), ("restore", "pg_restore")] {
        let told =
            with_database(folder.path(), &[command, "copy"], "postgres://shop:secret-word@192.0.2.1/antom");
        assert_eq!(code(&told), 64);
        assert!(stderr(&told).contains(tool) && !stderr(&told).contains("secret-word"), "{}", stderr(&told));
    }
}

#[test]
fn every_example_of_the_help_works() {
    for command in [&["init"][..], &["api-key", "new"]] {
        let help = antom(Path::new("."), &[command, &["--help"]].concat());
        assert_eq!(code(&help), 0);
        let start = format!("antom {} ", command.join(" "));
        let examples: Vec<&str> =
            stdout(&help).lines().map(str::trim).filter(|line| line.starts_with(&start)).collect();
        assert!(examples.len() >= 2, "{}", stdout(&help));
        for example in examples {
            let folder = tempfile::tempdir().unwrap();
            let words: Vec<&str> = example.split(' ').skip(1).collect();
            let ended = antom(folder.path(), &words);
            assert_eq!(code(&ended), 0, "{example}: {}", stderr(&ended));
        }
    }
}
