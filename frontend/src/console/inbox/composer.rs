//! Where a person writes: a reply to the visitor, or a note that the visitor never sees.

use gloo_timers::callback::Timeout;
use leptos::{ev, html, prelude::*, task::spawn_local};
use shared::{
    api::{AddNote, SendMessage},
    limits::{MESSAGE_CHARS, NOTE_CHARS},
    live::ClientFrame,
    owner::Owner,
};

use super::{
    super::{client::new_client_id, words},
    keys::Shortcut,
    open::Open,
    state::InboxState,
    thread::Pending,
};

/// After so long without a key nobody is typing any more, in milliseconds.
const TYPING_PAUSE_MS: u32 = 4_000;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mode {
    Reply,
    Note,
}

/// Where a person writes.
#[component]
pub fn Composer() -> impl IntoView {
    let open = Open::here();
    let state = InboxState::here();
    let kept = state.drafts.with_value(|d| d.get(&open.id()).cloned().unwrap_or_default());
    let mode = RwSignal::new(Mode::Reply);
    let (reply, note) = (RwSignal::new(kept.0), RwSignal::new(kept.1));
    let node = NodeRef::<html::Textarea>::new();
    let owner = Memo::new(move |_| open.head.with(|h| h.as_ref().map(|h| h.owner.clone())));
    let obstacle = Memo::new(move |_| {
        if mode.get() == Mode::Note { None } else { owner.get().and_then(|o| obstacle(open, &o)) }
    });
    Effect::new(move |_| {
        let kept = (reply.get(), note.get());
        state.drafts.update_value(|d| drop(d.insert(open.id(), kept)));
    });
    on_cleanup(move || keep_unsent(open, state));
    let text = move || if mode.get() == Mode::Note { note } else { reply };
    let limit = move || if mode.get() == Mode::Note { NOTE_CHARS } else { MESSAGE_CHARS };
    let too_long = Memo::new(move |_| text().with(|t| t.chars().count()).checked_sub(limit() + 1));
    let write = move |to: Mode| {
        mode.set(to);
        focus_soon(node);
    };
    state.on_command(move |does| match does {
        Shortcut::Reply => write(Mode::Reply),
        Shortcut::Note => write(Mode::Note),
        _ => {}
    });
    let typing = Typing::new(open);
    let send = move || {
        let text = text();
        let words = text.with_untracked(|t| t.trim().to_owned());
        if words.is_empty()
            || too_long.get_untracked().is_some()
            || obstacle.get_untracked().is_some()
        {
            return;
        }
        text.set(String::new());
        typing.stop();
        if mode.get_untracked() == Mode::Reply {
            send_reply(open, Pending { client_id: new_client_id(), text: words, failed: None });
        } else {
            send_note(open, words, note);
        }
    };
    let key = move |event: ev::KeyboardEvent| {
        if event.key() == "Enter" && !event.shift_key() && !event.is_composing() {
            event.prevent_default();
            send();
        }
    };
    view! {
        <div class="composer" class:is-note=move || mode.get() == Mode::Note>
            <div class="composer-tabs" role="group" aria-label="What to write">
                <ModeTab mode=mode own=Mode::Reply name="Reply" keys="r"/>
                <ModeTab mode=mode own=Mode::Note name="Internal note" keys="n"/>
            </div>
            <textarea
                id="composer"
                node_ref=node
                rows="2"
                aria-label=move || if mode.get() == Mode::Note { "Internal note" } else { "Reply" }
                placeholder=move || invitation(mode.get(), obstacle.get())
                disabled=move || obstacle.get().is_some()
                prop:value=move || text().get()
                on:input:target=move |ev| {
                    text().set(ev.target().value());
                    if mode.get_untracked() == Mode::Reply {
                        typing.go_on();
                    }
                }
                on:keydown=key
                on:blur=move |_| typing.stop()
            ></textarea>
            <div class="composer-foot">
                <span class="hint" class:fault=move || too_long.get().is_some()>
                    {move || match too_long.get() {
                        Some(by) => format!("{} too long.", words::plural(by + 1, "character")),
                        None if obstacle.get().is_some() => String::new(),
                        None => "Enter sends, Shift + Enter begins a new line.".to_owned(),
                    }}
                </span>
                <button
                    type="button"
                    class="button primary"
                    disabled=move || obstacle.get().is_some() || too_long.get().is_some() || text().with(|t| t.trim().is_empty())
                    on:click=move |_| send()
                >
                    {move || if mode.get() == Mode::Note { "Add note" } else { "Send" }}
                </button>
            </div>
        </div>
    }
}

