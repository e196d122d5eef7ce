//! Agents as versioned documents: draft, publish, roll back, retire.

use axum::{Json, extract::State, http::StatusCode};
use shared::{
    agent::{AgentSpec, BUILT_IN, Target},
    api::{Agent, Agents, Publish, Published, Rollback, Versions},
    id::AgentSlug,
    limits,
};

use super::{
    body::{At, Body},
    error::{Answer, Error},
    text,
};
use crate::{
    app::App,
    auth::{AdminAuth, StaffAuth},
    storage::rows::{AgentRow, VersionRow},
};

/// Longest slug, so that `transfer_to_…` stays within what every model takes as a tool's name.
const SLUG_CHARS: usize = 32;

/// Lists agents, published and draft.
#[utoipa::path(get, path = "", responses((status = 200, body = Agents)))]
pub async fn list(State(app): State<App>, _staff: StaffAuth) -> Answer<Json<Agents>> {
    let rows = app.store.agents().await?;
    Ok(Json(Agents { agents: rows.into_iter().map(agent).collect() }))
}

/// Reads an agent.
#[utoipa::path(get, path = "", responses((status = 200, body = Agent)))]
pub async fn read(
    State(app): State<App>,
    _admin: AdminAuth,
    At(slug): At<AgentSlug>,
) -> Answer<Json<Agent>> {
    Ok(Json(agent(row(&app, &slug).await?)))
}

/// Saves the draft; makes the agent if there is none of this slug.
#[utoipa::path(put, path = "", request_body = AgentSpec, responses((status = 200, body = Agent)))]
pub async fn save_draft(
    State(app): State<App>,
    _admin: AdminAuth,
    At(slug): At<AgentSlug>,
    Body(spec): Body<AgentSpec>,
) -> Answer<Json<Agent>> {
    if spec.slug != slug {
        return Err(Error::invalid("slug", "The slug must be that of the address."));
    }
    let _change = app.changes.lock().await;
    check_slug(&slug)?;
    check(&app, &spec, false).await?;
    app.store.put_draft(&slug, Some(spec), app.clock.now()).await?;
    Ok(Json(agent(row(&app, &slug).await?)))
}

/// Discards the draft.
#[utoipa::path(delete, path = "", responses((status = 200, body = Agent)))]
pub async fn discard_draft(
    State(app): State<App>,
    _admin: AdminAuth,
    At(slug): At<AgentSlug>,
) -> Answer<Json<Agent>> {
    let _change = app.changes.lock().await;
    let mut row = row(&app, &slug).await?;
    app.store.put_draft(&slug, None, app.clock.now()).await?;
    row.draft = None;
    Ok(Json(agent(row)))
}

/// Publishes the draft as the next version; new tenures run on it from now on.
#[utoipa::path(post, path = "", request_body = Publish, responses((status = 200, body = Agent)))]
pub async fn publish(
    State(app): State<App>,
    AdminAuth(admin): AdminAuth,
    At(slug): At<AgentSlug>,
    Body(publish): Body<Publish>,
) -> Answer<Json<Agent>> {
    let note = text::optional("note", publish.note.as_deref(), limits::COMMENT_CHARS)?;
    let _change = app.changes.lock().await;
    let draft = row(&app, &slug).await?.draft;
    let (spec, _) = draft.ok_or(Error::conflict("no_draft", "Save a draft first."))?;
    put_out(&app, &admin, spec, note).await
}

/// Publishes an earlier version again, as a new one. A draft stays.
#[utoipa::path(post, path = "", request_body = Rollback, responses((status = 200, body = Agent)))]
pub async fn roll_back(
    State(app): State<App>,
    AdminAuth(admin): AdminAuth,
    At(slug): At<AgentSlug>,
    Body(back): Body<Rollback>,
) -> Answer<Json<Agent>> {
    let _change = app.changes.lock().await;
    row(&app, &slug).await?;
    let earlier = app.store.version(&slug, back.version).await?;
    let earlier = earlier.ok_or(Error::invalid("version", "There is no such version."))?;
    let note = Some(format!("Back to version {}", back.version));
    put_out(&app, &admin, earlier.spec, note).await
}

