//! Other pairs that want something at the same moment.

use std::time::{Duration, Instant};

use baton::{brain::Piece, journal::Thread};
use fastrand::Rng;
use futures_util::{FutureExt as _, future::BoxFuture};
use rusqlite::Connection;
use serde_json::json;
use shared::{
    api::Decision,
    event::{EventBody, RefundState},
    id::{ClientId, ConversationId},
    message::AuthorKind,
    owner::Owner,
};
use tokio::time::sleep;

use super::{Track, gates::Gate, races, staff, takeover::at_rest, visitor, won};
use crate::{Group, Plan, Progress, Tally, Trial, shop, tally::Repeat};

/// Pairs of people, and visitors against agents.
pub const TRIAL: Trial = Trial {
    group: Group::Races,
    name: "rivals",
    what: "two claims, two approvals, claim and hand-back, close and reply, message and handoff, bursts",
    short: 200,
    long: 10_000,
    run,
};

/// Whoever writes nothing for so long, if only because the machine is busy, may be answered before
/// they go on; an agent waits for a little longer.
const PAUSE: Duration = Duration::from_millis(600);
/// Longest start that either side has before the other, in turns of the scheduler.
const MOMENTS: u32 = 40;

fn run(plan: &Plan, progress: &dyn Progress) -> Tally {
    races(plan, progress, |track, n, seed| async move {
        let mut tally = Tally { trials: 1, faults: 1, ..Tally::default() };
        if let Err(what) = race(&track, n, seed).await {
            tally.violate(Repeat::one(seed), what);
        }
        tally
    })
}

async fn race(track: &Track, n: u64, seed: u64) -> Result<(), String> {
    let mut chance = Rng::with_seed(seed);
    let id = track.open(n).await;
    match seed % 6 {
        0 => two_claims(track, &id, &mut chance).await,
        1 => two_decisions(track, n, &id, &mut chance).await,
        2 => claim_and_hand_back(track, &id, &mut chance).await,
        3 => close_and_reply(track, &id, &mut chance).await,
        4 => message_and_handoff(track, n, &id, &mut chance).await,
        _ => burst(track, n, &id, &mut chance).await,
    }
}

/// Runs both at the same moment, each with a start by chance.
fn both<'a, A: Send + 'a, B: Send + 'a>(
    chance: &mut Rng,
    one: impl Future<Output = A> + Send + 'a,
    other: impl Future<Output = B> + Send + 'a,
) -> BoxFuture<'a, (A, B)> {
    let gate = Gate::new();
    let (mine, theirs) = (chance.u32(..MOMENTS), chance.u32(..MOMENTS));
    async move {
        let first = async {
            gate.start(mine).await;
            one.await
        };
        let second = async {
            gate.start(theirs).await;
            other.await
        };
        tokio::join!(first, second)
    }
    .boxed()
}

async fn two_claims(track: &Track, id: &ConversationId, chance: &mut Rng) -> Result<(), String> {
    track.say(id, 1, "Hello.").await;
    let desk = &track.desk;
    let (sam, kim) = both(chance, desk.claim(staff("Sam"), id), desk.claim(staff("Kim"), id)).await;
    let winner = match (won(sam)?, won(kim)?) {
        (true, false) => "Sam",
        (false, true) => "Kim",
        other => return Err(format!("of two claims {other:?} went well")),
    };
    at_rest(track, id).await;
    let thread = track.thread(id).await;
    ensure(thread.state.owner.name() == winner, "the loser owns it")?;
    alone(&thread)
}

async fn two_decisions(
    track: &Track,
    n: u64,
    id: &ConversationId,
    chance: &mut Rng,
) -> Result<(), String> {
    let words = json!({ "reason": "theirs", "request": "money back" });
    let transfer = Piece::Call { name: "transfer_to_refunds".to_owned(), args: Ok(words) };
    let args = json!({ "order": shop::order(n), "charge": shop::charge(n, 2), "reason": "twice" });
    let refund = Piece::Call { name: "issue_refund".to_owned(), args: Ok(args) };
    track.gates.next(visitor(n), None, 0, vec![transfer]);
    track.gates.next(visitor(n), None, 0, vec![refund]);
    track.say(id, 1, "I was charged twice.").await;
    at_rest(track, id).await;
    let thread = track.thread(id).await;
    let open = thread.state.approvals.first().ok_or("no approval is asked for")?.id.clone();
    let theirs = if chance.bool() { Decision::Approve } else { Decision::Decline };
    let desk = &track.desk;
    let (sam, kim) = both(
        chance,
        desk.decide(staff("Sam"), &open, Decision::Approve, None),
        desk.decide(staff("Kim"), &open, theirs, None),
    )
    .await;
    let (sam, kim) = (won(sam)?, won(kim)?);
    ensure(sam != kim, "one approval was decided twice, or never")?;
    at_rest(track, id).await;
    let thread = track.thread(id).await;
    let states: Vec<RefundState> = thread.state.refunds.iter().map(|r| r.state).collect();
    let approved = sam || theirs == Decision::Approve;
    let expected = if approved { RefundState::Succeeded } else { RefundState::Declined };
    ensure(states == [expected], &format!("{states:?} where {expected:?} was decided"))?;
    let made = made(track, &shop::charge(n, 2));
    ensure(made == u64::from(approved), &format!("the provider made {made} refunds"))
}

/// Refunds of a charge that the provider has made.
fn made(track: &Track, charge: &str) -> u64 {
    let ledger = Connection::open(track.folder.path().join("shop.db")).expect("the ledger");
    let sql = "SELECT count(*) FROM refunds WHERE charge = ?1";
    ledger.query_row(sql, [charge], |row| row.get(0)).expect("a count")
}

