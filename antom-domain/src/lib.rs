//! Decisions about Antom payments: pure state machines, the policies they follow, and the ports around them.
//! Nothing here talks to a network, a disk or a clock: adapters do, through the traits in [`port`].
//!
//! The order is the root. [`order::Order::decide`] answers a merchant's command, [`order::Order::absorb`] takes in what
//! the gateway showed; both return a [`order::Step`]: events to record and calls to make once they are durable.
//!
//! ```
//! use antom_core::{id::{ReferenceBuyerId, ReferenceOrderId}, money::{Currency, Money}, time::Timestamp};
//! use antom_domain::order::{NewOrder, Order};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let at = Timestamp::from_epoch_millis(1_795_000_000_000);
//! let new = NewOrder {
//!     reference_order_id: ReferenceOrderId::parse("ORDER-1")?,
//!     amount: Money::from_minor(Currency::parse("USD")?, 1_000)?,
//!     description: "One coffee".to_owned(),
//!     reference_buyer_id: ReferenceBuyerId::parse("BUYER-1")?,
//!     details: Default::default(),
//! };
//! let (order, step) = Order::create(&new, at)?;
//! assert_eq!(step.events.len(), 1);
//! assert!(order.shippable().is_err(), "nobody has paid yet");
//! # Ok(())
//! # }
//! ```

pub mod authorization;
pub mod cancel;
pub mod capture;
pub mod merchant_event;
pub mod order;
pub mod payment;
pub mod policy;
pub mod port;
pub mod reading;
pub mod refund;
pub mod service;
#[cfg(feature = "testing")]
pub mod testing;
pub mod verdict;
