//! Opening a data folder: alone, of a known version, or not at all.

use std::{
    fs::{DirBuilder, File, OpenOptions, TryLockError},
    io,
    path::{Path, PathBuf},
    time::Duration,
};

use rusqlite::{Connection, ErrorCode, OpenFlags};

/// The database's file in the data folder.
const FILE: &str = "baton.db";
/// Locked for as long as a server uses the folder.
const LOCK: &str = "baton.lock";
/// Marks a database as Baton's: "Batn".
pub(super) const APPLICATION: i32 = 0x4261_746e;
/// Each takes the database one version further.
const MIGRATIONS: [&str; 12] = [
    include_str!("migrations/0001_begin.sql"),
    include_str!("migrations/0002_keys.sql"),
    include_str!("migrations/0003_visitor_tokens.sql"),
    include_str!("migrations/0004_questions.sql"),
    include_str!("migrations/0005_inquiries.sql"),
    include_str!("migrations/0006_queues.sql"),
    include_str!("migrations/0007_articles.sql"),
    include_str!("migrations/0008_searches.sql"),
    include_str!("migrations/0009_connections.sql"),
    include_str!("migrations/0010_tools.sql"),
    include_str!("migrations/0011_learning.sql"),
    include_str!("migrations/0012_mcp_servers.sql"),
];

/// Why a data folder cannot be used, in one sentence.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The folder cannot be made, read or written.
    #[error("cannot use the data folder {}: {source}", path.display())]
    Folder {
        /// The folder.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// Another server has it open.
    #[error("another Baton is using the data folder {}", .0.display())]
    InUse(PathBuf),
    /// The file is something else, or damaged.
    #[error("{} is not a Baton database, or it is damaged", .0.display())]
    NotOurs(PathBuf),
    /// It was written by a newer Baton.
    #[error(
        "{} has version {found}, this program knows up to {known}: use a newer Baton",
        path.display()
    )]
    Newer {
        /// The file.
        path: PathBuf,
        /// Its version.
        found: u32,
        /// The newest version this program knows.
        known: u32,
    },
    /// The database failed.
    #[error("cannot open {}: {message}", path.display())]
    Database {
        /// The file.
        path: PathBuf,
        /// What it says.
        message: String,
    },
}

/// A database that is open, ours, and of this program's version.
pub(super) struct Opened {
    pub(super) conn: Connection,
    pub(super) lock: File,
    pub(super) path: PathBuf,
}

pub(super) fn open(dir: &Path) -> Result<Opened, OpenError> {
    let lock = lock(dir)?;
    let path = dir.join(FILE);
    let failed = |e| failure(&path, &e);
    // SQLite gives the log beside it the same permissions.
    private_file(&path).map_err(|source| OpenError::Folder { path: path.clone(), source })?;
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
        | OpenFlags::SQLITE_OPEN_CREATE
        | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let conn = Connection::open_with_flags(&path, flags).map_err(failed)?;
    check(&conn, &path)?;
    configure(&conn).map_err(failed)?;
    migrate(&conn).map_err(failed)?;
    Ok(Opened { conn, lock, path })
}

/// What every connection is set to.
pub(super) fn prepare(conn: &Connection) -> rusqlite::Result<()> {
    conn.busy_timeout(Duration::from_secs(5))?;
    conn.set_prepared_statement_cache_capacity(64);
    conn.execute_batch("PRAGMA foreign_keys = ON; PRAGMA trusted_schema = OFF;")
}

fn lock(dir: &Path) -> Result<File, OpenError> {
    let folder = |source| OpenError::Folder { path: dir.to_owned(), source };
    private_folder(dir).map_err(folder)?;
    let file = private_file(&dir.join(LOCK)).map_err(folder)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(OpenError::InUse(dir.to_owned())),
        Err(TryLockError::Error(source)) => Err(folder(source)),
    }
}

/// Makes a folder that only this user can look into, unless it is there.
fn private_folder(dir: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.recursive(true).create(dir)
}

/// Opens a file for writing that, if it is new, only this user can read.
fn private_file(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.create(true).append(true).open(path)
}

/// Refuses what is not ours before anything is changed in it.
fn check(conn: &Connection, path: &Path) -> Result<(), OpenError> {
    let failed = |e| failure(path, &e);
    prepare(conn).map_err(failed)?;
    let tables: u32 = conn
        .query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))
        .map_err(failed)?;
    let application: i32 =
        conn.pragma_query_value(None, "application_id", |row| row.get(0)).map_err(failed)?;
    if application != APPLICATION && (tables > 0 || application != 0) {
        return Err(OpenError::NotOurs(path.to_owned()));
    }
    let found = version(conn).map_err(failed)?;
    let known = newest();
    if found > known {
        return Err(OpenError::Newer { path: path.to_owned(), found, known });
    }
    Ok(())
}

/// Write-ahead log, and a flush to disk at every commit: acknowledged means on disk.
/// The log is folded back every 16 MiB: fewer, larger write-backs measured a quarter faster than
/// SQLite's 4 MiB, and reading so much again after a crash takes a fraction of a second.
fn configure(conn: &Connection) -> rusqlite::Result<()> {
    conn.pragma_update_and_check(None, "journal_mode", "wal", |_| Ok(()))?;
    conn.execute_batch(
        "PRAGMA synchronous = FULL; PRAGMA temp_store = MEMORY; PRAGMA cache_size = -8192;
         PRAGMA journal_size_limit = 67108864; PRAGMA wal_autocheckpoint = 4000;",
    )
}

fn migrate(conn: &Connection) -> rusqlite::Result<()> {
    let found = version(conn)?;
    for (step, sql) in (1u32..).zip(MIGRATIONS).skip(found as usize) {
        conn.execute_batch(&format!(
            "BEGIN IMMEDIATE; {sql}
             PRAGMA application_id = {APPLICATION}; PRAGMA user_version = {step}; COMMIT;"
        ))?;
    }
    Ok(())
}

fn version(conn: &Connection) -> rusqlite::Result<u32> {
    conn.pragma_query_value(None, "user_version", |row| row.get(0))
}

pub(super) fn newest() -> u32 {
    u32::try_from(MIGRATIONS.len()).unwrap_or(u32::MAX)
}

fn failure(path: &Path, error: &rusqlite::Error) -> OpenError {
    let path = path.to_owned();
    match error.sqlite_error_code() {
        Some(ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt) => OpenError::NotOurs(path),
        _ => OpenError::Database { path, message: error.to_string() },
    }
}
