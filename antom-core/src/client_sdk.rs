//! What the gateway's client SDKs for the web and for Android take, report and need to be told.
//! Running them is left to the merchant's page or app, and the payment's outcome to the server.
//!
//! A client's report is for the buyer's eyes. Nothing here yields a payment's state: the most that a report
//! may cause is an inquiry by the server.
//!
//! # Configuration
//! The server says which environment the session belongs to; texts and options are printed exactly as the SDKs
//! read them.
//!
//! ```
//! use antom_core::ClientId;
//! use antom_core::client_sdk::{AndroidConfiguration, AndroidLocale, Environment, WebLocale};
//!
//! let environment = Environment::of(&ClientId::parse("SANDBOX_5X00000000000000")?);
//! assert_eq!(environment.as_str(), "sandbox");
//! assert_eq!(WebLocale::from_tag("zh-Hans-CN").as_str(), "zh_CN");
//! assert_eq!(WebLocale::from_tag("sv-SE"), WebLocale::EnUs);
//!
//! let configuration = AndroidConfiguration::new(environment).with_locale(AndroidLocale::from_tag("id"));
//! assert_eq!(configuration.options(), [("sandbox", "true"), ("showLoading", "true"), ("showSubmitButton", "true")]);
//! # Ok::<(), antom_core::IdError>(())
//! ```
//!
//! # Events
//! Every code has a next step; a code that nobody knows yet is carried, and leads to a question to the server.
//!
//! ```
//! use antom_core::client_sdk::{EventCode, NextStep};
//!
//! assert_eq!(EventCode::from("SDK_PAYMENT_SUCCESSFUL").next_step(), NextStep::ShowResultPage);
//! let new = EventCode::from("SDK_SOMETHING_NEW");
//! assert_eq!((new.as_str(), new.next_step()), ("SDK_SOMETHING_NEW", NextStep::AskServer));
//! ```
//!
//! # The client session
//! A small machine says what to do, whether session data may be used again, and when the component must be
//! released.
//!
//! ```
//! use antom_core::Timestamp;
//! use antom_core::client_sdk::{ClientInput, ClientSession, Directive, Display, EventCode, NextStep};
//! use antom_core::client_sdk::SessionDataUse;
//!
//! let now = Timestamp::parse("2026-11-22T01:30:00Z")?;
//! let expires = Timestamp::parse("2026-11-22T02:30:00Z")?;
//! let mut session = ClientSession::new(Display::PopUp, Some(expires));
//! session.apply(ClientInput::Create, now)?;
//! let directives = session.apply(ClientInput::Event(EventCode::PaymentCancel), now)?;
//! assert_eq!(directives, [Directive::Release, Directive::Next(NextStep::ReuseOrRenewSession)]);
//! session.apply(ClientInput::Released, now)?;
//! assert_eq!(session.session_data_use(now), SessionDataUse::Reusable);
//! assert_eq!(session.session_data_use(expires), SessionDataUse::RequestNew);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod android;
mod component;
mod environment;
mod event;
mod locale;
mod session;
mod web;

#[cfg(feature = "serde")]
mod handover;

pub use android::AndroidConfiguration;
pub use component::{ComponentOptions, Display};
pub use environment::Environment;
pub use event::{EventCode, NextStep};
#[cfg(feature = "serde")]
pub use handover::{HandoverError, SessionHandover};
pub use locale::{AndroidLocale, WebLocale};
pub use session::{ClientInput, ClientPhase, ClientRefusal, ClientSession, Directive, SessionDataUse};
pub use web::{Callback, WebConfiguration};

#[cfg(feature = "serde")]
pub use crate::wire::{ClientEvent, ClientEventResult, SubmitArgument, SubmitResult};
