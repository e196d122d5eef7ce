//! One tool that was made: what it is, and its form.

use leptos::{prelude::*, task::spawn_local};
use shared::{api::MadeTool, event::Effect, tool::Asks};

use super::{
    super::super::{client::Admin, dialog::Confirm, toast::Toasts},
    all,
    draft::Draft,
    form::ToolForm,
};

/// One tool.
#[component]
pub fn Card(made: MadeTool) -> impl IntoView {
    let (name, start) = (made.tool.name.clone(), Draft::made(&made));
    let now = RwSignal::new(made);
    let open = RwSignal::new(false);
    let saved = Callback::new(move |made| now.set(made));
    view! {
        <section class="panel">
            <header class="panel-head">
                <h2><code>{name.clone()}</code></h2>
                {move || now.with(|made| view! { <Marks made=made.clone()/> })}
            </header>
            <p>{move || now.with(|made| made.tool.purpose.clone())}</p>
            <p class="hint">{move || now.with(users)}</p>
            <details class="more" on:toggle:target=move |ev| open.set(ev.target().open())>
                <summary>"Change or try it"</summary>
                {move || {
                    let (start, name) = (start.clone(), name.clone());
                    open.get()
                        .then(|| view! { <ToolForm start=start is_new=false on_saved=saved/><Remove name=name/> })
                }}
            </details>
        </section>
    }
}

#[component]
fn Marks(made: MadeTool) -> impl IntoView {
    let writes = made.tool.effect == Effect::Write;
    view! {
        <span class="chip" class:approval=writes class:good=!writes>{if writes { "Writes" } else { "Reads" }}</span>
        {(writes && made.tool.asks == Asks::Always).then(|| view! { <span class="chip">"A person approves"</span> })}
        {made.tool.needs_verified.then(|| view! { <span class="chip">"Signed visitors"</span> })}
    }
}

fn users(made: &MadeTool) -> String {
    let method = made.tool.method.as_str();
    let names: Vec<_> = made.used_by.iter().map(ToString::to_string).collect();
    let used = match names.is_empty() {
        true => "no agent uses it yet".to_owned(),
        false => format!("used by {}", names.join(", ")),
    };
    format!("{method} {} · {used}", made.tool.url)
}

#[component]
fn Remove(name: String) -> impl IntoView {
    let admin = StoredValue::new(expect_context::<Admin>());
    let name = StoredValue::new(name);
    let (toasts, list) = (Toasts::here(), all());
    let asking = RwSignal::new(false);
    let remove = Callback::new(move |()| {
        asking.set(false);
        spawn_local(async move {
            match admin.get_value().delete_tool(&name.get_value()).await {
                Ok(()) => {
                    toasts.done("Deleted, with its secrets.");
                    list.change(|all| all.tools.retain(|made| made.tool.name != name.get_value()));
                }
                Err(failure) => toasts.failed(&failure),
            }
        });
    });
    view! {
        <p class="buttons">
            <button type="button" class="button danger" on:click=move |_| asking.set(true)>"Delete the tool"</button>
        </p>
        {move || {
            let no = Callback::new(move |()| asking.set(false));
            asking
                .get()
                .then(|| {
                    view! {
                        <Confirm
                            title="Delete this tool?"
                            text="Its secrets are deleted, too. Agents that are published with it keep it from being deleted."
                            yes="Delete"
                            on_yes=remove
                            on_no=no
                        />
                    }
                })
        }}
    }
}
