//! What of a brain's pieces becomes its answer: the sizes that no brain gets past. Pure.

use std::ops::Range;

use serde_json::Value;
use shared::{brief::Usage, event::Source};

use super::answer::{Answer, AskedCall, Setback};
use crate::brain::Piece;

/// Longest text of an answer, in bytes; what is longer is cut off.
pub const TEXT_BYTES: usize = 16_000;
/// Most calls in one answer; what is more is dropped.
pub const CALLS: usize = 16;
/// Largest arguments of a call, in bytes of JSON.
pub const ARGS_BYTES: usize = 16_000;
/// How deep the arguments of a call may be nested. JSON parsers stop somewhere above a hundred; an
/// event that holds the arguments must be read back by all of them.
pub const ARGS_DEPTH: usize = 16;
/// Most answers that can be given with one press.
const QUICK_REPLIES: usize = 6;
/// Longest of them, in characters.
const QUICK_REPLY_CHARS: usize = 80;
/// Most pages that one answer quotes.
const SOURCES: usize = 8;
/// Longest title or address of such a page, in characters.
const SOURCE_CHARS: usize = 500;
/// Most models that are said to have failed in one step.
const SETBACKS: usize = 8;
/// So much is heard of one answer, in bytes; a brain that goes on has no end.
const HEARD_BYTES: usize = 256 * 1024;
/// What a piece counts besides its text, so that empty ones come to an end, too.
const PIECE_BYTES: usize = 16;
/// Most of anything that one answer can be said to have used. Sums of it stay far from where
/// databases and clients stop counting.
const USAGE: u64 = 1_000_000_000;

impl Answer {
    /// Takes in the next piece; answers which part of the text can be shown now, which may be none.
    pub fn take(&mut self, piece: Piece) -> Range<usize> {
        self.heard = self.heard.saturating_add(PIECE_BYTES + size_of(&piece));
        match piece {
            Piece::Text(delta) => return self.take_text(&delta),
            Piece::Call { name, args } if self.calls.len() < CALLS => {
                self.calls.push(AskedCall { name, args: within_limits(args) });
            }
            Piece::Call { .. } | Piece::Alive => {}
            Piece::QuickReplies(texts) => {
                let seen = texts.iter().map(|text| text.trim()).filter(|text| !is_blank(text));
                let short = seen.filter(|text| text.chars().count() <= QUICK_REPLY_CHARS);
                self.quick_replies = short.take(QUICK_REPLIES).map(str::to_owned).collect();
            }
            Piece::Source { title, url } => {
                let fits = |text: &str| text.chars().count() <= SOURCE_CHARS;
                if self.sources.len() < SOURCES && fits(&title) && fits(&url) {
                    self.sources.push(Source { title, url });
                }
            }
            Piece::Usage(usage) => self.take_usage(&usage),
            Piece::Model(model) => self.model = model,
            Piece::Setback { model, why } => self.begin_again(Setback { model, why }),
        }
        self.text.len()..self.text.len()
    }

    /// Whether so much was heard that the brain will not come to an end by itself.
    pub fn is_endless(&self) -> bool {
        self.heard > HEARD_BYTES
    }

    /// Another model goes on: nothing of what was said so far holds.
    fn begin_again(&mut self, setback: Setback) {
        self.text.clear();
        self.calls.clear();
        self.quick_replies.clear();
        self.sources.clear();
        if self.setbacks.len() < SETBACKS {
            self.setbacks.push(setback);
        }
    }

    /// What is shown is the beginning of the message, which has no space around it.
    fn take_text(&mut self, delta: &str) -> Range<usize> {
        let plain = |c: &char| !c.is_control() || matches!(c, '\n' | '\t');
        let mut delta: String = delta.chars().filter(plain).collect();
        let room = TEXT_BYTES.saturating_sub(self.text.len());
        delta.truncate(delta.floor_char_boundary(room));
        let shown = self.text.trim_end().len();
        let begins = self.text.is_empty();
        self.text.push_str(if begins { delta.trim_start() } else { &delta });
        shown..self.text.trim_end().len()
    }

    fn take_usage(&mut self, usage: &Usage) {
        let add = |sum: &mut u64, more: u64| *sum = sum.saturating_add(more).min(USAGE);
        add(&mut self.usage.tokens_in, usage.tokens_in);
        add(&mut self.usage.tokens_out, usage.tokens_out);
        add(&mut self.usage.cost_micros, usage.cost_micros);
    }
}

/// Whether a text shows as nothing: empty, spaces, zero-width and direction marks.
pub fn is_blank(text: &str) -> bool {
    let invisible = |c: char| matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2064}' | '\u{feff}');
    text.chars().all(|c| c.is_whitespace() || c.is_control() || invisible(c))
}

/// Arguments that an event can hold; others count as text that is not JSON, and only its beginning
/// is kept.
fn within_limits(args: Result<Value, String>) -> Result<Value, String> {
    let beginning = |text: &str| text.chars().take(200).collect::<String>();
    match args {
        // The depth first: what is too deep must not even be written out.
        Ok(value) if !is_within_depth(&value, ARGS_DEPTH) => Err("nested too deeply".to_owned()),
        Ok(value) => {
            let text = value.to_string();
            if text.len() <= ARGS_BYTES { Ok(value) } else { Err(beginning(&text)) }
        }
        Err(text) => Err(beginning(&text)),
    }
}

