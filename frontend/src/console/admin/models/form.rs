//! The form of a connection.

use leptos::{ev, prelude::*, task::spawn_local};
use shared::{
    api::{AddConnection, Connection},
    model::{Protocol, is_connection_id},
};

use super::{
    super::{
        super::{
            client::Admin,
            field::{Field, Select, TextInput},
            nav::Nav,
            toast::Toasts,
        },
        FormFault, placed,
    },
    draft::{Draft, protocol_name},
    offered::Offered,
};

/// The form of a new connection, or of the one called `id`.
#[component]
pub fn ConnectionForm(
    id: Option<String>,
    start: Draft,
    has_key: bool,
    on_saved: Callback<Connection>,
) -> impl IntoView {
    let admin = StoredValue::new(expect_context::<Admin>());
    let (nav, toasts) = (Nav::here(), Toasts::here());
    let is_new = id.is_none();
    // Each connection has this form, all of them on one page.
    let form = StoredValue::new(id.clone().unwrap_or_else(|| "new".to_owned()));
    let own_id = RwSignal::new(id.unwrap_or_else(|| "openai".to_owned()));
    let start = RwSignal::new(start);
    let draft = RwSignal::new(start.get_untracked());
    let has_key = RwSignal::new(has_key);
    let wrong = RwSignal::new(None::<(String, String)>);
    let busy = RwSignal::new(false);
    let changed = Memo::new(move |_| draft.with(|d| start.with(|s| d != s)));
    Effect::new(move |_| nav.set_unsaved(changed.get()));
    on_cleanup(move || nav.set_unsaved(false));
    let save = move |event: ev::SubmitEvent| {
        event.prevent_default();
        let id = own_id.get_untracked().trim().to_owned();
        if is_new && !is_connection_id(&id) {
            let text = "Use small letters, digits, '_' and '-'.";
            return wrong.set(Some(("id".to_owned(), text.to_owned())));
        }
        let body = match draft.with_untracked(Draft::body) {
            Ok(body) => body,
            Err(fault) => return wrong.set(Some(fault)),
        };
        wrong.set(None);
        busy.set(true);
        let admin = admin.get_value();
        spawn_local(async move {
            let answer = if is_new {
                admin.add_connection(&AddConnection { id, connection: body }).await
            } else {
                admin.save_connection(&id, &body).await
            };
            busy.try_set(false);
            match answer {
                Ok(connection) => {
                    nav.set_unsaved(false);
                    toasts.done("Saved. Test it before agents use it.");
                    let now = Draft::of(&connection);
                    start.try_set(now.clone());
                    draft.try_set(now);
                    has_key.try_set(connection.has_key);
                    on_saved.try_run(connection);
                }
                Err(failure) => drop(wrong.try_set(Some(placed(&failure)))),
            }
        });
    };
    let name_of = move |field: &str| form.with_value(|form| format!("{form}-{field}"));
    let typed = move |set: fn(&mut Draft, String)| {
        Callback::new(move |text| draft.update(|d| set(d, text)))
    };
    let protocols = Protocol::ALL.map(|p| (key(p), protocol_name(p).to_owned())).to_vec();
    let speak = Callback::new(move |chosen: String| {
        if let Some(protocol) = Protocol::ALL.into_iter().find(|p| key(*p) == chosen) {
            draft.update(|d| d.speak(protocol));
        }
    });
    view! {
        <form class="form" on:submit=save novalidate>
            <Field field="protocol" id=name_of("protocol") label="Provider" hint="How it is spoken to. “OpenAI-compatible” is for Ollama, vLLM, llama.cpp, LiteLLM, OpenRouter, Azure and others." wrong=wrong.into()>
                <Select
                    id=name_of("protocol")
                    value=Signal::derive(move || draft.with(|d| key(d.protocol)))
                    options=Signal::stored(protocols)
                    on_change=speak
                />
            </Field>
            {is_new
                .then(|| {
                    view! {
                        <Field field="id" id=name_of("id") label="Short name" hint="What agents call it: “openai” in openai/gpt-5.2. It stays." wrong=wrong.into()>
                            <TextInput id=name_of("id") value=own_id on_input=Callback::new(move |v| own_id.set(v))/>
                        </Field>
                    }
                })}
            <Field field="name" id=name_of("name") label="Name" wrong=wrong.into()>
                <TextInput id=name_of("name") value=Signal::derive(move || draft.with(|d| d.name.clone())) on_input=typed(|d, v| d.name = v)/>
            </Field>
            <Field field="base_url" id=name_of("base_url") label="Address" hint="Where it answers. A server in your own network must also be listed in private_hosts by whoever runs Baton." wrong=wrong.into()>
                <TextInput id=name_of("base_url") placeholder="https://" value=Signal::derive(move || draft.with(|d| d.base_url.clone())) on_input=typed(|d, v| d.base_url = v)/>
            </Field>
            <Field field="key" id=name_of("key") label="Key" hint="Kept sealed, and never shown again." wrong=wrong.into()>
                <KeyInput id=name_of("key") draft=draft has_key=has_key/>
            </Field>
            <Offered draft=draft wrong=wrong.into() form=form/>
            <FormFault wrong=wrong fields=&["protocol", "id", "name", "base_url", "key", "models"]/>
            <p class="buttons">
                <button type="submit" class="button primary" disabled=move || busy.get() || !(changed.get() || is_new)>
                    {if is_new { "Add connection" } else { "Save" }}
                </button>
            </p>
        </form>
    }
}

/// The key: typed anew or left alone, never shown.
#[component]
fn KeyInput(id: String, draft: RwSignal<Draft>, has_key: RwSignal<bool>) -> impl IntoView {
    let set = "A key is set; type a new one to replace it";
    view! {
        <input
            id=id.clone()
            name=id
            type="password"
            autocomplete="off"
            placeholder=move || if has_key.get() { set } else { "" }
            prop:value=move || draft.with(|d| d.key.clone())
            on:input:target=move |ev| draft.update(|d| d.key = ev.target().value())
        />
    }
}

/// A protocol as the form's choice names it.
fn key(protocol: Protocol) -> String {
    format!("{protocol:?}")
}
