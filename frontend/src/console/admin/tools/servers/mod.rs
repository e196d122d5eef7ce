//! MCP servers: added, looked at, and their tools chosen one by one.

mod card;
mod draft;
mod form;
mod offered;
mod rules;

use leptos::prelude::*;
use shared::api::{McpServers, ShownMcpServer};

use self::{card::Card, draft::Draft, form::ServerForm};
use super::super::super::{
    client::Admin,
    dialog::Dialog,
    load::{Loader, loaded},
};

/// All MCP servers.
#[component]
pub fn Servers() -> impl IntoView {
    let admin = expect_context::<Admin>();
    let all = Loader::new(move || {
        let admin = admin.clone();
        async move { admin.mcp_servers().await }
    });
    provide_context(all);
    let adding = RwSignal::new(false);
    let keep = kept();
    let saved = Callback::new(move |new| {
        adding.set(false);
        keep.run(new);
    });
    view! {
        <section class="panel">
            <header class="panel-head">
                <h2>"MCP servers"</h2>
                <button type="button" class="button small" on:click=move |_| adding.set(true)>"Add an MCP server"</button>
            </header>
            <p class="hint">
                "Tools that somebody else has made and that you choose one by one. You say what each may do; what the server says of itself is only shown."
            </p>
        </section>
        {loaded(all, move |list| list.servers.into_iter().map(|server| view! { <Card shown=server/> }).collect_view())}
        {move || {
            let close = Callback::new(move |()| adding.set(false));
            adding
                .get()
                .then(|| {
                    view! {
                        <Dialog title="Add an MCP server" on_close=close wide=true>
                            <ServerForm start=Draft::new() is_new=true on_saved=saved/>
                        </Dialog>
                    }
                })
        }}
    }
}

/// All servers, to be changed when one of them is.
fn all() -> Loader<McpServers> {
    expect_context()
}

/// Puts a server that was saved among all.
fn kept() -> Callback<ShownMcpServer> {
    let all = all();
    Callback::new(move |new: ShownMcpServer| {
        all.change(|list: &mut McpServers| {
            list.servers.retain(|shown| shown.server.name != new.server.name);
            list.servers.push(new);
            list.servers.sort_by(|a, b| a.server.name.cmp(&b.server.name));
        });
    })
}
