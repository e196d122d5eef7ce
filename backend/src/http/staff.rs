//! Signing in and out, and accounts.

use axum::{
    Json,
    extract::State,
    http::{HeaderName, HeaderValue, StatusCode, header},
    response::IntoResponse,
};
use serde::Serialize;
use shared::{
    api::{ChangeStaff, Login, NewApiKey, NewStaff, Role, Staff},
    id::StaffId,
    message::StaffRef,
};
use utoipa::ToSchema;

use super::{
    body::{At, Body},
    desk::record,
    error::{Answer, Error},
    text,
};
use crate::{
    app::App,
    auth::{
        AdminAuth, Peer, StaffAuth,
        extract::COOKIE,
        password::{PASSWORD_MAX, PASSWORD_MIN},
        token::{self, Kind},
    },
    storage::{
        StoreError,
        rows::{SessionRow, StaffRow},
    },
};

/// How long a session lasts, in seconds: two weeks.
const SESSION_S: i64 = 14 * 86_400;

/// Signs in; the session is in the cookie of the answer.
#[utoipa::path(post, path = "", request_body = Login, responses((status = 200, body = Staff)))]
pub async fn login(
    State(app): State<App>,
    Peer(address): Peer,
    Body(login): Body<Login>,
) -> Answer<impl IntoResponse> {
    if login.email.len() > 254 || login.password.len() > PASSWORD_MAX {
        return Err(Error::wrong_credentials());
    }
    let email = login.email.trim();
    app.limits.login(email, address)?;
    let account = app.store.staff_by_email(email).await?;
    let hash = account.as_ref().map(|account| account.password_hash.clone());
    let fits = app.passwords.verify(login.password, hash).await?;
    let account = account.filter(|account| fits && account.active);
    let account = account.ok_or(Error::wrong_credentials())?;
    let (token, hash) = token::mint(Kind::Session);
    let now = app.clock.now();
    let expires = Some(now.plus_ms(SESSION_S * 1000));
    let session = SessionRow { hash, staff: account.id.clone(), expires, created: now };
    app.store.add_session(session).await?;
    record(&app, &account.name, "sign_in", account.email.clone(), String::new()).await?;
    Ok((cookie(&app, &token, SESSION_S), Json(staff(account))))
}

/// Ends the session.
#[utoipa::path(post, path = "", responses((status = 204, description = "Signed out.")))]
pub async fn logout(State(app): State<App>, staff: StaffAuth) -> Answer<impl IntoResponse> {
    app.store.end_session(&staff.session).await?;
    Ok((StatusCode::NO_CONTENT, cookie(&app, "", 0)))
}

/// Who is signed in.
#[utoipa::path(get, path = "", responses((status = 200, body = Staff)))]
pub async fn me(signed_in: StaffAuth) -> Json<Staff> {
    Json(staff(signed_in.account))
}

/// All accounts.
#[derive(Debug, Serialize, ToSchema)]
pub struct StaffList {
    /// By name.
    staff: Vec<Staff>,
}

/// Lists accounts.
#[utoipa::path(get, path = "", responses((status = 200, body = StaffList)))]
pub async fn list(State(app): State<App>, _staff: StaffAuth) -> Answer<Json<StaffList>> {
    let rows = app.store.staff().await?;
    Ok(Json(StaffList { staff: rows.into_iter().map(staff).collect() }))
}

/// Adds an account.
#[utoipa::path(post, path = "", request_body = NewStaff, responses((status = 200, body = Staff)))]
pub async fn add(
    State(app): State<App>,
    AdminAuth(admin): AdminAuth,
    Body(new): Body<NewStaff>,
) -> Answer<Json<Staff>> {
    let row = StaffRow {
        id: id("stf_")?,
        email: text::email("email", &new.email)?,
        name: text::name("name", &new.name)?,
        role: new.role,
        active: true,
        password_hash: hash_password(&app, new.password).await?,
    };
    app.store.add_staff(row.clone()).await.map_err(|cause| match cause {
        StoreError::Taken(_) => Error::taken("email", "Somebody has this address already."),
        cause => cause.into(),
    })?;
    let detail = format!("role {}", role(row.role));
    record(&app, &admin.account.name, "staff_added", row.email.clone(), detail).await?;
    Ok(Json(staff(row)))
}

