//! Drives conversations on: one task each at most, resumed from the store whatever was missed.

use std::{
    collections::HashMap,
    panic::AssertUnwindSafe,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use futures_util::{FutureExt as _, StreamExt as _, stream};
use shared::{
    api::{Summary, View},
    id::{ConversationId, StaffId},
    limits,
};
use tokio::{
    sync::{Notify, Semaphore},
    task::JoinHandle,
    time::MissedTickBehavior,
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use super::{
    Desk,
    runner::{self, Reach},
};
use crate::{
    failpoint::{self, Point},
    storage::{InboxQuery, StoreError},
};

/// How often work that nobody nudged is looked for.
const SWEEP: Duration = Duration::from_secs(5);
/// Conversations that a sweep looks up at once.
const SWEEP_PAGE: usize = 500;
/// Most conversations that are driven at once because somebody has just acted.
const AT_ONCE: usize = 256;
/// Most that are driven at once because a sweep found them. They have places of their own: however
/// much a restart has to catch up on, nobody who writes now waits for it.
const SWEPT_AT_ONCE: usize = 64;
/// Conversations at once in which only what time has brought about is recorded.
const RECORDED_AT_ONCE: usize = 16;
/// How long a shutdown waits for turns to reach their next event.
const DRAIN: Duration = Duration::from_secs(8);

/// Which conversations are being driven.
pub(super) struct Engine {
    running: Mutex<HashMap<ConversationId, Drive>>,
    slots: Arc<Semaphore>,
    swept: Arc<Semaphore>,
    quiet: Notify,
    tasks: TaskTracker,
    shutdown: CancellationToken,
}

impl Default for Engine {
    fn default() -> Self {
        Self {
            running: Mutex::default(),
            slots: Arc::new(Semaphore::new(AT_ONCE)),
            swept: Arc::new(Semaphore::new(SWEPT_AT_ONCE)),
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
        if self.begin(id) {
            let (desk, id) = (self.clone(), id.clone());
            self.engine().tasks.spawn(async move {
                let slot = desk.engine().slots.clone().acquire_owned().await;
                desk.run(&id, Reach::Whole).await;
                drop(slot);
            });
        }
    }

    /// Whether somebody must drive it now; if it is being driven, it is looked at once more.
    fn begin(&self, id: &ConversationId) -> bool {
        let mut running = self.running();
        if let Some(drive) = running.get_mut(id) {
            *drive = Drive::Again;
            return false;
        }
        if self.engine().shutdown.is_cancelled() {
            return false;
        }
        running.insert(id.clone(), Drive::Running);
        true
    }

    /// Resumes what a restart interrupted, and from then on finds what nobody nudged: passed
    /// deadlines, refunds without an answer. Ends soon after `shutdown`.
    pub fn start(&self, shutdown: CancellationToken) -> JoinHandle<()> {
        let desk = self.clone();
        tokio::spawn(async move {
            // Each at its own pace: one that waits for a place holds up no other.
            let sweeps = async {
                tokio::join!(
                    again_and_again(|| desk.keep_time()),
                    again_and_again(|| desk.resume()),
                    again_and_again(|| desk.look_after_the_absent()),
                )
            };
            tokio::select! {
                () = shutdown.cancelled() => {}
                _ = sweeps => {}
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

    /// Whether the conversation is being driven on; for tests.
    pub fn is_driven(&self, id: &ConversationId) -> bool {
        self.running().contains_key(id)
    }

    fn running(&self) -> MutexGuard<'_, HashMap<ConversationId, Drive>> {
        self.engine().running.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Looks once for what nobody nudged; [`Desk::start`] does so by itself.
    pub async fn sweep(&self) {
        tokio::join!(
            async { report(self.keep_time().await) },
            async { report(self.resume().await) },
            async { report(self.look_after_the_absent().await) },
        );
    }

    /// Records what follows from time alone: deadlines and approvals that have passed. It asks
    /// nobody outside, so that nothing slow stands before it; what is to be asked then is resumed
    /// with the rest.
    async fn keep_time(&self) -> Result<(), StoreError> {
        let now = self.now();
        let mut last = None;
        loop {
            let passed = self.journal().store().passed(now, last.as_ref(), SWEEP_PAGE).await?;
            let Some(end) = passed.last() else { return Ok(()) };
            last = Some(end.clone());
            let desk = self.clone();
            let records = stream::iter(passed).filter_map(move |id| {
                let desk = desk.clone();
                // A task of its own: a shutdown lets it come to its end.
                let task = desk.begin(&id).then(|| {
                    let tasks = desk.engine().tasks.clone();
                    tasks.spawn(async move { desk.run(&id, Reach::Records).await })
                });
                std::future::ready(task)
            });
            records.for_each_concurrent(RECORDED_AT_ONCE, async |task| drop(task.await)).await;
        }
    }

    /// Goes on with all that is due, each once; so many at once that nobody else has to wait.
    async fn resume(&self) -> Result<(), StoreError> {
        let now = self.now();
        let mut last = None;
        loop {
            let due = self.journal().store().due(now, last.as_ref(), SWEEP_PAGE).await?;
            let Some(end) = due.last() else { return Ok(()) };
            last = Some(end.clone());
            for id in due {
                failpoint::hit(Point::Nudge);
                // Before it counts as being driven: meanwhile, whoever writes to it is served.
                let place = self.engine().swept.clone().acquire_owned().await;
                if self.begin(&id) {
                    let desk = self.clone();
                    self.engine().tasks.spawn(async move {
                        desk.run(&id, Reach::Whole).await;
                        drop(place);
                    });
                }
            }
        }
    }

    /// Goes on with the conversations of people who have not been there for as long as the lease.
    async fn look_after_the_absent(&self) -> Result<(), StoreError> {
        let store = self.journal().store();
        let now = self.now();
        let lease_ms = i64::from(self.catalog().current().settings.lease_s) * 1000;
        for who in store.owners().await? {
            if now.since_ms(self.presence().last_there(&who, now)) >= lease_ms {
                // Who waits is read off the journal: it need not be whoever wrote last.
                self.lines_of(&who).await?.iter().for_each(|line| self.nudge(&line.id));
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

    async fn run(&self, id: &ConversationId, reach: Reach) {
        loop {
            // Whatever a turn does to itself, the conversation can be driven again.
            match AssertUnwindSafe(runner::drive(self, id, reach)).catch_unwind().await {
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
                Some(drive @ Drive::Again)
                    if reach == Reach::Whole && !self.engine().shutdown.is_cancelled() =>
                {
                    *drive = Drive::Running;
                }
                _ => {
                    let drive = running.remove(id);
                    drop(running);
                    if drive == Some(Drive::Again) {
                        self.nudge(id);
                    }
                    self.engine().quiet.notify_waiters();
                    break;
                }
            }
        }
    }
}

/// Looks at once and then every [`SWEEP`], or as soon as the last look has ended.
async fn again_and_again<F>(look: impl Fn() -> F)
where
    F: Future<Output = Result<(), StoreError>>,
{
    let mut ticks = tokio::time::interval(SWEEP);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        report(look().await);
    }
}

/// A look that failed is made again at the next tick.
fn report(looked: Result<(), StoreError>) {
    if let Err(error) = looked {
        tracing::error!(%error, "cannot look for what is due");
    }
}
