//! The pages' WebSocket.

use futures_util::{SinkExt, StreamExt};
use reqwest::header;
use serde_json::{Value, json};
use tokio::{net::TcpStream, time::timeout};
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream,
    tungstenite::{Error, Message, client::IntoClientRequest},
};

use crate::harness::{Caller, PATIENCE, TestDesk};

/// A page that is connected.
pub struct Page(pub WebSocketStream<MaybeTlsStream<TcpStream>>);

impl Page {
    pub async fn open(
        caller: &Caller<'_>,
        headers: &[(&'static str, &str)],
    ) -> Result<Self, Error> {
        let url = format!("ws://{}/api/v1/live", caller.desk.address);
        let mut request = url.into_client_request().unwrap();
        for (name, value) in headers {
            request.headers_mut().insert(*name, value.parse().unwrap());
        }
        if let Some((name, value)) = &caller.header
            && *name == header::COOKIE
        {
            request.headers_mut().insert("cookie", value.parse().unwrap());
        }
        Ok(Self(tokio_tungstenite::connect_async(request).await?.0))
    }

    pub async fn send(&mut self, frame: Value) {
        self.0.send(Message::text(frame.to_string())).await.unwrap();
    }

    /// The next frame; `None` once the server has closed.
    pub async fn next(&mut self) -> Option<Value> {
        loop {
            match timeout(PATIENCE, self.0.next()).await.expect("a frame in time") {
                Some(Ok(Message::Text(text))) => return Some(serde_json::from_str(&text).unwrap()),
                Some(Ok(Message::Close(_)) | Err(_)) | None => return None,
                Some(Ok(_)) => {}
            }
        }
    }

    pub async fn until(&mut self, kind: &str) -> Value {
        loop {
            let frame = self.next().await.expect("still open");
            if frame["type"] == kind {
                return frame;
            }
        }
    }
}

fn token(visitor: &Caller<'_>) -> String {
    let (_, value) = visitor.header.clone().unwrap();
    value.strip_prefix("Bearer ").unwrap().to_owned()
}

#[tokio::test]
async fn a_visitor_and_staff_follow_one_conversation() {
    let desk = TestDesk::start().await;
    let visitor = desk.visitor().await;
    let id = visitor.open().await;
    visitor.turn(&id, "m-1", "Hello").await;
    let mut page = Page::open(&visitor, &[]).await.unwrap();
    page.send(json!({ "type": "hello", "token": token(&visitor) })).await;
    assert_eq!(page.next().await.unwrap()["type"], "ready");
    page.send(json!({ "type": "subscribe", "conversation": id, "after": 0 })).await;
    let mut seen = Vec::new();
    loop {
        let frame = page.next().await.unwrap();
        if frame["type"] == "caught_up" {
            break;
        }
        seen.push(frame["event"]["seq"].as_u64().unwrap());
    }
    assert!(seen.len() == 2 && seen.is_sorted(), "message and answer: {seen:?}");
    let turn = json!({ "type": "turn", "conversation": id, "turn": seen[0], "state": "done" });
    assert_eq!(page.next().await.unwrap(), turn, "how it stands, for who has missed it");
    page.send(json!({ "type": "inbox" })).await;
    assert_eq!(page.until("error").await["code"], "forbidden");

    let sam = desk.sam().await;
    let mut inbox = Page::open(&sam, &[]).await.unwrap();
    inbox.send(json!({ "type": "hello" })).await;
    assert_eq!(inbox.next().await.unwrap()["type"], "ready");
    inbox.send(json!({ "type": "inbox" })).await;
    inbox.send(json!({ "type": "ping" })).await;
    inbox.until("pong").await;
    sam.post(&format!("/conversations/{id}/claim"), json!({})).await.ok();
    let line = inbox.until("inbox").await;
    assert_eq!((&line["summary"]["id"], &line["counts"]["mine"]), (&json!(id), &json!(1)));
    let handoff = page.until("event").await;
    assert_eq!(handoff["event"]["type"], "handoff");
    assert_eq!(handoff["event"]["brief"], Value::Null, "not for visitors");

    inbox.send(json!({ "type": "subscribe", "conversation": id, "after": 0 })).await;
    inbox.until("caught_up").await;
    inbox.send(json!({ "type": "typing", "conversation": id, "on": true })).await;
    let typing = page.until("typing").await;
    assert_eq!(typing["author"]["name"], "Sam");
    page.send(json!({ "type": "typing", "conversation": id, "on": true })).await;
    assert_eq!(inbox.until("typing").await["author"]["kind"], "visitor");
    // Whoever is gone is not typing any more.
    drop(inbox);
    let stopped = page.until("typing").await;
    assert_eq!((&stopped["author"]["name"], &stopped["on"]), (&json!("Sam"), &json!(false)));
    drop(page);
    desk.finish().await;
}

#[tokio::test]
async fn strangers_hear_nothing() {
    let desk = TestDesk::start().await;
    let owner = desk.visitor().await;
    let id = owner.open().await;
    let stranger = desk.visitor().await;
    let mut page = Page::open(&stranger, &[]).await.unwrap();
    page.send(json!({ "type": "hello", "token": token(&stranger) })).await;
    page.until("ready").await;
    for foreign in [id.as_str(), "cnv_missing"] {
        page.send(json!({ "type": "subscribe", "conversation": foreign, "after": 0 })).await;
        assert_eq!(page.until("error").await["code"], "not_found");
    }
    page.send(json!({ "type": "typing", "conversation": id, "on": true })).await;
    assert_eq!(page.until("error").await["code"], "not_found");
    page.send(json!({ "type": "launch" })).await;
    assert_eq!(page.until("error").await["code"], "malformed");

    for hello in
        [json!({ "type": "hello" }), json!({ "type": "hello", "token": "vt_x" }), json!([])]
    {
        let mut page = Page::open(&desk.anyone(), &[]).await.unwrap();
        page.send(hello).await;
        assert_eq!(page.next().await.unwrap()["code"], "not_signed_in");
        assert_eq!(page.next().await, None, "closed");
    }
    let admin = desk.admin().await;
    let refused = Page::open(&admin, &[("origin", "https://evil.example")]).await;
    let Err(Error::Http(answer)) = refused else { panic!("another site may not") };
    assert_eq!(answer.status(), 403);
    drop(page);
    desk.finish().await;
}

#[tokio::test]
async fn a_stopping_server_tells_its_pages_to_come_back() {
    let desk = TestDesk::start().await;
    let visitor = desk.visitor().await;
    let mut page = Page::open(&visitor, &[]).await.unwrap();
    page.send(json!({ "type": "hello", "token": token(&visitor) })).await;
    page.until("ready").await;
    desk.finish().await;
    let close = timeout(PATIENCE, page.0.next()).await.unwrap();
    let Some(Ok(Message::Close(Some(frame)))) = close else { panic!("{close:?}") };
    assert_eq!(u16::from(frame.code), 1012);
}
