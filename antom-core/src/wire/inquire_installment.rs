//! `inquireInstallment`: which banks offer instalments, and on which terms.
//! Choosing a plan is left to the buyer; it is sent as `creditPayPlan`.

use serde::de::{MapAccess, SeqAccess};
use serde::{Serialize, Serializer};

use super::describe::MemberKind;
use super::member::{Member, Read};
use super::{Amount, FieldErrors, Logo, SupportCardBrand, validate};
use crate::outcome::GatewayResult;

message! {
    /// Asks for the instalment plans of the contract.
    pub struct InquireInstallmentRequest {
        optional {
            /// Needed where one client id has several locations; at most 32 characters.
            merchant_account_id: String = "merchantAccountId",
        }
    }
}

impl InquireInstallmentRequest {
    /// Checks everything that can be known before sending.
    ///
    /// # Errors
    /// [`FieldErrors`] with all faults at once.
    pub fn validate(&self) -> Result<(), FieldErrors> {
        validate::Check::of(self).finish()
    }
}

message! {
    /// Answer to [`InquireInstallmentRequest`].
    pub struct InquireInstallmentResponse {
        optional {
            /// How the call went.
            result: GatewayResult = "result",
            /// The banks.
            installment_banks: InstallmentBanks = "installmentBanks",
        }
    }
}

/// One bank or a list of them: the name is plural, the published model is not, so both are read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum InstallmentBanks {
    /// Sent as a single object.
    One(Box<InstallmentBank>),
    /// Sent as a list.
    Many(Vec<InstallmentBank>),
}

impl InstallmentBanks {
    /// The banks, whichever way they came.
    pub fn as_slice(&self) -> &[InstallmentBank] {
        match self {
            Self::One(bank) => std::slice::from_ref(bank),
            Self::Many(banks) => banks,
        }
    }
}

impl Member for InstallmentBanks {
    const KIND: MemberKind = <InstallmentBank as Member>::KIND;

    fn from_seq<'de, A: SeqAccess<'de>>(seq: A) -> Result<Read<Self>, A::Error> {
        Ok(match Vec::from_seq(seq)? {
            Read::Typed(banks) => Read::Typed(Self::Many(banks)),
            Read::Kept(value) => Read::Kept(value),
        })
    }

    fn from_map<'de, A: MapAccess<'de>>(map: A) -> Result<Read<Self>, A::Error> {
        Ok(match Box::from_map(map)? {
            Read::Typed(bank) => Read::Typed(Self::One(bank)),
            Read::Kept(value) => Read::Kept(value),
        })
    }
}

impl Serialize for InstallmentBanks {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::One(bank) => bank.serialize(serializer),
            Self::Many(banks) => banks.serialize(serializer),
        }
    }
}

message! {
    /// A bank that offers instalments.
    pub struct InstallmentBank {
        optional {
            /// Picture and name.
            logo: Logo = "logo",
            /// Name of the bank.
            bank_name: String = "bankName",
            /// Short name.
            bank_short_name: String = "bankShortName",
            /// The bank's terms, to be shown to the buyer.
            bank_terms: String = "bankTerms",
            /// Page of its promotions.
            bank_promo_url: String = "bankPromoUrl",
            /// First digits of its cards.
            bins: Vec<String> = "bins",
            /// Its plans.
            plans: Vec<Plan> = "plans",
        }
    }
}

message! {
    /// Instalments of a payment method.
    pub struct Installment {
        optional {
            /// Card brands that take part.
            support_card_brands: Vec<SupportCardBrand> = "supportCardBrands",
            /// The plans.
            plans: Vec<Plan> = "plans",
        }
    }
}

message! {
    /// One way to pay by instalments.
    pub struct Plan {
        optional {
            /// Interest, as text.
            interest_rate: String = "interestRate",
            /// Least of one instalment.
            min_installment_amount: Amount = "minInstallmentAmount",
            /// Most of one instalment.
            max_installment_amount: Amount = "maxInstallmentAmount",
            /// Number of instalments, as text.
            installment_num: String = "installmentNum",
            /// Time between two of them.
            interval: String = "interval",
            /// Whether it can be used now.
            enabled: bool = "enabled",
            /// JSON as text; at most 4096 characters.
            extend_info: String = "extendInfo" hidden,
        }
    }
}
