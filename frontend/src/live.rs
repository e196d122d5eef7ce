//! The live channel: one WebSocket that comes back for as long as the page is open.
//!
//! What was missed is not this module's business: whoever follows a conversation subscribes again
//! at every [`LiveFrame::Ready`], from the newest event they have.

use std::{future::Future, pin::Pin};

use futures_channel::mpsc;
use futures_util::{
    SinkExt, StreamExt,
    future::{self, Either},
    stream,
};
use gloo_net::websocket::{Message, futures::WebSocket};
use gloo_timers::future::{IntervalStream, TimeoutFuture};
use leptos::prelude::*;
use shared::live::{ClientFrame, LiveFrame};

use crate::backoff;

/// How often a quiet connection is tried, in milliseconds; after two tries without an answer it
/// counts as lost.
const BEAT_MS: u32 = 15_000;

/// How often to ask over HTTP where no WebSocket gets through, in milliseconds.
const POLL_MS: u32 = 3_000;

/// How the page is connected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// For the first time, or again after it was online.
    Connecting,
    /// Everything arrives at once.
    Online,
    /// No WebSocket gets through; the page asks at intervals.
    Polling,
    /// The server cannot be reached.
    Offline,
}

/// What a page does with the channel.
pub struct Handler {
    /// The first frame of each connection.
    pub hello: Box<dyn Fn() -> ClientFrame>,
    /// What to do with a frame.
    pub on_frame: Box<dyn Fn(LiveFrame)>,
    /// Asks over HTTP for what the channel would have brought, when there is no channel; says
    /// whether the server answered.
    pub poll: Box<dyn Fn() -> Pin<Box<dyn Future<Output = bool>>>>,
}

/// The page's end of the channel; dropping the last one closes it.
#[derive(Clone)]
pub struct Live {
    signals: mpsc::UnboundedSender<Signal>,
}

enum Signal {
    Send(ClientFrame),
    /// Do not wait any longer before the next try.
    Wake,
}

impl Live {
    /// Connects, and stays connected.
    pub fn connect(handler: Handler, status: RwSignal<Status>) -> Self {
        let (signals, received) = mpsc::unbounded();
        leptos::task::spawn_local(run(handler, received, status));
        Self { signals }
    }

    /// Sends a frame. Without a connection it is dropped: only what is stale by the time of the
    /// next one goes this way.
    pub fn send(&self, frame: ClientFrame) {
        let _ = self.signals.unbounded_send(Signal::Send(frame));
    }

    /// Tries again now, if there is no connection: the network came back, or the page into view.
    pub fn wake(&self) {
        let _ = self.signals.unbounded_send(Signal::Wake);
    }
}

/// How a connection ended.
enum Ended {
    /// It was lost, or never made.
    Lost { was_ready: bool },
    /// The page is done with it.
    Dropped,
}

async fn run(
    handler: Handler,
    mut signals: mpsc::UnboundedReceiver<Signal>,
    status: RwSignal<Status>,
) {
    let mut failures = 0;
    loop {
        let was_ready = match connection(&handler, &mut signals, status).await {
            Ended::Dropped => return,
            Ended::Lost { was_ready } => was_ready,
        };
        failures = if was_ready { 0 } else { failures + 1 };
        let random = js_sys::Math::random();
        let wait = if was_ready {
            status.try_set(Status::Connecting);
            backoff::delay_ms(0, random)
        } else if (handler.poll)().await {
            status.try_set(Status::Polling);
            POLL_MS
        } else {
            status.try_set(Status::Offline);
            backoff::delay_ms(failures, random)
        };
        if !rest(wait, &mut signals).await {
            return;
        }
    }
}

/// Waits, or is woken; false if the page is done with the channel.
async fn rest(ms: u32, signals: &mut mpsc::UnboundedReceiver<Signal>) -> bool {
    let mut timer = TimeoutFuture::new(ms);
    loop {
        match future::select(timer, signals.next()).await {
            Either::Left(_) | Either::Right((Some(Signal::Wake), _)) => return true,
            Either::Right((Some(Signal::Send(_)), rest)) => timer = rest,
            Either::Right((None, _)) => return false,
        }
    }
}

enum Input {
    Received(Message),
    Lost,
    Signal(Signal),
    Dropped,
    Beat,
}

async fn connection(
    handler: &Handler,
    signals: &mut mpsc::UnboundedReceiver<Signal>,
    status: RwSignal<Status>,
) -> Ended {
    let mut was_ready = false;
    let Some(socket) = address().and_then(|url| WebSocket::open(&url).ok()) else {
        return Ended::Lost { was_ready };
    };
    let (mut sink, received) = socket.split();
    let received = received
        .map(|message| message.map_or(Input::Lost, Input::Received))
        .chain(stream::iter([Input::Lost]));
    let signals = signals.map(Input::Signal).chain(stream::iter([Input::Dropped]));
    let beats = IntervalStream::new(BEAT_MS).map(|()| Input::Beat);
    let mut inputs = stream::select(received, stream::select(signals, beats));

    let mut opened = false;
    let mut unanswered = 0;
    if let Some(hello) = text(&(handler.hello)()) {
        // Waits until the socket is open; fails if it does not open.
        opened = sink.send(hello).await.is_ok();
    }
    if !opened {
        return Ended::Lost { was_ready };
    }
    while let Some(input) = inputs.next().await {
        let frame = match input {
            Input::Lost => break,
            Input::Dropped => return Ended::Dropped,
            Input::Received(message) => {
                unanswered = 0;
                receive(&message, handler, &mut was_ready, status);
                continue;
            }
            Input::Signal(Signal::Send(frame)) if was_ready => frame,
            Input::Signal(_) => continue,
            Input::Beat if unanswered >= 2 => break,
            Input::Beat => {
                unanswered += 1;
                ClientFrame::Ping
            }
        };
        let Some(frame) = text(&frame) else { continue };
        if sink.send(frame).await.is_err() {
            break;
        }
    }
    Ended::Lost { was_ready }
}

fn receive(message: &Message, handler: &Handler, was_ready: &mut bool, status: RwSignal<Status>) {
    let Message::Text(json) = message else { return };
    // A frame of a newer server that this page does not know changes nothing it shows.
    let Ok(frame) = serde_json::from_str::<LiveFrame>(json) else { return };
    if frame == LiveFrame::Ready {
        *was_ready = true;
        status.try_set(Status::Online);
    }
    (handler.on_frame)(frame);
}

fn text(frame: &ClientFrame) -> Option<Message> {
    serde_json::to_string(frame).ok().map(Message::Text)
}

fn address() -> Option<String> {
    let location = window().location();
    let scheme = if location.protocol().ok()? == "https:" { "wss" } else { "ws" };
    Some(format!("{scheme}://{}/api/v1/live", location.host().ok()?))
}
