//! Connections to model providers. Keys go in and never come out.

use axum::{Json, extract::State, http::StatusCode};
use reqwest::Url;
use shared::{
    api::{
        AddConnection, Connection, ConnectionTest, Connections, OfferedModel, SaveConnection,
        TestConnection,
    },
    limits,
    model::{is_connection_id, is_model_name},
};

use super::{
    body::{At, Body},
    error::{Answer, Error},
    text,
};
use crate::{app::App, assemble, auth::AdminAuth, storage::rows::ConnectionRow, vault::Sealed};

/// Highest price that a model can have: a million of the currency for a million tokens.
const PRICE: u64 = 1_000_000_000_000;

/// Lists connections, without their keys.
#[utoipa::path(get, path = "", responses((status = 200, body = Connections)))]
pub async fn list(State(app): State<App>, _admin: AdminAuth) -> Answer<Json<Connections>> {
    let rows = app.store.connections().await?;
    Ok(Json(Connections { connections: rows.into_iter().map(|row| shown(&app, row)).collect() }))
}

/// Adds a connection; agents can use its models at once.
#[utoipa::path(post, path = "", request_body = AddConnection,
               responses((status = 200, body = Connection)))]
pub async fn add(
    State(app): State<App>,
    AdminAuth(admin): AdminAuth,
    Body(new): Body<AddConnection>,
) -> Answer<Json<Connection>> {
    if !is_connection_id(&new.id) {
        let max = limits::CONNECTION_ID_CHARS;
        let message = format!("Use 1 to {max} small letters, digits, '_' and '-'.");
        return Err(Error::invalid("id", message));
    }
    let _change = app.changes.lock().await;
    if app.store.connections().await?.len() >= limits::CONNECTIONS {
        return Err(Error::conflict("too_many", "Delete a connection that is not needed first."));
    }
    let row = checked(&app, new.id, &new.connection, None)?;
    let entry = admin.entry(&app, "connection_added", &row.id).with(&row.name);
    app.store.add_connection(row.clone(), entry).await?;
    assemble::connect(&*app.store, &app.vault, &app.models.providers).await?;
    Ok(Json(shown(&app, row)))
}

/// Changes a connection. The key stays unless a new one is given, but does not move to another host.
#[utoipa::path(put, path = "", request_body = SaveConnection,
               responses((status = 200, body = Connection)))]
pub async fn change(
    State(app): State<App>,
    AdminAuth(admin): AdminAuth,
    At(id): At<String>,
    Body(new): Body<SaveConnection>,
) -> Answer<Json<Connection>> {
    let _change = app.changes.lock().await;
    let old = row(&app, &id).await?;
    let row = checked(&app, id, &new, Some(&old))?;
    let gone = |name: &str| !row.models.iter().any(|model| model.name == name);
    if let Some(model) = old.models.iter().find(|model| gone(&model.name)) {
        not_in_use(&app, &format!("{}/{}", row.id, model.name))?;
    }
    let detail = if new.key.is_some() { format!("{}; key", row.name) } else { row.name.clone() };
    let entry = admin.entry(&app, "connection_changed", &row.id).with(&detail);
    app.store.put_connection(row.clone(), entry).await?;
    assemble::connect(&*app.store, &app.vault, &app.models.providers).await?;
    Ok(Json(shown(&app, row)))
}

/// Deletes a connection that no published agent uses, and its key.
#[utoipa::path(delete, path = "", responses((status = 204, description = "Deleted.")))]
pub async fn delete(
    State(app): State<App>,
    AdminAuth(admin): AdminAuth,
    At(id): At<String>,
) -> Answer<StatusCode> {
    let _change = app.changes.lock().await;
    let row = row(&app, &id).await?;
    for model in &row.models {
        not_in_use(&app, &format!("{id}/{}", model.name))?;
    }
    let entry = admin.entry(&app, "connection_deleted", &id).with(&row.name);
    app.store.delete_connection(&id, entry).await?;
    assemble::connect(&*app.store, &app.vault, &app.models.providers).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Tries a model: whether it answers and calls tools, and if not, what is wrong.
#[utoipa::path(post, path = "", request_body = TestConnection,
               responses((status = 200, body = ConnectionTest)))]
pub async fn test(
    State(app): State<App>,
    _admin: AdminAuth,
    At(id): At<String>,
    Body(asked): Body<TestConnection>,
) -> Answer<Json<ConnectionTest>> {
    row(&app, &id).await?;
    let tested = app.models.test(&format!("{id}/{}", asked.model)).await;
    let tested = tested.ok_or(Error::invalid("model", "The connection offers no such model."))?;
    Ok(Json(tested))
}

