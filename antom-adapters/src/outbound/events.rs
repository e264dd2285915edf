//! Publishers of merchant events: one attempt to tell the merchant's own systems, by webhook or through NATS.
//! Which event is next, and when to try again, is left to the domain.

#[cfg(feature = "nats")]
pub mod nats;
#[cfg(feature = "webhooks")]
pub mod webhook;

/// What receivers are told in `docs/events.md` is compiled and run.
#[cfg(all(doctest, feature = "webhooks"))]
#[doc = include_str!("../../../docs/events.md")]
pub struct Page;
