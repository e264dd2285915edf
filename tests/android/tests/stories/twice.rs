//! However often the buyer presses, and on however many phones: the money moves once.
//! Two attempts that both succeed are the service's own stories.

use antom_android_driver::{Act, Card};
use antom_tests::Proof;
use antom_tests::failure::ensure;

use crate::app::{Screen, ShopApp};
use crate::server::Way;
use crate::stage::story;

//= B-8 test
#[test]
fn two_taps_open_one_payment_and_one_form() -> Proof {
    story(|stage| {
        let (order, app) = stage.paying(Way::Card)?;
        app.press_pay()?;
        app.press_pay()?;
        let shown = app.heard().iter().filter(|code| *code == "SDK_END_OF_LOADING").count();
        ensure(shown == 1, "one form was shown", &shown.into())?;
        stage.device.buyer().pays(&Card::APPROVED)?;
        app.press_pay()?;
        stage.ends_paid(&order, &app)?;
        let attempts = stage.attempts(&order)?;
        ensure(attempts.len() == 1, "one payment was opened", &attempts.into())
    })
}

#[test]
fn the_server_opens_one_payment_for_two_calls_at_once() -> Proof {
    story(|stage| {
        let order = stage.stand.next_order_id("double");
        stage.server.order(&order, "4200")?;
        let server = &*stage.server;
        let ids = std::thread::scope(|scope| {
            let call = || scope.spawn(|| server.pay(&order, Way::Card).ok().flatten());
            let calls = [call(), call(), call()];
            calls.map(|call| call.join().ok().flatten().map(|payment| payment.payment_request_id))
        });
        let attempts = stage.attempts(&order)?;
        let one = attempts.len() == 1 && ids.iter().flatten().all(|id| attempts.contains(id));
        ensure(one, "one payment was opened", &attempts.into())
    })
}

#[test]
fn two_phones_with_one_order_share_its_session_and_pay_it_once() -> Proof {
    story(|stage| {
        let (order, app) = stage.paying(Way::Card)?;
        let other = stage.other_phone();
        let second = ShopApp::at_checkout(&other, &stage.server, &order, Way::Card)?;
        second.press_pay()?;
        ensure(second.payment() == app.payment(), "the payment is the same", &order.clone().into())?;
        stage.device.buyer().pays(&Card::APPROVED)?;
        // The form of the other phone was open all the time.
        other.buyer().pays(&Card::APPROVED)?;
        stage.heard(&second, &["SDK_PAYMENT_SUCCESSFUL"])?;
        stage.ends_paid(&order, &second)?;
        stage.ends_paid(&order, &app)?;
        ensure(other.leaked_components() == 0, "the other phone released its form", &order.into())
    })
}

//= B-4 test
#[test]
fn an_order_that_is_paid_opens_no_form_any_more() -> Proof {
    story(|stage| {
        let (order, app) = stage.paying(Way::Card)?;
        stage.device.buyer().lets_it(Act::Succeed)?;
        stage.ends_paid(&order, &app)?;
        let other = stage.other_phone();
        let second = ShopApp::at_checkout(&other, &stage.server, &order, Way::Card)?;
        second.press_pay()?;
        stage.shows(&second, Screen::Paid)?;
        ensure(second.heard().is_empty(), "no form was shown", &second.heard().into())
    })
}
