//! A desk in miniature: it runs turns as the runtime does, with tools over a small shop.

use serde_json::{Value, json};
use shared::{
    agent::{AgentSpec, Target},
    brief::{Brief, Fact, Sentiment, Trigger, TriggerKind, Usage},
    event::Effect,
    id::Seq,
    message::{Assurance, AuthorKind, VisitorRef},
    owner::Owner,
    time::Timestamp,
};

use crate::brain::{
    Entry, Piece, Reader, Request, ToolSchema,
    builtin::{Builtin, reader::tests::SHIPPED},
    defaults,
};

/// Steps of one turn before a test gives up.
const STEPS: usize = 12;

/// A conversation under test.
pub struct Desk {
    agents: Vec<AgentSpec>,
    pub owner: String,
    visitor: VisitorRef,
    brief: Option<Brief>,
    entries: Vec<(u64, Entry)>,
    epoch: u64,
    seq: Seq,
    /// All calls, as "tool {args}".
    pub calls: Vec<String>,
    /// All owners, in order.
    pub owners: Vec<String>,
    /// What was said in answer to the newest message, by all agents.
    pub said: String,
    pub buttons: Vec<String>,
    pub sources: Vec<String>,
    refunded: Vec<(String, i64)>,
    waiting: Option<(u64, Value)>,
    open: bool,
}

impl Desk {
    /// A conversation with `cus_1`, at the front door.
    pub fn new() -> Self {
        let visitor = VisitorRef {
            id: "v1".parse().expect("an id"),
            assurance: Assurance::Verified,
            customer: Some("cus_1".to_owned()),
            name: Some("Maria".to_owned()),
            email: Some("maria@example.com".to_owned()),
        };
        Self {
            agents: defaults::agents(),
            owner: "triage".to_owned(),
            visitor,
            brief: None,
            entries: Vec::new(),
            epoch: 0,
            seq: 0,
            calls: Vec::new(),
            owners: vec!["triage".to_owned()],
            said: String::new(),
            buttons: Vec::new(),
            sources: Vec::new(),
            refunded: Vec::new(),
            waiting: None,
            open: true,
        }
    }

    /// A conversation with somebody unknown.
    pub fn anonymous() -> Self {
        let mut desk = Self::new();
        desk.visitor = VisitorRef {
            assurance: Assurance::Anonymous,
            customer: None,
            name: None,
            email: None,
            ..desk.visitor
        };
        desk
    }

    /// A conversation while nobody is at the desk.
    pub fn closed() -> Self {
        Self { open: false, ..Self::new() }
    }

    /// A conversation that `agent` owns from the start.
    pub fn with(agent: &str) -> Self {
        Self { owner: agent.to_owned(), owners: vec![agent.to_owned()], ..Self::new() }
    }

    fn record(&mut self, entry: impl FnOnce(Seq) -> Entry) {
        self.seq += 1;
        self.entries.push((self.epoch, entry(self.seq)));
    }

    fn name(&self, slug: &str) -> String {
        self.agents.iter().find(|a| a.slug.as_str() == slug).map_or(slug, |a| &a.name).to_owned()
    }

    /// The visitor says something; answers what the agents said to it.
    pub fn says(&mut self, text: &str) -> String {
        let text = text.to_owned();
        self.record(|seq| Entry::Said {
            seq,
            by: AuthorKind::Visitor,
            name: "Maria".to_owned(),
            own: false,
            text,
        });
        if let Some((epoch, args)) = self.waiting.clone() {
            self.seq += 1;
            let entry = called(self.seq, "issue_refund", args, true, json!({"state": "waiting"}));
            self.entries.push((epoch, entry));
            self.waiting = None;
        }
        self.run()
    }

    /// A person decides on the waiting refund.
    pub fn decides(&mut self, approve: bool) -> String {
        let (decision, state) =
            if approve { ("approved", "succeeded") } else { ("declined", "declined") };
        self.record(|seq| Entry::Happened {
            seq,
            kind: "approval".to_owned(),
            detail: json!({"state": decision, "summary": "Refund", "note": "internal remark"}),
        });
        match self.waiting.take() {
            Some((epoch, args)) => {
                let amount = json!({"amount": args["amount"], "currency": "EUR"});
                let result = json!({"state": state, "order": args["order"], "amount": amount,
                    "message": "internal remark"});
                self.seq += 1;
                let entry = called(self.seq, "issue_refund", args, approve, result);
                self.entries.push((epoch, entry));
            }
            None => self.record(|seq| Entry::Happened {
                seq,
                kind: "refund".to_owned(),
                detail: json!({"order": "A1002", "state": state,
                    "amount": {"amount": 32000, "currency": "EUR"}}),
            }),
        }
        self.run()
    }

