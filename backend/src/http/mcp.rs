//! MCP servers: added, looked at, and their tools chosen one by one. Secrets go in and never come out.

use std::collections::BTreeMap;

use axum::{Json, extract::State, http::StatusCode};
use shared::{
    api::{McpLook, McpServers, SaveMcpServer, ShownMcpServer},
    limits,
    tool::mcp::{McpAt, McpServer},
};

use super::{
    body::{At, Body},
    error::{Answer, Error},
    tools::{merged, origin, used_by},
};
use crate::{
    app::App,
    assemble,
    auth::AdminAuth,
    storage::rows::McpRow,
    tools::{http::Secrets, schema},
};

/// Lists the MCP servers that administrators have added, and how they were when they were spoken with
/// last.
#[utoipa::path(get, path = "", responses((status = 200, body = McpServers)))]
pub async fn list(State(app): State<App>, _admin: AdminAuth) -> Answer<Json<McpServers>> {
    let rows = app.store.mcp_servers().await?;
    let servers = rows.into_iter().map(|row| shown(&app, row)).collect();
    Ok(Json(McpServers { servers, commands: app.mcp.commands() }))
}

/// Adds or replaces an MCP server and what is chosen of it; published agents that may use its tools do
/// so at once. Secrets stay unless new ones are given, but do not move to another server.
#[utoipa::path(put, path = "", request_body = SaveMcpServer,
               responses((status = 200, body = ShownMcpServer)))]
pub async fn save(
    State(app): State<App>,
    AdminAuth(admin): AdminAuth,
    At(name): At<String>,
    Body(new): Body<SaveMcpServer>,
) -> Answer<Json<ShownMcpServer>> {
    if name != new.server.name {
        return Err(Error::invalid("name", "A server keeps its name; add another one."));
    }
    let _change = app.changes.lock().await;
    let rows = app.store.mcp_servers().await?;
    let old = rows.iter().find(|row| row.server.name == name);
    if old.is_none() && rows.len() >= limits::MCP_SERVERS {
        return Err(Error::conflict("too_many", "Delete a server that is not needed first."));
    }
    check(&app, &new.server)?;
    // One name, one tool, whoever offers it.
    let made = app.store.tools().await?;
    for (i, tool) in new.server.tools.iter().enumerate() {
        let others = rows.iter().filter(|row| row.server.name != name);
        let mut theirs = others.flat_map(|row| &row.server.tools);
        if app.tools.is_shipped(&tool.name)
            || made.iter().any(|row| row.tool.name == tool.name)
            || theirs.any(|other| other.name == tool.name)
        {
            let message = "There is another tool of this name.";
            return Err(Error::invalid(format!("tools[{i}].name"), message));
        }
    }
    if let Some(old) = old {
        let kept = |name: &str| new.server.tools.iter().any(|tool| tool.name == name);
        unused(&app, &old.server, kept)?;
    }
    let secrets = secrets(&app, &new, old)?;
    let sealed = if secrets.is_empty() {
        None
    } else {
        let json = serde_json::to_string(&secrets).map_err(|_| Error::internal())?;
        Some(app.vault.seal(&McpRow::secrets_purpose(&name), &json)?)
    };
    let row = McpRow { server: new.server, secrets: sealed };
    let verb = if old.is_some() { "mcp_changed" } else { "mcp_added" };
    app.store.put_mcp_server(row.clone(), admin.entry(&app, verb, &name)).await?;
    assemble::equip(&*app.store, &app.vault, &app.egress, &app.mcp, &app.tools).await?;
    Ok(Json(shown(&app, row)))
}

