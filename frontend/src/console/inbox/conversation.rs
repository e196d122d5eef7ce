//! The open conversation on the page: who it is, what can be done, transcript, composer, brief.

use leptos::{ev, prelude::*};
use shared::{id::ConversationId, owner::Owner};

use super::{
    super::{
        icon::{BACK, BRIEF, Icon},
        load::{Empty, FailureNote, Load, Skeleton},
        nav::Link,
        route::Route,
    },
    actions::Actions,
    approval::WaitingApprovals,
    brief::BriefPane,
    composer::Composer,
    keys::Shortcut,
    list_view::owner_chip,
    open::Open,
    state::{InboxState, Pane},
    thread_view::Thread,
    trace_view::TracePane,
};

/// The open conversation.
#[component]
pub fn ConversationPane(
    /// Which.
    id: ConversationId,
) -> impl IntoView {
    let open = Open::provide(id);
    let state = InboxState::here();
    state.on_command(move |does| match does {
        Shortcut::Brief => toggle_brief(state),
        Shortcut::Workings => state.workings.update(|on| *on = !*on),
        Shortcut::Trace => state.tracing.update(|on| *on = !*on),
        _ => {}
    });
    let seq = Memo::new(move |_| open.head.with(|h| h.as_ref().map(|h| h.seq)));
    let look = move || {
        if let Some(seq) = seq.get_untracked().filter(|_| !document().hidden()) {
            state.seen.mark(&open.id(), seq);
        }
    };
    Effect::new(move |_| {
        seq.track();
        look();
    });
    let came_back = window_event_listener(ev::visibilitychange, move |_| look());
    on_cleanup(move || came_back.remove());
    // Made anew only when the loading goes on, not with every event.
    let stage = Memo::new(move |_| open.load.get());
    move || {
        match stage.get() {
        Load::Waiting => {
            view! { <section class="thread-pane" aria-label="Conversation"><Skeleton/></section> }.into_any()
        }
        Load::Failed(failure) => {
            view! {
                <section class="thread-pane thread-none" aria-label="Conversation">
                    {if failure.code() == "not_found" {
                        view! {
                            <Empty title="There is no such conversation" text="The link may be old, or it was copied in part.">
                                <Link to=Route::Inbox(None) class="button">"Back to the list"</Link>
                            </Empty>
                        }
                        .into_any()
                    } else {
                        view! {
                            <p class="back"><Link to=Route::Inbox(None) class="button">"Back to the list"</Link></p>
                            <FailureNote text=failure.to_string() retry=move || open.reload()/>
                        }
                        .into_any()
                    }}
                </section>
            }
            .into_any()
        }
        Load::Ready(()) => {
            view! {
                <section class="thread-pane" aria-label="Conversation">
                    <Head/>
                    {move || if state.tracing.get() { view! { <TracePane/> }.into_any() } else { view! { <Thread/> }.into_any() }}
                    <WaitingApprovals/>
                    <Composer/>
                </section>
                <BriefPane/>
            }
            .into_any()
        }
    }
    }
}

#[component]
fn Head() -> impl IntoView {
    let open = Open::here();
    let state = InboxState::here();
    let visitor = Memo::new(move |_| open.head.with(|h| h.as_ref().map(|h| h.visitor.clone())));
    let owner = Memo::new(move |_| open.head.with(|h| h.as_ref().map(|h| h.owner.clone())));
    let mine = Memo::new(move |_| {
        let me = open.desk.with_value(|d| d.my_id().clone());
        owner.with(|o| o.as_ref().is_some_and(|o| o.is_staff(&me)))
    });
    view! {
        <header class="thread-head">
            <Link to=Route::Inbox(None) class="icon-button back"><Icon path=BACK/><span class="sr-only">"Back to the list"</span></Link>
            <div class="thread-who">
                <h1 class="thread-name">
                    {move || visitor.get().map(|v| v.display_name().to_owned())}
                </h1>
                <p class="thread-owner">
                    {move || owner.get().map(|o| held_by(&o, mine.get()))}
                </p>
            </div>
            <Actions/>
            <button
                type="button"
                class="icon-button brief-switch"
                title="Brief (i)"
                aria-label="Show or hide the brief"
                aria-pressed=move || brief_shown(state).to_string()
                on:click=move |_| toggle_brief(state)
            >
                <Icon path=BRIEF/>
            </button>
        </header>
    }
}

fn held_by(owner: &Owner, mine: bool) -> AnyView {
    if mine {
        return view! { <span class="owner staff">"Yours"</span> }.into_any();
    }
    let word = match owner {
        Owner::Agent { version, .. } => format!("AI agent, version {version}"),
        Owner::Queue { .. } => "waits to be claimed".to_owned(),
        Owner::Staff { .. } => "has this conversation".to_owned(),
        Owner::Nobody => String::new(),
    };
    view! {
        {owner_chip(owner)}
        <span class="hint">{word}</span>
    }
    .into_any()
}

/// On a phone the brief takes the place of the transcript; elsewhere it stands beside it.
fn toggle_brief(state: InboxState) {
    if is_narrow() {
        state.pane.update(|p| {
            *p = if *p == Pane::Brief { Pane::Conversation } else { Pane::Brief };
        });
    } else {
        state.wide_brief.update(|on| *on = !*on);
    }
}

fn brief_shown(state: InboxState) -> bool {
    if is_narrow() { state.pane.get() == Pane::Brief } else { state.wide_brief.get() }
}

/// Whether only one pane fits: the width at which inbox.css changes.
fn is_narrow() -> bool {
    let query = window().match_media("(max-width: 1100px)").ok().flatten();
    query.is_some_and(|q| q.matches())
}
