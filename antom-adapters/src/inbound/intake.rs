//! Takes the body of a request in: bounded in size and in time, never decompressed.
//! What an unusable body is answered with is left to the routes.

use std::time::Duration;

use axum::body::{Body, Bytes, HttpBody as _, to_bytes};

/// How long a body may take, from the end of the headers to its own.
pub(super) const BODY_WITHIN: Duration = Duration::from_secs(10);

/// Why there is no whole body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Spoilt {
    /// It is larger than allowed, or broke off.
    TooLarge,
    /// It did not come to its end in time.
    TooSlow,
}

/// The whole body of at most `max` bytes. One that announces more is not read at all; of one that turns out to be larger
/// nothing is kept.
pub(super) async fn whole(body: Body, max: usize, within: Duration) -> Result<Bytes, Spoilt> {
    if usize::try_from(body.size_hint().lower()).is_ok_and(|announced| announced <= max) {
        match tokio::time::timeout(within, to_bytes(body, max)).await {
            Ok(read) => read.map_err(|_| Spoilt::TooLarge),
            Err(_) => Err(Spoilt::TooSlow),
        }
    } else {
        Err(Spoilt::TooLarge)
    }
}
