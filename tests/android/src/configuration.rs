//! `AMSCashierPaymentConfiguration`: the language, the options as texts, the listener.
//! What an option changes is the form's.

use std::collections::BTreeMap;
use std::fmt;
use std::rc::Rc;

use crate::event::OnCheckoutListener;
use crate::misuse::Misuse;

/// The languages that the SDK speaks.
const LOCALES: [&str; 15] = [
    "en_US", "pt_BR", "ko_KR", "es_ES", "ms_MY", "in_ID", "tl_PH", "th_TH", "vi_VN", "fr_FR", "nl_NL",
    "it_IT", "de_DE", "zh_CN", "zh_HK",
];
const SANDBOX: &str = "sandbox";
const SHOW_LOADING: &str = "showLoading";
const SHOW_SUBMIT_BUTTON: &str = "showSubmitButton";
const OPTIONS: [&str; 3] = [SANDBOX, SHOW_LOADING, SHOW_SUBMIT_BUTTON];

/// A language and a country, as `java.util.Locale`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Locale {
    language: String,
    country: String,
}

impl Locale {
    /// Such as `Locale::new("en", "US")`.
    pub fn new(language: &str, country: &str) -> Self {
        Self { language: language.to_owned(), country: country.to_owned() }
    }
}

impl fmt::Display for Locale {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}_{}", self.language, self.country)
    }
}

/// What the app gives to the SDK; kept by the app, so that the same is used again.
#[derive(Clone, Default)]
pub struct AMSCashierPaymentConfiguration {
    locale: Option<Locale>,
    options: BTreeMap<&'static str, bool>,
    listener: Option<Rc<dyn OnCheckoutListener>>,
}

impl AMSCashierPaymentConfiguration {
    /// Nothing set: production, the device's language, the SDK's own animation.
    pub fn new() -> Self {
        Self::default()
    }

    /// The language of the form. One that the SDK does not speak leaves it to the device.
    pub fn set_locale(&mut self, locale: Locale) {
        self.locale = Some(locale);
    }

    /// An option by its name, with the text `true` or `false`.
    ///
    /// # Errors
    /// [`Misuse::NoSuchOption`] and [`Misuse::NoSuchValue`].
    pub fn set_option(&mut self, name: &str, value: &str) -> Result<(), Misuse> {
        let known = OPTIONS.into_iter().find(|known| *known == name);
        let option = known.ok_or_else(|| Misuse::NoSuchOption(name.to_owned()))?;
        let flag = match value {
            "true" => true,
            "false" => false,
            _ => return Err(Misuse::NoSuchValue { option, value: value.to_owned() }),
        };
        self.options.insert(option, flag);
        Ok(())
    }

    /// Who hears the events.
    pub fn set_on_checkout_listener(&mut self, listener: Rc<dyn OnCheckoutListener>) {
        self.listener = Some(listener);
    }

    /// What must be said before a component is built.
    pub(crate) fn check(&self) -> Result<(), Misuse> {
        if !self.options.contains_key(SHOW_SUBMIT_BUTTON) {
            return Err(Misuse::NoSubmitButtonStated);
        }
        if self.listener.is_none() {
            return Err(Misuse::NoListener);
        }
        Ok(())
    }

    /// The language that the form has on a device with this one.
    pub(crate) fn spoken(&self, device: &Locale) -> String {
        let wished = self.locale.as_ref().map(Locale::to_string);
        wished.filter(|wished| LOCALES.contains(&wished.as_str())).unwrap_or_else(|| device.to_string())
    }

    pub(crate) fn is_sandbox(&self) -> bool {
        self.options.get(SANDBOX).copied().unwrap_or(false)
    }

    pub(crate) fn shows_loading(&self) -> bool {
        self.options.get(SHOW_LOADING).copied().unwrap_or(true)
    }

    pub(crate) fn shows_submit_button(&self) -> bool {
        self.options.get(SHOW_SUBMIT_BUTTON).copied().unwrap_or(false)
    }

    pub(crate) fn listener(&self) -> Option<Rc<dyn OnCheckoutListener>> {
        self.listener.clone()
    }
}

impl fmt::Debug for AMSCashierPaymentConfiguration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AMSCashierPaymentConfiguration")
            .field("locale", &self.locale)
            .field("options", &self.options)
            .field("has_listener", &self.listener.is_some())
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::AMSEventResult;

    fn stated(options: &[(&str, &str)]) -> AMSCashierPaymentConfiguration {
        let mut configuration = AMSCashierPaymentConfiguration::new();
        configuration.set_on_checkout_listener(Rc::new(|_: &str, _: &AMSEventResult| {}));
        for (name, value) in options {
            configuration.set_option(name, value).unwrap();
        }
        configuration
    }

    //= C-2 test
    #[test]
    fn options_are_the_documented_names_with_true_or_false_as_texts() {
        let mut configuration = AMSCashierPaymentConfiguration::new();
        for name in ["sandbox", "showLoading", "showSubmitButton"] {
            for value in ["true", "false"] {
                assert_eq!(configuration.set_option(name, value), Ok(()));
            }
            for value in ["", "TRUE", "1", "yes"] {
                let refused = Misuse::NoSuchValue { option: name, value: value.to_owned() };
                assert_eq!(configuration.set_option(name, value), Err(refused));
            }
        }
        for name in ["Sandbox", "show_loading", "environment", ""] {
            assert_eq!(configuration.set_option(name, "true"), Err(Misuse::NoSuchOption(name.to_owned())));
        }
    }

    //= C-2 test
    #[test]
    fn what_is_not_said_means_production_and_the_sdks_own_animation() {
        let nothing = AMSCashierPaymentConfiguration::new();
        assert!(!nothing.is_sandbox() && nothing.shows_loading());
        let said = stated(&[("sandbox", "true"), ("showLoading", "false"), ("showSubmitButton", "true")]);
        assert!(said.is_sandbox() && !said.shows_loading() && said.shows_submit_button());
    }

    //= C-2 test
    #[test]
    fn the_submit_button_and_a_listener_are_always_stated() {
        assert_eq!(stated(&[("sandbox", "true")]).check(), Err(Misuse::NoSubmitButtonStated));
        assert_eq!(stated(&[("showSubmitButton", "false")]).check(), Ok(()));
        let mut unheard = AMSCashierPaymentConfiguration::new();
        unheard.set_option("showSubmitButton", "true").unwrap();
        assert_eq!(unheard.check(), Err(Misuse::NoListener));
    }

    //= C-2 test
    #[test]
    fn a_language_that_the_sdk_does_not_speak_is_left_to_the_device() {
        let device = Locale::new("de", "DE");
        let mut configuration = AMSCashierPaymentConfiguration::new();
        assert_eq!(configuration.spoken(&device), "de_DE");
        configuration.set_locale(Locale::new("zh", "HK"));
        assert_eq!(configuration.spoken(&device), "zh_HK");
        for other in [Locale::new("sv", "SE"), Locale::new("en", "GB"), Locale::new("id", "ID")] {
            configuration.set_locale(other);
            assert_eq!(configuration.spoken(&device), "de_DE");
        }
    }
}
