//! Conversations with the built-in brain, over fake tools that answer as the shop's would.

mod conversations;
mod desk;
mod hostile;

use futures_util::StreamExt;
use shared::{
    agent::AgentSpec,
    message::{AuthorKind, VisitorRef},
    time::Timestamp,
};

pub(crate) use super::reader::tests::SHIPPED;

use super::Builtin;
use crate::brain::{Brain, Entry, Piece, Request};

/// The first message of a conversation with `agent`, which has no tools.
pub fn greeting(agent: AgentSpec, text: &str) -> Request {
    let visitor = VisitorRef {
        id: "v1".parse().expect("an id"),
        assurance: shared::message::Assurance::Anonymous,
        customer: None,
        name: None,
        email: None,
    };
    let said = Entry::Said {
        seq: 2,
        by: AuthorKind::Visitor,
        name: "Visitor".to_owned(),
        own: false,
        text: text.to_owned(),
    };
    Request {
        agent,
        site: "demo".parse().expect("a key"),
        visitor,
        tools: Vec::new(),
        brief: None,
        dialogue: vec![said],
        language: "en".to_owned(),
        caps: shared::model::SpendCaps::default(),
        voice: String::new(),
        now: Timestamp(0),
    }
}

#[tokio::test]
async fn an_answer_streams_in_words_and_is_always_the_same() {
    let brain = Builtin::new(SHIPPED.clone());
    assert_eq!(brain.model(), "built-in");
    let mut agent = crate::brain::defaults::agents().remove(0);
    agent.opening = "Ahoy from the edited agent!".to_owned();
    let request = greeting(agent, "hello");
    let words = async |request: Request| -> Vec<String> {
        let pieces: Vec<_> = brain.step(request).collect().await;
        let texts = pieces.into_iter().map(|piece| match piece {
            Ok(Piece::Text(text)) => text,
            other => panic!("{other:?}"),
        });
        texts.collect()
    };
    let first = words(request.clone()).await;
    assert!(first.len() > 4);
    assert!(first.concat().starts_with("Ahoy from the edited agent! "));
    assert_eq!(words(request).await, first);
}

#[test]
fn an_agent_without_tools_and_targets_still_answers() {
    let agent = crate::brain::defaults::agents().remove(0);
    let brain = Builtin::new(SHIPPED.clone());
    for text in ["refund A1001", "human please", "what are your opening hours", "xyzzy", ""] {
        let pieces = brain.answer(&greeting(agent.clone(), text));
        assert!(pieces.iter().any(|p| matches!(p, Piece::Text(_))), "{text}: {pieces:?}");
        assert!(!pieces.iter().any(|p| matches!(p, Piece::Call { .. })), "{text}: {pieces:?}");
    }
}

#[test]
fn what_an_admin_teaches_is_known_at_once() {
    use shared::agent::Example;

    use crate::brain::{Reader, builtin::reader::LiveReader, defaults};

    let mut agents = defaults::agents();
    let reader = LiveReader::new(&agents);
    let text = "can you engrave my name on the mug";
    assert_ne!(reader.read(text, &[]).intents[0].0, "engraving");
    let taught =
        ["do you engrave mugs", "I want an engraving", "put my name on the cup", "engrave it"];
    agents[0].examples.extend(
        taught.map(|text| Example { intent: "engraving".to_owned(), text: text.to_owned() }),
    );
    reader.learn(&agents);
    let reading = reader.read(text, &[]);
    assert_eq!(reading.intents[0].0, "engraving");
    assert_eq!(reading.agents[0].0, "triage");
    assert_eq!(reader.homes("engraving"), ["triage"]);
    assert_eq!(reader.holders("issue_refund"), ["refunds"]);
}
