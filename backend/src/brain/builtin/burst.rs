//! What a visitor writes in several messages before they are answered is one utterance: the second
//! must not hide the first.

use std::borrow::Cow;

use shared::message::AuthorKind;

use super::{
    features::normalise,
    intents,
    said::{CORRECTS, orders_meant},
};
use crate::brain::{Entry, Reader, Request};

/// More messages than this are a story; what counts is how it ends.
const MOST: usize = 8;

/// The request with all unanswered visitor messages as one, where the first of them stands: what
/// was done since is done for it, and the question before it is the one that it answers.
pub fn as_one<'r>(request: &'r Request, reader: &dyn Reader) -> Cow<'r, Request> {
    let unanswered = |entry: &Entry| matches!(entry, Entry::Said { seq, by: AuthorKind::Visitor, .. } if *seq >= request.unanswered_from);
    let texts: Vec<&str> =
        request.dialogue.iter().filter(|e| unanswered(e)).filter_map(words).collect();
    if texts.len() < 2 {
        return Cow::Borrowed(request);
    }
    let mut whole = Some(utterance(&texts, reader));
    let mut request = request.clone();
    let from = request.unanswered_from;
    request.dialogue.retain_mut(|entry| match entry {
        Entry::Said { seq, by: AuthorKind::Visitor, text, .. } if *seq >= from => {
            whole.take().map(|whole| *text = whole).is_some()
        }
        _ => true,
    });
    Cow::Owned(request)
}

fn words(entry: &Entry) -> Option<&str> {
    match entry {
        Entry::Said { text, .. } => Some(text),
        _ => None,
    }
}

/// The messages as one text, without those that only call or repeat, and with what a later one
/// corrects put right.
fn utterance(texts: &[&str], reader: &dyn Reader) -> String {
    let mut said: Vec<String> = Vec::new();
    for text in &texts[texts.len().saturating_sub(MOST)..] {
        let text = text.trim();
        if only_calls(text, reader) || said.iter().any(|earlier| earlier == text) {
            continue;
        }
        if CORRECTS.is_match(&normalise(text))
            && let [meant] = orders_meant(text).as_slice()
        {
            correct(&mut said, meant);
        }
        said.push(text.to_owned());
    }
    if said.is_empty() {
        return texts.last().map_or_else(String::new, |text| (*text).to_owned());
    }
    join(&said)
}

/// "hello?", "thanks", "??": nothing that would take back or add to what was said.
fn only_calls(text: &str, reader: &dyn Reader) -> bool {
    if !text.chars().any(char::is_alphanumeric) {
        return true;
    }
    let reading = reader.read(text, &[]);
    let answers = |intent: &str| ["affirm", "deny", "never_mind"].contains(&intent);
    reading.conversational
        && reading.slots.is_empty()
        && reading.wants_person.is_none()
        && reading.intents.first().is_some_and(|(intent, _)| {
            intents::get(intent).is_some_and(|known| known.small_talk) && !answers(intent)
        })
}

/// Puts the order that was meant in place of the one that was named.
fn correct(said: &mut [String], meant: &str) {
    let Some(last) = said.iter_mut().rev().find(|text| !orders_meant(text).is_empty()) else {
        return;
    };
    for wrong in orders_meant(last) {
        // Ids are ASCII, and so lower case is as long.
        let Some(at) = last.to_ascii_lowercase().find(&wrong.to_ascii_lowercase()) else {
            continue;
        };
        last.replace_range(at..at + wrong.len(), meant);
    }
}

/// As sentences, so that what is read by sentence still is.
fn join(said: &[String]) -> String {
    let mut whole = String::new();
    for text in said {
        if !whole.is_empty() {
            whole.push_str(if whole.ends_with(['.', '!', '?', ';', ',', ':']) {
                " "
            } else {
                ". "
            });
        }
        whole.push_str(text);
    }
    whole
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::brain::builtin::reader::tests::SHIPPED;

    #[test]
    fn several_messages_are_one_utterance() {
        let check = |texts: &[&str], whole: &str| {
            assert_eq!(utterance(texts, SHIPPED.as_ref()), whole, "{texts:?}");
        };
        check(&["I want a refund for A1001", "hello?"], "I want a refund for A1001");
        check(&["hello", "I want a refund for A1001"], "I want a refund for A1001");
        check(&["I want a refund", "for A1001", "??"], "I want a refund. for A1001");
        check(&["where is A1002?", "where is A1002?"], "where is A1002?");
        check(&["refund A1002 please", "sorry, A1001"], "refund A1001 please. sorry, A1001");
        check(&["hello", "hello?"], "hello?");
        check(&["??", "!"], "!");
        check(&["refund A1001", "no, never mind"], "refund A1001. no, never mind");
    }
}
