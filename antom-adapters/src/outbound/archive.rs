//! Keeps reports of reconciliations: each under the id that follows from its files.
//! What a report says is left to `antom-reconcile`, how it comes about to `inbound::reconciliation`.

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::sync::{Mutex, PoisonError};

use antom_core::time::Timestamp;
use antom_domain::port::StoreError;
use async_trait::async_trait;

/// The most reports that a list shows.
pub const LONGEST_LIST: usize = 200;

/// A report as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptReport {
    /// Follows from the files alone.
    pub id: String,
    /// When it was made; last, where it was made several times.
    pub at: Timestamp,
    /// What a list shows of it, as JSON.
    pub summary: String,
    /// All of it, as JSON.
    pub body: String,
}

/// Keeps reports.
///
/// # Contract
/// [`keep`](Archive::keep) replaces a report of the same id, so that reconciling the same files again is one report.
/// [`list`](Archive::list) shows the newest first, each without its body.
///
/// # Durability
/// When `keep` returns `Ok`, the report survives the loss of power, unless the storage is memory alone.
///
/// # Errors
/// [`StoreError::Unavailable`] where nothing was read or written.
#[async_trait]
pub trait Archive: Debug + Send + Sync + 'static {
    /// Keeps a report.
    async fn keep(&self, report: &KeptReport) -> Result<(), StoreError>;
    /// The report with this id.
    async fn report(&self, id: &str) -> Result<Option<KeptReport>, StoreError>;
    /// Summaries, newest first; at most [`LONGEST_LIST`].
    async fn list(&self, limit: usize) -> Result<Vec<String>, StoreError>;
}

const _: fn(&dyn Archive) = |_| {};

/// Reports in memory, for a storage that has no place for them: they end with the process.
#[derive(Debug, Default)]
pub struct MemoryArchive(Mutex<BTreeMap<String, KeptReport>>);

#[async_trait]
impl Archive for MemoryArchive {
    async fn keep(&self, report: &KeptReport) -> Result<(), StoreError> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.insert(report.id.clone(), report.clone());
        // A process that runs for years must not grow without end.
        while kept.len() > LONGEST_LIST {
            let oldest = kept.values().min_by_key(|one| one.at).map(|one| one.id.clone());
            oldest.and_then(|id| kept.remove(&id));
        }
        Ok(())
    }

    async fn report(&self, id: &str) -> Result<Option<KeptReport>, StoreError> {
        Ok(self.0.lock().unwrap_or_else(PoisonError::into_inner).get(id).cloned())
    }

    async fn list(&self, limit: usize) -> Result<Vec<String>, StoreError> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut newest: Vec<&KeptReport> = kept.values().collect();
        newest.sort_by(|a, b| (b.at, &b.id).cmp(&(a.at, &a.id)));
        Ok(newest.into_iter().take(limit.min(LONGEST_LIST)).map(|one| one.summary.clone()).collect())
    }
}
