//! Tools that administrators make: kept, tried, and used by agents at once; secrets never come out.

use serde_json::{Value, json};

use crate::{
    harness::{Caller, TestDesk},
    secrets::lies_open,
};

const KEY: &str = "Bearer sk-shop-0123456789";

/// A desk that may call loopback.
async fn desk() -> TestDesk {
    TestDesk::start_with(|config| config.private_hosts = "127.0.0.1".parse().unwrap()).await
}

/// Reads a conversation's health from the desk itself: a real server that is at hand.
fn tool(desk: &TestDesk, change: &Value) -> Value {
    let mut tool = json!({
        "name": "shop_health", "purpose": "Says whether the shop is up.", "effect": "read",
        "parameters": { "type": "object", "properties": { "part": { "type": "string" } },
                        "additionalProperties": false },
        "url": format!("{}?part={{part}}", desk.url("/healthz")),
        "headers": [{ "name": "Authorization" }],
    });
    for (field, value) in change.as_object().unwrap() {
        tool[field] = value.clone();
    }
    tool
}

async fn save(admin: &Caller<'_>, tool: Value, secret: Option<&str>) -> crate::harness::Answer {
    let name = tool["name"].as_str().unwrap_or_default().to_owned();
    let secrets = secret.map_or(json!({}), |value| json!({ "Authorization": value }));
    let path = format!("/tools/made/{name}");
    admin.put(&path, json!({ "tool": tool, "secrets": secrets })).await
}

#[tokio::test]
async fn a_secret_goes_in_and_never_comes_out_nor_to_another_server() {
    let desk = desk().await;
    let admin = desk.admin().await;
    let missing = save(&admin, tool(&desk, &json!({})), None).await;
    missing.refused(422, "invalid");
    assert_eq!(missing.body["error"]["field"], "headers[0].value");
    let made = save(&admin, tool(&desk, &json!({})), Some(KEY)).await.ok();
    assert_eq!(made["has_secrets"], json!(["Authorization"]));
    // It stays with the tool, and does not follow it to another server.
    save(&admin, tool(&desk, &json!({ "purpose": "Says it." })), None).await.ok();
    let elsewhere = tool(&desk, &json!({ "url": "https://thief.example/" }));
    save(&admin, elsewhere, None).await.refused(422, "invalid");
    let stolen =
        json!({ "tool": tool(&desk, &json!({ "url": "http://127.0.0.1:1/" })), "args": {} });
    admin.post("/tools/try", stolen).await.refused(422, "invalid");
    let tried = json!({ "tool": tool(&desk, &json!({})), "args": { "part": "all" } });
    let tried = admin.post("/tools/try", tried).await.ok();
    assert_eq!((&tried["status"], &tried["settlement"]), (&json!(200), &json!("ok")), "{tried}");
    let listed = admin.get("/tools/made").await.ok();
    let audit = admin.get("/audit").await.ok();
    for answer in [&made, &tried, &listed, &audit] {
        assert!(!answer.to_string().contains(KEY), "{answer}");
    }
    assert!(audit.to_string().contains("tool_added"));
    let desk = desk.restart_after(|folder| assert!(!lies_open(folder, KEY))).await;
    let admin = desk.admin().await;
    assert_eq!(admin.get("/tools/made").await.ok()["tools"][0]["tool"]["purpose"], "Says it.");
    let all = admin.get("/tools").await.ok();
    assert!(all.to_string().contains("shop_health"), "there again after a restart");
    desk.finish().await;
}

