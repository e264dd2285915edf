//! `mpiData`: 3-D Secure that the merchant had done by somebody else (rules 15.6).
//! The gateway only passes it on; a merchant that does not take the card itself cannot have it.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::Meta;
use crate::core::fields::Fields;

/// The result of an authentication elsewhere.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Mpi {
    version: Box<str>,
    eci: Box<str>,
    cavv: Option<Box<str>>,
    ds_transaction_id: Option<Box<str>>,
}

impl Mpi {
    pub(super) fn read(fields: &mut Fields<'_>, meta: Meta) -> Option<Self> {
        fields.at(&meta.member("mpiData"))?;
        if !meta.has(fields, "cardNo") && fields.at("paymentMethod.paymentMethodId").is_none() {
            fields.fault(format!("{} is not possible without card data", meta.member("mpiData")));
        }
        let member = |name: &str| meta.member(&format!("mpiData.{name}"));
        let mut required = |name: &str, allowed: &[&str]| {
            let text = fields.one_of(&member(name), allowed);
            if fields.at(&member(name)).is_none_or(|value| value == "") {
                fields.fault(format!("{} is missing", member(name)));
            }
            text.unwrap_or_default().into()
        };
        let version: Box<str> = required("threeDSVersion", &["1.0.2", "2.1.0", "2.2.0"]);
        let eci = required("eci", &["00", "01", "02", "05", "06", "07"]);
        let cavv = fields.text(&member("cavv"), 64).map(Into::into);
        let ds_transaction_id = fields.text(&member("dsTransactionId"), 64).map(Into::into);
        fields.text(&member("credentialType"), 64);
        Some(Self { version, eci, cavv, ds_transaction_id })
    }

    /// `threeDSResult` of a payment that brought this along.
    pub(crate) fn result(&self) -> Map<String, Value> {
        let mut result = Map::new();
        for (name, value) in [
            ("threeDSVersion", Some(&self.version)),
            ("eci", Some(&self.eci)),
            ("cavv", self.cavv.as_ref()),
            ("dsTransactionId", self.ds_transaction_id.as_ref()),
        ] {
            if let Some(value) = value {
                result.insert(name.to_owned(), json!(value));
            }
        }
        result
    }
}
