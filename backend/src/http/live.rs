//! The pages' live channel.

use axum::{
    extract::{State, WebSocketUpgrade, ws::rejection::WebSocketUpgradeRejection},
    http::HeaderMap,
    response::Response,
};

use super::error::{Answer, Error};
use crate::{
    app::App,
    auth::{Denied, StaffAuth, origin},
    live::socket,
};

/// Opens the WebSocket. A visitor's token goes in the first frame, never in an address; a staff
/// page's cookie comes with this request.
#[utoipa::path(get, path = "",
               responses((status = 101, description = "Frames are JSON: see `shared/src/live.rs`.")))]
pub async fn upgrade(
    State(app): State<App>,
    headers: HeaderMap,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Answer<Response> {
    if !origin::is_own_origin(&headers, app.config.public_url.as_deref()) {
        return Err(Error::cross_origin());
    }
    let upgrade = upgrade.map_err(|_| Error::malformed("Open this as a WebSocket."))?;
    let staff = match StaffAuth::of(&app, &headers).await {
        Ok(staff) => Some(staff),
        Err(Denied::Store(cause)) => return Err(cause.into()),
        Err(_) => None,
    };
    // Small buffers: thousands of pages stand idle at the same time.
    let upgrade = upgrade
        .max_message_size(socket::FRAME_BYTES)
        .max_frame_size(socket::FRAME_BYTES)
        .read_buffer_size(4 * 1024)
        .write_buffer_size(0);
    let tasks = app.tasks.clone();
    Ok(upgrade.on_upgrade(move |opened| tasks.track_future(socket::serve(app, opened, staff))))
}