/// Changes an account. A new password or `active: false` ends its sessions and keys.
#[utoipa::path(put, path = "", request_body = ChangeStaff,
               responses((status = 200, body = Staff)))]
pub async fn change(
    State(app): State<App>,
    AdminAuth(admin): AdminAuth,
    At(id): At<StaffId>,
    Body(change): Body<ChangeStaff>,
) -> Answer<Json<Staff>> {
    let _change = app.changes.lock().await;
    let all = app.store.staff().await?;
    let old = all.iter().find(|row| row.id == id).ok_or(Error::not_found())?;
    let mut new = old.clone();
    if let Some(name) = &change.name {
        new.name = text::name("name", name)?;
    }
    new.role = change.role.unwrap_or(new.role);
    new.active = change.active.unwrap_or(new.active);
    let is_admin = |row: &StaffRow| row.active && row.role == Role::Admin;
    let others = all.iter().any(|row| row.id != id && is_admin(row));
    if is_admin(old) && !is_admin(&new) && !others {
        return Err(Error::conflict("last_admin", "Make somebody else an administrator first."));
    }
    let end_sessions = change.password.is_some() || !new.active;
    let mut changed: Vec<&str> = Vec::new();
    if let Some(password) = change.password {
        new.password_hash = hash_password(&app, password).await?;
        changed.push("password");
    }
    for (what, differs) in [
        ("name", new.name != old.name),
        ("role", new.role != old.role),
        ("active", new.active != old.active),
    ] {
        if differs {
            changed.push(what);
        }
    }
    let detail = format!("{} changed", changed.join(", "));
    app.store.put_staff(new.clone(), end_sessions).await?;
    if old.active && !new.active {
        let gone = StaffRef { id: new.id.clone(), name: new.name.clone() };
        app.desk.release(&gone).await?;
    }
    record(&app, &admin.account.name, "staff_changed", new.email.clone(), detail).await?;
    Ok(Json(staff(new)))
}

/// Makes an API key for an account; it is shown this once.
#[utoipa::path(post, path = "", responses((status = 200, body = NewApiKey)))]
pub async fn add_key(
    State(app): State<App>,
    AdminAuth(admin): AdminAuth,
    At(id): At<StaffId>,
) -> Answer<Json<NewApiKey>> {
    let all = app.store.staff().await?;
    let account = all.into_iter().find(|row| row.id == id && row.active);
    let account = account.ok_or(Error::not_found())?;
    let (key, hash) = token::mint(Kind::ApiKey);
    let created = app.clock.now();
    app.store.add_session(SessionRow { hash, staff: id, expires: None, created }).await?;
    record(&app, &admin.account.name, "api_key", account.email, "made".to_owned()).await?;
    Ok(Json(NewApiKey { key }))
}

/// A new id; `prefix` says of what.
pub fn id<T: std::str::FromStr>(prefix: &str) -> Answer<T> {
    token::id(prefix).parse().map_err(|_| Error::internal())
}

async fn hash_password(app: &App, password: String) -> Answer<String> {
    if password.chars().count() < PASSWORD_MIN || password.len() > PASSWORD_MAX {
        let message = format!("Choose {PASSWORD_MIN} to {PASSWORD_MAX} characters.");
        return Err(Error::invalid("password", message));
    }
    Ok(app.passwords.hash(password).await?)
}

fn staff(row: StaffRow) -> Staff {
    Staff { id: row.id, email: row.email, name: row.name, role: row.role, active: row.active }
}

fn role(role: Role) -> &'static str {
    match role {
        Role::Agent => "agent",
        Role::Admin => "admin",
    }
}

fn cookie(app: &App, token: &str, seconds: i64) -> [(HeaderName, HeaderValue); 1] {
    let secure = if app.config.is_https() { "; Secure" } else { "" };
    let cookie =
        format!("{COOKIE}={token}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}");
    // A token is letters, digits, '-' and '_'.
    let value = HeaderValue::try_from(cookie).unwrap_or(HeaderValue::from_static(""));
    [(header::SET_COOKIE, value)]
}
