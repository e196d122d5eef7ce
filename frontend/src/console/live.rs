//! The live channel of a member of staff: the shared one, with many who follow it.

use std::rc::Rc;

use leptos::{ev, prelude::*};
use shared::live::{ClientFrame, LiveFrame};

use super::client::Desk;
use crate::live::{Handler, Live as Channel, Status};

type Follower = Rc<dyn Fn(&LiveFrame)>;

/// The live channel: frames go to everybody who follows, in order.
#[derive(Debug, Clone, Copy)]
pub struct Live {
    status: RwSignal<Status>,
    channel: StoredValue<Option<Channel>, LocalStorage>,
    followers: StoredValue<Vec<(u32, Follower)>, LocalStorage>,
    next: StoredValue<u32>,
}

impl Live {
    /// Connects, and stays connected until the page of this member of staff is gone.
    pub fn provide(desk: Desk) -> Self {
        let live = Self {
            status: RwSignal::new(Status::Connecting),
            channel: StoredValue::new_local(None),
            followers: StoredValue::new_local(Vec::new()),
            next: StoredValue::new(0),
        };
        let asking = desk.clone();
        let handler = Handler {
            hello: Box::new(|| text(&ClientFrame::Hello { token: None })),
            // A frame of a newer server that this page does not know changes nothing it shows.
            on_frame: Box::new(move |frame| match serde_json::from_str(frame) {
                Ok(frame) => live.take(&frame),
                Err(_) => false,
            }),
            // A refused upgrade does not say why; asking finds out that a session has ended.
            poll: Box::new(move || {
                let desk = asking.clone();
                Box::pin(async move { desk.still_there().await.is_ok() })
            }),
            on_status: Box::new(move |status| {
                live.status.try_set(status);
            }),
        };
        live.channel.set_value(Some(Channel::connect(handler)));
        provide_context(live);
        // Comes back at once when an ended session is resumed, or the network returns.
        Effect::new(move |_| {
            if !desk.has_ended() {
                live.wake();
            }
        });
        let online = window_event_listener(ev::online, move |_| live.wake());
        on_cleanup(move || {
            online.remove();
            live.channel.try_update_value(Option::take);
        });
        live
    }

    /// The live channel of the page.
    pub fn here() -> Self {
        expect_context()
    }

    /// Whether frames arrive.
    pub fn is_open(self) -> bool {
        self.status.get() == Status::Online
    }

    /// Whether frames arrive, once; also when the page has gone.
    pub fn is_open_now(self) -> bool {
        self.status.try_get_untracked() == Some(Status::Online)
    }

    /// Hands every frame to `follower` until the caller's part of the page is gone. If the channel
    /// is open it is told so at once, as it is after every reconnect, by [`LiveFrame::Ready`].
    pub fn follow(self, follower: impl Fn(&LiveFrame) + 'static) {
        let id = self.next.get_value();
        self.next.set_value(id + 1);
        if self.is_open_now() {
            follower(&LiveFrame::Ready);
        }
        self.followers.update_value(|list| list.push((id, Rc::new(follower))));
        on_cleanup(move || {
            self.followers.try_update_value(|list| list.retain(|(i, _)| *i != id));
        });
    }

    /// Sends a frame; without a connection it is dropped, for what matters goes by HTTP.
    pub fn send(self, frame: &ClientFrame) {
        if let Some(channel) = self.channel.try_get_value().flatten() {
            channel.send(&text(frame));
        }
    }

    fn wake(self) {
        if let Some(channel) = self.channel.try_get_value().flatten() {
            channel.wake();
        }
    }

    /// Hands a frame on; says whether the server is ready.
    fn take(self, frame: &LiveFrame) -> bool {
        let is_ready = *frame == LiveFrame::Ready;
        if is_ready {
            self.status.try_set(Status::Online);
        }
        // A follower may leave while it is told something, so the list is not held meanwhile.
        for (_, follower) in self.followers.try_get_value().unwrap_or_default() {
            follower(frame);
        }
        is_ready
    }
}

/// A frame as it goes over the wire; one that could not be written would be of no type.
fn text(frame: &ClientFrame) -> String {
    serde_json::to_string(frame).unwrap_or_default()
}
