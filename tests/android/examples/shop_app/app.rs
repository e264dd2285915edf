//! The shop's app: one order's checkout on Android, with what to do on each event of the SDK.
//! What is true of a payment is the server's to say; the app shows it.

use std::cell::{Cell, RefCell};
use std::rc::{Rc, Weak};
use std::time::Duration;

use antom_android_driver::{
    AMSCashierPayment, AMSCashierPaymentConfiguration, AMSEventResult, Activity, Device, Locale,
};
use antom_tests::Failure;
use antom_tests::http::{Call, Http, text_at};
use antom_tests::waiting::{Look, until};
use serde_json::{Value, json};

use crate::server::{Payment, ShopServer, Way};

/// The app's name on the phone.
pub(crate) const PACKAGE: &str = "com.example.shop";
/// So long the buyer is asked to wait for a result (B-3).
const WAIT: Duration = Duration::from_secs(5);

/// What the app shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Screen {
    /// The order with its "Pay" button.
    Order,
    /// The SDK's form, or the gateway's page or app.
    Paying,
    /// "Your order is being processed": no button to pay again.
    Processing,
    /// "Thank you".
    Paid,
    /// "The payment failed", with "Pay again".
    Failed,
    /// "Something went wrong", with a way to support.
    Trouble,
}

/// The app at the checkout of one order.
pub(crate) struct ShopApp {
    itself: Weak<Self>,
    device: Device,
    server: Rc<ShopServer>,
    http: Http,
    order: String,
    way: Way,
    /// Kept as long as the app: each component of this checkout is built of the same configuration.
    configuration: RefCell<AMSCashierPaymentConfiguration>,
    activity: RefCell<Activity>,
    checkout: RefCell<Option<Rc<AMSCashierPayment>>>,
    /// Saved by the app (`onSaveInstanceState`), so that it knows after a restart what to ask about.
    payment: RefCell<Option<Payment>>,
    screen: Cell<Screen>,
    /// The app's own animation, since `showLoading` is "false".
    shows_animation: Cell<bool>,
    heard: RefCell<Vec<String>>,
}

impl ShopApp {
    /// The buyer comes to the checkout of an order.
    pub(crate) fn at_checkout(
        device: &Device,
        server: &Rc<ShopServer>,
        order: &str,
        way: Way,
    ) -> Result<Rc<Self>, Failure> {
        let app = Rc::new_cyclic(|itself| Self {
            itself: Weak::clone(itself),
            device: device.clone(),
            server: Rc::clone(server),
            http: Http::new(""),
            order: order.to_owned(),
            way,
            configuration: RefCell::default(),
            activity: RefCell::new(device.start_activity()),
            checkout: RefCell::default(),
            payment: RefCell::default(),
            screen: Cell::new(Screen::Order),
            shows_animation: Cell::new(false),
            heard: RefCell::default(),
        });
        app.configure()?;
        Ok(app)
    }

    /// The options are texts. `sandbox` follows what the server says of the session and is set before each component.
    fn configure(&self) -> Result<(), Failure> {
        let mut configuration = self.configuration.borrow_mut();
        configuration.set_locale(Locale::new("en", "US"));
        configuration.set_option("showLoading", "false")?;
        configuration.set_option("showSubmitButton", "true")?;
        let itself = Weak::clone(&self.itself);
        configuration.set_on_checkout_listener(Rc::new(move |code: &str, result: &AMSEventResult| {
            if let Some(app) = itself.upgrade() {
                app.on_event(code, result);
            }
        }));
        Ok(())
    }

    /// The buyer presses "Pay", or "Pay again": the server opens the payment, or finds the one that is open.
    pub(crate) fn press_pay(&self) -> Result<(), Failure> {
        // A second tap while the first is being worked on.
        if !matches!(self.screen.get(), Screen::Order | Screen::Failed) {
            return Ok(());
        }
        let payment = self.server.pay(&self.order, self.way)?;
        let Some(payment) = payment else {
            self.screen.set(Screen::Paid);
            return Ok(());
        };
        *self.payment.borrow_mut() = Some(payment);
        self.go_on()
    }

