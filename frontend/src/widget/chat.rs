//! The state of the widget, and what changes it.

use leptos::{ev, prelude::*};
use shared::{
    api::{self, SiteLook},
    conversation::Conversation,
    event::{Event, EventBody, Opened},
    fleeting::Moment,
    id::{ConversationId, Seq},
    live::{ClientFrame, LiveFrame},
    message::AuthorKind,
    time::Timestamp,
};

use super::{
    outbox::Outbox,
    shell::{self, Said},
    store::{self, Memory},
    typing::Typing,
    work::Work,
};
use crate::{
    api::VisitorApi,
    conversation::thread::Thread,
    live::{Handler, Live, Status},
};

/// The widget; a handle that is copied freely.
#[derive(Clone, Copy)]
pub struct Chat {
    /// The site.
    pub look: StoredValue<SiteLook>,
    /// What is shown.
    pub thread: RwSignal<Thread>,
    /// What the events amount to; none before the first message.
    pub state: RwSignal<Option<Conversation>>,
    /// What is on its way.
    pub outbox: RwSignal<Outbox>,
    /// What is being said or typed.
    pub moment: RwSignal<Moment>,
    /// Whether an agent is at work.
    pub working: Memo<bool>,
    /// How the page is connected.
    pub status: RwSignal<Status>,
    /// Whether the history is there.
    pub caught_up: RwSignal<bool>,
    /// What went wrong, for the visitor to read.
    pub problem: RwSignal<Option<String>>,
    /// Whether the conversation that was here can no longer be reached from this browser.
    pub ended: RwSignal<bool>,
    /// The end of the conversation that the visitor has rated.
    pub rated: RwSignal<Seq>,
    pub(super) memory: StoredValue<Memory>,
    pub(super) work: StoredValue<Work>,
    live: StoredValue<Option<Live>>,
    in_view: RwSignal<bool>,
    told_unread: StoredValue<u32>,
    own_typing: StoredValue<Typing>,
}

impl Chat {
    /// A widget that has done nothing yet.
    pub fn new(look: SiteLook) -> Self {
        let memory = store::load(look.key.as_str());
        let moment = RwSignal::<Moment>::default();
        Self {
            look: StoredValue::new(look),
            thread: RwSignal::default(),
            state: RwSignal::default(),
            outbox: RwSignal::new(Outbox::restore(memory.outbox.clone())),
            moment,
            working: Memo::new(move |_| moment.with(|moment| moment.working)),
            status: RwSignal::new(Status::Connecting),
            caught_up: RwSignal::new(memory.conversation.is_none()),
            problem: RwSignal::default(),
            ended: RwSignal::new(false),
            rated: RwSignal::new(memory.rated),
            memory: StoredValue::new(memory),
            work: StoredValue::default(),
            live: StoredValue::default(),
            in_view: RwSignal::new(false),
            told_unread: StoredValue::new(0),
            own_typing: StoredValue::default(),
        }
    }

    /// Goes on where the visitor left, and takes over from the shell.
    pub fn begin(self) {
        self.resume();
        let key = store::key(self.look.with_value(|look| look.key.to_string()).as_str());
        window_event_listener(ev::storage, move |event| {
            // Also when everything was cleared, which has no key.
            if event.key().is_none_or(|changed| changed == key) {
                self.follow_other_tab();
            }
        });
        window_event_listener(ev::online, move |_| {
            self.wake();
            self.back_online();
        });
        window_event_listener(ev::visibilitychange, move |_| self.wake());
        shell::start(move |said| self.hear(said));
        let color = self.look.with_value(|look| look.color.clone());
        shell::tell("ready", &color.into());
        self.work_on();
    }

    /// What the shell passes on.
    fn hear(self, said: Said) {
        match said {
            Said::Send(client_id, text) => {
                self.problem.set(None);
                self.ended.set(false);
                self.stop_typing();
                let fits = self.outbox.try_update(|outbox| outbox.push(client_id, text));
                if fits == Some(true) {
                    self.remember();
                    self.work_on();
                }
            }
            Said::Typing => self.note_typing(),
            Said::Person => self.ask_for_person(),
            Said::Show => {
                self.in_view.set(true);
                self.mark_seen();
                self.wake();
            }
            Said::Hide => self.in_view.set(false),
            Said::Identify(jwt) => self.identify(jwt),
            Said::Logout => self.forget(),
        }
    }

    /// The API, once there is a token.
    pub fn api(self) -> Option<VisitorApi> {
        self.memory.with_value(|memory| memory.token.clone()).map(VisitorApi::new)
    }

