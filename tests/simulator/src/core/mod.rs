//! The gateway without a network: its state machine in virtual time, with seeded randomness.
//! Everything comes in as arguments, everything goes out as values; sockets, signatures and clocks are the shell's.

mod amount;
mod buyer;
mod calls;
mod card_form;
mod cards;
mod checkout;
mod codes;
mod contract;
mod control;
#[allow(dead_code, reason = "the settlement files and inquireExchangeRate, which follow, use it")]
mod exchange;
mod faults;
mod fields;
mod fingerprint;
mod gateway;
mod journal;
mod methods;
mod mutation;
mod names;
mod notification_log;
mod notifications;
mod operation;
mod operations;
mod payment;
mod random;
mod reply;
mod saved;
mod scenarios;
mod terms;
mod three_ds;
mod time;
mod timings;
mod tokens;
mod views;

pub use buyer::{Completion, CompletionError, Outcome, Submitted};
pub use calls::{Answer, Handled, unsigned_refusal};
pub use card_form::{BillingAddress, CardForm};
pub use checkout::{Checkout, CheckoutStanding, CheckoutView, StoredCardView};
pub use gateway::{Gateway, GatewaySettings};
pub use names::Name;
pub use notification_log::NotificationFilter;
pub use notifications::{Delivery, Seal, Send};
pub use operation::Operation;
pub use saved::SavedGateway;
pub use three_ds::{ChallengeAnswer, ChallengeView};
pub use time::Time;