#[tokio::test]
async fn what_cannot_be_a_tool_is_refused_in_words() {
    let desk = desk().await;
    let admin = desk.admin().await;
    let check = async |change: Value, field: &str| {
        let refused = save(&admin, tool(&desk, &change), Some(KEY)).await;
        refused.refused(422, "invalid");
        assert_eq!(refused.body["error"]["field"], field, "{change}: {}", refused.body);
    };
    check(json!({ "name": "issue_refund" }), "name").await;
    check(json!({ "url": "http://169.254.169.254/latest/meta-data" }), "url").await;
    check(json!({ "url": "https://10.0.0.1/" }), "url").await;
    check(json!({ "url": "http://shop.example/" }), "url").await;
    check(json!({ "url": "file:///etc/passwd" }), "url").await;
    check(json!({ "url": "https://a:b@shop.example/" }), "url").await;
    let parameters =
        json!({ "type": "object", "properties": { "part": { "pattern": "^(a+)+$" } } });
    check(json!({ "parameters": parameters }), "parameters").await;
    check(json!({ "purpose": "x".repeat(5_000) }), "purpose").await;
    let other = json!({ "tool": tool(&desk, &json!({})), "secrets": {} });
    admin.put("/tools/made/another", other).await.refused(422, "invalid");
    let broken = json!({ "tool": tool(&desk, &json!({})), "secrets": { "Authorization": "a\nb" } });
    admin.put("/tools/made/shop_health", broken).await.refused(422, "invalid");
    let args = json!({ "tool": tool(&desk, &json!({ "headers": [] })), "args": { "part": 7 } });
    admin.post("/tools/try", args).await.refused(422, "invalid");
    admin.delete("/tools/made/nothing").await.refused(404, "not_found");
    desk.finish().await;
}

#[tokio::test]
async fn what_a_published_agent_uses_is_not_deleted() {
    let desk = desk().await;
    let admin = desk.admin().await;
    let mut spec = admin.get("/agents/triage").await.ok()["published"]["spec"].clone();
    spec["tools"].as_array_mut().unwrap().push(json!("shop_health"));
    admin.put("/agents/triage/draft", spec.clone()).await.refused(422, "invalid");
    save(&admin, tool(&desk, &json!({ "headers": [] })), None).await.ok();
    admin.put("/agents/triage/draft", spec).await.ok();
    admin.post("/agents/triage/publish", json!({})).await.ok();
    assert_eq!(admin.get("/tools/made").await.ok()["tools"][0]["used_by"], json!(["triage"]));
    admin.delete("/tools/made/shop_health").await.refused(409, "in_use");
    let mut spec = admin.get("/agents/triage").await.ok()["published"]["spec"].clone();
    spec["tools"].as_array_mut().unwrap().retain(|tool| tool != "shop_health");
    admin.put("/agents/triage/draft", spec).await.ok();
    admin.post("/agents/triage/publish", json!({})).await.ok();
    admin.delete("/tools/made/shop_health").await.ok();
    assert_eq!(admin.get("/tools/made").await.ok()["tools"], json!([]));
    desk.finish().await;
}

#[tokio::test]
async fn an_openapi_document_is_read_and_nothing_is_kept() {
    let desk = desk().await;
    let admin = desk.admin().await;
    // Its own description is a document that nobody wrote for this.
    let own = desk.request(reqwest::Method::GET, "/api/openapi.json").send().await.unwrap();
    let mut own: Value = own.json().await.unwrap();
    own["servers"] = json!([{ "url": "https://desk.example/api/v1" }]);
    let read = admin.post("/tools/import", json!({ "document": own.to_string() })).await.ok();
    let tools = read["tools"].as_array().unwrap();
    assert!(tools.len() > 20, "{read}");
    assert_eq!(admin.get("/tools/made").await.ok()["tools"], json!([]));
    admin.post("/tools/import", json!({ "document": "{" })).await.refused(422, "invalid");
    admin
        .post("/tools/import", json!({ "document": "[".repeat(100_000) }))
        .await
        .refused(422, "invalid");
    let bomb = (0..40).fold("a0: &a0 [x]\n".to_owned(), |text, n| {
        format!("{text}a{}: &a{} [*a{n}, *a{n}, *a{n}, *a{n}]\n", n + 1, n + 1)
    });
    admin.post("/tools/import", json!({ "document": bomb })).await.refused(422, "invalid");
    desk.finish().await;
}
