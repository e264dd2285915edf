//! The main flows of a merchant through real processes, each on its own stand, each with the books compared at its end.
//! The steps themselves are the library's, which the demonstration drives too.

use antom_tests::flows::{
    FlowReport, captured_surplus_is_refunded, hosted_manual_capture, polling_alone, retry_after_failure,
    session_automatic_capture, surplus_is_cancelled,
};
use antom_tests::{Failure, Proof, Stand, ledger};

fn holds(flow: fn(&Stand) -> Result<FlowReport, Failure>) -> Proof {
    Stand::prove(|stand| {
        flow(stand)?;
        ledger::must_agree(stand)
    })
}

//= A-1 test
//= A-5 test
#[test]
fn a_session_payment_is_captured_automatically_and_ships_only_after_the_capture() -> Proof {
    holds(session_automatic_capture)
}

//= A-5 test
//= H-3 test
#[test]
fn a_hosted_payment_is_captured_by_the_merchant_and_ships_only_after_the_capture() -> Proof {
    holds(hosted_manual_capture)
}

//= B-4 test
#[test]
fn a_failed_payment_is_tried_again_under_the_same_order_with_a_new_id() -> Proof {
    holds(retry_after_failure)
}

//= B-5 test
#[test]
fn a_surplus_success_is_cancelled_exactly_once() -> Proof {
    holds(surplus_is_cancelled)
}

//= B-5 test
#[test]
fn a_surplus_success_that_is_already_captured_is_refunded_exactly_once() -> Proof {
    holds(captured_surplus_is_refunded)
}

//= I-2 test
#[test]
fn polling_alone_brings_the_order_to_its_end() -> Proof {
    holds(polling_alone)
}