    /// A guard refuses what was said last.
    pub fn refuses(&mut self, check: &str) -> String {
        let detail = json!({"check": check, "detail": "no"});
        self.record(|seq| Entry::Happened { seq, kind: "refused".to_owned(), detail });
        self.run()
    }

    /// A person hands back to `agent`.
    pub fn returns_to(&mut self, agent: &str, note: &str) -> String {
        let detail = json!({"from": "Sam", "text": note});
        self.record(|seq| Entry::Happened { seq, kind: "note".to_owned(), detail });
        let trigger = Trigger { kind: TriggerKind::Return, evidence: "Sam".to_owned() };
        self.hand_to(agent, trigger, &json!({"reason": note, "request": ""}));
        self.run()
    }

    fn hand_to(&mut self, slug: &str, trigger: Trigger, args: &Value) {
        let kind = trigger.kind;
        let list = |key: &str| -> Vec<String> {
            serde_json::from_value(args[key].clone()).unwrap_or_default()
        };
        let text = |key: &str| args[key].as_str().unwrap_or_default().to_owned();
        let owner = |slug: &str, name: String| match slug.strip_prefix("queue_") {
            Some(queue) => Owner::Queue { slug: queue.parse().expect("a queue"), name },
            None => Owner::Agent { slug: slug.parse().expect("an agent"), version: 1, name },
        };
        self.brief = Some(Brief {
            id: "b1".parse().expect("an id"),
            from: owner(&self.owner, self.name(&self.owner)),
            to: owner(slug, self.name(slug)),
            trigger,
            reason: text("reason"),
            request: text("request"),
            facts: Vec::<Fact>::new(),
            done: Vec::new(),
            unable: list("unable"),
            open_questions: list("open_questions"),
            promises: list("promises"),
            authorisations: Vec::new(),
            language: "en".to_owned(),
            sentiment: Sentiment::Neutral,
            transcript_range: (1, self.seq),
            usage: Usage::default(),
        });
        let (from, to) = (self.name(&self.owner), self.name(slug));
        self.epoch += 1;
        let by_person = kind == TriggerKind::Return;
        self.record(|seq| Entry::HandedOver { seq, from, to, by_person });
        self.owner = slug.to_owned();
        self.owners.push(slug.to_owned());
    }

    /// The latest brief.
    pub fn brief(&self) -> &Brief {
        self.brief.as_ref().expect("a brief")
    }

    fn run(&mut self) -> String {
        self.said.clear();
        self.buttons.clear();
        self.sources.clear();
        let brain = Builtin::new(SHIPPED.clone());
        for _ in 0..STEPS {
            if self.owner.starts_with("queue_") {
                return self.said.clone();
            }
            let pieces = brain.answer(&self.request());
            if !self.take_in(pieces) {
                return self.said.clone();
            }
        }
        panic!("the turn does not end: {:?}", self.calls);
    }

    /// Records an answer; says whether the turn goes on.
    fn take_in(&mut self, pieces: Vec<Piece>) -> bool {
        let mut text = String::new();
        let mut calls = Vec::new();
        for piece in pieces {
            match piece {
                Piece::Text(more) => text.push_str(&more),
                Piece::QuickReplies(replies) => self.buttons = replies,
                Piece::Source { title, .. } => self.sources.push(title),
                Piece::Call { name, args } => calls.push((name, args.expect("arguments"))),
                Piece::Usage(_) | Piece::Model(_) | Piece::Setback { .. } | Piece::Alive => {}
            }
        }
        assert!(!text.is_empty() || !calls.is_empty(), "an empty answer");
        if !text.is_empty() {
            assert!(!text.contains('{') && !text.contains("  "), "a broken phrase: {text}");
            self.said.push_str(&text);
            self.said.push('\n');
            let name = self.name(&self.owner);
            self.record(|seq| Entry::Said { seq, by: AuthorKind::Agent, name, own: true, text });
        }
        let goes_on = !calls.is_empty();
        let mut waits = false;
        for (name, args) in calls {
            self.calls.push(format!("{name} {args}"));
            if let Some(target) = name.strip_prefix("transfer_to_") {
                let trigger = Trigger { kind: TriggerKind::Model, evidence: name.clone() };
                self.hand_to(target, trigger, &args);
            } else {
                waits |= !self.perform(&name, args);
            }
        }
        goes_on && !waits
    }

