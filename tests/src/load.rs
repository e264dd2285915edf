//! What load costs the service as a process: processor time for a payment, memory, and what payments in flight slow
//! down or write. The limits are here; building the programs and the floor in microseconds are left to the caller.
#![expect(
    clippy::float_arithmetic,
    clippy::disallowed_methods,
    reason = "ratios of measured times are shown and held against limits; no money is near"
)]

use std::fmt;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime};

use serde_json::json;

use crate::failure::Failure;
use crate::faults::{Client, pause};
use crate::http::text_at;
use crate::stand::{Stand, StandOptions};
use crate::usage;
use crate::waiting::{Look, until};

const CLIENTS: usize = 4;
/// Who pays at the same time where the cost of a payment is measured: its floor knows batches only.
const PAYERS: usize = 32;
const WARM_UP: usize = 40;
const ROUNDS: usize = 7;
const PAYMENTS: usize = 192;
const CREATES: usize = 120;
const PATIENCE: Duration = Duration::from_secs(120);

/// Of what a payment needs at least, a payment may cost so much.
const MOST_OF_FLOOR: f64 = 1.0 / 0.7;
const LEAST_CREATES: f64 = 0.9;
const MOST_IDLE_KIB: f64 = 64.0 * 1024.0;
const MOST_KIB_IN_FLIGHT: f64 = 2.0;

/// How much is to be done.
#[derive(Debug, Clone)]
pub struct Plan {
    /// What a payment needs at least, in microseconds of processor time; without it nothing is held against it.
    pub floor_micros: Option<f64>,
    /// How many payments are in flight.
    pub in_flight: usize,
    /// For how long they are watched.
    pub watch: Duration,
}

/// A figure beside its limit.
#[derive(Debug, Clone)]
pub struct Figure {
    text: String,
    /// Whether the limit was kept.
    pub is_kept: bool,
    /// Whether the figure depends on the machine's mood: such a one is no reason to fail where nobody asks for it.
    pub is_moody: bool,
}

impl fmt::Display for Figure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)?;
        if self.is_kept { Ok(()) } else { f.write_str("  MISSED") }
    }
}

/// Runs both programs and measures; every figure is handed over as soon as it is known.
pub fn measure(plan: &Plan, tell: &mut dyn FnMut(Figure)) -> Result<(), Failure> {
    let options = StandOptions {
        simulator_arguments: ["--journal", "2000"].map(str::to_owned).to_vec(),
        ..StandOptions::default()
    };
    let mut stand = Stand::start_with(&options)?;
    let service = stand.service().id();
    let load = Load { stand: &stand, service };
    let result = load.run(plan, tell);
    result.map_err(|failure| failure.beside(&stand.log_ends()))
}

struct Load<'a> {
    stand: &'a Stand,
    service: u32,
}

