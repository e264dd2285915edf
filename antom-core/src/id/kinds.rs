//! The kinds of ids, all made by one macro; a copy of an id shares its text.
//! Making new ids is left to the `IdSource` port.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use super::error::Shape;
use super::{IdError, IdFault};

macro_rules! id {
    ($(#[$meta:meta])* $name:ident, $kind:literal, $shape:ident) => {
        $(#[$meta])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Arc<str>);

        impl $name {
            /// The gateway's word for this kind of id.
            pub const KIND: &'static str = $kind;

            /// The most characters it may have.
            pub const MAX_LEN: usize = Shape::$shape.max_len();

            /// Takes the text as it is; nothing is trimmed or folded.
            ///
            /// # Errors
            /// [`IdError`] with the kind and the fault, never the text.
            pub fn parse(text: impl Into<String>) -> Result<Self, IdError> {
                let text: String = text.into();
                match Shape::$shape.check(&text) {
                    Ok(()) => Ok(Self(text.into())),
                    Err(reason) => Err(fault(Self::KIND, reason)),
                }
            }

            /// The text of the id.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self.0)
            }
        }

        impl FromStr for $name {
            type Err = IdError;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Self::parse(text)
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> Self {
                id.as_str().to_owned()
            }
        }

        #[cfg(feature = "serde")]
        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(&self.0)
            }
        }

        #[cfg(feature = "serde")]
        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                Self::parse(String::deserialize(deserializer)?).map_err(serde::de::Error::custom)
            }
        }
    };
}

const fn fault(kind: &'static str, reason: IdFault) -> IdError {
    IdError { kind, reason }
}

id! {
    /// The merchant's id of an order; the same for every attempt to pay it (1 to 64 visible ASCII characters).
    ReferenceOrderId, "referenceOrderId", Merchant
}
id! {
    /// The merchant's id of one attempt to pay, the idempotency key of `pay` and `createPaymentSession`
    /// (1 to 64 visible ASCII characters).
    ///
    /// ```
    /// use antom_core::PaymentRequestId;
    ///
    /// let id = PaymentRequestId::parse("order-17-attempt-1")?;
    /// assert_eq!(id.as_str(), "order-17-attempt-1");
    /// assert!(PaymentRequestId::parse("order#17").is_err());
    /// # Ok::<(), antom_core::IdError>(())
    /// ```
    PaymentRequestId, "paymentRequestId", Merchant
}
id! {
    /// The merchant's id of one capture, its idempotency key (1 to 64 visible ASCII characters).
    CaptureRequestId, "captureRequestId", Merchant
}
id! {
    /// The merchant's id of one refund, its idempotency key (1 to 64 visible ASCII characters).
    RefundRequestId, "refundRequestId", Merchant
}
id! {
    /// The merchant's id of one raised amount, its idempotency key (1 to 64 visible ASCII characters).
    UpdateRequestId, "updateRequestId", Merchant
}
id! {
    /// The merchant's id of one storing of a payment method, its idempotency key (1 to 64 visible ASCII
    /// characters).
    VaultingRequestId, "vaultingRequestId", Merchant
}
id! {
    /// The merchant's id of a buyer (1 to 64 visible ASCII characters).
    ReferenceBuyerId, "referenceBuyerId", Merchant
}
id! {
    /// The gateway's id of a payment session.
    PaymentSessionId, "paymentSessionId", Gateway
}
//= T-2
id! {
    /// The gateway's id of a payment: opaque text, neither a number nor unique among other kinds of ids.
    PaymentId, "paymentId", Gateway
}
id! {
    /// The gateway's id of a capture; it may equal the payment's id.
    CaptureId, "captureId", Gateway
}
id! {
    /// The gateway's id of a refund.
    RefundId, "refundId", Gateway
}
id! {
    /// The gateway's id of an entry in the `transactions` of an inquiry.
    TransactionId, "transactionId", Gateway
}
id! {
    /// The id under which the gateway knows the merchant; sent as a header and signed (visible ASCII).
    ClientId, "clientId", Header
}

impl ClientId {
    /// Whether the id belongs to the sandbox, whose paths start with `/ams/sandbox/api/`.
    //= G-1
    pub fn is_sandbox(&self) -> bool {
        self.as_str().starts_with("SANDBOX_")
    }
}
