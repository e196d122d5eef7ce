//! What models were asked, exactly.

use axum::{Json, extract::State};
use shared::{
    agent::BUILT_IN,
    api::StepRequest,
    id::{ConversationId, Seq},
};

use super::{
    body::At,
    error::{Answer, Error},
};
use crate::{app::App, auth::AdminAuth, runtime::Asked};

/// Reads the request of one step, by its `usage` event, as it goes to the provider.
#[utoipa::path(get, path = "", responses((status = 200, body = StepRequest)))]
pub async fn read(
    State(app): State<App>,
    AdminAuth(admin): AdminAuth,
    At((id, seq)): At<(ConversationId, Seq)>,
) -> Answer<Json<StepRequest>> {
    let asked = app.desk.asked(&admin.scope(), &id, seq).await?.ok_or(Error::not_found())?;
    let Asked { model, mut request } = asked;
    // Where a fallback answered, this is what it was asked.
    request.agent.model.clone_from(&model);
    if model == BUILT_IN {
        let note = "The built-in brain answered: nothing was sent to anybody.".to_owned();
        return Ok(Json(StepRequest { model, address: None, body: None, note: Some(note) }));
    }
    Ok(Json(match app.models.preview(&request) {
        Some(Ok(preview)) => StepRequest {
            model,
            address: Some(preview.address),
            body: Some(preview.body),
            note: None,
        },
        Some(Err(why)) => StepRequest { model, address: None, body: None, note: Some(why) },
        None => {
            let note = "No connection offers this model any more.".to_owned();
            StepRequest { model, address: None, body: None, note: Some(note) }
        }
    }))
}
