//! The demonstration: shop, service and simulator on loopback, kept running or, with `--headless`, driven through the main flows.
//! What each flow checks is in the library; building the programs is left to `cargo xtask demo`.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "printing is what a demonstration is for")]

use std::any::Any;
use std::process::{Command, ExitCode, ExitStatus, Stdio};
use std::thread;

use antom_tests::failure::with_causes;
use antom_tests::flows::{self, Flow, FlowReport};
use antom_tests::shop::{ClosedShop, Shop};
use antom_tests::{Failure, Stand, StandOptions, ledger, process, timeline, tour};
use serde_json::{Value, json};

const USAGE: u8 = 64;
const FAILED: u8 = 1;
const HELP: &str = "\
A small shop, the merchant service and the gateway simulator, all on free loopback ports.

Usage: demo [--headless]

  --headless  drive the main flows, walk through all pages, print every order's timeline and one JSON line; exit
              code 0 only if all passed and the simulator's ledger agrees with the service's books
  without     keep all running until Ctrl-C, print where everything is, how to sign in and what to try; where there
              is a display, shop, dashboard and console are opened in the browser

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
    let (first, shop) = with_shop()?;
    let mut stands = vec![(first, together)];
    for flow in alone {
        stands.push((Stand::start()?, vec![flow]));
    }
    let (mut results, pages) = drive(&stands, &shop);
    results.sort_by_key(|(flow, _)| flow.letter);
    for (flow, result) in &results {
        print_flow(flow, result);
    }
    let pages_answer = print_pages(&pages);
    let mut agrees = true;
    for (stand, _) in &stands {
        agrees &= books_agree(stand);
    }
    let passed = results.iter().filter(|(_, result)| result.is_ok()).count();
    let complete = passed == flows::ALL.len() && pages_answer;
    if !complete || !agrees {
        for (stand, _) in &stands {
            eprintln!("{}", stand.log_ends());
        }
    }
    let mut ended_well = true;
    for (stand, _) in stands {
        ended_well &= ends_well(stand);
    }
    println!("{}", summary(flows::ALL.len(), passed, agrees, pages_answer));
    Ok(complete && agrees && ended_well)
}

/// A stand with a shop before it.
fn with_shop() -> Result<(Stand, Shop), Failure> {
    let shop = ClosedShop::at_a_free_port()?;
    let options = StandOptions { service_environment: shop.settings(), ..StandOptions::default() };
    let stand = Stand::start_with(&options)?;
    let shop =
        shop.open(stand.merchant(), vec![("dashboard", dashboard(&stand)?), ("gateway", console(&stand))]);
    Ok((stand, shop))
}

fn dashboard(stand: &Stand) -> Result<String, Failure> {
    Ok(format!("{}/dashboard", stand.admin()?.base()))
}

fn console(stand: &Stand) -> String {
    format!("{}/", stand.gateway().base())
}

type Driven = (Flow, Result<FlowReport, Failure>);
type Walked = Result<Vec<String>, Failure>;

/// The flows, and the walk through the pages of the first stand, all at once.
fn drive(stands: &[(Stand, Vec<Flow>)], shop: &Shop) -> (Vec<Driven>, Walked) {
    thread::scope(|scope| {
        let walking = stands.first().map(|(stand, _)| scope.spawn(move || tour::walk(stand, shop)));
        let mut running = Vec::new();
        for (stand, flows) in stands {
            for flow in flows {
                running.push((*flow, scope.spawn(|| (flow.run)(stand))));
            }
        }
        let driven = running
            .into_iter()
            .map(|(flow, thread)| (flow, thread.join().unwrap_or_else(panicked)))
            .collect();
        let walked =
            walking.map_or_else(|| Ok(Vec::new()), |walking| walking.join().unwrap_or_else(panicked));
        (driven, walked)
    })
}

fn panicked<T>(_: Box<dyn Any + Send>) -> Result<T, Failure> {
    Err(Failure::step("it runs to its end", "a panic"))
}

/// True if every page answered as it should.
fn print_pages(pages: &Walked) -> bool {
    println!("Pages of shop, checkout, result, gateway, dashboard and console");
    match pages {
        Ok(seen) => seen.iter().for_each(|page| println!("   {page}")),
        Err(failure) => println!("   FAILED: {}", with_causes(failure)),
    }
    println!();
    pages.is_ok()
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
fn summary(flows: usize, passed: usize, ledger_agrees: bool, pages_answer: bool) -> String {
    format!(
        r#"{{"flows":{flows},"passed":{passed},"ledger_agrees":{ledger_agrees},"pages_answer":{pages_answer}}}"#
    )
}

/// Keeps all running until one of the programs ends, be it by a signal.
fn keep_running() -> Result<bool, Failure> {
    let (mut stand, shop) = with_shop()?;
    let (dashboard, console) = (dashboard(&stand)?, console(&stand));
    println!("shop               {}/", shop.base());
    println!("dashboard          {dashboard}   sign in with the key {}", stand.operator_key()?);
    println!("simulator console  {console}");
    println!("merchant API       {}", stand.merchant().base());
    println!("keys               {}", stand.keys().display());
    println!();
    let key = std::fs::read_to_string(stand.keys().join("api_key"))?;
    println!(
        "Buy something in the shop: its checkout and result pages are the service's, the form is the gateway's."
    );
    println!(
        "The form takes test cards, which it lists. Then look at the order on the dashboard and in the console.\n"
    );
    println!("{}", to_try(stand.merchant().base(), stand.gateway().base(), key.trim()));
    println!("Ctrl-C ends all.");
    for address in [console, dashboard, format!("{}/", shop.base())] {
        show(address);
    }
    stand.wait_for_any_end()?;
    Ok(ends_well(stand))
}

/// Opens an address in the browser of whoever sits before this machine; where nobody does, it was printed.
fn show(address: String) {
    let has_display = ["DISPLAY", "WAYLAND_DISPLAY"].iter().any(|name| std::env::var_os(name).is_some());
    let opener = match std::env::consts::OS {
        "macos" => "open",
        _ if has_display => "xdg-open",
        _ => return,
    };
    // Some openers stay until the browser ends. One that is missing opens nothing.
    thread::spawn(move || {
        let mut command = Command::new(opener);
        command.arg(address).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status()
    });
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
        "Or without the shop: create an order, then a payment of it:\n  {}\n  {}\n\
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
        let all = r#"{"flows":5,"passed":5,"ledger_agrees":true,"pages_answer":true}"#;
        assert_eq!(summary(5, 5, true, true), all);
        let some = r#"{"flows":5,"passed":4,"ledger_agrees":false,"pages_answer":false}"#;
        assert_eq!(summary(5, 4, false, false), some);
    }
}
