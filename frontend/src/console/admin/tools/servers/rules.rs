//! What an administrator says of a chosen tool: this holds, whatever server and agent think.

use leptos::prelude::*;
use shared::{
    event,
    tool::{Asks, mcp::McpTool},
};

use super::{
    super::super::super::field::{Field, Select, TextArea, TextInput, Toggle},
    draft::{Draft, texts},
};

/// By what an argument is filled in, and what people call it.
const FILLS: [(&str, &str); 6] = [
    ("", "The agent says it"),
    ("{visitor.customer}", "The customer, as the site has signed"),
    ("{visitor.email}", "Their address, as the site has signed"),
    ("{visitor.id}", "The visitor’s id"),
    ("{conversation.id}", "The conversation’s id"),
    (KEY, "A key by which the server knows a repeated call"),
];
/// Stands for the key in that choice.
const KEY: &str = "key";

/// What holds for the chosen tool at `at`.
#[component]
pub fn Rules(draft: RwSignal<Draft>, at: usize) -> impl IntoView {
    let read = move |of: fn(&McpTool) -> String| {
        Signal::derive(move || draft.with(|d| d.tools.get(at).map(of).unwrap_or_default()))
    };
    let is = move |of: fn(&McpTool) -> bool| {
        Signal::derive(move || draft.with(|d| d.tools.get(at).is_some_and(of)))
    };
    let change = move |with: &dyn Fn(&mut McpTool)| {
        draft.update(|d| {
            if let Some(tool) = d.tools.get_mut(at) {
                with(tool);
            }
        });
    };
    let typed = move |set: fn(&mut McpTool, String)| {
        Callback::new(move |text: String| change(&|tool| set(tool, text.clone())))
    };
    let turned =
        move |set: fn(&mut McpTool, bool)| Callback::new(move |on| change(&|tool| set(tool, on)));
    let effects = [("read", "It only reads"), ("write", "It changes something")];
    let effects = effects.map(|(k, name)| (k.to_owned(), name.to_owned())).to_vec();
    let effect =
        read(|tool| if tool.effect == event::Effect::Write { "write" } else { "read" }.to_owned());
    let set_effect = typed(|tool, chosen| {
        let writes = chosen == "write";
        tool.effect = if writes { event::Effect::Write } else { event::Effect::Read };
        tool.asks = if writes { Asks::Always } else { Asks::default() };
    });
    let writes = is(|tool| tool.effect == event::Effect::Write);
    let id = move |field: &str| format!("tool-{at}-{field}");
    let arguments = draft.with_untracked(|d| d.tools.get(at).map(texts).unwrap_or_default());
    let arguments =
        arguments.into_iter().map(|name| view! { <Filled draft=draft at=at name=name/> });
    let arguments = arguments.collect_view();
    view! {
        <Field field=id("purpose") label="What it is for, for the agent" hint="The server’s words until you write your own.">
            <TextArea id=id("purpose") rows=3 value=read(|t| t.purpose.clone()) on_input=typed(|t, v| t.purpose = v)/>
        </Field>
        <Field field=id("label") label="What the visitor reads meanwhile">
            <TextInput id=id("label") placeholder="Counting" value=read(|t| t.label.clone()) on_input=typed(|t, v| t.label = v)/>
        </Field>
        <Field field=id("effect") label="Effect">
            <Select id=id("effect") value=effect options=Signal::stored(effects) on_change=set_effect/>
        </Field>
        {move || {
            writes
                .get()
                .then(|| {
                    view! {
                        <Toggle
                            label="A person approves each call"
                            on=is(|t| t.asks == Asks::Always)
                            on_change=turned(|t, on| t.asks = if on { Asks::Always } else { Asks::WhenInDoubt })
                        />
                    }
                })
        }}
        <Toggle label="Only for visitors for whom the site has signed" on=is(|t| t.needs_verified) on_change=turned(|t, on| t.needs_verified = on)/>
        <Toggle label="Its answers hold no text of strangers" on=is(|t| t.trusted) on_change=turned(|t, on| t.trusted = on)/>
        <p class="hint">"After text of strangers, whatever changes something waits for a person."</p>
        {arguments}
    }
}

/// Who says what an argument is.
#[component]
fn Filled(draft: RwSignal<Draft>, at: usize, name: String) -> impl IntoView {
    let own = StoredValue::new(name.clone());
    let value = Signal::derive(move || {
        draft.with(|d| {
            let (Some(tool), name) = (d.tools.get(at), own.get_value()) else {
                return String::new();
            };
            if tool.key.as_ref() == Some(&name) {
                return KEY.to_owned();
            }
            tool.filled.get(&name).cloned().unwrap_or_default()
        })
    });
    let choose = Callback::new(move |by: String| {
        draft.update(|d| {
            let (Some(tool), name) = (d.tools.get_mut(at), own.get_value()) else { return };
            tool.filled.remove(&name);
            if tool.key.as_ref() == Some(&name) {
                tool.key = None;
            }
            match by.as_str() {
                "" => {}
                KEY => tool.key = Some(name),
                _ => drop(tool.filled.insert(name, by)),
            }
        });
    });
    let options = FILLS.map(|(by, what)| (by.to_owned(), what.to_owned())).to_vec();
    let id = format!("tool-{at}-filled-{name}");
    view! {
        <Field field=id.clone() label=format!("Who says {name}")>
            <Select id=id value=value options=Signal::stored(options) on_change=choose/>
        </Field>
    }
}
