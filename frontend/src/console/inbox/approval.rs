//! A decision on one exact write: what waits, and the dialog in which it is made.

use leptos::{prelude::*, task::spawn_local};
use shared::{
    api::{Decide, Decision},
    conversation::OpenApproval,
    limits::NOTE_CHARS,
};

use super::{
    super::{
        clock::Clock,
        dialog::Dialog,
        field::{Field, TextArea},
        format, words,
    },
    arguments::Arguments,
    open::Open,
};

/// The decisions that wait, over the composer where they cannot be missed.
#[component]
pub fn WaitingApprovals() -> impl IntoView {
    let open = Open::here();
    let waiting = Memo::new(move |_| {
        open.head.with(|h| h.as_ref().map(|h| h.approvals.clone()).unwrap_or_default())
    });
    view! {
        <For each=move || waiting.get() key=|a| a.id.clone() let:approval>
            <div class="decision" role="group" aria-label="A decision waits">
                <div class="decision-what">
                    <p class="decision-title">{approval.summary.clone()}</p>
                    <p class="hint">
                        {approval.action.as_ref().map(|a| format!("{}. ", a.reason.trim_end_matches('.')))} <Expiry approval=approval.clone()/>
                    </p>
                </div>
                <Review approval=approval/>
            </div>
        </For>
    }
}

/// The button that opens the dialog in which an approval is decided.
#[component]
pub fn Review(
    /// Which approval.
    approval: OpenApproval,
) -> impl IntoView {
    let shown = RwSignal::new(false);
    view! {
        <button type="button" class="button primary" on:click=move |_| shown.set(true)>
            "Review"
        </button>
        {move || {
            shown
                .get()
                .then(|| {
                    let close = Callback::new(move |()| shown.set(false));
                    view! { <DecisionDialog approval=approval.clone() on_close=close/> }
                })
        }}
    }
}

#[component]
fn Expiry(approval: OpenApproval) -> impl IntoView {
    let clock = Clock::here();
    move || {
        approval.expires_at.map(|until| {
            let left = until.since_ms(clock.now());
            if left > 0 {
                format!("Expires in {}.", format::span(left))
            } else {
                "Expired.".to_owned()
            }
        })
    }
}

/// What is to be decided, exactly, and the two answers.
#[component]
fn DecisionDialog(approval: OpenApproval, on_close: Callback<()>) -> impl IntoView {
    let open = Open::here();
    let clock = Clock::here();
    let note = RwSignal::new(String::new());
    let busy = RwSignal::new(false);
    let id = StoredValue::new(approval.id.clone());
    let expires = approval.expires_at;
    let expired = Memo::new(move |_| expires.is_some_and(|until| clock.now() >= until));
    let decide = move |decision: Decision| {
        let note: String = note.get_untracked().trim().chars().take(NOTE_CHARS).collect();
        let body = Decide { decision, note: (!note.is_empty()).then_some(note) };
        let (desk, id) = (open.desk(), id.get_value());
        busy.set(true);
        spawn_local(async move {
            let answer = desk.decide(&id, &body).await;
            busy.try_set(false);
            match answer {
                Ok(()) => {
                    // The event may have come first and taken the dialog with it.
                    on_close.try_run(());
                    open.toasts.done(match decision {
                        Decision::Approve => "Approved. The agent goes on.",
                        Decision::Decline => "Declined. The agent tells the visitor.",
                    });
                }
                Err(failure) => {
                    open.toasts.failed(&failure);
                    open.reload();
                }
            }
        });
    };
    let amount = approval.action.as_ref().and_then(|a| a.money).map(|m| m.to_string());
    let yes = amount.as_ref().map_or_else(|| "Approve".to_owned(), |a| format!("Approve {a}"));
    view! {
        <Dialog title="Decide" on_close=on_close>
            <div class="decide">
                {amount.map(|a| view! { <p class="decide-amount">{a}</p> })}
                <p class="decide-summary">{approval.summary.clone()}</p>
                <Facts approval=approval.clone()/>
                <p class="hint">
                    "Exactly this is allowed, once. " <Expiry approval=approval/>
                </p>
                <Field field="decide-note" label="Note (optional)" hint="For the record; the visitor does not see it.">
                    <TextArea id="decide-note" value=note on_input=Callback::new(move |v| note.set(v)) rows=2/>
                </Field>
            </div>
            <footer class="dialog-foot">
                <button
                    type="button"
                    class="button danger"
                    disabled=move || busy.get() || expired.get()
                    on:click=move |_| decide(Decision::Decline)
                >
                    "Decline"
                </button>
                <button
                    type="button"
                    class="button primary"
                    disabled=move || busy.get() || expired.get()
                    on:click=move |_| decide(Decision::Approve)
                >
                    {yes}
                </button>
            </footer>
        </Dialog>
    }
}

#[component]
fn Facts(approval: OpenApproval) -> impl IntoView {
    approval.action.map(|action| {
        view! {
            <dl class="pairs">
                <div><dt>"Why a person"</dt><dd>{action.reason}</dd></div>
                <div><dt>"Asked for by"</dt><dd>{action.requested_by.to_string()}</dd></div>
                <div><dt>"Does"</dt><dd>{words::spaced(&action.tool)}</dd></div>
            </dl>
            <h3 class="small-head">"Exact arguments"</h3>
            <Arguments value=action.args/>
            <p class="hash" title="SHA-256 of tool and arguments: the decision is bound to it">{action.hash}</p>
        }
    })
}
