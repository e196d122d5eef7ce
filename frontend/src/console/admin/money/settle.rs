//! A person says what became of a refund, and how they know.

use leptos::{ev, prelude::*, task::spawn_local};
use shared::{
    api::{RefundLine, RefundOutcome, SettleRefund},
    limits::NOTE_CHARS,
};

use super::{
    super::super::{
        client::Admin,
        dialog::Dialog,
        field::{Field, FormFoot, TextArea},
        toast::Toasts,
    },
    state,
};

/// What a person has to say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// What became of it.
    Settle(RefundOutcome),
    /// That a contradiction was looked into.
    LookedInto,
}

#[component]
pub fn SettleDialog(line: RefundLine, answer: Answer, on_close: Callback<()>) -> impl IntoView {
    let admin = StoredValue::new(expect_context::<Admin>());
    let (toasts, page) = (Toasts::here(), state());
    let note = RwSignal::new(String::new());
    let wrong = RwSignal::new(None::<(String, String)>);
    let busy = RwSignal::new(false);
    let RefundLine { intent, money, order, .. } = line;
    let intent = StoredValue::new(intent);
    let send = move |event: ev::SubmitEvent| {
        event.prevent_default();
        let note: String = note.get_untracked().trim().chars().take(NOTE_CHARS).collect();
        if note.is_empty() {
            wrong.set(Some(("note".to_owned(), "Say how you know.".to_owned())));
            return;
        }
        let (admin, intent) = (admin.get_value(), intent.get_value());
        busy.set(true);
        spawn_local(async move {
            let done = match answer {
                Answer::Settle(outcome) => {
                    admin.settle_refund(&intent, &SettleRefund { outcome, note }).await
                }
                Answer::LookedInto => admin.looked_into_refund(&intent, note).await,
            };
            busy.try_set(false);
            match done {
                Ok(_) => {
                    toasts.done("It is on record.");
                    on_close.try_run(());
                }
                Err(failure) if failure.field() == Some("note") => {
                    wrong.try_set(Some(("note".to_owned(), failure.to_string())));
                }
                Err(failure) => toasts.failed(&failure),
            }
            page.reload();
        });
    };
    let (title, text, yes) = match answer {
        Answer::Settle(RefundOutcome::Succeeded) => (
            format!("{money} for order {order} was refunded?"),
            "The customer is told that the money is on its way back. It counts against the charge.",
            "It was refunded",
        ),
        Answer::Settle(RefundOutcome::Failed) => (
            format!("{money} for order {order} was not refunded?"),
            "The customer is told that it did not work. The charge can be refunded anew: if this refund was made after all, the money is given back twice.",
            "It was not refunded",
        ),
        Answer::LookedInto => (
            format!("{money} for order {order}: looked into?"),
            "It is not listed here any more. The settlement stands as it is.",
            "I have looked into it",
        ),
    };
    view! {
        <Dialog title=title on_close=on_close>
            <form class="form" on:submit=send novalidate>
                <p>{text}</p>
                <Field field="note" label="How you know" hint="For the record, with your name." wrong=wrong.into()>
                    <TextArea id="note" value=note on_input=Callback::new(move |v| note.set(v)) rows=2/>
                </Field>
                <FormFoot yes=yes busy=busy on_close=on_close/>
            </form>
        </Dialog>
    }
}
