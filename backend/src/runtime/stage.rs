//! A conversation in memory: decisions are applied as the journal would apply them. Only tests and
//! trials use it.
#![expect(
    clippy::unwrap_used,
    clippy::missing_panics_doc,
    reason = "a test may stop at what cannot be"
)]

use std::{collections::BTreeMap, sync::Arc};

use async_trait::async_trait;
use futures_util::{StreamExt as _, stream, stream::BoxStream};
use serde_json::{Value, json};
use shared::{
    agent::{AgentSpec, Budgets, DeskSettings, RefundPolicy, Rule, Target},
    api::ToolInfo,
    brief::Usage,
    conversation::{Conversation, FoldError, OpenCall},
    event::{Effect, Event, EventBody, Opened},
    guardrail::Guardrail,
    id::ClientId,
    message::{Assurance, StaffRef, VisitorRef},
    money::{Currency, Money},
    queue::{Fallback, Queue},
    time::Timestamp,
};

use super::{
    Faculty, Snapshot, World,
    answer::{self, Answer, AskedCall},
    decide::{self, Next},
    judge::{self, Judged},
};
use crate::{
    brain::{Brain, BrainError, Piece, Reader, Reading, Request},
    journal::Thread,
    money::Proposal,
    storage::{RefundTotals, Require},
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
            needs_tool: [("refund", "issue_refund"), ("peek", "look")]
                .into_iter()
                .find_map(|(word, tool)| has(word).then(|| tool.to_owned())),
            slots: slots(text),
            ..Reading::default()
        }
    }
}

fn slots(text: &str) -> Vec<(String, String)> {
    let slot = |word: &str| match word {
        order if order.contains("a1001") => Some(("order".to_owned(), "A1001".to_owned())),
        address if address.contains('@') => Some(("email".to_owned(), address.to_owned())),
        _ => None,
    };
    text.to_lowercase().split_whitespace().filter_map(slot).collect()
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

struct FakeTool {
    info: ToolInfo,
    bound: bool,
    version: u32,
}

#[async_trait]
impl Tool for FakeTool {
    fn info(&self) -> &ToolInfo {
        &self.info
    }

    fn label(&self, _: &Value) -> String {
        "Working".to_owned()
    }

    fn is_bound(&self) -> bool {
        self.bound
    }

    fn fingerprint(&self) -> String {
        self.version.to_string()
    }

    async fn call(&self, _: Context, _: Value) -> Outcome {
        Outcome::ok(json!({}), Vec::new())
    }
}

impl Stage {
    /// An administrator makes another tool of `post`.
    pub fn change_post(&mut self) {
        let info = self.tools.get("post").map(|tool| tool.info().clone()).unwrap();
        self.tools.add(Arc::new(FakeTool { info, bound: false, version: 2 }));
    }
}

fn tool(name: &str, effect: Effect, bound: bool) -> Arc<dyn Tool> {
    let info = ToolInfo {
        name: name.to_owned(),
        description: name.to_owned(),
        effect,
        needs_verified: false,
        parameters: json!({ "type": "object" }),
    };
    Arc::new(FakeTool { info, bound, version: 1 })
}

/// An agent with these tools and targets; a target is a slug, or `queue_` and a queue's.
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
        model_settings: shared::model::ModelSettings::default(),
        tools: tools.iter().map(|&t| t.to_owned()).collect(),
        collections: Vec::new(),
        targets: targets.iter().map(target).collect(),
        rules: Vec::new(),
        examples: Vec::new(),
        confidence_threshold: 0.7,
        budgets: Budgets::default(),
    }
}

/// A queue whose conversations are to be claimed within a quarter of an hour.
pub fn queue(slug: &str, name: &str, fallback: Fallback) -> Queue {
    Queue { slug: slug.parse().unwrap(), name: name.to_owned(), deadline_s: 900, fallback }
}

/// A conversation and the desk around it.
#[derive(Clone)]
pub struct Stage {
    /// The conversation.
    pub thread: Thread,
    /// The agents and settings.
    pub desk: Snapshot,
    /// What agents can do.
    pub tools: Registry,
    /// The time.
    pub now: Timestamp,
    /// Whether refunds may be sent.
    pub money: bool,
    /// When the person who owns was last there.
    pub there: Option<Timestamp>,
    clients: u128,
}