    /// The conversation, once there is one.
    pub fn conversation(self) -> Option<ConversationId> {
        self.memory.with_value(|m| m.conversation.as_ref().map(|(id, _)| id.clone()))
    }

    /// Whether messages are in view; nobody reads a hidden page.
    pub fn is_in_view(self) -> bool {
        self.in_view.get_untracked() && !document().hidden()
    }

    /// Writes down what must survive a reload.
    pub fn remember(self) {
        self.memory.update_value(|memory| {
            memory.outbox = self.outbox.with_untracked(|outbox| outbox.all().to_vec());
            memory.rated = self.rated.get_untracked();
        });
        let site = self.look.with_value(|look| look.key.clone());
        self.memory.with_value(|memory| store::save(site.as_str(), memory));
    }

    /// Forgets the visitor: everything is as on a first visit.
    pub fn forget(self) {
        if let Some(api) = self.api() {
            // Whether the server hears of it or not, this page does not know the token any more.
            leptos::task::spawn_local(async move { drop(api.logout().await) });
        }
        self.live.set_value(None);
        self.work.update_value(Work::cancel);
        self.memory.set_value(Memory::default());
        self.outbox.set(Outbox::default());
        self.clear();
        self.caught_up.set(true);
        self.ended.set(false);
        self.rated.set(0);
        store::wipe(self.look.with_value(|look| look.key.to_string()).as_str());
        self.tell_unread(0);
    }

    pub(super) fn clear(self) {
        self.thread.set(Thread::default());
        self.state.set(None);
        self.moment.set(Moment::default());
        self.problem.set(None);
    }

    /// Another tab began, continued or ended the visitor's stay: this one does the same.
    fn follow_other_tab(self) {
        let site = self.look.with_value(|look| look.key.to_string());
        let theirs = store::load(&site);
        let ours = self.memory.get_value();
        if theirs.token == ours.token && theirs.conversation == ours.conversation {
            self.memory.update_value(|memory| memory.seen = memory.seen.max(theirs.seen));
            return;
        }
        self.live.set_value(None);
        self.work.update_value(Work::cancel);
        self.memory.set_value(Memory { outbox: ours.outbox, ..theirs });
        self.clear();
        self.resume();
    }

    /// Follows the remembered conversation from its beginning.
    pub fn resume(self) {
        self.follow(self.memory.with_value(|memory| memory.conversation.is_none()));
    }

    /// Follows the remembered conversation; what comes first is news if it is `caught_up` from the
    /// start, and else history.
    fn follow(self, caught_up: bool) {
        self.caught_up.set(caught_up);
        let Some((id, opened)) = self.memory.with_value(|m| m.conversation.clone()) else { return };
        // The events bring their own times; this one is replaced by the first of them.
        self.state.set(Some(Conversation::begin(id, opened, Timestamp::default())));
        self.thread.set(Thread::default());
        if self.live.with_value(Option::is_some) {
            self.subscribe();
        } else {
            self.connect();
        }
    }

    /// Follows `conversation` from now on; one that is `new` has no history.
    pub fn adopt(self, conversation: &api::Conversation, new: bool) {
        let opened = Opened {
            site: conversation.site.clone(),
            visitor: conversation.visitor.clone(),
            owner: conversation.owner.clone(),
            deadline: None,
        };
        self.memory
            .update_value(|memory| memory.conversation = Some((conversation.id.clone(), opened)));
        self.remember();
        self.clear();
        self.follow(new);
    }

    /// Drops the live channel, whose token is not the visitor's any more.
    pub fn disconnect(self) {
        self.live.set_value(None);
    }

    fn connect(self) {
        let hello =
            move || ClientFrame::Hello { token: self.memory.with_value(|m| m.token.clone()) };
        let handler = Handler {
            hello: Box::new(hello),
            on_frame: Box::new(move |frame| self.receive(frame)),
            poll: Box::new(move || Box::pin(self.poll())),
        };
        self.live.set_value(Some(Live::connect(handler, self.status)));
    }

    /// Sends a frame, if there is a channel.
    pub fn emit(self, frame: ClientFrame) {
        if let Some(live) = self.live.get_value() {
            live.send(frame);
        }
    }

    fn wake(self) {
        if self.is_in_view() {
            self.mark_seen();
        }
        self.live.with_value(|live| live.iter().for_each(Live::wake));
    }

    fn subscribe(self) {
        if let Some(conversation) = self.conversation() {
            let after = self.thread.with_untracked(Thread::seq);
            // It is told anew to each subscription.
            self.moment.set(Moment::default());
            self.emit(ClientFrame::Subscribe { conversation, after });
        }
    }

