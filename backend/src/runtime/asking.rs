//! Asks the brain: shows its answer as it comes, and records it while it is still the answer.

use std::{panic::AssertUnwindSafe, sync::Arc, time::Duration};

use futures_util::{FutureExt as _, StreamExt as _};
use shared::{
    brief::Usage,
    conversation::Conversation,
    event::{EventBody, Message},
    fleeting::Draft,
    id::{ConversationId, Seq},
    message::{Author, AuthorKind},
};
use tokio::{
    sync::broadcast::{Receiver, error::RecvError},
    time::{sleep, timeout},
};

use super::{
    Desk, World,
    answer::{self, Answer},
    guardrails,
    runner::{DriveError, Step, insist},
    view,
};
use crate::{
    brain::{BrainError, Piece},
    bus::{Signal, Spoken},
    failpoint::{self, Point},
    journal::Thread,
    storage::Scope,
};

/// How long a brain may be silent before its answer counts as failed.
const BRAIN_SILENCE: Duration = Duration::from_secs(30);
/// How long a brain may take for one answer, however busily it goes on.
const BRAIN_TIME: Duration = Duration::from_mins(2);
/// How often one turn's unfinished answer is thrown away because the visitor wrote meanwhile.
const RESTARTS: u32 = 3;
/// Whoever has written nothing for so long, after a message that came in the middle of an answer,
/// has come to an end.
const QUIET: Duration = Duration::from_millis(700);
/// So long their coming to an end is waited for; less than a shutdown waits.
const LONGEST_BURST: Duration = Duration::from_secs(5);

/// Asks the brain, streams its draft, and records what it answered.
pub(super) async fn ask(
    desk: &Desk,
    thread: &Arc<Thread>,
    world: &World<'_>,
    restarts: &mut u32,
) -> Result<Step, DriveError> {
    failpoint::hit(Point::BrainBefore);
    let collected = AssertUnwindSafe(collect(desk, world, *restarts < RESTARTS)).catch_unwind();
    let broken = |_| Collected::Whole(Box::new(broken(desk, world)));
    let answer = match collected.await.unwrap_or_else(broken) {
        Collected::Whole(answer) => *answer,
        Collected::Void { model, usage } => {
            // The visitor wrote, or a person took over, before the answer was whole.
            *restarts += 1;
            return discard(desk, thread, world, model, usage).await;
        }
    };
    failpoint::hit(Point::BrainAfter);
    let mut voided = false;
    let done = insist(desk, thread, |at| {
        let at = World { thread: at, ..*world };
        let bodies = answer::heard(&at, &thread.state, &answer, *restarts < RESTARTS);
        if bodies.is_none() {
            *restarts += 1;
            voided = true;
        }
        bodies
    });
    let step = done.await?;
    if voided {
        return discard(desk, thread, world, answer.model, answer.usage).await;
    }
    failpoint::hit(Point::AnswerAfter);
    Ok(step)
}

/// Throws away an answer to what is no longer the question. What it used was used all the same. If
/// the visitor is still writing, the next answer waits until they have come to an end.
async fn discard(
    desk: &Desk,
    thread: &Arc<Thread>,
    world: &World<'_>,
    model: String,
    usage: Usage,
) -> Result<Step, DriveError> {
    discard_draft(desk, thread);
    let unheard = answer::unheard(world, model, usage);
    insist(desk, thread, |_| unheard.clone().map(|body| vec![body])).await?;
    let now = desk.journal().load(&Scope::System, &thread.state.id).await?;
    if now.is_some_and(|now| now.state.epoch == thread.state.epoch) {
        until_quiet(desk, &thread.state.id).await;
    }
    Ok(Step::Again)
}

/// Waits until the visitor has written nothing for a moment.
async fn until_quiet(desk: &Desk, id: &ConversationId) {
    let mut signals = desk.journal().bus().follow(id).signals;
    let quiet = async { while timeout(QUIET, signals.recv()).await.is_ok() {} };
    // Whoever writes on and on is answered in between.
    let _ = timeout(LONGEST_BURST, quiet).await;
}

/// What came of listening to a brain.
enum Collected {
    /// Its answer.
    Whole(Box<Answer>),
    /// The answer became void before it was whole.
    Void {
        /// The model that was giving it.
        model: String,
        /// What it had used.
        usage: Usage,
    },
}

/// Collects a brain's answer piece by piece, showing the text as it comes.
async fn collect(desk: &Desk, world: &World<'_>, restart: bool) -> Collected {
    let state = &world.thread.state;
    let faculty = &world.desk.faculty;
    let mut answer = nothing_yet(world);
    let mut shown = 0;
    let Some(request) = view::request(world) else {
        answer.failure = Some("there is nothing to answer".to_owned());
        return Collected::Whole(Box::new(answer));
    };
    let began = desk.now();
    let signals = desk.journal().bus().follow(&state.id).signals;
    // What was recorded before this began to listen told it nothing: looked for here, so that not a
    // word of a void answer is shown.
    if is_void(desk, state, restart).await {
        return Collected::Void { model: answer.model, usage: Usage::default() };
    }
    let mut pieces = faculty.brain.step(request);
    // One future for the whole answer: a look that is under way goes on when a piece comes first.
    let mut void = std::pin::pin!(voided(desk, state, signals, restart));
    let mut late = std::pin::pin!(sleep(BRAIN_TIME));
    loop {
        tokio::select! {
            // What makes the answer void is looked at before more of it is shown.
            biased;
            () = &mut void => {
                return Collected::Void { model: answer.model, usage: answer.usage };
            }
            () = &mut late => {
                answer.failure = Some("the brain took too long".to_owned());
                break;
            }
            piece = timeout(BRAIN_SILENCE, pieces.next()) => match piece {
                Ok(Some(Ok(piece))) => {
                    let void = matches!(piece, Piece::Setback { .. }) && !answer.text.is_empty();
                    answer.take(piece);
                    if void {
                        discard_draft(desk, world.thread);
                        shown = 0;
                    }
                    let text = answer.text.trim_end();
                    let upto = guardrails::may_show(world, text, shown);
                    if upto > shown {
                        tell_draft(desk, world.thread, shown, &text[shown..upto]);
                        shown = upto;
                    }
                    failpoint::hit(Point::BrainPiece);
                    if answer.is_endless() {
                        answer.failure = Some("the brain did not come to an end".to_owned());
                        break;
                    }
                }
                Ok(Some(Err(BrainError::Broke(why)))) => {
                    answer.broke = Some(why);
                    break;
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
    if answer.failure.is_some() || answer.broke.is_some() {
        discard_draft(desk, world.thread);
    }
    answer.usage.took_ms = u64::try_from(desk.now().since_ms(began)).unwrap_or(0);
    Collected::Whole(Box::new(answer))
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
