//! A customer's way through the API.

use reqwest::Method;
use serde_json::{Value, json};

use crate::harness::{Answer, Stream, TestDesk, uuid};

fn names(events: &[(String, Value)]) -> Vec<&str> {
    events.iter().map(|(name, _)| name.as_str()).collect()
}

#[tokio::test]
async fn a_message_is_answered_once_however_often_it_is_sent() {
    let desk = TestDesk::start().await;
    let visitor = desk.visitor().await;
    let id = visitor.open().await;
    let first = visitor.turn(&id, "m-1", "What are your opening hours?").await;
    assert_eq!(first[0].0, "message");
    assert_eq!(first[0].1["client_id"], json!(uuid("m-1")));
    let (name, end) = first.last().unwrap();
    assert_eq!((name.as_str(), &end["state"]), ("turn", &json!("done")), "{first:?}");
    let answers = |events: &[(String, Value)]| -> Vec<Value> {
        let agent = |data: &Value| data["author"]["kind"] == "agent";
        events.iter().filter(|(n, d)| n == "message" && agent(d)).map(|(_, d)| d.clone()).collect()
    };
    assert_eq!(answers(&first).len(), 1, "{first:?}");
    assert!(names(&first).contains(&"draft"), "{first:?}");
    let drafts = first.iter().filter(|(name, _)| name == "draft");
    let said = drafts.fold(String::new(), |said, (_, piece)| {
        assert_eq!((&piece["at"], &piece["turn"]), (&json!(said.len()), &first[0].1["seq"]));
        said + piece["delta"].as_str().unwrap()
    });
    assert_eq!(answers(&first)[0]["text"], said, "the pieces are the message");
    assert_eq!(first[1].1, json!({ "type": "turn", "turn": end["turn"], "state": "running" }));
    assert_eq!(end["turn"], first[0].1["seq"]);

    let again = visitor.turn(&id, "m-1", "What are your opening hours?").await;
    assert_eq!(answers(&again), answers(&first), "a retry is told the same");
    let path = format!("/conversations/{id}/messages");
    let retry = visitor.post(&path, json!({ "client_id": uuid("m-1"), "text": "x" })).await;
    assert_eq!(retry.status, 202);
    assert_eq!(retry.body["seq"], first[0].1["seq"]);

    let events = visitor.get(&format!("/conversations/{id}/events")).await.ok();
    let all = events["events"].as_array().unwrap();
    let messages = all.iter().filter(|event| event["type"] == "message");
    let kinds: Vec<_> = messages.map(|event| event["author"]["kind"].clone()).collect();
    assert_eq!(kinds, ["visitor", "agent"]);
    desk.finish().await;
}

#[tokio::test]
async fn history_survives_a_restart_and_the_stream_goes_on_from_where_it_was() {
    let desk = TestDesk::start().await;
    let visitor = desk.visitor().await;
    let (id, header) = (visitor.open().await, visitor.header.clone());
    visitor.turn(&id, "m-1", "Hello").await;
    let before = visitor.get(&format!("/conversations/{id}/events")).await.ok();
    let desk = desk.restart().await;
    let mut visitor = desk.anyone();
    visitor.header = header;
    let after = visitor.get(&format!("/conversations/{id}/events")).await.ok();
    assert_eq!(before, after);

    let seen = before["events"][0]["seq"].as_u64().unwrap();
    let request = visitor
        .request(Method::GET, &format!("/conversations/{id}/events?after=0"))
        .header("accept", "text/event-stream")
        .header("last-event-id", seen.to_string());
    let mut stream = Stream::of(request.send().await.unwrap());
    let (name, next) = stream.next().await.unwrap();
    assert_eq!((name.as_str(), &next), ("message", &before["events"][1]));
    let path = format!("/conversations/{id}/messages");
    visitor.post(&path, json!({ "client_id": uuid("m-2"), "text": "Thanks!" })).await.ok();
    loop {
        let (name, data) = stream.next().await.unwrap();
        if name == "message" {
            assert_eq!(data["text"], "Thanks!");
            break;
        }
    }
    drop(stream);
    desk.finish().await;
}

