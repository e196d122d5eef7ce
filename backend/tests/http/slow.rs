//! Readers of the live stream who do not read.

use std::time::{Duration, Instant};

use futures_util::SinkExt as _;
use serde_json::{Value, json};
use shared::limits::MESSAGE_CHARS;
use tokio::{
    io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader},
    net::TcpStream,
    time::{sleep, timeout},
};
use tokio_tungstenite::tungstenite::Message;

use crate::{
    harness::{Caller, PATIENCE, TestDesk, uuid},
    live::Page,
};

/// More than the kernel holds for somebody who does not read, at 16 KB each.
const MESSAGES: u64 = 450;
/// Whoever reads, and whoever writes, waits no longer because of those who do not.
const AT_ONCE: Duration = Duration::from_secs(9);
/// Longer than a page may take nothing, on a busy machine.
const CUT_OFF: Duration = Duration::from_secs(90);

#[tokio::test]
async fn who_does_not_read_holds_up_nobody_is_cut_off_and_misses_nothing() {
    let desk = TestDesk::start().await;
    let visitor = desk.visitor().await;
    let id = visitor.open().await;
    // A person has it, so that nobody answers and every event is one that is counted here.
    let sam = desk.sam().await;
    visitor.turn(&id, "m-0", "Hello").await;
    sam.post(&format!("/conversations/{id}/claim"), json!({})).await.ok();

    let mut dawdling = follow(&sam, &id, 0).await;
    let mut silent = follow(&sam, &id, 0).await;
    let dawdling_stream = stream(&sam, &id, 0).await;
    let mut quick = follow(&sam, &id, 0).await;
    quick.until("caught_up").await;
    let mut last = 0;
    for n in 1..=MESSAGES {
        let text = "𝒳".repeat(MESSAGE_CHARS);
        let body = json!({ "client_id": uuid(&format!("m-{n}")), "text": text });
        let began = Instant::now();
        let said = visitor.post(&format!("/conversations/{id}/messages"), body).await.ok();
        last = said["seq"].as_u64().unwrap();
        while seq_of(&quick.until("event").await) < last {}
        assert!(began.elapsed() < AT_ONCE, "the {n}th message took {:?}", began.elapsed());
    }

    // Whoever goes on has everything, cut off meanwhile or not.
    let mut seen = read(&mut dawdling, last).await;
    if seen.len() as u64 != last {
        let mut again = follow(&sam, &id, seen.len() as u64).await;
        seen.extend(read(&mut again, last).await);
    }
    assert_eq!(seen, (1..=last).collect::<Vec<_>>());
    let mut seen = ids(dawdling_stream, 100).await;
    seen.extend(ids(stream(&sam, &id, 100).await, last).await);
    assert_eq!(seen, (1..=last).collect::<Vec<_>>(), "as a stream");

    let cut_off = async {
        while silent.0.send(Message::Ping(vec![].into())).await.is_ok() {
            sleep(Duration::from_millis(100)).await;
        }
    };
    timeout(CUT_OFF, cut_off).await.expect("a page that never reads is cut off");
    let mut seen = read(&mut silent, last).await;
    assert!((seen.len() as u64) < last, "before it could be told everything");
    let mut again = follow(&sam, &id, seen.len() as u64).await;
    seen.extend(read(&mut again, last).await);
    assert_eq!(seen, (1..=last).collect::<Vec<_>>(), "and has everything when it is back");
    drop((dawdling, silent, quick, again));
    desk.finish().await;
}

/// A page that has asked for what came after `after`, and reads no further.
async fn follow(sam: &Caller<'_>, id: &str, after: u64) -> Page {
    let mut page = Page::open(sam, &[]).await.unwrap();
    page.send(json!({ "type": "hello" })).await;
    page.until("ready").await;
    page.send(json!({ "type": "subscribe", "conversation": id, "after": after })).await;
    page
}

fn seq_of(frame: &Value) -> u64 {
    frame["event"]["seq"].as_u64().unwrap()
}

/// The events that a page sees up to `last`, or until it is cut off.
async fn read(page: &mut Page, last: u64) -> Vec<u64> {
    let mut seen = Vec::new();
    while seen.last() != Some(&last) {
        let Some(frame) = page.next().await else { break };
        if frame["type"] == "event" {
            seen.push(seq_of(&frame));
        }
    }
    seen
}

/// Asks for the server-sent events after `after` and reads none of them. In HTTP/1.0, so that what
/// comes is the bare text.
async fn stream(sam: &Caller<'_>, id: &str, after: u64) -> TcpStream {
    let (_, cookie) = sam.header.as_ref().unwrap();
    let head = format!(
        "GET /api/v1/conversations/{id}/events HTTP/1.0\r\nHost: x\r\nCookie: {cookie}\r\n\
         Accept: text/event-stream\r\nLast-Event-ID: {after}\r\n\r\n"
    );
    let mut stream = TcpStream::connect(sam.desk.address).await.unwrap();
    stream.write_all(head.as_bytes()).await.unwrap();
    stream
}

/// The positions of the events on a stream up to `last`, each once it is there as a whole.
async fn ids(stream: TcpStream, last: u64) -> Vec<u64> {
    let mut lines = BufReader::new(stream).lines();
    let (mut seen, mut coming) = (Vec::new(), None::<u64>);
    while seen.last() != Some(&last) {
        let line = timeout(PATIENCE, lines.next_line()).await.expect("something in time");
        let line = line.unwrap().expect("it goes on");
        match line.strip_prefix("id: ") {
            Some(id) => coming = Some(id.parse().unwrap()),
            None if line.is_empty() => seen.extend(coming.take()),
            None => {}
        }
    }
    seen
}
