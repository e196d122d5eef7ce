//! Drives conversations on: one task each at most, resumed from the store whatever was missed.

use std::{
    collections::HashMap,
    panic::AssertUnwindSafe,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use futures_util::FutureExt as _;
use shared::{
    api::{Summary, View},
    id::{ConversationId, StaffId},
    limits,
    message::AuthorKind,
};
use tokio::{
    sync::{Notify, Semaphore},
    task::JoinHandle,
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use super::{Desk, runner};
use crate::{
    failpoint::{self, Point},
    storage::{InboxQuery, StoreError},
};

/// How often work that nobody nudged is looked for.
const SWEEP: Duration = Duration::from_secs(5);
/// Most conversations that one sweep takes up.
const SWEEP_LIMIT: usize = 500;
/// Most conversations that are driven at once.
const AT_ONCE: usize = 256;
/// How long a shutdown waits for turns to reach their next event.
const DRAIN: Duration = Duration::from_secs(8);

/// Which conversations are being driven.
pub(super) struct Engine {
    running: Mutex<HashMap<ConversationId, Drive>>,
    slots: Arc<Semaphore>,
    quiet: Notify,
    tasks: TaskTracker,
    shutdown: CancellationToken,
}

impl Default for Engine {
    fn default() -> Self {
        Self {
            running: Mutex::default(),
            slots: Arc::new(Semaphore::new(AT_ONCE)),
            quiet: Notify::new(),
            tasks: TaskTracker::new(),
            shutdown: CancellationToken::new(),
        }
    }
}

/// Whether a conversation that is being driven must be looked at once more.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Drive {
    Running,
    Again,
}

impl Desk {
    /// Goes on with a conversation, if there is something to do.
    pub fn nudge(&self, id: &ConversationId) {
        failpoint::hit(Point::Nudge);
        {
            let mut running = self.running();
            if let Some(drive) = running.get_mut(id) {
                *drive = Drive::Again;
                return;
            }
            if self.engine().shutdown.is_cancelled() {
                return;
            }
            running.insert(id.clone(), Drive::Running);
        }
        let (desk, id) = (self.clone(), id.clone());
        self.engine().tasks.spawn(async move { desk.run(&id).await });
    }

    /// Resumes what a restart interrupted, and from then on finds what nobody nudged: passed
    /// deadlines, refunds without an answer. Ends soon after `shutdown`.
    pub fn start(&self, shutdown: CancellationToken) -> JoinHandle<()> {
        let desk = self.clone();
        tokio::spawn(async move {
            let mut ticks = tokio::time::interval(SWEEP);
            loop {
                tokio::select! {
                    () = shutdown.cancelled() => break,
                    _ = ticks.tick() => desk.sweep().await,
                }
            }
            desk.drain().await;
        })
    }

    /// Stops taking up work and waits, for a while, until running turns have reached an event.
    pub async fn drain(&self) {
        self.engine().shutdown.cancel();
        self.engine().tasks.close();
        // What does not end in time is found by the next start: the journal has it.
        let _ = tokio::time::timeout(DRAIN, self.engine().tasks.wait()).await;
    }

    /// Resolves when nothing is being driven any more; for tests and the playground.
    pub async fn idle(&self) {
        loop {
            // Made before the look, so that what ends in between is not missed.
            let quiet = self.engine().quiet.notified();
            if self.running().is_empty() {
                return;
            }
            quiet.await;
        }
    }

    fn running(&self) -> MutexGuard<'_, HashMap<ConversationId, Drive>> {
        self.engine().running.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Looks once for what nobody nudged; [`Desk::start`] does so by itself.
    pub async fn sweep(&self) {
        match self.journal().store().due(self.now(), SWEEP_LIMIT).await {
            Ok(due) => due.iter().for_each(|id| self.nudge(id)),
            Err(error) => tracing::error!(%error, "cannot look for work"),
        }
        if let Err(error) = self.look_after_the_absent().await {
            tracing::error!(%error, "cannot look for visitors who wait for somebody absent");
        }
    }

    /// Goes on with the conversations of people who have not been there for as long as the lease.
    async fn look_after_the_absent(&self) -> Result<(), StoreError> {
        let store = self.journal().store();
        let now = self.now();
        let lease_ms = i64::from(self.catalog().current().settings.lease_s) * 1000;
        for who in store.owners().await? {
            if now.since_ms(self.presence().last_there(&who, now)) >= lease_ms {
                let lines = self.lines_of(&who).await?;
                // Whoever was answered last does not wait.
                let waiting = lines.iter().filter(|l| l.last_author != Some(AuthorKind::Staff));
                waiting.for_each(|line| self.nudge(&line.id));
            }
        }
        Ok(())
    }

    /// What `who` owns.
    pub(super) async fn lines_of(&self, who: &StaffId) -> Result<Vec<Summary>, StoreError> {
        let mut all = Vec::new();
        let mut after = None;
        loop {
            let query = InboxQuery {
                view: View::Mine,
                reader: who.clone(),
                text: String::new(),
                after,
                limit: limits::LIST_PAGE,
            };
            let (lines, next) = self.journal().store().inbox(query).await?;
            all.extend(lines.into_iter().map(|line| line.summary));
            match next {
                Some(_) => after = next,
                None => return Ok(all),
            }
        }
    }

    async fn run(&self, id: &ConversationId) {
        let slot = self.engine().slots.clone().acquire_owned().await;
        loop {
            // Whatever a turn does to itself, the conversation can be driven again.
            match AssertUnwindSafe(runner::drive(self, id)).catch_unwind().await {
                Ok(Ok(())) => {}
                Ok(Err(error)) => {
                    tracing::error!(conversation = %id, %error, "a turn stopped; the sweep resumes it");
                }
                Err(_) => {
                    tracing::error!(conversation = %id, "a turn panicked; the sweep resumes it");
                }
            }
            let mut running = self.running();
            match running.get_mut(id) {
                Some(drive @ Drive::Again) if !self.engine().shutdown.is_cancelled() => {
                    *drive = Drive::Running;
                }
                _ => {
                    running.remove(id);
                    self.engine().quiet.notify_waiters();
                    break;
                }
            }
        }
        drop(slot);
    }
}
