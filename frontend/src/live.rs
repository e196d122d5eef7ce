//! The live channel: one WebSocket that comes back for as long as the page is open.
//!
//! What was missed is not this module's business: whoever follows a conversation subscribes again
//! at every `ready` frame, from the newest event they have. Nor is what a frame says: it carries
//! text, so that each page reads as much of it as it needs.

use std::{
    cell::RefCell,
    future::Future,
    pin::Pin,
    rc::{Rc, Weak},
};

use gloo_timers::callback::{Interval, Timeout};
use leptos::prelude::*;
use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::{MessageEvent, WebSocket};

use crate::backoff;

/// How often a quiet connection is tried, in milliseconds; after two tries without an answer it
/// counts as lost.
const BEAT_MS: u32 = 15_000;

/// How often to ask over HTTP where no WebSocket gets through, in milliseconds.
const POLL_MS: u32 = 3_000;

/// The frame that keeps a connection open.
const PING: &str = r#"{"type":"ping"}"#;

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
    pub hello: Box<dyn Fn() -> String>,
    /// What to do with a frame; says whether it was `ready`, the server's yes to the hello.
    pub on_frame: Box<dyn Fn(&str) -> bool>,
    /// Asks over HTTP for what the channel would have brought, when there is no channel; says
    /// whether the server answered.
    pub poll: Box<dyn Fn() -> Pin<Box<dyn Future<Output = bool>>>>,
    /// What to do with another status.
    pub on_status: Box<dyn Fn(Status)>,
}

/// The page's end of the channel; dropping the last one closes it.
#[derive(Clone)]
pub struct Live(Rc<Channel>);

struct Channel {
    handler: Handler,
    state: RefCell<State>,
}

/// How the channel stands. Without a connection it waits for `rest`, or for an answer over HTTP.
#[derive(Default)]
struct State {
    connection: Option<Connection>,
    rest: Option<Timeout>,
    /// Connections in a row that brought nothing.
    failures: u32,
    is_ready: bool,
    /// Beats since something was last received.
    unanswered: u32,
    /// Whether to try at once when the answer over HTTP is there.
    woken: bool,
}

/// One WebSocket and what listens to it.
struct Connection {
    socket: WebSocket,
    _beat: Interval,
    _opened: Closure<dyn Fn()>,
    _received: Closure<dyn Fn(MessageEvent)>,
    _closed: Closure<dyn Fn()>,
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.socket.set_onopen(None);
        self.socket.set_onmessage(None);
        self.socket.set_onclose(None);
        let _ = self.socket.close();
    }
}

impl Live {
    /// Connects, and stays connected.
    pub fn connect(handler: Handler) -> Self {
        let channel = Rc::new(Channel { handler, state: RefCell::default() });
        open(&channel);
        Self(channel)
    }

    /// Sends a frame. Without a connection it is dropped: only what is stale by the time of the
    /// next one goes this way.
    pub fn send(&self, frame: &str) {
        self.0.send(frame);
    }

    /// Tries again now, if there is no connection: the network came back, or the page into view.
    pub fn wake(&self) {
        let mut state = self.0.state.borrow_mut();
        if state.connection.is_some() {
            return;
        }
        state.woken = true;
        if state.rest.take().is_some() {
            drop(state);
            open(&self.0);
        }
    }
}

impl Channel {
    fn send(&self, frame: &str) {
        if let Some(connection) = &self.state.borrow().connection
            && connection.socket.ready_state() == WebSocket::OPEN
        {
            let _ = connection.socket.send_with_str(frame);
        }
    }

    fn receive(&self, message: &MessageEvent) {
        let Some(frame) = message.data().as_string() else { return };
        self.state.borrow_mut().unanswered = 0;
        // Whoever is told may send or wake: nothing is held meanwhile.
        if (self.handler.on_frame)(&frame) {
            self.state.borrow_mut().is_ready = true;
            (self.handler.on_status)(Status::Online);
        }
    }
}

/// Makes a connection.
fn open(channel: &Rc<Channel>) {
    let Some(socket) = address().and_then(|url| WebSocket::new(&url).ok()) else {
        return close(channel);
    };
    // What listens must not keep a channel that its page has dropped.
    let listen = |then: fn(&Rc<Channel>)| {
        let channel = Rc::downgrade(channel);
        move || channel.upgrade().iter().for_each(then)
    };
    let opened = Closure::<dyn Fn()>::new(listen(|channel| {
        let hello = (channel.handler.hello)();
        channel.send(&hello);
    }));
    let closed = Closure::<dyn Fn()>::new(listen(close));
    let weak = Rc::downgrade(channel);
    let received = Closure::<dyn Fn(MessageEvent)>::new(move |message: MessageEvent| {
        if let Some(channel) = Weak::upgrade(&weak) {
            channel.receive(&message);
        }
    });
    socket.set_onopen(Some(opened.as_ref().unchecked_ref()));
    socket.set_onmessage(Some(received.as_ref().unchecked_ref()));
    // An error is always followed by this.
    socket.set_onclose(Some(closed.as_ref().unchecked_ref()));
    let connection = Connection {
        socket,
        _beat: Interval::new(BEAT_MS, listen(beat)),
        _opened: opened,
        _received: received,
        _closed: closed,
    };
    let mut state = channel.state.borrow_mut();
    state.is_ready = false;
    state.woken = false;
    state.unanswered = 0;
    state.connection = Some(connection);
}

fn beat(channel: &Rc<Channel>) {
    let mut state = channel.state.borrow_mut();
    state.unanswered += 1;
    let is_lost = state.unanswered > 2;
    drop(state);
    if is_lost { close(channel) } else { channel.send(PING) }
}

/// The connection is lost, or was not made: the next one is tried after a rest.
fn close(channel: &Rc<Channel>) {
    let mut state = channel.state.borrow_mut();
    state.connection = None;
    let was_ready = std::mem::take(&mut state.is_ready);
    state.failures = if was_ready { 0 } else { state.failures + 1 };
    let failures = state.failures;
    drop(state);
    if was_ready {
        (channel.handler.on_status)(Status::Connecting);
        return rest(channel, backoff::delay_ms(0, js_sys::Math::random()));
    }
    let answer = (channel.handler.poll)();
    let weak = Rc::downgrade(channel);
    leptos::task::spawn_local(async move {
        let answered = answer.await;
        let Some(channel) = weak.upgrade() else { return };
        let (status, wait) = if answered {
            (Status::Polling, POLL_MS)
        } else {
            (Status::Offline, backoff::delay_ms(failures, js_sys::Math::random()))
        };
        (channel.handler.on_status)(status);
        let woken = channel.state.borrow().woken;
        rest(&channel, if woken { 0 } else { wait });
    });
}

/// Tries again in `ms` milliseconds.
fn rest(channel: &Rc<Channel>, ms: u32) {
    let weak = Rc::downgrade(channel);
    let timer = Timeout::new(ms, move || {
        if let Some(channel) = weak.upgrade() {
            channel.state.borrow_mut().rest = None;
            open(&channel);
        }
    });
    channel.state.borrow_mut().rest = Some(timer);
}

fn address() -> Option<String> {
    let location = window().location();
    let scheme = if location.protocol().ok()? == "https:" { "wss" } else { "ws" };
    Some(format!("{scheme}://{}/api/v1/live", location.host().ok()?))
}
