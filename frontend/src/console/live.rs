//! The live channel of a member of staff: one WebSocket that comes back by itself.

use gloo_timers::callback::{Interval, Timeout};
use leptos::{ev, prelude::*, task::spawn_local};
use shared::live::{ClientFrame, LiveFrame};
use wasm_bindgen::{JsCast, prelude::Closure};
use web_sys::{MessageEvent, WebSocket};

use super::client::Desk;

/// A ping this often keeps the connection open through proxies.
const PING_MS: u32 = 25_000;
/// Longest pause between two attempts.
const MAX_PAUSE_MS: f64 = 15_000.0;

type Follower = std::rc::Rc<dyn Fn(&LiveFrame)>;

/// The live channel: frames go to everybody who follows, in order.
#[derive(Debug, Clone, Copy)]
pub struct Live {
    open: RwSignal<bool>,
    attempts: StoredValue<u32>,
    link: StoredValue<Option<Link>, LocalStorage>,
    followers: StoredValue<Vec<(u32, Follower)>, LocalStorage>,
    next: StoredValue<u32>,
    heard: StoredValue<bool>,
    desk: StoredValue<Desk>,
    over: StoredValue<bool>,
}

/// An open socket with what listens to it.
#[derive(Debug, Clone)]
struct Link {
    socket: WebSocket,
    _listeners: std::rc::Rc<(Closure<dyn Fn(MessageEvent)>, [Closure<dyn Fn()>; 2])>,
}

impl Live {
    /// Connects, and stays connected until the page of this member of staff is gone.
    pub fn provide(desk: Desk) -> Self {
        let live = Self {
            open: RwSignal::new(false),
            attempts: StoredValue::new(0),
            link: StoredValue::new_local(None),
            followers: StoredValue::new_local(Vec::new()),
            next: StoredValue::new(0),
            heard: StoredValue::new(true),
            desk: StoredValue::new(desk.clone()),
            over: StoredValue::new(false),
        };
        provide_context(live);
        // Connects at first, and again when an ended session has been resumed.
        Effect::new(move |_| {
            if !desk.has_ended() {
                live.connect();
            }
        });
        let online = window_event_listener(ev::online, move |_| live.connect());
        let beat = Interval::new(PING_MS, move || live.beat());
        let beat = StoredValue::new_local(Some(beat));
        on_cleanup(move || {
            online.remove();
            beat.try_update_value(Option::take);
            live.over.try_set_value(true);
            if let Some(Some(link)) = live.link.try_update_value(Option::take) {
                // Already closed is as good as closed.
                let _ = link.socket.close();
            }
        });
        live
    }

    /// The live channel of the page.
    pub fn here() -> Self {
        expect_context()
    }

    /// Whether frames arrive.
    pub fn is_open(self) -> bool {
        self.open.get()
    }

    /// Hands every frame to `follower` until the caller's part of the page is gone. If the channel
    /// is open it is told so at once, as it is after every reconnect, by [`LiveFrame::Ready`].
    pub fn follow(self, follower: impl Fn(&LiveFrame) + 'static) {
        let id = self.next.get_value();
        self.next.set_value(id + 1);
        if self.open.get_untracked() {
            follower(&LiveFrame::Ready);
        }
        self.followers.update_value(|list| list.push((id, std::rc::Rc::new(follower))));
        on_cleanup(move || {
            self.followers.try_update_value(|list| list.retain(|(i, _)| *i != id));
        });
    }

    /// Sends a frame; without a connection it is dropped, for what matters goes by HTTP.
    pub fn send(self, frame: &ClientFrame) {
        let Ok(text) = serde_json::to_string(frame) else { return };
        self.link.try_with_value(|link| {
            if let Some(link) = link.as_ref().filter(|l| l.socket.ready_state() == WebSocket::OPEN) {
                let _ = link.socket.send_with_str(&text);
            }
        });
    }

    fn connect(self) {
        let busy = self.link.with_value(|link| {
            link.as_ref().is_some_and(|l| l.socket.ready_state() <= WebSocket::OPEN)
        });
        if busy || self.over.get_value() {
            return;
        }
        let location = window().location();
        let scheme = if location.protocol().is_ok_and(|p| p == "https:") { "wss" } else { "ws" };
        let host = location.host().unwrap_or_default();
        let Ok(socket) = WebSocket::new(&format!("{scheme}://{host}/api/v1/live")) else { return };
        let said = Closure::<dyn Fn(MessageEvent)>::new(move |event: MessageEvent| {
            let frame = event.data().as_string().map(|text| serde_json::from_str(&text));
            // A frame of a newer server that this page does not know is no fault.
            if let Some(Ok(frame)) = frame {
                self.take(&frame);
            }
        });
        let opened = Closure::<dyn Fn()>::new(move || self.send(&ClientFrame::Hello { token: None }));
        let closed = Closure::<dyn Fn()>::new(move || self.lost());
        socket.set_onmessage(Some(said.as_ref().unchecked_ref()));
        socket.set_onopen(Some(opened.as_ref().unchecked_ref()));
        socket.set_onclose(Some(closed.as_ref().unchecked_ref()));
        let listeners = std::rc::Rc::new((said, [opened, closed]));
        self.link.set_value(Some(Link { socket, _listeners: listeners }));
    }

    fn take(self, frame: &LiveFrame) {
        self.heard.set_value(true);
        if *frame == LiveFrame::Ready {
            self.attempts.set_value(0);
            self.open.set(true);
        }
        // A follower may leave while it is told something, so the list is not held meanwhile.
        for (_, follower) in self.followers.get_value() {
            follower(frame);
        }
    }

    fn lost(self) {
        if self.over.try_get_value() != Some(false) {
            return;
        }
        self.open.set(false);
        let attempt = self.attempts.get_value();
        self.attempts.set_value(attempt + 1);
        // Doubling with jitter, so that a whole desk does not come back in the same instant.
        let pause = (400.0 * f64::from(1u32 << attempt.min(6))).min(MAX_PAUSE_MS);
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "at most 15 s")]
        let pause = (pause * (0.5 + js_sys::Math::random() / 2.0)) as u32;
        Timeout::new(pause, move || self.retry(attempt)).forget();
    }

    fn retry(self, attempt: u32) {
        if self.over.try_get_value() != Some(false) {
            return;
        }
        let desk = self.desk.get_value();
        spawn_local(async move {
            // A refused upgrade does not say why; an ended session is found out by asking.
            let ended = attempt > 0
                && matches!(desk.still_there().await, Err(super::client::Failure::SignedOut));
            if !ended && self.over.try_get_value() == Some(false) {
                self.connect();
            }
        });
    }

    fn beat(self) {
        if !self.heard.get_value() && self.open.get_untracked() {
            // Nothing since the last ping: the line is dead though nobody said so.
            self.link.with_value(|link| link.as_ref().map(|l| l.socket.close()));
            return;
        }
        self.heard.set_value(false);
        self.send(&ClientFrame::Ping);
    }
}
