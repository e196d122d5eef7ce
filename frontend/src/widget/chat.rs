//! The widget: its state, and what changes it.

use leptos::{ev, prelude::*};
use shared::{
    api::SiteLook,
    fleeting::Moment,
    id::{ConversationId, Seq},
    message::AuthorKind,
};

use super::{
    json::{self, Object},
    outbox::Outbox,
    seen::{self, Frame, News, Seen, What},
    server::{self, Opened},
    shell::{self, Said},
    state::{Shown, State},
    store::{self, Memory},
    thread::Thread,
    typing::Typing,
    work::Work,
};
use crate::live::{Handler, Live, Status};

/// The widget; a handle that is copied freely.
#[derive(Clone, Copy)]
pub struct Chat {
    /// What is shown.
    pub state: Shown,
    quiet: StoredValue<Quiet, LocalStorage>,
}

/// What changes without being seen.
pub struct Quiet {
    /// The site.
    pub look: SiteLook,
    /// What must survive a reload.
    pub memory: Memory,
    /// What is owed to the server.
    pub work: Work,
    live: Option<Live>,
    in_view: bool,
    told_unread: u32,
    typing: Typing,
}

impl Chat {
    /// A widget that has done nothing yet.
    pub fn new(look: SiteLook) -> Self {
        let memory = store::load(look.key.as_str());
        let state = State {
            thread: Thread::default(),
            outbox: Outbox::restore(memory.outbox.clone()),
            moment: Moment::default(),
            status: Status::Connecting,
            caught_up: memory.conversation.is_none(),
            problem: None,
            ended: false,
            rated: memory.rated,
        };
        let quiet = Quiet {
            look,
            memory,
            work: Work::default(),
            live: None,
            in_view: false,
            told_unread: 0,
            typing: Typing::default(),
        };
        Self { state: Shown::new(state), quiet: StoredValue::new_local(quiet) }
    }

    /// Goes on where the visitor left, and takes over from the shell.
    pub fn begin(self) {
        self.resume();
        let key = self.quiet(|q| store::key(q.look.key.as_str()));
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
        self.work_on();
    }

    /// What the shell passes on.
    fn hear(self, said: Said) {
        match said {
            Said::Send(client_id, text) => {
                self.quiet(|q| q.typing.stop());
                let fits = self.state.change(|state| {
                    state.problem = None;
                    state.ended = false;
                    state.outbox.push(client_id, text)
                });
                if fits {
                    self.remember();
                    self.work_on();
                }
            }
            Said::Typing => self.note_typing(),
            Said::Person => self.ask_for_person(),
            Said::Show => {
                self.quiet(|q| q.in_view = true);
                self.mark_seen();
                self.wake();
            }
            Said::Hide => self.quiet(|q| q.in_view = false),
            Said::Identify(jwt) => self.identify(jwt),
            Said::Logout => self.forget(),
        }
    }

    /// Reads or changes what is not seen. Nothing is drawn and nobody called meanwhile.
    pub fn quiet<T>(self, with: impl FnOnce(&mut Quiet) -> T) -> T {
        with(&mut self.quiet.write_value())
    }

    /// The visitor's token, once there is one.
    pub fn token(self) -> Option<String> {
        self.quiet(|q| q.memory.token.clone())
    }

    /// The conversation, once there is one.
    pub fn conversation(self) -> Option<ConversationId> {
        self.quiet(|q| q.memory.conversation.as_ref().map(|opened| opened.id.clone()))
    }

    /// Whether messages are in view; nobody reads a hidden page.
    fn is_in_view(self) -> bool {
        self.quiet(|q| q.in_view) && !document().hidden()
    }

    /// Writes down what must survive a reload.
    pub fn remember(self) {
        let (outbox, rated) = self.state.now(|state| (state.outbox.all().to_vec(), state.rated));
        self.quiet(|q| {
            q.memory.outbox = outbox;
            q.memory.rated = rated;
            store::save(q.look.key.as_str(), &q.memory);
        });
    }

    /// Forgets the visitor: everything is as on a first visit.
    fn forget(self) {
        if let Some(token) = self.token() {
            leptos::task::spawn_local(server::logout(token));
        }
        self.disconnect();
        self.quiet(|q| {
            q.work.cancel();
            q.memory = Memory::default();
            store::wipe(q.look.key.as_str());
        });
        self.state.change(|state| {
            state.clear();
            state.outbox = Outbox::default();
            state.caught_up = true;
            state.ended = false;
            state.rated = 0;
        });
        self.tell_unread(0);
    }

