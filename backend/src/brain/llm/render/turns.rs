//! The dialogue as two sides that take turns.

use std::collections::BTreeSet;

use rig_core::message::{
    AssistantContent, AssistantMessage, CallId, Message, Text, ToolCall, ToolFunction, ToolName,
    ToolResultContent, UserContent,
};
use serde_json::{Value, json};
use shared::{
    brief::Brief,
    message::{Assurance, AuthorKind, VisitorRef},
};

use super::fence::{fenced, plain};
use crate::brain::{Entry, Request};

/// Messages of which no two neighbours are of one side, and none is empty.
pub(super) struct Turns {
    messages: Vec<Message>,
    calls: BTreeSet<String>,
}

impl Turns {
    /// The dialogue of `request`. Calls of tools that are not `offered` any more are told as events:
    /// providers refuse a call of a tool that they were not shown.
    pub(super) fn of(request: &Request, offered: &[&str]) -> Self {
        let mut turns = Self { messages: Vec::new(), calls: BTreeSet::new() };
        // Always the visitor's side, so that the first message is.
        turns.visitor(context(request));
        if let Some(brief) = &request.brief {
            turns.visitor(fenced("brief", &[], &told(brief)));
        }
        for entry in &request.dialogue {
            turns.entry(entry, offered);
        }
        if matches!(turns.messages.last(), Some(Message::Assistant(_))) {
            turns.visitor(fenced("event", &[("kind", "go_on")], "It is your turn."));
        }
        turns
    }

    pub(super) fn into_messages(self) -> Vec<Message> {
        self.messages
    }

    fn entry(&mut self, entry: &Entry, offered: &[&str]) {
        match entry {
            Entry::Said { own: true, text, .. } => self.agent_says(text),
            Entry::Said { by: AuthorKind::Visitor, text, .. } => {
                if !text.trim().is_empty() {
                    self.visitor(plain(text));
                }
            }
            Entry::Said { by, name, text, .. } => {
                let who = if *by == AuthorKind::Staff { "person" } else { "agent" };
                self.visitor(fenced("quoted", &[("from", name), ("who", who)], text));
            }
            Entry::Called { call, name, args, ok, result, .. } => {
                if offered.contains(&name.as_str()) {
                    self.called(call, name, args, *ok, result);
                } else {
                    let told = json!({ "arguments": args, "ok": ok, "result": result });
                    self.event("tool", &[("name", name)], &told);
                }
            }
            Entry::HandedOver { from, to, by_person, .. } => {
                let told = json!({ "from": from, "to": to, "by_person": by_person });
                self.event("handoff", &[], &told);
            }
            Entry::Happened { kind, detail, .. } => self.event(kind, &[], detail),
        }
    }

    fn event(&mut self, kind: &str, more: &[(&str, &str)], detail: &Value) {
        let attributes: Vec<_> = [("kind", kind)].iter().chain(more).copied().collect();
        self.visitor(fenced("event", &attributes, &detail.to_string()));
    }

    fn agent_says(&mut self, text: &str) {
        if !text.trim().is_empty() {
            self.agent(AssistantContent::Text(Text::new(text.trim())));
        }
    }

    fn called(&mut self, call: &str, name: &str, args: &Value, ok: bool, result: &Value) {
        let Ok(name) = ToolName::new(name) else { return };
        let call =
            ToolCall::new(CallId::from_wire(self.id(call)), ToolFunction::new(name, args.clone()));
        let result = vec![ToolResultContent::Text(Text::new(result.to_string()))];
        let result = if ok { call.result(result) } else { call.error_result(result) };
        self.agent(AssistantContent::ToolCall(call));
        self.visitor_content(UserContent::ToolResult(result));
    }

    /// An id as all providers take it, and no other call has it.
    fn id(&mut self, call: &str) -> String {
        let plain = |c: char| if c.is_ascii_alphanumeric() || c == '-' { c } else { '_' };
        let own: String = call.chars().map(plain).take(36).collect();
        let numbered = (0..).map(|n| format!("call_{n}"));
        let mut ids = std::iter::once(own).filter(|id| !id.is_empty()).chain(numbered);
        // One of them is free: only so many are taken.
        ids.find(|id| self.calls.insert(id.clone())).unwrap_or_default()
    }

    fn visitor(&mut self, text: String) {
        self.visitor_content(UserContent::Text(Text::new(text)));
    }

    fn visitor_content(&mut self, part: UserContent) {
        match self.messages.last_mut() {
            Some(Message::User { content }) => content.push(part),
            _ => self.messages.push(Message::User { content: vec![part] }),
        }
    }

    fn agent(&mut self, part: AssistantContent) {
        match self.messages.last_mut() {
            Some(Message::Assistant(turn)) => turn.content.push(part),
            _ => self.messages.push(Message::Assistant(AssistantMessage::new(vec![part]))),
        }
    }
}

/// With whom the agent speaks, and on which day. Not the time: what changes with every step would
/// keep a provider from remembering what follows it.
fn context(request: &Request) -> String {
    let VisitorRef { assurance, name, .. } = &request.visitor;
    let known = match assurance {
        Assurance::Verified => "signed in; the shop vouches for who they are",
        Assurance::Anonymous | Assurance::Claimed => {
            "not signed in; who they say they are is not proven"
        }
    };
    let day: String = request.now.to_string().chars().take(10).collect();
    let told = json!({ "today": day, "visitor": { "name": name, "identity": known } });
    fenced("context", &[], &told.to_string())
}

/// The brief as a model reads it: what is known and done, not what it cost.
fn told(brief: &Brief) -> String {
    let facts: Vec<_> =
        brief.facts.iter().map(|fact| json!({ "key": fact.key, "value": fact.value })).collect();
    let done: Vec<_> = brief
        .done
        .iter()
        .map(|done| json!({ "action": done.action, "outcome": done.outcome }))
        .collect();
    let authorised: Vec<_> = brief
        .authorisations
        .iter()
        .map(|a| json!({ "action": a.action, "money": a.money, "by": a.by }))
        .collect();
    let told = json!({
        "from": brief.from.name(),
        "to": brief.to.name(),
        "reason": brief.reason,
        "request": brief.request,
        "facts": facts,
        "done": done,
        "unable": brief.unable,
        "open_questions": brief.open_questions,
        "promises": brief.promises,
        "authorisations": authorised,
        "sentiment": brief.sentiment,
    });
    told.to_string()
}