/// Deletes an MCP server of which no published agent may use a tool, and its secrets.
#[utoipa::path(delete, path = "", responses((status = 204, description = "Deleted.")))]
pub async fn delete(
    State(app): State<App>,
    AdminAuth(admin): AdminAuth,
    At(name): At<String>,
) -> Answer<StatusCode> {
    let _change = app.changes.lock().await;
    let rows = app.store.mcp_servers().await?;
    let row = rows.iter().find(|row| row.server.name == name).ok_or_else(Error::not_found)?;
    unused(&app, &row.server, |_| false)?;
    app.store.delete_mcp_server(&name, admin.entry(&app, "mcp_deleted", &name)).await?;
    assemble::equip(&*app.store, &app.vault, &app.egress, &app.mcp, &app.tools).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Asks an MCP server, saved or not, what it offers; says in words what is wrong if it does not
/// answer. Nothing is called and nothing is kept.
#[utoipa::path(post, path = "", request_body = SaveMcpServer,
               responses((status = 200, body = McpLook)))]
pub async fn look(
    State(app): State<App>,
    AdminAuth(admin): AdminAuth,
    Body(asked): Body<SaveMcpServer>,
) -> Answer<Json<McpLook>> {
    check(&app, &asked.server)?;
    let rows = app.store.mcp_servers().await?;
    let old = rows.iter().find(|row| row.server.name == asked.server.name);
    let secrets = secrets(&app, &asked, old)?;
    if matches!(asked.server.at, McpAt::Command { .. }) {
        app.store.note(admin.entry(&app, "mcp_started", &asked.server.name)).await?;
    }
    Ok(Json(app.mcp.look(asked.server, secrets, app.clock.now()).await))
}

fn check(app: &App, server: &McpServer) -> Answer<()> {
    server.check().map_err(|wrong| Error::invalid(wrong.field, wrong.message))?;
    for (i, tool) in server.tools.iter().enumerate() {
        let wrong = |why| Error::invalid(format!("tools[{i}].parameters"), why);
        schema::sound(&tool.parameters).map_err(wrong)?;
    }
    match &server.at {
        McpAt::Http { url, .. } => {
            app.egress.check(url).map_err(|why| Error::invalid("at.url", format!("{why}.")))
        }
        McpAt::Command { command } if !app.mcp.commands().contains(command) => {
            let message =
                "There is no such command; whoever runs Baton must list it in the settings.";
            Err(Error::invalid("at.command", message))
        }
        McpAt::Command { .. } => Ok(()),
    }
}

/// Refuses to take a tool away that a published agent may use.
fn unused(app: &App, server: &McpServer, kept: impl Fn(&str) -> bool) -> Answer<()> {
    let gone = server.tools.iter().filter(|tool| !kept(&tool.name));
    if gone.into_iter().any(|tool| !used_by(app, &tool.name).is_empty()) {
        let message =
            "A published agent may use a tool of this server; publish it without it first.";
        return Err(Error::conflict("in_use", message));
    }
    Ok(())
}

/// The values of the server's secret headers: the new ones, and those that it has and that may go to
/// where it is now.
fn secrets(app: &App, new: &SaveMcpServer, old: Option<&McpRow>) -> Answer<Secrets> {
    let McpAt::Http { url, headers } = &new.server.at else { return Ok(Secrets::new()) };
    let mut all = Secrets::new();
    if let Some(McpRow { server, secrets: Some(sealed) }) = old
        && let McpAt::Http { url: before, .. } = &server.at
        && origin(before) == origin(url)
    {
        let opened = app.vault.read(&McpRow::secrets_purpose(&server.name), sealed)?;
        all = serde_json::from_str(&opened).unwrap_or_default();
    }
    merged(headers, "at.headers", &new.secrets, all)
}

fn shown(app: &App, row: McpRow) -> ShownMcpServer {
    let has_secrets = match (&row.server.at, &row.secrets) {
        (McpAt::Http { headers, .. }, Some(_)) => {
            let secret = headers.iter().filter(|header| header.value.is_none());
            secret.map(|header| header.name.clone()).collect()
        }
        _ => Vec::new(),
    };
    let tools = row.server.tools.iter();
    let users = tools.map(|tool| (tool.name.clone(), used_by(app, &tool.name)));
    let used_by: BTreeMap<_, _> = users.filter(|(_, agents)| !agents.is_empty()).collect();
    let seen = app.mcp.seen(&row.server.name);
    ShownMcpServer { server: row.server, has_secrets, used_by, seen }
}
