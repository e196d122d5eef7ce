//! What the visitor wants now: a task, an answer to what was asked, small talk, or nothing clear.

use std::sync::LazyLock;

use regex::Regex;

use super::{
    features::normalise,
    intents,
    lexicon::{self, pattern},
    phrases,
    scene::{Scene, values},
    slots,
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
    /// To sign in.
    SignIn,
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
    /// An order and nothing else.
    Order(String),
    /// A name or an address in place of signing in.
    NotSignedIn,
    /// Why something was refused.
    Why,
    /// One of these intents.
    Either(String, String),
    /// Nothing this desk does.
    OutOfScope,
    /// Not understood.
    Unclear,
}

/// An answer to a yes-or-no question has at most this many words.
const ANSWER_WORDS: usize = 8;
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
    if let Some(carried) = continued(scene, text, &reading, asked.as_ref()) {
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

/// What the agent's words asked.
fn asked(text: &str) -> Option<Asked> {
    let refund = ["confirm_duplicate", "confirm_refund", "offer_refund"];
    if let Some(values) = refund.iter().find_map(|key| phrases::heard(key, text)) {
        let (order, amount) = (values.get("order")?.clone(), values.get("amount")?.clone());
        return Some(Asked::Refund { order, amount });
    }
    if let Some(values) = phrases::heard("also_named", text) {
        return Some(Asked::Also(values.get("order")?.clone()));
    }
    let is = |keys: &[&str]| keys.iter().any(|key| phrases::heard(key, text).is_some());
    if is(&["which_order", "ask_order"]) {
        Some(Asked::Order)
    } else if is(&["which_invoice"]) {
        Some(Asked::Invoice)
    } else if is(&["sign_in"]) {
        Some(Asked::SignIn)
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
    let is_answer = !text.contains('?') && normal.split(' ').count() <= ANSWER_WORDS;
    let yes = is_answer
        && (YES.is_match(&normal) || (top == "affirm" && reading.intents[0].1 >= CARRIED_AT));
    let no = NO.is_match(&normal) || (top == "deny" && reading.intents[0].1 >= CARRIED_AT);
    let names_order = !values(&reading.slots, "order").is_empty();
    match asked {
        Asked::Refund { order, .. } => {
            let another = names_order && !values(&reading.slots, "order").contains(order);
            if yes && !another {
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
        Asked::Also(_) if no && !names_order => Some(Understood::No),
        Asked::SignIn if reading.slots.iter().any(|(key, _)| key == "email") => {
            Some(Understood::NotSignedIn)
        }
        Asked::Person if WHY.is_match(&normal) => Some(Understood::Why),
        Asked::Person if yes => Some(Understood::Person),
        Asked::Person if no => Some(Understood::No),
        Asked::Order | Asked::Invoice => {
            let says_which = !reading.slots.is_empty() || WHICH_ONE.is_match(&normal);
            let goal = earlier_task(scene).filter(|_| says_which)?;
            Some(Understood::Task(goal))
        }
        Asked::Person | Asked::Also(_) | Asked::SignIn => None,
    }
}

/// A message that names little but a value, or corrects one, goes on with the earlier request.
fn continued(
    scene: &Scene<'_>,
    text: &str,
    reading: &Reading,
    asked: Option<&Asked>,
) -> Option<Understood> {
    let orders = values(&reading.slots, "order");
    let order = orders.first()?;
    let threshold = scene.request.agent.confidence_threshold;
    let (top, p) = reading.intents.first().cloned().unwrap_or_default();
    // "refund A1002" is short, and still a request of its own.
    if asks_for_money_back(text) {
        return None;
    }
    let bare = reading.conversational || p < threshold || CORRECTS.is_match(&normalise(text));
    if !bare || (is_task(&top) && p >= threshold && asked.is_none() && !reading.conversational) {
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
        let reading = scene.read(text);
        let (intent, p) = reading.intents.first()?.clone();
        let asks = is_task(&intent) && p >= CARRIED_AT && !reading.out_of_scope;
        (asks && !reading.conversational).then(|| Goal {
            intent,
            text: text.to_owned(),
            p,
            agreed: None,
        })
    })
}

fn by_reading(scene: &Scene<'_>, text: &str, reading: &Reading) -> Understood {
    let threshold = scene.request.agent.confidence_threshold;
    let task = |intent: &str, p: f32| {
        Understood::Task(Goal { intent: intent.to_owned(), text: text.to_owned(), p, agreed: None })
    };
    let Some((top, p)) = reading.intents.first() else { return Understood::Unclear };
    let normal = normalise(text);
    let unsure = reading.out_of_scope || *p < threshold;
    if unsure && TWICE.is_match(&normal) && PAID.is_match(&normal) {
        return task("double_charge", threshold);
    }
    if reading.out_of_scope {
        // A language without examples is no reason to send somebody away.
        let known = reading.language == "en";
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

/// Whether the text plainly asks for money back now: the words of a request, no question of
/// whether, no "not".
pub fn asks_for_money_back(text: &str) -> bool {
    let text = normalise(text);
    let asks_whether = text.contains('?') && !POLITE.is_match(&text);
    MONEY_BACK.is_match(&text)
        && !asks_whether
        && !HYPOTHETICAL.is_match(&text)
        && !REFUSES_REFUND.is_match(&text)
}

/// Whether the text speaks of paying twice.
pub fn speaks_of_twice(text: &str) -> bool {
    TWICE.is_match(&normalise(text))
}

/// Whether an agent's words asked which order it is about.
pub fn asked_which_order(text: &str) -> bool {
    asked(text) == Some(Asked::Order)
}

/// Whether the text wants all of it.
pub fn wants_all(text: &str) -> bool {
    WHOLE.is_match(&normalise(text))
}

/// Whether the text speaks of the newest one, of orders or invoices.
pub fn means_newest(text: &str) -> bool {
    NEWEST.is_match(&normalise(text))
}

/// Whether the text says that something did not arrive.
pub fn says_not_arrived(text: &str) -> bool {
    NOT_ARRIVED.is_match(&normalise(text))
}

/// The order ids that a text means: those that it does not take back ("A1002, not A1001").
pub fn orders_meant(text: &str) -> Vec<String> {
    let slots = slots::find(text);
    let normal = normalise(text);
    let named = values(&slots, "order");
    let taken_back = |order: &String| {
        let id = order.to_lowercase();
        ["not ", "not order ", "nicht ", "instead of ", "instead of order "]
            .iter()
            .any(|not| normal.contains(&format!("{not}{id}")))
    };
    named.into_iter().filter(|order| !taken_back(order)).collect()
}

/// Anger or danger that a person should know of at once, in the newest message.
pub fn is_emergency(text: &str) -> bool {
    lexicon::safety(text).is_some()
}

macro_rules! patterns {
    ($($name:ident = $text:expr;)+) => {$(
        static $name: LazyLock<Regex> = LazyLock::new(|| pattern($text));
    )+};
}

patterns! {
    YES = r"^(?:yes|yep|yeah|yup|ya|sure|ok|okay|please do|do it|go ahead|correct|exactly|right|of course|absolutely|definitely|ja|jawohl|oui|sí|si|sim|tak|da|sounds good|fine|refund it|confirmed?|i confirm|that'?s (?:right|correct|it)|please)\b";
    NO = r"^(?:no|nope|nah|not|don'?t|do not|never|nein|non|não|nee|nie|stop|cancel|wait)\b";
    WHOLE = r"\b(?:everything|the whole|whole order|all of it|full (?:amount|refund|order)|in full|entire|both (?:charges|payments))\b";
    WHICH_ONE = r"\b(?:last|latest|newest|recent|first|second|third|one|that|this|most recent|older|oldest)\b|\d";
    CORRECTS = r"\b(?:i mean|i meant|meant|not|instead|sorry|wrong|oops|correction|rather|actually|typo|it'?s|its|it is|number is|order is)\b|^no\b";
    MONEY_BACK = r"\b(?:refund\w*|refnud|refudn|refun|refud|reufnd|refound|money back|mony back|moeny back|monney back|cash back|pay(?:ment)? back|paid back|reimburs\w*|repay\w*|give (?:me )?(?:it|that|them|the (?:money|amount|second (?:one|charge|payment))|my money|one (?:payment|charge)) back|(?:return|get|want|have) (?:me )?(?:the|my) money|second (?:one|charge|payment) back|geld zurück|zurückerstatt\w*|erstatt\w*|rückerstattung|rembours\w*|reembols\w*|devolu\w*|devuel\w*|devolver|rimbors\w*|terugbetal\w*|geld terug|zwrot\w*|zwróć\w*)\b";
    POLITE = r"\b(?:please|pls|plz|(?:can|could|will|would) you|i want|i need|i would like|i'?d like|bitte|por favor|s'il vous plaît|per favore|proszę)\b";
    HYPOTHETICAL = r"\b(?:shall i|should i|you said|can i (?:still )?(?:get|have|claim|ask)|could i|may i|am i|would i|is it (?:possible|too late)|is (?:order |it |my order )?\w* ?refundable|how (?:long|do|does|much|would|can|many|to)|what if|if i|eligible|possible to|policy|policies|do you (?:do|offer|give)|when (?:will|do|does|can)|where(?:'s| is)|status|promised|was i|were you|have you|did you|has my)\b";
    REFUSES_REFUND = r"\b(?:do not|don'?t|dont|no longer|not|never) (?:really )?(?:want|need|asked? for|asking for|like|wish)? ?(?:to have |to get )?(?:a |any |the |my |your )?(?:refund(?:ed)?|money back|reimbursement)\b|\b(?:cancel|stop|withdraw|forget(?: about)?) (?:the|my|that|this) refund\b";
    TWICE = r"\b(?:twice|double|doubled|two times|2 ?x|2 times|duplicate[ds]?|second (?:charge|payment|time|one|debit|booking)|both charges|zweimal|doppelt|deux fois|dos veces|due volte|duas vezes|twee keer|dubbel|dwa razy|podwójnie)\b";
    PAID = r"\b(?:charge[ds]?|paid|pay|payments?|bank|card|statement|debit(?:ed)?|booked|billed|account|money|amount|transaction|withdrawals?|€|eur)\b|€";
    WHY = r"^(?:but |and |so )?(?:why|how come|for what reason|what'?s the reason|warum|pourquoi|por qué|perché|waarom|dlaczego)\b";
    NEWEST = r"\b(?:last|latest|newest|most recent|recent|current)\b";
    NOT_ARRIVED = r"\b(?:not|never|n'?t|hasnt|havent|didnt|still no|no sign|nothing) (?:\w+ ){0,3}?(?:received?|got(?:ten)?|get|arrived?|here|come|came|reached|there|package|parcel)\b|(?:hasn't|haven't|didn't|isn't) (?:\w+ ){0,2}?(?:received?|got|get|arrived?|here|come|reached)\b";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_requests_are_told_from_questions() {
        for text in [
            "I was charged twice for order A1001 and want my money back",
            "refund A1002 please",
            "can you refund order A1002?",
            "I'd like to be reimbursed for A1001",
            "Charged two times for A1001, I want the second one back",
            "Ich möchte mein Geld zurück für A1001",
        ] {
            assert!(asks_for_money_back(text), "{text}");
        }
        for text in [
            "can I get a refund for A1002?",
            "Is A1002 refundable?",
            "how do refunds work for A1002",
            "I don't want a refund for A1002, I want a new one",
            "where is my refund for A1002",
            "cancel the refund of A1002",
            "when will I get my money back for A1002",
            "A1002",
        ] {
            assert!(!asks_for_money_back(text), "{text}");
        }
    }

    #[test]
    fn what_is_taken_back_is_not_meant() {
        let check = |text: &str, orders: &[&str]| assert_eq!(orders_meant(text), orders, "{text}");
        check("no, A1002", &["A1002"]);
        check("I meant A1002, not A1001", &["A1002"]);
        check("A1001 and A1002", &["A1001", "A1002"]);
        check("not A1001", &[]);
    }

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
