//! The embedded shop ledger: stands in for the shop's own systems and its payment provider.
//!
//! It lives in a file of its own, because those systems are not Baton's: nothing here shares a
//! transaction with the journal, and the code that talks to it must cope with that.

use std::{
    path::Path,
    sync::{Arc, Mutex, PoisonError},
};

use rusqlite::Connection;
use shared::time::Timestamp;
use tempfile::TempDir;
use tokio::sync::oneshot;

use super::data::{InvalidShop, ShopData};

const SCHEMA: &str = include_str!("schema.sql");
const VERSION: u32 = 1;

/// Why the ledger could not do it.
#[derive(Debug, thiserror::Error)]
pub enum LedgerError {
    /// The database failed; retrying later may help.
    #[error("the shop ledger failed: {0}")]
    Database(#[from] rusqlite::Error),
    /// What is stored cannot be read back.
    #[error("the shop ledger is damaged: {0}")]
    Damaged(String),
    /// The file was written by a newer Baton.
    #[error(
        "the shop ledger has version {found}, this program knows up to {VERSION}: use a newer Baton"
    )]
    Newer {
        /// The file's version.
        found: u32,
    },
    /// The data to load makes no sense; nothing of it was loaded.
    #[error(transparent)]
    Invalid(#[from] InvalidShop),
    /// The work broke off; nobody knows whether it was done.
    #[error("the shop ledger gave no answer")]
    Interrupted,
    /// There is no place for a scratch copy.
    #[error("no scratch copy of the shop ledger: {0}")]
    Scratch(#[from] std::io::Error),
}

/// A handle on the ledger; cheap to clone.
#[derive(Clone)]
pub struct Ledger {
    connection: Arc<Mutex<Connection>>,
    /// The folder of a scratch copy, removed with its last handle.
    _scratch: Option<Arc<TempDir>>,
}

impl Ledger {
    /// Opens the ledger in the file `path`, and makes it if there is none.
    pub fn open(path: &Path) -> Result<Self, LedgerError> {
        Self::set_up(Connection::open(path)?, None)
    }

    /// An empty ledger that lives as long as its handles.
    pub fn in_memory() -> Result<Self, LedgerError> {
        Self::set_up(Connection::open_in_memory()?, None)
    }

    /// A copy as of now that nothing else sees: what a playground acts on.
    pub async fn scratch_copy(&self) -> Result<Self, LedgerError> {
        let folder = TempDir::new()?;
        let path = folder.path().join("shop.db");
        let into = path.display().to_string();
        self.run(move |connection| Ok(connection.execute("VACUUM INTO ?1", [into])?)).await?;
        Self::set_up(Connection::open(path)?, Some(Arc::new(folder)))
    }

    /// Loads `data`, all or nothing. What is there already is brought up to date; nothing is
    /// removed, and loading the same data twice is the same as loading it once. Times that `data`
    /// gives as days ago are counted from `now`.
    pub async fn load(&self, data: ShopData, now: Timestamp) -> Result<(), LedgerError> {
        data.validate(now)?;
        self.run(move |connection| {
            let transaction = connection.transaction()?;
            super::load::load(&transaction, &data, now)?;
            Ok(transaction.commit()?)
        })
        .await
    }

    fn set_up(
        mut connection: Connection,
        scratch: Option<Arc<TempDir>>,
    ) -> Result<Self, LedgerError> {
        connection.pragma_update(None, "journal_mode", "WAL")?;
        connection.pragma_update(None, "synchronous", "FULL")?;
        connection.pragma_update(None, "foreign_keys", true)?;
        connection.busy_timeout(std::time::Duration::from_secs(5))?;
        let transaction =
            connection.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
        let found: u32 = transaction.pragma_query_value(None, "user_version", |row| row.get(0))?;
        if found > VERSION {
            return Err(LedgerError::Newer { found });
        }
        if found == 0 {
            transaction.execute_batch(SCHEMA)?;
            transaction.pragma_update(None, "user_version", VERSION)?;
        }
        transaction.commit()?;
        Ok(Self { connection: Arc::new(Mutex::new(connection)), _scratch: scratch })
    }

    /// Does `work` on a thread that may block, one piece of work at a time.
    ///
    /// Work whose caller has gone by the time its turn comes is not begun. So when a later call
    /// looks, whatever an earlier, abandoned call was to do has either happened or never will.
    pub(crate) async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Connection) -> Result<T, LedgerError> + Send + 'static,
    ) -> Result<T, LedgerError> {
        let connection = Arc::clone(&self.connection);
        let (answer, asked) = oneshot::channel();
        tokio::task::spawn_blocking(move || {
            let mut connection = connection.lock().unwrap_or_else(PoisonError::into_inner);
            if !answer.is_closed() {
                // A caller that leaves only now has the outcome on record.
                let _ = answer.send(work(&mut connection));
            }
        });
        asked.await.map_err(|_| LedgerError::Interrupted)?
    }
}
