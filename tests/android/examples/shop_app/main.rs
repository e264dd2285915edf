//! A purchase as an app on Android makes it, against the service and the gateway simulator as processes on this machine.
//! What the app does on each event is in `app`, what its server does in `server`; this file is the buyer.
//!
//! `cargo build --workspace --all-features`, then `cargo run --package antom-android-driver --example shop_app`.
#![expect(clippy::print_stdout, reason = "it tells its story on the terminal")]

mod app;
mod server;

use std::process::ExitCode;
use std::rc::Rc;

use antom_android_driver::{Act, App, BankAnswer, Card, Device};
use antom_tests::http::text_at;
use antom_tests::{Failure, Stand, StandOptions};
use serde_json::{Value, json};

use app::{PACKAGE, Screen, ShopApp};
use server::{ShopServer, Way};

/// The fingerprint of the certificate that signs the app, as `keytool -list -v` prints it.
const CERTIFICATE: &str =
    "14:6D:E9:83:C5:73:06:50:D8:EE:B9:95:2F:34:FC:64:16:A0:83:42:E6:1D:BE:A8:8A:04:96:B2:3F:CF:44:E5";

fn main() -> ExitCode {
    match story() {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            println!("{failure}");
            ExitCode::FAILURE
        }
    }
}

fn story() -> Result<(), Failure> {
    // The service vouches for the app, so that the addresses of result pages open it (app links).
    let apps = json!([{"package_name": PACKAGE, "sha256_cert_fingerprints": [CERTIFICATE]}]);
    let stand = Stand::start_with(&StandOptions {
        service_environment: vec![("ANTOM__CHECKOUT__ANDROID_APPS".to_owned(), apps.to_string())],
        ..StandOptions::default()
    })?;
    let device = Device::new(stand.gateway().base());
    let results = format!("{}/result/", stand.merchant().base());
    device.install(App::new(PACKAGE, CERTIFICATE).with_app_link(&results));
    let server = Rc::new(ShopServer::new(stand.merchant()));
    let buyer = device.buyer();

    println!("A card, in the SDK's form:");
    let app = checkout(&device, &server, "cups-1", Way::Card)?;
    app.press_pay()?;
    told(&app, "The form is shown");
    buyer.pays(&Card::APPROVED)?;
    told(&app, "The buyer pays");
    paid(&stand, &app, "cups-1")?;

    println!("A card with 3-D Secure, not at the first try:");
    let app = checkout(&device, &server, "cups-2", Way::SecureCard)?;
    app.press_pay()?;
    let first = app.payment();
    told(&app, "The form is shown");
    buyer.goes_back();
    told(&app, "The buyer leaves it");
    app.press_pay()?;
    told(&app, if app.payment() == first { "Again, with the same session" } else { "Another session" });
    buyer.pays(&Card::DECLINED)?;
    told(&app, "The first card is refused, the form stays");
    buyer.pays(&Card::APPROVED)?;
    told(&app, "The bank asks about the second one");
    buyer.answers_the_bank(BankAnswer::Approve)?;
    told(&app, "The buyer confirms");
    paid(&stand, &app, "cups-2")?;

    println!("A card on the gateway's page, while Android ends the activity:");
    let app = checkout(&device, &server, "cups-3", Way::CardOnPage)?;
    app.press_pay()?;
    told(&app, "The browser shows the page");
    app.on_destroy();
    buyer.pays(&Card::APPROVED)?;
    app.on_create_again()?;
    told(&app, "An app link of ours started the app again");
    paid(&stand, &app, "cups-3")?;

    println!("A wallet, by its app link, and back by ours:");
    let app = checkout(&device, &server, "cups-4", Way::Wallet)?;
    app.press_pay()?;
    told(&app, "The wallet is opened");
    buyer.lets_it(Act::Succeed)?;
    app.on_resume()?;
    told(&app, "The buyer has paid and is back");
    paid(&stand, &app, "cups-4")
}

/// The buyer orders something and comes to its checkout.
fn checkout(device: &Device, server: &Rc<ShopServer>, order: &str, way: Way) -> Result<Rc<ShopApp>, Failure> {
    server.order(order, "4200")?;
    ShopApp::at_checkout(device, server, order, way)
}

fn told(app: &ShopApp, what: &str) {
    let heard = app.heard();
    println!("  {what}: {:?}, last event {}", app.screen(), heard.last().map_or("none", String::as_str));
}

/// What counts is what the server knows; the app shows it when it is looked at, and is left.
fn paid(stand: &Stand, app: &ShopApp, order: &str) -> Result<(), Failure> {
    let is_paid = |seen: &Value| text_at(seen, "/phase") == "paid";
    stand.merchant().wait_for_order(order, "the order is paid", |_| Ok(()), is_paid)?;
    app.look()?;
    told(app, "The order is paid");
    app.on_destroy();
    if app.screen() == Screen::Paid { Ok(()) } else { Err(Failure::step("the app says so too", order)) }
}
