//! What differs from visitor to visitor and says nothing about what is wanted, masked: an order is
//! an order, whichever it is.

use std::{borrow::Cow, sync::LazyLock};

use regex::{Captures, Regex};
use unicode_normalization::UnicodeNormalization;

use crate::features::{READ_CHARS, plain};

/// What is looked for in lower case, one after the other, and the word that stands for it.
const MASKS: [(&str, &str); 5] = [
    (r"[^\s@]{1,64}@[^\s@]{1,64}\.[a-z]{2,}", " xemail "),
    (
        r"(?:[€$£]\s?\d[\d.,]*)|(?:\d[\d.,]*\s?(?:€|\$|£|eur\b|euros?\b|usd\b|dollars?\b|gbp\b|pounds?\b|chf\b))",
        " xamount ",
    ),
    (r"\binv[-_ ]?[a-z0-9-]*\d[a-z0-9-]*\b", " xinvoice "),
    (r"\b[a-z]{1,3}-?\d{3,8}\b|#\s?\d{3,8}\b|\b\d{4,}\b", " xid "),
    (r"\b\d+\b", " xnum "),
];

/// What no example may hold although the reader makes words of it: any other address, and any other
/// word with a digit in it, such as an account's number.
const OTHERS: [(&str, &str); 2] =
    [(r"[^\s@]+ ?@ ?[^\s@]+\.\w{2,}|\S*@\S*", " xemail "), (r"\w*\d\w*", " xid ")];

/// Normalised text with the masks in place.
pub(crate) fn mask(normalised: &str) -> String {
    static PATTERNS: LazyLock<Vec<(Regex, &str)>> =
        LazyLock::new(|| MASKS.map(|(pattern, mask)| (compiled(pattern), mask)).to_vec());
    replaced(&PATTERNS, normalised)
}

/// A text as it may be kept for an example: as it was written, on one line, with the masks in place.
/// No digit and no address is left in it, and it is read as it was before: where the reader masks,
/// this says what it masks it with.
pub fn anonymous(text: &str) -> String {
    static PATTERNS: LazyLock<Vec<(Regex, &str)>> = LazyLock::new(|| {
        let [address, word] = OTHERS;
        let all = [address].into_iter().chain(MASKS).chain([word]);
        all.map(|(pattern, mask)| (compiled(&format!("(?i){pattern}")), mask)).collect()
    });
    static BEFORE_A_STOP: LazyLock<Regex> = LazyLock::new(|| compiled(r" +([.,;:?!)])"));
    let visible = plain(text.chars().take(READ_CHARS).nfkc());
    // Once more, for what an unseen character kept apart.
    let masked = replaced(&PATTERNS, &plain(visible.nfkc()));
    let stop = |found: &Captures<'_>| found[1].to_owned();
    BEFORE_A_STOP.replace_all(&plain(masked.chars()), stop).into_owned()
}

fn replaced(patterns: &[(Regex, &str)], text: &str) -> String {
    let mut text = text.to_owned();
    for (pattern, mask) in patterns {
        if let Cow::Owned(masked) = pattern.replace_all(&text, *mask) {
            text = masked;
        }
    }
    text
}

#[expect(
    clippy::expect_used,
    reason = "only called with the literals above, which a test compiles"
)]
fn compiled(pattern: &str) -> Regex {
    Regex::new(pattern).expect("a well-formed literal")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::features::{normalise, words};

    #[test]
    fn an_example_says_whose_it_is_not_and_reads_as_before() {
        let check = |text: &str, kept: &str| {
            assert_eq!(anonymous(text), kept);
            assert_eq!(words(&normalise(kept)), words(&normalise(text)), "{text}");
            assert_eq!(anonymous(kept), kept);
        };
        check("Where is  A1001?", "Where is xid?");
        check("I paid €49.00 (twice!)", "I paid xamount (twice!)");
        check("Write to Ann.B@example.org or call 555", "Write to xemail or call xnum");
        check("Invoice INV-2024-001,\nplease", "Invoice xinvoice, please");
        check("ｗｈｅｒｅ is B\u{200b}-20017", "where is xid");
        check("Wo ist meine Bestellung?", "Wo ist meine Bestellung?");
        check("", "");
    }

    #[test]
    fn what_the_reader_would_keep_an_example_does_not() {
        let check = |text: &str, kept: &str| assert_eq!(anonymous(text), kept);
        check("to DE89370400440532013000", "to xid");
        check("ask kim@localhost now", "ask xemail now");
        check("to ada.king @ example.org, please", "to xemail, please");
        check(&format!("{}@example.org", "k".repeat(100)), "xemail");
        check("call +49 (0)30 / 123-45", "call + xnum ( xnum) xnum / xnum - xnum");
        check("①²", "xnum");
    }
}
