//! How the built-in reader understands a message, and why.

use axum::{Json, extract::State};
use shared::{
    api::{MessageReading, ReadMessage},
    limits,
};

use super::{body::Body, error::Answer, text};
use crate::{app::App, auth::AdminAuth};

/// Reads a message as the published agents' examples teach, with what speaks for each intent. Nothing
/// is kept.
#[utoipa::path(post, path = "", request_body = ReadMessage,
               responses((status = 200, body = MessageReading)))]
pub async fn read(
    State(app): State<App>,
    _: AdminAuth,
    Body(message): Body<ReadMessage>,
) -> Answer<Json<MessageReading>> {
    let text = text::required("text", &message.text, limits::MESSAGE_CHARS)?;
    let reader = app.catalog.current().faculty.reader.clone();
    let reading = reader.read(&text, &[]);
    Ok(Json(MessageReading {
        language: reading.language,
        out_of_scope: reading.out_of_scope,
        person: reading.safety.or(reading.wants_person),
        why: reader.why(&text),
    }))
}
