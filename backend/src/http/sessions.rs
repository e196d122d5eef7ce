//! Signing in and out, and one's own password.

use axum::{
    Json,
    extract::State,
    http::{HeaderName, HeaderValue, StatusCode, header},
    response::IntoResponse,
};
use shared::{
    api::{ChangePassword, Login, Staff},
    limits,
};

use super::{
    body::Body,
    error::{Answer, Error},
    staff::{hash_password, staff},
};
use crate::{
    app::App,
    auth::{
        Peer, StaffAuth,
        extract::COOKIE,
        password::Lane,
        token::{self, Kind},
    },
    storage::rows::{AuditRow, Ends, SessionKind, SessionRow, StaffRow},
};

/// How long a session lasts, in seconds: two weeks.
const SESSION_S: i64 = 14 * 86_400;

/// Signs in; the session is in the cookie of the answer.
#[utoipa::path(post, path = "", request_body = Login, responses((status = 200, body = Staff)))]
pub async fn login(
    State(app): State<App>,
    Peer(network): Peer,
    Body(login): Body<Login>,
) -> Answer<impl IntoResponse> {
    let email = login.email.trim();
    if email.len() > limits::EMAIL_BYTES || login.password.len() > limits::PASSWORD_BYTES {
        return Err(Error::wrong_credentials());
    }
    app.limits.login(email, network)?;
    let now = app.clock.now();
    let account = app.store.staff_by_email(email).await?.filter(|account| account.active);
    let lane = match &account {
        Some(account) if app.store.has_signed_in_from(&account.id, network, now).await? => {
            Lane::Known
        }
        _ => Lane::Stranger,
    };
    if lane == Lane::Stranger {
        app.limits.login_of_stranger(email)?;
    }
    let hash = account.as_ref().map(|account| account.password_hash.clone());
    let fits = app.passwords.verify(lane, login.password, hash).await?;
    let account = account.filter(|_| fits).ok_or(Error::wrong_credentials())?;
    let (token, hash) = token::mint(Kind::Session);
    let kind = SessionKind::Browser { expires: now.plus_ms(SESSION_S * 1000) };
    let session = SessionRow { hash, staff: account.id.clone(), created: now, kind };
    let entry = AuditRow::new(now, &account.name, "sign_in", &account.email);
    app.store.add_session(session, Some(network), entry).await?;
    Ok((cookie(&app, &token, SESSION_S), Json(staff(account))))
}

/// Ends the session.
#[utoipa::path(post, path = "", responses((status = 204, description = "Signed out.")))]
pub async fn logout(State(app): State<App>, staff: StaffAuth) -> Answer<impl IntoResponse> {
    app.store.end_session(&staff.session).await?;
    Ok((StatusCode::NO_CONTENT, cookie(&app, "", 0)))
}

/// Who is signed in.
#[utoipa::path(get, path = "", responses((status = 200, body = Staff)))]
pub async fn me(signed_in: StaffAuth) -> Json<Staff> {
    Json(staff(signed_in.account))
}

/// Changes one's own password. Ends one's other sessions; API keys stay until they are deleted.
#[utoipa::path(put, path = "", request_body = ChangePassword,
               responses((status = 204, description = "Changed.")))]
pub async fn change_password(
    State(app): State<App>,
    Peer(network): Peer,
    signed_in: StaffAuth,
    Body(change): Body<ChangePassword>,
) -> Answer<StatusCode> {
    let StaffAuth { account, session } = &signed_in;
    // Whoever finds an open page must not be able to guess on.
    app.limits.login(&account.email, network)?;
    let hash = Some(account.password_hash.clone())
        .filter(|_| change.current.len() <= limits::PASSWORD_BYTES);
    if !app.passwords.verify(Lane::Known, change.current, hash).await? {
        return Err(Error::invalid("current", "This is not your password as it is now."));
    }
    let password_hash = hash_password(&app, "new", change.new).await?;
    let _change = app.changes.lock().await;
    // As it is now: an administrator may have changed it since the request came in.
    let standing = app.store.session(session, app.clock.now()).await?;
    let (now, _) = standing.ok_or(Error::not_signed_in())?;
    let entry = signed_in.entry(&app, "staff_changed", &account.email);
    let entry = entry.with("password changed, by themselves");
    let row = StaffRow { password_hash, ..now };
    app.store.put_staff(row, Ends::OtherSessions(*session), entry).await?;
    Ok(StatusCode::NO_CONTENT)
}

fn cookie(app: &App, token: &str, seconds: i64) -> [(HeaderName, HeaderValue); 1] {
    let secure = if app.config.is_https() { "; Secure" } else { "" };
    let cookie =
        format!("{COOKIE}={token}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}");
    // A token is letters, digits, '-' and '_'.
    let value = HeaderValue::try_from(cookie).unwrap_or(HeaderValue::from_static(""));
    [(header::SET_COOKIE, value)]
}
