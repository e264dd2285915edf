//! What a buyer sends from a page: the card form, or one of the acts that tests choose directly.
//! Whether the card pays is decided in `core`; here only what no card could be is refused, by field.

use std::collections::BTreeMap;

use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use axum::http::{HeaderMap, header};
use serde_json::{Map, Value};

use super::super::answers::{Problem, json_of};
use crate::core::{BillingAddress, CardForm, Outcome, Time};

/// The fields of a form, or the members of a JSON object, by name.
#[derive(Debug, Default)]
pub(super) struct Fields(BTreeMap<String, String>);

impl Fields {
    /// The text of a field without blanks around it; `None` if it is absent or empty.
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(|text| text.trim()).filter(|text| !text.is_empty())
    }

    /// Whether a box is ticked.
    fn flag(&self, name: &str) -> bool {
        self.text(name).is_some_and(|text| !matches!(text, "false" | "0" | "off" | "no"))
    }

    fn owned(&self, name: &str) -> String {
        self.text(name).unwrap_or_default().to_owned()
    }
}

impl<S: Send + Sync> FromRequest<S> for Fields {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let kind = request.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
        let is_form = kind.is_some_and(|kind| kind.starts_with("application/x-www-form-urlencoded"));
        if is_form {
            let form = axum::Form::<Vec<(String, String)>>::from_request(request, state).await;
            let axum::Form(pairs) = form.map_err(|error| Problem::invalid(error.body_text()))?;
            return Ok(Self(pairs.into_iter().collect()));
        }
        let body = Bytes::from_request(request, state).await;
        let json = json_of(&body.map_err(|error| Problem::invalid(error.body_text()))?)?;
        let members = json.as_object().ok_or_else(|| Problem::invalid("the body is not a JSON object"))?;
        let mut fields = BTreeMap::new();
        flatten("", members, &mut fields);
        Ok(Self(fields))
    }
}

/// Members of members get the names that a form would use: `billingAddress.region`.
fn flatten(prefix: &str, members: &Map<String, Value>, to: &mut BTreeMap<String, String>) {
    for (name, value) in members {
        let name = format!("{prefix}{name}");
        match value {
            Value::Object(inner) => flatten(&format!("{name}."), inner, to),
            Value::String(text) => {
                to.insert(name, text.clone());
            }
            Value::Null => {}
            other => {
                to.insert(name, other.to_string());
            }
        }
    }
}

/// What the buyer does.
#[derive(Debug)]
pub(super) enum Choice {
    /// Pays with what the form says.
    Pay,
    /// One of the acts for tests.
    Act(Outcome),
}

impl Choice {
    /// The field `outcome`; absent means paying.
    pub(super) fn of(fields: &Fields) -> Result<Self, Problem> {
        let name = fields.text("outcome").unwrap_or("pay");
        if name == "pay" {
            return Ok(Self::Pay);
        }
        outcome_of(name).map(Self::Act).ok_or_else(|| {
            Problem::invalid("outcome is none of pay, success, decline, fail, pending, cancel")
        })
    }
}

/// An outcome by the name that the control API gives it.
pub(super) fn outcome_of(name: &str) -> Option<Outcome> {
    Some(match name {
        "success" => Outcome::Success,
        "decline" => Outcome::Decline,
        "fail" => Outcome::Fail,
        "pending" => Outcome::Pending,
        "cancel" => Outcome::Cancel,
        _ => return None,
    })
}

/// The fields of a card that cannot be right.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct CardFaults {
    pub(super) number: bool,
    pub(super) expiry: bool,
    pub(super) cvv: bool,
}

impl CardFaults {
    /// The names of the fields, as they are posted.
    pub(super) fn fields(self) -> Vec<&'static str> {
        let all = [(self.number, "cardNo"), (self.expiry, "expiry"), (self.cvv, "cvv")];
        all.into_iter().filter_map(|(is_faulty, name)| is_faulty.then_some(name)).collect()
    }
}

/// Reads the card: `cardNo`, `expiry` (or `expiryMonth` and `expiryYear`) and `cvv`, or a stored one by
/// `paymentMethodId`. A `testCard` stands in for a card that was not typed in.
pub(super) fn read_card(fields: &Fields, now: Time) -> Result<CardForm, CardFaults> {
    let common = CardForm {
        cardholder_name: fields.owned("cardholderName"),
        billing_address: billing_address(fields),
        selected_card_brand: fields.text("selectedCardBrand").map(str::to_owned),
        store: fields.flag("store"),
        installment_num: fields.text("installmentNum").and_then(|count| count.parse().ok()),
        ..CardForm::default()
    };
    let cvv = fields.owned("cvv");
    let is_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let cvv_fits = (3..=4).contains(&cvv.len()) && is_digits(&cvv);
    if let Some(token) = fields.text("paymentMethodId") {
        let faults = CardFaults { cvv: !cvv.is_empty() && !cvv_fits, ..CardFaults::default() };
        let form = CardForm { payment_method_id: Some(token.to_owned()), cvv, ..common };
        return if faults.cvv { Err(faults) } else { Ok(form) };
    }
    if let (None, Some(number)) = (fields.text("cardNo"), fields.text("testCard")) {
        return Ok(CardForm {
            card_no: number.to_owned(),
            expiry_month: "12".to_owned(),
            expiry_year: later_year(now),
            cvv: "123".to_owned(),
            ..common
        });
    }
    let number: String = fields.owned("cardNo").chars().filter(|c| !matches!(c, ' ' | '-')).collect();
    let expiry = read_expiry(fields).filter(|(month, year)| !is_over(month, year, now));
    let faults = CardFaults {
        number: !((12..=19).contains(&number.len()) && is_digits(&number)),
        expiry: expiry.is_none(),
        cvv: !cvv_fits,
    };
    match expiry {
        Some((expiry_month, expiry_year)) if faults == CardFaults::default() => {
            Ok(CardForm { card_no: number, expiry_month, expiry_year, cvv, ..common })
        }
        _ => Err(faults),
    }
}

