//! The keys at hand against what is stored: a proof of each key that was ever sealed with.
//! Sealing and opening is `data_keys`'.

use sqlx::postgres::PgConnection;

use super::error::OpenError;
use crate::outbound::data_keys::DataKeys;

/// Refuses keys that do not open everything; a new one leaves its proof. Instances that start at the same time with the
/// same new key leave one.
pub(super) async fn prove(connection: &mut PgConnection, keys: &DataKeys) -> Result<(), OpenError> {
    let proofs: Vec<(String, String)> =
        sqlx::query_as("SELECT id, proof FROM data_keys ORDER BY id").fetch_all(&mut *connection).await?;
    if let Some((id, proof)) = keys.prove(&proofs)? {
        sqlx::query("INSERT INTO data_keys (id, proof) VALUES ($1, $2) ON CONFLICT (id) DO NOTHING")
            .bind(id)
            .bind(proof)
            .execute(connection)
            .await?;
    }
    Ok(())
}
