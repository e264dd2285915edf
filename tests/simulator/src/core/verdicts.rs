//! What was found in the requests of all clients, counted: which operation, which field, what is wrong with it.
//! Single requests are judged in `catalogue`; the journal holds the verdicts of each call.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::catalogue::{FindingKind, Findings};
use super::gateway::Gateway;
use super::names::Name;
use super::operation::Operation;
use super::saved::pairs;

/// Kept apart up to so many; a client that invents a new field each time must not fill the memory.
const MOST_KEPT: usize = 1_000;

/// The counts.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Verdicts {
    requests: BTreeMap<Name, Requests>,
    #[serde(with = "pairs")]
    fields: BTreeMap<Place, Seen>,
    /// Findings that are not kept apart.
    surplus: u64,
}

#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
struct Requests {
    all: u64,
    with_findings: u64,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
struct Place {
    client: Name,
    operation: Operation,
    /// With `[]` for any entry of a list.
    path: Box<str>,
    kind: FindingKind,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Seen {
    count: u64,
    /// That of the first one.
    detail: Box<str>,
}

impl Verdicts {
    pub(crate) fn note(&mut self, client: &Name, operation: Operation, findings: &Findings) {
        let requests = match self.requests.get_mut(client) {
            Some(requests) => requests,
            None => self.requests.entry(client.clone()).or_default(),
        };
        requests.all = requests.all.saturating_add(1);
        if findings.is_empty() {
            return;
        }
        requests.with_findings = requests.with_findings.saturating_add(1);
        for finding in findings.iter() {
            let path = without_indexes(&finding.path).into();
            let place = Place { client: client.clone(), operation, path, kind: finding.kind };
            if let Some(seen) = self.fields.get_mut(&place) {
                seen.count = seen.count.saturating_add(1);
            } else if self.fields.len() < MOST_KEPT {
                self.fields.insert(place, Seen { count: 1, detail: finding.detail.as_str().into() });
            } else {
                self.surplus = self.surplus.saturating_add(1);
            }
        }
    }

    fn requests(&self, client: Option<&str>) -> Requests {
        let of = |name: &&Name| client.is_none_or(|client| client == name.as_str());
        let counted = self.requests.iter().filter(|(name, _)| of(name));
        counted.fold(Requests::default(), |sum, (_, one)| Requests {
            all: sum.all.saturating_add(one.all),
            with_findings: sum.with_findings.saturating_add(one.with_findings),
        })
    }
}

impl Gateway {
    /// What was found in requests, of all clients or of one.
    pub fn verdicts_view(&self, client: Option<&str>) -> Value {
        let fields = &self.verdicts.fields;
        let listed = fields.iter().filter(|(place, _)| client.is_none_or(|client| client == &*place.client));
        let mut kinds = Map::new();
        let mut findings = Vec::new();
        for (place, seen) in listed {
            let count = kinds.get(place.kind.as_str()).and_then(Value::as_u64).unwrap_or(0);
            kinds.insert(place.kind.as_str().to_owned(), json!(count.saturating_add(seen.count)));
            findings.push(json!({
                "clientId": place.client, "operation": place.operation.name(), "path": place.path,
                "kind": place.kind.as_str(), "detail": seen.detail, "count": seen.count,
            }));
        }
        let Requests { all, with_findings } = self.verdicts.requests(client);
        json!({
            "requests": all, "withFindings": with_findings, "kinds": kinds, "findings": findings,
            "notListed": self.verdicts.surplus,
        })
    }

    /// How many requests there were, and how many with findings.
    pub fn verdicts_summary(&self) -> Value {
        let Requests { all, with_findings } = self.verdicts.requests(None);
        json!({"requests": all, "withFindings": with_findings})
    }
}

fn without_indexes(path: &str) -> String {
    let mut pieces = path.split('[');
    let mut text = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        text.push_str("[]");
        text.push_str(piece.split_once(']').map_or("", |(_, rest)| rest));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_of_a_list_count_as_one_place() {
        for (path, place) in [
            ("order.goods[3].goodsName", "order.goods[].goodsName"),
            ("a[1][22]", "a[][]"),
            ("env", "env"),
            ("odd[name", "odd[]"),
        ] {
            assert_eq!(without_indexes(path), place);
        }
    }
}
