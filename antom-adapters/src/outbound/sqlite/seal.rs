//! The keys at hand against what is stored: a proof of each key that was ever sealed with.
//! Sealing and opening is `data_keys`'.

use std::path::Path;

use rusqlite::{Connection, params};

use super::error::OpenError;
use crate::outbound::data_keys::DataKeys;

/// Refuses keys that do not open everything; a new one leaves its proof.
pub(super) fn prove(writer: &Connection, path: &Path, keys: &DataKeys) -> Result<(), OpenError> {
    if let Some((id, proof)) = keys.prove(&proofs(writer, path)?)? {
        writer
            .execute("INSERT INTO data_keys (id, proof) VALUES (?1, ?2)", params![id, proof])
            .map_err(OpenError::database(path))?;
    }
    Ok(())
}

/// Refuses keys that do not open everything, and writes nothing.
pub(super) fn check(reader: &Connection, path: &Path, keys: &DataKeys) -> Result<(), OpenError> {
    keys.prove(&proofs(reader, path)?)?;
    Ok(())
}

fn proofs(connection: &Connection, path: &Path) -> Result<Vec<(String, String)>, OpenError> {
    let read = || -> rusqlite::Result<Vec<(String, String)>> {
        let mut statement = connection.prepare("SELECT id, proof FROM data_keys ORDER BY id")?;
        statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?.collect()
    };
    read().map_err(OpenError::database(path))
}
