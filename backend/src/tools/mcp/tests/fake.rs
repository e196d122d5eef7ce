//! A server that speaks as it is told: sound, but for what a test changes.

use std::sync::Arc;

use axum::{
    body::{Body, Bytes},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde_json::{Value, json};

/// An answer with this status and kind.
pub(super) fn answer(status: u16, kind: &'static str, body: impl Into<Body>) -> Response {
    let status = StatusCode::from_u16(status).expect("a status");
    (status, [(header::CONTENT_TYPE, kind)], body.into()).into_response()
}

/// JSON.
pub(super) fn json(value: &Value) -> Response {
    answer(200, "application/json", value.to_string())
}

/// A result of the question `asked`.
pub(super) fn result(asked: &Value, result: &Value) -> Value {
    json!({ "jsonrpc": "2.0", "id": asked["id"], "result": result })
}

/// An error of the question `asked`.
pub(super) fn error(asked: &Value, code: i32) -> Value {
    let error = json!({ "code": code, "message": "no" });
    json!({ "jsonrpc": "2.0", "id": asked["id"], "error": error })
}

/// The list of one tool, `do`.
pub(super) fn list() -> Value {
    let schema = json!({ "type": "object", "properties": {} });
    json!({ "tools": [{ "name": "do", "description": "Does.", "inputSchema": schema }] })
}

/// A server at the address that this answers. `odd` answers what it wants to answer otherwise, by
/// the method and what is asked.
pub(super) async fn fake<F>(odd: F) -> String
where
    F: Fn(&str, &Value, &HeaderMap) -> Option<Response> + Send + Sync + 'static,
{
    let odd = Arc::new(odd);
    let speak = move |headers: HeaderMap, body: Bytes| {
        let odd = odd.clone();
        async move {
            let asked: Value = serde_json::from_slice(&body).unwrap_or_default();
            let method = asked["method"].as_str().unwrap_or_default().to_owned();
            odd(&method, &asked, &headers).unwrap_or_else(|| sound(&method, &asked))
        }
    };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("http://{}/mcp", listener.local_addr().expect("an address"));
    let router = axum::Router::new().route("/mcp", axum::routing::post(speak));
    tokio::spawn(async move { axum::serve(listener, router).await });
    url
}

fn sound(method: &str, asked: &Value) -> Response {
    let said = match method {
        "initialize" => json!({ "protocolVersion": "2025-06-18", "capabilities": { "tools": {} },
                                "serverInfo": { "name": "fake", "version": "1" } }),
        "tools/list" => list(),
        "tools/call" => json!({ "content": [{ "type": "text", "text": "done" }] }),
        "server/discover" => return json(&error(asked, -32601)),
        _ => return StatusCode::ACCEPTED.into_response(),
    };
    json(&result(asked, &said))
}
