//! A change of owner: the brief and the handoff, always together.

use serde_json::{Value, json};
use shared::{
    agent::Target,
    brief::{Brief, Sentiment, Trigger, TriggerKind},
    event::{Effect, EventBody, Guard, Handoff, RefundState, RuleFired, Settlement, Verdict},
    id::{AgentSlug, BriefId, QueueSlug},
    owner::Owner,
};

use super::{
    World,
    calls::{settle, superseded},
    evidence, facts, permits,
};

/// What the source says about a handoff; all the rest comes from the journal.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Words {
    /// Why, in a sentence.
    pub reason: String,
    /// What the visitor wants; their own words if empty.
    pub request: String,
    /// What could not be done.
    pub unable: Vec<String>,
    /// What nobody has answered yet.
    pub open_questions: Vec<String>,
    /// What the visitor was promised.
    pub promises: Vec<String>,
}

/// Longest text that a model may put into one field of a brief, in characters.
const FIELD_CHARS: usize = 600;
/// Most entries that a model may put into one list of a brief.
const LIST_ENTRIES: usize = 10;
/// Longest list that briefs carry on, in characters.
const CARRIED_CHARS: usize = 12_000;

impl Words {
    /// Arguments of `transfer_to_…` that say this, and pass as such: what a guardrail has made longer
    /// is cut, and of what it has taken out altogether something is left.
    pub fn into_args(self) -> Value {
        let cut = |text: String| text.chars().take(FIELD_CHARS).collect::<String>();
        let said =
            |text: String| if text.trim().is_empty() { "•••".to_owned() } else { cut(text) };
        let list = |texts: Vec<String>| texts.into_iter().map(cut).collect::<Vec<_>>();
        let Self { reason, request, unable, open_questions, promises } = self;
        json!({
            "reason": said(reason),
            "request": cut(request),
            "unable": list(unable),
            "open_questions": list(open_questions),
            "promises": list(promises),
        })
    }

    /// The words of a call of `transfer_to_…`; an error says what is wrong with them.
    pub fn from_args(args: &Value) -> Result<Self, String> {
        let object = args.as_object().ok_or("the arguments must be an object")?;
        let text = |key: &str, required: bool| -> Result<String, String> {
            match object.get(key) {
                None | Some(Value::Null) if !required => Ok(String::new()),
                Some(Value::String(s)) if s.chars().count() > FIELD_CHARS => {
                    Err(format!("{key} is longer than {FIELD_CHARS} characters"))
                }
                Some(Value::String(s)) if !required || !s.trim().is_empty() => {
                    Ok(s.trim().to_owned())
                }
                _ => Err(format!("{key} must be a text")),
            }
        };
        let list = |key: &str| -> Result<Vec<String>, String> {
            let items = match object.get(key) {
                None | Some(Value::Null) => return Ok(Vec::new()),
                Some(Value::Array(items)) if items.len() <= LIST_ENTRIES => items,
                _ => return Err(format!("{key} must be a list of at most {LIST_ENTRIES} texts")),
            };
            let texts = items.iter().map(|item| {
                item.as_str()
                    .filter(|s| s.chars().count() <= FIELD_CHARS)
                    .map(|s| s.trim().to_owned())
                    .ok_or_else(|| format!("{key} must hold short texts"))
            });
            texts.filter(|t| t.as_ref().map_or(true, |t| !t.is_empty())).collect()
        };
        Ok(Self {
            reason: text("reason", true)?,
            request: text("request", true)?,
            unable: list("unable")?,
            open_questions: list("open_questions")?,
            promises: list("promises")?,
        })
    }
}

