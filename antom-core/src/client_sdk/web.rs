//! The options of the web SDK's constructor `AMSCashierPayment`.
//! Callbacks are functions of the page; only their names are known here.

use super::{Environment, WebLocale};

/// Options of `new AMSCashierPayment(...)`, without the callbacks, which the page adds.
///
#[cfg_attr(feature = "serde", doc = "```")]
#[cfg_attr(not(feature = "serde"), doc = "```text")]
/// use antom_core::client_sdk::{Environment, WebConfiguration, WebLocale};
///
/// let mut configuration = WebConfiguration::new(Environment::Sandbox, WebLocale::FrFr);
/// assert_eq!(serde_json::to_string(&configuration)?, r#"{"environment":"sandbox","locale":"fr_FR"}"#);
/// configuration.analytics_enabled = Some(false);
/// assert!(serde_json::to_string(&configuration)?.ends_with(r#""analytics":{"enabled":false}}"#));
/// # Ok::<(), serde_json::Error>(())
/// ```
//= C-1
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct WebConfiguration {
    /// That of the session; see [`Environment::of`].
    pub environment: Environment,
    /// Language of the form.
    pub locale: WebLocale,
    /// Whether the SDK may report how it is used; absent means that it may.
    pub analytics_enabled: Option<bool>,
}

impl WebConfiguration {
    /// Options with the SDK's default of analytics.
    pub const fn new(environment: Environment, locale: WebLocale) -> Self {
        Self { environment, locale, analytics_enabled: None }
    }

    /// Whether the SDK reports how it is used.
    pub fn sends_analytics(&self) -> bool {
        self.analytics_enabled.unwrap_or(true)
    }
}

/// A callback that the page gives to the constructor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Callback {
    /// Faults of interfaces and of running, for the log: code and message.
    OnLog,
    /// Events: code, and perhaps message and result.
    OnEventCallback,
    /// Faults of initialisation, which may come here, through [`Callback::OnEventCallback`], or through both.
    OnError,
}

impl Callback {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::OnLog, Self::OnEventCallback, Self::OnError];

    /// Name of the option.
    pub const fn name(self) -> &'static str {
        match self {
            Self::OnLog => "onLog",
            Self::OnEventCallback => "onEventCallback",
            Self::OnError => "onError",
        }
    }
}

#[cfg(feature = "serde")]
impl serde::Serialize for WebConfiguration {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeMap as _;

        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("environment", &self.environment)?;
        map.serialize_entry("locale", &self.locale)?;
        if let Some(enabled) = self.analytics_enabled {
            map.serialize_entry("analytics", &std::collections::BTreeMap::from([("enabled", enabled)]))?;
        }
        map.end()
    }
}
