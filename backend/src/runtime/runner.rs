//! Performs what [`decide`] says, one conversation at a time, until nothing is left to do.

use std::{panic::AssertUnwindSafe, sync::Arc, time::Duration};

use futures_util::{FutureExt as _, StreamExt as _};
use shared::{
    brief::Usage,
    conversation::{Conversation, OpenCall, RefundView},
    event::{EventBody, Message, Settlement},
    fleeting::Draft,
    id::{ConversationId, Seq},
    message::{Author, AuthorKind},
};
use tokio::sync::broadcast::{Receiver, error::RecvError};

use super::{
    World,
    answer::{self, Answer},
    calls::settle,
    decide::{self, Next},
    desk::Desk,
    judge::{self, Judged},
    refunds, view,
};
use crate::{
    bus::{Signal, Spoken},
    failpoint::{self, Point},
    journal::{AppendError, Thread},
    money::{
        GatewayError, Proposal, RefundOrder,
        answers::{self, Told},
    },
    storage::{Scope, StoreError},
    tools::{Context, Outcome},
};

/// How long a brain may be silent before its answer counts as failed.
const BRAIN_SILENCE: Duration = Duration::from_secs(30);
/// How long a tool may take.
const TOOL_TIME: Duration = Duration::from_secs(20);
/// How long a brain may take for one answer, however busily it goes on.
const BRAIN_TIME: Duration = Duration::from_mins(2);
/// How often one turn's unfinished answer is thrown away because the visitor wrote meanwhile.
const RESTARTS: u32 = 3;

/// Why driving a conversation stopped early. It is resumed by the next sweep.
#[derive(Debug, thiserror::Error)]
pub enum DriveError {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A decision did not fold: a fault of the program.
    #[error("a decision that cannot follow: {0}")]
    Append(AppendError),
}

impl From<AppendError> for DriveError {
    fn from(error: AppendError) -> Self {
        match error {
            AppendError::Store(error) => Self::Store(error),
            error => Self::Append(error),
        }
    }
}

/// Whether driving goes on.
enum Step {
    Again,
    Stop,
}

/// Drives one conversation on until it waits for somebody outside.
pub async fn drive(desk: &Desk, id: &ConversationId) -> Result<(), DriveError> {
    let mut restarts = 0;
    while let Some(thread) = desk.journal().load(&Scope::System, id).await? {
        failpoint::hit(Point::DriveBefore);
        let snapshot = desk.catalog().current();
        let spec = desk.owner_spec(&thread).await?;
        let now = desk.now();
        let world = World {
            thread: &thread,
            spec: spec.as_deref(),
            desk: &snapshot,
            tools: desk.tools(),
            money: desk.money_enabled().await?,
            owner_there: desk.owner_there(&thread, now),
            now,
        };
        let step = match decide::next(&world) {
            Next::Nothing => Step::Stop,
            Next::Record(bodies) if bodies.is_empty() => Step::Stop,
            Next::Record(bodies) => record(desk, &thread, bodies).await?,
            Next::Ask => ask(desk, &thread, &world, &mut restarts).await?,
            Next::Call(call) => call_tool(desk, &thread, &world, &call).await?,
            Next::Send(refund) => send(desk, &thread, &world, &refund).await?,
            Next::Find(refund) => find(desk, &thread, &world, &refund).await?,
        };
        if matches!(step, Step::Stop) {
            break;
        }
    }
    Ok(())
}

/// Records events. If somebody else was first, the decision is made anew.
async fn record(desk: &Desk, at: &Thread, bodies: Vec<EventBody>) -> Result<Step, DriveError> {
    let has = |kind: fn(&EventBody) -> bool| bodies.iter().any(kind);
    let (before, after) = if has(|body| matches!(body, EventBody::Handoff(_))) {
        (Point::HandoffBefore, Point::HandoffAfter)
    } else if has(|body| matches!(body, EventBody::Turn(_))) {
        (Point::TurnEndBefore, Point::TurnEndAfter)
    } else {
        (Point::RecordBefore, Point::RecordAfter)
    };
    failpoint::hit(before);
    match desk.journal().append(at, bodies, Vec::new(), desk.now()).await {
        Err(AppendError::Conflict) => {}
        done => drop(done?),
    }
    failpoint::hit(after);
    Ok(Step::Again)
}

