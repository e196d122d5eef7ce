//! What a request shows, as the planner asks for it. Nothing here is remembered between steps:
//! all of it is read off the dialogue.

use std::{cell::RefCell, collections::BTreeMap, rc::Rc};

use serde_json::{Value, json};
use shared::{brief::TriggerKind, event::Effect, id::Seq, message::AuthorKind};

use super::{
    answer::{Answer, Needs},
    heard::Heard,
    phrases, slots,
};
use crate::brain::{Entry, Reader, Reading, Request};

/// A request with its reader.
#[derive(Clone)]
pub struct Scene<'a> {
    /// The request.
    pub request: &'a Request,
    /// Reads messages.
    pub reader: &'a dyn Reader,
    /// Where this tenure begins in the dialogue.
    tenure: usize,
    /// What the visitor has said.
    said: Heard<'a>,
    /// Where the newest visitor message stands.
    heard: Option<usize>,
    /// Where this agent last spoke in this tenure.
    spoke: Option<usize>,
    /// What was read before: the planner asks often.
    readings: Rc<RefCell<BTreeMap<String, Reading>>>,
}

/// How a call ended.
#[derive(Debug, Clone, Copy)]
pub enum Ended<'a> {
    /// Well.
    Ok(&'a Value),
    /// With an error or a refusal.
    Not(&'a Value),
}

impl<'a> Scene<'a> {
    /// Looks at `request`.
    pub fn new(request: &'a Request, reader: &'a dyn Reader) -> Self {
        let entries = &request.dialogue;
        let handed = entries.iter().rposition(|e| matches!(e, Entry::HandedOver { .. }));
        let tenure = handed.map_or(0, |at| at + 1);
        let said = Heard::of(entries);
        let heard = said.at();
        let own = |e: &Entry| matches!(e, Entry::Said { own: true, .. });
        let spoke = entries[tenure..].iter().rposition(own).map(|at| tenure + at);
        Self { request, reader, tenure, said, heard, spoke, readings: Rc::default() }
    }

    /// The seq of the newest entry: chooses among variants.
    pub fn seq(&self) -> Seq {
        self.request.dialogue.last().map_or(0, |entry| match entry {
            Entry::Said { seq, .. }
            | Entry::Called { seq, .. }
            | Entry::HandedOver { seq, .. }
            | Entry::Happened { seq, .. } => *seq,
        })
    }

    /// A phrase in the visitor's language, if it is there in it, else in English; in other words than
    /// the agent's last if it has others.
    pub fn say(&self, key: &str, values: &[(&str, &str)]) -> String {
        let language = self.request.language.as_str();
        let words = phrases::say(language, key, self.seq(), values);
        let repeats = self.agents_said().next().is_some_and(|said| said.contains(&words));
        if repeats { phrases::say(language, key, self.seq() + 1, values) } else { words }
    }

    /// These words, or that they are said again: who asks again is answered again.
    pub fn told_once(&self, words: String) -> String {
        if self.agents_said().any(|said| said.contains(&words)) {
            return self.say("answer_again", &[("quote", &words)]);
        }
        words
    }

    /// Whether the agent may call this tool now.
    pub fn has(&self, tool: &str) -> bool {
        self.request.tools.iter().any(|t| t.name == tool)
    }

    /// The transfers that are offered and have not just been refused, by tool name.
    pub fn transfers(&self) -> impl Iterator<Item = &str> {
        let offered = self.request.tools.iter().filter(|t| t.effect == Effect::Transfer);
        offered.map(|t| t.name.as_str()).filter(|name| !self.was_refused(name))
    }

    fn was_refused(&self, tool: &str) -> bool {
        self.fresh()
            .iter()
            .any(|entry| matches!(entry, Entry::Called { name, ok: false, .. } if name == tool))
    }

    /// The newest visitor message.
    pub fn newest(&self) -> Option<&'a str> {
        self.said.newest()
    }

    /// The visitor messages before the newest, newest first.
    pub fn earlier(&self) -> impl Iterator<Item = &'a str> + use<'a> {
        self.said.earlier()
    }

    /// All visitor messages, newest first.
    pub fn visitor_said(&self) -> impl Iterator<Item = &'a str> + use<'a> {
        self.newest().into_iter().chain(self.earlier())
    }

    /// What the visitor and the staff have said and noted for this agent, newest first: facts to go
    /// by. What the visitor *wants* is only in [`Self::visitor_said`].
    pub fn told(&self) -> impl Iterator<Item = &'a str> + use<'a> {
        self.request.dialogue.iter().rev().filter_map(|entry| match entry {
            Entry::Said { by: AuthorKind::Visitor | AuthorKind::Staff, text, .. } => {
                Some(text.as_str())
            }
            Entry::Happened { kind, detail, .. } if kind == "note" => detail["text"].as_str(),
            _ => None,
        })
    }

    /// What nobody has answered yet, message by message, oldest first: each a scene of which it is
    /// the newest.
    pub fn burst(&self) -> impl Iterator<Item = Self> + '_ {
        self.said.burst().map(|said| self.with(said))
    }

    /// The same for everything that was said in one go, newest first.
    pub fn bursts(&self) -> impl Iterator<Item = Self> + '_ {
        self.said.bursts().map(|said| self.with(said))
    }

    /// The words that nobody has answered yet, oldest first.
    pub fn unanswered(&self) -> impl Iterator<Item = &'a str> + use<'a> {
        self.said.burst().filter_map(|said| said.newest())
    }

    /// Whether one of the messages that nobody has answered yet says so.
    pub fn just_said(&self, what: impl Fn(&str) -> bool) -> bool {
        self.unanswered().any(what)
    }

    fn with(&self, said: Heard<'a>) -> Self {
        Self { heard: said.at(), said, ..self.clone() }
    }

    /// Reads a visitor message.
    pub fn read(&self, text: &str) -> Reading {
        if let Some(known) = self.readings.borrow().get(text) {
            return known.clone();
        }
        let reading = self.reader.read(text, &[]);
        self.readings.borrow_mut().insert(text.to_owned(), reading.clone());
        reading
    }

    /// What an agent asked before the newest visitor message; `None` if a person has spoken since.
    pub fn question(&self) -> Option<&'a str> {
        let before = &self.request.dialogue[..self.heard?];
        let answered = |entry: &&Entry| match entry {
            Entry::Said { by, .. } => *by != AuthorKind::Visitor,
            Entry::HandedOver { by_person, .. } => *by_person,
            _ => false,
        };
        match before.iter().rev().find(answered)? {
            Entry::Said { by: AuthorKind::Agent, text, .. } => Some(text),
            _ => None,
        }
    }

    /// What agents have said, newest first.
    pub fn agents_said(&self) -> impl Iterator<Item = &'a str> + '_ {
        self.request.dialogue.iter().rev().filter_map(|entry| match entry {
            Entry::Said { by: AuthorKind::Agent, text, .. } => Some(text.as_str()),
            _ => None,
        })
    }

    /// Whether this agent has spoken before, in this tenure or an earlier one.
    pub fn is_known(&self) -> bool {
        self.request.dialogue.iter().any(|e| matches!(e, Entry::Said { own: true, .. }))
    }

    /// Whether the visitor has said something that this agent has not answered in this tenure.
    pub fn has_unanswered(&self) -> bool {
        self.heard.is_some_and(|heard| self.spoke.is_none_or(|spoke| spoke < heard))
    }

    /// Whether this tenure began with a handoff and the visitor has said nothing since.
    pub fn just_took_over(&self) -> bool {
        self.request.brief.is_some() && self.heard.is_none_or(|heard| heard < self.tenure)
    }

    /// Whether a person handed the conversation back and nothing was said since.
    pub fn just_returned(&self) -> bool {
        self.was_returned() && self.just_took_over() && self.spoke.is_none()
    }

    /// Whether a person handed the conversation to this agent.
    pub fn was_returned(&self) -> bool {
        let brief = self.request.brief.as_ref();
        brief.is_some_and(|brief| brief.trigger.kind == TriggerKind::Return)
    }

    /// What the person who handed the conversation to this agent said and noted, newest first.
    pub fn instructions(&self) -> impl Iterator<Item = &'a str> + use<'a> {
        let before = &self.request.dialogue[..self.tenure];
        let by_others =
            |entry: &&Entry| !matches!(entry, Entry::Said { by: AuthorKind::Agent, .. });
        before.iter().rev().take_while(by_others).filter_map(|entry| match entry {
            Entry::Said { by: AuthorKind::Staff, text, .. } => Some(text.as_str()),
            Entry::Happened { kind, detail, .. } if kind == "note" => detail["text"].as_str(),
            _ => None,
        })
    }

    /// Whether this agent has spoken in this tenure.
    pub fn has_spoken(&self) -> bool {
        self.spoke.is_some()
    }

    /// This tenure's entries since the visitor last spoke.
    pub fn fresh(&self) -> &'a [Entry] {
        let from = self.heard.map_or(self.tenure, |at| self.tenure.max(at + 1));
        &self.request.dialogue[from.min(self.request.dialogue.len())..]
    }

    /// This tenure's entries since this agent last spoke.
    pub fn news(&self) -> &'a [Entry] {
        let from = self.spoke.map_or(self.tenure, |at| at + 1);
        &self.request.dialogue[from..]
    }

    /// This tenure's entries.
    pub fn tenure(&self) -> &'a [Entry] {
        &self.request.dialogue[self.tenure..]
    }

    /// How this call ended, if what it found can still be relied on: it was made since the visitor
    /// last spoke, or it worked and nothing was written since.
    pub fn ended(&self, tool: &str, args: &Value) -> Option<Ended<'a>> {
        let mut written = false;
        for (at, entry) in self.tenure().iter().enumerate().rev() {
            match entry {
                Entry::Called { name, args: with, ok, result, .. }
                    if name == tool && with == args =>
                {
                    let is_fresh = self.heard.is_none_or(|heard| self.tenure + at > heard);
                    let ended = if *ok { Ended::Ok(result) } else { Ended::Not(result) };
                    return (is_fresh || (*ok && !written)).then_some(ended);
                }
                Entry::Called { name, .. } => written |= self.writes(name),
                Entry::Happened { kind, .. } => written |= kind == "refund",
                _ => {}
            }
        }
        None
    }

    fn writes(&self, tool: &str) -> bool {
        self.request.tools.iter().any(|t| t.name == tool && t.effect == Effect::Write)
    }

    /// What a tool finds: known already, or to be called first, or an explanation why not.
    pub fn need(&self, tool: &str, args: Value) -> Needs<&'a Value> {
        match self.ended(tool, &args) {
            Some(Ended::Ok(result)) => Ok(result),
            Some(Ended::Not(result)) => Err(self.explain(result, &args)),
            None => Err(Answer::call(tool, args)),
        }
    }

    /// A word of a tool's result ("partially_refunded") as the visitor reads it.
    pub fn word(&self, value: &Value) -> String {
        let plain = value.as_str().unwrap_or_default().replace('_', " ");
        let theirs = phrases::variants(&self.request.language, &format!("word_{plain}"));
        theirs.and_then(<[String]>::first).cloned().unwrap_or(plain)
    }

    /// A date in a tool's result ("2026-11-12…") as the visitor reads it ("12 November 2026").
    pub fn day(&self, value: &Value) -> String {
        let text = value.as_str().unwrap_or_default();
        let language = self.request.language.as_str();
        let months = phrases::variants(language, "months");
        let months = months.or_else(|| phrases::variants("en", "months"));
        let read = || {
            let mut parts = text.get(..10)?.split('-');
            let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
            let name = months?.get(month.parse::<usize>().ok()?.checked_sub(1)?)?;
            let day = day.parse::<u8>().ok()?.to_string();
            let values = [("day", day.as_str()), ("month", name.as_str()), ("year", year)];
            Some(phrases::say(language, "date", 0, &values))
        };
        read().unwrap_or_else(|| text.to_owned())
    }

    /// The buttons of a question: yes and no.
    pub fn yes_or_no(&self) -> [String; 2] {
        [self.say("yes", &[]), self.say("no", &[])]
    }

    /// The buttons of what most visitors want.
    pub fn requests(&self) -> [String; 3] {
        ["order_status", "refund_request", "invoice_copy"]
            .map(|intent| self.say(&format!("label_{intent}"), &[]))
    }

    /// The button that asks for a person.
    pub fn person_button(&self) -> String {
        self.say("person", &[])
    }

    /// Why a tool would not, in words for the visitor.
    pub fn explain(&self, result: &Value, args: &Value) -> Answer {
        let order = args["order"].as_str().unwrap_or_default();
        match result["error"].as_str().unwrap_or_default() {
            "needs_verified" => self.sign_in(),
            "not_found" | "not_yours" if !order.is_empty() => {
                Answer::text(self.say("not_found", &[("order", order)]))
            }
            _ => self.offer(self.say("unavailable", &[])),
        }
    }

    /// Asks the visitor to sign in.
    pub fn sign_in(&self) -> Answer {
        let answer = Answer::text(self.say("sign_in", &[]));
        if self.person().is_some() { answer.buttons([self.person_button()]) } else { answer }
    }

    /// Text that ends in the offer of a person, with its buttons.
    pub fn offer(&self, text: String) -> Answer {
        let answer = Answer::text(text);
        if self.person().is_some() { answer.buttons(self.yes_or_no()) } else { answer }
    }

    /// The transfer that leads to a person: to the agent that handles such wishes, else to people.
    pub fn person(&self) -> Option<&str> {
        let homes = self.reader.homes("human_request");
        let to_agent = homes.iter().find_map(|slug| self.transfer_to(slug));
        to_agent.or_else(|| self.transfers().find(|name| name.starts_with(TO_QUEUE)))
    }

    /// The transfer to a queue of people.
    pub fn queue(&self) -> Option<&str> {
        self.transfers().find(|name| name.starts_with(TO_QUEUE))
    }

    /// The transfer to the agent of that name.
    pub fn transfer_to(&self, agent: &str) -> Option<&str> {
        self.transfers().find(|name| name.strip_prefix("transfer_to_") == Some(agent))
    }

    /// The calls of this tenure that failed, in words, for a brief.
    pub fn unable(&self) -> Vec<String> {
        let failed = self.tenure().iter().filter_map(|entry| match entry {
            Entry::Called { name, ok: false, result, .. } if !name.starts_with("transfer_to_") => {
                let why = result["message"].as_str().or_else(|| result["error"].as_str())?;
                Some(format!("{}: {}", name.replace('_', " "), cut(why, 200)))
            }
            _ => None,
        });
        failed.collect()
    }

    /// Hands over.
    pub fn transfer(&self, tool: &str, reason: &str, request: &str, open: Vec<String>) -> Answer {
        let mut args = json!({ "reason": cut(reason, 280), "request": cut(request, 600) });
        let lists = [("unable", self.unable()), ("open_questions", open)];
        for (key, list) in lists.into_iter().filter(|(_, list)| !list.is_empty()) {
            args[key] = json!(list);
        }
        Answer::call(tool, args)
    }

    /// Whether the site has signed for the visitor.
    pub fn is_verified(&self) -> bool {
        self.request.visitor.verified_customer().is_some()
    }

    /// Values of a kind that the visitor named: of the newest message that has any.
    pub fn named(&self, key: &str) -> Vec<String> {
        let values = self.visitor_said().map(|text| values(&slots::find(text), key));
        values.into_iter().find(|values| !values.is_empty()).unwrap_or_default()
    }
}

const TO_QUEUE: &str = "transfer_to_queue_";

/// The values of one key.
pub fn values(slots: &[(String, String)], key: &str) -> Vec<String> {
    slots.iter().filter(|(k, _)| k == key).map(|(_, value)| value.clone()).collect()
}

/// At most `max` characters of a text, on one line.
pub fn cut(text: &str, max: usize) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() <= max {
        return line;
    }
    line.chars().take(max.saturating_sub(1)).chain(['…']).collect()
}
