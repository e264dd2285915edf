//! Enums of wire words that keep a word they do not know.
//! What an unknown word means is left to the reader: it is neither success nor failure.

/// Defines an enum of wire words, with `Unlisted` for every other word.
///
/// It gets `as_str`, `is_unlisted`, `From<&str>`, `From<String>`, `Display` and, with the `serde` feature,
/// serialisation as a string; a word that is not listed is printed as it was read. Words are compared exactly,
/// in upper and lower case, and `From` never puts a listed word into `Unlisted`.
///
/// ```
/// antom_core::open_enum! {
///     /// Where the buyer is.
///     pub enum Place {
///         /// At home.
///         Home = "HOME",
///     }
/// }
///
/// assert_eq!(Place::from("HOME"), Place::Home);
/// assert_eq!(Place::from("MOON").as_str(), "MOON");
/// assert!(Place::from("home").is_unlisted());
/// ```
#[macro_export]
macro_rules! open_enum {
    (
        $(#[$meta:meta])*
        $vis:vis enum $name:ident {
            $( $(#[$word_meta:meta])* $word:ident = $text:literal ),+ $(,)?
        }
    ) => {
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        $vis enum $name {
            $( $(#[$word_meta])* $word, )+
            /// A word that is not listed here, as it was received.
            Unlisted(Box<str>),
        }

        impl $name {
            /// Every listed value, in the order of the definition.
            pub const LISTED: &'static [Self] = &[$( Self::$word ),+];

            /// The word on the wire.
            pub fn as_str(&self) -> &str {
                match self {
                    $( Self::$word => $text, )+
                    Self::Unlisted(word) => word,
                }
            }

            /// Whether the word is not listed, so that its meaning is unknown.
            pub fn is_unlisted(&self) -> bool {
                matches!(self, Self::Unlisted(_))
            }

            fn listed(word: &str) -> Option<Self> {
                match word {
                    $( $text => Some(Self::$word), )+
                    _ => None,
                }
            }
        }

        impl From<&str> for $name {
            fn from(word: &str) -> Self {
                Self::listed(word).unwrap_or_else(|| Self::Unlisted(word.into()))
            }
        }

        impl From<String> for $name {
            fn from(word: String) -> Self {
                Self::listed(&word).unwrap_or_else(|| Self::Unlisted(word.into_boxed_str()))
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        $crate::open_enum_serde! { $name }
    };
}

/// The serialisation half of [`open_enum!`]; empty without the `serde` feature.
#[doc(hidden)]
#[macro_export]
#[cfg(feature = "serde")]
macro_rules! open_enum_serde {
    ($name:ident) => {
        impl $crate::private::serde::Serialize for $name {
            fn serialize<S: $crate::private::serde::Serializer>(
                &self,
                serializer: S,
            ) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> $crate::private::serde::Deserialize<'de> for $name {
            fn deserialize<D: $crate::private::serde::Deserializer<'de>>(
                deserializer: D,
            ) -> Result<Self, D::Error> {
                struct Word;

                impl $crate::private::serde::de::Visitor<'_> for Word {
                    type Value = $name;

                    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        f.write_str("a word")
                    }

                    fn visit_str<E: $crate::private::serde::de::Error>(self, word: &str) -> Result<$name, E> {
                        Ok($name::from(word))
                    }
                }

                deserializer.deserialize_str(Word)
            }
        }
    };
}

/// The serialisation half of [`open_enum!`]; empty without the `serde` feature.
#[doc(hidden)]
#[macro_export]
#[cfg(not(feature = "serde"))]
macro_rules! open_enum_serde {
    ($name:ident) => {};
}
