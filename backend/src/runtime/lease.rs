//! A person who owns a conversation and disappears gives it back to its queue. Pure.

use shared::{
    brief::{Trigger, TriggerKind},
    event::EventBody,
    message::StaffRef,
    owner::Owner,
    queue::Queue,
    time::Timestamp,
};

use super::{World, handoff};

/// Shortest time that a queue has before its fallback, in milliseconds.
const SHORTEST_MS: i64 = 60_000;

/// The conversation goes back to its queue, if its visitor has waited for longer than the desk's
/// lease for a person who is not there; empty if not. The queue's clock goes on from the first
/// escalation.
pub fn lapsed(world: &World<'_>) -> Vec<EventBody> {
    let state = &world.thread.state;
    let Owner::Staff { name, .. } = &state.owner else { return Vec::new() };
    let lease_ms = i64::from(world.desk.settings.lease_s) * 1000;
    let is_over = state.waits_since.zip(world.owner_there).is_some_and(|(waits, there)| {
        // To claim is an act, however long the visitor had waited before.
        let since = waits.max(there).max(state.tenure_since);
        world.now.since_ms(since) >= lease_ms
    });
    if !is_over {
        return Vec::new();
    }
    let minutes = world.desk.settings.lease_s.div_ceil(60);
    let unit = if minutes == 1 { "minute" } else { "minutes" };
    give_back(world, format!("{name} was not there for {minutes} {unit} while the visitor waited."))
}

/// `staff` can no longer answer: what they own goes back to its queue at once.
pub fn release(world: &World<'_>, staff: &StaffRef) -> Vec<EventBody> {
    if !world.thread.state.owner.is_staff(&staff.id) {
        return Vec::new();
    }
    give_back(world, format!("{} can no longer answer.", staff.name))
}

fn give_back(world: &World<'_>, evidence: String) -> Vec<EventBody> {
    let trigger = Trigger { kind: TriggerKind::Lease, evidence };
    let queue = queue_before(world);
    let deadline = deadline_before(world, &queue);
    let words = handoff::words_so_far(world);
    let mut events = handoff::hand_over(world, &[], queue, trigger, words);
    if let (Some(deadline), Some(EventBody::Handoff(handoff))) = (deadline, events.last_mut()) {
        handoff.deadline = Some(deadline);
    }
    events
}

/// The deadline that stands for `queue` while the visitor waits for the same answer: who claims and
/// leaves without a word has put nothing off. One that has passed meanwhile is due at once.
fn deadline_before(world: &World<'_>, queue: &Owner) -> Option<Timestamp> {
    let state = &world.thread.state;
    let since = state.waits_since?;
    let standing = state.standing.as_ref().filter(|(before, _)| !before.differs_from(queue));
    standing.map(|(_, deadline)| *deadline).or_else(|| {
        // They wrote while a person owned it; the queue has had no time at all.
        let deadline = world.desk.settings.deadline_of(queue, since)?;
        Some(deadline.max(world.now.plus_ms(SHORTEST_MS)))
    })
}

/// The queue from which the owner claimed it, if it is still there; else the one behind everything.
fn queue_before(world: &World<'_>) -> Owner {
    let claimed = world.thread.events.iter().rev().find_map(|event| match &event.body {
        EventBody::Handoff(handoff) => Some(&handoff.from),
        _ => None,
    });
    let known = match claimed {
        Some(Owner::Queue { slug, .. }) => world.desk.settings.queue_called(slug),
        _ => None,
    };
    known.map_or_else(|| world.queue(), Queue::owner)
}
