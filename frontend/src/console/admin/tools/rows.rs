//! The lists of a tool's form: arguments, headers, and what is taken out of the answer.

use leptos::prelude::*;
use shared::tool::Pick;

use super::{
    super::super::field::{Field, Select, TextArea, TextInput, Toggle, Wrong},
    draft::{Argument, Draft, HeaderRow, KINDS},
};

/// A list of which each entry is a box that can be removed.
#[component]
fn Rows<D: Clone + Send + Sync + 'static, T: 'static>(
    /// What the list is.
    legend: &'static str,
    /// What to know about it.
    hint: &'static str,
    /// What one more is called on its button.
    add: &'static str,
    /// The list.
    draft: RwSignal<D>,
    /// Where the list stands in the draft.
    list: fn(&mut D) -> &mut Vec<T>,
    /// A new entry.
    new: fn() -> T,
    /// One entry.
    row: Callback<usize, AnyView>,
) -> impl IntoView {
    let count = Memo::new(move |_| draft.with(|d| list(&mut d.clone()).len()));
    let remove = move |at: usize| {
        draft.update(|d| {
            if at < list(d).len() {
                list(d).remove(at);
            }
        });
    };
    view! {
        <fieldset>
            <legend>{legend}</legend>
            <p class="hint">{hint}</p>
            <For each=move || 0..count.get() key=|i| *i let:i>
                <div class="rule-box" role="group" aria-label=format!("{legend} {}", i + 1)>
                    {row.run(i)}
                    <span class="buttons rule-buttons">
                        <button type="button" class="button small" on:click=move |_| remove(i)>"Remove"</button>
                    </span>
                </div>
            </For>
            <p class="buttons">
                <button type="button" class="button" on:click=move |_| draft.update(|d| list(d).push(new()))>{add}</button>
            </p>
        </fieldset>
    }
}

/// The arguments: rows, or the schema where it says more than rows can.
#[component]
pub fn Arguments(draft: RwSignal<Draft>, wrong: Wrong) -> impl IntoView {
    let has_schema = Memo::new(move |_| draft.with(|d| d.schema.is_some()));
    let row = Callback::new(move |at: usize| {
        let read = move |of: fn(&Argument) -> String| {
            Signal::derive(move || draft.with(|d| d.arguments.get(at).map(of).unwrap_or_default()))
        };
        let typed = move |set: fn(&mut Argument, String)| {
            Callback::new(move |text| {
                draft.update(|d| {
                    if let Some(row) = d.arguments.get_mut(at) {
                        set(row, text);
                    }
                });
            })
        };
        let required = Signal::derive(move || {
            draft.with(|d| d.arguments.get(at).is_some_and(|row| row.required))
        });
        let require = Callback::new(move |on| {
            draft.update(|d| {
                if let Some(row) = d.arguments.get_mut(at) {
                    row.required = on;
                }
            });
        });
        let kinds = KINDS.map(|(kind, name)| (kind.to_owned(), name.to_owned())).to_vec();
        let id = move |field: &str| format!("argument-{at}-{field}");
        view! {
            <div class="row">
                <Field field=id("name") label="Name">
                    <TextInput id=id("name") placeholder="order" value=read(|r| r.name.clone()) on_input=typed(|r, v| r.name = v)/>
                </Field>
                <Field field=id("kind") label="Kind">
                    <Select id=id("kind") value=read(|r| r.kind.clone()) options=Signal::stored(kinds) on_change=typed(|r, v| r.kind = v)/>
                </Field>
                <Toggle label="Required" on=required on_change=require/>
            </div>
            <Field field=id("about") label="What it is, for the agent">
                <TextInput id=id("about") placeholder="The order’s number, such as A1001" value=read(|r| r.about.clone()) on_input=typed(|r, v| r.about = v)/>
            </Field>
        }
        .into_any()
    });
    let new = || Argument { kind: KINDS[0].0.to_owned(), ..Argument::default() };
    let schema = Signal::derive(move || draft.with(|d| d.schema.clone().unwrap_or_default()));
    let set = Callback::new(move |text| draft.update(|d| d.schema = Some(text)));
    view! {
        <Field field="parameters" label="" wrong=wrong/>
        {move || if has_schema.get() {
            view! {
                <Field field="schema" label="Arguments (JSON Schema)">
                    <TextArea id="schema" rows=10 value=schema on_input=set/>
                </Field>
            }
            .into_any()
        } else {
            view! {
                <Rows
                    legend="Arguments"
                    hint="What the agent must know before it can use the tool."
                    add="Add an argument"
                    draft=draft
                    list=|d| &mut d.arguments
                    new=new
                    row=row
                />
            }
            .into_any()
        }}
    }
}

