//! What visitors said of late, and what of it the reader is least sure of.

use std::collections::{BTreeMap, BTreeSet};

use shared::{
    api::UnsureMessage,
    event::{Event, EventBody},
    id::{ConversationId, Seq},
    limits,
    message::AuthorKind,
    time::Timestamp,
};

use super::{example, read_as};
use crate::{
    brain::Reader,
    storage::{StoreError, rows::MessageOfLate},
};

/// Below so many words a message is taken for an answer to a question, not for a request.
const REQUEST_WORDS: usize = 3;
/// So many messages go before one for the reader to see it in their light.
const BEFORE: usize = 4;

/// Something that a visitor said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    /// In which conversation.
    pub conversation: ConversationId,
    /// The event.
    pub seq: Seq,
    /// When.
    pub at: Timestamp,
    /// What.
    pub text: String,
    /// What they had said before, oldest first.
    pub before: Vec<String>,
    /// Whether somebody has said what it was about, or that nothing is to be learnt from it.
    pub labelled: bool,
}

impl Said {
    /// How it is read.
    pub fn read(&self, reader: &dyn Reader) -> crate::brain::Reading {
        let before: Vec<&str> = self.before.iter().map(String::as_str).collect();
        reader.read(&self.text, &before)
    }
}

/// What the visitor said at `seq` of a conversation; `None` if they said nothing there.
pub fn said<'e>(
    conversation: &ConversationId,
    events: impl Iterator<Item = &'e Event>,
    seq: Seq,
) -> Option<Said> {
    let mut before: Vec<String> = Vec::new();
    for event in events.take_while(|event| event.seq <= seq) {
        let EventBody::Message(message) = &event.body else { continue };
        if message.author.kind != AuthorKind::Visitor {
            continue;
        }
        let text = message.text.clone();
        if event.seq == seq {
            let before = before.split_off(before.len().saturating_sub(BEFORE));
            let conversation = conversation.clone();
            return Some(Said { conversation, seq, at: event.at, text, before, labelled: false });
        }
        before.push(text);
    }
    None
}

/// What visitors said in `messages`, newest first as these are; at most
/// [`limits::MESSAGES_OF_LATE`].
pub fn of_late(messages: Vec<MessageOfLate>) -> Result<Vec<Said>, StoreError> {
    let mut said = Vec::new();
    let mut earlier: BTreeMap<ConversationId, Vec<String>> = BTreeMap::new();
    for MessageOfLate { conversation, record, labelled } in messages.into_iter().rev() {
        let event: Event = serde_json::from_str(&record.json).map_err(|e| {
            StoreError::Damaged(format!("{conversation}, event {}: {e}", record.seq))
        })?;
        let EventBody::Message(message) = event.body else { continue };
        if message.author.kind != AuthorKind::Visitor {
            continue;
        }
        let heard = earlier.entry(conversation.clone()).or_default();
        let before = heard[heard.len().saturating_sub(BEFORE)..].to_vec();
        heard.push(message.text.clone());
        let (seq, at, text) = (record.seq, record.at, message.text);
        said.push(Said { conversation, seq, at, text, before, labelled });
    }
    said.reverse();
    said.truncate(limits::MESSAGES_OF_LATE);
    Ok(said)
}

/// The requests among them that nobody has labelled and of which the reader is less sure than
/// `threshold`, least sure first, the same words once; at most `most`.
pub fn unsure(
    reader: &dyn Reader,
    said: &[Said],
    threshold: f32,
    most: usize,
) -> Vec<UnsureMessage> {
    let mut seen = BTreeSet::new();
    let mut found = Vec::new();
    for it in said {
        let is_request = it.text.split_whitespace().count() >= REQUEST_WORDS;
        if it.labelled || !is_request {
            continue;
        }
        let reading = it.read(reader);
        let certainty = reading.certainty();
        // What a list of words decides, no example will decide otherwise.
        let by_words = reading.safety.is_some() || reading.wants_person.is_some();
        if certainty >= threshold || by_words || reading.conversational {
            continue;
        }
        let text = example(&it.text, None);
        if seen.insert(text.to_lowercase()) {
            let read = read_as(&reading);
            let (conversation, seq, at) = (it.conversation.clone(), it.seq, it.at);
            found.push((certainty, UnsureMessage { conversation, seq, at, text, read }));
        }
    }
    found.sort_by(|a, b| a.0.total_cmp(&b.0));
    found.truncate(most);
    found.into_iter().map(|(_, it)| it).collect()
}

