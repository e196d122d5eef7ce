//! The open conversation: its events, its state, and what is only on the live channel.

use leptos::{prelude::*, task::spawn_local};
use shared::{
    api,
    conversation::Conversation,
    event::{Event, EventBody, Message},
    fleeting::Moment,
    id::{ConversationId, Seq},
    limits::EVENTS_PAGE,
    live::{ClientFrame, LiveFrame},
};

use super::{
    super::{
        client::{Desk, Failure},
        live::Live,
        load::Load,
        toast::Toasts,
    },
    head,
    thread::Pending,
};

/// The open conversation.
#[derive(Debug, Clone, Copy)]
pub struct Open {
    /// How far it has come.
    pub load: RwSignal<Load<()>>,
    /// Its state.
    pub head: RwSignal<Option<Conversation>>,
    /// Its events, oldest first.
    pub events: RwSignal<Vec<Event>>,
    /// Whether there are older ones.
    pub truncated: RwSignal<bool>,
    /// Replies that are on their way.
    pub pending: RwSignal<Vec<Pending>>,
    /// What is being said or typed.
    pub moment: RwSignal<Moment>,
    /// What the others share: the client, the live channel, the messages.
    pub desk: StoredValue<Desk>,
    /// The live channel.
    pub live: Live,
    /// Short messages.
    pub toasts: Toasts,
    id: StoredValue<ConversationId>,
}

impl Open {
    /// Loads the conversation and follows it until the caller's part of the page is gone.
    pub fn provide(id: ConversationId) -> Self {
        let live = Live::here();
        let open = Self {
            load: RwSignal::new(Load::Waiting),
            head: RwSignal::new(None),
            events: RwSignal::new(Vec::new()),
            truncated: RwSignal::new(false),
            pending: RwSignal::new(Vec::new()),
            moment: RwSignal::default(),
            desk: StoredValue::new(expect_context()),
            live,
            toasts: Toasts::here(),
            id: StoredValue::new(id.clone()),
        };
        provide_context(open);
        open.reload();
        live.follow(move |frame| open.take(frame));
        on_cleanup(move || live.send(&ClientFrame::Unsubscribe { conversation: id }));
        open
    }

    /// The open conversation of the page.
    pub fn here() -> Self {
        expect_context()
    }

    /// Which conversation.
    pub fn id(self) -> ConversationId {
        self.id.get_value()
    }

    /// The client.
    pub fn desk(self) -> Desk {
        self.desk.get_value()
    }

    /// Loads it again.
    pub fn reload(self) {
        match self.load.try_get_untracked() {
            None => return,
            Some(Load::Failed(_)) => self.load.set(Load::Waiting),
            Some(_) => {}
        }
        let (desk, id) = (self.desk(), self.id());
        spawn_local(async move {
            match desk.conversation(&id).await {
                Ok(answer) => self.put(answer),
                Err(failure) => self.fail(failure),
            }
        });
    }

    /// Puts in what a call has answered; what has come live since then stays.
    pub fn put(self, answer: api::Conversation) {
        if self.load.try_get_untracked().is_none() {
            return;
        }
        let newer = self.head.with_untracked(|h| h.as_ref().is_some_and(|h| h.seq > answer.seq));
        if newer {
            return;
        }
        let mut state = head::fold(&answer);
        // The wish to read older events is not undone by a newer answer.
        self.events.update(|events| {
            let first = answer.events.first().map_or(0, |e| e.seq);
            let joins = events.last().is_some_and(|e| e.seq + 1 >= first);
            events.retain(|e| joins && e.seq < first);
            if events.is_empty() {
                self.truncated.set(answer.truncated);
            }
            events.extend(answer.events);
            state.seq = state.seq.max(events.last().map_or(0, |e| e.seq));
        });
        self.head.set(Some(state));
        self.load.set(Load::Ready(()));
        self.subscribe();
    }

    /// Loads older events.
    pub fn load_older(self) {
        let Some(first) = self.events.with_untracked(|e| e.first().map(|e| e.seq)) else { return };
        let (desk, id) = (self.desk(), self.id());
        let after = first.saturating_sub(EVENTS_PAGE as Seq + 1);
        spawn_local(async move {
            match desk.events(&id, after).await {
                Ok(page) => {
                    let older = page.events.into_iter().filter(|e| e.seq < first);
                    self.events.try_update(|events| events.splice(0..0, older).for_each(drop));
                    self.truncated.try_set(after > 0);
                }
                Err(failure) => self.toasts.failed(&failure),
            }
        });
    }

    fn fail(self, failure: Failure) {
        match self.load.try_get_untracked() {
            Some(Load::Ready(())) => self.toasts.failed(&failure),
            Some(_) => self.load.set(Load::Failed(failure)),
            None => {}
        }
    }

    fn subscribe(self) {
        let seen = self.head.with_untracked(|h| h.as_ref().map(|h| h.seq));
        if let Some(after) = seen {
            // It is told anew to each subscription.
            self.moment.set(Moment::default());
            self.live.send(&ClientFrame::Subscribe { conversation: self.id(), after });
        }
    }

    fn take(self, frame: &LiveFrame) {
        // Gone already, if an earlier follower of the same frame has left the page.
        let mine = |id: &ConversationId| self.id.try_with_value(|own| own == id) == Some(true);
        match frame {
            // Resumes where it was cut; history comes first, then what happens.
            LiveFrame::Ready if self.load.try_get_untracked().is_some() => self.subscribe(),
            LiveFrame::Event { conversation, event } if mine(conversation) => self.absorb(event),
            LiveFrame::Fleeting { conversation, what } if mine(conversation) => {
                self.moment.update(|moment| moment.hear(what.clone()));
            }
            _ => {}
        }
    }

    fn absorb(self, event: &Event) {
        let new = self.head.try_update(|h| h.as_mut().is_some_and(|h| h.apply_seen(event)));
        if new != Some(true) {
            return;
        }
        self.moment.update(|moment| moment.see(event));
        if let EventBody::Message(Message { client_id: Some(id), .. }) = &event.body {
            self.pending.update(|list| list.retain(|p| p.client_id != *id));
        }
        self.events.update(|events| events.push(event.clone()));
    }
}
