//! The kill switch: off at once with a reason, on again after a look.

use leptos::{ev, prelude::*, task::spawn_local};
use shared::{
    api::{OffCause, RefundsOff, SwitchMoney},
    limits::NOTE_CHARS,
};

use super::{
    super::super::{
        client::Admin,
        clock,
        dialog::Dialog,
        field::{Field, TextArea},
        format,
        toast::Toasts,
    },
    state,
};

#[component]
pub fn Switch(off: Option<RefundsOff>) -> impl IntoView {
    let asking = RwSignal::new(false);
    let is_on = off.is_none();
    let restored = off.as_ref().is_some_and(|off| off.cause == OffCause::Restored);
    let title = match (is_on, restored) {
        (true, _) => "Refunds are on",
        (false, false) => "Refunds are stopped",
        (false, true) => "Refunds are off after a restore",
    };
    let why = off.map_or_else(
        || {
            "Within the desk's limits they are sent at once; above them after a person's approval."
                .to_owned()
        },
        why,
    );
    view! {
        <section class="panel kill" class:off=!is_on>
            <div>
                <p class="kill-state">{title}</p>
                <p class="hint">
                    {why}
                </p>
            </div>
            <button type="button" class="button" class:danger=is_on class:primary=!is_on on:click=move |_| asking.set(true)>
                {if is_on { "Stop all refunds" } else { "Allow refunds" }}
            </button>
        </section>
        {move || {
            let close = Callback::new(move |()| asking.set(false));
            asking.get().then(|| view! { <Ask is_on=is_on restored=restored on_close=close/> })
        }}
    }
}

/// Why they are off, since when and by whom.
fn why(off: RefundsOff) -> String {
    let since = off.since.map(|at| format::date_and_time(at, clock::utc_offset_minutes(at)));
    let by = off.by.map(|by| by.name);
    let mut text = match (since, by) {
        (Some(since), Some(by)) => format!("{by} stopped them on {since}."),
        (Some(since), None) => format!("Since {since}."),
        (None, _) => "Nothing is sent to the payment provider.".to_owned(),
    };
    if !off.detail.is_empty() {
        text.push(' ');
        text.push_str(&off.detail);
    }
    text
}

#[component]
fn Ask(is_on: bool, restored: bool, on_close: Callback<()>) -> impl IntoView {
    let admin = StoredValue::new(expect_context::<Admin>());
    let (toasts, page) = (Toasts::here(), state());
    let note = RwSignal::new(String::new());
    let wrong = RwSignal::new(None::<(String, String)>);
    let busy = RwSignal::new(false);
    let turn = move |event: ev::SubmitEvent| {
        event.prevent_default();
        let note: String = note.get_untracked().trim().chars().take(NOTE_CHARS).collect();
        let body = SwitchMoney { enabled: !is_on, note: (!note.is_empty()).then_some(note) };
        let admin = admin.get_value();
        busy.set(true);
        spawn_local(async move {
            let answer = admin.switch_money(&body).await;
            busy.try_set(false);
            match answer {
                Ok(()) => {
                    toasts.done(if is_on {
                        "Refunds are stopped."
                    } else {
                        "Refunds may be sent again."
                    });
                    on_close.try_run(());
                    page.reload();
                }
                Err(failure) if failure.field() == Some("note") => {
                    wrong.try_set(Some(("note".to_owned(), failure.to_string())));
                }
                Err(failure) => toasts.failed(&failure),
            }
        });
    };
    let (title, text, label, hint, yes) = match (is_on, restored) {
        (true, _) => (
            "Stop all refunds?",
            "No refund is sent from now on, approved or not, until you allow them again. Agents tell visitors so.",
            "Why (optional)",
            "Everybody at the desk reads it.",
            "Stop all refunds",
        ),
        (false, false) => (
            "Allow refunds again?",
            "Refunds that were decided meanwhile are sent.",
            "Note (optional)",
            "For the record.",
            "Allow refunds",
        ),
        (false, true) => (
            "Allow refunds again?",
            "The database does not know what was refunded after its backup was made. Compare it with the payment provider first, or the same money may be given back twice.",
            "How the books were compared",
            "For the record.",
            "Allow refunds",
        ),
    };
    view! {
        <Dialog title=title on_close=on_close>
            <form class="form" on:submit=turn novalidate>
                <p>{text}</p>
                <Field field="note" label=label hint=hint wrong=wrong.into()>
                    <TextArea id="note" value=note on_input=Callback::new(move |v| note.set(v)) rows=2/>
                </Field>
                <footer class="dialog-foot">
                    <button type="button" class="button" on:click=move |_| on_close.run(())>"Cancel"</button>
                    <button
                        type="submit"
                        class="button"
                        class:danger=is_on
                        class:primary=!is_on
                        disabled=move || busy.get()
                    >
                        {yes}
                    </button>
                </footer>
            </form>
        </Dialog>
    }
}
