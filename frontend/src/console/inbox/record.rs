//! What the transcript shows besides talk: handoffs, tools, decisions, refunds.

use leptos::prelude::*;
use shared::{
    brief::{Brief, TriggerKind},
    event::{ApprovalState, Handoff, Refund, RefundState, Settlement, Tool},
    money::Money,
    time::Timestamp,
};

use super::{
    super::{
        copy::ShortId,
        icon::{BATON, Icon, TOOL},
        words,
    },
    arguments::{Arguments, raw},
    brief::BriefBody,
    item::Time,
    thread::Decision,
};

/// The owner changed.
#[component]
pub fn HandoffView(
    /// From whom to whom.
    handoff: Handoff,
    /// What they were told.
    brief: Option<Box<Brief>>,
    /// When.
    at: Timestamp,
    /// Whether it says at once why.
    explained: bool,
) -> impl IntoView {
    let from = words::owner(&handoff.from);
    let to = words::owner(&handoff.to);
    let kind = handoff.trigger.map(words::trigger);
    let why = brief.as_ref().filter(|_| explained).map(|b| b.trigger.evidence.clone());
    // Who claims has the brief beside the transcript.
    let brief = brief.filter(|_| handoff.trigger.is_some_and(|t| t != TriggerKind::Claim));
    let notice = handoff.notice;
    let more = brief.is_some() || !notice.is_empty();
    view! {
        <div class="handoff">
            <p class="handoff-line">
                <Icon path=BATON/> <span>{from}</span> <span aria-label="to">"→"</span>
                <strong>{to}</strong> {kind.map(|k| view! { <span class="chip">{k}</span> })} <Time at=at/>
            </p>
            {why.map(|why| view! { <p class="hint">{why}</p> })}
            {more
                .then(|| {
                    view! {
                        <details class="fold">
                            <summary>"What went along"</summary>
                            <div class="fold-body">
                                {(!notice.is_empty()).then(|| view! { <p class="hint">"The visitor reads: “" {notice} "”"</p> })}
                                {brief.map(|b| view! { <BriefBody brief=*b/> })}
                            </div>
                        </details>
                    }
                })}
        </div>
    }
}

/// A tool was called.
#[component]
pub fn ToolView(
    /// The call.
    started: Tool,
    /// How it ended, if it did.
    settled: Option<Tool>,
) -> impl IntoView {
    let settlement = settled.as_ref().and_then(|s| s.settlement);
    let state = match (settlement, settled.is_some()) {
        (Some(settlement), _) => words::settlement(settlement),
        (None, true) => "Settled",
        (None, false) => "At work",
    };
    let bad = settlement.is_some_and(|s| s != Settlement::Ok);
    let untrusted = settled.as_ref().is_some_and(|s| s.untrusted);
    let args = started.args.clone().or_else(|| settled.as_ref().and_then(|s| s.args.clone()));
    let result = settled.and_then(|s| s.result);
    view! {
        <details class="fold trace tool-call">
            <summary>
                <Icon path=TOOL/> <span class="trace-what">{started.label}</span>
                <span class="state" class:bad=bad>{state}</span>
            </summary>
            <div class="fold-body">
                <p class="hint">
                    <code>{started.name}</code> {format!(" {}.", words::effect(started.effect))}
                    {untrusted.then_some(" Its result holds text that nobody vouches for.")}
                </p>
                <h4 class="small-head">"Given"</h4>
                <Arguments value=args.unwrap_or_default()/>
                {result
                    .map(|r| {
                        view! {
                            <h4 class="small-head">"Answered"</h4>
                            {raw(&r)}
                        }
                    })}
            </div>
        </details>
    }
}

/// A decision on something that is no refund.
pub fn approval(decision: &Decision) -> impl IntoView + use<> {
    let state = decision.decided.as_ref().map_or(decision.asked.state, |d| d.state);
    let reason = decision.asked.action.as_ref().map(|a| a.reason.clone());
    view! {
        <div class="event-card approval-card">
            <p class="event-title">{decision.asked.summary.clone()}</p>
            <p class="hint">{reason}</p>
            <p class="event-state">{words::approval(state)}</p>
            {decided(decision)}
        </div>
    }
}

/// A refund, where it stands now, and the decision on it, where one was asked for.
pub fn refund(refund: Refund, decision: Option<&Decision>) -> impl IntoView + use<> {
    let good = refund.state == RefundState::Succeeded;
    let bad =
        matches!(refund.state, RefundState::Failed | RefundState::Declined | RefundState::Expired);
    let waits = refund.state == RefundState::Waiting;
    let asked = decision.filter(|_| waits).and_then(|d| d.asked.action.as_ref());
    let asked = asked.map(|action| action.reason.clone());
    // What the provider says of a refund that went through is a number.
    let (number, trouble) = if good { (refund.detail, None) } else { (None, refund.detail) };
    let currency = refund.money.currency;
    view! {
        <div class="event-card refund-card" class:good=good class:bad=bad>
            <p class="event-title">
                "Refund " <strong class="amount">{refund.money.to_string()}</strong> " for order " {refund.order.clone()}
            </p>
            {asked.map(|reason| view! { <p class="hint">{reason}</p> })}
            <p class="event-state">{words::refund(refund.state)} {trouble.map(|t| format!(": {t}"))}</p>
            {decision.map(decided)}
            {refund
                .terms
                .map(|t| {
                    view! {
                        <details class="fold">
                            <summary>"Terms"</summary>
                            <dl class="pairs">
                                <div><dt>"Reason"</dt><dd>{t.reason}</dd></div>
                                <div><dt>"Customer"</dt><dd>{t.customer}</dd></div>
                                <div><dt>"Charge"</dt><dd>{t.charge}</dd></div>
                                <div><dt>"Captured"</dt><dd>{Money::new(t.captured, currency).to_string()}</dd></div>
                                {number.map(|n| view! { <div><dt>"Provider"</dt><dd><ShortId id=n what="provider's number"/></dd></div> })}
                                <div><dt>"Key"</dt><dd><ShortId id=t.idempotency_key what="key"/></dd></div>
                            </dl>
                        </details>
                    }
                })}
        </div>
    }
}

/// Who decided, and what they said about it.
fn decided(decision: &Decision) -> Option<impl IntoView + use<>> {
    let decided = decision.decided.as_ref()?;
    let by = decided.by.as_ref().map(|by| by.name.clone())?;
    let verb = if decided.state == ApprovalState::Approved { "Approved" } else { "Declined" };
    let note = decided.note.as_ref().map(|note| format!(": “{note}”"));
    Some(view! { <p class="hint">{format!("{verb} by {by}")} {note}</p> })
}
