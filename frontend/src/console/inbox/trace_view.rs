//! The trace on the page: a timeline of each turn.

use leptos::prelude::*;
use shared::{
    agent::BUILT_IN, conversation::Conversation, event::Event, message::AuthorKind, trace::Stretch,
};

use super::{
    item::{self, Time},
    open::Open,
    request::ShowRequest,
    thread::{Body, Item},
    trace::{self, Row, Section},
};

/// Longest part of a message that the timeline shows, in characters.
const MESSAGE_CHARS: usize = 160;

/// The trace of the open conversation, in place of its transcript.
#[component]
pub fn TracePane() -> impl IntoView {
    let open = Open::here();
    view! {
        <div class="thread" tabindex="0" role="region" aria-label="Trace">
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
            {move || open.head.with(|head| head.as_ref().map(|head| open.events.with(|events| timeline(head, events))))}
        </div>
    }
}

/// A timeline of each turn: decisions, calls, verdicts and handoffs, when, and at what cost.
pub fn timeline(head: &Conversation, events: &[Event]) -> impl IntoView + use<> {
    let (sections, total) = trace::sections(head, events);
    let mut turns = 0;
    let sections = sections.into_iter().filter(|section| !section.rows.is_empty()).map(|section| {
        turns += u32::from(section.stretch.turn.is_some());
        let name = match section.stretch.turn {
            Some(_) => format!("Turn {turns}"),
            None => "Outside a turn".to_owned(),
        };
        turn(name, section)
    });
    let sections = sections.collect_view();
    let total = trace::cost(&total);
    view! {
        <div class="timeline">
            {sections}
            <p class="timeline-total">
                <strong>"In all"</strong> " "
                {if total.is_empty() { "no agent has been asked yet".to_owned() } else { total }}
            </p>
        </div>
    }
}

fn turn(name: String, section: Section) -> impl IntoView {
    let Section { stretch, rows } = section;
    let ending = trace::ending(&stretch);
    let cost = trace::cost(&stretch.usage);
    let Stretch { began, reached, turn, .. } = stretch;
    let took = turn.map(|_| trace::short(reached.since_ms(began)));
    view! {
        <section class="timeline-turn">
            <h3 class="timeline-head">
                {name} {(!ending.is_empty()).then(|| view! { <span class="chip">{ending}</span> })}
                <Time at=began/>
            </h3>
            <ol class="timeline-rows">{rows.into_iter().map(row).collect_view()}</ol>
            {took
                .map(|took| {
                    view! { <p class="timeline-sum">{format!("After {took}")} {(!cost.is_empty()).then(|| format!(": {cost}"))}</p> }
                })}
        </section>
    }
}

fn row(row: Row) -> impl IntoView {
    let Row { item, after_ms, took_ms, ended } = row;
    let asked =
        matches!(&item.body, Body::Step(step) if step.model != BUILT_IN).then_some(item.seq);
    let spent = ended.map(|tenure| {
        let cost = trace::cost(&tenure.usage);
        let cost = if cost.is_empty() { "nothing used".to_owned() } else { cost };
        format!("{} until here: {cost}", tenure.owner.name())
    });
    let took = took_ms.map(|ms| format!("took {}", trace::short(ms)));
    let more = [took, spent].into_iter().flatten().collect::<Vec<_>>().join(" · ");
    view! {
        <li class="timeline-row">
            <span class="timeline-after">{format!("+{}", trace::short(after_ms))}</span>
            <div class="timeline-what">
                {what(item)} {asked.map(|seq| view! { <ShowRequest seq=seq/> })} {(!more.is_empty()).then(|| view! { <p class="hint">{more}</p> })}
            </div>
        </li>
    }
}

/// What was done. What was said is in the transcript; here its beginning is enough.
fn what(item: Item) -> AnyView {
    let Body::Message { message, .. } = &item.body else { return item::body(item, true) };
    let role = match message.author.kind {
        AuthorKind::Visitor => "Visitor",
        AuthorKind::Agent => "Answer",
        AuthorKind::Staff => "Reply",
    };
    let mut text: String = message.text.chars().take(MESSAGE_CHARS).collect();
    if text.len() < message.text.len() {
        text.push('…');
    }
    let understood = item::understood(message, item.seq);
    view! {
        <p class="trace">
            <span class="trace-kind">{role}</span>
            <span class="trace-what">{message.author.name.clone()} ": " {text}</span>
        </p>
        {understood}
    }
    .into_any()
}
