//! A feed, or several, as frames of one WebSocket: what the pages live on.

use std::{collections::HashMap, ops::ControlFlow, time::Duration};

use axum::extract::ws::{CloseFrame, Message, WebSocket, close_code};
use futures_util::{StreamExt, stream::BoxStream};
use shared::{
    fleeting::{Fleeting, Typing},
    id::ConversationId,
    live::{ClientFrame, LiveFrame},
    message::{Author, AuthorKind},
};
use tokio::{
    sync::{
        broadcast::{
            Receiver,
            error::{RecvError, TryRecvError},
        },
        watch,
    },
    time::{Instant, MissedTickBehavior, interval, timeout},
};
use tokio_stream::StreamMap;

use super::{Feed, Item, people};
use crate::{
    app::App,
    auth::{Denied, ReaderAuth, StaffAuth, VisitorAuth, streams::Place},
    bus::{LineChanged, Signal},
    storage::StoreError,
};

/// Largest frame a page sends, in bytes.
pub const FRAME_BYTES: usize = 8 * 1024;
/// How long a page may take to say hello.
const HELLO: Duration = Duration::from_secs(10);
/// How often the server asks whether a page is still there, and whether its session still stands.
const PING: Duration = Duration::from_secs(25);
/// After so long without a sign of life, the page is gone.
const SILENCE: Duration = Duration::from_mins(1);
/// How long a frame may take to leave; a page slower than this comes back and reads the journal.
const SEND: Duration = Duration::from_secs(10);
/// Most conversations that one page follows.
const FOLLOWED: usize = 32;
/// Most lines of the inbox that are told with one count.
const GATHERED: usize = 64;
/// Most frames that a page may send within [`PING`].
const FRAMES: u32 = 500;

type Feeds = StreamMap<ConversationId, BoxStream<'static, Result<Item, StoreError>>>;
type Flow = ControlFlow<CloseFrame>;

/// Serves one page until it leaves, falls silent, or the server stops. `staff` is whom the
/// upgrade's cookie stands for.
pub async fn serve(app: App, mut socket: WebSocket, staff: Option<StaffAuth>) {
    let close = match timeout(HELLO, hello(&app, &mut socket, staff)).await {
        Ok(Ok((who, _place))) => {
            let _page = match &who {
                ReaderAuth::Staff(staff) => Some(app.desk.presence().enter(&staff.account.id)),
                ReaderAuth::Visitor(_) => None,
            };
            let session = Session {
                app,
                socket: &mut socket,
                who,
                feeds: Feeds::new(),
                inbox: None,
                people: None,
                typing: HashMap::new(),
                heard: Instant::now(),
                frames: 0,
            };
            session.run().await
        }
        Ok(Err(close)) => close,
        Err(_) => farewell(close_code::POLICY, "say hello first"),
    };
    // The page may be gone already.
    let _ = timeout(SEND, socket.send(Message::Close(Some(close)))).await;
}

async fn hello(
    app: &App,
    socket: &mut WebSocket,
    staff: Option<StaffAuth>,
) -> Result<(ReaderAuth, Option<Place>), CloseFrame> {
    let first = loop {
        match socket.recv().await {
            Some(Ok(Message::Text(text))) => break text,
            Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
            _ => return Err(farewell(close_code::PROTOCOL, "say hello first")),
        }
    };
    let who = match (serde_json::from_str(&first), staff) {
        (Ok(ClientFrame::Hello { token: Some(token) }), _) => {
            match VisitorAuth::of(app, &token).await {
                Ok(visitor) => Some(ReaderAuth::Visitor(visitor)),
                Err(Denied::Store(cause)) => return Err(failure(&cause)),
                Err(_) => None,
            }
        }
        (Ok(ClientFrame::Hello { token: None }), Some(staff)) => Some(ReaderAuth::Staff(staff)),
        _ => None,
    };
    let Some(who) = who else {
        send(socket, &error("not_signed_in", "Sign in, or send a valid token.")).await;
        return Err(farewell(close_code::POLICY, "not signed in"));
    };
    let Ok(place) = who.enter(app) else {
        send(socket, &error("too_many", "Close some of the pages that are open.")).await;
        return Err(farewell(close_code::POLICY, "too many"));
    };
    if send(socket, &LiveFrame::Ready).await { Ok((who, place)) } else { Err(gone()) }
}

