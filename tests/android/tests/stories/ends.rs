//! How a payment in the form can end: success, 3-D Secure, several tries, failure, later.
//! Leaving before the end is told in `cancelling` and `leaving`.

use antom_android_driver::{Act, BankAnswer, Card, Shows};
use antom_tests::Proof;
use antom_tests::failure::ensure;
use antom_tests::flows::Steps;
use antom_tests::http::{list_at, text_at};

use crate::app::Screen;
use crate::server::Way;
use crate::stage::story;

//= C-2 test
//= C-6 test
#[test]
fn a_buyer_pays_in_the_form_and_the_app_shows_what_the_server_knows() -> Proof {
    story(|stage| {
        let (order, app) = stage.paying(Way::Card)?;
        ensure(stage.device.shows() == Shows::Form, "the form is shown", &order.clone().into())?;
        stage.device.buyer().pays(&Card::APPROVED)?;
        stage.heard(&app, &["SDK_PAYMENT_SUCCESSFUL"])?;
        stage.ends_paid(&order, &app)
    })
}

#[test]
fn the_apps_own_animation_begins_and_ends_around_the_loading_of_the_form() -> Proof {
    story(|stage| {
        let (_, app) = stage.paying(Way::Card)?;
        let heard = app.heard();
        ensure(heard == ["SDK_START_OF_LOADING", "SDK_END_OF_LOADING"], "loading is told", &heard.into())?;
        app.on_destroy();
        Ok(())
    })
}

//= H-2 test
#[test]
fn the_gateway_is_told_that_an_app_on_android_pays() -> Proof {
    story(|stage| {
        for (way, operation) in [(Way::Card, "createPaymentSession"), (Way::Wallet, "pay")] {
            let (_, app) = stage.paying(way)?;
            let id = app.payment().map(|payment| payment.payment_request_id).unwrap_or_default();
            let sent = stage.stand.gateway().first_call(operation, &id)?.request;
            let told = (text_at(&sent, "/env/terminalType"), text_at(&sent, "/env/osType"));
            ensure(told == ("APP", "ANDROID"), "terminalType and osType", &sent)?;
            app.on_destroy();
        }
        Ok(())
    })
}

#[test]
fn the_banks_question_is_answered_inside_the_sdk() -> Proof {
    story(|stage| {
        let (order, app) = stage.paying(Way::SecureCard)?;
        let buyer = stage.device.buyer();
        buyer.pays(&Card::APPROVED)?;
        ensure(stage.device.shows() == Shows::BankQuestion, "the bank asks", &order.clone().into())?;
        stage.heard(&app, &[])?;
        buyer.answers_the_bank(BankAnswer::Approve)?;
        stage.heard(&app, &["SDK_PAYMENT_SUCCESSFUL"])?;
        stage.ends_paid(&order, &app)
    })
}

#[test]
fn several_tries_belong_to_one_session_and_one_of_them_pays() -> Proof {
    story(|stage| {
        let (order, app) = stage.paying(Way::SecureCard)?;
        let buyer = stage.device.buyer();
        buyer.pays(&Card::numbered("4054"))?;
        stage.heard(&app, &["SDK_FORM_VERIFICATION_FAILED"])?;
        buyer.pays(&Card::DECLINED)?;
        buyer.pays(&Card::numbered("5162770472561357"))?;
        let tries = ["SDK_FORM_VERIFICATION_FAILED", "SDK_PAYMENT_FAIL", "SDK_PAYMENT_FAIL"];
        stage.heard(&app, &tries)?;
        let shown = format!("{:?} over {:?}", stage.device.shows(), app.screen());
        ensure(stage.device.shows() == Shows::Form, "the form stays", &shown.into())?;
        buyer.pays(&Card::APPROVED)?;
        buyer.answers_the_bank(BankAnswer::Approve)?;
        stage.ends_paid(&order, &app)?;
        let attempts = stage.attempts(&order)?;
        ensure(attempts.len() == 1, "one attempt for all tries", &attempts.into())
    })
}

