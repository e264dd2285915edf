//! Android ends the activity, the buyer comes back: what the app knows then it has from its server.
//! Leaving only the form is told in `cancelling`.

use std::cell::RefCell;
use std::rc::Rc;

use antom_android_driver::{
    AMSCashierPayment, AMSCashierPaymentConfiguration, AMSEventResult, Act, BankAnswer, Card, Misuse, Shows,
};
use antom_tests::failure::ensure;
use antom_tests::http::text_at;
use antom_tests::{Failure, Proof};
use serde_json::json;

use crate::app::Screen;
use crate::server::Way;
use crate::stage::story;

//= C-5 test
#[test]
fn an_activity_that_ends_releases_the_form_and_the_buyer_goes_on_in_a_new_one() -> Proof {
    story(|stage| {
        let (order, app) = stage.paying(Way::Card)?;
        app.on_destroy();
        ensure(stage.device.shows() == Shows::App, "the form is gone", &order.clone().into())?;
        stage.device.report("SDK_PAYMENT_SUCCESSFUL");
        stage.heard(&app, &[])?;
        app.on_create_again()?;
        stage.shows(&app, Screen::Order)?;
        let first = app.payment();
        app.press_pay()?;
        ensure(app.payment() == first, "the payment is the same", &order.clone().into())?;
        stage.device.buyer().pays(&Card::APPROVED)?;
        stage.ends_paid(&order, &app)
    })
}

//= B-3 test
#[test]
fn whoever_paid_while_the_activity_ended_is_told_so_and_not_asked_again() -> Proof {
    story(|stage| {
        let (order, app) = stage.paying(Way::Card)?;
        app.on_destroy();
        let payment = stage.attempts(&order)?.into_iter().next().unwrap_or_default();
        // The form had sent the payment off when Android ended it.
        stage.stand.gateway().complete(&payment, "success")?;
        app.on_create_again()?;
        stage.shows(&app, Screen::Paid)?;
        app.press_pay()?;
        let attempts = stage.attempts(&order)?;
        ensure(attempts.len() == 1, "nothing else was opened", &attempts.into())?;
        stage.ends_paid(&order, &app)
    })
}

//= B-3 test
#[test]
fn a_payment_under_way_keeps_a_reopened_app_from_paying_again() -> Proof {
    story(|stage| {
        let (order, app) = stage.paying(Way::Card)?;
        let payment = stage.attempts(&order)?.into_iter().next().unwrap_or_default();
        app.on_destroy();
        stage.stand.gateway().complete(&payment, "pending")?;
        app.on_create_again()?;
        stage.shows_one_of(&app, &[Screen::Processing, Screen::Order])?;
        app.look()?;
        stage.shows(&app, Screen::Processing)?;
        app.press_pay()?;
        let attempts = stage.attempts(&order)?;
        ensure(attempts.len() == 1, "nothing else was opened", &attempts.into())?;
        stage.stand.gateway().complete(&payment, "success")?;
        stage.ends_paid(&order, &app)
    })
}

#[test]
fn the_banks_question_of_an_ended_activity_is_put_again() -> Proof {
    story(|stage| {
        let (order, app) = stage.paying(Way::SecureCard)?;
        let buyer = stage.device.buyer();
        buyer.pays(&Card::APPROVED)?;
        ensure(stage.device.shows() == Shows::BankQuestion, "the bank asks", &order.clone().into())?;
        app.on_destroy();
        app.on_create_again()?;
        app.press_pay()?;
        buyer.pays(&Card::APPROVED)?;
        buyer.answers_the_bank(BankAnswer::Approve)?;
        stage.ends_paid(&order, &app)
    })
}

//= C-5 test
#[test]
fn the_driver_refuses_what_the_documents_do_not_promise() -> Proof {
    story(|stage| {
        let order = stage.stand.next_order_id("misuse");
        stage.server.order(&order, "4200")?;
        let body = json!({"integration": "session", "paymentMethodType": "CARD"});
        let opened =
            stage.stand.merchant().open_payment(&order, &body)?.expect_status("a session", &[201])?;
        let session_data = text_at(&opened, "/session/paymentSessionData");
        let mut configuration = AMSCashierPaymentConfiguration::new();
        configuration.set_option("sandbox", "true")?;
        configuration.set_option("showSubmitButton", "true")?;
        configuration.set_on_checkout_listener(Rc::new(|_: &str, _: &AMSEventResult| {}));
        let activity = stage.device.start_activity();
        let build = || AMSCashierPayment::builder(&activity, &configuration).build();

        let (first, second) = (build()?, build()?);
        first.create_component(&activity, session_data)?;
        refused(second.create_component(&activity, session_data), &Misuse::NotReleased)?;
        first.on_destroy();
        first.on_destroy();
        refused(first.create_component(&activity, session_data), &Misuse::Destroyed)?;
        second.create_component(&activity, session_data)?;
        second.on_destroy();
        let third = build()?;
        activity.destroy();
        refused(third.create_component(&activity, session_data), &Misuse::ActivityGone)?;
        refused(build().map(drop), &Misuse::ActivityGone)
    })
}

