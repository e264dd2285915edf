//! Notes every fault of a request.
//! Limits and rules of single texts are left to `rules`, the way through the printed request to `walk`.

use std::fmt;

use serde::Serialize;
use serde_json::Value;

use super::walk::{Place, walk};
use super::{FieldError, FieldErrors, FieldRule, rules};
use crate::money::Currency;
use crate::outcome::{CaptureMode, TerminalType};
use crate::time::Timestamp;
use crate::wire::{Amount, Env, PaymentFactor, PaymentMethod, RecurringType};

/// Faults found so far.
pub(in crate::wire) struct Check {
    faults: Vec<FieldError>,
}

impl Check {
    /// Checks every field by its name alone, wherever it stands in the request, in the text that would be sent.
    pub(in crate::wire) fn of<T: Serialize>(request: &T) -> Self {
        let mut check = Self { faults: Vec::new() };
        let printed = serde_json::to_vec(request).and_then(|text| walk(&text, &mut check));
        // Our own messages always print; if one did not, it must not be sent.
        if printed.is_err() {
            check.note(&Place::Root, FieldRule::NotAllowed);
        }
        check
    }

    /// All faults, each once.
    pub(in crate::wire) fn finish(self) -> Result<(), FieldErrors> {
        FieldErrors::from_faults(self.faults)
    }

    pub(in crate::wire) fn require(&mut self, path: &str) {
        self.note(&path, FieldRule::Required);
    }

    pub(super) fn note(&mut self, place: &dyn fmt::Display, rule: FieldRule) {
        let fault = FieldError { path: place.to_string(), rule };
        if !self.faults.contains(&fault) {
            self.faults.push(fault);
        }
    }

    pub(super) fn text(&mut self, place: &Place<'_>, text: &str) {
        let name = place.name();
        //= S-5
        if text.chars().any(rules::is_chinese) {
            self.note(place, FieldRule::ForbiddenCharacters);
        }
        if text.is_empty() && !rules::may_be_empty(name) {
            self.note(place, FieldRule::Required);
        }
        if let Some(max) = rules::max_characters(name) {
            self.length_at(place, text, max);
        }
        if rules::is_region_field(name) && !rules::is_region(text) {
            self.note(place, FieldRule::NotARegion);
        }
        if rules::is_currency_field(name) && Currency::parse(text).is_err() {
            self.note(place, FieldRule::NotACurrency);
        }
        if rules::is_time_field(name) && !is_iso_time(text) {
            self.note(place, FieldRule::NotATime);
        }
        if rules::range(name).is_some() {
            self.number(place, text.parse().ok());
        }
        if name == "colorDepth" && !rules::is_color_depth(text) {
            self.note(place, FieldRule::MustBe(rules::COLOR_DEPTHS));
        }
        self.json_in_text(place, text);
    }

    /// Some fields hold JSON as text: card data is refused there as well.
    //= P-1
    fn json_in_text(&mut self, place: &dyn fmt::Display, text: &str) {
        if !text.trim_start().starts_with(['{', '[']) {
            return;
        }
        if let Ok(value) = serde_json::from_str(text) {
            self.card_data(&place.to_string(), &value);
        }
    }

