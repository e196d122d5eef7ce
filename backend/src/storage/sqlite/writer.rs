//! The one writer: a thread that commits the jobs of many callers in one transaction.
//!
//! A full commit costs a disk flush of some milliseconds, so while one is under way the next jobs
//! gather, and the next commit carries them all. Nobody is answered before the commit that holds
//! their work, not even with an error: what an error is founded on must be on disk, too.

use std::{
    fs::File,
    ops::Deref,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    thread::JoinHandle,
};

use rusqlite::Connection;
use tokio::sync::{mpsc, oneshot};

use super::search;
use crate::{
    failpoint::{self, Point},
    storage::StoreError,
};

/// Jobs that may wait; whoever brings more waits with them.
const QUEUE: usize = 4096;
/// Most jobs of one commit, so that a flood cannot hold up an answer for ever.
const GROUP: usize = 512;
/// When so many texts were put aside, they are indexed.
const INDEX_AT: u32 = 256;

/// How much the writer has done since it was opened.
#[derive(Debug, Default)]
pub struct Writes {
    jobs: AtomicU64,
    commits: AtomicU64,
}

impl Writes {
    /// Jobs that were run.
    pub fn jobs(&self) -> u64 {
        self.jobs.load(Ordering::Relaxed)
    }

    /// Commits, each of them one flush to disk.
    pub fn commits(&self) -> u64 {
        self.commits.load(Ordering::Relaxed)
    }
}

/// The transaction that a job runs in.
pub(super) struct Tx<'c> {
    conn: &'c Connection,
    to_index: u32,
}

impl Tx<'_> {
    /// Notes that text was put aside, to be indexed some time.
    pub(super) fn note_search(&mut self) {
        self.to_index += 1;
    }
}

impl Deref for Tx<'_> {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        self.conn
    }
}

trait Job: Send {
    fn run(&mut self, tx: &mut Tx<'_>) -> Result<(), StoreError>;
    fn answer(self: Box<Self>, committed: Result<(), StoreError>);
}

struct Task<W, T> {
    work: Option<W>,
    result: Option<Result<T, StoreError>>,
    reply: oneshot::Sender<Result<T, StoreError>>,
}

impl<W, T> Job for Task<W, T>
where
    W: FnOnce(&mut Tx<'_>) -> Result<T, StoreError> + Send,
    T: Send,
{
    fn run(&mut self, tx: &mut Tx<'_>) -> Result<(), StoreError> {
        let Some(work) = self.work.take() else { return Ok(()) };
        let result = work(tx);
        let outcome = result.as_ref().map(|_| ()).map_err(StoreError::clone);
        self.result = Some(result);
        outcome
    }

    fn answer(self: Box<Self>, committed: Result<(), StoreError>) {
        let answer = match (committed, self.result) {
            (Err(lost), _) => Err(lost),
            (Ok(()), Some(result)) => result,
            (Ok(()), None) => Err(stopped()),
        };
        // Whoever asked may have gone away; what was committed stays.
        let _ = self.reply.send(answer);
    }
}

/// The handle by which jobs reach the writer thread. The last one to be dropped waits for it.
pub(super) struct Writer {
    jobs: Option<mpsc::Sender<Box<dyn Job>>>,
    thread: Option<JoinHandle<()>>,
    writes: Arc<Writes>,
}

impl Writer {
    /// Starts the thread on `conn`; `lock` is released when it ends.
    pub(super) fn start(conn: Connection, lock: File) -> std::io::Result<Self> {
        let (jobs, waiting) = mpsc::channel(QUEUE);
        let writes = Arc::new(Writes::default());
        let counted = writes.clone();
        let thread =
            std::thread::Builder::new().name("baton-writer".to_owned()).spawn(move || {
                work_off(&conn, waiting, &counted);
                drop(conn);
                // Not only closed: a program that is being started from this process may hold a
                // copy of the open file for a moment, and with it the lock.
                let _ = lock.unlock();
            })?;
        Ok(Self { jobs: Some(jobs), thread: Some(thread), writes })
    }

    /// Runs `work` in a transaction; answers when it is on disk, or has left no trace.
    pub(super) async fn write<T, W>(&self, work: W) -> Result<T, StoreError>
    where
        W: FnOnce(&mut Tx<'_>) -> Result<T, StoreError> + Send + 'static,
        T: Send + 'static,
    {
        let (reply, answer) = oneshot::channel();
        let task = Box::new(Task { work: Some(work), result: None, reply });
        let jobs = self.jobs.as_ref().ok_or_else(stopped)?;
        jobs.send(task).await.map_err(|_| stopped())?;
        answer.await.map_err(|_| stopped())?
    }

    /// Jobs that wait for the next commit.
    #[cfg(test)]
    pub(super) fn waiting(&self) -> usize {
        self.jobs.as_ref().map_or(0, |jobs| jobs.max_capacity() - jobs.capacity())
    }

    pub(super) fn writes(&self) -> &Writes {
        &self.writes
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.jobs = None;
        if let Some(thread) = self.thread.take() {
            // A panic there was reported there; every caller has had its error.
            let _ = thread.join();
        }
    }
}

fn stopped() -> StoreError {
    StoreError::Database("the writer has stopped".to_owned())
}

fn work_off(conn: &Connection, mut waiting: mpsc::Receiver<Box<dyn Job>>, writes: &Writes) {
    let mut group = Vec::with_capacity(GROUP);
    let mut to_index = INDEX_AT;
    while waiting.blocking_recv_many(&mut group, GROUP) > 0 {
        writes.jobs.fetch_add(group.len() as u64, Ordering::Relaxed);
        let committed = commit(conn, |tx| run_each(tx, &mut group));
        writes.commits.fetch_add(1, Ordering::Relaxed);
        for job in group.drain(..) {
            job.answer(committed.clone().map(|_| ()));
        }
        to_index += committed.unwrap_or(0);
        if to_index >= INDEX_AT {
            // If it fails, such as on a full disk, it is tried again when more has gathered.
            let _ = commit(conn, |tx| Ok(search::index(tx)?));
            to_index = 0;
        }
    }
}

/// Runs `work` in a transaction and answers how many texts were put aside in it.
fn commit(
    conn: &Connection,
    work: impl FnOnce(&mut Tx<'_>) -> Result<(), StoreError>,
) -> Result<u32, StoreError> {
    let run = |sql| conn.prepare_cached(sql)?.execute([]);
    let mut tx = Tx { conn, to_index: 0 };
    let done = run("BEGIN IMMEDIATE")
        .map_err(StoreError::from)
        .and_then(|_| work(&mut tx))
        .and_then(|()| {
            failpoint::hit(Point::CommitBefore);
            run("COMMIT")?;
            failpoint::hit(Point::CommitAfter);
            Ok(())
        });
    if done.is_err() && !conn.is_autocommit() {
        // If even this fails, the next BEGIN says so to its callers.
        let _ = conn.execute_batch("ROLLBACK");
    }
    done.map(|()| tx.to_index)
}

fn run_each(tx: &mut Tx<'_>, group: &mut [Box<dyn Job>]) -> Result<(), StoreError> {
    let conn = tx.conn;
    let run = |sql| conn.prepare_cached(sql)?.execute([]);
    for job in group {
        run("SAVEPOINT job")?;
        let done = job.run(tx);
        if conn.is_autocommit() {
            // A full disk or a failed write can end the whole transaction, earlier jobs included.
            return Err(done.err().unwrap_or_else(stopped));
        }
        if done.is_err() {
            run("ROLLBACK TO job")?;
        }
        run("RELEASE job")?;
    }
    Ok(())
}
