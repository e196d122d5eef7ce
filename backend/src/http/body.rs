//! What comes in: JSON bodies, addresses and queries, refused in our own words when wrong.

use std::time::Duration;

use axum::{
    body::Bytes,
    extract::{FromRequest, FromRequestParts, Path, Query, Request, rejection::BytesRejection},
    http::{HeaderMap, StatusCode, header, request::Parts},
    response::IntoResponse,
};
use serde::de::DeserializeOwned;
use tokio::time::timeout;

use super::error::Error;

/// How long a client may take to send a body.
const PATIENCE: Duration = Duration::from_secs(30);

/// How long a client may take to send a file.
const FILE_PATIENCE: Duration = Duration::from_mins(5);

/// Longest part of a reader's complaint that is passed on.
const QUOTED_CHARS: usize = 200;

/// A JSON body. No body at all reads as `{}`.
pub struct Body<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Body<T> {
    type Rejection = Error;

    async fn from_request(request: Request, state: &S) -> Result<Self, Error> {
        let is_json = is_json(request.headers());
        let read = timeout(PATIENCE, Bytes::from_request(request, state)).await;
        let bytes = read.map_err(|_| Error::too_slow())?.map_err(unread)?;
        if bytes.is_empty() {
            return parse(b"{}").map(Self);
        }
        if !is_json {
            return Err(Error::unsupported_content());
        }
        parse(&bytes).map(Self)
    }
}

/// A file, as it is.
pub struct Upload(pub Bytes);

impl<S: Send + Sync> FromRequest<S> for Upload {
    type Rejection = Error;

    async fn from_request(request: Request, state: &S) -> Result<Self, Error> {
        let read = timeout(FILE_PATIENCE, Bytes::from_request(request, state)).await;
        read.map_err(|_| Error::too_slow())?.map_err(unread).map(Self)
    }
}

/// The variable parts of the address. What cannot be an id is not found.
pub struct At<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned + Send> FromRequestParts<S> for At<T> {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Error> {
        let Path(at) =
            Path::from_request_parts(parts, state).await.map_err(|_| Error::not_found())?;
        Ok(Self(at))
    }
}

/// The query of the address.
pub struct Asked<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for Asked<T> {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Error> {
        let query = Query::from_request_parts(parts, state).await;
        let Query(asked) = query.map_err(|why| Error::malformed(why.body_text()))?;
        Ok(Self(asked))
    }
}

fn is_json(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let kind = kind.and_then(|kind| kind.split(';').next()).map(str::trim);
    kind.is_some_and(|kind| kind.eq_ignore_ascii_case("application/json"))
}

fn unread(why: BytesRejection) -> Error {
    if why.into_response().status() == StatusCode::PAYLOAD_TOO_LARGE {
        Error::too_large()
    } else {
        Error::malformed("The body broke off; send it again.")
    }
}

fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Error> {
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let found = serde_path_to_error::deserialize(&mut reader).map_err(|why| {
        let (path, why) = (why.path().to_string(), why.into_inner());
        let error = not_as_expected(&why);
        if why.is_data() { error.at(field(path, &why.to_string())) } else { error }
    })?;
    reader.end().map_err(|why| not_as_expected(&why))?;
    Ok(found)
}

/// The reader's own words name the line, and nothing of ours; they may quote all that was sent.
fn not_as_expected(why: &serde_json::Error) -> Error {
    let why: String = why.to_string().chars().take(QUOTED_CHARS).collect();
    Error::malformed(format!("Not as expected: {why}"))
}

/// The field at fault: where the reader stood, and what it missed there.
fn field(path: String, why: &str) -> Option<String> {
    let missing = why.strip_prefix("missing field `").and_then(|rest| rest.split('`').next());
    match (path.as_str(), missing) {
        (".", missing) => missing.map(str::to_owned),
        (_, None) => Some(path),
        (path, Some(missing)) => Some(format!("{path}.{missing}")),
    }
}
