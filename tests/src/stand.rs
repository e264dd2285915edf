//! One simulator and one service on free loopback ports, with fresh keys and a fresh database in a folder of their own.
//! What is done with them is left to flows and suites.

use std::path::{Path, PathBuf};
use std::process::ExitStatus;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use serde_json::Value;
use tempfile::TempDir;

use crate::failure::{Failure, Proof, Refuted};
use crate::gateway::Gateway;
use crate::http::{Http, text_at};
use crate::merchant::Merchant;
use crate::process::{Ended, Launch, Running};
use crate::waiting::{Look, until};

const LOG_LINES: usize = 40;
const LISTEN: &str = "ANTOM__SERVER__LISTEN";
const FREE_ADDRESS: &str = "127.0.0.1:0";
const FOREVER: Duration = Duration::MAX;

/// What a stand has beside the usual.
#[derive(Debug, Clone, Default)]
pub struct StandOptions {
    /// More arguments for the simulator.
    pub simulator_arguments: Vec<String>,
    /// Service settings that differ from the generated configuration, such as `ANTOM__PAYMENT__CAPTURE`.
    pub service_environment: Vec<(String, String)>,
    /// The service's time is the simulator's, so that a test can move both.
    pub follows_the_simulators_clock: bool,
    /// Words before the service's name: another program that becomes it.
    pub service_wrapper: Vec<String>,
}

/// Both programs, running, and perhaps a second instance of the service. Dropping it kills them and removes their folder.
#[derive(Debug)]
pub struct Stand {
    // The processes end before their folder goes.
    service: Running,
    service_launch: Launch,
    other_service: Option<(Running, Launch, Merchant)>,
    simulator: Running,
    merchant: Merchant,
    gateway: Gateway,
    orders: AtomicUsize,
    folder: TempDir,
}

impl Stand {
    /// Starts both programs.
    pub fn start() -> Result<Self, Failure> {
        Self::start_with(&StandOptions::default())
    }

    /// Starts both programs with what the options say.
    pub fn start_with(options: &StandOptions) -> Result<Self, Failure> {
        let folder = tempfile::Builder::new().prefix("antom-stand-").tempdir()?;
        let simulator = simulator_launch(folder.path(), &options.simulator_arguments).start()?;
        let gateway = Gateway::new(simulator.told("listening")?);
        let keys = keys_in(folder.path());
        let mut launch = service_launch(folder.path(), options);
        if options.follows_the_simulators_clock {
            let clock = format!("{}/_simulator/clock", gateway.base());
            launch.environment.push(("ANTOM__CLOCK__FOLLOW".to_owned(), clock));
        }
        let (service, service_launch, merchant) = start_service(launch, &keys)?;
        Ok(Self {
            service,
            service_launch,
            other_service: None,
            simulator,
            merchant,
            gateway,
            orders: AtomicUsize::new(0),
            folder,
        })
    }

    /// Runs a proof on a fresh stand; where it fails, the ends of both logs are told with it.
    pub fn prove(proof: impl FnOnce(&mut Self) -> Result<(), Failure>) -> Proof {
        Self::prove_with(&StandOptions::default(), proof)
    }

    /// Runs a proof on a fresh stand with what the options say.
    pub fn prove_with(options: &StandOptions, proof: impl FnOnce(&mut Self) -> Result<(), Failure>) -> Proof {
        let mut stand = Self::start_with(options)?;
        proof(&mut stand).map_err(|failure| Refuted::new(&failure, &stand.log_ends()))
    }

    /// The merchant API with the generated key.
    pub fn merchant(&self) -> &Merchant {
        &self.merchant
    }

    /// The service's admin listener.
    pub fn admin(&self) -> Result<Http, Failure> {
        Ok(Http::new(self.service.told("admin")?))
    }

    /// The key that the simulator made for whoever runs the service: it opens the dashboard.
    pub fn operator_key(&self) -> Result<String, Failure> {
        Ok(std::fs::read_to_string(self.keys().join("operator_api_key"))?.trim().to_owned())
    }

