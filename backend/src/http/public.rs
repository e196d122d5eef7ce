//! What anybody may ask, and what holds for every answer.

use std::any::Any;

use axum::{
    Json,
    extract::{Request, State},
    http::{HeaderName, HeaderValue, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use serde::{Deserialize, Serialize};
use shared::{
    api::{Setup, SiteLook},
    id::SiteKey,
};

use super::{
    body::{Asked, At},
    error::{Answer, Error},
};
use crate::{
    app::App,
    auth::{
        identity::{self, Claims, LIFETIME_S},
        origin, token,
    },
    first_run::DEMO_SITE,
    storage::rows::SiteRow,
};

/// What a page must know before anybody has signed in.
#[utoipa::path(get, path = "", responses((status = 200, body = Setup)))]
pub async fn setup(State(app): State<App>) -> Json<Setup> {
    Json(Setup { version: env!("CARGO_PKG_VERSION").to_owned(), demo: app.config.demo })
}

/// What the widget may know of its site.
#[utoipa::path(get, path = "", responses((status = 200, body = SiteLook)))]
pub async fn look(State(app): State<App>, At(key): At<SiteKey>) -> Answer<Json<SiteLook>> {
    Ok(Json(site_look(&app, &key).await?))
}

/// What the widget may know of an active site.
async fn site_look(app: &App, key: &SiteKey) -> Answer<SiteLook> {
    let site = app.store.site(key).await?.filter(|site| site.active);
    Ok(look_of(app, site.ok_or(Error::not_found())?))
}

/// What a visitor may ask at first, where the site suggests nothing: what every shop is asked, and
/// what the agents that ship can answer.
const QUESTIONS: [&str; 3] =
    ["Where is my order?", "How long does shipping take?", "How do returns work?"];

/// What the widget may know of `site`.
pub fn look_of(app: &App, site: SiteRow) -> SiteLook {
    let desk = app.catalog.current();
    let first = desk.owner(&desk.settings.front_door);
    let questions = if site.questions.is_empty() {
        QUESTIONS.iter().map(|&question| question.to_owned()).collect()
    } else {
        site.questions
    };
    SiteLook {
        key: site.key,
        name: site.name,
        color: site.color,
        greeting: site.greeting,
        questions,
        first_owner: first.as_ref().map(|owner| owner.name().to_owned()).unwrap_or_default(),
    }
}

/// Whether the server is up and its database answers.
pub async fn health(State(app): State<App>) -> Answer<&'static str> {
    app.store.setting("health").await?;
    Ok("ok\n")
}

/// Which customer of the demo shop.
#[derive(Debug, Deserialize)]
pub struct DemoAsked {
    customer: String,
}

/// The demo shop vouches for its customer.
#[derive(Debug, Serialize)]
pub struct DemoIdentity {
    identity: String,
}

/// What a shop's own server would do for its signed-in customer; only with `--demo`.
pub async fn demo_identity(
    State(app): State<App>,
    Asked(asked): Asked<DemoAsked>,
) -> Answer<Json<DemoIdentity>> {
    // For made-up customers only: nobody vouches for real ones to whoever asks.
    if !app.config.demo || app.config.shop.is_some() {
        return Err(Error::not_found());
    }
    let customer = app.ledger.customer(&asked.customer).await.map_err(|cause| {
        tracing::error!(%cause, "the ledger failed");
        Error::internal()
    })?;
    let customer = customer.ok_or(Error::not_found())?;
    let key = DEMO_SITE.parse().map_err(|_| Error::internal())?;
    let site = app.store.site(&key).await?.ok_or(Error::not_found())?;
    let sealed = site.identity_secret.ok_or(Error::not_found())?;
    let secret = app.vault.read(&SiteRow::identity_purpose(&site.key), &sealed)?;
    let now = app.clock.now().0.div_euclid(1000);
    let claims = Claims {
        sub: customer.id,
        email: Some(customer.email),
        name: Some(customer.name),
        aud: DEMO_SITE.to_owned(),
        iat: now,
        exp: now + LIFETIME_S,
        jti: token::id("jti_"),
    };
    Ok(Json(DemoIdentity { identity: identity::sign(&secret, &claims)? }))
}

/// Refuses what another site makes a browser send.
pub async fn refuse_foreign(State(app): State<App>, request: Request, next: Next) -> Response {
    let public = app.config.public_url.as_deref();
    if origin::is_own(request.method(), request.headers(), public) {
        next.run(request).await
    } else {
        Error::cross_origin().into_response()
    }
}

/// Answers of the API are kept by nobody, unless they say otherwise.
pub async fn never_store(mut response: Response) -> Response {
    response
        .headers_mut()
        .entry(header::CACHE_CONTROL)
        .or_insert(HeaderValue::from_static("no-store"));
    response
}

/// What every answer tells the browser, unless the route said otherwise.
pub async fn harden(mut response: Response) -> Response {
    for (name, value) in [
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "strict-origin-when-cross-origin"),
        ("cross-origin-resource-policy", "same-origin"),
        ("permissions-policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
        ("content-security-policy", "default-src 'none'; frame-ancestors 'none'"),
    ] {
        let name = HeaderName::from_static(name);
        response.headers_mut().entry(name).or_insert(HeaderValue::from_static(value));
    }
    response
}

/// A handler panicked: a fault of the program, told in the same shape as all others.
#[expect(clippy::needless_pass_by_value, reason = "the signature that the layer asks for")]
pub fn panicked(cause: Box<dyn Any + Send + 'static>) -> Response {
    let cause = cause
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| cause.downcast_ref::<&str>().copied())
        .unwrap_or("?");
    tracing::error!(cause, "a handler panicked");
    Error::internal().into_response()
}
