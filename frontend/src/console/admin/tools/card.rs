//! One tool that was made: what it is, and its form.

use leptos::{prelude::*, task::spawn_local};
use shared::{api::MadeTool, event::Effect, tool::Asks};

use super::{
    super::super::{
        client::Admin,
        dialog::{DeleteButton, Dialog},
        toast::Toasts,
    },
    all,
    draft::Draft,
    form::ToolForm,
    kept,
};

/// One tool.
#[component]
pub fn Card(made: MadeTool) -> impl IntoView {
    let name = made.tool.name.clone();
    let opens = format!("Change or try {name}");
    let users = users(&made);
    // In a dialog: one form at a time, always of what the server has.
    let open = RwSignal::new(false);
    let made = StoredValue::new(made);
    view! {
        <section class="panel">
            <header class="panel-head">
                <h2><code>{name.clone()}</code></h2>
                <Marks made=made.get_value()/>
            </header>
            <p>{made.with_value(|made| made.tool.purpose.clone())}</p>
            <p class="hint">{users}</p>
            <p class="buttons">
                <button type="button" class="button small" aria-label=opens on:click=move |_| open.set(true)>
                    "Change or try it"
                </button>
            </p>
            {move || {
                let close = Callback::new(move |()| open.set(false));
                let name = name.clone();
                open.get()
                    .then(|| {
                        let start = made.with_value(Draft::made);
                        view! {
                            <Dialog title=name.clone() on_close=close wide=true>
                                <ToolForm start=start is_new=false on_saved=kept()/>
                                <Remove name=name/>
                            </Dialog>
                        }
                    })
            }}
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
    let used = if names.is_empty() {
        "no agent uses it yet".to_owned()
    } else {
        format!("used by {}", names.join(", "))
    };
    format!("{method} {} · {used}", made.tool.url)
}

#[component]
fn Remove(name: String) -> impl IntoView {
    let admin = StoredValue::new(expect_context::<Admin>());
    let name = StoredValue::new(name);
    let (toasts, list) = (Toasts::here(), all());
    let remove = Callback::new(move |()| {
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
        <DeleteButton
            label="Delete the tool"
            title="Delete this tool?"
            text="Its secrets are deleted, too. Agents that are published with it keep it from being deleted."
            on_yes=remove
        />
    }
}