struct Session<'a> {
    app: App,
    socket: &'a mut WebSocket,
    who: ReaderAuth,
    feeds: Feeds,
    inbox: Option<Receiver<LineChanged>>,
    people: Option<watch::Receiver<()>>,
    /// Where the page is typing, and as whom it was told.
    typing: HashMap<ConversationId, Author>,
    heard: Instant,
    frames: u32,
}

impl Drop for Session<'_> {
    /// However a page goes, it is not typing any more.
    fn drop(&mut self) {
        for (id, author) in std::mem::take(&mut self.typing) {
            self.tell_typing(&id, author, false);
        }
    }
}

impl Session<'_> {
    async fn run(mut self) -> CloseFrame {
        let mut ping = interval(PING);
        ping.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let shutdown = self.app.shutdown.clone();
        loop {
            let flow = tokio::select! {
                () = shutdown.cancelled() => Flow::Break(farewell(close_code::RESTART, "restarting")),
                frame = self.socket.recv() => match frame {
                    Some(Ok(message)) => self.hear(message).await,
                    _ => Flow::Break(gone()),
                },
                Some((id, item)) = self.feeds.next(), if !self.feeds.is_empty() => {
                    self.tell(id, item).await
                }
                change = changed(&mut self.inbox) => self.tell_inbox(change).await,
                () = moved(&mut self.people) => self.tell_people().await,
                _ = ping.tick() => self.check().await,
            };
            if let Flow::Break(close) = flow {
                return close;
            }
        }
    }

    async fn hear(&mut self, message: Message) -> Flow {
        self.heard = Instant::now();
        self.frames += 1;
        if self.frames > FRAMES {
            return Flow::Break(farewell(close_code::POLICY, "too many frames"));
        }
        match message {
            Message::Text(text) => match serde_json::from_str(&text) {
                Ok(frame) => self.act(frame).await,
                Err(_) => self.send(&error("malformed", "This frame is not known.")).await,
            },
            Message::Ping(_) | Message::Pong(_) => Flow::Continue(()),
            Message::Binary(_) => Flow::Break(farewell(close_code::UNSUPPORTED, "text only")),
            Message::Close(_) => Flow::Break(gone()),
        }
    }

    async fn act(&mut self, frame: ClientFrame) -> Flow {
        match frame {
            ClientFrame::Hello { .. } => self.send(&LiveFrame::Ready).await,
            ClientFrame::Ping => self.send(&LiveFrame::Pong).await,
            ClientFrame::Subscribe { conversation, after } => {
                self.subscribe(conversation, after).await
            }
            ClientFrame::Unsubscribe { conversation } => {
                self.feeds.remove(&conversation);
                if let Some(author) = self.typing.remove(&conversation) {
                    self.tell_typing(&conversation, author, false);
                }
                Flow::Continue(())
            }
            ClientFrame::Typing { conversation, on } => self.typing(&conversation, on).await,
            ClientFrame::Inbox => match &self.who {
                ReaderAuth::Staff(_) => {
                    self.inbox = Some(self.app.journal.bus().follow_inbox());
                    self.people = Some(self.app.desk.presence().changes());
                    self.tell_people().await
                }
                ReaderAuth::Visitor(_) => self.send(&error("forbidden", "For staff only.")).await,
            },
        }
    }

    async fn subscribe(&mut self, id: ConversationId, after: u64) -> Flow {
        if self.feeds.len() >= FOLLOWED && !self.feeds.contains_key(&id) {
            return self.send(&error("too_many", "Follow fewer conversations.")).await;
        }
        match Feed::open(&self.app.journal, &self.who.scope(), &id, after).await {
            Ok(Some(feed)) => {
                self.feeds.insert(id, feed.into_stream().boxed());
                Flow::Continue(())
            }
            Ok(None) => self.send(&error("not_found", "There is nothing here.")).await,
            Err(cause) => failed(&cause),
        }
    }

    /// Passes on that somebody types: a visitor to their own conversation, staff to those they own.
    async fn typing(&mut self, id: &ConversationId, on: bool) -> Flow {
        if !self.feeds.contains_key(id) {
            return self.send(&error("not_found", "Follow the conversation first.")).await;
        }
        let author = match &self.who {
            ReaderAuth::Visitor(visitor) => {
                Author::new(AuthorKind::Visitor, visitor.visitor.display_name())
            }
            ReaderAuth::Staff(staff) => {
                let line = match self.app.store.line(&staff.scope(), id).await {
                    Ok(line) => line,
                    Err(cause) => return failed(&cause),
                };
                if !line.is_some_and(|line| line.summary.owner.is_staff(&staff.account.id)) {
                    return Flow::Continue(());
                }
                Author::new(AuthorKind::Staff, &staff.account.name)
            }
        };
        if on {
            self.typing.insert(id.clone(), author.clone());
        } else {
            self.typing.remove(id);
        }
        self.tell_typing(id, author, on);
        Flow::Continue(())
    }

    fn tell_typing(&self, id: &ConversationId, author: Author, on: bool) {
        self.app.journal.bus().tell(id, Signal::Typing(Typing { author, on }));
    }

    async fn tell(&mut self, id: ConversationId, item: Result<Item, StoreError>) -> Flow {
        let frame = match item {
            Ok(item) => self.frame(id, item),
            Err(cause) => return failed(&cause),
        };
        match frame {
            Some(frame) => self.send(&frame).await,
            None => Flow::Continue(()),
        }
    }

    fn frame(&self, conversation: ConversationId, item: Item) -> Option<LiveFrame> {
        Some(match item {
            Item::Event(event) => {
                let event = Box::new(self.who.audience().sees(&event)?);
                LiveFrame::Event { conversation, event }
            }
            Item::CaughtUp(seq) => LiveFrame::CaughtUp { conversation, seq },
            Item::Fleeting(Fleeting::Typing(typing)) if self.is_own(&typing.author) => return None,
            Item::Fleeting(what) => LiveFrame::Fleeting { conversation, what },
        })
    }

    fn is_own(&self, author: &Author) -> bool {
        match (&self.who, author.kind) {
            (ReaderAuth::Visitor(_), AuthorKind::Visitor) => true,
            (ReaderAuth::Staff(staff), AuthorKind::Staff) => staff.account.name == author.name,
            _ => false,
        }
    }

    async fn tell_inbox(&mut self, change: Result<LineChanged, RecvError>) -> Flow {
        let ReaderAuth::Staff(staff) = &self.who else { return Flow::Continue(()) };
        let Ok(lines) = gather(change, self.inbox.as_mut()) else {
            // Missed some: the page comes back and reads the list anew.
            return Flow::Break(farewell(close_code::AGAIN, "too slow"));
        };
        let counts = match self.app.store.counts(&staff.account.id).await {
            Ok(counts) => counts,
            Err(cause) => return failed(&cause),
        };
        for LineChanged { summary, escalated } in lines {
            let summary = Box::new((*summary).clone());
            self.send(&LiveFrame::Inbox { summary, counts: counts.clone(), escalated }).await?;
        }
        Flow::Continue(())
    }

    async fn tell_people(&mut self) -> Flow {
        match people::present(&self.app).await {
            Ok(people) => self.send(&LiveFrame::People { people }).await,
            Err(cause) => failed(&cause),
        }
    }

    /// Is the page still there, and does its session still stand?
    async fn check(&mut self) -> Flow {
        self.frames = 0;
        if self.heard.elapsed() > SILENCE {
            return Flow::Break(gone());
        }
        match self.who.still(&self.app).await {
            Ok(still) => self.who = still,
            // A store that fails is no reason to sign anybody out.
            Err(Denied::Store(cause)) => return failed(&cause),
            Err(_) => return Flow::Break(farewell(close_code::POLICY, "signed out")),
        }
        match timeout(SEND, self.socket.send(Message::Ping(axum::body::Bytes::new()))).await {
            Ok(Ok(())) => Flow::Continue(()),
            _ => Flow::Break(gone()),
        }
    }

    async fn send(&mut self, frame: &LiveFrame) -> Flow {
        if send(self.socket, frame).await { Flow::Continue(()) } else { Flow::Break(gone()) }
    }
}

