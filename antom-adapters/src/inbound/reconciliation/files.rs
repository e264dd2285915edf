//! Files on disk, and how far they are read.
//! Where they come from is left to the command line, the merchant API and the watched folder.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use antom_reconcile::Source;

/// How many bytes were read, over all files and passes.
#[derive(Debug, Clone, Default)]
pub(crate) struct Progress(Arc<AtomicU64>);

impl Progress {
    pub(crate) fn bytes(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// A file on disk.
#[derive(Debug, Clone)]
pub(crate) struct FileOnDisk {
    name: String,
    path: PathBuf,
    progress: Progress,
}

impl FileOnDisk {
    /// The file at this path, under its own name.
    pub(crate) fn new(path: &Path, progress: &Progress) -> Self {
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        Self::named(name, path, progress)
    }

    /// The file at this path, under the name that it had where it came from.
    pub(crate) fn named(name: String, path: &Path, progress: &Progress) -> Self {
        Self { name, path: path.to_owned(), progress: progress.clone() }
    }
}

impl Source for FileOnDisk {
    fn name(&self) -> &str {
        &self.name
    }

    fn open(&self) -> io::Result<Box<dyn Read + '_>> {
        let file = File::open(&self.path)?;
        // A pipe would be empty the second time, and a folder has no rows.
        if !file.metadata()?.is_file() {
            return Err(io::ErrorKind::InvalidInput.into());
        }
        Ok(Box::new(Counted { file, progress: &self.progress }))
    }
}

#[derive(Debug)]
struct Counted<'a> {
    file: File,
    progress: &'a Progress,
}

impl Read for Counted<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.file.read(buffer)?;
        self.progress.0.fetch_add(count as u64, Ordering::Relaxed);
        Ok(count)
    }
}

/// Folders are nested merchant, then day; more would be a loop.
const DEEPEST: usize = 8;

/// All CSV files in a folder and the folders in it, by name. What cannot be read is left out.
pub(crate) fn below(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    collect(folder, DEEPEST, &mut found);
    found.sort();
    found
}

fn collect(folder: &Path, depth: usize, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let (path, kind) = (entry.path(), entry.file_type());
        // A link leads to who knows where.
        match kind {
            Ok(kind) if kind.is_dir() && depth > 0 => collect(&path, depth.saturating_sub(1), found),
            Ok(kind) if kind.is_file() && path.extension().is_some_and(|ending| ending == "csv") => {
                found.push(path);
            }
            _ => {}
        }
    }
}
