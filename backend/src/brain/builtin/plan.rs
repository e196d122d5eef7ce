//! The next step, from what the scene shows: what to say, what to call, to whom to hand over.

use serde_json::json;
use shared::{brief::Sentiment, event::Effect};

use super::{
    answer::Answer,
    intents, lexicon, phrases, requests, said,
    scene::{Ended, Scene, cut},
    skills::{billing, escalate, hours, knowledge, news, orders, refund, talk},
    understand::{self, Asked, Goal, Understood},
};
use crate::brain::Entry;

/// Decides the next step. The same scene always comes to the same step.
pub fn step(scene: &Scene<'_>) -> Answer {
    let refused = refusals(scene);
    let answer = if refused > 0 { fall_back(scene, refused) } else { decide(scene) };
    let answer = also_asked(scene, without_repeats(scene, answer));
    if answer.text.is_empty() && answer.calls.is_empty() {
        return opened(scene, stuck(scene));
    }
    opened(scene, answer)
}

fn decide(scene: &Scene<'_>) -> Answer {
    if scene.just_returned() {
        return back(scene);
    }
    let news = news::report(scene);
    let reported = news.as_ref().map_or("", |answer| answer.text.as_str());
    let to_do = scene.has_unanswered() || (scene.just_took_over() && !scene.has_spoken());
    if !to_do {
        return news.unwrap_or_else(|| goes_on(scene));
    }
    match understood(scene) {
        // The news is the answer.
        Understood::Task(goal) if news.is_some() && is_about_refunds(&goal) => {
            news.unwrap_or_default()
        }
        Understood::Talk(kind) if kind == "never_mind" && news::under_way(scene).is_some() => {
            talk::reply(scene, &kind)
        }
        Understood::Talk(_) | Understood::Unclear | Understood::No if news.is_some() => {
            news.unwrap_or_default()
        }
        understood => respond(scene, understood).after(reported),
    }
}

/// The first words after a person has handed the conversation back: what they noted, if that is
/// something to do, else where the conversation stood.
fn back(scene: &Scene<'_>) -> Answer {
    let back = news::back(scene);
    match understand::instructed(scene).map(|goal| work(scene, &goal)) {
        Some(answer) if answer.text.is_empty() => answer,
        Some(answer) => answer.after(&back),
        None => Answer::text(news::where_it_stood(scene)).after(&back),
    }
}

/// What the visitor also asked for in the same breath is taken up once the first is answered: at
/// once if looking is enough, else they are asked whether to go on with it.
fn also_asked(scene: &Scene<'_>, answer: Answer) -> Answer {
    let asks = answer.text.ends_with('?') || understand::asked(&answer.text).is_some();
    let writes = answer.calls.iter().any(|(name, _)| effect(scene, name) == Some(Effect::Write));
    let is_whole = writes || answer.calls.is_empty();
    if asks || answer.text.is_empty() || !is_whole || scene.newest().is_none() {
        return answer;
    }
    let done = match understood(scene) {
        _ if news::report(scene).is_some() => "refund_request".to_owned(),
        Understood::Task(goal) => goal.intent,
        _ => return answer,
    };
    let Some(part) = requests::left_over(scene, &done) else { return answer };
    let second = work(scene, &Goal::new(&part.intent, part.text, part.p));
    if second.calls.iter().all(|(name, _)| effect(scene, name) == Some(Effect::Read)) {
        let told = scene.agents_said().any(|said| said.contains(&second.text));
        // What has to be looked up first is called for alone; then both are said together.
        return match second.text.is_empty() {
            true => second,
            false if told => answer,
            false => both(answer, second),
        };
    }
    if writes {
        // It is asked once the outcome is known: a question in between would be forgotten.
        return answer;
    }
    let question = scene.say("also_asked", &[("request", part.text)]);
    let text = format!("{}\n\n{question}", answer.text);
    Answer { text, ..answer }.buttons(scene.yes_or_no())
}

fn effect(scene: &Scene<'_>, tool: &str) -> Option<Effect> {
    scene.request.tools.iter().find(|it| it.name == tool).map(|it| it.effect)
}

fn both(first: Answer, second: Answer) -> Answer {
    let text = format!("{}\n\n{}", first.text, second.text);
    let sources = [first.sources, second.sources].concat();
    let quick_replies = if second.text.ends_with('?') { second.quick_replies } else { Vec::new() };
    Answer { text, quick_replies, sources, ..first }
}

fn understood(scene: &Scene<'_>) -> Understood {
    if scene.request.brief.is_some() && !scene.has_spoken() {
        understand::taken_over(scene)
    } else {
        understand::understand(scene)
    }
}

