//! The conversation: what was said and done, what is on its way, and what is being said.

use leptos::{ev, html, prelude::*};
use shared::{
    conversation::Conversation,
    event::Message,
    fleeting::Moment,
    message::{Author, AuthorKind},
};
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

use super::{
    chat::Chat,
    outbox::{Delivery, Outgoing},
    rating, shell,
};
use crate::{
    conversation::{
        card,
        party::{self, Party, avatar},
        prose::prose,
        thread::{Item, Kind, Thread},
    },
    text,
};

/// A line, and how it stands to the one before it.
#[derive(Clone, PartialEq)]
struct Line {
    item: Item,
    /// Whether somebody else speaks than in the line before.
    leads: bool,
}

/// What the shell's scrolling `#view` holds.
pub fn log(chat: Chat) -> impl IntoView {
    let lines = Memo::new(move |_| chat.thread.with(lines));
    let talks = Memo::new(move |_| {
        chat.state.with(Option::is_some) || chat.outbox.with(|outbox| !outbox.all().is_empty())
    });
    let news = news(chat);
    let list = html::div()
        .role("log")
        .attr("aria-label", text::CONVERSATION)
        .attr("aria-live", move || if news.get() { "polite" } else { "off" })
        .attr("aria-relevant", "additions")
        .child((
            html::div().attr("aria-live", "off").child(move || head(chat, talks.get())),
            For(ForProps::builder()
                .each(move || lines.get())
                .key(|line| (line.item.seq, line.item.changed, line.leads))
                .children(|line| view(&line))
                .build()),
        ));
    let on_its_way = move || {
        chat.outbox.with(|outbox| {
            outbox.all().iter().map(|outgoing| outgoing_line(chat, outgoing)).collect::<Vec<_>>()
        })
    };
    keep_at_end(chat);
    // Beside the list: a line of it that is drawn anew is heard anew.
    let sent = move || {
        let sent = lines.with(|lines| lines.last().is_some_and(|line| is_own(&line.item)))
            && chat.outbox.with(|outbox| outbox.all().is_empty());
        sent.then(|| html::p().class("state sent").child(text::SENT))
    };
    (
        list,
        sent,
        html::div().class("outbox").child(on_its_way),
        html::div().child(move || moment(chat)),
        rating::rating(chat),
    )
}

/// Whether what comes now is news and is read out. The history is not, and a browser looks at the
/// list only some time after it has been filled: until then nothing is.
fn news(chat: Chat) -> RwSignal<bool> {
    let news = RwSignal::new(false);
    // A conversation that begins was caught up before and stays so.
    let caught_up = Memo::new(move |_| chat.caught_up.get());
    Effect::new(move |_| {
        news.set(false);
        if caught_up.get() {
            let told = move || {
                news.try_set(caught_up.get_untracked());
            };
            gloo_timers::callback::Timeout::new(UNHEARD_MS, told).forget();
        }
    });
    news
}

/// How long a history that has just come may take to be drawn, in milliseconds.
const UNHEARD_MS: u32 = 100;

/// A welcome with questions to ask, until there is a conversation; then the first thing said in it.
/// Nobody needs to hear it again when the one becomes the other.
fn head(chat: Chat, talks: bool) -> AnyView {
    let look = chat.look.get_value();
    let first = html::p().class("first").child(text::FIRST_USE);
    if talks {
        let greeting = Message {
            author: Author::new(AuthorKind::Agent, look.first_owner),
            text: look.greeting,
            client_id: None,
            quick_replies: Vec::new(),
            sources: Vec::new(),
        };
        return (first, message(&greeting, true)).into_any();
    }
    let ask = |question: String| {
        let words = question.clone();
        html::li().child(
            html::button()
                .r#type("button")
                .attr("dir", "auto")
                .on(ev::click, move |_| {
                    shell::send(&question);
                    shell::settle();
                })
                .child(words),
        )
    };
    let questions: Vec<_> = look.questions.into_iter().map(ask).collect();
    html::div()
        .class("welcome")
        .child((
            html::h2().attr("dir", "auto").child(look.greeting),
            first,
            html::ul().attr("aria-label", text::QUESTIONS).child(questions),
        ))
        .into_any()
}

fn lines(thread: &Thread) -> Vec<Line> {
    let items = thread.items();
    let author = |item: &Item| match &item.kind {
        Kind::Message(m) => Some(m.author.clone()),
        _ => None,
    };
    let mut before = None;
    let mut lines = Vec::with_capacity(items.len());
    for item in items {
        let now = author(item);
        lines.push(Line { item: item.clone(), leads: now != before });
        before = now;
    }
    lines
}

fn is_own(item: &Item) -> bool {
    matches!(&item.kind, Kind::Message(m) if m.author.kind == AuthorKind::Visitor)
}

