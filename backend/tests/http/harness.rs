//! A whole desk on a free port, and the people who use it. It fails on leftovers.

use std::{net::SocketAddr, path::Path, time::Duration};

use baton::{
    app::SystemClock,
    auth::identity::{self, Claims},
    config::{Config, Rates},
    first_run::SignIn,
    runtime::Clock,
    serve::{ServeError, Started},
    storage::sqlite::SqliteStore,
};
use futures_util::StreamExt;
use reqwest::{Method, RequestBuilder, StatusCode, header};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use shared::{api::RefundsOff, id::ClientId};
use tempfile::TempDir;
use tokio::{net::TcpListener, sync::oneshot, task::JoinHandle, time::timeout};
use tokio_util::sync::CancellationToken;

/// The administrator's password in every test.
pub const PASSWORD: &str = "correct horse battery";
/// Longer than anything here takes on a busy machine.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// A desk with the demo shop.
pub struct TestDesk {
    pub address: SocketAddr,
    pub sign_ins: Vec<SignIn>,
    pub restored: Option<RefundsOff>,
    folder: TempDir,
    client: reqwest::Client,
    stop: CancellationToken,
    server: Option<JoinHandle<Result<(), ServeError>>>,
}

impl TestDesk {
    pub async fn start() -> Self {
        Self::start_with(|_| {}).await
    }

    pub async fn start_with(change: impl FnOnce(&mut Config)) -> Self {
        let folder = TempDir::new().unwrap();
        Self::start_in(folder, change).await
    }

    pub async fn start_in(folder: TempDir, change: impl FnOnce(&mut Config)) -> Self {
        let mut config = Config {
            data: folder.path().to_owned(),
            demo: true,
            admin_password: Some(PASSWORD.to_owned()),
            reader: Some(env!("CARGO_BIN_EXE_baton").into()),
            rates: Rates { visitors_per_minute: 0, messages_per_minute: 0, logins_per_minute: 0 },
            ..Config::default()
        };
        change(&mut config);
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let stop = CancellationToken::new();
        let (tell, told) = oneshot::channel();
        let announce = |started: Started| tell.send(started).unwrap();
        let server = tokio::spawn(baton::serve(config, listener, stop.clone(), announce));
        let Started { address, sign_ins, restored } =
            timeout(PATIENCE, told).await.unwrap().unwrap();
        baton::egress::prepare_tls();
        let client =
            reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
        Self { address, sign_ins, restored, folder, client, stop, server: Some(server) }
    }

    /// Stops the server; nothing may be left over, and what was recorded must be sound.
    pub async fn finish(mut self) {
        self.halt().await;
        self.verify().await;
    }

    /// Stops the server and starts another one on the same data.
    pub async fn restart(self) -> Self {
        self.restart_after(|_| {}).await
    }

    /// As [`Self::restart`], with something done to the data folder in between.
    pub async fn restart_after(mut self, meanwhile: impl FnOnce(&Path)) -> Self {
        self.halt().await;
        self.verify().await;
        meanwhile(self.folder.path());
        let folder = std::mem::replace(&mut self.folder, TempDir::new().unwrap());
        Self::start_in(folder, |_| {}).await
    }

    async fn halt(&mut self) {
        self.stop.cancel();
        let server = self.server.take().expect("it runs");
        // Well below the ten seconds after which it gives up on what does not end.
        timeout(Duration::from_secs(9), server).await.expect("all ended").unwrap().unwrap();
    }

    async fn verify(&self) {
        let store = SqliteStore::open(self.folder.path()).unwrap();
        baton::verify::verify(&*store).await.unwrap();
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.client.request(method, self.url(path))
    }

    /// Nobody in particular.
    pub fn anyone(&self) -> Caller<'_> {
        Caller { desk: self, header: None }
    }

    /// A new anonymous visitor.
    pub async fn visitor(&self) -> Caller<'_> {
        let answer = self.anyone().post("/visitors", json!({ "site": "demo" })).await.ok();
        self.bearer(answer["token"].as_str().unwrap())
    }

    /// The customer, as the demo shop vouches for them.
    pub async fn customer(&self, id: &str) -> Caller<'_> {
        let body = json!({ "site": "demo", "identity": assertion(id) });
        let answer = self.anyone().post("/visitors", body).await.ok();
        assert_eq!(answer["visitor"]["verified"], true);
        self.bearer(answer["token"].as_str().unwrap())
    }

    pub fn bearer(&self, token: &str) -> Caller<'_> {
        Caller { desk: self, header: Some((header::AUTHORIZATION, format!("Bearer {token}"))) }
    }

    pub async fn admin(&self) -> Caller<'_> {
        self.signed_in("admin@example.com", PASSWORD).await
    }

    /// Sam, who answers in the inbox.
    pub async fn sam(&self) -> Caller<'_> {
        self.signed_in("sam@example.com", &self.password("sam@example.com")).await
    }

    /// Kim, who does too.
    pub async fn kim(&self) -> Caller<'_> {
        self.signed_in("kim@example.com", &self.password("kim@example.com")).await
    }

    pub fn password(&self, email: &str) -> String {
        let found = self.sign_ins.iter().find(|sign_in| sign_in.email == email);
        found.expect("a made-up password").password.clone()
    }

    async fn signed_in(&self, email: &str, password: &str) -> Caller<'_> {
        let body = json!({ "email": email, "password": password });
        let answer = self.anyone().post("/staff/login", body).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        let cookie = answer.header("set-cookie").split(';').next().unwrap().to_owned();
        Caller { desk: self, header: Some((header::COOKIE, cookie)) }
    }
}

