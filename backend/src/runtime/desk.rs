//! The way in: what visitors and staff can do to a conversation.

use std::sync::Arc;

use super::{
    Catalog, Clock, World, decide, engine::Engine, guardrails, lease, pieces, presence::Presence,
    triggers,
};
use crate::{
    failpoint::{self, Point},
    journal::{AppendError, Journal, Thread},
    money::{self, Gateway},
    storage::{Scope, StoreError},
    tools::{Registry, toolbox::Toolbox},
};
use shared::{
    agent::{AgentSpec, Target},
    event::{EventBody, Identified, Note, Opened, Rating, RefundState},
    id::{AgentSlug, ClientId, ConversationId, Seq, SiteKey},
    limits,
    message::{StaffRef, VisitorRef},
    owner::Owner,
    time::Timestamp,
};

/// What a desk is made of.
pub struct Parts {
    /// The only writer of conversations.
    pub journal: Journal,
    /// The agents as they are published.
    pub catalog: Arc<Catalog>,
    /// What agents can do.
    pub tools: Toolbox,
    /// The payment provider.
    pub gateway: Arc<dyn Gateway>,
    /// Where the time comes from.
    pub clock: Arc<dyn Clock>,
}

/// Why something cannot be done.
#[derive(Debug, thiserror::Error)]
pub enum DeskError {
    /// There is no such conversation, agent or approval for this caller.
    #[error("not found")]
    NotFound,
    /// Another person has it.
    #[error("{} has this conversation", .0.name())]
    AlreadyClaimed(Owner),
    /// The caller must own the conversation for this.
    #[error("claim the conversation first")]
    NotOwner(Owner),
    /// The approval was decided before.
    #[error("this was already decided")]
    AlreadyDecided,
    /// Whoever asked for something does not decide on it.
    #[error("somebody else must decide on this")]
    OwnRequest,
    /// The refund is not one that a person settles, or looks into.
    #[error("this refund is {0:?}")]
    NotForPeople(RefundState),
    /// A call that was made may still arrive: it cannot be settled as failed before.
    #[error("the payment provider may still make this refund until {0}")]
    TooEarly(Timestamp),
    /// The approval ran out.
    #[error("this approval has expired")]
    Expired,
    /// What was approved is not what would be done now.
    #[error("it can no longer be done as it was proposed")]
    Changed,
    /// Refunds are switched off.
    #[error("refunds are switched off")]
    RefundsPaused,
    /// A field of the request is wrong.
    #[error("{message}")]
    Invalid {
        /// Which.
        field: &'static str,
        /// What to do about it.
        message: String,
    },
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A decision that does not fold: a fault of the program.
    #[error("a decision that cannot follow: {0}")]
    Fault(AppendError),
}

/// The desk. Cheap to clone.
#[derive(Clone)]
pub struct Desk {
    inner: Arc<Inner>,
}

struct Inner {
    parts: Parts,
    engine: Engine,
    presence: Presence,
}

impl Desk {
    /// A desk of these parts. Nothing runs on by itself until [`Desk::start`].
    pub fn new(parts: Parts) -> Self {
        let presence = Presence::new(parts.clock.clone());
        Self { inner: Arc::new(Inner { parts, engine: Engine::default(), presence }) }
    }

    /// The only writer of conversations.
    pub fn journal(&self) -> &Journal {
        &self.inner.parts.journal
    }

    /// The agents as they are published.
    pub fn catalog(&self) -> &Arc<Catalog> {
        &self.inner.parts.catalog
    }

    /// What agents can do.
    pub fn tools(&self) -> Arc<Registry> {
        self.inner.parts.tools.now()
    }

    /// The payment provider.
    pub fn gateway(&self) -> &Arc<dyn Gateway> {
        &self.inner.parts.gateway
    }

    /// Who of the staff is there.
    pub fn presence(&self) -> &Presence {
        &self.inner.presence
    }

