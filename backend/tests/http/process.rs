//! The server as a process: stopped, killed and started again. What it acknowledged is there.

use std::{
    io::{BufRead, BufReader, Read, Write},
    path::Path,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use baton::{
    journal::Journal,
    storage::{Scope, sqlite::SqliteStore},
};
use futures_util::future::join_all;
use serde_json::{Value, json};
use shared::event::EventBody;
use tempfile::TempDir;

use crate::{
    commands::{baton, refused, serve},
    harness::{Stream, uuid},
};

#[tokio::test]
async fn an_acknowledged_message_outlives_a_stop() {
    let folder = TempDir::new().unwrap();
    let server = Running::start(folder.path());
    let visitor = Visitor::begin(&server).await;
    visitor.say("m-1", "Hello").await;
    server.stop();
    let verified = baton().args(["verify", "--data"]).arg(folder.path()).output().unwrap();
    assert!(verified.status.success(), "{verified:?}");

    let server = Running::start(folder.path());
    let visitor = visitor.at(&server);
    assert_eq!(visitor.said_until_answered().await, ["visitor", "agent"]);
    assert_eq!(visitor.say("m-1", "Hello").await, 2, "known by its client id");
    server.stop();
}

#[tokio::test]
async fn a_client_that_dawdles_does_not_hold_up_a_stop() {
    let folder = TempDir::new().unwrap();
    let server = Running::start(folder.path());
    let address = server.url().replace("http://", "").replace("/api/v1", "");
    let mut client = std::net::TcpStream::connect(address).unwrap();
    let head = "POST /api/v1/visitors HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n\
                Content-Length: 100\r\nExpect: 100-continue\r\n\r\n";
    client.write_all(head.as_bytes()).unwrap();
    // The server asks for the body, so it is waiting for it.
    let mut asked = [0; 12];
    client.read_exact(&mut asked).unwrap();
    assert_eq!(&asked, b"HTTP/1.1 100");
    server.stop();
}

#[tokio::test]
async fn a_turn_that_was_killed_is_finished_by_the_next_start() {
    let (mut folder, mut visitors) = (TempDir::new().unwrap(), Vec::new());
    let mut open = 0;
    // Turns are short: it may take a few tries until one is killed.
    for _ in 0..20 {
        folder = TempDir::new().unwrap();
        let server = Running::start(folder.path());
        visitors = join_all((0..8).map(|_| Visitor::begin(&server))).await;
        join_all(visitors.iter().map(|visitor| visitor.say("m-1", "Where is my order?"))).await;
        server.kill();
        open = open_turns(folder.path(), &visitors).await;
        if open > 0 {
            break;
        }
    }
    assert!(open > 0, "no turn was killed");
    let server = Running::start(folder.path());
    for visitor in visitors {
        let visitor = visitor.at(&server);
        let authors = visitor.said_until_answered().await;
        assert_eq!(authors, ["visitor", "agent"], "answered, and once");
    }
    server.stop();
    let verified = baton().args(["verify", "--data"]).arg(folder.path()).output().unwrap();
    assert!(verified.status.success(), "{verified:?}");
}

#[tokio::test]
async fn verify_finds_what_was_changed_behind_its_back() {
    let folder = TempDir::new().unwrap();
    let server = Running::start(folder.path());
    let visitor = Visitor::begin(&server).await;
    visitor.say("m-1", "Hello").await;
    visitor.said_until_answered().await;
    server.stop();
    let heads = baton().args(["heads", "--data"]).arg(folder.path()).output().unwrap().stdout;
    let published = folder.path().join("heads.txt");
    std::fs::write(&published, &heads).unwrap();
    let verify = || {
        let mut command = baton();
        command.args(["verify", "--heads"]).arg(&published).arg("--data").arg(folder.path());
        command.output().unwrap()
    };
    let said = String::from_utf8(verify().stdout).unwrap();
    assert!(said.ends_with("no fault, and 1 heads are as published\n"), "{said}");
    std::fs::write(&published, format!("cnv_gone 3 {}\n", "0".repeat(64))).unwrap();
    refused(&verify(), "conversation cnv_gone: the whole conversation is missing");
    let database = rusqlite::Connection::open(folder.path().join("baton.db")).unwrap();
    let sql = "UPDATE events SET json = replace(json, 'Hello', 'Hullo') WHERE seq = 2";
    assert_eq!(database.execute(sql, []).unwrap(), 1);
    drop(database);
    let output = baton().args(["verify", "--data"]).arg(folder.path()).output().unwrap();
    refused(&output, &format!("conversation {}, event 2", visitor.conversation));
}

/// How many of the conversations still wait for the end of a turn.
async fn open_turns(data: &Path, visitors: &[Visitor]) -> usize {
    let store = SqliteStore::open(data).unwrap();
    let journal = Journal::new(store, std::sync::Arc::new(baton::bus::LocalBus::new()));
    let mut open = 0;
    for visitor in visitors {
        let id = visitor.conversation.parse().unwrap();
        let thread = journal.load(&Scope::System, &id).await.unwrap().unwrap();
        let mut events = thread.events.iter();
        assert!(events.any(|event| event.seq == 2), "it was acknowledged");
        let ended = |body: &EventBody| matches!(body, EventBody::Turn(_));
        open += usize::from(!thread.events.iter().any(|event| ended(&event.body)));
    }
    open
}

/// Somebody who writes in one conversation.
struct Visitor {
    url: String,
    token: String,
    conversation: String,
    client: reqwest::Client,
}

impl Visitor {
    async fn begin(server: &Running) -> Self {
        baton::egress::prepare_tls();
        let (url, client) = (server.url(), reqwest::Client::new());
        let begun = client.post(format!("{url}/visitors")).json(&json!({ "site": "main" }));
        let begun: Value = begun.send().await.unwrap().json().await.unwrap();
        let token = begun["token"].as_str().unwrap().to_owned();
        let opened = client.post(format!("{url}/conversations")).bearer_auth(&token);
        let opened: Value = opened.send().await.unwrap().json().await.unwrap();
        let conversation = opened["id"].as_str().unwrap().to_owned();
        Self { url, token, conversation, client }
    }

    /// The same visitor, after a restart.
    fn at(self, server: &Running) -> Self {
        Self { url: server.url(), client: reqwest::Client::new(), ..self }
    }

    async fn say(&self, client_id: &str, text: &str) -> u64 {
        let url = format!("{}/conversations/{}/messages", self.url, self.conversation);
        let said = self.client.post(url).bearer_auth(&self.token);
        let said = said.json(&json!({ "client_id": uuid(client_id), "text": text }));
        let said = said.send().await.unwrap();
        assert_eq!(said.status(), 202);
        said.json::<Value>().await.unwrap()["seq"].as_u64().unwrap()
    }

    /// Who has said something, in order, once an agent has.
    async fn said_until_answered(&self) -> Vec<String> {
        let url = format!("{}/conversations/{}/events", self.url, self.conversation);
        let stream = self.client.get(url).bearer_auth(&self.token);
        let stream = stream.header("accept", "text/event-stream").send().await.unwrap();
        let mut stream = Stream::of(stream);
        let mut authors = Vec::new();
        while authors.last().is_none_or(|author| author != "agent") {
            let (name, data) = stream.next().await.expect("an answer");
            if name == "message" {
                authors.push(data["author"]["kind"].as_str().unwrap().to_owned());
            }
        }
        authors
    }
}

/// A server that was started by its command.
pub struct Running {
    child: Child,
    /// What it said on standard output once it listened, line by line.
    pub said: Vec<String>,
}

impl Running {
    /// Starts a server on a free port; it is ready when this answers.
    pub fn start(data: &Path) -> Self {
        let mut child = serve(data, "127.0.0.1:0").stdout(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
        let first = lines.next().expect("it listens");
        assert!(first.starts_with("listening on http://127.0.0.1:"), "{first}");
        // All of it is written at once; the last line is the sign-in.
        let mut said = vec![first];
        for line in lines {
            let last = line.contains('@');
            said.push(line);
            if last {
                break;
            }
        }
        Self { child, said }
    }

    fn url(&self) -> String {
        format!("{}/api/v1", self.said[0].strip_prefix("listening on ").unwrap())
    }

    /// Asks it to stop, as a service manager does.
    pub fn stop(mut self) {
        let begun = Instant::now();
        let id = self.child.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &id]).status().unwrap().success());
        assert!(self.child.wait().unwrap().success());
        assert!(begun.elapsed() < Duration::from_secs(10));
    }

    /// Ends it on the spot, as a power failure does.
    fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // Already gone if the test went well.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
