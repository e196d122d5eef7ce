//! The conversation: what was said and done, what is on its way, and what is being said.

use std::cell::{Cell, RefCell};

use gloo_timers::callback::Timeout;
use leptos::{ev, prelude::*};
use shared::{
    api::SiteLook,
    event::Source,
    fleeting::{Draft, Moment},
    id::Seq,
    message::{Author, AuthorKind},
};

use super::{
    bar::saying,
    card,
    chat::Chat,
    language::said,
    outbox::{Delivery, Outgoing},
    rating,
    region::{follow, region},
    state::State,
    thread::{Item, Kind, Thread},
};
use crate::{
    conversation::{
        party::{Party, face},
        prose::prose_node,
        sources,
    },
    dom::{Node, by_id, node},
    text,
};

/// What the shell's scrolling `#view` holds.
pub fn log(chat: Chat, view: &Node) {
    let head = node("div", "").set("aria-live", "off");
    let list = node("div", "")
        .set("role", "log")
        .set("aria-label", &said(text::CONVERSATION))
        .set("aria-live", "off")
        .set("aria-relevant", "additions")
        .with(head.clone());
    // Beside the list: a line of it that is drawn anew is heard anew.
    let sent = node("p", "state sent");
    let outbox = node("div", "outbox");
    let moment = node("div", "");
    let end = node("div", "");
    let parts = [&list, &sent, &outbox, &moment, &end];
    view.fill(parts.into_iter().cloned().collect());

    let look = chat.quiet(|q| q.look.clone());
    region(chat, State::talks, move |talks| head.fill(self::head(&look, *talks)));
    lines(chat, list.clone());
    news(chat, list);
    region(chat, has_sent, move |is| sent.say(&if *is { said(text::SENT) } else { String::new() }));
    region(
        chat,
        |state| state.outbox.clone(),
        move |waits| outbox.fill(waits.all().iter().map(|o| outgoing_line(chat, o)).collect()),
    );
    region(chat, Now::of, move |now| moment.fill(now.view().into_iter().collect()));
    rating::rating(chat, end);
    keep_at_end(chat);
}

/// Draws the lines. They come and go and change, but never change places, so that each that stays
/// is left alone: a screen reader hears what is drawn.
fn lines(chat: Chat, list: Node) {
    let drawn = RefCell::new(Vec::<(Line, Node)>::new());
    follow(Box::new(move || {
        chat.state.with(&mut |state| {
            // History is drawn once, when all of it is there.
            let lines = if state.caught_up { Line::all(&state.thread) } else { Vec::new() };
            let mut old = drawn.take().into_iter().peekable();
            let mut new = Vec::with_capacity(lines.len());
            for (at, line) in lines.iter().enumerate() {
                while let Some((_, node)) = old.next_if(|(was, _)| !lines[at..].contains(was)) {
                    node.remove();
                }
                let kept = old.next_if(|(was, _)| was == line).map(|(_, node)| node);
                let node = kept.or_else(|| {
                    let node = view(state.thread.items().get(at)?, line.leads);
                    list.insert(&node, old.peek().map(|(_, next)| next));
                    Some(node)
                });
                new.extend(node.map(|node| (*line, node)));
            }
            old.for_each(|(_, node)| node.remove());
            drawn.replace(new);
        });
    }));
}

/// A line: what tells it from others, and from what it was before.
#[derive(Clone, Copy, PartialEq)]
struct Line {
    seq: Seq,
    changed: Seq,
    /// Whether somebody else speaks than in the line before.
    leads: bool,
}

impl Line {
    fn all(thread: &Thread) -> Vec<Self> {
        let author = |item: &Item| match &item.kind {
            Kind::Message(m) => Some(m.author.clone()),
            _ => None,
        };
        let mut before = None;
        let line = |item: &Item| {
            let now = author(item);
            let leads = now != before;
            before = now;
            Self { seq: item.seq, changed: item.changed, leads }
        };
        thread.items().iter().map(line).collect()
    }
}

/// Says when lines are news and are to be read out. The history is not, and a browser looks at the
/// list only some time after it has been filled: until then nothing is.
fn news(chat: Chat, list: Node) {
    let silence = Cell::new(None);
    region(
        chat,
        |state| state.caught_up,
        move |caught_up| {
            let _ = list.clone().set("aria-live", "off");
            let list = list.clone();
            // Whoever catches up again in the meantime is waited for anew.
            silence.set(
                caught_up.then(|| {
                    Timeout::new(UNHEARD_MS, move || drop(list.set("aria-live", "polite")))
                }),
            );
        },
    );
}

/// How long a history that has just come may take to be drawn, in milliseconds.
const UNHEARD_MS: u32 = 100;

/// A welcome with questions to ask, until there is a conversation; then the first thing said in it.
/// Nobody needs to hear it again when the one becomes the other.
fn head(look: &SiteLook, talks: bool) -> Vec<Node> {
    let first = node("p", "first").text(&said(text::FIRST_USE));
    if talks {
        let author = Author::new(AuthorKind::Agent, look.first_owner.clone());
        return vec![first, bubble(&author, &look.greeting, &[], true)];
    }
    let questions = look.questions.iter().map(|question| node("li", "").with(saying(question)));
    let questions = node("ul", "").set("aria-label", &said(text::QUESTIONS)).with_all(questions);
    let greeting = node("h2", "").auto().text(&look.greeting);
    vec![node("div", "welcome").with(greeting).with(first).with(questions)]
}

