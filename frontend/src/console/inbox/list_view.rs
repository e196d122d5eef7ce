//! The list on the page: views with counts, search, lines, paging.

use leptos::{html, prelude::*};
use shared::{
    api::{Summary, View},
    id::ConversationId,
    limits::QUERY_CHARS,
    message::AuthorKind,
    owner::Owner,
    time::Timestamp,
};
use wasm_bindgen::JsCast;

use super::{
    super::{
        clock::{self, Clock},
        format,
        icon::{HELP, Icon, SEARCH},
        load::{Empty, FailureNote, Load, Skeleton},
        nav::{Link, Nav},
        route::Route,
        words,
    },
    here::WhoIsHere,
    keys::Shortcut,
    list,
    state::InboxState,
};

/// How long to wait for the next key before searching, in milliseconds.
const SEARCH_PAUSE_MS: u32 = 250;

/// The list.
#[component]
pub fn ListPane(
    /// The conversation that is open.
    #[prop(into)]
    open: Signal<Option<ConversationId>>,
    /// Shows the keys.
    on_help: Callback<()>,
) -> impl IntoView {
    let state = InboxState::here();
    let nav = Nav::here();
    state.on_command(move |does| match does {
        Shortcut::View(view) => state.view.set(view),
        Shortcut::Move(steps) => {
            let to = state.lines.with_untracked(|lines| {
                list::neighbour(lines, open.get_untracked().as_ref(), steps)
            });
            if let Some(id) = to {
                reveal(&id);
                nav.go(Route::Inbox(Some(id)));
            }
        }
        _ => {}
    });
    // Lines are made anew only when this changes, not with every answer: under a hand they stay.
    let stage = Memo::new(move |_| state.load.get());
    view! {
        <section class="list-pane" aria-label="Conversations">
            <div class="list-head">
                <WhoIsHere/>
                <Views/>
                <Search on_help=on_help/>
            </div>
            <div class="list-scroll">
                {move || match stage.get() {
                    Load::Waiting => view! { <Skeleton lines=8/> }.into_any(),
                    Load::Failed(failure) => {
                        view! { <FailureNote text=failure.to_string() retry=move || state.reload()/> }.into_any()
                    }
                    Load::Ready(()) => view! { <Lines open=open/> }.into_any(),
                }}
            </div>
        </section>
    }
}

#[component]
fn Views() -> impl IntoView {
    let state = InboxState::here();
    let count = move |view: View| {
        state.counts.get().map(|c| match view {
            View::Waiting => c.waiting,
            View::Mine => c.mine,
            View::All => c.all,
            View::Closed => c.closed,
        })
    };
    let tabs = [View::Waiting, View::Mine, View::All, View::Closed].map(|view| {
        view! {
            <button
                type="button"
                class="view-tab"
                aria-pressed=move || (state.view.get() == view).to_string()
                on:click=move |_| state.view.set(view)
            >
                {words::view_name(view)}
                <span class="view-count" class:hot=move || is_hot(view, count(view))>
                    {move || count(view)}
                </span>
            </button>
        }
    });
    view! { <div class="view-tabs" role="group" aria-label="View">{tabs.into_iter().collect_view()}</div> }
}

#[component]
fn Search(on_help: Callback<()>) -> impl IntoView {
    let state = InboxState::here();
    let input = NodeRef::<html::Input>::new();
    let typed = StoredValue::new(0u32);
    let search = move |text: String| {
        let mark = typed.get_value() + 1;
        typed.set_value(mark);
        gloo_timers::callback::Timeout::new(SEARCH_PAUSE_MS, move || {
            if typed.try_get_value() == Some(mark) {
                state.query.set(text.chars().take(QUERY_CHARS).collect());
            }
        })
        .forget();
    };
    state.on_command(move |does| {
        if let (Shortcut::Search, Some(input)) = (does, input.get_untracked()) {
            let _ = input.focus();
            input.select();
        }
    });
    view! {
        <div class="search">
            <Icon path=SEARCH/>
            <input
                type="search"
                aria-label="Search conversations"
                placeholder="Search"
                maxlength=QUERY_CHARS
                node_ref=input
                on:input:target=move |ev| search(ev.target().value())
            />
            <button
                type="button"
                class="icon-button"
                title="Keyboard (?)"
                aria-label="Keyboard"
                on:click=move |_| on_help.run(())
            >
                <Icon path=HELP/>
            </button>
        </div>
    }
}

#[component]
fn Lines(open: Signal<Option<ConversationId>>) -> impl IntoView {
    let state = InboxState::here();
    let ids = Memo::new(move |_| {
        state.lines.with(|lines| lines.iter().map(|l| l.id.clone()).collect::<Vec<_>>())
    });
    view! {
        {move || ids.with(Vec::is_empty).then(|| nothing(state))}
        <ul class="lines">
            <For each=move || ids.get() key=|id| id.clone() let:id>
                <Line id=id open=open/>
            </For>
        </ul>
        {move || {
            state
                .next
                .with(Option::is_some)
                .then(|| {
                    view! {
                        <button type="button" class="button block" on:click=move |_| state.load_more()>
                            "Show more"
                        </button>
                    }
                })
        }}
    }
}

/// People wait.
fn is_hot(view: View, count: Option<u32>) -> bool {
    view == View::Waiting && count.is_some_and(|n| n > 0)
}

