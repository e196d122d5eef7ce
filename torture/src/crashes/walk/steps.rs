//! The stories, step by step. Each step is one that a client may take again without harm: it knows
//! what it sees, not what the process before it did.

use std::fmt;

use clap::ValueEnum;

use super::{journey::Report, player};

/// A story from a visitor's first word to the end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
pub enum Story {
    /// Two handoffs, an e-mail, and a refund within the limit; a version is published meanwhile.
    Charge,
    /// A refund above the limit, approved, with a transfer in the same answer.
    Approval,
    /// A refund above the limit, asked about while it waits, and declined.
    Decline,
    /// A person is asked for, claims, answers, hands back, closes; the visitor comes again.
    People,
    /// The provider refunds, and its answer is lost.
    LostAnswer,
}

/// One thing that somebody does.
#[derive(Debug, Clone, Copy)]
pub enum Step {
    /// The visitor says this.
    Say(&'static str),
    /// The visitor presses "Talk to a person".
    AskForPerson,
    /// A second version of the refunds agent is published.
    Publish,
    /// Sam approves what waits.
    Approve,
    /// Sam declines what waits.
    Decline,
    /// Sam takes over.
    Claim,
    /// Sam says this.
    Reply(&'static str),
    /// Sam writes this down.
    Note(&'static str),
    /// Sam hands over to billing, with this note.
    HandBack(&'static str),
    /// Sam closes it.
    Close,
}

impl Story {
    /// All of them.
    pub const ALL: &[Self] =
        &[Self::Charge, Self::Approval, Self::Decline, Self::People, Self::LostAnswer];

    /// Its name on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Charge => "charge",
            Self::Approval => "approval",
            Self::Decline => "decline",
            Self::People => "people",
            Self::LostAnswer => "lost-answer",
        }
    }

    /// Whether the provider's answers are lost the first time.
    pub fn loses_answers(self) -> bool {
        self == Self::LostAnswer
    }

    /// What happens in it.
    pub fn steps(self) -> &'static [Step] {
        use Step::{
            Approve, AskForPerson, Claim, Close, Decline, HandBack, Note, Publish, Reply, Say,
        };
        match self {
            Self::Charge => &[Say(player::CHARGED_TWICE), Publish, Say("Thank you.")],
            Self::Approval => &[Say(player::TOO_LARGE), Publish, Approve, Say("Thank you.")],
            Self::Decline => &[Say(player::TOO_LARGE_AND_ASKED), Say("Any news?"), Decline],
            Self::People => &[
                Say("Hello."),
                AskForPerson,
                Claim,
                Reply("Sam here."),
                Say("At last."),
                Note("Sounds tired."),
                HandBack("No refund needed."),
                Close,
                Say("One more thing."),
            ],
            Self::LostAnswer => &[Say(player::ANSWER_LOST)],
        }
    }

    /// Whether an interrupted run came to the same as the one that nothing disturbed.
    pub fn compare(self, expected: &Report, found: &Report) -> Result<(), String> {
        differ("what it came to", &expected.outcome, &found.outcome)?;
        if self.loses_answers() {
            // After a crash the key is sent again and answered at once: the same end, and a
            // journal that rightly says that it came there another way.
            return Ok(());
        }
        differ("the journal", &expected.events, &found.events)?;
        if expected.head == found.head {
            Ok(())
        } else {
            Err("the chain's head differs".to_owned())
        }
    }
}

impl fmt::Display for Story {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The first line that differs, if one does.
fn differ(what: &str, expected: &[String], found: &[String]) -> Result<(), String> {
    let none = String::from("nothing");
    let longest = expected.len().max(found.len());
    let first = (0..longest)
        .map(|i| (expected.get(i).unwrap_or(&none), found.get(i).unwrap_or(&none)))
        .find(|(expected, found)| expected != found);
    first.map_or(Ok(()), |(expected, found)| {
        Err(format!("{what} differs: expected {expected}, found {found}"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_difference_is_told() {
        let lines = |text: &str| text.split(' ').map(str::to_owned).collect::<Vec<_>>();
        assert_eq!(differ("it", &lines("a b"), &lines("a b")), Ok(()));
        let told = differ("it", &lines("a b"), &lines("a c"));
        assert_eq!(told, Err("it differs: expected b, found c".to_owned()));
        assert!(differ("it", &lines("a"), &lines("a b")).is_err());
        assert!(differ("it", &lines("a b"), &lines("a")).is_err());
    }

    #[test]
    fn names_are_those_of_the_command_line() {
        for story in Story::ALL {
            assert_eq!(Story::from_str(story.name(), false), Ok(*story));
        }
    }
}
