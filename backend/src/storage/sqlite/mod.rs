//! Everything in one SQLite file: what a single machine needs.
//!
//! One thread writes and commits in groups (`writer`); a few read-only connections read
//! (`reader`). The write-ahead log keeps them out of each other's way.

mod agents;
mod append;
mod articles;
mod audit;
mod connections;
mod conversations;
mod convert;
mod desk;
mod inbox;
mod learning;
mod mcp;
mod meters;
mod money;
mod open;
mod reader;
mod refunds;
mod search;
mod searches;
mod sessions;
mod staff;
mod store;
#[cfg(test)]
mod tests;
mod tools;
mod visitors;
mod writer;

use std::{path::Path, sync::Arc};

pub use open::OpenError;
pub use writer::Writes;

use reader::Readers;
use writer::Writer;

/// The store over one data folder, which it has for itself.
pub struct SqliteStore {
    // Readers close before the writer, whose close then folds the log into the database.
    readers: Arc<Readers>,
    writer: Writer,
}

impl SqliteStore {
    /// Opens the data folder, which is made if it does not exist, and brings its database up to
    /// date. Fails if another server has it open, or if it is not of this program's making.
    pub fn open(dir: &Path) -> Result<Arc<Self>, OpenError> {
        let opened = open::open(dir)?;
        let readers = Readers::new(&opened.path);
        let folder = |source| OpenError::Folder { path: dir.to_owned(), source };
        let writer = Writer::start(opened.conn, opened.lock).map_err(folder)?;
        Ok(Arc::new(Self { readers, writer }))
    }

    /// How much was written since it was opened, and in how many commits.
    pub fn writes(&self) -> &Writes {
        self.writer.writes()
    }
}
