//! A gateway that is saved and resumed goes on as if nothing had happened.
//! The file and the process around it are tested in `process`.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test says what it expects, and fails where that is not so"
)]

#[path = "support/script.rs"]
mod script;

use antom_simulator::core::{Gateway, NotificationFilter, Operation, SavedGateway};
use script::{ROUNDS, Run, settings};
use serde_json::{Value, json};

fn saved(gateway: &Gateway) -> Vec<u8> {
    serde_json::to_vec(&gateway.saved()).expect("saved")
}

fn resumed(bytes: &[u8], journal: usize) -> Gateway {
    serde_json::from_slice::<SavedGateway>(bytes).expect("a saved gateway").resume(settings(7, journal))
}

#[test]
fn a_run_that_is_saved_and_resumed_after_every_round_ends_like_one_that_never_stopped() {
    let whole = Run::new(7, 10_000).play();
    let mut broken = Run::new(7, 10_000);
    for round in 0..ROUNDS {
        broken.round(round);
        broken.gateway = resumed(&saved(&broken.gateway), 10_000);
    }
    let broken = broken.finish();
    assert_eq!(broken.journal().to_string(), whole.journal().to_string());
    assert_eq!(broken.hash(), whole.hash());
    assert_eq!(broken.gateway.ledger(None), whole.gateway.ledger(None));
    assert_eq!(broken.gateway.payment_views(None), whole.gateway.payment_views(None));
    assert_eq!(broken.gateway.vaulting_views(None), whole.gateway.vaulting_views(None));
    assert_eq!(broken.gateway.token_views(None), whole.gateway.token_views(None));
    let log = |run: &Run| run.gateway.notification_views(&NotificationFilter::default());
    assert_eq!(log(&broken), log(&whole));
}

#[test]
fn a_notification_whose_answer_never_came_is_sent_again_and_its_schedule_goes_on() {
    let mut run = Run::new(7, 100);
    run.gateway.clear_faults();
    run.call(Operation::Pay, &script::request("a", "CARD", json!({"isAuthorization": true})));
    run.complete("a", antom_simulator::core::Outcome::Success);
    let target = run.gateway.now().after(std::time::Duration::from_secs(3));
    run.gateway.run_to(target);
    let on_its_way = run.gateway.take_sends();
    assert_eq!(on_its_way.len(), 2, "the results of the payment and of its capture");
    let mut again = resumed(&saved(&run.gateway), 100);
    let sends = again.take_sends();
    assert_eq!(sends.len(), 2);
    assert_eq!(sends[0].body, on_its_way[0].body);
    let view = again.notification_view(0).expect("a notification");
    assert_eq!(view["tries"][0]["error"], "the simulator ended before the answer came");
    assert_eq!(view["tries"][1]["done"], false);
    assert_eq!(view["nextTryAt"], "2026-01-10T02:02:03.000Z");
    for send in &sends {
        again.delivered(send, script::acknowledged());
    }
    assert_eq!(resumed(&saved(&again), 100).take_sends().len(), 0);
}

#[test]
fn the_new_start_decides_how_much_of_the_journal_is_kept_and_where_pages_are() {
    let run = Run::new(7, 100).play();
    let mut again = resumed(&saved(&run.gateway), 3);
    let journal = again.journal_view(None);
    assert_eq!(journal["entries"].as_array().map(Vec::len), Some(3));
    assert_eq!(journal["hash"].as_str().expect("a hash"), run.hash());
    let other = antom_simulator::core::GatewaySettings {
        base_url: "http://127.0.0.1:9".to_owned(),
        ..settings(7, 3)
    };
    again = serde_json::from_slice::<SavedGateway>(&saved(&again)).expect("saved").resume(other);
    let view = again.payment_view(None, "m0").expect("a payment");
    assert!(
        view["handedOut"]["normalUrl"].as_str().expect("a page").starts_with("http://127.0.0.1:9/checkout/")
    );
}

#[test]
fn a_state_that_lacks_something_is_refused_by_name() {
    let mut state: Value = serde_json::from_slice(&saved(&Run::new(7, 5).gateway)).expect("JSON");
    state.as_object_mut().expect("an object").remove("timers");
    let error = serde_json::from_value::<SavedGateway>(state).expect_err("refused");
    assert!(error.to_string().contains("timers"), "{error}");
}

#[test]
fn what_is_arranged_and_what_is_in_process_outlives_the_process() {
    let mut run = Run::new(7, 100);
    run.gateway.clear_faults();
    let fates = json!({"capture": [{"outcome": "fail", "resultCode": "RISK_REJECT"}, {"outcome": "stay"}],
                       "notifications": {"notifyType": "CAPTURE_RESULT", "never": true}});
    let now = run.gateway.now();
    run.gateway.arrange(now, None, script::CLIENT, "a", &fates).expect("arranged");
    run.gateway.set_contract(script::CLIENT, &json!({"captures": "full"})).expect("a contract");
    let mode = json!({"isAuthorization": true, "captureMode": "MANUAL"});
    run.call(Operation::Pay, &script::request("a", "CARD", mode));
    run.complete("a", antom_simulator::core::Outcome::Success);
    let payment_id = run.gateway.payment_view(None, "a").expect("a payment")["paymentId"].clone();
    let capture = |id: &str| {
        json!({"captureRequestId": id, "paymentId": payment_id,
               "captureAmount": {"currency": "SGD", "value": "4200"}})
    };
    run.call(Operation::Capture, &capture("c1"));
    run.gateway = resumed(&saved(&run.gateway), 100);
    run.gateway.run_to(now.after(std::time::Duration::from_secs(60)));
    run.call(Operation::Capture, &capture("c2"));
    run.gateway = resumed(&saved(&run.gateway), 100);
    let view = run.gateway.payment_view(None, "a").expect("a payment");
    let captures: Vec<(&Value, &Value)> = view["captures"]
        .as_array()
        .expect("captures")
        .iter()
        .map(|one| (&one["status"], &one["resultCode"]))
        .collect();
    assert_eq!(
        captures,
        [(&json!("FAIL"), &json!("RISK_REJECT")), (&json!("PROCESSING"), &json!("PAYMENT_IN_PROCESS"))]
    );
    let log = run.gateway.notification_views(&NotificationFilter::default());
    let told: Vec<&Value> = log.iter().map(|one| &one["status"]).collect();
    assert!(told.contains(&&json!("withheld")), "{told:?}");
    assert_eq!(run.gateway.contract_view(script::CLIENT)["captures"], "full");
}