    /// Another tab began, continued or ended the visitor's stay: this one does the same.
    fn follow_other_tab(self) {
        let same = self.quiet(|q| {
            let theirs = store::load(q.look.key.as_str());
            let ours = &mut q.memory;
            let same = theirs.token == ours.token && theirs.conversation == ours.conversation;
            if same {
                ours.seen = ours.seen.max(theirs.seen);
            } else {
                let outbox = std::mem::take(&mut ours.outbox);
                *ours = Memory { outbox, ..theirs };
                q.work.cancel();
            }
            same
        });
        if !same {
            self.disconnect();
            self.state.change(State::clear);
            self.resume();
        }
    }

    /// Follows the remembered conversation from its beginning.
    pub fn resume(self) {
        self.follow(self.quiet(|q| q.memory.conversation.is_none()));
    }

    /// Follows the remembered conversation; what comes first is news if it is `caught_up` from the
    /// start, and else history.
    fn follow(self, caught_up: bool) {
        let opened = self.quiet(|q| q.memory.conversation.clone());
        self.state.change(|state| {
            state.caught_up = caught_up;
            if let Some(opened) = &opened {
                state.thread = Thread::of(opened.owner.clone());
            }
        });
        if opened.is_none() {
            return;
        }
        if self.live().is_some() {
            self.subscribe();
        } else {
            self.connect();
        }
    }

    /// Follows the conversation from now on; one that is `new` has no history.
    pub fn adopt(self, opened: Opened, new: bool) {
        self.quiet(|q| q.memory.conversation = Some(opened));
        self.remember();
        self.state.change(State::clear);
        self.follow(new);
    }

    /// Drops the live channel, whose token is not the visitor's any more.
    pub fn disconnect(self) {
        drop(self.quiet(|q| q.live.take()));
    }

    fn connect(self) {
        let hello = move || {
            Object::new().text("type", "hello").maybe("token", self.token().as_deref()).end()
        };
        let live = Live::connect(Handler {
            hello: Box::new(hello),
            on_frame: Box::new(move |frame| self.receive(frame)),
            poll: Box::new(move || Box::pin(self.poll())),
            on_status: Box::new(move |status| self.state.change(|state| state.status = status)),
        });
        self.quiet(|q| q.live = Some(live));
    }

    fn live(self) -> Option<Live> {
        self.quiet(|q| q.live.clone())
    }

    fn wake(self) {
        if self.is_in_view() {
            self.mark_seen();
        }
        if let Some(live) = self.live() {
            live.wake();
        }
    }

    fn subscribe(self) {
        if let (Some(live), Some(id)) = (self.live(), self.conversation()) {
            // What is told for a moment is told anew to each subscription.
            self.state.change(|state| state.moment = Moment::default());
            live.send(&subscribe(&id, self.newest()));
        }
    }

    fn newest(self) -> Seq {
        self.state.now(|state| state.thread.seq())
    }

    /// Asks over HTTP for what the channel would have brought.
    async fn poll(self) -> bool {
        let (Some(token), Some(id)) = (self.token(), self.conversation()) else { return false };
        let Ok(events) = server::events(token, &id, self.newest()).await else { return false };
        for event in &events {
            self.take(id.as_str(), event);
        }
        self.catch_up();
        self.back_online();
        true
    }

    /// Takes in a frame; says whether it was `ready`.
    fn receive(self, frame: &str) -> bool {
        let Some(frame) = seen::frame(&json::parse(frame)) else { return false };
        let is_ready = frame == Frame::Ready;
        match frame {
            Frame::Ready => {
                self.subscribe();
                self.back_online();
            }
            Frame::About(id, News::Event(event)) => self.take(&id, &event),
            Frame::About(id, News::CaughtUp) if self.is_ours(&id) => self.catch_up(),
            Frame::About(id, News::Fleeting(what)) if self.is_ours(&id) => {
                self.state.change(|state| state.moment.hear(what));
            }
            // The token, or the conversation it led to, is not known any more. What was said with it
            // cannot be reached; what is not sent yet begins anew.
            Frame::Error(code)
                if code == "not_signed_in"
                    || (code == "not_found" && !self.state.now(|state| state.caught_up)) =>
            {
                self.lose_session();
                self.work_on();
            }
            _ => {}
        }
        is_ready
    }