/// Records what `follow` makes of the conversation as it is, however often somebody else is first:
/// it looks again each time, and ends when nothing is left to record.
async fn insist(
    desk: &Desk,
    thread: &Arc<Thread>,
    mut follow: impl FnMut(&Thread) -> Option<Vec<EventBody>>,
) -> Result<Step, DriveError> {
    let mut at = thread.clone();
    while let Some(bodies) = follow(&at) {
        match desk.journal().append(&at, bodies, Vec::new(), desk.now()).await {
            Err(AppendError::Conflict) => {}
            done => return Ok(done.map(|_| Step::Again)?),
        }
        let Some(now) = desk.journal().load(&Scope::System, &at.state.id).await? else {
            return Ok(Step::Stop);
        };
        at = now;
    }
    Ok(Step::Again)
}

/// Asks the brain, streams its draft, and records what it answered.
async fn ask(
    desk: &Desk,
    thread: &Arc<Thread>,
    world: &World<'_>,
    restarts: &mut u32,
) -> Result<Step, DriveError> {
    failpoint::hit(Point::BrainBefore);
    let collected = AssertUnwindSafe(collect(desk, world, *restarts < RESTARTS)).catch_unwind();
    let Some(answer) = collected.await.unwrap_or_else(|_| Some(broken(desk, world))) else {
        // The visitor wrote, or a person took over, before the answer was whole.
        *restarts += 1;
        return Ok(Step::Again);
    };
    failpoint::hit(Point::BrainAfter);
    let (epoch, calls) = (thread.state.epoch, &thread.state.calls);
    let done = insist(desk, thread, |at| {
        // If somebody was first: under another owner the answer is void; a new message of the
        // visitor is answered together with the old one; anything else leaves the answer as it is.
        let state = &at.state;
        let is_void = state.epoch != epoch || state.calls != *calls || state.turn.is_none();
        let said_more = state.last_visitor_message > answer.through;
        if is_void || (said_more && *restarts < RESTARTS) {
            *restarts += 1;
            discard_draft(desk, thread);
            return None;
        }
        Some(answer::answer(&World { thread: at, ..*world }, answer.clone()))
    });
    let step = done.await?;
    failpoint::hit(Point::AnswerAfter);
    Ok(step)
}

/// Collects a brain's answer piece by piece, showing the text as it comes. `None` if it became
/// void before it was whole.
async fn collect(desk: &Desk, world: &World<'_>, restart: bool) -> Option<Answer> {
    let state = &world.thread.state;
    let faculty = &world.desk.faculty;
    let mut answer = nothing_yet(world);
    let Some(request) = view::request(world) else {
        answer.failure = Some("there is nothing to answer".to_owned());
        return Some(answer);
    };
    let began = desk.now();
    let signals = desk.journal().bus().follow(&state.id).signals;
    // What was recorded before this began to listen told it nothing: looked for here, so that not a
    // word of a void answer is shown.
    if is_void(desk, state, restart).await {
        return None;
    }
    let mut pieces = faculty.brain.step(request);
    // One future for the whole answer: a look that is under way goes on when a piece comes first.
    let mut void = std::pin::pin!(voided(desk, state, signals, restart));
    let mut late = std::pin::pin!(tokio::time::sleep(BRAIN_TIME));
    loop {
        tokio::select! {
            // What makes the answer void is looked at before more of it is shown.
            biased;
            () = &mut void => {
                discard_draft(desk, world.thread);
                return None;
            }
            () = &mut late => {
                answer.failure = Some("the brain took too long".to_owned());
                break;
            }
            piece = tokio::time::timeout(BRAIN_SILENCE, pieces.next()) => match piece {
                Ok(Some(Ok(piece))) => {
                    let news = answer.take(piece);
                    if !news.is_empty() {
                        tell_draft(desk, world.thread, news.start, &answer.text[news]);
                    }
                    failpoint::hit(Point::BrainPiece);
                    if answer.is_endless() {
                        answer.failure = Some("the brain did not come to an end".to_owned());
                        break;
                    }
                }
                Ok(Some(Err(error))) => {
                    answer.failure = Some(error.to_string());
                    break;
                }
                Ok(None) => break,
                Err(_) => {
                    answer.failure = Some("the brain fell silent".to_owned());
                    break;
                }
            },
        }
    }
    if answer.failure.is_some() {
        discard_draft(desk, world.thread);
    }
    answer.usage.took_ms = u64::try_from(desk.now().since_ms(began)).unwrap_or(0);
    Some(answer)
}

