//! From the journal to what a brain may know: its own words and calls, the words of others as
//! quoted data, the brief, and never another tenure's raw tool output.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use shared::{
    agent::Target,
    api::ToolInfo,
    brief::{Brief, TriggerKind},
    event::{
        ApprovalState, Effect, Event, EventBody, RefundState, Settlement, Tool, ToolState, Verdict,
    },
    id::Epoch,
    message::AuthorKind,
    owner::Owner,
};

use super::World;
use crate::brain::{Entry, Request, ToolSchema};

/// Longest dialogue of a request, in characters of text and results. Beyond it the oldest goes
/// first; brief and facts never do.
const DIALOGUE_CHARS: usize = 24_000;

/// What a brain reads of a message that a guardrail answered in its place.
const HELD_BACK: &str = "[held back by a guardrail]";

/// How many messages of the visitor may tell their language.
const LANGUAGE_MESSAGES: usize = 5;

/// The request for the owning agent's next step; `None` if no agent owns or nothing was said.
pub fn request(world: &World<'_>) -> Option<Request> {
    let spec = world.spec?;
    let state = &world.thread.state;
    let dialogue = dialogue(world);
    if dialogue.is_empty() {
        return None;
    }
    let mut said: Vec<&str> =
        world.visitor_messages().rev().take(LANGUAGE_MESSAGES).map(|(_, text)| text).collect();
    said.reverse();
    let (newest, before) = said.split_last().map_or(("", &[][..]), |(text, rest)| (*text, rest));
    // "A1002" is in the language of what was said before it.
    let language = world.desk.faculty.reader.read(newest, before).language;
    Some(Request {
        agent: spec.clone(),
        site: state.site.clone(),
        visitor: state.visitor.clone(),
        tools: tools(world),
        brief: brief_of_tenure(world),
        dialogue,
        language: if language.is_empty() { "en".to_owned() } else { language },
        caps: world.desk.settings.spend,
        voice: world.desk.settings.voice.clone(),
        now: world.now,
    })
}

fn brief_of_tenure(world: &World<'_>) -> Option<Brief> {
    let state = &world.thread.state;
    (state.tenure_seq > 1).then(|| state.brief.clone()).flatten()
}

/// The tools of the pinned version that exist now, and a transfer for each target that does.
fn tools(world: &World<'_>) -> Vec<ToolSchema> {
    let Some(spec) = world.spec else { return Vec::new() };
    let own =
        spec.tools.iter().filter_map(|name| world.tools.get(name)).map(|tool| schema(tool.info()));
    let wish = world.thread.state.wants_person.is_some();
    let transfers = spec
        .targets
        .iter()
        .filter(|target| match target {
            Target::Agent { slug } => !wish || world.is_escalation(slug),
            Target::Queue { .. } => true,
        })
        .filter_map(|target| transfer(world, target));
    own.chain(transfers).collect()
}

fn schema(info: &ToolInfo) -> ToolSchema {
    ToolSchema {
        name: info.name.clone(),
        description: info.description.clone(),
        effect: info.effect,
        parameters: info.parameters.clone(),
    }
}

fn transfer(world: &World<'_>, target: &Target) -> Option<ToolSchema> {
    let to = world.owner_of(target)?;
    let purpose = match target {
        Target::Agent { slug } => world.desk.agents.get(slug)?.1.purpose.clone(),
        Target::Queue { .. } => "People who answer in person.".to_owned(),
    };
    let texts = json!({ "type": "array", "items": { "type": "string" } });
    Some(ToolSchema {
        name: target.tool_name(),
        description: format!("Hands the conversation to {}. {purpose}", to.name()),
        effect: Effect::Transfer,
        parameters: json!({
            "type": "object",
            "properties": {
                "reason": { "type": "string", "description": "Why, in a sentence." },
                "request": { "type": "string", "description": "What the visitor wants, in a sentence." },
                "unable": texts,
                "open_questions": texts,
                "promises": texts,
            },
            "required": ["reason", "request"],
        }),
    })
}

fn dialogue(world: &World<'_>) -> Vec<Entry> {
    let events = &world.thread.events;
    let mut entries = Vec::new();
    let mut budget = DIALOGUE_CHARS;
    let last_said = world.thread.state.last_visitor_message;
    let own_epochs = own_epochs(world);
    for (i, event) in events.iter().enumerate().rev() {
        let Some(entry) =
            entry(world, &own_epochs, event, events.iter().skip(i + 1).map(AsRef::as_ref))
        else {
            continue;
        };
        let size = size_of(&entry);
        if size > budget {
            // The latest request of the visitor is never left out.
            if event.seq > last_said {
                continue;
            }
            if event.seq == last_said {
                entries.push(entry);
            }
            break;
        }
        budget -= size;
        entries.push(entry);
    }
    entries.reverse();
    entries
}