/// Gives the conversation to `to`, after the events `before` of the same append: open calls are
/// settled, then brief and handoff.
pub fn hand_over(
    world: &World<'_>,
    before: &[EventBody],
    to: Owner,
    trigger: Trigger,
    words: Words,
) -> Vec<EventBody> {
    let mut events = settle_open_calls(world, before);
    let deadline = world.desk.settings.deadline_of(&to, world.now);
    let kind = trigger.kind;
    let notice = notice(&world.thread.state.owner, &to, kind);
    let position = world.thread.state.seq + (before.len() + events.len()) as u64 + 1;
    let brief = brief(world, to.clone(), trigger, words, position);
    let id = brief.id.clone();
    events.push(EventBody::Brief(Box::new(brief)));
    events.push(EventBody::Handoff(Handoff {
        from: world.thread.state.owner.clone(),
        to,
        notice,
        trigger: Some(kind),
        brief: Some(id),
        deadline,
    }));
    events
}

/// A trigger that took the decision out of the brain's hands: recorded, then handed over to where
/// the desk says people are reached, or to the queue itself if that is where it already is.
pub fn escalate(world: &World<'_>, trigger: Trigger, reason: &str) -> Vec<EventBody> {
    let to = escalation_target(world, trigger.kind);
    fire(world, trigger, None, to, reason)
}

/// A trigger fired: recorded, then handed over to `to`.
pub fn fire(
    world: &World<'_>,
    trigger: Trigger,
    rule: Option<String>,
    to: Owner,
    reason: &str,
) -> Vec<EventBody> {
    let fired = EventBody::Rule(RuleFired {
        trigger: trigger.kind,
        rule,
        evidence: trigger.evidence.clone(),
        action: format!("hand over to {}", to.name()),
        deadline: None,
    });
    let words = Words { reason: reason.to_owned(), ..Words::default() };
    let mut events = vec![fired];
    let handoff = hand_over(world, &events, to, trigger, words);
    events.extend(handoff);
    events
}

/// A guard gave up on the agent: recorded, then handed to people.
pub fn give_up(world: &World<'_>, check: &str, kind: TriggerKind, detail: &str) -> Vec<EventBody> {
    give_up_after(world, &[], check, kind, detail)
}

/// The same, in one append with what was recorded `before`.
pub fn give_up_after(
    world: &World<'_>,
    before: &[EventBody],
    check: &str,
    kind: TriggerKind,
    detail: &str,
) -> Vec<EventBody> {
    let guard = EventBody::Guard(Guard {
        check: check.to_owned(),
        verdict: Verdict::Escalated,
        detail: detail.to_owned(),
        about: None,
    });
    let trigger = Trigger { kind, evidence: evidence::stopped(check, detail) };
    let words = Words { reason: reason_of(kind).to_owned(), ..Words::default() };
    let mut events = vec![guard];
    let so_far: Vec<_> = before.iter().chain(&events).cloned().collect();
    let handoff = hand_over(world, &so_far, world.queue(), trigger, words);
    events.extend(handoff);
    events
}

/// Why, for triggers that speak for themselves.
pub fn reason_of(kind: TriggerKind) -> &'static str {
    match kind {
        TriggerKind::Safety => "The message needs a person at once.",
        TriggerKind::AskedForPerson => "The visitor asked for a person.",
        TriggerKind::Rule => "A rule of the desk applies.",
        TriggerKind::MissingCapability => "The request needs a tool that this agent does not have.",
        TriggerKind::LowConfidence => "The agent could not make out what is wanted.",
        TriggerKind::Model => "The agent chose to hand over.",
        TriggerKind::Budget => "The agents used up what they may spend on one turn.",
        TriggerKind::Fault => "The agent could not go on.",
        TriggerKind::Claim => "A person took over.",
        TriggerKind::Return => "A person handed the conversation back.",
        TriggerKind::Close => "A person closed the conversation.",
        TriggerKind::Reopen => "The visitor wrote again.",
        TriggerKind::Lease => "Nobody answered in time.",
    }
}

fn escalation_target(world: &World<'_>, kind: TriggerKind) -> Owner {
    let broken = matches!(kind, TriggerKind::Budget | TriggerKind::Fault);
    let owner = &world.thread.state.owner;
    world
        .owner_of(&world.desk.settings.escalation)
        .filter(|target| !broken && target.differs_from(owner))
        .unwrap_or_else(|| world.queue())
}

