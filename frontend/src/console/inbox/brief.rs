//! The brief beside the transcript: it spares reading it.

use leptos::prelude::*;
use shared::{
    brief::{Authorisation, Brief, Done, Fact},
    conversation::Conversation,
};
use wasm_bindgen::JsCast;

use super::{
    super::{
        icon::{BACK, Icon, SOURCE},
        words,
    },
    details::Details,
    facts,
    item::anchor,
    open::Open,
    state::{InboxState, Pane},
    thread,
};

/// The brief, or what is known so far where there is none yet, and who the visitor is.
#[component]
pub fn BriefPane() -> impl IntoView {
    let open = Open::here();
    let state = InboxState::here();
    let brief = Memo::new(move |_| open.head.with(|h| h.as_ref().and_then(|h| h.brief.clone())));
    view! {
        <aside class="brief-pane" aria-label="Brief">
            <header class="brief-head">
                <button
                    type="button"
                    class="icon-button back"
                    aria-label="Back to the conversation"
                    on:click=move |_| state.pane.set(Pane::Conversation)
                >
                    <Icon path=BACK/>
                </button>
                <h2>"Brief"</h2>
                {move || brief.get().map(|b| view! { <Way brief=b/> })}
            </header>
            {move || match brief.get() {
                Some(brief) => view! { <BriefBody brief=brief/> }.into_any(),
                None => view! { <Known/> }.into_any(),
            }}
            <Details/>
        </aside>
    }
}

#[component]
fn Way(brief: Brief) -> impl IntoView {
    view! {
        <p class="hint">{words::owner(&brief.from)} " → " {words::owner(&brief.to)}</p>
    }
}

/// What is known of a conversation that was never handed over.
#[component]
fn Known() -> impl IntoView {
    let open = Open::here();
    let facts = Memo::new(move |_| open.head.with(|h| h.as_ref().map(known).unwrap_or_default()));
    view! {
        <p class="hint brief-none">
            "Not handed over yet, so there is no brief. What is known so far:"
        </p>
        {move || {
            let facts = facts.get();
            if facts.is_empty() {
                view! { <p class="hint">"Nothing yet."</p> }.into_any()
            } else {
                view! { <Facts facts=facts/> }.into_any()
            }
        }}
    }
}

fn known(state: &Conversation) -> Vec<Fact> {
    let facts = state.facts.iter().map(|(key, (value, seq))| Fact {
        key: key.clone(),
        value: value.clone(),
        source_seq: *seq,
    });
    facts.collect()
}

/// A brief, whole.
#[component]
pub fn BriefBody(
    /// The brief.
    brief: Brief,
) -> impl IntoView {
    view! {
        <div class="brief">
            <p class="brief-request">{brief.request}</p>
            <div class="brief-why">
                <p>{brief.reason}</p>
                {(!brief.trigger.evidence.is_empty()).then(|| view! { <p class="hint">{brief.trigger.evidence}</p> })}
            </div>
            {listed("Still open", "open", brief.open_questions)}
            {listed("Promised", "promise", brief.promises)}
            {listed("Could not be done", "unable", brief.unable)}
            <Authorised authorisations=brief.authorisations/>
            <DoneList done=brief.done/>
            <Facts facts=brief.facts/>
            <dl class="pairs brief-foot">
                <div><dt>"Mood"</dt><dd>{words::sentiment(brief.sentiment)}</dd></div>
                <div><dt>"Language"</dt><dd>{words::language(&brief.language)}</dd></div>
            </dl>
        </div>
    }
}

fn listed(title: &'static str, kind: &'static str, lines: Vec<String>) -> Option<impl IntoView> {
    (!lines.is_empty()).then(|| {
        let lines = lines.into_iter().map(|l| view! { <li class=kind>{l}</li> }).collect_view();
        view! {
            <h3 class="small-head">{title}</h3>
            <ul class="brief-list">{lines}</ul>
        }
    })
}

#[component]
fn DoneList(done: Vec<Done>) -> impl IntoView {
    (!done.is_empty()).then(|| {
        let lines = done.into_iter().map(|d| {
            // What still waits or failed is no tick.
            let done = ["done", "refunded"].contains(&d.outcome.as_str());
            view! {
                <li class:done=done>
                    {d.action} <span class="hint">{format!(": {}", d.outcome)}</span> <Source seq=d.seq/>
                </li>
            }
        });
        view! {
            <h3 class="small-head">"What has been done"</h3>
            <ul class="brief-list">{lines.collect_view()}</ul>
        }
    })
}

#[component]
fn Authorised(authorisations: Vec<Authorisation>) -> impl IntoView {
    (!authorisations.is_empty()).then(|| {
        let lines = authorisations.into_iter().map(|a| {
            view! {
                <li class="done">
                    {words::title(&a.action)} <span class="hint">{format!(", by {}", a.by)}</span> <Source seq=a.seq/>
                </li>
            }
        });
        view! {
            <h3 class="small-head">"Decided by a person"</h3>
            <ul class="brief-list">{lines.collect_view()}</ul>
        }
    })
}

/// What is known, one block for each order, customer or the like.
#[component]
fn Facts(facts: Vec<Fact>) -> impl IntoView {
    facts::blocks(&facts)
        .into_iter()
        .map(|block| {
            let rows = block.rows.into_iter().map(|row| {
                view! { <div><dt>{row.label}</dt><dd>{row.value} <Source seq=row.seq/></dd></div> }
            });
            view! {
                <section class="fact-block">
                    <h3 class="small-head">{block.title} {block.named.map(|seq| view! { <Source seq=seq/> })}</h3>
                    <dl class="pairs">{rows.collect_view()}</dl>
                </section>
            }
        })
        .collect_view()
}

/// Leads to where the transcript says so; outside the inbox there is nothing to lead to.
#[component]
fn Source(seq: u64) -> impl IntoView {
    use_context::<Open>().zip(use_context::<InboxState>()).map(|(open, state)| {
        view! {
            <button
                type="button"
                class="source"
                title="Show where this comes from"
                aria-label="Show where this comes from"
                on:click=move |_| show(open, state, seq)
            >
                <Icon path=SOURCE/>
            </button>
        }
    })
}

fn show(open: Open, state: InboxState, seq: u64) {
    state.pane.set(Pane::Conversation);
    let items = open.events.with_untracked(|e| thread::items(e));
    let Some(found) = thread::item_of(&items, seq) else {
        open.toasts.fault("That event is further up. Press “Show older” in the transcript first.");
        return;
    };
    if items.iter().any(|i| i.seq == found && !thread::is_essential(i)) {
        state.workings.set(true);
    }
    // After the item is on the page.
    gloo_timers::callback::Timeout::new(30, move || {
        let element = document().get_element_by_id(&anchor(found));
        if let Some(element) = element.and_then(|e| e.dyn_into::<web_sys::HtmlElement>().ok()) {
            let options = web_sys::ScrollIntoViewOptions::new();
            options.set_block(web_sys::ScrollLogicalPosition::Center);
            element.scroll_into_view_with_scroll_into_view_options(&options);
            let _ = element.focus();
        }
    })
    .forget();
}
