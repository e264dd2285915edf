//! What a buyer does with the phone: fills a form in, answers the bank, pays in a wallet, goes away.
//! What it leads to is the gateway's and the app's.

use std::rc::Rc;

use antom_tests::Failure;
use antom_tests::http::Call;
use serde_json::{Map, Value, json};

use crate::device::{Device, Screen, redirect};
use crate::form::Form;

/// A card that the sandbox knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Card {
    number: &'static str,
    expiry: &'static str,
    cvv: &'static str,
}

impl Card {
    /// Its bank pays; where the payment asks for 3-D Secure, after a question.
    pub const APPROVED: Self = Self::numbered("4054695723100768");
    /// Its bank refuses.
    pub const DECLINED: Self = Self::numbered("4054692760174822");

    /// A card with this number.
    pub const fn numbered(number: &'static str) -> Self {
        Self { number, expiry: "12/39", cvv: "123" }
    }

    fn entered(self) -> Map<String, Value> {
        let fields = [("cardNo", self.number), ("expiry", self.expiry), ("cvv", self.cvv)];
        fields.into_iter().map(|(name, text)| (name.to_owned(), Value::from(text))).collect()
    }
}

/// What the gateway's pages offer for tests beside the form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Act {
    /// The payment succeeds.
    Succeed,
    /// It fails for good.
    Fail,
    /// Its outcome comes later.
    Wait,
}

impl Act {
    const fn word(self) -> &'static str {
        match self {
            Self::Succeed => "success",
            Self::Fail => "fail",
            Self::Wait => "pending",
        }
    }
}

/// How the buyer answers the bank.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BankAnswer {
    /// It is the buyer who pays.
    Approve,
    /// It is not.
    Decline,
}

impl BankAnswer {
    const fn word(self) -> &'static str {
        match self {
            Self::Approve => "approve",
            Self::Decline => "decline",
        }
    }
}

/// The person who holds the phone.
#[derive(Debug, Clone, Copy)]
pub struct Buyer<'a> {
    device: &'a Device,
}

impl<'a> Buyer<'a> {
    pub(crate) const fn of(device: &'a Device) -> Self {
        Self { device }
    }

    /// Fills in the card and presses the button, of the SDK's form or of the gateway's page.
    ///
    /// # Errors
    /// [`Failure::Step`] where the screen has no such form, or no button.
    pub fn pays(self, card: &Card) -> Result<(), Failure> {
        self.sends(card.entered())
    }

    /// Lets the payment end so, by what the gateway's form, page or app offers for tests.
    ///
    /// # Errors
    /// As [`Buyer::pays`].
    pub fn lets_it(self, act: Act) -> Result<(), Failure> {
        self.sends(Map::from_iter([("outcome".to_owned(), Value::from(act.word()))]))
    }

    fn sends(self, entered: Map<String, Value>) -> Result<(), Failure> {
        match self.device.screen() {
            Screen::Form(form) if !form.has_a_button() => {
                Err(Failure::step("the form has a button", "showSubmitButton is false"))
            }
            Screen::Form(form) if !form.asks_for_the_bank() => {
                form.submit(entered);
                Ok(())
            }
            Screen::Page(url) => self.posts(&url, &Value::Object(entered)),
            Screen::App | Screen::Form(_) => Err(self.sees_something_else("a form to pay with")),
        }
    }

    /// Answers the bank's question of 3-D Secure, in the SDK or on the bank's page.
    ///
    /// # Errors
    /// [`Failure::Step`] where nobody asks.
    pub fn answers_the_bank(self, answer: BankAnswer) -> Result<(), Failure> {
        match self.device.screen() {
            Screen::Form(form) if form.asks_for_the_bank() => {
                form.answer_the_bank(answer.word());
                Ok(())
            }
            Screen::Page(url) => self.posts(&url, &json!({ "answer": answer.word() })),
            Screen::App | Screen::Form(_) => Err(self.sees_something_else("a question of the bank")),
        }
    }

    /// Presses back: leaves the form, the bank's question or the page without paying.
    pub fn goes_back(self) {
        match self.device.screen() {
            Screen::Form(form) => Rc::<Form>::as_ref(&form).leave(),
            Screen::Page(_) => self.device.show(Screen::App),
            Screen::App => {}
        }
    }

    /// Pages take what their forms send, and send the browser on.
    fn posts(self, url: &str, fields: &Value) -> Result<(), Failure> {
        let call = Call::new("POST", url).header("accept", "text/html").json(fields);
        let answer = self.device.http().send(call)?;
        match redirect(&answer, url) {
            Some(next) => self.device.open(&next),
            None if (200..500).contains(&answer.status) => Ok(()),
            None => Err(Failure::step(format!("{url} answers"), answer.status)),
        }
    }

    fn sees_something_else(self, wanted: &str) -> Failure {
        Failure::step(format!("the buyer sees {wanted}"), format_args!("{:?}", self.device.shows()))
    }
}
