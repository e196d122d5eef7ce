//! A desk whose agent asks for exactly the refunds that its visitor names.

use std::{
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
};

use async_trait::async_trait;
use baton::{
    brain::{Brain, BrainError, Entry, Piece, Reader, Reading, Request, defaults},
    bus::LocalBus,
    journal::Journal,
    money::Proposal,
    runtime::{Catalog, Clock, Desk, Faculty, Parts},
    storage::{Store, sqlite::SqliteStore},
    tools::{Context, Outcome, Registry, Tool, toolbox::Toolbox},
};
use futures_util::{StreamExt as _, stream, stream::BoxStream};
use serde_json::{Value, json};
use shared::{
    agent::DeskSettings, api::ToolInfo, event::Effect, message::AuthorKind, time::Timestamp,
};

use super::{
    provider::Provider,
    story::{CUSTOMER, Charge},
};

/// Wednesday, 2026-11-18, 10:00 UTC.
const START: i64 = 1_794_996_000_000;

/// A clock that the story turns.
pub struct Hands(AtomicI64);

impl Hands {
    pub fn new() -> Self {
        Self(AtomicI64::new(START))
    }

    pub fn forward(&self, ms: i64) {
        self.0.fetch_add(ms, Ordering::Relaxed);
    }
}

impl Clock for Hands {
    fn now(&self) -> Timestamp {
        Timestamp(self.0.load(Ordering::Relaxed))
    }
}

/// The settings of every story: the refunds agent takes the first message.
pub fn settings() -> DeskSettings {
    DeskSettings { front_door: "refunds".parse().expect("a name"), ..defaults::desk() }
}

/// Opens the desk in `folder`, as a start does.
pub async fn open(
    folder: &Path,
    clock: &Arc<Hands>,
    provider: &Arc<Provider>,
    charges: Arc<[Charge]>,
) -> Desk {
    let store: Arc<dyn Store> = SqliteStore::open(folder).expect("a store");
    let agent = defaults::agents().into_iter().find(|spec| spec.slug.as_str() == "refunds");
    let agent = agent.expect("there is one");
    if store.agent(&agent.slug).await.expect("an answer").is_none() {
        store.publish(agent, None, None, clock.now()).await.expect("published");
    }
    let teach = Arc::new(|_: &[_]| Faculty { reader: Arc::new(Plain), brain: Arc::new(Clerk) });
    let catalog = Catalog::load(store.clone(), settings(), teach).await.expect("a catalog");
    let mut tools = Registry::default();
    tools.add(Arc::new(IssueRefund::new(charges)));
    provider.serve(store.clone());
    Desk::new(Parts {
        journal: Journal::new(store, Arc::new(LocalBus::new())),
        catalog: Arc::new(catalog),
        tools: Toolbox::new(tools),
        gateway: provider.clone(),
        clock: clock.clone(),
    })
}

/// Says of every message that it sets nothing off.
struct Plain;

impl Reader for Plain {
    fn read(&self, _: &str, _: &[&str]) -> Reading {
        Reading { conversational: true, language: "en".to_owned(), ..Reading::default() }
    }
}

/// Reads "refund CHARGE AMOUNT" and asks for it once; says a word to everything else.
struct Clerk;

impl Brain for Clerk {
    fn model(&self) -> &'static str {
        "clerk"
    }

    fn step(&self, request: Request) -> BoxStream<'static, Result<Piece, BrainError>> {
        let newest = request.dialogue.iter().rev().find_map(|entry| match entry {
            Entry::Said { by: AuthorKind::Visitor, text, .. } => Some(Some(text.as_str())),
            Entry::Called { .. } => Some(None),
            _ => None,
        });
        let asked = newest.flatten().and_then(|text| {
            let (charge, amount) = text.strip_prefix("refund ")?.split_once(' ')?;
            Some(json!({ "charge": charge, "amount": amount.parse::<i64>().ok()? }))
        });
        let piece = match asked {
            Some(args) => Piece::Call { name: "issue_refund".to_owned(), args: Ok(args) },
            None => Piece::Text("Noted.".to_owned()),
        };
        stream::iter([Ok(piece)]).boxed()
    }
}

/// Proposes any amount of any charge of the story, as often as it is asked.
struct IssueRefund {
    info: ToolInfo,
    charges: Arc<[Charge]>,
}

impl IssueRefund {
    fn new(charges: Arc<[Charge]>) -> Self {
        let info = ToolInfo {
            name: "issue_refund".to_owned(),
            description: "Refunds.".to_owned(),
            effect: Effect::Write,
            needs_verified: true,
            parameters: json!({ "type": "object" }),
        };
        Self { info, charges }
    }
}

#[async_trait]
impl Tool for IssueRefund {
    fn info(&self) -> &ToolInfo {
        &self.info
    }

    fn label(&self, _: &Value) -> String {
        "Refunding".to_owned()
    }

    fn is_bound(&self) -> bool {
        true
    }

    async fn call(&self, _: Context, args: Value) -> Outcome {
        let charge = self.charges.iter().find(|charge| args["charge"] == charge.id.as_str());
        let Some((charge, amount)) = charge.zip(args["amount"].as_i64()) else {
            return Outcome::error("not_found", "There is no such charge.");
        };
        Outcome::Refund(Proposal {
            order: charge.order.clone(),
            customer: CUSTOMER.to_owned(),
            charge: charge.id.clone(),
            captured: charge.captured,
            amount: shared::money::Money::new(amount, charge.captured.currency),
            reason: "asked for".to_owned(),
        })
    }

    async fn stands(&self, _: Context, _: &Proposal) -> bool {
        true
    }
}
