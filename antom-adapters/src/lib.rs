//! Adapters of the Antom domain, and the service that is put together from them.
//! Decisions are left to `antom-domain`, signatures to `antom-signing`, calls to `antom-http`.
//!
//! | Feature | What it adds |
//! | --- | --- |
//! | `gateway` | [`outbound::gateway`]: the gateway port over `antom-http` |
//! | `sqlite` (default) | [`outbound::sqlite`]: orders, outbox and inbox in one file |
//! | `postgres` | [`outbound::postgres`]: the same in a PostgreSQL database, for several processes |
//! | `webhooks` | [`outbound::events::webhook`]: merchant events by signed webhooks |
//! | `nats` | [`outbound::events::nats`]: merchant events to NATS JetStream |
//! | `keygen` | makes RSA key pairs for the command line |
//! | `otel` | traces of requests and calls for an OpenTelemetry collector |
//! | `test-clock` | [`outbound::followed_clock`]: a simulator's time instead of the machine's, for tests |
//! | `service` | the `antom` binary: configuration, worker, webhook, merchant API, command line |
//!
//! Without features there are the adapters that every program needs: [`outbound::clock`] and [`outbound::entropy`].
//!
//! [`service::Builder`] takes any port, so that no adapter has to be forked to be replaced: the examples `own_store` and
//! `own_gateway` bring one each. With `--no-default-features --features service` no storage is compiled in.

#[cfg(feature = "service")]
pub mod inbound;
#[cfg(feature = "service")]
mod metrics;
pub mod outbound;
#[cfg(feature = "service")]
pub mod service;
#[cfg(feature = "service")]
pub mod worker;
