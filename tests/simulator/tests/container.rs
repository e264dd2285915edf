//! The Dockerfile against what it builds: no image is made here, but every word of it that names something is looked up.
//! The binary itself is tested in `process` and `command_line`.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test says what it expects, and fails where that is not so"
)]

use std::io::{BufRead as _, BufReader};
use std::path::PathBuf;
use std::process::{Command, Stdio};

use serde_json::Value;

const PROGRAM: &str = "/usr/local/bin/antom-simulator";

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn read(path: &str) -> String {
    std::fs::read_to_string(root().join(path)).expect("a file of the workspace")
}

/// The arguments of all instructions of this name, without comments.
fn instructions(name: &str) -> Vec<String> {
    let dockerfile = read("tests/simulator/Dockerfile");
    let lines = dockerfile.lines().filter_map(|line| line.split_once(' '));
    lines.filter(|(word, _)| *word == name).map(|(_, rest)| rest.trim().to_owned()).collect()
}

fn only(name: &str) -> String {
    let found = instructions(name);
    assert_eq!(found.len(), 1, "{name}: {found:?}");
    found[0].clone()
}

/// The words of an instruction in its form without a shell.
fn words(text: &str) -> Vec<String> {
    serde_json::from_str(text).expect("a list of words")
}

fn manifest() -> String {
    read("Cargo.toml")
}

fn value_in_manifest(name: &str) -> String {
    let manifest = manifest();
    let line = manifest.lines().find_map(|line| line.strip_prefix(&format!("{name} = "))).expect("a line");
    line.trim_matches('"').to_owned()
}

#[test]
fn it_is_built_with_the_oldest_rust_that_is_promised_and_run_on_the_same_debian() {
    let stages = instructions("FROM");
    assert_eq!(stages.len(), 2, "{stages:?}");
    let rust = value_in_manifest("rust-version");
    assert_eq!(stages[0], format!("rust:{rust}-slim-bookworm AS build"));
    // Bookworm is Debian 12: a newer C library at build than at run would not start.
    assert_eq!(stages[1], "gcr.io/distroless/cc-debian12:nonroot");
    let user = only("USER");
    assert!(
        user.split(':').all(|id| id.parse::<u32>().is_ok_and(|id| id > 0)),
        "{user} is a number and not root"
    );
}

#[test]
fn the_entry_point_serves_and_the_health_check_finds_it() {
    let entry = words(&only("ENTRYPOINT"));
    let health = only("HEALTHCHECK");
    let (_, health) = health.split_once("CMD ").expect("a command");
    let health = words(health);
    assert_eq!((entry[0].as_str(), health[0].as_str()), (PROGRAM, PROGRAM));
    assert!(instructions("COPY").iter().any(|copy| copy.ends_with(PROGRAM)));

    // The image's addresses and folder do for a container; here it is a free port and a folder of the test's.
    let folder = tempfile::tempdir().expect("a folder");
    let keys = folder.path().join("keys").to_string_lossy().into_owned();
    assert_eq!(only("VOLUME"), "/keys");
    let here = |word: &String| match word.as_str() {
        "0.0.0.0:4010" => "127.0.0.1:0".to_owned(),
        "/keys" => keys.clone(),
        other => other.to_owned(),
    };
    let mut simulator = Command::new(env!("CARGO_BIN_EXE_antom-simulator"));
    simulator.args(entry.iter().skip(1).map(here)).args(["--tls-listen", "127.0.0.1:0", "--allow-remote"]);
    simulator.env_clear().current_dir("/").stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut child = simulator.spawn().expect("started");
    let mut line = String::new();
    BufReader::new(child.stdout.take().expect("stdout")).read_line(&mut line).expect("a line");
    let ready: Value = serde_json::from_str(&line).expect("the flags are known");
    assert!(std::path::Path::new(&keys).join("ca.pem").exists());
    let mut check = Command::new(env!("CARGO_BIN_EXE_antom-simulator"));
    check.args(&health[1..]).args(["--url", ready["listening"].as_str().expect("an address")]).env_clear();
    let checked = check.output().expect("it runs");
    child.kill().expect("ended");
    child.wait().expect("gone");
    assert_eq!(checked.status.code(), Some(0), "{}", String::from_utf8_lossy(&checked.stderr));
}

#[test]
fn the_health_check_asks_the_port_that_is_served_and_exposed() {
    let entry = words(&only("ENTRYPOINT"));
    let listen = entry.iter().position(|word| word == "--listen").expect("a flag");
    let port = entry[listen + 1].rsplit_once(':').expect("a port").1.to_owned();
    let help = Command::new(env!("CARGO_BIN_EXE_antom-simulator")).args(["health", "--help"]).output();
    let help = String::from_utf8_lossy(&help.expect("it runs").stdout).into_owned();
    assert!(help.contains(&format!("[default: http://127.0.0.1:{port}]")), "{help}");
    assert!(only("EXPOSE").split(' ').any(|exposed| exposed == port));
}

#[test]
fn the_build_context_has_every_crate_of_the_workspace_and_no_secret() {
    let ignore = read(".dockerignore");
    let lines: Vec<&str> = ignore.lines().filter(|line| !line.starts_with('#') && !line.is_empty()).collect();
    assert_eq!(lines.first(), Some(&"*"), "what is not named stays outside");
    let members = value_in_manifest("members");
    let members: Vec<String> = serde_json::from_str(&members).expect("a list");
    for name in members.iter().map(String::as_str).chain(["Cargo.toml", "Cargo.lock"]) {
        let top = name.split('/').next().expect("a folder");
        assert!(lines.contains(&format!("!{top}").as_str()), "{name} is not let in");
        assert!(!lines.contains(&name), "{name} is kept out");
    }
    for kept_out in ["**/target", "**/*.pem", "**/*.db"] {
        assert!(lines.contains(&kept_out), "{kept_out}");
    }
    assert!(!lines.iter().any(|line| ["!.git", "!keys", "!."].contains(line)));
    // Nothing is handed in at the build, and the one setting is no secret.
    assert_eq!(instructions("ARG"), Vec::<String>::new());
    assert_eq!(only("ENV"), "CARGO_PROFILE_RELEASE_STRIP=symbols");
}