fn view(line: &Line) -> AnyView {
    match &line.item.kind {
        Kind::Message(m) => message(m, line.leads).into_any(),
        Kind::Handoff(handoff) => party::notice(handoff).into_any(),
        Kind::Tool(tool) => card::tool_line(tool).into_any(),
        Kind::Approval(approval) => card::approval_card(approval).into_any(),
        Kind::Refund { refund, approval } => {
            card::refund_card(refund, approval.as_ref()).into_any()
        }
        // The handoff to nobody has said that it is closed; notes and ratings are for staff.
        Kind::Closed | Kind::Note(_) | Kind::Rating(_) => ().into_any(),
    }
}

fn message(message: &Message, leads: bool) -> impl IntoView + use<> {
    let own = message.author.kind == AuthorKind::Visitor;
    let speaker = if own { text::YOU } else { &message.author.name };
    let by = (leads && !own).then(|| by(&message.author));
    html::div().class(if own { "msg mine" } else { "msg" }).child((
        by,
        html::div().class("bubble").child((
            html::span().class("hidden").child(format!("{speaker}: ")),
            prose(&message.text),
            card::sources(&message.sources),
        )),
    ))
}

fn by(author: &Author) -> impl IntoView + use<> {
    let party = Party::from(author);
    html::div()
        .class("by")
        .attr("aria-hidden", "true")
        .child((avatar(&party), html::span().child(party.name)))
}

fn outgoing_line(chat: Chat, outgoing: &Outgoing) -> impl IntoView + use<> {
    let state = match &outgoing.state {
        Delivery::Pending => html::span().class("state").child(text::SENDING).into_any(),
        Delivery::Sent => html::span().class("state").child(text::SENT).into_any(),
        Delivery::Failed { why, passing } => {
            let again = outgoing.clone();
            // The banner above the box says what a lost connection means.
            let what = if *passing {
                text::NOT_SENT_YET.to_owned()
            } else {
                format!("{}. {why}", text::NOT_SENT)
            };
            html::span()
                .class("state failed")
                .role("alert")
                .child((
                    what,
                    html::button()
                        .r#type("button")
                        .on(ev::click, move |_| chat.retry(&again))
                        .child(text::RETRY),
                ))
                .into_any()
        }
    };
    html::div()
        .class("msg mine")
        .attr("data-state", (outgoing.state == Delivery::Pending).then_some("pending"))
        .child((html::div().class("bubble").child(prose(&outgoing.text)), state))
}

/// What is being said or done at this moment; not announced, the finished message is.
fn moment(chat: Chat) -> AnyView {
    let Moment { draft, typing, working } = chat.moment.get();
    if let Some(draft) = draft {
        return html::div()
            .class("msg draft")
            .child((by(&draft.author), html::div().class("bubble").child(prose(&draft.delta))))
            .into_any();
    }
    let agent = chat.state.with(|state| state.as_ref().filter(|_| working).and_then(agent_name));
    let Some(name) = typing.map(|author| author.name).or(agent) else { return ().into_any() };
    html::div()
        .class("msg busy")
        .child((
            html::span().class("hidden").child(format!("{name} {}", text::TYPING)),
            html::div().class("bubble dots").attr("aria-hidden", "true").child((
                html::span(),
                html::span(),
                html::span(),
            )),
        ))
        .into_any()
}

fn agent_name(state: &Conversation) -> Option<String> {
    state.owner.agent().map(|_| state.owner.name().to_owned())
}

/// Shows the newest line once it is drawn.
pub fn scroll_to_end() {
    request_animation_frame(move || {
        if let Some(view) = scroller() {
            view.set_scroll_top(view.scroll_height());
        }
    });
}

fn scroller() -> Option<HtmlElement> {
    document().get_element_by_id("view")?.dyn_into().ok()
}

/// How near the end, in pixels, counts as reading the newest.
const NEAR_END: i32 = 80;

/// Keeps the newest line in view for whoever reads at the end, and leaves alone whoever reads back.
fn keep_at_end(chat: Chat) {
    let at_end = StoredValue::new(true);
    let was_at = StoredValue::new(0);
    if let Some(view) = scroller() {
        let watch = move |view: &HtmlElement| {
            let top = view.scroll_top();
            let near = view.scroll_height() - top - view.client_height() < NEAR_END;
            // What grows below meanwhile is followed; only going back is reading back.
            if near || top < was_at.get_value() {
                at_end.set_value(near);
            }
            was_at.set_value(top);
        };
        let watched = view.clone();
        let listener = wasm_bindgen::closure::Closure::<dyn Fn()>::new(move || watch(&watched));
        // Lives as long as the page.
        let _ = view
            .add_event_listener_with_callback("scroll", listener.into_js_value().unchecked_ref());
    }
    // A keyboard on the screen, or another window size.
    window_event_listener(ev::resize, move |_| {
        if at_end.get_value() {
            scroll_to_end();
        }
    });
    Effect::new(move |sent: Option<usize>| {
        chat.thread.track();
        chat.moment.track();
        chat.caught_up.track();
        // What stands below takes room, too.
        chat.status.track();
        chat.problem.track();
        let waiting = chat.outbox.with(|outbox| outbox.all().len());
        // Who sends wants to see it, wherever they were reading.
        if at_end.get_value() || sent.is_some_and(|before| waiting > before) {
            scroll_to_end();
        }
        waiting
    });
}
