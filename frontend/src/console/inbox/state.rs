//! What the parts of the inbox share.

use std::collections::HashMap;

use leptos::{prelude::*, task::spawn_local};
use shared::{
    api::{Counts, InboxPage, Summary, View},
    id::ConversationId,
    live::LiveFrame,
};

use super::{
    super::{
        client::{Desk, Failure},
        live::Live,
        load::Load,
        toast::Toasts,
    },
    keys::Shortcut,
    list::{self, Shown},
    seen::Seen,
    waiting::Waiting,
};

/// What a phone shows of an open conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pane {
    /// The transcript.
    Conversation,
    /// The brief.
    Brief,
}

/// What was typed and not sent, per conversation: a reply and a note.
pub type Drafts = HashMap<ConversationId, (String, String)>;

/// What the parts of the inbox share.
#[derive(Debug, Clone, Copy)]
pub struct InboxState {
    /// Which view is open.
    pub view: RwSignal<View>,
    /// What is searched for.
    pub query: RwSignal<String>,
    /// The lines that are there.
    pub lines: RwSignal<Vec<Summary>>,
    /// How far the lines have come.
    pub load: RwSignal<Load<()>>,
    /// Where the next page begins, if there is one.
    pub next: RwSignal<Option<String>>,
    /// How many conversations each view has.
    pub counts: RwSignal<Option<Counts>>,
    /// What a phone shows.
    pub pane: RwSignal<Pane>,
    /// Whether the brief stands beside the transcript where there is room.
    pub wide_brief: RwSignal<bool>,
    /// Whether the transcript shows how Baton worked.
    pub workings: RwSignal<bool>,
    /// Whether the trace stands in place of the transcript.
    pub tracing: RwSignal<bool>,
    /// The newest command of the keyboard, and how many there were.
    pub commanded: RwSignal<(u32, Option<Shortcut>)>,
    /// What was typed and not sent.
    pub drafts: StoredValue<Drafts>,
    /// How far the reader has seen each conversation.
    pub seen: Seen,
    run: StoredValue<u32>,
    desk: StoredValue<Desk>,
    toasts: Toasts,
    waiting: Waiting,
}

impl InboxState {
    /// Loads the list and follows it.
    pub fn provide() -> Self {
        let desk = expect_context::<Desk>();
        let state = Self {
            view: RwSignal::new(View::Waiting),
            query: RwSignal::new(String::new()),
            lines: RwSignal::new(Vec::new()),
            load: RwSignal::new(Load::Waiting),
            next: RwSignal::new(None),
            counts: RwSignal::new(None),
            pane: RwSignal::new(Pane::Conversation),
            wide_brief: RwSignal::new(true),
            workings: RwSignal::new(false),
            tracing: RwSignal::new(false),
            commanded: RwSignal::new((0, None)),
            drafts: StoredValue::new(HashMap::new()),
            seen: Seen::of(desk.my_id().clone()),
            run: StoredValue::new(0),
            desk: StoredValue::new(desk),
            toasts: Toasts::here(),
            waiting: Waiting::here(),
        };
        provide_context(state);
        Effect::new(move |old: Option<(View, String)>| {
            let now = (state.view.get(), state.query.get());
            if old.as_ref().is_some_and(|o| o.0 != now.0) {
                state.lines.set(Vec::new());
                state.load.set(Load::Waiting);
            }
            state.reload();
            now
        });
        state.follow();
        state
    }

    /// The inbox of the page.
    pub fn here() -> Self {
        expect_context()
    }

    /// Passes on what a key does.
    pub fn command(self, does: Shortcut) {
        self.commanded.update(|(count, newest)| {
            *count += 1;
            *newest = Some(does);
        });
    }

    /// Calls `act` for every command from now on.
    pub fn on_command(self, act: impl Fn(Shortcut) + 'static) {
        Effect::new(move |old: Option<u32>| {
            let (count, newest) = self.commanded.get();
            if let (Some(old), Some(newest)) = (old, newest)
                && old != count
            {
                act(newest);
            }
            count
        });
    }

    /// Loads the first page again.
    pub fn reload(self) {
        let run = self.run.get_value() + 1;
        self.run.set_value(run);
        let (view, query) = (self.view.get_untracked(), self.query.get_untracked());
        let desk = self.desk.get_value();
        spawn_local(async move {
            let answer = desk.inbox(view, query.trim(), None).await;
            if self.run.try_get_value() == Some(run) {
                self.take(answer, false);
            }
        });
    }

    /// Loads the next page.
    pub fn load_more(self) {
        let Some(after) = self.next.get_untracked() else { return };
        let run = self.run.get_value();
        let (view, query) = (self.view.get_untracked(), self.query.get_untracked());
        let desk = self.desk.get_value();
        spawn_local(async move {
            let answer = desk.inbox(view, query.trim(), Some(&after)).await;
            if self.run.try_get_value() == Some(run) {
                self.take(answer, true);
            }
        });
    }

    fn take(self, answer: Result<InboxPage, Failure>, further: bool) {
        match answer {
            Ok(page) => {
                self.waiting.set(page.counts.waiting);
                self.counts.set(Some(page.counts));
                self.next.set(page.next);
                self.lines.update(|lines| {
                    if further {
                        list::extend(lines, page.conversations);
                    } else {
                        *lines = page.conversations;
                    }
                });
                self.load.set(Load::Ready(()));
            }
            Err(failure) if self.lines.with_untracked(Vec::is_empty) => {
                self.load.set(Load::Failed(failure));
            }
            Err(failure) => self.toasts.failed(&failure),
        }
    }

    fn follow(self) {
        let me = self.desk.with_value(|d| d.my_id().clone());
        Live::here().follow(move |frame| match frame {
            // What changed before the line was there, or while it was cut, is not told on it.
            LiveFrame::Ready => self.reload(),
            LiveFrame::Inbox { summary, counts, .. } => {
                self.counts.set(Some(counts.clone()));
                let shown = Shown {
                    view: self.view.get_untracked(),
                    searched: !self.query.with_untracked(|q| q.trim().is_empty()),
                    whole: self.next.with_untracked(Option::is_none),
                };
                self.lines.update(|lines| list::merge(lines, &shown, &me, (**summary).clone()));
            }
            _ => {}
        });
    }
}
