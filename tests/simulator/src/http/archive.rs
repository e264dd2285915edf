//! The folder of settlement files: writing a settlement, listing and reading what was written.
//! What is in the files is decided in `core`; paths that come from outside are compared, never joined.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::core::Settlement;

/// A folder for settlement files, which is removed at the end if it is nobody else's.
#[derive(Debug)]
pub(crate) struct Archive {
    root: PathBuf,
    is_temporary: bool,
    /// Settlements are written one after the other.
    writing: std::sync::Mutex<()>,
}

/// A file of the archive.
#[derive(Debug)]
pub(crate) struct Archived {
    pub(crate) customer: String,
    /// The folder's name, a day in eight digits.
    pub(crate) date: String,
    pub(crate) name: String,
    pub(crate) path: PathBuf,
    pub(crate) bytes: u64,
}

impl Archive {
    /// An archive beside the keys.
    pub(crate) fn beside(keys: &Path) -> Self {
        Self { root: keys.join("settlements"), is_temporary: false, writing: std::sync::Mutex::new(()) }
    }

    /// An archive in the machine's temporary folder, under a name that nobody else has.
    pub(crate) fn temporary(name: &str) -> Self {
        let root = std::env::temp_dir().join(format!("antom-simulator-settlements-{name}"));
        Self { root, is_temporary: true, writing: std::sync::Mutex::new(()) }
    }

    /// Writes the files of a settlement in place of those of an earlier one of the same day. Answers their absolute
    /// paths.
    pub(crate) fn write(&self, settlement: &Settlement) -> io::Result<Vec<PathBuf>> {
        let _one_at_a_time = self.writing.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        for file in &settlement.files {
            let folder = self.root.join(&file.folder);
            fs::create_dir_all(&folder)?;
            remove_kind(&folder, &file.name)?;
        }
        let written = settlement.files.iter().map(|file| {
            let path = fs::canonicalize(self.root.join(&file.folder))?.join(&file.name);
            fs::write(&path, &file.content)?;
            Ok(path)
        });
        written.collect()
    }

    /// The absolute path that a file of a settlement has, whether it is there or not.
    pub(crate) fn path_of(&self, relative: &str) -> PathBuf {
        fs::canonicalize(&self.root).unwrap_or_else(|_| self.root.clone()).join(relative)
    }

    /// All files, by customer, day and name.
    pub(crate) fn list(&self) -> Vec<Archived> {
        let mut found = Vec::new();
        for customer in entries(&self.path_of("v1/settlements")) {
            for date in entries(&customer) {
                found.extend(entries(&date).into_iter().filter_map(|path| {
                    let bytes = fs::metadata(&path).ok().filter(fs::Metadata::is_file)?.len();
                    Some(Archived {
                        customer: name_of(&customer)?,
                        date: name_of(&date)?,
                        name: name_of(&path)?,
                        path,
                        bytes,
                    })
                }));
            }
        }
        found
    }
}

impl Drop for Archive {
    fn drop(&mut self) {
        if self.is_temporary {
            // A folder that cannot be removed, or that was never made, is no failure.
            let _removed = fs::remove_dir_all(&self.root);
        }
    }
}

/// Removes what an earlier settlement left: files of this one's kind, so that no part of it lives on.
fn remove_kind(folder: &Path, name: &str) -> io::Result<()> {
    let kind = |name: &str| name.split('_').next().unwrap_or_default().to_owned();
    for path in entries(folder) {
        if name_of(&path).is_some_and(|old| kind(&old) == kind(name)) {
            fs::remove_file(path)?;
        }
    }
    Ok(())
}

/// What a folder holds, in order; nothing if it is not there.
fn entries(folder: &Path) -> Vec<PathBuf> {
    let Ok(listed) = fs::read_dir(folder) else { return Vec::new() };
    let mut paths: Vec<PathBuf> = listed.filter_map(|entry| Some(entry.ok()?.path())).collect();
    paths.sort();
    paths
}

fn name_of(path: &Path) -> Option<String> {
    path.file_name().and_then(|name| name.to_str()).map(str::to_owned)
}
