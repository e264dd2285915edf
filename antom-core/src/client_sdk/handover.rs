//! What the server gives to the merchant's client to start the SDK with.
//! Making the session, and a new one where this is refused, is left to the server.

use std::fmt;
use std::time::Duration;

use serde::ser::SerializeMap as _;
use serde::{Serialize, Serializer};

use super::Environment;
use crate::id::ClientId;
use crate::secret::Secret;
use crate::time::Timestamp;
use crate::wire::CreatePaymentSessionResponse;

/// Session data for one buyer's client, with the environment that it belongs to.
///
/// It is printed as `{"environment":"sandbox","sessionData":"...","expiresAt":"..."}`, with the data as one
/// text, whole and unchanged; Debug does not show it.
///
/// ```
/// use std::time::Duration;
///
/// use antom_core::client_sdk::{HandoverError, SessionHandover};
/// use antom_core::{ClientId, Timestamp};
///
/// let response = serde_json::from_str(
///     r#"{"result":{"resultStatus":"S"},"paymentSessionData":"a+/==&&SG&&111",
///         "paymentSessionExpiryTime":"2026-11-22T02:30:00Z"}"#,
/// )?;
/// let client_id = ClientId::parse("SANDBOX_5X00000000000000")?;
/// let margin = Duration::from_secs(60);
///
/// let handover = SessionHandover::new(&client_id, &response, Timestamp::parse("2026-11-22T02:00:00Z")?, margin)?;
/// assert!(serde_json::to_string(&handover)?.contains(r#""sessionData":"a+/==&&SG&&111""#));
///
/// let late = SessionHandover::new(&client_id, &response, Timestamp::parse("2026-11-22T02:29:30Z")?, margin);
/// assert_eq!(late.unwrap_err(), HandoverError::Expired);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
//= S-4, T-7
//= C-9
#[derive(Clone)]
pub struct SessionHandover {
    environment: Environment,
    session_data: Secret,
    expires: Timestamp,
}

/// Why a session is not handed out; in every case a new one is requested, under a new `paymentRequestId`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum HandoverError {
    /// The gateway did not say success.
    #[error("the session was not made")]
    NotMade,
    /// There is no session data.
    #[error("the session has no data")]
    NoData,
    /// Nobody knows until when it can be used.
    #[error("the session has no readable expiry time")]
    NoExpiry,
    /// It has expired, or is about to.
    #[error("the session has expired or is about to")]
    Expired,
}

impl SessionHandover {
    /// Takes the gateway's answer for this client id, unless less than `margin` is left of the session.
    ///
    /// # Errors
    /// [`HandoverError`]: a new session is needed.
    pub fn new(
        client_id: &ClientId,
        response: &CreatePaymentSessionResponse,
        at: Timestamp,
        margin: Duration,
    ) -> Result<Self, HandoverError> {
        if !response.result.as_ref().is_some_and(crate::GatewayResult::is_success) {
            return Err(HandoverError::NotMade);
        }
        let data = response.payment_session_data.as_deref().filter(|data| !data.is_empty());
        let data = data.ok_or(HandoverError::NoData)?;
        let expires = response.payment_session_expiry_time.as_ref().and_then(crate::WireTime::instant);
        let expires = expires.ok_or(HandoverError::NoExpiry)?;
        if at.saturating_add(margin) >= expires {
            return Err(HandoverError::Expired);
        }
        Ok(Self { environment: Environment::of(client_id), session_data: Secret::new(data), expires })
    }

    /// That of the session, and so of the SDK.
    pub const fn environment(&self) -> Environment {
        self.environment
    }

    /// The data, whole and unchanged.
    pub const fn session_data(&self) -> &Secret {
        &self.session_data
    }

    /// After it the session cannot be used.
    pub const fn expires(&self) -> Timestamp {
        self.expires
    }
}

impl fmt::Debug for SessionHandover {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SessionHandover")
            .field("environment", &self.environment)
            .field("session_data", &self.session_data)
            .field("expires", &self.expires)
            .finish()
    }
}

impl Serialize for SessionHandover {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(3))?;
        map.serialize_entry("environment", &self.environment)?;
        map.serialize_entry("sessionData", self.session_data.expose())?;
        map.serialize_entry("expiresAt", &self.expires)?;
        map.end()
    }
}
