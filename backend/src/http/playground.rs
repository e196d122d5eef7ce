//! Trying a draft before anybody meets it.

use axum::{Json, extract::State};
use shared::{
    api::{Playground, StartPlayground, TriedRules, TryMessage},
    limits,
};

use super::{
    body::{At, Body},
    error::{Answer, Error},
    text, view,
};
use crate::{
    app::App,
    auth::{AdminAuth, Audience},
    journal::Thread,
    lab::LabError,
};

/// Starts a try-out conversation with a draft. Its tools act on a copy of the demo shop.
#[utoipa::path(post, path = "", request_body = StartPlayground,
               responses((status = 200, body = Playground)))]
pub async fn start(
    State(app): State<App>,
    AdminAuth(admin): AdminAuth,
    Body(start): Body<StartPlayground>,
) -> Answer<Json<Playground>> {
    text::optional("customer", start.customer.as_deref(), limits::NAME_CHARS)?;
    let (id, thread) = app.lab.start(&*app.store, &app.catalog, &admin.account.id, start).await?;
    Ok(Json(seen(id, &thread, Vec::new())))
}

/// Says something in it; answers when the turn has ended.
#[utoipa::path(post, path = "", request_body = TryMessage,
               responses((status = 200, body = Playground)))]
pub async fn say(
    State(app): State<App>,
    AdminAuth(admin): AdminAuth,
    At(id): At<String>,
    Body(message): Body<TryMessage>,
) -> Answer<Json<Playground>> {
    let text = text::required("text", &message.text, limits::MESSAGE_CHARS)?;
    let (thread, tried) = app.lab.say(&admin.account.id, &id, text).await?;
    Ok(Json(seen(id, &thread, tried)))
}

fn seen(id: String, thread: &Thread, tried: Vec<TriedRules>) -> Playground {
    Playground { id, conversation: view::conversation(thread, Audience::Staff), tried }
}

impl From<LabError> for Error {
    fn from(why: LabError) -> Self {
        match why {
            LabError::NotFound => Self::not_found(),
            LabError::UnknownAgent => Self::invalid("agent", "There is no such agent."),
            LabError::UnknownCustomer => Self::invalid("customer", "There is no such customer."),
            LabError::Full => Self::busy("Too many playgrounds are open; try again later."),
            LabError::Desk(refused) => refused.into(),
            LabError::Store(cause) => cause.into(),
            LabError::Setup(cause) => {
                tracing::error!(%cause, "a playground could not be made");
                Self::internal()
            }
        }
    }
}
