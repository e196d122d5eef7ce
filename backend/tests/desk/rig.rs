//! A desk on a real store with the demo shop, without HTTP: the clock stands where the test puts
//! it, and the brain is the built-in one or a test's own.

use std::{
    path::Path,
    sync::{
        Arc, LazyLock,
        atomic::{AtomicI64, Ordering},
    },
};

use async_trait::async_trait;
use baton::{
    brain::{
        Brain, Reader,
        builtin::{Builtin, reader::BuiltinReader},
        defaults,
    },
    bus::{Bus, LocalBus},
    journal::{Journal, Thread},
    knowledge::{Knowledge, Shelf, demo_articles},
    money::{
        Gateway, Proposal,
        faulty::Faulty,
        ledger::LedgerGateway,
        policy::{self, Verdict},
    },
    runtime::{Catalog, Clock, Desk, Faculty, Parts},
    storage::{Scope, Store, sqlite::SqliteStore},
    tools::{
        Registry, Tool,
        desk::{Desk as DeskInfo, DeskUnavailable},
        shop::{Ledger, ShopData, records::Charge},
        toolbox::Toolbox,
    },
    verify,
};
use shared::{
    agent::{AgentSpec, DeskSettings},
    event::{ApprovalState, EventBody, ToolState},
    id::{ClientId, ConversationId, Seq},
    message::{Assurance, AuthorKind, StaffRef, VisitorRef},
    owner::Owner,
    time::Timestamp,
};
use tempfile::TempDir;

/// Wednesday, 2026-11-18, 10:00 UTC: people answer.
const START: i64 = 1_794_996_000_000;

pub struct TestClock(AtomicI64);

impl TestClock {
    /// Lets time pass.
    pub fn forward(&self, ms: i64) {
        self.0.fetch_add(ms, Ordering::Relaxed);
    }
}

impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        // Each look is a moment later, as with a real clock.
        Timestamp(self.0.fetch_add(1, Ordering::Relaxed))
    }
}

struct Info(Arc<dyn Store>);

#[async_trait]
impl DeskInfo for Info {
    async fn settings(&self) -> Result<DeskSettings, DeskUnavailable> {
        Ok(defaults::desk())
    }

    async fn judge(&self, refund: &Proposal, now: Timestamp) -> Result<Verdict, DeskUnavailable> {
        let Proposal { charge, order, customer, .. } = refund;
        let totals = self.0.refund_totals(charge, order, customer, now.day()).await;
        let totals = totals.map_err(|cause| DeskUnavailable(cause.to_string()))?;
        Ok(policy::judge(&defaults::desk().refund_policy, refund, &totals, false))
    }

    async fn waiting(&self) -> Result<u32, DeskUnavailable> {
        let reader = "nobody".parse().expect("an id");
        let counts = self.0.counts(&reader).await;
        Ok(counts.map_or(0, |counts| counts.waiting))
    }
}

/// Makes the brain of a rig out of the reader over its agents.
pub type MakeBrain = Arc<dyn Fn(Arc<dyn Reader>) -> Arc<dyn Brain> + Send + Sync>;

pub fn builtin(reader: Arc<dyn Reader>) -> Arc<dyn Brain> {
    Arc::new(Builtin::new(reader))
}

/// What a desk finds outside: the shop's records and its payment provider.
#[derive(Clone)]
struct Shop {
    ledger: Ledger,
    gateway: Arc<dyn Gateway>,
    /// Tools that an administrator made.
    made: Vec<Arc<dyn Tool>>,
}

pub struct Rig {
    pub desk: Desk,
    /// The same desk for whoever wants nobody to answer yet: it records and does nothing.
    door: Desk,
    pub store: Arc<dyn Store>,
    pub clock: Arc<TestClock>,
    /// The payment provider; it behaves until told otherwise.
    pub provider: Arc<Faulty>,
    shop: Shop,
    make_brain: MakeBrain,
    dir: TempDir,
}

impl Rig {
    pub async fn new() -> Self {
        Self::with(Arc::new(builtin), |agents| agents).await
    }

    /// A desk that reaches its provider through `wrap`.
    pub async fn through(
        wrap: impl FnOnce(Arc<dyn Store>, Arc<dyn Gateway>) -> Arc<dyn Gateway>,
    ) -> Self {
        Self::made(Arc::new(builtin), |agents| agents, wrap, Vec::new()).await
    }

    /// A desk whose agents are the default ones after `edit`.
    pub async fn with(make_brain: MakeBrain, edit: fn(Vec<AgentSpec>) -> Vec<AgentSpec>) -> Self {
        Self::made(make_brain, edit, |_, provider| provider, Vec::new()).await
    }

    /// The same, with tools that an administrator made.
    pub async fn equipped(
        make_brain: MakeBrain,
        edit: fn(Vec<AgentSpec>) -> Vec<AgentSpec>,
        made: Vec<Arc<dyn Tool>>,
    ) -> Self {
        Self::made(make_brain, edit, |_, provider| provider, made).await
    }

