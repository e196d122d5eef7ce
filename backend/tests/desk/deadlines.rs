//! Deadlines that have passed, whatever else there is to do.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use baton::{
    brain::{Brain, BrainError, Piece, Request},
    storage::Scope,
};
use futures_util::{
    StreamExt,
    stream::{self, BoxStream},
};
use tokio::{sync::Notify, time::timeout};
use tokio_util::sync::CancellationToken;

use crate::rig::{MakeBrain, Rig, builtin};

const MINUTE: i64 = 60_000;
/// Longer than anything here takes on a busy machine.
const PATIENCE: Duration = Duration::from_mins(2);
/// More than a sweep drives at once.
const SLOW: usize = 70;

/// Begins to think and comes to no end.
struct Slow {
    asked: Arc<AtomicUsize>,
    more: Arc<Notify>,
}

impl Brain for Slow {
    fn model(&self) -> &'static str {
        "slow"
    }

    fn step(&self, _: Request) -> BoxStream<'static, Result<Piece, BrainError>> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        self.more.notify_one();
        stream::pending().boxed()
    }
}

#[tokio::test]
async fn invariant_14_after_a_restart_a_deadline_passes_however_slowly_agents_think() {
    let rig = Rig::with(Arc::new(builtin), |agents| agents).await;
    let mut slow = Vec::new();
    for _ in 0..=SLOW {
        slow.push(rig.open(None).await);
    }
    // The last to which a sweep comes.
    slow.sort_by(|a, b| a.id.cmp(&b.id));
    let mut waiting = slow.pop().expect("a conversation");
    waiting.say("my order A1002 arrived broken").await;
    rig.desk.ask_for_person(&Scope::System, &waiting.id).await.expect("asked");
    waiting.rest().await;
    let id = waiting.id.clone();
    assert_eq!(waiting.owner().await, "queue support");
    rig.desk.drain().await;
    for talk in &mut slow {
        // Said, and not begun to be answered.
        talk.send(["where is my order?"]).await;
    }
    drop(slow);
    drop(waiting);
    rig.clock.forward(16 * MINUTE);

    let (asked, more) = (Arc::new(AtomicUsize::new(0)), Arc::new(Notify::new()));
    let (counted, told) = (asked.clone(), more.clone());
    let make: MakeBrain =
        Arc::new(move |_| Arc::new(Slow { asked: counted.clone(), more: told.clone() }));
    let rig = rig.killed(make).await;
    let stop = CancellationToken::new();
    let mut live = rig.desk.journal().bus().follow(&id).signals;
    let work = rig.desk.start(stop.clone());
    // Every place is taken, and all that is heard of this conversation is its fallback.
    while asked.load(Ordering::SeqCst) < 64 {
        more.notified().await;
    }
    timeout(PATIENCE, live.recv()).await.expect("in time").expect("a sign of life");
    assert_eq!(asked.load(Ordering::SeqCst), 64, "none of them has been given up for it");
    let said = rig.again(id).thread().await.state.preview.clone().expect("said");
    assert!(said.1.starts_with("Thank you for waiting"), "{said:?}");
    stop.cancel();
    drop(work);
}
