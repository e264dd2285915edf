//! The buyer leaves the form and comes back to it: with the same session while it lasts, else with another.
//! Leaving the app itself is told in `leaving`.

use std::time::Duration;

use antom_android_driver::{BankAnswer, Card, Shows};
use antom_tests::failure::ensure;
use antom_tests::{Proof, StandOptions};

use crate::app::Screen;
use crate::server::Way;
use crate::stage::{story, story_with};

//= C-6 test
//= S-4 test
#[test]
fn after_leaving_the_form_the_buyer_pays_with_the_same_session_and_the_same_configuration() -> Proof {
    story(|stage| {
        let (order, app) = stage.paying(Way::Card)?;
        let first = app.payment();
        stage.device.buyer().goes_back();
        // The form was released: it has nothing to say any more.
        stage.device.report("SDK_PAYMENT_SUCCESSFUL");
        stage.heard(&app, &["SDK_PAYMENT_CANCEL"])?;
        stage.shows(&app, Screen::Order)?;
        app.press_pay()?;
        ensure(app.payment() == first, "the payment is the same", &order.clone().into())?;
        stage.device.buyer().pays(&Card::APPROVED)?;
        stage.ends_paid(&order, &app)?;
        let sessions = stage.stand.gateway().all_calls()?;
        let sessions = sessions.iter().filter(|call| call.operation == "createPaymentSession").count();
        ensure(sessions == 1, "one session was made", &sessions.into())
    })
}

#[test]
fn whoever_leaves_the_banks_question_may_pay_with_the_same_session() -> Proof {
    story(|stage| {
        let (order, app) = stage.paying(Way::SecureCard)?;
        let buyer = stage.device.buyer();
        buyer.pays(&Card::APPROVED)?;
        buyer.goes_back();
        stage.heard(&app, &["SDK_PAYMENT_CANCEL"])?;
        stage.shows(&app, Screen::Order)?;
        app.press_pay()?;
        ensure(stage.device.shows() == Shows::Form, "the form is shown again", &order.clone().into())?;
        buyer.pays(&Card::APPROVED)?;
        buyer.answers_the_bank(BankAnswer::Approve)?;
        stage.ends_paid(&order, &app)?;
        let attempts = stage.attempts(&order)?;
        ensure(attempts.len() == 1, "one attempt", &attempts.into())
    })
}

//= S-4 test
#[test]
fn an_expired_session_is_never_used_again_and_the_server_opens_another() -> Proof {
    story_with(following(), |stage| {
        let (order, app) = stage.paying(Way::Card)?;
        let first = app.payment();
        stage.device.buyer().goes_back();
        stage.stand.gateway().advance(Duration::from_secs(3_600))?;
        app.look()?;
        stage.shows_one_of(&app, &[Screen::Order, Screen::Failed])?;
        app.press_pay()?;
        ensure(app.payment() != first, "the payment is another", &order.clone().into())?;
        stage.device.buyer().pays(&Card::APPROVED)?;
        stage.ends_paid(&order, &app)
    })
}

#[test]
fn a_session_that_ends_while_its_form_is_open_takes_no_money_and_another_does() -> Proof {
    story_with(following(), |stage| {
        let (order, app) = stage.paying(Way::Card)?;
        stage.stand.gateway().advance(Duration::from_secs(3_601))?;
        stage.device.buyer().pays(&Card::APPROVED)?;
        let heard = app.heard();
        let last = heard.last().map_or("", String::as_str);
        ensure(
            ["SDK_PAYMENT_ERROR", "SDK_PAYMENT_FAIL"].contains(&last),
            "the form says that it is over",
            &last.into(),
        )?;
        app.look()?;
        stage.shows_one_of(&app, &[Screen::Order, Screen::Failed])?;
        app.press_pay()?;
        stage.device.buyer().pays(&Card::APPROVED)?;
        stage.ends_paid(&order, &app)
    })
}

/// A stand whose time the story moves.
fn following() -> StandOptions {
    StandOptions { follows_the_simulators_clock: true, ..StandOptions::default() }
}
