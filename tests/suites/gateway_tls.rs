//! The simulator's TLS port and its certificates, judged by other implementations than the one that it is built on.
//! Clients of the service over TLS have their own tests.

use std::path::Path;
use std::process::{Command, Output, Stdio};

use antom_tests::stand::{keys_in, start_simulator};
use antom_tests::{Failure, Proof, ensure, skip};
use serde_json::json;

/// Every host under which a merchant may know the gateway, today's and older ones.
const HOSTS: [&str; 12] = [
    "open-na-global.alipay.com",
    "open-sea-global.alipay.com",
    "open-de-global.alipay.com",
    "open.antglobal-us.com",
    "open-na.alipay.com",
    "open-sea.alipay.com",
    "open-eu.alipay.com",
    "open-big-na.alipay.com",
    "open-big-sea.alipay.com",
    "open-big-de-global.alipay.com",
    "localhost",
    "gateway.test",
];

#[test]
fn openssl_verifies_the_gateway_with_the_written_certificate() -> Proof {
    proof().map_err(Into::into)
}

#[test]
fn the_server_certificate_is_strictly_valid_for_every_name_and_for_no_longer_than_platforms_allow() -> Proof {
    strict_proof().map_err(Into::into)
}

#[test]
fn keytool_reads_the_trust_store() -> Proof {
    truststore_proof().map_err(Into::into)
}

fn strict_proof() -> Result<(), Failure> {
    if openssl(&["version"], Path::new(".")).is_err() {
        return Ok(skip::note("openssl verifies the server certificate strictly: openssl is not installed")?);
    }
    let folder = tempfile::tempdir()?;
    let _simulator = start_with_tls(folder.path())?;
    let keys = keys_in(folder.path());
    let verify = |option: &str, name: &str| {
        let strict = ["verify", "-x509_strict", "-purpose", "sslserver", "-CAfile", "ca.pem"];
        openssl(&[&strict[..], &[option, name, "server.pem"]].concat(), &keys)
    };
    let names = HOSTS.map(|host| ("-verify_hostname", host)).into_iter();
    for (option, name) in names.chain([("-verify_ip", "127.0.0.1"), ("-verify_ip", "::1")]) {
        let verified = verify(option, name)?;
        ensure(verified.status.success(), &format!("{name} is verified"), &told(&verified))?;
    }
    let strange = verify("-verify_hostname", "other.test")?;
    ensure(!strange.status.success(), "another name is not verified", &told(&strange))?;
    // Platforms refuse a server certificate of more than 398 days.
    let ends_within = |days: u32| {
        let seconds = (days * 86_400).to_string();
        openssl(&["x509", "-in", "server.pem", "-noout", "-checkend", &seconds], &keys)
    };
    let longest = ends_within(398)?;
    ensure(!longest.status.success(), "the certificate ends within 398 days", &told(&longest))?;
    let shortest = ends_within(365)?;
    ensure(shortest.status.success(), "the certificate lasts a year", &told(&shortest))
}

fn truststore_proof() -> Result<(), Failure> {
    let keytool = |arguments: &[&str], folder: &Path| {
        Command::new("keytool").args(arguments).current_dir(folder).stdin(Stdio::null()).output()
    };
    if keytool(&["-help"], Path::new(".")).is_err() {
        return Ok(skip::note("keytool reads the simulator's trust store: Java is not installed")?);
    }
    let folder = tempfile::tempdir()?;
    let _simulator = start_with_tls(folder.path())?;
    let list =
        ["-J-Duser.language=en", "-list", "-v", "-keystore", "truststore.p12", "-storepass", "changeit"];
    let listed = keytool(&list, &keys_in(folder.path()))?;
    let text = String::from_utf8_lossy(&listed.stdout).into_owned();
    let is_trusted = listed.status.success() && text.contains("trustedCertEntry");
    ensure(is_trusted, "the authority is a trusted entry", &json!(text))?;
    ensure(text.contains("CN=Antom simulator local authority"), "it is the simulator's", &json!(text))
}

fn start_with_tls(folder: &Path) -> Result<antom_tests::process::Running, Failure> {
    start_simulator(folder, &["--tls-listen", "127.0.0.1:0", "--tls-name", "gateway.test"].map(str::to_owned))
}

fn proof() -> Result<(), Failure> {
    if openssl(&["version"], Path::new(".")).is_err() {
        return Ok(skip::note("openssl verifies the simulator's TLS port: openssl is not installed")?);
    }
    let folder = tempfile::tempdir()?;
    let simulator = start_with_tls(folder.path())?;
    let address = simulator.told("tls")?.trim_start_matches("https://").trim_end_matches('/').to_owned();
    let keys = keys_in(folder.path());
    for name in HOSTS {
        let common =
            ["s_client", "-connect", &address, "-CAfile", "ca.pem", "-verify_return_error", "-x509_strict"];
        let known =
            openssl(&[&common[..], &["-servername", name, "-verify_hostname", name]].concat(), &keys)?;
        ensure(known.status.success(), &format!("{name} is verified"), &told(&known))?;
    }
    let strange = [
        "s_client",
        "-connect",
        &address,
        "-CAfile",
        "ca.pem",
        "-verify_return_error",
        "-verify_hostname",
        "other.test",
    ];
    let strange = openssl(&strange, &keys)?;
    ensure(!strange.status.success(), "another name is not verified", &told(&strange))?;
    let without_ca = ["s_client", "-connect", &address, "-verify_return_error"];
    let without_ca = openssl(&without_ca, &keys)?;
    ensure(!without_ca.status.success(), "nothing is verified without the certificate", &told(&without_ca))
}

fn openssl(arguments: &[&str], folder: &Path) -> Result<Output, std::io::Error> {
    Command::new("openssl").args(arguments).current_dir(folder).stdin(Stdio::null()).output()
}

fn told(output: &Output) -> serde_json::Value {
    json!(String::from_utf8_lossy(&output.stderr))
}
