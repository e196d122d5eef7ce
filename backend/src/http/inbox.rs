//! What the people of the desk do with conversations.

use axum::{Json, extract::State, http::StatusCode};
use serde::Deserialize;
use shared::{
    api::{Accepted, AddNote, Conversation, Decide, InboxPage, Return, SendMessage, View},
    id::{ApprovalId, ConversationId},
    limits,
};
use utoipa::IntoParams;

use super::{
    body::{Asked, At, Body},
    error::{Answer, Error},
    text, view,
};
use crate::{
    app::App,
    auth::{Audience, StaffAuth},
    journal::Thread,
    storage::InboxQuery,
};

/// Which conversations.
#[derive(Debug, Deserialize, IntoParams)]
pub struct InboxAsked {
    /// Which view.
    #[serde(default)]
    #[param(inline)]
    view: View,
    /// Words to look for.
    #[serde(default)]
    q: String,
    /// Where the last page ended.
    after: Option<String>,
}

/// Lists conversations: longest waiting first in `waiting`, newest first elsewhere.
#[utoipa::path(get, path = "", params(InboxAsked), responses((status = 200, body = InboxPage)))]
pub async fn list(
    State(app): State<App>,
    staff: StaffAuth,
    Asked(asked): Asked<InboxAsked>,
) -> Answer<Json<InboxPage>> {
    let text = text::optional("q", Some(&asked.q), limits::QUERY_CHARS)?.unwrap_or_default();
    if asked.after.as_ref().is_some_and(|after| after.len() > limits::QUERY_CHARS) {
        return Err(Error::invalid("after", "Pass `next` of the page before."));
    }
    let reader = staff.account.id;
    let counts = app.store.counts(&reader).await?;
    let query =
        InboxQuery { view: asked.view, reader, text, after: asked.after, limit: limits::LIST_PAGE };
    let (lines, next) = app.store.inbox(query).await?;
    let conversations = lines.into_iter().map(|line| line.summary).collect();
    Ok(Json(InboxPage { conversations, next, counts }))
}

/// Reads a conversation: its owner, the latest brief and the newest events.
#[utoipa::path(get, path = "", responses((status = 200, body = Conversation)))]
pub async fn read(
    State(app): State<App>,
    staff: StaffAuth,
    At(id): At<ConversationId>,
) -> Answer<Json<Conversation>> {
    let thread = app.desk.load(&staff.scope(), &id).await?;
    Ok(seen(&thread))
}

/// Takes a conversation over. No agent speaks in it until it is handed back.
#[utoipa::path(post, path = "",
               responses((status = 200, body = Conversation),
                         (status = 409, description = "`already_claimed` names the owner.")))]
pub async fn claim(
    State(app): State<App>,
    staff: StaffAuth,
    At(id): At<ConversationId>,
) -> Answer<Json<Conversation>> {
    let thread = app.desk.claim(staff.name(), &id).await?;
    Ok(seen(&thread))
}

/// Answers the visitor.
#[utoipa::path(post, path = "", request_body = SendMessage,
               responses((status = 202, body = Accepted, description = "It is on disk.")))]
pub async fn reply(
    State(app): State<App>,
    staff: StaffAuth,
    At(id): At<ConversationId>,
    Body(message): Body<SendMessage>,
) -> Answer<(StatusCode, Json<Accepted>)> {
    let text = text::required("text", &message.text, limits::MESSAGE_CHARS)?;
    let seq = app.desk.reply(staff.name(), &id, message.client_id, text).await?;
    Ok((StatusCode::ACCEPTED, Json(Accepted { seq })))
}

/// Writes an internal note; the visitor never sees it.
#[utoipa::path(post, path = "", request_body = AddNote,
               responses((status = 202, body = Accepted, description = "It is on disk.")))]
pub async fn note(
    State(app): State<App>,
    staff: StaffAuth,
    At(id): At<ConversationId>,
    Body(note): Body<AddNote>,
) -> Answer<(StatusCode, Json<Accepted>)> {
    let text = text::required("text", &note.text, limits::NOTE_CHARS)?;
    let seq = app.desk.note(staff.name(), &id, text).await?;
    Ok((StatusCode::ACCEPTED, Json(Accepted { seq })))
}

/// Hands the conversation back to an agent, with a brief.
#[utoipa::path(post, path = "", request_body = Return,
               responses((status = 200, body = Conversation)))]
pub async fn hand_back(
    State(app): State<App>,
    staff: StaffAuth,
    At(id): At<ConversationId>,
    Body(back): Body<Return>,
) -> Answer<Json<Conversation>> {
    let note = text::optional("note", back.note.as_deref(), limits::NOTE_CHARS)?;
    let thread = app.desk.hand_back(staff.name(), &id, back.agent, note).await?;
    Ok(seen(&thread))
}

/// Closes the conversation.
#[utoipa::path(post, path = "", responses((status = 200, body = Conversation)))]
pub async fn close(
    State(app): State<App>,
    staff: StaffAuth,
    At(id): At<ConversationId>,
) -> Answer<Json<Conversation>> {
    let thread = app.desk.close(staff.name(), &id).await?;
    Ok(seen(&thread))
}

/// Decides on one exact write.
#[utoipa::path(post, path = "", request_body = Decide,
               responses((status = 200, body = Conversation)))]
pub async fn decide(
    State(app): State<App>,
    staff: StaffAuth,
    At(id): At<ApprovalId>,
    Body(decide): Body<Decide>,
) -> Answer<Json<Conversation>> {
    let note = text::optional("note", decide.note.as_deref(), limits::NOTE_CHARS)?;
    let thread = app.desk.decide(staff.name(), &id, decide.decision, note).await?;
    Ok(seen(&thread))
}

fn seen(thread: &Thread) -> Json<Conversation> {
    Json(view::conversation(thread, Audience::Staff))
}
