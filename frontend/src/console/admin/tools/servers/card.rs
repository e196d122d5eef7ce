//! One MCP server: how it is, what of it is used, and its form.

use leptos::{prelude::*, task::spawn_local};
use shared::{
    api::{McpSeen, ShownMcpServer},
    event::Effect,
    tool::mcp::McpAt,
};

use super::{
    super::super::super::{
        client::Admin,
        clock,
        dialog::{Confirm, Dialog},
        format,
        toast::Toasts,
    },
    all,
    draft::Draft,
    form::ServerForm,
    kept,
};

/// One server.
#[component]
pub fn Card(shown: ShownMcpServer) -> impl IntoView {
    let name = shown.server.name.clone();
    let opens = format!("Look at {name} or change it");
    let place = match &shown.server.at {
        McpAt::Http { url, .. } => url.clone(),
        McpAt::Command { command } => format!("the command {command}"),
    };
    let tools = shown.server.tools.iter().map(|tool| {
        let users = shown.used_by.get(&tool.name).cloned().unwrap_or_default();
        let users: Vec<_> = users.iter().map(ToString::to_string).collect();
        let used = if users.is_empty() {
            "no agent uses it yet".to_owned()
        } else {
            format!("used by {}", users.join(", "))
        };
        let writes = tool.effect == Effect::Write;
        let held = shown.seen.iter().flat_map(|seen| &seen.held);
        let held = held.into_iter().find(|held| held.name == tool.name).map(|held| held.why.clone());
        view! {
            <li class="trial">
                <code>{tool.name.clone()}</code>
                <span class="hint">{used}</span>
                <span class="chip" class:approval=writes class:good=!writes>{if writes { "Writes" } else { "Reads" }}</span>
                {held.map(|why| view! { <p class="wrong trial-told">{format!("Held back: {why}. Look at it again.")}</p> })}
            </li>
        }
    });
    let tools = tools.collect_view();
    let (active, seen) = (shown.server.active, shown.seen.clone());
    let open = RwSignal::new(false);
    let shown = StoredValue::new(shown);
    view! {
        <section class="panel">
            <header class="panel-head">
                <h2><code>{name.clone()}</code></h2>
                <span class="chip" class:good=active class:approval=!active>
                    {if active { "Agents may use it" } else { "Off" }}
                </span>
            </header>
            <p class="hint">{place}</p>
            {seen.map(|seen| view! { <Seen seen=seen/> })}
            <ul class="trials">{tools}</ul>
            <p class="buttons">
                <button type="button" class="button small" aria-label=opens on:click=move |_| open.set(true)>
                    "Look at it or change it"
                </button>
            </p>
            {move || {
                let close = Callback::new(move |()| open.set(false));
                let name = name.clone();
                open.get()
                    .then(|| {
                        let start = shown.with_value(Draft::of);
                        view! {
                            <Dialog title=name.clone() on_close=close wide=true>
                                <ServerForm start=start is_new=false on_saved=kept()/>
                                <Remove name=name/>
                            </Dialog>
                        }
                    })
            }}
        </section>
    }
}

/// How it was when it was spoken with last.
#[component]
fn Seen(seen: McpSeen) -> impl IntoView {
    let when = format::date_and_time(seen.at, clock::utc_offset_minutes(seen.at));
    match seen.problem {
        Some(problem) => {
            view! { <p class="wrong">{format!("Did not answer, {when}: {problem}.")}</p> }
                .into_any()
        }
        None => view! { <p class="hint">{format!("Answered, {when}.")}</p> }.into_any(),
    }
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
            match admin.get_value().delete_mcp(&name.get_value()).await {
                Ok(()) => {
                    toasts.done("Deleted, with its secrets.");
                    list.change(|all| all.servers.retain(|s| s.server.name != name.get_value()));
                }
                Err(failure) => toasts.failed(&failure),
            }
        });
    });
    view! {
        <p class="buttons">
            <button type="button" class="button danger" on:click=move |_| asking.set(true)>"Delete the server"</button>
        </p>
        {move || {
            let no = Callback::new(move |()| asking.set(false));
            asking
                .get()
                .then(|| {
                    view! {
                        <Confirm
                            title="Delete this server?"
                            text="Its secrets and what you said of its tools are deleted, too. Agents that are published with one of them keep it from being deleted."
                            yes="Delete"
                            on_yes=remove
                            on_no=no
                        />
                    }
                })
        }}
    }
}
