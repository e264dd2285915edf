//! Dockerfile, compose files, systemd unit and the pages for operators against the program: no container and no unit is
//! started here, but every word in them that names something is looked up.
//! What the program does is tested in `operating`.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use antom_tests::{Failure, Proof, Stand, ensure, skip, stand};
use serde_json::{Value, json};
use yaml_rust2::{Yaml, YamlLoader};

const COMPOSE: [&str; 2] = ["deploy/compose.sqlite.yaml", "deploy/compose.postgres.yaml"];
const PAGES: [&str; 10] = [
    "README",
    "install",
    "configuration",
    "keys",
    "monitoring",
    "reconciliation",
    "incidents",
    "backup",
    "upgrade",
    "retention",
];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn read(path: &str) -> Result<String, Failure> {
    Ok(std::fs::read_to_string(root().join(path))?)
}

/// A program beside this test.
fn program(name: &str) -> Result<PathBuf, Failure> {
    let own = std::env::current_exe()?;
    let folder = own.ancestors().nth(2).map(Path::to_owned).unwrap_or_default();
    Ok(folder.join(name))
}

fn output(name: &str, words: &[&str], settings: &[(String, String)]) -> Result<Output, Failure> {
    let settings = settings.iter().map(|(name, value)| (name, value));
    Ok(Command::new(program(name)?).args(words).env_clear().envs(settings).output()?)
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

/// The arguments of all instructions of this name in the Dockerfile.
fn instructions(name: &str) -> Result<Vec<String>, Failure> {
    let text = read("deploy/Dockerfile")?;
    let lines = text.lines().filter_map(|line| line.split_once(' ')).filter(|(word, _)| *word == name);
    Ok(lines.map(|(_, rest)| rest.trim().to_owned()).collect())
}

fn words(text: &str) -> Vec<String> {
    serde_json::from_str(text).unwrap_or_default()
}

fn yaml(path: &str) -> Result<Yaml, Failure> {
    let read = YamlLoader::load_from_str(&read(path)?).map_err(|error| Failure::step(path, error))?;
    read.into_iter().next().ok_or_else(|| Failure::step(format!("{path} holds something"), "nothing"))
}

/// The entries of a mapping, by name.
fn entries(yaml: &Yaml) -> Vec<(&str, &Yaml)> {
    let entries = yaml.as_hash().into_iter().flatten();
    entries.filter_map(|(name, value)| Some((name.as_str()?, value))).collect()
}

fn texts(yaml: &Yaml) -> Vec<&str> {
    yaml.as_vec().into_iter().flatten().filter_map(Yaml::as_str).collect()
}

/// A simulator's folder of keys, as the containers share it.
fn keys() -> Result<(tempfile::TempDir, PathBuf), Failure> {
    let folder = tempfile::tempdir()?;
    let tls = ["--tls-listen", "127.0.0.1:0"].map(str::to_owned);
    drop(stand::start_simulator(folder.path(), &tls)?);
    let keys = stand::keys_in(folder.path());
    Ok((folder, keys))
}

#[test]
fn the_image_is_built_with_the_oldest_rust_and_is_not_root() -> Proof {
    let manifest = read("Cargo.toml")?;
    let rust = manifest.lines().find_map(|line| line.strip_prefix("rust-version = ")).unwrap_or_default();
    let stages = instructions("FROM")?;
    let wanted = [
        format!("rust:{}-slim-bookworm AS build", rust.trim_matches('"')),
        "gcr.io/distroless/cc-debian12:nonroot".to_owned(),
    ];
    ensure(stages == wanted, "the stages are those", &json!(stages))?;
    let user = instructions("USER")?.concat();
    let is_number = user.split(':').all(|id| id.parse::<u32>().is_ok_and(|id| id > 0));
    ensure(is_number, "the user is a number and not root", &json!(user))?;
    ensure(instructions("ARG")?.is_empty(), "nothing is handed in at the build", &Value::Null)?;
    let build = instructions("RUN")?.into_iter().find(|run| run.contains("cargo build")).unwrap_or_default();
    let features = build.split_once("--features ").map_or("", |(_, features)| features);
    let adapters = read("antom-adapters/Cargo.toml")?;
    let known = features.split(',').all(|one| adapters.contains(&format!("\n{one} = [")));
    ensure(known && !features.is_empty(), "its features are known", &json!(build))?;
    Ok(())
}

#[test]
fn the_image_serves_by_flags_and_settings_that_there_are_and_its_health_check_finds_it() -> Proof {
    const PROGRAM: &str = "/usr/local/bin/antom";
    let entry = words(&instructions("ENTRYPOINT")?.concat());
    ensure(entry == [PROGRAM, "serve"], "it serves", &json!(entry))?;
    let settings = settings_of(instructions("ENV")?.iter().flat_map(|line| line.split(' ')));
    let health = instructions("HEALTHCHECK")?.concat();
    let health = words(health.split_once("CMD ").map_or("", |(_, words)| words));
    ensure(health.first().is_some_and(|word| word == PROGRAM), "it asks itself", &json!(health))?;
    let port = |address: &str| address.rsplit_once(':').map(|(_, port)| port.to_owned());
    let admin = settings.iter().find(|(name, _)| name == "ANTOM__SERVER__ADMIN_LISTEN");
    let asked = health.last().and_then(|word| port(word));
    let listens = admin.and_then(|(_, address)| port(address));
    ensure(asked.is_some() && asked == listens, "it asks where it listens", &json!([health, settings]))?;
    let exposed = instructions("EXPOSE")?.concat();
    let all = settings.iter().filter(|(name, _)| name.ends_with("LISTEN")).filter_map(|(_, one)| port(one));
    for port in all {
        ensure(exposed.split(' ').any(|one| one == port), "its ports are told", &json!([exposed, port]))?;
    }
    let (_folder, keys) = keys()?;
    accepts(&keys, &with_public_url(settings))?;

    Stand::prove(|stand| {
        let admin = stand.admin()?.base().trim_start_matches("http://").to_owned();
        let here: Vec<&str> = health
            .iter()
            .skip(1)
            .map(|word| match port(word) {
                Some(_) => admin.as_str(),
                None => word.as_str(),
            })
            .collect();
        let well = output("antom", &here, &[])?;
        ensure(well.status.code() == Some(0), "it is well", &json!(said(&well)))?;
        stand.kill_service()?;
        let gone = output("antom", &here, &[])?;
        ensure(gone.status.code() == Some(1), "nobody is there", &json!(said(&gone)))
    })
}

fn settings_of<'a>(words: impl Iterator<Item = &'a str>) -> Vec<(String, String)> {
    let pairs = words.filter_map(|word| word.split_once('='));
    let ours = pairs.filter(|(name, _)| name.starts_with("ANTOM__"));
    ours.map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

fn with_public_url(mut settings: Vec<(String, String)>) -> Vec<(String, String)> {
    settings.push(("ANTOM__SERVER__PUBLIC_URL".to_owned(), "https://pay.shop.example".to_owned()));
    settings
}

/// Demands that the simulator's configuration with these settings is accepted.
fn accepts(keys: &Path, settings: &[(String, String)]) -> Result<(), Failure> {
    let file = keys.join("antom.toml").display().to_string();
    let checked = output("antom", &["check-config", "--config", &file], settings)?;
    ensure(checked.status.code() == Some(0), "the settings are accepted", &json!([settings, said(&checked)]))
}

#[test]
fn every_word_of_the_compose_files_names_something() -> Proof {
    let (_folder, keys) = keys()?;
    let simulator_help = said(&output("antom-simulator", &["serve", "--help"], &[])?);
    let image = settings_of(instructions("ENV")?.iter().flat_map(|line| line.split(' ')));
    for path in COMPOSE {
        let compose = yaml(path)?;
        let services = entries(&compose["services"]);
        let is_service = |name: &str| services.iter().any(|(one, _)| *one == name);
        ensure(services.len() > 1, "there are services", &json!(path))?;
        for (name, service) in &services {
            let told = |what: &str, seen: &str| Failure::step(format!("{path}, {name}: {what}"), seen);
            for (other, condition) in entries(&service["depends_on"]) {
                let healthy = condition["condition"].as_str() == Some("service_healthy");
                if !(healthy && is_service(other)) {
                    return Err(told("it waits for a service that is healthy", other).into());
                }
            }
            for port in texts(&service["ports"]) {
                if !port.starts_with("127.0.0.1:") {
                    return Err(told("ports are published on loopback", port).into());
                }
            }
            for volume in texts(&service["volumes"]) {
                let from = volume.split(':').next().unwrap_or_default();
                let is_declared = !compose["volumes"][from].is_badvalue();
                let is_file = from.starts_with("./") && root().join("deploy").join(from).is_file();
                if !(is_declared || is_file) {
                    return Err(told("its volumes are there", volume).into());
                }
            }
            let dockerfile = service["build"]["dockerfile"].as_str();
            let image_is_ours = dockerfile.is_some_and(|file| root().join(file).is_file());
            if dockerfile.is_some() != image_is_ours
                || service["build"].is_badvalue() == service["image"].is_badvalue()
            {
                return Err(told(
                    "it is built from a file that is there, or an image",
                    &format!("{dockerfile:?}"),
                )
                .into());
            }
            if *name == "simulator" {
                for flag in texts(&service["command"]).iter().filter(|word| word.starts_with("--")) {
                    ensure(simulator_help.contains(flag), "the simulator knows the flag", &json!(flag))?;
                }
            }
            if dockerfile == Some("deploy/Dockerfile") {
                ensure(
                    texts(&service["command"]) == ["--config", "/keys/antom.toml"],
                    "it takes the configuration of the simulator",
                    &json!(name),
                )?;
                let own = entries(&service["environment"]);
                let own = own.iter().map(|(name, value)| {
                    let value =
                        value.as_str().unwrap_or_default().replace("/keys/", &format!("{}/", keys.display()));
                    ((*name).to_owned(), interpolated(&value))
                });
                // As in a container: its own settings over those of the image.
                let settings: Vec<_> = image.iter().cloned().chain(own).collect();
                accepts(&keys, &settings)?;
                let url = |name: &str| {
                    settings.iter().rev().find(|(one, _)| one == name).map_or("", |(_, url)| url.as_str())
                };
                for url in [url("ANTOM__GATEWAY__BASE_URL"), url("ANTOM__SERVER__PUBLIC_URL")] {
                    let host =
                        url.split("://").nth(1).and_then(|rest| rest.split(':').next()).unwrap_or_default();
                    ensure(is_service(host), "its addresses are services", &json!(url))?;
                }
            }
        }
    }
    let balancer = read("deploy/haproxy.cfg")?;
    let compose = yaml(COMPOSE[1])?;
    for line in balancer.lines().map(str::trim).filter(|line| line.starts_with("server ")) {
        let host = line.rsplit(' ').next().and_then(|address| address.split(':').next()).unwrap_or_default();
        ensure(
            !compose["services"][host].is_badvalue(),
            "the balancer's servers are services",
            &json!(line),
        )?;
    }
    Ok(())
}

/// A compose variable that must be set, set.
fn interpolated(value: &str) -> String {
    match value.split_once("${") {
        Some((before, rest)) => {
            format!("{before}a-password{}", rest.split_once('}').map_or("", |(_, after)| after))
        }
        None => value.to_owned(),
    }
}

#[test]
fn the_unit_is_hardened_and_hands_over_settings_that_there_are() -> Proof {
    let unit = read("deploy/antom.service")?;
    for line in [
        "NoNewPrivileges=yes",
        "ProtectSystem=strict",
        "StateDirectory=antom",
        "CapabilityBoundingSet=",
        "DynamicUser=yes",
        "ExecReload=/bin/kill -HUP $MAINPID",
    ] {
        ensure(unit.lines().any(|one| one == line), "the unit has the line", &json!(line))?;
    }
    let folder = tempfile::tempdir().map_err(Failure::from)?;
    let (_simulator, keys) = keys()?;
    let private = keys.join("merchant_private.pem").display().to_string();
    let loaded: Vec<&str> = unit
        .lines()
        .filter_map(|line| line.trim_start_matches("# ").strip_prefix("LoadCredential="))
        .filter_map(|credential| credential.split(':').next())
        .collect();
    let mut settings = Vec::new();
    for (name, value) in settings_of(unit.lines().filter_map(|line| line.strip_prefix("Environment="))) {
        if let Some(credential) = value.strip_prefix("%d/") {
            ensure(loaded.contains(&credential), "the credential is loaded", &json!(credential))?;
            settings.push((name, private.clone()));
        } else {
            settings.push((name, value.replace("%S", &folder.path().display().to_string())));
        }
    }
    ensure(settings.len() == 2, "secrets and books are set", &json!(settings))?;
    accepts(&keys, &settings)?;

    // The program is not installed here, so that the unit names the one that was built.
    let antom = program("antom")?.display().to_string();
    let file = folder.path().join("antom.service");
    std::fs::write(&file, unit.replace("/usr/local/bin/antom", &antom)).map_err(Failure::from)?;
    let Ok(verified) = Command::new("systemd-analyze").arg("verify").arg(&file).output() else {
        return Ok(skip::note("the systemd unit: no systemd-analyze").map_err(Failure::from)?);
    };
    ensure(
        verified.status.success() && said(&verified).is_empty(),
        "systemd takes it",
        &json!(said(&verified)),
    )?;
    Ok(())
}

#[test]
fn the_page_about_the_configuration_names_every_key_and_no_other() -> Proof {
    let page = read("docs/operate/configuration.md")?;
    let rows = page.lines().filter_map(|line| line.strip_prefix("| `")?.split('`').next());
    let named: BTreeSet<&str> = rows.collect();
    let (_folder, keys) = keys()?;
    let file = keys.join("antom.toml").display().to_string();
    let printed = said(&output("antom", &["check-config", "--config", &file], &[])?);
    let printed: BTreeSet<&str> = printed
        .lines()
        .filter_map(|line| Some(line.split_once(" = ")?.0))
        // What follows from the settings is no setting.
        .filter(|key| !key.starts_with("bound.") && *key != "events.sink")
        .collect();
    let missing: Vec<_> = printed.difference(&named).collect();
    ensure(missing.is_empty() && printed.len() > 10, "the page names every key", &json!(missing))?;
    for key in named {
        let variable = format!("ANTOM__{}", key.replace('.', "__").to_uppercase());
        let checked = output("antom", &["check-config", "--config", &file], &[(variable, "odd".to_owned())])?;
        let unknown = said(&checked).contains(&format!("{key}: is not a key of the configuration"));
        ensure(!unknown, "the key is known", &json!([key, said(&checked)]))?;
    }
    Ok(())
}

/// Each `$ antom …` of the pages: its command is known, and so are its flags.
#[test]
fn the_commands_on_the_pages_are_known() -> Proof {
    let mut seen = 0;
    for name in PAGES {
        let page = read(&format!("docs/operate/{name}.md"))?;
        for line in page.lines().filter_map(|line| line.strip_prefix("$ antom ")) {
            let words: Vec<&str> = line.split(' ').collect();
            let command: Vec<&str> = words
                .iter()
                .take_while(|word| word.starts_with(|c: char| c.is_ascii_lowercase()))
                .copied()
                .collect();
            let help = output("antom", &[command.as_slice(), &["--help"]].concat(), &[])?;
            ensure(help.status.success(), "the command is known", &json!(line))?;
            for flag in words.iter().filter(|word| word.starts_with("--")) {
                ensure(said(&help).contains(flag), "the flag is known", &json!([line, flag]))?;
            }
            seen += 1;
        }
    }
    ensure(seen >= 5, "there are commands on the pages", &json!(seen))?;
    Ok(())
}

#[test]
fn the_example_on_the_page_about_installing_is_a_configuration() -> Proof {
    let page = read("docs/operate/install.md")?;
    let example =
        page.split("```toml\n").nth(1).and_then(|rest| rest.split("```").next()).unwrap_or_default();
    let (_folder, keys) = keys()?;
    let file = keys.join("example.toml");
    std::fs::write(&file, example).map_err(Failure::from)?;
    let file = file.display().to_string();
    let checked = output("antom", &["check-config", "--config", &file], &[])?;
    ensure(checked.status.success(), "the example is accepted", &json!(said(&checked)))?;
    Ok(())
}

#[test]
fn the_rules_for_alerts_have_an_expression_a_severity_and_a_summary_each() -> Proof {
    let rules = yaml("deploy/prometheus/alerts.yaml")?;
    let rules = rules["groups"][0]["rules"].as_vec().cloned().unwrap_or_default();
    ensure(rules.len() > 10, "there are rules", &json!(rules.len()))?;
    for rule in &rules {
        let name = rule["alert"].as_str().unwrap_or_default();
        let is_whole = rule["expr"].as_str().is_some_and(|text| text.contains("antom"))
            && matches!(rule["labels"]["severity"].as_str(), Some("page" | "ticket"))
            && rule["annotations"]["summary"].as_str().is_some_and(|text| !text.is_empty());
        ensure(is_whole && name.starts_with("Antom"), "the rule is whole", &json!(name))?;
    }
    Ok(())
}
