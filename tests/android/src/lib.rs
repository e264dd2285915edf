//! The gateway's Android SDK as its documents describe it, and the phone around it: what an app calls, hears and must release.
//! The form's payments are the gateway's (the simulator's) to judge; what an app does about an event is the example's.
//!
//! Types and methods have the documented names, in the spelling of Rust: `createComponent` is
//! [`AMSCashierPayment::create_component`]. Where the documents are silent the driver is strict, so that what passes here
//! passes wherever the SDK is milder: a call that they do not promise is a [`Misuse`].
//!
//! ```no_run
//! use std::rc::Rc;
//!
//! use antom_android_driver::{AMSCashierPayment, AMSCashierPaymentConfiguration, AMSEventResult, Card, Device, Locale};
//!
//! # fn main() -> Result<(), antom_tests::Failure> {
//! let device = Device::new("http://127.0.0.1:4010");
//! let activity = device.start_activity();
//!
//! let mut configuration = AMSCashierPaymentConfiguration::new();
//! configuration.set_locale(Locale::new("en", "US"));
//! configuration.set_option("sandbox", "true")?;
//! configuration.set_option("showLoading", "true")?;
//! configuration.set_option("showSubmitButton", "true")?;
//! configuration.set_on_checkout_listener(Rc::new(|event_code: &str, _: &AMSEventResult| {
//!     assert_eq!(event_code, "SDK_PAYMENT_SUCCESSFUL");
//! }));
//!
//! let checkout = AMSCashierPayment::builder(&activity, &configuration).build()?;
//! checkout.create_component(&activity, "paymentSessionData, whole and unchanged")?;
//! device.buyer().pays(&Card::APPROVED)?;
//! checkout.on_destroy();
//! # Ok(())
//! # }
//! ```

mod buyer;
mod checkout;
mod configuration;
mod device;
mod event;
mod form;
mod links;
mod misuse;

pub use buyer::{Act, BankAnswer, Buyer, Card};
pub use checkout::{AMSCashierPayment, Builder};
pub use configuration::{AMSCashierPaymentConfiguration, Locale};
pub use device::{Activity, Device, Shows};
pub use event::{AMSEventResult, OnCheckoutListener};
pub use links::App;
pub use misuse::Misuse;
