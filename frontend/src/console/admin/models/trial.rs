//! Trying a connection's models, one by one.

use leptos::{prelude::*, task::spawn_local};
use shared::api::{Connection, ConnectionTest, OfferedModel, TestConnection};

use super::super::super::{client::Admin, price, toast::Toasts};

/// The models of a connection, each with what it costs and a button that tries it.
#[component]
pub fn Trials(connection: RwSignal<Connection>) -> impl IntoView {
    let rows = move || {
        connection.with(|c| {
            let row = |model: &OfferedModel| {
                let (id, model) = (c.id.clone(), model.clone());
                view! { <Trial id=id model=model/> }
            };
            c.models.iter().map(row).collect_view()
        })
    };
    view! { <ul class="trials">{rows}</ul> }
}

#[component]
fn Trial(id: String, model: OfferedModel) -> impl IntoView {
    let admin = StoredValue::new(expect_context::<Admin>());
    let toasts = Toasts::here();
    let busy = RwSignal::new(false);
    let told = RwSignal::new(None::<ConnectionTest>);
    let named = format!("{id}/{}", model.name);
    let price = match (model.price.input, model.price.output) {
        (0, 0) => "no price".to_owned(),
        (input, output) => format!("{} in, {} out", price::write(input), price::write(output)),
    };
    let (id, name) = (StoredValue::new(id), StoredValue::new(model.name));
    let test = move |_| {
        busy.set(true);
        told.set(None);
        spawn_local(async move {
            let body = TestConnection { model: name.get_value() };
            let answer = admin.get_value().test_connection(&id.get_value(), &body).await;
            busy.try_set(false);
            match answer {
                Ok(test) => drop(told.try_set(Some(test))),
                Err(failure) => toasts.failed(&failure),
            }
        });
    };
    view! {
        <li class="trial">
            <code>{named.clone()}</code>
            <span class="hint">{price}</span>
            <button
                type="button"
                class="button small"
                aria-label=format!("Test {named}")
                disabled=busy
                on:click=test
            >
                {move || if busy.get() { "Testing…" } else { "Test" }}
            </button>
            <div class="trial-told" role="status">
                {move || told.get().map(|test| view! { <Told test=test/> })}
            </div>
        </li>
    }
}

#[component]
fn Told(test: ConnectionTest) -> impl IntoView {
    let took = format!("{:.1} s", std::time::Duration::from_millis(test.took_ms).as_secs_f32());
    view! {
        <p class:wrong=!test.ok class:right=test.ok>
            {test.message} " " <span class="hint">{took}</span>
        </p>
    }
}
