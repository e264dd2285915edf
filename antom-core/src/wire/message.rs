//! The macro that makes a message of its list of members.
//! Reading single members is left to `member`, describing them to `describe`, checks to `validate`.

use std::fmt;

use serde_json::{Map, Value};

/// Stands for a value that must not be printed.
pub(super) struct Hidden;

impl fmt::Debug for Hidden {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("<hidden>")
    }
}

/// Names of members whose values nobody knows, so that they are not printed.
pub(super) struct Names<'a>(pub(super) &'a Map<String, Value>);

impl fmt::Debug for Names<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

/// Defines a message: `name: Type = "wireName"`, with `hidden` where the value must not be printed.
///
/// Optional members become `Option`s, required ones exist in requests only. The message gets `unknown`, Debug
/// that shows present members only, and serialisation by the laws of the module `wire`.
macro_rules! message {
    (
        $(#[$meta:meta])*
        pub struct $name:ident {
            optional { $($optional:tt)* }
        }
    ) => {
        message! {
            $(#[$meta])*
            #[derive(Default)]
            pub struct $name {
                required {}
                optional { $($optional)* }
            }
        }
    };
    (
        $(#[$meta:meta])*
        pub struct $name:ident {
            required { $( $(#[$req_meta:meta])* $req:ident : $req_type:ty = $req_wire:literal $($req_hidden:ident)? ),* $(,)? }
            optional { $( $(#[$opt_meta:meta])* $opt:ident : $opt_type:ty = $opt_wire:literal $($opt_hidden:ident)? ),* $(,)? }
        }
    ) => {
        $(#[$meta])*
        #[derive(Clone, PartialEq, Eq)]
        pub struct $name {
            $( $(#[$req_meta])* pub $req: $req_type, )*
            $( $(#[$opt_meta])* pub $opt: Option<$opt_type>, )*
            /// Members that are not listed, and listed ones whose value has another type, as they came.
            pub unknown: serde_json::Map<String, serde_json::Value>,
        }

        impl $name {
            /// The message with its required members only.
            #[allow(dead_code, reason = "messages that are only received have no use for it")]
            fn of_required($( $req: $req_type ),*) -> Self {
                Self { $( $req, )* $( $opt: None, )* unknown: serde_json::Map::new() }
            }
        }

        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                let mut out = f.debug_struct(stringify!($name));
                $( message!(@shown out, $req, &self.$req $(, $req_hidden)?); )*
                $( if let Some(value) = &self.$opt { message!(@shown out, $opt, value $(, $opt_hidden)?); } )*
                if !self.unknown.is_empty() {
                    out.field("unknown", &$crate::wire::message::Names(&self.unknown));
                }
                out.finish()
            }
        }

        const _: () = {
            use serde::de::{Error as _, MapAccess};
            use serde::ser::SerializeMap as _;
            use $crate::wire::describe::{MemberDescription, MemberKind, Message, MessageDescription};
            use $crate::wire::member::{Member, Name, NameReader, Read, Reader, keep, why_not};

            static DESCRIPTION: MessageDescription = MessageDescription {
                name: stringify!($name),
                members: &[
                    $( MemberDescription {
                        name: $req_wire,
                        is_required: true,
                        is_hidden: message!(@is_hidden $($req_hidden)?),
                        kind: <$req_type as Member>::KIND,
                    }, )*
                    $( MemberDescription {
                        name: $opt_wire,
                        is_required: false,
                        is_hidden: message!(@is_hidden $($opt_hidden)?),
                        kind: <$opt_type as Member>::KIND,
                    }, )*
                ],
            };

            impl Message for $name {
                fn description() -> &'static MessageDescription {
                    &DESCRIPTION
                }
            }

            #[allow(non_camel_case_types, reason = "named after the fields")]
            enum Listed { $( $req, )* $( $opt, )* }

            fn listed(name: &str) -> Option<Listed> {
                match name {
                    $( $req_wire => Some(Listed::$req), )*
                    $( $opt_wire => Some(Listed::$opt), )*
                    _ => None,
                }
            }

            impl Member for $name {
                const KIND: MemberKind = MemberKind::Message(<Self as Message>::description);

                //= X-11
                fn from_map<'de, A: MapAccess<'de>>(mut map: A) -> Result<Read<Self>, A::Error> {
                    $( let mut $req: Option<$req_type> = None; )*
                    $( let mut $opt: Option<$opt_type> = None; )*
                    let mut unknown = serde_json::Map::new();
                    while let Some(name) = map.next_key_seed(NameReader(listed))? {
                        match name {
                            $( Name::Listed(Listed::$req) => {
                                if $req.is_some() || unknown.contains_key($req_wire) {
                                    return Err(A::Error::duplicate_field($req_wire));
                                }
                                match map.next_value_seed(Reader::<$req_type>::NEW)? {
                                    Read::Typed(value) => $req = Some(value),
                                    Read::Kept(value) => drop(unknown.insert($req_wire.to_owned(), value)),
                                }
                            } )*
                            $( Name::Listed(Listed::$opt) => {
                                if $opt.is_some() || unknown.contains_key($opt_wire) {
                                    return Err(A::Error::duplicate_field($opt_wire));
                                }
                                match map.next_value_seed(Reader::<$opt_type>::NEW)? {
                                    Read::Typed(value) => $opt = Some(value),
                                    Read::Kept(value) => drop(unknown.insert($opt_wire.to_owned(), value)),
                                }
                            } )*
                            Name::Unlisted(name) => drop(unknown.insert(name, map.next_value()?)),
                        }
                    }
                    #[allow(unreachable_patterns, reason = "most messages have no required members")]
                    match ($( $req, )*) {
                        ($( Some($req), )*) => Ok(Read::Typed(Self { $( $req, )* $( $opt, )* unknown })),
                        ($( $req, )*) => {
                            // Half a message is none: as a member of another one it is kept as it came.
                            $( keep($req_wire, &$req, &mut unknown)?; )*
                            $( keep($opt_wire, &$opt, &mut unknown)?; )*
                            Ok(Read::Kept(serde_json::Value::Object(unknown)))
                        }
                    }
                }
            }

            impl<'de> serde::Deserialize<'de> for $name {
                fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                    match deserializer.deserialize_any(Reader::<Self>::NEW)? {
                        Read::Typed(message) => Ok(message),
                        Read::Kept(value) => Err(why_not(&DESCRIPTION, &value)),
                    }
                }
            }

            impl serde::Serialize for $name {
                fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                    let mut map = serializer.serialize_map(None)?;
                    $( map.serialize_entry($req_wire, &self.$req)?; )*
                    $( if let Some(value) = &self.$opt { map.serialize_entry($opt_wire, value)?; } )*
                    for (name, value) in &self.unknown {
                        // A member that was odd when received and set since is printed once, as it was set.
                        let is_printed = match listed(name) {
                            $( Some(Listed::$req) => true, )*
                            $( Some(Listed::$opt) => self.$opt.is_some(), )*
                            None => false,
                        };
                        if !is_printed {
                            map.serialize_entry(name, value)?;
                        }
                    }
                    map.end()
                }
            }
        };
    };
    (@is_hidden) => { false };
    (@is_hidden hidden) => { true };
    (@shown $out:ident, $field:ident, $value:expr) => {
        $out.field(stringify!($field), $value);
    };
    (@shown $out:ident, $field:ident, $value:expr, hidden) => {
        {
            let _ = $value;
            $out.field(stringify!($field), &$crate::wire::message::Hidden);
        }
    };
}
