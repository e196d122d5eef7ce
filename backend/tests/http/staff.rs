//! Sessions, accounts, agents and the audit log.

use serde_json::{Value, json};

use crate::harness::{Caller, PASSWORD, TestDesk};

#[tokio::test]
async fn a_session_ends_when_it_is_ended() {
    let desk = TestDesk::start().await;
    let body = json!({ "email": "ADMIN@example.com", "password": PASSWORD });
    let answer = desk.anyone().post("/staff/login", body).await;
    let cookie = answer.header("set-cookie");
    for needed in ["HttpOnly", "SameSite=Lax", "Path=/"] {
        assert!(cookie.contains(needed), "{cookie}");
    }
    assert_eq!(answer.body["role"], "admin");
    assert!(!answer.body.to_string().contains("password"));
    let sam = desk.sam().await;
    assert_eq!(sam.get("/staff/me").await.ok()["name"], "Sam");
    assert_eq!(sam.post("/staff/logout", json!({})).await.status, 204);
    sam.get("/staff/me").await.refused(401, "not_signed_in");

    // An admin ends what Sam may do: sessions and keys.
    let (admin, sam) = (desk.admin().await, desk.sam().await);
    let id = sam.get("/staff/me").await.ok()["id"].as_str().unwrap().to_owned();
    let key = admin.post(&format!("/staff/{id}/keys"), json!({})).await.ok();
    let program = desk.bearer(key["key"].as_str().unwrap());
    program.get("/inbox").await.ok();
    admin.put(&format!("/staff/{id}"), json!({ "active": false })).await.ok();
    sam.get("/staff/me").await.refused(401, "not_signed_in");
    program.get("/inbox").await.refused(401, "not_signed_in");
    let own = admin.get("/staff/me").await.ok()["id"].as_str().unwrap().to_owned();
    let last = admin.put(&format!("/staff/{own}"), json!({ "role": "agent" })).await;
    last.refused(409, "last_admin");
    desk.finish().await;
}

#[tokio::test]
async fn a_key_is_listed_and_deleted_and_never_shown_again() {
    let desk = TestDesk::start().await;
    let (admin, sam) = (desk.admin().await, desk.sam().await);
    let id = async |caller: &Caller<'_>| {
        caller.get("/staff/me").await.ok()["id"].as_str().unwrap().to_owned()
    };
    let (own, sams) = (id(&admin).await, id(&sam).await);
    let keys = format!("/staff/{sams}/keys");
    let made = admin.post(&keys, json!({ "name": "Nightly import" })).await.ok();
    admin.post(&keys, json!({})).await.ok();
    let key = made["key"].as_str().unwrap();
    let all = admin.get(&keys).await.ok();
    assert!(!all.to_string().contains(&key[3..]), "write-only");
    let listed = all["keys"].as_array().unwrap();
    assert_eq!(listed.len(), 2);
    let of = |all: &Value| {
        let mut keys = all["keys"].as_array().unwrap().iter();
        keys.find(|key| key["id"] == made["id"]).cloned().unwrap()
    };
    assert_eq!(
        (&of(&all)["name"], &of(&all)["last_used_at"]),
        (&json!("Nightly import"), &Value::Null)
    );
    desk.bearer(key).get("/inbox").await.ok();
    assert!(of(&admin.get(&keys).await.ok())["last_used_at"].is_string(), "it was used");

    let path = format!("{keys}/{}", made["id"].as_str().unwrap());
    admin
        .delete(&format!("/staff/{own}/keys/{}", made["id"].as_str().unwrap()))
        .await
        .refused(404, "not_found");
    desk.bearer(key).get("/inbox").await.ok();
    assert_eq!(admin.delete(&path).await.status, 204);
    desk.bearer(key).get("/inbox").await.refused(401, "not_signed_in");
    admin.delete(&path).await.refused(404, "not_found");
    let audit = admin.get("/audit").await.ok();
    let details: Vec<_> =
        audit["entries"].as_array().unwrap().iter().map(|e| &e["detail"]).collect();
    assert_eq!(details[..3], ["deleted: Nightly import", "made: API key", "made: Nightly import"]);

    for bad in [json!({ "name": "" }), json!({ "name": "a\nb" }), json!({ "name": "x".repeat(81) })]
    {
        admin.post(&keys, bad).await.refused(422, "invalid");
    }
    for _ in 1..20 {
        admin.post(&keys, json!({})).await.ok();
    }
    admin.post(&keys, json!({})).await.refused(409, "too_many");
    desk.finish().await;
}