/// The agent spoke and then a call ended: the work goes on from there.
fn goes_on(scene: &Scene<'_>) -> Answer {
    match understood(scene) {
        Understood::Task(goal) => work(scene, &goal),
        _ => Answer::text(scene.say("anything_else", &[])),
    }
}

fn is_about_refunds(goal: &Goal) -> bool {
    ["refund_status", "refund_request", "double_charge", "item_problem"]
        .contains(&goal.intent.as_str())
}

fn respond(scene: &Scene<'_>, understood: Understood) -> Answer {
    // An agent that stands before a queue is there to get a person.
    if scene.queue().is_some() && scene.just_took_over() {
        return escalate::step(scene);
    }
    match understood {
        Understood::Task(goal) => work(scene, &goal),
        Understood::Person => to_person(scene, "The visitor asks for a person."),
        Understood::No => Answer::text(scene.say("declined_by_visitor", &[])),
        Understood::Talk(kind) => talk::reply(scene, &kind),
        Understood::Order(order) => {
            let key = if order.is_empty() { "what_about_orders" } else { "what_about_order" };
            Answer::text(scene.say(key, &[("order", &order)])).buttons(scene.requests())
        }
        // The buttons are in English.
        Understood::Either(..) if scene.request.language != "en" => unclear(scene),
        Understood::Either(one, other) => {
            let labels = [one, other];
            let labels = labels.iter().filter_map(|i| intents::get(i)).map(|i| i.label.as_str());
            Answer::text(scene.say("which_intent", &[])).buttons(labels)
        }
        Understood::NotSignedIn => not_signed_in(scene),
        Understood::NotOnAccount => scene.offer(scene.say("not_on_account", &[])),
        Understood::Why => scene.offer(scene.say("why", &[])),
        Understood::OutOfScope => knowledge::beyond(scene).unwrap_or_else(|needed| needed),
        Understood::Unclear => unclear(scene),
    }
}

/// Serves a goal, or hands it to whoever can.
fn work(scene: &Scene<'_>, goal: &Goal) -> Answer {
    match goal.intent.as_str() {
        "human_request" | "complaint" | "legal_privacy" => {
            return to_person(scene, "The visitor needs a person.");
        }
        _ if !understand::can_serve(scene, &goal.intent) && !goal.intent.is_empty() => {
            return hand_over(scene, goal);
        }
        _ => {}
    }
    let served = match goal.intent.as_str() {
        "refund_request" | "item_problem" | "refund_eligibility" => refund::request(scene, goal),
        "double_charge" if scene.has("issue_refund") => refund::request(scene, goal),
        "double_charge" => billing::duplicate(scene, goal),
        "charge_question" => billing::charges(scene, goal),
        "refund_status" => refund::status(scene, goal),
        "order_status" => orders::status(scene, goal),
        "invoice_copy" => billing::invoices(scene, goal),
        "subscription_question" | "cancel_subscription" => billing::subscription(scene, goal),
        "opening_hours" if scene.has("business_hours") => hours::answer(scene, goal),
        _ => knowledge::answer(scene, goal),
    };
    served.unwrap_or_else(|needed| needed)
}

/// Hands a goal to the agent that can serve it.
pub fn hand_over(scene: &Scene<'_>, goal: &Goal) -> Answer {
    let needed = intents::get(&goal.intent).and_then(|intent| intent.tool.clone());
    let holders = needed.map(|tool| scene.reader.holders(&tool)).unwrap_or_default();
    // Those whose examples teach the intent know it best.
    let homes = scene.reader.homes(&goal.intent);
    let target = homes.iter().chain(&holders).find_map(|agent| scene.transfer_to(agent));
    let Some(tool) = target else { return cannot(scene) };
    let label = intents::get(&goal.intent).map_or("", |intent| intent.label.as_str());
    let reason = if label.is_empty() { cut(&goal.text, 120) } else { label.to_owned() };
    scene.transfer(tool, &format!("Request: {reason}"), &request_of(scene, goal), Vec::new())
}

/// The request in the visitor's words, with the order if they named it elsewhere.
pub fn request_of(scene: &Scene<'_>, goal: &Goal) -> String {
    let mut request = cut(&goal.text, 500);
    if let Some(Asked::Refund { order, amount }) = &goal.agreed {
        return format!("Refund of {amount} for order {order}; the visitor said yes to it.");
    }
    // Pages know no orders.
    let from_pages =
        intents::get(&goal.intent).is_some_and(|i| i.tool.as_deref() == Some("search_knowledge"));
    if !from_pages
        && said::orders_meant(&request).is_empty()
        && let [order] = scene.named("order").as_slice()
    {
        request = format!("{request} (order {order})");
    }
    request
}

