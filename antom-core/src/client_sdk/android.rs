//! The options of the Android SDK's `AMSCashierPaymentConfiguration`.
//! The listener is an object of the app; results come through its `onEventCallback` only.

use super::{AndroidLocale, Environment};

/// What the app gives to `AMSCashierPaymentConfiguration`.
///
/// ```
/// use antom_core::client_sdk::{AndroidConfiguration, Environment};
///
/// let production = AndroidConfiguration::new(Environment::Production).with_loading(false);
/// assert_eq!(production.options(), [("showLoading", "false"), ("showSubmitButton", "true")]);
/// ```
//= C-2
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AndroidConfiguration {
    environment: Environment,
    locale: Option<AndroidLocale>,
    show_loading: bool,
    show_submit_button: bool,
}

impl AndroidConfiguration {
    /// The form with the SDK's own animation and submit button, in the device's language.
    pub const fn new(environment: Environment) -> Self {
        Self { environment, locale: None, show_loading: true, show_submit_button: true }
    }

    /// In this language; none leaves the choice to the device.
    #[must_use]
    pub const fn with_locale(mut self, locale: Option<AndroidLocale>) -> Self {
        self.locale = locale;
        self
    }

    /// With the SDK's own animation, or with the app's.
    #[must_use]
    pub const fn with_loading(mut self, show_loading: bool) -> Self {
        self.show_loading = show_loading;
        self
    }

    /// With the SDK's own submit button, or without one.
    #[must_use]
    pub const fn with_submit_button(mut self, show_submit_button: bool) -> Self {
        self.show_submit_button = show_submit_button;
        self
    }

    /// The locale for `setLocale`; none means that it is not called.
    pub const fn locale(&self) -> Option<AndroidLocale> {
        self.locale
    }

    /// Names and values for `setOption`, in this order.
    ///
    /// `sandbox` is absent in production; the submit button is always said, because its default is stated
    /// nowhere.
    pub fn options(&self) -> Vec<(&'static str, &'static str)> {
        let sandbox = (self.environment == Environment::Sandbox).then_some(("sandbox", "true"));
        let shown =
            [("showLoading", text(self.show_loading)), ("showSubmitButton", text(self.show_submit_button))];
        sandbox.into_iter().chain(shown).collect()
    }
}

const fn text(flag: bool) -> &'static str {
    if flag { "true" } else { "false" }
}

/// As an app can read it: `{"locale":"en_US","options":{"sandbox":"true", ...}}`.
#[cfg(feature = "serde")]
impl serde::Serialize for AndroidConfiguration {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeMap as _;

        let mut map = serializer.serialize_map(None)?;
        if let Some(locale) = self.locale {
            map.serialize_entry("locale", &locale)?;
        }
        let options: std::collections::BTreeMap<_, _> = self.options().into_iter().collect();
        map.serialize_entry("options", &options)?;
        map.end()
    }
}
