//! A phone: what is on its screen, which apps it has, where an address leads.
//! What the buyer does on it is `buyer`'s, what the SDK shows is `form`'s.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::fmt;
use std::rc::Rc;

use antom_tests::Failure;
use antom_tests::http::{Answer, Call, Http};

use crate::buyer::Buyer;
use crate::configuration::Locale;
use crate::event::AMSEventResult;
use crate::form::Form;
use crate::links::{App, origin};
use crate::misuse::Misuse;

/// Browsers give up after some more.
const MOST_REDIRECTS: usize = 8;

/// A phone. Everything on it happens in one thread, as in an app's main one.
#[derive(Clone)]
pub struct Device(Rc<Inner>);

struct Inner {
    http: Http,
    sandbox: String,
    production: Option<String>,
    language: Locale,
    apps: RefCell<Vec<App>>,
    /// Addresses that apps were opened with and have not looked at.
    intents: RefCell<VecDeque<(String, String)>>,
    screen: RefCell<Screen>,
    /// The component that exists, shown or not.
    component: RefCell<Option<Rc<Form>>>,
    leaked: Cell<usize>,
}

/// What fills the screen.
#[derive(Clone, Default)]
pub(crate) enum Screen {
    #[default]
    App,
    Form(Rc<Form>),
    Page(String),
}

/// What the buyer sees.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Shows {
    /// A screen of the app itself.
    App,
    /// The SDK's form.
    Form,
    /// The bank's question, inside the SDK.
    BankQuestion,
    /// A page in the browser, or of a wallet app.
    Page(String),
}

impl Device {
    /// A phone in English that reaches the gateway's sandbox at this address; real SDKs have it built in.
    pub fn new(sandbox: &str) -> Self {
        Self::build(sandbox, None, Locale::new("en", "US"))
    }

    /// The same with a way to production, too.
    pub fn with_production(sandbox: &str, production: &str) -> Self {
        Self::build(sandbox, Some(production.to_owned()), Locale::new("en", "US"))
    }

    fn build(sandbox: &str, production: Option<String>, language: Locale) -> Self {
        Self(Rc::new(Inner {
            http: Http::new(""),
            sandbox: sandbox.to_owned(),
            production,
            language,
            apps: RefCell::default(),
            intents: RefCell::default(),
            screen: RefCell::default(),
            component: RefCell::default(),
            leaked: Cell::new(0),
        }))
    }

    /// Installs an app: its app links are asked about at their hosts, as Android does.
    pub fn install(&self, app: App) {
        let app = app.verified(&self.0.http);
        self.0.apps.borrow_mut().push(app);
    }

    /// A screen of the app begins.
    pub fn start_activity(&self) -> Activity {
        self.show(Screen::App);
        Activity { device: self.clone(), is_gone: Rc::new(Cell::new(false)) }
    }

    /// The person who holds the phone.
    pub fn buyer(&self) -> Buyer<'_> {
        Buyer::of(self)
    }

    /// What is on the screen.
    pub fn shows(&self) -> Shows {
        match &*self.0.screen.borrow() {
            Screen::App => Shows::App,
            Screen::Form(form) if form.asks_for_the_bank() => Shows::BankQuestion,
            Screen::Form(_) => Shows::Form,
            Screen::Page(url) => Shows::Page(url.clone()),
        }
    }

    /// Opens an address: `startActivity(new Intent(Intent.ACTION_VIEW, address))`. The app that it belongs to comes to the
    /// front; everything else that begins with `http` is the browser's, which follows redirects.
    ///
    /// # Errors
    /// [`Misuse::ActivityNotFound`] where nothing on the phone takes the address.
    pub fn open(&self, url: &str) -> Result<(), Failure> {
        let mut url = url.to_owned();
        for _ in 0..MOST_REDIRECTS {
            if self.open_in_an_app(&url) {
                return Ok(());
            }
            if !url.starts_with("http://") && !url.starts_with("https://") {
                return Err(Misuse::ActivityNotFound(url).into());
            }
            let answer = self.http().send(Call::new("GET", &url).header("accept", "text/html"))?;
            match redirect(&answer, &url) {
                Some(next) => url = next,
                None => {
                    self.show(Screen::Page(url));
                    return Ok(());
                }
            }
        }
        Err(Failure::step("the browser reaches a page", url))
    }

    fn open_in_an_app(&self, url: &str) -> bool {
        let app = self.0.apps.borrow().iter().find(|app| app.opens(url)).cloned();
        let Some(app) = app else { return false };
        match app.page(url) {
            Some(page) => self.show(Screen::Page(page)),
            None => {
                self.0.intents.borrow_mut().push_back((app.package().to_owned(), url.to_owned()));
                self.show(Screen::App);
            }
        }
        true
    }

    /// The address that the app was opened with last and has not looked at: `onNewIntent`.
    pub fn intent(&self, package: &str) -> Option<String> {
        let mut intents = self.0.intents.borrow_mut();
        let at = intents.iter().position(|(of, _)| of == package)?;
        intents.remove(at).map(|(_, url)| url)
    }

    /// Lets the component report what nothing on the phone caused: a forged event, or one of a later SDK.
    pub fn report(&self, event_code: &str) {
        if let Some(form) = self.component() {
            form.tell(event_code, AMSEventResult::default());
        }
    }

    /// How many components were forgotten without `onDestroy`.
    pub fn leaked_components(&self) -> usize {
        self.0.leaked.get()
    }

    pub(crate) fn http(&self) -> &Http {
        &self.0.http
    }

    pub(crate) fn language(&self) -> &Locale {
        &self.0.language
    }

    /// Where the SDK finds the gateway; `None` where the phone cannot reach it.
    pub(crate) fn gateway(&self, is_sandbox: bool) -> Option<String> {
        if is_sandbox { Some(self.0.sandbox.clone()) } else { self.0.production.clone() }
    }

    pub(crate) fn screen(&self) -> Screen {
        self.0.screen.borrow().clone()
    }

    pub(crate) fn show(&self, screen: Screen) {
        *self.0.screen.borrow_mut() = screen;
    }

    pub(crate) fn component(&self) -> Option<Rc<Form>> {
        self.0.component.borrow().clone()
    }

    pub(crate) fn keep_component(&self, component: Option<Rc<Form>>) {
        *self.0.component.borrow_mut() = component;
    }

    pub(crate) fn note_leak(&self) {
        self.0.leaked.set(self.0.leaked.get() + 1);
    }
}

/// Where a page sends the browser.
pub(crate) fn redirect(answer: &Answer, from: &str) -> Option<String> {
    let to = answer.location.as_deref().filter(|_| (300..400).contains(&answer.status))?;
    Some(if to.starts_with('/') { format!("{}{to}", origin(from)) } else { to.to_owned() })
}

impl fmt::Debug for Device {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Device").field("shows", &self.shows()).finish_non_exhaustive()
    }
}

/// A screen of the app, as long as Android keeps it.
#[derive(Debug, Clone)]
pub struct Activity {
    device: Device,
    is_gone: Rc<Cell<bool>>,
}

impl Activity {
    /// The phone that it is on.
    pub fn device(&self) -> &Device {
        &self.device
    }

    /// Android takes the activity away: the buyer turned the phone, went elsewhere, or memory ran short. The app's own
    /// `onDestroy` has to release the SDK's component before.
    pub fn destroy(&self) {
        self.is_gone.set(true);
    }

    pub(crate) fn check(&self) -> Result<(), Misuse> {
        if self.is_gone.get() { Err(Misuse::ActivityGone) } else { Ok(()) }
    }
}
