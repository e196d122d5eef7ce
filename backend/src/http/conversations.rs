//! What a visitor does in their conversations.

use axum::{
    Json,
    extract::State,
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use futures_util::{Stream, StreamExt};
use serde::Deserialize;
use shared::{
    api::{Accepted, Conversation, Events, Rate, SendMessage},
    id::{ConversationId, Seq},
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
    auth::{Audience, Peer, ReaderAuth, VisitorAuth, streams::Place},
    live::{Feed, Item, sse},
    storage::StoreError,
};

/// Opens a conversation.
#[utoipa::path(post, path = "", responses((status = 200, body = Conversation)))]
pub async fn open(
    State(app): State<App>,
    visitor: VisitorAuth,
    Peer(address): Peer,
) -> Answer<Json<Conversation>> {
    app.limits.message(&visitor.visitor.id, address)?;
    let thread = app.desk.open(&visitor.site, visitor.visitor).await?;
    Ok(Json(view::conversation(&thread, Audience::Visitor)))
}

/// Sends a message; the same `client_id` again makes no second one.
///
/// With `Accept: text/event-stream` the answer is the turn's events as they happen, ending after
/// `turn` with state `done` or `waiting`.
#[utoipa::path(post, path = "", request_body = SendMessage,
               responses((status = 202, body = Accepted, description = "It is on disk."),
                         (status = 200, content_type = "text/event-stream", body = String)))]
pub async fn say(
    State(app): State<App>,
    visitor: VisitorAuth,
    Peer(address): Peer,
    At(id): At<ConversationId>,
    headers: HeaderMap,
    Body(message): Body<SendMessage>,
) -> Answer<Response> {
    app.limits.message(&visitor.visitor.id, address)?;
    let text = text::required("text", &message.text, limits::MESSAGE_CHARS)?;
    let scope = visitor.scope();
    if !wants_stream(&headers) {
        let seq = app.desk.visitor_says(&scope, &id, message.client_id, text).await?;
        return Ok((StatusCode::ACCEPTED, Json(Accepted { seq })).into_response());
    }
    let reader = ReaderAuth::Visitor(visitor);
    let place = reader.enter(&app)?;
    let seq = app.desk.visitor_says(&scope, &id, message.client_id, text).await?;
    // To a retry, what followed the message is told again.
    let items = Feed::answer(&app.journal, &scope, &id, seq).await?.ok_or(Error::not_found())?;
    Ok(stream(&app, reader, place, items))
}

/// Where to begin.
#[derive(Debug, Deserialize, IntoParams)]
pub struct EventsAsked {
    /// The newest event already seen; 0 for all.
    #[serde(default)]
    after: Seq,
}

/// Reads the events after `after`, as the caller may see them.
///
/// With `Accept: text/event-stream`: history after `after` (or `Last-Event-ID`), then live.
#[utoipa::path(get, path = "", params(EventsAsked),
               responses((status = 200, content((Events = "application/json"),
                                                (String = "text/event-stream")))))]
pub async fn events(
    State(app): State<App>,
    reader: ReaderAuth,
    At(id): At<ConversationId>,
    Asked(asked): Asked<EventsAsked>,
    headers: HeaderMap,
) -> Answer<Response> {
    if !wants_stream(&headers) {
        let thread = app.desk.load(&reader.scope(), &id).await?;
        let events = view::events_after(&thread.events, asked.after, reader.audience());
        return Ok(Json(Events { events }).into_response());
    }
    let place = reader.enter(&app)?;
    let after = last_event_id(&headers).unwrap_or(asked.after);
    let feed = Feed::open(&app.journal, &reader.scope(), &id, after).await?;
    let feed = feed.ok_or(Error::not_found())?;
    Ok(stream(&app, reader, place, feed.into_stream()))
}

/// Asks for a person. From here no path leads back to an agent but through a person.
#[utoipa::path(post, path = "", responses((status = 202, description = "A person is asked.")))]
pub async fn ask_for_person(
    State(app): State<App>,
    visitor: VisitorAuth,
    Peer(address): Peer,
    At(id): At<ConversationId>,
) -> Answer<StatusCode> {
    app.limits.message(&visitor.visitor.id, address)?;
    app.desk.ask_for_person(&visitor.scope(), &id).await?;
    Ok(StatusCode::ACCEPTED)
}

/// Rates the conversation.
#[utoipa::path(post, path = "", request_body = Rate,
               responses((status = 204, description = "It is noted.")))]
pub async fn rate(
    State(app): State<App>,
    visitor: VisitorAuth,
    Peer(address): Peer,
    At(id): At<ConversationId>,
    Body(rate): Body<Rate>,
) -> Answer<StatusCode> {
    app.limits.message(&visitor.visitor.id, address)?;
    if !(1..=5).contains(&rate.score) {
        return Err(Error::invalid("score", "Choose 1 to 5."));
    }
    let comment = text::optional("comment", rate.comment.as_deref(), limits::COMMENT_CHARS)?;
    app.desk.rate(&visitor.scope(), &id, rate.score, comment).await?;
    Ok(StatusCode::NO_CONTENT)
}

fn stream(
    app: &App,
    reader: ReaderAuth,
    place: Option<Place>,
    items: impl Stream<Item = Result<Item, StoreError>> + Send + 'static,
) -> Response {
    // The place is held for as long as the stream is.
    let items = items.map(move |item| (&place, item).1);
    let answer = sse::answer(app.clone(), reader, items);
    // Proxies that collect answers before passing them on are asked not to.
    let as_it_comes =
        (HeaderName::from_static("x-accel-buffering"), HeaderValue::from_static("no"));
    ([as_it_comes], answer).into_response()
}

fn wants_stream(headers: &HeaderMap) -> bool {
    headers
        .get_all(header::ACCEPT)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .any(|value| value.contains("text/event-stream"))
}

fn last_event_id(headers: &HeaderMap) -> Option<Seq> {
    headers.get("last-event-id")?.to_str().ok()?.trim().parse().ok()
}