#[tokio::test]
async fn a_new_password_ends_the_other_sessions() {
    let desk = TestDesk::start().await;
    let (here, elsewhere) = (desk.sam().await, desk.sam().await);
    let old = desk.password("sam@example.com");
    let change = async |current: &str, new: &str| {
        let body = json!({ "current": current, "new": new });
        here.put("/staff/me/password", body).await
    };
    for (current, new, field) in [
        ("not it at all", "a whole new one", "current"),
        ("", "a whole new one", "current"),
        (&"x".repeat(10_000), "a whole new one", "current"),
        (&old, "short", "new"),
        (&old, &"x".repeat(201), "new"),
    ] {
        let refused = change(current, new).await;
        refused.refused(422, "invalid");
        assert_eq!(refused.body["error"]["field"], field);
    }
    elsewhere.get("/staff/me").await.ok();
    assert_eq!(change(&old, "a whole new one").await.status, 204);
    here.get("/staff/me").await.ok();
    elsewhere.get("/staff/me").await.refused(401, "not_signed_in");
    let login = |password: &str| {
        let body = json!({ "email": "sam@example.com", "password": password });
        let anyone = desk.anyone();
        async move { anyone.post("/staff/login", body).await }
    };
    login(&old).await.refused(401, "wrong_credentials");
    login("a whole new one").await.ok();
    desk.finish().await;
}

#[tokio::test]
async fn two_administrators_cannot_demote_each_other_at_once() {
    let desk = TestDesk::start().await;
    let admin = desk.admin().await;
    let own = admin.get("/staff/me").await.ok()["id"].as_str().unwrap().to_owned();
    let all = admin.get("/staff").await.ok();
    let kim = all["staff"].as_array().unwrap().iter().find(|account| account["name"] == "Kim");
    let kim = kim.unwrap()["id"].as_str().unwrap().to_owned();
    admin.put(&format!("/staff/{kim}"), json!({ "role": "admin" })).await.ok();
    let demote = async |id: &str| {
        admin.put(&format!("/staff/{id}"), json!({ "role": "agent" })).await.status.as_u16()
    };
    let (one, other) = tokio::join!(demote(&own), demote(&kim));
    assert_eq!([one, other].iter().filter(|status| **status == 200).count(), 1);
    desk.finish().await;
}

#[tokio::test]
async fn an_account_is_added_once() {
    let desk = TestDesk::start().await;
    let admin = desk.admin().await;
    let lee = json!({
        "email": "lee@example.com", "name": "Lee", "role": "agent", "password": "long enough it is",
    });
    admin.post("/staff", lee.clone()).await.ok();
    admin.post("/staff", lee).await.refused(409, "taken");
    let login = json!({ "email": "lee@example.com", "password": "long enough it is" });
    desk.anyone().post("/staff/login", login).await.ok();
    desk.finish().await;
}

#[tokio::test]
async fn a_draft_meets_nobody_until_it_is_published() {
    let desk = TestDesk::start().await;
    let admin = desk.admin().await;
    let mut spec = admin.get("/agents/triage").await.ok()["published"]["spec"].clone();
    spec["name"] = json!("Front desk");
    let saved = admin.put("/agents/triage/draft", spec).await.ok();
    assert_eq!(saved["draft"]["name"], "Front desk");
    let first_owner = async || {
        desk.anyone().get("/sites/demo/look").await.ok()["first_owner"].as_str().unwrap().to_owned()
    };
    let old = first_owner().await;
    assert_ne!(old, "Front desk");
    let note = json!({ "note": "A better name" });
    let published = admin.post("/agents/triage/publish", note).await.ok();
    assert_eq!(published["published"]["version"], 2);
    assert_eq!(published["draft"], Value::Null);
    assert_eq!(first_owner().await, "Front desk");
    let back = admin.post("/agents/triage/rollback", json!({ "version": 1 })).await.ok();
    assert_eq!(back["published"]["version"], 3);
    assert_eq!(first_owner().await, old);
    let versions = admin.get("/agents/triage/versions").await.ok();
    assert_eq!(versions["versions"].as_array().unwrap().len(), 3);

    let audit = admin.get("/audit").await.ok();
    let actions: Vec<&str> = audit["entries"]
        .as_array()
        .unwrap()
        .iter()
        .map(|e| e["action"].as_str().unwrap())
        .collect();
    assert_eq!(actions[..2], ["publish", "publish"]);
    assert!(actions.contains(&"sign_in"));
    let some = admin.get("/audit?actions=sign_in,close").await.ok();
    let only = |e: &Value| e["action"] == "sign_in";
    assert!(some["entries"].as_array().is_some_and(|all| !all.is_empty() && all.iter().all(only)));
    let flood = "x,".repeat(500);
    admin.get(&format!("/audit?actions={flood}")).await.refused(422, "invalid");
    desk.finish().await;
}