/// Whether the newest line is the visitor's, and nothing waits to be sent.
fn has_sent(state: &State) -> bool {
    let own = |item: &Item| matches!(&item.kind, Kind::Message(m) if m.author.kind == AuthorKind::Visitor);
    state.caught_up && state.thread.items().last().is_some_and(own) && state.outbox.all().is_empty()
}

fn view(item: &Item, leads: bool) -> Node {
    match &item.kind {
        Kind::Message(m) => bubble(&m.author, &m.text, &m.sources, leads),
        Kind::Handoff(handoff) => card::notice(handoff),
        Kind::Tool(tool) => card::tool_line(tool),
        Kind::Approval(approval) => card::approval_card(approval),
        Kind::Refund { refund, approval } => card::refund_card(refund, approval.as_ref()),
    }
}

fn bubble(author: &Author, words: &str, quoted: &[Source], leads: bool) -> Node {
    let own = author.kind == AuthorKind::Visitor;
    let speaker = if own { said(text::YOU) } else { author.name.clone() };
    let speaker = node("span", "hidden").text(&speaker).text(": ");
    let sources = sources::list(quoted, &said(text::SOURCES))
        .map(|list| node("div", "sources").with_all(list));
    let bubble = node("div", "bubble").with(speaker).with(prose_node(words)).with_all(sources);
    node("div", if own { "msg mine" } else { "msg" })
        .with_all((leads && !own).then(|| by(author)))
        .with(bubble)
}

fn by(author: &Author) -> Node {
    let party = Party::from(author);
    node("div", "by").mute().with(face(&party)).with(node("span", "").text(&party.name))
}

fn outgoing_line(chat: Chat, outgoing: &Outgoing) -> Node {
    let state = match &outgoing.state {
        Delivery::Pending => node("span", "state").text(&said(text::SENDING)),
        Delivery::Sent => node("span", "state").text(&said(text::SENT)),
        Delivery::Failed { why, passing } => {
            let again = outgoing.clone();
            let button = node("button", "").set("type", "button").text(&said(text::RETRY));
            let state = node("span", "state failed").set("role", "alert");
            // The banner above the box says what a lost connection means.
            let state = if *passing {
                state.text(&said(text::NOT_SENT_YET))
            } else {
                state.text(&said(text::NOT_SENT)).text(". ").text(&said(why))
            };
            state.with(button.on("click", move |_| chat.retry(&again)))
        }
    };
    let line = node("div", "msg mine")
        .with(node("div", "bubble").with(prose_node(&outgoing.text)))
        .with(state);
    match outgoing.state {
        Delivery::Pending => line.set("data-state", "pending"),
        _ => line,
    }
}

/// What is being said or done at this moment; not announced, the finished message is.
#[derive(PartialEq)]
enum Now {
    Nothing,
    /// Somebody of this name is at work on an answer.
    Busy(String),
    /// This is said so far.
    Draft(Draft),
}

impl Now {
    fn of(state: &State) -> Self {
        let Moment { draft, typing, working } = &state.moment;
        if let Some(draft) = draft {
            return Self::Draft(draft.clone());
        }
        let agent = state.thread.owner().filter(|owner| *working && owner.kind == "agent");
        let name = typing.as_ref().map(|author| &author.name);
        match name.or(agent.map(|owner| &owner.name)) {
            Some(name) => Self::Busy(name.clone()),
            None => Self::Nothing,
        }
    }

    fn view(&self) -> Option<Node> {
        match self {
            Self::Nothing => None,
            Self::Busy(name) => {
                let busy = node("span", "hidden").text(name).text(" ").text(&said(text::TYPING));
                let dots = node("div", "bubble dots").mute();
                let dots = dots.with_all((0..3).map(|_| node("span", "")));
                Some(node("div", "msg busy").with(busy).with(dots))
            }
            Self::Draft(draft) => {
                let bubble = node("div", "bubble").with(prose_node(&draft.delta));
                Some(node("div", "msg draft").with(by(&draft.author)).with(bubble))
            }
        }
    }
}

/// Shows the newest line once it is drawn.
pub fn scroll_to_end() {
    request_animation_frame(|| {
        if let Some(view) = by_id("view") {
            let view = view.element();
            view.set_scroll_top(view.scroll_height());
        }
    });
}

/// How near the end, in pixels, counts as reading the newest.
const NEAR_END: i32 = 80;

/// Keeps the newest line in view for whoever reads at the end, and leaves alone whoever reads back.
fn keep_at_end(chat: Chat) {
    let at_end = StoredValue::new_local((true, 0));
    if let Some(node) = by_id("view") {
        let view = node.element().clone();
        let _ = node.on("scroll", move |_| {
            let top = view.scroll_top();
            let near = view.scroll_height() - top - view.client_height() < NEAR_END;
            // What grows below meanwhile is followed; only going back is reading back.
            at_end.update_value(|(at_end, was_at)| {
                *at_end = if near || top < *was_at { near } else { *at_end };
                *was_at = top;
            });
        });
    }
    let at_end = move || at_end.with_value(|(at_end, _)| *at_end);
    // A keyboard on the screen, or another window size.
    window_event_listener(ev::resize, move |_| {
        if at_end() {
            scroll_to_end();
        }
    });
    let sent = Cell::new(0);
    follow(Box::new(move || {
        let mut waiting = 0;
        chat.state.with(&mut |state| waiting = state.outbox.all().len());
        // Who sends wants to see it, wherever they were reading.
        if at_end() || waiting > sent.get() {
            scroll_to_end();
        }
        sent.set(waiting);
    }));
}
