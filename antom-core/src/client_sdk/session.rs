//! The life of one client session as a pure machine: what to do next, and what the session data is good for.
//! Calling the SDK is left to the page or app, the payment's outcome to the server.

use super::{ComponentOptions, Display, EventCode, NextStep};
use crate::time::Timestamp;

/// Where a client session is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ClientPhase {
    /// There is session data and no component yet.
    Created,
    /// The component has been asked for.
    Loading,
    /// The buyer sees the form.
    Mounted,
    /// The page's own button has started the payment.
    Submitted,
    /// The SDK has reported how it went, for display.
    Result,
    /// There is no component any more.
    Released,
}

/// What happened to a client session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ClientInput {
    /// `createComponent` or `mountComponent` is about to be called.
    Create,
    /// Its promise has been resolved.
    Ready,
    /// `submit` is about to be called.
    Submit,
    /// A code came, by any callback or as the answer of `submit`.
    Event(EventCode),
    /// The buyer leaves the checkout page.
    Leave,
    /// Another payment is about to be started.
    StartAnother,
    /// `unmount` or `onDestroy` has been called.
    Released,
}

/// What the page or app does, in the order of the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Directive {
    /// Release the component: `unmount` on the web, `onDestroy` on Android.
    Release,
    /// Do this.
    Next(NextStep),
}

/// What session data is good for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum SessionDataUse {
    /// A component may be made of it now.
    Reusable,
    /// A component is using it.
    InUse,
    /// The buyer may have paid: the server is asked, and a new try gets a new session.
    AskServerFirst,
    /// It cannot be used any more.
    RequestNew,
}

/// Why a call of the SDK must not be made now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ClientRefusal {
    /// Only one component at a time: release the other one first.
    #[error("a component exists already")]
    ComponentExists,
    /// The session data is spent, expired, or perhaps paid.
    #[error("the session data cannot be used again")]
    SessionNotUsable,
    /// There is no form to submit.
    #[error("no form is shown")]
    NotMounted,
    /// The payment has been started already.
    #[error("the form has been submitted already")]
    AlreadySubmitted,
    /// The form has a submit button of its own.
    #[error("the buyer submits inside the form")]
    NotByThePage,
}

/// One client session: pass what happens, do what it says.
///
/// An input that means nothing in a phase changes nothing; only calls of ours are refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClientSession {
    display: Display,
    options: ComponentOptions,
    expires: Option<Timestamp>,
    phase: ClientPhase,
    is_release_due: bool,
    may_be_paid: bool,
    is_spent: bool,
    handled_fault: Option<EventCode>,
}

/// What an input means to the phases.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Signal {
    Create,
    Shown,
    Submit,
    FormIncomplete,
    Result,
    Fault,
    End,
    Other,
}

const fn next(phase: ClientPhase, signal: Signal) -> Result<ClientPhase, ClientRefusal> {
    use ClientPhase as P;
    match (signal, phase) {
        (Signal::Create, P::Created | P::Released) => Ok(P::Loading),
        (Signal::Create, P::Loading | P::Mounted | P::Submitted | P::Result) => {
            Err(ClientRefusal::ComponentExists)
        }
        (Signal::Submit, P::Mounted) => Ok(P::Submitted),
        (Signal::Submit, P::Submitted) => Err(ClientRefusal::AlreadySubmitted),
        (Signal::Submit, P::Created | P::Loading | P::Result | P::Released) => Err(ClientRefusal::NotMounted),
        (Signal::Shown, P::Loading) | (Signal::FormIncomplete, P::Submitted) => Ok(P::Mounted),
        (Signal::Result, P::Loading | P::Mounted | P::Submitted | P::Result) => Ok(P::Result),
        (Signal::Fault, P::Created | P::Loading) | (Signal::End, _) => Ok(P::Released),
        (Signal::Shown, P::Created | P::Mounted | P::Submitted | P::Result | P::Released)
        | (Signal::FormIncomplete, P::Created | P::Loading | P::Mounted | P::Result | P::Released)
        | (Signal::Result, P::Created | P::Released)
        | (Signal::Fault, P::Mounted | P::Submitted | P::Result | P::Released)
        | (Signal::Other, _) => Ok(phase),
    }
}

impl ClientSession {
    /// A session whose data has arrived and that ends at `expires`; without that time it is used once.
    pub fn new(display: Display, expires: Option<Timestamp>) -> Self {
        Self {
            display,
            options: ComponentOptions::default(),
            expires,
            phase: ClientPhase::Created,
            is_release_due: false,
            may_be_paid: false,
            is_spent: false,
            handled_fault: None,
        }
    }

    /// With these switches of the component.
    #[must_use]
    pub const fn with_options(mut self, options: ComponentOptions) -> Self {
        self.options = options;
        self
    }

    /// Where it is.
    pub const fn phase(&self) -> ClientPhase {
        self.phase
    }

    /// Whether the component must be released now.
    //= C-5
    pub const fn must_release(&self) -> bool {
        self.is_release_due
    }

    /// What the session data is good for at this time.
    pub fn session_data_use(&self, at: Timestamp) -> SessionDataUse {
        if self.may_be_paid {
            return SessionDataUse::AskServerFirst;
        }
        if self.is_release_due {
            return SessionDataUse::InUse;
        }
        match self.phase {
            ClientPhase::Loading | ClientPhase::Mounted | ClientPhase::Submitted | ClientPhase::Result => {
                SessionDataUse::InUse
            }
            ClientPhase::Created | ClientPhase::Released if self.is_spent => SessionDataUse::RequestNew,
            ClientPhase::Created if self.expires.is_none() => SessionDataUse::Reusable,
            ClientPhase::Created | ClientPhase::Released => match self.expires {
                Some(expires) if at < expires => SessionDataUse::Reusable,
                Some(_) | None => SessionDataUse::RequestNew,
            },
        }
    }