    fn is_ours(self, conversation: &str) -> bool {
        self.conversation().is_some_and(|ours| ours.as_str() == conversation)
    }

    /// Takes in an event; what was seen already, or is not ours, changes nothing.
    fn take(self, conversation: &str, event: &Seen) {
        if !self.is_ours(conversation) {
            return;
        }
        let (new, caught_up, settled) = self.state.change_unseen(|state| {
            let new = state.thread.apply(event);
            (new, state.caught_up, new && state.react(event))
        });
        if settled {
            self.remember();
        }
        // History is drawn once, when all of it is there, and is no news to the host page.
        if new && caught_up {
            tell(event);
            self.state.show();
            self.mark_seen();
        }
    }

    fn catch_up(self) {
        self.state.change(|state| state.caught_up = true);
        self.mark_seen();
    }

    /// Counts as seen what is in view; tells the host page what is not.
    fn mark_seen(self) {
        if !self.state.now(|state| state.caught_up) {
            return;
        }
        let newest = self.newest();
        let seen = self.quiet(|q| q.memory.seen);
        if self.is_in_view() {
            if newest > seen {
                self.quiet(|q| q.memory.seen = newest);
                self.remember();
            }
            self.tell_unread(0);
        } else {
            let unread = self.state.now(|state| state.thread.unread_since(seen));
            self.tell_unread(u32::try_from(unread).unwrap_or(u32::MAX));
        }
    }

    fn tell_unread(self, unread: u32) {
        if self.quiet(|q| std::mem::replace(&mut q.told_unread, unread)) != unread {
            shell::tell("unread", &unread.into());
        }
    }

    fn back_online(self) {
        self.state.change(|state| state.outbox.revive());
        self.work_on();
    }

    fn note_typing(self) {
        let Some(id) = self.conversation() else { return };
        let typing = self.quiet(|q| q.typing.clone());
        typing.note(move |on| {
            if let Some(live) = self.live() {
                live.send(&typing_frame(&id, on));
            }
        });
    }
}

impl State {
    /// Forgets the conversation and what was said of it.
    pub fn clear(&mut self) {
        self.thread = Thread::default();
        self.moment = Moment::default();
        self.problem = None;
    }

    /// What follows from an event; says whether a message that was on its way has arrived.
    fn react(&mut self, event: &Seen) -> bool {
        match &event.what {
            What::Message(message) => {
                self.moment.said(message.author.kind);
                message.client_id.as_ref().is_some_and(|id| self.outbox.settle(id))
            }
            What::Handoff(_) => {
                self.moment.handed_over();
                false
            }
            _ => false,
        }
    }
}

/// Tells the host page what has happened.
fn tell(event: &Seen) {
    match &event.what {
        What::Message(message) => {
            let kind = match message.author.kind {
                AuthorKind::Visitor => return,
                AuthorKind::Agent => "agent",
                AuthorKind::Staff => "staff",
            };
            shell::tell_of("message", &[("kind", kind), ("name", &message.author.name)]);
        }
        What::Handoff(handoff) => {
            let (from, to) = (&handoff.from.name, &handoff.to.name);
            shell::tell_of("handoff", &[("from", from), ("to", to)]);
        }
        _ => {}
    }
}

fn subscribe(conversation: &ConversationId, after: Seq) -> String {
    let frame = Object::new().text("type", "subscribe");
    frame.text("conversation", conversation.as_str()).number("after", after).end()
}

fn typing_frame(conversation: &ConversationId, on: bool) -> String {
    let frame = Object::new().text("type", "typing");
    let on = if on { "true" } else { "false" };
    frame.text("conversation", conversation.as_str()).raw("on", on).end()
}

#[cfg(test)]
mod tests {
    use shared::live::ClientFrame;

    use super::*;

    #[test]
    fn frames_say_what_the_server_reads() {
        let conversation: ConversationId = "cnv_1".parse().expect("an id");
        let check = |frame: &str, meant: ClientFrame| {
            assert_eq!(serde_json::from_str::<ClientFrame>(frame).expect("a frame"), meant);
        };
        check(
            &subscribe(&conversation, 7),
            ClientFrame::Subscribe { conversation: conversation.clone(), after: 7 },
        );
        for on in [true, false] {
            let frame = typing_frame(&conversation, on);
            check(&frame, ClientFrame::Typing { conversation: conversation.clone(), on });
        }
    }
}
