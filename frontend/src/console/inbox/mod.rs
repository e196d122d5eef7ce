//! The inbox: the list, the open conversation and its brief.

mod actions;
mod approval;
mod arguments;
mod brief;
mod composer;
mod conversation;
mod details;
mod facts;
mod head;
mod here;
mod item;
mod keys;
mod list;
mod list_view;
mod open;
mod people;
mod record;
mod request;
mod seen;
mod state;
mod thread;
mod thread_view;
mod trace;
mod trace_view;
mod waiting;

use leptos::{ev, prelude::*};
use wasm_bindgen::JsCast;

use self::{
    conversation::ConversationPane,
    keys::{KeyHelp, Shortcut, shortcut},
    list_view::ListPane,
    state::{InboxState, Pane},
};
pub use self::{
    head::fold, here::People, item::ItemView, people::agents_in, thread::items,
    trace_view::timeline, waiting::Waiting,
};
use super::{nav::Nav, route::Route};

/// The inbox.
#[component]
pub fn Inbox() -> impl IntoView {
    let nav = Nav::here();
    let state = InboxState::provide();
    let help = RwSignal::new(false);
    let open = Memo::new(move |_| match nav.route() {
        Route::Inbox(id) => id,
        _ => None,
    });
    Effect::new(move |_| {
        open.track();
        state.pane.set(Pane::Conversation);
    });
    let keys = window_event_listener(ev::keydown, move |event| {
        let modified = event.ctrl_key() || event.meta_key() || event.alt_key();
        let Some(does) = shortcut(&event.key(), is_typing(), modified) else { return };
        if document().query_selector("dialog[open]").ok().flatten().is_some() {
            return;
        }
        if does != Shortcut::Leave {
            event.prevent_default();
        }
        match does {
            Shortcut::Help => help.set(true),
            Shortcut::Leave => leave(nav),
            other => state.command(other),
        }
    });
    on_cleanup(move || keys.remove());
    let pane = move || match (open.with(Option::is_some), state.pane.get()) {
        (false, _) => "list",
        (true, Pane::Conversation) => "conversation",
        (true, Pane::Brief) => "brief",
    };
    view! {
        <div class="inbox" data-pane=pane class:no-brief=move || !state.wide_brief.get()>
            <ListPane open=open on_help=Callback::new(move |()| help.set(true))/>
            {move || match open.get() {
                Some(id) => view! { <ConversationPane id=id/> }.into_any(),
                None => view! { <Nothing/> }.into_any(),
            }}
        </div>
        {move || {
            help.get().then(|| view! { <KeyHelp on_close=Callback::new(move |()| help.set(false))/> })
        }}
    }
}

#[component]
fn Nothing() -> impl IntoView {
    view! {
        <section class="thread-pane thread-none" aria-label="Conversation">
            <div class="empty">
                <p class="empty-title">"No conversation is open"</p>
                <p>"Choose one from the list, or press " <kbd>"j"</kbd> " to open the first."</p>
            </div>
        </section>
    }
}

fn is_typing() -> bool {
    let active = document().active_element();
    active.is_some_and(|e| matches!(e.tag_name().as_str(), "INPUT" | "TEXTAREA" | "SELECT"))
}

fn leave(nav: Nav) {
    let active = document().active_element();
    match active.and_then(|e| e.dyn_into::<web_sys::HtmlElement>().ok()) {
        Some(element) if is_typing() => {
            let _ = element.blur();
        }
        _ => nav.go(Route::Inbox(None)),
    }
}