    async fn made(
        make_brain: MakeBrain,
        edit: fn(Vec<AgentSpec>) -> Vec<AgentSpec>,
        wrap: impl FnOnce(Arc<dyn Store>, Arc<dyn Gateway>) -> Arc<dyn Gateway>,
        made: Vec<Arc<dyn Tool>>,
    ) -> Self {
        let dir = tempfile::tempdir().expect("a folder");
        let clock = Arc::new(TestClock(AtomicI64::new(START)));
        let ledger = Ledger::in_memory().expect("a ledger");
        let data = ShopData::demo().expect("demo data");
        ledger.load(data, clock.now()).await.expect("loaded");
        let store: Arc<dyn Store> = SqliteStore::open(dir.path()).expect("a store");
        for spec in edit(defaults::agents()) {
            store.publish(spec, None, None, clock.now()).await.expect("published");
        }
        let dated = clock.clone();
        let inner = LedgerGateway::new(ledger.clone(), move || dated.now());
        let provider = Arc::new(Faulty::new(Arc::new(inner)));
        let gateway = wrap(store.clone(), provider.clone());
        let shop = Shop { ledger, gateway, made };
        let (desk, door) = assemble(&store, &clock, &shop, &make_brain).await;
        Self { desk, door, store, clock, provider, shop, make_brain, dir }
    }

    /// What the provider has given back of an order, in minor units.
    pub async fn refunded(&self, customer: &str, order: &str) -> i64 {
        let order = self.shop.ledger.order(customer, order).await.expect("a ledger");
        order.expect("an order").charges.iter().map(Charge::refunded).sum()
    }

    /// Where its database is.
    pub fn folder(&self) -> &Path {
        self.dir.path()
    }

    /// After the next start, `made` are the tools that an administrator made.
    pub fn equip(&mut self, made: Vec<Arc<dyn Tool>>) {
        self.shop.made = made;
    }

    /// Stops where it is and starts again on the same folder, resuming what was due.
    pub async fn restart(self) -> Self {
        let Self { desk, door, store, clock, provider, shop, make_brain, dir } = self;
        desk.drain().await;
        drop((desk, door, store));
        let store: Arc<dyn Store> = SqliteStore::open(dir.path()).expect("the store again");
        Self::resumed(store, clock, (provider, shop), make_brain, dir).await
    }

    /// Is killed where it is: nothing that was under way goes on. Starts again with the brain that
    /// `make_brain` makes, on what had been committed.
    pub async fn kill(self, make_brain: MakeBrain) -> Self {
        let Self { store, clock, provider, shop, dir, .. } = self;
        Self::resumed(store, clock, (provider, shop), make_brain, dir).await
    }

    /// Is killed where it is, and is there again with the brain that `make_brain` makes; nothing
    /// has been resumed yet.
    pub async fn killed(self, make_brain: MakeBrain) -> Self {
        let Self { store, clock, provider, shop, dir, .. } = self;
        let (desk, door) = assemble(&store, &clock, &shop, &make_brain).await;
        Self { desk, door, store, clock, provider, shop, make_brain, dir }
    }

    async fn resumed(
        store: Arc<dyn Store>,
        clock: Arc<TestClock>,
        (provider, shop): (Arc<Faulty>, Shop),
        make_brain: MakeBrain,
        dir: TempDir,
    ) -> Self {
        let (desk, door) = assemble(&store, &clock, &shop, &make_brain).await;
        let due = store.due(clock.now(), None, 100).await.expect("what is due");
        for id in &due {
            desk.nudge(id);
        }
        desk.idle().await;
        Self { desk, door, store, clock, provider, shop, make_brain, dir }
    }

    /// A conversation with `cus_1`, for whom the site has signed, or with a stranger.
    pub async fn open(&self, customer: Option<&str>) -> Talk<'_> {
        let visitor = VisitorRef {
            id: format!("vis_{}", customer.unwrap_or("stranger")).parse().expect("an id"),
            assurance: if customer.is_some() { Assurance::Verified } else { Assurance::Anonymous },
            customer: customer.map(str::to_owned),
            name: customer.map(|_| "Ada".to_owned()),
            email: None,
        };
        let site = "demo".parse().expect("a key");
        let thread = self.desk.open(&site, visitor).await.expect("opened");
        self.talk(thread.state.id.clone())
    }

    /// A conversation that was begun before, from its beginning.
    pub fn talk(&self, id: ConversationId) -> Talk<'_> {
        Talk { rig: self, id, seen: 0, clients: 0 }
    }

    /// A conversation that was begun before a restart.
    pub fn again(&self, id: ConversationId) -> Talk<'_> {
        Talk { rig: self, id, seen: 0, clients: 0 }
    }

    /// Everything that is kept agrees with everything that happened.
    pub async fn verify(&self) {
        if let Err(fault) = verify::verify(self.store.as_ref()).await {
            panic!("{fault}");
        }
    }
}

