//! Outbound adapters: what the domain's ports are made of.
//! Choosing among them is the composition root's, `service`.

#[cfg(any(feature = "service", feature = "postgres", feature = "sqlite"))]
pub mod archive;
pub mod clock;
#[cfg(any(feature = "service", feature = "postgres", feature = "sqlite"))]
#[cfg_attr(
    not(any(feature = "postgres", feature = "sqlite")),
    expect(dead_code, reason = "without a storage keys are only read and checked")
)]
pub mod data_keys;
pub mod entropy;
#[cfg(any(feature = "webhooks", feature = "nats"))]
pub mod events;
#[cfg(feature = "test-clock")]
pub mod followed_clock;
#[cfg(feature = "gateway")]
pub mod gateway;
#[cfg(any(feature = "service", feature = "postgres", feature = "sqlite"))]
pub mod inspect;
#[cfg(feature = "service")]
pub(crate) mod plain_get;
#[cfg(feature = "postgres")]
pub mod postgres;
#[cfg(feature = "sqlite")]
pub mod sqlite;
#[cfg(any(feature = "postgres", feature = "sqlite"))]
mod stored;