    /// Everything that the service has logged.
    pub fn service_log(&self) -> Result<String, Failure> {
        Ok(String::from_utf8_lossy(&std::fs::read(self.folder.path().join("antom.log"))?).into_owned())
    }

    /// The simulator's control API.
    pub fn gateway(&self) -> &Gateway {
        &self.gateway
    }

    /// The service's process.
    pub fn service(&mut self) -> &mut Running {
        &mut self.service
    }

    /// The simulator's process.
    pub fn simulator(&mut self) -> &mut Running {
        &mut self.simulator
    }

    /// The folder with the keys that the simulator made.
    pub fn keys(&self) -> PathBuf {
        keys_in(self.folder.path())
    }

    /// The folder of keys, database and logs.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The service's database file.
    pub fn database(&self) -> PathBuf {
        database_in(self.folder.path())
    }

    /// An order id that this stand has not used.
    pub fn next_order_id(&self, about: &str) -> String {
        format!("{about}-{}", self.orders.fetch_add(1, Ordering::Relaxed) + 1)
    }

    /// What `antom check-config` says about the service's configuration.
    pub fn check_config(&self) -> Result<String, Failure> {
        let config = keys_in(self.folder.path()).join("antom.toml").display().to_string();
        self.service_launch.output(&["check-config", "--config", &config])
    }

    /// What another command of the service's program prints.
    pub fn run(&self, arguments: &[&str]) -> Result<String, Failure> {
        self.service_launch.output(arguments)
    }

    /// Runs `antom` once with the service's configuration and environment, in the folder of the keys: `antom.toml` and
    /// `api_key` are there.
    pub fn antom(&self, arguments: &[&str]) -> Result<Ended, Failure> {
        Launch { folder: self.keys(), ..self.service_launch.clone() }.run(arguments)
    }

    /// Kills the service: no chance to finish anything.
    pub fn kill_service(&mut self) -> Result<(), Failure> {
        self.service.kill()
    }

    /// Puts keys of the merchant API, each with its scope and its SHA-256, beside the one that the simulator made, and starts
    /// the service with all of them.
    pub fn add_keys(&mut self, keys: &[(&str, &str, &str)]) -> Result<(), Failure> {
        let file = self.keys().join("antom.toml");
        let entry = |(key, scope, sha256): &(&str, &str, &str)| {
            format!("{{ name = \"{key}\", sha256 = \"{sha256}\", scopes = [\"{scope}\"] }}, ")
        };
        let more: String = keys.iter().map(entry).collect();
        let text = std::fs::read_to_string(&file)?.replace("api_keys = [", &format!("api_keys = [{more}"));
        std::fs::write(file, text)?;
        self.service().terminate()?;
        self.start_service_again()
    }

    /// Makes a key with these scopes, and starts the service with it beside the others; answers its clear text.
    pub fn admit(&mut self, name: &str, scopes: &[&str]) -> Result<String, Failure> {
        let mut command = vec!["api-key", "new", "--json", "--name", name];
        command.extend(scopes.iter().flat_map(|scope| ["--scope", scope]));
        let text = self.antom(&command)?.expect("a key is made", 0)?;
        let made: Value = serde_json::from_str(&text).unwrap_or_default();
        let file = self.keys().join("antom.toml");
        let more = format!("api_keys = [{}, ", text_at(&made, "/line"));
        std::fs::write(&file, std::fs::read_to_string(&file)?.replace("api_keys = [", &more))?;
        self.service().terminate()?;
        self.start_service_again()?;
        Ok(text_at(&made, "/key").to_owned())
    }

    /// Starts the service again after its end, on the same address and database.
    pub fn start_service_again(&mut self) -> Result<(), Failure> {
        self.service = self.service_launch.start()?;
        Ok(())
    }