/// Retires an agent: nothing new reaches it. Its versions stay readable.
#[utoipa::path(delete, path = "", responses((status = 204, description = "Retired.")))]
pub async fn retire(
    State(app): State<App>,
    AdminAuth(admin): AdminAuth,
    At(slug): At<AgentSlug>,
) -> Answer<StatusCode> {
    let _change = app.changes.lock().await;
    row(&app, &slug).await?;
    let target = Target::Agent { slug: slug.clone() };
    let desk = app.catalog.current();
    if desk.settings.front_door == slug || desk.settings.escalation == target {
        let message = "Choose another front door or escalation in the desk's settings first.";
        return Err(Error::conflict("in_use", message));
    }
    let reaches = |spec: &AgentSpec| spec.slug != slug && spec.targets.contains(&target);
    if desk.agents.values().any(|(_, spec)| reaches(spec)) {
        let message = "Take it out of the other agents' handoff targets first.";
        return Err(Error::conflict("in_use", message));
    }
    app.store.retire(&slug, admin.entry(&app, "retire", slug.as_str())).await?;
    app.catalog.reload().await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Lists an agent's versions, newest first.
#[utoipa::path(get, path = "", responses((status = 200, body = Versions)))]
pub async fn versions(
    State(app): State<App>,
    _admin: AdminAuth,
    At(slug): At<AgentSlug>,
) -> Answer<Json<Versions>> {
    row(&app, &slug).await?;
    let versions = app.store.versions(&slug).await?;
    Ok(Json(Versions { versions: versions.into_iter().map(published).collect() }))
}

async fn put_out(
    app: &App,
    admin: &StaffAuth,
    spec: AgentSpec,
    note: Option<String>,
) -> Answer<Json<Agent>> {
    check(app, &spec, true).await?;
    let slug = spec.slug.clone();
    app.store.publish(spec, Some(admin.name()), note, app.clock.now()).await?;
    app.catalog.reload().await?;
    Ok(Json(agent(row(app, &slug).await?)))
}

async fn row(app: &App, slug: &AgentSlug) -> Answer<AgentRow> {
    app.store.agent(slug).await?.ok_or(Error::not_found())
}

fn check_slug(slug: &AgentSlug) -> Answer<()> {
    let text = slug.as_str();
    let plain = text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
    if plain && text.len() <= SLUG_CHARS {
        return Ok(());
    }
    let message = format!("Use 1 to {SLUG_CHARS} small letters, digits and '_'.");
    Err(Error::invalid("slug", message))
}

/// Checks what the document says by itself, and that its tools and targets exist; what is to be
/// published may only hand off to what is published.
async fn check(app: &App, spec: &AgentSpec, publishing: bool) -> Answer<()> {
    spec.validate()?;
    if publishing {
        offered(app, spec)?;
    }
    let tools = app.tools.now();
    if let Some(name) = spec.tools.iter().find(|name| tools.get(name).is_none()) {
        return Err(Error::invalid("tools", format!("There is no tool called {name}.")));
    }
    let desk = app.catalog.current();
    let known = app.store.agents().await?;
    let names = known
        .iter()
        .filter_map(|row| row.published.as_ref().filter(|_| publishing && row.slug != spec.slug));
    if let Some(other) = names.map(|v| &v.spec).find(|v| folded(&v.name) == folded(&spec.name)) {
        let message = format!(
            "Visitors could not tell it from agent {}, which has this name; choose another.",
            other.slug
        );
        return Err(Error::invalid("name", message));
    }
    for target in &spec.targets {
        match target {
            Target::Queue { slug } if desk.settings.queue_called(slug).is_some() => {}
            Target::Queue { slug } => {
                return Err(Error::invalid("targets", format!("There is no queue {slug}.")));
            }
            Target::Agent { slug } => {
                let agent = known.iter().find(|row| row.slug == *slug);
                let good = agent.is_some_and(|row| !publishing || row.published.is_some());
                if !good {
                    let what = if agent.is_some() { "Publish" } else { "Make" };
                    return Err(Error::invalid("targets", format!("{what} agent {slug} first.")));
                }
            }
        }
    }
    Ok(())
}

/// What is published must be able to speak.
fn offered(app: &App, spec: &AgentSpec) -> Answer<()> {
    let missing = |model: &str| {
        format!("No connection offers {model}. Add it under Models, or choose another one.")
    };
    let known = |model: &str| model == BUILT_IN || app.models.providers.offer(model);
    if !known(&spec.model) {
        return Err(Error::invalid("model", missing(&spec.model)));
    }
    for (i, model) in spec.model_settings.fallbacks.iter().enumerate() {
        if !known(model) {
            let field = format!("model_settings.fallbacks[{i}]");
            return Err(Error::invalid(field, missing(model)));
        }
    }
    Ok(())
}

/// A name as people tell names apart: whatever its case and its spaces.
fn folded(name: &str) -> String {
    name.to_lowercase().split_whitespace().collect::<Vec<_>>().join(" ")
}

fn agent(row: AgentRow) -> Agent {
    let (draft, draft_saved_at) = row.draft.unzip();
    Agent { slug: row.slug, published: row.published.map(published), draft, draft_saved_at }
}

fn published(row: VersionRow) -> Published {
    let VersionRow { version, spec, at, by, note } = row;
    Published { version, spec, at, by, note }
}
