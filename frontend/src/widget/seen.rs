//! What a visitor sees of a conversation, as it comes over the wire.
//!
//! These are the parts of `shared::event` that [`Event::for_visitor`] lets through, and no more: the
//! rest of that vocabulary would be most of the page's weight. The tests hold this reading against
//! the shared types and their fold.
//!
//! [`Event::for_visitor`]: shared::event::Event::for_visitor

use shared::{
    event::{ApprovalState, Message, RefundState, Source, ToolState, TurnState},
    fleeting::{Draft, Fleeting, Turn, Typing},
    id::Seq,
    message::{Author, AuthorKind},
    money::Money,
};

use super::json::Json;
use crate::conversation::party::Party;

/// An event that a visitor sees.
#[derive(Debug, Clone, PartialEq)]
pub struct Seen {
    /// Its position in the journal.
    pub seq: Seq,
    /// What happened.
    pub what: What,
}

/// What happened.
#[derive(Debug, Clone, PartialEq)]
pub enum What {
    /// Somebody said something.
    Message(Message),
    /// The owner changed.
    Handoff(Handoff),
    /// A tool was called, or its call was settled.
    Tool(Tool),
    /// A person's decision is awaited, or was made.
    Approval(Approval),
    /// A refund moved to a new state.
    Refund(Refund),
    /// The conversation was closed, or something happened that this page does not know.
    Other,
}

/// The owner changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Handoff {
    /// Who owned the conversation.
    pub from: Party,
    /// Who owns it now.
    pub to: Party,
    /// What the visitor is told.
    pub notice: String,
}

/// A tool was called, or its call was settled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tool {
    /// Which call.
    pub call: String,
    /// Where the call stands.
    pub state: ToolState,
    /// What the visitor reads.
    pub label: String,
}

/// A person's decision is awaited, or was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Approval {
    /// Which approval.
    pub id: String,
    /// Where it stands.
    pub state: ApprovalState,
    /// What is to be done, in a few words.
    pub summary: String,
}

/// A refund moved to a new state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refund {
    /// Which intent.
    pub intent: String,
    /// The order that is refunded.
    pub order: String,
    /// How much.
    pub money: Money,
    /// Where it stands.
    pub state: RefundState,
}

/// A frame of the live channel.
#[derive(Debug, Clone, PartialEq)]
pub enum Frame {
    /// The hello was accepted.
    Ready,
    /// The last frame could not be served; a stable code says why.
    Error(String),
    /// Something about a conversation.
    About(String, News),
}

/// Something about a conversation.
#[derive(Debug, Clone, PartialEq)]
pub enum News {
    /// An event.
    Event(Seen),
    /// All events up to the moment of the subscription have been sent.
    CaughtUp,
    /// What is true for a moment.
    Fleeting(Fleeting),
}

/// Reads a frame; `None` for one that this page does not know.
pub fn frame(json: &impl Json) -> Option<Frame> {
    let about = |news| Some(Frame::About(json.get("conversation").text()?, news));
    match json.get("type").text()?.as_str() {
        "ready" => Some(Frame::Ready),
        "error" => Some(Frame::Error(json.get("code").text()?)),
        "event" => about(News::Event(event(&json.get("event"))?)),
        "caught_up" => about(News::CaughtUp),
        _ => about(News::Fleeting(fleeting(json)?)),
    }
}