    /// The time.
    pub fn now(&self) -> Timestamp {
        self.inner.parts.clock.now()
    }

    /// Whether refunds may be sent.
    pub async fn money_enabled(&self) -> Result<bool, StoreError> {
        Ok(self.refunds_off().await?.is_none())
    }

    /// Begins a conversation on `site`; the front door's agent takes the first message.
    pub async fn open(
        &self,
        site: &SiteKey,
        visitor: VisitorRef,
    ) -> Result<Arc<Thread>, DeskError> {
        let desk = self.catalog().current();
        let settings = &desk.settings;
        let owner =
            desk.owner(&settings.front_door).unwrap_or_else(|| settings.last_queue().owner());
        let (id, now) = (fresh_id()?, self.now());
        let deadline = settings.deadline_of(&owner, now);
        let opened = Opened { site: site.clone(), visitor, owner, deadline };
        self.journal().open(id, opened, now).await.map_err(fault)
    }

    /// A conversation in scope.
    pub async fn load(&self, scope: &Scope, id: &ConversationId) -> Result<Arc<Thread>, DeskError> {
        self.journal().load(scope, id).await?.ok_or(DeskError::NotFound)
    }

    /// The visitor says something. When this answers, it is on disk; the same `client_id` answers
    /// the same position.
    pub async fn visitor_says(
        &self,
        scope: &Scope,
        id: &ConversationId,
        client_id: ClientId,
        text: String,
    ) -> Result<Seq, DeskError> {
        let text = checked_text("text", &text, limits::MESSAGE_CHARS)?;
        self.say(scope, id, client_id, |world, client_id| {
            Ok(decide::visitor_says(world, client_id, text.clone()))
        })
        .await
    }

    /// The visitor asks for a person.
    pub async fn ask_for_person(
        &self,
        scope: &Scope,
        id: &ConversationId,
    ) -> Result<(), DeskError> {
        self.act(scope, id, |world| Ok(triggers::pressed_for_a_person(world))).await?;
        Ok(())
    }

    /// The visitor rates the conversation, one to five.
    pub async fn rate(
        &self,
        scope: &Scope,
        id: &ConversationId,
        score: u8,
        comment: Option<String>,
    ) -> Result<(), DeskError> {
        if !(1..=5).contains(&score) {
            let message = "Give a score from 1 to 5.".to_owned();
            return Err(DeskError::Invalid { field: "score", message });
        }
        let comment = match comment.filter(|c| !c.trim().is_empty()) {
            Some(text) => Some(checked_text("comment", &text, limits::COMMENT_CHARS)?),
            None => None,
        };
        self.act(scope, id, |world| {
            let held = comment.clone().map(|text| guardrails::written(world, text));
            let (comment, verdicts) = held.map(|held| (held.text, held.events)).unzip();
            let mut events = vec![EventBody::Rating(Rating { score, comment })];
            events.extend(verdicts.unwrap_or_default());
            Ok(events)
        })
        .await?;
        Ok(())
    }

    /// The visitor is known better than before.
    pub async fn identify(
        &self,
        scope: &Scope,
        id: &ConversationId,
        visitor: VisitorRef,
    ) -> Result<(), DeskError> {
        self.act(scope, id, |world| {
            if world.thread.state.visitor == visitor {
                return Ok(Vec::new());
            }
            Ok(vec![EventBody::Identified(Identified { visitor: visitor.clone() })])
        })
        .await?;
        Ok(())
    }

    /// A member of staff takes over. A takeover wins by appending first.
    pub async fn claim(
        &self,
        staff: StaffRef,
        id: &ConversationId,
    ) -> Result<Arc<Thread>, DeskError> {
        self.act(&Scope::Staff(staff.id.clone()), id, |world| {
            decide::claim(world, &staff).map_err(DeskError::AlreadyClaimed)
        })
        .await
    }

