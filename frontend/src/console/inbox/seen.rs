//! How far the reader has seen each conversation; the browser remembers it.

use leptos::prelude::*;
use serde::{Deserialize, Serialize};
use shared::{
    api::Summary,
    id::{ConversationId, Seq, StaffId},
    owner::Owner,
};

/// Most conversations that are remembered.
const MOST: usize = 500;

/// How far the reader has seen each conversation.
#[derive(Debug, Clone, Copy)]
pub struct Seen {
    marks: RwSignal<Marks>,
    me: StoredValue<StaffId>,
}

impl Seen {
    /// What the browser remembers of `me`.
    pub fn of(me: StaffId) -> Self {
        let kept = storage().and_then(|s| s.get_item(&key(&me)).ok().flatten());
        let marks = kept.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default();
        Self { marks: RwSignal::new(marks), me: StoredValue::new(me) }
    }

    /// The reader has seen conversation `id` up to event `seq`.
    pub fn mark(self, id: &ConversationId, seq: Seq) {
        if self.marks.with_untracked(|marks| marks.seq(id) >= seq) {
            return;
        }
        self.marks.update(|marks| marks.mark(id.clone(), seq));
        let text = self.marks.with_untracked(|marks| serde_json::to_string(marks).ok());
        if let (Some(storage), Some(text)) = (storage(), text) {
            // Without storage the marks hold until the page is closed.
            let _ = storage.set_item(&self.me.with_value(key), &text);
        }
    }

    /// Whether `line` is the reader's business and has something that they have not seen.
    pub fn is_new(self, line: &Summary) -> bool {
        self.me.with_value(|me| self.marks.with(|marks| is_new(marks, line, me)))
    }
}

/// Positions by conversation, the newest mark last.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
struct Marks(Vec<(ConversationId, Seq)>);

impl Marks {
    fn seq(&self, id: &ConversationId) -> Seq {
        self.0.iter().find(|(known, _)| known == id).map_or(0, |(_, seq)| *seq)
    }

    fn mark(&mut self, id: ConversationId, seq: Seq) {
        self.0.retain(|(known, _)| *known != id);
        self.0.push((id, seq));
        let surplus = self.0.len().saturating_sub(MOST);
        self.0.drain(..surplus);
    }
}

fn is_new(marks: &Marks, line: &Summary, me: &StaffId) -> bool {
    let concerns =
        matches!(line.owner, Owner::Queue { .. }) || line.owner.is_staff(me) || line.needs_approval;
    concerns && marks.seq(&line.id) < line.seq
}

fn key(me: &StaffId) -> String {
    format!("baton.seen.{me}")
}

fn storage() -> Option<web_sys::Storage> {
    window().local_storage().ok().flatten()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn line(owner: serde_json::Value, seq: Seq) -> Summary {
        serde_json::from_value(json!({
            "id": "c1", "site": "demo", "visitor": { "id": "v", "assurance": "anonymous" },
            "owner": owner, "updated_at": "2026-01-01T00:00:00Z", "needs_approval": false,
            "preview": "", "seq": seq,
        }))
        .unwrap()
    }

    #[test]
    fn new_is_what_waits_or_is_mine_and_has_gone_on() {
        let me: StaffId = "stf_me".parse().unwrap();
        let mut marks = Marks::default();
        marks.mark("c1".parse().unwrap(), 5);
        let check = |owner, seq, new| assert_eq!(is_new(&marks, &line(owner, seq), &me), new);
        let queue = || json!({ "kind": "queue", "slug": "support", "name": "Support" });
        let staff = |id: &str| json!({ "kind": "staff", "id": id, "name": "Somebody" });
        check(queue(), 6, true);
        check(queue(), 5, false);
        check(staff("stf_me"), 6, true);
        check(staff("stf_other"), 6, false);
        check(json!({ "kind": "agent", "slug": "a", "version": 1, "name": "A" }), 6, false);
        check(json!({ "kind": "nobody" }), 6, false);
    }

    #[test]
    fn the_oldest_marks_are_forgotten() {
        let id = |n: usize| -> ConversationId { format!("c{n}").parse().unwrap() };
        let mut marks = Marks::default();
        for n in 0..MOST + 10 {
            marks.mark(id(n), 7);
        }
        assert_eq!((marks.0.len(), marks.seq(&id(0)), marks.seq(&id(10))), (MOST, 0, 7));
        marks.mark(id(10), 9);
        assert_eq!((marks.0.len(), marks.seq(&id(10))), (MOST, 9));
    }
}
