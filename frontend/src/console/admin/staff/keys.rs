//! The API keys of an account: what there is, a new one, and the end of one.

use leptos::{ev, prelude::*, task::spawn_local};
use shared::{
    api::{AddApiKey, ApiKey},
    id::StaffId,
    limits::NAME_CHARS,
};

use super::super::super::{
    client::Admin,
    clock::{self, Clock},
    dialog::{Dialog, ShownOnce},
    field::{Field, TextInput},
    format,
    load::{Empty, Loader, loaded},
    toast::Toasts,
};

/// The API keys of an account.
#[component]
pub fn Keys(
    /// Whose.
    id: StaffId,
    /// What the dialog is called.
    title: String,
    /// It has been dismissed.
    on_close: Callback<()>,
) -> impl IntoView {
    let admin = StoredValue::new(expect_context::<Admin>());
    let id = StoredValue::new(id);
    let keys = Loader::new(move || {
        let (admin, id) = (admin.get_value(), id.get_value());
        async move { admin.keys(&id).await }
    });
    let made = RwSignal::new(None::<String>);
    view! {
        <Dialog title=title on_close=on_close>
            <p class="dialog-text">"A program that has a key can do what this account can, until you revoke it."</p>
            {loaded(keys, move |list| {
                if list.keys.is_empty() {
                    return view! { <Empty title="No keys" text="Make one for each program, so that it can be revoked alone."/> }
                        .into_any();
                }
                let lines = list.keys.into_iter().map(|key| view! { <KeyLine of=id api_key=key on_gone=move || keys.reload()/> });
                view! { <ul class="cards keys-list">{lines.collect_view()}</ul> }.into_any()
            })}
            <NewKey of=id on_made=Callback::new(move |key| { made.set(Some(key)); keys.reload(); })/>
        </Dialog>
        {move || {
            made.get()
                .map(|key| {
                    view! {
                        <ShownOnce
                            title="The new API key"
                            text="It is shown this once. Put it where the program keeps its secrets."
                            secret=key
                            on_close=Callback::new(move |()| made.set(None))
                        />
                    }
                })
        }}
    }
}

/// One key; it is asked once more before it ends.
#[component]
fn KeyLine<G: Fn() + Copy + Send + Sync + 'static>(
    of: StoredValue<StaffId>,
    api_key: ApiKey,
    on_gone: G,
) -> impl IntoView {
    let admin = expect_context::<Admin>();
    let (clock, toasts) = (Clock::here(), Toasts::here());
    let sure = RwSignal::new(false);
    let (made, used, key) = (api_key.created_at, api_key.last_used_at, api_key.id);
    let told = move || {
        let made = format::date(made, clock::utc_offset_minutes(made));
        let used = used.map_or_else(
            || "never used".to_owned(),
            |at| format!("used {} ago", format::short_span(clock.now().since_ms(at))),
        );
        format!("Made {made}, {used}")
    };
    let revoke = Callback::new(move |()| {
        let (admin, key) = (admin.clone(), key.clone());
        spawn_local(async move {
            match admin.delete_key(&of.get_value(), &key).await {
                Ok(()) => toasts.done("Revoked. Programs that use it are refused."),
                Err(failure) => toasts.failed(&failure),
            }
            on_gone();
        });
    });
    view! {
        <li class="card-line key-line">
            <div>
                <p><strong>{api_key.name}</strong></p>
                <p class="hint">{told}</p>
            </div>
            {move || {
                if sure.get() {
                    view! {
                        <span class="buttons">
                            <button type="button" class="button small" on:click=move |_| sure.set(false)>"Keep"</button>
                            <button type="button" class="button small danger" on:click=move |_| revoke.run(())>"Revoke it"</button>
                        </span>
                    }
                        .into_any()
                } else {
                    view! { <button type="button" class="button small" on:click=move |_| sure.set(true)>"Revoke"</button> }
                        .into_any()
                }
            }}
        </li>
    }
}

#[component]
fn NewKey(of: StoredValue<StaffId>, on_made: Callback<String>) -> impl IntoView {
    let admin = expect_context::<Admin>();
    let name = RwSignal::new(String::new());
    let wrong = RwSignal::new(None::<(String, String)>);
    let busy = RwSignal::new(false);
    let make = move |event: ev::SubmitEvent| {
        event.prevent_default();
        let text = name.get_untracked().trim().to_owned();
        if text.is_empty() || text.chars().count() > NAME_CHARS {
            let say = format!("Say what it is for, in 1 to {NAME_CHARS} characters.");
            return wrong.set(Some(("key-name".to_owned(), say)));
        }
        wrong.set(None);
        busy.set(true);
        let admin = admin.clone();
        spawn_local(async move {
            let answer = admin.new_key(&of.get_value(), &AddApiKey { name: Some(text) }).await;
            busy.try_set(false);
            match answer {
                Ok(new) => {
                    name.try_set(String::new());
                    on_made.try_run(new.key);
                }
                Err(failure) => {
                    wrong.try_set(Some(("key-name".to_owned(), failure.to_string())));
                }
            }
        });
    };
    view! {
        <form class="new-key" on:submit=make novalidate>
            <Field field="key-name" label="New key for" hint="The program that will use it." wrong=wrong.into()>
                <TextInput id="key-name" value=name on_input=Callback::new(move |v| name.set(v)) placeholder="Nightly export"/>
            </Field>
            <button type="submit" class="button primary" disabled=move || busy.get()>"Make key"</button>
        </form>
    }
}
