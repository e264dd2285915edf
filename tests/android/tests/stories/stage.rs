//! A stand with a phone: the shop's app is installed, and the service vouches for it.
//! What happens on it is each story's.

use std::rc::Rc;

use antom_android_driver::{App, Device};
use antom_tests::failure::ensure;
use antom_tests::flows::Steps;
use antom_tests::http::{list_at, text_at};
use antom_tests::waiting::{Look, PATIENCE, until};
use antom_tests::{Failure, Proof, Stand, StandOptions, ledger};
use serde_json::{Value, json};

use crate::app::{PACKAGE, Screen, ShopApp};
use crate::server::{ShopServer, Way};

const CERTIFICATE: &str =
    "00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF:00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF";

/// One phone before one shop.
pub(crate) struct Stage<'a> {
    pub(crate) stand: &'a Stand,
    pub(crate) device: Device,
    pub(crate) server: Rc<ShopServer>,
}

/// Tells a story on a fresh stand. Afterwards no component is left, and both sides' books agree.
pub(crate) fn story(tell: impl FnOnce(&Stage<'_>) -> Result<(), Failure>) -> Proof {
    story_with(StandOptions::default(), tell)
}

/// The same on a stand with these options.
pub(crate) fn story_with(
    mut options: StandOptions,
    tell: impl FnOnce(&Stage<'_>) -> Result<(), Failure>,
) -> Proof {
    let apps = json!([{"package_name": PACKAGE, "sha256_cert_fingerprints": [CERTIFICATE]}]);
    options.service_environment.push(("ANTOM__CHECKOUT__ANDROID_APPS".to_owned(), apps.to_string()));
    Stand::prove_with(&options, |stand| {
        let stage = Stage::on(stand);
        tell(&stage)?;
        let leaked = stage.device.leaked_components();
        ensure(leaked == 0, "every component was released", &json!(leaked))?;
        ledger::must_agree(stand)
    })
}

impl<'a> Stage<'a> {
    fn on(stand: &'a Stand) -> Self {
        let device = Device::new(stand.gateway().base());
        let server = Rc::new(ShopServer::new(stand.merchant()));
        let stage = Self { stand, device, server };
        stage.install_the_app(&stage.device);
        stage
    }

    fn install_the_app(&self, device: &Device) {
        let results = format!("{}/result/", self.stand.merchant().base());
        device.install(App::new(PACKAGE, CERTIFICATE).with_app_link(&results));
    }

    /// A second phone with the same app.
    pub(crate) fn other_phone(&self) -> Device {
        let device = Device::new(self.stand.gateway().base());
        self.install_the_app(&device);
        device
    }

    /// The buyer orders something and comes to its checkout.
    pub(crate) fn checkout(&self, way: Way) -> Result<(String, Rc<ShopApp>), Failure> {
        let order = self.stand.next_order_id("android");
        self.server.order(&order, "4200")?;
        let app = ShopApp::at_checkout(&self.device, &self.server, &order, way)?;
        Ok((order, app))
    }

    /// The same, with the form or the gateway's page before the buyer.
    pub(crate) fn paying(&self, way: Way) -> Result<(String, Rc<ShopApp>), Failure> {
        let (order, app) = self.checkout(way)?;
        app.press_pay()?;
        self.shows(&app, Screen::Paying)?;
        Ok((order, app))
    }

    /// Demands that the app shows this screen.
    pub(crate) fn shows(&self, app: &ShopApp, screen: Screen) -> Result<(), Failure> {
        self.shows_one_of(app, &[screen])
    }

    /// Demands that the app shows one of these screens.
    pub(crate) fn shows_one_of(&self, app: &ShopApp, screens: &[Screen]) -> Result<(), Failure> {
        let seen = format!("{:?} after {:?}", app.screen(), app.heard());
        ensure(screens.contains(&app.screen()), &format!("the app shows {screens:?}"), &Value::from(seen))
    }

    /// Lets the app look again until it shows this screen.
    pub(crate) fn comes_to(&self, app: &ShopApp, screen: Screen) -> Result<(), Failure> {
        until(&format!("{screen:?} in the app"), PATIENCE, || {
            app.look()?;
            let seen = app.screen();
            Ok(if seen == screen { Look::Found(()) } else { Look::NotYet(format!("{seen:?}")) })
        })
    }

    /// Demands that these events came, and no others but those of loading.
    pub(crate) fn heard(&self, app: &ShopApp, codes: &[&str]) -> Result<(), Failure> {
        let heard: Vec<String> =
            app.heard().into_iter().filter(|code| !code.ends_with("_OF_LOADING")).collect();
        ensure(heard == codes, &format!("the events are {codes:?}"), &json!(heard))
    }

    /// Waits until the service has the order paid; the app says so too, and the gateway has taken the money once.
    pub(crate) fn ends_paid(&self, order: &str, app: &ShopApp) -> Result<(), Failure> {
        let is_paid = |seen: &Value| text_at(seen, "/phase") == "paid";
        let seen = self.stand.merchant().wait_for_order(order, "the paid order", |_| Ok(()), is_paid)?;
        app.look()?;
        self.shows(app, Screen::Paid)?;
        app.on_destroy();
        let ledger = self.stand.gateway().ledger()?;
        let held = text_at(&ledger, &format!("/orders/{order}/held"));
        ensure(held == "4200", "the gateway holds the amount once", &ledger)?;
        let paid =
            list_at(&seen, "/attempts").iter().filter(|one| text_at(one, "/phase") == "succeeded").count();
        ensure(paid == 1, "one attempt succeeded", &seen)
    }

    /// The ids of an order's attempts, as the service knows them.
    pub(crate) fn attempts(&self, order: &str) -> Result<Vec<String>, Failure> {
        let seen = Steps::on(self.stand).order(order)?;
        let ids = list_at(&seen, "/attempts").iter().map(|one| text_at(one, "/paymentRequestId").to_owned());
        Ok(ids.collect())
    }

    /// Waits until the service knows that the attempt has failed.
    pub(crate) fn ends_failed(&self, order: &str, app: &ShopApp) -> Result<(), Failure> {
        let steps = Steps::on(self.stand);
        steps.wait(order, "the failed attempt", |seen| {
            list_at(seen, "/attempts").iter().all(|one| text_at(one, "/phase") == "failed")
        })?;
        app.look()?;
        self.shows(app, Screen::Failed)?;
        app.on_destroy();
        let ledger = self.stand.gateway().ledger()?;
        ensure(
            text_at(&ledger, &format!("/orders/{order}/held")) != "4200",
            "the gateway holds nothing",
            &ledger,
        )
    }
}
