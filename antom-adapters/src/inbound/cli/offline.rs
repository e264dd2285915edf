//! Reading the database while no service runs on it.
//! What is read, and how it is shown, is left to the commands.

use antom_domain::port::StoreError;

use super::answer::Answer;
use super::client::Reply;
use super::settings::Access;
use crate::service::database::{self, Storage};

/// As many as a page of the merchant API has.
pub(super) const PAGE: usize = 50;

/// Opens the database that the configuration names, reads, and closes it.
pub(super) fn read(
    access: &Access,
    read: impl AsyncFnOnce(&Storage) -> Result<Reply, StoreError>,
) -> Result<Reply, Answer> {
    let config = access.database()?;
    block_on(async {
        let storage = database::open_for_reading(&config).await;
        let storage = storage.map_err(|error| Answer::configuration(&error))?;
        match read(&storage).await {
            Ok(reply) => Ok(reply),
            Err(StoreError::Unreadable { what: "cursor", .. }) => {
                Err(Answer::usage("--cursor is not one that this list gave out".to_owned()))
            }
            Err(error) => Err(Answer::configuration(&error)),
        }
    })
}

/// Runs what waits for a database.
pub(super) fn block_on<T>(work: impl Future<Output = Result<T, Answer>>) -> Result<T, Answer> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    runtime.map_err(|error| Answer::configuration(&format!("no runtime: {error}")))?.block_on(work)
}
