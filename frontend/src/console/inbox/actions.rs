//! What a person does with a conversation: claim, hand back, close.

use leptos::{prelude::*, task::spawn_local};
use shared::{agent::AgentSpec, api::Return, id::AgentSlug, limits::NOTE_CHARS, owner::Owner};

use super::{
    super::{
        client::Failure,
        dialog::{Confirm, Dialog},
        field::{Field, Select, TextArea},
    },
    keys::Shortcut,
    open::Open,
    people::agents_in,
    state::InboxState,
};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Asking {
    Nothing,
    HandBack,
    Close,
}

/// The buttons at the head of a conversation.
#[component]
pub fn Actions() -> impl IntoView {
    let open = Open::here();
    let asking = RwSignal::new(Asking::Nothing);
    let busy = RwSignal::new(false);
    let owner = Memo::new(move |_| open.head.with(|h| h.as_ref().map(|h| h.owner.clone())));
    let is_mine = move |owner: &Owner| open.desk.with_value(|d| owner.is_staff(d.my_id()));
    let claim = move || {
        if !busy.get_untracked() && owner.get_untracked().is_some_and(|o| can_claim(&o)) {
            busy.set(true);
            claim(open, busy);
        }
    };
    InboxState::here().on_command(move |does| {
        let mine = owner.get_untracked().is_some_and(|o| is_mine(&o));
        match does {
            Shortcut::Claim => claim(),
            Shortcut::HandBack if mine => asking.set(Asking::HandBack),
            Shortcut::Close if mine => asking.set(Asking::Close),
            _ => {}
        }
    });
    let done = Callback::new(move |()| asking.set(Asking::Nothing));
    view! {
        <div class="actions">
            {move || match owner.get() {
                Some(owner) if can_claim(&owner) => {
                    let text = if owner.agent().is_some() { "Take over" } else { "Claim" };
                    view! {
                        <button
                            type="button"
                            class="button primary"
                            title="Claim (c)"
                            disabled=move || busy.get()
                            on:click=move |_| claim()
                        >
                            {text}
                        </button>
                    }
                    .into_any()
                }
                Some(owner) if is_mine(&owner) => {
                    view! {
                        <button
                            type="button"
                            class="button"
                            title="Hand back to an agent (b)"
                            on:click=move |_| asking.set(Asking::HandBack)
                        >
                            "Hand back"
                        </button>
                        <button
                            type="button"
                            class="button"
                            title="Close (e)"
                            on:click=move |_| asking.set(Asking::Close)
                        >
                            "Close"
                        </button>
                    }
                    .into_any()
                }
                _ => ().into_any(),
            }}
        </div>
        {move || match asking.get() {
            Asking::Nothing => ().into_any(),
            Asking::HandBack => view! { <HandBack on_done=done/> }.into_any(),
            Asking::Close => view! { <CloseDialog on_done=done/> }.into_any(),
        }}
    }
}

fn can_claim(owner: &Owner) -> bool {
    matches!(owner, Owner::Queue { .. } | Owner::Agent { .. })
}

/// Claims; who comes second learns who was first.
fn claim(open: Open, busy: RwSignal<bool>) {
    let (desk, id) = (open.desk(), open.id());
    spawn_local(async move {
        let answer = desk.claim(&id).await;
        busy.try_set(false);
        match answer {
            Ok(conversation) => open.put(conversation),
            Err(failure) => {
                open.toasts.fault(not_claimed(&failure));
                open.reload();
            }
        }
    });
}

fn not_claimed(failure: &Failure) -> String {
    match failure.owner().map(Owner::name).filter(|n| !n.is_empty()) {
        Some(name) if failure.code() == "already_claimed" => {
            format!(
                "{name} has claimed this conversation already. You can still read it and add notes."
            )
        }
        _ => failure.to_string(),
    }
}

#[component]
fn CloseDialog(on_done: Callback<()>) -> impl IntoView {
    let open = Open::here();
    let close = move |()| {
        on_done.run(());
        let (desk, id) = (open.desk(), open.id());
        spawn_local(async move {
            match desk.close(&id).await {
                Ok(()) => open.toasts.done("Closed."),
                Err(failure) => open.toasts.failed(&failure),
            }
        });
    };
    view! {
        <Confirm
            title="Close this conversation?"
            text="The visitor is told and asked for a rating. If they write again, it opens again."
            yes="Close it"
            on_yes=Callback::new(close)
            on_no=on_done
        />
    }
}

#[component]
fn HandBack(on_done: Callback<()>) -> impl IntoView {
    let open = Open::here();
    let agents = RwSignal::new(open.events.with_untracked(|e| agents_in(e)));
    let chosen = RwSignal::new(
        agents.with_untracked(|a| a.first().map_or_else(String::new, |a| a.0.clone())),
    );
    let note = RwSignal::new(String::new());
    let busy = RwSignal::new(false);
    // Those who were in it are there at once; the others when they have been loaded.
    let desk = open.desk();
    spawn_local(async move {
        if let Ok(all) = desk.agents().await {
            let published = all.agents.into_iter().filter_map(|a| a.published);
            agents.try_update(|known| add_new(known, published.map(|p| p.spec)));
            let first = agents.try_get_untracked().and_then(|a| a.into_iter().next());
            if let Some(first) =
                first.filter(|_| chosen.try_get_untracked().is_some_and(|c| c.is_empty()))
            {
                chosen.try_set(first.0);
            }
        }
    });
    let send = move |_| {
        let Ok(agent) = chosen.get_untracked().parse::<AgentSlug>() else { return };
        let note: String = note.get_untracked().trim().chars().take(NOTE_CHARS).collect();
        let to = Return { agent, note: (!note.is_empty()).then_some(note) };
        busy.set(true);
        let (desk, id) = (open.desk(), open.id());
        spawn_local(async move {
            let answer = desk.hand_back(&id, &to).await;
            busy.try_set(false);
            match answer {
                Ok(()) => {
                    on_done.try_run(());
                    open.toasts.done("Handed back. The agent has the brief and goes on.");
                }
                Err(failure) => open.toasts.failed(&failure),
            }
        });
    };
    view! {
        <Dialog title="Hand back to an agent" on_close=on_done>
            <div class="form">
                <Field field="agent" label="Agent">
                    <Select
                        id="agent"
                        value=chosen
                        options=agents
                        on_change=Callback::new(move |v| chosen.set(v))
                    />
                </Field>
                <Field
                    field="note"
                    label="What the agent should know (optional)"
                    hint="It becomes part of the brief. The visitor does not see it."
                >
                    <TextArea id="note" value=note on_input=Callback::new(move |v| note.set(v)) rows=3/>
                </Field>
            </div>
            <footer class="dialog-foot">
                <button type="button" class="button" on:click=move |_| on_done.run(())>"Cancel"</button>
                <button
                    type="button"
                    class="button primary"
                    disabled=move || busy.get() || chosen.with(String::is_empty)
                    on:click=send
                >
                    "Hand back"
                </button>
            </footer>
        </Dialog>
    }
}

/// Adds the agents that are not there yet.
fn add_new(known: &mut Vec<(String, String)>, specs: impl Iterator<Item = AgentSpec>) {
    for spec in specs {
        if !known.iter().any(|k| k.0 == spec.slug.as_str()) {
            known.push((spec.slug.to_string(), spec.name));
        }
    }
}
