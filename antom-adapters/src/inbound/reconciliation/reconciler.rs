//! Reconciles for a running service: what is uploaded, and what comes to lie in the watched folder.
//! The steps of one reconciliation are in the module above.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use antom_domain::service::Books;
use antom_reconcile::{Options, ReconcileError};
use serde_json::Value;
use tokio::sync::{Mutex, watch};
use tokio::task::JoinHandle;

use super::files::{self, FileOnDisk, Progress};
use super::{Failed, reconcile};
use crate::outbound::archive::Archive;
use crate::worker::WorkerHandle;

/// Reconciles, one set of files at a time.
#[derive(Debug, Clone)]
pub struct Reconciler {
    pub(crate) books: Books,
    pub(crate) archive: Arc<dyn Archive>,
    pub(crate) worker: WorkerHandle,
    /// Where files come to lie, if somebody brings them there.
    pub(crate) folder: Option<PathBuf>,
    pub(crate) busy: Arc<Mutex<()>>,
}

/// Nothing was reconciled.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Refused {
    /// One at a time, so that memory and inquiries stay bounded.
    #[error("another reconciliation is running; try again when it is over")]
    Busy,
    /// There is nothing to look at.
    #[error("there is no watched folder, or no file in it: set reconciliation.folder, or upload files")]
    NoFiles,
    /// It came to no end.
    #[error(transparent)]
    Failed(#[from] Failed),
}

/// What lies in the folder: path, length and time of change of each file.
type Seen = Vec<(PathBuf, u64, Option<SystemTime>)>;

impl Reconciler {
    /// Reconciles these files and keeps the report, which it also answers as JSON.
    pub(crate) async fn run(&self, files: Vec<FileOnDisk>, options: Options) -> Result<Value, Refused> {
        let _alone = self.busy.try_lock().map_err(|_| Refused::Busy)?;
        let done = reconcile(&self.books, files, options).await?;
        done.asked_orders().for_each(|id| self.worker.changed(id));
        let at = self.books.ports().clock.now();
        done.keep(&*self.archive, at).await.map_err(Failed::from)?;
        let (id, differences) = (&done.report.id, done.report.differences());
        if differences == 0 {
            tracing::info!(reconciliation = %id, matched = done.report.matched, "files and books agree");
        } else {
            tracing::warn!(reconciliation = %id, differences, matched = done.report.matched, "files and books differ");
        }
        Ok(done.view(at))
    }

    /// Reconciles what lies in the watched folder.
    pub(crate) async fn run_folder(&self, options: Options) -> Result<Value, Refused> {
        let files = self.in_folder();
        if files.is_empty() {
            return Err(Refused::NoFiles);
        }
        self.run(files, options).await
    }

    /// Looks at the folder now and then until it is told to stop. Files are taken when two looks in a row saw the same, so
    /// that none is read while it is being written; a set that was taken is not taken again.
    pub(crate) fn watch(self, every: Duration, mut stopped: watch::Receiver<bool>) -> Option<JoinHandle<()>> {
        let folder = self.folder.clone()?;
        let work = async move {
            let mut looks = tokio::time::interval(every);
            let (mut before, mut taken) = (Seen::new(), Seen::new());
            while !*stopped.borrow() {
                tokio::select! {
                    _ = looks.tick() => {}
                    _ = stopped.changed() => return,
                }
                let seen = look(&folder);
                let is_settled = seen == before && !seen.is_empty() && seen != taken;
                before.clone_from(&seen);
                if is_settled && self.take().await {
                    taken = seen;
                }
            }
        };
        Some(tokio::spawn(work))
    }

    /// Whether the set need not be taken again.
    async fn take(&self) -> bool {
        match self.run_folder(Options::default()).await {
            Ok(_) => true,
            // The file says what to do, and reading it again as it is changes nothing.
            Err(Refused::Failed(Failed::Reconcile(ReconcileError::File(error)))) => {
                tracing::error!(file = %error.file, line = error.line, reason = %error.reason, "settlement files cannot be used");
                true
            }
            Err(error) => {
                tracing::warn!(%error, "the watched folder waits");
                false
            }
        }
    }

    fn in_folder(&self) -> Vec<FileOnDisk> {
        let progress = Progress::default();
        let paths = self.folder.iter().flat_map(|folder| files::below(folder));
        paths.map(|path| FileOnDisk::new(&path, &progress)).collect()
    }
}

fn look(folder: &Path) -> Seen {
    let stand = |path: PathBuf| {
        let told = std::fs::metadata(&path).ok()?;
        Some((path, told.len(), told.modified().ok()))
    };
    files::below(folder).into_iter().filter_map(stand).collect()
}