#[component]
fn ModeTab(
    mode: RwSignal<Mode>,
    own: Mode,
    name: &'static str,
    keys: &'static str,
) -> impl IntoView {
    view! {
        <button
            type="button"
            class="mode-tab"
            title=format!("{name} ({keys})")
            aria-pressed=move || (mode.get() == own).to_string()
            on:click=move |_| mode.set(own)
        >
            {name}
        </button>
    }
}

/// What stands in the empty box.
fn invitation(mode: Mode, obstacle: Option<String>) -> String {
    match (mode, obstacle) {
        (Mode::Note, _) => "Only the desk sees this note.".to_owned(),
        (Mode::Reply, Some(why)) => why,
        (Mode::Reply, None) => "Write to the visitor.".to_owned(),
    }
}

/// A box that was closed to a reply opens to a note with the next drawing, not before.
fn focus_soon(node: NodeRef<html::Textarea>) {
    Timeout::new(0, move || {
        if let Some(node) = node.try_get_untracked().flatten() {
            let _ = node.focus();
        }
    })
    .forget();
}

/// Who leaves with a reply that did not arrive finds its text in the box when they come back.
fn keep_unsent(open: Open, state: InboxState) {
    let pending = open.pending.try_get_untracked().unwrap_or_default();
    let unsent: Vec<_> =
        pending.into_iter().filter(|p| p.failed.is_some()).map(|p| p.text).collect();
    if !unsent.is_empty() {
        let id = open.id();
        state.drafts.try_update_value(|d| {
            let (reply, _) = d.entry(id).or_default();
            reply.insert_str(0, &(unsent.join("\n\n") + "\n"));
        });
    }
}

/// Why the reader cannot answer the visitor now.
fn obstacle(open: Open, owner: &Owner) -> Option<String> {
    match owner {
        Owner::Staff { .. } if open.desk.with_value(|d| owner.is_staff(d.my_id())) => None,
        Owner::Staff { name, .. } => {
            Some(format!("{name} answers this conversation. You can add a note."))
        }
        Owner::Queue { .. } => Some("Claim the conversation to answer.".to_owned()),
        Owner::Agent { name, .. } => {
            Some(format!("{name} is answering. Take over to answer yourself."))
        }
        Owner::Nobody => {
            Some("The conversation is closed. It opens again when the visitor writes.".to_owned())
        }
    }
}

/// Sends a reply, which stands in the transcript at once, marked as on its way.
pub fn send_reply(open: Open, reply: Pending) {
    let message = SendMessage { client_id: reply.client_id.clone(), text: reply.text.clone() };
    open.pending.update(|list| {
        list.retain(|p| p.client_id != reply.client_id);
        list.push(Pending { failed: None, ..reply });
    });
    let (desk, id) = (open.desk(), open.id());
    spawn_local(async move {
        if let Err(failure) = desk.reply(&id, &message).await {
            open.pending.try_update(|list| {
                if let Some(p) = list.iter_mut().find(|p| p.client_id == message.client_id) {
                    p.failed = Some(failure.to_string());
                }
            });
        }
    });
}

/// Adds a note; if that fails, the text comes back.
fn send_note(open: Open, text: String, back: RwSignal<String>) {
    let (desk, id) = (open.desk(), open.id());
    spawn_local(async move {
        if let Err(failure) = desk.note(&id, &AddNote { text: text.clone() }).await {
            back.try_update(|b| {
                if b.is_empty() {
                    *b = text;
                }
            });
            open.toasts.failed(&failure);
        }
    });
}

/// Tells the visitor that somebody is typing: once at the start, once at the end.
#[derive(Debug, Clone, Copy)]
struct Typing {
    open: Open,
    pause: StoredValue<Option<Timeout>, LocalStorage>,
}

impl Typing {
    fn new(open: Open) -> Self {
        Self { open, pause: StoredValue::new_local(None) }
    }

    fn go_on(self) {
        let pause = Timeout::new(TYPING_PAUSE_MS, move || self.stop());
        if self.pause.try_update_value(|p| p.replace(pause)).flatten().is_none() {
            self.tell(true);
        }
    }

    fn stop(self) {
        if self.pause.try_update_value(Option::take).flatten().is_some() {
            self.tell(false);
        }
    }

    fn tell(self, on: bool) {
        self.open.live.send(&ClientFrame::Typing { conversation: self.open.id(), on });
    }
}
