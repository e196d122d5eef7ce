//! Calls of Baton's HTTP API: what both pages need of them.

use js_sys::{Object, Reflect};
use leptos::prelude::window;
use serde::{Serialize, de::DeserializeOwned};
use shared::api::{ApiError, ErrorBody};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{RequestInit, Response};

/// Why a call brought nothing.
#[derive(Debug, Clone, PartialEq)]
pub enum Failure {
    /// The server could not be reached; trying again may help.
    Unreachable,
    /// The server said no, and why.
    Refused {
        /// HTTP status.
        status: u16,
        /// What it said.
        error: ErrorBody,
    },
    /// The answer is not what this page understands: it is older or newer than the server.
    Garbled,
}

impl Failure {
    /// The failure that an answer of `status` is, of whose body `error` could be read.
    pub fn of(status: u16, error: Option<ErrorBody>) -> Self {
        match error {
            Some(error) => Self::Refused { status, error },
            // A proxy's own page: the server behind it may be back later.
            None if status >= 500 => Self::Unreachable,
            None => Self::Garbled,
        }
    }

    /// Whether the same call may succeed later.
    pub fn is_passing(&self) -> bool {
        match self {
            Self::Unreachable => true,
            Self::Refused { status, .. } => *status == 429 || *status >= 500,
            Self::Garbled => false,
        }
    }

    /// Whether whoever called is not, or no longer, known to the server.
    pub fn is_unauthorized(&self) -> bool {
        matches!(self, Self::Refused { status: 401, .. })
    }

    /// Whether a visitor's token, or what it led to, is gone: another database, or an erased visitor.
    pub fn is_session_lost(&self) -> bool {
        matches!(self, Self::Refused { status: 401 | 404, .. })
    }

    /// What a person can do about it, as the server put it.
    pub fn message(&self) -> &str {
        match self {
            Self::Unreachable => {
                "The server cannot be reached. Check the connection and try again."
            }
            Self::Refused { error, .. } => &error.message,
            Self::Garbled => "This page does not fit the server any more. Load it again.",
        }
    }

    /// A stable code.
    pub fn code(&self) -> &str {
        match self {
            Self::Unreachable => "unreachable",
            Self::Refused { error, .. } => &error.code,
            Self::Garbled => "garbled",
        }
    }
}

/// What the server answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// The body; empty where there is none.
    pub text: String,
}

impl Answer {
    /// Whether the server did what it was asked.
    pub fn is_yes(&self) -> bool {
        (200..300).contains(&self.status)
    }
}

/// Asks for `path` (under `/api/v1`). The token is a visitor's; staff pages have their cookie. `body`
/// is JSON.
pub async fn exchange(
    method: &str,
    path: &str,
    token: Option<&str>,
    body: Option<&str>,
) -> Result<Answer, Failure> {
    let body = body.map(|json| ("application/json", json.into()));
    send(method, path, token, body).await.map_err(|_| Failure::Unreachable)
}

/// Sends `body` as what its first half names.
async fn send(
    method: &str,
    path: &str,
    token: Option<&str>,
    body: Option<(&str, JsValue)>,
) -> Result<Answer, JsValue> {
    let headers = Object::new();
    if let Some(token) = token {
        Reflect::set(&headers, &"Authorization".into(), &format!("Bearer {token}").into())?;
    }
    let request = RequestInit::new();
    if let Some((kind, body)) = body {
        Reflect::set(&headers, &"Content-Type".into(), &kind.into())?;
        request.set_body(&body);
    }
    request.set_method(method);
    request.set_headers(&headers);
    let fetched = window().fetch_with_str_and_init(&format!("/api/v1{path}"), &request);
    let response: Response = JsFuture::from(fetched).await?.unchecked_into();
    let text = JsFuture::from(response.text()?).await?;
    Ok(Answer { status: response.status(), text: text.as_string().unwrap_or_default() })
}

/// Asks for `path`, with a body and an answer of shared types.
pub async fn call<T: DeserializeOwned>(
    method: &str,
    path: &str,
    token: Option<&str>,
    body: Option<&impl Serialize>,
) -> Result<T, Failure> {
    let body = body.map(serde_json::to_string).transpose().map_err(|_| Failure::Garbled)?;
    read(&exchange(method, path, token, body.as_deref()).await?)
}

/// Sends a file as it is to `path` (under `/api/v1`).
pub async fn upload<T: DeserializeOwned>(path: &str, file: &web_sys::File) -> Result<T, Failure> {
    let body = Some(("application/octet-stream", file.into()));
    let answer = send("POST", path, None, body).await.map_err(|_| Failure::Unreachable)?;
    read(&answer)
}

/// What the server meant.
fn read<T: DeserializeOwned>(answer: &Answer) -> Result<T, Failure> {
    if answer.is_yes() {
        // An answer without a body reads as `null`, which is what `()` is.
        let text = if answer.text.is_empty() { "null" } else { &answer.text };
        return serde_json::from_str(text).map_err(|_| Failure::Garbled);
    }
    let error = serde_json::from_str::<ApiError>(&answer.text).ok();
    Err(Failure::of(answer.status, error.map(|said| said.error)))
}
