//! A conversation in memory: decisions are applied as the journal would apply them.

use std::{collections::BTreeMap, sync::Arc};

use async_trait::async_trait;
use futures_util::{StreamExt as _, stream, stream::BoxStream};
use serde_json::{Value, json};
use shared::{
    agent::{AgentSpec, Budgets, DeskSettings, RefundPolicy, Rule, Target},
    api::ToolInfo,
    conversation::Conversation,
    event::{Effect, Event, EventBody, Opened},
    id::ClientId,
    message::{Assurance, StaffRef, VisitorRef},
    money::{Currency, Money},
    time::Timestamp,
};

use crate::{
    brain::{Brain, BrainError, Piece, Reader, Reading, Request},
    journal::Thread,
    money::Proposal,
    runtime::{
        Faculty, Snapshot, World,
        answer::{self, Answer, AskedCall},
        decide::{self, Next},
    },
    tools::{Context, Outcome, Registry, Tool},
};

/// Reads by single words, so that a test says exactly what it means.
pub struct WordReader;

impl Reader for WordReader {
    fn read(&self, text: &str, _: &[&str]) -> Reading {
        let has = |word: &str| text.to_lowercase().contains(word);
        let intent = if has("refund") {
            ("refund_request".to_owned(), 0.95)
        } else if has("mumble") {
            ("anything".to_owned(), 0.2)
        } else {
            ("question".to_owned(), 0.9)
        };
        Reading {
            intents: vec![intent],
            wants_person: has("human").then(|| "human".to_owned()),
            safety: has("suicide").then(|| "suicide".to_owned()),
            needs_tool: has("refund").then(|| "issue_refund".to_owned()),
            slots: has("a1001")
                .then(|| ("order".to_owned(), "A1001".to_owned()))
                .into_iter()
                .collect(),
            ..Reading::default()
        }
    }
}

/// Never asked: the tests give the answers themselves.
pub struct NoBrain;

impl Brain for NoBrain {
    fn model(&self) -> &'static str {
        "none"
    }

    fn step(&self, _: Request) -> BoxStream<'static, Result<Piece, BrainError>> {
        stream::empty().boxed()
    }
}

struct FakeTool(ToolInfo);

#[async_trait]
impl Tool for FakeTool {
    fn info(&self) -> &ToolInfo {
        &self.0
    }

    fn label(&self, _: &Value) -> String {
        "Working".to_owned()
    }

    async fn call(&self, _: Context, _: Value) -> Outcome {
        Outcome::ok(json!({}), Vec::new())
    }
}

fn tool(name: &str, effect: Effect) -> Arc<dyn Tool> {
    Arc::new(FakeTool(ToolInfo {
        name: name.to_owned(),
        description: name.to_owned(),
        effect,
        needs_verified: false,
        parameters: json!({ "type": "object" }),
    }))
}

pub fn agent(slug: &str, tools: &[&str], targets: &[&str]) -> AgentSpec {
    let target = |name: &&str| match name.strip_prefix("queue_") {
        Some(queue) => Target::Queue { slug: queue.parse().unwrap() },
        None => Target::Agent { slug: name.parse().unwrap() },
    };
    AgentSpec {
        slug: slug.parse().unwrap(),
        name: format!("The {slug} agent"),
        purpose: format!("Does {slug}."),
        instructions: String::new(),
        opening: String::new(),
        model: "none".to_owned(),
        tools: tools.iter().map(|&t| t.to_owned()).collect(),
        targets: targets.iter().map(target).collect(),
        rules: Vec::new(),
        examples: Vec::new(),
        confidence_threshold: 0.7,
        budgets: Budgets::default(),
    }
}

/// A conversation and the desk around it.
pub struct Stage {
    pub thread: Thread,
    pub desk: Snapshot,
    pub tools: Registry,
    pub now: Timestamp,
    pub money: bool,
    /// When the person who owns was last there.
    pub there: Option<Timestamp>,
    clients: u128,
}

