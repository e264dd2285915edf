//! The gateway without a network: its state machine in virtual time, with seeded randomness.
//! Everything comes in as arguments, everything goes out as values; sockets, signatures and clocks are the shell's.
//!
//! ```
//! use std::time::Duration;
//!
//! use antom_simulator::core::{Answer, Completion, Delivery, Gateway, GatewaySettings, Operation, Outcome, Time};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let start = Time::parse("2026-01-10T02:00:00Z").ok_or("a time")?;
//! let mut gateway = Gateway::new(GatewaySettings::default(), start);
//! let client = "SANDBOX_1";
//!
//! let session = br#"{
//!     "productCode": "CASHIER_PAYMENT",
//!     "paymentRequestId": "pay-1",
//!     "paymentAmount": {"currency": "SGD", "value": "4200"},
//!     "paymentMethod": {"paymentMethodType": "CARD"},
//!     "paymentFactor": {"isAuthorization": true},
//!     "order": {
//!         "referenceOrderId": "order-1",
//!         "orderDescription": "a chair",
//!         "orderAmount": {"currency": "SGD", "value": "4200"}
//!     },
//!     "paymentRedirectUrl": "https://shop.test/result",
//!     "paymentNotifyUrl": "https://shop.test/notifications"
//! }"#;
//! let handled = gateway.call(start, client, Operation::CreatePaymentSession, session);
//! assert!(matches!(handled.answer, Answer::Body(text, _) if text.contains("paymentSessionData")));
//!
//! // The buyer pays; five seconds later the gateway wants to tell of the payment and of its capture.
//! gateway.complete(start, Some(client), "pay-1", &Completion::of(Outcome::Success))?;
//! gateway.run_to(start.after(Duration::from_secs(5)));
//! let sends = gateway.take_sends();
//! assert_eq!(sends.len(), 2);
//! let acknowledged = r#"{"result":{"resultCode":"SUCCESS","resultStatus":"S","resultMessage":"success"}}"#;
//! for send in &sends {
//!     // A shell would sign `send.body`, post it to `send.url` and say how that went.
//!     gateway.delivered(send, Delivery { status: Some(200), answer: acknowledged.to_owned(), error: None });
//! }
//! assert_eq!(gateway.ledger(None)["orders"]["order-1"]["held"], "4200");
//! # Ok(())
//! # }
//! ```

mod amount;
mod announcements;
mod arrangement;
mod body;
mod buyer;
mod calls;
mod captures;
mod card_form;
mod card_use;
mod cards;
mod catalogue;
mod checkout;
mod codes;
mod contract;
mod control;
mod discretion;
mod exchange;
mod faults;
mod fields;
mod fingerprint;
mod gateway;
mod growth;
mod hurry;
mod increments;
mod instalments;
mod journal;
mod judging;
mod late;
mod methods;
mod mutation;
mod names;
mod notification_log;
mod notifications;
mod operation;
mod operations;
mod overview;
mod payment;
mod random;
mod reading;
mod refunds;
mod reply;
mod review;
mod saved;
mod scenario_book;
mod scenarios;
mod settlement;
mod terms;
mod three_ds;
mod time;
mod timings;
mod tokens;
mod traffic;
mod vaulting;
mod verdicts;
mod verification;
mod views;

pub use buyer::{Completion, CompletionError, Outcome, Submitted};
pub use calls::{Answer, Handled, unsigned_refusal};
pub use card_form::{BillingAddress, CardForm};
pub use cards::{TestCard, test_cards};
pub use checkout::{Checkout, CheckoutStanding, CheckoutView, StoredCardView};
pub use codes::payment_result;
pub use gateway::{Gateway, GatewaySettings};
pub use names::Name;
pub use notification_log::NotificationFilter;
pub use notifications::{Delivery, Seal, Send};
pub use operation::Operation;
pub use overview::PaymentFilter;
#[cfg(feature = "http")]
pub(crate) use reading::read_named;
pub use saved::SavedGateway;
pub use scenario_book::ScenarioBook;
pub use settlement::{Planted, Settlement, SettlementError, SettlementFile, customer_of};
pub use three_ds::{ChallengeAnswer, ChallengeKind, ChallengeView};
pub use time::Time;
