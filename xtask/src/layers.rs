//! `cargo xtask layers`: who may know whom, and what must not appear where.
//! Leaves the reasons to ARCHITECTURE.md; reads only manifests (through cargo) and source lines.

use crate::report::Report;
use crate::source::{SourceFile, has_word, split_comment};
use crate::workspace::{Package, Workspace};

/// A crate of the design: its name, its folder, and the workspace crates that it may name.
struct Layer {
    name: &'static str,
    folder: &'static str,
    knows: &'static [&'static str],
    /// Known to its tests only.
    tests_know: &'static [&'static str],
}

const fn layer(name: &'static str, folder: &'static str, knows: &'static [&'static str]) -> Layer {
    Layer { name, folder, knows, tests_know: &[] }
}

/// The simulator stands alone: it judges the others, and one misreading must not pass on both sides.
const LAYERS: [Layer; 11] = [
    layer("antom-core", "antom-core", &[]),
    layer("antom-signing", "antom-signing", &["antom-core"]),
    layer("antom-http", "antom-http", &["antom-core", "antom-signing"]),
    layer("antom-domain", "antom-domain", &["antom-core"]),
    Layer {
        name: "antom-reconcile",
        folder: "antom-reconcile",
        knows: &["antom-core"],
        tests_know: &["antom-simulator"],
    },
    Layer {
        name: "antom-adapters",
        folder: "antom-adapters",
        knows: &["antom-core", "antom-signing", "antom-http", "antom-domain", "antom-reconcile"],
        tests_know: &["antom-simulator"],
    },
    layer("antom-simulator", "tests/simulator", &[]),
    layer("antom-simulation", "tests/simulation", &["antom-core", "antom-domain", "antom-simulator"]),
    layer(
        "antom-tests",
        "tests",
        &["antom-core", "antom-signing", "antom-http", "antom-domain", "antom-adapters", "antom-simulator"],
    ),
    layer("antom-android-driver", "tests/android", &["antom-tests"]),
    layer("xtask", "xtask", &[]),
];

/// Crates that decide and describe: they must build without a runtime, a network or a database.
const INNER: [&str; 3] = ["antom-core", "antom-domain", "antom-reconcile"];
/// What would bring one of those in.
const OUTER_DEPENDENCIES: [&str; 16] = [
    "axum",
    "hyper",
    "opentelemetry",
    "prometheus-client",
    "reqwest",
    "ring",
    "rusqlite",
    "rusqlite_migration",
    "rustls",
    "sqlx",
    "tokio",
    "tokio-rustls",
    "tower",
    "tower-http",
    "ureq",
    "uuid",
];

/// Modules of antom-domain that may wait: ports, the services over them, and their fakes.
const WAITING_MODULES: [&str; 3] = ["port", "service", "testing"];
/// Ways to reach a clock, chance, the environment or I/O from a decision.
const IMPURE: [&str; 14] = [
    "SystemTime",
    "Instant::now",
    "Timestamp::now",
    "Zoned::now",
    "Uuid::",
    "rand::",
    "std::env",
    "std::fs",
    "std::io",
    "std::net",
    "std::process",
    "std::thread",
    "tokio::",
    "reqwest::",
];

/// Switches that turn off the check of a server's certificate. Cut in two, so that this file does not hold them.
const UNSAFE_TLS: [&str; 2] =
    [concat!("danger_accept_", "invalid_certs"), concat!("danger_accept_", "invalid_hostnames")];

/// Checks the workspace and prints what it found.
pub(crate) fn run(_: &[String]) -> Result<u8, String> {
    Ok(check(&Workspace::load()?)?.print("layers"))
}

/// All rules of this file over the whole workspace.
pub(crate) fn check(workspace: &Workspace) -> Result<Report, String> {
    let files = workspace.text_files()?;
    let mut findings = wrong_members(&workspace.packages);
    findings.extend(workspace.packages.iter().flat_map(wrong_arrows));
    findings.extend(workspace.packages.iter().flat_map(outer_dependencies));
    findings.extend(files.iter().filter(|file| is_decision(&file.path)).flat_map(impurities));
    findings.extend(files.iter().flat_map(unsafe_tls));
    Ok(Report { findings, notes: Vec::new() })
}

