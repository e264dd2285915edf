//! What a settlement is asked for with: the day, the discrepancies to plant, and the form of the files.
//! Whether the day's books can carry a discrepancy is found out where it is planted.

use std::num::NonZeroUsize;

use serde::Deserialize;
use serde_json::Value;

use super::columns::{CURRENT, Layout};
use super::day::Day;
use super::legacy::LEGACY;
use super::plant::PlantKind;
use crate::core::time::Time;

/// Why a day is not settled.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SettlementError {
    /// The request is not understood; it says which member is at fault.
    #[error("{0}")]
    Invalid(String),
    /// The day's books cannot carry a discrepancy that is asked for.
    #[error("{0}")]
    Impossible(String),
}

/// A request, read and checked.
#[derive(Debug)]
pub(super) struct Request {
    pub(super) client: String,
    pub(super) day: Day,
    pub(super) plants: Vec<PlantKind>,
    pub(super) seed: Option<u64>,
    pub(super) form: Form,
}

/// How the files look.
#[derive(Clone, Copy, Debug)]
pub(super) struct Form {
    pub(super) layout: Layout,
    pub(super) legacy: bool,
    pub(super) rows_per_part: Option<NonZeroUsize>,
    pub(super) line_end: &'static str,
    pub(super) byte_order_mark: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Input {
    date: String,
    #[serde(default)]
    plant: Vec<String>,
    #[serde(default)]
    client_id: Option<String>,
    #[serde(default)]
    header: Header,
    #[serde(default)]
    rows_per_part: Option<NonZeroUsize>,
    #[serde(default)]
    line_ending: LineEnding,
    #[serde(default)]
    byte_order_mark: bool,
    #[serde(default)]
    seed: Option<u64>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Header {
    #[default]
    Current,
    Legacy,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
enum LineEnding {
    #[default]
    Lf,
    Crlf,
}

impl Request {
    pub(super) fn read(input: Value, own_client: &str, now: Time) -> Result<Self, SettlementError> {
        let invalid = |message: String| Err(SettlementError::Invalid(message));
        let input: Input = match super::super::reading::read_named(input) {
            Ok(input) => input,
            Err(error) => return invalid(error),
        };
        let Some(day) = Day::parse(&input.date) else {
            return invalid(format!("date {} is no day: give it as 2026-11-25", input.date));
        };
        if let Some(today) = Day::of(now).filter(|today| day > *today) {
            return invalid(format!("date {} lies ahead: it is {} in UTC+8", day.iso(), today.iso()));
        }
        let mut plants = Vec::new();
        for name in &input.plant {
            match PlantKind::named(name) {
                Some(kind) => plants.push(kind),
                None => return invalid(format!("plant {name} is none of {}", PlantKind::names())),
            }
        }
        let legacy = matches!(input.header, Header::Legacy);
        let form = Form {
            layout: if legacy { LEGACY } else { CURRENT },
            legacy,
            rows_per_part: input.rows_per_part,
            line_end: if matches!(input.line_ending, LineEnding::Crlf) { "\r\n" } else { "\n" },
            byte_order_mark: input.byte_order_mark,
        };
        let client = input.client_id.unwrap_or_else(|| own_client.to_owned());
        Ok(Self { client, day, plants, seed: input.seed, form })
    }
}
