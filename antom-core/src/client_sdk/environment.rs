//! Whether a session belongs to the sandbox or to production.
//! Which paths the server calls is left to `antom-http`.

use std::fmt;

use crate::id::ClientId;

/// Sandbox or production; session and client SDK must agree.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Environment {
    /// For tests; no money moves.
    Sandbox,
    /// Real payments.
    Production,
}

impl Environment {
    /// The environment of every session that this client id makes.
    //= C-9
    pub fn of(client_id: &ClientId) -> Self {
        if client_id.is_sandbox() { Self::Sandbox } else { Self::Production }
    }

    /// The web SDK's word: `sandbox` or `prod`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Sandbox => "sandbox",
            Self::Production => "prod",
        }
    }
}

impl fmt::Display for Environment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(feature = "serde")]
impl serde::Serialize for Environment {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}
