//! The operations of the gateway and the paths they answer on.
//! What they do is in the files under `operations`.

/// An operation of the payment API.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Operation {
    /// Makes a session for a client SDK.
    CreatePaymentSession,
    /// Starts a payment.
    Pay,
    /// Tells where a payment stands.
    InquiryPayment,
    /// Takes authorized money.
    Capture,
    /// Closes, voids or reverses a payment.
    Cancel,
    /// Sends captured money back.
    Refund,
    /// Tells where a refund stands.
    InquiryRefund,
    /// Lists payment methods.
    Consult,
}

const ALL: [Operation; 8] = [
    Operation::CreatePaymentSession,
    Operation::Pay,
    Operation::InquiryPayment,
    Operation::Capture,
    Operation::Cancel,
    Operation::Refund,
    Operation::InquiryRefund,
    Operation::Consult,
];

impl Operation {
    /// The last part of the path, which is also the name in fault rules and scenarios.
    pub fn name(self) -> &'static str {
        match self {
            Self::CreatePaymentSession => "createPaymentSession",
            Self::Pay => "pay",
            Self::InquiryPayment => "inquiryPayment",
            Self::Capture => "capture",
            Self::Cancel => "cancel",
            Self::Refund => "refund",
            Self::InquiryRefund => "inquiryRefund",
            Self::Consult => "consult",
        }
    }

    /// The operation of this name.
    pub fn named(name: &str) -> Option<Self> {
        ALL.into_iter().find(|operation| operation.name() == name)
    }

    /// The operation that a path stands for, with either prefix (sandbox facts 1.4).
    pub fn at_path(path: &str) -> Option<Self> {
        let rest = path.strip_prefix("/ams/sandbox/api/v1/payments/");
        Self::named(rest.or_else(|| path.strip_prefix("/ams/api/v1/payments/"))?)
    }
}
