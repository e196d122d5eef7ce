//! MCP servers that administrators add: looked at, their tools chosen, and secrets that never come out.

use axum::{
    Json, Router,
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
    routing::post,
};
use serde_json::{Value, json};

use crate::{
    harness::{Caller, TestDesk},
    secrets::lies_open,
};

const KEY: &str = "Bearer sk-stock-0123456789";

async fn desk() -> TestDesk {
    TestDesk::start_with(|config| {
        config.private_hosts = "127.0.0.1".parse().unwrap();
        config.mcp_commands = "stock=/nowhere/stock".parse().unwrap();
    })
    .await
}

/// A server on loopback that wants the key, repeats it in its description, and has one tool.
async fn stock() -> String {
    async fn speak(headers: HeaderMap, Json(asked): Json<Value>) -> Response {
        if headers.get("authorization").is_none_or(|key| key != KEY) {
            return StatusCode::UNAUTHORIZED.into_response();
        }
        let schema = json!({ "type": "object", "properties": { "sku": { "type": "string" } } });
        let tool = json!({ "name": "countStock", "description": format!("Counts with {KEY}."),
                           "inputSchema": schema, "annotations": { "readOnlyHint": true } });
        let result = match asked["method"].as_str().unwrap_or_default() {
            "initialize" => json!({ "protocolVersion": "2025-06-18", "capabilities": {},
                                    "serverInfo": { "name": "stock", "version": "2" } }),
            "tools/list" => json!({ "tools": [tool] }),
            "server/discover" => {
                let error = json!({ "code": -32601, "message": "no" });
                let answer = json!({ "jsonrpc": "2.0", "id": asked["id"], "error": error });
                return Json(answer).into_response();
            }
            _ => return StatusCode::ACCEPTED.into_response(),
        };
        Json(json!({ "jsonrpc": "2.0", "id": asked["id"], "result": result })).into_response()
    }
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/mcp", listener.local_addr().unwrap());
    tokio::spawn(
        async move { axum::serve(listener, Router::new().route("/mcp", post(speak))).await },
    );
    url
}

fn server(url: &str) -> Value {
    let at = json!({ "kind": "http", "url": url, "headers": [{ "name": "Authorization" }] });
    json!({ "name": "stock", "at": at, "active": true })
}

async fn save(admin: &Caller<'_>, server: Value, key: Option<&str>) -> crate::harness::Answer {
    let secrets = key.map_or(json!({}), |value| json!({ "Authorization": value }));
    admin.put("/tools/mcp/stock", json!({ "server": server, "secrets": secrets })).await
}

/// `server` with the tool that a look has found.
fn choose(mut server: Value, look: &Value) -> Value {
    let offer = &look["tools"][0];
    server["tools"] = json!([{
        "name": offer["name"], "tool": offer["tool"], "purpose": "Counts what is left.",
        "effect": "read", "parameters": offer["parameters"], "seen": offer["seen"],
    }]);
    server
}

#[tokio::test]
async fn a_server_is_looked_at_and_nothing_of_it_is_on_by_default() {
    let desk = desk().await;
    let admin = desk.admin().await;
    let plain = server(&stock().await);
    save(&admin, plain.clone(), None).await.refused(422, "invalid");
    let wrong =
        json!({ "server": plain, "secrets": { "Authorization": "Bearer sk-not-this-one" } });
    let look = admin.post("/tools/look", wrong).await.ok();
    assert!(look["problem"].as_str().unwrap().contains("does not accept the key"), "{look}");
    save(&admin, plain.clone(), Some(KEY)).await.ok();
    let look = admin.post("/tools/look", json!({ "server": plain })).await.ok();
    let offer = &look["tools"][0];
    assert_eq!((&offer["name"], &offer["state"]), (&json!("stock__count_stock"), &json!("new")));
    assert_eq!(offer["hints"], json!(["only reads"]));
    assert!(!admin.get("/tools").await.ok().to_string().contains("stock__"), "nothing is on");
    let made = save(&admin, choose(plain.clone(), &look), None).await.ok();
    assert_eq!(made["has_secrets"], json!(["Authorization"]));
    assert!(admin.get("/tools").await.ok().to_string().contains("stock__count_stock"));
    let audit = admin.get("/audit").await.ok();
    assert!(audit.to_string().contains("mcp_added"));
    let listed = admin.get("/tools/mcp").await.ok();
    for answer in [&look, &made, &listed, &audit] {
        assert!(!answer.to_string().contains(KEY), "{answer}");
    }
    // The key stays with its server, wherever it is said to be.
    save(&admin, server("https://thief.example/mcp"), None).await.refused(422, "invalid");
    let stolen = json!({ "server": server("http://127.0.0.1:1/mcp") });
    admin.post("/tools/look", stolen).await.refused(422, "invalid");
    // Not active, its tools are gone, and what was chosen stays.
    let mut off = choose(plain.clone(), &look);
    off["active"] = json!(false);
    save(&admin, off, None).await.ok();
    assert!(!admin.get("/tools").await.ok().to_string().contains("stock__"));
    assert_eq!(
        admin.get("/tools/mcp").await.ok()["servers"][0]["server"]["tools"][0]["tool"],
        "countStock"
    );
    save(&admin, choose(plain, &look), None).await.ok();
    let desk = desk.restart_after(|folder| assert!(!lies_open(folder, KEY))).await;
    let admin = desk.admin().await;
    assert!(admin.get("/tools").await.ok().to_string().contains("stock__count_stock"));
    desk.finish().await;
}

