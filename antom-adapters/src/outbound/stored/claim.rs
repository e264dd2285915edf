//! Claimed rows of the outbox, read back; and claims as columns.
//! How a row is claimed is left to the adapters.

use antom_domain::order::CallId;
use antom_domain::port::{Claim, Claimed, OutboxError, StoreError};

use super::words::{call, order_id};
use crate::outbound::data_keys::DataKeys;

/// A claimed row, not yet understood.
pub(in crate::outbound) struct Taken {
    pub(in crate::outbound) call_id: String,
    pub(in crate::outbound) order_id: String,
    pub(in crate::outbound) api: String,
    pub(in crate::outbound) subject: String,
    pub(in crate::outbound) body: Vec<u8>,
    /// How often it was claimed before.
    pub(in crate::outbound) tries: u32,
    pub(in crate::outbound) fence: i64,
}

/// A row that cannot be read keeps its lease and stands back, so that it does not hold up the others. Where nothing else
/// is due, the caller hears of it.
pub(in crate::outbound) fn understood(
    taken: Vec<Taken>,
    keys: &DataKeys,
) -> Result<Vec<Claimed>, StoreError> {
    let mut claimed = Vec::with_capacity(taken.len());
    let mut fault = None;
    for row in taken {
        match row.understand(keys) {
            Ok(row) => claimed.push(row),
            Err(error) => {
                tracing::error!(%error, "a due call is left alone");
                fault = Some(error);
            }
        }
    }
    match fault {
        Some(error) if claimed.is_empty() => Err(error),
        _ => Ok(claimed),
    }
}

impl Taken {
    fn understand(self, keys: &DataKeys) -> Result<Claimed, StoreError> {
        let order_id = order_id(&self.order_id)?;
        let call = call(&self.call_id, &self.api, &self.subject, self.body, keys)?;
        let claim = Claim { call_id: CallId::from_stored(self.call_id), fence: self.fence.unsigned_abs() };
        Ok(Claimed { claim, order_id, call, tries: self.tries })
    }
}

/// A fence that the database cannot hold was never given out.
pub(in crate::outbound) fn columns(claim: &Claim) -> Result<(String, i64), OutboxError> {
    let fence = i64::try_from(claim.fence).map_err(|_| OutboxError::LeaseLost)?;
    Ok((claim.call_id.as_str().to_owned(), fence))
}
