//! The orders of a store as the books that files are held against.
//! What transactions an order has is said in `transactions`.

use std::sync::Arc;

use antom_core::id::ReferenceOrderId;
use antom_domain::port::{OrderQuery, OrderStore};
use antom_reconcile::{Books, BooksError, Own, ReconcileError};
use tokio::runtime::Handle;

use super::transactions::transactions;

/// As many orders as a page may have.
const PAGE: usize = 200;

/// Reads orders page by page. It waits for the store, so it belongs on a thread that may.
#[derive(Debug)]
pub(super) struct StoreBooks {
    pub(super) store: Arc<dyn OrderStore>,
    pub(super) runtime: Handle,
}

impl Books for StoreBooks {
    fn each(
        &mut self,
        take: &mut dyn FnMut(Own) -> Result<(), ReconcileError>,
    ) -> Result<(), ReconcileError> {
        let mut cursor = None;
        loop {
            let query = OrderQuery { phase: None, cursor, limit: PAGE };
            let page = self.runtime.block_on(self.store.list(&query)).map_err(BooksError::new)?;
            for order in &page.orders {
                transactions(order).into_iter().try_for_each(&mut *take)?;
            }
            cursor = page.next;
            if cursor.is_none() {
                return Ok(());
            }
        }
    }

    fn has_order(&mut self, id: &str) -> Result<bool, BooksError> {
        // What is no id of an order is no order of ours.
        let Ok(id) = ReferenceOrderId::parse(id) else { return Ok(false) };
        let found = self.runtime.block_on(self.store.load(&id));
        found.map(|found| found.is_some()).map_err(BooksError::new)
    }
}
