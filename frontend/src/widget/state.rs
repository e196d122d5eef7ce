//! All that the widget shows.

use leptos::prelude::*;
use shared::{fleeting::Moment, id::Seq};

use super::{outbox::Outbox, thread::Thread};
use crate::live::Status;

/// All that the widget shows.
#[derive(Debug, Clone, PartialEq)]
pub struct State {
    /// The conversation.
    pub thread: Thread,
    /// What is on its way.
    pub outbox: Outbox,
    /// What is being said or typed.
    pub moment: Moment,
    /// How the page is connected.
    pub status: Status,
    /// Whether the history is there.
    pub caught_up: bool,
    /// What went wrong, for the visitor to read.
    pub problem: Option<String>,
    /// Whether the conversation that was here can no longer be reached from this browser.
    pub ended: bool,
    /// The end of the conversation that the visitor has rated.
    pub rated: Seq,
}

impl State {
    /// Whether the visitor and the desk talk, or are about to.
    pub fn talks(&self) -> bool {
        self.thread.owner().is_some() || !self.outbox.all().is_empty()
    }
}

/// The state, in a signal. Its methods take closures without their types, so that there is one copy
/// of the machinery behind each.
#[derive(Debug, Clone, Copy)]
pub struct Shown(RwSignal<State, LocalStorage>);

impl Shown {
    /// Shows `state`.
    pub fn new(state: State) -> Self {
        Self(RwSignal::new_local(state))
    }

    /// Reads it; whoever does so in a region is drawn anew at every change.
    pub fn with(self, read: &mut dyn FnMut(&State)) {
        self.0.with(|state| read(state));
    }

    /// What `read` says of it, now.
    pub fn now<T>(self, read: impl FnOnce(&State) -> T) -> T {
        read(&self.0.read_untracked())
    }

    /// Changes it, and has it shown.
    pub fn change<T>(self, change: impl FnOnce(&mut State) -> T) -> T {
        let said = self.change_unseen(change);
        self.show();
        said
    }

    /// Changes it; shown with what changes next.
    pub fn change_unseen<T>(self, change: impl FnOnce(&mut State) -> T) -> T {
        change(&mut self.0.write_untracked())
    }

    /// Has it shown as it is.
    pub fn show(self) {
        self.0.notify();
    }
}