fn wrong_members(packages: &[Package]) -> Vec<String> {
    let mut findings = Vec::new();
    for package in packages {
        match LAYERS.iter().find(|layer| layer.name == package.name) {
            None => {
                findings.push(format!("{}: crate `{}` is not in the design", package.folder, package.name))
            }
            Some(layer) if layer.folder != package.folder => findings.push(format!(
                "{}: crate `{}` belongs in the folder {}",
                package.folder, package.name, layer.folder
            )),
            Some(_) => {}
        }
    }
    let missing = LAYERS.iter().filter(|layer| packages.iter().all(|package| package.name != layer.name));
    findings.extend(missing.map(|layer| format!("{}: crate `{}` is missing", layer.folder, layer.name)));
    findings
}

fn wrong_arrows(package: &Package) -> Vec<String> {
    let Some(layer) = LAYERS.iter().find(|layer| layer.name == package.name) else {
        return Vec::new();
    };
    let ours = package.dependencies.iter().filter(|one| LAYERS.iter().any(|layer| layer.name == one.name));
    ours.filter(|one| {
        let itself = one.is_dev && one.name == package.name;
        let known = layer.knows.contains(&one.name.as_str());
        let known_to_tests = one.is_dev && layer.tests_know.contains(&one.name.as_str());
        !(itself || known || known_to_tests)
    })
    .map(|one| format!("{}/Cargo.toml: {} must not know {}", package.folder, package.name, one.name))
    .collect()
}

fn outer_dependencies(package: &Package) -> Vec<String> {
    if !INNER.contains(&package.name.as_str()) {
        return Vec::new();
    }
    let outer = package
        .dependencies
        .iter()
        .filter(|one| !one.is_dev && OUTER_DEPENDENCIES.contains(&one.name.as_str()));
    outer
        .map(|one| format!("{}/Cargo.toml: {} must not need {}", package.folder, package.name, one.name))
        .collect()
}

/// Whether the file belongs to the machines, policies and vocabulary of antom-domain.
fn is_decision(path: &str) -> bool {
    let Some(inside) = path.strip_prefix("antom-domain/src/") else { return false };
    let module = inside.split('/').next().unwrap_or(inside);
    let module = module.strip_suffix(".rs").unwrap_or(module);
    path.ends_with(".rs") && !WAITING_MODULES.contains(&module)
}

/// Whether the line awaits something; a method whose name only begins so does not.
fn waits(line: &str) -> bool {
    line.split(".await")
        .skip(1)
        .any(|rest| !rest.starts_with(|next: char| next.is_alphanumeric() || next == '_'))
}

/// The words of waiting are refused in comments as well, so that a plain search of the folder proves the rule.
fn impurities(file: &SourceFile) -> Vec<String> {
    let waits = file
        .lines()
        .filter(|(_, line)| has_word(line, "async") || waits(line))
        .map(|(number, _)| format!("{}:{number}: a decision never waits", file.path));
    let reaches = file.lines_before_tests().filter_map(|(number, line)| {
        let (code, _) = split_comment(line);
        let needle = IMPURE.iter().find(|needle| names_path(code, needle))?;
        Some(format!("{}:{number}: a decision never reaches for `{needle}`", file.path))
    });
    waits.chain(reaches).collect()
}

/// Whether the code names the path at the start of a name: `operand::x` does not name `rand::`.
fn names_path(code: &str, path: &str) -> bool {
    code.match_indices(path).any(|(at, _)| {
        let before = code.get(..at).and_then(|text| text.chars().next_back());
        !before.is_some_and(|letter| letter.is_alphanumeric() || letter == '_')
    })
}

