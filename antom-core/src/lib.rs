//! Vocabulary of the Antom payment gateway: money, ids, time, outcomes and wire messages.
//! Signing is left to `antom-signing`, calls to `antom-http`, decisions to `antom-domain`.
//!
//! This crate has no I/O, no async and no clock. A team that only wants the types takes it alone; the messages
//! in the module `wire` and all serialisation come with the feature `serde`.
//!
//! | page | holds |
//! |---|---|
//! | [`money`] | [`Money`] in minor units, [`Currency`] with its exponent, value rules of currencies and methods |
//! | [`id`] | one validated type for each kind of id |
//! | [`time`] | [`Timestamp`], and [`WireTime`] which keeps the text and offset that it came with |
//! | [`outcome`] | statuses, result codes with meaning and next step per operation, [`advise`] |
//! | [`open`](mod@open) | [`open_enum!`]: words that are not listed are kept |
//! | [`secret`] | [`Secret`]: never printed, never serialised by accident |
//! | [`client_sdk`] | configuration, events and session machine of the client SDKs for web and Android |
//! | `wire` | requests, answers and notifications, every field of the published models |
//!
//! # Money
//! Minor units and a currency; nothing is added, taken away or compared without looking at both.
//!
//! ```
//! use antom_core::{Currency, Money, MoneyError};
//!
//! let yen = Currency::parse("JPY")?;
//! let dollars = Currency::parse("USD")?;
//! let price = Money::parse_minor(yen, "1200")?;
//! assert_eq!(price.to_string(), "JPY 1200");
//! assert!(matches!(price.checked_add(Money::zero(dollars)), Err(MoneyError::CurrencyMismatch { .. })));
//! # Ok::<(), MoneyError>(())
//! ```
//!
//! # Ids
//! One type for each kind, and parsing is the only way in.
//!
//! ```
//! use antom_core::{ClientId, PaymentRequestId};
//!
//! assert!(PaymentRequestId::parse("订单-1").is_err());
//! assert!(ClientId::parse("SANDBOX_5X00000000000000")?.is_sandbox());
//! # Ok::<(), antom_core::IdError>(())
//! ```
//!
//! # Outcomes
//! A status that is missing or not listed is neither success nor failure. Codes have a meaning and a next step
//! per operation; codes that nobody knows yet follow their status.
//!
//! ```
//! use antom_core::{Action, Api, GatewayResult, PaymentStatus, ResultStatus, advise};
//!
//! let result = GatewayResult::new("PAYMENT_IN_PROCESS", ResultStatus::Unknown, "payment in process");
//! assert_eq!(advise(Api::Pay, &result).action, Action::Inquire);
//!
//! let status = PaymentStatus::from("PARTLY_PAID");
//! assert!(status.is_unlisted() && !status.is_final());
//! ```
//!
//! # Client SDKs
//! Options are printed exactly as the SDKs read them, and every event has a next step; the page is
//! [`client_sdk`].
//!
//! ```
//! use antom_core::client_sdk::{EventCode, NextStep, WebLocale};
//!
//! assert_eq!(WebLocale::from_tag("fr-CA").as_str(), "fr_FR");
//! assert_eq!(EventCode::from("SDK_PAYMENT_PROCESSING").next_step(), NextStep::AskServer);
//! ```
//!
//! # Messages
//! Requests take what they need in their constructor and name every fault before they are sent.
#![cfg_attr(feature = "serde", doc = "```")]
#![cfg_attr(not(feature = "serde"), doc = "```text")]
//! use antom_core::wire::{Env, FieldRule, Order, PayRequest, PaymentFactor, PaymentMethod};
//! use antom_core::{CaptureMode, Currency, Money, PaymentRequestId, ReferenceOrderId, TerminalType};
//!
//! let amount = Money::parse_decimal(Currency::parse("SGD")?, "42.00")?;
//! let order = Order::new(ReferenceOrderId::parse("order-17")?, "Cappuccino", amount);
//! let mut request = PayRequest::new(
//!     PaymentRequestId::parse("order-17-attempt-1")?,
//!     order,
//!     amount,
//!     PaymentMethod::card(),
//!     "https://shop.example/result",
//!     Env::new(TerminalType::Web),
//! );
//!
//! let errors = request.validate().unwrap_err();
//! assert_eq!(errors.to_string(), "paymentFactor.isAuthorization must be true");
//! assert_eq!(errors.as_slice()[0].rule, FieldRule::MustBe("true"));
//!
//! request.payment_factor = Some(PaymentFactor::card(CaptureMode::Automatic));
//! request.validate()?;
//! let body = serde_json::to_string(&request)?;
//! assert!(body.contains(r#""paymentAmount":{"currency":"SGD","value":"4200"}"#));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

pub mod client_sdk;
pub mod id;
pub mod money;
pub mod open;
pub mod outcome;
pub mod secret;
pub mod time;
#[cfg(feature = "serde")]
pub mod wire;

pub use id::{
    CaptureId, CaptureRequestId, ClientId, IdError, IdFault, PaymentId, PaymentRequestId, PaymentSessionId,
    ReferenceBuyerId, ReferenceOrderId, RefundId, RefundRequestId, TransactionId, UpdateRequestId,
    VaultingRequestId,
};
pub use money::{Currency, CurrencyError, Money, MoneyError};
pub use outcome::{
    Action, Advice, Api, AuthReviewStatus, CaptureMode, CodeSource, GatewayResult, NotifyType, OsType,
    PaymentStatus, RefundStatus, ResultCode, ResultStatus, TerminalType, TransactionType, advise,
    advise_from,
};
pub use secret::Secret;
pub use time::{TimeError, Timestamp, WireTime};

/// What the exported macros need from other crates; not for direct use.
#[doc(hidden)]
#[cfg(feature = "serde")]
pub mod private {
    pub use serde;
}
