//! Websites that embed the widget.

use axum::{Json, extract::State};
use shared::{
    api::{NewSecret, SaveSite, Site, Sites},
    id::SiteKey,
    limits,
};

use super::{
    body::{At, Body},
    error::{Answer, Error},
    staff, text,
};
use crate::{
    app::App,
    auth::{AdminAuth, token},
    origin,
    storage::rows::SiteRow,
    vault::Sealed,
};

/// Most origins of one site.
const ORIGINS: usize = 50;

/// Lists sites.
#[utoipa::path(get, path = "", responses((status = 200, body = Sites)))]
pub async fn list(State(app): State<App>, _admin: AdminAuth) -> Answer<Json<Sites>> {
    let rows = app.store.sites().await?;
    Ok(Json(Sites { sites: rows.into_iter().map(site).collect() }))
}

/// Adds a site.
#[utoipa::path(post, path = "", request_body = SaveSite, responses((status = 200, body = Site)))]
pub async fn add(
    State(app): State<App>,
    AdminAuth(admin): AdminAuth,
    Body(new): Body<SaveSite>,
) -> Answer<Json<Site>> {
    let row = checked(staff::id("site_")?, &new, None)?;
    let entry = admin.entry(&app, "site_added", row.key.as_str()).with(&row.name);
    app.store.put_site(row.clone(), entry).await?;
    Ok(Json(site(row)))
}

/// Changes a site.
#[utoipa::path(put, path = "", request_body = SaveSite, responses((status = 200, body = Site)))]
pub async fn change(
    State(app): State<App>,
    AdminAuth(admin): AdminAuth,
    At(key): At<SiteKey>,
    Body(new): Body<SaveSite>,
) -> Answer<Json<Site>> {
    let _change = app.changes.lock().await;
    let old = app.store.site(&key).await?.ok_or(Error::not_found())?;
    let row = checked(key, &new, old.identity_secret)?;
    let entry = admin.entry(&app, "site_changed", row.key.as_str()).with(&row.name);
    app.store.put_site(row.clone(), entry).await?;
    Ok(Json(site(row)))
}

/// Makes a new identity secret; the old one is good for nothing from now on.
#[utoipa::path(post, path = "", responses((status = 200, body = NewSecret)))]
pub async fn new_secret(
    State(app): State<App>,
    AdminAuth(admin): AdminAuth,
    At(key): At<SiteKey>,
) -> Answer<Json<NewSecret>> {
    let _change = app.changes.lock().await;
    let mut row = app.store.site(&key).await?.ok_or(Error::not_found())?;
    let secret = token::secret();
    row.identity_secret = Some(app.vault.seal(&SiteRow::identity_purpose(&key), &secret)?);
    let entry = admin.entry(&app, "site_changed", key.as_str()).with("new identity secret");
    app.store.put_site(row, entry).await?;
    Ok(Json(NewSecret { secret }))
}

fn checked(key: SiteKey, new: &SaveSite, identity_secret: Option<Sealed>) -> Answer<SiteRow> {
    Ok(SiteRow {
        key,
        name: text::name("name", &new.name)?,
        origins: origins(&new.origins)?,
        color: color(&new.color)?,
        greeting: text::optional("greeting", Some(&new.greeting), limits::PHRASE_CHARS)?
            .unwrap_or_default(),
        questions: questions(&new.questions)?,
        identity_secret,
        active: new.active,
    })
}

/// Each as browsers write it, and once.
fn origins(typed: &[String]) -> Answer<Vec<String>> {
    if typed.len() > ORIGINS {
        return Err(Error::invalid("origins", format!("At most {ORIGINS} origins.")));
    }
    let mut origins = Vec::new();
    for (i, text) in typed.iter().enumerate() {
        let origin = origin::pattern(text).map_err(|why| {
            let typed: String = text.chars().take(60).collect();
            Error::invalid(format!("origins[{i}]"), format!("“{typed}”: {why}"))
        })?;
        if !origins.contains(&origin) {
            origins.push(origin);
        }
    }
    Ok(origins)
}

fn questions(typed: &[String]) -> Answer<Vec<String>> {
    if typed.len() > limits::QUESTIONS {
        let message = format!("At most {} questions.", limits::QUESTIONS);
        return Err(Error::invalid("questions", message));
    }
    typed.iter().map(|question| text::name("questions", question)).collect()
}

fn color(text: &str) -> Answer<String> {
    let digits = text.strip_prefix('#').unwrap_or_default();
    if digits.len() == 6 && digits.bytes().all(|b| b.is_ascii_hexdigit()) {
        Ok(text.to_ascii_lowercase())
    } else {
        Err(Error::invalid("color", "Write a colour like #2f4858."))
    }
}

fn site(row: SiteRow) -> Site {
    Site {
        has_identity_secret: row.identity_secret.is_some(),
        key: row.key,
        name: row.name,
        origins: row.origins,
        color: row.color,
        greeting: row.greeting,
        questions: row.questions,
        active: row.active,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_color_is_six_digits() {
        assert_eq!(color("#AABBCC").ok().as_deref(), Some("#aabbcc"));
        for bad in ["", "red", "#abc", "#12345g", "#123456;", "aabbcc"] {
            assert!(color(bad).is_err(), "{bad}");
        }
    }
}
