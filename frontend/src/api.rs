//! Calls of Baton's HTTP API.

use gloo_net::http::{Method, RequestBuilder, Response};
use serde::{Serialize, de::DeserializeOwned};
use shared::{
    api::{
        Accepted, ApiError, Conversation, ErrorBody, Events, Rate, SendMessage, StartVisitor,
        VisitorSession,
    },
    id::{ConversationId, Seq},
};

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

/// Calls `path` (under `/api/v1`). The token is a visitor's; staff pages have their cookie.
pub async fn call<T: DeserializeOwned>(
    method: Method,
    path: &str,
    token: Option<&str>,
    body: Option<&impl Serialize>,
) -> Result<T, Failure> {
    let body = body.map(serde_json::to_string).transpose().map_err(|_| Failure::Garbled)?;
    let answer = exchange(method, path, token, body).await?;
    // An answer without a body reads as `null`, which is what `()` is.
    let answer = if answer.is_empty() { "null" } else { &answer };
    serde_json::from_str(answer).map_err(|_| Failure::Garbled)
}

/// Sends a file as it is to `path` (under `/api/v1`).
pub async fn upload<T: DeserializeOwned>(path: &str, file: &web_sys::File) -> Result<T, Failure> {
    let request = RequestBuilder::new(&format!("/api/v1{path}")).method(Method::POST);
    let request = request.header("Content-Type", "application/octet-stream").body(file);
    let response = request.map_err(|_| Failure::Garbled)?.send().await;
    let answer = heard(response).await?;
    serde_json::from_str(&answer).map_err(|_| Failure::Garbled)
}

/// The part that is the same for every type.
async fn exchange(
    method: Method,
    path: &str,
    token: Option<&str>,
    body: Option<String>,
) -> Result<String, Failure> {
    let mut request = RequestBuilder::new(&format!("/api/v1{path}")).method(method);
    if let Some(token) = token {
        request = request.header("Authorization", &format!("Bearer {token}"));
    }
    let response = match body {
        Some(body) => {
            let request = request.header("Content-Type", "application/json").body(body);
            request.map_err(|_| Failure::Garbled)?.send().await
        }
        None => request.send().await,
    };
    heard(response).await
}

/// What came back.
async fn heard(response: Result<Response, gloo_net::Error>) -> Result<String, Failure> {
    let response = response.map_err(|_| Failure::Unreachable)?;
    let text = response.text().await.map_err(|_| Failure::Unreachable)?;
    if response.ok() {
        return Ok(text);
    }
    let status = response.status();
    match serde_json::from_str::<ApiError>(&text) {
        Ok(ApiError { error }) => Err(Failure::Refused { status, error }),
        // A proxy's own page: the server behind it may be back later.
        Err(_) if status >= 500 => Err(Failure::Unreachable),
        Err(_) => Err(Failure::Garbled),
    }
}

/// Begins as a visitor. A `token` that is already held tells the server who is identified now.
pub async fn start_visitor(
    start: &StartVisitor,
    token: Option<&str>,
) -> Result<VisitorSession, Failure> {
    call(Method::POST, "/visitors", token, Some(start)).await
}

/// The API as a visitor sees it; there is none without a token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VisitorApi {
    token: String,
}

/// A body without fields.
#[derive(Serialize)]
struct Empty {}

impl VisitorApi {
    /// The API for the holder of `token`.
    pub fn new(token: String) -> Self {
        Self { token }
    }

    /// The token.
    pub fn token(&self) -> &str {
        &self.token
    }

    /// Ends the token, here and wherever it has got to.
    pub async fn logout(&self) -> Result<(), Failure> {
        self.post("/visitors/logout", &Empty {}).await
    }

    /// Begins a conversation.
    pub async fn open(&self) -> Result<Conversation, Failure> {
        self.post("/conversations", &Empty {}).await
    }

    /// Says something; when this returns, it is on the server's disk.
    pub async fn send(
        &self,
        id: &ConversationId,
        message: &SendMessage,
    ) -> Result<Accepted, Failure> {
        self.post(&format!("/conversations/{id}/messages"), message).await
    }

    /// Asks for a person.
    pub async fn ask_for_person(&self, id: &ConversationId) -> Result<(), Failure> {
        self.post::<serde::de::IgnoredAny>(&format!("/conversations/{id}/human"), &Empty {})
            .await
            .map(drop)
    }

    /// Rates the conversation.
    pub async fn rate(&self, id: &ConversationId, rate: &Rate) -> Result<(), Failure> {
        self.post::<serde::de::IgnoredAny>(&format!("/conversations/{id}/rating"), rate)
            .await
            .map(drop)
    }

    /// The events after `after`.
    pub async fn events(&self, id: &ConversationId, after: Seq) -> Result<Events, Failure> {
        let path = format!("/conversations/{id}/events?after={after}");
        call(Method::GET, &path, Some(&self.token), None::<&Empty>).await
    }

    async fn post<T: DeserializeOwned>(
        &self,
        path: &str,
        body: &impl Serialize,
    ) -> Result<T, Failure> {
        call(Method::POST, path, Some(&self.token), Some(body)).await
    }
}