async fn changed(inbox: &mut Option<Receiver<LineChanged>>) -> Result<LineChanged, RecvError> {
    match inbox {
        Some(inbox) => inbox.recv().await,
        None => std::future::pending().await,
    }
}

/// Resolves when somebody of the staff came, went, or said that they are away.
async fn moved(people: &mut Option<watch::Receiver<()>>) {
    let gone = match people {
        Some(people) => people.changed().await.is_err(),
        None => true,
    };
    if gone {
        std::future::pending::<()>().await;
    }
}

/// The change and what has changed since, each line once and as it is now: on a busy desk a page
/// hears of many changes at a time, and counting costs more than telling.
fn gather(
    change: Result<LineChanged, RecvError>,
    inbox: Option<&mut Receiver<LineChanged>>,
) -> Result<Vec<LineChanged>, RecvError> {
    let mut lines = vec![change?];
    let Some(inbox) = inbox else { return Ok(lines) };
    while lines.len() < GATHERED {
        match inbox.try_recv() {
            Ok(next) => match lines.iter_mut().find(|line| line.summary.id == next.summary.id) {
                Some(line) => {
                    let escalated = line.escalated || next.escalated;
                    *line = LineChanged { escalated, ..next };
                }
                None => lines.push(next),
            },
            Err(TryRecvError::Lagged(missed)) => return Err(RecvError::Lagged(missed)),
            Err(TryRecvError::Empty | TryRecvError::Closed) => break,
        }
    }
    Ok(lines)
}

