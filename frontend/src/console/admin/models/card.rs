//! One connection: how it is doing, its form, and its models to be tried.

use leptos::{prelude::*, task::spawn_local};
use shared::api::{Connection, ConnectionHealth};

use super::{
    super::super::{client::Admin, clock, dialog::DeleteButton, format, toast::Toasts},
    all,
    draft::Draft,
    form::ConnectionForm,
    trial::Trials,
};

/// One connection.
#[component]
pub fn Card(connection: Connection) -> impl IntoView {
    let (id, start, has_key) = (connection.id.clone(), Draft::of(&connection), connection.has_key);
    let now = RwSignal::new(connection);
    // The card stays when it was saved, and with it what is typed into the others.
    let saved = Callback::new(move |connection| now.set(connection));
    let own = id.clone();
    view! {
        <section class="panel">
            <header class="panel-head">
                <h2>{move || now.with(|c| c.name.clone())}</h2>
                <code>{id.clone()}</code>
                {move || now.with(|c| view! { <Health health=c.health.clone()/> })}
            </header>
            {move || now.with(|c| trouble(&c.health)).map(|text| view! { <p class="hint">{text}</p> })}
            <Trials connection=now/>
            <details class="more">
                <summary>"Change the connection"</summary>
                <ConnectionForm
                    id=Some(own)
                    start=start
                    has_key=has_key
                    on_saved=saved
                />
                <Remove id=id/>
            </details>
        </section>
    }
}

#[component]
fn Health(health: ConnectionHealth) -> impl IntoView {
    let (text, good) = match (health.resting, health.failures) {
        (true, _) => ("Left alone for a while", false),
        (false, 0) => ("Ready", true),
        (false, _) => ("Failed lately", false),
    };
    view! { <span class="chip" class:good=good class:approval=!good>{text}</span> }
}

/// What went wrong last, if it has not answered since.
fn trouble(health: &ConnectionHealth) -> Option<String> {
    let why = health.last_error.as_ref().filter(|_| health.failures > 0)?;
    let when = health.failed_at.map(|at| format::date_and_time(at, clock::utc_offset_minutes(at)));
    Some(format!("Last failure{}: {why}", when.map(|at| format!(", {at}")).unwrap_or_default()))
}

#[component]
fn Remove(id: String) -> impl IntoView {
    let admin = StoredValue::new(expect_context::<Admin>());
    let id = StoredValue::new(id);
    let (toasts, list) = (Toasts::here(), all());
    let remove = Callback::new(move |()| {
        spawn_local(async move {
            match admin.get_value().delete_connection(&id.get_value()).await {
                Ok(()) => {
                    toasts.done("Deleted, with its key.");
                    list.change(|all| all.connections.retain(|c| c.id != id.get_value()));
                }
                Err(failure) => toasts.failed(&failure),
            }
        });
    });
    view! {
        <DeleteButton
            label="Delete the connection"
            title="Delete this connection?"
            text="Its key is deleted, too. Agents that are published with one of its models keep it from being deleted."
            on_yes=remove
        />
    }
}
