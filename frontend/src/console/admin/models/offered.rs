//! The models that a connection offers, and what they cost.

use leptos::prelude::*;
use shared::limits::MODELS;

use super::{
    super::super::field::{Field, TextInput, Wrong},
    draft::{Draft, Row},
};

/// One row a model.
#[component]
pub fn Offered(draft: RwSignal<Draft>, wrong: Wrong, form: StoredValue<String>) -> impl IntoView {
    let count = Memo::new(move |_| draft.with(|d| d.models.len()));
    let full = Memo::new(move |_| count.get() >= MODELS);
    view! {
        <fieldset>
            <legend>"Models"</legend>
            <p class="hint">
                "As the provider names them, with what a million tokens cost; leave prices empty where there are none."
            </p>
            <Field field="models" label="" wrong=whole(wrong)/>
            <For each=move || 0..count.get() key=|i| *i let:i>
                <ModelRow at=i draft=draft wrong=wrong form=form/>
            </For>
            <p class="buttons">
                <button
                    type="button"
                    class="button"
                    disabled=full
                    on:click=move |_| draft.update(|d| d.models.push(Row::default()))
                >
                    "Add a model"
                </button>
            </p>
        </fieldset>
    }
}

#[component]
fn ModelRow(
    at: usize,
    draft: RwSignal<Draft>,
    wrong: Wrong,
    form: StoredValue<String>,
) -> impl IntoView {
    let read = move |of: fn(&Row) -> String| {
        Signal::derive(move || draft.with(|d| d.models.get(at).map(of).unwrap_or_default()))
    };
    let typed = move |set: fn(&mut Row, String)| {
        Callback::new(move |text| {
            draft.update(|d| {
                if let Some(row) = d.models.get_mut(at) {
                    set(row, text);
                }
            });
        })
    };
    let id = move |field: &str| form.with_value(|form| format!("{form}-{at}-{field}"));
    let remove = move |_| {
        draft.update(|d| {
            if at < d.models.len() {
                d.models.remove(at);
            }
        });
    };
    view! {
        <div class="rule-box" role="group" aria-label=move || format!("Model: {}", read(|r| r.name.clone()).get())>
            <div class="row">
                <Field field=format!("models[{at}].name") id=id("name") label="Name" wrong=wrong>
                    <TextInput id=id("name") value=read(|r| r.name.clone()) on_input=typed(|r, v| r.name = v)/>
                </Field>
                <span class="buttons rule-buttons">
                    <button type="button" class="button small" on:click=remove>"Remove"</button>
                </span>
            </div>
            <div class="row">
                <Field field=format!("models[{at}].price") id=id("input") label="In" wrong=wrong>
                    <TextInput id=id("input") placeholder="0.00" value=read(|r| r.input.clone()) on_input=typed(|r, v| r.input = v)/>
                </Field>
                <Field field=format!("models[{at}].cached") id=id("cached") label="In, from the cache">
                    <TextInput id=id("cached") placeholder="as In" value=read(|r| r.cached.clone()) on_input=typed(|r, v| r.cached = v)/>
                </Field>
                <Field field=format!("models[{at}].output") id=id("output") label="Out">
                    <TextInput id=id("output") placeholder="0.00" value=read(|r| r.output.clone()) on_input=typed(|r, v| r.output = v)/>
                </Field>
            </div>
        </div>
    }
}

/// An error of the list as a whole, not of one model in it.
fn whole(wrong: Wrong) -> Wrong {
    Signal::derive(move || wrong.get().filter(|(field, _)| field == "models"))
}