/// The address if the buyer, or the merchant for the buyer, gave any of it.
fn billing_address(fields: &Fields) -> Option<BillingAddress> {
    let part = |name: &str| fields.owned(&format!("billingAddress.{name}"));
    let address = BillingAddress {
        region: part("region"),
        state: part("state"),
        city: part("city"),
        address1: part("address1"),
        address2: part("address2"),
        zip_code: part("zipCode"),
    };
    (address != BillingAddress::default()).then_some(address)
}

/// Month and year, two digits each.
fn read_expiry(fields: &Fields) -> Option<(String, String)> {
    let (month, year) = match (fields.text("expiryMonth"), fields.text("expiryYear")) {
        (Some(month), Some(year)) => (month, year),
        _ => {
            let text = fields.text("expiry")?;
            text.split_once('/').or_else(|| text.split_at_checked(2))?
        }
    };
    let month: u8 = month.trim().parse().ok().filter(|month| (1..=12).contains(month))?;
    let year = year.trim();
    let year = if year.len() == 4 { year.strip_prefix("20")? } else { year };
    let year: u8 = year.parse().ok().filter(|_| year.len() == 2)?;
    Some((format!("{month:02}"), format!("{year:02}")))
}

/// A card may be used to the end of its month.
fn is_over(month: &str, year: &str, now: Time) -> bool {
    let today = now.to_utc();
    let this_month = today.get(2..7).unwrap_or_default();
    format!("{year}-{month}").as_str() < this_month
}

/// Two digits of a year in which a test card has not expired yet.
pub(super) fn later_year(now: Time) -> String {
    let year = now.to_utc().get(2..4).and_then(|year| year.parse::<u8>().ok()).unwrap_or(30);
    format!("{:02}", year.saturating_add(5).min(99))
}

/// Whether a program asks rather than a browser.
pub(super) fn wants_json(headers: &HeaderMap) -> bool {
    let accept = headers.get(header::ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    accept.contains("application/json") && !accept.contains("text/html")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(pairs: &[(&str, &str)]) -> Fields {
        Fields(pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect())
    }

    fn now() -> Time {
        Time::parse("2026-07-10T00:00:00Z").expect("a time")
    }

    #[test]
    fn a_card_is_read_however_people_write_it() {
        for expiry in ["07/26", "0726", "7/26", " 07 / 2026 ", "072026"] {
            let typed = fields(&[("cardNo", "4054 6957 2310-0768"), ("expiry", expiry), ("cvv", "123")]);
            let card = read_card(&typed, now()).expect(expiry);
            assert_eq!((card.card_no.as_str(), card.expiry_month.as_str()), ("4054695723100768", "07"));
            assert_eq!(card.expiry_year, "26");
        }
    }

    #[test]
    fn what_no_card_can_be_is_named_by_its_field() {
        let bad = |number, expiry, cvv| {
            read_card(&fields(&[("cardNo", number), ("expiry", expiry), ("cvv", cvv)]), now())
                .expect_err("a fault")
                .fields()
        };
        assert_eq!(bad("4054", "12/30", "123"), ["cardNo"]);
        assert_eq!(bad("4054-6957-2310-076x", "12/30", "123"), ["cardNo"]);
        for over in ["06/26", "13/30", "00/30", "", "1", "12/3", "ab/cd"] {
            assert_eq!(bad("4054695723100768", over, "123"), ["expiry"], "{over}");
        }
        assert_eq!(bad("4054695723100768", "12/30", "99"), ["cvv"]);
        assert_eq!(bad("", "", ""), ["cardNo", "expiry", "cvv"]);
    }

    #[test]
    fn a_test_card_and_a_stored_card_need_nothing_else() {
        let card = read_card(&fields(&[("testCard", "4054695723100768")]), now()).expect("a card");
        assert_eq!((card.expiry_month.as_str(), card.expiry_year.as_str()), ("12", "31"));
        let card = read_card(&fields(&[("paymentMethodId", "token")]), now()).expect("a card");
        assert_eq!((card.payment_method_id.as_deref(), card.cvv.as_str()), (Some("token"), ""));
        let stored = fields(&[("paymentMethodId", "token"), ("cvv", "1")]);
        assert_eq!(read_card(&stored, now()).expect_err("a fault").fields(), ["cvv"]);
    }

    #[test]
    fn members_of_members_get_dotted_names() {
        let json = serde_json::json!({"billingAddress": {"region": "SG"}, "store": true, "cvv": null});
        let mut flat = BTreeMap::new();
        flatten("", json.as_object().expect("an object"), &mut flat);
        let fields = Fields(flat);
        assert_eq!(billing_address(&fields).map(|address| address.region).as_deref(), Some("SG"));
        assert!(fields.flag("store"));
        assert_eq!(fields.text("cvv"), None);
    }
}