    /// The owning member of staff answers.
    pub async fn reply(
        &self,
        staff: StaffRef,
        id: &ConversationId,
        client_id: ClientId,
        text: String,
    ) -> Result<Seq, DeskError> {
        let text = checked_text("text", &text, limits::MESSAGE_CHARS)?;
        self.say(&Scope::Staff(staff.id.clone()), id, client_id, |world, client_id| {
            owned(world, &staff)?;
            Ok(decide::reply(&staff, client_id, text.clone()))
        })
        .await
    }

    /// A member of staff writes an internal note.
    pub async fn note(
        &self,
        staff: StaffRef,
        id: &ConversationId,
        text: String,
    ) -> Result<Seq, DeskError> {
        let text = checked_text("text", &text, limits::NOTE_CHARS)?;
        let thread = self
            .act(&Scope::Staff(staff.id.clone()), id, |_| {
                Ok(vec![EventBody::Note(Note { author: staff.clone(), text: text.clone() })])
            })
            .await?;
        Ok(thread.state.seq)
    }

    /// The owning member of staff hands the conversation to an agent.
    pub async fn hand_back(
        &self,
        staff: StaffRef,
        id: &ConversationId,
        agent: AgentSlug,
        note: Option<String>,
    ) -> Result<Arc<Thread>, DeskError> {
        let note = match note.filter(|n| !n.trim().is_empty()) {
            Some(text) => Some(checked_text("note", &text, limits::NOTE_CHARS)?),
            None => None,
        };
        self.act(&Scope::Staff(staff.id.clone()), id, |world| {
            owned(world, &staff)?;
            let Some(to) = world.owner_of(&Target::Agent { slug: agent.clone() }) else {
                let message = format!("There is no agent called {agent}.");
                return Err(DeskError::Invalid { field: "agent", message });
            };
            Ok(decide::hand_back(world, &staff, to, note.clone()))
        })
        .await
    }

    /// A member of staff closes the conversation; not while another person has it.
    pub async fn close(
        &self,
        staff: StaffRef,
        id: &ConversationId,
    ) -> Result<Arc<Thread>, DeskError> {
        self.act(&Scope::Staff(staff.id.clone()), id, |world| match &world.thread.state.owner {
            Owner::Nobody => Ok(Vec::new()),
            owner @ Owner::Staff { id, .. } if *id != staff.id => {
                Err(DeskError::AlreadyClaimed(owner.clone()))
            }
            _ => Ok(decide::close(world, &staff)),
        })
        .await
    }

    /// Gives back to the queue what a member of staff owns who can no longer answer.
    pub async fn release(&self, staff: &StaffRef) -> Result<(), DeskError> {
        for line in self.lines_of(&staff.id).await? {
            self.act(&Scope::System, &line.id, |world| Ok(lease::release(world, staff))).await?;
        }
        Ok(())
    }

    /// What drives conversations on.
    pub(super) fn engine(&self) -> &Engine {
        &self.inner.engine
    }

    /// The owning agent at its pinned version.
    pub(super) async fn owner_spec(
        &self,
        thread: &Thread,
    ) -> Result<Option<Arc<AgentSpec>>, StoreError> {
        match &thread.state.owner {
            Owner::Agent { slug, version, .. } => self.catalog().version(slug, *version).await,
            _ => Ok(None),
        }
    }

    /// When the person who owns was last there.
    pub(super) fn owner_there(&self, thread: &Thread, now: Timestamp) -> Option<Timestamp> {
        match &thread.state.owner {
            Owner::Staff { id, .. } => Some(self.presence().last_there(id, now)),
            _ => None,
        }
    }