/// Every call is settled before the owner changes. A refund that is already with the provider, or a
/// write that is being made, settles its own call when there is an answer.
fn settle_open_calls(world: &World<'_>, before: &[EventBody]) -> Vec<EventBody> {
    let state = &world.thread.state;
    let mut events = Vec::new();
    let settled_before = |call: &shared::id::CallId| {
        before.iter().any(|e| matches!(e, EventBody::Tool(t) if t.call == *call))
    };
    for call in state.calls.iter().filter(|open| !settled_before(&open.call)) {
        match state.refund_of(&call.call).map(|refund| refund.state) {
            Some(RefundState::Waiting) => {
                events.push(settle(
                    call,
                    Settlement::Ok,
                    serde_json::json!({ "state": "waiting" }),
                ));
            }
            Some(_) => {}
            // It may have been done, and is settled by what came of it.
            None if call.acting.is_some() => {}
            None => {
                events.extend(permits::asked_for(world, call).map(permits::withdraw));
                events.push(superseded(call));
            }
        }
    }
    events
}

fn brief(world: &World<'_>, to: Owner, trigger: Trigger, words: Words, position: u64) -> Brief {
    let state = &world.thread.state;
    let newest = world.visitor_messages().next_back().map_or("", |(_, text)| text);
    let reading = world.desk.faculty.reader.read(newest, &[]);
    let earlier = state.brief.as_ref();
    let refused = facts::refused(world);
    let unable = merged(&[earlier.map(|b| &b.unable), Some(&refused), Some(&words.unable)]);
    let promises = merged(&[earlier.map(|b| &b.promises), Some(&words.promises)]);
    let waiting: Vec<String> =
        state.approvals.iter().map(|a| format!("{}{MUST_APPROVE}", a.summary)).collect();
    let open_questions = merged(&[Some(&words.open_questions), Some(&waiting)]);
    Brief {
        id: brief_id(position),
        from: state.owner.clone(),
        to,
        reason: if words.reason.is_empty() {
            reason_of(trigger.kind).to_owned()
        } else {
            words.reason
        },
        trigger,
        request: if words.request.is_empty() { request(world) } else { words.request },
        facts: facts::facts(world),
        done: facts::done(world),
        unable,
        open_questions,
        promises,
        authorisations: facts::authorisations(world),
        language: if reading.language.is_empty() { "en".to_owned() } else { reading.language },
        sentiment: sentiment(world),
        transcript_range: (1, state.seq),
        usage: state.usage,
    }
}

/// What an open approval is called among the open questions.
const MUST_APPROVE: &str = ": a person must approve it";

/// What was refused and promised earlier stays known, word for word, however often the conversation
/// changes hands. Newest last, each once.
fn merged(lists: &[Option<&Vec<String>>]) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    for text in lists.iter().flatten().flat_map(|list| list.iter()) {
        if !all.contains(text) {
            all.push(text.clone());
        }
    }
    let mut room = CARRIED_CHARS;
    let fits = |text: &&String| {
        let left = room.checked_sub(text.chars().count());
        room = left.unwrap_or(0);
        left.is_some()
    };
    let kept = all.iter().rev().take_while(fits).count();
    all.drain(..all.len() - kept);
    all
}

/// The words of the brief that brought the conversation here, for a change of hands that adds none
/// of its own.
pub fn words_so_far(world: &World<'_>) -> Words {
    let Some(brief) = &world.thread.state.brief else { return Words::default() };
    let open_questions =
        brief.open_questions.iter().filter(|q| !q.ends_with(MUST_APPROVE)).cloned().collect();
    Words {
        reason: brief.reason.clone(),
        request: brief.request.clone(),
        open_questions,
        ..Words::default()
    }
}

/// What the visitor wants, in their words: the newest message that says more than "a person,
/// please", or the newest.
fn request(world: &World<'_>) -> String {
    let reader = &world.desk.faculty.reader;
    let mut newest = "";
    for (_, text) in world.visitor_messages().rev().take(6) {
        if newest.is_empty() {
            newest = text;
        }
        let substance =
            reader.read(text, &[]).wants_person.is_none() && text.split_whitespace().count() >= 4;
        if substance {
            return shorten(text);
        }
    }
    if newest.is_empty() { "Nothing said yet.".to_owned() } else { shorten(newest) }
}

