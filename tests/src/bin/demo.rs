//! The demonstration: simulator and service on loopback, kept running or, with `--headless`, driven through the main flows.
//! What each flow checks is in the library; building the programs is left to `cargo xtask demo`.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "printing is what a demonstration is for")]

use std::process::{ExitCode, ExitStatus};
use std::thread;

use antom_tests::failure::with_causes;
use antom_tests::flows::{self, Flow, FlowReport};
use antom_tests::{Failure, Stand, ledger, process, timeline};
use serde_json::{Value, json};

const USAGE: u8 = 64;
const FAILED: u8 = 1;
const HELP: &str = "\
The merchant service against the gateway simulator, both on free loopback ports.

Usage: demo [--headless]

  --headless  drive the main flows, print every order's timeline and one JSON line; exit code 0 only if all
              passed and the simulator's ledger agrees with the service's books
  without     keep both running until Ctrl-C and print what to try

Examples:
  cargo xtask demo
  cargo xtask demo --headless";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let done = match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        [] => listening_to_signals().and_then(|()| keep_running()),
        ["--headless"] => listening_to_signals().and_then(|()| headless()),
        ["--help" | "-h"] => {
            println!("{HELP}");
            Ok(true)
        }
        _ => {
            eprintln!("{HELP}");
            return ExitCode::from(USAGE);
        }
    };
    match done {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(FAILED),
        Err(failure) => {
            eprintln!("{}", with_causes(&failure));
            ExitCode::from(FAILED)
        }
    }
}

fn listening_to_signals() -> Result<(), Failure> {
    #[cfg(unix)]
    process::end_with_signals()?;
    Ok(())
}

/// Drives all flows at once, those that need it on a stand of their own; true if everything holds.
fn headless() -> Result<bool, Failure> {
    let (alone, together): (Vec<Flow>, Vec<Flow>) = flows::ALL.into_iter().partition(|flow| flow.alone);
    let mut stands = vec![(Stand::start()?, together)];
    for flow in alone {
        stands.push((Stand::start()?, vec![flow]));
    }
    let mut results = drive(&stands);
    results.sort_by_key(|(flow, _)| flow.letter);
    for (flow, result) in &results {
        print_flow(flow, result);
    }
    let mut agrees = true;
    for (stand, _) in &stands {
        agrees &= books_agree(stand);
    }
    let passed = results.iter().filter(|(_, result)| result.is_ok()).count();
    let complete = passed == flows::ALL.len();
    if !complete || !agrees {
        for (stand, _) in &stands {
            eprintln!("{}", stand.log_ends());
        }
    }
    let mut ended_well = true;
    for (stand, _) in stands {
        ended_well &= ends_well(stand);
    }
    println!("{}", summary(flows::ALL.len(), passed, agrees));
    Ok(complete && agrees && ended_well)
}

type Driven = (Flow, Result<FlowReport, Failure>);

fn drive(stands: &[(Stand, Vec<Flow>)]) -> Vec<Driven> {
    thread::scope(|scope| {
        let mut running = Vec::new();
        for (stand, flows) in stands {
            for flow in flows {
                running.push((*flow, scope.spawn(|| (flow.run)(stand))));
            }
        }
        let end = |(flow, thread): (Flow, thread::ScopedJoinHandle<'_, _>)| {
            let result = thread.join();
            (flow, result.unwrap_or_else(|_| Err(Failure::step("the flow runs to its end", "a panic"))))
        };
        running.into_iter().map(end).collect()
    })
}

fn print_flow(flow: &Flow, result: &Result<FlowReport, Failure>) {
    println!("{}. {}", flow.letter, flow.title);
    match result {
        Ok(report) => report.orders.iter().for_each(print_order),
        Err(failure) => println!("   FAILED: {}", with_causes(failure)),
    }
    println!();
}

fn print_order(order: &Value) {
    let text = |name: &str| order.get(name).and_then(Value::as_str).unwrap_or("?");
    println!("   order {}: {}, shippable: {}", text("referenceOrderId"), text("phase"), order["shippable"]);
    for line in timeline::lines(order) {
        println!("     {line}");
    }
}

fn books_agree(stand: &Stand) -> bool {
    match ledger::differences(stand) {
        Ok(found) => {
            found.iter().for_each(|difference| println!("ledger: {difference}"));
            found.is_empty()
        }
        Err(failure) => {
            println!("ledger: {}", with_causes(&failure));
            false
        }
    }
}

/// Ends both programs of a stand; by their interface they end in time and with exit code 0.
fn ends_well(stand: Stand) -> bool {
    match stand.stop() {
        Ok(ends) => ends.iter().all(ExitStatus::success),
        Err(failure) => {
            eprintln!("{}", with_causes(&failure));
            false
        }
    }
}

/// The last line: members in the order in which they are documented.
fn summary(flows: usize, passed: usize, ledger_agrees: bool) -> String {
    format!(r#"{{"flows":{flows},"passed":{passed},"ledger_agrees":{ledger_agrees}}}"#)
}

/// Keeps both running until one of them ends, be it by a signal.
fn keep_running() -> Result<bool, Failure> {
    let mut stand = Stand::start()?;
    let key = std::fs::read_to_string(stand.keys().join("api_key"))?;
    println!("gateway simulator  {}", stand.gateway().base());
    println!("merchant API       {}", stand.merchant().base());
    println!("admin              {}", stand.service().told("admin")?);
    println!("keys               {}", stand.keys().display());
    println!();
    println!("{}", to_try(stand.merchant().base(), stand.gateway().base(), key.trim()));
    println!("Ctrl-C ends both.");
    stand.wait_for_any_end()?;
    Ok(ends_well(stand))
}

fn to_try(service: &str, simulator: &str, key: &str) -> String {
    let order = json!({
        "referenceOrderId": "tea-1",
        "amount": {"currency": "USD", "value": "1000"},
        "description": "Two cups",
        "buyer": {"referenceBuyerId": "buyer-1"},
    });
    let payment = json!({"integration": "session", "paymentMethodType": "CARD"});
    let post = |path: &str, body: &Value| {
        let headers = format!("-H 'authorization: Bearer {key}' -H 'content-type: application/json'");
        format!("curl -s {service}{path} {headers} -d '{body}'")
    };
    format!(
        "Create an order, then a payment of it:\n  {}\n  {}\n\
         Open the checkoutUrl of the second answer in a browser and pay; or\n\
         act for the buyer with the paymentRequestId of the second answer, then look at the order:\n  \
         curl -s {simulator}/_simulator/payments/PAYMENT_REQUEST_ID/complete -H 'content-type: application/json' \
         -d '{{\"outcome\":\"success\"}}'\n  \
         curl -s {service}/v1/orders/tea-1 -H 'authorization: Bearer {key}'\n",
        post("/v1/orders", &order),
        post("/v1/orders/tea-1/payments", &payment),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_summary_is_one_line_of_json_in_the_documented_order() {
        assert_eq!(summary(5, 5, true), r#"{"flows":5,"passed":5,"ledger_agrees":true}"#);
        assert_eq!(summary(5, 4, false), r#"{"flows":5,"passed":4,"ledger_agrees":false}"#);
    }
}
