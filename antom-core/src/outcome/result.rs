//! The `result` object of answers, notifications and transactions.
//! Its meaning is left to `advise`, and the decision to the domain.

use std::fmt;

use super::ResultStatus;

/// A result code such as `PAYMENT_IN_PROCESS`: open text, because the gateway adds codes.
#[derive(Clone, PartialEq, Eq, Hash, Default)]
pub struct ResultCode(Option<Box<str>>);

impl ResultCode {
    /// The code with this text; an empty text is the code that the gateway left out.
    pub fn new(code: impl Into<String>) -> Self {
        Self(Some(code.into().into_boxed_str()))
    }

    /// The text of the code; empty if there was none.
    pub fn as_str(&self) -> &str {
        self.0.as_deref().unwrap_or_default()
    }

    /// Whether it is exactly this code.
    pub fn is(&self, code: &str) -> bool {
        self.as_str() == code
    }

    /// Whether the member was missing in the message; an empty text is not.
    pub fn is_absent(&self) -> bool {
        self.0.is_none()
    }
}

impl From<&str> for ResultCode {
    fn from(code: &str) -> Self {
        Self::new(code)
    }
}

impl From<String> for ResultCode {
    fn from(code: String) -> Self {
        Self::new(code)
    }
}

impl fmt::Display for ResultCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for ResultCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ResultCode({self})")
    }
}

/// How a call went: `{resultCode, resultStatus, resultMessage}`. The status comes first, the code refines it.
///
/// A missing status is unknown, never a default. The message is for people: it varies and is never compared.
///
/// Made by [`GatewayResult::new`], or read from a message.
#[derive(Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct GatewayResult {
    /// At most 64 characters; empty if it was missing.
    pub result_code: ResultCode,
    /// Success, failure or unknown; absent means unknown.
    pub result_status: Option<ResultStatus>,
    /// At most 256 characters; wording differs between answers.
    pub result_message: Option<String>,
    /// Members that are not listed, as they came.
    #[cfg(feature = "serde")]
    pub unknown: serde_json::Map<String, serde_json::Value>,
}

impl fmt::Debug for GatewayResult {
    /// Members that are not listed are left out: nobody knows what they hold.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GatewayResult")
            .field("result_code", &self.result_code)
            .field("result_status", &self.result_status)
            .field("result_message", &self.result_message)
            .finish_non_exhaustive()
    }
}

impl GatewayResult {
    /// A result with code, status and message.
    pub fn new(
        result_code: impl Into<ResultCode>,
        result_status: ResultStatus,
        result_message: impl Into<String>,
    ) -> Self {
        Self {
            result_code: result_code.into(),
            result_status: Some(result_status),
            result_message: Some(result_message.into()),
            #[cfg(feature = "serde")]
            unknown: serde_json::Map::new(),
        }
    }

    /// Whether the status says success, and nothing else does.
    pub fn is_success(&self) -> bool {
        self.result_status == Some(ResultStatus::Success)
    }

    /// Whether the status says failure, and nothing else does.
    pub fn is_failure(&self) -> bool {
        self.result_status == Some(ResultStatus::Failure)
    }

    /// Whether neither success nor failure is said: `U`, a word that is not listed, or no status at all.
    //= X-11
    pub fn is_unknown(&self) -> bool {
        !self.is_success() && !self.is_failure()
    }
}
