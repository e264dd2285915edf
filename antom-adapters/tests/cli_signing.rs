//! The built binary's `sign`, `verify` and `keys` against the vectors of the official SDKs.
//! The signatures themselves are tested in `antom-signing`; here it is what users type, see and get as exit code.
#![cfg(feature = "service")]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers of tests fail by panicking"
)]

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;
use tempfile::TempDir;

const VECTORS: &str = include_str!("../../tests/vectors/signing-vectors.json");
const OTHER_PUBLIC: &str = include_str!("../../antom-signing/tests/data/other_public.pem");

fn vectors() -> Vec<Value> {
    let all: Vec<Value> = serde_json::from_str(VECTORS).unwrap();
    assert_eq!(all.len(), 8);
    all
}

fn antom(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_antom")).args(arguments).output().unwrap()
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

/// One vector with its files; parts can be changed before a call.
struct Case {
    folder: TempDir,
    path: String,
    client_id: String,
    time: String,
    signature: String,
}

impl Case {
    fn new(vector: &Value) -> Self {
        let text = |name: &str| vector[name].as_str().unwrap().to_owned();
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("private"), text("private_key_pkcs8_b64")).unwrap();
        fs::write(folder.path().join("public"), text("public_key_spki_b64")).unwrap();
        fs::write(folder.path().join("other"), OTHER_PUBLIC).unwrap();
        fs::write(folder.path().join("body"), text("body")).unwrap();
        Self {
            folder,
            path: text("path"),
            client_id: text("client_id"),
            time: text("time"),
            signature: text("signature_header_value"),
        }
    }

    fn file(&self, name: &str) -> String {
        self.folder.path().join(name).to_str().unwrap().to_owned()
    }

    fn run(&self, command: &[&str], more: &[&str]) -> Output {
        let body = self.file("body");
        let message =
            ["--path", &self.path, "--client-id", &self.client_id, "--time", &self.time, "--body", &body];
        antom(&[command, &message, more].concat())
    }

    fn sign(&self, more: &[&str]) -> Output {
        self.run(&["sign", "--private-key", &self.file("private")], more)
    }

    fn verify_with(&self, key: &str, more: &[&str]) -> Output {
        self.run(&["verify", "--public-key", &self.file(key), "--signature", &self.signature], more)
    }

    fn verify(&self, more: &[&str]) -> Output {
        self.verify_with("public", more)
    }

    /// The text that says why it is not verified, after looking at the exit code.
    fn refusal(&self, more: &[&str]) -> String {
        let output = self.verify(more);
        assert_eq!((code(&output), stdout(&output)), (1, ""), "{}", stderr(&output));
        stderr(&output).to_owned()
    }
}

#[test]
fn every_vector_is_signed_byte_for_byte_and_verified() {
    for vector in vectors() {
        let case = Case::new(&vector);
        let signed = case.sign(&[]);
        assert_eq!((code(&signed), stderr(&signed)), (0, ""));
        assert_eq!(stdout(&signed), format!("{}\n", case.signature));
        let verified = case.verify(&[]);
        assert_eq!((code(&verified), stdout(&verified), stderr(&verified)), (0, "verified\n", ""));
    }
}

#[test]
fn the_same_answers_come_as_json() {
    for vector in vectors() {
        let mut case = Case::new(&vector);
        let signed: Value = serde_json::from_slice(&case.sign(&["--json"]).stdout).unwrap();
        assert_eq!(signed["signature"], case.signature);
        assert_eq!(signed["client-id"], case.client_id);
        assert_eq!(signed["request-time"], case.time);
        let verified: Value = serde_json::from_slice(&case.verify(&["--json"]).stdout).unwrap();
        assert_eq!(verified["verified"], true);
        case.path.push('x');
        let refused = case.verify(&["--json"]);
        assert_eq!((code(&refused), stderr(&refused)), (1, ""));
        let refused: Value = serde_json::from_slice(&refused.stdout).unwrap();
        assert_eq!(refused["verified"], false);
        assert!(refused["reason"].is_string() && refused["likelyCause"].is_string());
    }
}

#[test]
fn any_changed_part_of_any_vector_is_not_verified() {
    for vector in vectors() {
        let changed: [fn(&mut Case); 5] = [
            |case| case.path.push_str("/more"),
            |case| case.client_id.push('1'),
            |case| case.time = "1685599933872".to_owned(),
            |case| fs::write(case.file("body"), "other").unwrap(),
            |case| case.signature = case.signature.replacen("signature=", "signature=A", 1),
        ];
        for change in changed {
            let mut case = Case::new(&vector);
            change(&mut case);
            assert!(case.refusal(&[]).starts_with("antom: not verified: "));
        }
        assert!(Case::new(&vector).refusal(&["--method", "PUT"]).contains("POST"));
        assert_eq!(code(&Case::new(&vector).verify_with("other", &[])), 1);
    }
}

