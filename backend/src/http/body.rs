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
    // The reader's own words name the line and the field, and nothing of ours.
    serde_json::from_slice(bytes).map_err(|why| Error::malformed(format!("Not as expected: {why}")))
}
