//! The transcript on the page: items by day, what is on its way, what is being written.

use gloo_timers::callback::Timeout;
use leptos::{ev, html, prelude::*};
use shared::{message::AuthorKind, time::Timestamp};

use super::{
    super::{clock, format},
    composer::send_reply,
    item::{DraftView, ItemView, PendingView},
    open::Open,
    state::InboxState,
    thread::{self, Item, Pending},
};

/// How near the end counts as the end, in pixels.
const AT_END_PX: i32 = 60;

/// The transcript.
#[component]
pub fn Thread() -> impl IntoView {
    let open = Open::here();
    let state = InboxState::here();
    let scroll = NodeRef::<html::Div>::new();
    let at_end = RwSignal::new(true);
    let was_at = StoredValue::new(0);
    let rows = Memo::new(move |_| {
        let all = open.events.with(|e| thread::items(e));
        rows(all, state.workings.get())
    });
    let to_end = move || {
        if let Some(node) = scroll.try_get_untracked().flatten() {
            node.set_scroll_top(node.scroll_height());
        }
    };
    Effect::new(move |_| {
        rows.track();
        open.pending.track();
        open.moment.track();
        if at_end.get_untracked() {
            // After the browser has laid out what is new.
            Timeout::new(0, to_end).forget();
        }
    });
    let scrolled = move |_: ev::Event| {
        if let Some(node) = scroll.get_untracked() {
            let top = node.scroll_top();
            let near = node.scroll_height() - top - node.client_height() < AT_END_PX;
            // What grows below meanwhile is followed; only going back is reading back.
            if near || top < was_at.get_value() {
                at_end.set(near);
            }
            was_at.set_value(top);
        }
    };
    let retry = Callback::new(move |p: Pending| send_reply(open, p));
    let discard = Callback::new(move |gone: Pending| {
        open.pending.update(|list| list.retain(|p| p.client_id != gone.client_id));
    });
    view! {
        <div class="thread" node_ref=scroll on:scroll=scrolled tabindex="0" role="log" aria-label="Transcript">
            {move || {
                open.truncated
                    .get()
                    .then(|| {
                        view! {
                            <button type="button" class="button small older" on:click=move |_| open.load_older()>
                                "Show older"
                            </button>
                        }
                    })
            }}
            <ol class="items">
                <For each=move || rows.get() key=Row::key let:row>
                    {match row {
                        Row::Day(at) => view! { <li class="day">{day(at)}</li> }.into_any(),
                        Row::Item(item) => view! { <ItemView item=item/> }.into_any(),
                    }}
                </For>
                <For each=move || open.pending.get() key=|p| (p.client_id.clone(), p.failed.clone()) let:pending>
                    <PendingView pending=pending retry=retry discard=discard/>
                </For>
            </ol>
            <Writing/>
        </div>
        {move || {
            (!at_end.get())
                .then(|| {
                    view! {
                        <button type="button" class="button small to-end" on:click=move |_| to_end()>
                            "To the newest ↓"
                        </button>
                    }
                })
        }}
    }
}

/// What others are writing right now.
#[component]
fn Writing() -> impl IntoView {
    let open = Open::here();
    let author = Memo::new(move |_| {
        open.moment.with(|p| p.draft.as_ref().map(|draft| draft.author.clone()))
    });
    let text = Signal::derive(move || {
        open.moment.with(|p| p.draft.as_ref().map(|draft| draft.delta.clone())).unwrap_or_default()
    });
    view! {
        {move || author.get().map(|author| view! { <DraftView author=author text=text/> })}
        <p class="typing">
            {move || {
                open.moment
                    .with(|moment| moment.typing.clone())
                    .map(|a| {
                        let who = if a.kind == AuthorKind::Visitor { "The visitor".to_owned() } else { a.name };
                        format!("{who} is typing…")
                    })
            }}
        </p>
    }
}

#[derive(Debug, Clone, PartialEq)]
enum Row {
    Day(Timestamp),
    Item(Item),
}

impl Row {
    /// A row is made anew when something was added to it.
    fn key(&self) -> (bool, i64, u64) {
        match self {
            Self::Day(at) => (true, at.0, 0),
            Self::Item(item) => (false, item.seq.cast_signed(), item.last),
        }
    }
}

/// The items that are shown, with a line where a day begins.
fn rows(items: Vec<Item>, workings: bool) -> Vec<Row> {
    let mut rows = Vec::with_capacity(items.len() + 2);
    let mut before: Option<Timestamp> = None;
    for item in items {
        if !workings && !thread::is_essential(&item) {
            continue;
        }
        let offset = clock::utc_offset_minutes(item.at);
        if before.is_none_or(|b| !format::same_day(b, item.at, offset)) {
            rows.push(Row::Day(item.at));
        }
        before = Some(item.at);
        rows.push(Row::Item(item));
    }
    rows
}

fn day(at: Timestamp) -> String {
    format::date(at, clock::utc_offset_minutes(at))
}