#[test]
fn the_likely_cause_is_told() {
    let case = |change: fn(&mut Case)| {
        let mut case = Case::new(&vectors()[0]);
        change(&mut case);
        case
    };
    let stripped = case(|case| case.path = case.path.replace("/sandbox", ""));
    assert!(stripped.refusal(&[]).contains("/ams/sandbox/api/v1/payments/pay"));
    let line_end = case(|case| {
        let body = fs::read_to_string(case.file("body")).unwrap();
        fs::write(case.file("body"), body + "\n").unwrap();
    });
    assert!(line_end.refusal(&[]).contains("line end"));
    let decoded = case(|case| {
        let plain = case.signature.replace("%2F", "/").replace("%3D", "=").replace("%2B", " ");
        case.signature = plain;
    });
    assert!(decoded.refusal(&[]).contains("url-decoded"), "{}", decoded.refusal(&[]));

    // The merchant's own key configured in place of the gateway's.
    let own = case(|_| {});
    let other = own.file("other");
    let output = own.verify_with("other", &["--own-key", &other]);
    assert_eq!(code(&output), 1);
    assert!(stderr(&output).contains("own public key is configured"));
    // A message that we signed ourselves, told by our private key as well.
    let private = own.file("private");
    let output = own.verify_with("other", &["--own-key", &private]);
    assert!(stderr(&output).contains("signed with the merchant's own key"), "{}", stderr(&output));
}

#[test]
fn a_malformed_header_time_path_or_client_id_is_a_negative_answer() {
    let refused = |change: &dyn Fn(&mut Case)| {
        let mut case = Case::new(&vectors()[0]);
        change(&mut case);
        case.refusal(&[])
    };
    for header in [
        "",
        "x",
        "-x",
        "algorithm=none,signature=AAAA",
        "algorithm=RSA256,keyVersion=v1,signature=AAAA",
        "signature=AAAA",
    ] {
        refused(&|case| header.clone_into(&mut case.signature));
    }
    for time in ["", "yesterday", "2026-11-22 01:30:00", "2026-13-01T00:00:00Z", "1.5", "-1 "] {
        assert!(refused(&|case| time.clone_into(&mut case.time)).contains("--time"), "{time}");
    }
    for path in ["", "ams/api", "https://gateway.example/ams", "/a b", "/a\nb", "/a#b", "/\u{e9}"] {
        assert!(refused(&|case| path.clone_into(&mut case.path)).contains("--path"), "{path}");
    }
    for client_id in ["", "a b", "T_1\n"] {
        assert!(refused(&|case| client_id.clone_into(&mut case.client_id)).contains("--client-id"));
    }
}

#[test]
fn age_is_never_judged() {
    let vector = &vectors()[0];
    for time in ["0", "1970-01-01T00:00:00Z", "4102444800000", "2099-12-31T23:59:59+08:00"] {
        let mut case = Case::new(vector);
        time.clone_into(&mut case.time);
        stdout(&case.sign(&[])).trim_end().clone_into(&mut case.signature);
        assert_eq!(code(&case.verify(&[])), 0, "{time}");
    }
}

#[test]
fn files_that_cannot_be_used_and_wrong_usage_have_their_own_exit_codes() {
    let case = Case::new(&vectors()[0]);
    let missing = case.verify_with("nowhere", &[]);
    assert_eq!(code(&missing), 2);
    assert!(stderr(&missing).contains("nowhere"));
    let swapped = case.verify_with("private", &[]);
    assert_eq!(code(&swapped), 2);
    assert!(stderr(&swapped).contains("this is a private key"));
    let public_as_private = case.run(&["sign", "--private-key", &case.file("public")], &[]);
    assert_eq!(code(&public_as_private), 2);
    fs::remove_file(case.file("body")).unwrap();
    assert_eq!((code(&case.sign(&[])), code(&case.verify(&[]))), (2, 2));

    for arguments in
        [&["verify"][..], &["sign", "--nothing"], &["keys"], &["keys", "generate"], &["keys", "fingerprint"]]
    {
        assert_eq!(code(&antom(arguments)), 64, "{arguments:?}");
    }
    let mut odd = Case::new(&vectors()[0]);
    odd.time = "soon".to_owned();
    assert_eq!(code(&odd.sign(&[])), 64, "nobody would accept that signature");
}

#[test]
fn help_shows_examples_for_every_command() {
    for command in [&["sign"][..], &["verify"], &["keys", "generate"], &["keys", "fingerprint"]] {
        let help = antom(&[command, &["--help"]].concat());
        assert_eq!(code(&help), 0);
        let example = format!("\n  antom {}", command.join(" "));
        assert!(stdout(&help).contains(&example), "{}", stdout(&help));
        assert!(stdout(&help).contains("--json"));
    }
}

