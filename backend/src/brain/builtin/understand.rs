//! What the visitor wants now: a task, an answer to what was asked, small talk, or nothing clear.

use super::{
    features::normalise,
    intents, phrases, requests,
    said::{
        self, ABOUT_AN_ORDER, CORRECTS, DENIES, ENDS, INSISTS, NO, PAID, REFUSES_REFUND, TWICE,
        WHICH_ONE, WHY, YES, asks_for_money_back,
    },
    scene::{Scene, values},
};
use crate::brain::Reading;

/// Something the visitor wants done.
#[derive(Debug, Clone, PartialEq)]
pub struct Goal {
    /// What, as an intent; empty if only the knowledge base can tell.
    pub intent: String,
    /// The visitor's words (or the brief's) that say so.
    pub text: String,
    /// How sure that is; 1 where no classifier was asked.
    pub p: f32,
    /// What the visitor has just said yes to, if that is why.
    pub agreed: Option<Asked>,
}

/// What an agent asked last.
#[derive(Debug, Clone, PartialEq)]
pub enum Asked {
    /// Whether to refund exactly this.
    Refund {
        /// The order.
        order: String,
        /// The amount, as it was written.
        amount: String,
    },
    /// Whether a person should take over.
    Person,
    /// Which order it is about.
    Order,
    /// Which invoice.
    Invoice,
    /// Whether to refund another order that was named.
    Also(String),
    /// Whether to go on with this other request of theirs.
    Rest(String),
    /// To sign in.
    SignIn,
    /// To check the number of an order that is not on their account.
    Number,
}

/// What the newest message comes to.
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

/// A message that may continue an earlier request says this much less than a request of its own.
const CARRIED_AT: f32 = 0.4;
/// Small talk at least this likely is answered as such.
const SMALL_TALK_AT: f32 = 0.5;
/// Two agents this likely each, and this likely together, are worth a question.
const EITHER: (f32, f32) = (0.2, 0.6);

/// Understands the newest visitor message in its scene.
pub fn understand(scene: &Scene<'_>) -> Understood {
    let Some(text) = scene.newest() else { return Understood::Unclear };
    let reading = scene.read(text);
    if reading.wants_person.is_some() || reading.safety.is_some() {
        return Understood::Person;
    }
    let asked = scene.question().and_then(asked);
    if let Some(intent) = chosen(text) {
        return Understood::Task(Goal { intent, text: text.to_owned(), p: 1.0, agreed: None });
    }
    if REFUSES_REFUND.is_match(&normalise(text)) {
        return Understood::Talk("never_mind".to_owned());
    }
    if let Some(answered) = answer_to(scene, text, &reading, asked.as_ref()) {
        return answered;
    }
    if let Some(part) = requests::several(scene, text).into_iter().next() {
        let (intent, p, text) = (part.intent, part.p, part.text.to_owned());
        return Understood::Task(Goal { intent, text, p, agreed: None });
    }
    if let Some(leaning) = leaning(scene, text, &reading) {
        return leaning;
    }
    if let Some(carried) = continued(scene, text, &reading) {
        return carried;
    }
    by_reading(scene, text, &reading)
}

/// What the brief asks for, at the start of a tenure: the visitor's yes if it was one, else what
/// the owner can best serve.
pub fn taken_over(scene: &Scene<'_>) -> Understood {
    let own = understand(scene);
    if matches!(&own, Understood::Task(goal) if goal.agreed.is_some()) {
        return own;
    }
    let brief = scene.request.brief.as_ref();
    let request = brief.map(|brief| brief.request.trim()).filter(|request| !request.is_empty());
    let texts = request.into_iter().chain(scene.newest()).chain(scene.earlier());
    for text in texts {
        let parts = requests::several(scene, text);
        if let Some(part) = parts.into_iter().find(|part| can_serve(scene, &part.intent)) {
            let (intent, p, text) = (part.intent, part.p, part.text.to_owned());
            return Understood::Task(Goal { intent, text, p, agreed: None });
        }
        let reading = scene.read(text);
        let able = reading
            .intents
            .iter()
            .find(|(intent, p)| *p >= 0.15 && is_task(intent) && can_serve(scene, intent));
        if let Some((intent, p)) = able {
            let agreed = None;
            let goal = Goal { intent: intent.clone(), text: text.to_owned(), p: *p, agreed };
            return Understood::Task(goal);
        }
    }
    own
}

