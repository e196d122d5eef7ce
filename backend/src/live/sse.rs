//! A feed as server-sent events: `event:` is the event's name, `id:` its position.

use std::time::Duration;

use axum::response::sse::{Event as Frame, KeepAlive, Sse};
use futures_util::{Stream, StreamExt, stream};
use serde::Serialize;
use shared::{event::TurnState, id::Seq, message::Author};
use tokio_util::sync::CancellationToken;

use super::Item;
use crate::{auth::Audience, storage::StoreError};

/// How often a silent stream says that it is alive.
const HEARTBEAT: Duration = Duration::from_secs(15);

type Infallible = std::convert::Infallible;

/// A draft's delta as `event: draft`.
#[derive(Serialize)]
struct Draft<'a> {
    turn: Seq,
    author: &'a Author,
    delta: &'a str,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    reset: bool,
}

/// `event: typing`.
#[derive(Serialize)]
struct Typing<'a> {
    author: &'a Author,
    on: bool,
}

/// `event: turn`.
#[derive(Serialize)]
struct Turn {
    turn: Seq,
    state: TurnState,
}

/// Answers with `items` as `audience` may see them, until they end or the server stops.
pub fn answer(
    items: impl Stream<Item = Result<Item, StoreError>> + Send + 'static,
    audience: Audience,
    shutdown: CancellationToken,
) -> Sse<impl Stream<Item = Result<Frame, Infallible>> + Send> {
    // Clients of a server that restarts come back spread over some seconds.
    let first = Frame::default().retry(Duration::from_millis(1000 + u64::from(jitter()) * 12));
    let frames = items
        .scan((), |(), item| {
            let failed = |cause: &StoreError| tracing::error!(%cause, "a stream ends");
            std::future::ready(item.inspect_err(failed).ok())
        })
        .filter_map(move |item| std::future::ready(frame(&item, audience)))
        .take_until(shutdown.cancelled_owned());
    let frames = stream::once(std::future::ready(first)).chain(frames).map(Ok);
    Sse::new(frames).keep_alive(KeepAlive::new().interval(HEARTBEAT))
}

fn frame(item: &Item, audience: Audience) -> Option<Frame> {
    let named = |name: &str| Frame::default().event(name);
    match item {
        Item::Event(event) => {
            let event = audience.sees(event)?;
            named(event.body.name()).id(event.seq.to_string()).json_data(&event)
        }
        Item::CaughtUp(_) => return None,
        Item::Draft { turn, author, delta, reset } => {
            named("draft").json_data(Draft { turn: *turn, author, delta, reset: *reset })
        }
        Item::Typing { author, on } => named("typing").json_data(Typing { author, on: *on }),
        // Staff also get the recorded end of a turn under this name, with its position.
        Item::Turn { turn, state } => named("turn").json_data(Turn { turn: *turn, state: *state }),
    }
    .ok()
}

fn jitter() -> u8 {
    let mut byte = [0];
    // Without randomness they merely come back together.
    let _ = getrandom::fill(&mut byte);
    byte[0]
}
