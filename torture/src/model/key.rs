//! What tells states apart: all that what comes next depends on. Positions count by their order and
//! times by their distance, so that the same situation is looked at once, however long it took to
//! get there.

use std::{
    collections::BTreeSet,
    fmt::{self, Write as _},
    sync::Arc,
};

use baton::{journal::Thread, runtime::refunds};
use shared::{
    conversation::{OpenApproval, OpenCall, RefundView},
    event::{Event, EventBody, Settlement},
    id::{CallId, Seq},
    message::AuthorKind,
    time::Timestamp,
};

use super::world::{Work, World};

/// The state in words that are the same for the same situation.
pub fn told(world: &World) -> Result<String, fmt::Error> {
    let state = &world.thread.state;
    let ranks = Ranks::of(&world.thread);
    let ago = |at: Timestamp| world.now.since_ms(at);
    let mut out = String::with_capacity(1024);
    let World { left, money, restarts, just, broken, .. } = world;
    write!(out, "{left:?}{money}{restarts}{just:?}{broken:?}")?;
    let times = [state.deadline, state.waits_since, Some(state.tenure_since), world.gone];
    write!(out, "{} {:?}", state.owner, times.map(|at| at.map(ago)))?;
    let (last, wish) = (state.last_visitor_message, state.wants_person.unwrap_or(0));
    let seqs = [last, state.taken_in, state.last_new_fact, state.tenure_seq, wish];
    write!(out, "{:?}{}{}", seqs.map(|seq| ranks.of_seq(seq)), ranks.0.len(), ranks.1)?;
    let standing = state.standing.as_ref().map(|(queue, by)| (queue.name(), ago(*by)));
    write!(out, "{:?}{}{:?}", before(&world.thread), state.tenure_tainted, standing)?;
    let doubt = state.in_doubt.as_ref().map(|(_, seq)| ranks.of_seq(*seq));
    write!(out, "{doubt:?}{:?}", doubtful(&world.thread))?;
    if let Some(turn) = &state.turn {
        write!(out, "t{}{}{}", turn.steps, turn.repairs, turn.tainted)?;
        for hop in &turn.hops {
            write!(out, "h{}{}{}", hop.from.name(), hop.to.name(), ranks.of_seq(hop.seq))?;
        }
    }
    for call in &state.calls {
        let OpenCall { name, args, approved, acting, .. } = call;
        let done = (world.law.posted.contains(&call.call), call.epoch == state.epoch);
        let (approved, acting) = (approved.is_some(), acting.is_some());
        write!(out, "c{name}{args}{approved}{acting}{done:?}{}", ranks.of_seq(call.seq))?;
    }
    for refund in &state.refunds {
        told_refund(&mut out, world, refund)?;
    }
    for approval in &state.approvals {
        let OpenApproval { action, expires_at, seq, .. } = approval;
        let call = action.as_ref().map(|action| &action.call);
        let asked = call.and_then(|call| refunds::asked_by_staff(&world.thread, call));
        let intent = action.as_ref().and_then(|action| action.intent.as_ref());
        let refund = state.refunds.iter().position(|refund| Some(&refund.intent) == intent);
        let open = call.and_then(|call| place(&world.thread, call));
        let (rank, at) = (ranks.of_seq(*seq), expires_at.map(ago));
        write!(out, "a{asked:?}{refund:?}{open:?}{rank}{at:?}")?;
    }
    told_work(&mut out, world)?;
    let copy = &world.before.state;
    write!(out, "<{}{}", copy.owner, copy.seq == state.seq)?;
    Ok(out)
}

