//! What a lesson would change: of the saved tests, and of what visitors said of late.

use shared::api::{ChangedMessage, Effect, Lesson, ReadAs, ReadTwice, SavedTest, TestedTwice};

use super::{Said, example, read_as};
use crate::brain::Reader;

/// The reader as it is, and as it would be.
pub struct Trial<'a> {
    /// Without the lesson.
    pub before: &'a dyn Reader,
    /// With it.
    pub after: &'a dyn Reader,
}

impl Trial<'_> {
    fn read(&self, text: &str) -> ReadTwice {
        let read = |reader: &dyn Reader| read_as(&reader.read(text, &[]));
        ReadTwice { before: read(self.before), after: read(self.after) }
    }

    fn hear(&self, said: &Said) -> ReadTwice {
        ReadTwice {
            before: read_as(&said.read(self.before)),
            after: read_as(&said.read(self.after)),
        }
    }
}

/// What `lesson` changes between the two readers of the trial.
pub fn effect(trial: &Trial<'_>, lesson: &Lesson, tests: Vec<SavedTest>, said: &[Said]) -> Effect {
    let mut effect = Effect {
        own: trial.read(&lesson.text),
        tests: Vec::new(),
        tests_in_all: count(tests.len()),
        pass_before: 0,
        pass_after: 0,
        messages: Vec::new(),
        messages_in_all: count(said.len()),
    };
    for test in tests {
        let read = trial.read(&test.text);
        let (passes_before, passes_after) = (test.passes(&read.before), test.passes(&read.after));
        effect.pass_before += u32::from(passes_before);
        effect.pass_after += u32::from(passes_after);
        if passes_before != passes_after || differs(&read) {
            effect.tests.push(TestedTwice { test, read, passes_before, passes_after });
        }
    }
    // What changes for the worse comes first.
    effect.tests.sort_by_key(|it| (it.passes_after, !it.passes_before));
    for it in said {
        let read = trial.hear(it);
        if differs(&read) {
            let (conversation, seq) = (it.conversation.clone(), it.seq);
            let text = example(&it.text, None);
            effect.messages.push(ChangedMessage { conversation, seq, text, read });
        }
    }
    effect
}

/// Whether somebody else would answer, or something else is understood. How likely it is, always
/// changes a little.
fn differs(read: &ReadTwice) -> bool {
    let what = |read: &ReadAs| (read.out_of_scope, read.agent.clone(), read.intent.clone());
    what(&read.before) != what(&read.after)
}

fn count(many: usize) -> u32 {
    u32::try_from(many).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use shared::{message::StaffRef, time::Timestamp};

    use super::{super::late::tests::said, *};
    use crate::brain::Reading;

    /// Reads a message as being about its first word that it knows.
    struct Knows(&'static [&'static str]);

    impl Reader for Knows {
        fn read(&self, text: &str, _: &[&str]) -> Reading {
            let known = text.split(' ').find(|word| self.0.contains(word));
            Reading {
                intents: known.map(|word| (word.to_owned(), 0.9)).into_iter().collect(),
                agents: known.map(|word| (format!("agent_{word}"), 0.9)).into_iter().collect(),
                out_of_scope: known.is_none(),
                ..Reading::default()
            }
        }
    }

    fn test(text: &str, agent: &str, intent: Option<&str>) -> SavedTest {
        SavedTest {
            id: format!("tst_{}", text.replace(' ', "-")).parse().expect("an id"),
            text: text.to_owned(),
            agent: agent.parse().expect("a slug"),
            intent: intent.map(str::to_owned),
            by: StaffRef { id: "stf_1".parse().expect("an id"), name: "Ana".to_owned() },
            at: Timestamp(0),
        }
    }

    #[test]
    fn what_changes_is_told_and_the_worse_first() {
        let (before, after) = (Knows(&["red", "green"]), Knows(&["green", "blue"]));
        let trial = Trial { before: &before, after: &after };
        let lesson = Lesson {
            agent: "agent_blue".parse().expect("a slug"),
            intent: "blue".to_owned(),
            text: "the blue one".to_owned(),
        };
        let tests = vec![
            test("a blue one", "agent_blue", None),
            test("a red one", "agent_red", Some("red")),
            test("a green one", "agent_green", Some("green")),
            test("another green one", "agent_green", Some("other")),
            test("a yellow one", "agent_green", None),
        ];
        let said = [
            said("a", 1, "no green one"),
            said("a", 2, "no red one A1001"),
            said("b", 3, "red green"),
        ];
        let effect = effect(&trial, &lesson, tests, &said);
        let p = |read: &ReadAs| read.intent.clone();
        assert_eq!(
            (effect.own.before.out_of_scope, p(&effect.own.after)),
            (true, Some("blue".to_owned()))
        );
        assert_eq!((effect.tests_in_all, effect.pass_before, effect.pass_after), (5, 2, 2));
        let tests: Vec<(&str, bool, bool)> = effect
            .tests
            .iter()
            .map(|it| (it.test.text.as_str(), it.passes_before, it.passes_after))
            .collect();
        assert_eq!(tests, [("a red one", true, false), ("a blue one", false, true)]);
        let messages: Vec<&str> = effect.messages.iter().map(|it| it.text.as_str()).collect();
        assert_eq!((messages, effect.messages_in_all), (vec!["no red one xid", "red green"], 3));
    }
}