impl Default for Stage {
    fn default() -> Self {
        Self::new()
    }
}

impl Stage {
    /// Agents `front` (reads), `money` (reads, posts and refunds), `help` (people), and one queue.
    pub fn new() -> Self {
        let specs = [
            agent("front", &["look"], &["money", "help"]),
            agent("money", &["look", "post", "issue_refund"], &["front", "help"]),
            agent("help", &["look"], &["queue_support", "front"]),
        ];
        let agents: BTreeMap<_, _> =
            specs.into_iter().map(|s| (s.slug.clone(), (1, Arc::new(s)))).collect();
        let eur = |amount| Money::new(amount, Currency::EUR);
        let settings = DeskSettings {
            front_door: "front".parse().unwrap(),
            escalation: Target::Agent { slug: "help".parse().unwrap() },
            queue: "support".parse().unwrap(),
            queues: vec![queue("support", "Support", Fallback::Tell)],
            lease_s: 300,
            utc_offset_minutes: 0,
            opens_hour: 0,
            closes_hour: 24,
            open_weekdays: (0..7).collect(),
            voice: String::new(),
            spend: shared::model::SpendCaps::default(),
            refund_policy: RefundPolicy {
                per_order: eur(10_000),
                per_customer_day: eur(15_000),
                window_days: 30,
                approval_ttl_s: 3600,
            },
            guardrails: Vec::new(),
        };
        let faculty = Faculty { reader: Arc::new(WordReader), brain: Arc::new(NoBrain) };
        let desk = Snapshot::new(agents, settings, faculty).unwrap();
        let mut tools = Registry::default();
        tools.add(tool("look", Effect::Read, false));
        tools.add(tool("post", Effect::Write, false));
        tools.add(tool("issue_refund", Effect::Write, true));
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
            deadline: None,
        };
        let first = Event { seq: 1, at: now, epoch: 1, body: EventBody::Opened(opened) };
        let state = Conversation::open("c1".parse().unwrap(), &first).unwrap();
        let thread = Thread { state, events: vec![Arc::new(first)].into(), head: [0; 32] };
        Self { thread, desk, tools, now, money: true, there: None, clients: 0 }
    }

    /// The owning agent's document.
    pub fn spec(&self) -> Option<Arc<AgentSpec>> {
        let slug = self.thread.state.owner.agent()?;
        Some(self.desk.agents.get(slug)?.1.clone())
    }

    /// What a decision may look at.
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

    /// The desk's guardrails.
    pub fn set_guardrails(&mut self, guardrails: Vec<Guardrail>) {
        let settings = DeskSettings { guardrails, ..(*self.desk.settings).clone() };
        let Snapshot { agents, faculty, .. } = self.desk.clone();
        self.desk = Snapshot::new(agents, settings, faculty).unwrap();
    }

    /// The desk has these queues.
    pub fn set_queues(&mut self, queues: Vec<Queue>) {
        Arc::make_mut(&mut self.desk.settings).queues = queues;
    }

    /// Gives the agent one more rule.
    pub fn add_rule(&mut self, slug: &str, rule: Rule) {
        let entry = self.desk.agents.get_mut(&slug.parse().unwrap()).unwrap();
        Arc::make_mut(&mut entry.1).rules.push(rule);
    }

    /// Applies events as the journal does; says which cannot follow.
    pub fn try_apply(&mut self, bodies: Vec<EventBody>) -> Result<(), FoldError> {
        for body in bodies {
            let state = &mut self.thread.state;
            let handoff = u64::from(matches!(body, EventBody::Handoff(_)));
            let event =
                Event { seq: state.seq + 1, at: self.now, epoch: state.epoch + handoff, body };
            state.apply(&event)?;
            self.thread.events.push(Arc::new(event));
        }
        Ok(())
    }

    /// The same, where all must follow.
    pub fn apply(&mut self, bodies: Vec<EventBody>) {
        let told = format!("{bodies:?}");
        if let Err(error) = self.try_apply(bodies) {
            panic!("{error}: {told}\nafter {:#?}", self.thread.events);
        }
    }

    /// An id that no message has yet.
    pub fn client_id(&mut self) -> ClientId {
        self.clients += 1;
        ClientId::random(self.clients.to_be_bytes())
    }

    /// The visitor says something.
    pub fn visitor(&mut self, text: &str) {
        let id = self.client_id();
        let bodies = self.with(|world| decide::visitor_says(world, id, text.to_owned()));
        self.apply(bodies);
    }

    /// What the conversation needs next.
    pub fn next(&self) -> Next {
        self.with(decide::next)
    }

    /// The brain answers with a text and calls.
    pub fn answer(&mut self, text: &str, calls: &[(&str, Value)]) {
        let calls = calls
            .iter()
            .map(|(name, args)| AskedCall { name: (*name).to_owned(), args: Ok(args.clone()) })
            .collect();
        self.give(Answer { text: text.to_owned(), calls, ..Answer::default() });
    }

    /// The brain answers. Where the answer says nothing of it, it has used seven tokens.
    pub fn give(&mut self, mut answer: Answer) {
        "none".clone_into(&mut answer.model);
        if answer.usage.tokens() == 0 {
            // No two steps alike, so that none can be taken for another.
            let n = self.thread.state.seq;
            answer.usage = Usage {
                steps: 1,
                tokens_in: 7 + n,
                tokens_out: 3 * n,
                cost_micros: 11 * n,
                took_ms: n % 5,
            };
        }
        answer.usage.steps = 1;
        answer.through = self.thread.state.last_visitor_message;
        let bodies = self.with(|world| answer::answer(world, answer));
        self.apply(bodies);
    }

    /// The tool asks for money to move; policy judges it as the runner has it judged.
    pub fn propose(&mut self, call: &OpenCall, proposal: &Proposal) {
        let agent = self.thread.state.owner.agent().unwrap().clone();
        let totals = self.totals(proposal);
        let mut refused = None;
        loop {
            let Judged { events, require } = self.with(|world| {
                judge::refund(world, call, &agent, proposal, &totals, refused.as_ref())
            });
            match require.into_iter().find(|require| !self.holds(require)) {
                None => return self.apply(events),
                Some(require) => refused = Some(require),
            }
        }
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

    /// What happened so far.
    pub fn bodies(&self) -> impl DoubleEndedIterator<Item = &EventBody> {
        self.thread.events.iter().map(|event| &event.body)
    }

    fn totals(&self, of: &Proposal) -> RefundTotals {
        let day = self.now.day();
        RefundTotals {
            charge: self.held(|terms, _| terms.charge == of.charge),
            order: self.held(|_, order| order == of.order),
            customer_day: self.held(|terms, _| terms.customer == of.customer && terms.day == day),
        }
    }

    /// Whether a condition holds, as far as this one conversation goes.
    fn holds(&self, require: &Require) -> bool {
        match require {
            Require::MoneyEnabled => self.money,
            Require::WithinCaptured { charge, captured, adding } => {
                self.held(|terms, _| terms.charge == *charge) + adding.amount <= captured.amount
            }
            Require::WithinLimits { order, per_order, customer, day, per_customer_day, adding } => {
                let of_order = self.held(|_, other| other == order);
                let of_day = self.held(|t, _| t.customer == *customer && t.day == *day);
                of_order + adding.amount <= per_order.amount
                    && of_day + adding.amount <= per_customer_day.amount
            }
        }
    }

    fn held(&self, counts: impl Fn(&shared::event::RefundTerms, &str) -> bool) -> i64 {
        let refunds = self.thread.state.refunds.iter().filter(|r| r.state.holds_money());
        let counted = refunds.filter(|r| r.terms.as_ref().is_some_and(|t| counts(t, &r.order)));
        counted.map(|r| r.money.amount).sum()
    }
}

/// A member of staff.
pub fn staff(name: &str) -> StaffRef {
    StaffRef { id: name.parse().unwrap(), name: name.to_owned() }
}

/// Good arguments of a transfer.
pub fn transfer_args() -> Value {
    json!({ "reason": "it is theirs", "request": "money back" })
}

/// A refund of order `A1001`, of which 1000.00 were captured.
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
