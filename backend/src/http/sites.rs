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
    storage::rows::SiteRow,
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
    row.identity_secret = Some(secret.clone());
    let entry = admin.entry(&app, "site_changed", key.as_str()).with("new identity secret");
    app.store.put_site(row, entry).await?;
    Ok(Json(NewSecret { secret }))
}

fn checked(key: SiteKey, new: &SaveSite, identity_secret: Option<String>) -> Answer<SiteRow> {
    if new.origins.len() > ORIGINS {
        return Err(Error::invalid("origins", format!("At most {ORIGINS} origins.")));
    }
    let mut origins = Vec::new();
    for (i, origin) in new.origins.iter().enumerate() {
        let origin = origin.trim().trim_end_matches('/').to_ascii_lowercase();
        if !is_origin(&origin) {
            let message = "Write it like https://shop.example or http://localhost:*.";
            return Err(Error::invalid(format!("origins[{i}]"), message));
        }
        if !origins.contains(&origin) {
            origins.push(origin);
        }
    }
    Ok(SiteRow {
        key,
        name: text::name("name", &new.name)?,
        origins,
        color: color(&new.color)?,
        greeting: text::optional("greeting", Some(&new.greeting), limits::PHRASE_CHARS)?
            .unwrap_or_default(),
        identity_secret,
        active: new.active,
    })
}

/// Scheme, host and port as a Content-Security-Policy writes them; `*` stands for any port, or for
/// all subdomains.
fn is_origin(text: &str) -> bool {
    let Some(authority) = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"))
    else {
        return false;
    };
    let (host, port) = match authority.rsplit_once(':') {
        Some((host, port)) if !host.is_empty() => (host, Some(port)),
        _ => (authority, None),
    };
    let host = host.strip_prefix("*.").unwrap_or(host);
    let label = |label: &str| {
        !label.is_empty() && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
    };
    let port = port.is_none_or(|port| port == "*" || port.parse::<u16>().is_ok_and(|p| p > 0));
    authority.len() <= 255 && port && host.split('.').all(label)
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
        active: row.active,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_cannot_smuggle_anything_into_a_policy() {
        for good in [
            "https://shop.example",
            "http://localhost:*",
            "http://127.0.0.1:8080",
            "https://*.shop.example",
            "https://xn--caf-dma.example:8443",
        ] {
            assert!(is_origin(good), "{good}");
        }
        for bad in [
            "",
            "*",
            "https://*",
            "shop.example",
            "https://",
            "https://shop.example/path",
            "https://shop.example; script-src *",
            "https://a b",
            "https://shop.example,https://b.example",
            "javascript:alert(1)",
            "data:",
            "https://user@shop.example",
            "https://shop.example:0",
            "https://shop.example:99999",
            "https://shop..example",
            "https://'self'",
        ] {
            assert!(!is_origin(bad), "{bad}");
        }
    }

    #[test]
    fn a_color_is_six_digits() {
        assert_eq!(color("#AABBCC").ok().as_deref(), Some("#aabbcc"));
        for bad in ["", "red", "#abc", "#12345g", "#123456;", "aabbcc"] {
            assert!(color(bad).is_err(), "{bad}");
        }
    }
}