/// Reads an event; `None` for what is none.
pub fn event(json: &impl Json) -> Option<Seen> {
    let text = |name| json.get(name).text();
    let what = match text("type")?.as_str() {
        "message" => What::Message(Message {
            author: author(&json.get("author"))?,
            text: text("text")?,
            client_id: text("client_id").and_then(|id| id.parse().ok()),
            quick_replies: texts(&json.get("quick_replies")),
            sources: json.get("sources").items().iter().filter_map(source).collect(),
        }),
        "handoff" => What::Handoff(Handoff {
            from: owner(&json.get("from"))?,
            to: owner(&json.get("to"))?,
            notice: text("notice")?,
        }),
        "tool" => What::Tool(Tool {
            call: text("call")?,
            state: one_of(&TOOL_STATES, &text("state")?)?,
            label: text("label")?,
        }),
        "approval" => What::Approval(Approval {
            id: text("id")?,
            state: one_of(&APPROVAL_STATES, &text("state")?)?,
            summary: text("summary")?,
        }),
        "refund" => What::Refund(Refund {
            intent: text("intent")?,
            order: text("order")?,
            money: Money::new(json.get("amount").number()?, text("currency")?.parse().ok()?),
            state: one_of(&REFUND_STATES, &text("state")?)?,
        }),
        _ => What::Other,
    };
    Some(Seen { seq: seq(json, "seq")?, what })
}

/// Reads an owner.
pub fn owner(json: &impl Json) -> Option<Party> {
    let kind = json.get("kind").text()?;
    let kind = OWNERS.into_iter().find(|known| *known == kind)?;
    Some(Party { kind, name: json.get("name").text().unwrap_or_default() })
}

/// The texts of an array.
pub fn texts(json: &impl Json) -> Vec<String> {
    json.items().iter().filter_map(Json::text).collect()
}

fn fleeting(json: &impl Json) -> Option<Fleeting> {
    let author = || author(&json.get("author"));
    Some(match json.get("type").text()?.as_str() {
        "draft" => Fleeting::Draft(Draft {
            turn: seq(json, "turn")?,
            author: author()?,
            at: json.get("at").number()?.try_into().ok()?,
            delta: json.get("delta").text()?,
        }),
        "typing" => Fleeting::Typing(Typing { author: author()?, on: json.get("on").is_true() }),
        "turn" => Fleeting::Turn(Turn {
            turn: seq(json, "turn")?,
            state: one_of(&TURN_STATES, &json.get("state").text()?)?,
        }),
        _ => return None,
    })
}

fn author(json: &impl Json) -> Option<Author> {
    let kind = one_of(&AUTHORS, &json.get("kind").text()?)?;
    Some(Author { kind, name: json.get("name").text()? })
}

fn source(json: &impl Json) -> Option<Source> {
    Some(Source { title: json.get("title").text()?, url: json.get("url").text()? })
}

fn seq(json: &impl Json, name: &str) -> Option<Seq> {
    json.get(name).number()?.try_into().ok()
}

/// Who can own a conversation, as the wire names them.
const OWNERS: [&str; 4] = ["agent", "queue", "staff", "nobody"];

const AUTHORS: [(&str, AuthorKind); 3] =
    [("visitor", AuthorKind::Visitor), ("agent", AuthorKind::Agent), ("staff", AuthorKind::Staff)];

const TOOL_STATES: [(&str, ToolState); 3] =
    [("started", ToolState::Started), ("done", ToolState::Done), ("failed", ToolState::Failed)];

const TURN_STATES: [(&str, TurnState); 3] =
    [("running", TurnState::Running), ("waiting", TurnState::Waiting), ("done", TurnState::Done)];

const APPROVAL_STATES: [(&str, ApprovalState); 4] = [
    ("waiting", ApprovalState::Waiting),
    ("approved", ApprovalState::Approved),
    ("declined", ApprovalState::Declined),
    ("expired", ApprovalState::Expired),
];

const REFUND_STATES: [(&str, RefundState); 7] = [
    ("waiting", RefundState::Waiting),
    ("pending", RefundState::Pending),
    ("unknown", RefundState::Unknown),
    ("succeeded", RefundState::Succeeded),
    ("failed", RefundState::Failed),
    ("declined", RefundState::Declined),
    ("expired", RefundState::Expired),
];

fn one_of<T: Copy>(names: &[(&str, T)], name: &str) -> Option<T> {
    names.iter().find(|(known, _)| *known == name).map(|(_, meant)| *meant)
}

#[cfg(test)]
mod tests;