fn size_of(entry: &Entry) -> usize {
    match entry {
        Entry::Said { text, .. } => text.len() + 20,
        Entry::Called { args, result, .. } => {
            args.to_string().len() + result.to_string().len() + 20
        }
        Entry::HandedOver { .. } => 40,
        Entry::Happened { detail, .. } => detail.to_string().len() + 20,
    }
}

/// The tenures of the agent that owns now. By slug: two agents may bear the same name.
fn own_epochs(world: &World<'_>) -> BTreeSet<Epoch> {
    let owner = world.thread.state.owner.agent();
    let begins = world.thread.events.iter().filter_map(|event| match &event.body {
        EventBody::Opened(opened) => Some((event.epoch, opened.owner.agent())),
        EventBody::Handoff(handoff) => Some((event.epoch, handoff.to.agent())),
        _ => None,
    });
    begins.filter(|(_, agent)| *agent == owner).map(|(epoch, _)| epoch).collect()
}

fn entry<'a>(
    world: &World<'_>,
    own_epochs: &BTreeSet<Epoch>,
    event: &'a Event,
    later: impl Iterator<Item = &'a Event>,
) -> Option<Entry> {
    let state = &world.thread.state;
    let this_tenure = event.epoch == state.epoch;
    let happened = |kind: &str, detail: Value| {
        Some(Entry::Happened { seq: event.seq, kind: kind.to_owned(), detail })
    };
    match &event.body {
        EventBody::Message(m) => Some(Entry::Said {
            seq: event.seq,
            by: m.author.kind,
            name: m.author.name.clone(),
            own: m.author.kind == AuthorKind::Agent && own_epochs.contains(&event.epoch),
            text: if state.is_held_back(event.seq) { HELD_BACK.to_owned() } else { m.text.clone() },
        }),
        EventBody::Tool(tool) if this_tenure => called(world, event, tool),
        EventBody::Handoff(h) => Some(Entry::HandedOver {
            seq: event.seq,
            from: h.from.name().to_owned(),
            to: h.to.name().to_owned(),
            by_person: matches!(h.from, Owner::Staff { .. }),
        }),
        EventBody::Refund(r) if r.state.is_terminal() || r.state == RefundState::Unknown => {
            // Told already by the call that it settles in the same append.
            let call =
                state.refunds.iter().find(|v| v.intent == r.intent)?.terms.as_ref()?.call.clone();
            let told = this_tenure
                && later.take(2).any(|e| matches!(&e.body, EventBody::Tool(t) if t.call == call));
            if told {
                return None;
            }
            let mut detail = json!({ "order": r.order, "amount": r.money, "state": r.state });
            if let (Some(text), Some(object)) = (&r.detail, detail.as_object_mut()) {
                object.insert("message".to_owned(), json!(text));
            }
            happened("refund", detail)
        }
        EventBody::Approval(a) if a.state != ApprovalState::Waiting => {
            happened("approval", json!({ "state": a.state, "summary": a.summary, "note": a.note }))
        }
        EventBody::Note(n) => {
            // Only the note that came with the hand-back is meant for the agent.
            let reason = format!("{}: {}", n.author.name, n.text);
            let meant = later.take(4).any(|e| {
                matches!(&e.body, EventBody::Brief(b)
                    if b.trigger.kind == TriggerKind::Return && b.reason == reason)
            });
            meant.then_some(())?;
            happened("note", json!({ "from": n.author.name, "text": n.text }))
        }
        EventBody::Guard(g) if this_tenure && g.verdict == Verdict::Refused => {
            happened("refused", json!({ "check": g.check, "detail": g.detail }))
        }
        _ => None,
    }
}

/// A settled call of this tenure. What was superseded never happened; a transfer that worked is
/// told by its handoff.
fn called(world: &World<'_>, event: &Event, tool: &Tool) -> Option<Entry> {
    let settlement = tool.settlement?;
    let transferred = tool.effect == Effect::Transfer && tool.state == ToolState::Done;
    if tool.state == ToolState::Started || settlement == Settlement::Superseded || transferred {
        return None;
    }
    let began = world.thread.events.iter().rev().find_map(|e| match &e.body {
        EventBody::Tool(t) if t.call == tool.call && t.state == ToolState::Started => Some(t),
        _ => None,
    })?;
    Some(Entry::Called {
        seq: event.seq,
        call: tool.call.to_string(),
        name: tool.name.clone(),
        args: began.args.clone().unwrap_or(Value::Null),
        ok: settlement == Settlement::Ok,
        result: tool.result.clone().unwrap_or(Value::Null),
    })
}
