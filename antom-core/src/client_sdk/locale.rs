//! The languages that the client SDKs speak, and which of them is nearest to a browser's or device's own.
//! The merchant's own pages are left to the merchant.

use std::fmt;

macro_rules! locales {
    ($(#[$meta:meta])* $name:ident { $( $(#[$locale_meta:meta])* $locale:ident = $text:literal ),+ $(,)? }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum $name {
            $( $(#[$locale_meta])* $locale, )+
        }

        impl $name {
            /// Every locale of the SDK, in the order of its documentation.
            pub const ALL: &'static [Self] = &[$( Self::$locale ),+];

            /// The SDK's own spelling.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $( Self::$locale => $text, )+
                }
            }

            /// Language and region: the two arguments of a `Locale` on Android.
            pub fn parts(self) -> (&'static str, &'static str) {
                self.as_str().split_once('_').unwrap_or((self.as_str(), ""))
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }

        #[cfg(feature = "serde")]
        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }
    };
}

locales! {
    /// A locale of the web SDK.
    WebLocale {
        /// English, which also stands in for every other language.
        EnUs = "en_US",
        /// Spanish.
        EsEs = "es_ES",
        /// French.
        FrFr = "fr_FR",
        /// Dutch.
        NlNl = "nl_NL",
        /// Italian.
        ItIt = "it_IT",
        /// German.
        DeDe = "de_DE",
        /// Simplified Chinese.
        ZhCn = "zh_CN",
    }
}

locales! {
    /// A locale of the Android SDK.
    AndroidLocale {
        /// English.
        EnUs = "en_US",
        /// Portuguese.
        PtBr = "pt_BR",
        /// Korean.
        KoKr = "ko_KR",
        /// Spanish.
        EsEs = "es_ES",
        /// Malay.
        MsMy = "ms_MY",
        /// Indonesian, by its older code.
        InId = "in_ID",
        /// Tagalog.
        TlPh = "tl_PH",
        /// Thai.
        ThTh = "th_TH",
        /// Vietnamese.
        ViVn = "vi_VN",
        /// French.
        FrFr = "fr_FR",
        /// Dutch.
        NlNl = "nl_NL",
        /// Italian.
        ItIt = "it_IT",
        /// German.
        DeDe = "de_DE",
        /// Simplified Chinese.
        ZhCn = "zh_CN",
        /// Traditional Chinese.
        ZhHk = "zh_HK",
    }
}

impl WebLocale {
    /// The listed locale nearest to a language tag such as `fr`, `de-AT` or `zh-Hans-CN`; English otherwise.
    //= C-1
    pub fn from_tag(tag: &str) -> Self {
        Self::listed(tag).unwrap_or(Self::EnUs)
    }

    /// The locale for a list of tags, the dearest first, as `navigator.languages` gives it: the first language
    /// that is listed wins.
    pub fn from_tags<'a>(tags: impl IntoIterator<Item = &'a str>) -> Self {
        tags.into_iter().find_map(Self::listed).unwrap_or(Self::EnUs)
    }

    fn listed(tag: &str) -> Option<Self> {
        let (language, _) = language_and_rest(tag);
        Self::ALL.iter().copied().find(|locale| locale.parts().0 == language)
    }
}

impl AndroidLocale {
    /// The listed locale nearest to a language tag; nothing leaves the choice to the device.
    ///
    /// Traditional script, or a region that writes it, leads to `zh_HK`; `id` and `fil` to the older codes.
    //= C-2
    pub fn from_tag(tag: &str) -> Option<Self> {
        let (language, rest) = language_and_rest(tag);
        let language = match language.as_str() {
            "id" => "in",
            "fil" => "tl",
            "zh" if is_traditional(&rest) => return Some(Self::ZhHk),
            other => other,
        };
        Self::ALL.iter().copied().find(|locale| locale.parts().0 == language)
    }
}

/// The language and the other subtags, in lower case; `-` and `_` both separate them.
fn language_and_rest(tag: &str) -> (String, Vec<String>) {
    // What follows a dot or an at sign is an encoding or a variant of Unix, which nobody asks for here.
    let tag = tag.trim().split(['.', '@']).next().unwrap_or_default().to_ascii_lowercase();
    let mut subtags = tag.split(['-', '_']).map(str::to_owned);
    (subtags.next().unwrap_or_default(), subtags.collect())
}

/// A script that is named counts more than the region.
fn is_traditional(subtags: &[String]) -> bool {
    let has = |wanted: &str| subtags.iter().any(|subtag| subtag == wanted);
    has("hant") || (!has("hans") && (has("hk") || has("tw") || has("mo")))
}
