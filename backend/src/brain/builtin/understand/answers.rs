//! Answers to what an agent asked: yes, no, which one.

use classifier::features::{self, normalise};

use super::{Asked, Goal, Understood, carried, is_task, single::CARRIED_AT};
use crate::brain::{
    Reading,
    builtin::{
        said::{self, INSISTS, WHICH_ONE, WHY, YES, asks_for_money_back},
        scene::{Scene, values},
    },
};

/// Words of an answer that are shorter than this are in any list, or in none.
const LISTED_WORD: usize = 4;

/// What `text` says to what was asked; `None` if it says something else.
pub fn answer(
    scene: &Scene<'_>,
    text: &str,
    reading: &Reading,
    asked: Option<&Asked>,
) -> Option<Understood> {
    let asked = asked?;
    let top = reading.intents.first().map_or("", |(intent, _)| intent.as_str());
    let normal = normalise(text);
    // "ok, and when do I get my money?" is no yes.
    let is_answer = !text.contains('?') && normal.split(' ').count() <= said::ANSWER_WORDS;
    let yes = is_answer
        && (YES.is_match(&normal) || (top == "affirm" && reading.intents[0].1 >= CARRIED_AT));
    let no = said::says_no(text) || (top == "deny" && reading.intents[0].1 >= CARRIED_AT);
    let names_order = !values(&reading.slots, "order").is_empty();
    match asked {
        Asked::Refund { order, .. } => {
            let another = names_order && !values(&reading.slots, "order").contains(order);
            if (yes || (asks_for_money_back(text) && !no)) && !another {
                let goal = Goal::new("refund_request", text, 1.0);
                return Some(Understood::Task(Goal { agreed: Some(asked.clone()), ..goal }));
            }
            (no && !names_order).then_some(Understood::No)
        }
        Asked::Also(order) if yes && !names_order => {
            let text = format!("refund order {order}");
            Some(Understood::Task(Goal::new("refund_request", &text, 1.0)))
        }
        Asked::Also(_) | Asked::Rest(_) if no && !names_order => Some(Understood::No),
        Asked::Rest(request) if yes => {
            let reading = scene.read(request);
            let (intent, p) = reading.intents.into_iter().find(|(intent, _)| is_task(intent))?;
            Some(Understood::Task(Goal::new(&intent, request, p)))
        }
        Asked::Number if !names_order && INSISTS.is_match(&normal) => {
            Some(Understood::NotOnAccount)
        }
        Asked::SignIn if reading.slots.iter().any(|(key, _)| key == "email") => {
            Some(Understood::NotSignedIn)
        }
        Asked::Person if WHY.is_match(&normal) => Some(Understood::Why),
        Asked::Person if yes => Some(Understood::Person),
        Asked::Person if no => Some(Understood::No),
        Asked::Invoice if !reading.slots.is_empty() || WHICH_ONE.is_match(&normal) => {
            Some(Understood::Task(Goal::new("invoice_copy", text, 1.0)))
        }
        Asked::Order => {
            let says_which = !reading.slots.is_empty() || WHICH_ONE.is_match(&normal) || yes;
            // "The dinner service": few words that ask for nothing else name one of them.
            let threshold = scene.request.agent.confidence_threshold;
            let unsure = reading.intents.first().is_none_or(|(_, p)| *p < threshold);
            let listed = is_answer && scene.question().is_some_and(|list| is_in(list, &normal));
            let names = listed || (unsure && is_answer && !no);
            let goal = carried::earlier_task(scene).filter(|_| says_which || names)?;
            // "No wait, where is my order A1002?" asks for something else.
            let is_other = is_task(top) && top != goal.intent;
            if !listed && !unsure && !reading.conversational && is_other {
                return None;
            }
            Some(Understood::Task(goal.with(text)))
        }
        Asked::Person
        | Asked::Also(_)
        | Asked::Rest(_)
        | Asked::SignIn
        | Asked::Invoice
        | Asked::Number => None,
    }
}

/// Whether what is listed has all the longer words of an answer, and there are any.
fn is_in(list: &str, answer: &str) -> bool {
    let listed = features::words(&normalise(list));
    let words = features::words(answer);
    let mut long = words.iter().filter(|word| word.chars().count() >= LISTED_WORD).peekable();
    long.peek().is_some() && long.all(|word| listed.contains(word))
}
