//! The operations of the gateway and the paths they answer on; the one list that requests, faults and scenarios use.
//! What they do is in the files under `operations`.

use serde::{Deserialize, Serialize};

/// An operation of the gateway's API.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
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
    /// Tells a session again, and what became of it.
    RetrievePaymentSession,
    /// Lists instalment plans.
    InquireInstallment,
    /// Tells prices of currencies.
    InquireExchangeRate,
    /// Raises an authorized amount.
    UpdateAmount,
    /// Makes a session in which a client SDK stores a card.
    CreateVaultingSession,
    /// Stores a card.
    VaultPaymentMethod,
    /// Tells where the storing of a card stands.
    InquireVaulting,
    /// Tells what a token stands for.
    InquireToken,
    /// Changes what is kept with a token.
    UpdateToken,
    /// Forgets a token.
    DeleteToken,
}

impl Operation {
    /// All operations.
    pub const ALL: [Self; 18] = [
        Self::CreatePaymentSession,
        Self::Pay,
        Self::InquiryPayment,
        Self::Capture,
        Self::Cancel,
        Self::Refund,
        Self::InquiryRefund,
        Self::Consult,
        Self::RetrievePaymentSession,
        Self::InquireInstallment,
        Self::InquireExchangeRate,
        Self::UpdateAmount,
        Self::CreateVaultingSession,
        Self::VaultPaymentMethod,
        Self::InquireVaulting,
        Self::InquireToken,
        Self::UpdateToken,
        Self::DeleteToken,
    ];

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
            Self::RetrievePaymentSession => "retrievePaymentSession",
            Self::InquireInstallment => "inquireInstallment",
            Self::InquireExchangeRate => "inquireExchangeRate",
            Self::UpdateAmount => "updateAmount",
            Self::CreateVaultingSession => "createVaultingSession",
            Self::VaultPaymentMethod => "vaultPaymentMethod",
            Self::InquireVaulting => "inquireVaulting",
            Self::InquireToken => "inquireToken",
            Self::UpdateToken => "updateToken",
            Self::DeleteToken => "deleteToken",
        }
    }

    /// The part of the path before the name.
    pub fn group(self) -> &'static str {
        match self {
            Self::CreateVaultingSession
            | Self::VaultPaymentMethod
            | Self::InquireVaulting
            | Self::InquireToken
            | Self::UpdateToken
            | Self::DeleteToken => "vaults",
            _ => "payments",
        }
    }

    /// The operation of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|operation| operation.name() == name)
    }

    /// The operation that a path stands for, with either prefix (sandbox facts 1.4).
    pub fn at_path(path: &str) -> Option<Self> {
        let rest = path.strip_prefix("/ams/sandbox/api/").or_else(|| path.strip_prefix("/ams/api/"))?;
        // The official Python SDK writes one slash too many in this path alone (official SDK facts 3.1).
        if rest == "/v1/payments/retrievePaymentSession" {
            return Some(Self::RetrievePaymentSession);
        }
        let (group, name) = rest.strip_prefix("v1/")?.split_once('/')?;
        Self::named(name).filter(|operation| operation.group() == group)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_operation_has_its_path_in_its_own_group_under_both_prefixes() {
        for operation in Operation::ALL {
            let (group, name) = (operation.group(), operation.name());
            let other = if group == "vaults" { "payments" } else { "vaults" };
            for prefix in ["/ams/api/v1", "/ams/sandbox/api/v1"] {
                assert_eq!(Operation::at_path(&format!("{prefix}/{group}/{name}")), Some(operation));
                assert_eq!(Operation::at_path(&format!("{prefix}/{other}/{name}")), None);
            }
        }
    }

    #[test]
    fn a_double_slash_is_accepted_in_the_one_path_where_an_sdk_sends_it() {
        for prefix in ["/ams/api", "/ams/sandbox/api"] {
            assert_eq!(
                Operation::at_path(&format!("{prefix}//v1/payments/retrievePaymentSession")),
                Some(Operation::RetrievePaymentSession)
            );
            assert_eq!(Operation::at_path(&format!("{prefix}//v1/payments/pay")), None);
            assert_eq!(Operation::at_path(&format!("{prefix}/v1//payments/retrievePaymentSession")), None);
        }
    }
}
