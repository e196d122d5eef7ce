//! What a conversation cost, and where: by tenure and by turn. Read off the same fold as everything
//! else, so the sums agree exactly with the conversation's.

use crate::{
    brief::Usage,
    conversation::Conversation,
    event::{Event, EventBody, Opened, TurnState},
    id::{Epoch, Seq},
    owner::Owner,
    time::Timestamp,
};

/// One uninterrupted ownership, and what it used.
#[derive(Debug, Clone, PartialEq)]
pub struct Tenure {
    /// Counts up from 1.
    pub epoch: Epoch,
    /// Who owned.
    pub owner: Owner,
    /// The event that began it: the opening, or a handoff.
    pub first: Seq,
    /// When it began.
    pub began: Timestamp,
    /// When it ended; `None` for the present one.
    pub ended: Option<Timestamp>,
    /// What it used.
    pub usage: Usage,
}

/// A stretch of a conversation: a turn of agents, or what happened before or after one.
#[derive(Debug, Clone, PartialEq)]
pub struct Stretch {
    /// The event that began the turn; `None` outside any.
    pub turn: Option<Seq>,
    /// Its first event.
    pub first: Seq,
    /// Its newest event.
    pub last: Seq,
    /// When its first event was recorded.
    pub began: Timestamp,
    /// When its newest event was recorded.
    pub reached: Timestamp,
    /// How the turn ended, or that it goes on.
    pub state: TurnState,
    /// What it used.
    pub usage: Usage,
}

/// Where a conversation's use went.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Trace {
    /// Every ownership, oldest first; their use sums to `total`.
    pub tenures: Vec<Tenure>,
    /// Every event is in exactly one, oldest first; their use sums to `total`.
    pub stretches: Vec<Stretch>,
    /// All of it.
    pub total: Usage,
}

impl Trace {
    /// The trace of the newest events of `conversation`, oldest first: all of them, or as many as a
    /// page has loaded.
    pub fn of<'a, E>(conversation: &Conversation, events: E) -> Self
    where
        E: IntoIterator<Item = &'a Event> + Clone,
    {
        let mut trace = Self::default();
        let state = &mut begun(conversation, events.clone());
        for event in events {
            if trace.tenures.is_empty() {
                trace.take_over(state.owner.clone(), event);
            }
            let was = state.turn.as_ref().map(|turn| turn.id);
            if !state.apply_seen(event) {
                continue;
            }
            let is = state.turn.as_ref().map(|turn| turn.id);
            if let EventBody::Handoff(handoff) = &event.body {
                trace.take_over(handoff.to.clone(), event);
            }
            // A turn begins with its first event and ends with its last.
            trace.go_on(was.or(is), event);
            if let EventBody::Usage(step) = &event.body {
                let asked_in = step.asked_in.filter(|_| step.is_late(event.epoch));
                trace.use_up(asked_in, &step.usage);
            }
            if was.is_some() && was != is {
                trace.end_turn(&event.body);
            }
        }
        trace
    }

    /// The tenure that the handoff `seq` ended.
    pub fn ended_by(&self, seq: Seq) -> Option<&Tenure> {
        let next = self.tenures.iter().position(|tenure| tenure.first == seq)?;
        self.tenures.get(next.checked_sub(1)?)
    }

    fn take_over(&mut self, owner: Owner, event: &Event) {
        if let Some(last) = self.tenures.last_mut() {
            last.ended = Some(event.at);
        }
        let Event { epoch, seq: first, at: began, .. } = *event;
        let usage = Usage::default();
        self.tenures.push(Tenure { epoch, owner, first, began, ended: None, usage });
    }

    fn go_on(&mut self, turn: Option<Seq>, event: &Event) {
        let Event { seq, at, .. } = *event;
        match self.stretches.last_mut() {
            Some(last) if last.turn == turn => (last.last, last.reached) = (seq, at),
            _ => self.stretches.push(Stretch {
                turn,
                first: seq,
                last: seq,
                began: at,
                reached: at,
                state: if turn.is_some() { TurnState::Running } else { TurnState::Done },
                usage: Usage::default(),
            }),
        }
    }

    /// Books what was used where it was asked for: in the newest tenure and stretch, or in the
    /// tenure `asked_in` and its last turn. What was asked before the first event here is not counted.
    fn use_up(&mut self, asked_in: Option<Epoch>, usage: &Usage) {
        let asked_in = asked_in.or(self.tenures.last().map(|tenure| tenure.epoch));
        let Some(at) = self.tenures.iter().position(|tenure| Some(tenure.epoch) == asked_in) else {
            return;
        };
        let end = self.tenures.get(at + 1).map(|next| next.first);
        let mut stretches = self.stretches.iter_mut().rev();
        let stretch = match end {
            None => stretches.next(),
            Some(end) => stretches.find(|s| s.turn.is_some() && s.first < end),
        };
        let Some(stretch) = stretch else { return };
        stretch.usage.add(usage);
        self.tenures[at].usage.add(usage);
        self.total.add(usage);
    }

