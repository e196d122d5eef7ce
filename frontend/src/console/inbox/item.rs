//! One item of the transcript on the page.

use leptos::prelude::*;
use shared::{
    brief::{Brief, TriggerKind},
    conversation::OpenApproval,
    event::{Approval, Handoff, Message, Refund, RefundState, Settlement, StepUsage, Tool},
    message::{Author, AuthorKind},
    time::Timestamp,
};

use super::{
    super::{
        clock, format,
        icon::{BATON, Icon, TOOL},
        words,
    },
    approval::Review,
    arguments::Arguments,
    brief::BriefBody,
    thread::{Body, Item, Pending},
};
use crate::conversation::{
    card,
    party::{Party, avatar},
    prose::prose,
};

/// One item. In the playground nothing can be decided, so `live` is off there.
#[component]
pub fn ItemView(
    /// The item.
    item: Item,
    /// Whether a decision can be made here.
    live: bool,
) -> impl IntoView {
    let at = item.at;
    let id = anchor(item.seq);
    let body = match item.body {
        Body::Message { message, follows } => {
            view! { <MessageView message=message follows=follows at=at/> }.into_any()
        }
        Body::Handoff { handoff, brief } => {
            view! { <HandoffView handoff=handoff brief=brief at=at/> }.into_any()
        }
        Body::Tool { started, settled } => {
            view! { <ToolView started=*started settled=settled.map(|s| *s)/> }.into_any()
        }
        Body::Approval { asked, decided } => {
            view! { <ApprovalView asked=*asked decided=decided.map(|d| *d) live=live/> }.into_any()
        }
        Body::Refund(refund) => view! { <RefundView refund=*refund/> }.into_any(),
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
            let what = format!("{} {}", words::spaced(&guard.check), words::verdict(guard.verdict));
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
    };
    view! { <li id=id class="item" tabindex="-1">{body}</li> }
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
            {card::sources(&message.sources)}
        </div>
    }
}

#[component]
fn HandoffView(handoff: Handoff, brief: Option<Box<Brief>>, at: Timestamp) -> impl IntoView {
    let from = words::owner(&handoff.from);
    let to = words::owner(&handoff.to);
    let why = handoff.trigger.map(words::trigger);
    let open = handoff.trigger.is_some_and(|t| t != TriggerKind::Claim);
    view! {
        <div class="handoff">
            <p class="handoff-line">
                <Icon path=BATON/> <span>{from}</span> <span aria-label="to">"→"</span>
                <strong>{to}</strong> {why.map(|w| view! { <span class="chip">{w}</span> })} <Time at=at/>
            </p>
            {(!handoff.notice.is_empty())
                .then(|| view! { <p class="hint">"The visitor reads: “" {handoff.notice} "”"</p> })}
            {brief
                .filter(|_| open)
                .map(|b| {
                    view! {
                        <details class="fold">
                            <summary>"Brief that went along"</summary>
                            <BriefBody brief=*b/>
                        </details>
                    }
                })}
        </div>
    }
}

#[component]
fn ToolView(started: Tool, settled: Option<Tool>) -> impl IntoView {
    let settlement = settled.as_ref().and_then(|s| s.settlement);
    let state = match (settlement, settled.is_some()) {
        (Some(settlement), _) => words::settlement(settlement),
        (None, true) => "settled",
        (None, false) => "at work",
    };
    let bad = settlement.is_some_and(|s| s != Settlement::Ok);
    let untrusted = settled.as_ref().is_some_and(|s| s.untrusted);
    let args = started.args.clone().or_else(|| settled.as_ref().and_then(|s| s.args.clone()));
    let result = settled.and_then(|s| s.result);
    view! {
        <details class="fold trace tool-call">
            <summary>
                <Icon path=TOOL/> <span class="trace-what">{started.label.clone()}</span>
                <code>{started.name.clone()}</code>
                <span class="state" class:bad=bad>{state}</span>
            </summary>
            <div class="fold-body">
                <p class="hint">
                    {format!("This tool {}.", words::effect(started.effect))}
                    {untrusted.then_some(" Its result holds text that nobody vouches for.")}
                </p>
                <h4 class="small-head">"Arguments"</h4>
                <Arguments value=args.unwrap_or_default()/>
                {result
                    .map(|r| {
                        view! {
                            <h4 class="small-head">"Result"</h4>
                            <Arguments value=r/>
                        }
                    })}
            </div>
        </details>
    }
}

#[component]
fn ApprovalView(asked: Approval, decided: Option<Approval>, live: bool) -> impl IntoView {
    let state = decided.as_ref().map_or(asked.state, |d| d.state);
    let by = decided.as_ref().and_then(|d| d.by.as_ref()).map(|b| format!(" by {}", b.name));
    let note = decided.as_ref().and_then(|d| d.note.clone());
    let waits = decided.is_none() && live;
    let reason = asked.action.as_ref().map(|a| a.reason.clone());
    let open = OpenApproval {
        id: asked.id.clone(),
        summary: asked.summary.clone(),
        action: asked.action.clone(),
        expires_at: asked.expires_at,
        seq: 0,
    };
    view! {
        <div class="event-card approval-card">
            <p class="event-title">"Approval: " {asked.summary.clone()}</p>
            <p class="hint">{reason}</p>
            <p class="event-state">{words::approval(state)} {by} {note.map(|n| format!(": “{n}”"))}</p>
            {waits.then(|| view! { <Review approval=open/> })}
        </div>
    }
}

#[component]
fn RefundView(refund: Refund) -> impl IntoView {
    let good = refund.state == RefundState::Succeeded;
    let bad =
        matches!(refund.state, RefundState::Failed | RefundState::Declined | RefundState::Expired);
    let terms = refund.terms.clone();
    view! {
        <div class="event-card refund-card" class:good=good class:bad=bad>
            <p class="event-title">
                <strong class="amount">{refund.money.to_string()}</strong> " for order " {refund.order.clone()}
            </p>
            <p class="event-state">{words::refund(refund.state)} {refund.detail.map(|d| format!(" · {d}"))}</p>
            {terms
                .map(|t| {
                    view! {
                        <details class="fold">
                            <summary>"Terms"</summary>
                            <dl class="pairs">
                                <div><dt>"Customer"</dt><dd>{t.customer}</dd></div>
                                <div><dt>"Charge"</dt><dd>{t.charge}</dd></div>
                                <div><dt>"Reason"</dt><dd>{t.reason}</dd></div>
                                <div><dt>"Key"</dt><dd><code>{t.idempotency_key}</code></dd></div>
                            </dl>
                        </details>
                    }
                })}
        </div>
    }
}

/// When something was.
#[component]
fn Time(at: Timestamp) -> impl IntoView {
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
        "{} tokens in, {} out, {} ms",
        format::count(u.tokens_in),
        format::count(u.tokens_out),
        u.took_ms
    )
}
