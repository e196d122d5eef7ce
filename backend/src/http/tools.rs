//! Tools that administrators make. Secrets go in and never come out.

use std::collections::BTreeMap;

use axum::{Json, extract::State, http::StatusCode};
use reqwest::Url;
use serde_json::Value;
use shared::{
    api::{
        ImportTools, ImportableTools, MadeTool, MadeTools, SaveTool, SentRequest, Tools, TriedTool,
        TryTool,
    },
    event::Settlement,
    limits,
    message::{Assurance, VisitorRef},
    tool::{Header, HttpTool, Method, template},
};

use super::{
    body::{At, Body},
    error::{Answer, Error},
};
use crate::{
    app::App,
    assemble,
    auth::AdminAuth,
    storage::rows::ToolRow,
    tools::{
        Context, Outcome,
        http::{Caller, Secrets, Tried},
        openapi, schema,
    },
};

/// Longest part of an answer that is shown when a tool is tried, in characters.
const SHOWN: usize = 20_000;

/// Lists the tools that agents can be given.
#[utoipa::path(get, path = "", responses((status = 200, body = Tools)))]
pub async fn list(State(app): State<App>, _admin: AdminAuth) -> Json<Tools> {
    Json(Tools { tools: app.tools.now().infos().cloned().collect() })
}

/// Lists the tools that administrators have made.
#[utoipa::path(get, path = "", responses((status = 200, body = MadeTools)))]
pub async fn made(State(app): State<App>, _admin: AdminAuth) -> Answer<Json<MadeTools>> {
    let rows = app.store.tools().await?;
    Ok(Json(MadeTools { tools: rows.into_iter().map(|row| shown(&app, row)).collect() }))
}

/// Adds or replaces a tool; published agents that may use it do so at once. Secrets stay unless new
/// ones are given, but do not move to another server.
#[utoipa::path(put, path = "", request_body = SaveTool, responses((status = 200, body = MadeTool)))]
pub async fn save(
    State(app): State<App>,
    AdminAuth(admin): AdminAuth,
    At(name): At<String>,
    Body(new): Body<SaveTool>,
) -> Answer<Json<MadeTool>> {
    if name != new.tool.name {
        return Err(Error::invalid("name", "A tool keeps its name; make another one."));
    }
    let _change = app.changes.lock().await;
    let rows = app.store.tools().await?;
    let old = rows.iter().find(|row| row.tool.name == name);
    if old.is_none() && rows.len() >= limits::HTTP_TOOLS {
        return Err(Error::conflict("too_many", "Delete a tool that is not needed first."));
    }
    check(&app, &new.tool)?;
    let servers = app.store.mcp_servers().await?;
    if servers.iter().flat_map(|row| &row.server.tools).any(|tool| tool.name == name) {
        return Err(Error::invalid("name", "A tool of an MCP server has this name."));
    }
    let secrets = secrets(&app, &new, old)?;
    let sealed = if secrets.is_empty() {
        None
    } else {
        let json = serde_json::to_string(&secrets).map_err(|_| Error::internal())?;
        Some(app.vault.seal(&ToolRow::secrets_purpose(&name), &json)?)
    };
    let row = ToolRow { tool: new.tool, secrets: sealed };
    let verb = if old.is_some() { "tool_changed" } else { "tool_added" };
    let entry = admin.entry(&app, verb, &name);
    app.store.put_tool(row.clone(), entry).await?;
    assemble::equip(&*app.store, &app.vault, &app.egress, &app.mcp, &app.tools).await?;
    Ok(Json(shown(&app, row)))
}

/// Deletes a tool that no published agent may use, and its secrets.
#[utoipa::path(delete, path = "", responses((status = 204, description = "Deleted.")))]
pub async fn delete(
    State(app): State<App>,
    AdminAuth(admin): AdminAuth,
    At(name): At<String>,
) -> Answer<StatusCode> {
    let _change = app.changes.lock().await;
    if !app.store.tools().await?.iter().any(|row| row.tool.name == name) {
        return Err(Error::not_found());
    }
    if !used_by(&app, &name).is_empty() {
        let message = "A published agent may use this tool; publish it without it first.";
        return Err(Error::conflict("in_use", message));
    }
    app.store.delete_tool(&name, admin.entry(&app, "tool_deleted", &name)).await?;
    assemble::equip(&*app.store, &app.vault, &app.egress, &app.mcp, &app.tools).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Makes a tool's request, whatever it changes, and says what came of it.
#[utoipa::path(post, path = "", request_body = TryTool, responses((status = 200, body = TriedTool)))]
pub async fn try_out(
    State(app): State<App>,
    AdminAuth(admin): AdminAuth,
    Body(asked): Body<TryTool>,
) -> Answer<Json<TriedTool>> {
    let SaveTool { tool, .. } = &asked.save;
    check(&app, tool)?;
    schema::check(&tool.parameters, &asked.args).map_err(|why| Error::invalid("args", why))?;
    let rows = app.store.tools().await?;
    let old = rows.iter().find(|row| row.tool.name == tool.name);
    let secrets = secrets(&app, &asked.save, old)?;
    let context = context(&app, &asked)?;
    if tool.method != Method::Get {
        app.store.note(admin.entry(&app, "tool_tried", &tool.name)).await?;
    }
    let began = tokio::time::Instant::now();
    let caller = Caller::new(tool.clone(), secrets, &app.egress);
    let tried = caller.attempt(&context, &asked.args).await;
    let took_ms = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
    Ok(Json(told(tried, took_ms)))
}

/// Reads an OpenAPI document: a tool for each operation. Nothing is kept.
#[utoipa::path(post, path = "", request_body = ImportTools,
               responses((status = 200, body = ImportableTools)))]
