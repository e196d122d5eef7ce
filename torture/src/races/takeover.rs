//! A person takes over at the moment at which an agent's answer is whole.

use baton::{brain::Piece, journal::Thread};
use shared::{event::EventBody, id::Seq, message::AuthorKind, owner::Owner};

use super::{Track, gates::Gate, races, staff, visitor};
use crate::{Group, Plan, Progress, Tally, Trial, tally::Repeat};

/// A takeover against a finishing reply.
pub const TRIAL: Trial = Trial {
    group: Group::Races,
    name: "takeover",
    what: "a takeover against a finishing reply: no agent speaks after it",
    short: 200,
    long: 10_000,
    run,
};

/// Longest start that either side has before the other, in turns of the scheduler.
const MOMENTS: u32 = 60;

fn run(plan: &Plan, progress: &dyn Progress) -> Tally {
    races(plan, progress, race)
}

async fn race(track: Track, n: u64, seed: u64) -> Tally {
    let mut chance = fastrand::Rng::with_seed(seed);
    let mut tally = Tally { trials: 1, faults: 1, ..Tally::default() };
    let gate = Gate::new();
    let rest = vec![Piece::Text("here is what I found.".to_owned())];
    track.gates.next(visitor(n), Some(gate.clone()), chance.u32(..MOMENTS), rest);
    let id = track.open(n).await;
    track.say(&id, 1, "What about my order?").await;
    gate.start(chance.u32(..MOMENTS)).await;
    if let Err(error) = track.desk.claim(staff("Sam"), &id).await {
        tally.violate(Repeat::one(seed), format!("nobody can take over: {error}"));
    }
    // A late answer is what is looked for: it has until the agent is done with.
    at_rest(&track, &id).await;
    track.say(&id, 2, "Are you there?").await;
    at_rest(&track, &id).await;
    let thread = track.thread(&id).await;
    if let Err(what) = holds(&thread) {
        tally.violate(Repeat::one(seed), what);
    }
    tally
}

/// Waits until nobody drives the conversation on.
pub async fn at_rest(track: &Track, id: &shared::id::ConversationId) {
    while track.desk.is_driven(id) {
        tokio::time::sleep(std::time::Duration::from_millis(1)).await;
    }
}

/// Who took over is alone from then on, and the visitor was told so once.
fn holds(thread: &Thread) -> Result<(), String> {
    let mut taken: Option<Seq> = None;
    for event in &thread.events {
        match &event.body {
            EventBody::Handoff(handoff) if !matches!(handoff.to, Owner::Staff { .. }) => {
                return Err("somebody else got it".to_owned());
            }
            EventBody::Handoff(_) if taken.is_some() => {
                return Err("the visitor was told twice".to_owned());
            }
            EventBody::Handoff(_) => taken = Some(event.seq),
            EventBody::Message(message) if message.author.kind == AuthorKind::Agent => {
                if let Some(taken) = taken {
                    return Err(format!("an agent spoke as {} after {taken}", event.seq));
                }
            }
            _ => {}
        }
    }
    if taken.is_none() || thread.state.turn.is_some() {
        return Err("it does not rest with the person who took over".to_owned());
    }
    Ok(())
}
