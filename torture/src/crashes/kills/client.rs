//! A customer who writes on, whatever becomes of the server: each message again and again under
//! the same id until it is acknowledged, and now and then once more.

use std::time::Duration;

use reqwest::RequestBuilder;
use serde_json::{Value, json};
use shared::id::{ClientId, ConversationId, Seq};
use tokio::{sync::watch, time::sleep};

use super::Desk;
use crate::shop;

/// Most visitors that one client is, one after the other.
pub const VISITORS: u64 = 400;
/// Most messages in one conversation.
const MESSAGES: u64 = 6;
/// Longest pause between two messages, in milliseconds.
const PAUSE_MS: u64 = 40;
/// An answer that takes longer is not waited for.
const PATIENCE: Duration = Duration::from_secs(20);

/// A message that was acknowledged.
#[derive(Debug, Clone)]
pub struct Said {
    /// In which conversation.
    pub conversation: ConversationId,
    /// Under which id.
    pub client_id: ClientId,
    /// What.
    pub text: String,
    /// As which event, each time that it was acknowledged.
    pub seqs: Vec<Seq>,
}

/// A customer, or one after another.
pub struct Client {
    n: u64,
    chance: fastrand::Rng,
    desk: watch::Receiver<Desk>,
    http: reqwest::Client,
    tried: u64,
}

impl Client {
    /// The `n`th client.
    pub fn new(n: u64, seed: u64, desk: watch::Receiver<Desk>) -> Self {
        baton::egress::prepare_tls();
        let http = reqwest::Client::builder().timeout(PATIENCE).build().expect("a client");
        Self { n, chance: fastrand::Rng::with_seed(seed), desk, http, tried: 0 }
    }

    /// Writes until the desk closes; answers what was acknowledged.
    pub async fn write(mut self) -> Vec<Said> {
        let mut said = Vec::new();
        for visitor in 0..VISITORS {
            if self.desk.borrow().closing {
                break;
            }
            let customer = self.n * VISITORS + visitor;
            let token = self.begin(customer).await;
            let opened = self.insist(|http, url| {
                http.post(format!("{url}/conversations")).bearer_auth(&token).json(&json!({}))
            });
            let conversation: ConversationId = text_of(&opened.await, "id").parse().expect("an id");
            for message in 0..=self.chance.u64(1..MESSAGES) {
                if self.desk.borrow().closing {
                    break;
                }
                let client_id = format!("{:08x}-0000-4000-8000-{visitor:06x}{message:06x}", self.n);
                let client_id = client_id.parse().expect("a UUID");
                let text = self.text(customer);
                said.push(self.say(&token, &conversation, client_id, text).await);
                sleep(Duration::from_millis(self.chance.u64(..PAUSE_MS))).await;
            }
        }
        said
    }

    /// A visitor's token: every second one is a customer for whom the site vouches.
    async fn begin(&mut self, customer: u64) -> String {
        let vouched = customer.is_multiple_of(2);
        let mut tries = 0;
        let seed = self.chance.u64(..);
        let begun = self.insist(|http, url| {
            tries += 1;
            let mut body = json!({ "site": "demo" });
            if vouched {
                // An assertion is good once: whoever got no answer asks with another.
                body["identity"] = json!(shop::assertion(customer, &format!("{seed}-{tries}")));
            }
            http.post(format!("{url}/visitors")).json(&body)
        });
        text_of(&begun.await, "token")
    }

    async fn say(
        &mut self,
        token: &str,
        conversation: &ConversationId,
        client_id: ClientId,
        text: String,
    ) -> Said {
        // Whoever was answered cannot know that a proxy on the way does not send it once more.
        let times = if self.chance.u8(..4) == 0 { 2 } else { 1 };
        let body = json!({ "client_id": client_id, "text": text });
        let mut seqs = Vec::new();
        for _ in 0..times {
            let answer = self.insist(|http, url| {
                let url = format!("{url}/conversations/{conversation}/messages");
                http.post(url).bearer_auth(token).json(&body)
            });
            seqs.push(answer.await["seq"].as_u64().expect("a position"));
        }
        Said { conversation: conversation.clone(), client_id, text, seqs }
    }

    fn text(&mut self, customer: u64) -> String {
        let order = shop::order(customer);
        match self.chance.u8(..8) {
            0 | 1 => format!("I was charged twice for order {order} and want my money back"),
            2 => "yes, please".to_owned(),
            3 => format!("where is my order {order}?"),
            4 => "please send me my last invoice again".to_owned(),
            5 => "how much is shipping?".to_owned(),
            6 => "hello".to_owned(),
            _ => "I want to talk to a person".to_owned(),
        }
    }

    /// Asks again and again, wherever the server is by then, until it says yes.
    async fn insist(
        &mut self,
        mut request: impl FnMut(&reqwest::Client, &str) -> RequestBuilder,
    ) -> Value {
        loop {
            let there = self.desk.wait_for(|desk| desk.address.is_some()).await;
            let address = there.expect("the round outlives its clients").address.clone();
            let url = format!("http://{}/api/v1", address.unwrap_or_default());
            self.tried += 1;
            let answer = request(&self.http, &url).send().await;
            let Ok(answer) = answer else {
                // Killed, most likely, and not yet told: not worth a thousand tries a second.
                sleep(Duration::from_millis(5)).await;
                continue;
            };
            let status = answer.status();
            // Cut off in the middle of its answer: whether it was done is not known.
            let Ok(body) = answer.text().await else { continue };
            if status.is_success() {
                return serde_json::from_str(&body).expect("JSON");
            }
            assert!(status.is_server_error(), "refused: {status} {body}");
        }
    }
}

fn text_of(body: &Value, field: &str) -> String {
    body[field].as_str().expect("a text").to_owned()
}
