//! All steps in order: inspect, load, join, match, report.
//! Each step is in a module of its own.

use crate::books::Books;
use crate::details::Files;
use crate::error::ReconcileError;
use crate::finding::Findings;
use crate::inspect::inspect;
use crate::join::join;
use crate::load::load;
use crate::matching::Matching;
use crate::options::Options;
use crate::report::{Cells, Report, report};
use crate::source::Source;

/// Holds files against each other and against the books.
///
/// # Idempotency
/// Nothing is changed anywhere. The same files and books give the same report, in whatever order files are given.
///
/// # Errors
/// [`ReconcileError::File`] for a file that is not as it must be: then nothing was loaded, and the books were not asked.
/// [`ReconcileError::Books`] where the books cannot be read.
pub fn reconcile<S: Source>(
    sources: &[S],
    books: &mut dyn Books,
    options: &Options,
) -> Result<Report, ReconcileError> {
    let mut findings = Findings::new(options.findings);
    let inspected = inspect(sources, options.unit, &mut findings)?;
    let files = Files { all: &inspected, unit: options.unit };
    let mut loaded = load(files, &mut findings)?;
    let mut wanted = join(&mut loaded, options.findings, &mut findings);
    let mut matching = Matching::new(files, &mut loaded, &mut findings);
    books.each(&mut |own| matching.offer(own))?;
    matching.resolve()?;
    let mut cells: Cells = matching.finish(&mut wanted);
    wanted.tell(files, &loaded.sums, books, &mut findings, &mut cells)?;
    Ok(report(&inspected, findings, cells))
}
