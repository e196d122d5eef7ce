//! Which model speaks for the agent, how it is asked, and what happens when it fails.

use leptos::prelude::*;
use shared::{
    agent::BUILT_IN,
    model::{Effort, FALLBACKS},
};

use super::{
    super::super::{
        field::{Field, Select, TextInput, Whole, saturated},
        load::Loader,
    },
    editor::Editor,
};

/// What stands for no choice.
const NONE: &str = "";

/// The model and its settings.
#[component]
pub fn Model() -> impl IntoView {
    let editor = Editor::here();
    let wrong = editor.wrong();
    let offered = offered();
    let with_built_in = Signal::derive(move || {
        let mut choices = vec![(BUILT_IN.to_owned(), "built-in (no key, no tokens)".to_owned())];
        choices.extend(offered.get().into_iter().map(|model| (model.clone(), model)));
        choices
    });
    let is_llm = Memo::new(move |_| editor.spec.with(|s| s.model != BUILT_IN));
    view! {
        <Field
            field="model"
            label="Model"
            hint="What speaks for the agent. Connect providers under Models."
            wrong=wrong
        >
            <Select id="model" value=editor.text(|s| s.model.clone()) options=with_built_in
                on_change=editor.typed(|s, v| s.model = v)/>
        </Field>
        {move || is_llm.get().then(|| view! { <Settings offered=offered/> })}
    }
}

#[component]
fn Settings(offered: Signal<Vec<String>>) -> impl IntoView {
    let editor = Editor::here();
    let wrong = editor.wrong();
    let efforts = [
        (NONE, "the model's own"),
        ("Off", "none"),
        ("Minimal", "minimal"),
        ("Low", "low"),
        ("Medium", "medium"),
        ("High", "high"),
    ];
    let efforts = efforts.map(|(v, name)| (v.to_owned(), name.to_owned())).to_vec();
    let effort = editor
        .text(|s| s.model_settings.effort.map(|effort| format!("{effort:?}")).unwrap_or_default());
    let temperature =
        editor.text(|s| s.model_settings.temperature.map(|t| t.to_string()).unwrap_or_default());
    // What is no number is not taken, and the box says what is in force.
    let heat = Callback::new(move |typed: String| {
        let typed = typed.trim().replace(',', ".");
        let value = if typed.is_empty() { Some(None) } else { typed.parse().ok().map(Some) };
        if let Some(value) = value {
            editor.spec.update(|s| s.model_settings.temperature = value);
        }
    });
    let places = Memo::new(move |_| {
        editor.spec.with(|s| (s.model_settings.fallbacks.len() + 1).min(FALLBACKS))
    });
    view! {
        <div class="row">
            <Field field="model_settings.temperature" label="Temperature, 0 to 2" hint="Empty: the model's own." wrong=wrong>
                <TextInput id="model_settings.temperature" value=temperature on_input=heat/>
            </Field>
            <Field field="model_settings.max_tokens" label="Longest answer, in tokens" hint="What it thinks counts, too." wrong=wrong>
                <Whole
                    id="model_settings.max_tokens"
                    value=editor.text(|s| s.model_settings.max_tokens().to_string())
                    on_change=editor.typed(|s, v| s.model_settings.max_tokens = Some(saturated(v)))
                />
            </Field>
            <Field field="model_settings.effort" label="Thinking" hint="Where the model can be told." wrong=wrong>
                <Select id="model_settings.effort" value=effort options=Signal::stored(efforts)
                    on_change=editor.typed(|s, v: String| s.model_settings.effort = effort_of(&v))/>
            </Field>
        </div>
        <For each=move || 0..places.get() key=|i| *i let:at>
            <Fallback at=at offered=offered/>
        </For>
        <p class="hint">
            "When every model fails, the built-in brain answers; when it cannot help, a person does."
        </p>
    }
}

#[component]
fn Fallback(at: usize, offered: Signal<Vec<String>>) -> impl IntoView {
    let editor = Editor::here();
    let name = format!("model_settings.fallbacks[{at}]");
    let options = Signal::derive(move || {
        let mut choices = vec![(NONE.to_owned(), "nothing more".to_owned())];
        choices.extend(offered.get().into_iter().map(|model| (model.clone(), model)));
        choices
    });
    let value =
        editor.text(move |s| s.model_settings.fallbacks.get(at).cloned().unwrap_or_default());
    let choose = editor.typed(move |s, model: String| {
        let fallbacks = &mut s.model_settings.fallbacks;
        match (model.is_empty(), at < fallbacks.len()) {
            (true, true) => drop(fallbacks.remove(at)),
            (true, false) => {}
            (false, true) => fallbacks[at] = model,
            (false, false) => fallbacks.push(model),
        }
    });
    let label = if at == 0 { "If it fails, try" } else { "And if that fails, too" };
    view! {
        <Field field=name.clone() label=label wrong=editor.wrong()>
            <Select id=name value=value options=options on_change=choose/>
        </Field>
    }
}

/// What the connections offer, as agents name it.
fn offered() -> Signal<Vec<String>> {
    let admin = Editor::here().admin();
    let all = Loader::new(move || {
        let admin = admin.clone();
        async move { admin.connections().await }
    });
    Signal::derive(move || {
        let connections = all.ready().map(|all| all.connections).unwrap_or_default();
        let names = connections.iter().flat_map(|connection| {
            connection.models.iter().map(|model| format!("{}/{}", connection.id, model.name))
        });
        names.collect()
    })
}

fn effort_of(chosen: &str) -> Option<Effort> {
    let all = [Effort::Off, Effort::Minimal, Effort::Low, Effort::Medium, Effort::High];
    all.into_iter().find(|effort| format!("{effort:?}") == chosen)
}