impl Drop for TestDesk {
    fn drop(&mut self) {
        let left_over = self.server.is_some() && !std::thread::panicking();
        assert!(!left_over, "a test ends its desk with `finish`");
    }
}

/// Somebody who calls the API.
#[derive(Clone)]
pub struct Caller<'a> {
    pub desk: &'a TestDesk,
    pub header: Option<(header::HeaderName, String)>,
}

impl Caller<'_> {
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let request = self.desk.request(method, &format!("/api/v1{path}"));
        match &self.header {
            Some((name, value)) => request.header(name, value),
            None => request,
        }
    }

    pub async fn get(&self, path: &str) -> Answer {
        Answer::of(self.request(Method::GET, path)).await
    }

    pub async fn post(&self, path: &str, body: Value) -> Answer {
        Answer::of(self.request(Method::POST, path).json(&body)).await
    }

    pub async fn put(&self, path: &str, body: Value) -> Answer {
        Answer::of(self.request(Method::PUT, path).json(&body)).await
    }

    pub async fn delete(&self, path: &str) -> Answer {
        Answer::of(self.request(Method::DELETE, path)).await
    }

    /// Opens a conversation; answers its id.
    pub async fn open(&self) -> String {
        let answer = self.post("/conversations", json!({})).await.ok();
        answer["id"].as_str().unwrap().to_owned()
    }

    /// Says something and reads the turn to its end, as `(event name, data)`.
    pub async fn turn(&self, id: &str, client_id: &str, text: &str) -> Vec<(String, Value)> {
        let request = self
            .request(Method::POST, &format!("/conversations/{id}/messages"))
            .header("accept", "text/event-stream")
            .json(&json!({ "client_id": uuid(client_id), "text": text }));
        let response = request.send().await.unwrap();
        assert_eq!(response.status(), 200, "{:?}", response.text().await);
        Stream::of(response).rest().await
    }
}

/// What came back.
#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: header::HeaderMap,
    pub body: Value,
}

impl Answer {
    pub async fn of(request: RequestBuilder) -> Self {
        let response = timeout(PATIENCE, request.send()).await.unwrap().unwrap();
        let (status, headers) = (response.status(), response.headers().clone());
        let text = response.text().await.unwrap();
        let body = serde_json::from_str(&text).unwrap_or(Value::String(text));
        Self { status, headers, body }
    }

    /// The body of a success.
    #[track_caller]
    pub fn ok(self) -> Value {
        assert!(self.status.is_success(), "{} {}", self.status, self.body);
        self.body
    }

    /// Checks an error's status, code and shape.
    #[track_caller]
    pub fn refused(&self, status: u16, code: &str) {
        assert_eq!(
            (self.status.as_u16(), &self.body["error"]["code"]),
            (status, &json!(code)),
            "{}",
            self.body
        );
        assert!(self.body["error"]["message"].as_str().is_some_and(|text| !text.is_empty()));
        assert_eq!(self.headers["content-type"], "application/json");
    }

    #[track_caller]
    pub fn header(&self, name: &str) -> &str {
        self.headers[name].to_str().unwrap()
    }
}

/// Server-sent events as they come.
pub struct Stream {
    bytes: std::pin::Pin<Box<dyn futures_util::Stream<Item = Vec<u8>> + Send>>,
    text: String,
}

impl Stream {
    pub fn of(response: reqwest::Response) -> Self {
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        let bytes = response.bytes_stream().map(|piece| piece.unwrap().to_vec());
        Self { bytes: Box::pin(bytes), text: String::new() }
    }

    /// The next named event; `None` at the end.
    pub async fn next(&mut self) -> Option<(String, Value)> {
        loop {
            if let Some((block, rest)) = self.text.split_once("\n\n") {
                let (block, rest) = (block.to_owned(), rest.to_owned());
                self.text = rest;
                let field = |name: &str| block.lines().find_map(|line| line.strip_prefix(name));
                if let Some(name) = field("event: ") {
                    let data = serde_json::from_str(field("data: ").unwrap()).unwrap();
                    return Some((name.to_owned(), data));
                }
                continue;
            }
            let piece = timeout(PATIENCE, self.bytes.next()).await.expect("something in time")?;
            self.text.push_str(std::str::from_utf8(&piece).unwrap());
        }
    }

    pub async fn rest(mut self) -> Vec<(String, Value)> {
        let mut all = Vec::new();
        while let Some(event) = self.next().await {
            all.push(event);
        }
        all
    }
}

/// The client id of the message that a test calls `name`.
pub fn uuid(name: &str) -> ClientId {
    let digest: [u8; 32] = Sha256::digest(name).into();
    let mut bits = [0; 16];
    bits.copy_from_slice(&digest[..16]);
    ClientId::random(bits)
}

/// Seconds since 1970.
pub fn now() -> i64 {
    SystemClock.now().0 / 1000
}

/// Good claims for a customer of the demo shop.
pub fn claims(customer: &str) -> Claims {
    Claims {
        sub: customer.to_owned(),
        email: None,
        name: Some("Ada".to_owned()),
        aud: "demo".to_owned(),
        iat: now(),
        exp: now() + 240,
        jti: baton::auth::token::id("jti_"),
    }
}

/// The demo shop vouches for its customer.
pub fn assertion(customer: &str) -> String {
    identity::sign("demo-identity-secret", &claims(customer)).unwrap()
}