    /// Starts another instance of the service over the same database, on an address of its own.
    pub fn start_other_service(&mut self) -> Result<(), Failure> {
        let launch = Launch {
            environment: without_address(&self.service_launch.environment),
            ..self.service_launch.clone()
        };
        self.other_service = Some(start_service(launch, &self.keys())?);
        Ok(())
    }

    /// From now on the other instance is the one that is driven.
    pub fn turn_to_other_service(&mut self) {
        if let Some((service, launch, merchant)) = &mut self.other_service {
            std::mem::swap(&mut self.service, service);
            std::mem::swap(&mut self.service_launch, launch);
            std::mem::swap(&mut self.merchant, merchant);
        }
    }

    /// Waits without an end in sight until one of the two programs has ended.
    pub fn wait_for_any_end(&mut self) -> Result<(), Failure> {
        until("the end of a program", FOREVER, || {
            let both_live = self.service.is_alive() && self.simulator.is_alive();
            Ok(if both_live { Look::NotYet("both run".to_owned()) } else { Look::Found(()) })
        })
    }

    /// Ends both programs in good order, the service first.
    pub fn stop(mut self) -> Result<[ExitStatus; 2], Failure> {
        Ok([self.service.terminate()?, self.simulator.terminate()?])
    }

    /// The last lines that both programs logged.
    pub fn log_ends(&self) -> String {
        let (service, simulator) = (self.service.log_end(LOG_LINES), self.simulator.log_end(LOG_LINES));
        format!("--- service\n{service}\n--- simulator\n{simulator}")
    }
}

/// Starts the service; its address is kept, so that a restart comes back to it: notifications go to the address that the
/// payment named.
fn start_service(mut launch: Launch, keys: &Path) -> Result<(Running, Launch, Merchant), Failure> {
    let service = launch.start()?;
    let listening = service.told("listening")?.to_owned();
    let address = listening.trim_start_matches("http://").trim_end_matches('/').to_owned();
    launch.environment.push((LISTEN.to_owned(), address));
    let key = std::fs::read_to_string(keys.join("api_key"))?;
    Ok((service, launch, Merchant::new(&listening, key.trim())))
}

/// Any free address instead of the one that was kept.
fn without_address(environment: &[(String, String)]) -> Vec<(String, String)> {
    let kept = environment.iter().filter(|(name, _)| name != LISTEN).cloned();
    kept.chain([(LISTEN.to_owned(), FREE_ADDRESS.to_owned())]).collect()
}

/// A simulator alone, for what needs no service; its folder must outlive it.
pub fn start_simulator(folder: &Path, arguments: &[String]) -> Result<Running, Failure> {
    simulator_launch(folder, arguments).start()
}

/// Where a stand in this folder keeps its keys.
pub fn keys_in(folder: &Path) -> PathBuf {
    folder.join("keys")
}

fn database_in(folder: &Path) -> PathBuf {
    folder.join("antom.sqlite")
}

fn simulator_launch(folder: &Path, more: &[String]) -> Launch {
    let keys = keys_in(folder).display().to_string();
    let usual = ["serve", "--listen", "127.0.0.1:0", "--keys", &keys].map(str::to_owned);
    Launch {
        program: "antom-simulator",
        wrapper: Vec::new(),
        arguments: usual.into_iter().chain(more.iter().cloned()).collect(),
        environment: Vec::new(),
        folder: folder.to_owned(),
    }
}

fn service_launch(folder: &Path, options: &StandOptions) -> Launch {
    let config = keys_in(folder).join("antom.toml").display().to_string();
    let database = format!("sqlite://{}", database_in(folder).display());
    let usual = [
        (LISTEN, FREE_ADDRESS),
        ("ANTOM__SERVER__ADMIN_LISTEN", FREE_ADDRESS),
        ("ANTOM__DATABASE__URL", &database),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()));
    Launch {
        program: "antom",
        wrapper: options.service_wrapper.clone(),
        arguments: ["serve", "--config", &config].map(str::to_owned).to_vec(),
        environment: usual.into_iter().chain(options.service_environment.iter().cloned()).collect(),
        folder: folder.to_owned(),
    }
}
