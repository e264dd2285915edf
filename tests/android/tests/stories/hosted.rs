//! Hosted mode on a phone: which of the addresses is opened, and how the buyer comes back into the app.
//! What the pages of the gateway look like is the simulator's.

use antom_android_driver::{Act, App, BankAnswer, Card, Device, Shows};
use antom_tests::failure::ensure;
use antom_tests::{Failure, Proof, Stand};
use serde_json::json;

use crate::app::{PACKAGE, Screen, ShopApp};
use crate::server::Way;
use crate::stage::{Stage, story};

const WALLET: &str = "simulator.antom.wallet";

//= H-3 test
#[test]
fn a_wallet_is_opened_by_its_app_link_and_the_result_pages_address_opens_our_app() -> Proof {
    story(|stage| {
        let (order, app) = stage.paying(Way::Wallet)?;
        on_page(stage, "/app/")?;
        stage.device.buyer().lets_it(Act::Succeed)?;
        comes_back_paid(stage, &order, &app)
    })
}

//= H-3 test
#[test]
fn a_wallet_that_is_installed_takes_its_scheme_and_one_that_is_missing_does_not() -> Proof {
    story(|stage| {
        let (_, app) = stage.paying(Way::Wallet)?;
        let payment = app.payment().map(|payment| payment.payment_request_id).unwrap_or_default();
        let answer = stage.stand.gateway().first_call("pay", &payment)?.answer;
        let scheme_url = antom_tests::http::text_at(&answer, "/schemeUrl");
        let missing = stage.device.open(scheme_url).err().map(|failure| failure.to_string());
        let told = missing.unwrap_or_default();
        ensure(told.contains("no app opens"), "the scheme of a missing app fails", &told.clone().into())?;
        let begin = format!("{}/app/", stage.stand.gateway().base());
        stage.device.install(App::new(WALLET, "").with_scheme("antom-simulator").showing(&begin));
        stage.device.open(scheme_url)?;
        on_page(stage, "/app/")?;
        stage.device.buyer().lets_it(Act::Succeed)?;
        app.on_resume()?;
        stage.shows_one_of(&app, &[Screen::Paid, Screen::Processing])?;
        app.on_destroy();
        Ok(())
    })
}

#[test]
fn a_card_on_the_gateways_page_comes_back_by_our_app_link_after_the_banks_question() -> Proof {
    story(|stage| {
        let (order, app) = stage.paying(Way::CardOnPage)?;
        on_page(stage, "/checkout/")?;
        stage.device.buyer().pays(&Card::APPROVED)?;
        if let Shows::Page(_) = stage.device.shows() {
            stage.device.buyer().answers_the_bank(BankAnswer::Approve)?;
        }
        comes_back_paid(stage, &order, &app)
    })
}

//= S-7 test
#[test]
fn without_the_hosts_word_the_result_page_stays_in_the_browser_and_tells_the_same() -> Proof {
    story(|stage| {
        let other = Device::new(stage.stand.gateway().base());
        // The same package, signed by somebody else.
        let results = format!("{}/result/", stage.stand.merchant().base());
        other.install(App::new(PACKAGE, "FF").with_app_link(&results));
        let order = stage.stand.next_order_id("browser");
        stage.server.order(&order, "4200")?;
        let app = ShopApp::at_checkout(&other, &stage.server, &order, Way::Wallet)?;
        app.press_pay()?;
        other.buyer().lets_it(Act::Succeed)?;
        let shown = other.shows();
        let in_browser = matches!(&shown, Shows::Page(url) if url.starts_with(&results));
        ensure(in_browser, "the browser shows the result page", &format!("{shown:?}").into())?;
        // The buyer goes back to the app by hand: it asks first.
        other.buyer().goes_back();
        app.on_resume()?;
        stage.ends_paid(&order, &app)
    })
}

//= B-3 test
#[test]
fn whoever_comes_back_from_the_wallet_without_paying_may_go_there_again() -> Proof {
    story(|stage| {
        let (order, app) = stage.paying(Way::Wallet)?;
        stage.device.buyer().goes_back();
        app.on_resume()?;
        stage.shows(&app, Screen::Order)?;
        app.press_pay()?;
        on_page(stage, "/app/")?;
        stage.device.buyer().lets_it(Act::Succeed)?;
        app.on_resume()?;
        stage.ends_paid(&order, &app)?;
        let attempts = stage.attempts(&order)?;
        ensure(attempts.len() == 1, "one payment, one address", &attempts.into())
    })
}

//= H-3 test
#[test]
fn a_new_try_has_an_address_of_its_own() -> Proof {
    story(|stage| {
        let (order, app) = stage.paying(Way::Wallet)?;
        let first = stage.device.shows();
        stage.device.buyer().lets_it(Act::Fail)?;
        app.on_resume()?;
        stage.shows(&app, Screen::Failed)?;
        app.press_pay()?;
        let second = stage.device.shows();
        ensure(first != second, "the addresses differ", &format!("{second:?}").into())?;
        stage.device.buyer().lets_it(Act::Succeed)?;
        app.on_resume()?;
        stage.ends_paid(&order, &app)
    })
}

//= S-7 test
#[test]
fn an_address_that_opens_the_app_proves_nothing() -> Proof {
    story(|stage| {
        let (order, app) = stage.paying(Way::Wallet)?;
        let results = format!("{}/result/", stage.stand.merchant().base());
        stage.device.open(&format!("{results}a-token-of-nobody?status=paid"))?;
        app.on_resume()?;
        stage.shows(&app, Screen::Processing)?;
        app.look()?;
        stage.shows(&app, Screen::Order)?;
        let attempts = stage.attempts(&order)?;
        app.on_destroy();
        ensure(attempts.len() == 1, "nothing was opened", &attempts.into())
    })
}

/// Our app link brought the buyer back, and the app shows what the server knows.
fn comes_back_paid(stage: &Stage<'_>, order: &str, app: &ShopApp) -> Result<(), Failure> {
    ensure(stage.device.shows() == Shows::App, "our app link brought the buyer back", &order.into())?;
    app.on_resume()?;
    stage.ends_paid(order, app)
}

fn on_page(stage: &Stage<'_>, part: &str) -> Result<(), Failure> {
    let shown = stage.device.shows();
    let begin = format!("{}{part}", gateway(stage.stand));
    let is_there = matches!(&shown, Shows::Page(url) if url.starts_with(&begin));
    ensure(is_there, &format!("the buyer is at {begin}"), &json!(format!("{shown:?}")))
}

fn gateway(stand: &Stand) -> &str {
    stand.gateway().base()
}