    /// Loads, decides, appends; again if somebody else was first. Then goes on with the turn.
    pub(super) async fn act(
        &self,
        scope: &Scope,
        id: &ConversationId,
        decide: impl Fn(&World<'_>) -> Result<Vec<EventBody>, DeskError>,
    ) -> Result<Arc<Thread>, DeskError> {
        loop {
            let thread = self.load(scope, id).await?;
            let bodies = self.decided(&thread, &decide).await?;
            if bodies.is_empty() {
                return Ok(thread);
            }
            failpoint::hit(Point::ActBefore);
            match self.journal().append(&thread, bodies, Vec::new(), self.now()).await {
                Ok(thread) => {
                    failpoint::hit(Point::ActAfter);
                    self.nudge(id);
                    return Ok(thread);
                }
                Err(AppendError::Conflict) => {}
                Err(error) => return Err(fault(error)),
            }
        }
    }

    /// Like [`Desk::act`], for a message: its position, and the old one if it was there before.
    async fn say(
        &self,
        scope: &Scope,
        id: &ConversationId,
        client_id: ClientId,
        decide: impl Fn(&World<'_>, ClientId) -> Result<Vec<EventBody>, DeskError>,
    ) -> Result<Seq, DeskError> {
        loop {
            let thread = self.load(scope, id).await?;
            if let Some(seq) = self.journal().store().message_seq(id, &client_id).await? {
                return Ok(seq);
            }
            let bodies = self.decided(&thread, |world| decide(world, client_id.clone())).await?;
            // What a guardrail has to say about the message follows it.
            let before = bodies.iter().take_while(|body| !matches!(body, EventBody::Message(_)));
            let seq = thread.state.seq + before.count() as u64 + 1;
            failpoint::hit(Point::SayBefore);
            match self.journal().append(&thread, bodies, Vec::new(), self.now()).await {
                Ok(_) => {
                    failpoint::hit(Point::SayAfter);
                    self.nudge(id);
                    return Ok(seq);
                }
                Err(AppendError::Conflict) => {}
                Err(AppendError::Duplicate(seq)) => return Ok(seq),
                Err(error) => return Err(fault(error)),
            }
        }
    }

    pub(super) async fn decided(
        &self,
        thread: &Thread,
        decide: impl Fn(&World<'_>) -> Result<Vec<EventBody>, DeskError>,
    ) -> Result<Vec<EventBody>, DeskError> {
        let snapshot = self.catalog().current();
        let spec = self.owner_spec(thread).await?;
        let now = self.now();
        decide(&World {
            thread,
            spec: spec.as_deref(),
            desk: &snapshot,
            tools: &self.tools(),
            money: self.money_enabled().await?,
            owner_there: self.owner_there(thread, now),
            now,
        })
    }
}

fn owned(world: &World<'_>, staff: &StaffRef) -> Result<(), DeskError> {
    let owner = &world.thread.state.owner;
    if owner.is_staff(&staff.id) { Ok(()) } else { Err(DeskError::NotOwner(owner.clone())) }
}

pub(super) fn fault(error: AppendError) -> DeskError {
    match error {
        AppendError::Store(error) => DeskError::Store(error),
        error => DeskError::Fault(error),
    }
}

/// Trims a text and refuses what is empty, too long, or holds control characters.
pub(super) fn checked_text(
    field: &'static str,
    text: &str,
    max: usize,
) -> Result<String, DeskError> {
    let text = text.trim();
    let length = text.chars().count();
    let invalid = |message: String| Err(DeskError::Invalid { field, message });
    if pieces::is_blank(text) {
        return invalid("Write something first.".to_owned());
    }
    if length > max {
        return invalid(format!("Shorten this to {max} characters; it has {length}."));
    }
    if text.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\t' | '\r')) {
        return invalid("Remove the control characters.".to_owned());
    }
    Ok(text.to_owned())
}

fn fresh_id() -> Result<ConversationId, DeskError> {
    let mut bytes = [0u8; 12];
    getrandom::fill(&mut bytes)
        .map_err(|error| StoreError::Database(format!("no randomness: {error}")))?;
    let id = format!("cnv_{}", money::hex(&bytes)).parse();
    id.map_err(|_| DeskError::Store(StoreError::Damaged("an id".to_owned())))
}
