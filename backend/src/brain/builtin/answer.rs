//! One answer under construction, and its way into pieces.

use serde_json::Value;

use crate::brain::Piece;

/// What a step comes to.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Answer {
    /// For the visitor.
    pub text: String,
    /// Tools to call, with their arguments.
    pub calls: Vec<(String, Value)>,
    /// Answers that the visitor can give with one press.
    pub quick_replies: Vec<String>,
    /// Title and address of the pages that are quoted.
    pub sources: Vec<(String, String)>,
}

/// A value, or the answer that has to be given before it can be known.
pub type Needs<T> = Result<T, Answer>;

impl Answer {
    /// Only text.
    pub fn text(text: impl Into<String>) -> Self {
        Self { text: text.into(), ..Self::default() }
    }

    /// Only a call.
    pub fn call(name: &str, args: Value) -> Self {
        Self { calls: vec![(name.to_owned(), args)], ..Self::default() }
    }

    /// With these buttons.
    #[must_use]
    pub fn buttons<T: Into<String>>(mut self, replies: impl IntoIterator<Item = T>) -> Self {
        self.quick_replies.extend(replies.into_iter().map(Into::into).take(6));
        self
    }

    /// With `before` in front of its text.
    #[must_use]
    pub fn after(mut self, before: &str) -> Self {
        self.text = [before.trim(), self.text.trim()]
            .into_iter()
            .filter(|part| !part.is_empty())
            .collect::<Vec<_>>()
            .join(" ");
        self
    }

    /// Streams as a model would: word by word, then what belongs to the text, then the calls.
    pub fn into_pieces(self) -> Vec<Piece> {
        let words = self.text.split_inclusive([' ', '\n']).map(|word| Piece::Text(word.to_owned()));
        let mut pieces: Vec<Piece> = words.collect();
        pieces.extend(self.sources.into_iter().map(|(title, url)| Piece::Source { title, url }));
        if !self.quick_replies.is_empty() {
            pieces.push(Piece::QuickReplies(self.quick_replies));
        }
        let calls = self.calls.into_iter();
        pieces.extend(calls.map(|(name, args)| Piece::Call { name, args: Ok(args) }));
        pieces
    }
}
