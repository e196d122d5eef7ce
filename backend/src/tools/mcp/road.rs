//! The way to an MCP server over HTTP: `rmcp` speaks the protocol, and every byte of it leaves by
//! [`Egress`], so that addresses are checked and pinned and answers are bounded as for any other tool.

use std::{
    collections::HashMap,
    sync::{Arc, OnceLock},
};

use bytes::Bytes;
use futures_util::{StreamExt, stream::BoxStream};
use http::{HeaderName, HeaderValue, Method, Request, header};
use rmcp::{
    model::{ClientJsonRpcMessage, ClientRequest, ErrorData, ServerJsonRpcMessage},
    transport::streamable_http_client::{
        SseError, StreamableHttpClient, StreamableHttpError, StreamableHttpPostResponse,
    },
};
use sse_stream::{Sse, SseStream};

use super::fault::McpFault;
use crate::egress::{Answer, Egress, EgressError};

/// Largest answer, in bytes: a list of tools with their schemas, or what a call came to.
pub(super) const ANSWER_BYTES: usize = 2 * 1024 * 1024;
const SESSION: HeaderName = HeaderName::from_static("mcp-session-id");
const LAST_EVENT: HeaderName = HeaderName::from_static("last-event-id");
const JSON: &str = "application/json";
const EVENTS: &str = "text/event-stream";

type Headers = HashMap<HeaderName, HeaderValue>;
type Failed = StreamableHttpError<McpFault>;
type Events = BoxStream<'static, Result<Sse, SseError>>;

/// What went wrong first, further down than the protocol's library tells.
pub(super) type Below = Arc<OnceLock<McpFault>>;

/// Sends what `rmcp` wants to be sent.
#[derive(Clone)]
pub(super) struct Road {
    pub(super) egress: Egress,
    pub(super) below: Below,
}

impl Road {
    async fn send(
        &self,
        method: Method,
        uri: &str,
        session: Option<&str>,
        headers: Headers,
        (more, body): (Option<(HeaderName, &str)>, Bytes),
    ) -> Result<Answer, Failed> {
        let mut request = Request::builder().method(&method).uri(uri);
        if method != Method::DELETE {
            request = request.header(header::ACCEPT, format!("{JSON}, {EVENTS}"));
        }
        if method == Method::POST {
            request = request.header(header::CONTENT_TYPE, JSON);
        }
        if let Some(session) = session {
            request = request.header(SESSION, session);
        }
        if let Some((name, value)) = more {
            request = request.header(name, value);
        }
        for (name, value) in headers {
            request = request.header(name, value);
        }
        let request = request
            .body(body)
            .map_err(|why| self.failed(McpFault::Egress(EgressError::Address(why.to_string()))))?;
        self.egress.send(request).await.map_err(|why| self.failed(McpFault::Egress(why)))
    }

    fn failed(&self, fault: McpFault) -> Failed {
        let _ = self.below.set(fault.clone());
        StreamableHttpError::Client(fault)
    }

    /// The events of an answer; what breaks it off is remembered.
    fn events(&self, answer: Answer) -> Events {
        let below = self.below.clone();
        let bytes = answer.body.inspect(move |piece| {
            if let Err(why) = piece {
                let _ = below.set(McpFault::Egress(why.clone()));
            }
        });
        SseStream::from_bytes_stream(bytes).boxed()
    }

    /// What a failure means for the message that was answered so.
    async fn refused(
        &self,
        answer: Answer,
        message: &ClientJsonRpcMessage,
        in_session: bool,
    ) -> Result<StreamableHttpPostResponse, Failed> {
        let status = answer.status.as_u16();
        if status == 404 && in_session {
            return Err(StreamableHttpError::SessionExpired);
        }
        let fault = McpFault::of_status(status);
        let ClientJsonRpcMessage::Request(request) = message else {
            return Err(self.failed(fault));
        };
        if !(400..500).contains(&status) || matches!(fault, McpFault::Key(_) | McpFault::Busy) {
            return Err(self.failed(fault));
        }
        // Some say why in MCP's own words, if not always whom they answer.
        let text = answer.body.beginning(ANSWER_BYTES).await.unwrap_or_default();
        let error = match serde_json::from_str(&text) {
            Ok(ServerJsonRpcMessage::Error(error)) => error.error,
            // A server from before the question "what do you speak" may answer it in any way.
            _ if matches!(request.request, ClientRequest::DiscoverRequest(_)) => {
                ErrorData::invalid_request(format!("status {status}"), None)
            }
            _ => return Err(self.failed(fault)),
        };
        let answer = ServerJsonRpcMessage::error(error, Some(request.id.clone()));
        Ok(StreamableHttpPostResponse::Json(answer, None))
    }