/// The headers of a draft that has some: of a tool, or of an MCP server.
#[component]
pub fn Headers<D: Clone + Send + Sync + 'static>(
    /// The draft.
    draft: RwSignal<D>,
    /// What is wrong with it.
    wrong: Wrong,
    /// The headers' name in errors.
    field: &'static str,
    /// Where they stand in the draft.
    list: fn(&mut D) -> &mut Vec<HeaderRow>,
) -> impl IntoView {
    let row = Callback::new(move |at: usize| {
        // A draft is small, and is read so by whoever types into it.
        let one = move || draft.with(|d| list(&mut d.clone()).get(at).cloned().unwrap_or_default());
        let read = move |of: fn(&HeaderRow) -> String| Signal::derive(move || of(&one()));
        let change = move |with: &dyn Fn(&mut HeaderRow)| {
            draft.update(|d| {
                if let Some(row) = list(d).get_mut(at) {
                    with(row);
                }
            });
        };
        let typed = move |set: fn(&mut HeaderRow, String)| {
            Callback::new(move |text: String| change(&|row| set(row, text.clone())))
        };
        let secret = Signal::derive(move || one().secret);
        let is_set = Signal::derive(move || one().is_set);
        let keep = Callback::new(move |on| change(&|row| row.secret = on));
        let id = move |field: &str| format!("header-{at}-{field}");
        view! {
            <div class="row">
                <Field field=format!("{field}[{at}].name") id=id("name") label="Name" wrong=wrong>
                    <TextInput id=id("name") placeholder="Authorization" value=read(|r| r.name.clone()) on_input=typed(|r, v| r.name = v)/>
                </Field>
                <Field field=format!("{field}[{at}].value") id=id("value") label="Value" wrong=wrong>
                    <input
                        id=id("value")
                        name=id("value")
                        type=move || if secret.get() { "password" } else { "text" }
                        autocomplete="off"
                        placeholder=move || if secret.get() && is_set.get() { "It is set; type a new one to replace it" } else { "" }
                        prop:value=read(|r| r.value.clone())
                        on:input:target=move |ev| typed(|r, v| r.value = v).run(ev.target().value())
                    />
                </Field>
                <Toggle label="Secret" on=secret on_change=keep/>
            </div>
        }
        .into_any()
    });
    view! {
        <Rows
            legend="Headers"
            hint="Such as the key of the system that is called. What is secret is kept sealed and never shown again."
            add="Add a header"
            draft=draft
            list=list
            new=|| HeaderRow { secret: true, ..HeaderRow::default() }
            row=row
        />
    }
}

/// What is taken out of the answer.
#[component]
pub fn Picks(draft: RwSignal<Draft>, wrong: Wrong) -> impl IntoView {
    let row = Callback::new(move |at: usize| {
        let read = move |of: fn(&Pick) -> String| {
            Signal::derive(move || {
                draft.with(|d| d.tool.result.get(at).map(of).unwrap_or_default())
            })
        };
        let typed = move |set: fn(&mut Pick, String)| {
            Callback::new(move |text| {
                draft.update(|d| {
                    if let Some(row) = d.tool.result.get_mut(at) {
                        set(row, text);
                    }
                });
            })
        };
        let fact = Signal::derive(move || {
            draft.with(|d| d.tool.result.get(at).is_some_and(|pick| pick.fact))
        });
        let keep = Callback::new(move |on| {
            draft.update(|d| {
                if let Some(pick) = d.tool.result.get_mut(at) {
                    pick.fact = on;
                }
            });
        });
        let id = move |field: &str| format!("pick-{at}-{field}");
        view! {
            <div class="row">
                <Field field=format!("result[{at}].name") id=id("name") label="Called" wrong=wrong>
                    <TextInput id=id("name") placeholder="status" value=read(|r| r.name.clone()) on_input=typed(|r, v| r.name = v)/>
                </Field>
                <Field field=format!("result[{at}].at") id=id("at") label="Found at" wrong=wrong>
                    <TextInput id=id("at") placeholder="/parcel/status" value=read(|r| r.at.clone()) on_input=typed(|r, v| r.at = v)/>
                </Field>
                <Toggle label="Keep as a fact" on=fact on_change=keep/>
            </div>
        }
        .into_any()
    });
    view! {
        <Rows
            legend="What the agent learns"
            hint="Where it stands in the JSON of the answer; * stands for each entry of a list. All of the answer, if nothing is named."
            add="Add a part of the answer"
            draft=draft
            list=|d| &mut d.tool.result
            new=|| Pick { name: String::new(), at: String::new(), fact: false }
            row=row
        />
    }
}