    /// Asks whether the buyer may pay, and only then shows the form or leaves for the gateway.
    fn go_on(&self) -> Result<(), Failure> {
        let told = self.session()?;
        if text_at(&told, "/stand") != "payable" {
            self.show(&told);
            return Ok(());
        }
        if told.get("redirect").is_some() { self.leave_for_the_gateway(&told) } else { self.show_form(&told) }
    }

    /// Session mode: `createComponent` with the data as it came.
    fn show_form(&self, told: &Value) -> Result<(), Failure> {
        // The component of an earlier try goes first.
        self.release();
        let is_sandbox = text_at(told, "/environment") == "sandbox";
        self.configuration.borrow_mut().set_option("sandbox", if is_sandbox { "true" } else { "false" })?;
        let activity = self.activity.borrow().clone();
        let checkout = Rc::new(AMSCashierPayment::builder(&activity, &self.configuration.borrow()).build()?);
        *self.checkout.borrow_mut() = Some(Rc::clone(&checkout));
        self.screen.set(Screen::Paying);
        checkout.create_component(&activity, text_at(told, "/sessionData"))?;
        Ok(())
    }

    /// Hosted mode: the wallet's app link, else the page, else the wallet's scheme, which fails where the wallet is missing.
    fn leave_for_the_gateway(&self, told: &Value) -> Result<(), Failure> {
        let urls = ["/redirect/applinkUrl", "/redirect/normalUrl", "/redirect/schemeUrl"];
        let given = urls.map(|name| text_at(told, name)).into_iter().filter(|url| !url.is_empty());
        self.screen.set(Screen::Paying);
        for url in given {
            if self.device.open(url).is_ok() {
                return Ok(());
            }
        }
        self.screen.set(Screen::Trouble);
        Ok(())
    }

    /// `onEventCallback`. An event is for the buyer's eyes: whatever it says, the server is asked.
    fn on_event(&self, code: &str, result: &AMSEventResult) {
        self.heard.borrow_mut().push(code.to_owned());
        let done = match code {
            "SDK_START_OF_LOADING" => {
                self.shows_animation.set(true);
                Ok(())
            }
            "SDK_END_OF_LOADING" => {
                self.shows_animation.set(false);
                Ok(())
            }
            // The form says itself what is missing.
            "SDK_FORM_VERIFICATION_FAILED" => Ok(()),
            // Not paid, as far as the SDK knows: the session may be used again, unless the server knows better.
            "SDK_PAYMENT_CANCEL" => {
                self.release();
                self.tell(code, result).and_then(|_| self.look())
            }
            // Another try in the same form may follow, until the server says that it is over.
            "SDK_PAYMENT_FAIL" => self.tell(code, result).and_then(|_| self.look()),
            "SDK_PAYMENT_SUCCESSFUL" | "SDK_PAYMENT_PROCESSING" | "SDK_PAYMENT_ERROR" => {
                self.wait_for(code, result)
            }
            // The form could not be shown: parameters, environment, or a session that is over.
            "SDK_CREATEPAYMENT_PARAMETER_ERROR"
            | "SDK_INIT_PARAMETER_ERROR"
            | "SDK_CREATECOMPONENT_ERROR"
            | "SDK_CALL_URL_ERROR"
            | "SDK_INTERNAL_ERROR" => self.form_was_not_shown(code, result),
            // A code of a later SDK.
            _ => self.wait_for(code, result),
        };
        // Without the server nothing is known; the app asks again when it is looked at.
        if done.is_err() {
            self.screen.set(Screen::Processing);
        }
    }

    fn wait_for(&self, code: &str, result: &AMSEventResult) -> Result<(), Failure> {
        self.release();
        self.tell(code, result)?;
        self.wait_for_result();
        Ok(())
    }

    fn form_was_not_shown(&self, code: &str, result: &AMSEventResult) -> Result<(), Failure> {
        self.release();
        self.tell(code, result)?;
        let told = self.session()?;
        self.show(&told);
        // The server sees nothing wrong with the session: it may learn of its end in a moment, or the fault is ours.
        if text_at(&told, "/stand") == "payable" {
            self.wait_for_result();
            if self.screen.get() == Screen::Processing {
                self.screen.set(Screen::Trouble);
            }
        }
        Ok(())
    }

