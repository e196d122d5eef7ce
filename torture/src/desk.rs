//! A desk on real files whose clock stands still, so that two lives write the same bytes.

use std::{path::Path, sync::Arc};

use async_trait::async_trait;
use baton::{
    brain::{Brain, Reader, Reading, defaults},
    bus::LocalBus,
    journal::Journal,
    money::{
        Finding, Gateway, GatewayError, Proposal, Receipt, RefundOrder,
        ledger::LedgerGateway,
        policy::{self, Verdict},
    },
    runtime::{Catalog, Clock, Desk, Faculty, Parts},
    storage::{RefundTotals, Store, sqlite::SqliteStore},
    tools::{
        Registry,
        desk::{Desk as Known, DeskUnavailable},
        shop::{Ledger, ShopData},
        toolbox::Toolbox,
    },
};
use shared::{agent::DeskSettings, time::Timestamp};

/// Wednesday, 2026-11-18, 10:00 UTC: people answer.
const NOW: Timestamp = Timestamp(1_794_996_000_000);

struct Still;

impl Clock for Still {
    fn now(&self) -> Timestamp {
        NOW
    }
}

/// What is special about a desk.
pub struct Special {
    /// What speaks for agents.
    pub brain: Arc<dyn Brain>,
    /// The settings.
    pub settings: DeskSettings,
    /// The shop.
    pub shop: ShopData,
    /// Whether the provider's first answers are lost.
    pub loses_answers: bool,
}

impl Special {
    /// The demo shop, with this brain.
    pub fn new(brain: Arc<dyn Brain>) -> Self {
        let shop = ShopData::demo().expect("demo data");
        Self { brain, settings: defaults::desk(), shop, loses_answers: false }
    }
}

/// Opens the desk in the folder `data`, which is furnished first where it is not yet: the process
/// may have been aborted in the middle of that, too.
pub async fn open(data: &Path, special: Special) -> Desk {
    let Special { brain, settings, shop, loses_answers } = special;
    let store: Arc<dyn Store> = SqliteStore::open(data).expect("a store");
    for spec in defaults::agents() {
        if store.agent(&spec.slug).await.expect("an answer").is_none() {
            store.publish(spec, None, None, NOW).await.expect("published");
        }
    }
    let ledger = Ledger::open(&data.join("shop.db")).expect("a ledger");
    let first = shop.customers.first().map(|customer| customer.id.clone()).unwrap_or_default();
    if ledger.customer(&first).await.expect("an answer").is_none() {
        ledger.load(shop, NOW).await.expect("loaded");
    }
    let teach = Arc::new(move |_: &[_]| Faculty { reader: Arc::new(Plain), brain: brain.clone() });
    let catalog = Catalog::load(store.clone(), settings, teach).await.expect("a catalog");
    let known: Arc<dyn Known> = Arc::new(Empty);
    let tools = Registry::with_defaults(&ledger, Arc::default(), &known);
    let provider: Arc<dyn Gateway> = Arc::new(LedgerGateway::new(ledger, || NOW));
    let gateway = if loses_answers { Arc::new(Forgetful(provider)) } else { provider };
    Desk::new(Parts {
        journal: Journal::new(store, Arc::new(LocalBus::new())),
        catalog: Arc::new(catalog),
        tools: Toolbox::new(tools),
        gateway,
        clock: Arc::new(Still),
    })
}

/// Says of every message that it sets nothing off: who hands over is the brain.
struct Plain;

impl Reader for Plain {
    fn read(&self, _: &str, _: &[&str]) -> Reading {
        Reading { conversational: true, language: "en".to_owned(), ..Reading::default() }
    }
}

/// A desk at which nobody else waits.
struct Empty;

#[async_trait]
impl Known for Empty {
    async fn settings(&self) -> Result<DeskSettings, DeskUnavailable> {
        Ok(defaults::desk())
    }

    async fn judge(&self, refund: &Proposal, _: Timestamp) -> Result<Verdict, DeskUnavailable> {
        // What was given back before is looked at when it is asked for.
        let (policy, before) = (defaults::desk().refund_policy, RefundTotals::default());
        Ok(policy::judge(&policy, refund, &before, false))
    }

    async fn waiting(&self) -> Result<u32, DeskUnavailable> {
        Ok(0)
    }
}

/// A provider that does what it is asked, and whose answer is lost unless it had done it before.
struct Forgetful(Arc<dyn Gateway>);

#[async_trait]
impl Gateway for Forgetful {
    async fn refund(&self, order: &RefundOrder) -> Result<Receipt, GatewayError> {
        let made_before = matches!(self.0.find(&order.key).await?, Finding::Made(_));
        let receipt = self.0.refund(order).await?;
        if made_before { Ok(receipt) } else { Err(GatewayError::Unknown("lost".to_owned())) }
    }

    async fn find(&self, key: &str) -> Result<Finding, GatewayError> {
        self.0.find(key).await
    }
}
