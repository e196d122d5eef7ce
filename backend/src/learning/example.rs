//! A message becomes an example.

use regex::RegexBuilder;
use shared::{
    agent::{AgentSpec, Example},
    api::Lesson,
    limits,
    message::VisitorRef,
};

/// Shorter parts of a name are words of many sentences, in a script that has words.
const NAME_CHARS: usize = 3;
/// The same in a script that writes them without borders.
const UNSPACED_NAME_CHARS: usize = 2;
/// What stands where something was masked is nobody's name.
const MASKED: [&str; 5] = ["xemail", "xamount", "xinvoice", "xid", "xnum"];

/// A visitor's message as it may be kept for an example: on one line, with addresses, numbers and the
/// visitor's own name masked, and not longer than examples are.
pub fn example(text: &str, visitor: Option<&VisitorRef>) -> String {
    // A name is written as the text is after the masks: one form of each letter and quote.
    let name = visitor.and_then(|it| it.name.as_deref()).unwrap_or_default();
    let name = classifier::anonymous(name);
    let mut masked = classifier::anonymous(text);
    let parts = name.split(|c: char| c.is_whitespace() || ",;()\"".contains(c));
    for part in parts.filter(|part| !MASKED.contains(part)) {
        let unspaced = part.chars().any(is_unspaced);
        let least = if unspaced { UNSPACED_NAME_CHARS } else { NAME_CHARS };
        if part.chars().count() < least {
            continue;
        }
        let border = if unspaced { "" } else { r"\b" };
        let whole_word = format!("{border}{}{border}", regex::escape(part));
        // What is no word as patterns go is left as it is: an administrator reads it, too.
        if let Ok(pattern) = RegexBuilder::new(&whole_word).case_insensitive(true).build() {
            masked = pattern.replace_all(&masked, "xname").into_owned();
        }
    }
    if masked.chars().count() > limits::PHRASE_CHARS {
        let short: String = masked.chars().take(limits::PHRASE_CHARS).collect();
        // Half a word teaches nothing.
        masked = short.rsplit_once(' ').map_or(short.clone(), |(words, _)| words.to_owned());
    }
    masked
}

/// Whether a letter is of a script that puts no spaces between words: Japanese, Chinese, and Korean,
/// which lets endings follow.
fn is_unspaced(letter: char) -> bool {
    matches!(letter, '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{ac00}'..='\u{d7af}')
}

/// The agent after the lesson; `None` if it knows this example already. The same words taught as
/// something else by the same agent are taken back: two truths about one sentence teach neither.
pub fn taught(agent: &AgentSpec, lesson: &Lesson) -> Option<AgentSpec> {
    let same = |it: &Example| it.text.trim().eq_ignore_ascii_case(&lesson.text);
    if agent.examples.iter().any(|it| same(it) && it.intent == lesson.intent) {
        return None;
    }
    let mut agent = agent.clone();
    agent.examples.retain(|it| !same(it));
    agent.examples.push(Example { intent: lesson.intent.clone(), text: lesson.text.clone() });
    Some(agent)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use shared::message::Assurance;

    use super::*;
    use crate::brain::defaults;

    fn visitor(name: &str) -> VisitorRef {
        VisitorRef {
            id: "vis_1".parse().expect("an id"),
            assurance: Assurance::Claimed,
            customer: None,
            name: Some(name.to_owned()),
            email: None,
        }
    }

    #[test]
    fn nobody_is_known_by_an_example() {
        let check = |name: &str, text: &str, kept: &str| {
            assert_eq!(example(text, Some(&visitor(name))), kept);
        };
        check("Ada King", "I am ada king, where is A1001?", "I am xname xname, where is xid?");
        check("Jo d'Arc-Lee", "Jo here, JO@x.org", "Jo here, xemail");
        check("Ana", "Banana is fine, Ana", "Banana is fine, xname");
        check("(.*)+", "nothing (.*)+ happens", "nothing (.*)+ happens");
        check("", "hello", "hello");
        check("Sean O’Brien", "I am Sean O’Brien", "I am xname xname");
        check("King, Ada", "I am Ada King", "I am xname xname");
        check("王小明", "我叫王小明,退款", "我叫xname,退款");
        check("Jose\u{301} Nu\u{301}n\u{303}ez", "José Núñez, hi", "xname xname, hi");
        check("Ada 12", "12 apples, Ada", "xnum apples, xname");
        assert_eq!(example("  a\nb ", None), "a b");
    }

    #[test]
    fn a_long_message_ends_with_a_whole_word() {
        let long = example(&"abcdefg ".repeat(100), None);
        assert!(long.chars().count() <= limits::PHRASE_CHARS && long.ends_with("abcdefg"));
        assert_eq!(example(&"é".repeat(4_000), None).chars().count(), limits::PHRASE_CHARS);
    }

    #[test]
    fn an_agent_learns_a_sentence_once_and_one_truth_about_it() {
        let agents = defaults::agents();
        let billing = agents.iter().find(|it| it.slug.as_str() == "billing").expect("shipped");
        let lesson = |intent: &str, text: &str| Lesson {
            agent: billing.slug.clone(),
            intent: intent.to_owned(),
            text: text.to_owned(),
        };
        let once = taught(billing, &lesson("double_charge", "the till beeped twice")).expect("new");
        assert_eq!(once.examples.len(), billing.examples.len() + 1);
        assert_eq!(taught(&once, &lesson("double_charge", "The till beeped twice")), None);
        let other = taught(&once, &lesson("invoice_copy", "the till beeped twice")).expect("new");
        assert_eq!(other.examples.len(), once.examples.len());
        assert_eq!(other.examples.last().map(|it| it.intent.as_str()), Some("invoice_copy"));
    }

    proptest! {
        /// Whatever was written: no digit, no address, not too long; and what is kept stays as it is.
        #[test]
        fn what_is_kept_tells_no_number_and_no_address(
            text in "(\\PC|[0-9@.#€ -]|[a-z0-9.]{1,9}@[a-z0-9]{1,9}\\.[a-z]{2}|[A-Z]{1,3}-?[0-9]{2,20}){0,40}"
        ) {
            let kept = example(&text, None);
            prop_assert!(!kept.chars().any(|c| c.is_ascii_digit() || c == '@'), "{kept}");
            prop_assert!(kept.chars().count() <= limits::PHRASE_CHARS);
            prop_assert_eq!(example(&kept, None), kept);
        }
    }
}