    /// Asks over HTTP for what the channel would have brought.
    async fn poll(self) -> bool {
        let (Some(api), Some(id)) = (self.api(), self.conversation()) else { return false };
        let after = self.thread.with_untracked(Thread::seq);
        let Ok(answer) = api.events(&id, after).await else { return false };
        for event in &answer.events {
            self.take(&id, event);
        }
        self.catch_up();
        self.back_online();
        true
    }

    fn receive(self, frame: LiveFrame) {
        let ours = |id: &ConversationId| self.conversation().as_ref() == Some(id);
        match frame {
            LiveFrame::Ready => {
                self.subscribe();
                self.back_online();
            }
            LiveFrame::Event { conversation, event } => self.take(&conversation, &event),
            LiveFrame::CaughtUp { conversation, .. } if ours(&conversation) => self.catch_up(),
            LiveFrame::Fleeting { conversation, what } if ours(&conversation) => {
                self.moment.update(|moment| moment.hear(what));
            }
            // The token, or the conversation it led to, is not known any more. What was said with it
            // cannot be reached; what is not sent yet begins anew.
            LiveFrame::Error { code, .. }
                if code == "not_signed_in"
                    || (code == "not_found" && !self.caught_up.get_untracked()) =>
            {
                self.lose_session();
                self.work_on();
            }
            _ => {}
        }
    }

    /// Takes in an event; what was seen already, or is not ours, changes nothing.
    fn take(self, conversation: &ConversationId, event: &Event) {
        if self.conversation().as_ref() != Some(conversation) {
            return;
        }
        // History is drawn once, when all of it is there.
        let silent = !self.caught_up.get_untracked();
        let mut new = false;
        self.thread.update_untracked(|thread| new = thread.apply(event));
        if !new {
            return;
        }
        self.state.update_untracked(|state| {
            if let Some(state) = state {
                state.apply_seen(event);
            }
        });
        self.react(event, silent);
        if !silent {
            self.thread.notify();
            self.state.notify();
            self.mark_seen();
        }
    }

    fn react(self, event: &Event, silent: bool) {
        self.moment.update(|moment| moment.see(event));
        match &event.body {
            EventBody::Message(message) => {
                if let Some(id) = &message.client_id
                    && self.outbox.try_update_untracked(|outbox| outbox.settle(id)) == Some(true)
                {
                    self.outbox.notify();
                    self.remember();
                }
                if message.author.kind != AuthorKind::Visitor && !silent {
                    let kind =
                        if message.author.kind == AuthorKind::Staff { "staff" } else { "agent" };
                    shell::tell_of("message", &[("kind", kind), ("name", &message.author.name)]);
                }
            }
            EventBody::Handoff(handoff) if !silent => {
                let (from, to) = (handoff.from.name(), handoff.to.name());
                shell::tell_of("handoff", &[("from", from), ("to", to)]);
            }
            _ => {}
        }
    }

    fn catch_up(self) {
        if !self.caught_up.get_untracked() {
            self.thread.notify();
            self.state.notify();
            self.caught_up.set(true);
        }
        self.mark_seen();
    }

    /// Counts as seen what is in view; tells the host page what is not.
    fn mark_seen(self) {
        if !self.caught_up.get_untracked() {
            return;
        }
        let newest = self.thread.with_untracked(Thread::seq);
        let seen = self.memory.with_value(|memory| memory.seen);
        if self.is_in_view() {
            if newest > seen {
                self.memory.update_value(|memory| memory.seen = newest);
                self.remember();
            }
            self.tell_unread(0);
        } else {
            let unread = self.thread.with_untracked(|thread| thread.unread_since(seen));
            self.tell_unread(u32::try_from(unread).unwrap_or(u32::MAX));
        }
    }

    fn tell_unread(self, unread: u32) {
        if self.told_unread.get_value() != unread {
            self.told_unread.set_value(unread);
            shell::tell("unread", &unread.into());
        }
    }

    fn back_online(self) {
        let revived = self.outbox.try_update_untracked(Outbox::revive) == Some(true);
        if revived {
            self.outbox.notify();
        }
        self.work_on();
    }

    fn note_typing(self) {
        let Some(conversation) = self.conversation() else { return };
        self.own_typing.with_value(|typing| {
            typing.note(move |on| {
                self.emit(ClientFrame::Typing { conversation: conversation.clone(), on });
            });
        });
    }

    fn stop_typing(self) {
        self.own_typing.with_value(Typing::stop);
    }
}
