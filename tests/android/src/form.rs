//! The SDK's form over a session: it asks the gateway what is to be paid, takes the card, shows the bank's question, reports.
//! It talks to the paths that the web SDK's form uses; what a payment comes to is the gateway's to say.

use std::cell::RefCell;
use std::rc::Rc;

use antom_tests::http::{Answer, Call, flag_at, list_at, text_at};
use serde_json::{Map, Value, json};

use crate::configuration::AMSCashierPaymentConfiguration;
use crate::device::{Device, Screen};
use crate::event::{AMSEventResult, OnCheckoutListener};

const QUERY: (&str, &str) = ("operation-type", "com.ipay.iexpcashier.sdkAction.query");
/// By which the web SDK's form tells that it asks about a session of the sandbox.
const SANDBOX: (&str, &str) = ("load-test", "true");

/// One component.
pub(crate) struct Form {
    device: Device,
    listener: Option<Rc<dyn OnCheckoutListener>>,
    session_data: String,
    gateway: Option<String>,
    is_sandbox: bool,
    locale: String,
    shows_loading: bool,
    shows_submit_button: bool,
    state: RefCell<State>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum State {
    /// Nothing can be entered yet, or any more.
    Still,
    /// The buyer may pay.
    Open,
    /// The bank's question lies over the form, by its id.
    Bank(String),
    /// `onDestroy` was called: nothing is told any more.
    Released,
}

impl Form {
    pub(crate) fn new(
        device: &Device,
        configuration: &AMSCashierPaymentConfiguration,
        session_data: &str,
    ) -> Self {
        Self {
            device: device.clone(),
            listener: configuration.listener(),
            session_data: session_data.to_owned(),
            gateway: device.gateway(configuration.is_sandbox()),
            is_sandbox: configuration.is_sandbox(),
            locale: configuration.spoken(device.language()),
            shows_loading: configuration.shows_loading(),
            shows_submit_button: configuration.shows_submit_button(),
            state: RefCell::new(State::Still),
        }
    }

    /// Asks about the session and shows the form.
    pub(crate) fn open(self: &Rc<Self>) {
        if !self.shows_loading {
            self.tell("SDK_START_OF_LOADING", AMSEventResult::default());
        }
        let told = self.query();
        if !self.shows_loading {
            self.tell("SDK_END_OF_LOADING", AMSEventResult::default());
        }
        match told {
            Ok(()) if self.is_released() => {}
            Ok(()) => {
                self.turn(State::Open);
                self.device.show(Screen::Form(Rc::clone(self)));
            }
            Err(message) => self.tell("SDK_CREATECOMPONENT_ERROR", AMSEventResult::saying(&message)),
        }
    }

    fn query(&self) -> Result<(), String> {
        let question = json!([{
            "paymentSessionData": self.session_data,
            "envInfo": {"terminalType": "APP", "osType": "ANDROID", "locale": self.locale},
        }]);
        let marks: &[_] = if self.is_sandbox { &[QUERY, SANDBOX] } else { &[QUERY] };
        let answer = self.call("POST", "/mgw.htm", marks, Some(&question));
        let told = answer.filter(|answer| answer.status == 200).ok_or("Network request error")?.json;
        if flag_at(&told, "/success") == Some(true) {
            return Ok(());
        }
        Err(text_at(&told, "/errorMessage").to_owned())
    }

    pub(crate) fn has_a_button(&self) -> bool {
        self.shows_submit_button
    }

    pub(crate) fn asks_for_the_bank(&self) -> bool {
        matches!(&*self.state.borrow(), State::Bank(_))
    }

    /// Pays with what was entered: the fields of the form.
    pub(crate) fn submit(&self, entered: Map<String, Value>) {
        if *self.state.borrow() != State::Open {
            return;
        }
        let mut body = entered;
        body.insert("paymentSessionData".to_owned(), Value::from(self.session_data.as_str()));
        let answer = self.call("POST", "/checkout/api/submit", &[], Some(&Value::Object(body)));
        self.settle(answer);
    }