async fn row(app: &App, id: &str) -> Answer<ConnectionRow> {
    let rows = app.store.connections().await?;
    rows.into_iter().find(|row| row.id == id).ok_or(Error::not_found())
}

fn not_in_use(app: &App, model: &str) -> Answer<()> {
    let desk = app.catalog.current();
    let uses =
        |settings: &shared::model::ModelSettings| settings.fallbacks.iter().any(|m| m == model);
    let user =
        desk.agents.iter().find(|(_, (_, spec))| spec.model == model || uses(&spec.model_settings));
    match user {
        None => Ok(()),
        Some(_) => Err(Error::conflict(
            "in_use",
            "A published agent uses this model; publish it with another model first.",
        )),
    }
}

fn checked(
    app: &App,
    id: String,
    new: &SaveConnection,
    old: Option<&ConnectionRow>,
) -> Answer<ConnectionRow> {
    let base_url = address(app, new)?;
    let models = models(&new.models)?;
    let key = key(app, &id, new, &base_url, old)?;
    Ok(ConnectionRow {
        id,
        name: text::name("name", &new.name)?,
        protocol: new.protocol,
        base_url,
        key,
        models,
    })
}

/// Where the provider answers: its own address if nothing is said.
fn address(app: &App, new: &SaveConnection) -> Answer<String> {
    let typed = new.base_url.trim().trim_end_matches('/');
    let address = match (typed, new.protocol.home()) {
        ("", Some(home)) => home,
        ("", None) => return Err(Error::invalid("base_url", "Say where the server answers.")),
        (typed, _) => typed,
    };
    if address.len() > limits::URL_BYTES || address.contains(['?', '#']) {
        return Err(Error::invalid("base_url", "Write an address like https://models.example/v1."));
    }
    app.egress.check(address).map_err(|why| {
        let mut message = why.to_string();
        message.push('.');
        Error::invalid("base_url", message)
    })?;
    Ok(address.to_owned())
}

fn models(offered: &[OfferedModel]) -> Answer<Vec<OfferedModel>> {
    if offered.is_empty() || offered.len() > limits::MODELS {
        let message = format!("Name 1 to {} models.", limits::MODELS);
        return Err(Error::invalid("models", message));
    }
    for (i, model) in offered.iter().enumerate() {
        let wrong = |field: &str, message: &'static str| {
            Err(Error::invalid(format!("models[{i}].{field}"), message))
        };
        if !is_model_name(&model.name) {
            return wrong("name", "Write the model's name as the provider does, without spaces.");
        }
        if offered[..i].iter().any(|other| other.name == model.name) {
            return wrong("name", "Name each model once.");
        }
        let price = model.price;
        if price.input.max(price.output).max(price.cached.unwrap_or(0)) > PRICE {
            return wrong("price", "A price is at most a million for a million tokens.");
        }
    }
    Ok(offered.to_vec())
}

/// The new key, sealed; or the old one, which is not taken to a server that it was not given for.
fn key(
    app: &App,
    id: &str,
    new: &SaveConnection,
    base_url: &str,
    old: Option<&ConnectionRow>,
) -> Answer<Option<Sealed>> {
    match new.key.as_deref().map(str::trim) {
        Some("") => Ok(None),
        Some(key) => {
            let plain = key.bytes().all(|b| b.is_ascii_graphic());
            if !plain || key.len() > limits::PROVIDER_KEY_BYTES {
                return Err(Error::invalid("key", "A key has no spaces; copy it once more."));
            }
            Ok(Some(app.vault.seal(&ConnectionRow::key_purpose(id), key)?))
        }
        None => {
            let Some(old) = old else { return Ok(None) };
            let origin = |url: &str| Url::parse(url).ok().map(|url| url.origin());
            let moves = origin(&old.base_url) != origin(base_url);
            if old.key.is_some() && moves {
                let message = "The address leads to another server: enter the key for it again.";
                return Err(Error::invalid("key", message));
            }
            Ok(old.key.clone())
        }
    }
}

fn shown(app: &App, row: ConnectionRow) -> Connection {
    Connection {
        health: app.models.providers.health(&row.id),
        has_key: row.key.is_some(),
        id: row.id,
        name: row.name,
        protocol: row.protocol,
        base_url: row.base_url,
        models: row.models,
    }
}
