//! The form of an MCP server: where it is, and what it offers when it is asked.

use leptos::{ev, prelude::*, task::spawn_local};
use shared::api::{McpLook, ShownMcpServer};

use super::{
    super::{
        super::{
            super::{
                client::Admin,
                field::{Field, Select, TextInput, Toggle, Wrong},
                nav::Nav,
                toast::Toasts,
            },
            FormFault, placed,
        },
        rows::Headers,
    },
    all,
    draft::Draft,
    offered::Offered,
};

/// The form of a server: a new one, or one whose name stays.
#[component]
pub fn ServerForm(start: Draft, is_new: bool, on_saved: Callback<ShownMcpServer>) -> impl IntoView {
    let admin = StoredValue::new(expect_context::<Admin>());
    let (nav, toasts) = (Nav::here(), Toasts::here());
    let draft = RwSignal::new(start.clone());
    let start = RwSignal::new(start);
    let wrong = RwSignal::new(None::<(String, String)>);
    let (busy, looking) = (RwSignal::new(false), RwSignal::new(false));
    let look = RwSignal::new(None::<McpLook>);
    let changed = Memo::new(move |_| draft.with(|d| start.with(|s| d != s)));
    Effect::new(move |_| nav.set_unsaved(changed.get()));
    on_cleanup(move || nav.set_unsaved(false));
    let test = move || {
        let body = match draft.with_untracked(Draft::save) {
            Ok(body) => body,
            Err(fault) => return wrong.set(Some(fault)),
        };
        wrong.set(None);
        looking.set(true);
        spawn_local(async move {
            let answer = admin.get_value().look_at_mcp(&body).await;
            looking.try_set(false);
            match answer {
                Ok(found) => drop(look.try_set(Some(found))),
                Err(failure) => drop(wrong.try_set(Some(placed(&failure)))),
            }
        });
    };
    if !is_new {
        test();
    }
    let save = move |event: ev::SubmitEvent| {
        event.prevent_default();
        let body = match draft.with_untracked(Draft::save) {
            Ok(body) => body,
            Err(fault) => return wrong.set(Some(fault)),
        };
        wrong.set(None);
        busy.set(true);
        spawn_local(async move {
            let answer = admin.get_value().save_mcp(&body).await;
            busy.try_set(false);
            match answer {
                Ok(shown) => {
                    nav.set_unsaved(false);
                    toasts.done(
                        "Saved. Choose its tools on the page of each agent that may use them.",
                    );
                    let now = Draft::of(&shown);
                    start.try_set(now.clone());
                    draft.try_set(now);
                    on_saved.try_run(shown);
                }
                Err(failure) => drop(wrong.try_set(Some(placed(&failure)))),
            }
        });
    };
    let active = Signal::derive(move || draft.with(|d| d.active));
    let activate = Callback::new(move |on| draft.update(|d| d.active = on));
    view! {
        <form class="form" on:submit=save novalidate>
            <Where draft=draft wrong=wrong.into() is_new=is_new/>
            <Field field="timeout_s" label="Longest wait, in seconds" wrong=wrong.into()>
                <TextInput id="timeout_s" value=read(draft, |d| d.timeout.clone()) on_input=typed(draft, |d, v| d.timeout = v)/>
            </Field>
            <Toggle label="Agents may use it" on=active on_change=activate/>
            <p class="buttons">
                <button type="button" class="button" disabled=looking on:click=move |_| test()>
                    {move || if looking.get() { "Asking…" } else { "Test this connection" }}
                </button>
            </p>
            <div class="trial-told" role="status">
                {move || look.get().map(|look| view! { <Offered draft=draft look=look/> })}
            </div>
            <FormFault wrong=wrong fields=&["name", "at.url", "at.headers", "at.command", "timeout_s"]/>
            <p class="buttons">
                <button type="submit" class="button primary" disabled=move || busy.get() || !(changed.get() || is_new)>
                    {if is_new { "Add the server" } else { "Save" }}
                </button>
            </p>
        </form>
    }
}

fn read(draft: RwSignal<Draft>, of: fn(&Draft) -> String) -> Signal<String> {
    Signal::derive(move || draft.with(of))
}

fn typed(draft: RwSignal<Draft>, set: fn(&mut Draft, String)) -> Callback<String> {
    Callback::new(move |text| draft.update(|d| set(d, text)))
}

/// What it is called, and where it is.
#[component]
fn Where(draft: RwSignal<Draft>, wrong: Wrong, is_new: bool) -> impl IntoView {
    let list = all();
    let commands = Memo::new(move |_| list.ready().map(|all| all.commands).unwrap_or_default());
    let options = Signal::derive(move || {
        let named = commands.get().into_iter().map(|name| (name.clone(), name));
        let mut options: Vec<_> = named.collect();
        options.insert(0, (String::new(), "Choose one".to_owned()));
        options
    });
    let is_command = Memo::new(move |_| draft.with(|d| d.is_command));
    let kinds = [("address", "At an address"), ("command", "A command of the settings")];
    let kinds = kinds.map(|(kind, name)| (kind.to_owned(), name.to_owned())).to_vec();
    let kinds = StoredValue::new(kinds);
    let kind = read(draft, |d| if d.is_command { "command" } else { "address" }.to_owned());
    let choose = typed(draft, |d, kind| d.is_command = kind == "command");
    view! {
        {is_new
            .then(|| {
                view! {
                    <Field field="name" label="Short name" hint="What the names of its tools begin with, such as stock. It stays." wrong=wrong>
                        <TextInput id="name" placeholder="stock" value=read(draft, |d| d.name.clone()) on_input=typed(draft, |d, v| d.name = v)/>
                    </Field>
                }
            })}
        // A choice only where whoever runs Baton has listed commands.
        {move || {
            (is_command.get() || !commands.get().is_empty())
                .then(|| {
                    view! {
                        <Field field="kind" label="Where it is">
                            <Select id="kind" value=kind options=Signal::stored(kinds.get_value()) on_change=choose/>
                        </Field>
                    }
                })
        }}
        {move || if is_command.get() {
            view! {
                <Field field="at.command" id="command" label="Command" hint="Listed in the settings by whoever runs Baton, and started on its machine." wrong=wrong>
                    <Select id="command" value=read(draft, |d| d.command.clone()) options=options on_change=typed(draft, |d, v| d.command = v)/>
                </Field>
            }
            .into_any()
        } else {
            view! {
                <Field field="at.url" id="url" label="Address" hint="Streamable HTTP; it often ends in /mcp." wrong=wrong>
                    <TextInput id="url" placeholder="https://mcp.example/mcp" value=read(draft, |d| d.url.clone()) on_input=typed(draft, |d, v| d.url = v)/>
                </Field>
                <Headers draft=draft wrong=wrong field="at.headers" list=|d: &mut Draft| &mut d.headers/>
            }
            .into_any()
        }}
    }
}