pub async fn import(
    _admin: AdminAuth,
    Body(asked): Body<ImportTools>,
) -> Answer<Json<ImportableTools>> {
    let read = tokio::task::spawn_blocking(move || openapi::read(&asked.document)).await;
    let read = read.map_err(|_| Error::internal())?;
    read.map(Json).map_err(|why| Error::invalid("document", format!("{why}.")))
}

fn check(app: &App, tool: &HttpTool) -> Answer<()> {
    tool.check().map_err(|wrong| Error::invalid(wrong.field, wrong.message))?;
    if app.tools.is_shipped(&tool.name) {
        return Err(Error::invalid("name", "Baton comes with a tool of this name."));
    }
    schema::sound(&tool.parameters).map_err(|why| Error::invalid("parameters", why))?;
    let server = template::split(&tool.url).map(|(server, _)| server).unwrap_or_default();
    app.egress.check(server).map_err(|why| Error::invalid("url", format!("{why}.")))
}

/// The values of the tool's secret headers: the new ones, and those that it has and that may go to
/// where it leads now.
fn secrets(app: &App, new: &SaveTool, old: Option<&ToolRow>) -> Answer<Secrets> {
    let mut all = Secrets::new();
    if let Some(ToolRow { tool, secrets: Some(sealed) }) = old {
        let opened = app.vault.read(&ToolRow::secrets_purpose(&tool.name), sealed)?;
        if origin(&tool.url) == origin(&new.tool.url) {
            all = serde_json::from_str(&opened).unwrap_or_default();
        }
    }
    merged(&new.tool.headers, "headers", &new.secrets, all)
}

/// Which server an address leads to.
pub(super) fn origin(url: &str) -> Option<url::Origin> {
    Url::parse(template::split(url)?.0).ok().map(|url| url.origin())
}

/// The values of those of `headers` that are secret: the `new` ones, or else the `old`. What is
/// wrong is wrong at `field`.
pub(super) fn merged(
    headers: &[Header],
    field: &str,
    new: &BTreeMap<String, String>,
    mut old: Secrets,
) -> Answer<Secrets> {
    for (name, value) in new {
        let field = || format!("secrets.{name}");
        if value.len() > limits::PROVIDER_KEY_BYTES || value.chars().any(char::is_control) {
            return Err(Error::invalid(field(), "A header's value is one line."));
        }
        old.insert(name.to_ascii_lowercase(), value.trim().to_owned());
    }
    let mut kept = Secrets::new();
    for (i, header) in headers.iter().enumerate().filter(|(_, h)| h.value.is_none()) {
        let name = header.name.to_ascii_lowercase();
        let value = old.remove(&name).filter(|value| !value.is_empty());
        let missing = || Error::invalid(format!("{field}[{i}].value"), "Enter its value.");
        kept.insert(name, value.ok_or_else(missing)?);
    }
    Ok(kept)
}

fn shown(app: &App, row: ToolRow) -> MadeTool {
    let secret = row.tool.headers.iter().filter(|header| header.value.is_none());
    let has_secrets = match row.secrets {
        Some(_) => secret.map(|header| header.name.clone()).collect(),
        None => Vec::new(),
    };
    let used_by = used_by(app, &row.tool.name);
    MadeTool { tool: row.tool, has_secrets, used_by }
}

/// The published agents that may use a tool.
pub(super) fn used_by(app: &App, name: &str) -> Vec<shared::id::AgentSlug> {
    let desk = app.catalog.current();
    let users = desk.agents.iter().filter(|(_, (_, spec))| spec.tools.iter().any(|t| t == name));
    users.map(|(slug, _)| slug.clone()).collect()
}

fn context(app: &App, asked: &TryTool) -> Answer<Context> {
    let signed = |text: &Option<String>| text.clone().filter(|text| !text.trim().is_empty());
    let (customer, email) = (signed(&asked.customer), signed(&asked.email));
    let known = customer.is_some() || email.is_some();
    let id = |id: &str| id.parse().map_err(|_| Error::internal());
    let visitor = VisitorRef {
        id: "trial".parse().map_err(|_| Error::internal())?,
        assurance: if known { Assurance::Verified } else { Assurance::Anonymous },
        customer,
        name: None,
        email,
    };
    Ok(Context {
        conversation: id("trial")?,
        // Another one each time: a second try is meant to do it again.
        call: format!("t{}", app.clock.now().0).parse().map_err(|_| Error::internal())?,
        visitor,
        said: Vec::new(),
        collections: Vec::new(),
        now: app.clock.now(),
    })
}

fn told(tried: Tried, took_ms: u64) -> TriedTool {
    let (settlement, result, facts) = match tried.outcome {
        Outcome::Settled { settlement, result, facts, .. } => (settlement, result, facts),
        Outcome::Refund(_) => (Settlement::Error, Value::Null, Vec::new()),
    };
    let sent = tried.sent.ok().map(|sent| SentRequest {
        method: sent.method.to_owned(),
        url: sent.url,
        headers: sent.headers,
        body: sent.body,
    });
    let (status, answer) = tried.answer.unzip();
    let answer = answer.map(|text| text.chars().take(SHOWN).collect());
    let facts: BTreeMap<_, _> = facts.into_iter().collect();
    TriedTool { sent, status, answer, settlement, result, facts, took_ms }
}
