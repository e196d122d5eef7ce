//! What a model was asked in one step, exactly, for administrators.

use leptos::prelude::*;
use shared::{api::StepRequest, id::Seq};

use super::{
    super::{
        client::{Admin, Desk},
        copy::CopyButton,
        dialog::Dialog,
        load::{Loader, loaded},
    },
    open::Open,
};

/// A button that shows the request of the step `seq`. Nothing for who is no administrator, and
/// where no conversation of the desk is open.
#[component]
pub fn ShowRequest(seq: Seq) -> impl IntoView {
    let open = use_context::<Open>();
    let both = open.and_then(|open| Some((open, open.desk.with_value(Desk::admin)?)));
    both.map(|(open, admin)| view! { <Button open=open admin=admin seq=seq/> })
}

#[component]
fn Button(open: Open, admin: Admin, seq: Seq) -> impl IntoView {
    let admin = StoredValue::new(admin);
    let shown = RwSignal::new(false);
    view! {
        <button type="button" class="button small" on:click=move |_| shown.set(true)>"Show the request"</button>
        {move || {
            let close = Callback::new(move |()| shown.set(false));
            shown
                .get()
                .then(|| {
                    view! {
                        <Dialog title="What the model was asked" on_close=close wide=true>
                            <Request admin=admin.get_value() open=open seq=seq/>
                        </Dialog>
                    }
                })
        }}
    }
}

#[component]
fn Request(admin: Admin, open: Open, seq: Seq) -> impl IntoView {
    let request = Loader::new(move || {
        let admin = admin.clone();
        async move { admin.step_request(&open.id(), seq).await }
    });
    loaded(request, |StepRequest { model, address, body, note }| {
        let body = body.and_then(|body| serde_json::to_string_pretty(&body).ok());
        view! {
            <p class="dialog-text">
                <code>{model}</code> " " {address.map(|address| view! { <span class="hint">{address}</span> })}
            </p>
            {note.map(|note| view! { <p class="dialog-text">{note}</p> })}
            {body
                .map(|body| {
                    view! {
                        <pre class="request" tabindex="0" aria-label="The request’s body">{body.clone()}</pre>
                        <p class="buttons"><CopyButton text=body/></p>
                    }
                })}
        }
    })
}
