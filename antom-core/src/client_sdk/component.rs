//! The parameters of `createComponent` and `mountComponent`, with their defaults.
//! The session data that goes with them is left to `handover`.

/// How the web SDK shows the form.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Display {
    /// In a pop-up: `createComponent`. The buyer submits inside it.
    PopUp,
    /// In the page, at this CSS selector: `mountComponent`.
    Embedded {
        /// Such as `#checkout`.
        selector: String,
    },
}

impl Display {
    /// The method of the SDK.
    pub const fn method(&self) -> &'static str {
        match self {
            Self::PopUp => "createComponent",
            Self::Embedded { .. } => "mountComponent",
        }
    }
}

/// Switches of the component; what is absent has the SDK's default.
///
#[cfg_attr(feature = "serde", doc = "```")]
#[cfg_attr(not(feature = "serde"), doc = "```text")]
/// use antom_core::client_sdk::ComponentOptions;
///
/// let written: ComponentOptions = serde_json::from_str(
///     r#"{"appearance":{"showLoading":"","showSubmitButton":true},"notRedirectAfterComplete":null}"#,
/// )?;
/// assert!(written.shows_loading() && written.shows_submit_button() && written.redirects_after_complete());
///
/// let printed = serde_json::to_string(&written)?;
/// assert_eq!(printed, r#"{"appearance":{"showSubmitButton":true}}"#);
/// # Ok::<(), serde_json::Error>(())
/// ```
//= C-3
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ComponentOptions {
    /// `appearance.showLoading`: the SDK's own animation; default true.
    pub show_loading: Option<bool>,
    /// `appearance.showSubmitButton`: the SDK's own button; default false.
    pub show_submit_button: Option<bool>,
    /// Whether the page stays after the result; default false.
    pub not_redirect_after_complete: Option<bool>,
    /// `merchantAppointParam.storedCard.needCVV`: whether the buyer of a stored card gives its code; default
    /// false.
    pub need_cvv: Option<bool>,
}

impl ComponentOptions {
    /// Whether the SDK shows its own animation; without it the page gets the loading events.
    pub fn shows_loading(&self) -> bool {
        self.show_loading.unwrap_or(true)
    }

    /// Whether the SDK shows its own button; without it the page calls `submit`.
    pub fn shows_submit_button(&self) -> bool {
        self.show_submit_button.unwrap_or(false)
    }

    /// Whether the SDK sends the buyer to the result page by itself.
    pub fn redirects_after_complete(&self) -> bool {
        !self.not_redirect_after_complete.unwrap_or(false)
    }

    /// Whether the buyer of a stored card gives its code, to the SDK and never to the page.
    pub fn needs_cvv(&self) -> bool {
        self.need_cvv.unwrap_or(false)
    }
}

#[cfg(feature = "serde")]
mod json {
    //! The options as the SDK reads them.
    //! Absent, null and empty values are not printed and mean the default.

    use serde::de::Error as _;
    use serde::ser::SerializeMap as _;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};
    use serde_json::{Map, Value, json};

    use super::ComponentOptions;

    impl Serialize for ComponentOptions {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            let mut map = serializer.serialize_map(None)?;
            let appearance: Map<String, Value> =
                [("showLoading", self.show_loading), ("showSubmitButton", self.show_submit_button)]
                    .into_iter()
                    .filter_map(|(name, flag)| Some((name.to_owned(), Value::Bool(flag?))))
                    .collect();
            if !appearance.is_empty() {
                map.serialize_entry("appearance", &appearance)?;
            }
            if let Some(flag) = self.not_redirect_after_complete {
                map.serialize_entry("notRedirectAfterComplete", &flag)?;
            }
            if let Some(flag) = self.need_cvv {
                map.serialize_entry("merchantAppointParam", &json!({ "storedCard": { "needCVV": flag } }))?;
            }
            map.end()
        }
    }

    impl<'de> Deserialize<'de> for ComponentOptions {
        fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            let value = Value::deserialize(deserializer)?;
            let flag = |path: &'static str| read(value.pointer(path)).ok_or_else(|| D::Error::custom(path));
            Ok(Self {
                show_loading: flag("/appearance/showLoading")?,
                show_submit_button: flag("/appearance/showSubmitButton")?,
                not_redirect_after_complete: flag("/notRedirectAfterComplete")?,
                need_cvv: flag("/merchantAppointParam/storedCard/needCVV")?,
            })
        }
    }

    /// A flag, the default, or nothing if it is neither.
    fn read(value: Option<&Value>) -> Option<Option<bool>> {
        match value {
            None | Some(Value::Null) => Some(None),
            Some(Value::Bool(flag)) => Some(Some(*flag)),
            Some(Value::String(text)) if text.is_empty() => Some(None),
            Some(Value::String(text)) => text.parse().ok().map(Some),
            Some(Value::Number(_) | Value::Array(_) | Value::Object(_)) => None,
        }
    }
}
