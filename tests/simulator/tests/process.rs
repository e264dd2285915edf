//! The binary as a process: the ready line, its end, its exit codes.
//! What it serves is tested in `shell`.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test says what it expects, and fails where that is not so"
)]

use std::io::{BufRead as _, BufReader, Read as _};
use std::process::{Child, Command, Output, Stdio};

use serde_json::Value;

fn simulator(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_antom-simulator"));
    command.args(arguments).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

fn run(arguments: &[&str]) -> Output {
    simulator(arguments).output().expect("the binary runs")
}

fn signal(child: &Child, name: &str) {
    let id = child.id().to_string();
    let sent = Command::new("kill").args([name, &id]).status().expect("kill runs");
    assert!(sent.success());
}

#[test]
fn the_ready_line_is_all_of_stdout_and_sigterm_ends_it_with_zero() {
    let folder = tempfile::tempdir().expect("a folder");
    let keys = folder.path().join("keys");
    let keys_text = keys.to_string_lossy().into_owned();
    let arguments = ["serve", "--listen", "127.0.0.1:0", "--tls-listen", "127.0.0.1:0", "--keys", &keys_text];
    let mut child = simulator(&arguments).spawn().expect("started");
    let mut stdout = BufReader::new(child.stdout.take().expect("stdout"));
    let mut line = String::new();
    stdout.read_line(&mut line).expect("a line");
    let ready: Value = serde_json::from_str(&line).expect("JSON");
    assert!(ready["listening"].as_str().expect("an address").starts_with("http://127.0.0.1:"));
    assert!(ready["tls"].as_str().expect("an address").starts_with("https://127.0.0.1:"));
    assert!(ready["client_id"].as_str().expect("an id").starts_with("SANDBOX_"));
    assert!(std::path::Path::new(ready["keys"].as_str().expect("a folder")).join("antom.toml").exists());
    signal(&child, "-TERM");
    let mut rest = String::new();
    stdout.read_to_string(&mut rest).expect("the end");
    assert_eq!(rest, "");
    assert_eq!(child.wait().expect("ended").code(), Some(0));
}

#[test]
fn without_a_keys_folder_a_temporary_one_is_used_and_removed() {
    let mut child = simulator(&["serve", "--listen", "127.0.0.1:0"]).spawn().expect("started");
    let mut line = String::new();
    BufReader::new(child.stdout.take().expect("stdout")).read_line(&mut line).expect("a line");
    let ready: Value = serde_json::from_str(&line).expect("JSON");
    assert_eq!(ready["tls"], Value::Null);
    let keys = std::path::PathBuf::from(ready["keys"].as_str().expect("a folder"));
    assert!(keys.join("client_id").exists());
    signal(&child, "-INT");
    assert_eq!(child.wait().expect("ended").code(), Some(0));
    assert!(!keys.exists());
}

#[test]
fn usage_errors_end_with_64_and_say_what_is_wrong_on_stderr() {
    for arguments in [
        &["serve", "--no-such-flag"][..],
        &["serve", "--listen", "nowhere"],
        &["serve", "--start", "yesterday"],
        &["serve", "--speed", "0"],
        &["serve", "--tls-name", "x.test"],
        &["dance"],
        &[],
    ] {
        let output = run(arguments);
        assert_eq!(output.status.code(), Some(64), "{arguments:?}");
        assert!(output.stdout.is_empty() && !output.stderr.is_empty(), "{arguments:?}");
    }
    let help = run(&["serve", "--help"]);
    assert_eq!(help.status.code(), Some(0));
    assert!(String::from_utf8_lossy(&help.stdout).contains("Examples:"));
}

#[test]
fn a_bad_keys_folder_or_a_taken_port_ends_with_5() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("client_id"), "SANDBOX_1").expect("written");
    let path = folder.path().to_string_lossy();
    let output = run(&["serve", "--listen", "127.0.0.1:0", "--keys", &path]);
    assert_eq!(output.status.code(), Some(5));
    assert!(String::from_utf8_lossy(&output.stderr).contains("merchant_private.pem"));
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = taken.local_addr().expect("an address").to_string();
    let output = run(&["serve", "--listen", &address]);
    assert_eq!(output.status.code(), Some(5));
    assert!(output.stdout.is_empty());
    assert!(String::from_utf8_lossy(&output.stderr).contains(&address));
}