fn generated(folder: &Path) -> (PathBuf, PathBuf, Value) {
    let output = antom(&["keys", "generate", "--json", "--out", folder.to_str().unwrap()]);
    assert_eq!(code(&output), 0, "{}", stderr(&output));
    let said: Value = serde_json::from_slice(&output.stdout).unwrap();
    (folder.join("merchant_private.pem"), folder.join("merchant_public.pem"), said)
}

#[test]
fn a_generated_pair_signs_and_verifies_and_its_private_half_stays_private() {
    let case = Case::new(&vectors()[0]);
    let folder = case.folder.path().join("new/keys");
    let (private, public, said) = generated(&folder);
    assert_eq!(fs::metadata(&private).unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(fs::metadata(&folder).unwrap().permissions().mode() & 0o077, 0);
    let pem = fs::read_to_string(&private).unwrap();
    assert!(pem.starts_with("-----BEGIN PRIVATE KEY-----\n") && pem.ends_with("-----END PRIVATE KEY-----\n"));
    assert!(pem.lines().all(|line| line.len() <= 64));
    assert!(fs::read_to_string(&public).unwrap().starts_with("-----BEGIN PUBLIC KEY-----\n"));
    assert!(!said.to_string().contains(pem.lines().nth(1).unwrap()), "the private key is not printed");

    let signed = case.run(&["sign", "--private-key", private.to_str().unwrap()], &[]);
    let verify =
        ["verify", "--public-key", public.to_str().unwrap(), "--signature", stdout(&signed).trim_end()];
    assert_eq!(code(&case.run(&verify, &[])), 0);
    for file in [&private, &public] {
        let output = antom(&["keys", "fingerprint", "--json", file.to_str().unwrap()]);
        let printed: Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(printed["fingerprint"], said["fingerprint"]);
        assert_eq!(printed["bits"], 2048);
    }
    let (_, _, other) = generated(&case.folder.path().join("other keys"));
    assert_ne!(other["fingerprint"], said["fingerprint"], "every call makes a new pair");
}

#[test]
fn keys_that_are_there_are_never_replaced() {
    for present in ["merchant_private.pem", "merchant_public.pem"] {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join(present), "precious").unwrap();
        let output = antom(&["keys", "generate", "--out", folder.path().to_str().unwrap()]);
        assert_eq!(code(&output), 5);
        assert!(stderr(&output).contains(present));
        assert_eq!(fs::read_to_string(folder.path().join(present)).unwrap(), "precious");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "nothing is left behind");
    }
}

#[test]
fn the_fingerprint_is_the_same_for_every_form_of_a_key() {
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("../antom-signing/tests/data");
    let fingerprint = |file: &str| {
        let output = antom(&["keys", "fingerprint", data.join(file).to_str().unwrap()]);
        assert_eq!(code(&output), 0, "{}", stderr(&output));
        stdout(&output).to_owned()
    };
    let first = fingerprint("test_private.pem");
    assert!(first.starts_with("sha256:") && first.trim_end().len() == "sha256:".len() + 64);
    for file in ["test_public.pem", "test_private_pkcs1.pem", "test_public_pkcs1.pem", "test_certificate.pem"]
    {
        assert_eq!(fingerprint(file), first, "{file}");
    }
    assert_ne!(fingerprint("other_public.pem"), first);
    for (file, reason) in
        [("encrypted_pkcs8.pem", "encrypted"), ("ec_private.pem", "elliptic"), ("rsa1024_public.pem", "1024")]
    {
        let output = antom(&["keys", "fingerprint", data.join(file).to_str().unwrap()]);
        assert_eq!(code(&output), 2);
        assert!(stderr(&output).contains(reason), "{}", stderr(&output));
    }
}

#[test]
fn no_answer_prints_the_private_key() {
    for vector in vectors() {
        let mut case = Case::new(&vector);
        let key = vector["private_key_pkcs8_b64"].as_str().unwrap();
        let private = case.file("private");
        let mut outputs =
            vec![case.sign(&[]), case.sign(&["--json"]), antom(&["keys", "fingerprint", &private])];
        outputs.push(case.verify_with("private", &[]));
        case.path.push('x');
        outputs.push(case.verify(&["--own-key", &private]));
        fs::write(&private, &key[..key.len() - 8]).unwrap();
        outputs.push(case.sign(&[]));
        for output in outputs {
            assert!(!stdout(&output).contains(&key[100..140]) && !stderr(&output).contains(&key[100..140]));
        }
    }
}