impl Stage {
    /// Agents `front` (reads), `money` (reads and refunds), `help` (people), and one queue.
    pub fn new() -> Self {
        let specs = [
            agent("front", &["look"], &["money", "help"]),
            agent("money", &["look", "issue_refund"], &["front", "help"]),
            agent("help", &["look"], &["queue_support", "front"]),
        ];
        let agents: BTreeMap<_, _> =
            specs.into_iter().map(|s| (s.slug.clone(), (1, Arc::new(s)))).collect();
        let eur = |amount| Money::new(amount, Currency::EUR);
        let settings = DeskSettings {
            front_door: "front".parse().unwrap(),
            escalation: Target::Agent { slug: "help".parse().unwrap() },
            queue: "support".parse().unwrap(),
            queue_name: "Support".to_owned(),
            queue_deadline_s: 900,
            lease_s: 300,
            utc_offset_minutes: 0,
            opens_hour: 0,
            closes_hour: 24,
            open_weekdays: (0..7).collect(),
            refund_policy: RefundPolicy {
                per_order: eur(10_000),
                per_customer_day: eur(15_000),
                window_days: 30,
                approval_ttl_s: 3600,
            },
        };
        let faculty = Faculty { reader: Arc::new(WordReader), brain: Arc::new(NoBrain) };
        let desk = Snapshot { agents, settings: Arc::new(settings), faculty };
        let mut tools = Registry::default();
        tools.add(tool("look", Effect::Read));
        tools.add(tool("issue_refund", Effect::Write));
        let now = Timestamp(1_800_000_000_000);
        let opened = Opened {
            site: "demo".parse().unwrap(),
            visitor: VisitorRef {
                id: "v1".parse().unwrap(),
                assurance: Assurance::Verified,
                customer: Some("cus_1".to_owned()),
                name: Some("Ada".to_owned()),
                email: None,
            },
            owner: desk.owner(&"front".parse().unwrap()).unwrap(),
        };
        let first = Event { seq: 1, at: now, epoch: 1, body: EventBody::Opened(opened) };
        let state = Conversation::open("c1".parse().unwrap(), &first).unwrap();
        let thread = Thread { state, events: vec![Arc::new(first)].into(), head: [0; 32] };
        Self { thread, desk, tools, now, money: true, there: None, clients: 0 }
    }

    pub fn spec(&self) -> Option<Arc<AgentSpec>> {
        let slug = self.thread.state.owner.agent()?;
        Some(self.desk.agents.get(slug)?.1.clone())
    }

    pub fn with<T>(&self, look: impl FnOnce(&World<'_>) -> T) -> T {
        let spec = self.spec();
        look(&World {
            thread: &self.thread,
            spec: spec.as_deref(),
            desk: &self.desk,
            tools: &self.tools,
            money: self.money,
            owner_there: self.there,
            now: self.now,
        })
    }

    pub fn add_rule(&mut self, slug: &str, rule: Rule) {
        let entry = self.desk.agents.get_mut(&slug.parse().unwrap()).unwrap();
        Arc::make_mut(&mut entry.1).rules.push(rule);
    }

    /// Applies events as the journal does; panics if they cannot follow.
    pub fn apply(&mut self, bodies: Vec<EventBody>) {
        for body in bodies {
            let state = &mut self.thread.state;
            let handoff = u64::from(matches!(body, EventBody::Handoff(_)));
            let event =
                Event { seq: state.seq + 1, at: self.now, epoch: state.epoch + handoff, body };
            if let Err(error) = state.apply(&event) {
                panic!("{error}: {event:?}\nafter {:#?}", self.thread.events);
            }
            self.thread.events.push(Arc::new(event));
        }
    }

    pub fn client_id(&mut self) -> ClientId {
        self.clients += 1;
        ClientId::random(self.clients.to_be_bytes())
    }

    pub fn visitor(&mut self, text: &str) {
        let id = self.client_id();
        let bodies = self.with(|world| decide::visitor_says(world, id, text.to_owned()));
        self.apply(bodies);
    }

    pub fn next(&self) -> Next {
        self.with(decide::next)
    }

    pub fn answer(&mut self, text: &str, calls: &[(&str, Value)]) {
        let calls = calls
            .iter()
            .map(|(name, args)| AskedCall { name: (*name).to_owned(), args: Ok(args.clone()) })
            .collect();
        self.give(Answer { text: text.to_owned(), calls, ..Answer::default() });
    }

    pub fn give(&mut self, mut answer: Answer) {
        answer.model = "none".to_owned();
        answer.usage.steps = 1;
        answer.usage.tokens_in = 7;
        answer.through = self.thread.state.last_visitor_message;
        let bodies = self.with(|world| answer::answer(world, answer));
        self.apply(bodies);
    }

    /// Goes on by itself as the runner would, up to where a brain or the outside is needed.
    pub fn run(&mut self) -> Next {
        for _ in 0..100 {
            match self.next() {
                Next::Record(bodies) if !bodies.is_empty() => self.apply(bodies),
                other => return other,
            }
        }
        panic!("it does not come to rest: {:#?}", self.thread.events);
    }

    pub fn bodies(&self) -> impl DoubleEndedIterator<Item = &EventBody> {
        self.thread.events.iter().map(|event| &event.body)
    }
}

pub fn staff(name: &str) -> StaffRef {
    StaffRef { id: name.parse().unwrap(), name: name.to_owned() }
}

pub fn transfer_args() -> Value {
    json!({ "reason": "it is theirs", "request": "money back" })
}

pub fn proposal(amount: i64) -> Proposal {
    Proposal {
        order: "A1001".to_owned(),
        customer: "cus_1".to_owned(),
        charge: "ch_1".to_owned(),
        captured: Money::new(100_000, Currency::EUR),
        amount: Money::new(amount, Currency::EUR),
        reason: "twice".to_owned(),
    }
}