/// Whether the owner itself has what the intent needs.
pub fn can_serve(scene: &Scene<'_>, intent: &str) -> bool {
    let instead: &[&str] = match intent {
        "double_charge" => &["issue_refund", "lookup_order", "list_charges"],
        "order_status" => &["lookup_order", "lookup_customer"],
        "opening_hours" => &["business_hours", "search_knowledge"],
        _ => &[],
    };
    let needed = intents::get(intent).and_then(|intent| intent.tool.as_deref());
    needed.into_iter().chain(instead.iter().copied()).any(|tool| scene.has(tool))
}

fn is_task(intent: &str) -> bool {
    !intents::get(intent).is_some_and(|intent| intent.small_talk)
}

/// What the note of the person who handed the conversation back asks the owner to do, if that is
/// plain. It says what about; that the visitor wants it is asked.
pub fn of_note(scene: &Scene<'_>) -> Option<Goal> {
    let note = scene.note().filter(|note| !DENIES.is_match(&normalise(note)))?;
    let reading = scene.read(note);
    let (intent, p) = reading.intents.first()?;
    let known = *p >= CARRIED_AT && is_task(intent) && !reading.out_of_scope;
    let intent = match intent.as_str() {
        // Whoever may is asked before money moves.
        _ if asks_for_money_back(note) => "refund_eligibility",
        "refund_request" | "double_charge" | "item_problem" => "refund_eligibility",
        other => other,
    };
    let plain = (known || asks_for_money_back(note)) && can_serve(scene, intent);
    plain.then(|| Goal { intent: intent.to_owned(), text: note.to_owned(), p: *p, agreed: None })
}

/// What the agent's words asked.
pub fn asked(text: &str) -> Option<Asked> {
    // The visitor's own words are quoted in it, so it comes before all else.
    if let Some(values) = phrases::heard("also_asked", text) {
        return Some(Asked::Rest(values.get("request")?.clone()));
    }
    let refund = ["confirm_duplicate", "confirm_second", "confirm_refund", "offer_refund"];
    if let Some(values) = refund.iter().find_map(|key| phrases::heard(key, text)) {
        let (order, amount) = (values.get("order")?.clone(), values.get("amount")?.clone());
        return Some(Asked::Refund { order, amount });
    }
    if let Some(values) = phrases::heard("also_named", text) {
        return Some(Asked::Also(values.get("order")?.clone()));
    }
    let is = |keys: &[&str]| keys.iter().any(|key| phrases::heard(key, text).is_some());
    if is(&["which_order", "which_order_again", "ask_order"]) {
        Some(Asked::Order)
    } else if is(&["which_invoice"]) {
        Some(Asked::Invoice)
    } else if is(&["sign_in"]) {
        Some(Asked::SignIn)
    } else if is(&["not_found", "not_yours"]) {
        Some(Asked::Number)
    } else if is(&["miss"]) && !text.is_ascii() || text.contains(" person ") && text.ends_with('?')
    {
        Some(Asked::Person)
    } else {
        None
    }
}

/// The intent whose button was pressed.
fn chosen(text: &str) -> Option<String> {
    intents::by_label(text.trim()).map(str::to_owned)
}

