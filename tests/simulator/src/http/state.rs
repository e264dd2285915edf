//! The file that a simulator's state outlives it in: read at the start, written after changes and at the end.
//! What of the gateway is saved is decided in `core::saved`; when to write is the shell's.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fs;
use std::io::{BufWriter, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::clients::Registry;
use super::crypto::CryptoError;
use crate::core::{SavedGateway, Time};

/// Raised with every change after which an older file would be read wrongly or not at all.
const VERSION: u32 = 1;
const FORMAT: &str = "antom-simulator state";

/// What is wrong with the state file.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StateError {
    /// The file cannot be read or written.
    #[error("cannot access the state file {path}")]
    Io {
        /// The file.
        path: PathBuf,
        /// What the operating system says.
        source: std::io::Error,
    },
    /// Another simulator works on it.
    #[error("the state file {path} is in use by another simulator: give each its own")]
    InUse {
        /// The file.
        path: PathBuf,
    },
    /// The file holds something else.
    #[error("{path} cannot be read as a simulator's state: move it away to start afresh")]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the reader says.
        source: serde_json::Error,
    },
    /// Another version of the simulator wrote it.
    #[error(
        "the state file {path} is of version {found}, this simulator reads {VERSION}: move it away to start afresh"
    )]
    OtherVersion {
        /// The file.
        path: PathBuf,
        /// The version in the file.
        found: u32,
    },
    /// The state belongs to other keys.
    #[error(
        "the state file {path} is that of client {found}, the keys are those of {own}: start with its keys folder"
    )]
    OtherClient {
        /// The file.
        path: PathBuf,
        /// The client id in the file.
        found: String,
        /// The client id of the keys.
        own: String,
    },
    /// New keys at each start would fit no state.
    #[error("a state file needs a keys folder, since the state belongs to the client whose keys are there")]
    NeedsKeys,
    /// A key cannot be put into the file.
    #[error(transparent)]
    Crypto(#[from] CryptoError),
}

/// A state file that this process alone writes.
#[derive(Debug)]
pub(crate) struct StateFile {
    path: PathBuf,
    /// Held while the simulator lives; its file stays, so that nobody holds one that is gone.
    _lock: fs::File,
    /// The count of changes when it was last written.
    changes: u64,
}

/// The state of a simulator: all that does not come from the command line or the keys folder.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct State {
    pub(crate) client_id: String,
    pub(crate) clock: Time,
    pub(crate) clients: Registry,
    /// The gateway's private keys beside version 1, which is in the keys folder.
    pub(crate) antom_keys: BTreeMap<u32, String>,
    pub(crate) antom_key_in_use: u32,
    pub(crate) gateway: SavedGateway,
}

#[derive(Deserialize)]
struct Head {
    format: String,
    version: u32,
}

#[derive(Serialize, Deserialize)]
struct Content {
    format: Cow<'static, str>,
    version: u32,
    state: State,
}

impl StateFile {
    /// Takes the file for this process, and reads it if it is there.
    pub(crate) fn open(path: &Path, own_client: &str) -> Result<(Self, Option<State>), StateError> {
        let fault = |source| StateError::Io { path: path.to_owned(), source };
        let lock = private(&beside(path, "lock"), false).map_err(fault)?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(fs::TryLockError::WouldBlock) => return Err(StateError::InUse { path: path.to_owned() }),
            Err(fs::TryLockError::Error(source)) => return Err(fault(source)),
        }
        let saved = match fs::read(path) {
            Ok(bytes) => Some(read(path, &bytes)?),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => None,
            Err(source) => return Err(fault(source)),
        };
        if let Some(saved) = saved.as_ref().filter(|saved| saved.client_id != own_client) {
            let (found, own) = (saved.client_id.clone(), own_client.to_owned());
            return Err(StateError::OtherClient { path: path.to_owned(), found, own });
        }
        Ok((Self { path: path.to_owned(), _lock: lock, changes: 0 }, saved))
    }

    /// Puts the state in the place of the earlier one, unless nothing has changed since. Whatever happens meanwhile, the
    /// file holds the one or the other.
    pub(crate) fn write(
        &mut self,
        changes: u64,
        state: impl FnOnce() -> Result<State, CryptoError>,
    ) -> Result<(), StateError> {
        if changes == self.changes {
            return Ok(());
        }
        let content = Content { format: FORMAT.into(), version: VERSION, state: state()? };
        self.replace(&content).map_err(|source| StateError::Io { path: self.path.clone(), source })?;
        self.changes = changes;
        Ok(())
    }

    fn replace(&self, content: &Content) -> std::io::Result<()> {
        let draft = beside(&self.path, "new");
        let mut writer = BufWriter::new(private(&draft, true)?);
        serde_json::to_writer(&mut writer, content)?;
        writer.flush()?;
        writer.get_ref().sync_all()?;
        fs::rename(&draft, &self.path)?;
        // The new name is durable only once the folder is.
        let folder = self.path.parent().filter(|folder| !folder.as_os_str().is_empty());
        fs::File::open(folder.unwrap_or(Path::new(".")))?.sync_all()
    }
}

fn read(path: &Path, bytes: &[u8]) -> Result<State, StateError> {
    let unreadable = |source| StateError::Unreadable { path: path.to_owned(), source };
    let head: Head = serde_json::from_slice(bytes).map_err(unreadable)?;
    if head.format != FORMAT {
        let source = serde::de::Error::custom(format!("its format is not \"{FORMAT}\""));
        return Err(unreadable(source));
    }
    if head.version != VERSION {
        return Err(StateError::OtherVersion { path: path.to_owned(), found: head.version });
    }
    serde_json::from_slice(bytes).map(|content: Content| content.state).map_err(unreadable)
}

/// A file that only its owner may read: it holds keys.
fn private(path: &Path, empty: bool) -> std::io::Result<fs::File> {
    fs::OpenOptions::new().write(true).create(true).truncate(empty).mode(0o600).open(path)
}

fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".");
    name.push(ending);
    PathBuf::from(name)
}
