//! One request to one model, from asking to its end.

use std::time::Duration;

use async_stream::try_stream;
use futures_util::{Stream, StreamExt};
use rig_core::{
    completion::CompletionRequest,
    message::{AssistantContent, StopReason, ToolCall},
    streaming::{Item, StreamEvent},
};
use serde_json::Value;
use shared::{brief::Usage, model::Price};
use tokio::time::{Instant, timeout_at};

use super::{faults::Fault, protocol::Spoken};
use crate::brain::Piece;

/// How often a model that thinks in silence is said to be alive.
const ALIVE: Duration = Duration::from_secs(2);

/// How long is waited for the beginning, and then between two things.
#[derive(Debug, Clone, Copy)]
pub(super) struct Waits {
    pub(super) first: Duration,
    pub(super) stall: Duration,
}

/// Asks and gives what comes, piece by piece. An error is the last item. What the provider counted
/// is told even then, if it told.
pub(super) fn attempt(
    model: Spoken,
    request: CompletionRequest,
    price: Price,
    waits: Waits,
) -> impl Stream<Item = Result<Piece, Fault>> + Send {
    try_stream! {
        let mut answer = model.ask(request).map_err(|error| Fault::of(&error))?;
        let mut wait = waits.first;
        let mut since = Instant::now();
        let mut told = since;
        let mut calls = Vec::new();
        loop {
            // Only what makes sense counts as a sign of life: neither comments nor unknown events do.
            let Ok(item) = timeout_at(since + wait, answer.next()).await else {
                Err(Fault::slow(wait))?;
                break;
            };
            let event = match item {
                None => break,
                Some(Ok(Item::Unknown(_))) => continue,
                Some(Ok(Item::Event(event))) => event,
                Some(Err(error)) => {
                    if let Some(usage) = usage(answer.partial().usage, price) {
                        yield Piece::Usage(usage);
                    }
                    Err(Fault::of(&error))?;
                    break;
                }
            };
            (wait, since) = (waits.stall, Instant::now());
            match event {
                StreamEvent::Text { text, .. } => yield Piece::Text(text),
                StreamEvent::End { content: AssistantContent::ToolCall(call), .. } => {
                    calls.push(call);
                }
                _ => {}
            }
            if since - told > ALIVE {
                told = since;
                yield Piece::Alive;
            }
        }
        let whole = answer.finish().await.map_err(|error| Fault::of(&error))?;
        if let Some(usage) = usage(whole.usage, price) {
            yield Piece::Usage(usage);
        }
        if let StopReason::Error(why) | StopReason::Aborted(why) = whole.stop() {
            Err(Fault::declined(&why))?;
        }
        // Last, when it is sure that the answer is whole: half an answer calls nothing.
        for call in calls {
            yield called(call);
        }
    }
}

fn called(call: ToolCall) -> Piece {
    let function = call.function;
    let args = match function.invalid_arguments {
        Some(text) => Err(text),
        None => Ok(Value::Object(function.arguments)),
    };
    Piece::Call { name: function.name.to_string(), args }
}

/// What the provider counted, and what that costs; `None` if it counted nothing.
fn usage(counted: rig_core::completion::Usage, price: Price) -> Option<Usage> {
    let tokens_in = counted.input_tokens.unwrap_or(0);
    let tokens_out = counted.output_tokens.unwrap_or(0);
    let cached = counted.cached_input_tokens.unwrap_or(0);
    let cost_micros = price.cost(tokens_in, cached, tokens_out);
    (tokens_in + tokens_out > 0).then(|| Usage {
        tokens_in,
        tokens_out,
        cost_micros,
        ..Usage::default()
    })
}
