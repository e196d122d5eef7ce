//! Guardrails: what an admin lets nobody say, held against what visitors write, what brains answer,
//! the calls they make, and the words they hand over with. Pure.
//!
//! They come after what keeps people safe and brings them to people, and before everything else.

mod injection;
mod personal;
mod plain;
mod watch;

use serde_json::Value;
use shared::{
    brief::{Trigger, TriggerKind},
    event::{EventBody, Guard, Message, Verdict},
    guardrail::{Act, Guardrail, Place},
    id::{Seq, SiteKey},
    message::{Author, AuthorKind},
};

use watch::{Found, Rail};

use super::{World, answer, evidence, guard::Refusal, handoff};

/// The check of a refusal that the brain may repair.
const STOPPED: &str = "guardrail";
/// The check of a refusal that goes to people at once.
pub const TO_PEOPLE: &str = "guardrail_to_people";

/// The desk's guardrails, ready to be held against texts.
#[derive(Debug, Default)]
pub struct Rails(Vec<Rail>);

/// A text after the guardrails, and what they say about it in the record.
#[derive(Debug, Clone, PartialEq)]
pub struct Held {
    /// What is left of it, or stands in its place.
    pub text: String,
    /// What was done to it.
    pub events: Vec<EventBody>,
    /// Whether something else stands in its place.
    pub replaced: bool,
}

impl Rails {
    /// Makes guardrails ready; the error says at which place of the list and why.
    pub fn new(specs: &[Guardrail]) -> Result<Self, (usize, String)> {
        let ready = |(i, spec): (usize, &Guardrail)| Rail::new(spec.clone()).map_err(|e| (i, e));
        specs.iter().enumerate().map(ready).collect::<Result<_, _>>().map(Self)
    }

    fn at(&self, place: Place, site: &SiteKey) -> impl Iterator<Item = &Rail> {
        self.0.iter().filter(move |rail| {
            rail.spec.at == place && (rail.spec.sites.is_empty() || rail.spec.sites.contains(site))
        })
    }
}

/// What a visitor wrote, as it is recorded: without what is taken out of it.
pub fn written(world: &World<'_>, text: String) -> Held {
    let mut held = Held { text, events: Vec::new(), replaced: false };
    for rail in here(world, Place::Message) {
        let Some(found) = rail.find(&held.text, || language(world, &held.text)) else { continue };
        let verdict = match rail.spec.then {
            Act::Record => Verdict::Recorded,
            Act::Distrust => Verdict::Distrusted,
            Act::Rewrite { .. } => {
                held.text = found.taken_out_of(&held.text);
                Verdict::Rewritten
            }
            // These are for who answers: see `before_the_brain`.
            Act::Say { .. } | Act::Block | Act::Escalate => continue,
        };
        held.events.push(said(rail, verdict, &found.evidence));
    }
    held
}

/// What a visitor's unread message at `seq` sets off before a brain is asked: people, or an answer in
/// the agent's place. If it is not `alone`, no brain reads it, and the rest is answered as ever.
pub(super) fn before_the_brain(
    world: &World<'_>,
    seq: Seq,
    text: &str,
    alone: bool,
) -> Option<Vec<EventBody>> {
    here(world, Place::Message).find_map(|rail| {
        let acts = matches!(rail.spec.then, Act::Say { .. } | Act::Escalate);
        let found = acts.then(|| rail.find(text, || language(world, text))).flatten()?;
        let Act::Say { text } = &rail.spec.then else { return Some(people(world, rail, &found)) };
        let mut events = vec![held_back(rail, seq, &found.evidence)];
        if alone {
            events.push(EventBody::Message(Message {
                author: Author::new(AuthorKind::Agent, world.spec?.name.clone()),
                text: text.clone(),
                client_id: None,
                quick_replies: Vec::new(),
                sources: Vec::new(),
            }));
            // Also this answer comes after the wish for a person, where there is one.
            events.extend(answer::end_of_answer(world, &events));
        }
        Some(events)
    })
}

fn people(world: &World<'_>, rail: &Rail, found: &Found) -> Vec<EventBody> {
    let evidence = format!("{}.", evidence::capital(&found.evidence));
    let trigger = Trigger { kind: TriggerKind::Rule, evidence };
    let name = rail.spec.name.clone();
    let reason = format!("The guardrail “{name}” applies.");
    handoff::fire(world, trigger, Some(name), world.queue(), &reason)
}

/// What a brain said, as the visitor reads it; or why they do not.
pub fn answered(world: &World<'_>, text: String) -> Result<Held, Refusal> {
    hold(world, Place::Answer, text)
}

