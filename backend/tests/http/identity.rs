//! Who a visitor is: only what the site signed, once, and not for long.

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD as B64};
use baton::auth::identity::{Claims, sign};
use serde_json::json;

use crate::harness::{Stream, TestDesk, assertion, claims};

#[tokio::test]
async fn an_assertion_is_believed_once() {
    let desk = TestDesk::start().await;
    let body = json!({ "site": "demo", "identity": assertion("cus_1") });
    let first = desk.anyone().post("/visitors", body.clone()).await.ok();
    assert_eq!(first["visitor"]["verified"], true);
    desk.anyone().post("/visitors", body).await.refused(401, "identity_invalid");
    let again = json!({ "site": "demo", "identity": assertion("cus_1") });
    let second = desk.anyone().post("/visitors", again).await.ok();
    assert_eq!(second["visitor"]["id"], first["visitor"]["id"], "the same customer");
    desk.finish().await;
}

#[tokio::test]
async fn nothing_else_is_believed() {
    let desk = TestDesk::start().await;
    let check = async |what: &str, jwt: &str| {
        let answer =
            desk.anyone().post("/visitors", json!({ "site": "demo", "identity": jwt })).await;
        assert_eq!(answer.status, 401, "{what}");
        answer.refused(401, "identity_invalid");
    };
    let signed = |change: &dyn Fn(&mut Claims)| {
        let mut claims = claims("cus_1");
        change(&mut claims);
        sign("demo-identity-secret", &claims).unwrap()
    };
    check("another site", &signed(&|c| c.aud = "main".to_owned())).await;
    check("expired", &signed(&|c| c.exp -= 3600)).await;
    check("good for an hour", &signed(&|c| c.exp += 3600)).await;
    check("signed tomorrow", &signed(&|c| c.iat += 86_400)).await;
    check("another secret", &sign("guess", &claims("cus_1")).unwrap()).await;
    check("junk", "not.a.jwt").await;
    check("long junk", &"x".repeat(10_000)).await;
    let payload = B64.encode(serde_json::to_vec(&claims("cus_1")).unwrap());
    check("no signature", &format!("{}.{payload}.", B64.encode(r#"{"alg":"none"}"#))).await;
    let good = assertion("cus_1");
    let signature = good.rsplit_once('.').unwrap().1;
    check("RS256 by name", &format!("{}.{payload}.{signature}", B64.encode(r#"{"alg":"RS256"}"#)))
        .await;
    desk.finish().await;
}

#[tokio::test]
async fn a_conversation_follows_its_visitor_into_who_they_are() {
    let desk = TestDesk::start().await;
    let anonymous = desk.visitor().await;
    let id = anonymous.open().await;
    anonymous.turn(&id, "m-1", "Hello").await;
    let path = format!("/conversations/{id}/events?after=999");
    let follows = anonymous.request(reqwest::Method::GET, &path);
    let follows = follows.header("accept", "text/event-stream").send().await.unwrap();
    let body = json!({ "site": "demo", "identity": assertion("cus_2") });
    let session = anonymous.post("/visitors", body).await.ok();
    assert_eq!(session["conversation"]["id"], json!(id));
    assert_eq!(session["conversation"]["visitor"]["customer"], "cus_2");
    let known = desk.bearer(session["token"].as_str().unwrap());
    known.get(&format!("/conversations/{id}/events")).await.ok();
    // Who they were no longer reads it, not even by a stream that was open already.
    known.turn(&id, "m-2", "Where is my order B2001?").await;
    let heard = Stream::of(follows).rest().await;
    assert!(!heard.iter().any(|(name, _)| name == "message"), "{heard:?}");
    anonymous.get(&format!("/conversations/{id}/events")).await.refused(404, "not_found");
    desk.finish().await;
}

#[tokio::test]
async fn the_demo_shop_vouches_for_its_customers() {
    let desk = TestDesk::start().await;
    let answer = crate::harness::Answer::of(
        desk.request(reqwest::Method::GET, "/demo/identity?customer=cus_1"),
    );
    let jwt = answer.await.ok()["identity"].clone();
    let body = json!({ "site": "demo", "identity": jwt });
    assert_eq!(desk.anyone().post("/visitors", body).await.ok()["visitor"]["verified"], true);
    let nobody = desk.request(reqwest::Method::GET, "/demo/identity?customer=nobody");
    crate::harness::Answer::of(nobody).await.refused(404, "not_found");
    desk.finish().await;
}
