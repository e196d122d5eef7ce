//! Performs what [`decide`] says, one conversation at a time, until nothing is left to do.

use std::{panic::AssertUnwindSafe, sync::Arc, time::Duration};

use futures_util::FutureExt as _;
use shared::{
    brief::Fact,
    conversation::{OpenCall, RefundView},
    event::{EventBody, Settlement},
    id::{CallId, ConversationId},
};

use super::{
    World, asking,
    calls::{self, settle, superseded},
    decide::{self, Next},
    desk::Desk,
    judge::{self, Judged},
    permits, refunds,
};
use crate::{
    failpoint::{self, Point},
    journal::{AppendError, Thread},
    money::{
        GatewayError, Proposal, RefundOrder,
        answers::{self, Told},
    },
    storage::{Scope, StoreError},
    tools::{Context, Outcome},
};

/// How long a tool may take.
const TOOL_TIME: Duration = Duration::from_secs(20);

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
pub(super) enum Step {
    /// There may be more to do.
    Again,
    /// Somebody outside is waited for.
    Stop,
}

/// How far a conversation is driven.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// Until it waits for somebody outside.
    Whole,
    /// Until a brain, a tool or the payment provider is to be asked: none of them is quick.
    Records,
}

/// Drives one conversation on.
pub async fn drive(desk: &Desk, id: &ConversationId, reach: Reach) -> Result<(), DriveError> {
    let mut restarts = 0;
    // The call of which this drive itself has recorded that it is being made.
    let mut begun: Option<CallId> = None;
    while let Some(thread) = desk.journal().load(&Scope::System, id).await? {
        failpoint::hit(Point::DriveBefore);
        let snapshot = desk.catalog().current();
        let spec = desk.owner_spec(&thread).await?;
        let now = desk.now();
        let tools = desk.tools();
        let world = World {
            thread: &thread,
            spec: spec.as_deref(),
            desk: &snapshot,
            tools: &tools,
            money: desk.money_enabled().await?,
            owner_there: desk.owner_there(&thread, now),
            now,
        };
        let next = decide::next(&world);
        let acts = acting(&next);
        if reach == Reach::Records && (acts.is_some() || !matches!(next, Next::Record(_))) {
            break;
        }
        let step = match next {
            Next::Nothing => Step::Stop,
            Next::Record(bodies) if bodies.is_empty() => Step::Stop,
            Next::Record(bodies) => {
                begun = acts.or(begun);
                record(desk, &thread, bodies).await?
            }
            Next::Ask => asking::ask(desk, &thread, &world, &mut restarts).await?,
            Next::Call(call) if call.acting.is_some() && begun.as_ref() != Some(&call.call) => {
                resume_call(desk, &thread, &world, &call).await?
            }
            Next::Call(call) => call_tool(desk, &thread, &world, &call, false).await?,
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
pub(super) async fn insist(
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

/// The call whose making `next` records.
fn acting(next: &Next) -> Option<CallId> {
    let Next::Record(bodies) = next else { return None };
    bodies.iter().find_map(|body| match body {
        EventBody::Acting(acting) => Some(acting.call.clone()),
        _ => None,
    })
}

/// Goes on with a call that was being made when the server stopped: it is made again if that does
/// nothing twice, and the tool is still the same; else nobody knows what became of it.
async fn resume_call(
    desk: &Desk,
    thread: &Arc<Thread>,
    world: &World<'_>,
    call: &OpenCall,
) -> Result<Step, DriveError> {
    let repeatable = world.tools.get(&call.name).is_some_and(|tool| tool.is_repeatable());
    if repeatable && !permits::is_another(world, call) {
        return call_tool(desk, thread, world, call, true).await;
    }
    let message = "It was interrupted, and may have been done. Nobody can tell from here: a person \
                   must look.";
    let result = serde_json::json!({ "error": "interrupted", "message": message });
    record_effect(desk, thread, call, settle(call, Settlement::Unknown, result), &[]).await
}

/// Calls a tool and records how it was settled. That a call `again` was refused says nothing of what
/// the first one did.
async fn call_tool(
    desk: &Desk,
    thread: &Arc<Thread>,
    world: &World<'_>,
    call: &OpenCall,
    again: bool,
) -> Result<Step, DriveError> {
    let Some(tool) = world.tools.get(&call.name) else {
        let result = serde_json::json!({ "error": "unknown_tool", "message": "It is gone." });
        let bodies = permits::unasked(world, call, settle(call, Settlement::Error, result));
        return record(desk, world.thread, bodies).await;
    };
    if !again && permits::is_another(world, call) {
        // It was about to be made, and was not.
        let settled = settle(call, Settlement::Denied, permits::tool_changed());
        return record_effect(desk, thread, call, settled, &[]).await;
    }
    // What may have been done is not known to have failed.
    let fault = if call.acting.is_some() { Settlement::Unknown } else { Settlement::Error };
    let context = Context {
        conversation: world.thread.state.id.clone(),
        call: call.call.clone(),
        visitor: world.thread.state.visitor.clone(),
        said: world.visitor_messages().map(|(_, text)| text.to_owned()).collect(),
        collections: world.spec.map(|spec| spec.collections.clone()).unwrap_or_default(),
        now: world.now,
    };
    failpoint::hit(Point::ToolBefore);
    let called = AssertUnwindSafe(tool.call(context, call.args.clone())).catch_unwind();
    let outcome = match tokio::time::timeout(TOOL_TIME, called).await {
        Ok(Ok(outcome)) => outcome,
        Ok(Err(_)) => Outcome::fault(fault, "failed", "The tool broke off."),
        Err(_) => Outcome::fault(fault, "timeout", "The tool did not answer in time."),
    };
    failpoint::hit(Point::ToolAfter);
    match outcome {
        Outcome::Refund(proposal) => propose(desk, world, call, &proposal).await,
        Outcome::Settled { settlement, result, facts, untrusted } => {
            let failed = settlement != Settlement::Ok;
            let settlement = if again && failed { Settlement::Unknown } else { settlement };
            let mut body = settle(call, settlement, result);
            if let EventBody::Tool(tool) = &mut body {
                tool.untrusted = untrusted;
            }
            record_effect(desk, thread, call, body, &facts).await
        }
    }
}

/// Records what came of a call: whoever owns the conversation by now, it did. `body` settles it,
/// and is the source of the `facts` that it found.
async fn record_effect(
    desk: &Desk,
    thread: &Arc<Thread>,
    call: &OpenCall,
    mut body: EventBody,
    facts: &[(String, String)],
) -> Result<Step, DriveError> {
    let step = insist(desk, thread, |at| {
        if let EventBody::Tool(tool) = &mut body {
            let source_seq = at.state.seq + 1;
            let found = facts.iter().cloned();
            tool.facts = found.map(|(key, value)| Fact { key, value, source_seq }).collect();
        }
        calls::done(&at.state, call, &body)
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
    let Some(agent) = world.thread.state.owner.agent() else {
        // It has moved nothing, and whoever asked for it owns no more.
        return record(desk, world.thread, vec![superseded(call)]).await;
    };
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
        return Ok(Step::Again);
    }
    let gateway = desk.gateway();
    failpoint::hit(Point::GatewayBefore);
    let answer = tokio::time::timeout(gateway.patience(), gateway.refund(&order))
        .await
        .unwrap_or_else(|_| Err(GatewayError::Unknown("time-out".to_owned())));
    failpoint::hit(Point::GatewayAfter);
    if answer == Err(GatewayError::Off) {
        // Switched off meanwhile: it waits, and the turn goes on without it.
        return Ok(Step::Again);
    }
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
