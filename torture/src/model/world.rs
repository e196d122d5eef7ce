//! One state of the model: what is on record, what the process has in hand, and what is outside.

use std::{
    fmt,
    hash::{DefaultHasher, Hash, Hasher},
    sync::Arc,
};

use baton::{journal::Thread, runtime::stage::Stage};
use shared::{
    conversation::{OpenCall, RefundView},
    event::{Event, EventBody},
    id::Epoch,
    owner::Owner,
    time::Timestamp,
};

use super::{
    key,
    law::{Broken, COMPARE_AND_SWAP, Law, rule},
    provider::Provider,
};

/// Something worth knowing that it can happen at all: a check in which it never does says little.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Witness {
    /// A brain's answer was void, because somebody took over in the middle of the turn.
    TakenOver,
    /// An append by a stale copy was refused.
    Refused,
    /// A refund was sent a second time, and the provider knew it.
    SentAgain,
    /// A call arrived that nobody waited for any more.
    ArrivedLate,
    /// A person has settled a refund of which nobody knew.
    SettledByAPerson,
}

/// What the process waits for. A crash loses it.
#[derive(Debug, Clone)]
pub enum Work {
    /// Nothing.
    Idle,
    /// A brain was asked about the conversation as it was.
    Asking(Arc<Thread>),
    /// A tool was called.
    Calling(Arc<Thread>, OpenCall),
    /// The provider was asked to refund.
    Sending(RefundView),
    /// The provider was asked what became of a refund.
    Finding(RefundView),
}

/// One state.
#[derive(Clone)]
pub struct World {
    /// The conversation as it is on record.
    pub thread: Arc<Thread>,
    /// The conversation before the newest append: a copy that somebody may still hold.
    pub before: Arc<Thread>,
    /// The time.
    pub now: Timestamp,
    /// Whether refunds are on.
    pub money: bool,
    /// What the process waits for.
    pub work: Work,
    /// How often an answer was thrown away because the visitor wrote meanwhile.
    pub restarts: u8,
    /// Since when Sam is not there, if he is not.
    pub gone: Option<Timestamp>,
    /// The payment provider.
    pub provider: Provider,
    /// How much of everything may still happen.
    pub left: Vec<u8>,
    /// What has just been seen.
    pub just: Option<Witness>,
    /// The law.
    pub law: Law,
    /// Which law is broken.
    pub broken: Option<Broken>,
    key: u64,
}

impl World {
    /// Where everything begins: the conversation of `stage`, of which so much may happen.
    pub fn new(stage: &Stage, left: Vec<u8>) -> Self {
        let thread = Arc::new(stage.thread.clone());
        let Some(EventBody::Opened(opened)) = stage.thread.events.first().map(|e| &e.body) else {
            unreachable!("a journal begins with an opening")
        };
        let mut world = Self {
            before: thread.clone(),
            law: Law::new(opened.owner.clone()),
            thread,
            now: stage.now,
            money: true,
            work: Work::Idle,
            restarts: 0,
            gone: None,
            provider: Provider::default(),
            left,
            just: None,
            broken: None,
            key: 0,
        };
        let events: Vec<_> = stage.thread.events.iter().skip(1).cloned().collect();
        for event in &events {
            let seen = world.law.see(event, &world.provider);
            world.hold(seen);
        }
        world.seal();
        world
    }

    /// The conversation of `at` on the desk of `stage`, as things stand.
    pub fn stage(&self, stage: &Stage, at: &Thread) -> Stage {
        let mut stage = stage.clone();
        stage.thread = at.clone();
        stage.now = self.now;
        stage.money = self.money;
        stage.there = match &at.state.owner {
            Owner::Staff { name, .. } if name == "sam" => Some(self.gone.unwrap_or(self.now)),
            Owner::Staff { .. } => Some(self.now),
            _ => None,
        };
        stage
    }

    /// Appends what was decided by the copy `at`, if the fold lets it follow; says whether it did.
    pub fn append(&mut self, at: &Thread, bodies: Vec<EventBody>) -> bool {
        let mut next = (*self.thread).clone();
        let mut epoch: Epoch = at.state.epoch;
        let told = kinds(&bodies);
        for (seq, body) in (at.state.seq + 1..).zip(bodies) {
            epoch += Epoch::from(matches!(body, EventBody::Handoff(_)));
            let event = Event { seq, at: self.now, epoch, body };
            if let Err(error) = next.state.apply(&event) {
                let stale = at.state.seq != self.thread.state.seq;
                self.hold(rule(stale, COMPARE_AND_SWAP, || {
                    format!("what was decided cannot follow: {error}: {told}")
                }));
                return false;
            }
            next.events.push(Arc::new(event));
        }
        let stale = at.state.seq != self.thread.state.seq;
        self.hold(rule(!stale, COMPARE_AND_SWAP, || format!("by a stale copy: {told}")));
        let from = usize::try_from(self.thread.state.seq).unwrap_or(usize::MAX);
        for event in next.events.iter().skip(from) {
            let seen = self.law.see(event, &self.provider);
            self.hold(seen);
        }
        self.before = std::mem::replace(&mut self.thread, Arc::new(next));
        true
    }

    /// Notes a broken law; the first one says the most.
    pub fn hold(&mut self, seen: Result<(), Broken>) {
        if let Err(broken) = seen {
            self.broken.get_or_insert(broken);
        }
    }

    /// Ends an act: what must hold between acts is looked at, and what tells states apart is taken.
    pub fn seal(&mut self) {
        let rest = self.law.rest(&self.thread, &self.provider);
        self.hold(rest);
        let mut hasher = DefaultHasher::new();
        key::told(self).unwrap_or_default().hash(&mut hasher);
        self.key = hasher.finish();
    }

    /// Whether `law` is kept.
    pub fn keeps(&self, law: &str) -> bool {
        self.broken.as_ref().is_none_or(|(broken, _)| *broken != law)
    }
}

impl fmt::Debug for World {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&key::told(self)?)
    }
}

impl PartialEq for World {
    fn eq(&self, other: &Self) -> bool {
        self.key == other.key
    }
}

impl Hash for World {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u64(self.key);
    }
}

fn kinds(bodies: &[EventBody]) -> String {
    let kinds: Vec<_> = bodies.iter().map(EventBody::name).collect();
    kinds.join(", ")
}
