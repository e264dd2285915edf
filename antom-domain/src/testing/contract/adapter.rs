//! The adapter under test: the four storage ports over one and the same storage.
//! Making it, and cleaning up after it, is left to the factory.

use std::any::Any;
use std::fmt;
use std::sync::Arc;

use antom_core::id::ReferenceOrderId;

use crate::port::{EventQueue, Inbox, OrderStore, Outbox, Retention};

/// Appends an event to a stored order and replaces its snapshot, both as stored texts.
pub(super) type WriteStored = Box<dyn Fn(&ReferenceOrderId, &str, &str) + Send + Sync>;

/// The storage ports of one fresh, empty storage.
pub struct Adapter {
    /// The order store.
    pub store: Arc<dyn OrderStore>,
    /// The outbox of the same storage.
    pub outbox: Arc<dyn Outbox>,
    /// The inbox of the same storage.
    pub inbox: Arc<dyn Inbox>,
    /// The event queue of the same storage.
    pub events: Arc<dyn EventQueue>,
    pub(super) retention: Option<Arc<dyn Retention>>,
    pub(super) write_stored: Option<WriteStored>,
    // Last, so that it is dropped after the ports.
    kept: Option<Box<dyn Any + Send + Sync>>,
}

impl Adapter {
    /// An adapter whose ports are one value.
    pub fn of<S: OrderStore + Outbox + Inbox + EventQueue>(storage: S) -> Adapter {
        let storage = Arc::new(storage);
        Adapter::new(Arc::<S>::clone(&storage), Arc::<S>::clone(&storage), Arc::<S>::clone(&storage), storage)
    }

    /// An adapter whose ports are different values over the same storage.
    pub fn new(
        store: Arc<dyn OrderStore>,
        outbox: Arc<dyn Outbox>,
        inbox: Arc<dyn Inbox>,
        events: Arc<dyn EventQueue>,
    ) -> Adapter {
        Adapter { store, outbox, inbox, events, retention: None, write_stored: None, kept: None }
    }

    /// Tells how the same storage takes out what is personal, for [`retention_contract_suite!`](crate::retention_contract_suite).
    pub fn retaining(self, retention: Arc<dyn Retention>) -> Adapter {
        Adapter { retention: Some(retention), ..self }
    }

    /// Tells how another program, older or newer, writes into the same storage: one more event of an order that exists,
    /// and its new snapshot, both as the texts that are stored. The version grows by one.
    pub fn written_by_others(
        self,
        write: impl Fn(&ReferenceOrderId, &str, &str) + Send + Sync + 'static,
    ) -> Adapter {
        Adapter { write_stored: Some(Box::new(write)), ..self }
    }

    /// Keeps something alive for as long as the adapter: a temporary directory, a container.
    pub fn keeping(self, guard: impl Any + Send + Sync) -> Adapter {
        Adapter { kept: Some(Box::new(guard)), ..self }
    }
}

impl fmt::Debug for Adapter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Adapter")
            .field("store", &self.store)
            .field("outbox", &self.outbox)
            .field("inbox", &self.inbox)
            .field("events", &self.events)
            .field("retention", &self.retention)
            .field("write_stored", &self.write_stored.is_some())
            .field("kept", &self.kept.is_some())
            .finish()
    }
}