/// How much of an unfinished answer may be shown, of which `shown` bytes are: all that no guardrail
/// stops or changes, up to the last sentence that is whole. (What comes next could make something
/// else of an unfinished one.)
pub fn may_show(world: &World<'_>, text: &str, shown: usize) -> usize {
    let acts = |rail: &&Rail| !matches!(rail.spec.then, Act::Record);
    let mut rails = here(world, Place::Answer).filter(acts).peekable();
    if rails.peek().is_none() {
        return text.len();
    }
    let ends = |c: char| matches!(c, '.' | '!' | '?' | '\n' | '。' | '！' | '？');
    let end = text.char_indices().rev().find(|(_, c)| ends(*c));
    let whole = end.map_or(0, |(at, c)| at + c.len_utf8());
    let stopped = |rail: &Rail| rail.find(text, || language(world, text)).is_some();
    if whole <= shown || rails.any(stopped) { shown } else { whole }
}

/// Whether no guardrail stops or changes something short that a brain says beside its answer.
pub fn lets_pass(world: &World<'_>, text: &str) -> bool {
    let mut acts = here(world, Place::Answer).filter(|rail| !matches!(rail.spec.then, Act::Record));
    !acts.any(|rail| rail.find(text, || language(world, text)).is_some())
}

/// Whether a brain may make this call; what is said about it in the record if it may.
pub fn called(world: &World<'_>, args: &Value) -> Result<Vec<EventBody>, Refusal> {
    let mut texts = Vec::new();
    collect(args, &mut texts);
    hold(world, Place::Call, texts.join("\n")).map(|held| held.events)
}

/// The words of a handoff after the guardrails.
pub fn handed_over(
    world: &World<'_>,
    mut words: handoff::Words,
) -> Result<(handoff::Words, Vec<EventBody>), Refusal> {
    let mut events = Vec::new();
    let single = [&mut words.reason, &mut words.request];
    let lists = [&mut words.unable, &mut words.open_questions, &mut words.promises];
    for text in single.into_iter().chain(lists.into_iter().flatten()) {
        let held = hold(world, Place::Handoff, std::mem::take(text))?;
        *text = held.text;
        events.extend(held.events);
    }
    Ok((words, events))
}

fn hold(world: &World<'_>, place: Place, text: String) -> Result<Held, Refusal> {
    let mut held = Held { text, events: Vec::new(), replaced: false };
    for rail in here(world, place) {
        let Some(found) = rail.find(&held.text, || language(world, &held.text)) else { continue };
        let why = || detail(rail, &found.evidence);
        let verdict = match &rail.spec.then {
            Act::Record | Act::Distrust => Verdict::Recorded,
            Act::Rewrite { .. } => {
                held.text = found.taken_out_of(&held.text);
                Verdict::Rewritten
            }
            Act::Say { text } => {
                held.text.clone_from(text);
                held.replaced = true;
                Verdict::Rewritten
            }
            Act::Block => return Err(Refusal::new(STOPPED, why())),
            Act::Escalate => return Err(Refusal::new(TO_PEOPLE, why())),
        };
        held.events.push(said(rail, verdict, &found.evidence));
        if held.replaced {
            break;
        }
    }
    Ok(held)
}

fn here<'w>(world: &World<'w>, place: Place) -> impl Iterator<Item = &'w Rail> {
    world.desk.rails.at(place, &world.thread.state.site)
}

fn language(world: &World<'_>, text: &str) -> String {
    world.desk.faculty.reader.read(text, &[]).language
}

fn said(rail: &Rail, verdict: Verdict, evidence: &str) -> EventBody {
    EventBody::Guard(Guard {
        check: STOPPED.to_owned(),
        verdict,
        detail: detail(rail, evidence),
        about: None,
    })
}

fn held_back(rail: &Rail, message: Seq, evidence: &str) -> EventBody {
    let mut body = said(rail, Verdict::Answered, evidence);
    if let EventBody::Guard(guard) = &mut body {
        guard.about = Some(message);
    }
    body
}

fn detail(rail: &Rail, evidence: &str) -> String {
    format!("“{}”: {evidence}.", rail.spec.name)
}

/// All texts and numbers in a value, names of members too.
fn collect(value: &Value, texts: &mut Vec<String>) {
    match value {
        Value::String(text) => texts.push(text.clone()),
        Value::Number(number) => texts.push(number.to_string()),
        Value::Array(items) => items.iter().for_each(|item| collect(item, texts)),
        Value::Object(members) => {
            for (name, item) in members {
                texts.push(name.clone());
                collect(item, texts);
            }
        }
        Value::Null | Value::Bool(_) => {}
    }
}