impl Load<'_> {
    fn run(&self, plan: &Plan, tell: &mut dyn FnMut(Figure)) -> Result<(), Failure> {
        tell(self.idle_memory()?);
        let quick = json!({"paymentResultMs": 100, "captureMs": 50});
        self.stand.gateway().set_timings(&quick)?;
        self.pay("warm", WARM_UP)?;
        self.wait_for_acknowledgements(WARM_UP)?;
        tell(self.cpu_of_payments(plan.floor_micros)?);
        let mut paid = WARM_UP + ROUNDS * PAYMENTS;
        let alone = self.creates("alone", &mut paid)?;
        let before = usage::resident_kib(self.service)?;
        let filled = Instant::now();
        self.open("flight", plan.in_flight)?;
        tell(told(format!("{} payments opened within {} s", plan.in_flight, filled.elapsed().as_secs())));
        tell(self.memory_in_flight(before, plan.in_flight)?);
        let beside = self.creates("beside", &mut paid)?;
        tell(slowed(plan.in_flight, &alone, &beside));
        tell(self.writes_of_polls(plan)?);
        tell(self.memory_in_flight(before, plan.in_flight)?);
        Ok(())
    }

    fn idle_memory(&self) -> Result<Figure, Failure> {
        pause(Duration::from_secs(1));
        let resident = usage::resident_kib(self.service)? as f64;
        Ok(Figure {
            text: format!(
                "resident memory idle: {:.1} MiB (limit {:.0})",
                resident / 1024.0,
                MOST_IDLE_KIB / 1024.0
            ),
            is_kept: resident <= MOST_IDLE_KIB,
            is_moody: false,
        })
    }

    /// The service's processor time for a card payment with automatic capture: both orders of the merchant, the call,
    /// both notifications, and whatever runs beside them.
    fn cpu_of_payments(&self, floor: Option<f64>) -> Result<Figure, Failure> {
        let (mut costs, mut polls) = (Vec::new(), 0);
        for round in 0..ROUNDS {
            let before = usage::cpu(self.service)?;
            self.pay(&format!("round{round}"), PAYMENTS)?;
            self.wait_for_acknowledgements(WARM_UP + (round + 1) * PAYMENTS)?;
            costs.push(micros_each(usage::cpu(self.service)?.saturating_sub(before), PAYMENTS));
            let calls = self.stand.gateway().all_calls()?;
            polls = calls.iter().filter(|call| call.operation == "inquiryPayment").count();
        }
        let cost = median(&mut costs);
        let seen =
            format!("cpu per automatic-capture payment: {cost:.0} us, {polls} inquiries in the last round");
        Ok(match floor {
            None => told(seen),
            Some(floor) => Figure {
                text: format!(
                    "{seen}; floor {floor:.0} us; ratio {:.2} (goal <= {MOST_OF_FLOOR:.2})",
                    cost / floor
                ),
                is_kept: cost <= floor * MOST_OF_FLOOR,
                is_moody: true,
            },
        })
    }

    /// How many creates are answered for each second of the clients' time, and the service's processor time for one.
    /// The buyers pay afterwards, so that nothing is left in flight.
    fn creates(&self, about: &str, paid: &mut usize) -> Result<Creates, Failure> {
        let (mut rates, mut cpus, mut slowest) = (Vec::new(), Vec::new(), Vec::new());
        for round in 0..ROUNDS {
            let (cpu, before) = (usage::cpu(self.service)?, Instant::now());
            let payments = self.open(&format!("{about}{round}"), CREATES)?;
            let time = before.elapsed();
            cpus.push(micros_each(usage::cpu(self.service)?.saturating_sub(cpu), CREATES));
            rates.push(CREATES as f64 / time.as_secs_f64());
            slowest.push(time.as_secs_f64() * 1e3 * CLIENTS as f64 / CREATES as f64);
            self.each(CLIENTS, &payments, |client, payment| client.pay(payment))?;
            *paid += CREATES;
            self.wait_for_acknowledgements(*paid)?;
        }
        Ok(Creates { rate: median(&mut rates), millis: median(&mut slowest), cpu: median(&mut cpus) })
    }

    /// Polls that change nothing must leave the database's files alone.
    fn writes_of_polls(&self, plan: &Plan) -> Result<Figure, Failure> {
        self.wait_until_files_rest()?;
        let (files, entries) = (self.files()?, self.stand.gateway().journal_length()?);
        let before = (usage::cpu(self.service)?, Instant::now());
        pause(plan.watch);
        let seconds = before.1.elapsed().as_secs_f64();
        let polls = self.stand.gateway().journal_length()?.saturating_sub(entries);
        let cores = usage::cpu(self.service)?.saturating_sub(before.0).as_secs_f64() / seconds;
        let is_same = self.files()? == files;
        let wrote = if is_same { "left the database's files alone" } else { "WROTE to the database" };
        Ok(Figure {
            text: format!(
                "{} payments in flight: {:.0} polls/s {wrote} over {seconds:.0} s, and took {cores:.2} cores",
                plan.in_flight,
                polls as f64 / seconds,
            ),
            is_kept: is_same && polls > 0,
            is_moody: false,
        })
    }

    /// What was wished before may still be written: two looks a poll's step apart must see the same.
    fn wait_until_files_rest(&self) -> Result<(), Failure> {
        let mut last = Vec::new();
        until("files that nobody writes to", PATIENCE, || {
            pause(Duration::from_secs(3));
            let seen = self.files()?;
            let rests = seen == last;
            last = seen;
            Ok(if rests { Look::Found(()) } else { Look::NotYet(format!("{last:?}")) })
        })
    }

    /// The database and its log: size and time of the last write.
    fn files(&self) -> Result<Vec<(u64, SystemTime)>, Failure> {
        let database = self.stand.database();
        let state = |path: &Path| -> Result<(u64, SystemTime), Failure> {
            let found = std::fs::metadata(path)?;
            Ok((found.len(), found.modified()?))
        };
        let mut log = database.clone().into_os_string();
        log.push("-wal");
        Ok(vec![state(&database)?, state(&PathBuf::from(log))?])
    }

    fn memory_in_flight(&self, before: u64, in_flight: usize) -> Result<Figure, Failure> {
        let now = usage::resident_kib(self.service)?;
        let each = now.saturating_sub(before) as f64 / in_flight as f64;
        Ok(Figure {
            text: format!(
                "resident memory: {:.1} MiB with none in flight, {:.1} MiB with {in_flight}: {each:.2} KiB for each (limit {MOST_KIB_IN_FLIGHT})",
                before as f64 / 1024.0,
                now as f64 / 1024.0
            ),
            is_kept: each <= MOST_KIB_IN_FLIGHT,
            is_moody: false,
        })
    }

    /// Orders that are paid.
    fn pay(&self, about: &str, count: usize) -> Result<(), Failure> {
        self.each(PAYERS, &names(about, count), |client, order| client.buy(order).map(drop))
    }

    /// Orders with an opened payment; answers the payments.
    fn open(&self, about: &str, count: usize) -> Result<Vec<String>, Failure> {
        let opened = std::sync::Mutex::new(Vec::with_capacity(count));
        self.each(CLIENTS, &names(about, count), |client, order| {
            let payment = client.open(order)?;
            opened.lock().unwrap_or_else(std::sync::PoisonError::into_inner).push(payment);
            Ok(())
        })?;
        Ok(opened.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner))
    }

    /// Shares the work among the clients.
    fn each(
        &self,
        clients: usize,
        all: &[String],
        act: impl Fn(&Client, &str) -> Result<(), Failure> + Sync,
    ) -> Result<(), Failure> {
        let client = Client::new(self.stand.merchant(), self.stand.gateway());
        let (client, act) = (&client, &act);
        std::thread::scope(|scope| {
            let clients: Vec<_> = all
                .chunks(all.len().div_ceil(clients).max(1))
                .map(|share| scope.spawn(move || share.iter().try_for_each(|one| act(client, one))))
                .collect();
            clients.into_iter().try_for_each(|client| {
                client.join().unwrap_or_else(|_| Err(Failure::step("a client goes on", "a panic")))
            })
        })
    }

    /// Both notifications of so many payments.
    fn wait_for_acknowledgements(&self, payments: usize) -> Result<(), Failure> {
        until("the acknowledgement of every notification", PATIENCE, || {
            let all = self.stand.gateway().all_notifications()?;
            let done = all.iter().filter(|one| text_at(one, "/status") == "acknowledged").count();
            let seen = format!("{done} are acknowledged");
            Ok(if done >= 2 * payments { Look::Found(()) } else { Look::NotYet(seen) })
        })
    }
}

struct Creates {
    rate: f64,
    millis: f64,
    cpu: f64,
}

fn slowed(in_flight: usize, alone: &Creates, beside: &Creates) -> Figure {
    let ratio = beside.rate / alone.rate;
    Figure {
        text: format!(
            "creates by {CLIENTS} clients: {:.0}/s ({:.1} ms) alone, {:.0}/s ({:.1} ms) beside {in_flight} in flight; ratio {ratio:.2} (goal >= {LEAST_CREATES}); service's cpu for one {:.0} and {:.0} us",
            alone.rate, alone.millis, beside.rate, beside.millis, alone.cpu, beside.cpu
        ),
        is_kept: ratio >= LEAST_CREATES,
        is_moody: true,
    }
}

fn told(text: String) -> Figure {
    Figure { text, is_kept: true, is_moody: true }
}

fn names(about: &str, count: usize) -> Vec<String> {
    (0..count).map(|number| format!("{about}-{number}")).collect()
}

fn micros_each(time: Duration, count: usize) -> f64 {
    time.as_secs_f64() * 1e6 / count as f64
}

fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}