    /// Takes what happened and says what to do.
    ///
    /// # Errors
    /// [`ClientRefusal`] for a call that must not be made now; the session stays as it was.
    pub fn apply(&mut self, input: ClientInput, at: Timestamp) -> Result<Vec<Directive>, ClientRefusal> {
        self.require_allowed(&input, at)?;
        let before = self.phase;
        self.phase = next(before, signal(&input))?;
        Ok(match input {
            ClientInput::Create => {
                self.handled_fault = None;
                Vec::new()
            }
            ClientInput::Ready | ClientInput::Submit => Vec::new(),
            ClientInput::Event(code) => self.event(before, code),
            ClientInput::Leave => self.end(before),
            ClientInput::StartAnother => {
                self.is_spent = true;
                self.end(before)
            }
            ClientInput::Released => {
                self.is_release_due = false;
                self.may_be_paid |= self.may_have_submitted(before);
                Vec::new()
            }
        })
    }

    fn require_allowed(&self, input: &ClientInput, at: Timestamp) -> Result<(), ClientRefusal> {
        let is_idle = matches!(self.phase, ClientPhase::Created | ClientPhase::Released);
        match input {
            ClientInput::Create if self.is_release_due => Err(ClientRefusal::ComponentExists),
            ClientInput::Create if is_idle && self.session_data_use(at) != SessionDataUse::Reusable => {
                Err(ClientRefusal::SessionNotUsable)
            }
            ClientInput::Submit if !self.submits_by_the_page() => Err(ClientRefusal::NotByThePage),
            _ => Ok(()),
        }
    }

    //= C-4
    fn submits_by_the_page(&self) -> bool {
        matches!(self.display, Display::Embedded { .. }) && !self.options.shows_submit_button()
    }

    /// Whether the buyer may have started a payment: by our button, or inside the form, where nobody tells us.
    fn may_have_submitted(&self, phase: ClientPhase) -> bool {
        match phase {
            ClientPhase::Submitted => true,
            ClientPhase::Mounted => !self.submits_by_the_page(),
            ClientPhase::Created | ClientPhase::Loading | ClientPhase::Result | ClientPhase::Released => {
                false
            }
        }
    }

    fn end(&mut self, before: ClientPhase) -> Vec<Directive> {
        self.is_release_due = has_component(before);
        let asks = self.may_have_submitted(before);
        self.may_be_paid |= asks;
        let ask = asks.then_some(Directive::Next(NextStep::AskServer));
        self.is_release_due.then_some(Directive::Release).into_iter().chain(ask).collect()
    }

    fn event(&mut self, before: ClientPhase, code: EventCode) -> Vec<Directive> {
        if code.is_initialisation_fault() {
            return self.fault(before, code);
        }
        let mut step = code.next_step();
        let is_cancel = code == EventCode::PaymentCancel;
        //= C-6
        if is_cancel && before == ClientPhase::Submitted {
            // Our own button had started the payment: what the SDK says of the buyer's leaving is not enough.
            step = NextStep::AskServer;
        }
        let says_nothing = match step {
            NextStep::StartLoading | NextStep::EndLoading => self.options.shows_loading(),
            NextStep::ReuseOrRenewSession => !has_component(before),
            NextStep::Nothing => true,
            _ => false,
        };
        self.may_be_paid |=
            matches!(step, NextStep::ShowResultPage | NextStep::ConfirmFailure | NextStep::AskServer);
        //= C-5
        let ends = code.is_result() && has_component(before);
        if ends && (is_cancel || !self.options.redirects_after_complete()) {
            self.is_release_due = true;
        }
        let release = (ends && self.is_release_due).then_some(Directive::Release);
        let next = (!says_nothing).then_some(Directive::Next(step));
        release.into_iter().chain(next).collect()
    }

    /// A fault of initialisation comes by one callback, by another, or by both: it is handled once.
    //= C-1
    fn fault(&mut self, before: ClientPhase, code: EventCode) -> Vec<Directive> {
        if self.handled_fault.as_ref() == Some(&code) {
            return Vec::new();
        }
        let step = code.next_step();
        self.is_spent |= code == EventCode::CreatePaymentParameterError;
        let ends = before == ClientPhase::Loading;
        self.is_release_due |= ends;
        // Later than that the buyer may have paid.
        let asks = self.may_have_submitted(before);
        self.may_be_paid |= asks;
        self.handled_fault = Some(code);
        let release = ends.then_some(Directive::Release);
        let ask = asks.then_some(Directive::Next(NextStep::AskServer));
        release.into_iter().chain(ask).chain([Directive::Next(step)]).collect()
    }
}

const fn has_component(phase: ClientPhase) -> bool {
    match phase {
        ClientPhase::Loading | ClientPhase::Mounted | ClientPhase::Submitted | ClientPhase::Result => true,
        ClientPhase::Created | ClientPhase::Released => false,
    }
}

fn signal(input: &ClientInput) -> Signal {
    match input {
        ClientInput::Create => Signal::Create,
        ClientInput::Ready | ClientInput::Event(EventCode::EndOfLoading) => Signal::Shown,
        ClientInput::Submit => Signal::Submit,
        ClientInput::Event(EventCode::FormVerificationFailed) => Signal::FormIncomplete,
        ClientInput::Event(code) if code.is_result() => Signal::Result,
        ClientInput::Event(code) if code.is_initialisation_fault() => Signal::Fault,
        ClientInput::Event(_) => Signal::Other,
        ClientInput::Leave | ClientInput::StartAnother | ClientInput::Released => Signal::End,
    }
}
