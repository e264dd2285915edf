//! `AMSCashierPayment`: built of a configuration, shows one form, is released by `onDestroy`.
//! The form and what it reports is `form`'s.

use std::cell::{Cell, RefCell};
use std::fmt;
use std::rc::Rc;

use crate::configuration::AMSCashierPaymentConfiguration;
use crate::device::{Activity, Device};
use crate::event::AMSEventResult;
use crate::form::Form;
use crate::misuse::Misuse;

/// `AMSCashierPayment.Builder`.
#[derive(Debug)]
pub struct Builder {
    activity: Activity,
    configuration: AMSCashierPaymentConfiguration,
}

impl Builder {
    /// Makes the SDK ready; nothing is shown yet.
    ///
    /// # Errors
    /// [`Misuse`]: something that the configuration must say, or an activity that is gone.
    pub fn build(self) -> Result<AMSCashierPayment, Misuse> {
        self.activity.check()?;
        self.configuration.check()?;
        Ok(AMSCashierPayment {
            device: self.activity.device().clone(),
            configuration: self.configuration,
            component: RefCell::new(None),
            is_destroyed: Cell::new(false),
        })
    }
}

/// The checkout object of one payment page.
pub struct AMSCashierPayment {
    device: Device,
    configuration: AMSCashierPaymentConfiguration,
    component: RefCell<Option<Rc<Form>>>,
    is_destroyed: Cell<bool>,
}

impl AMSCashierPayment {
    /// `new AMSCashierPayment.Builder(activity, configuration)`.
    pub fn builder(activity: &Activity, configuration: &AMSCashierPaymentConfiguration) -> Builder {
        Builder { activity: activity.clone(), configuration: configuration.clone() }
    }

    /// Shows the form for a session; `session_data` is `paymentSessionData`, whole and unchanged. What goes wrong inside comes
    /// as an event.
    ///
    /// # Errors
    /// [`Misuse`]: there is a component that was not released, or this object was.
    pub fn create_component(&self, activity: &Activity, session_data: &str) -> Result<(), Misuse> {
        activity.check()?;
        if self.is_destroyed.get() {
            return Err(Misuse::Destroyed);
        }
        if self.device.component().is_some() {
            return Err(Misuse::NotReleased);
        }
        let form = Rc::new(Form::new(&self.device, &self.configuration, session_data));
        *self.component.borrow_mut() = Some(Rc::clone(&form));
        self.device.keep_component(Some(Rc::clone(&form)));
        if session_data.is_empty() {
            form.tell("SDK_CREATEPAYMENT_PARAMETER_ERROR", AMSEventResult::saying("sessionData is empty"));
        } else {
            form.open();
        }
        Ok(())
    }

    /// Releases the component; nothing is reported any more. A second call does nothing.
    pub fn on_destroy(&self) {
        self.is_destroyed.set(true);
        if let Some(form) = self.component.borrow_mut().take() {
            form.release();
        }
    }
}

impl Drop for AMSCashierPayment {
    fn drop(&mut self) {
        if self.component.borrow().is_some() {
            self.device.note_leak();
        }
    }
}

impl fmt::Debug for AMSCashierPayment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AMSCashierPayment")
            .field("configuration", &self.configuration)
            .field("is_destroyed", &self.is_destroyed.get())
            .finish_non_exhaustive()
    }
}
