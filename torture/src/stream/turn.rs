//! A long turn: a customer asks for several things, is handed over, gets money back and wants a
//! person.

use std::net::SocketAddr;

use reqwest::RequestBuilder;
use serde_json::{Value, json};
use shared::{
    api::Events,
    event::{Event, EventBody},
    id::ConversationId,
};

use super::follow::Reader;
use crate::shop;

/// A conversation of customer `n` begins at `address`.
pub async fn begin(address: SocketAddr, n: u64) -> Reader {
    baton::egress::prepare_tls();
    let http = reqwest::Client::builder().pool_max_idle_per_host(0).no_proxy().build();
    let http = http.expect("a client");
    let body = json!({ "site": "demo", "identity": shop::assertion(n, &format!("stream-{n}")) });
    let visitor = asked(http.post(api(address, "/visitors")).json(&body)).await;
    let token = visitor["token"].as_str().expect("a token").to_owned();
    let opened = http.post(api(address, "/conversations")).bearer_auth(&token).json(&json!({}));
    let conversation: ConversationId =
        asked(opened).await["id"].as_str().expect("an id").parse().expect("an id");
    Reader { token, conversation, http }
}

impl Reader {
    /// The customer writes, and each time waits until the turn is over.
    pub async fn write(&self, address: SocketAddr, n: u64) {
        let order = shop::order(n);
        let texts = [
            format!("I was charged twice for order {order} and want my money back"),
            "yes, please".to_owned(),
            "I want to talk to a person".to_owned(),
        ];
        for (i, text) in texts.iter().enumerate() {
            let url = api(address, &format!("/conversations/{}/messages", self.conversation));
            let client_id = format!("00000000-0000-4000-8000-{n:08x}{i:04x}");
            let body = json!({ "client_id": client_id, "text": text });
            let said = self.http.post(url).bearer_auth(&self.token).json(&body);
            let told = said.header("accept", "text/event-stream").send().await;
            // Its end is the turn's.
            told.expect("an answer").bytes().await.expect("to its end");
        }
    }

    /// The conversation as the customer may see it.
    pub async fn journal(&self, address: SocketAddr) -> Vec<Event> {
        let url = api(address, &format!("/conversations/{}/events", self.conversation));
        let events = asked(self.http.get(url).bearer_auth(&self.token)).await;
        serde_json::from_value::<Events>(events).expect("events").events
    }
}

/// Whether a turn has in it what a page must bear.
pub fn is_long(events: &[Event]) -> bool {
    let count = |is: fn(&EventBody) -> bool| events.iter().filter(|event| is(&event.body)).count();
    count(|body| matches!(body, EventBody::Message(_))) >= 6
        && count(|body| matches!(body, EventBody::Tool(_))) >= 3
        && count(|body| matches!(body, EventBody::Handoff(_))) >= 2
        && count(|body| matches!(body, EventBody::Refund(_))) >= 1
}

async fn asked(request: RequestBuilder) -> Value {
    let answer = request.send().await.expect("an answer");
    let status = answer.status();
    let body = answer.text().await.expect("a body");
    assert!(status.is_success(), "refused: {status} {body}");
    serde_json::from_str(&body).expect("JSON")
}

fn api(address: SocketAddr, path: &str) -> String {
    format!("http://{address}/api/v1{path}")
}
