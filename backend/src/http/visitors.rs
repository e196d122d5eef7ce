//! Visitors begin here.

use axum::{
    Json,
    extract::State,
    http::{HeaderMap, StatusCode},
};
use shared::{
    api::{StartVisitor, VisitorInfo, VisitorSession},
    id::ConversationId,
    message::{Assurance, VisitorRef},
};

use super::{
    body::Body,
    error::{Answer, Error},
    view,
};
use crate::{
    app::App,
    auth::{
        Audience, Peer, VisitorAuth,
        extract::bearer,
        identity::{self, IdentityError},
        token::{self, Kind},
    },
    storage::Scope,
};

/// Begins a visitor's session.
///
/// With an identity that the site signed, the visitor is that customer, with their history. An
/// anonymous visitor who sends their token with it takes their open conversation along.
#[utoipa::path(post, path = "", request_body = StartVisitor,
               responses((status = 200, body = VisitorSession)))]
pub async fn start(
    State(app): State<App>,
    Peer(address): Peer,
    headers: HeaderMap,
    Body(body): Body<StartVisitor>,
) -> Answer<Json<VisitorSession>> {
    app.limits.visitor(address)?;
    let now = app.clock.now();
    let site = app.store.site(&body.site).await?.filter(|site| site.active);
    let site = site.ok_or_else(|| Error::invalid("site", "There is no such site."))?;
    let identity = match &body.identity {
        Some(jwt) => Some(identity::verify(&*app.store, &app.vault, &site, jwt, now).await?),
        None => None,
    };
    let before = match bearer(&headers) {
        Some(token) if identity.is_some() => VisitorAuth::of(&app, token).await.ok(),
        _ => None,
    };
    let (token, hash) = token::mint(Kind::Visitor);
    let expires = VisitorAuth::expires(&app, now);
    let begun = app.store.start_visitor(&site.key, &hash, identity, expires, now).await?;
    let visitor = begun.visitor;
    let carried = match before.filter(|before| before.site == site.key) {
        Some(before) => carry(&app, &before, &visitor).await?,
        None => None,
    };
    let latest = match carried {
        Some(id) => Some(id),
        None => app.store.latest_conversation(&visitor.id).await?,
    };
    let conversation = match latest {
        Some(id) => Some(app.desk.load(&Scope::Visitor(visitor.id.clone()), &id).await?),
        None => None,
    };
    Ok(Json(VisitorSession {
        token,
        visitor: VisitorInfo {
            verified: visitor.assurance == Assurance::Verified,
            id: visitor.id,
            name: visitor.name,
        },
        conversation: conversation.map(|thread| view::conversation(&thread, Audience::Visitor)),
    }))
}

/// Ends the visitor's token, here and wherever it has got to. Their conversations stay.
#[utoipa::path(post, path = "", responses((status = 204, description = "Signed out.")))]
pub async fn logout(State(app): State<App>, visitor: VisitorAuth) -> Answer<StatusCode> {
    app.store.end_visitor(&visitor.token).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Lets the open conversation of somebody who was anonymous follow them into who they are.
async fn carry(
    app: &App,
    before: &VisitorAuth,
    now: &VisitorRef,
) -> Answer<Option<ConversationId>> {
    if before.visitor.assurance == Assurance::Verified || before.visitor.id == now.id {
        return Ok(None);
    }
    let Some(id) = app.store.latest_conversation(&before.visitor.id).await? else {
        return Ok(None);
    };
    let thread = app.desk.load(&before.scope(), &id).await?;
    if thread.state.is_closed() {
        return Ok(None);
    }
    app.desk.identify(&before.scope(), &id, now.clone()).await?;
    Ok(Some(id))
}

impl From<IdentityError> for Error {
    /// The visitor's side learns only that it is not believed; the operator learns why.
    fn from(why: IdentityError) -> Self {
        match why {
            IdentityError::Store(cause) => cause.into(),
            why => {
                tracing::info!(%why, "an identity was refused");
                Self::identity_invalid()
            }
        }
    }
}
