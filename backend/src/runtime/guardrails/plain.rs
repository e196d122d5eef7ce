//! A text as it is meant to be read, with the way back to how it was written: what hides words from
//! a reader does not hide them from a guardrail.

use std::ops::Range;

use unicode_normalization::UnicodeNormalization as _;

/// A text without disguise: lower case, compatible forms made one, invisible characters gone.
pub struct Plain {
    /// The text.
    pub text: String,
    /// Whether something in it was invisible that has no business in a message.
    pub hidden: bool,
    /// For each byte, where the character that it came from begins and ends in what was written.
    origin: Vec<(usize, usize)>,
}

impl Plain {
    /// Reads what was written.
    pub fn of(written: &str) -> Self {
        let mut plain =
            Self { text: String::with_capacity(written.len()), hidden: false, origin: Vec::new() };
        for (start, c) in written.char_indices() {
            plain.hidden |= hides(c);
            if is_invisible(c) {
                continue;
            }
            for c in std::iter::once(c).nfkc().flat_map(char::to_lowercase) {
                plain.text.push(c);
            }
            plain.origin.resize(plain.text.len(), (start, start + c.len_utf8()));
        }
        plain
    }

    /// Where a part of the plain text stands in what was written.
    pub fn written(&self, part: &Range<usize>) -> Range<usize> {
        let start = self.origin.get(part.start).map_or(0, |at| at.0);
        let end = part.end.checked_sub(1).and_then(|last| self.origin.get(last));
        start..end.map_or(start, |at| at.1)
    }
}

/// Characters that show nothing.
fn is_invisible(c: char) -> bool {
    hides(c)
        || matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2060}'..='\u{2064}' | '\u{feff}')
}

/// Characters that only serve to hide text from people: tags (which spell ASCII invisibly) and
/// overrides of the direction.
fn hides(c: char) -> bool {
    matches!(c, '\u{e0000}'..='\u{e007f}' | '\u{202d}' | '\u{202e}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn disguises_fall_and_the_way_back_is_known() {
        let check = |written: &str, plain: &str, part: &str, back: &str| {
            let read = Plain::of(written);
            assert_eq!(read.text, plain);
            let at = read.text.find(part).expect("the part");
            assert_eq!(&written[read.written(&(at..at + part.len()))], back);
        };
        check("Hello World", "hello world", "world", "World");
        check("i\u{200b}g\u{200b}nore it", "ignore it", "ignore", "i\u{200b}g\u{200b}nore");
        check("ｉｇｎｏｒｅ x", "ignore x", "ignore", "ｉｇｎｏｒｅ");
        check("ﬁne Ärger", "fine ärger", "ärger", "Ärger");
        assert!(Plain::of("a\u{e0049}b").hidden);
        assert!(!Plain::of("שלום \u{200f}עולם 👩\u{200d}👩").hidden, "as people write");
    }
}
