//! Input that nobody should send: refused in our own words, nothing lost, nothing leaked.

use reqwest::Method;
use serde_json::{Value, json};
use shared::limits;

use crate::harness::{Answer, PATIENCE, TestDesk, uuid};

#[tokio::test]
async fn bodies() {
    let desk = TestDesk::start().await;
    let visitor = desk.visitor().await;
    let id = visitor.open().await;
    let path = format!("/conversations/{id}/messages");
    let raw = async |kind: &str, body: String| {
        let request = visitor.request(Method::POST, &path).header("content-type", kind).body(body);
        Answer::of(request).await
    };
    let json_type = "application/json";
    raw(json_type, "{".to_owned()).await.refused(400, "malformed");
    raw(json_type, String::new()).await.refused(400, "malformed");
    raw(json_type, "[]".to_owned()).await.refused(400, "malformed");
    raw(json_type, "\"\\ud800\"".to_owned()).await.refused(400, "malformed");
    raw(json_type, "[".repeat(100_000)).await.refused(400, "malformed");
    raw(json_type, "x".repeat(limits::BODY_BYTES + 1)).await.refused(413, "too_large");
    raw("text/plain", "{}".to_owned()).await.refused(415, "unsupported_content");
    raw("application/x-www-form-urlencoded", "text=hi".to_owned())
        .await
        .refused(415, "unsupported_content");
    for (what, field) in [
        (json!({ "client_id": "m-1", "text": "hi" }), "client_id"),
        (json!({ "client_id": "", "text": "hi" }), "client_id"),
        (json!({ "client_id": 7, "text": "hi" }), "client_id"),
        (json!({ "client_id": "x".repeat(100_000), "text": "hi" }), "client_id"),
        (json!({ "text": "hi" }), "client_id"),
        (json!({ "client_id": { "x": "y" }, "text": "hi" }), "client_id"),
        (json!({ "client_id": uuid("m-0") }), "text"),
        (json!({ "client_id": uuid("m-0"), "text": ["hi"] }), "text"),
        (json!({ "client_id": uuid("m-0"), "text": { "x".repeat(100_000): "hi" } }), "text"),
    ] {
        let refused = raw(json_type, what.to_string()).await;
        refused.refused(400, "malformed");
        assert_eq!(refused.body["error"]["field"], field, "{}", refused.body);
        assert!(refused.body.to_string().len() < 400, "what was sent is not sent back");
    }
    let say = async |text: &str, client_id: &str| {
        visitor.post(&path, json!({ "client_id": uuid(client_id), "text": text })).await
    };
    let too_long = say(&"é".repeat(limits::MESSAGE_CHARS + 1), "m-1").await;
    too_long.refused(422, "invalid");
    assert_eq!(too_long.body["error"]["field"], "text");
    for empty in ["", "   ", "\0", "\u{1b}\u{8}"] {
        say(empty, "m-2").await.refused(422, "invalid");
    }
    say(&"é".repeat(limits::MESSAGE_CHARS), "m-3").await.ok();
    say("a\0b\u{1b}[31m <script>alert(1)</script>", "m-4").await.ok();
    let events = visitor.get(&format!("/conversations/{id}/events")).await.ok();
    let texts: Vec<&str> =
        events["events"].as_array().unwrap().iter().filter_map(|e| e["text"].as_str()).collect();
    assert!(texts.contains(&"ab[31m <script>alert(1)</script>"), "text stays text: {texts:?}");
    desk.finish().await;
}

#[tokio::test]
async fn one_visitor_holds_so_many_streams_and_no_more() {
    let desk = TestDesk::start().await;
    let visitor = desk.visitor().await;
    let path = format!("/conversations/{}/events", visitor.open().await);
    let open = async || {
        let request = visitor.request(Method::GET, &path).header("accept", "text/event-stream");
        request.send().await.unwrap()
    };
    let mut held = Vec::new();
    for _ in 0..32 {
        held.push(open().await);
    }
    assert!(held.iter().all(|response| response.status() == 200));
    assert_eq!(open().await.status(), 429);
    visitor.get(&path).await.ok();
    drop(held);
    let free = async { while open().await.status() != 200 {} };
    tokio::time::timeout(PATIENCE, free).await.expect("a place came free");
    desk.finish().await;
}

