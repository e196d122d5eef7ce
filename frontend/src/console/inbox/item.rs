//! One item of the transcript on the page.

use leptos::prelude::*;
use shared::{
    event::{Message, StepUsage},
    message::{Author, AuthorKind},
    time::Timestamp,
};

use super::{
    super::{clock, format, understood::AskUnderstood, words},
    open::Open,
    record::{self, HandoffView, ToolView},
    thread::{Body, Item, Pending},
};
use crate::conversation::{
    party::{Party, avatar},
    prose::prose,
    sources::sources,
};

/// One item.
#[component]
pub fn ItemView(
    /// The item.
    item: Item,
    /// Whether each handoff says at once why it happened, as in the playground.
    #[prop(optional)]
    explained: bool,
) -> impl IntoView {
    let id = anchor(item.seq);
    view! { <li id=id class="item" tabindex="-1">{body(item, explained)}</li> }
}

/// What an item shows.
pub fn body(item: Item, explained: bool) -> AnyView {
    let at = item.at;
    match item.body {
        Body::Message { message, follows } => {
            let understood = understood(&message, item.seq);
            view! {
                <MessageView message=message follows=follows at=at/>
                {understood}
            }
            .into_any()
        }
        Body::Handoff { handoff, brief } => {
            view! { <HandoffView handoff=handoff brief=brief at=at explained=explained/> }
                .into_any()
        }
        Body::Tool { started, settled, .. } => {
            view! { <ToolView started=*started settled=settled.map(|s| *s)/> }.into_any()
        }
        Body::Approval(decision) => record::approval(&decision).into_any(),
        Body::Refund { refund, decision } => record::refund(*refund, decision.as_ref()).into_any(),
        Body::Note(note) => view! {
            <div class="note">
                <p class="byline">
                    <strong>{note.author.name}</strong> " noted, for the desk only" <Time at=at/>
                </p>
                {prose(&note.text)}
            </div>
        }
        .into_any(),
        Body::Rule(rule) => {
            let name = rule.rule.map(|r| format!(" “{r}”")).unwrap_or_default();
            let what = format!("{}{name}: {}", words::trigger(rule.trigger), rule.evidence);
            trace("rule", "Rule", what, rule.action).into_any()
        }
        Body::Guard(guard) => {
            let verdict = words::verdict(guard.verdict);
            let what = format!("{}: {verdict}", words::title(&guard.check));
            trace("guard", "Guard", what, guard.detail).into_any()
        }
        Body::Step(step) => trace("step", "Step", step_words(&step), step_usage(&step)).into_any(),
        Body::Identified(visitor) => {
            let what = format!(
                "{}, {}",
                visitor.display_name(),
                words::assurance(visitor.assurance).to_lowercase()
            );
            trace("step", "Visitor", what, String::new()).into_any()
        }
        Body::Rating(rating) => {
            let stars = "★".repeat(usize::from(rating.score.min(5)));
            let comment = rating.comment.unwrap_or_default();
            line(format!("Rated {stars} ({} of 5) {comment}", rating.score)).into_any()
        }
        Body::Closed(by) => {
            let by = by.map(|b| format!(" by {}", b.name)).unwrap_or_default();
            line(format!("Closed{by}")).into_any()
        }
    }
}

/// The id under which an item can be found on the page.
pub fn anchor(seq: u64) -> String {
    format!("event-{seq}")
}

/// A reply that is on its way, or did not arrive.
#[component]
pub fn PendingView(
    /// The reply.
    pending: Pending,
    /// Sends it again.
    retry: Callback<Pending>,
    /// Gives it up.
    discard: Callback<Pending>,
) -> impl IntoView {
    let kept = StoredValue::new(pending.clone());
    let failed = pending.failed.is_some();
    view! {
        <li class="item">
            <div class="message staff pending" class:failed=failed>
                {prose(&pending.text)}
                {match pending.failed {
                    None => view! { <p class="byline">"Sending…"</p> }.into_any(),
                    Some(why) => {
                        view! {
                            <p class="byline fault" role="alert">"Not sent. " {why}</p>
                            <p class="buttons">
                                <button
                                    type="button"
                                    class="button small"
                                    on:click=move |_| retry.run(kept.get_value())
                                >
                                    "Send again"
                                </button>
                                <button
                                    type="button"
                                    class="button small"
                                    on:click=move |_| discard.run(kept.get_value())
                                >
                                    "Discard"
                                </button>
                            </p>
                        }
                        .into_any()
                    }
                }}
            </div>
        </li>
    }
}

/// What an agent is writing.
#[component]
pub fn DraftView(
    /// Who.
    author: Author,
    /// What there is so far.
    #[prop(into)]
    text: Signal<String>,
) -> impl IntoView {
    view! {
        <div class="message agent draft">
            <p class="byline">{avatar(&Party::from(&author))} <strong>{author.name}</strong> " is writing"</p>
            <p class="prose plain">{text}</p>
        </div>
    }
}

/// The way to how a visitor's message was understood; in a playground nobody learns.
pub fn understood(message: &Message, seq: u64) -> Option<impl IntoView + use<>> {
    let open = use_context::<Open>().filter(|_| message.author.kind == AuthorKind::Visitor)?;
    Some(view! {
        <p class="ask-understood">
            <AskUnderstood conversation=open.id() seq=seq text="How it was understood" class="link-button"/>
        </p>
    })
}

#[component]
fn MessageView(message: Message, follows: bool, at: Timestamp) -> impl IntoView {
    let kind = match message.author.kind {
        AuthorKind::Visitor => "message visitor",
        AuthorKind::Agent => "message agent",
        AuthorKind::Staff => "message staff",
    };
    let role = (message.author.kind == AuthorKind::Agent).then_some("AI agent");
    view! {
        <div class=kind class:follows=follows>
            {(!follows)
                .then(|| {
                    view! {
                        <p class="byline">
                            {avatar(&Party::from(&message.author))} <strong>{message.author.name.clone()}</strong>
                            {role.map(|r| view! { <span class="tag">{r}</span> })} <Time at=at/>
                        </p>
                    }
                })}
            {prose(&message.text)}
            {sources(&message.sources)}
        </div>
    }
}

/// When something was.
#[component]
pub fn Time(
    /// When.
    at: Timestamp,
) -> impl IntoView {
    let offset = clock::utc_offset_minutes(at);
    view! {
        <time datetime=at.to_string() title=format::date_and_time(at, offset)>
            {format::time_of_day(at, offset)}
        </time>
    }
}

fn trace(kind: &'static str, name: &'static str, what: String, more: String) -> impl IntoView {
    view! {
        <p class=format!("trace {kind}")>
            <span class="trace-kind">{name}</span> <span class="trace-what">{what}</span>
            <span class="hint">{more}</span>
        </p>
    }
}

fn line(text: String) -> impl IntoView {
    view! { <p class="handoff handoff-line">{text}</p> }
}

fn step_words(step: &StepUsage) -> String {
    format!("{} v{} on {}", step.agent, step.version, step.model)
}

fn step_usage(step: &StepUsage) -> String {
    let u = &step.usage;
    format!(
        "{} tokens in, {} out, {} ms, cost {}",
        format::count(u.tokens_in),
        format::count(u.tokens_out),
        u.took_ms,
        format::cost(u.cost_micros)
    )
}