fn nothing(state: InboxState) -> AnyView {
    if !state.query.with(|q| q.trim().is_empty()) {
        let text = "Try fewer words, another view, or an order number.";
        return view! { <Empty title="Nothing found" text=text/> }.into_any();
    }
    let (title, text) = match state.view.get() {
        View::Waiting => {
            ("Nobody is waiting", "A conversation that needs a person appears here at once.")
        }
        View::Mine => ("Nothing is yours", "What you claim appears here."),
        View::All => {
            ("No open conversations", "A conversation appears here when a visitor writes.")
        }
        View::Closed => ("Nothing has been closed", "What you close can be found here."),
    };
    view! { <Empty title=title text=text/> }.into_any()
}

#[component]
fn Line(id: ConversationId, open: Signal<Option<ConversationId>>) -> impl IntoView {
    let state = InboxState::here();
    let key = id.clone();
    let line =
        Memo::new(move |_| state.lines.with(|lines| lines.iter().find(|l| l.id == key).cloned()));
    let route = Route::Inbox(Some(id.clone()));
    let anchor = anchor(&id);
    let current = Signal::derive(move || open.with(|o| o.as_ref() == Some(&id)));
    let unseen = Memo::new(move |_| {
        !current.get()
            && line.with(|line| line.as_ref().is_some_and(|line| state.seen.is_new(line)))
    });
    view! {
        <li id=anchor class="line" class:current=current class:unseen=unseen>
            <Link to=route current=current>
                {move || unseen.get().then(|| view! { <span class="sr-only">"New. "</span> })}
                {move || line.get().map(|line| view! { <LineBody line=line/> })}
            </Link>
        </li>
    }
}

#[component]
fn LineBody(line: Summary) -> impl IntoView {
    let view = InboxState::here().view.get_untracked();
    let name = line.visitor.display_name().to_owned();
    let preview = preview(&line);
    // In these views the view itself says who has it.
    let told = matches!(
        (view, &line.owner),
        (View::Mine | View::Closed, _) | (View::Waiting, Owner::Queue { .. })
    );
    view! {
        <span class="line-top">
            <span class="line-name">{name}</span>
            <LineTime line=line.clone()/>
        </span>
        <span class="line-preview">{preview}</span>
        <span class="line-foot">
            {line.needs_approval.then(|| view! { <span class="chip approval">"Needs approval"</span> })}
            {line.reason.map(|r| view! { <span class="chip" title=r.text>{words::trigger(r.trigger)}</span> })}
            {(!told).then(|| owner_chip(&line.owner))}
            {line
                .rating
                .map(|r| {
                    let label = format!("Rated {r} of 5");
                    view! { <span class="line-rating" role="img" aria-label=label>{format!("★ {r}")}</span> }
                })}
        </span>
    }
}

/// What is wanted, where a person is needed; else the newest message, and who wrote it.
fn preview(line: &Summary) -> String {
    let wanted = line.request.as_ref().filter(|_| list::waiting_since(line).is_some());
    match (wanted, line.last_author) {
        (Some(wanted), _) => plain(wanted),
        (None, Some(AuthorKind::Visitor) | None) => plain(&line.preview),
        (None, Some(_)) => format!("↩ {}", plain(&line.preview)),
    }
}

/// How long somebody has been waiting; elsewhere, how long ago something last happened.
#[component]
fn LineTime(line: Summary) -> impl IntoView {
    let clock = Clock::here();
    let since = list::waiting_since(&line);
    let (updated, deadline) = (line.updated_at, line.deadline);
    let shown = since.unwrap_or(updated);
    let text = Memo::new(move |_| format::short_span(clock.now().since_ms(shown)));
    let late = Memo::new(move |_| deadline.is_some_and(|d| clock.now() > d));
    let told = |at: Timestamp| format::date_and_time(at, clock::utc_offset_minutes(at));
    let title = match (since, deadline) {
        (Some(since), Some(until)) => {
            format!("Waiting since {}; to be claimed by {}", told(since), told(until))
        }
        (Some(since), None) => format!("Waiting since {}", told(since)),
        (None, _) => told(updated),
    };
    view! {
        <span class="line-time" class:waits=since.is_some() class:late=late title=title>
            {since.map(|_| view! { <span class="sr-only">"Waiting "</span> })} {text}
        </span>
    }
}

/// Who holds a conversation.
pub fn owner_chip(owner: &Owner) -> impl IntoView + use<> {
    let kind = match owner {
        Owner::Agent { .. } => "owner agent",
        Owner::Queue { .. } => "owner queue",
        Owner::Staff { .. } => "owner staff",
        Owner::Nobody => "owner nobody",
    };
    let text = words::owner(owner);
    view! { <span class=kind>{text}</span> }
}

/// A line of text without the marks of Markdown.
fn plain(text: &str) -> String {
    text.replace("**", "").replace('`', "")
}

fn anchor(id: &ConversationId) -> String {
    format!("line-{id}")
}

fn reveal(id: &ConversationId) {
    let link = document().get_element_by_id(&anchor(id)).and_then(|e| e.first_element_child());
    if let Some(link) = link.and_then(|e| e.dyn_into::<web_sys::HtmlElement>().ok()) {
        let _ = link.focus();
    }
}
