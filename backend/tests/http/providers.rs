//! Model providers are connected without a restart, and their keys never come out.

use serde_json::{Value, json};

use crate::{
    harness::{Caller, TestDesk},
    secrets::lies_open,
};

const KEY: &str = "sk-live-0123456789abcdef";

fn connection(change: &Value) -> Value {
    let mut body = json!({
        "name": "Ours", "protocol": "openai_compatible", "base_url": "http://127.0.0.1:9/v1/",
        "key": KEY, "models": [{ "name": "small", "price": { "input": 100_000, "output": 400_000 } }],
    });
    for (field, value) in change.as_object().unwrap() {
        body[field] = value.clone();
    }
    body
}

/// A desk that may call loopback, and its administrator.
async fn desk() -> TestDesk {
    TestDesk::start_with(|config| config.private_hosts = "127.0.0.1".parse().unwrap()).await
}

async fn add(admin: &Caller<'_>, change: &Value) -> crate::harness::Answer {
    let body = json!({ "id": "ours", "connection": connection(change) });
    admin.post("/connections", body).await
}

#[tokio::test]
async fn a_key_goes_in_and_never_comes_out() {
    let desk = desk().await;
    let admin = desk.admin().await;
    let made = add(&admin, &json!({})).await.ok();
    assert_eq!(
        (&made["has_key"], &made["base_url"]),
        (&json!(true), &json!("http://127.0.0.1:9/v1"))
    );
    let listed = admin.get("/connections").await.ok();
    assert_eq!(listed["connections"].as_array().unwrap().len(), 1);
    let audit = admin.get("/audit").await.ok();
    for answer in [&made, &listed, &audit] {
        assert!(!answer.to_string().contains(KEY), "{answer}");
    }
    assert!(audit.to_string().contains("connection_added"));
    // Without a key it stays, and does not follow to another server.
    let mut same = connection(&json!({ "name": "Renamed" }));
    same.as_object_mut().unwrap().remove("key");
    assert_eq!(admin.put("/connections/ours", same.clone()).await.ok()["has_key"], true);
    same["base_url"] = json!("http://127.0.0.1:10/v1");
    let moved = admin.put("/connections/ours", same.clone()).await;
    moved.refused(422, "invalid");
    assert_eq!(moved.body["error"]["field"], "key");
    same["base_url"] = json!("http://127.0.0.1:9/other");
    same["key"] = json!("");
    assert_eq!(admin.put("/connections/ours", same).await.ok()["has_key"], false);
    let desk = desk.restart_after(|folder| assert!(!lies_open(folder, KEY))).await;
    let admin = desk.admin().await;
    assert_eq!(admin.get("/connections").await.ok()["connections"][0]["name"], "Renamed");
    desk.finish().await;
}

#[tokio::test]
async fn what_cannot_be_a_connection_is_refused_in_words() {
    let desk = desk().await;
    let admin = desk.admin().await;
    let check = |change: Value, field: &'static str| {
        let admin = &admin;
        async move {
            let refused = add(admin, &change).await;
            refused.refused(422, "invalid");
            assert_eq!(refused.body["error"]["field"], field, "{change}: {}", refused.body);
        }
    };
    check(json!({ "base_url": "" }), "base_url").await;
    check(json!({ "base_url": "http://169.254.169.254/" }), "base_url").await;
    check(json!({ "base_url": "https://10.0.0.1/" }), "base_url").await;
    check(json!({ "base_url": "http://api.openai.com/v1" }), "base_url").await;
    check(json!({ "base_url": "file:///etc/passwd" }), "base_url").await;
    check(json!({ "base_url": "https://a:b@models.example/" }), "base_url").await;
    check(json!({ "base_url": "https://models.example/?key=1" }), "base_url").await;
    check(json!({ "base_url": format!("https://{}.example", "x".repeat(600)) }), "base_url").await;
    check(json!({ "name": " " }), "name").await;
    check(json!({ "key": "two words" }), "key").await;
    check(json!({ "key": "x".repeat(5_000) }), "key").await;
    check(json!({ "models": [] }), "models").await;
    check(json!({ "models": [{ "name": "a b" }] }), "models[0].name").await;
    check(json!({ "models": [{ "name": "a" }, { "name": "a" }] }), "models[1].name").await;
    check(
        json!({ "models": [{ "name": "a", "price": { "input": u64::MAX } }] }),
        "models[0].price",
    )
    .await;
    let body = json!({ "id": "Not This", "connection": connection(&json!({})) });
    admin.post("/connections", body).await.refused(422, "invalid");
    add(&admin, &json!({})).await.ok();
    add(&admin, &json!({})).await.refused(409, "taken");
    desk.finish().await;
}

#[tokio::test]
async fn agents_are_published_with_models_that_are_offered_only() {
    let desk = desk().await;
    let admin = desk.admin().await;
    let mut spec = admin.get("/agents/triage").await.ok()["published"]["spec"].clone();
    spec["model"] = json!("ours/small");
    spec["model_settings"] = json!({ "temperature": 0.2, "fallbacks": ["ours/large"] });
    admin.put("/agents/triage/draft", spec.clone()).await.ok();
    let refused = admin.post("/agents/triage/publish", json!({})).await;
    refused.refused(422, "invalid");
    assert_eq!(refused.body["error"]["field"], "model");
    add(&admin, &json!({})).await.ok();
    let refused = admin.post("/agents/triage/publish", json!({})).await;
    assert_eq!(refused.body["error"]["field"], "model_settings.fallbacks[0]");
    spec["model_settings"] = json!({ "temperature": 0.2 });
    admin.put("/agents/triage/draft", spec).await.ok();
    admin.post("/agents/triage/publish", json!({})).await.ok();
    admin.delete("/connections/ours").await.refused(409, "in_use");
    let without = connection(&json!({ "models": [{ "name": "other" }] }));
    admin.put("/connections/ours", without).await.refused(409, "in_use");
    admin.post("/agents/triage/rollback", json!({ "version": 1 })).await.ok();
    assert_eq!(admin.delete("/connections/ours").await.status, 204);
    desk.finish().await;
}

#[tokio::test]
async fn a_connection_is_tried_and_a_visitor_is_answered_whatever_happens() {
    let desk = desk().await;
    let admin = desk.admin().await;
    add(&admin, &json!({})).await.ok();
    let told = admin.post("/connections/ours/test", json!({ "model": "small" })).await.ok();
    assert_eq!((&told["ok"], &told["fault"]), (&json!(false), &json!("address")), "{told}");
    let nothing = admin.post("/connections/ours/test", json!({ "model": "none" })).await;
    nothing.refused(422, "invalid");
    let mut spec = admin.get("/agents/triage").await.ok()["published"]["spec"].clone();
    spec["model"] = json!("ours/small");
    admin.put("/agents/triage/draft", spec).await.ok();
    admin.post("/agents/triage/publish", json!({})).await.ok();
    let visitor = desk.visitor().await;
    let id = visitor.open().await;
    let events = visitor.turn(&id, "m-1", "hello there").await;
    assert!(
        events.iter().any(|(name, data)| name == "message" && data["author"]["kind"] == "agent")
    );
    let read = admin.get(&format!("/conversations/{id}")).await.ok();
    assert!(read["events"].to_string().contains("model_failed"), "{}", read["events"]);
    let health = admin.get("/connections").await.ok()["connections"][0]["health"].clone();
    assert!(
        health["failures"].as_u64().unwrap() > 0 && health["last_error"].is_string(),
        "{health}"
    );
    desk.finish().await;
}
