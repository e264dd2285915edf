//! What a file's name tells: kind, day, currency, batch and part.
//! Names are not believed over headers: a file whose header lacks what its kind needs is refused in `columns`.

use serde::{Deserialize, Serialize};

use crate::day::Day;

/// Which of the three files it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum FileKind {
    /// One line for each transaction of a day.
    Transactions,
    /// One line for each transaction of a batch.
    Details,
    /// One line for each type in a batch.
    Summary,
}

impl FileKind {
    /// What it is called.
    pub fn word(self) -> &'static str {
        match self {
            Self::Transactions => "transaction details",
            Self::Details => "settlement details",
            Self::Summary => "settlement summary",
        }
    }
}

/// A name, read.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct FileName {
    pub(crate) kind: Option<FileKind>,
    /// The day of transaction details.
    pub(crate) day: Option<Day>,
    /// The batch, unless the period is empty.
    pub(crate) batch: Option<String>,
    /// The name without its part and ending, and the part.
    pub(crate) part: Option<(String, u32)>,
}

/// How names begin, on SFTP and in the dashboard.
const STARTS: [(&str, FileKind); 6] = [
    ("transactionItems_", FileKind::Transactions),
    ("TRANSACTION_DETAIL_", FileKind::Transactions),
    ("settlementItems_", FileKind::Details),
    ("SETTLEMENT_DETAIL_", FileKind::Details),
    ("settlementSummary_", FileKind::Summary),
    ("SETTLEMENT_SUMMARY_", FileKind::Summary),
];

impl FileName {
    pub(crate) fn read(name: &str) -> Self {
        let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
        let Some((rest, kind)) =
            STARTS.iter().find_map(|(start, kind)| Some((stem.strip_prefix(start)?, *kind)))
        else {
            return Self::default();
        };
        let day = rest.split('_').find_map(Day::parse).filter(|_| kind == FileKind::Transactions);
        let is_digits = |word: &&str| word.bytes().all(|byte| byte.is_ascii_digit());
        let batch = rest.split('_').filter(is_digits).find(|word| word.len() > 8);
        let batch = batch.filter(|word| word.bytes().any(|byte| byte != b'0'));
        let part = stem.rsplit_once('_').filter(|(_, part)| part.len() == 3 && is_digits(part));
        Self {
            kind: Some(kind),
            day,
            batch: batch.map(str::to_owned).filter(|_| kind != FileKind::Transactions),
            part: part.and_then(|(stem, part)| Some((stem.to_owned(), part.parse().ok()?))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_both_ways_to_fetch_a_file_are_read() {
        let items = FileName::read("transactionItems_20261102_001.csv");
        assert_eq!((items.kind, items.day), (Some(FileKind::Transactions), Day::parse("20261102")));
        assert_eq!(items.part, Some(("transactionItems_20261102".to_owned(), 1)));
        let details = FileName::read("settlementItems_CONNECTWALLET_USD_2026110300000000001_000.csv");
        assert_eq!(details.batch.as_deref(), Some("2026110300000000001"));
        assert_eq!((details.kind, details.day), (Some(FileKind::Details), None));
        assert_eq!(FileName::read("settlementSummary_USD_0000000000000000000_000.csv").batch, None);
        assert_eq!(FileName::read("TRANSACTION_DETAIL_20261102.csv").day, Day::parse("20261102"));
        assert_eq!(FileName::read("whatever.csv"), FileName::default());
    }
}
