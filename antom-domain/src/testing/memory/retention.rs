//! Erasing in the memory store.
//! What is erased is told by the erasure.

use antom_core::time::Timestamp;
use async_trait::async_trait;

use super::{MemoryStore, State};
use crate::order::Erased;
use crate::port::{
    DroppedBodies, EraseError, Erasure, RestingPage, RestingQuery, Retention, StoreError, Version,
};

#[async_trait]
impl Retention for MemoryStore {
    async fn erase(&self, erasure: Erasure) -> Result<Version, EraseError> {
        self.ask(|state| state.erase(erasure))?
    }

    async fn resting(&self, query: &RestingQuery) -> Result<RestingPage, StoreError> {
        self.ask(|state| state.orders.resting(query))?
    }

    async fn drop_bodies(
        &self,
        received_before: Timestamp,
        _cursor: Option<String>,
    ) -> Result<DroppedBodies, StoreError> {
        let dropped = self.ask(|state| state.inbox.drop_bodies(|one| one.received_at < received_before))?;
        Ok(DroppedBodies { dropped, ..DroppedBodies::default() })
    }
}

impl State {
    fn erase(&mut self, erasure: Erasure) -> Result<Version, EraseError> {
        let Erasure { commit, how_far, rewritten, named } = erasure;
        let id = commit.order_id.clone();
        self.orders.check(&commit)?;
        if self.outbox.has_any_of(&id) || self.events.has_waiting(&id) {
            return Err(EraseError::StillNeeded);
        }
        let version = self.commit(commit)?;
        self.orders.rewrite(&id, rewritten);
        if how_far == Erased::Everything {
            self.events.forget_personal_data(&id);
        }
        self.inbox.drop_bodies(|one| one.keys.iter().any(|key| named.contains(key)));
        Ok(version)
    }
}