    /// An answer that is one piece of JSON.
    async fn said(
        &self,
        answer: Answer,
        message: &ClientJsonRpcMessage,
        session: Option<String>,
    ) -> Result<StreamableHttpPostResponse, Failed> {
        let mut body = answer.body;
        let mut bytes = Vec::new();
        while let Some(piece) = body.next().await {
            bytes.extend_from_slice(&piece.map_err(|why| self.failed(McpFault::Egress(why)))?);
        }
        let ClientJsonRpcMessage::Request(request) = message else {
            // Nothing was asked.
            return Ok(StreamableHttpPostResponse::Accepted);
        };
        let said: ServerJsonRpcMessage = serde_json::from_slice(&bytes).map_err(|_| {
            self.failed(McpFault::not_mcp(&String::from_utf8_lossy(&bytes[..bytes.len().min(500)])))
        })?;
        let answers = match &said {
            ServerJsonRpcMessage::Response(response) => Some(&response.id),
            ServerJsonRpcMessage::Error(error) => error.id.as_ref(),
            _ => None,
        };
        if answers.is_some_and(|id| id.to_string() != request.id.to_string()) {
            return Err(self.failed(McpFault::not_mcp("it answers what nobody has asked")));
        }
        let said = match said {
            ServerJsonRpcMessage::Error(error) => {
                ServerJsonRpcMessage::error(error.error, Some(request.id.clone()))
            }
            said @ ServerJsonRpcMessage::Response(_) => said,
            _ => return Err(self.failed(McpFault::not_mcp("it asks instead of answering"))),
        };
        Ok(StreamableHttpPostResponse::Json(said, session))
    }
}

impl StreamableHttpClient for Road {
    type Error = McpFault;

    async fn post_message(
        &self,
        uri: Arc<str>,
        message: ClientJsonRpcMessage,
        session: Option<Arc<str>>,
        _auth: Option<String>,
        headers: Headers,
    ) -> Result<StreamableHttpPostResponse, Failed> {
        let body = Bytes::from(serde_json::to_vec(&message)?);
        let answer =
            self.send(Method::POST, &uri, session.as_deref(), headers, (None, body)).await?;
        let status = answer.status;
        if matches!(status.as_u16(), 202 | 204) {
            return Ok(StreamableHttpPostResponse::Accepted);
        }
        if !status.is_success() {
            return self.refused(answer, &message, session.is_some()).await;
        }
        let text = |name| answer.headers.get(name).and_then(|value| value.to_str().ok());
        let given = text(SESSION).map(str::to_owned);
        let kind = text(header::CONTENT_TYPE).unwrap_or_default().to_owned();
        if kind.starts_with(EVENTS) {
            return Ok(StreamableHttpPostResponse::Sse(self.events(answer), given));
        }
        let asked = matches!(message, ClientJsonRpcMessage::Request(_));
        if asked && !kind.starts_with(JSON) {
            let words = format!("it answers with `{kind}`");
            return Err(self.failed(McpFault::not_mcp(&words)));
        }
        self.said(answer, &message, given).await
    }

    async fn delete_session(
        &self,
        uri: Arc<str>,
        session: Arc<str>,
        _auth: Option<String>,
        headers: Headers,
    ) -> Result<(), Failed> {
        // Whatever it answers: the session is not used any more.
        let nothing = (None, Bytes::new());
        self.send(Method::DELETE, &uri, Some(&session), headers, nothing).await.map(|_| ())
    }

    async fn get_stream(
        &self,
        uri: Arc<str>,
        session: Option<Arc<str>>,
        last: Option<String>,
        _auth: Option<String>,
        headers: Headers,
    ) -> Result<Events, Failed> {
        // A stream on which the server speaks by itself is not kept: what it would tell is asked for.
        let Some(last) = last else { return Err(StreamableHttpError::ServerDoesNotSupportSse) };
        let more = (Some((LAST_EVENT, last.as_str())), Bytes::new());
        let answer = self.send(Method::GET, &uri, session.as_deref(), headers, more).await?;
        if !answer.status.is_success() {
            return Err(self.failed(McpFault::of_status(answer.status.as_u16())));
        }
        Ok(self.events(answer))
    }
}
