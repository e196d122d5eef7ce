//! What the visitor wants now: a task, an answer to what was asked, small talk, or nothing clear.
//!
//! What they said since anybody last answered is one utterance. Each message of it is read by
//! itself, in the light of those before it; then what they come to is put together.

mod answers;
mod asked;
mod carried;
mod handed;
mod single;

pub use self::{
    asked::{Asked, asked, asked_which_order},
    handed::{can_serve, instructed, taken_over},
};
use super::{
    intents,
    requests::matter,
    said::{self, ANSWER_WORDS, asks_for_money_back},
    scene::Scene,
};

/// A no of more words than this is about something else than what was said before it.
const NO_WORDS: usize = 3;

/// Something the visitor wants done.
#[derive(Debug, Clone, PartialEq)]
pub struct Goal {
    /// What, as an intent; empty if only the knowledge base can tell.
    pub intent: String,
    /// The visitor's words (or the brief's) that say so, a line for each message. A later line
    /// overrides an earlier one.
    pub text: String,
    /// How sure that is; 1 where no classifier was asked.
    pub p: f32,
    /// What the visitor has just said yes to, if that is why.
    pub agreed: Option<Asked>,
}

impl Goal {
    /// The goal that these words ask for, with this probability.
    pub fn new(intent: &str, text: &str, p: f32) -> Self {
        Self { intent: intent.to_owned(), text: text.to_owned(), p, agreed: None }
    }

    /// Its lines, newest first.
    pub fn lines(&self) -> impl Iterator<Item = &str> {
        self.text.lines().rev()
    }

    /// Whether one of its lines says so.
    pub fn says(&self, what: impl Fn(&str) -> bool) -> bool {
        self.text.lines().any(what)
    }

    /// The orders that it is about, by the newest line that names any.
    pub fn orders(&self) -> Vec<String> {
        let named = self.lines().map(said::orders_meant);
        named.into_iter().find(|orders| !orders.is_empty()).unwrap_or_default()
    }

    /// With more words, those that it has already left out.
    fn with(mut self, words: &str) -> Self {
        for line in words.lines() {
            if !self.text.lines().any(|known| known == line) {
                self.text.push('\n');
                self.text.push_str(line);
            }
        }
        self
    }
}

/// What the visitor's words come to.
#[derive(Debug, Clone, PartialEq)]
pub enum Understood {
    /// Something to do.
    Task(Goal),
    /// A yes to the offer of a person, or the plain wish for one.
    Person,
    /// A no to what was asked.
    No,
    /// Small talk of this kind.
    Talk(String),
    /// An order and nothing else; empty if they did not say which.
    Order(String),
    /// A name or an address in place of signing in.
    NotSignedIn,
    /// It is theirs, they say, though the record does not show it.
    NotOnAccount,
    /// Why something was refused.
    Why,
    /// One of these intents.
    Either(String, String),
    /// Nothing this desk does.
    OutOfScope,
    /// Not understood.
    Unclear,
}

impl Understood {
    /// How much it says: what says less does not take the place of what says more.
    fn weight(&self) -> u8 {
        match self {
            Self::Talk(kind) if ["greet", "thanks", "goodbye", "affirm"].contains(&&**kind) => 0,
            Self::Unclear | Self::OutOfScope => 1,
            Self::Talk(kind) if kind == "never_mind" => 3,
            Self::Talk(_) | Self::Either(..) => 2,
            Self::No | Self::Order(_) | Self::NotSignedIn | Self::NotOnAccount | Self::Why => 3,
            Self::Task(_) => 4,
            Self::Person => 5,
        }
    }

    /// Whether it is more than a greeting or a riddle.
    fn says_something(&self) -> bool {
        self.weight() > 1
    }

    fn is_no(&self) -> bool {
        self.takes_back() || matches!(self, Self::Talk(kind) if kind == "deny")
    }

    fn takes_back(&self) -> bool {
        matches!(self, Self::No) || matches!(self, Self::Talk(kind) if kind == "never_mind")
    }
}

/// Understands all that the visitor has said since anybody last answered.
pub fn understand(scene: &Scene<'_>) -> Understood {
    let said: Vec<(Understood, &str)> = scene
        .burst()
        .map(|it| (single::understand(&it), it.newest().unwrap_or_default()))
        .collect();
    // A flat no as the last word takes back what was asked for before it.
    let ends_in_no = matches!(&said[..], [_, .., (Understood::Talk(kind), text)]
        if kind == "deny" && text.split_whitespace().count() <= NO_WORDS);
    let whole =
        said.into_iter().reduce(|(so_far, _), (next, text)| (together(so_far, next, text), text));
    match whole {
        Some((Understood::Task(_), _)) if ends_in_no => Understood::Talk("deny".to_owned()),
        Some((understood, _)) => understood,
        None => Understood::Unclear,
    }
}

/// What was understood so far together with the next message, `text`.
fn together(so_far: Understood, next: Understood, text: &str) -> Understood {
    match (so_far, next) {
        (Understood::Task(goal), Understood::Task(other)) => {
            Understood::Task(both(goal, other, text))
        }
        (Understood::Task(_), next) if next.takes_back() => next,
        // "Where is my parcel" – "the one with the towels": a detail of it.
        (Understood::Task(goal), Understood::Unclear | Understood::OutOfScope)
            if text.split_whitespace().count() <= ANSWER_WORDS =>
        {
            Understood::Task(goal.with(text))
        }
        (Understood::Order(order), Understood::Task(goal)) if goal.orders().is_empty() => {
            let text = format!("{order}\n{}", goal.text).trim().to_owned();
            Understood::Task(Goal { text, ..goal })
        }
        (so_far, next) if next.weight() < so_far.weight() => so_far,
        (_, next) => next,
    }
}

/// Two tasks in one utterance. About one matter they are one; a correction takes the place of what
/// it corrects; else the stronger comes first, and the other is taken up afterwards.
fn both(goal: Goal, other: Goal, text: &str) -> Goal {
    let one_matter = matter(&goal.intent) == matter(&other.intent);
    if one_matter {
        let agreed = other.agreed.clone().or_else(|| {
            goal.agreed.clone().filter(|_| {
                // "Yes" – "A1002, I mean": a yes to something else.
                said::orders_meant(text).is_empty()
            })
        });
        let later = rank(&other.intent) >= rank(&goal.intent);
        let (intent, p) =
            if later { (other.intent, other.p) } else { (goal.intent.clone(), goal.p) };
        return Goal { intent, p, agreed, ..goal.with(&other.text) };
    }
    if said::starts_over(text) || strength(&other) > strength(&goal) {
        other
    } else if other.intent == "complaint" {
        // What sounds like one may be a detail: "the dinner service".
        goal.with(&other.text)
    } else {
        goal
    }
}

/// Of several intents about one matter the one that says most about it.
fn rank(intent: &str) -> u8 {
    match intent {
        "double_charge" => 5,
        "refund_request" | "cancel_subscription" => 4,
        "item_problem" => 3,
        "refund_eligibility" | "refund_status" => 2,
        "charge_question" => 1,
        _ => 0,
    }
}

/// How plainly something is asked for.
fn strength(goal: &Goal) -> u8 {
    match goal.intent.as_str() {
        _ if goal.agreed.is_some() => 4,
        _ if goal.says(asks_for_money_back) || single::by_its_words(&goal.text).is_some() => 3,
        "" | "complaint" => 1,
        _ => 2,
    }
}

fn is_task(intent: &str) -> bool {
    !intents::get(intent).is_some_and(|intent| intent.small_talk)
}
