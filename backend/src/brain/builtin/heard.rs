//! What the visitor has said, and which of it belongs together: what was said without anybody
//! answering in between is one utterance, a *burst*, however many messages it came in.

use std::rc::Rc;

use shared::message::AuthorKind;

use super::requests::answer_and_rest;
use crate::brain::Entry;

/// The visitor's words up to some point. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Heard<'a> {
    words: Rc<[Words<'a>]>,
    /// How many of them are looked at; the last of these is the newest.
    upto: usize,
    /// Bursts before this one were answered by a person who then handed the conversation back.
    answered: usize,
}

#[derive(Debug, Clone, Copy)]
struct Words<'a> {
    text: &'a str,
    /// Where in the dialogue.
    at: usize,
    burst: usize,
}

impl<'a> Heard<'a> {
    /// All that the visitor says in `dialogue`.
    pub fn of(dialogue: &'a [Entry]) -> Self {
        let (mut words, mut burst, mut answered) = (Vec::new(), 0, 0);
        for (at, entry) in dialogue.iter().enumerate() {
            match entry {
                Entry::Said { by: AuthorKind::Visitor, text, .. } => {
                    words.extend(answer_and_rest(text).into_iter().map(|text| Words {
                        text,
                        at,
                        burst,
                    }));
                }
                Entry::Said { .. } => burst += 1,
                Entry::HandedOver { by_person: true, .. } => {
                    burst += 1;
                    answered = burst;
                }
                _ => {}
            }
        }
        Self { upto: words.len(), words: words.into(), answered }
    }

    /// The newest words.
    pub fn newest(&self) -> Option<&'a str> {
        Some(self.last()?.text)
    }

    /// Where the newest words stand in the dialogue.
    pub fn at(&self) -> Option<usize> {
        Some(self.last()?.at)
    }

    /// What was said before the newest words, newest first.
    pub fn earlier(&self) -> impl Iterator<Item = &'a str> + use<'a> {
        let (words, before) = (Rc::clone(&self.words), self.upto.saturating_sub(1));
        (0..before).rev().map(move |at| words[at].text)
    }

    /// The newest burst message by message, oldest first, each as if nothing had been said after
    /// it; none if a person has answered for it.
    pub fn burst(&self) -> impl Iterator<Item = Self> + use<'a> {
        let is_answered = self.last().is_none_or(|last| last.burst < self.answered);
        let from = if is_answered { self.upto } else { self.upto - self.span() };
        let (all, upto) = (self.clone(), self.upto);
        (from..upto).map(move |at| Self { upto: at + 1, ..all.clone() })
    }

    /// All bursts, newest first.
    pub fn bursts(&self) -> impl Iterator<Item = Self> + use<'a> {
        let before = |heard: &Self| {
            let upto = heard.upto - heard.span();
            (upto > 0).then(|| Self { upto, ..heard.clone() })
        };
        std::iter::successors((self.upto > 0).then(|| self.clone()), before)
    }

    fn last(&self) -> Option<&Words<'a>> {
        self.words[..self.upto].last()
    }

    fn span(&self) -> usize {
        let Some(last) = self.last() else { return 0 };
        self.words[..self.upto].iter().rev().take_while(|words| words.burst == last.burst).count()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(by: AuthorKind, text: &str) -> Entry {
        Entry::Said { seq: 1, by, name: String::new(), own: false, text: text.to_owned() }
    }

    fn handed(by_person: bool) -> Entry {
        Entry::HandedOver { seq: 1, from: String::new(), to: String::new(), by_person }
    }

    #[test]
    fn what_nobody_answered_in_between_belongs_together() {
        use AuthorKind::{Agent, Staff, Visitor};
        let check = |dialogue: &[Entry], burst: &[&str], bursts: usize| {
            let heard = Heard::of(dialogue);
            let found: Vec<&str> = heard.burst().filter_map(|it| it.newest()).collect();
            assert_eq!(found, burst, "{dialogue:?}");
            assert_eq!(heard.bursts().count(), bursts, "{dialogue:?}");
        };
        let visitor = |text| said(Visitor, text);
        check(&[], &[], 0);
        check(&[visitor("a"), handed(false), visitor("b")], &["a", "b"], 1);
        check(&[visitor("a"), said(Agent, "x"), visitor("b"), visitor("c")], &["b", "c"], 2);
        check(&[visitor("a"), said(Staff, "x"), visitor("b")], &["b"], 2);
        // An agent that has begun to answer still answers these words.
        check(&[visitor("a"), visitor("b"), said(Agent, "x")], &["a", "b"], 1);
        check(&[visitor("a"), handed(true)], &[], 1);
        check(&[visitor("a"), handed(true), visitor("b")], &["b"], 2);
    }
}