#[test]
fn a_component_that_is_forgotten_is_counted() -> Proof {
    let told = story(|stage| {
        let (_, app) = stage.paying(Way::Card)?;
        drop(app);
        ensure(
            stage.device.leaked_components() == 1,
            "it is counted",
            &json!(stage.device.leaked_components()),
        )
    });
    let told = told.err().map(|refuted| format!("{refuted:?}")).unwrap_or_default();
    Ok(ensure(told.contains("every component was released"), "a story with a leak fails", &told.into())?)
}

//= C-6 test
#[test]
fn parameters_that_cannot_be_right_are_told_by_events() -> Proof {
    story(|stage| {
        let (order, app) = stage.checkout(Way::Card)?;
        app.press_pay()?;
        let session_data = app_session(stage.stand, &app)?;
        app.on_destroy();
        let first = session_data.split("&&").next().unwrap_or_default().to_owned();
        for (sandbox, data, code) in [
            ("true", "", "SDK_CREATEPAYMENT_PARAMETER_ERROR"),
            ("true", first.as_str(), "SDK_CREATECOMPONENT_ERROR"),
            // Sandbox session, production SDK.
            ("false", session_data.as_str(), "SDK_CREATECOMPONENT_ERROR"),
        ] {
            let heard = Rc::new(RefCell::new(Vec::new()));
            let mut configuration = AMSCashierPaymentConfiguration::new();
            configuration.set_option("sandbox", sandbox)?;
            configuration.set_option("showSubmitButton", "true")?;
            let to = Rc::clone(&heard);
            configuration.set_on_checkout_listener(Rc::new(move |code: &str, _: &AMSEventResult| {
                to.borrow_mut().push(code.to_owned());
            }));
            let activity = stage.device.start_activity();
            let checkout = AMSCashierPayment::builder(&activity, &configuration).build()?;
            checkout.create_component(&activity, data)?;
            checkout.on_destroy();
            ensure(*heard.borrow() == [code], &format!("{code} for {data:?}"), &json!(*heard.borrow()))?;
            ensure(stage.device.shows() == Shows::App, "no form is shown", &data.into())?;
        }
        app.on_create_again()?;
        app.press_pay()?;
        stage.device.buyer().lets_it(Act::Succeed)?;
        stage.ends_paid(&order, &app)
    })
}

//= C-5 test
#[test]
fn a_listener_that_releases_the_form_while_it_loads_hears_nothing_more_and_sees_no_form() -> Proof {
    story(|stage| {
        let (_, app) = stage.paying(Way::Card)?;
        let session_data = app_session(stage.stand, &app)?;
        app.on_destroy();
        let checkout: Rc<RefCell<Option<Rc<AMSCashierPayment>>>> = Rc::default();
        let heard: Rc<RefCell<Vec<String>>> = Rc::default();
        let (of_checkout, to) = (Rc::clone(&checkout), Rc::clone(&heard));
        let mut configuration = AMSCashierPaymentConfiguration::new();
        for (option, value) in [("sandbox", "true"), ("showLoading", "false"), ("showSubmitButton", "true")] {
            configuration.set_option(option, value)?;
        }
        configuration.set_on_checkout_listener(Rc::new(move |code: &str, _: &AMSEventResult| {
            to.borrow_mut().push(code.to_owned());
            let checkout = of_checkout.borrow_mut().take();
            checkout.iter().for_each(|checkout| checkout.on_destroy());
        }));
        let activity = stage.device.start_activity();
        let built = Rc::new(AMSCashierPayment::builder(&activity, &configuration).build()?);
        *checkout.borrow_mut() = Some(Rc::clone(&built));
        built.create_component(&activity, &session_data)?;
        ensure(*heard.borrow() == ["SDK_START_OF_LOADING"], "one event came", &json!(*heard.borrow()))?;
        ensure(stage.device.shows() == Shows::App, "no form is shown", &json!(*heard.borrow()))
    })
}

fn app_session(stand: &antom_tests::Stand, app: &crate::app::ShopApp) -> Result<String, Failure> {
    let id = app.payment().map(|payment| payment.payment_request_id).unwrap_or_default();
    let seen = stand.gateway().wait_for_payment(&id)?;
    Ok(text_at(&seen, "/handedOut/paymentSessionData").to_owned())
}

fn refused(done: Result<(), Misuse>, expected: &Misuse) -> Result<(), Failure> {
    let told = format!("{done:?}");
    ensure(done.as_ref().err() == Some(expected), &format!("refused: {expected}"), &told.into())
}