    /// The screen for where the payment stands: never a button to pay while one may be under way.
    fn show(&self, told: &Value) {
        let stand = text_at(told, "/stand");
        if stand != "payable" {
            self.release();
        }
        match stand {
            // Another payment is the server's to open, when the buyer presses "Pay".
            "payable" | "expired" | "superseded" => self.screen.set(Screen::Order),
            // `over`, `unknown`, `preparing`.
            _ => self.wait_for_result(),
        }
    }

    /// Looks again where the payment stands: after an event that ended nothing, or when the app comes back to the front.
    pub(crate) fn look(&self) -> Result<(), Failure> {
        self.show(&self.session()?);
        Ok(())
    }

    /// The app comes to the front: by an app link or its scheme (`onNewIntent`), or because the buyer left the browser. Either
    /// way the server is asked first, and nothing in the address is believed.
    pub(crate) fn on_resume(&self) -> Result<(), Failure> {
        let came_by_link = self.device.intent(PACKAGE).is_some();
        if self.payment.borrow().is_none() {
            return Ok(());
        }
        let status = text_at(&self.ask(&json!({}))?, "/status").to_owned();
        if came_by_link || status != "processing" {
            self.release();
            self.wait_for_result();
            return Ok(());
        }
        self.look()
    }

    /// `onDestroy` of the activity.
    pub(crate) fn on_destroy(&self) {
        self.release();
        self.activity.borrow().destroy();
    }

    /// Android starts the activity again: the form is gone, and the result is asked for before another one is shown.
    pub(crate) fn on_create_again(&self) -> Result<(), Failure> {
        *self.activity.borrow_mut() = self.device.start_activity();
        self.screen.set(Screen::Order);
        self.on_resume()
    }

    /// `onDestroy` of the SDK: before another payment, after a result, and when the buyer leaves.
    fn release(&self) {
        let checkout = self.checkout.borrow_mut().take();
        if let Some(checkout) = checkout {
            checkout.on_destroy();
        }
    }

    /// At first a waiting animation; then "processing", from where the buyer gets to the order.
    fn wait_for_result(&self) {
        let seen = until("a result for the buyer", WAIT, || {
            let status = text_at(&self.ask(&json!({}))?, "/status").to_owned();
            Ok(if status == "processing" { Look::NotYet(status) } else { Look::Found(status) })
        });
        self.screen.set(match seen.as_deref() {
            Ok("paid") => Screen::Paid,
            Ok("failed") => Screen::Failed,
            Ok(_) | Err(_) => Screen::Processing,
        });
    }

    /// Tells the server what the SDK said. It asks the gateway where that is due, and answers what it knows.
    fn tell(&self, code: &str, result: &AMSEventResult) -> Result<Value, Failure> {
        self.ask(&result.with_code(code))
    }

    fn ask(&self, event: &Value) -> Result<Value, Failure> {
        self.post(|payment| format!("{}/events", payment.status_url), event)
    }

    fn session(&self) -> Result<Value, Failure> {
        self.post(|payment| format!("{}/session", payment.checkout_url), &json!({}))
    }

    fn post(&self, url: impl Fn(&Payment) -> String, body: &Value) -> Result<Value, Failure> {
        let url = self.payment.borrow().as_ref().map(url);
        let url = url.ok_or_else(|| Failure::step("the app has opened a payment", &self.order))?;
        let answer = self.http.send(Call::new("POST", &url).json(body))?;
        answer.expect_status("the server knows the payment", &[200])
    }

    /// What the app shows where nothing lies over it.
    pub(crate) fn screen(&self) -> Screen {
        self.screen.get()
    }

    /// The payment that the buyer is at.
    pub(crate) fn payment(&self) -> Option<Payment> {
        self.payment.borrow().clone()
    }

    /// The events so far, oldest first.
    pub(crate) fn heard(&self) -> Vec<String> {
        self.heard.borrow().clone()
    }
}
