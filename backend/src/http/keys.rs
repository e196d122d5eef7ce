//! API keys: what programs sign in with, as a member of staff.

use axum::{Json, extract::State, http::StatusCode};
use shared::{
    api::{AddApiKey, ApiKey, ApiKeys, NewApiKey},
    id::{KeyId, StaffId},
    limits,
};

use super::{
    body::{At, Body},
    error::{Answer, Error},
    text,
};
use crate::{
    app::App,
    auth::{
        AdminAuth,
        token::{self, Kind},
    },
    storage::rows::{SessionKind, SessionRow, StaffRow},
};

/// What a key is called that nobody named.
const UNNAMED: &str = "API key";

/// Lists an account's API keys, newest first; never the keys themselves.
#[utoipa::path(get, path = "", responses((status = 200, body = ApiKeys)))]
pub async fn list(
    State(app): State<App>,
    _admin: AdminAuth,
    At(id): At<StaffId>,
) -> Answer<Json<ApiKeys>> {
    account(&app, &id).await?;
    let keys = app.store.keys(&id).await?.into_iter().map(shown).collect::<Answer<_>>()?;
    Ok(Json(ApiKeys { keys }))
}

/// Makes an API key for an account; it is shown this once.
#[utoipa::path(post, path = "", request_body = AddApiKey,
               responses((status = 200, body = NewApiKey)))]
pub async fn add(
    State(app): State<App>,
    AdminAuth(admin): AdminAuth,
    At(id): At<StaffId>,
    Body(add): Body<AddApiKey>,
) -> Answer<Json<NewApiKey>> {
    let name = text::name("name", add.name.as_deref().unwrap_or(UNNAMED))?;
    let _change = app.changes.lock().await;
    let account = account(&app, &id).await?;
    if !account.active {
        return Err(Error::conflict("inactive", "Let the account sign in first."));
    }
    if app.store.keys(&id).await?.len() >= limits::KEYS {
        return Err(Error::conflict("too_many", "Delete a key that is not used any more first."));
    }
    let (key, hash) = token::mint(Kind::ApiKey);
    let kind = SessionKind::Key { name: name.clone(), used: None };
    let row = SessionRow { hash, staff: id, created: app.clock.now(), kind };
    let made = shown(row.clone())?;
    let entry = admin.entry(&app, "api_key", &account.email);
    app.store.add_session(row, None, entry.with(format!("made: {name}"))).await?;
    Ok(Json(NewApiKey { key, id: made.id, name }))
}

/// Deletes an API key; programs that use it are refused from now on.
#[utoipa::path(delete, path = "", responses((status = 204, description = "Deleted.")))]
pub async fn delete(
    State(app): State<App>,
    AdminAuth(admin): AdminAuth,
    At((id, key)): At<(StaffId, KeyId)>,
) -> Answer<StatusCode> {
    let account = account(&app, &id).await?;
    let keys = app.store.keys(&id).await?.into_iter().map(shown).collect::<Answer<Vec<_>>>()?;
    let found = keys.into_iter().find(|known| known.id == key).ok_or(Error::not_found())?;
    let entry = admin.entry(&app, "api_key", &account.email);
    let entry = entry.with(format!("deleted: {}", found.name));
    // Somebody else may have been first.
    if app.store.end_key(&id, &key, entry).await? {
        Ok(StatusCode::NO_CONTENT)
    } else {
        Err(Error::not_found())
    }
}

async fn account(app: &App, id: &StaffId) -> Answer<StaffRow> {
    let all = app.store.staff().await?;
    all.into_iter().find(|row| row.id == *id).ok_or(Error::not_found())
}

fn shown(row: SessionRow) -> Answer<ApiKey> {
    let id = SessionRow::key_id(&row.hash).parse().map_err(|_| Error::internal())?;
    let SessionKind::Key { name, used } = row.kind else { return Err(Error::internal()) };
    Ok(ApiKey { id, name, created_at: row.created, last_used_at: used })
}
