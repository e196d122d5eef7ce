//! Connections to model providers: where they answer, with which key, and what their models cost.

mod card;
mod draft;
mod form;
mod offered;
mod trial;

use leptos::prelude::*;
use shared::{
    api::{Connection, Connections},
    model::Protocol,
};

use self::{card::Card, draft::Draft, form::ConnectionForm};
use super::{
    super::{
        client::Admin,
        dialog::Dialog,
        load::{Empty, Loader, loaded},
    },
    PageHead,
};

/// All connections.
#[component]
pub fn ModelsPage() -> impl IntoView {
    let admin = expect_context::<Admin>();
    let all = Loader::new(move || {
        let admin = admin.clone();
        async move { admin.connections().await }
    });
    provide_context(all);
    let making = RwSignal::new(false);
    let saved = Callback::new(move |new: Connection| {
        making.set(false);
        all.change(|list: &mut Connections| {
            list.connections.push(new);
            list.connections.sort_by(|a, b| a.id.cmp(&b.id));
        });
    });
    view! {
        <PageHead title="Models" text="Providers whose models can speak for agents. Agents without one are spoken for by the built-in brain, which also answers when every model fails.">
            <button type="button" class="button primary" on:click=move |_| making.set(true)>"New connection"</button>
        </PageHead>
        {loaded(all, move |list| {
            if list.connections.is_empty() {
                let text = "Connect OpenAI, Anthropic, Gemini or any OpenAI-compatible server, test it, and choose its model on an agent's page.";
                return view! { <Empty title="No models yet" text=text/> }.into_any();
            }
            list.connections.into_iter().map(|one| view! { <Card connection=one/> }).collect_view().into_any()
        })}
        {move || {
            making
                .get()
                .then(|| {
                    let close = Callback::new(move |()| making.set(false));
                    view! {
                        <Dialog title="New connection" on_close=close wide=true>
                            <ConnectionForm id=None start=Draft::new(Protocol::OpenaiResponses) has_key=false on_saved=saved/>
                        </Dialog>
                    }
                })
        }}
    }
}

/// All connections, to be changed when one of them is.
fn all() -> Loader<Connections> {
    expect_context()
}