/// To a person, by the way that is open.
pub fn to_person(scene: &Scene<'_>, reason: &str) -> Answer {
    if scene.queue().is_some() {
        return escalate::step(scene);
    }
    let request = escalate::request(scene);
    match scene.person() {
        Some(tool) => scene.transfer(tool, reason, &request, Vec::new()),
        None => stuck(scene),
    }
}

fn not_signed_in(scene: &Scene<'_>) -> Answer {
    let answer = Answer::text(scene.say("sign_in_still", &[]));
    if scene.person().is_some() { answer.buttons([scene.person_button()]) } else { answer }
}

fn cannot(scene: &Scene<'_>) -> Answer {
    if scene.person().is_some() { scene.offer(scene.say("cannot", &[])) } else { stuck(scene) }
}

fn stuck(scene: &Scene<'_>) -> Answer {
    Answer::text(scene.say("stuck", &[]))
}

/// Why a person is brought in who reads better.
pub const NOT_UNDERSTOOD: &str = "Two messages in a row were not understood.";

/// Not understood: asked once, then a person.
pub fn unclear(scene: &Scene<'_>) -> Answer {
    let missed = scene.question().is_some_and(is_miss);
    if missed && scene.person().is_some() {
        return to_person(scene, NOT_UNDERSTOOD);
    }
    let text = scene.say("miss", &[]);
    if phrases::variants(&scene.request.language, "label_refund_request").is_none() {
        return Answer::text(text).buttons([scene.person_button()]);
    }
    let [order, refund, _] = scene.requests();
    Answer::text(text).buttons([refund, order, scene.person_button()])
}

/// Whether these words of an agent said that it had not understood.
pub fn is_miss(text: &str) -> bool {
    ["miss", "no_answer"].iter().any(|key| phrases::heard(key, text).is_some())
}

/// How often a guard has refused this agent since the visitor last spoke.
fn refusals(scene: &Scene<'_>) -> usize {
    let refused = |e: &&Entry| matches!(e, Entry::Happened { kind, .. } if kind == "refused");
    scene.fresh().iter().filter(refused).count()
}

/// Something else than what was refused: the offer of a person, then a person.
fn fall_back(scene: &Scene<'_>, refused: usize) -> Answer {
    match scene.person() {
        Some(_) if refused > 1 || scene.queue().is_some() => {
            to_person(scene, "The agent could not go on.")
        }
        Some(_) => scene.offer(scene.say("cannot", &[])),
        None => stuck(scene),
    }
}

/// A call that has just been settled is not made again: its result would be no other.
fn without_repeats(scene: &Scene<'_>, mut answer: Answer) -> Answer {
    let before = answer.calls.len();
    answer.calls.retain(|(name, args)| !was_called(scene, name, args));
    if answer.calls.len() < before && answer.calls.is_empty() {
        return cannot(scene);
    }
    answer
}

fn was_called(scene: &Scene<'_>, tool: &str, args: &serde_json::Value) -> bool {
    scene.fresh().iter().any(|entry| {
        matches!(entry, Entry::Called { name, args: with, .. } if name == tool && with == args)
    })
}

/// The first words of an agent to whom the conversation was handed start with its opening, and who
/// is upset hears once that the desk is sorry.
fn opened(scene: &Scene<'_>, answer: Answer) -> Answer {
    let first = scene.request.brief.is_some() && !scene.is_known();
    let upset = scene.just_said(|text| lexicon::sentiment(text) == Sentiment::Upset);
    let told = scene.agents_said().any(|text| phrases::heard("sympathy", text).is_some());
    let answer = if upset && !told && !answer.text.is_empty() {
        answer.after(&scene.say("sympathy", &[]))
    } else {
        answer
    };
    let opening = scene.request.agent.opening.trim();
    if first && !answer.text.is_empty() && !opening.is_empty() && !answer.text.contains(opening) {
        return answer.after(opening);
    }
    answer
}

/// The tools that are still to be called before `escalate` can speak, all at once.
pub fn reads(scene: &Scene<'_>, tools: &[&str]) -> Option<Answer> {
    let missing = tools.iter().filter(|tool| scene.has(tool));
    let missing = missing.filter(|tool| scene.ended(tool, &json!({})).is_none());
    let calls: Vec<_> = missing.map(|tool| ((*tool).to_owned(), json!({}))).collect();
    (!calls.is_empty()).then(|| Answer { calls, ..Answer::default() })
}

/// What a tool without arguments found, if it was called and worked.
pub fn found<'a>(scene: &Scene<'a>, tool: &str) -> Option<&'a serde_json::Value> {
    match scene.ended(tool, &json!({}))? {
        Ended::Ok(result) => Some(result),
        Ended::Not(_) => None,
    }
}