#[tokio::test]
async fn two_agents_do_not_share_a_name() {
    let desk = TestDesk::start().await;
    let admin = desk.admin().await;
    let spec = async |slug: &str| {
        admin.get(&format!("/agents/{slug}")).await.ok()["published"]["spec"].clone()
    };
    let (name, mut other) = (spec("billing").await["name"].clone(), spec("triage").await);
    other["name"] = json!(format!(" {} ", name.as_str().unwrap().to_uppercase()));
    admin.put("/agents/triage/draft", other.clone()).await.ok();
    let refused = admin.post("/agents/triage/publish", json!({})).await;
    refused.refused(422, "invalid");
    assert_eq!(refused.body["error"]["field"], "name");
    assert!(refused.body["error"]["message"].as_str().unwrap().contains("billing"));
    other["name"] = json!("Front desk");
    admin.put("/agents/triage/draft", other).await.ok();
    admin.post("/agents/triage/publish", json!({})).await.ok();
    admin.post("/agents/triage/rollback", json!({ "version": 1 })).await.ok();
    desk.finish().await;
}

#[tokio::test]
async fn a_playground_tries_the_draft_and_leaves_no_trace() {
    let desk = TestDesk::start().await;
    let admin = desk.admin().await;
    let mut spec = admin.get("/agents/triage").await.ok()["published"]["spec"].clone();
    spec["name"] = json!("Draft desk");
    admin.put("/agents/triage/draft", spec).await.ok();
    let start = json!({ "agent": "triage", "front_door": true, "customer": "cus_1" });
    let playground = admin.post("/playground", start).await.ok();
    assert_eq!(playground["conversation"]["owner"]["name"], "Draft desk");
    let id = playground["id"].as_str().unwrap();
    let path = format!("/playground/{id}/messages");
    let said = admin.post(&path, json!({ "text": "What are your opening hours?" })).await.ok();
    let events = said["conversation"]["events"].as_array().unwrap();
    let answered = |event: &Value| event["type"] == "message" && event["author"]["kind"] == "agent";
    assert!(events.iter().any(answered), "{events:?}");
    desk.sam().await.post(&path, json!({ "text": "x" })).await.refused(403, "forbidden");
    admin.post("/playground", json!({ "agent": "nobody" })).await.refused(422, "invalid");
    let stranger = json!({ "agent": "triage", "customer": "cus_nobody" });
    admin.post("/playground", stranger).await.refused(422, "invalid");
    let inbox = admin.get("/inbox?view=all").await.ok();
    assert_eq!(inbox["conversations"], json!([]));
    assert_eq!(admin.get("/meters?by=agent").await.ok()["total"]["turns"], 0);
    desk.finish().await;
}

#[tokio::test]
async fn an_admin_sees_why_a_message_is_read_as_it_is() {
    let desk = TestDesk::start().await;
    let admin = desk.admin().await;
    let text = json!({ "text": "I was charged twice for A1001" });
    let read = admin.post("/reading", text.clone()).await.ok();
    assert_eq!((&read["language"], &read["out_of_scope"]), (&json!("en"), &json!(false)));
    let first = &read["why"][0];
    assert_eq!((&first["intent"], &first["agent"]), (&json!("double_charge"), &json!("billing")));
    assert!(first["examples"][0]["text"].as_str().unwrap().contains("twice"), "{first}");
    assert!(first["parts"][0]["weight"].as_f64().unwrap() > 0.0, "{first}");
    let person = admin.post("/reading", json!({ "text": "give me a human" })).await.ok();
    assert!(person["person"].as_str().unwrap().contains("human"), "{person}");
    admin.post("/reading", json!({ "text": "x".repeat(100_000) })).await.refused(422, "invalid");
    desk.sam().await.post("/reading", text).await.refused(403, "forbidden");
    desk.finish().await;
}

#[tokio::test]
async fn meters_sum_to_their_total() {
    let desk = TestDesk::start().await;
    let visitor = desk.visitor().await;
    let id = visitor.open().await;
    visitor.turn(&id, "m-1", "How long does shipping take?").await;
    visitor.turn(&id, "m-2", "I want to talk to a person").await;
    let admin = desk.admin().await;
    for by in ["agent", "handoff", "conversation"] {
        let meters = admin.get(&format!("/meters?by={by}")).await.ok();
        let sum = |field: &str| -> u64 {
            let lines = meters["meters"].as_array().unwrap();
            lines.iter().map(|line| line["usage"][field].as_u64().unwrap()).sum()
        };
        for field in ["steps", "tokens_in", "tokens_out", "cost_micros", "took_ms"] {
            assert_eq!(json!(sum(field)), meters["total"]["usage"][field], "{by} {field}");
        }
        assert!(meters["total"]["usage"]["steps"].as_u64().unwrap() > 0, "{by}");
    }
    admin.get("/meters?by=colour").await.refused(400, "malformed");
    desk.finish().await;
}