#[tokio::test]
async fn addresses() {
    let desk = TestDesk::start().await;
    let visitor = desk.visitor().await;
    for id in ["%00", "%2e%2e%2fadmin", "a%20b", "%ff", "x%27%20OR%201=1--", &"x".repeat(3000)] {
        visitor.get(&format!("/conversations/{id}/events")).await.refused(404, "not_found");
    }
    visitor.get("/nothing/here").await.refused(404, "not_found");
    visitor.delete("/visitors").await.refused(405, "method_not_allowed");
    let elsewhere = Answer::of(desk.request(Method::GET, "/api/v2/visitors")).await;
    elsewhere.refused(404, "not_found");
    let id = visitor.open().await;
    let query = visitor.get(&format!("/conversations/{id}/events?after=-1")).await;
    query.refused(400, "malformed");
    let unknown = desk.anyone().post("/visitors", json!({ "site": "nowhere" })).await;
    unknown.refused(422, "invalid");
    let hostile = desk.anyone().post("/visitors", json!({ "site": "../etc" })).await;
    hostile.refused(400, "malformed");
    desk.finish().await;
}

#[tokio::test]
async fn another_site_cannot_use_the_session() {
    let desk = TestDesk::start().await;
    let admin = desk.admin().await;
    let site =
        json!({ "name": "x", "origins": [], "color": "#000000", "greeting": "", "active": true });
    let add = async |headers: &[(&str, &str)]| {
        let mut request = admin.request(Method::POST, "/sites").json(&site);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        Answer::of(request).await
    };
    add(&[("sec-fetch-site", "cross-site")]).await.refused(403, "cross_origin");
    add(&[("sec-fetch-site", "same-site")]).await.refused(403, "cross_origin");
    add(&[("origin", "https://evil.example")]).await.refused(403, "cross_origin");
    add(&[("origin", "null")]).await.refused(403, "cross_origin");
    add(&[("sec-fetch-site", "same-origin")]).await.ok();
    add(&[("origin", &format!("http://{}", desk.address))]).await.ok();
    let login = desk
        .anyone()
        .request(Method::POST, "/staff/login")
        .header("sec-fetch-site", "cross-site")
        .json(&json!({ "email": "a@b", "password": "x" }));
    Answer::of(login).await.refused(403, "cross_origin");
    desk.finish().await;
}

#[tokio::test]
async fn what_an_admin_writes_is_checked_too() {
    let desk = TestDesk::start().await;
    let admin = desk.admin().await;
    let agents = admin.get("/agents").await.ok();
    let triage = agents["agents"].as_array().unwrap().iter().find(|a| a["slug"] == "triage");
    let spec = triage.unwrap()["published"]["spec"].clone();
    let draft = async |change: &dyn Fn(&mut Value), field: &str| {
        let mut spec = spec.clone();
        change(&mut spec);
        let slug = spec["slug"].as_str().unwrap().to_owned();
        let answer = admin.put(&format!("/agents/{slug}/draft"), spec).await;
        answer.refused(422, "invalid");
        assert_eq!(answer.body["error"]["field"], field);
    };
    draft(&|s| s["name"] = json!(""), "name").await;
    draft(&|s| s["tools"] = json!(["rm_rf"]), "tools").await;
    draft(&|s| s["targets"] = json!([{ "kind": "agent", "slug": "nobody" }]), "targets").await;
    draft(&|s| s["targets"] = json!([{ "kind": "queue", "slug": "nowhere" }]), "targets").await;
    draft(&|s| s["confidence_threshold"] = json!(7), "confidence_threshold").await;
    draft(&|s| s["slug"] = json!("queue_jumper"), "slug").await;
    draft(&|s| s["slug"] = json!("Not-Plain"), "slug").await;
    let mut unknown = spec.clone();
    unknown["owner"] = json!("me");
    admin.put("/agents/triage/draft", unknown).await.refused(400, "malformed");
    admin.post("/agents/triage/publish", json!({})).await.refused(409, "no_draft");
    admin.delete("/agents/triage").await.refused(409, "in_use");

    let site = json!({
        "name": "x", "origins": ["https://a.example; script-src *"], "color": "#000000",
        "greeting": "", "active": true,
    });
    admin.post("/sites", site).await.refused(422, "invalid");
    let mut desk_settings = admin.get("/desk").await.ok();
    desk_settings["closes_hour"] = json!(99);
    admin.put("/desk", desk_settings).await.refused(422, "invalid");
    let mut desk_settings = admin.get("/desk").await.ok();
    desk_settings["queues"][0]["fallback"] = json!({ "kind": "queue", "slug": "support" });
    let ring = admin.put("/desk", desk_settings.clone()).await;
    ring.refused(422, "invalid");
    assert_eq!(ring.body["error"]["field"], "queues[0].fallback");
    desk_settings["queues"] = json!([]);
    admin.put("/desk", desk_settings).await.refused(422, "invalid");
    let staff =
        json!({ "email": "new@example.com", "name": "New", "role": "agent", "password": "short" });
    admin.post("/staff", staff).await.refused(422, "invalid");
    desk.finish().await;
}