#[tokio::test]
async fn a_person_is_asked_for_and_answers() {
    let desk = TestDesk::start().await;
    let visitor = desk.customer("cus_1").await;
    let id = visitor.open().await;
    assert_eq!(visitor.post(&format!("/conversations/{id}/human"), json!({})).await.status, 202);
    // Escalation may first ask for what is missing; then it is for people.
    let sam = desk.sam().await;
    let kim = desk.kim().await;
    let claimed = sam.post(&format!("/conversations/{id}/claim"), json!({})).await.ok();
    assert_eq!(claimed["owner"]["name"], "Sam");
    assert!(claimed["brief"].is_object(), "the brief spares reading: {claimed}");
    let second = kim.post(&format!("/conversations/{id}/claim"), json!({})).await;
    second.refused(409, "already_claimed");
    assert_eq!(second.body["error"]["owner"]["name"], "Sam");
    let reply = json!({ "client_id": uuid("r-1"), "text": "Hello, Sam here." });
    kim.post(&format!("/conversations/{id}/replies"), reply.clone())
        .await
        .refused(409, "not_owner");
    let seq = sam.post(&format!("/conversations/{id}/replies"), reply.clone()).await.ok();
    assert_eq!(sam.post(&format!("/conversations/{id}/replies"), reply).await.ok(), seq);
    sam.post(&format!("/conversations/{id}/notes"), json!({ "text": "secret note" })).await.ok();

    let turn = visitor.turn(&id, "m-1", "Are you a person?").await;
    let (name, end) = turn.last().unwrap();
    assert_eq!((name.as_str(), &end["state"]), ("turn", &json!("waiting")), "no agent speaks");
    let events = visitor.get(&format!("/conversations/{id}/events")).await.ok();
    let seen = events.to_string();
    assert!(seen.contains("Hello, Sam here."));
    for hidden in ["secret note", "\"brief\"", "\"trigger\"", "\"deadline\"", "\"args\""] {
        assert!(!seen.contains(hidden), "{hidden} in {seen}");
    }
    let staff_view = sam.get(&format!("/conversations/{id}")).await.ok().to_string();
    assert!(staff_view.contains("secret note"));

    let back = json!({ "agent": "triage", "note": "All settled." });
    let handed = sam.post(&format!("/conversations/{id}/return"), back).await.ok();
    assert_eq!(handed["owner"]["slug"], "triage");
    let rate = format!("/conversations/{id}/rating");
    visitor.post(&rate, json!({ "score": 6 })).await.refused(422, "invalid");
    assert_eq!(visitor.post(&rate, json!({ "score": 5, "comment": "Kind" })).await.status, 204);
    desk.finish().await;
}

#[tokio::test]
async fn strangers_who_flood_are_held_back() {
    let desk = TestDesk::start_with(|config| {
        config.rates.visitors_per_minute = 3;
        config.rates.messages_per_minute = 2;
        config.rates.logins_per_minute = 2;
    })
    .await;
    let visitor = desk.visitor().await;
    let id = visitor.open().await;
    let path = format!("/conversations/{id}/messages");
    visitor.post(&path, json!({ "client_id": uuid("m-1"), "text": "hi" })).await.ok();
    let held_back = visitor.post(&path, json!({ "client_id": uuid("m-2"), "text": "hi" })).await;
    held_back.refused(429, "rate_limited");
    let wait: u64 = held_back.header("retry-after").parse().unwrap();
    assert!((1..=60).contains(&wait));

    let start = async || desk.anyone().post("/visitors", json!({ "site": "demo" })).await;
    start().await.ok();
    start().await.ok();
    start().await.refused(429, "rate_limited");
    // What a client writes about its address is not believed.
    let spoofed = desk
        .anyone()
        .request(Method::POST, "/visitors")
        .header("x-forwarded-for", "203.0.113.9")
        .json(&json!({ "site": "demo" }));
    Answer::of(spoofed).await.refused(429, "rate_limited");

    let login = |email: &str| {
        let body = json!({ "email": email, "password": "wrong wrong wrong" });
        let caller = desk.anyone();
        async move { caller.post("/staff/login", body).await }
    };
    login("sam@example.com").await.refused(401, "wrong_credentials");
    login("SAM@example.com").await.refused(401, "wrong_credentials");
    login("sam@example.com").await.refused(429, "rate_limited");
    login("nobody@example.com").await.refused(401, "wrong_credentials");
    desk.finish().await;
}

#[tokio::test]
async fn strangers_cannot_lock_anybody_out() {
    let desk = TestDesk::start_with(|config| {
        config.trusted_proxies = 1;
        config.rates.logins_per_minute = 2;
    })
    .await;
    let password = desk.password("sam@example.com");
    let sign_in = async |from: &str, password: &str| {
        let body = json!({ "email": "sam@example.com", "password": password });
        let request = desk.anyone().request(Method::POST, "/staff/login").json(&body);
        Answer::of(request.header("x-forwarded-for", from)).await
    };
    let home = "203.0.113.7";
    sign_in(home, &password).await.ok();
    for n in 0..12 {
        let guess = sign_in(&format!("198.51.100.{n}"), "wrong wrong wrong").await;
        // All strangers together get no further than three times what one of them could, and Sam
        // was one at home the first time.
        if n < 5 {
            guess.refused(401, "wrong_credentials");
        } else {
            guess.refused(429, "rate_limited");
        }
    }
    let right = sign_in("198.51.100.99", &password).await;
    right.refused(429, "rate_limited");
    sign_in(home, &password).await.ok();
    sign_in(home, "wrong wrong wrong").await.refused(429, "rate_limited");
    desk.finish().await;
}

#[tokio::test]
async fn a_visitor_who_signs_out_is_nobody() {
    let desk = TestDesk::start().await;
    let (here, elsewhere) = (desk.customer("cus_1").await, desk.customer("cus_1").await);
    let id = here.open().await;
    let path = format!("/conversations/{id}/events");
    assert_eq!(here.post("/visitors/logout", json!({})).await.status, 204);
    here.get(&path).await.refused(401, "not_signed_in");
    here.post("/visitors/logout", json!({})).await.refused(401, "not_signed_in");
    elsewhere.get(&path).await.ok();
    desk.finish().await;
}
