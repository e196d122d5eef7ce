//! What takes its time: heartbeats, sessions that end under an open stream, clients that dawdle.
//! One test waits for all of them at once.

use std::time::Instant;

use futures_util::StreamExt;
use reqwest::Method;
use serde_json::json;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};

use crate::harness::{Caller, PATIENCE, TestDesk};

#[tokio::test]
async fn silence_is_bounded_on_both_sides() {
    let desk = TestDesk::start().await;
    let visitor = desk.visitor().await;
    let id = visitor.open().await;
    let path = format!("/conversations/{id}/events");
    let (admin, sam) = (desk.admin().await, desk.sam().await);
    let sam_id = sam.get("/staff/me").await.ok()["id"].as_str().unwrap().to_owned();
    let watched = open(&sam, &path).await;
    admin.put(&format!("/staff/{sam_id}"), json!({ "active": false })).await.ok();

    tokio::join!(
        a_silent_stream_says_that_it_is_alive(open(&visitor, &path).await),
        a_stream_ends_with_its_session(watched),
        a_head_has_to_arrive(&desk),
    );
    desk.finish().await;
}

async fn a_silent_stream_says_that_it_is_alive(response: reqwest::Response) {
    let begun = Instant::now();
    let mut bytes = response.bytes_stream();
    loop {
        let piece = timeout(PATIENCE, bytes.next()).await.unwrap().unwrap().unwrap();
        // A comment, which browsers pass over.
        if piece.starts_with(b":") {
            let waited = begun.elapsed();
            assert!(waited < PATIENCE, "{waited:?}");
            break;
        }
    }
}

async fn a_stream_ends_with_its_session(response: reqwest::Response) {
    let all = timeout(PATIENCE, response.text()).await.expect("it ends");
    assert!(all.unwrap().starts_with("retry:"));
}

/// A client that begins a request and never ends it does not hold its connection for good.
async fn a_head_has_to_arrive(desk: &TestDesk) {
    let mut client = TcpStream::connect(desk.address).await.unwrap();
    client.write_all(b"GET /healthz HTTP/1.1\r\nHost: x\r\n").await.unwrap();
    let mut rest = Vec::new();
    timeout(PATIENCE, client.read_to_end(&mut rest)).await.expect("it is closed").unwrap();
    assert!(!rest.starts_with(b"HTTP/1.1 200"));
}

async fn open(caller: &Caller<'_>, path: &str) -> reqwest::Response {
    let request = caller.request(Method::GET, path).header("accept", "text/event-stream");
    let response = request.send().await.unwrap();
    assert_eq!(response.status(), 200);
    response
}
