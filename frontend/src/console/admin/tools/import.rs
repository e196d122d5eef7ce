//! Tools out of an OpenAPI document: read, chosen, and saved one by one.

use leptos::{ev, prelude::*, task::spawn_local};
use shared::{
    api::{ImportTools, ImportableTools, MadeTool},
    event::Effect,
    tool::HttpTool,
};

use super::{
    super::{
        super::{
            client::Admin,
            field::{Field, TextArea},
        },
        FormFault, placed,
    },
    draft::Draft,
    form::ToolForm,
};

/// The document, then what it describes.
#[component]
pub fn Import(on_saved: Callback<MadeTool>) -> impl IntoView {
    let admin = StoredValue::new(expect_context::<Admin>());
    let document = RwSignal::new(String::new());
    let wrong = RwSignal::new(None::<(String, String)>);
    let busy = RwSignal::new(false);
    let read = RwSignal::new(None::<ImportableTools>);
    let send = move |event: ev::SubmitEvent| {
        event.prevent_default();
        wrong.set(None);
        busy.set(true);
        let body = ImportTools { document: document.get_untracked() };
        spawn_local(async move {
            let answer = admin.get_value().import_tools(&body).await;
            busy.try_set(false);
            match answer {
                Ok(tools) => drop(read.try_set(Some(tools))),
                Err(failure) => drop(wrong.try_set(Some(placed(&failure)))),
            }
        });
    };
    move || {
        match read.get() {
        Some(found) => view! { <Found found=found on_saved=on_saved/> }.into_any(),
        None => view! {
            <form class="form" on:submit=send novalidate>
                <Field field="document" label="OpenAPI 3, as JSON or YAML" hint="Nothing is added before you have seen it." wrong=wrong.into()>
                    <TextArea id="document" rows=12 value=document on_input=Callback::new(move |text| document.set(text))/>
                </Field>
                <FormFault wrong=wrong fields=&["document"]/>
                <p class="buttons">
                    <button type="submit" class="button primary" disabled=busy>"Read it"</button>
                </p>
            </form>
        }
        .into_any(),
    }
    }
}

/// What the document describes; one of them at a time is looked at and saved.
#[component]
fn Found(found: ImportableTools, on_saved: Callback<MadeTool>) -> impl IntoView {
    let ImportableTools { title, tools, left_out } = found;
    let count = tools.len();
    let chosen = RwSignal::new(None::<HttpTool>);
    let done = RwSignal::new(Vec::<String>::new());
    let saved = Callback::new(move |made: MadeTool| {
        done.update(|done| done.push(made.tool.name.clone()));
        chosen.set(None);
        on_saved.run(made);
    });
    let line = move |tool: HttpTool| {
        let (name, purpose) = (tool.name.clone(), tool.purpose.clone());
        let writes = tool.effect == Effect::Write;
        let own = name.clone();
        let is_done = Memo::new(move |_| done.with(|done| done.contains(&own)));
        view! {
            <li class="trial">
                <code>{name.clone()}</code>
                <span class="hint">{if writes { "writes · " } else { "reads · " }}{purpose}</span>
                <button
                    type="button"
                    class="button small"
                    aria-label=format!("Look at {name}")
                    disabled=is_done
                    on:click=move |_| chosen.set(Some(tool.clone()))
                >
                    {move || if is_done.get() { "Added" } else { "Look at it" }}
                </button>
            </li>
        }
    };
    view! {
        <h3>{title}</h3>
        <p class="hint">{format!("{count} tools. Add those that your agents need, and no others.")}</p>
        {move || match chosen.get() {
            Some(tool) => view! {
                <p class="buttons">
                    <button type="button" class="button" on:click=move |_| chosen.set(None)>"Back to the list"</button>
                </p>
                <ToolForm start=Draft::of(&tool, &[]) is_new=true on_saved=saved/>
            }
            .into_any(),
            None => view! { <ul class="trials">{tools.clone().into_iter().map(line).collect_view()}</ul> }.into_any(),
        }}
        {(!left_out.is_empty())
            .then(|| {
                let lines = left_out.into_iter().map(|one| view! { <li><code>{one.operation}</code>" "{one.why}</li> });
                view! {
                    <details>
                        <summary>"What no tool can be made of"</summary>
                        <ul>{lines.collect_view()}</ul>
                    </details>
                }
            })}
    }
}