/// An answer of which nothing has come yet.
fn nothing_yet(world: &World<'_>) -> Answer {
    let model = world.desk.faculty.brain.model().to_owned();
    let through = world.thread.state.last_visitor_message;
    let usage = Usage { steps: 1, ..Usage::default() };
    Answer { usage, model, through, ..Answer::default() }
}

/// The answer of a brain that panicked: as good as one that says why it failed.
fn broken(desk: &Desk, world: &World<'_>) -> Answer {
    discard_draft(desk, world.thread);
    Answer { failure: Some("the brain panicked".to_owned()), ..nothing_yet(world) }
}

/// Whether the journal holds what makes an answer to `state` void.
async fn is_void(desk: &Desk, state: &Conversation, restart: bool) -> bool {
    // If it cannot be read, the append's compare-and-swap finds out.
    let Ok(Some(now)) = desk.journal().load(&Scope::System, &state.id).await else { return false };
    let said_more = now.state.last_visitor_message > state.last_visitor_message;
    now.state.epoch != state.epoch || (restart && said_more)
}

/// Resolves when events make an unfinished answer void: another owner, or (if `restart`) a new
/// message of the visitor.
async fn voided(desk: &Desk, state: &Conversation, mut signals: Receiver<Signal>, restart: bool) {
    loop {
        let events = match signals.recv().await {
            Ok(Signal::Appended(events)) => events,
            // What was missed is in the journal.
            Err(RecvError::Lagged(_)) if is_void(desk, state, restart).await => return,
            Ok(_) | Err(RecvError::Lagged(_)) => continue,
            Err(RecvError::Closed) => return std::future::pending().await,
        };
        let void = events.iter().any(|event| match &event.body {
            EventBody::Handoff(_) => true,
            EventBody::Message(Message { author, .. }) => {
                restart && author.kind == AuthorKind::Visitor
            }
            _ => false,
        });
        if void {
            return;
        }
    }
}

fn tell_draft(desk: &Desk, thread: &Thread, at: usize, delta: &str) {
    let state = &thread.state;
    let turn: Seq = state.turn.as_ref().map_or(0, |turn| turn.id);
    let author = Author::new(AuthorKind::Agent, state.owner.name());
    let piece = Draft { turn, author, at, delta: delta.to_owned() };
    desk.journal().bus().tell(&state.id, Signal::Draft(Spoken { after: state.seq, piece }));
}

fn discard_draft(desk: &Desk, thread: &Thread) {
    tell_draft(desk, thread, 0, "");
}

/// Calls a tool and records how it was settled.
async fn call_tool(
    desk: &Desk,
    thread: &Arc<Thread>,
    world: &World<'_>,
    call: &OpenCall,
) -> Result<Step, DriveError> {
    let Some(tool) = world.tools.get(&call.name) else {
        let result = serde_json::json!({ "error": "unknown_tool", "message": "It is gone." });
        return record(desk, world.thread, vec![settle(call, Settlement::Error, result)]).await;
    };
    let context = Context {
        conversation: world.thread.state.id.clone(),
        call: call.call.clone(),
        visitor: world.thread.state.visitor.clone(),
        said: world.visitor_messages().map(|(_, text)| text.to_owned()).collect(),
        now: world.now,
    };
    failpoint::hit(Point::ToolBefore);
    let called = AssertUnwindSafe(tool.call(context, call.args.clone())).catch_unwind();
    let outcome = match tokio::time::timeout(TOOL_TIME, called).await {
        Ok(Ok(outcome)) => outcome,
        Ok(Err(_)) => Outcome::error("failed", "The tool broke off."),
        Err(_) => Outcome::error("timeout", "The tool did not answer in time."),
    };
    failpoint::hit(Point::ToolAfter);
    match outcome {
        Outcome::Refund(proposal) => propose(desk, world, call, &proposal).await,
        Outcome::Settled { settlement, result, facts, untrusted } => {
            let mut body = settle(call, settlement, result);
            if let EventBody::Tool(tool) = &mut body {
                tool.untrusted = untrusted;
                // The event that settles the call is the source of what it found.
                let source_seq = world.thread.state.seq + 1;
                tool.facts = facts
                    .into_iter()
                    .map(|(key, value)| shared::brief::Fact { key, value, source_seq })
                    .collect();
            }
            record_effect(desk, thread, body, call).await
        }
    }
}