async fn assemble(
    store: &Arc<dyn Store>,
    clock: &Arc<TestClock>,
    shop: &Shop,
    make_brain: &MakeBrain,
) -> (Desk, Desk) {
    let bus: Arc<dyn Bus> = Arc::new(LocalBus::new());
    let make_brain = make_brain.clone();
    let teach = Arc::new(move |agents: &[AgentSpec]| {
        let reader = trained(agents);
        Faculty { brain: make_brain(reader.clone()), reader }
    });
    let catalog = Catalog::load(store.clone(), defaults::desk(), teach).await.expect("a catalog");
    let knowledge = Arc::new(Shelf::of(Knowledge::build(demo_articles().expect("articles"))));
    let info: Arc<dyn DeskInfo> = Arc::new(Info(store.clone()));
    let (journal, catalog) = (Journal::new(store.clone(), bus), Arc::new(catalog));
    let tools = Registry::with_defaults(&shop.ledger, knowledge.clone(), &info);
    let tools = Toolbox::new(tools);
    tools.replace(shop.made.clone());
    let desk = || {
        Desk::new(Parts {
            journal: journal.clone(),
            catalog: catalog.clone(),
            tools: tools.clone(),
            gateway: shop.gateway.clone(),
            clock: clock.clone(),
        })
    };
    let (desk, door) = (desk(), desk());
    door.drain().await;
    (desk, door)
}

/// The reader over these agents; training is deterministic, so the default one is made once.
fn trained(agents: &[AgentSpec]) -> Arc<dyn Reader> {
    static DEFAULT: LazyLock<(Vec<AgentSpec>, Arc<BuiltinReader>)> = LazyLock::new(|| {
        let mut agents = defaults::agents();
        agents.sort_by(|a, b| a.slug.cmp(&b.slug));
        let reader = Arc::new(BuiltinReader::train(&agents));
        (agents, reader)
    });
    if DEFAULT.0 == agents {
        return DEFAULT.1.clone();
    }
    Arc::new(BuiltinReader::train(agents))
}

/// One conversation, told line by line as its visitor sees it.
pub struct Talk<'r> {
    pub rig: &'r Rig,
    pub id: ConversationId,
    seen: Seq,
    clients: u32,
}

impl Talk<'_> {
    /// The visitor says something; answers what they see until nothing moves any more.
    pub async fn say(&mut self, text: &str) -> String {
        self.send([text]).await;
        self.rest().await
    }

    /// The visitor says all this before anybody begins to answer.
    pub async fn send<'t>(&mut self, texts: impl IntoIterator<Item = &'t str>) {
        for text in texts {
            self.clients += 1;
            let client = client(&format!("{}-{}", self.seen, self.clients));
            let door = &self.rig.door;
            let said = door.visitor_says(&Scope::System, &self.id, client, text.to_owned());
            said.await.expect("said");
        }
        self.rig.desk.nudge(&self.id);
    }

    /// What the visitor sees besides, once nothing moves any more.
    pub async fn rest(&mut self) -> String {
        self.rig.desk.idle().await;
        let thread = self.thread().await;
        let lines: Vec<String> = thread
            .events
            .iter()
            .filter(|event| event.seq > self.seen)
            .filter_map(|event| event.for_visitor())
            .filter_map(|event| line(&event.body))
            .collect();
        self.seen = thread.state.seq;
        lines.join("\n")
    }

    pub async fn thread(&self) -> Arc<Thread> {
        self.rig.desk.load(&Scope::System, &self.id).await.expect("there")
    }

    pub async fn owner(&self) -> String {
        match &self.thread().await.state.owner {
            Owner::Agent { slug, .. } => slug.to_string(),
            Owner::Queue { slug, .. } => format!("queue {slug}"),
            Owner::Staff { name, .. } => name.clone(),
            Owner::Nobody => "nobody".to_owned(),
        }
    }
}

fn line(body: &EventBody) -> Option<String> {
    Some(match body {
        EventBody::Message(m) if m.author.kind == AuthorKind::Visitor => return None,
        EventBody::Message(m) => format!("{}: {}", m.author.name, m.text),
        EventBody::Handoff(h) => format!("-> {}", h.to.name()),
        EventBody::Tool(t) if t.state == ToolState::Started => format!("[{}]", t.name),
        EventBody::Refund(r) => format!("refund {} {} {:?}", r.order, r.money, r.state),
        EventBody::Approval(a) if a.state == ApprovalState::Waiting => {
            "approval waiting".to_owned()
        }
        EventBody::Approval(a) => format!("approval {:?}", a.state),
        EventBody::Closed(_) => "closed".to_owned(),
        _ => return None,
    })
}

/// A client id for each name, always the same.
pub fn client(name: &str) -> ClientId {
    let mut bits = [0; 16];
    for (at, byte) in name.bytes().enumerate() {
        bits[at % 16] ^= byte;
    }
    ClientId::random(bits)
}

pub fn staff(name: &str) -> StaffRef {
    StaffRef { id: name.to_lowercase().parse().expect("an id"), name: name.to_owned() }
}