    /// Performs a call; says whether it was settled.
    fn perform(&mut self, name: &str, args: Value) -> bool {
        if name == "issue_refund" && args["amount"].as_i64() > Some(10_000) {
            self.waiting = Some((self.epoch, args));
            return false;
        }
        let result = self.result(name, &args);
        let ok = result["error"].is_null();
        let name = name.to_owned();
        self.record(|seq| called(seq, &name, args, ok, result));
        true
    }

    fn result(&mut self, name: &str, args: &Value) -> Value {
        let verified = self.visitor.verified_customer().is_some();
        let open = ["search_knowledge", "business_hours", "queue_status", "collect_contact"];
        if !verified && !open.contains(&name) {
            return json!({"error": "needs_verified", "message": "Sign in first."});
        }
        let order = args["order"].as_str();
        match name {
            "search_knowledge" => passages(args["query"].as_str().unwrap_or_default()),
            "lookup_customer" => json!({
                "customer": {"id": "cus_1", "name": "Maria", "email": "maria@example.com"},
                "orders": [
                    {"id": "A1001", "date": "2026-11-15", "total": eur(4900), "status": "delivered"},
                    {"id": "A1002", "date": "2026-11-07", "total": eur(32000), "status": "delivered"},
                    {"id": "A1003", "date": "2026-04-30", "total": eur(1850), "status": "delivered"},
                ],
                "subscription": {"id": "sub_1", "plan": "Coffee club", "price": eur(1200),
                    "every": "month", "status": "active", "renews": "2026-12-01"},
            }),
            "lookup_order" => self.order(order.unwrap_or_default()),
            "list_charges" => {
                let of = |id: &str| {
                    let charges = self.order(id)["charges"].clone();
                    let mut charges = charges.as_array().cloned().unwrap_or_default();
                    for charge in &mut charges {
                        charge["order"] = json!(id);
                    }
                    charges
                };
                let ids = order.map_or(vec!["A1001", "A1002", "A1003"], |order| vec![order]);
                json!({"charges": ids.into_iter().flat_map(of).collect::<Vec<_>>()})
            }
            "list_invoices" => json!({"invoices": [
                {"id": "INV-2026-003", "date": "2026-11-01", "amount": eur(1200), "state": "paid"},
                {"id": "INV-2026-002", "date": "2026-10-01", "amount": eur(1200), "state": "paid"},
            ]}),
            "resend_invoice" => json!({"sent_to": "maria@example.com"}),
            "refund_status" => {
                let made = self.refunded.iter().filter(|(id, _)| order.is_none_or(|o| o == id));
                let made = made.map(|(id, amount)| {
                    json!({"order": id, "amount": eur(*amount), "state": "succeeded", "at": "2026-11-21"})
                });
                json!({"refunds": made.collect::<Vec<_>>()})
            }
            "issue_refund" => self.refund(order.unwrap_or_default(), args["amount"].as_i64()),
            "business_hours" => json!({"open": self.open,
                "text": "People answer Monday to Friday, 9:00 to 18:00 (UTC+1)."}),
            "queue_status" => json!({"waiting": 2, "text": "2 conversations are waiting."}),
            "collect_contact" => json!({"email": args["email"]}),
            other => json!({"error": "unknown_tool", "message": other}),
        }
    }

