//! An HTTP server that answers what a test wrote, well or badly.

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex},
    time::Duration,
};

use serde_json::Value;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

/// What the server does with one request.
#[derive(Debug, Clone)]
pub(super) enum Does {
    /// Streams these pieces, each written by itself, and ends.
    Streams(Vec<Vec<u8>>),
    /// Streams these pieces and then says nothing more, without ending.
    Hangs(Vec<Vec<u8>>),
    /// Streams this piece again and again, as fast as it is taken.
    Floods(Vec<u8>),
    /// Streams the first piece, and then the second one again and again, slowly.
    Drips(Vec<u8>, Vec<u8>),
    /// Answers with a status, more headers, and a body.
    Says(u16, &'static str, &'static str),
    /// Takes the request and closes.
    Closes,
}

/// A server on loopback.
pub(super) struct Server {
    address: SocketAddr,
    seen: Arc<Mutex<Vec<(String, Value)>>>,
}

impl Server {
    /// Does what `script` says, one entry a request; the last one from then on.
    pub(super) async fn new(script: Vec<Does>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let seen: Arc<Mutex<Vec<_>>> = Arc::default();
        let heard = seen.clone();
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let Some(request) = read(&mut stream).await else { continue };
                let n = {
                    let mut seen = heard.lock().unwrap();
                    seen.push(request);
                    seen.len() - 1
                };
                let does = script[n.min(script.len() - 1)].clone();
                tokio::spawn(perform(stream, does));
            }
        });
        Self { address, seen }
    }

    pub(super) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The requests so far: heads, in small letters, and bodies.
    pub(super) fn seen(&self) -> Vec<(String, Value)> {
        self.seen.lock().unwrap().clone()
    }
}

async fn read(stream: &mut TcpStream) -> Option<(String, Value)> {
    let mut bytes = Vec::new();
    loop {
        let mut piece = [0; 4096];
        let n = stream.read(&mut piece).await.ok().filter(|n| *n > 0)?;
        bytes.extend_from_slice(&piece[..n]);
        let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") else { continue };
        let head = String::from_utf8_lossy(&bytes[..end]).to_lowercase();
        let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
        let length: usize = length.map_or(0, |length| length.parse().unwrap());
        if bytes.len() >= end + 4 + length {
            let body = serde_json::from_slice(&bytes[end + 4..]).unwrap_or_default();
            return Some((head, body));
        }
    }
}

async fn perform(mut stream: TcpStream, does: Does) {
    let _ = stream.set_nodelay(true);
    let head = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n";
    match does {
        Does::Streams(pieces) => {
            let _ = stream.write_all(head).await;
            write(&mut stream, pieces).await;
        }
        Does::Hangs(pieces) => {
            let _ = stream.write_all(head).await;
            write(&mut stream, pieces).await;
            std::future::pending::<()>().await;
        }
        Does::Floods(piece) => {
            let _ = stream.write_all(head).await;
            while stream.write_all(&piece).await.is_ok() {}
        }
        Does::Drips(first, again) => {
            let _ = stream.write_all(head).await;
            let _ = stream.write_all(&first).await;
            while stream.write_all(&again).await.is_ok() {
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        }
        Does::Says(status, headers, body) => {
            let length = body.len();
            let answer = format!(
                "HTTP/1.1 {status} X\r\n{headers}connection: close\r\ncontent-length: {length}\r\n\r\n{body}"
            );
            let _ = stream.write_all(answer.as_bytes()).await;
        }
        Does::Closes => {}
    }
}

async fn write(stream: &mut TcpStream, pieces: Vec<Vec<u8>>) {
    for piece in pieces {
        let _ = stream.write_all(&piece).await;
        let _ = stream.flush().await;
        // So that the other side meets the pieces as they were cut.
        tokio::task::yield_now().await;
    }
}
