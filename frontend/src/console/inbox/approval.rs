//! A decision on one exact write: what waits, and the dialog in which it is made.

use leptos::{prelude::*, task::spawn_local};
use shared::{
    api::{Decide, Decision},
    conversation::OpenApproval,
    event::ProposedWrite,
    limits::NOTE_CHARS,
};

use super::{
    super::{
        clock::Clock,
        copy::ShortId,
        dialog::Dialog,
        field::{Field, TextArea},
        format, words,
    },
    arguments::{Arguments, raw},
    keys::Shortcut,
    open::Open,
    people::agent_name,
    state::InboxState,
};

/// The decisions that wait, over the composer where they cannot be missed.
#[component]
pub fn WaitingApprovals() -> impl IntoView {
    let open = Open::here();
    let asked = RwSignal::new(None::<OpenApproval>);
    let waiting = Memo::new(move |_| {
        open.head.with(|h| h.as_ref().map(|h| h.approvals.clone()).unwrap_or_default())
    });
    InboxState::here().on_command(move |does| {
        if does == Shortcut::Review {
            asked.set(waiting.with_untracked(|all| all.first().cloned()));
        }
    });
    // What somebody else has decided meanwhile is no question any more.
    Effect::new(move |_| {
        waiting.track();
        let gone = |a: &OpenApproval| waiting.with(|all| all.iter().all(|w| w.id != a.id));
        if asked.with_untracked(|a| a.as_ref().is_some_and(gone)) {
            asked.set(None);
        }
    });
    view! {
        <For each=move || waiting.get() key=|a| a.id.clone() let:approval>
            {
                let kept = approval.clone();
                view! {
                    <div class="decision" role="group" aria-label="A decision waits">
                        <div class="decision-what">
                            <p class="decision-title">{approval.summary.clone()}</p>
                            <p class="hint">
                                {approval.action.as_ref().map(|a| format!("{}. ", a.reason.trim_end_matches('.')))}
                                <Expiry approval=approval/>
                            </p>
                        </div>
                        <button
                            type="button"
                            class="button primary"
                            title="Review (a)"
                            on:click=move |_| asked.set(Some(kept.clone()))
                        >
                            "Review"
                        </button>
                    </div>
                }
            }
        </For>
        {move || {
            asked
                .get()
                .map(|approval| {
                    let close = Callback::new(move |()| asked.set(None));
                    view! { <DecisionDialog approval=approval on_close=close/> }
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
                format!("Expires in {}.", format::short_span(left))
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
    let yes = amount.map_or_else(|| "Approve".to_owned(), |a| format!("Approve {a}"));
    view! {
        <Dialog title=approval.summary.clone() on_close=on_close>
            <div class="decide">
                {approval.action.clone().map(|action| view! { <Write action=action/> })}
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

/// The write: why a person is asked, what it does, and what the decision is bound to.
#[component]
fn Write(action: ProposedWrite) -> impl IntoView {
    let open = Open::here();
    let asks = open.events.with_untracked(|e| agent_name(e, &action.requested_by));
    let visitor =
        open.head.with_untracked(|h| h.as_ref().map(|h| h.visitor.display_name().to_owned()));
    view! {
        <p>{action.reason}</p>
        <dl class="pairs">
            <div><dt>"Visitor"</dt><dd>{visitor}</dd></div>
            <div><dt>"Asked for by"</dt><dd>{asks}</dd></div>
            <div><dt>"Tool"</dt><dd>{words::title(&action.tool)}</dd></div>
        </dl>
        <h3 class="small-head">"What it is given"</h3>
        <Arguments value=action.args.clone()/>
        <details class="fold">
            <summary>"Exact arguments"</summary>
            <div class="fold-body">
                <p><code>{action.tool}</code></p>
                {raw(&action.args)}
                <p class="fingerprint">
                    "Fingerprint of the arguments " <ShortId id=action.hash what="fingerprint"/>
                </p>
                <p class="hint">"SHA-256 of tool and arguments. The decision holds for these alone."</p>
            </div>
        </details>
    }
}
