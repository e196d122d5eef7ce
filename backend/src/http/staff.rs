//! Accounts of staff.

use axum::{Json, extract::State};
use serde::Serialize;
use shared::{
    api::{ChangeStaff, NewStaff, Role, Staff},
    id::StaffId,
    limits,
    message::StaffRef,
};
use utoipa::ToSchema;

use super::{
    body::{At, Body},
    error::{Answer, Error},
    text,
};
use crate::{
    app::App,
    auth::{AdminAuth, StaffAuth, token},
    storage::{
        StoreError,
        rows::{Ends, StaffRow},
    },
};

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
        password_hash: hash_password(&app, "password", new.password).await?,
    };
    let entry = admin.entry(&app, "staff_added", &row.email);
    let entry = entry.with(format!("role {}", role(row.role)));
    app.store.add_staff(row.clone(), entry).await.map_err(|cause| match cause {
        StoreError::Taken(_) => Error::taken("email", "Somebody has this address already."),
        cause => cause.into(),
    })?;
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
    let ends =
        if change.password.is_some() || !new.active { Ends::Everything } else { Ends::Nothing };
    let mut changed: Vec<&str> = Vec::new();
    if let Some(password) = change.password {
        new.password_hash = hash_password(&app, "password", password).await?;
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
    let entry = admin.entry(&app, "staff_changed", &new.email);
    let entry = entry.with(format!("{} changed", changed.join(", ")));
    app.store.put_staff(new.clone(), ends, entry).await?;
    if old.active && !new.active {
        let gone = StaffRef { id: new.id.clone(), name: new.name.clone() };
        app.desk.release(&gone).await?;
    }
    Ok(Json(staff(new)))
}

/// A new id; `prefix` says of what.
pub fn id<T: std::str::FromStr>(prefix: &str) -> Answer<T> {
    token::id(prefix).parse().map_err(|_| Error::internal())
}

/// The hash of a password that is neither too short nor too long.
pub async fn hash_password(app: &App, field: &'static str, password: String) -> Answer<String> {
    let (least, most) = (limits::PASSWORD_CHARS, limits::PASSWORD_BYTES);
    if password.chars().count() < least || password.len() > most {
        return Err(Error::invalid(field, format!("Choose {least} to {most} characters.")));
    }
    Ok(app.passwords.hash(password).await?)
}

/// An account as the API shows it.
pub fn staff(row: StaffRow) -> Staff {
    Staff { id: row.id, email: row.email, name: row.name, role: row.role, active: row.active }
}

fn role(role: Role) -> &'static str {
    match role {
        Role::Agent => "agent",
        Role::Admin => "admin",
    }
}