/// Records an effect that has already happened: whoever owns the conversation by now, it did.
async fn record_effect(
    desk: &Desk,
    thread: &Arc<Thread>,
    body: EventBody,
    call: &OpenCall,
) -> Result<Step, DriveError> {
    let step = insist(desk, thread, |at| {
        // A takeover may have settled it as superseded.
        let is_open = at.state.calls.iter().any(|open| open.call == call.call);
        is_open.then(|| vec![body.clone()])
    });
    let step = step.await?;
    failpoint::hit(Point::SettlementAfter);
    Ok(step)
}

/// Judges a proposed refund and records it, decided or waiting, before anything leaves the house.
async fn propose(
    desk: &Desk,
    world: &World<'_>,
    call: &OpenCall,
    proposal: &Proposal,
) -> Result<Step, DriveError> {
    let totals = desk
        .journal()
        .store()
        .refund_totals(&proposal.charge, &proposal.order, &proposal.customer, world.now.day())
        .await?;
    let Some(agent) = world.thread.state.owner.agent() else { return Ok(Step::Again) };
    let mut refused = None;
    loop {
        let Judged { events, require } =
            judge::refund(world, call, agent, proposal, &totals, refused.as_ref());
        failpoint::hit(Point::IntentBefore);
        match desk.journal().append(world.thread, events, require, desk.now()).await {
            Ok(_) | Err(AppendError::Conflict) => {
                failpoint::hit(Point::IntentAfter);
                return Ok(Step::Again);
            }
            Err(AppendError::Refused(require)) => refused = Some(require),
            Err(error) => return Err(error.into()),
        }
    }
}

/// Sends a decided refund. The key was stored before; a repeat after a crash makes no second one.
async fn send(
    desk: &Desk,
    thread: &Arc<Thread>,
    world: &World<'_>,
    refund: &RefundView,
) -> Result<Step, DriveError> {
    let Some(order) = order_of(refund) else { return Ok(Step::Stop) };
    if !desk.money_enabled().await? {
        return Ok(Step::Stop);
    }
    let gateway = desk.gateway();
    failpoint::hit(Point::GatewayBefore);
    let answer = tokio::time::timeout(gateway.patience(), gateway.refund(&order))
        .await
        .unwrap_or_else(|_| Err(GatewayError::Unknown("time-out".to_owned())));
    failpoint::hit(Point::GatewayAfter);
    let told = answers::to_refund(&order, answer);
    record_answer(desk, thread, world, refund, true, &told).await
}

/// Asks the provider what became of a refund.
async fn find(
    desk: &Desk,
    thread: &Arc<Thread>,
    world: &World<'_>,
    refund: &RefundView,
) -> Result<Step, DriveError> {
    let Some(told) = ask_provider(desk, refund).await else { return Ok(Step::Stop) };
    record_answer(desk, thread, world, refund, false, &told).await
}

/// What the provider says now that has become of a refund; `None` if its terms are not known.
pub(super) async fn ask_provider(desk: &Desk, refund: &RefundView) -> Option<Told> {
    let order = order_of(refund)?;
    let gateway = desk.gateway();
    let now = desk.now();
    failpoint::hit(Point::FindBefore);
    let answer = tokio::time::timeout(gateway.patience(), gateway.find(&order.key))
        .await
        .unwrap_or_else(|_| Err(GatewayError::Unknown("time-out".to_owned())));
    failpoint::hit(Point::FindAfter);
    Some(answers::to_find(&order, refund.since, answer, now))
}

/// What is sent for a refund: always the same, for its terms are fixed.
fn order_of(refund: &RefundView) -> Option<RefundOrder> {
    let terms = refund.terms.as_ref()?;
    Some(RefundOrder {
        key: terms.idempotency_key.clone(),
        charge: terms.charge.clone(),
        amount: refund.money,
    })
}

/// Records what the provider said, whoever owns the conversation by now, and whatever a person has
/// settled meanwhile.
async fn record_answer(
    desk: &Desk,
    thread: &Arc<Thread>,
    world: &World<'_>,
    refund: &RefundView,
    sent: bool,
    told: &Told,
) -> Result<Step, DriveError> {
    let step = insist(desk, thread, |at| {
        let bodies = refunds::answered(&World { thread: at, ..*world }, &refund.intent, sent, told);
        (!bodies.is_empty()).then_some(bodies)
    });
    let step = step.await?;
    failpoint::hit(Point::RefundAfter);
    Ok(step)
}