async fn claim_and_hand_back(
    track: &Track,
    id: &ConversationId,
    chance: &mut Rng,
) -> Result<(), String> {
    track.say(id, 1, "Hello.").await;
    let (desk, sam) = (&track.desk, staff("Sam"));
    desk.claim(sam.clone(), id).await.map_err(|error| error.to_string())?;
    let billing = "billing".parse().expect("a slug");
    let (handed, claimed) =
        both(chance, desk.hand_back(sam, id, billing, None), desk.claim(staff("Kim"), id)).await;
    ensure(won(handed)?, "who owns cannot hand back")?;
    let claimed = won(claimed)?;
    at_rest(track, id).await;
    let thread = track.thread(id).await;
    let owner = &thread.state.owner;
    ensure(claimed == (owner.name() == "Kim"), &format!("{owner:?} owns it"))?;
    if claimed {
        alone(&thread)?;
    }
    let spoken = thread.events.iter().rev().any(|event| said_by(&event.body, AuthorKind::Agent));
    ensure(claimed || spoken, "handed back, the agent says nothing")
}

async fn close_and_reply(
    track: &Track,
    id: &ConversationId,
    chance: &mut Rng,
) -> Result<(), String> {
    track.say(id, 1, "Hello.").await;
    let (desk, sam) = (&track.desk, staff("Sam"));
    desk.claim(sam.clone(), id).await.map_err(|error| error.to_string())?;
    let client_id = ClientId::random([9; 16]);
    let reply = desk.reply(sam.clone(), id, client_id, "Done!".to_owned());
    let (closed, replied) = both(chance, desk.close(sam, id), reply).await;
    ensure(won(closed)?, "it cannot be closed")?;
    let replied = won(replied)?;
    at_rest(track, id).await;
    let thread = track.thread(id).await;
    ensure(thread.state.is_closed(), "it was closed and is open")?;
    let mut closed_at = None;
    let mut replies = 0;
    for event in &thread.events {
        match &event.body {
            EventBody::Handoff(handoff) if handoff.to == Owner::Nobody => {
                closed_at = Some(event.seq);
            }
            body if said_by(body, AuthorKind::Staff) => {
                replies += 1;
                ensure(closed_at.is_none(), "somebody spoke in a closed conversation")?;
            }
            _ => {}
        }
    }
    ensure(replies == u8::from(replied), "a reply that was acknowledged is not there")
}

async fn message_and_handoff(
    track: &Track,
    n: u64,
    id: &ConversationId,
    chance: &mut Rng,
) -> Result<(), String> {
    let words = json!({ "reason": "theirs", "request": "an invoice" });
    let transfer = Piece::Call { name: "transfer_to_billing".to_owned(), args: Ok(words) };
    let gate = Gate::new();
    // Should the message be first, the answer is void and the agent asked anew.
    track.gates.next(visitor(n), Some(gate.clone()), chance.u32(..MOMENTS), vec![transfer.clone()]);
    track.say(id, 1, "My invoice, please.").await;
    gate.start(chance.u32(..MOMENTS)).await;
    track.say(id, 2, "The one of May.").await;
    at_rest(track, id).await;
    let thread = track.thread(id).await;
    let said = |kind| thread.events.iter().filter(move |e| said_by(&e.body, kind)).map(|e| e.seq);
    ensure(said(AuthorKind::Visitor).count() == 2, "a message is lost or doubled")?;
    let (asked, answered) = (said(AuthorKind::Visitor).max(), said(AuthorKind::Agent).max());
    ensure(answered > asked, "the message that met the handoff is not answered")?;
    ensure(thread.state.turn.is_none(), "a turn lies open")
}

/// A visitor goes on writing while the agent answers.
async fn burst(track: &Track, n: u64, id: &ConversationId, chance: &mut Rng) -> Result<(), String> {
    let slow = vec![Piece::Text("as for the first of them.".to_owned())];
    track.gates.next(visitor(n), Some(Gate::new()), 0, slow);
    let count = chance.u8(2..8);
    let mut before: Option<Instant> = None;
    let mut pauses = 0;
    for nth in 1..=count {
        let began = Instant::now();
        track.say(id, nth, &format!("And that, {nth}.")).await;
        pauses += usize::from(before.is_some_and(|before| before.elapsed() > PAUSE));
        before = Some(began);
        sleep(Duration::from_millis(chance.u64(1..40))).await;
    }
    at_rest(track, id).await;
    let thread = track.thread(id).await;
    let said = |kind| thread.events.iter().filter(move |e| said_by(&e.body, kind)).map(|e| e.seq);
    ensure(
        said(AuthorKind::Visitor).count() == usize::from(count),
        "a message is lost or doubled",
    )?;
    let answers: Vec<_> = said(AuthorKind::Agent).collect();
    let told = format!("a burst of {count} with {pauses} pauses got {} answers", answers.len());
    ensure((1..=1 + pauses).contains(&answers.len()), &told)?;
    ensure(answers.last() > said(AuthorKind::Visitor).max().as_ref(), "answered before its end")
}

/// Since a person has it, no agent has spoken.
fn alone(thread: &Thread) -> Result<(), String> {
    let since = thread.state.tenure_seq;
    let mut later = thread.events.iter().filter(|event| event.seq > since);
    let spoke = later.any(|event| said_by(&event.body, AuthorKind::Agent));
    ensure(!spoke, "an agent spoke although a person has it")
}

fn said_by(body: &EventBody, kind: AuthorKind) -> bool {
    matches!(body, EventBody::Message(message) if message.author.kind == kind)
}

fn ensure(holds: bool, broken: &str) -> Result<(), String> {
    if holds { Ok(()) } else { Err(broken.to_owned()) }
}