fn told_refund(out: &mut String, world: &World, refund: &RefundView) -> fmt::Result {
    let ago = |at: Timestamp| world.now.since_ms(at);
    let terms = refund.terms.as_ref();
    let call = terms.and_then(|terms| place(&world.thread, &terms.call));
    let key = terms.map_or("", |terms| &terms.idempotency_key);
    write!(out, "r{:?}{}{}{call:?}", refund.state, refund.money, ago(refund.since))?;
    let asked = &refund.inquiries;
    let times = [asked.last, asked.cleared].map(|at| at.map(ago));
    write!(out, "{}{times:?}{:?}{}", asked.count, asked.says, refund.settled_by.is_some())?;
    for (calls, name) in [(&world.provider.made, 'm'), (&world.provider.late, 'l')] {
        for (_, at) in calls.iter().filter(|(order, _)| order.key == key) {
            write!(out, "{name}{}", ago(*at))?;
        }
    }
    Ok(())
}

fn told_work(out: &mut String, world: &World) -> fmt::Result {
    let now = &world.thread.state;
    match &world.work {
        Work::Idle => out.write_str("idle"),
        Work::Asking(at) => {
            let asked = &at.state;
            let same = (asked.epoch == now.epoch, asked.calls == now.calls);
            let more = now.last_visitor_message > asked.last_visitor_message;
            write!(out, "asking{same:?}{more}")
        }
        Work::Calling(at, call) => {
            let open = place(&world.thread, &call.call);
            write!(
                out,
                "calling{}{}{open:?}{}",
                call.name,
                call.acting.is_some(),
                at.state.seq == now.seq
            )
        }
        Work::Sending(refund) | Work::Finding(refund) => {
            let which = now.refunds.iter().position(|known| known.intent == refund.intent);
            let finds = matches!(world.work, Work::Finding(_));
            write!(out, "asks{finds}{which:?}{}", world.now.since_ms(refund.since))
        }
    }
}

/// Which of the open calls it is.
fn place(thread: &Thread, call: &CallId) -> Option<usize> {
    thread.state.calls.iter().position(|open| open.call == *call)
}

/// Whose it was before.
fn before(thread: &Thread) -> Option<&str> {
    thread.events.iter().rev().find_map(|event| match &event.body {
        EventBody::Handoff(handoff) => Some(handoff.from.name()),
        _ => None,
    })
}

/// The writes of which nobody knows: one that is asked for again waits for a person.
fn doubtful(thread: &Thread) -> BTreeSet<&str> {
    let tools = thread.events.iter().filter_map(|event| match &event.body {
        EventBody::Tool(tool) => Some(tool),
        _ => None,
    });
    let unknown = tools.filter(|tool| tool.settlement == Some(Settlement::Unknown));
    unknown.map(|tool| tool.name.as_str()).collect()
}

/// The positions that decisions compare, in their order, and how many of them are deadlines that
/// have passed.
struct Ranks(Vec<Seq>, usize);

impl Ranks {
    fn of(thread: &Thread) -> Self {
        let state = &thread.state;
        let (last, wish) = (state.last_visitor_message, state.wants_person.unwrap_or(0));
        let mut seqs: BTreeSet<Seq> =
            [last, state.taken_in, state.last_new_fact, state.tenure_seq, wish].into();
        seqs.extend(state.calls.iter().map(|call| call.seq));
        seqs.extend(state.approvals.iter().map(|approval| approval.seq));
        seqs.extend(state.turn.iter().flat_map(|turn| turn.hops.iter().map(|hop| hop.seq)));
        let unread = |event: &&Arc<Event>| {
            let is_visitors = |body: &EventBody| matches!(body, EventBody::Message(said) if said.author.kind == AuthorKind::Visitor);
            event.seq > state.taken_in && is_visitors(&event.body)
        };
        seqs.extend(thread.events.iter().filter(unread).map(|event| event.seq));
        seqs.extend(&state.lapses);
        seqs.extend(state.in_doubt.as_ref().map(|(_, seq)| *seq));
        Self(seqs.into_iter().collect(), state.lapses.len())
    }

    fn of_seq(&self, seq: Seq) -> usize {
        self.0.partition_point(|known| *known < seq)
    }
}
