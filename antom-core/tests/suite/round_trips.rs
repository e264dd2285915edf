//! Laws of reading and printing that hold for every message, whatever its members hold.
//! Single odd messages are tested in `leniency`.

use antom_core::wire::{self, MemberKind, Message, MessageDescription};
use proptest::prelude::*;
use proptest::test_runner::TestRng;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

/// A value that the member takes, in one of the forms in which the gateway sends it.
fn fitting(kind: MemberKind, depth: usize, rng: &mut TestRng) -> Option<Value> {
    let spelled_as_text = rng.random_bool(0.5);
    Some(match kind {
        MemberKind::Text => json!(["A", "a b", "Ünï", "2026", "x\"y\\z"][rng.random_range(0..5)]),
        MemberKind::Flag if spelled_as_text => json!("true"),
        MemberKind::Flag => json!(rng.random_bool(0.5)),
        MemberKind::Number if spelled_as_text => json!("-7"),
        MemberKind::Number => json!(rng.random_range(-5_i64..5000)),
        MemberKind::Time => {
            json!(["2026-11-22T01:30:00+08:30", "1704038400000", "soon", ""][rng.random_range(0..4)])
        }
        MemberKind::Word(_) if spelled_as_text => json!("WORD_OF_NEXT_YEAR"),
        MemberKind::Word(listed) => json!(listed().last()),
        MemberKind::Object => json!({ "a": [1, null, { "b": "c" }] }),
        MemberKind::List(entry) => {
            Value::Array((0..rng.random_range(0..3)).filter_map(|_| fitting(*entry, depth, rng)).collect())
        }
        MemberKind::Map(entry) => json!({ "SGD": fitting(*entry, depth, rng)? }),
        MemberKind::Message(description) => message(description(), depth.checked_sub(1)?, rng),
        other => panic!("a new kind of member: {other:?}"),
    })
}

/// A message with some of its members, some of them odd, and one that nobody knows.
fn message(description: &MessageDescription, depth: usize, rng: &mut TestRng) -> Value {
    let mut members = Map::new();
    let is_amount = description.name == "Amount";
    for member in description.members {
        let value = match rng.random_range(0..10) {
            _ if is_amount => Some(json!("4200")),
            0..=2 if !member.is_required => None,
            3 if !member.is_required => Some(
                [json!(null), json!([[]]), json!({ "odd": 1 }), json!(true)][rng.random_range(0..4)].clone(),
            ),
            _ => fitting(member.kind, depth, rng),
        };
        members.extend(value.map(|value| (member.name.to_owned(), value)));
    }
    members.insert("somethingNew".to_owned(), json!({ "deep": [rng.random_range(0..9)] }));
    Value::Object(members)
}

/// Booleans and numbers may be printed as the texts that stand for them, and the other way round.
fn without_types(value: &Value) -> Value {
    match value {
        Value::Object(members) => {
            members.iter().map(|(name, value)| (name.clone(), without_types(value))).collect()
        }
        Value::Array(entries) => entries.iter().map(without_types).collect(),
        Value::Number(number) => json!(number.to_string()),
        Value::Bool(flag) => json!(flag.to_string()),
        Value::Null | Value::String(_) => value.clone(),
    }
}

/// Reads, prints, and reads again; gives what went wrong.
fn survives<T>(rng: &mut TestRng) -> Result<(), String>
where
    T: Message + DeserializeOwned + Serialize + PartialEq + std::fmt::Debug,
{
    let sent = message(T::description(), 4, rng);
    let read = match serde_json::from_str::<T>(&sent.to_string()) {
        Ok(read) => read,
        // A required id may have been given a text that is none; nothing else makes a message unreadable.
        Err(_) if T::description().members.iter().any(|member| member.is_required) => return Ok(()),
        Err(error) => return Err(format!("{}: {error} in {sent}", T::description().name)),
    };
    let printed = serde_json::to_string(&read).map_err(|error| error.to_string())?;
    let as_value: Value = serde_json::from_str(&printed).map_err(|error| error.to_string())?;
    if without_types(&as_value) != without_types(&sent) {
        return Err(format!("{}: {sent} became {as_value}", T::description().name));
    }
    let again: T = serde_json::from_str(&printed).map_err(|error| error.to_string())?;
    let printed_again = serde_json::to_string(&again).map_err(|error| error.to_string())?;
    if (&again, &printed_again) != (&read, &printed) {
        return Err(format!("{}: {printed} is not stable", T::description().name));
    }
    Ok(())
}

macro_rules! round_trips {
    ($($name:ident),+ $(,)?) => {
        const EVERY: &[fn(&mut TestRng) -> Result<(), String>] = &[$(survives::<wire::$name>),+];
    };
}

every_message! { round_trips }

proptest! {
    //= X-11 test
    //= X-12 test
    #[test]
    fn every_message_survives_reading_and_printing(index in 0..EVERY.len(), rng in Just(()).prop_perturb(|(), rng| rng)) {
        let mut rng = rng;
        prop_assert_eq!(EVERY[index](&mut rng), Ok(()));
    }
}

#[test]
fn each_message_is_tried() {
    let mut rng = TestRng::deterministic_rng(proptest::test_runner::RngAlgorithm::ChaCha);
    for survives in EVERY {
        for _ in 0..8 {
            assert_eq!(survives(&mut rng), Ok(()));
        }
    }
}
