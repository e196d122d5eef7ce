//! Who of the staff is here.

use axum::{Json, extract::State, http::StatusCode};
use shared::api::{People, SetAway};

use super::{body::Body, error::Answer};
use crate::{app::App, auth::StaffAuth, live::people};

/// Lists who has a page open, and who of them is away.
#[utoipa::path(get, path = "", responses((status = 200, body = People)))]
pub async fn here(State(app): State<App>, _staff: StaffAuth) -> Answer<Json<People>> {
    Ok(Json(People { people: people::present(&app).await? }))
}

/// Says that one is away, or back. Visitors who wait for somebody away are given to others after
/// the desk's lease, as if the page were closed.
#[utoipa::path(put, path = "", request_body = SetAway,
               responses((status = 204, description = "Everybody is told.")))]
pub async fn set_away(
    State(app): State<App>,
    staff: StaffAuth,
    Body(SetAway { away }): Body<SetAway>,
) -> Answer<StatusCode> {
    people::set_away(&app, &staff, away).await?;
    Ok(StatusCode::NO_CONTENT)
}
