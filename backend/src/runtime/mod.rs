//! Decides and performs: one loop over a closed set of outcomes.
//!
//! [`decide`], [`answer`], [`refunds`], [`judge`], [`handoff`], [`lease`], [`overdue`], [`triggers`],
//! [`guard`], [`guardrails`], [`permits`], [`pieces`] and [`view`] are pure:
//! from what a conversation is to what happens next. [`runner`] performs it, [`desk`] is the way in.
//! Nothing here knows the name of an agent.

pub mod answer;
pub mod asked;
mod asking;
pub mod calls;
pub mod catalog;
pub mod decide;
mod decisions;
pub mod desk;
mod engine;
pub mod evidence;
pub mod facts;
pub mod guard;
pub mod guardrails;
pub mod handoff;
pub mod judge;
pub mod lease;
pub mod overdue;
pub mod permits;
pub mod pieces;
pub mod presence;
pub mod refunds;
pub mod rules;
pub mod runner;
#[cfg(any(test, feature = "stage"))]
pub mod stage;
pub mod tried;
pub mod triggers;
pub mod view;

use shared::{
    agent::{AgentSpec, Target},
    event::EventBody,
    id::{AgentSlug, Seq},
    owner::Owner,
    queue::Queue,
    time::Timestamp,
};

pub use asked::Asked;
pub use catalog::{Catalog, Faculty, Snapshot};
pub use desk::{Desk, DeskError, Parts};

use crate::{journal::Thread, tools::Registry};

/// Where the time comes from. Everything below takes a [`Timestamp`].
pub trait Clock: Send + Sync + 'static {
    /// The present instant.
    fn now(&self) -> Timestamp;
}

/// What a decision may look at: data, nothing that could act.
#[derive(Clone, Copy)]
pub struct World<'a> {
    /// The conversation.
    pub thread: &'a Thread,
    /// The owning agent at its pinned version; `None` if no agent owns, or its version is gone.
    pub spec: Option<&'a AgentSpec>,
    /// The agents and settings of the desk as they are published now.
    pub desk: &'a Snapshot,
    /// What agents can do.
    pub tools: &'a Registry,
    /// Whether refunds may be sent.
    pub money: bool,
    /// When the person who owns was last there, and now if they are; `None` if no person owns.
    pub owner_there: Option<Timestamp>,
    /// The time.
    pub now: Timestamp,
}

impl World<'_> {
    /// The owner that `target` would become, if it exists.
    fn owner_of(&self, target: &Target) -> Option<Owner> {
        match target {
            Target::Agent { slug } => self.desk.owner(slug),
            Target::Queue { slug } => self.desk.settings.queue_called(slug).map(Queue::owner),
        }
    }

    /// The people behind everything.
    fn queue(&self) -> Owner {
        self.desk.settings.last_queue().owner()
    }

    /// Whether `slug` is the agent that gets people in.
    fn is_escalation(&self, slug: &AgentSlug) -> bool {
        matches!(&self.desk.settings.escalation, Target::Agent { slug: s } if s == slug)
    }

    /// The text of the visitor's messages that brains may read, oldest first, with their positions.
    fn visitor_messages(&self) -> impl DoubleEndedIterator<Item = (Seq, &str)> {
        let state = &self.thread.state;
        self.thread.events.iter().filter_map(|event| match &event.body {
            EventBody::Message(m) if m.author.kind == shared::message::AuthorKind::Visitor => {
                (!state.is_held_back(event.seq)).then_some((event.seq, m.text.as_str()))
            }
            _ => None,
        })
    }
}

#[cfg(test)]
mod tests;
