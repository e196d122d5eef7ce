//! How the built-in reader understands a message, and why.

use axum::{Json, extract::State};
use shared::{
    api::{MessageReading, ReadMessage},
    limits,
};

use super::{body::Body, error::Answer, text};
use crate::{
    app::App,
    auth::AdminAuth,
    brain::{Reader, Reading},
};

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
    Ok(Json(told(reader.as_ref(), &text, &reader.read(&text, &[]))))
}

/// A reading of `text`, and what speaks for it.
pub(super) fn told(reader: &dyn Reader, text: &str, reading: &Reading) -> MessageReading {
    MessageReading {
        language: reading.language.clone(),
        out_of_scope: reading.out_of_scope,
        person: reading.safety.clone().or_else(|| reading.wants_person.clone()),
        why: reader.why(text),
    }
}