fn unsafe_tls(file: &SourceFile) -> Vec<String> {
    file.lines()
        .filter(|(_, line)| UNSAFE_TLS.iter().any(|switch| line.contains(switch)))
        .map(|(number, _)| format!("{}:{number}: certificates are always checked", file.path))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workspace::Dependency;

    fn package(name: &str, folder: &str, normal: &[&str], dev: &[&str]) -> Package {
        let normal = normal.iter().map(|name| Dependency { name: (*name).to_owned(), is_dev: false });
        let dev = dev.iter().map(|name| Dependency { name: (*name).to_owned(), is_dev: true });
        Package {
            name: name.to_owned(),
            folder: folder.to_owned(),
            dependencies: normal.chain(dev).collect(),
            features: Vec::new(),
        }
    }

    #[test]
    fn a_method_whose_name_begins_like_waiting_does_not_wait() {
        assert!(waits("self.load().await?;") && waits("task.await"));
        assert!(!waits("awaited: self.awaited(),"));
    }

    fn file(path: &str, text: &str) -> SourceFile {
        SourceFile { path: path.to_owned(), text: text.to_owned() }
    }

    #[test]
    fn the_domain_knows_neither_signing_nor_http() {
        let domain =
            package("antom-domain", "antom-domain", &["antom-core", "antom-signing"], &["antom-http"]);
        let found = wrong_arrows(&domain);
        assert_eq!(found.len(), 2);
        assert!(found.iter().all(|line| !line.contains("must not know antom-core")));
    }

    #[test]
    fn the_simulator_shares_no_crate_with_those_it_judges_not_even_in_its_tests() {
        let simulator = package("antom-simulator", "tests/simulator", &["axum"], &["antom-core"]);
        assert_eq!(wrong_arrows(&simulator).len(), 1);
    }

    #[test]
    fn only_tests_know_the_simulator() {
        assert!(
            wrong_arrows(&package("antom-adapters", "antom-adapters", &[], &["antom-simulator"])).is_empty()
        );
        assert!(
            !wrong_arrows(&package("antom-adapters", "antom-adapters", &["antom-simulator"], &[])).is_empty()
        );
    }

    #[test]
    fn a_crate_may_name_itself_for_its_own_tests() {
        assert!(wrong_arrows(&package("antom-domain", "antom-domain", &[], &["antom-domain"])).is_empty());
    }

    #[test]
    fn members_are_exactly_those_of_the_design() {
        let mut members: Vec<Package> =
            LAYERS.iter().map(|layer| package(layer.name, layer.folder, &[], &[])).collect();
        assert!(wrong_members(&members).is_empty());
        members.push(package("antom-extra", "antom-extra", &[], &[]));
        members.retain(|member| member.name != "xtask");
        assert_eq!(wrong_members(&members).len(), 2);
    }

    #[test]
    fn a_runtime_in_the_domain_is_fine_for_tests_only() {
        assert!(
            outer_dependencies(&package("antom-domain", "antom-domain", &["serde"], &["tokio"])).is_empty()
        );
        assert_eq!(outer_dependencies(&package("antom-core", "antom-core", &["tokio"], &[])).len(), 1);
        assert!(outer_dependencies(&package("antom-adapters", "antom-adapters", &["tokio"], &[])).is_empty());
    }

    #[test]
    fn ports_services_and_fakes_may_wait_and_nothing_else_of_the_domain() {
        for path in ["port/clock.rs", "port.rs", "service/worker.rs", "testing/contract/store.rs"] {
            assert!(!is_decision(&format!("antom-domain/src/{path}")), "{path}");
        }
        for path in ["payment/machine.rs", "policy/retry.rs", "order.rs", "lib.rs", "transport/x.rs"] {
            assert!(is_decision(&format!("antom-domain/src/{path}")), "{path}");
        }
        assert!(!is_decision("antom-http/src/lib.rs"));
    }

    #[test]
    fn waiting_and_clocks_in_a_decision_are_found_with_their_lines() {
        let found =
            impurities(&file("m.rs", "fn f() {}\nasync fn g() {}\nlet t = SystemTime::now();\nx.await;\n"));
        assert_eq!(found.len(), 3);
        assert!(found.iter().any(|line| line.starts_with("m.rs:3:")));
    }

    #[test]
    fn a_longer_name_or_a_remark_is_not_a_reach() {
        let text = "let x = operand::value();\n// unlike std::fs this waits for nobody\n#[async_trait]\n";
        assert!(impurities(&file("m.rs", text)).is_empty());
    }

    #[test]
    fn a_switched_off_certificate_check_is_found_anywhere() {
        let text = format!("client.{}(true)\n", concat!("danger_accept_", "invalid_certs"));
        assert_eq!(unsafe_tls(&file("tests/a.rs", &text)).len(), 1);
        assert!(unsafe_tls(&file("tests/a.rs", "client.use_tls()\n")).is_empty());
    }
}