#[test]
fn whoever_denies_at_the_bank_has_not_paid_and_may_pay_with_a_new_session() -> Proof {
    story(|stage| {
        let (order, app) = stage.paying(Way::SecureCard)?;
        let buyer = stage.device.buyer();
        buyer.pays(&Card::APPROVED)?;
        buyer.answers_the_bank(BankAnswer::Decline)?;
        stage.heard(&app, &["SDK_PAYMENT_FAIL"])?;
        stage.comes_to(&app, Screen::Failed)?;
        app.press_pay()?;
        buyer.pays(&Card::APPROVED)?;
        buyer.answers_the_bank(BankAnswer::Approve)?;
        stage.ends_paid(&order, &app)?;
        let attempts = stage.attempts(&order)?;
        ensure(attempts.len() == 2, "the second try is an attempt of its own", &attempts.into())
    })
}

//= B-4 test
#[test]
fn after_a_failure_the_buyer_pays_again_with_a_new_session_of_the_same_order() -> Proof {
    story(|stage| {
        let (order, app) = stage.paying(Way::Card)?;
        stage.device.buyer().lets_it(Act::Fail)?;
        stage.heard(&app, &["SDK_PAYMENT_FAIL"])?;
        stage.shows(&app, Screen::Failed)?;
        app.press_pay()?;
        stage.device.buyer().pays(&Card::APPROVED)?;
        stage.ends_paid(&order, &app)?;
        let attempts = stage.attempts(&order)?;
        ensure(attempts.len() == 2, "the second try is an attempt of its own", &attempts.into())
    })
}

#[test]
fn a_failure_is_shown_as_one_and_nothing_is_held() -> Proof {
    story(|stage| {
        let (order, app) = stage.paying(Way::Card)?;
        stage.device.buyer().lets_it(Act::Fail)?;
        stage.ends_failed(&order, &app)
    })
}

//= B-3 test
#[test]
fn while_the_outcome_is_open_the_app_says_so_and_offers_no_second_payment() -> Proof {
    story(|stage| {
        let (order, app) = stage.paying(Way::Card)?;
        stage.device.buyer().lets_it(Act::Wait)?;
        stage.heard(&app, &["SDK_PAYMENT_PROCESSING"])?;
        stage.shows(&app, Screen::Processing)?;
        app.press_pay()?;
        app.look()?;
        stage.shows(&app, Screen::Processing)?;
        let attempts = stage.attempts(&order)?;
        ensure(attempts.len() == 1, "nothing else was opened", &attempts.clone().into())?;
        let payment = attempts.into_iter().next().unwrap_or_default();
        stage.stand.gateway().complete(&payment, "success")?;
        stage.ends_paid(&order, &app)
    })
}

//= C-7 test
#[test]
fn an_event_of_success_is_not_believed_while_the_server_knows_of_none() -> Proof {
    story(|stage| {
        let (order, app) = stage.paying(Way::Card)?;
        stage.device.report("SDK_PAYMENT_SUCCESSFUL");
        stage.shows(&app, Screen::Processing)?;
        let seen = Steps::on(stage.stand).order(&order)?;
        let events =
            list_at(&seen, "/timeline").iter().filter(|one| text_at(one, "/event") == "PaymentSucceeded");
        ensure(events.count() == 0, "nothing is paid", &seen)?;
        app.look()?;
        stage.shows(&app, Screen::Order)?;
        app.on_destroy();
        Ok(())
    })
}

#[test]
fn where_the_gateway_does_not_answer_the_app_asks_its_server_and_the_money_moves_once() -> Proof {
    story(|stage| {
        let (order, app) = stage.paying(Way::Card)?;
        let payment = stage.attempts(&order)?.into_iter().next().unwrap_or_default();
        // The payment goes through, and its answer does not reach the phone.
        stage.stand.gateway().complete(&payment, "success")?;
        stage.device.report("SDK_PAYMENT_ERROR");
        stage.heard(&app, &["SDK_PAYMENT_ERROR"])?;
        stage.ends_paid(&order, &app)
    })
}

#[test]
fn a_code_that_nobody_knows_leads_to_the_server() -> Proof {
    story(|stage| {
        let (order, app) = stage.paying(Way::Card)?;
        let payment = stage.attempts(&order)?.into_iter().next().unwrap_or_default();
        stage.stand.gateway().complete(&payment, "success")?;
        stage.device.report("SDK_OF_NEXT_YEAR");
        stage.ends_paid(&order, &app)
    })
}