fn answer_to(
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
    let no = NO.is_match(&normal) || (top == "deny" && reading.intents[0].1 >= CARRIED_AT);
    let names_order = !values(&reading.slots, "order").is_empty();
    match asked {
        Asked::Refund { order, .. } => {
            let another = names_order && !values(&reading.slots, "order").contains(order);
            if (yes || asks_for_money_back(text)) && !another {
                let intent = "refund_request".to_owned();
                let agreed = Some(asked.clone());
                return Some(Understood::Task(Goal {
                    intent,
                    text: text.to_owned(),
                    p: 1.0,
                    agreed,
                }));
            }
            (no && !names_order).then_some(Understood::No)
        }
        Asked::Also(order) if yes && !names_order => {
            let (intent, text) = ("refund_request".to_owned(), format!("refund order {order}"));
            Some(Understood::Task(Goal { intent, text, p: 1.0, agreed: None }))
        }
        Asked::Also(_) | Asked::Rest(_) if no && !names_order => Some(Understood::No),
        Asked::Rest(request) if yes => {
            let reading = scene.read(request);
            let (intent, p) = reading.intents.into_iter().find(|(intent, _)| is_task(intent))?;
            Some(Understood::Task(Goal { intent, text: request.clone(), p, agreed: None }))
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
            let (intent, text) = ("invoice_copy".to_owned(), text.to_owned());
            Some(Understood::Task(Goal { intent, text, p: 1.0, agreed: None }))
        }
        Asked::Order => {
            let says_which = !reading.slots.is_empty() || WHICH_ONE.is_match(&normal) || yes;
            // "The dinner service": few words that ask for nothing else name one of them.
            let threshold = scene.request.agent.confidence_threshold;
            let unsure = reading.intents.first().is_none_or(|(_, p)| *p < threshold);
            let names = unsure && is_answer && !no;
            let goal = earlier_task(scene).filter(|_| says_which || names)?;
            // "No wait, where is my order A1002?" asks for something else.
            if !unsure && !reading.conversational && is_task(top) && top != goal.intent {
                return None;
            }
            Some(Understood::Task(goal))
        }
        Asked::Person
        | Asked::Also(_)
        | Asked::Rest(_)
        | Asked::SignIn
        | Asked::Invoice
        | Asked::Number => None,
    }
}

/// "Cancel it", "how much is that": what it is about was said before.
fn leaning(scene: &Scene<'_>, text: &str, reading: &Reading) -> Option<Understood> {
    let before = earlier_task(scene).filter(|_| said::leans(text))?;
    let (top, p) = reading.intents.first()?;
    let intent = match before.intent.as_str() {
        "subscription_question" | "cancel_subscription" if ENDS.is_match(&normalise(text)) => {
            "cancel_subscription"
        }
        "subscription_question" | "cancel_subscription" if !asks_for_money_back(text) => {
            "subscription_question"
        }
        _ if *p >= scene.request.agent.confidence_threshold || !is_task(top) => return None,
        _ if asks_for_money_back(text) => "refund_request",
        same => same,
    };
    let text = format!("{} {text}", before.text);
    Some(Understood::Task(Goal { intent: intent.to_owned(), text, p: *p, agreed: None }))
}

/// A message that names little but a value, or corrects one, goes on with the earlier request.
fn continued(scene: &Scene<'_>, text: &str, reading: &Reading) -> Option<Understood> {
    let orders = values(&reading.slots, "order");
    let order = orders.first()?;
    let threshold = scene.request.agent.confidence_threshold;
    let (top, p) = reading.intents.first().cloned().unwrap_or_default();
    // "refund A1002" is short, and still a request of its own.
    if asks_for_money_back(text) {
        return None;
    }
    let bare = reading.conversational || p < threshold || CORRECTS.is_match(&normalise(text));
    if !bare || (is_task(&top) && p >= threshold && !reading.conversational) {
        return None;
    }
    Some(match earlier_task(scene) {
        Some(goal) => Understood::Task(goal),
        None if reading.conversational => Understood::Order(order.clone()),
        None => return None,
    })
}

