//! What a request costs the whole simulator beside what it cannot do without: checking one signature and making one.
//!
//! The ratio is (CPU time of one signature and one verification, made one after the other with the same library) /
//! (CPU time that the simulator's threads spend for each answered request, network and operating system included).
//! It is the share of the best possible rate that is reached on any number of cores that the simulator has to itself.
//! The client runs in this process on threads of its own, sends requests that were signed beforehand, and its time
//! does not count; nor does the time in which a thread waits for a core that others use.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::float_arithmetic,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "a benchmark prints ratios, reads the clock and fails by panicking"
)]

#[allow(dead_code, reason = "shared with the tests, which use other parts of it")]
#[path = "../tests/support/load.rs"]
mod load;
#[allow(dead_code, reason = "shared with the tests, which use other parts of it")]
#[path = "../tests/support/mod.rs"]
mod support;

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use antom_simulator::Simulator;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{
    KeyPair as _, RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_SHA256, RsaKeyPair, UnparsedPublicKey,
};
use support::Merchant;

const GOAL: f64 = 0.7;
/// Requests are under way on each of these connections all the time.
const CONNECTIONS: usize = 4;
const BATCHES: usize = 9;
/// Requests on each connection in a batch.
const REQUESTS: usize = 150;
const SIGNATURES: u32 = 150;
const PATH: &str = "/ams/sandbox/api/v1/payments/pay";
/// The simulator's threads, by which its time is found.
const THREADS: &str = "simulator";

fn main() -> ExitCode {
    let gate = std::env::args().any(|argument| argument == "--gate");
    let mut runtime = tokio::runtime::Builder::new_multi_thread();
    let runtime = runtime.thread_name(THREADS).worker_threads(2).enable_all().build().unwrap();
    let simulator = runtime.block_on(Simulator::start()).unwrap();
    let merchant = Merchant::of(&simulator);
    let mut connections: Vec<TcpStream> = (0..CONNECTIONS).map(|_| connect(&simulator)).collect();
    let floor = Floor::new();
    let (mut ratios, mut costs, mut floors, mut rates) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for batch in 0..=BATCHES {
        let requests = signed_requests(&merchant, batch);
        let before = (cpu_of_simulator(), Instant::now());
        exchange(&mut connections, &requests);
        let count = f64::from(u32::try_from(CONNECTIONS * REQUESTS).unwrap());
        let cost = micros(cpu_of_simulator() - before.0) / count;
        let least = floor.micros();
        if batch > 0 {
            // The first batch opens connections and warms caches.
            rates.push(count / before.1.elapsed().as_secs_f64());
            ratios.push(least / cost);
            costs.push(cost);
            floors.push(least);
        }
    }
    let ratio = median(&mut ratios);
    println!(
        "cpu per request: {:.0} us; one signature and one verification: {:.0} us; ratio {ratio:.3} (goal >= {GOAL})",
        median(&mut costs),
        median(&mut floors),
    );
    println!(
        "answered per second of real time, client on the same {} cores: {:.0}",
        std::thread::available_parallelism().unwrap(),
        median(&mut rates)
    );
    if gate && ratio < GOAL { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}

/// What every request needs: its signature is checked, and that of the answer is made.
struct Floor {
    key: RsaKeyPair,
    random: SystemRandom,
    request: Vec<u8>,
    answer: Vec<u8>,
    signature: Vec<u8>,
}

impl Floor {
    fn new() -> Self {
        let key = RsaKeyPair::generate(aws_lc_rs::rsa::KeySize::Rsa2048).unwrap();
        let mut floor = Self {
            signature: vec![0; key.public_modulus_len()],
            key,
            random: SystemRandom::new(),
            request: load::request(0),
            answer: vec![b'a'; 500],
        };
        floor.signature = floor.sign(&floor.request);
        floor
    }

    fn sign(&self, message: &[u8]) -> Vec<u8> {
        let mut signature = vec![0; self.key.public_modulus_len()];
        self.key.sign(&RSA_PKCS1_SHA256, &self.random, message, &mut signature).unwrap();
        signature
    }

    /// Microseconds of CPU for one of each.
    fn micros(&self) -> f64 {
        let public = self.key.public_key().as_ref();
        let public = UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, public).parse().unwrap();
        let before = cpu("/proc/thread-self/schedstat");
        for _ in 0..SIGNATURES {
            public.verify_sig(&self.request, &self.signature).unwrap();
            std::hint::black_box(self.sign(&self.answer));
        }
        micros(cpu("/proc/thread-self/schedstat") - before) / f64::from(SIGNATURES)
    }
}

fn connect(simulator: &Simulator) -> TcpStream {
    let stream = TcpStream::connect(simulator.base_url().trim_start_matches("http://")).unwrap();
    stream.set_nodelay(true).unwrap();
    stream
}

/// The bytes of the requests of a batch, for each connection its own.
fn signed_requests(merchant: &Merchant, batch: usize) -> Vec<Vec<Vec<u8>>> {
    let request = |number: usize| {
        let body = String::from_utf8(load::request(number)).unwrap();
        let mut text =
            format!("POST {PATH} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {}\r\n", body.len());
        for (name, value) in merchant.headers(PATH, &body) {
            text.push_str(&format!("{name}: {value}\r\n"));
        }
        format!("{text}\r\n{body}").into_bytes()
    };
    let first = batch * CONNECTIONS * REQUESTS;
    let numbers = |connection: usize| first + connection * REQUESTS..first + (connection + 1) * REQUESTS;
    (0..CONNECTIONS).map(|connection| numbers(connection).map(request).collect()).collect()
}

fn exchange(connections: &mut [TcpStream], requests: &[Vec<Vec<u8>>]) {
    std::thread::scope(|scope| {
        for (stream, requests) in connections.iter_mut().zip(requests) {
            scope.spawn(move || {
                for request in requests {
                    stream.write_all(request).unwrap();
                    let answer = answer(stream);
                    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
                    assert!(answer.contains("\r\nsignature: algorithm=RSA256"), "{answer}");
                    assert!(answer.contains("PAYMENT_IN_PROCESS"), "{answer}");
                }
            });
        }
    });
}

/// One answer, which ends where its Content-Length says.
fn answer(stream: &mut TcpStream) -> String {
    let mut held = Vec::with_capacity(4096);
    let mut buffer = [0; 4096];
    loop {
        let count = stream.read(&mut buffer).unwrap();
        assert!(count > 0, "the connection was closed");
        held.extend_from_slice(&buffer[..count]);
        let text = std::str::from_utf8(&held).unwrap();
        let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
        let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap();
        if body.len() == length.parse::<usize>().unwrap() {
            return text.to_owned();
        }
    }
}

/// Nanoseconds that the simulator's threads have been on a processor.
fn cpu_of_simulator() -> u64 {
    let threads = std::fs::read_dir("/proc/self/task").unwrap().map(|thread| thread.unwrap().path());
    let is_ours = |path: &std::path::PathBuf| {
        std::fs::read_to_string(path.join("comm")).is_ok_and(|name| name.trim() == THREADS)
    };
    threads.filter(is_ours).map(|path| cpu(path.join("schedstat"))).sum()
}

fn cpu(path: impl AsRef<std::path::Path>) -> u64 {
    let text = std::fs::read_to_string(path).unwrap();
    text.split(' ').next().unwrap().parse().unwrap()
}

fn micros(nanos: u64) -> f64 {
    Duration::from_nanos(nanos).as_secs_f64() * 1e6
}

fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
