//! A file that can be read from its beginning several times.
//! Opening real files, and showing how far they are read, is left to the caller.

use std::fmt::Debug;
use std::io::{self, Read};

/// A file with a name. It is read from its beginning at least twice, and must be the same each time.
pub trait Source: Debug {
    /// The file's name, without its folder: it tells kind, day, batch and part.
    fn name(&self) -> &str;
    /// Begins to read.
    ///
    /// # Errors
    /// Whatever opening it says.
    fn open(&self) -> io::Result<Box<dyn Read + '_>>;
}

/// A file in memory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text {
    name: String,
    content: Vec<u8>,
}

impl Text {
    /// A file with this name and content.
    pub fn new(name: impl Into<String>, content: impl Into<Vec<u8>>) -> Self {
        Self { name: name.into(), content: content.into() }
    }
}

impl Source for Text {
    fn name(&self) -> &str {
        &self.name
    }

    fn open(&self) -> io::Result<Box<dyn Read + '_>> {
        Ok(Box::new(self.content.as_slice()))
    }
}
