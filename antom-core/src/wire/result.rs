//! The `result` object on the wire.
//! Its type is in `outcome`, which exists without serialisation too.

use serde::de::{Error as _, MapAccess};
use serde::ser::SerializeMap as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Map, Value};

use super::describe::{MemberDescription, MemberKind, Message, MessageDescription};
use super::member::{Member, Name, NameReader, Read, Reader};
use crate::outcome::{GatewayResult, ResultCode, ResultStatus};

enum Listed {
    Code,
    Status,
    Message,
}

fn listed(name: &str) -> Option<Listed> {
    match name {
        "resultCode" => Some(Listed::Code),
        "resultStatus" => Some(Listed::Status),
        "resultMessage" => Some(Listed::Message),
        _ => None,
    }
}

static DESCRIPTION: MessageDescription = MessageDescription {
    name: "GatewayResult",
    members: &[
        described("resultCode", <ResultCode as Member>::KIND),
        described("resultStatus", <ResultStatus as Member>::KIND),
        described("resultMessage", <String as Member>::KIND),
    ],
};

const fn described(name: &'static str, kind: MemberKind) -> MemberDescription {
    MemberDescription { name, is_required: false, is_hidden: false, kind }
}

impl Message for GatewayResult {
    fn description() -> &'static MessageDescription {
        &DESCRIPTION
    }
}

impl Member for GatewayResult {
    const KIND: MemberKind = MemberKind::Message(<Self as Message>::description);

    fn from_map<'de, A: MapAccess<'de>>(mut map: A) -> Result<Read<Self>, A::Error> {
        let (mut code, mut status, mut message) = (None, None, None);
        let mut unknown = Map::new();
        while let Some(name) = map.next_key_seed(NameReader(listed))? {
            match name {
                Name::Listed(Listed::Code) => {
                    slot::<ResultCode, _>(&mut map, &mut code, "resultCode", &mut unknown)?
                }
                Name::Listed(Listed::Status) => {
                    slot::<ResultStatus, _>(&mut map, &mut status, "resultStatus", &mut unknown)?;
                }
                Name::Listed(Listed::Message) => {
                    slot::<String, _>(&mut map, &mut message, "resultMessage", &mut unknown)?;
                }
                Name::Unlisted(name) => drop(unknown.insert(name, map.next_value()?)),
            }
        }
        let result_code = code.unwrap_or_default();
        Ok(Read::Typed(Self { result_code, result_status: status, result_message: message, unknown }))
    }
}

/// Reads a listed member; two statuses in one result would be a choice between success and failure.
fn slot<'de, T: Member, A: MapAccess<'de>>(
    map: &mut A,
    slot: &mut Option<T>,
    name: &'static str,
    unknown: &mut Map<String, Value>,
) -> Result<(), A::Error> {
    if slot.is_some() || unknown.contains_key(name) {
        return Err(A::Error::duplicate_field(name));
    }
    match map.next_value_seed(Reader::<T>::NEW)? {
        Read::Typed(value) => *slot = Some(value),
        Read::Kept(value) => drop(unknown.insert(name.to_owned(), value)),
    }
    Ok(())
}

impl<'de> Deserialize<'de> for GatewayResult {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match deserializer.deserialize_any(Reader::<Self>::NEW)? {
            Read::Typed(result) => Ok(result),
            Read::Kept(_) => Err(D::Error::custom("not an object")),
        }
    }
}

impl Serialize for GatewayResult {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        if !self.result_code.is_absent() {
            map.serialize_entry("resultCode", self.result_code.as_str())?;
        }
        if let Some(status) = &self.result_status {
            map.serialize_entry("resultStatus", status)?;
        }
        if let Some(message) = &self.result_message {
            map.serialize_entry("resultMessage", message)?;
        }
        for (name, value) in &self.unknown {
            let is_printed = match listed(name) {
                Some(Listed::Code) => !self.result_code.is_absent(),
                Some(Listed::Status) => self.result_status.is_some(),
                Some(Listed::Message) => self.result_message.is_some(),
                None => false,
            };
            if !is_printed {
                map.serialize_entry(name, value)?;
            }
        }
        map.end()
    }
}
