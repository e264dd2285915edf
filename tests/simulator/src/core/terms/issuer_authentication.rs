//! Korean cards whose bank verifies the buyer (rules 15.2): by what the merchant asked of the buyer, or on its own page.
//! The page is a challenge like that of 3-D Secure.

use serde::{Deserialize, Serialize};

use super::Meta;
use crate::core::cards::KOREAN_BRANDS;
use crate::core::fields::Fields;

/// `requireIssuerAuthentication`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum IssuerAuthentication {
    /// The request holds what the bank asks for.
    ByData,
    OnIssuersPage,
}

impl IssuerAuthentication {
    pub(super) fn read(fields: &mut Fields<'_>, meta: Meta) -> Option<Self> {
        let digest = digits(fields, &meta.member("cardPasswordDigest"), 2);
        let business = digits(fields, &meta.member("businessNo"), 10);
        let birth = date(fields, &meta.member("dateOfBirth"));
        let asked = fields.flag("paymentMethod.requireIssuerAuthentication").unwrap_or(false)
            || fields.flag(&meta.member("requireIssuerAuthentication")).unwrap_or(false);
        if !asked {
            return None;
        }
        if fields.one_of("paymentFactor.captureMode", &["AUTOMATIC", "MANUAL"]) == Some("MANUAL") {
            let reason =
                "paymentFactor.captureMode is MANUAL, which requireIssuerAuthentication does not allow";
            fields.fault(reason.to_owned());
        }
        let brand = meta.member("selectedCardBrand");
        match fields.text(&brand, 64) {
            None => fields.fault(format!("{brand} is missing, which requireIssuerAuthentication needs")),
            Some(name) if !KOREAN_BRANDS.contains(&name) => {
                fields.fault(format!("{brand} is no Korean brand"))
            }
            Some(_) => {}
        }
        match (digest, business || birth) {
            (true, true) => return Some(Self::ByData),
            (true, false) => {
                let name = meta.member("dateOfBirth");
                fields.fault(format!("{name} or businessNo is missing beside cardPasswordDigest"));
            }
            (false, true) => {
                fields.fault(format!(
                    "{} is missing beside dateOfBirth or businessNo",
                    meta.member("cardPasswordDigest")
                ));
            }
            (false, false) => {}
        }
        Some(Self::OnIssuersPage)
    }
}

/// Whether so many digits are given.
fn digits(fields: &mut Fields<'_>, path: &str, count: usize) -> bool {
    let Some(text) = fields.text(path, count) else { return false };
    if text.len() != count || !text.bytes().all(|b| b.is_ascii_digit()) {
        fields.fault(format!("{path} is not made of {count} digits"));
    }
    true
}

/// Whether a day is given, as `YYYY-MM-DD`.
fn date(fields: &mut Fields<'_>, path: &str) -> bool {
    let Some(text) = fields.text(path, 10) else { return false };
    if text.len() != 10 || text.parse::<jiff::civil::Date>().is_err() {
        fields.fault(format!("{path} is not a day written YYYY-MM-DD"));
    }
    true
}