    fn order(&self, id: &str) -> Value {
        let (total, window, twice) = match id {
            "A1001" => (4900, true, true),
            "A1002" => (32000, true, false),
            "A1003" => (1850, false, false),
            _ => {
                return json!({"error": "not_found", "message": "This customer has no such order."});
            }
        };
        let back: i64 = self.refunded.iter().filter(|(o, _)| o == id).map(|(_, a)| a).sum();
        let mut charges = vec![json!({"id": format!("ch_{id}_1"), "at": "2026-11-15",
            "amount": eur(total), "state": if back > 0 && !twice {"refunded"} else {"captured"},
            "duplicate": false})];
        if twice {
            let state = if back >= total { "refunded" } else { "captured" };
            charges.push(json!({"id": format!("ch_{id}_2"), "at": "2026-11-16",
                "amount": eur(total), "state": state, "duplicate": true}));
        }
        let left = if window { total - back } else { 0 };
        json!({
            "order": {"id": id, "date": "2026-11-15", "status": "delivered",
                "delivered_at": "2026-11-19", "total": eur(total),
                "items": [{"name": "Thing", "quantity": 1, "price": eur(total)}]},
            "charges": charges,
            "refundable": eur(left),
            "needs_approval": left > 10_000,
            "refund_window": {"open": window, "until": if window {"2026-12-19"} else {"2026-06-03"}},
        })
    }

    fn refund(&mut self, order: &str, amount: Option<i64>) -> Value {
        let found = self.order(order);
        if !found["error"].is_null() {
            return found;
        }
        let left = found["refundable"]["amount"].as_i64().unwrap_or(0);
        let amount = amount.unwrap_or(left);
        if amount > left {
            return json!({"error": "amount_too_high", "message": "At most that."});
        }
        self.refunded.push((order.to_owned(), amount));
        json!({"state": "succeeded", "order": order, "amount": eur(amount)})
    }

    fn request(&self) -> Request {
        let agent = self.agents.iter().find(|a| a.slug.as_str() == self.owner).expect("an agent");
        let own = self.name(&self.owner);
        let dialogue: Vec<Entry> = self
            .entries
            .iter()
            .filter(|(epoch, entry)| *epoch == self.epoch || !matches!(entry, Entry::Called { .. }))
            .map(|(_, entry)| match entry.clone() {
                Entry::Said { seq, by, name, text, .. } => {
                    let own = by == AuthorKind::Agent && name == own;
                    Entry::Said { seq, by, name, own, text }
                }
                other => other,
            })
            .collect();
        let newest = self.entries.iter().rev().find_map(|(_, entry)| match entry {
            Entry::Said { by: AuthorKind::Visitor, text, .. } => Some(text.clone()),
            _ => None,
        });
        let newest = newest.unwrap_or_default();
        let tool = |name: String, effect| ToolSchema {
            name,
            description: String::new(),
            effect,
            parameters: json!({}),
        };
        let tools = agent.tools.iter().map(|name| {
            let writes = ["issue_refund", "resend_invoice", "collect_contact"];
            let effect = if writes.contains(&name.as_str()) { Effect::Write } else { Effect::Read };
            tool(name.clone(), effect)
        });
        let transfers =
            agent.targets.iter().map(|t: &Target| tool(t.tool_name(), Effect::Transfer));
        Request {
            agent: agent.clone(),
            site: "demo".parse().expect("a key"),
            visitor: self.visitor.clone(),
            tools: tools.chain(transfers).collect(),
            brief: self.brief.clone(),
            language: SHIPPED.read(&newest, &[]).language,
            dialogue,
            caps: shared::model::SpendCaps::default(),
            voice: String::new(),
            now: Timestamp(1_795_000_000_000),
        }
    }
}

fn called(seq: Seq, name: &str, args: Value, ok: bool, result: Value) -> Entry {
    Entry::Called { seq, call: format!("call_{seq}"), name: name.to_owned(), args, ok, result }
}

fn eur(amount: i64) -> Value {
    json!({"amount": amount, "currency": "EUR"})
}

fn passages(query: &str) -> Value {
    let pages = [
        (
            "Shipping",
            "We deliver in 2 to 4 working days. Shipping is free above 50 EUR.",
            ["ship", "deliver", "postage"],
        ),
        (
            "Returns",
            "You can return anything within 30 days of delivery. Print the label in your account.",
            ["return", "exchange", "send"],
        ),
        (
            "Opening hours",
            "We are open Monday to Friday from 9 to 18.",
            ["open", "hours", "saturday"],
        ),
        ("Payment", "We accept Visa, Mastercard and PayPal.", ["pay", "card", "paypal"]),
    ];
    let query = query.to_lowercase();
    let found = pages.iter().filter(|(_, _, words)| words.iter().any(|w| query.contains(w)));
    let found = found.map(|(title, text, _)| {
        json!({"title": title, "text": text, "url": format!("/help/{title}"), "score": 1.0})
    });
    json!({"passages": found.collect::<Vec<_>>()})
}
