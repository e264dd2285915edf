//! Every result code of every API is reached through the public ways, with its status, and the list of how is printed.
//! Which code fits which situation is tested where the situation is.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test says what it expects, and fails where that is not so; this one prints what it reached"
)]

#[path = "../support/scene.rs"]
mod scene;
#[allow(dead_code, reason = "shared with the other suites, which use other parts of it")]
#[path = "../support/mod.rs"]
mod support;

mod arranged;
mod book;
mod natural;
mod on_the_wire;

use antom_simulator::core::Operation;
use book::Book;
use scene::{Scene, code_of};
use serde_json::json;

#[tokio::test]
async fn every_result_code_of_every_api_is_reached() {
    let mut book = Book::open();
    natural::reach(&mut book);
    arranged::reach(&mut book);
    on_the_wire::reach(&mut book).await;
    by_scenario(&mut book);
    book.print();
    assert_eq!(book.missing(), Vec::<String>::new());
}

/// What nothing else brings about: the dashboard's error scenarios, with the codes of the API and of the gateway.
fn by_scenario(book: &mut Book) {
    for operation in Operation::ALL {
        let api = operation.name();
        for code in book.missing_of(api) {
            let answer = under_scenario(api, operation, &code);
            book.reached(api, &code, "error scenario", &answer["result"]);
        }
    }
    for code in book.missing_of("gateway") {
        let answer = under_scenario("pay", Operation::Pay, &code);
        book.reached("gateway", &code, "error scenario of pay", &answer["result"]);
    }
}

fn under_scenario(api: &str, operation: Operation, code: &str) -> serde_json::Value {
    let mut scene = Scene::new();
    let scenario = json!({"api": api, "resultCode": code, "minutes": 30});
    scene.gateway.start_scenario(scene.now, scenario).expect("a scenario");
    scene.call(operation, &json!({}))
}

#[test]
fn a_scenario_with_a_code_that_the_api_does_not_have_is_refused_by_name() {
    let mut scene = Scene::new();
    for (code, reason) in [
        ("AUTH_EXPIRED", "resultCode AUTH_EXPIRED is none of cancel"),
        ("SUCCESS", "resultCode SUCCESS is no error"),
    ] {
        let scenario = json!({"api": "cancel", "resultCode": code, "minutes": 30});
        assert_eq!(scene.gateway.start_scenario(scene.now, scenario), Err(reason.to_owned()));
    }
    assert_eq!(code_of(&scene.call(Operation::Cancel, &json!({"paymentId": "1"}))), "ORDER_NOT_EXIST");
}
