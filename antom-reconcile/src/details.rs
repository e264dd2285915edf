//! Reads single rows again, by their numbers: one pass over the files that hold them.
//! Why a row is wanted is left to the caller.

use crate::error::{FileError, Reason};
use crate::file_name::FileKind;
use crate::inspect::Inspected;
use crate::record::Record;
use crate::row::{Figures, Row};

use crate::options::Unit;

/// The files whose rows are numbered, in order.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Files<'a> {
    pub(crate) all: &'a [Inspected<'a>],
    pub(crate) unit: Unit,
}

impl<'a> Files<'a> {
    /// Every file with rows, and the number of its first row. Summaries have no rows of their own.
    pub(crate) fn numbered(self) -> impl Iterator<Item = (&'a Inspected<'a>, u32)> {
        let mut next = 0_u32;
        let files = self.all.iter().filter(|file| file.columns.kind != FileKind::Summary);
        files.map(move |file| {
            let first = next;
            next = next.saturating_add(file.rows);
            (file, first)
        })
    }

    /// Shows every row whose number is in `wanted`, which is sorted.
    pub(crate) fn visit<E: From<FileError>>(
        self,
        mut wanted: impl Iterator<Item = u32>,
        mut show: impl FnMut(u32, Row<'_>, &Figures) -> Result<(), E>,
    ) -> Result<(), E> {
        let (mut record, mut figures) = (Record::default(), Figures::default());
        let mut next = wanted.next();
        for (file, first) in self.numbered() {
            let end = first.saturating_add(file.rows);
            if next.is_none_or(|ordinal| ordinal >= end) {
                continue;
            }
            let mut records = file.open()?;
            for ordinal in first..end {
                if next.is_none_or(|next| next >= end) {
                    break;
                }
                if !records.row(&mut record)? {
                    return Err(records.error(Reason::Changed).into());
                }
                if next != Some(ordinal) {
                    continue;
                }
                let row = file.row(&record);
                row.figures(self.unit, &mut figures)?;
                while next == Some(ordinal) {
                    show(ordinal, row, &figures)?;
                    next = wanted.next();
                }
            }
        }
        Ok(())
    }
}
