//! The one error answer: a stable code, what a person can do, and nothing of the cause.

use std::borrow::Cow;

use axum::{
    Json,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use shared::{
    agent,
    api::{ApiError, ErrorBody},
    owner::Owner,
};

use crate::{
    auth::{Denied, limits::TooOften, password::PasswordError, streams::TooMany},
    runtime::DeskError,
    storage::StoreError,
    vault::VaultError,
};

/// What a handler answers.
pub type Answer<T> = Result<T, Error>;

/// Everything that a request can end in besides its answer.
#[derive(Debug)]
pub struct Error {
    status: StatusCode,
    code: &'static str,
    message: Cow<'static, str>,
    field: Option<String>,
    owner: Option<Box<Owner>>,
    retry_after_s: Option<u64>,
}

impl Error {
    const fn new(status: StatusCode, code: &'static str, message: &'static str) -> Self {
        let message = Cow::Borrowed(message);
        Self { status, code, message, field: None, owner: None, retry_after_s: None }
    }

    /// Nobody is signed in, or not as whom the route is for.
    pub const fn not_signed_in() -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "not_signed_in", "Sign in, or send a valid token.")
    }

    /// Signed in, but not as somebody who may.
    pub const fn forbidden() -> Self {
        Self::new(StatusCode::FORBIDDEN, "forbidden", "Ask an administrator to do this.")
    }

    /// The visitor's site has been switched off.
    pub const fn site_closed() -> Self {
        Self::new(StatusCode::FORBIDDEN, "site_closed", "This site's desk takes no messages now.")
    }

    /// Another site made the browser send this.
    pub const fn cross_origin() -> Self {
        Self::new(
            StatusCode::FORBIDDEN,
            "cross_origin",
            "This can only be done from Baton's own pages.",
        )
    }

    /// It does not exist, or not for whoever asks.
    pub const fn not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, "not_found", "There is nothing here.")
    }

    /// The route exists, but not with this method.
    pub const fn method_not_allowed() -> Self {
        Self::new(
            StatusCode::METHOD_NOT_ALLOWED,
            "method_not_allowed",
            "This address does not answer this method; see /api/docs.",
        )
    }

    /// Wrong address or password; which one is nobody's business.
    pub const fn wrong_credentials() -> Self {
        Self::new(
            StatusCode::UNAUTHORIZED,
            "wrong_credentials",
            "The e-mail address or the password is wrong.",
        )
    }

    /// The identity assertion is not believed.
    pub const fn identity_invalid() -> Self {
        Self::new(
            StatusCode::UNAUTHORIZED,
            "identity_invalid",
            "The site's identity token is invalid, expired or already used; get a new one.",
        )
    }

    /// The body is larger than the route takes.
    pub const fn too_large() -> Self {
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large", "Send less at a time.")
    }

    /// The body took too long to arrive.
    pub const fn too_slow() -> Self {
        Self::new(StatusCode::REQUEST_TIMEOUT, "too_slow", "The body took too long; send it again.")
    }

    /// The body is not JSON by its own account.
    pub const fn unsupported_content() -> Self {
        Self::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "unsupported_content",
            "Send JSON, with the header `Content-Type: application/json`.",
        )
    }

    /// Not JSON, or not of the shape that the route takes.
    pub fn malformed(why: impl Into<String>) -> Self {
        let message = Cow::Owned(why.into());
        Self { message, ..Self::new(StatusCode::BAD_REQUEST, "malformed", "") }
    }

    /// The same, about this field.
    pub(super) fn at(self, field: Option<String>) -> Self {
        Self { field, ..self }
    }

    /// A value that cannot be; `field` names it.
    pub fn invalid(field: impl Into<String>, message: impl Into<Cow<'static, str>>) -> Self {
        let field = Some(field.into());
        let error = Self::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid", "");
        Self { field, message: message.into(), ..error }
    }

    /// A unique value that somebody else has.
    pub fn taken(field: &str, message: &'static str) -> Self {
        let field = Some(field.to_owned());
        Self { field, ..Self::new(StatusCode::CONFLICT, "taken", message) }
    }

    /// As things stand, it cannot be done.
    pub const fn conflict(code: &'static str, message: &'static str) -> Self {
        Self::new(StatusCode::CONFLICT, code, message)
    }

    /// Too many of something at once; later it may work.
    pub const fn busy(message: &'static str) -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "busy", message)
    }

    /// A fault of the program. Whoever makes this has logged the cause.
    pub const fn internal() -> Self {
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "internal",
            "Something went wrong on our side; try again in a moment.",
        )
    }

    /// The HTTP status.
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// The stable code.
    pub fn code(&self) -> &'static str {
        self.code
    }

    /// What a person can do about it.
    pub fn message(&self) -> &str {
        &self.message
    }
}

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        let body = ApiError {
            error: ErrorBody {
                code: self.code.to_owned(),
                message: self.message.into_owned(),
                field: self.field,
                owner: self.owner.map(|owner| *owner),
            },
        };
        let mut response = (self.status, Json(body)).into_response();
        if let Some(seconds) = self.retry_after_s {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

impl From<StoreError> for Error {
    /// The cause is logged here, once, and not sent.
    fn from(cause: StoreError) -> Self {
        match cause {
            StoreError::Taken(field) => Self::taken(field, "This is already in use."),
            StoreError::Full => {
                tracing::error!("the disk is full");
                Self::new(
                    StatusCode::INSUFFICIENT_STORAGE,
                    "disk_full",
                    "The server's disk is full; nothing was saved. Its operator must make room.",
                )
            }
            StoreError::Database(_) | StoreError::Damaged(_) | StoreError::Newer { .. } => {
                tracing::error!(%cause, "the store failed");
                Self::internal()
            }
        }
    }
}

impl From<VaultError> for Error {
    fn from(cause: VaultError) -> Self {
        tracing::error!(%cause, "a secret cannot be sealed or read");
        Self::internal()
    }
}

impl From<Denied> for Error {
    fn from(denied: Denied) -> Self {
        match denied {
            Denied::NotSignedIn => Self::not_signed_in(),
            Denied::Forbidden => Self::forbidden(),
            Denied::SiteClosed => Self::site_closed(),
            Denied::TooOften(limit) => limit.into(),
            Denied::Store(cause) => cause.into(),
        }
    }
}

impl IntoResponse for Denied {
    fn into_response(self) -> Response {
        Error::from(self).into_response()
    }
}

impl From<DeskError> for Error {
    fn from(refused: DeskError) -> Self {
        match refused {
            DeskError::NotFound => Self::not_found(),
            DeskError::AlreadyClaimed(owner) => {
                let error = Self::conflict("already_claimed", "Somebody else has claimed it.");
                Self { owner: Some(Box::new(owner)), ..error }
            }
            DeskError::NotOwner(owner) => {
                let error = Self::conflict("not_owner", "Claim the conversation first.");
                Self { owner: Some(Box::new(owner)), ..error }
            }
            DeskError::AlreadyDecided => {
                Self::conflict("already_decided", "Somebody has decided this already.")
            }
            DeskError::OwnRequest => {
                let message = "You asked for this yourself; a colleague must decide.";
                Self::new(StatusCode::FORBIDDEN, "own_request", message)
            }
            DeskError::NotForPeople(_) => {
                let message = "Nobody is asked about this refund, or somebody has answered.";
                Self::conflict("not_for_people", message)
            }
            DeskError::TooEarly(_) => {
                let message = "The payment provider may still make this refund; settle it as failed \
                               half an hour after it was sent.";
                Self::conflict("too_early", message)
            }
            DeskError::Expired => Self::conflict("expired", "The time to decide this has passed."),
            DeskError::Changed => {
                let message = "This can no longer be done as it was proposed. Decline it, and it can \
                               be asked for anew.";
                Self::conflict("changed", message)
            }
            DeskError::RefundsPaused => {
                Self::conflict("refunds_off", "Refunds are switched off; an administrator decides.")
            }
            DeskError::Invalid { field, message } => Self::invalid(field, message),
            DeskError::Store(cause) => cause.into(),
            DeskError::Fault(cause) => {
                tracing::error!(%cause, "a decision could not be recorded");
                Self::internal()
            }
        }
    }
}

impl From<PasswordError> for Error {
    fn from(cause: PasswordError) -> Self {
        match cause {
            PasswordError::Busy => {
                let retry_after_s = Some(1);
                Self { retry_after_s, ..Self::busy("Many are signing in; try again in a moment.") }
            }
            PasswordError::Failed(_) => {
                tracing::error!(%cause, "a password could not be checked");
                Self::internal()
            }
        }
    }
}

impl From<TooOften> for Error {
    fn from(limit: TooOften) -> Self {
        let retry_after_s = Some(limit.retry_after_s);
        let message = "That was too often; wait a moment and try again.";
        let error = Self::new(StatusCode::TOO_MANY_REQUESTS, "rate_limited", message);
        Self { retry_after_s, ..error }
    }
}

impl From<TooMany> for Error {
    fn from(_: TooMany) -> Self {
        let message = "Close some of the streams that are open first.";
        Self::new(StatusCode::TOO_MANY_REQUESTS, "too_many", message)
    }
}

impl From<agent::Invalid> for Error {
    fn from(wrong: agent::Invalid) -> Self {
        Self::invalid(wrong.field, wrong.message)
    }
}