    /// Answers the bank's question: `approve`, `decline`, `abandon`.
    pub(crate) fn answer_the_bank(&self, answer: &str) {
        let State::Bank(id) = self.state.borrow().clone() else { return };
        let answered =
            self.call("POST", &format!("/checkout/3ds/{id}"), &[], Some(&json!({ "answer": answer })));
        self.turn(State::Open);
        if answer == "abandon" {
            self.leave();
            return;
        }
        self.settle(answered);
    }

    /// The buyer goes away without paying.
    pub(crate) fn leave(&self) {
        if self.asks_for_the_bank() {
            return self.answer_the_bank("abandon");
        }
        self.close();
        let result = json!({"result": {
            "resultCode": "USER_CANCELED", "resultStatus": "F", "resultMessage": "The buyer left.",
        }});
        let said = AMSEventResult::new(Some("The buyer left.".to_owned()), Some(result));
        self.tell("SDK_PAYMENT_CANCEL", said);
    }

    fn settle(&self, answer: Option<Answer>) {
        let Some(answer) = answer.filter(|answer| answer.status < 500) else {
            return self.tell("SDK_PAYMENT_ERROR", AMSEventResult::saying("The server did not answer."));
        };
        let told = answer.json;
        if !list_at(&told, "/fields").is_empty() {
            let said = AMSEventResult::saying("The form is not complete.");
            return self.tell("SDK_FORM_VERIFICATION_FAILED", said);
        }
        let challenge = text_at(&told, "/challenge/id");
        if !challenge.is_empty() {
            return self.turn(State::Bank(challenge.to_owned()));
        }
        let code = match text_at(&told, "/paymentStatus") {
            "SUCCESS" => "SDK_PAYMENT_SUCCESSFUL",
            "PENDING" => "SDK_PAYMENT_PROCESSING",
            "FAIL" | "CANCELLED" => "SDK_PAYMENT_FAIL",
            // The session has expired, or the gateway said something else.
            _ => "SDK_PAYMENT_ERROR",
        };
        // After a try that failed the form stays, for another one in the same session.
        if flag_at(&told, "/canTryAgain") != Some(true) {
            self.close();
        }
        let message = [text_at(&told, "/paymentResultMessage"), text_at(&told, "/error/message")];
        let message = message.into_iter().find(|text| !text.is_empty()).map(str::to_owned);
        self.tell(code, AMSEventResult::new(message, result_of(&told)));
    }

    /// The form is gone; the component is there until it is released.
    fn close(&self) {
        self.turn(State::Still);
        self.device.show(Screen::App);
    }

    /// Tells the listener, unless the component was released.
    pub(crate) fn tell(&self, code: &str, result: AMSEventResult) {
        if let Some(listener) = self.listener.as_ref().filter(|_| !self.is_released()) {
            listener.on_event_callback(code, &result);
        }
    }

    pub(crate) fn release(&self) {
        *self.state.borrow_mut() = State::Released;
        self.device.keep_component(None);
        if let Screen::Form(_) = self.device.screen() {
            self.device.show(Screen::App);
        }
    }

    fn is_released(&self) -> bool {
        *self.state.borrow() == State::Released
    }

    fn turn(&self, state: State) {
        if !self.is_released() {
            *self.state.borrow_mut() = state;
        }
    }

    /// `None` where no answer came.
    fn call(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: Option<&Value>,
    ) -> Option<Answer> {
        let url = format!("{}{path}", self.gateway.as_deref()?);
        let mut call = Call::new(method, &url).header("accept", "application/json");
        for (name, value) in headers {
            call = call.header(name, *value);
        }
        if let Some(body) = body {
            call = call.json(body);
        }
        self.device.http().send(call).ok()
    }
}

/// What an event carries of the gateway's answer.
fn result_of(told: &Value) -> Option<Value> {
    let names = ["result", "paymentResultCode", "paymentResultMessage", "paymentStatus"];
    let given = names.into_iter().filter_map(|name| Some((name.to_owned(), told.get(name)?.clone())));
    let members: Map<String, Value> = given.filter(|(_, value)| !value.is_null()).collect();
    (!members.is_empty()).then_some(Value::Object(members))
}
