//! A queue whose deadline has passed: another is asked, or the visitor is told what happens next.
//! Pure. Nothing here leads to an agent.

use shared::{
    brief::{Trigger, TriggerKind},
    event::{EventBody, Message, RuleFired},
    message::{Author, AuthorKind},
    owner::Owner,
    queue::{Fallback, Queue},
};

use super::{World, handoff};
use crate::tools::desk::hours_text;

/// The queue's fallback, and the next deadline. The clock goes on from the first escalation.
pub fn nobody_came(world: &World<'_>) -> Vec<EventBody> {
    let state = &world.thread.state;
    let Owner::Queue { slug, name } = &state.owner else { return Vec::new() };
    let settings = &world.desk.settings;
    let (did, since) = if given_back(world) {
        ("answered", state.waits_since.unwrap_or(state.tenure_since))
    } else {
        ("claimed it", state.tenure_since)
    };
    let waited = minutes(world.now.since_ms(since));
    let evidence = format!("Nobody of {name} {did} within {waited}.");
    let queue = settings.queue_called(slug);
    let next = match queue.map(|queue| &queue.fallback) {
        Some(Fallback::Tell) => None,
        Some(Fallback::Queue { slug }) => settings.queue_called(slug).map(Queue::owner),
        // The desk has no such queue any more.
        None => Some(world.queue()),
    };
    if let Some(next) = next.filter(|next| next.differs_from(&state.owner)) {
        let trigger = Trigger { kind: TriggerKind::Lease, evidence };
        return handoff::hand_over(world, &[], next, trigger, handoff::words_so_far(world));
    }
    let queue = queue.cloned().unwrap_or_else(|| settings.last_queue());
    stay(world, &queue, evidence)
}

/// Whether a person had claimed it and left.
fn given_back(world: &World<'_>) -> bool {
    let tenure = world.thread.state.tenure_seq;
    let mut newest = world.thread.events.iter().rev().filter(|event| event.seq == tenure);
    newest.next().is_some_and(|event| match &event.body {
        EventBody::Handoff(handoff) => matches!(handoff.from, Owner::Staff { .. }),
        _ => false,
    })
}

/// The conversation stays where it is. The visitor is told once, and again only if they have
/// written since: somebody who has left does not come back to a row of excuses.
fn stay(world: &World<'_>, queue: &Queue, evidence: String) -> Vec<EventBody> {
    let state = &world.thread.state;
    let is_news = state.lapses.last().is_none_or(|told| state.last_visitor_message > *told);
    let action = if is_news { "tell the visitor what happens next" } else { "go on waiting" };
    let times = u32::try_from(state.lapses.len()).unwrap_or(u32::MAX);
    let mut events = vec![EventBody::Rule(RuleFired {
        trigger: TriggerKind::Lease,
        rule: None,
        evidence,
        action: action.to_owned(),
        deadline: Some(queue.deadline(world.now, times.saturating_add(1))),
    })];
    if is_news {
        events.push(says(world, what_happens_next(world)));
    }
    events
}

/// Who waits in a queue, was asked for an e-mail address and now gave one, is told that it was
/// read. Empty if not. The address reaches people with the brief, among what the visitor said.
pub fn address_given(world: &World<'_>) -> Vec<EventBody> {
    let state = &world.thread.state;
    let nobody_has_answered =
        world.thread.events.iter().rev().find_map(|event| match &event.body {
            EventBody::Message(message) => Some(message.author.kind == AuthorKind::Visitor),
            _ => None,
        });
    let just_said = matches!(state.owner, Owner::Queue { .. })
        && nobody_has_answered == Some(true)
        && address_on_record(world).is_none()
        && !state.lapses.is_empty();
    let said = world.visitor_messages().next_back().filter(|_| just_said);
    let Some(address) = said.and_then(|(_, text)| address_in(world, text)) else {
        return Vec::new();
    };
    vec![says(world, format!("Thank you. A person will answer here, or by e-mail to {address}."))]
}

fn what_happens_next(world: &World<'_>) -> String {
    let settings = &world.desk.settings;
    let first = if settings.is_open(world.now) {
        "Thank you for waiting. Everybody is busy right now, but you have not been forgotten: a \
         person will answer here."
            .to_owned()
    } else {
        let hours = hours_text(settings, world.now);
        format!(
            "Thank you for waiting. Nobody is here right now, but you have not been forgotten: a \
             person will answer here. {hours}"
        )
    };
    match address(world) {
        Some(address) => format!("{first} They can also reach you at {address}."),
        None => {
            format!("{first} If you leave your e-mail address, they can reach you there as well.")
        }
    }
}

/// Where the visitor can be reached: as the site says, as an agent noted it, or as they wrote.
fn address(world: &World<'_>) -> Option<String> {
    address_on_record(world).or_else(|| {
        let mut newest = world.visitor_messages().rev().take(MESSAGES_READ);
        newest.find_map(|(_, text)| address_in(world, text))
    })
}

/// Visitor messages, newest first, in which an address is looked for.
const MESSAGES_READ: usize = 10;

fn address_on_record(world: &World<'_>) -> Option<String> {
    let state = &world.thread.state;
    let noted = state.facts.get("contact.email").map(|(value, _)| value.clone());
    state.visitor.email.clone().or(noted)
}

fn address_in(world: &World<'_>, text: &str) -> Option<String> {
    let slots = world.desk.faculty.reader.read(text, &[]).slots;
    slots.into_iter().find(|(key, _)| key == "email").map(|(_, address)| address)
}

/// What the desk itself says while nobody has claimed the conversation.
fn says(world: &World<'_>, text: String) -> EventBody {
    EventBody::Message(Message {
        author: Author::new(AuthorKind::Agent, world.thread.state.owner.name()),
        text,
        client_id: None,
        quick_replies: Vec::new(),
        sources: Vec::new(),
    })
}

/// `1 minute`, `15 minutes`, `2 hours`.
fn minutes(ms: i64) -> String {
    let minutes = (ms + 59_999) / 60_000;
    let (n, unit) = if minutes >= 120 { (minutes / 60, "hour") } else { (minutes, "minute") };
    let s = if n == 1 { "" } else { "s" };
    format!("{n} {unit}{s}")
}
