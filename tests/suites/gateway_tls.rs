//! The simulator's TLS port, judged by another TLS implementation than the one that it is built on.
//! Clients of the service over TLS have their own tests.

use std::path::Path;
use std::process::{Command, Output, Stdio};

use antom_tests::stand::{keys_in, start_simulator};
use antom_tests::{Failure, Proof, ensure, skip};
use serde_json::json;

#[test]
fn openssl_verifies_the_gateway_with_the_written_certificate() -> Proof {
    proof().map_err(Into::into)
}

fn proof() -> Result<(), Failure> {
    if openssl(&["version"], Path::new(".")).is_err() {
        return Ok(skip::note("openssl verifies the simulator's TLS port: openssl is not installed")?);
    }
    let folder = tempfile::tempdir()?;
    let arguments = ["--tls-listen", "127.0.0.1:0", "--tls-name", "gateway.test"].map(str::to_owned);
    let simulator = start_simulator(folder.path(), &arguments)?;
    let address = simulator.told("tls")?.trim_start_matches("https://").trim_end_matches('/').to_owned();
    let keys = keys_in(folder.path());
    for name in ["localhost", "gateway.test", "open-sea-global.alipay.com"] {
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