    fn card_data(&mut self, path: &str, value: &Value) {
        match value {
            Value::Object(members) => {
                for (member, value) in members {
                    let path = format!("{path}.{member}");
                    if rules::is_card_data(member) {
                        self.note(&path, FieldRule::CardData);
                    }
                    self.card_data(&path, value);
                }
            }
            Value::Array(entries) => {
                for (index, entry) in entries.iter().enumerate() {
                    self.card_data(&format!("{path}[{index}]"), entry);
                }
            }
            Value::String(text) => self.json_in_text(&path, text),
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }

    pub(super) fn number(&mut self, place: &Place<'_>, number: Option<i64>) {
        let Some((min, max)) = rules::range(place.name()) else { return };
        if !number.is_some_and(|number| (min..=max).contains(&number)) {
            self.note(place, FieldRule::OutOfRange { min, max });
        }
    }

    pub(in crate::wire) fn length(&mut self, path: &str, text: Option<&str>, max: usize) {
        self.length_at(&path, text.unwrap_or_default(), max);
    }

    fn length_at(&mut self, place: &dyn fmt::Display, text: &str, max: usize) {
        let len = text.chars().count();
        if len > max {
            self.note(place, FieldRule::TooLong { max, len });
        }
    }

    /// An amount that is charged, captured or refunded: readable, not zero, in the steps of currency and method.
    //= X-12
    pub(in crate::wire) fn amount(&mut self, path: &str, amount: &Amount, method: Option<&PaymentMethod>) {
        let fault = amount.to_money().and_then(|money| match method {
            Some(method) => money.require_chargeable_by(&method.payment_method_type),
            None => money.require_chargeable(),
        });
        if let Err(fault) = fault {
            self.note(&path, FieldRule::NotAnAmount(fault));
        }
    }

    pub(in crate::wire) fn redirect_url(&mut self, path: &str, url: &str) {
        if !url.is_empty() && !rules::is_redirect_url(url) {
            self.note(&path, FieldRule::NotAUrl);
        }
    }

    pub(in crate::wire) fn notify_url(&mut self, path: &str, url: Option<&str>) {
        if url.is_some_and(|url| !rules::is_notify_url(url)) {
            self.note(&path, FieldRule::NotAUrl);
        }
    }

    /// What depends on the payment method: cards are authorized; Korean issuers verify automatic captures only.
    //= S-2
    pub(in crate::wire) fn method(&mut self, method: &PaymentMethod, factor: Option<&PaymentFactor>) {
        let meta_data = method.payment_method_meta_data.as_ref();
        //= H-4
        if meta_data.is_some_and(|features| features.contains_key("mpiData")) {
            self.note(&"paymentMethod.paymentMethodMetaData.mpiData", FieldRule::NotAllowed);
        }
        //= H-2
        if method.is_card() {
            if factor.and_then(|factor| factor.is_authorization) != Some(true) {
                self.note(&"paymentFactor.isAuthorization", FieldRule::MustBe("true"));
            }
            self.stored_card(method);
        }
        //= H-4
        if !needs_issuer_authentication(method) {
            return;
        }
        if factor.and_then(|factor| factor.capture_mode.as_ref()) == Some(&CaptureMode::Manual) {
            self.note(&"paymentFactor.captureMode", FieldRule::MustBe("AUTOMATIC"));
        }
        if !meta_data.is_some_and(|features| features.contains_key("selectedCardBrand")) {
            self.require("paymentMethod.paymentMethodMetaData.selectedCardBrand");
        }
    }

    /// A stored card is paid with by its token; charged without the buyer, nobody can answer 3-D Secure.
    fn stored_card(&mut self, method: &PaymentMethod) {
        let Some(features) = method.card_features() else { return };
        let recurring = features.recurring_type.as_deref().filter(|word| !word.is_empty());
        let uses_token = features.is_card_on_file == Some(true) || recurring.is_some();
        if uses_token && method.payment_method_id.as_ref().is_none_or(String::is_empty) {
            self.require("paymentMethod.paymentMethodId");
        }
        let Some(recurring) = recurring else { return };
        let mut must = |is_kept: bool, name: &str, value: &'static str| {
            if !is_kept {
                self.note(
                    &format_args!("paymentMethod.paymentMethodMetaData.{name}"),
                    FieldRule::MustBe(value),
                );
            }
        };
        let is_listed = !RecurringType::from(recurring).is_unlisted();
        must(is_listed, "recurringType", "SCHEDULED or UNSCHEDULED");
        must(features.is_card_on_file == Some(true), "isCardOnFile", "true");
        must(features.is_3ds_authentication != Some(true), "is3DSAuthentication", "false");
    }

    /// What depends on the terminal: phones and apps tell their operating system.
    pub(in crate::wire) fn env(&mut self, env: &Env) {
        match &env.terminal_type {
            None => self.require("env.terminalType"),
            Some(TerminalType::Wap | TerminalType::App | TerminalType::MiniApp) if env.os_type.is_none() => {
                self.require("env.osType");
            }
            Some(_) => {}
        }
    }
}

fn needs_issuer_authentication(method: &PaymentMethod) -> bool {
    let in_meta_data = || method.payment_method_meta_data.as_ref()?.get("requireIssuerAuthentication");
    method.require_issuer_authentication == Some(true)
        || in_meta_data().is_some_and(|flag| flag == &Value::Bool(true) || flag == "true")
}

/// Epoch milliseconds are read elsewhere, but the gateway takes ISO 8601 here.
fn is_iso_time(text: &str) -> bool {
    text.contains('T') && Timestamp::parse(text).is_ok()
}
