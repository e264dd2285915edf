//! `[reconciliation]`: where settlement files come to lie, and how often to look.
//! Bringing them there is left to whoever fetches them.

use std::time::Duration;

use super::Reader;
use crate::service::config::ReconciliationConfig;

const EVERY: Duration = Duration::from_mins(10);

impl Reader {
    pub(super) fn reconciliation(&mut self) -> Option<ReconciliationConfig> {
        const KEY: &str = "reconciliation.folder";
        let folder = self.text(KEY).map(|text| self.base.join(text));
        if folder.as_ref().is_some_and(|folder| !folder.is_dir()) {
            self.fault(KEY, "is no folder that can be read; create it first");
        }
        let every = self.duration("reconciliation.every").unwrap_or(EVERY);
        if every.is_zero() {
            self.fault("reconciliation.every", "must be at least \"1s\"");
            return None;
        }
        Some(ReconciliationConfig { folder, every })
    }
}