async fn send(socket: &mut WebSocket, frame: &LiveFrame) -> bool {
    let Ok(text) = serde_json::to_string(frame) else { return false };
    matches!(timeout(SEND, socket.send(Message::text(text))).await, Ok(Ok(())))
}

fn error(code: &str, message: &str) -> LiveFrame {
    LiveFrame::Error { code: code.to_owned(), message: message.to_owned() }
}

fn failed(cause: &StoreError) -> Flow {
    Flow::Break(failure(cause))
}

fn failure(cause: &StoreError) -> CloseFrame {
    tracing::error!(%cause, "a live connection ends");
    farewell(close_code::ERROR, "try again")
}

fn gone() -> CloseFrame {
    farewell(close_code::AWAY, "")
}

fn farewell(code: u16, reason: &'static str) -> CloseFrame {
    CloseFrame { code, reason: reason.into() }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use shared::api::Summary;
    use tokio::sync::broadcast;

    use super::*;

    fn line(id: &str, seq: u64, escalated: bool) -> LineChanged {
        let json = serde_json::json!({
            "id": id, "site": "demo", "visitor": { "id": "vis_1", "assurance": "anonymous" },
            "owner": { "kind": "nobody" }, "updated_at": "2026-01-31T09:30:00Z",
            "needs_approval": false, "preview": "", "seq": seq,
        });
        let summary: Summary = serde_json::from_value(json).unwrap();
        LineChanged { summary: Arc::new(summary), escalated }
    }

    #[test]
    fn many_changes_are_told_once_a_line() {
        let (tell, mut inbox) = broadcast::channel(8);
        for change in [line("b", 2, true), line("a", 5, true), line("b", 3, false)] {
            tell.send(change).unwrap();
        }
        let lines = gather(Ok(line("a", 4, false)), Some(&mut inbox)).unwrap();
        let told: Vec<_> =
            lines.iter().map(|l| (l.summary.id.as_str(), l.summary.seq, l.escalated)).collect();
        assert_eq!(told, [("a", 5, true), ("b", 3, true)], "as it is now, and no call is lost");
        for n in 0..20 {
            tell.send(line("c", n, false)).unwrap();
        }
        assert!(gather(Ok(line("a", 6, false)), Some(&mut inbox)).is_err(), "some were missed");
    }
}