fn is_within_depth(value: &Value, depth: usize) -> bool {
    match value {
        Value::Array(items) => {
            depth > 0 && items.iter().all(|item| is_within_depth(item, depth - 1))
        }
        Value::Object(fields) => {
            depth > 0 && fields.values().all(|field| is_within_depth(field, depth - 1))
        }
        _ => true,
    }
}

fn size_of(piece: &Piece) -> usize {
    match piece {
        Piece::Text(text) => text.len(),
        Piece::Call { name, args: Err(text) } => name.len() + text.len(),
        Piece::Call { name, .. } => name.len(),
        Piece::QuickReplies(texts) => texts.iter().map(String::len).sum(),
        Piece::Source { title, url } => title.len() + url.len(),
        Piece::Model(model) => model.len(),
        Piece::Setback { model, why } => model.len() + why.len(),
        Piece::Usage(_) | Piece::Alive => 0,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn answer(pieces: impl IntoIterator<Item = Piece>) -> Answer {
        let mut answer = Answer::default();
        for piece in pieces {
            answer.take(piece);
        }
        answer
    }

    fn call(args: Value) -> Piece {
        Piece::Call { name: "look".to_owned(), args: Ok(args) }
    }

    #[test]
    fn text_is_cut_where_a_character_ends() {
        let long = answer((0..9_000).map(|_| Piece::Text("ä€".to_owned())));
        assert!(long.text.len() <= TEXT_BYTES && long.text.len() > TEXT_BYTES - 4);
        let odd = answer([Piece::Text("a\u{0}b\u{1b}[2Jc\n".to_owned())]);
        assert_eq!(odd.text, "ab[2Jc\n");
    }

    #[test]
    fn a_brain_without_an_end_is_noticed_whatever_it_sends() {
        for piece in [
            Piece::Text("words ".to_owned()),
            Piece::Text(String::new()),
            call(json!({})),
            Piece::QuickReplies(Vec::new()),
            Piece::Usage(Usage::default()),
            Piece::Source { title: "x".to_owned(), url: "y".to_owned() },
        ] {
            let mut answer = Answer::default();
            let ends = (0..100_000).any(|_| {
                answer.take(piece.clone());
                answer.is_endless()
            });
            assert!(ends, "{piece:?}");
            let size = answer.text.len() + answer.calls.len() + answer.sources.len();
            assert!(size <= TEXT_BYTES + CALLS + SOURCES, "{piece:?}");
        }
    }

    #[test]
    fn arguments_stay_small_enough_to_be_read_back() {
        let nested = |depth| (0..depth).fold(json!(1), |inner, _| json!([inner]));
        let check = |args: Value, good: bool| {
            let taken = answer([call(args)]).calls.remove(0).args;
            assert_eq!(taken.is_ok(), good, "{taken:?}");
            assert!(taken.err().is_none_or(|text| text.len() <= 800));
        };
        check(json!({ "order": "A1001" }), true);
        check(nested(ARGS_DEPTH), true);
        check(nested(ARGS_DEPTH + 1), false);
        check(nested(1_000), false);
        check(json!("x".repeat(ARGS_BYTES - 2)), true);
        check(json!("x".repeat(ARGS_BYTES)), false);
        let half = Piece::Call { name: "x".to_owned(), args: Err("{".repeat(1_000_000)) };
        assert_eq!(answer([half]).calls[0].args, Err("{".repeat(200)));
    }

    #[test]
    fn what_was_used_never_overflows() {
        let most = Usage {
            steps: u64::MAX,
            tokens_in: u64::MAX,
            tokens_out: u64::MAX,
            cost_micros: u64::MAX,
            took_ms: u64::MAX,
        };
        let used = answer([Piece::Usage(most), Piece::Usage(most)]).usage;
        assert_eq!((used.tokens_in, used.tokens_out, used.cost_micros), (USAGE, USAGE, USAGE));
        assert_eq!(used.steps, 0, "counted by the runner");
    }

    #[test]
    fn what_shows_as_nothing_is_blank() {
        for blank in ["", " \n\t", "\u{200b}\u{feff}", "\u{202e} \u{2060}", "\0"] {
            assert!(is_blank(blank), "{blank:?}");
        }
        for seen in ["a", "…", "\u{200b}.", "👍"] {
            assert!(!is_blank(seen), "{seen:?}");
        }
        let replies = ["", "\u{200b}", "Yes", " No ", &"x".repeat(81)].map(str::to_owned);
        let taken = answer([Piece::QuickReplies(replies.to_vec())]);
        assert_eq!(taken.quick_replies, ["Yes", "No"]);
        let many = Piece::QuickReplies(vec!["Yes".to_owned(); 1_000]);
        assert_eq!(answer([many]).quick_replies.len(), QUICK_REPLIES);
    }
}