    fn end_turn(&mut self, by: &EventBody) {
        let Some(stretch) = self.stretches.last_mut() else { return };
        stretch.state = match by {
            EventBody::Turn(ended) => ended.state,
            EventBody::Handoff(handoff) if handoff.to != Owner::Nobody => TurnState::Waiting,
            _ => TurnState::Done,
        };
    }
}

/// `conversation` before the first of `events`, as far as that can be known from them.
fn begun<'a>(
    conversation: &Conversation,
    events: impl IntoIterator<Item = &'a Event>,
) -> Conversation {
    let owner = events.into_iter().find_map(|event| match &event.body {
        EventBody::Opened(opened) => Some(&opened.owner),
        EventBody::Handoff(handoff) => Some(&handoff.from),
        _ => None,
    });
    let opened = Opened {
        site: conversation.site.clone(),
        visitor: conversation.visitor.clone(),
        owner: owner.unwrap_or(&conversation.owner).clone(),
        deadline: None,
    };
    Conversation::begin(conversation.id.clone(), opened, conversation.opened_at)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn owner(slug: &str) -> serde_json::Value {
        json!({ "kind": "agent", "slug": slug, "version": 1, "name": slug })
    }

    fn conversation() -> (Conversation, Vec<Event>) {
        let step = |agent: &str, tokens: u64| {
            json!({ "type": "usage", "agent": agent, "version": 1, "model": "m", "through": 2,
                    "steps": 1, "tokens_in": tokens, "tokens_out": 1, "cost_micros": 2, "took_ms": 3 })
        };
        let says = |kind: &str| json!({ "type": "message", "author": { "kind": kind, "name": "x" }, "text": "x" });
        let handoff = |from: serde_json::Value, to: serde_json::Value| json!({ "type": "handoff", "from": from, "to": to, "notice": "" });
        let sam = json!({ "kind": "staff", "id": "sam", "name": "Sam" });
        let bodies = [
            says("visitor"),
            step("triage", 10),
            handoff(owner("triage"), owner("money")),
            step("money", 20),
            says("agent"),
            json!({ "type": "turn", "turn": 2, "state": "done" }),
            json!({ "type": "note", "author": { "id": "sam", "name": "Sam" }, "text": "x" }),
            says("visitor"),
            step("money", 40),
            handoff(owner("money"), sam),
        ];
        let mut epoch = 1;
        let events = bodies.into_iter().zip(2u64..).map(|(mut body, seq)| {
            epoch += u64::from(body["type"] == "handoff");
            body["seq"] = json!(seq);
            body["epoch"] = json!(epoch);
            body["at"] = json!(Timestamp(i64::try_from(seq).unwrap() * 1_000).to_string());
            serde_json::from_value(body).expect("an event")
        });
        let opened = serde_json::from_value(json!({
            "site": "demo", "visitor": { "id": "v", "assurance": "anonymous" }, "owner": owner("later"),
        }));
        let id = "c".parse().expect("an id");
        let begun = Conversation::begin(id, opened.expect("an opening"), Timestamp(0));
        (begun, events.collect())
    }

    #[test]
    fn invariant_12_what_was_used_is_told_by_tenure_and_by_turn() {
        let (begun, events) = conversation();
        let trace = Trace::of(&begun, &events);
        let tenures: Vec<_> =
            trace.tenures.iter().map(|t| (t.owner.name(), t.usage.tokens_in)).collect();
        assert_eq!(tenures, [("triage", 10), ("money", 60), ("Sam", 0)]);
        let stretches: Vec<_> = trace
            .stretches
            .iter()
            .map(|s| (s.turn, s.first, s.last, s.state, s.usage.tokens_in))
            .collect();
        assert_eq!(
            stretches,
            [
                (Some(2), 2, 7, TurnState::Done, 30),
                (None, 8, 8, TurnState::Done, 0),
                (Some(9), 9, 11, TurnState::Waiting, 40),
            ]
        );
        assert_eq!((trace.total.tokens_in, trace.total.steps), (70, 3));
        let ended = trace.ended_by(11).expect("a tenure");
        assert_eq!((ended.owner.name(), ended.ended), ("money", Some(Timestamp(11_000))));
        assert_eq!(trace.ended_by(2), None);
        assert_eq!(Trace::of(&conversation().0, []), Trace::default());
    }
}
