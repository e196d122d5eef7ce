//! A feed as server-sent events: `event:` is the event's name, `id:` its position.

use std::time::Duration;

use super::Item;
use crate::{
    app::App,
    auth::{Audience, Denied, ReaderAuth},
    storage::StoreError,
};
use axum::response::sse::{Event as Frame, KeepAlive, Sse};
use futures_util::{Stream, StreamExt, stream};

/// How often a silent stream says that it is alive.
const HEARTBEAT: Duration = Duration::from_secs(15);

/// How often a stream asks whether its reader's session still stands.
const CHECK: Duration = Duration::from_secs(15);

type Infallible = std::convert::Infallible;

/// Answers with `items` as `reader` may see them, until they end, the reader is signed out, or the
/// server stops.
pub fn answer(
    app: App,
    reader: ReaderAuth,
    items: impl Stream<Item = Result<Item, StoreError>> + Send + 'static,
) -> Sse<impl Stream<Item = Result<Frame, Infallible>> + Send> {
    let audience = reader.audience();
    // Clients of a server that restarts come back spread over some seconds.
    let first = Frame::default().retry(Duration::from_millis(1000 + u64::from(jitter()) * 12));
    let frames = items
        .scan((), |(), item| {
            let failed = |cause: &StoreError| tracing::error!(%cause, "a stream ends");
            std::future::ready(item.inspect_err(failed).ok())
        })
        .filter_map(move |item| std::future::ready(frame(&item, audience)))
        .take_until(Box::pin(over(app, reader)));
    let frames = stream::once(std::future::ready(first)).chain(frames).map(Ok);
    Sse::new(frames).keep_alive(KeepAlive::new().interval(HEARTBEAT))
}

/// Resolves when a stream must end, whatever it has to tell.
async fn over(app: App, reader: ReaderAuth) {
    let signed_out = async {
        loop {
            tokio::time::sleep(CHECK).await;
            match reader.still(&app).await {
                // A store that fails is no reason to sign anybody out.
                Ok(_) | Err(Denied::Store(_)) => {}
                Err(_) => return,
            }
        }
    };
    tokio::select! {
        () = app.shutdown.cancelled() => {}
        () = signed_out => {}
    }
}

fn frame(item: &Item, audience: Audience) -> Option<Frame> {
    let named = |name: &str| Frame::default().event(name);
    match item {
        Item::Event(event) => {
            let event = audience.sees(event)?;
            named(event.body.name()).id(event.seq.to_string()).json_data(&event)
        }
        Item::CaughtUp(_) => return None,
        // Staff also get the recorded end of a turn under the name of what is fleeting, with its
        // position.
        Item::Fleeting(what) => named(what.name()).json_data(what),
    }
    .ok()
}

fn jitter() -> u8 {
    let mut byte = [0];
    // Without randomness they merely come back together.
    let _ = getrandom::fill(&mut byte);
    byte[0]
}