#[tokio::test]
async fn what_cannot_be_a_server_is_refused_in_words() {
    let desk = desk().await;
    let admin = desk.admin().await;
    let good = server(&stock().await);
    let check = async |change: Value, field: &str| {
        let mut server = good.clone();
        for (field, value) in change.as_object().unwrap() {
            server[field] = value.clone();
        }
        let name = server["name"].as_str().unwrap().to_owned();
        let body = json!({ "server": server, "secrets": { "Authorization": KEY } });
        let refused = admin.put(&format!("/tools/mcp/{name}"), body).await;
        refused.refused(422, "invalid");
        assert_eq!(refused.body["error"]["field"], field, "{change}: {}", refused.body);
    };
    let http = |url: &str| json!({ "at": { "kind": "http", "url": url } });
    check(http("http://169.254.169.254/mcp"), "at.url").await;
    check(http("https://10.0.0.1/mcp"), "at.url").await;
    check(http("http://mcp.example/mcp"), "at.url").await;
    check(http("https://a:b@mcp.example/"), "at.url").await;
    check(json!({ "name": "a__b" }), "name").await;
    // A program is started only if whoever runs Baton has listed it.
    for command in ["/bin/sh", "sh", "other", "stock --more"] {
        check(json!({ "at": { "kind": "command", "command": command } }), "at.command").await;
    }
    let tool = |change: Value| {
        let mut tool = json!({ "name": "stock__x", "tool": "x", "purpose": "X.", "effect": "read",
                               "parameters": { "type": "object" }, "seen": "f" });
        for (field, value) in change.as_object().unwrap() {
            tool[field] = value.clone();
        }
        json!({ "tools": [tool] })
    };
    check(tool(json!({ "name": "issue_refund" })), "tools[0].name").await;
    check(
        tool(json!({ "parameters": { "type": "object", "pattern": "a" } })),
        "tools[0].parameters",
    )
    .await;
    // A program that is listed may be looked at, and it is written down who started it.
    let listed = json!({ "name": "stock", "at": { "kind": "command", "command": "stock" } });
    let look = admin.post("/tools/look", json!({ "server": listed })).await.ok();
    assert!(look["problem"].as_str().unwrap().contains("cannot be started"), "{look}");
    assert!(admin.get("/audit").await.ok().to_string().contains("mcp_started"));
    assert_eq!(admin.get("/tools/mcp").await.ok()["commands"], json!(["stock"]));
    assert_eq!(admin.get("/tools/mcp").await.ok()["servers"], json!([]));
    admin.delete("/tools/mcp/nothing").await.refused(404, "not_found");
    desk.finish().await;
}

#[tokio::test]
async fn one_name_is_one_tool_and_what_is_used_stays() {
    let desk = desk().await;
    let admin = desk.admin().await;
    let plain = server(&stock().await);
    let look = json!({ "server": plain, "secrets": { "Authorization": KEY } });
    let look = admin.post("/tools/look", look).await.ok();
    let chosen = choose(plain.clone(), &look);
    let made = json!({ "name": "stock__count_stock", "purpose": "Counts.", "effect": "read",
                       "parameters": { "type": "object" }, "url": "https://shop.example/" });
    admin.put("/tools/made/stock__count_stock", json!({ "tool": made })).await.ok();
    let refused = save(&admin, chosen.clone(), Some(KEY)).await;
    refused.refused(422, "invalid");
    assert_eq!(refused.body["error"]["field"], "tools[0].name");
    admin.delete("/tools/made/stock__count_stock").await.ok();
    save(&admin, chosen.clone(), Some(KEY)).await.ok();
    let again = admin.put("/tools/made/stock__count_stock", json!({ "tool": made })).await;
    again.refused(422, "invalid");

    let mut spec = admin.get("/agents/triage").await.ok()["published"]["spec"].clone();
    spec["tools"].as_array_mut().unwrap().push(json!("stock__count_stock"));
    admin.put("/agents/triage/draft", spec).await.ok();
    admin.post("/agents/triage/publish", json!({})).await.ok();
    let listed = admin.get("/tools/mcp").await.ok();
    assert_eq!(listed["servers"][0]["used_by"], json!({ "stock__count_stock": ["triage"] }));
    save(&admin, plain, None).await.refused(409, "in_use");
    admin.delete("/tools/mcp/stock").await.refused(409, "in_use");
    let mut spec = admin.get("/agents/triage").await.ok()["published"]["spec"].clone();
    spec["tools"].as_array_mut().unwrap().retain(|tool| tool != "stock__count_stock");
    admin.put("/agents/triage/draft", spec).await.ok();
    admin.post("/agents/triage/publish", json!({})).await.ok();
    admin.delete("/tools/mcp/stock").await.ok();
    assert_eq!(admin.get("/tools/mcp").await.ok()["servers"], json!([]));
    desk.finish().await;
}
