//! A call that the domain wishes: the bytes, and what they are about.
//! Sending it is the dispatcher's; the bytes never change after the step that wished it.

use std::fmt;

use antom_core::id::{CaptureRequestId, PaymentRequestId, RefundRequestId};
use antom_core::outcome::Api;
use serde::{Deserialize, Serialize};

/// Names a call for ever: the same intent has the same id, whoever decides it again.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct CallId(String);

impl CallId {
    /// Reads a stored id.
    pub fn from_stored(text: impl Into<String>) -> CallId {
        CallId(text.into())
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for CallId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What a call is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "about", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum CallSubject {
    /// Opens the attempt: `createPaymentSession` or `pay`.
    Open {
        /// The attempt.
        payment_request_id: PaymentRequestId,
    },
    /// Captures the attempt.
    Capture {
        /// The attempt.
        payment_request_id: PaymentRequestId,
        /// The capture.
        capture_request_id: CaptureRequestId,
    },
    /// Cancels the attempt.
    Cancel {
        /// The attempt.
        payment_request_id: PaymentRequestId,
        /// Which cancel of the attempt, from 1.
        number: u32,
    },
    /// Refunds captured money of the attempt.
    Refund {
        /// The attempt.
        payment_request_id: PaymentRequestId,
        /// The refund.
        refund_request_id: RefundRequestId,
    },
    /// Asks how the attempt stands.
    Inquire {
        /// The attempt.
        payment_request_id: PaymentRequestId,
    },
    /// Asks how a refund stands.
    InquireRefund {
        /// The attempt.
        payment_request_id: PaymentRequestId,
        /// The refund.
        refund_request_id: RefundRequestId,
    },
}

impl CallSubject {
    /// The attempt that the call is about.
    pub fn payment_request_id(&self) -> &PaymentRequestId {
        match self {
            CallSubject::Open { payment_request_id }
            | CallSubject::Capture { payment_request_id, .. }
            | CallSubject::Cancel { payment_request_id, .. }
            | CallSubject::Refund { payment_request_id, .. }
            | CallSubject::Inquire { payment_request_id }
            | CallSubject::InquireRefund { payment_request_id, .. } => payment_request_id,
        }
    }

    /// The id of the call.
    pub fn call_id(&self) -> CallId {
        CallId(match self {
            CallSubject::Open { payment_request_id } => format!("open:{payment_request_id}"),
            CallSubject::Capture { capture_request_id, .. } => format!("capture:{capture_request_id}"),
            CallSubject::Cancel { payment_request_id, number } => {
                format!("cancel:{payment_request_id}:{number}")
            }
            CallSubject::Refund { refund_request_id, .. } => format!("refund:{refund_request_id}"),
            CallSubject::Inquire { payment_request_id } => format!("inquire:{payment_request_id}"),
            CallSubject::InquireRefund { refund_request_id, .. } => {
                format!("inquire-refund:{refund_request_id}")
            }
        })
    }

    /// Whether the call only asks: it may be repeated freely and moves no money.
    pub fn is_question(&self) -> bool {
        matches!(self, CallSubject::Inquire { .. } | CallSubject::InquireRefund { .. })
    }
}

/// The bytes of a request.
#[derive(Clone, PartialEq, Eq)]
pub struct RequestBody(Vec<u8>);

impl RequestBody {
    /// Wraps serialised bytes.
    pub fn new(bytes: Vec<u8>) -> RequestBody {
        RequestBody(bytes)
    }

    /// The bytes to send.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for RequestBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RequestBody(<{} bytes>)", self.0.len())
    }
}

/// One request to the gateway, complete but for time and signature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GatewayCall {
    /// The operation.
    pub api: Api,
    /// What it is about.
    pub subject: CallSubject,
    /// The exact bytes of the body (B-8).
    pub body: RequestBody,
}

impl GatewayCall {
    /// The id of the call.
    pub fn id(&self) -> CallId {
        self.subject.call_id()
    }
}