/// The newest earlier message that asked for something, or the request of the brief.
fn earlier_task(scene: &Scene<'_>) -> Option<Goal> {
    let brief = scene.request.brief.as_ref().map(|brief| brief.request.as_str());
    scene.earlier().take(8).chain(brief).find_map(|text| {
        let goal = |intent: &str, text: &str, p: f32| {
            let (intent, text) = (intent.to_owned(), text.to_owned());
            Some(Goal { intent, text, p, agreed: None })
        };
        if let Some(part) = requests::several(scene, text).first() {
            return goal(&part.intent, part.text, part.p);
        }
        let reading = scene.read(text);
        let (intent, p) = reading.intents.first()?.clone();
        let asks = is_task(&intent) && p >= CARRIED_AT && !reading.out_of_scope;
        if asks && !reading.conversational {
            return goal(&intent, text, p);
        }
        by_its_words(text).and_then(|intent| goal(intent, text, p))
    })
}

/// What the words themselves ask for, where the examples leave it open.
fn by_its_words(text: &str) -> Option<&'static str> {
    let normal = normalise(text);
    if TWICE.is_match(&normal) && PAID.is_match(&normal) {
        Some("double_charge")
    } else {
        asks_for_money_back(text).then_some("refund_request")
    }
}

fn by_reading(scene: &Scene<'_>, text: &str, reading: &Reading) -> Understood {
    let threshold = scene.request.agent.confidence_threshold;
    let task = |intent: &str, p: f32| {
        Understood::Task(Goal { intent: intent.to_owned(), text: text.to_owned(), p, agreed: None })
    };
    let Some((top, p)) = reading.intents.first() else { return Understood::Unclear };
    let unsure = reading.out_of_scope || *p < threshold;
    if let Some(intent) = by_its_words(text).filter(|_| unsure) {
        return task(intent, threshold);
    }
    if unsure && ABOUT_AN_ORDER.is_match(&normalise(text)) {
        return Understood::Order(String::new());
    }
    if reading.out_of_scope {
        // A language without examples is no reason to send somebody away.
        let says_something = text.split_whitespace().count() > 2;
        let known = reading.language == "en" && says_something;
        return if known { Understood::OutOfScope } else { Understood::Unclear };
    }
    if !is_task(top) && *p >= SMALL_TALK_AT {
        return Understood::Talk(top.clone());
    }
    let mut tasks = reading.intents.iter().filter(|(intent, _)| is_task(intent));
    let Some((top, p)) = tasks.next() else { return Understood::Unclear };
    if *p >= threshold {
        return task(top, *p);
    }
    let agent_of = |intent: &str| scene.reader.homes(intent).first().cloned().unwrap_or_default();
    let (first, second) = (reading.agents.first(), reading.agents.get(1));
    if let Some((agent, p)) = first.filter(|(_, p)| *p >= threshold) {
        let of_it = reading.intents.iter().find(|(i, _)| is_task(i) && agent_of(i) == *agent);
        if let Some((intent, _)) = of_it {
            return task(intent, *p);
        }
    }
    if let (Some((_, a)), Some((_, b))) = (first, second)
        && *b >= EITHER.0
        && a + b >= EITHER.1
        && let Some((other, _)) = tasks.find(|(intent, _)| agent_of(intent) != agent_of(top))
    {
        return Understood::Either(top.clone(), other.clone());
    }
    let in_pages = intents::get(top).is_some_and(|i| i.tool.as_deref() == Some("search_knowledge"));
    if scene.has("search_knowledge") && (in_pages || *p < CARRIED_AT) {
        return task(if in_pages { top } else { "" }, *p);
    }
    if *p >= CARRIED_AT && can_serve(scene, top) { task(top, *p) } else { Understood::Unclear }
}

/// Whether an agent's words asked which order it is about.
pub fn asked_which_order(text: &str) -> bool {
    asked(text) == Some(Asked::Order)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn questions_are_recognised() {
        let check =
            |text: &str, expected: Option<Asked>| assert_eq!(asked(text), expected, "{text}");
        let refund = Asked::Refund { order: "A1001".to_owned(), amount: "49.00 EUR".to_owned() };
        check(
            "Order A1001 was charged twice. Shall I refund the second charge of 49.00 EUR for order A1001?",
            Some(refund),
        );
        check("I found nothing. Would you like a person to look at it?", Some(Asked::Person));
        check("Which order do you mean?\n- A1001", Some(Asked::Order));
        check("Is there anything else?", None);
    }
}
