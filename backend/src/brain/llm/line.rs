//! The way to a provider: rig's requests leave by the egress client and by nothing else, and what
//! comes back is bounded before rig has to hold it.

#![expect(clippy::result_large_err, reason = "the errors are rig's")]

use bytes::Bytes;
use futures_util::StreamExt;
use http::{Request, Response};
use rig_core::http_client::{
    Error, HttpClientExt, LazyBody, MultipartForm, Result, StreamingResponse,
};

use crate::egress::{Answer, Egress, EgressError};

/// Longest line of an answer, in bytes. A whole answer of the Responses protocol is told again in
/// one line, with all that was asked.
const LINE_BYTES: usize = 1024 * 1024;
/// So much of an error answer is read, in bytes.
const ERROR_BYTES: usize = 16 * 1024;

/// rig's HTTP client that is Baton's egress.
#[derive(Clone)]
pub(super) struct Line(pub(super) Egress);

impl Line {
    async fn call(&self, request: Request<Bytes>) -> Result<Answer> {
        let answer = self.0.send(request).await.map_err(Error::instance)?;
        if answer.status.is_success() {
            return Ok(answer);
        }
        let body = answer.body.beginning(ERROR_BYTES).await.map_err(Error::instance)?;
        Err(Error::non_success_with_details(answer.status, answer.headers, body))
    }
}

impl HttpClientExt for Line {
    fn send<T, U>(
        &self,
        request: Request<T>,
    ) -> impl Future<Output = Result<Response<LazyBody<U>>>> + Send + 'static
    where
        T: Into<Bytes> + Send,
        U: From<Bytes> + Send + 'static,
    {
        let (line, request) = (self.clone(), request.map(Into::into));
        async move {
            let answer = line.call(request).await?;
            let mut body = answer.body;
            let whole: LazyBody<U> = Box::pin(async move {
                let mut bytes = Vec::new();
                while let Some(piece) = body.next().await {
                    bytes.extend_from_slice(&piece.map_err(Error::instance)?);
                }
                Ok(U::from(Bytes::from(bytes)))
            });
            Ok(respond(answer.status, answer.headers, whole))
        }
    }

    fn send_multipart<U>(
        &self,
        _request: Request<MultipartForm>,
    ) -> impl Future<Output = Result<Response<LazyBody<U>>>> + Send + 'static
    where
        U: From<Bytes> + Send + 'static,
    {
        // No model is asked by a form.
        std::future::ready(Err(Error::StreamEnded))
    }

    async fn send_streaming<T>(&self, request: Request<T>) -> Result<StreamingResponse>
    where
        T: Into<Bytes> + Send,
    {
        let answer = self.call(request.map(Into::into)).await?;
        let mut since_line = 0_usize;
        let body = answer.body.map(move |piece| {
            let piece = piece.map_err(Error::instance)?;
            since_line = match piece.iter().rposition(|byte| *byte == b'\n') {
                Some(at) => piece.len() - at,
                None => since_line.saturating_add(piece.len()),
            };
            if since_line > LINE_BYTES {
                return Err(Error::instance(EgressError::TooLarge(LINE_BYTES)));
            }
            Ok(piece)
        });
        Ok(respond(answer.status, answer.headers, Box::pin(body)))
    }
}

fn respond<B>(status: http::StatusCode, headers: http::HeaderMap, body: B) -> Response<B> {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    *response.headers_mut() = headers;
    response
}