#[cfg(test)]
pub(super) mod tests {
    use shared::{event::Message, message::Author};

    use super::*;
    use crate::{brain::Reading, storage::rows::Record};

    /// Is as sure as a message says: "sure 40" is read as `forty`, 40 % sure.
    pub(crate) struct Measured;

    impl Reader for Measured {
        fn read(&self, text: &str, before: &[&str]) -> Reading {
            let number = text.split(' ').find_map(|word| word.parse::<u8>().ok()).unwrap_or(100);
            let p = f32::from(number) / 100.0;
            Reading {
                intents: vec![(format!("after_{}", before.len()), p)],
                agents: vec![("help".to_owned(), p)],
                wants_person: text.contains("human").then(|| "human".to_owned()),
                conversational: text.contains("thanks"),
                ..Reading::default()
            }
        }
    }

    pub(crate) fn said(c: &str, seq: Seq, text: &str) -> Said {
        Said {
            conversation: c.parse().expect("an id"),
            seq,
            at: Timestamp(0),
            text: text.to_owned(),
            before: Vec::new(),
            labelled: false,
        }
    }

    fn message(c: &str, seq: Seq, kind: AuthorKind, text: &str) -> MessageOfLate {
        let message = Message {
            author: Author::new(kind, "x"),
            text: text.to_owned(),
            client_id: None,
            quick_replies: Vec::new(),
            sources: Vec::new(),
        };
        let event = Event { seq, at: Timestamp(0), epoch: 1, body: EventBody::Message(message) };
        let record = Record {
            seq,
            at: Timestamp(0),
            epoch: 1,
            kind: "message".to_owned(),
            json: serde_json::to_string(&event).expect("JSON"),
            hash: [0; 32],
            client_id: None,
        };
        MessageOfLate { conversation: c.parse().expect("an id"), record, labelled: false }
    }

    #[test]
    fn only_visitors_are_learnt_from_and_each_in_the_light_of_what_they_said() {
        let (visitor, agent) = (AuthorKind::Visitor, AuthorKind::Agent);
        let newest_first = vec![
            message("b", 9, visitor, "two"),
            message("a", 5, visitor, "hello"),
            message("b", 8, agent, "what?"),
            message("b", 7, visitor, "one"),
        ];
        let said = of_late(newest_first).expect("readable");
        let told: Vec<(&str, Seq, &[String])> =
            said.iter().map(|it| (it.conversation.as_str(), it.seq, &it.before[..])).collect();
        let one = ["one".to_owned()];
        assert_eq!(told, [("b", 9, &one[..]), ("a", 5, &[]), ("b", 7, &[])]);
        let many = (1..=400).rev().map(|seq| message("c", seq, visitor, "x")).collect();
        let said = of_late(many).expect("readable");
        assert_eq!((said.len(), said[0].seq), (limits::MESSAGES_OF_LATE, 400));
        let mut damaged = message("a", 1, visitor, "x");
        damaged.record.json = "{".to_owned();
        assert!(of_late(vec![damaged]).is_err());
    }

    #[test]
    fn what_is_least_certain_comes_first_and_what_teaches_nothing_does_not_come() {
        let mut labelled = said("a", 6, "I am 5 percent");
        labelled.labelled = true;
        let said = [
            said("a", 1, "it is 60 percent"),
            said("a", 2, "it is 20 percent kim@example.org"),
            said("b", 3, "IT IS 20 PERCENT ann@example.org"),
            said("a", 4, "this is 80 percent"),
            said("a", 5, "7 words"),
            labelled,
            said("a", 7, "a human is 9 percent"),
            said("a", 8, "thanks for 9 percent"),
        ];
        let told = |most| -> Vec<(Seq, String)> {
            let found = unsure(&Measured, &said, 0.7, most);
            found.into_iter().map(|it| (it.seq, it.text)).collect()
        };
        let second = (2, "it is xnum percent xemail".to_owned());
        assert_eq!(told(9), [second.clone(), (1, "it is xnum percent".to_owned())]);
        assert_eq!(told(1), [second]);
    }
}
