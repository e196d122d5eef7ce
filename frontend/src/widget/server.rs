//! The visitor's part of the HTTP API; there is none without a token.

use std::{future::Future, pin::Pin};

use shared::{
    api::ErrorBody,
    id::{ClientId, ConversationId, Seq, SiteKey, VisitorId},
};
use wasm_bindgen::JsValue;

use super::{
    json::{self, Json, Object},
    seen::{self, Seen},
};
use crate::{
    api::{self, Failure},
    conversation::party::Party,
};

/// A call on its way; one type for all, so that whoever waits is one kind of machine.
type Call = Pin<Box<dyn Future<Output = Result<JsValue, Failure>>>>;

/// Who a token stands for.
#[derive(Debug, Clone, PartialEq)]
pub struct Session {
    /// Bearer token of the visitor API.
    pub token: String,
    /// Who it stands for.
    pub visitor: VisitorId,
    /// Whether the site signed for them.
    pub verified: bool,
    /// Their latest conversation.
    pub conversation: Option<Opened>,
}

/// A conversation, and who owned it when it was heard of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opened {
    /// Which conversation.
    pub id: ConversationId,
    /// Who must answer next.
    pub owner: Party,
}

/// Begins as a visitor. A `token` that is already held tells the server who is identified now.
pub async fn start(
    site: &SiteKey,
    identity: Option<&str>,
    token: Option<String>,
) -> Result<Session, Failure> {
    let body = Object::new().text("site", site.as_str()).maybe("identity", identity).end();
    let answer = call("POST", "/visitors".to_owned(), token, Some(body)).await?;
    session(&answer).ok_or(Failure::Garbled)
}

/// Ends the token, here and wherever it has got to.
pub async fn logout(token: String) {
    // Whether the server hears of it or not, this page does not know the token any more.
    drop(post(token, "/visitors/logout".to_owned(), Object::new()).await);
}

/// Begins a conversation.
pub async fn open(token: String) -> Result<Opened, Failure> {
    let answer = post(token, "/conversations".to_owned(), Object::new()).await?;
    opened(&answer).ok_or(Failure::Garbled)
}

/// Says something; when this returns, it is on the server's disk.
pub async fn say(
    token: String,
    id: &ConversationId,
    client_id: &ClientId,
    text: &str,
) -> Result<(), Failure> {
    let body = Object::new().text("client_id", client_id.as_str()).text("text", text);
    post(token, format!("/conversations/{id}/messages"), body).await.map(drop)
}

/// Asks for a person.
pub async fn ask_for_person(token: String, id: &ConversationId) -> Result<(), Failure> {
    post(token, format!("/conversations/{id}/human"), Object::new()).await.map(drop)
}

/// Rates the conversation, one (bad) to five (good).
pub async fn rate(
    token: String,
    id: &ConversationId,
    score: u8,
    comment: Option<&str>,
) -> Result<(), Failure> {
    let body = Object::new().number("score", score.into()).maybe("comment", comment);
    post(token, format!("/conversations/{id}/rating"), body).await.map(drop)
}

/// The events after `after`.
pub async fn events(token: String, id: &ConversationId, after: Seq) -> Result<Vec<Seen>, Failure> {
    let path = format!("/conversations/{id}/events?after={after}");
    let answer = call("GET", path, Some(token), None).await?;
    Ok(answer.get("events").items().iter().filter_map(seen::event).collect())
}

fn session(json: &impl Json) -> Option<Session> {
    let visitor = json.get("visitor");
    Some(Session {
        token: json.get("token").text()?,
        visitor: visitor.get("id").text()?.parse().ok()?,
        verified: visitor.get("verified").is_true(),
        conversation: opened(&json.get("conversation")),
    })
}

fn opened(json: &impl Json) -> Option<Opened> {
    Some(Opened {
        id: json.get("id").text()?.parse().ok()?,
        owner: seen::owner(&json.get("owner"))?,
    })
}

fn post(token: String, path: String, body: Object) -> Call {
    call("POST", path, Some(token), Some(body.end()))
}

fn call(method: &'static str, path: String, token: Option<String>, body: Option<String>) -> Call {
    Box::pin(async move {
        let answer = api::exchange(method, &path, token.as_deref(), body.as_deref()).await?;
        let json = json::parse(&answer.text);
        if answer.is_yes() { Ok(json) } else { Err(Failure::of(answer.status, error(&json))) }
    })
}

fn error(json: &impl Json) -> Option<ErrorBody> {
    let error = json.get("error");
    Some(ErrorBody {
        code: error.get("code").text()?,
        message: error.get("message").text()?,
        // Neither a form nor a claim is the visitor's.
        field: None,
        owner: None,
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use shared::{api::VisitorSession, id::SiteKey};

    use super::*;

    #[test]
    fn a_session_is_read_as_it_is_written() {
        let owner = json!({ "kind": "agent", "slug": "triage", "version": 3, "name": "Mia" });
        let conversation = json!({
            "id": "cnv_1", "site": "demo", "visitor": { "id": "vis_1", "assurance": "verified" },
            "owner": owner, "epoch": 1, "seq": 1, "opened_at": "2026-11-21T10:00:00Z", "events": [],
        });
        for conversation in [json!(null), conversation] {
            let whole = json!({
                "token": "t", "visitor": { "id": "vis_1", "verified": true },
                "conversation": conversation,
            });
            let meant: VisitorSession = serde_json::from_value(whole.clone()).expect("a session");
            let read = session(&whole).expect("the same");
            assert_eq!((&read.token, &read.visitor), (&meant.token, &meant.visitor.id));
            assert_eq!(read.verified, meant.visitor.verified);
            let meant = meant.conversation.map(|c| Opened { owner: (&c.owner).into(), id: c.id });
            assert_eq!(read.conversation, meant);
        }
        assert_eq!(session(&json!({ "token": "t" })), None);
        assert!("demo".parse::<SiteKey>().is_ok());
    }

    #[test]
    fn an_error_is_one_only_as_documented() {
        let said = json!({ "error": { "code": "too_long", "message": "Shorten it." } });
        let read = error(&said).map(|e| (e.code, e.message));
        assert_eq!(read, Some(("too_long".to_owned(), "Shorten it.".to_owned())));
        for other in [json!(null), json!("<html>"), json!({ "error": "no" })] {
            assert!(error(&other).is_none(), "{other}");
        }
    }
}