fn shorten(text: &str) -> String {
    let mut short: String = text.chars().take(FIELD_CHARS).collect();
    if short.len() < text.len() {
        short.push('…');
    }
    short
}

fn sentiment(world: &World<'_>) -> Sentiment {
    let reader = &world.desk.faculty.reader;
    let moods = world.visitor_messages().rev().take(3).map(|(_, t)| reader.read(t, &[]).sentiment);
    moods.max_by_key(|mood| *mood as u8).unwrap_or_default()
}

fn brief_id(position: u64) -> BriefId {
    #[expect(clippy::expect_used, reason = "a letter and a number make an id")]
    format!("b{position}").parse().expect("an id")
}

fn notice(from: &Owner, to: &Owner, kind: TriggerKind) -> String {
    match to {
        Owner::Agent { name, .. } if matches!(from, Owner::Staff { .. }) => {
            format!("{} handed the conversation to {name}, our assistant.", from.name())
        }
        Owner::Agent { name, .. } if kind == TriggerKind::Reopen => {
            format!("The conversation is open again. {name} answers now.")
        }
        Owner::Queue { name, .. } if matches!(from, Owner::Queue { .. }) => {
            format!("{name} has been asked as well. A person will answer here.")
        }
        Owner::Queue { name, .. } if matches!(from, Owner::Staff { .. }) => {
            let who = from.name();
            format!(
                "{who} had to leave. {name} has been asked again: somebody else will answer here."
            )
        }
        Owner::Queue { name, .. } => {
            format!("{name} has been asked. A person will answer here as soon as one is free.")
        }
        Owner::Agent { name, .. } | Owner::Staff { name, .. } => format!("{name} answers now."),
        Owner::Nobody => "The conversation was closed.".to_owned(),
    }
}

/// The target that a tool name stands for: `transfer_to_…`.
pub fn target_of(tool: &str) -> Option<Target> {
    let rest = tool.strip_prefix("transfer_to_")?;
    if let Some(queue) = rest.strip_prefix("queue_")
        && let Ok(slug) = queue.parse::<QueueSlug>()
    {
        return Some(Target::Queue { slug });
    }
    rest.parse::<AgentSlug>().ok().map(|slug| Target::Agent { slug })
}

/// Whether a tool name is a transfer's; such calls are performed by the runtime itself.
pub fn is_transfer(tool: &str) -> bool {
    tool.starts_with("transfer_to_")
}

/// The effect that a tool of this name has.
pub fn effect_of(tool: &str, known: Option<Effect>) -> Effect {
    if is_transfer(tool) { Effect::Transfer } else { known.unwrap_or(Effect::Read) }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn the_widget_can_say_every_notice_in_its_readers_language() {
        let texts = include_str!("../../../frontend/static/texts/de.json");
        let texts: Value = serde_json::from_str(texts).unwrap();
        let patterns: Vec<_> =
            texts["notices"].as_array().unwrap().iter().map(|pair| &pair[0]).collect();
        let owner = |kind: &str| -> Owner {
            let whole =
                json!({ "kind": kind, "slug": "a", "version": 1, "id": "stf_1", "name": kind });
            serde_json::from_value(whole).unwrap()
        };
        let kinds = ["agent", "queue", "staff", "nobody"];
        for (from, to) in kinds.iter().flat_map(|from| kinds.map(|to| (owner(from), owner(to)))) {
            for kind in [TriggerKind::Reopen, TriggerKind::Model] {
                let told = notice(&from, &to, kind);
                let known = patterns.iter().any(|pattern| {
                    let pattern = pattern.as_str().unwrap();
                    pattern.replace("{from}", from.name()).replace("{to}", to.name()) == told
                });
                assert!(known, "{told}");
            }
        }
    }
}
